# SPDX-License-Identifier: Apache-2.0
"""ZIP members of an untrusted file, produced in memory one at a time under limits; nothing is ever extracted.

Names are opaque: they are compared with the few a format defines and lead nowhere. Only the list of members comes
from `zipfile`; the bytes are produced here, because `zipfile` reads zstd only from Python 3.14 on and bounds the
output of deflate alone.
"""

import struct
import sys
import zipfile
import zlib
from collections.abc import Callable, Iterator

from reviewer_app.evaluations.fields import Unreadable, Warnings, short
from reviewer_app.evaluations.source import LARGEST_READ, SourceFile, TooMuchAtOnce

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

MOST_MEMBERS = 100_000
LARGEST_MEMBER = 16 * 1024 * 1024
"""Bytes of a member that is held whole."""
LARGEST_TOTAL = 64 * 1024 * 1024
RATIO = 200
RATIO_FROM = 1024 * 1024
"""Bytes a member may produce before RATIO counts; short texts can repeat themselves honestly."""
PIECE = 64 * 1024

_LOCAL_HEADER = struct.Struct("<4s5H3L2H")
_ENCRYPTED = 0x1
CUT_OFF = "its list of members, which ends a ZIP, is missing or damaged: the file is cut off or was never finished"


class Archive:
    """The members of a ZIP. Raises Unreadable for anything that is not as it should be."""

    def __init__(self, file: SourceFile, warnings: Warnings) -> None:
        self._file = file
        self._produced = 0
        try:
            listed = zipfile.ZipFile(file).infolist()
        except TooMuchAtOnce as error:
            raise Unreadable(f"its list of members is longer than {LARGEST_READ >> 20} MiB") from error
        except (zipfile.BadZipFile, NotImplementedError, ValueError, OverflowError, struct.error) as error:
            raise Unreadable(CUT_OFF) from error
        if len(listed) > MOST_MEMBERS:
            raise Unreadable(f"it has {len(listed):,} members, more than {MOST_MEMBERS:,}")
        self.members: dict[str, zipfile.ZipInfo] = {}
        for member in listed:
            if member.filename in self.members:
                warnings.add(f"Two members are named “{short(member.filename)}”; the last one is read.")
            self.members[member.filename] = member

    def __contains__(self, name: str) -> bool:
        return name in self.members

    def starting(self, folder: str) -> list[str]:
        """The names that begin with `folder`, in the file's order."""
        return [name for name in self.members if name.startswith(folder) and name != folder]

    def read(self, name: str) -> bytearray:
        """A member's bytes, whole."""
        if self.members[name].file_size > LARGEST_MEMBER:
            raise Unreadable(f"its member “{short(name)}” is larger than {LARGEST_MEMBER >> 20} MiB")
        produced = bytearray()
        for piece in self.pieces(name):
            produced += piece
        return produced

    def pieces(self, name: str) -> Iterator[bytes]:
        """A member's bytes, piece by piece; only after the last it is known that its size and CRC are right."""
        member, produced, crc = self.members[name], 0, 0
        for piece in self._decompressed(member):
            produced += len(piece)
            crc = zlib.crc32(piece, crc)
            self._check(member, produced)
            yield piece
        if produced != member.file_size or crc != member.CRC:
            raise Unreadable(f"its member “{short(name)}” is damaged")
        self._produced += produced

    def _check(self, member: zipfile.ZipInfo, produced: int) -> None:
        """SECURITY: what a member declares may be a lie; this counts the bytes that really came out."""
        name = short(member.filename)
        if produced > member.file_size:
            raise Unreadable(f"its member “{name}” is larger than it declares")
        if produced > RATIO_FROM and produced > RATIO * member.compress_size:
            raise Unreadable(f"its member “{name}” grows more than {RATIO}-fold when it is read")
        if self._produced + produced > LARGEST_TOTAL:
            raise Unreadable(f"its members together are larger than {LARGEST_TOTAL >> 20} MiB")

    def _decompressed(self, member: zipfile.ZipInfo) -> Iterator[bytes]:
        produce = _METHODS.get(member.compress_type)
        name = short(member.filename)
        if produce is None:
            raise Unreadable(
                f"its member “{name}” is compressed by a method this program does not know ({member.compress_type})"
            )
        if member.flag_bits & _ENCRYPTED:
            raise Unreadable(f"its member “{name}” is encrypted")
        try:
            yield from produce(self._stored(member))
        except (zlib.error, zstd.ZstdError, EOFError) as error:
            raise Unreadable(f"its member “{name}” is damaged") from error

    def _stored(self, member: zipfile.ZipInfo) -> Iterator[bytes]:
        self._file.seek(max(0, member.header_offset))
        header = self._file.read(_LOCAL_HEADER.size)
        if member.header_offset < 0 or len(header) < _LOCAL_HEADER.size or header[:4] != b"PK\x03\x04":
            raise Unreadable(f"its member “{short(member.filename)}” is not where the list of members says")
        *_, name_length, extra_length = _LOCAL_HEADER.unpack(header)
        self._file.seek(name_length + extra_length, 1)
        left = member.compress_size
        while left:
            piece = self._file.read(min(PIECE, left))
            if not piece:
                raise EOFError
            left -= len(piece)
            yield piece


def _inflated(pieces: Iterator[bytes]) -> Iterator[bytes]:
    inflate = zlib.decompressobj(-zlib.MAX_WBITS)
    for piece in pieces:
        left = piece
        while left and not inflate.eof:
            yield inflate.decompress(left, PIECE)
            left = inflate.unconsumed_tail
    yield inflate.flush()


def _unzstd(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """All frames of a member: writers start a new one after 200 MiB."""
    frame = zstd.ZstdDecompressor()
    for piece in pieces:
        left = piece
        while left or not (frame.needs_input or frame.eof):
            if frame.eof:
                frame = zstd.ZstdDecompressor()
            yield frame.decompress(left, PIECE)
            left = frame.unused_data if frame.eof else b""


_METHODS: dict[int, Callable[[Iterator[bytes]], Iterator[bytes]]] = {
    zipfile.ZIP_STORED: lambda pieces: pieces,
    zipfile.ZIP_DEFLATED: _inflated,
    93: _unzstd,  # zstd, APPNOTE 6.3.10, section 4.4.5
}
