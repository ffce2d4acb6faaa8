# SPDX-License-Identifier: Apache-2.0
import errno
import hashlib
import io
import os
import stat
import threading
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given, settings
from hypothesis import strategies as st

from reviewer_app import errors
from reviewer_app.vault import blobs as blobs_module
from reviewer_app.vault.blobform import CHUNK, HEADER, TAG, sealed_size
from reviewer_app.vault.blobreader import CHUNKS_KEPT
from reviewer_app.vault.blobs import Blobs
from reviewer_app.vault.incoming import Batches, PlainFile, SyncedFile
from reviewer_app.vault.keychain import unwrap, wrap
from tests.vault.layout import create_layout

KEY = bytes(range(32))
ID = "0123456789abcdef0123456789abcdef"
SEALED_CHUNK = CHUNK + TAG
SIZES = [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK + 100, Batches.SIZE, Batches.SIZE + 1, 3 * Batches.SIZE - 5]

posix = pytest.mark.skipif(os.name == "nt", reason="links, pipes and modes")


@pytest.fixture
def vault(tmp_path):
    create_layout(tmp_path / "case.vault")
    return tmp_path / "case.vault"


@pytest.fixture
def blobs(vault):
    return Blobs(vault, KEY)


def content(size, seed=1):
    block = hashlib.shake_256(bytes([seed])).digest(65_537)
    return (block * (size // len(block) + 1))[:size]


def file_of(blobs, stored):
    return blobs.folder / stored.blob_id[:2] / stored.blob_id


def read_all(blobs, stored, name="log.eval"):
    with blobs.open(stored.blob_id, stored.wrapped_key, stored.size, name) as reader:
        return b"".join(reader.chunks())


def leftovers(blobs):
    """The files there; marks are looked at by their own tests."""
    return [path.name for path in blobs.folder.rglob("*") if path.is_file() and path.suffix != ".begun"]


# --- what is written is read -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", SIZES)
def test_a_file_is_stored_hashed_and_read_back(blobs, tmp_path, size):
    data = content(size)
    (tmp_path / "log.eval").write_bytes(data)
    seen = []
    stored = blobs.write(tmp_path / "log.eval", progress=seen.append)
    assert (stored.size, stored.sha512) == (size, hashlib.sha512(data).hexdigest())
    assert len(stored.wrapped_key) == 40
    assert seen == sorted(seen)
    assert seen[-1] == 1.0
    assert file_of(blobs, stored).stat().st_size == sealed_size(size)
    assert read_all(blobs, stored) == data
    with blobs.open(stored.blob_id, stored.wrapped_key, size, "x") as reader:
        assert reader.verify() == stored.sha512
    assert leftovers(blobs) == [stored.blob_id]


@pytest.mark.parametrize("size", [0, 1, CHUNK, 2 * Batches.SIZE])
def test_bytes_made_in_memory_are_stored_alike(blobs, size):
    data = content(size)
    stored = blobs.write_bytes(data, "memo.pdf", blob_id=ID)
    assert (stored.blob_id, stored.size, stored.sha512) == (ID, size, hashlib.sha512(data).hexdigest())
    assert read_all(blobs, stored) == data


class Trickle(io.RawIOBase):
    """A stream that gives little at a time and does not say how much there is."""

    def __init__(self, data, step):
        self.data = io.BytesIO(data)
        self.step = step

    def read(self, size=-1):
        return self.data.read(min(size, self.step))


@pytest.mark.parametrize("step", [1000, 65_536, 10**7])
def test_a_stream_of_unknown_length_is_stored_to_its_end(blobs, step):
    data = content(2 * Batches.SIZE)
    assert read_all(blobs, blobs.write_stream(Trickle(data, step), "x")) == data


@pytest.mark.parametrize(("given", "expected"), [(10, 11), (11, 10), (2 * Batches.SIZE, Batches.SIZE), (0, 1)])
def test_a_stream_of_another_length_than_promised_is_refused(blobs, given, expected):
    with pytest.raises(errors.FileChanged, match="memo"):
        blobs.write_stream(io.BytesIO(bytes(given)), "memo", size=expected)
    assert leftovers(blobs) == []


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 5 * CHUNK), st.data())
def test_any_range_is_read_as_it_was_written(tmp_path_factory, size, data):
    vault = tmp_path_factory.mktemp("ranges") / "v"
    create_layout(vault)
    plain = content(size)
    blobs = Blobs(vault, KEY)
    stored = blobs.write_bytes(plain, "x")
    with blobs.open(stored.blob_id, stored.wrapped_key, size, "x") as reader:
        for _ in range(8):
            offset = data.draw(st.integers(0, size))
            length = data.draw(st.integers(0, size - offset))
            assert reader.read_at(offset, length) == plain[offset : offset + length]
        with pytest.raises(ValueError, match="range"):
            reader.read_at(size, 1)
        with pytest.raises(ValueError, match="range"):
            reader.read_at(-1, 1)


