# SPDX-License-Identifier: Apache-2.0
"""The vault's folder: whether a vault may lie there, its layout, and room kept for a full disk."""

import contextlib
import errno
import os
import re
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from reviewer_app.errors import NoPermission, NoSpace, OnNetworkPath, VaultError, VaultExists
from reviewer_app.vault.files import (
    FOLDER_MODE,
    faults_named,
    make_folder,
    open_new,
    restrict,
    sync_folder,
    write_all,
)

Answer = TypeVar("Answer")
FOLDERS = ("blobs", "blobs/incoming", "backups")
TAKEN = frozenset({errno.ENOTEMPTY, errno.EEXIST, errno.ENOTDIR})
MADE = frozenset(
    {*FOLDERS, "lock", "ballast", "anchor", "vault.db", "vault.db-wal", "vault.db-shm", "vault.db-journal"}
    | {"slots.a", "slots.a.new", "slots.b", "slots.b.new"}
    | {"attempts.a", "attempts.a.new", "attempts.b", "attempts.b.new", "attempts.lock"}
)
"""What the making of a vault leaves in its folder when it is killed."""
BALLAST_SIZE = 32 * 1024 * 1024

NETWORK_KINDS = frozenset(
    {
        "9p",
        "afs",
        "afpfs",
        "beegfs",
        "ceph",
        "cifs",
        "coda",
        "davfs",
        "fuse.afpfs",
        "fuse.ceph-fuse",
        "fuse.cifs",
        "fuse.curlftpfs",
        "fuse.davfs2",
        "fuse.glusterfs",
        "fuse.goofys",
        "fuse.gvfsd-fuse",
        "fuse.juicefs",
        "fuse.rclone",
        "fuse.s3fs",
        "fuse.smbnetfs",
        "fuse.sshfs",
        "fuse.sftpfs",
        "fuse.vmhgfs-fuse",
        "gfs2",
        "gpfs",
        "lustre",
        "ncpfs",
        "nfs",
        "nfs4",
        "ocfs2",
        "orangefs",
        "pvfs2",
        "prl_fs",
        "smb2",
        "smb3",
        "smbfs",
        "vboxsf",
        "virtiofs",
        "vmhgfs",
    }
)
"""File systems whose other end may be another computer: locks and write-ahead logs are not safe on them."""

MOUNTS = Path("/proc/self/mountinfo")


# --- may a vault lie here ------------------------------------------------------------------------------------------


def check_folder(folder: Path) -> Path:
    """The folder's real path, links resolved; it need not exist yet.

    Raises OnNetworkPath, or NoPermission when this account may not write there.
    """
    real = Path(os.path.realpath(folder))
    with faults_named("open", folder.name):
        nearest = next(place for place in (real, *real.parents) if place.exists())
    kind = network_kind(nearest)
    if kind:
        raise OnNetworkPath(name=folder.name, kind=kind)
    if nearest.is_dir() and not os.access(nearest, os.R_OK | os.W_OK | os.X_OK):
        raise NoPermission(action="write in", name=nearest.name or str(nearest))
    return real


def mounted_kind(table: str, place: Path) -> str:
    """The type of the file system that holds the place, from the text of `/proc/self/mountinfo` (proc(5))."""
    best, kind = -1, ""
    for line in table.splitlines():
        before, _, after = line.partition(" - ")
        mount = Path(re.sub(r"\\([0-7]{3})", lambda found: chr(int(found[1], 8)), before.split(" ")[4]))
        # A later mount on the same point hides the earlier one.
        if len(mount.parts) >= best and place.is_relative_to(mount):
            best, kind = len(mount.parts), after.split(" ")[0]
    return kind


if sys.platform == "win32":
    import ctypes

    _DRIVE_REMOTE = 4

    def network_kind(place: Path) -> str | None:
        """How the place lies on a network (`network drive`), or None for a disk of this computer."""
        drive = place.drive
        local_device = re.match(r"\\\\[?.]\\[A-Za-z]:", drive)
        if drive.startswith("\\\\") and not local_device:
            return "network folder"
        letter = drive[-2:] + "\\"
        return "network drive" if ctypes.windll.kernel32.GetDriveTypeW(letter) == _DRIVE_REMOTE else None
else:

    def network_kind(place: Path) -> str | None:
        """How the place lies on a network (`nfs4`), or None for a disk of this computer."""
        try:
            table = MOUNTS.read_text(encoding="utf-8", errors="surrogateescape")
        except OSError:
            return None
        kind = mounted_kind(table, place)
        return kind if kind in NETWORK_KINDS else None


