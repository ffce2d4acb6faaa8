# SPDX-License-Identifier: Apache-2.0
import hashlib
import os
import shutil
import socket
import subprocess
import sys
from itertools import count
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer_app.errors import PackageCancelled, PackageError, PackageUnreadable
from reviewer_app.exchange import check
from reviewer_app.exchange.bag import Payload, write_bag
from reviewer_app.exchange.check import check_bag, info_lines, manifest_lines
from reviewer_app.exchange.form import never, no_progress

BAGS = Path(__file__).parent.parent / "data" / "bagit"
ZERO = "0" * 128
ASKED = 12  # six files: a question before each and one for its chunk


def look(folder, keep=(), cancelled=never):
    return check_bag(folder, dict.fromkeys(keep, 1_000), no_progress, cancelled)


@pytest.fixture
def bag(tmp_path):
    payload = [Payload.of("data/a.txt", b"hello\n"), Payload.of("data/deep/b", b"world\n")]
    return write_bag(tmp_path, "one", payload, [("External-Identifier", "one")], lambda _files: {}).path


def retag(bag):
    """Makes the tag manifest agree with the tag files as they are now."""
    names = sorted(path.name for path in bag.iterdir() if path.is_file() and "tagmanifest" not in path.name)
    lines = [f"{hashlib.sha512((bag / name).read_bytes()).hexdigest()}  {name}\n" for name in names]
    (bag / "tagmanifest-sha512.txt").write_text("".join(lines))


# --- bags of the Library of Congress's conformance suite ------------------------------------------------------------


def test_the_basic_bag_of_the_conformance_suite_is_taken():
    found = look(BAGS / "v1.0_valid_basicBag", ["data/hello.txt"])
    assert found.kept == {"data/hello.txt": b"hello\n"}
    assert found.info == {}


@pytest.mark.parametrize("name", ["v1.0_invalid_bagit-with-invalid-whitespace", "v0.97_valid_UTF-16-encoded-tag-files"])
def test_bags_that_do_not_declare_version_1_0_exactly_are_refused(name):
    with pytest.raises(PackageError, match=r"“bagit\.txt” is missing or does not declare"):
        look(BAGS / name)


@pytest.mark.parametrize(
    "declared",
    [
        b"BagIt-Version : 1.0\nTag-File-Character-Encoding : UTF-8\n",
        b"BagIt-Version: 1.0 \nTag-File-Character-Encoding: UTF-8\n",
        b"BagIt-Version: 0.97\nTag-File-Character-Encoding: UTF-8\n",
        b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-16\n",
        b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\nMore: 1\n",
        b"\xef\xbb\xbfBagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n",
        "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n".encode("utf-16"),
        b"",
    ],
)
def test_a_declaration_in_any_other_form_is_refused(bag, declared):
    (bag / "bagit.txt").write_bytes(declared)
    retag(bag)
    with pytest.raises(PackageError, match=r"bagit\.txt"):
        look(bag)


# --- changed bytes and files ----------------------------------------------------------------------------------------