def test_a_reader_keeps_few_chunks_and_reads_a_kept_one_once(blobs):
    stored = blobs.write_bytes(content(20 * CHUNK), "x")
    with blobs.open(stored.blob_id, stored.wrapped_key, stored.size, "x") as reader:
        assert len(reader.read_at(0, 20 * CHUNK)) == 20 * CHUNK
        assert len(reader._kept) == CHUNKS_KEPT
        reads = []
        reader._chunk = reads.append
        reader.read_at(19 * CHUNK, 100)
        assert reads == []


def test_the_file_is_what_the_format_says(blobs):
    """An independent reading of docs/formats.md: what is written today must open for ever."""
    plain = content(CHUNK + 7)
    stored = blobs.write_bytes(plain, "x", blob_id=ID)
    data = file_of(blobs, stored).read_bytes()
    assert data[:8] == b"RVWRBLOB"
    assert data[8:12] == b"\0\0\0\1"
    assert data[12:28] == bytes.fromhex(ID)
    assert data[28:32] == b"\0\4\0\0"
    header, prefix = data[:40], data[32:39]
    assert data[39] == 0
    gcm = AESGCM(unwrap(KEY, stored.wrapped_key))
    first = gcm.decrypt(prefix + b"\0\0\0\0" + b"\0", data[40 : 40 + 262_160], header + bytes(4) + b"\0" + bytes(8))
    length = (CHUNK + 7).to_bytes(8, "big")
    last = gcm.decrypt(prefix + b"\0\0\0\1" + b"\1", data[40 + 262_160 :], header + b"\0\0\0\1" + b"\1" + length)
    assert first + last == plain


def test_every_blob_has_its_own_key_and_nonce(blobs):
    one, two = blobs.write_bytes(b"same", "x"), blobs.write_bytes(b"same", "x")
    assert unwrap(KEY, one.wrapped_key) != unwrap(KEY, two.wrapped_key)
    assert file_of(blobs, one).read_bytes()[32:39] != file_of(blobs, two).read_bytes()[32:39]
    assert file_of(blobs, one).read_bytes()[40:] != file_of(blobs, two).read_bytes()[40:]


def test_no_plaintext_and_no_key_reach_the_disk_or_the_screen(blobs):
    canary = b"CANARY-OF-A-CASE-0123456789"
    stored = blobs.write_bytes(canary * 20_000, "x")
    key = unwrap(KEY, stored.wrapped_key)
    disk = b"".join(path.read_bytes() for path in blobs.folder.rglob("*") if path.is_file())
    assert b"CANARY" not in disk
    assert key not in disk
    with blobs.open(stored.blob_id, stored.wrapped_key, stored.size, "x") as reader:
        assert not [secret for secret in (KEY, key) if repr(secret) in f"{blobs!r} {reader!r}"]


@posix
@pytest.mark.parametrize("umask", [0o000, 0o077])
def test_stored_files_are_their_owners_alone(blobs, umask):
    before = os.umask(umask)
    try:
        stored = blobs.write_bytes(b"x", "x")
    finally:
        os.umask(before)
    path = file_of(blobs, stored)
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)


@pytest.mark.parametrize(
    "blob_id", ["", "../../etc/passwd", ID.upper(), ID[:-1], ID + "0", ID[:-1] + "\n", "0" * 31 + "/"]
)
def test_nothing_but_an_id_becomes_a_path(blobs, blob_id):
    for verb in (lambda: blobs.write_bytes(b"", "x", blob_id=blob_id or "-"), lambda: blobs.remove(blob_id)):
        with pytest.raises(ValueError, match="not a blob id"):
            verb()


def test_an_id_in_use_is_not_written_over(blobs):
    stored = blobs.write_bytes(b"first", "x", blob_id=ID)
    with pytest.raises(ValueError, match="taken"):
        blobs.write_bytes(b"second", "x", blob_id=ID)
    assert read_all(blobs, stored) == b"first"


