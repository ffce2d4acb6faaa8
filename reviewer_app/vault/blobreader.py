# SPDX-License-Identifier: Apache-2.0
"""Reading a stored attachment: at any place or in order, every byte authenticated before it is given."""

import hashlib
import os
from collections import OrderedDict
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Self

from cryptography.exceptions import InvalidTag

from reviewer_app.errors import AttachmentDamaged, AttachmentMissing, Cancelled
from reviewer_app.vault.blobform import (
    CHUNK,
    FORMAT,
    HEADER,
    MAGIC,
    TAG,
    ChunkCipher,
    IsCancelled,
    Progress,
    chunks_of,
    sealed_size,
)
from reviewer_app.vault.files import REFUSED, fault, open_plain

CHUNKS_KEPT = 8


class BlobReader:
    """One stored attachment, read at any place; every byte given was authenticated. For one thread at a time."""

    def __init__(self, path: Path, blob_id: str, key: bytes, size: int, name: str) -> None:
        self.size = size
        self.name = name
        self._kept: OrderedDict[int, bytes] = OrderedDict()
        try:
            self._file = open_plain(path)
        except FileNotFoundError as error:
            raise AttachmentMissing(name=name) from error
        except OSError as error:
            raise self._refused(error) from error
        try:
            self._cipher = ChunkCipher(key, self._checked_header(blob_id))
        except BaseException:
            self._file.close()
            raise

    def __repr__(self) -> str:
        return f"<BlobReader of {self.size} bytes>"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Closes the file and forgets what was read."""
        self._kept.clear()
        self._file.close()

    def read_at(self, offset: int, length: int) -> bytes:
        """Exactly `length` bytes from `offset` on; the range lies inside the attachment, or ValueError is raised.

        Raises AttachmentDamaged when a chunk in the range was changed.
        """
        if not 0 <= offset <= offset + length <= self.size:
            raise ValueError("a range outside the attachment")
        if not length:
            return b""
        first, last = offset // CHUNK, (offset + length - 1) // CHUNK
        pieces = [self._kept_chunk(index) for index in range(first, last + 1)]
        pieces[-1] = pieces[-1][: offset + length - last * CHUNK]
        pieces[0] = pieces[0][offset - first * CHUNK :]
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def chunks(self) -> Iterator[bytes]:
        """The whole attachment in order, at most 256 KiB at a time; raises AttachmentDamaged."""
        for index in range(chunks_of(self.size)):
            yield self._chunk(index)

    def verify(self, progress: Progress = lambda _fraction: None, cancelled: IsCancelled = lambda: False) -> str:
        """Reads everything and gives the SHA-512 of the plaintext; raises AttachmentDamaged or Cancelled."""
        sha512 = hashlib.sha512()
        with ThreadPoolExecutor(1, "blob-hash") as hasher:
            hashed: Future[None] | None = None
            done = 0
            for chunk in self.chunks():
                if cancelled():
                    raise Cancelled(name=self.name)
                if hashed:
                    hashed.result()
                hashed = hasher.submit(sha512.update, chunk)
                done += len(chunk)
                progress(done / self.size if self.size else 1.0)
        return sha512.hexdigest()

    def _checked_header(self, blob_id: str) -> bytes:
        try:
            found = os.fstat(self._file.fileno()).st_size
            header = self._read(0, min(found, HEADER.size))
        except OSError as error:
            raise self._refused(error) from error
        if found != sealed_size(self.size) or len(header) != HEADER.size:
            raise self._damaged(f"its file has {found} bytes instead of {sealed_size(self.size)}")
        _, _, identity, _, prefix = HEADER.unpack(header)
        if header != HEADER.pack(MAGIC, FORMAT, identity, CHUNK, prefix):
            raise self._damaged("its header was changed")
        if identity.hex() != blob_id:
            raise self._damaged("its file is that of another attachment")
        return header

    def _kept_chunk(self, index: int) -> bytes:
        if index in self._kept:
            self._kept.move_to_end(index)
            return self._kept[index]
        chunk = self._chunk(index)
        self._kept[index] = chunk
        if len(self._kept) > CHUNKS_KEPT:
            self._kept.popitem(last=False)
        return chunk

    def _chunk(self, index: int) -> bytes:
        count = chunks_of(self.size)
        length = min(CHUNK, self.size - index * CHUNK) + TAG
        total = self.size if index == count - 1 else None
        try:
            return self._cipher.open(index, total, self._read(HEADER.size + index * (CHUNK + TAG), length))
        except InvalidTag as error:
            raise self._damaged(f"part {index + 1} of {count} was changed") from error
        except OSError as error:
            raise self._refused(error) from error

    def _read(self, place: int, length: int) -> bytes:
        """The bytes of the file there, fewer at its end."""
        self._file.seek(place)
        data = self._file.read(length) or b""
        while 0 < len(data) < length and (more := self._file.read(length - len(data))):
            data += more
        return data

    def _damaged(self, reason: str) -> AttachmentDamaged:
        return AttachmentDamaged(name=self.name, reason=reason)

    def _refused(self, error: OSError) -> Exception:
        """A permission is named as one; what else the disk refuses makes this one attachment unreadable."""
        if error.errno in REFUSED:
            return fault(error, "read", self.name)
        return self._damaged(f"the disk refused to read it: {(error.strerror or 'no reason given').lower()}")