def test_a_bit_changed_anywhere_is_found_and_its_file_named(bag):
    look(bag)
    for path in sorted(path for path in bag.rglob("*") if path.is_file()):
        good = path.read_bytes()
        for at in {0, len(good) // 2, len(good) - 1}:
            path.write_bytes(good[:at] + bytes([good[at] ^ 1]) + good[at + 1 :])
            with pytest.raises(PackageError) as caught:
                look(bag)
            if path.parent != bag or path.name.startswith(("bag", "manifest")):
                assert path.name in str(caught.value)
        path.write_bytes(good)
    look(bag)


def test_a_file_cut_short_is_found(bag):
    for path in sorted(path for path in bag.rglob("*") if path.is_file()):
        good = path.read_bytes()
        for size in range(0, len(good), max(1, len(good) // 12)):
            path.write_bytes(good[:size])
            with pytest.raises(PackageError):
                look(bag)
        path.write_bytes(good)
    look(bag)


def test_a_missing_file_is_found_and_named(bag):
    for path in sorted(path for path in bag.rglob("*") if path.is_file()):
        good = path.read_bytes()
        path.unlink()
        with pytest.raises(PackageError) as caught:
            look(bag)
        assert path.name == "b" or path.name == "bag-info.txt" or path.name in str(caught.value)
        path.write_bytes(good)


def add_file(name, content=b"x"):
    def do(bag):
        (bag / name).parent.mkdir(parents=True, exist_ok=True)
        (bag / name).write_bytes(content)

    return do


def to_manifest(*lines, name="manifest-sha512.txt"):
    def do(bag):
        with (bag / name).open("a", encoding="utf-8") as file:
            file.writelines(lines)
        retag(bag)

    return do


def rewrite(name, change):
    def do(bag):
        (bag / name).write_bytes(change((bag / name).read_bytes()))
        retag(bag)

    return do


def link_out(bag):
    (bag.parent / "secret").write_bytes(b"hello\n")
    (bag / "data/a.txt").unlink()
    (bag / "data/a.txt").symlink_to(bag.parent / "secret")


def link_folder(bag):
    shutil.move(bag / "data/deep", bag.parent / "deep")
    (bag / "data/deep").symlink_to(bag.parent / "deep")


def link_unlisted(bag):
    (bag / "data/link").symlink_to("a.txt")


def second_name(bag):
    os.link(bag / "data/a.txt", bag.parent / "other name")


def pipe(bag):
    os.mkfifo(bag / "data/pipe")


def local_socket(bag):
    with socket.socket(socket.AF_UNIX) as made:
        here = Path.cwd()
        os.chdir(bag / "data")  # the path of a socket is short
        try:
            made.bind("s")
        finally:
            os.chdir(here)


def with_tag(name, content=b"x\n"):
    def do(bag):
        (bag / name).write_bytes(content)
        retag(bag)

    return do


HOSTILE = {
    "unlisted payload": (add_file("data/c"), "“data/c” is not listed"),
    "unlisted deep payload": (add_file("data/x/y/c"), "“data/x/y/c” is not listed"),
    "unlisted tag file": (add_file("notes.txt"), r"“notes\.txt” is not listed"),
    "unlisted folder of tag files": (add_file("more/notes.txt"), "not listed"),
    "hidden file": (add_file("data/.DS_Store"), "not a name"),
    "space in a name": (add_file("data/a b"), "not a name"),
    "device name": (add_file("data/con.txt"), "Windows keeps"),
    "case twin": (add_file("data/A.txt"), "twice"),
    "case twin of a folder": (add_file("data/DEEP/c"), "twice"),
    "too deep": (add_file("data/1/2/3/4/5/6/7/c"), "too deep"),
    "empty folder": (lambda bag: (bag / "data/none").mkdir(), "empty"),
    "fetch.txt": (with_tag("fetch.txt", b"https://example.invalid/x - data/c\n"), r"fetch\.txt"),
    "Fetch.TXT": (with_tag("Fetch.TXT"), r"fetch\.txt"),
    "unlisted fetch.txt": (add_file("fetch.txt"), r"fetch\.txt"),
    "md5 manifest": (with_tag("manifest-md5.txt"), "another kind"),
    "sha256 manifest": (with_tag("manifest-sha256.txt"), "another kind"),
    "sha256 tag manifest": (add_file("tagmanifest-sha256.txt"), "another kind"),
    "linked payload": (link_out, "link"),
    "linked folder": (link_folder, "link"),
    "unlisted link": (link_unlisted, "link"),
    "second name": (second_name, "link"),
    "pipe": (pipe, "not a plain file"),
    "socket": (local_socket, "not a plain file"),
    "climbing path": (to_manifest(f"{ZERO}  ../secret\n"), "not a name"),
    "climbing path below data": (to_manifest(f"{ZERO}  data/../../secret\n"), "not a name"),
    "absolute path": (to_manifest(f"{ZERO}  /etc/passwd\n"), "not a name"),
    "per cent sign": (to_manifest(f"{ZERO}  data/%2e%2e%2fsecret\n"), "not a name"),
    "home": (to_manifest(f"{ZERO}  ~/secret\n"), "not a name"),
    "backslash": (to_manifest(f"{ZERO}  data\\secret\n"), "not a name"),
    "listed and not there": (to_manifest(f"{ZERO}  data/c\n"), "“data/c” is missing"),
    "tag file in the payload's list": (to_manifest(f"{ZERO}  bagit.txt\n"), r"“bagit\.txt” is missing"),
    "repeated line": (rewrite("manifest-sha512.txt", lambda text: text + text.splitlines(True)[0]), "twice"),
    "blank line": (to_manifest("\n"), "line 3"),
    "comment": (to_manifest("# x\n"), "line 3"),
    "no line end": (rewrite("manifest-sha512.txt", lambda text: text[:-1]), "cut off"),
    "capital digits": (rewrite("manifest-sha512.txt", lambda text: text[:128].upper() + text[128:]), "line 1"),
    "byte order mark": (rewrite("manifest-sha512.txt", lambda text: b"\xef\xbb\xbf" + text), "line 1"),
    "UTF-16": (rewrite("manifest-sha512.txt", lambda text: text.decode().encode("utf-16")), "not UTF-8"),
    "empty manifest": (rewrite("manifest-sha512.txt", lambda _text: b""), "empty"),
    "wrong count": (rewrite("bag-info.txt", lambda text: text.replace(b": 12.2", b": 12.3")), "Payload-Oxum"),
    "wrong bytes": (rewrite("bag-info.txt", lambda text: text.replace(b": 12.2", b": 13.2")), "Payload-Oxum"),
    "odd count": (rewrite("bag-info.txt", lambda text: text.replace(b": 12.2", b": 012.2")), "Payload-Oxum"),
    **{
        f"line form {new!r}": (
            rewrite("manifest-sha512.txt", lambda text, old=old, new=new: text.replace(old, new)),
            "line 1",
        )
        for old, new in [(b"  ", b" "), (b"  ", b" *"), (b"  ", b"\t"), (b"  ", b"   "), (b"\n", b"\r\n")]
    },
}


@pytest.mark.skipif(os.name == "nt", reason="POSIX files")
@pytest.mark.parametrize(("harm", "reason"), HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_bag_is_refused_for_what_it_is(bag, harm, reason):
    harm(bag)
    with pytest.raises(PackageError, match=reason) as caught:
        look(bag)
    assert "\n" not in str(caught.value) and str(caught.value).isprintable()


def test_payload_in_the_list_of_tag_files_is_refused(bag):
    with (bag / "tagmanifest-sha512.txt").open("a") as file:
        file.write(f"{ZERO}  data/a.txt\n")
    with pytest.raises(PackageError, match=r"“data/a\.txt” is missing"):
        look(bag)


@pytest.mark.skipif(os.name == "nt", reason="bytes in names are POSIX")
def test_a_name_that_is_not_text_is_refused_in_plain_characters(bag):
    try:
        Path(os.fsdecode(os.fsencode(bag) + b"/data/\xff\x1b[2J")).write_bytes(b"x")
    except OSError:
        pytest.skip("this file system keeps names in UTF-8")
    with pytest.raises(PackageError, match=r"\\udcff\\x1b"):
        look(bag)


@pytest.mark.parametrize("place", ["link", "file", "nothing"])
def test_only_a_folder_is_looked_into(bag, tmp_path, place):
    here = tmp_path / "here"
    if place == "link":
        here.symlink_to(bag)
    if place == "file":
        here.write_text("x")
    with pytest.raises((PackageError, PackageUnreadable), match="“here”"):
        look(here)


# --- limits and races -----------------------------------------------------------------------------------------------


def test_a_file_larger_than_is_taken_is_refused_before_it_is_read(bag):
    with pytest.raises(PackageError, match=r"“data/a\.txt” is larger"):
        check_bag(bag, {"data/a.txt": 5}, no_progress, never)


def test_a_huge_manifest_is_refused_before_it_is_read(bag, monkeypatch):
    monkeypatch.setattr(check, "LARGEST_TAG_FILE", 200)
    with pytest.raises(PackageError, match=r"“manifest-sha512\.txt” is larger"):
        look(bag)


def test_too_many_files_are_refused(bag, monkeypatch):
    monkeypatch.setattr(check, "MOST_PAYLOAD", 1)
    monkeypatch.setattr(check, "MOST_TAG_FILES", 4)
    with pytest.raises(PackageError, match="more than 1 files"):
        look(bag)
    monkeypatch.setattr(check, "MOST_PAYLOAD", 100)
    monkeypatch.setattr(check, "MOST_TAG_FILES", 3)
    with pytest.raises(PackageError, match="more than 3 files beside"):
        look(bag)


def swap(bag):
    """Another file of the same size and times in the place of one that was already found."""
    old = bag / "data/a.txt"
    new = bag.parent / "new"
    new.write_bytes(b"HELLO\n")
    times = old.stat()
    os.utime(new, ns=(times.st_atime_ns, times.st_mtime_ns))
    new.replace(old)


def swap_for_link(bag):
    (bag.parent / "secret").write_bytes(b"hello\n")
    (bag / "data/a.txt").unlink()
    (bag / "data/a.txt").symlink_to(bag.parent / "secret")


def swap_for_pipe(bag):
    (bag / "data/a.txt").unlink()
    os.mkfifo(bag / "data/a.txt")


def append(bag):
    with (bag / "data/a.txt").open("ab") as file:
        file.write(b"more")


def add(bag):
    (bag / "data/new").write_bytes(b"x")


def drop(bag):
    (bag / "data/a.txt").unlink()


@pytest.mark.skipif(os.name == "nt", reason="POSIX files")
@pytest.mark.parametrize("change", [swap, swap_for_link, swap_for_pipe, append, add, drop])
def test_a_change_at_any_moment_of_the_check_is_found(tmp_path, change):
    payload = [Payload.of("data/a.txt", b"hello\n"), Payload.of("data/z", b"last\n")]
    for moment in range(1, ASKED + 1):
        folder = tmp_path / str(moment)
        folder.mkdir()
        bag = write_bag(folder, "one", payload, [], lambda _files: {}).path
        calls = count(1)

        def cancelled(bag=bag, moment=moment, calls=calls):
            if next(calls) == moment:
                change(bag)
            return False

        with pytest.raises((PackageError, PackageUnreadable)):
            look(bag, cancelled=cancelled)


def test_cancelling_is_heard_before_every_chunk(bag):
    for allowed in range(100):
        calls = iter(range(allowed))
        try:
            look(bag, cancelled=lambda calls=calls: next(calls, None) is None)
        except PackageCancelled:
            continue
        break
    assert allowed == ASKED


def test_a_medium_that_gives_up_is_not_called_damage(bag, monkeypatch):
    real = os.open

    def faulty(path, *args, **more):
        if str(path).endswith("a.txt"):
            raise OSError(5, "Input/output error")
        return real(path, *args, **more)

    monkeypatch.setattr(os, "open", faulty)
    with pytest.raises(PackageUnreadable, match=r"“data/a\.txt” cannot be read \(input/output error\)"):
        look(bag)


# --- lines of tag files ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"A: b",
        b"A:b\n",
        b"A : b\n",
        b" A: b\n",
        b"A: b\n  c\n",
        b"A: b \n",
        b"A: \n",
        b"A: b\nA: c\n",
        b"A: b\r\n",
        b"A: \x1b[2J\n",
        b"A: \xff\n",
        "A: \u202e\n".encode(),
        b"\xef\xbb\xbfA: b\n",
    ],
)
def test_info_in_any_other_form_is_refused(content):
    with pytest.raises(PackageError, match=r"bag-info\.txt"):
        info_lines(content)


def test_info_is_read_by_label():
    assert info_lines("A-b: c: d\nE: Zoë\n".encode()) == {"A-b": "c: d", "E": "Zoë"}


def test_a_manifest_is_read_by_name():
    assert manifest_lines("manifest-sha512.txt", f"{ZERO}  data/a\n".encode()) == {"data/a": ZERO}


GOOD = f"{ZERO}  data/a\n".encode() * 2 + b"MRC-Marking: SECRET\nA: b\n"


@given(st.lists(st.sampled_from([GOOD[at : at + 7] for at in range(0, len(GOOD), 7)]) | st.binary(max_size=4)))
def test_any_bytes_are_lines_or_refused(parts):
    for read in (info_lines, lambda content: manifest_lines("manifest-sha512.txt", content)):
        try:
            found = read(b"".join(parts))
        except PackageError as error:
            assert str(error).isprintable()
        else:
            assert all(each.isprintable() for pair in found.items() for each in pair)


# --- second opinions ------------------------------------------------------------------------------------------------


def bagit(folder):
    run = subprocess.run([sys.executable, "-m", "bagit", "--validate", str(folder)], capture_output=True, check=False)
    return run.returncode == 0


def sha512sum(folder):
    command = ["sha512sum", "--strict", "--quiet", "-c", "tagmanifest-sha512.txt", "manifest-sha512.txt"]
    return subprocess.run(command, cwd=folder, capture_output=True, check=False).returncode == 0


@pytest.mark.skipif(shutil.which("sha512sum") is None, reason="needs coreutils")
def test_the_tools_of_a_receiver_agree_before_and_after_damage(bag):
    assert bagit(bag) and sha512sum(bag)
    (bag / "data/deep/b").write_bytes(b"World\n")
    assert not bagit(bag) and not sha512sum(bag)
    with pytest.raises(PackageError, match="“data/deep/b” was changed or damaged"):
        look(bag)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_the_reference_library_agrees(bag):
    import bagit as reference

    assert reference.Bag(str(bag)).validate()