# --- sources that fail -----------------------------------------------------------------------------------------------


@pytest.fixture
def source(tmp_path):
    path = tmp_path / "log.eval"
    path.write_bytes(content(3 * Batches.SIZE))
    return path


def while_reading(monkeypatch, act):
    """Does something to the source after its first batch was read."""
    real = PlainFile.read_into
    done = []

    def read_into(self, buffer):
        got = real(self, buffer)
        if not done:
            done.append(1)
            act(self.path)
        return got

    monkeypatch.setattr(PlainFile, "read_into", read_into)


def grow(path):
    with path.open("ab") as file:
        file.write(b"more")


def rewrite(path):
    before = path.stat()
    with path.open("r+b") as file:
        file.write(b"other bytes")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns + 1_000_000))


def replace(path):
    path.rename(path.with_suffix(".old"))
    path.write_bytes(content(3 * Batches.SIZE))


@pytest.mark.parametrize(
    ("act", "error"),
    [
        (grow, errors.FileChanged),
        (lambda path: os.truncate(path, 2 * Batches.SIZE), errors.FileChanged),
        (rewrite, errors.FileChanged),
        (replace, errors.FileChanged),
        (Path.unlink, errors.FileVanished),
    ],
    ids=["grown", "cut", "rewritten", "replaced", "gone"],
)
def test_a_source_that_changes_while_it_is_read_is_not_stored(blobs, source, monkeypatch, act, error):
    while_reading(monkeypatch, act)
    with pytest.raises(error, match=r"log\.eval"):
        blobs.write(source)
    assert leftovers(blobs) == []


def test_a_log_that_never_stops_growing_is_given_up_soon(blobs, source, monkeypatch):
    given = []

    def endless(self, buffer):
        given.append(len(buffer))
        return len(buffer)

    monkeypatch.setattr(PlainFile, "read_into", endless)
    with pytest.raises(errors.FileChanged):
        blobs.write(source)
    assert sum(given) <= 6 * Batches.SIZE
    assert leftovers(blobs) == []


@pytest.mark.parametrize(
    ("number", "error"),
    [
        (errno.ENOENT, errors.FileVanished),
        (errno.ENODEV, errors.FileVanished),
        (errno.ESTALE, errors.FileVanished),
        (errno.EIO, errors.FileUnreadable),
        (errno.EACCES, errors.FileUnreadable),
    ],
)
def test_a_medium_that_fails_while_it_is_read_is_named(blobs, source, monkeypatch, number, error):
    class Failing(io.FileIO):
        def readinto(self, buffer):
            if self.tell() >= Batches.SIZE:
                raise OSError(number, os.strerror(number))
            return super().readinto(buffer)

    monkeypatch.setattr("reviewer_app.vault.incoming.open_plain", lambda path, _: Failing(path))
    with pytest.raises(error, match=r"log\.eval"):
        blobs.write(source)
    assert leftovers(blobs) == []


def test_a_stream_that_fails_is_named(blobs):
    class Failing(io.RawIOBase):
        def read(self, size=-1):
            raise OSError(errno.EIO, "Input/output error")

    with pytest.raises(errors.FileUnreadable, match="input/output error"):
        blobs.write_stream(Failing(), "memo")


def make_folder(path):
    path.mkdir()


def make_pipe(path):
    os.mkfifo(path)


def make_link(path):
    path.with_suffix(".real").write_bytes(b"x")
    path.symlink_to(path.with_suffix(".real"))


@posix
@pytest.mark.parametrize(
    ("make", "error"),
    [
        (lambda path: None, errors.FileVanished),
        (make_folder, errors.NotAFile),
        (make_link, errors.NotAFile),
        (lambda path: path.symlink_to(path.with_suffix(".absent")), errors.NotAFile),
        (make_pipe, errors.NotAFile),
    ],
    ids=["absent", "folder", "link", "dangling link", "pipe"],
)
def test_what_is_no_plain_file_is_refused_at_once(blobs, tmp_path, make, error):
    path = tmp_path / "odd.eval"
    make(path)
    with pytest.raises(error, match=r"odd\.eval"):
        blobs.write(path)
    assert leftovers(blobs) == []


