# SPDX-License-Identifier: Apache-2.0
"""The bytes of a stored attachment: header, chunks, and what binds each chunk to its place.

Format: docs/formats.md, “Blob”.
"""

import struct
from collections.abc import Callable

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

MAGIC = b"RVWRBLOB"
FORMAT = 1
CHUNK = 256 * 1024
TAG = 16
HEADER = struct.Struct(">8sI16sI7sx")
_PLACE = struct.Struct(">IBQ")
_NONCE = struct.Struct(">7sIB")

Progress = Callable[[float], None]
IsCancelled = Callable[[], bool]


def sealed_size(size: int) -> int:
    """Bytes of the file that holds a plaintext of `size` bytes."""
    return HEADER.size + size + TAG * chunks_of(size)


def chunks_of(size: int) -> int:
    """Chunks of a plaintext of `size` bytes; an empty one has one empty chunk."""
    return max(1, -(-size // CHUNK))


class ChunkCipher:
    """The chunk cipher of one blob: AES-256-GCM, nonce and associated data bound to header, place and end."""

    def __init__(self, key: bytes, header: bytes) -> None:
        self._gcm = AESGCM(key)
        self._header = header
        self._prefix = HEADER.unpack(header)[4]

    def _bound(self, index: int, total: int | None) -> tuple[bytes, bytes]:
        """Nonce and associated data; `total` is the plaintext's length for the last chunk, None for the others."""
        last = total is not None
        return _NONCE.pack(self._prefix, index, last), self._header + _PLACE.pack(index, last, total or 0)

    def seal_into(self, target: memoryview, index: int, total: int | None, chunk: memoryview) -> None:
        """Encrypts a chunk into `target`, which is TAG bytes longer."""
        nonce, bound = self._bound(index, total)
        self._gcm.encrypt_into(nonce, chunk, bound, target)

    def open(self, index: int, total: int | None, sealed: bytes) -> bytes:
        """The chunk; raises InvalidTag when it, its place or its end is another."""
        nonce, bound = self._bound(index, total)
        return self._gcm.decrypt(nonce, sealed, bound)
