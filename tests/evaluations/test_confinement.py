# SPDX-License-Identifier: Apache-2.0
"""What the reader process can no longer do once it is locked down, tried out in processes of their own."""

import json
import platform
import subprocess
import sys

import pytest

from reviewer_app.evaluations import confinement

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no resource limits")
linux = pytest.mark.skipif(
    sys.platform != "linux" or platform.machine() not in ("x86_64", "aarch64"), reason="the filter is for Linux"
)

TRIES = {
    "read a file": "open('/etc/hostname', 'rb')",
    "write a file": "open('/tmp/reviewer-lock-down-test', 'wb')",
    "list a folder": "os.listdir('/')",
    "look at a file": "os.stat('/etc/hostname')",
    "open a socket": "socket.socket()",
    "open a local socket": "socket.socketpair()",
    "make a pipe": "os.pipe()",
    "fork": "os.fork() or os._exit(0)",
    "start a program": "os.execv('/bin/true', ['true'])",
    "end another process": "os.kill(os.getppid(), 0)",
    "remove a file": "os.unlink('/tmp/reviewer-lock-down-test')",
    "map executable memory": "mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_EXEC)",
    "load a library": "ctypes.CDLL('libanl.so.1')",
    "start a thread": "threading.Thread(target=int).start()",
}
SCRIPT = """
import ctypes, json, mmap, os, socket, sys, threading
from reviewer_app.evaluations import confinement
{before}
confinement.limit_resources()
held = confinement.lock_down()
def attempt(code):
    try:
        exec(code)
    except BaseException as error:
        return type(error).__name__
    return "done"
found = {{name: attempt(code) for name, code in json.loads(sys.argv[1]).items()}}
memory = bytearray(50_000_000)
os.write(1, json.dumps([held, found]).encode())
os._exit(0)
"""


def tried(tries, before=""):
    done = subprocess.run(
        [sys.executable, "-I", "-c", SCRIPT.format(before=before), json.dumps(tries)],
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    return json.loads(done.stdout)


@linux
def test_nothing_can_be_opened_started_or_sent_any_more():
    held, found = tried(TRIES)
    assert held == "resource limits and system call filter"
    assert {name: result for name, result in found.items() if result == "done"} == {}
    assert {found[name] for name in ("read a file", "open a socket", "fork", "start a program")} == {"PermissionError"}


def test_without_the_filter_the_limits_still_keep_files_and_sockets_shut():
    tries = {name: TRIES[name] for name in ("read a file", "write a file", "open a socket", "make a pipe")}
    held, found = tried(tries, "confinement._filter_system_calls = lambda machine: 'switched off'")
    assert held in ("resource limits; no system call filter: switched off", "resource limits")
    assert set(found.values()) == {"OSError"}


def test_an_unknown_machine_is_named_and_gets_no_filter():
    assert confinement._filter_system_calls("riscv64") == "not written for riscv64"


def test_no_byte_reaches_even_a_file_that_was_open_before(tmp_path):
    before = f"file = open({str(tmp_path / 'kept')!r}, 'wb', buffering=0)"
    _, found = tried({"write": "file.write(b'plaintext')"}, before)
    assert found == {"write": "OSError"}
    assert (tmp_path / "kept").read_bytes() == b""


@pytest.mark.skipif(sys.platform != "linux", reason="macOS has no limit on address space")
def test_memory_is_bounded():
    assert tried({"take": "bytearray(600_000_000)"})[1] == {"take": "MemoryError"}


@linux
def test_the_filter_for_the_other_machine_has_the_same_shape():
    programs = [confinement._program(machine) for machine in ("x86_64", "aarch64")]
    assert len(programs[0]) == len(programs[1]) == 33
    assert all(len(step) == 8 for step in programs[1])
