# SPDX-License-Identifier: Apache-2.0
"""Where the journal stood after the last commit, kept outside the database. Format: docs/journal.md.

One preallocated file with two slots of 4,096 bytes, written in turn, each with its HMAC-SHA-512 under the journal key:
a torn write leaves the other slot. Sequence 0 and an empty hash stand for a replica that has no entry yet.
"""

import hmac
import os
import threading
from pathlib import Path
from typing import NamedTuple

from reviewer_app.domain.canonical import canonical, parse
from reviewer_app.errors import VaultDamaged, VaultError
from reviewer_app.vault.files import FILE_MODE, NO_WAIT, PLAIN, faults_named, is_plain, is_same, write_all

SLOT = 4096
MAC = 128
_sync = getattr(os, "fdatasync", os.fsync)  # Windows has fsync only


class Anchored(NamedTuple):
    """What one slot says; `generation` counts the writes of the file."""

    generation: int
    replica: str
    sequence: int
    hash: str


class Anchor:
    """The open anchor file of a vault."""

    def __init__(self, path: Path, key: bytes) -> None:
        self._path, self._name, self._key, self._lock = path, path.name, key, threading.Lock()
        with faults_named("open", self._name):
            try:
                self._file = os.open(path, os.O_RDWR | PLAIN | NO_WAIT)
            except FileNotFoundError as error:
                raise VaultDamaged(part="anchor", reason="its file is missing") from error
        if not is_plain(self._file):
            os.close(self._file)
            raise VaultDamaged(part="anchor", reason="it is no file")
        self._generation = max((anchored.generation for anchored in self._slots()), default=0)

    @classmethod
    def create(cls, path: Path, key: bytes, replica: str) -> None:
        """Makes the file for a replica without entries; raises an AppError when it cannot be made or exists."""
        with faults_named("make", path.name):
            file = os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR | PLAIN, FILE_MODE)
            try:
                write_all(file, bytes(2 * SLOT))
                os.fsync(file)
            finally:
                os.close(file)
        anchor = cls(path, key)
        anchor.write(replica, 0, "")
        anchor.close()

    @classmethod
    def fits(cls, path: Path, key: bytes) -> bool:
        """Whether a whole anchor of this journal key lies there."""
        try:
            anchor = cls(path, key)
        except VaultError:
            return False
        anchor.close()
        return anchor._generation > 0

    def read(self) -> Anchored:
        """The newest valid slot; raises VaultDamaged when there is none."""
        newest = max(self._slots(), default=None)
        if newest is None:
            raise VaultDamaged(part="anchor", reason="neither of its two copies is whole")
        return newest

    def write(self, replica: str, sequence: int, entry_hash: str) -> None:
        """Says that the replica's chain ends with this entry; returns when the disk has it."""
        next_one = self._generation + 1
        body = canonical([next_one, replica, sequence, entry_hash]).encode()
        with self._lock, faults_named("write", self._name):
            os.lseek(self._file, next_one % 2 * SLOT, os.SEEK_SET)
            write_all(self._file, (self._mac(body) + body).ljust(SLOT, b"\0"))
            _sync(self._file)
        self._generation = next_one  # after a fault the same slot is written again, and the whole one stays

    def require_in_place(self) -> None:
        """Raises VaultDamaged when the file was removed or replaced since it was opened."""
        if not is_same(os.fstat(self._file), self._path):
            raise VaultDamaged(part="anchor", reason="its file was removed or replaced while the vault was open")

    def close(self) -> None:
        """Closes the file."""
        os.close(self._file)

    def _slots(self) -> list[Anchored]:
        with self._lock, faults_named("read", self._name):
            os.lseek(self._file, 0, os.SEEK_SET)
            whole = os.read(self._file, 2 * SLOT)
        slots = [whole[start : start + SLOT].rstrip(b"\0") for start in (0, SLOT)]
        return [
            Anchored(*parse(slot[MAC:].decode()))
            for slot in slots
            if hmac.compare_digest(self._mac(slot[MAC:]), slot[:MAC])
        ]

    def _mac(self, body: bytes) -> bytes:
        return hmac.digest(self._key, body, "sha512").hex().encode()
