# SPDX-License-Identifier: Apache-2.0
"""Attachments against the tools a person would use instead, on the same disk in the same run."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from bench import Figure, Figures
from reviewer_app.errors import Cancelled
from reviewer_app.vault.blobs import Blobs
from tests.vault.layout import create_layout

SIZE = 1024**3
ROUNDS = 3
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


def attach() -> Figures:
    """One file of random bytes stored by a process of its own, best of three, and cancelled at six moments."""
    with _place() as (source, blobs):
        tools, ours, memory = [], [], []
        for _ in range(ROUNDS):
            tools.append(_by_tools(source))
            seconds, kilobytes = _attach_alone(blobs, source)
            ours.append(seconds)
            memory.append(kilobytes / 1024)
        cancel = max(_cancel(blobs, source, min(ours) * part) for part in (0.1, 0.3, 0.5, 0.7, 0.9, 0.97))
    return {
        "attach 1 GiB against cp + sync + sha512sum": Figure(min(ours) / min(tools), 1.2, "×"),
        "attach 1 GiB": Figure(min(ours), None),
        "memory while attaching": Figure(max(memory), 120, "MB"),
        "cancel while attaching, worst of six": Figure(cancel, 0.2),
    }


def verify() -> Figures:
    """One stored file decrypted and hashed against sha512sum over it, best of three."""
    with _place() as (source, blobs):
        stored = blobs.write(source)
        file = blobs.folder / stored.blob_id[:2] / stored.blob_id
        tools, ours = [], []
        for _ in range(ROUNDS):
            start = time.perf_counter()
            subprocess.run(["sha512sum", file], check=True, stdout=subprocess.DEVNULL)
            middle = time.perf_counter()
            with blobs.open(stored.blob_id, stored.wrapped_key, stored.size, "log.eval") as reader:
                if reader.verify() != stored.sha512:
                    raise ValueError("the attachment came back different")
            ours.append(time.perf_counter() - middle)
            tools.append(middle - start)
    return {"verify 1 GiB, speed against sha512sum": Figure(min(tools) / min(ours), 0.8, "×", at_least=True)}


@contextmanager
def _place() -> Iterator[tuple[Path, Blobs]]:
    """A source file on the disk, and an empty vault's attachments beside it."""
    with TemporaryDirectory(prefix="bench-") as folder:
        source, vault = Path(folder) / "log.eval", Path(folder) / "bench.vault"
        create_layout(vault)
        with source.open("wb") as file:
            for _ in range(0, SIZE, 1024**2):
                file.write(os.urandom(1024**2))
            os.fsync(file.fileno())
        yield source, Blobs(vault, KEY)


def _by_tools(source: Path) -> float:
    copy = source.with_suffix(".copy")
    start = time.perf_counter()
    subprocess.run(["cp", source, copy], check=True)
    subprocess.run(["sync", copy], check=True)
    subprocess.run(["sha512sum", copy], check=True, stdout=subprocess.DEVNULL)
    seconds = time.perf_counter() - start
    copy.unlink()
    return seconds


def _attach_alone(blobs: Blobs, source: Path) -> tuple[float, float]:
    """Seconds, and the kilobytes the process had at most."""
    command = [sys.executable, "-c", ATTACH, str(blobs.folder.parent), str(source)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.split()
    blobs.remove(done[2])
    return float(done[0]), float(done[1])


def _cancel(blobs: Blobs, source: Path, after: float) -> float:
    """Seconds from the moment of cancelling until `write` has given up; 0 when it was done before."""
    deadline = time.perf_counter() + after
    try:
        stored = blobs.write(source, cancelled=lambda: time.perf_counter() >= deadline)
    except Cancelled:
        return time.perf_counter() - deadline
    blobs.remove(stored.blob_id)
    return 0.0
