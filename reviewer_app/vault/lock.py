# SPDX-License-Identifier: Apache-2.0
"""Who holds a vault open: one program at a time, by a lock of the operating system."""

import contextlib
import json
import os
import platform
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from reviewer_app.errors import VaultInUse
from reviewer_app.vault.files import FILE_MODE, NO_WAIT, PLAIN, faults_named, is_plain, open_plain, restrict, write_all


class ExclusiveLock:
    """Holds a vault for one program: an operating-system lock on the file `lock`, gone when the process ends.

    The lock is on the file itself, so another path, a link or another account meets the same lock. The file's text
    only says who holds it; its age means nothing. Raises VaultInUse naming the holder, NoPermission or DiskFailed.
    """

    def __init__(
        self,
        folder: Path,
        *,
        wait: float = 0.0,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """`wait` is how many seconds a holder that is just ending may take."""
        self.path = Path(os.path.realpath(folder)) / "lock"
        with faults_named("open", "lock"):
            self._descriptor: int | None = os.open(self.path, os.O_RDWR | os.O_CREAT | PLAIN | NO_WAIT, FILE_MODE)
        try:
            with faults_named("lock", "lock"):
                self._take(time.monotonic() + wait, sleep)
                if self._is_ours:
                    restrict(self.path, FILE_MODE)
                self._say({"pid": os.getpid(), "host": platform.node(), "since": f"{now():%Y-%m-%d %H:%M} UTC"})
        except BaseException:
            self._close()
            raise

    def _take(self, deadline: float, sleep: Callable[[float], None]) -> None:
        while not _try_lock(self._held):
            if time.monotonic() >= deadline:
                raise VaultInUse(holder=holder_text(self.path))
            sleep(0.02)

    def _say(self, holder: dict[str, object]) -> None:
        if not self._is_ours:
            return
        os.ftruncate(self._held, 0)
        os.lseek(self._held, 0, os.SEEK_SET)
        if holder:
            write_all(self._held, json.dumps(holder).encode())

    @property
    def is_held(self) -> bool:
        """False once it was released."""
        return self._descriptor is not None

    @property
    def _is_ours(self) -> bool:
        """Whether the file may be written: what has another name too (in a snapshot of the folder, or as somebody's own
        file) is only locked."""
        return os.fstat(self._held).st_nlink == 1 and is_plain(self._held)

    @property
    def _held(self) -> int:
        if self._descriptor is None:
            raise ValueError("the lock was released")
        return self._descriptor

    def release(self) -> None:
        """Lets the vault go; again is no mistake."""
        if self._descriptor is not None:
            with contextlib.suppress(OSError):
                self._say({})
            self._close()

    def _close(self) -> None:
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            os.close(descriptor)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.release()


@contextmanager
def turn(path: Path, *, wait: float = 5.0, sleep: Callable[[float], None] = time.sleep) -> Iterator[None]:
    """One program at a time inside the block, by an operating-system lock on an empty file that stays.

    Raises VaultInUse when the other is not done within `wait` seconds, NoSpace, NoPermission or DiskFailed.
    """
    deadline = time.monotonic() + wait
    with faults_named("open", path.name):
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | PLAIN | NO_WAIT, FILE_MODE)
    try:
        with faults_named("lock", path.name):
            while not _try_lock(descriptor):
                if time.monotonic() >= deadline:
                    raise VaultInUse(holder=f"another program keeps {path.name}")
                sleep(0.02)
        yield
    finally:
        os.close(descriptor)


def holder_text(path: Path) -> str:
    """Who holds the lock, for a person: `by process 4711 on host WS-7, since 2026-11-24 08:00 UTC`."""
    try:
        with open_plain(path) as file:
            holder = json.loads(file.read(4096))
        return f"by process {int(holder['pid'])} on {holder['host']}, since {holder['since']}"
    except (OSError, ValueError, KeyError, TypeError):
        return "by another program"


if sys.platform == "win32":
    import msvcrt

    # Windows locks bytes against reading too: a byte far behind the text leaves the holder readable.
    _LOCKED_BYTE = 2**30

    def _try_lock(descriptor: int) -> bool:
        os.lseek(descriptor, _LOCKED_BYTE, os.SEEK_SET)
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True
else:
    import fcntl

    def _try_lock(descriptor: int) -> bool:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
