# SPDX-License-Identifier: Apache-2.0
import errno
import os
import stat
import subprocess
import sys
import tempfile
from itertools import count
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reviewer_app.errors import AttachmentDamaged, PackageCancelled, PackageNotWritten
from reviewer_app.exchange import bag
from reviewer_app.exchange.bag import Payload, info_text, write_bag
from reviewer_app.exchange.check import check_bag
from reviewer_app.exchange.form import never, no_progress, sha512_of

INFO = [("External-Identifier", "one")]
WORKS = [Payload.of("data/a.txt", b"hello\n"), Payload.of("data/deep/b", b"\x00" * 70_000)]


def no_tags(_files):
    return {}


def write(folder, payload=WORKS, **more):
    return write_bag(folder, "one", payload, INFO, no_tags, **more)


def test_the_files_of_a_bag_are_what_the_standard_says(tmp_path):
    made = write(tmp_path)
    text = {path.name: path.read_bytes() for path in made.path.iterdir() if path.is_file()}
    assert text["bagit.txt"] == b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
    assert text["bag-info.txt"] == b"External-Identifier: one\nPayload-Oxum: 70006.2\n"
    manifest = f"{sha512_of(b'hello' + bytes([10]))}  data/a.txt\n{sha512_of(bytes(70_000))}  data/deep/b\n"
    assert text["manifest-sha512.txt"].decode() == manifest
    assert made.sha512 == sha512_of(text["tagmanifest-sha512.txt"])
    assert [line.split("  ")[1] for line in text["tagmanifest-sha512.txt"].decode().splitlines()] == [
        "bag-info.txt",
        "bagit.txt",
        "manifest-sha512.txt",
    ]


def test_the_same_content_in_any_order_makes_the_same_bag(tmp_path):
    (tmp_path / "x").mkdir()
    (tmp_path / "y").mkdir()
    assert write(tmp_path / "x").sha512 == write(tmp_path / "y", WORKS[::-1]).sha512


@pytest.mark.skipif(os.name == "nt", reason="POSIX modes")
def test_only_the_owner_may_read_a_bag(tmp_path):
    made = write(tmp_path)
    for path in (made.path, *made.path.rglob("*")):
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600)


def test_chunks_are_taken_one_at_a_time_with_progress(tmp_path):
    taken, seen = [], []

    def chunks():
        for number in range(8):
            taken.append(number)
            yield bytes(1_000)

    write(tmp_path, [Payload("data/big", 8_000, chunks())], progress=lambda part: seen.append((len(taken), part)))
    assert seen[1:-1] == [(number, number / 8) for number in range(1, 9)]
    assert seen[-1] == (8, 1.0)


@pytest.mark.parametrize("there", ["folder", "full folder", "file", "link", "dangling link"])
def test_nothing_is_overwritten(tmp_path, there):
    target = tmp_path / "one"
    if there in ("folder", "full folder"):
        target.mkdir()
    if there == "full folder":
        (target / "mine").write_text("kept")
    if there == "file":
        target.write_text("kept")
    if there == "link":
        (tmp_path / "elsewhere").mkdir()
        target.symlink_to(tmp_path / "elsewhere")
    if there == "dangling link":
        target.symlink_to(tmp_path / "nowhere")
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(PackageNotWritten, match="exists there already"):
        write(tmp_path)
    assert sorted(tmp_path.rglob("*")) == before


def test_an_unfinished_bag_of_another_run_is_left_alone(tmp_path):
    (tmp_path / "one.part").mkdir()
    (tmp_path / "one.part" / "theirs").write_text("kept")
    with pytest.raises(PackageNotWritten, match="of that name is there already"):
        write(tmp_path)
    assert (tmp_path / "one.part" / "theirs").read_text() == "kept"


def test_a_missing_folder_is_not_made(tmp_path):
    with pytest.raises(PackageNotWritten, match="no such file"):
        write(tmp_path / "pulled out")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        ([Payload("data/a", 5, [b"1234"])], "not what its record says"),
        ([Payload("data/a", 3, [b"1234"])], "not what its record says"),
        ([Payload("data/a", 4, [b"1234"], "0" * 128)], "not what its record says"),
        ([Payload("data/a", 10**18, [])], "are free there and it needs 1001000000.0 GB"),
    ],
)
def test_content_that_is_not_what_was_announced_leaves_nothing(tmp_path, payload, reason):
    with pytest.raises(PackageNotWritten, match=reason):
        write(tmp_path, payload)
    assert list(tmp_path.iterdir()) == []


