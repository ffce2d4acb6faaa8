# SPDX-License-Identifier: Apache-2.0
"""The destruction of a vault: first the slot files, without which no key is reached again, then what they opened.

It goes on whatever fails, goes on when it is called again, and says what it did and what nobody reaches from here. What
is left of the rest is ciphertext without a key: a fast disabling, no sanitising of the medium (SP 800-88r2).
"""

import os
import stat
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from reviewer_app.errors import VaultError
from reviewer_app.vault.files import (
    FILE_MODE,
    NO_WAIT,
    PLAIN,
    is_plain,
    restrict,
    size_text,
    sync_folder,
    write_all,
)
from reviewer_app.vault.rotation import LOGS, NEW, OLD
from reviewer_app.vault.slots import SlotFile
from reviewer_app.vault.vault import ANCHOR, DATABASE

GUARDS = ("slots.", "attempts.")
"""How the names of files begin that are overwritten before all else, those in `backups` too."""

FILES = (DATABASE, *(f"{DATABASE}{log}" for log in LOGS), *NEW, *OLD, ANCHOR, "ballast")
FOLDERS = ("blobs", "backups")
LAST = "lock"

BEYOND = (
    "backups and copies outside the vault's folder, with the passphrases and the recovery key that open them",
    "packages that were written, and the vaults of other workstations",
    "snapshots of the file system, shadow copies, swap and hibernation files",
    "remnants on the medium: solid-state drives keep blocks that were overwritten",
    "entries in the key stores of this and other accounts",
)


@dataclass(frozen=True)
class Destroyed:
    """What is gone, what is still there (with the reason; call again to go on), and what cannot be reached from here.

    Each a short line for a person; names are those in the vault's folder.
    """

    destroyed: tuple[str, ...]
    failed: tuple[str, ...]
    beyond: tuple[str, ...]


def destroy(folder: Path, *, random: Callable[[int], bytes] = os.urandom) -> Destroyed:
    """Destroys the vault in a folder, whose lock the caller holds, with everything else closed.

    The vault's own files alone are touched; a link is removed and never followed. Refusals are told, not raised.
    """
    work = _Work(folder)
    beyond = [*BEYOND, *_device_secrets(folder)]
    guards = list(_guards(folder))
    for path in guards:
        work.do("overwritten", path, lambda path: _overwrite(path, random))
    for path in guards:
        work.remove(path)
    work.do("put on the disk", folder, sync_folder)
    for name in (*FILES, *FOLDERS, LAST):
        work.remove(folder / name)
    work.remove_empty(folder)
    if work.linked:
        beyond.append(f"other names of {work.linked:,} files, in a copy that shares their content")
    return Destroyed(tuple(work.destroyed), tuple(work.failed), tuple(beyond))


def _device_secrets(folder: Path) -> Iterator[str]:
    with suppress(VaultError):
        for person in SlotFile.read(folder).people:
            if person.device:
                yield f"the device secret of {person.name} in {person.device.backend} ({person.device.system})"


def _guards(folder: Path) -> Iterator[Path]:
    """The vault's own first, then those of backups."""
    for place, folders, names in os.walk(folder):
        folders.sort()
        yield from (Path(place, name) for name in sorted(names) if name.startswith(GUARDS))


def _overwrite(path: Path, random: Callable[[int], bytes]) -> None:
    if stat.S_ISREG(path.lstat().st_mode):
        restrict(path, FILE_MODE)
    descriptor = os.open(path, os.O_WRONLY | PLAIN | NO_WAIT)
    try:
        if is_plain(descriptor):
            write_all(descriptor, random(os.fstat(descriptor).st_size))
            os.fsync(descriptor)
    finally:
        os.close(descriptor)


class _Work:
    """What was done so far in a vault's folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.destroyed: list[str] = []
        self.failed: list[str] = []
        self.linked = 0

    def do(self, action: str, path: Path, work: Callable[[Path], None]) -> bool:
        """Whether the work was done; what is not there is done."""
        try:
            with suppress(FileNotFoundError):
                work(path)
        except OSError as error:
            reason = (error.strerror or "no reason given").lower()
            self.failed.append(f"“{self._name(path)}” was not {action} ({reason}).")
            return False
        return True

    def remove(self, path: Path) -> None:
        """Removes a file, a link, or a folder with what is in it."""
        try:
            found = path.lstat()
        except OSError:
            return
        if stat.S_ISDIR(found.st_mode):
            files, size = self._empty(path)
            told = f"{self._name(path)}/ with {files:,} files, {size_text(size)}"
            gone = self.do("removed", path, Path.rmdir)
        else:
            told, gone = self._name(path), self._unlink(path, found)
        if gone:
            self.destroyed.append(told)

    def remove_empty(self, folder: Path) -> None:
        """Removes the vault's folder; what is in it and not the vault's stays and is told."""
        left: list[Path] = []
        self.do("listed", folder, lambda folder: left.extend(sorted(folder.iterdir())))
        ours = {*FILES, *FOLDERS, LAST}
        strange = [path.name for path in left if path.name not in ours and not path.name.startswith(GUARDS)]
        self.failed += [f"“{name}” is none of the vault's files and was left." for name in strange]
        if folder.exists() and not left and self.do("removed", folder, Path.rmdir):
            self.destroyed.append(f"{folder.name}/")

    def _empty(self, top: Path) -> tuple[int, int]:
        """Removes what is in a folder, one by one; how many files and bytes went."""
        files = size = 0
        for place, folders, names in os.walk(top, topdown=False):
            for path in (Path(place, name) for name in names):
                with suppress(FileNotFoundError):
                    found = path.lstat()
                    if self._unlink(path, found):
                        files, size = files + 1, size + found.st_size
            for path in (Path(place, name) for name in folders):
                self.do("removed", path, Path.unlink if path.is_symlink() else Path.rmdir)
        return files, size

    def _unlink(self, path: Path, found: os.stat_result) -> bool:
        gone = self.do("removed", path, Path.unlink)
        is_whole = not path.name.startswith(GUARDS)
        self.linked += gone and is_whole and stat.S_ISREG(found.st_mode) and found.st_nlink > 1
        return gone

    def _name(self, path: Path) -> str:
        return self.folder.name if path == self.folder else path.relative_to(self.folder).as_posix()