@posix
@pytest.mark.parametrize("make", [make_link, make_pipe], ids=["link", "pipe"])
def test_what_is_put_in_a_files_place_between_look_and_open_is_refused(blobs, tmp_path, monkeypatch, make):
    path, plain = tmp_path / "odd.eval", tmp_path / "plain"
    plain.write_bytes(b"x")
    make(path)
    found = plain.lstat()
    monkeypatch.setattr(Path, "lstat", lambda self: found)
    with pytest.raises(errors.NotAFile):
        blobs.write(path)


def test_a_file_that_may_not_be_read_is_named(blobs, source, monkeypatch):
    def refuse(*_):
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr("reviewer_app.vault.incoming.open_plain", refuse)
    with pytest.raises(errors.FileUnreadable, match="permission denied"):
        blobs.write(source)


# --- cancelling ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("after", [0, 1, 2])
def test_cancelled_at_any_batch_nothing_is_kept(blobs, source, after):
    asked = []

    def cancelled():
        asked.append(1)
        return len(asked) > after

    with pytest.raises(errors.Cancelled, match=r"log\.eval"):
        blobs.write(source, cancelled=cancelled)
    assert leftovers(blobs) == []


@pytest.mark.parametrize("operation", ["fsync", "fdatasync"])
def test_cancelled_while_the_disk_is_busy_does_not_wait_for_it(blobs, source, monkeypatch, operation):
    if not hasattr(os, operation):
        pytest.skip("not on this system")
    busy, ends = threading.Event(), threading.Event()

    def stuck(_):
        busy.set()
        ends.wait(30)

    monkeypatch.setattr(os, operation, stuck)
    monkeypatch.setattr(SyncedFile, "EVERY", CHUNK)
    monkeypatch.setattr(SyncedFile, "MOST_BEHIND", Batches.SIZE)
    try:
        with pytest.raises(errors.Cancelled):
            blobs.write(source, cancelled=busy.is_set)
        assert not ends.is_set()
        assert leftovers(blobs) == []
    finally:
        ends.set()


def test_verifying_is_cancelled_between_chunks(blobs):
    stored = blobs.write_bytes(content(5 * CHUNK), "log.eval")
    seen = []
    with blobs.open(stored.blob_id, stored.wrapped_key, stored.size, "log.eval") as reader:
        with pytest.raises(errors.Cancelled):
            reader.verify(progress=seen.append, cancelled=lambda: len(seen) == 2)
        assert seen == [1 / 5, 2 / 5]


# --- disks that fail -------------------------------------------------------------------------------------------------


def test_a_disk_without_room_is_refused_before_anything_is_written(blobs, source, monkeypatch):
    monkeypatch.setattr(blobs_module, "free_bytes", lambda _: 10_000_000)
    monkeypatch.setattr(PlainFile, "read_into", lambda *_: pytest.fail("read"))
    with pytest.raises(errors.NoSpace, match="Free 61 MB"):
        blobs.write(source)
    assert leftovers(blobs) == []


@pytest.mark.parametrize(
    ("number", "error"),
    [(errno.ENOSPC, errors.NoSpace), (errno.EACCES, errors.NoPermission), (errno.EIO, errors.DiskFailed)],
)
def test_a_fault_at_any_step_leaves_nothing_or_the_whole(vault, source, monkeypatch, number, error):
    monkeypatch.setattr(SyncedFile, "EVERY", Batches.SIZE)
    operations = ["open", "write", "fsync", "fdatasync", "replace", "mkdir"]
    at, stored = 0, None
    while stored is None:
        at += 1
        count = 0

        def counted(real, at=at):
            def operation(path, *args, **kwargs):
                nonlocal count
                if path == source:
                    return real(path, *args, **kwargs)
                count += 1
                if count == at:
                    raise OSError(number, os.strerror(number))
                return real(path, *args, **kwargs)

            return operation

        blobs = Blobs(vault, KEY)
        with pytest.MonkeyPatch.context() as patch:
            for name in operations:
                if hasattr(os, name):
                    patch.setattr(os, name, counted(getattr(os, name)))
            try:
                stored = blobs.write(source, blob_id=ID)
            except error:
                assert leftovers(blobs) == []
    assert read_all(blobs, stored) == source.read_bytes()
    assert at > 8


