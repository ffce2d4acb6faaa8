# SPDX-License-Identifier: Apache-2.0
"""Hostile and damaged ZIP files: each is refused with a reason, and memory stays bounded."""

import io
import random
import struct
import tracemalloc
import zipfile
import zlib

import pytest

from reviewer_app.evaluations import archive as room
from reviewer_app.evaluations.archive import Archive, zstd
from reviewer_app.evaluations.fields import Unreadable, Warnings
from reviewer_app.evaluations.source import SourceFile

MIB = 1024 * 1024


def raw_zip(
    stored: bytes, method: int, size: int, crc: int, name: bytes = b"header.json", flags: int = 0, entries: int = 1
) -> bytes:
    """A ZIP of one member whose every declared field is chosen; the list of members may repeat it."""
    common = struct.pack("<5H3L2H", 20, flags, method, 0, 33, crc, len(stored), size, len(name), 0)
    local = b"PK\x03\x04" + common + name + stored
    entry = b"PK\x01\x02\x14\x00" + common + struct.pack("<3H2L", 0, 0, 0, 0, 0) + name
    listed = entry * entries
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, entries & 0xFFFF, entries & 0xFFFF, len(listed), len(local), 0)
    return local + listed + end


def deflated(data: bytes) -> bytes:
    squeezer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return squeezer.compress(data) + squeezer.flush()


@pytest.fixture
def opened(make):
    return lambda data: Archive(SourceFile(make.source(data)), Warnings())


def test_stored_deflated_and_zstd_members_are_read(opened):
    data = b'{"a": 1}' * 1000
    for method, stored in ((0, data), (8, deflated(data)), (93, zstd.compress(data))):
        assert opened(raw_zip(stored, method, len(data), zlib.crc32(data))).read("header.json") == data


def test_a_zstd_member_of_several_frames_is_read_across_them(opened):
    parts = [random.Random(n).randbytes(300_000).hex().encode() for n in range(5)]
    data = b"".join(parts)
    stored = b"".join(zstd.compress(part) for part in [*parts, b""])
    assert opened(raw_zip(stored, 93, len(data), zlib.crc32(data))).read("header.json") == data


def test_names_lead_nowhere_and_are_only_compared(opened, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in (b"/etc/passwd", b"../../header.json", b"C:\\x", b"samples/../header.json"):
        found = opened(raw_zip(b"x", 0, 1, zlib.crc32(b"x"), name))
        assert "header.json" not in found and list(tmp_path.iterdir()) == []


def test_a_member_that_stands_twice_is_named_and_the_last_is_read(make):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as written, pytest.warns(UserWarning, match="Duplicate name"):
        written.writestr("header.json", "1")
        written.writestr("header.json", "2")
    warnings = Warnings()
    found = Archive(SourceFile(make.source(made.getvalue())), warnings)
    assert found.read("header.json") == b"2" and "header.json" in warnings.all()[0]


BOMB = b"\0" * (12 * MIB)
WRONG = {
    "larger than": raw_zip(deflated(b"\0" * (17 * MIB)), 8, 17 * MIB, 0),
    "grows more than 200-fold": raw_zip(deflated(BOMB), 8, len(BOMB), zlib.crc32(BOMB)),
    "grows more than 200-fold in": raw_zip(zstd.compress(BOMB), 93, len(BOMB), zlib.crc32(BOMB)),
    "larger than it declares": raw_zip(deflated(b"x" * 5000), 8, 10, 0),
    "larger than it declares,": raw_zip(zstd.compress(BOMB), 93, 100, 0),
    "is damaged": raw_zip(deflated(b"x" * 5000), 8, 6000, 0),
    "is damaged,": raw_zip(b"\xff\xff\xff\xff", 8, 4, 0),
    "is damaged;": raw_zip(b"no zstd", 93, 4, 0),
    "is damaged:": raw_zip(b"1234", 0, 4, 0),  # wrong CRC
    "is encrypted": raw_zip(b"1234", 0, 4, zlib.crc32(b"1234"), flags=1),
    "does not know (14)": raw_zip(b"1234", 14, 4, 0),
}  # fmt: skip


@pytest.mark.parametrize("reason", WRONG)
def test_a_hostile_or_damaged_member_is_refused_with_its_reason(opened, reason):
    found = opened(WRONG[reason])
    tracemalloc.start()
    try:
        with pytest.raises(Unreadable) as refused:
            found.read("header.json")
        assert tracemalloc.get_traced_memory()[1] < 10 * MIB
    finally:
        tracemalloc.stop()
    assert reason.rstrip(",;: in") in str(refused.value)


def test_a_list_of_a_million_members_is_refused_before_it_is_read(opened):
    made = raw_zip(b"", 0, 0, 0, name=b"a", entries=1_000_000)
    tracemalloc.start()
    try:
        with pytest.raises(Unreadable, match="list of members is longer than 8 MiB"):
            opened(made)
        assert tracemalloc.get_traced_memory()[1] < 10 * MIB
    finally:
        tracemalloc.stop()


def test_more_members_than_allowed_are_refused(opened, monkeypatch):
    monkeypatch.setattr(room, "MOST_MEMBERS", 5)
    with pytest.raises(Unreadable, match="6 members, more than 5"):
        opened(raw_zip(b"", 0, 0, 0, entries=6))


def test_all_members_together_are_bounded(make, monkeypatch):
    monkeypatch.setattr(room, "LARGEST_TOTAL", 100)
    found = Archive(SourceFile(make.source(make.eval_bytes(None, None, a="x" * 60, b="y" * 60))), Warnings())
    assert found.read("a") == b"x" * 60
    with pytest.raises(Unreadable, match="together are larger"):
        found.read("b")


@pytest.mark.parametrize("cut", [1, 10, 22, 30, 60, 200, 900])
def test_a_zip_without_its_end_is_refused(make, opened, cut):
    with pytest.raises(Unreadable, match="cut off"):
        opened(make.eval_bytes(make.header(), make.rows())[:-cut])


def test_a_member_that_is_not_where_the_list_says_is_refused(opened):
    data = bytearray(raw_zip(b"1234", 0, 4, zlib.crc32(b"1234")))
    data[0:4] = b"XXXX"
    with pytest.raises(Unreadable, match="not where the list of members says"):
        opened(bytes(data)).read("header.json")


def test_a_flipped_byte_anywhere_gives_a_summary_or_a_reason(make, read):
    whole = make.eval_bytes(make.header(), make.rows(1))
    for place in range(0, len(whole), 7):
        data = bytearray(whole)
        data[place] ^= 0x55
        try:
            assert read(bytes(data)).format.startswith("inspect")
        except Unreadable as reason:
            assert str(reason)
