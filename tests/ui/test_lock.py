# SPDX-License-Identifier: Apache-2.0
"""The lock of the real program: the process that held the keys is gone, and its successor knows nothing of them.

Security decision D8 and fault row 17: the successor's whole memory is searched for passphrase, keys and case text.
"""

import os
import re
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from reviewer_app.policy import practice_policy
from reviewer_app.services import vaults
from reviewer_app.ui.program import KEPT
from reviewer_app.vault.credentials import FLOOR
from reviewer_app.vault.keychain import Keychain
from reviewer_app.vault.lock import ExclusiveLock
from reviewer_app.vault.slots import SlotFile
from tests.factories import make_case
from tests.ui.real import running

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="memory is searched through /proc"),
    pytest.mark.skipif(os.name == "posix" and os.geteuid() != 0, reason="only root may read what is not dumpable"),
]

PASSPHRASE = "seven herons wade by the weir at dusk"
CODENAME, TEXT = "VIOLET PELICAN", "(U) The canary sings at noon"
PIECE, OVERLAP = 1 << 22, 512
MAP = re.compile(r"([0-9a-f]+)-([0-9a-f]+) r\S+ \S+ \S+ \S+ *(.*)")


def pieces(pid: int) -> Iterator[bytes]:
    """Everything that a process can read of its own memory."""
    with Path(f"/proc/{pid}/mem").open("rb", 0) as memory:
        for found in map(MAP.match, Path(f"/proc/{pid}/maps").read_text().splitlines()):
            if found is None or found[3] in ("[vvar]", "[vsyscall]", "[vvar_vclock]"):
                continue
            begin, end = int(found[1], 16), int(found[2], 16)
            for place in range(begin, end, PIECE):
                memory.seek(place)
                try:
                    yield memory.read(min(PIECE + OVERLAP, end - place))
                except OSError:  # mapped and not there
                    break


def spellings(keys: Keychain) -> dict[str, list[bytes]]:
    """What must not be found, each in every form that this program, Qt and Python give it."""
    raw = {
        "root key": keys.root,
        "database cipher key": keys.database_key[:32],
        "database MAC key": keys.database_key[32:64],  # the salt behind it stands in the slot file for all to read
        "journal key": keys.journal_key,
        "blob key": keys.blob_key,
        "slot key": keys.slot_key,
    }
    texts = {"passphrase": PASSPHRASE, "codename": CODENAME, "text": TEXT.removeprefix("(U) ")}
    wanted = {name: [key, *coded(key.hex()), *coded(key.hex().upper())] for name, key in raw.items()}
    return wanted | {name: coded(text) for name, text in texts.items()}


def coded(text: str) -> list[bytes]:
    return [text.encode(coding) for coding in ("utf-8", "utf-16-le", "utf-32-le")]


def found(pid: int, wanted: dict[str, list[bytes]]) -> set[str]:
    """The names of what stands in a process's memory."""
    seen: set[str] = set()
    for piece in pieces(pid):
        seen |= {name for name in wanted.keys() - seen if any(form in piece for form in wanted[name])}
    return seen


def successor_of(vault: Path) -> int:
    """The process that was started for this vault by a lock, or 0."""
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                words = (entry / "cmdline").read_bytes().split(b"\0")
            except OSError:
                continue
            if os.fsencode(vault) in words and any(word.startswith(b"--after=") for word in words):
                return int(entry.name)
    return 0


def until(ready, patience=30.0):
    """The value of `ready` once it is true."""
    ends = time.monotonic() + patience
    while not (value := ready()):
        assert time.monotonic() < ends, "it did not come"
    return value


def has_painted(pid: int) -> bool:
    """What the vault needs is loaded right after the unlock window is painted; its engine then stands in the maps."""
    return "sqlcipher3" in Path(f"/proc/{pid}/maps").read_text()


@pytest.fixture
def vault(tmp_path):
    """A vault whose passphrase costs what it costs a person."""
    made = vaults.create(
        tmp_path / "Real.vault",
        person="R. Ibarra",
        passphrase=PASSPHRASE,
        policy=practice_policy(),
        rounds=FLOOR,
        warm=False,
    )
    make_case(made.desk, codename=CODENAME)
    vaults.leave(made.desk)
    return made.desk.vault.folder


def test_nothing_of_the_vault_outlives_the_lock(vault, tmp_path):
    slots = SlotFile.read(vault)
    (person,) = (slot.person for slot in slots.content.slots if slot.name)
    wanted = spellings(slots.unlock(person, PASSPHRASE).keychain)
    with running(vault, tmp_path / "home") as program:
        program.ask(f"sign-in {PASSPHRASE}")
        assert program.ask(f"write {TEXT}")["copied"] == TEXT
        held = found(program.process.pid, wanted)
        assert {"database cipher key", "blob key", "codename", "text"} <= held, "the search finds what is there"
        begun = time.monotonic()
        program.tell("lock")
        after = until(lambda: successor_of(vault))
        try:
            until(lambda: has_painted(after))
            took = time.monotonic() - begun
            assert program.process.wait(10) == 0
            look_at(after, vault, program.process.pid)
            assert found(after, wanted) == set()
            assert is_free(vault)
        finally:
            os.kill(after, 9)
    print(f"\nfrom the lock to the unlock window: {took:.2f} s at most")


def look_at(pid: int, vault: Path, before: int) -> None:
    """The successor got a path and a word, dumps nothing, and holds nothing of the vault open."""
    assert pid != before
    here = Path(f"/proc/{pid}")
    words = os.fsdecode((here / "cmdline").read_bytes()).split("\0")[1:-1]
    assert words == ["-m", "reviewer_app", str(vault), "--after=asked"]
    names = {word.partition(b"=")[0].decode() for word in (here / "environ").read_bytes().split(b"\0") if word}
    assert names <= set(KEPT)
    assert re.search(r"^Max core file size +0 +0 ", (here / "limits").read_text(), re.MULTILINE)
    held = [str(each.readlink()) for each in (here / "fd").iterdir()]
    assert [path for path in held if path.startswith(str(vault))] == []


def is_free(vault: Path) -> bool:
    ExclusiveLock(vault).release()
    return True
