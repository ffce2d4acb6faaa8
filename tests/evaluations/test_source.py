# SPDX-License-Identifier: Apache-2.0
"""Files by range: the file object over a source, and plain files on the disk."""

import io
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer_app.errors import FileChanged, FileUnreadable, FileVanished, NotAFile
from reviewer_app.evaluations.source import BLOCK, BLOCKS_HELD, LARGEST_READ, FileSource, SourceFile, TooMuchAtOnce

DATA = bytes(range(251)) * 2000

steps = st.tuples(st.sampled_from(["read", "seek", "back", "end"]), st.integers(0, len(DATA) + 10))


@given(st.lists(steps, max_size=12))
def test_it_reads_and_seeks_like_any_file(make, taken):
    ours, theirs = SourceFile(make.source(DATA)), io.BytesIO(DATA)
    for step, number in taken:
        for file in (ours, theirs):
            if step == "seek":
                file.seek(number)
            elif step == "back":
                file.seek(-min(number, file.tell()), os.SEEK_CUR)
            elif step == "end":
                file.seek(-min(number, len(DATA)), os.SEEK_END)
        if step == "read":
            assert ours.read(number) == theirs.read(number)
        assert ours.tell() == theirs.tell()


def test_bytes_near_each_other_are_asked_for_once(make):
    source = make.source(DATA)
    file = SourceFile(source)
    for place in range(0, 1000, 10):
        file.seek(place)
        file.read(10)
    assert source.asked == [(0, BLOCK)]


def test_only_a_few_blocks_are_held(make):
    source = make.source(bytes(BLOCK * (BLOCKS_HELD + 2)))
    file = SourceFile(source)
    file.read(-1)
    file.seek(0)
    file.read(1)
    assert len(source.asked) == BLOCKS_HELD + 3


def test_nothing_is_read_in_one_piece_beyond_the_limit(make):
    file = SourceFile(make.source(bytes(LARGEST_READ + 1)))
    with pytest.raises(TooMuchAtOnce):
        file.read()
    with pytest.raises(ValueError):
        file.seek(-1)


def test_a_plain_file_is_read_by_range(tmp_path):
    path = tmp_path / "log.eval"
    path.write_bytes(DATA)
    with FileSource(path) as source:
        assert source.size == len(DATA) and source.read_at(1000, 50) == DATA[1000:1050]


def test_what_is_no_plain_file_is_refused(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    for name in ("pipe", "folder"):
        with pytest.raises(NotAFile):
            FileSource(tmp_path / name)
    with pytest.raises(FileVanished):
        FileSource(tmp_path / "absent")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission_is_named(tmp_path):
    path = tmp_path / "log.eval"
    path.write_bytes(b"x")
    path.chmod(0)
    with pytest.raises(FileUnreadable):
        FileSource(path)


def test_a_name_too_long_for_the_system_is_named(tmp_path):
    with pytest.raises(FileUnreadable):
        FileSource(tmp_path / ("x" * 300))


def test_a_file_that_shrinks_while_it_is_read_is_named(tmp_path):
    path = tmp_path / "log.eval"
    path.write_bytes(DATA)
    with FileSource(path) as source:
        os.truncate(path, 100)
        with pytest.raises(FileChanged):
            source.read_at(50, 100)
