# SPDX-License-Identifier: Apache-2.0
"""Bytes by range: where a file's bytes come from, and a file object over them that holds few at a time."""

import io
import os
import stat
import threading
from collections import OrderedDict
from pathlib import Path
from typing import BinaryIO, Protocol

from reviewer_app.errors import FileChanged, FileUnreadable, FileVanished, NotAFile

BLOCK = 128 * 1024
BLOCKS_HELD = 3
LARGEST_READ = 8 * 1024 * 1024
"""SECURITY: nothing reads more at once. A ZIP's list of members is one read, so this bounds the list too."""


class ByteSource(Protocol):
    """One attachment's bytes. `read_at` gives exactly `length` bytes or raises."""

    @property
    def size(self) -> int:
        """Its length in bytes."""

    def read_at(self, offset: int, length: int) -> bytes:
        """The bytes from `offset` on, `length` of them; the range lies inside the file."""


class TooMuchAtOnce(Exception):
    """Code that reads a file asked for more than LARGEST_READ in one piece."""


class SourceFile(io.BufferedIOBase):
    """A read-only, seekable file over a ByteSource; it keeps the last BLOCKS_HELD blocks of BLOCK bytes."""

    def __init__(self, source: ByteSource) -> None:
        self.size = source.size
        self._source = source
        self._place = 0
        self._blocks: OrderedDict[int, bytes] = OrderedDict()

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._place

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._place, os.SEEK_END: self.size}[whence]
        if base + offset < 0:
            raise ValueError(f"place before the start of the file: {base + offset}")
        self._place = base + offset
        return self._place

    def read(self, size: int | None = -1, /) -> bytes:
        left = max(0, self.size - self._place)
        wanted = left if size is None or size < 0 else min(size, left)
        if wanted > LARGEST_READ:
            raise TooMuchAtOnce(wanted)
        pieces = []
        while wanted:
            number, skipped = divmod(self._place, BLOCK)
            piece = self._block(number)[skipped : skipped + wanted]
            pieces.append(piece)
            self._place += len(piece)
            wanted -= len(piece)
        return b"".join(pieces)

    def _block(self, number: int) -> bytes:
        block = self._blocks.pop(number, None)
        if block is None:
            start = number * BLOCK
            block = self._source.read_at(start, min(BLOCK, self.size - start))
            if len(self._blocks) >= BLOCKS_HELD:
                self._blocks.popitem(last=False)
        self._blocks[number] = block
        return block


class FileSource:
    """A plain file on the disk, opened for reading only; for the command line.

    Raises FileVanished, FileUnreadable or NotAFile when opened, FileUnreadable or FileChanged when read.
    """

    def __init__(self, path: Path) -> None:
        self._name = path.name
        self._lock = threading.Lock()
        self._file, self._size = self._open(path)

    def _open(self, path: Path) -> tuple[BinaryIO, int]:
        try:
            # Without O_NONBLOCK a named pipe would be waited for before it can be refused.
            number = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        except FileNotFoundError as error:
            raise FileVanished(name=self._name) from error
        except OSError as error:
            if isinstance(error, PermissionError) and path.is_dir():  # Windows opens no folder
                raise NotAFile(name=self._name) from error
            raise FileUnreadable(name=self._name, reason=error.strerror) from error
        status = os.fstat(number)
        if not stat.S_ISREG(status.st_mode):
            os.close(number)
            raise NotAFile(name=self._name)
        return os.fdopen(number, "rb", buffering=0), status.st_size

    @property
    def size(self) -> int:
        return self._size

    def read_at(self, offset: int, length: int) -> bytes:
        pieces = []
        try:
            with self._lock:
                self._file.seek(offset)
                while length and (piece := self._file.read(length)):
                    pieces.append(piece)
                    length -= len(piece)
        except OSError as error:
            raise FileUnreadable(name=self._name, reason=error.strerror) from error
        if length:
            raise FileChanged(name=self._name)
        return b"".join(pieces)

    def close(self) -> None:
        self._file.close()

    def __enter__(self) -> "FileSource":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
