# SPDX-License-Identifier: Apache-2.0
"""The two ends of storing an attachment: a source that may change, vanish or be no file, and a file put on the disk."""

import errno
import os
import stat
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import BinaryIO, Self

from reviewer_app.errors import FileChanged, FileUnreadable, FileVanished, NotAFile
from reviewer_app.vault.files import open_new, open_plain, write_all

Read = Callable[[memoryview], int]
"""Reads into the buffer and says how many bytes; 0 at the end."""

_GONE = frozenset({errno.ENOENT, errno.ENOTDIR, errno.ENODEV, errno.ENXIO, errno.ESTALE})


class PlainFile:
    """A file outside the vault, opened for one reading. Links, folders, pipes and devices are refused unopened.

    Raises FileVanished, FileUnreadable or NotAFile.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.name = path.name
        try:
            if not stat.S_ISREG(path.lstat().st_mode):
                raise NotAFile(name=self.name)
            # A pipe put in the file's place meanwhile must not hold us up.
            self._file = open_plain(path, getattr(os, "O_NONBLOCK", 0))
            found = os.fstat(self._file.fileno())
        except OSError as error:
            raise self._refused(error) from error
        self._found = _identity(found)
        self.size = found.st_size
        if not stat.S_ISREG(found.st_mode):
            self._file.close()
            raise NotAFile(name=self.name)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def read_into(self, buffer: memoryview) -> int:
        """Reads on; raises FileUnreadable or FileVanished."""
        try:
            return self._file.readinto(buffer) or 0
        except OSError as error:
            raise self._refused(error) from error

    def refuse_changed(self) -> None:
        """Raises FileVanished or FileChanged unless the same untouched file still stands at its path."""
        try:
            now = _identity(os.fstat(self._file.fileno())), _identity(self.path.lstat())
        except OSError as error:
            raise self._refused(error) from error
        if now != (self._found, self._found):
            raise FileChanged(name=self.name)

    def _refused(self, error: OSError) -> Exception:
        if error.errno == errno.ELOOP:
            return NotAFile(name=self.name)
        if error.errno in _GONE:
            return FileVanished(name=self.name)
        return _unreadable(self.name, error)


def _identity(found: os.stat_result) -> tuple[int, int, int, int]:
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns


def _unreadable(name: str, error: OSError) -> FileUnreadable:
    return FileUnreadable(name=name, reason=(error.strerror or "no reason given").lower())


def read_of(stream: BinaryIO, name: str) -> Read:
    """Reads from a stream; its OSError becomes FileUnreadable."""

    def read(buffer: memoryview) -> int:
        try:
            data = stream.read(len(buffer))
        except OSError as error:
            raise _unreadable(name, error) from error
        buffer[: len(data)] = data
        return len(data)

    return read


class Batches:
    """A source as batches of SIZE bytes, each with whether it is the last; raises FileChanged when it grows.

    A batch stays valid until the second one after it is asked for, so that it can be hashed meanwhile. An empty
    source is one empty batch. `total` counts the bytes of the batches given so far.
    """

    SIZE = 1024 * 1024

    def __init__(self, read: Read, name: str, expected: int | None) -> None:
        self.name = name
        self.expected = expected
        self.total = 0
        self._read = read

    @property
    def fraction(self) -> float:
        """How much was given of what is expected: 0 to 1, and 0 while that is unknown."""
        if self.expected is None:
            return 0.0
        return self.total / self.expected if self.expected else 1.0

    def __iter__(self) -> Iterator[tuple[memoryview, bool]]:
        buffers = [memoryview(bytearray(self.SIZE)) for _ in range(3)]
        batch = self._filled(buffers[0])
        for turn in count(1):
            following = self._filled(buffers[turn % 3]) if len(batch) == self.SIZE else batch[:0]
            self.total += len(batch)
            if self.expected is not None and self.total + len(following) > self.expected:
                raise FileChanged(name=self.name)
            yield batch, not following
            if not following:
                return
            batch = following

    def _filled(self, buffer: memoryview) -> memoryview:
        """As much of the buffer as the source fills; less only at its end."""
        filled = 0
        while filled < len(buffer) and (got := self._read(buffer[filled:])):
            filled += got
        return buffer[:filled]


class SyncedFile:
    """A new file that a second thread puts on the disk behind its writer, so that the end has little left to wait for.

    `go_on` is called while waiting and raises to give up. Left without `settle`, the file is removed, and the thread
    closes it: a disk that is busy with it does not hold up whoever cancelled. Raises OSError.
    """

    EVERY = 16 * 1024 * 1024
    MOST_BEHIND = 64 * 1024 * 1024

    def __init__(self, path: Path, go_on: Callable[[], None]) -> None:
        self._path = path
        self._descriptor: int | None = open_new(path)
        self._thread = ThreadPoolExecutor(1, "blob-sync")
        self._go_on = go_on
        self._sync: Future[None] | None = None
        self._behind = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._descriptor is not None:
            # First the name, then the last descriptor: only the latter waits until the file's blocks are given back.
            with suppress(OSError):
                self._path.unlink()
            self._thread.submit(os.close, self._descriptor)
        self._thread.shutdown(wait=False)

    def write(self, data: bytes | memoryview) -> None:
        """Writes on, and starts or awaits the thread's work when enough lies undone."""
        write_all(self._open, data)
        self._behind += len(data)
        idle = self._sync is None or self._sync.done()
        if self._behind >= self.MOST_BEHIND or (self._behind >= self.EVERY and idle):
            self._await()
            self._sync = self._thread.submit(getattr(os, "fdatasync", os.fsync), self._open)
            self._behind = 0

    def settle(self) -> None:
        """Waits until the disk has everything, and closes the file."""
        self._await()
        self._sync = self._thread.submit(os.fsync, self._open)
        self._await()
        descriptor, self._descriptor = self._open, None
        os.close(descriptor)

    @property
    def _open(self) -> int:
        if self._descriptor is None:
            raise ValueError("the file is closed")
        return self._descriptor

    def _await(self) -> None:
        """Takes the outcome of the running sync: an error of the disk is told once and must not get lost."""
        if self._sync is not None:
            while not wait([self._sync], timeout=0.05).done:
                self._go_on()
            self._sync.result()
            self._sync = None