def test_a_full_disk_found_by_the_thread_behind_is_not_lost(blobs, source, monkeypatch):
    real = os.fsync
    if not hasattr(os, "fdatasync"):
        pytest.skip("one sync for both here")

    def refuse(_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fdatasync", refuse)
    monkeypatch.setattr(os, "fsync", real)
    monkeypatch.setattr(SyncedFile, "EVERY", Batches.SIZE)
    with pytest.raises(errors.NoSpace):
        blobs.write(source)
    assert leftovers(blobs) == []


def test_a_sync_that_times_out_is_an_error_and_no_endless_wait(blobs, source, monkeypatch):
    def refuse(_):
        raise TimeoutError(errno.ETIMEDOUT, "Connection timed out")

    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(errors.DiskFailed, match="timed out"):
        blobs.write(source)


def test_a_full_disk_says_how_much_the_file_needs(blobs, source, monkeypatch):
    def refuse(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "write", refuse)
    with pytest.raises(errors.NoSpace, match="Free 4 MB"):
        blobs.write(source)


def test_a_file_is_on_the_disk_before_it_takes_its_name(blobs, source, monkeypatch):
    done = []
    write, sync, rename = os.write, os.fsync, os.replace

    def written(descriptor, data):
        done.append("write")
        return write(descriptor, data)

    def fsync(descriptor):
        done.append("sync folder" if stat.S_ISDIR(os.fstat(descriptor).st_mode) else "sync file")
        sync(descriptor)

    def replace(old, new):
        done.append(f"rename {old.parent.name} {new.parent.name}")
        rename(old, new)

    for name, operation in (("write", written), ("fsync", fsync), ("replace", replace)):
        monkeypatch.setattr(os, name, operation)
    blobs.write(source, blob_id=ID)
    folder_synced = ["sync folder"] if os.name != "nt" else []
    assert done == ["write"] * 4 + ["sync file", *folder_synced, *folder_synced, "rename incoming 01", *folder_synced]


# --- files that were harmed ------------------------------------------------------------------------------------------


@pytest.fixture
def two(blobs):
    return (
        blobs.write_bytes(content(3 * CHUNK + 100, seed=1), "one.eval"),
        blobs.write_bytes(content(3 * CHUNK + 100, seed=2), "two.eval"),
    )


def damaged(blobs, stored):
    """Reads everything as a person would; returns the error's reason."""
    with pytest.raises(errors.AttachmentDamaged, match=r"“one\.eval” is damaged") as caught:
        read_all(blobs, stored, "one.eval")
    return caught.value.facts["reason"]


def chunk_places(count):
    return [slice(HEADER.size + i * SEALED_CHUNK, HEADER.size + (i + 1) * SEALED_CHUNK) for i in range(count)]


CUTS = [0, 1, 8, 39, 40, 41, 55, 56, 57, 1000, 40 + CHUNK, 40 + SEALED_CHUNK - 1, 40 + SEALED_CHUNK]
CUTS += [40 + SEALED_CHUNK + 1, 40 + 3 * SEALED_CHUNK, 40 + 3 * SEALED_CHUNK + 1, 40 + 3 * SEALED_CHUNK + 115]


@pytest.mark.parametrize("length", CUTS)
def test_a_cut_file_is_noticed_when_it_is_opened(blobs, two, length):
    os.truncate(file_of(blobs, two[0]), length)
    assert f"{length} bytes instead of" in damaged(blobs, two[0])
    assert read_all(blobs, two[1])  # others are not affected


@pytest.mark.parametrize("chunks", [1, 2, 3])
def test_a_file_cut_at_a_chunk_with_a_row_to_match_is_noticed(blobs, two, chunks):
    from dataclasses import replace

    size = chunks * CHUNK
    os.truncate(file_of(blobs, two[0]), sealed_size(size))
    assert damaged(blobs, replace(two[0], size=size)) == f"part {chunks} of {chunks} was changed"


@pytest.mark.parametrize("extra", [b"x", bytes(TAG), bytes(SEALED_CHUNK)])
def test_appended_bytes_are_noticed(blobs, two, extra):
    with file_of(blobs, two[0]).open("ab") as file:
        file.write(extra)
    assert "instead of" in damaged(blobs, two[0])


@pytest.mark.parametrize(
    ("place", "reason"),
    [
        (0, "its header was changed"),  # magic
        (11, "its header was changed"),  # format
        (12, "its file is that of another attachment"),  # id
        (29, "its header was changed"),  # chunk size
        (32, "part 1 of 4 was changed"),  # nonce prefix
        (39, "its header was changed"),  # the zero at its end
        (40, "part 1 of 4 was changed"),  # first byte of a chunk
        (40 + CHUNK, "part 1 of 4 was changed"),  # its tag
        (40 + SEALED_CHUNK + 5, "part 2 of 4 was changed"),
        (-1, "part 4 of 4 was changed"),  # the last tag
        (-TAG - 1, "part 4 of 4 was changed"),  # the last byte
    ],
)
@pytest.mark.parametrize("bit", [0, 7])
def test_a_flipped_bit_of_each_kind_of_byte_is_noticed(blobs, two, place, reason, bit):
    path = file_of(blobs, two[0])
    data = bytearray(path.read_bytes())
    data[place] ^= 1 << bit
    path.write_bytes(data)
    assert damaged(blobs, two[0]).startswith(reason)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, sealed_size(CHUNK + 5) - 1), st.integers(0, 7))
