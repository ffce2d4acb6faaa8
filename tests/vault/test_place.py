# SPDX-License-Identifier: Apache-2.0
import errno
import os
from pathlib import Path

import pytest

from reviewer_app import errors
from reviewer_app.vault import place
from reviewer_app.vault.files import fault, size_text, write_all
from reviewer_app.vault.place import (
    Ballast,
    check_folder,
    free_bytes,
    mounted_kind,
    network_kind,
)
from tests.vault.layout import create_layout

posix = pytest.mark.skipif(os.name == "nt", reason="POSIX modes and mounts")

TABLE = """\
22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw
30 22 0:45 / /home rw - btrfs /dev/sda2 rw
41 22 0:46 / /mnt/share rw shared:7 master:2 - nfs4 server:/export rw
42 22 0:47 / /mnt/shared\\040files rw - cifs //server/files rw
43 22 0:48 / /home/ann/remote rw - fuse.sshfs ann@host: rw
44 43 254:9 / /home/ann/remote/local rw - xfs /dev/sdb1 rw
45 22 0:49 / /media/stick rw - vfat /dev/sdc1 rw
46 45 0:50 / /media/stick rw - 9p host rw
"""


# --- where a vault may lie -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("folder", "kind"),
    [
        ("/", "ext4"),
        ("/srv/case.vault", "ext4"),
        ("/mnt/shares/case.vault", "ext4"),
        ("/home/ann/case.vault", "btrfs"),
        ("/home/ann/remote", "fuse.sshfs"),
        ("/home/ann/remote/a/b", "fuse.sshfs"),
        ("/home/ann/remote/local/b", "xfs"),
        ("/mnt/share/case.vault", "nfs4"),
        ("/mnt/shared files/case.vault", "cifs"),
        ("/media/stick/x", "9p"),
    ],
)
def test_the_nearest_and_latest_mount_decides(folder, kind):
    assert mounted_kind(TABLE, Path(folder)) == kind


@posix
@pytest.mark.parametrize(
    ("kind", "refused"),
    [
        *((kind, True) for kind in ("nfs", "nfs4", "cifs", "smb3", "9p", "fuse.sshfs", "fuse.rclone", "vboxsf")),
        *((kind, False) for kind in ("ext4", "xfs", "btrfs", "zfs", "overlay", "tmpfs", "fuseblk", "fuse.gocryptfs")),
    ],
)
def test_network_file_systems_are_refused_and_local_ones_taken(tmp_path, monkeypatch, kind, refused):
    (tmp_path / "mountinfo").write_text(f"22 1 254:0 / / rw - {kind} source rw\n")
    monkeypatch.setattr(place, "MOUNTS", tmp_path / "mountinfo")
    if refused:
        with pytest.raises(errors.OnNetworkPath, match=kind):
            check_folder(tmp_path / "new.vault")
    else:
        assert check_folder(tmp_path / "new.vault") == (tmp_path / "new.vault").resolve()


@posix
def test_a_link_to_a_network_folder_is_refused(tmp_path, monkeypatch):
    (tmp_path / "share").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "share")
    table = f"22 1 254:0 / / rw - ext4 a rw\n23 22 0:1 / {tmp_path.resolve()}/share rw - nfs4 a rw\n"
    (tmp_path / "mountinfo").write_text(table)
    monkeypatch.setattr(place, "MOUNTS", tmp_path / "mountinfo")
    with pytest.raises(errors.OnNetworkPath):
        check_folder(tmp_path / "link" / "case.vault")
    assert check_folder(tmp_path / "case.vault")


@posix
def test_a_system_without_a_mount_table_is_taken_as_local(tmp_path, monkeypatch):
    monkeypatch.setattr(place, "MOUNTS", tmp_path / "absent")
    assert network_kind(tmp_path) is None


