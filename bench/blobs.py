# SPDX-License-Identifier: Apache-2.0
"""Attaching and verifying against the tools a person would use instead, on the same disk in the same run."""

import os
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from reviewer_app.errors import Cancelled
from reviewer_app.vault.blobs import Blobs, Stored
from reviewer_app.vault.place import create_layout

GIB = 1024**3
KEY = bytes(32)

ATTACH = """
import resource, sys, time
from pathlib import Path
from reviewer_app.vault.blobs import Blobs
blobs = Blobs(Path(sys.argv[1]), bytes(32))
start = time.perf_counter()
stored = blobs.write(Path(sys.argv[2]))
print(time.perf_counter() - start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, stored.blob_id)
"""


def measure(folder: Path | None = None, size: int = GIB, rounds: int = 3) -> dict[str, float]:
    """Figures of one file of `size` random bytes: best times in seconds, ratios, megabytes, worst cancel in seconds.

    Budgets: attach ratio ≤ 1.2, memory ≤ 120 MB, cancel ≤ 0.2 s, verify ratio ≥ 0.8.
    """
    with TemporaryDirectory(dir=folder, prefix="bench-") as place:
        source, vault = Path(place) / "log.eval", Path(place) / "bench.vault"
        create_layout(vault)
        _make(source, size)
        tools, hashing, attach, memory = [], [], [], []
        for _ in range(rounds):
            copied, hashed = _by_tools(source, Path(place) / "copy")
            tools.append(copied + hashed)
            hashing.append(hashed)
            seconds, kilobytes = _attach_alone(vault, source)
            attach.append(seconds)
            memory.append(kilobytes / 1024)
        blobs = Blobs(vault, KEY)
        verify = min(_verify(blobs, blobs.write(source)) for _ in range(rounds))
        cancel = max(_cancel(blobs, source, min(attach) * part) for part in (0.1, 0.3, 0.5, 0.7, 0.9, 0.97))
    return {
        "cp + sync + sha512sum, s": min(tools),
        "attach, s": min(attach),
        "attach / tools": min(attach) / min(tools),
        "attach, MB of memory": max(memory),
        "cancel, worst s": cancel,
        "sha512sum, s": min(hashing),
        "verify, s": verify,
        "sha512sum / verify": min(hashing) / verify,
    }


def _make(path: Path, size: int) -> None:
    with path.open("wb") as file:
        for start in range(0, size, 1024**2):
            file.write(os.urandom(min(1024**2, size - start)))
        os.fsync(file.fileno())


def _by_tools(source: Path, copy: Path) -> tuple[float, float]:
    start = time.perf_counter()
    subprocess.run(["cp", source, copy], check=True)
    subprocess.run(["sync", copy], check=True)
    copied = time.perf_counter()
    subprocess.run(["sha512sum", copy], check=True, stdout=subprocess.DEVNULL)
    ends = time.perf_counter()
    copy.unlink()
    return copied - start, ends - copied


def _attach_alone(vault: Path, source: Path) -> tuple[float, float]:
    """Seconds, and the kilobytes the process had at most."""
    done = subprocess.run(
        [sys.executable, "-c", ATTACH, vault, source], check=True, stdout=subprocess.PIPE, text=True
    ).stdout.split()
    Blobs(vault, KEY).remove(done[2])
    return float(done[0]), float(done[1])


def _verify(blobs: Blobs, stored: Stored) -> float:
    start = time.perf_counter()
    with blobs.open(stored.blob_id, stored.wrapped_key, stored.size, "log.eval") as reader:
        if reader.verify() != stored.sha512:
            raise ValueError("the attachment came back different")
    seconds = time.perf_counter() - start
    blobs.remove(stored.blob_id)
    return seconds


def _cancel(blobs: Blobs, source: Path, after: float) -> float:
    """Seconds from the moment of cancelling until `write` has given up; 0 when it was done before."""
    deadline = time.perf_counter() + after
    try:
        stored = blobs.write(source, cancelled=lambda: time.perf_counter() >= deadline)
    except Cancelled:
        return time.perf_counter() - deadline
    blobs.remove(stored.blob_id)
    return 0.0
