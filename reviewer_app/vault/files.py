# SPDX-License-Identifier: Apache-2.0
"""Files of the vault folder: written so that a fault leaves the old or the new one whole, and faults named for people."""

import errno
import io
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from reviewer_app.errors import DiskFailed, NoPermission, NoSpace, VaultError

FILE_MODE = 0o600
FOLDER_MODE = 0o700
FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
REFUSED = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})

PLAIN = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
"""Flags for every open: never through a link, never handed to another program, bytes as they are."""


NO_WAIT = getattr(os, "O_NONBLOCK", 0)
"""So that opening a pipe does not wait for its other end; on a file it means nothing."""


def size_text(size: int) -> str:
    """A number of bytes for a person: `640 KB`, `32 MB`, `1.4 GB`; never less than there is."""
    for unit, step, digits in (("GB", 10**9, 1), ("MB", 10**6, 0), ("KB", 10**3, 0)):
        if size >= step:
            smallest = step // 10**digits
            return f"{-(-size // smallest) * smallest / step:.{digits}f} {unit}"
    return f"{size} bytes"


def fault(error: OSError, action: str, name: str, *, needed: int = 0) -> VaultError:
    """What a person is told of an operating system's refusal to `action` the file `name`; `needed` is in bytes."""
    if error.errno in FULL:
        return NoSpace(needed=size_text(needed) if needed else "some space")
    if error.errno in REFUSED:
        return NoPermission(action=action, name=name)
    return DiskFailed(action=action, name=name, reason=(error.strerror or "no reason given").lower())


@contextmanager
def faults_named(action: str, name: str, *, needed: int = 0) -> Iterator[None]:
    """Turns an OSError inside the block into NoSpace, NoPermission or DiskFailed."""
    try:
        yield
    except OSError as error:
        raise fault(error, action, name, needed=needed) from error


def open_new(path: Path) -> int:
    """A descriptor of an empty file for writing, mode 0600 whatever the umask; never through a link."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | PLAIN | NO_WAIT, FILE_MODE)
    if not is_plain(descriptor):
        os.close(descriptor)
        raise OSError(errno.EEXIST, "something that is no file has its name", str(path))
    restrict(path, FILE_MODE)
    return descriptor


def open_plain(path: Path, flags: int = 0) -> io.FileIO:
    """An existing file for reading, unbuffered; never through a link, and a pipe is not waited for."""
    return io.FileIO(path, "rb", opener=lambda name, mode: os.open(name, mode | PLAIN | NO_WAIT | flags))


def is_plain(descriptor: int) -> bool:
    """Whether it is a file with bytes: no pipe, device or folder."""
    return stat.S_ISREG(os.fstat(descriptor).st_mode)


def is_same(opened: os.stat_result, path: Path) -> bool:
    """Whether the file that was opened is still the one of that name."""
    try:
        found = path.stat()
    except OSError:
        return False
    return (found.st_dev, found.st_ino) == (opened.st_dev, opened.st_ino)


def write_all(descriptor: int, data: bytes | bytearray | memoryview) -> None:
    """Writes every byte, however little the system takes at a time."""
    with memoryview(data) as view:
        done = 0
        while done < len(view):
            done += os.write(descriptor, view[done:])


def write_synced(path: Path, data: bytes) -> None:
    """Writes the file and waits until the disk has it; the name itself is safe only after `sync_folder`."""
    descriptor = open_new(path)
    try:
        write_all(descriptor, data)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def move_into_place(source: Path, target: Path) -> None:
    """Renames over `target` in one step and waits until the disk has the new name."""
    source.replace(target)
    sync_folder(target.parent)


def sync_folder(folder: Path) -> None:
    """Waits until the disk has the names in the folder; Windows keeps them by itself."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY | PLAIN)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def make_folder(folder: Path) -> None:
    """Makes one folder, mode 0700 whatever the umask, and waits until the disk has its name; an existing one stays."""
    try:
        folder.mkdir(FOLDER_MODE)
    except FileExistsError:
        return
    restrict(folder, FOLDER_MODE)
    sync_folder(folder.parent)


def restrict(path: Path, mode: int) -> None:
    """Sets the mode, whatever the umask; Windows keeps a person's folders for the person by itself."""
    if os.name != "nt":
        path.chmod(mode)