def test_any_flipped_bit_is_noticed(tmp_path_factory, place, bit):
    vault = tmp_path_factory.mktemp("flip") / "v"
    create_layout(vault)
    blobs = Blobs(vault, KEY)
    stored = blobs.write_bytes(content(CHUNK + 5), "one.eval")
    path = file_of(blobs, stored)
    data = bytearray(path.read_bytes())
    data[place] ^= 1 << bit
    path.write_bytes(data)
    damaged(blobs, stored)


@pytest.mark.parametrize("order", [(1, 0, 2), (0, 2, 1), (2, 1, 0), (0, 0, 2), (1, 1, 1)])
def test_chunks_in_another_order_are_noticed(blobs, two, order):
    path = file_of(blobs, two[0])
    data = path.read_bytes()
    places = chunk_places(3)
    path.write_bytes(data[:40] + b"".join(data[places[i]] for i in order) + data[40 + 3 * SEALED_CHUNK :])
    assert "was changed" in damaged(blobs, two[0])


def test_a_chunk_of_another_file_is_noticed(blobs, two):
    one, other = (file_of(blobs, stored) for stored in two)
    data = bytearray(one.read_bytes())
    place = chunk_places(2)[1]
    data[place] = other.read_bytes()[place]
    one.write_bytes(data)
    assert damaged(blobs, two[0]) == "part 2 of 4 was changed"


def test_a_chunk_of_an_earlier_file_with_the_same_id_is_noticed(blobs, two):
    path = file_of(blobs, two[0])
    old = path.read_bytes()
    blobs.remove(two[0].blob_id)
    again = blobs.write_bytes(content(3 * CHUNK + 100), "one.eval", blob_id=two[0].blob_id)
    path.write_bytes(old)
    assert "was changed" in damaged(blobs, again)


def test_files_changed_about_are_noticed(blobs, two):
    one, other = (file_of(blobs, stored) for stored in two)
    data = one.read_bytes()
    one.write_bytes(other.read_bytes())
    other.write_bytes(data)
    assert damaged(blobs, two[0]) == "its file is that of another attachment"


def test_a_last_chunk_passed_off_as_an_earlier_one_is_noticed(blobs):
    """The last flag is in nonce and associated data: the end of one length is not a middle of another."""
    from dataclasses import replace

    stored = blobs.write_bytes(content(2 * CHUNK), "one.eval")
    path = file_of(blobs, stored)
    data = path.read_bytes()
    path.write_bytes(data + data[chunk_places(2)[1]])
    assert damaged(blobs, replace(stored, size=3 * CHUNK)) == "part 2 of 3 was changed"


def test_a_wrong_key_is_noticed(blobs, two):
    from dataclasses import replace

    other = Blobs(blobs.folder.parent, bytes(32))
    assert damaged(other, two[0]) == "its key does not fit"
    assert damaged(blobs, replace(two[0], wrapped_key=bytes(40))) == "its key does not fit"
    assert damaged(blobs, replace(two[0], wrapped_key=b"")) == "its key does not fit"
    assert damaged(blobs, replace(two[0], wrapped_key=two[1].wrapped_key)) == "part 1 of 4 was changed"
    assert damaged(blobs, replace(two[0], wrapped_key=wrap(KEY, bytes(32)))) == "part 1 of 4 was changed"


def test_a_range_outside_the_damage_is_still_given(blobs, two):
    path = file_of(blobs, two[0])
    data = bytearray(path.read_bytes())
    data[40 + SEALED_CHUNK] ^= 1
    path.write_bytes(data)
    with blobs.open(two[0].blob_id, two[0].wrapped_key, two[0].size, "one.eval") as reader:
        assert reader.read_at(2 * CHUNK, CHUNK) == content(3 * CHUNK + 100)[2 * CHUNK : 3 * CHUNK]
        with pytest.raises(errors.AttachmentDamaged):
            reader.read_at(CHUNK - 1, 2)
        with pytest.raises(errors.AttachmentDamaged):
            reader.verify()


