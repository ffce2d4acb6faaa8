# SPDX-License-Identifier: Apache-2.0
"""The frames that the program and its reader process exchange: one kind byte, a four-byte length, the bytes."""

import os
import struct

HEAD = struct.Struct(">cI")
RANGE = struct.Struct(">QI")

JOB = b"J"
"""Parent: JSON with `kind`, `size` and the job's own arguments."""
WANT = b"W"
"""Child: a RANGE of the file."""
BYTES = b"B"
"""Parent: the bytes of that range. Child: one picture."""
ANSWER = b"A"
"""Child: JSON, the end of the job: `said`, `samples`, `found`, `pages`, `refused` or `stopped`, and `confinement`."""

LARGEST_RANGE = 4 * 1024 * 1024
LARGEST_ANSWER = 8 * 1024 * 1024
LARGEST_PICTURE = 96 * 1024 * 1024


class PipeClosed(Exception):
    """The other side is gone."""


class BadFrame(Exception):
    """The other side sent what it may not."""


def send(pipe: int, kind: bytes, data: bytes | memoryview) -> None:
    """Write one frame. Raises PipeClosed."""
    for piece in (HEAD.pack(kind, len(data)), data):
        view = memoryview(piece)
        while view:
            try:
                view = view[os.write(pipe, view) :]
            except OSError as error:
                raise PipeClosed from error


def receive(pipe: int, most: dict[bytes, int]) -> tuple[bytes, bytes]:
    """Read one frame whose kind is in `most`, with at most that many bytes. Raises PipeClosed or BadFrame."""
    kind, length = HEAD.unpack(_exactly(pipe, HEAD.size))
    if length > most.get(kind, -1):
        raise BadFrame(kind, length)
    return kind, _exactly(pipe, length)


def _exactly(pipe: int, length: int) -> bytes:
    data = bytearray(length)
    view = memoryview(data)
    while view:
        try:
            piece = os.read(pipe, min(len(view), 1 << 20))
        except OSError as error:
            raise PipeClosed from error
        if not piece:
            raise PipeClosed
        view[: len(piece)] = piece
        view = view[len(piece) :]
    return bytes(data)