def test_cancelling_at_any_moment_leaves_nothing(tmp_path):
    for allowed in range(100):
        calls = iter(range(allowed))
        try:
            write(tmp_path, cancelled=lambda calls=calls: next(calls, None) is None)
        except PackageCancelled:
            assert list(tmp_path.iterdir()) == []
        else:
            break
    assert allowed == 5  # two files, one chunk each, and the end


def test_damage_in_the_vault_leaves_nothing_and_keeps_its_own_words(tmp_path):
    def chunks():
        yield b"half"
        raise AttachmentDamaged(name="log", reason="chunk 2")

    with pytest.raises(AttachmentDamaged):
        write(tmp_path, [Payload("data/a", 8, chunks())])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("code", "reason"),
    [(errno.ENOSPC, "the disk is full"), (errno.EFBIG, "larger than this medium"), (errno.EIO, "refused it")],
)
@pytest.mark.parametrize("call", ["write", "fsync", "open", "mkdir", "rename"])
def test_a_fault_at_any_call_to_the_disk_leaves_nothing(tmp_path, monkeypatch, call, code, reason):
    real = getattr(os, call)
    for fault_at in range(1, 200):
        calls = count(1)

        def faulty(*args, calls=calls, fault_at=fault_at, **more):
            if next(calls) == fault_at:
                raise OSError(code, os.strerror(code))
            return real(*args, **more)

        with monkeypatch.context() as patch:
            patch.setattr(os, call, faulty)
            try:
                write(tmp_path)
            except PackageNotWritten as error:
                assert reason in str(error)
            else:
                break
        assert list(tmp_path.iterdir()) == []
    assert fault_at > 1
    assert [path.name for path in tmp_path.iterdir()] == ["one"]


def test_what_cannot_be_removed_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(bag.shutil, "rmtree", lambda *_args, **_more: None)
    with pytest.raises(PackageNotWritten, match=r"an unfinished “one\.part” is left there; delete it"):
        write(tmp_path, [Payload("data/a", 5, [b"1234"])])


KILLED = """
import sys
from pathlib import Path
from reviewer_app.exchange.bag import Payload, write_bag

def chunks():
    yield b"half"
    print("half", flush=True)
    sys.stdin.read()
    yield b"rest"

write_bag(Path(sys.argv[1]), "one", [Payload("data/a", 8, chunks())], [], lambda files: {})
"""


def test_a_kill_in_the_middle_leaves_no_folder_under_the_final_name(tmp_path):
    with subprocess.Popen(
        [sys.executable, "-c", KILLED, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout.readline() == b"half\n"
        process.kill()
    assert [path.name for path in tmp_path.iterdir()] == ["one.part"]


@pytest.mark.parametrize("value", ["", "  ", "a\x07b", "a\u202eb", "\ud800"])
def test_a_value_that_cannot_be_printed_is_refused(value):
    with pytest.raises(PackageNotWritten, match="MRC-Recipient"):
        info_text([("MRC-Recipient", value)])


def test_white_space_in_a_value_cannot_start_a_line_of_its_own():
    assert info_text([("A", " one\nMRC-Marking:\u00a0U\r\n two ")]) == b"A: one MRC-Marking: U two\n"


names = st.from_regex(r"data/[a-z][a-z0-9]{0,8}(/[a-z][a-z0-9]{0,8}){0,2}\.x", fullmatch=True)


@settings(max_examples=25, deadline=None)
@given(st.dictionaries(names, st.binary(max_size=300), min_size=1, max_size=6))
def test_whatever_is_written_is_found_whole(files):
    with tempfile.TemporaryDirectory() as folder:
        made = write(Path(folder), [Payload.of(name, content) for name, content in files.items()])
        found = check_bag(made.path, dict.fromkeys(files, 300), no_progress, never)
        assert found.kept == files
        assert found.sha512 == made.sha512
        assert found.payload == made.payload