def test_links_are_resolved(tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    assert check_folder(tmp_path / "link" / "case.vault") == (tmp_path / "real" / "case.vault").resolve()


def test_a_circle_of_links_is_an_error_a_person_can_read(tmp_path):
    (tmp_path / "one").symlink_to(tmp_path / "two")
    (tmp_path / "two").symlink_to(tmp_path / "one")
    with pytest.raises(errors.VaultError):
        create_layout(check_folder(tmp_path / "one"))


def test_a_folder_this_account_may_not_write_in_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(errors.NoPermission, match=tmp_path.name):
        check_folder(tmp_path / "case.vault")


# --- layout ----------------------------------------------------------------------------------------------------------


@posix
@pytest.mark.parametrize("umask", [0o000, 0o077, 0o777])
@pytest.mark.parametrize("exists", [False, True])
def test_a_new_vaults_folders_are_its_owners_alone_whatever_the_umask(tmp_path, umask, exists):
    folder = tmp_path / "case.vault"
    if exists:
        folder.mkdir(0o755)
    before = os.umask(umask)
    try:
        create_layout(folder)
    finally:
        os.umask(before)
    made = [folder, *(path for path in folder.rglob("*"))]
    assert [str(path.relative_to(folder)) for path in sorted(made)] == [".", "backups", "blobs", "blobs/incoming"]
    assert {path.stat().st_mode & 0o777 for path in made} == {0o700}


@pytest.mark.parametrize(
    "harm", [lambda path: path.write_text("a file"), lambda path: (path / "x").mkdir(parents=True)]
)
def test_what_lies_there_is_never_overwritten(tmp_path, harm):
    harm(tmp_path / "case.vault")
    with pytest.raises(errors.VaultExists, match=r"case\.vault"):
        create_layout(tmp_path / "case.vault")


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (errno.ENOSPC, errors.NoSpace),
        (errno.EDQUOT, errors.NoSpace),
        (errno.EACCES, errors.NoPermission),
        (errno.EROFS, errors.NoPermission),
        (errno.EIO, errors.DiskFailed),
    ],
)
def test_a_refused_folder_is_named_by_its_cause(tmp_path, monkeypatch, number, expected):
    def refuse(*_, **__):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "mkdir", refuse)
    with pytest.raises(expected):
        create_layout(tmp_path / "case.vault")


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (0, "0 bytes"),
        (999, "999 bytes"),
        (1000, "1 KB"),
        (1001, "2 KB"),
        (33_554_432, "34 MB"),
        (1_400_000_000, "1.4 GB"),
        (1_400_000_001, "1.5 GB"),
    ],
)
def test_sizes_are_never_told_too_small(size, text):
    assert size_text(size) == text


def test_a_full_disk_says_how_much_is_needed_when_that_is_known():
    full = OSError(errno.ENOSPC, "No space left on device")
    assert "Free 34 MB" in str(fault(full, "write", "x", needed=33_554_432))
    assert "Free some space" in str(fault(full, "write", "x"))


def test_short_writes_are_continued(tmp_path, monkeypatch):
    real = os.write
    monkeypatch.setattr(os, "write", lambda descriptor, data: real(descriptor, data[:3]))
    descriptor = os.open(tmp_path / "x", os.O_WRONLY | os.O_CREAT)
    write_all(descriptor, b"0123456789")
    os.close(descriptor)
    assert (tmp_path / "x").read_bytes() == b"0123456789"


def test_free_room_is_measured(tmp_path, monkeypatch):
    assert free_bytes(tmp_path) > 0
    with pytest.raises(errors.DiskFailed):
        free_bytes(tmp_path / "absent")


# --- ballast ---------------------------------------------------------------------------------------------------------


def test_the_ballast_takes_real_room_and_gives_it_back(tmp_path):
    ballast = Ballast(tmp_path)
    assert not ballast.is_whole
    ballast.hold()
    found = ballast.path.stat()
    assert (ballast.is_whole, found.st_size) == (True, 32 * 1024 * 1024)
    if os.name != "nt":
        assert found.st_blocks * 512 >= found.st_size
        assert found.st_mode & 0o777 == 0o600
    assert ballast.release() == 32 * 1024 * 1024
    assert not ballast.path.exists()
    assert ballast.release() == 0


def test_a_held_ballast_is_not_written_again(tmp_path):
    ballast = Ballast(tmp_path, size=1000)
    ballast.hold()
    ballast.hold(random=lambda _: pytest.fail("written again"))


def test_a_short_ballast_is_made_whole(tmp_path):
    ballast = Ballast(tmp_path, size=3_000_000)
    ballast.path.write_bytes(b"cut")
    assert not ballast.is_whole
    ballast.hold()
    assert ballast.is_whole


@pytest.mark.parametrize("operation", ["write", "fsync"])
def test_a_ballast_that_finds_no_room_leaves_nothing(tmp_path, monkeypatch, operation):
    def refuse(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, operation, refuse)
    with pytest.raises(errors.NoSpace, match="34 MB"):
        Ballast(tmp_path).hold()
    assert not list(tmp_path.iterdir())