# --- layout and room -----------------------------------------------------------------------------------------------


def require_free(folder: Path) -> None:
    """Raises VaultExists when something lies there; an empty folder is nothing."""
    with faults_named("make", folder.name):
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise VaultExists(name=folder.name)


def begin_folder(folder: Path) -> None:
    """The folder itself, mode 0700, and those above; one that is there stays."""
    with faults_named("make", folder.name):
        # The data folder of somebody who has no vault yet is not there.
        for missing in reversed([place for place in folder.parents if not place.exists()]):
            make_folder(missing)
        make_folder(folder)
        restrict(folder, FOLDER_MODE)


def mend_layout(folder: Path) -> None:
    """Makes those of a vault's folders that are missing, as after a copy that leaves empty folders out."""
    for name in FOLDERS:
        with faults_named("make", name):
            make_folder(folder / name)


def clear_unfinished(part: Path) -> None:
    """Empties the folder of a vault whose making was killed, except for its lock, which the caller holds.

    Raises VaultExists when anything lies there that the making of a vault does not leave.
    """
    kept = [path for name in FOLDERS for path in (part / name).rglob("*") if not path.is_dir()]
    with faults_named("empty", part.name):
        if kept or any(path.name not in MADE for path in part.iterdir()):
            raise VaultExists(name=part.name)
        for path in part.iterdir():
            if path.is_dir():
                shutil.rmtree(path)
            elif path.name != "lock":
                path.unlink()


def finish_folder(part: Path, folder: Path) -> None:
    """Gives a vault that is whole its name in one step; raises VaultExists when the name was taken meanwhile."""
    with faults_named("make", folder.name):
        try:
            if folder.exists():
                folder.rmdir()  # somebody's empty folder
            part.rename(folder)
        except OSError as error:
            if error.errno in TAKEN:
                raise VaultExists(name=folder.name) from error
            raise
        sync_folder(folder.parent)


def free_bytes(folder: Path) -> int:
    """What this account may still write on the folder's disk."""
    with faults_named("measure", folder.name):
        return _free(folder)


if sys.platform == "win32":

    def _free(folder: Path) -> int:
        return shutil.disk_usage(folder).free
else:

    def _free(folder: Path) -> int:
        found = os.statvfs(folder)
        return found.f_bavail * found.f_frsize


class Ballast:
    """A file of 32 MB that is given up when the disk is full, so that what is open can still be saved."""

    def __init__(self, folder: Path, size: int = BALLAST_SIZE) -> None:
        self.path = folder / "ballast"
        self.size = size

    @property
    def is_whole(self) -> bool:
        """Whether the room is held."""
        try:
            return self.path.stat().st_size >= self.size
        except OSError:
            return False

    def hold(self, random: Callable[[int], bytes] = os.urandom) -> None:
        """Takes the room if it is not held yet; raises NoSpace, NoPermission or DiskFailed."""
        if self.is_whole:
            return
        try:
            with faults_named("write", "ballast", needed=self.size):
                self._write(random)
        except BaseException:
            with contextlib.suppress(OSError):
                self.path.unlink(missing_ok=True)
            raise

    def renew(self) -> bool:
        """Takes the room again where the disk has twice as much to spare; False while it is not held.

        It keeps nobody out, so no fault of the disk is raised.
        """
        with contextlib.suppress(VaultError):
            if self.is_whole or free_bytes(self.path.parent) >= 2 * self.size:
                self.hold()
        return self.is_whole

    def _write(self, random: Callable[[int], bytes]) -> None:
        descriptor = open_new(self.path)
        try:
            for start in range(0, self.size, 1024 * 1024):
                # Random bytes: a file system that compresses keeps no room for zeros.
                write_all(descriptor, random(min(1024 * 1024, self.size - start)))
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def release(self) -> int:
        """Gives the room up and says how many bytes that was."""
        with faults_named("remove", "ballast"):
            try:
                size = self.path.stat().st_size
                self.path.unlink()
            except FileNotFoundError:
                return 0
            sync_folder(self.path.parent)
        return size


def given_room(folder: Path, write: Callable[[], Answer]) -> Answer:
    """What `write` answers; on a full disk the vault's ballast is given up for it, and it is done a second time.

    For what must not be lost or kept shut by a full disk: drafts, the way in, reading and the way out.
    Raises NoSpace when that is not enough, or nothing is left to give up.
    """
    try:
        return write()
    except NoSpace:
        if not Ballast(folder).release():
            raise
        return write()