def test_a_missing_file_is_named(blobs, two):
    file_of(blobs, two[0]).unlink()
    with pytest.raises(errors.AttachmentMissing, match=r"one\.eval"):
        read_all(blobs, two[0], "one.eval")


@posix
def test_a_link_in_a_files_place_is_not_followed(blobs, two, tmp_path):
    path = file_of(blobs, two[0])
    path.rename(tmp_path / "moved")
    path.symlink_to(tmp_path / "moved")
    assert "refused to read it" in damaged(blobs, two[0])


@pytest.mark.parametrize(
    ("number", "error"), [(errno.EIO, errors.AttachmentDamaged), (errno.EACCES, errors.NoPermission)]
)
def test_a_stored_file_the_disk_refuses_is_named_by_its_cause(blobs, two, monkeypatch, number, error):
    def refuse(*_):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr("reviewer_app.vault.blobreader.open_plain", refuse)
    with pytest.raises(error, match=r"one\.eval"):
        read_all(blobs, two[0], "one.eval")


# --- removing and sweeping -------------------------------------------------------------------------------------------


def test_a_removed_file_is_gone_and_again_is_no_mistake(blobs, two):
    blobs.remove(two[0].blob_id)
    blobs.remove(two[0].blob_id)
    blobs.remove("f" * 32)
    assert leftovers(blobs) == [two[1].blob_id]


def test_sweeping_removes_what_was_begun_and_names_what_no_file_has(blobs, two):
    known, orphan = two[0].blob_id, two[1].blob_id
    (blobs.incoming / f"{ID}.part").write_bytes(b"unfinished")
    (blobs.incoming / "somebody's file.txt").write_bytes(b"not ours")
    (blobs.folder / "notes.txt").write_bytes(b"not ours")
    (blobs.folder / known[:2] / "README").write_bytes(b"not ours")
    swept = blobs.sweep({known, "e" * 32})
    marks = {f"incoming/{stored.blob_id}.begun" for stored in two}
    assert set(swept.removed) == {f"incoming/{ID}.part", f"{orphan[:2]}/{orphan}", *marks}
    assert swept.missing == ("e" * 32,)
    assert sorted(leftovers(blobs)) == sorted([known, "README", "notes.txt", "somebody's file.txt"])
    assert blobs.sweep({known}) == blobs_module.Swept()
    assert read_all(blobs, two[0])


def test_a_settled_file_whose_row_is_gone_is_put_aside_and_comes_back_with_it(blobs, two):
    known, lost = two[0].blob_id, two[1].blob_id
    for stored in two:
        blobs.settle(stored.blob_id)
    whole = file_of(blobs, two[1]).read_bytes()
    assert blobs.sweep({known}) == blobs_module.Swept(aside=(lost,))
    assert (blobs.lost / lost).read_bytes() == whole
    assert blobs.without_row(lambda: {known}) == (f"lost/{lost}",)
    assert blobs.sweep({known}) == blobs_module.Swept()
    assert blobs.sweep({known, lost}) == blobs_module.Swept(back=(lost,))
    assert read_all(blobs, two[1]) and blobs.without_row(lambda: {known, lost}) == ()


def test_folders_with_the_names_of_files_hold_nobody_up_and_are_named(blobs, two):
    for stored in two:
        blobs.settle(stored.blob_id)
    odd = [f"ab/ab{'0' * 30}", f"incoming/{ID}.begun", f"incoming/{ID}.part"]
    for name in odd:
        (blobs.folder / name).mkdir(parents=True)
    known = {stored.blob_id for stored in two}
    assert blobs.sweep(known) == blobs_module.Swept()
    assert blobs.without_row(lambda: known) == tuple(odd)


def test_a_file_that_is_being_attached_is_not_called_lost(blobs, two):
    blobs.settle(two[0].blob_id)
    assert blobs.without_row(set) == (f"{two[0].blob_id[:2]}/{two[0].blob_id}",)


def test_sweeping_that_the_disk_refuses_is_named(blobs, two, monkeypatch):
    def refuse(*_, **__):
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr(os, "unlink", refuse)
    with pytest.raises(errors.NoPermission):
        blobs.sweep(set())
