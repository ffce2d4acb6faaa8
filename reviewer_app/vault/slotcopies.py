# SPDX-License-Identifier: Apache-2.0
"""The two copies of a slot file: read, proved, put right from one another, and written one after the other.

Changes are made by whoever holds the vault's `place.ExclusiveLock`.
"""

import hmac
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Self

from reviewer_app.domain.canonical import parse
from reviewer_app.errors import DiskFailed, SlotRefused, VaultError
from reviewer_app.vault.files import faults_named, move_into_place, write_synced
from reviewer_app.vault.keychain import Keychain
from reviewer_app.vault.slotform import COPIES, Content, from_bytes, read_newest, seal, to_bytes


class SlotCopies:
    """A slot file as it was read, and how it is kept on the disk."""

    def __init__(self, folder: Path, data: bytes, flaws: Mapping[str, str]) -> None:
        self.folder = folder
        self.flaws = dict(flaws)
        """What is wrong with a copy, by its name: missing, damaged or older. Unlocking mends it."""
        self._take(data)

    def _take(self, data: bytes) -> None:
        self._data = data
        self.content, self._text, self._seal = from_bytes(data)

    @classmethod
    def read(cls, folder: Path) -> Self:
        """The newest whole copy; nothing is written.

        Raises NotAVault, SlotsDamaged, NewerVault, NoPermission, or SlotRefused for whole copies that contradict
        each other.
        """
        return cls(folder, *read_newest(folder))

    @property
    def vault(self) -> str:
        """The vault's id."""
        return self.content.vault

    @property
    def generation(self) -> int:
        """How often the file was changed, from 1."""
        return self.content.generation

    @property
    def epoch(self) -> int:
        """The number of the current root key."""
        return self.content.epochs[-1].number

    def refuse_older(self, *, generation: int, epoch: int, by_recovery: bool = False) -> None:
        """Raises SlotRefused when this file is older than the one the vault has known (`Vault.known_slots`).

        A newer one is a crash before the vault learned of it. The recovery key may open an older file of the same
        epoch, as from a backup; then the root key has to be changed.
        """
        if epoch > self.epoch:
            raise SlotRefused(reason="it is from before the last change of keys")
        if epoch == self.epoch and generation > self.generation and not by_recovery:
            raise SlotRefused(reason="it is older than the vault")

    @property
    def counts_tries(self) -> bool:
        """Whether the vault must have a count of refused tries; one of format 1 may be from before there was any."""
        return int(parse(self._text)["format"]) > 1

    def require_seal(self, keychain: Keychain) -> None:
        """Raises SlotRefused unless this very text was written by a holder of the current root key."""
        if not hmac.compare_digest(seal(keychain.slot_key, self._text), self._seal):
            raise SlotRefused(reason="its seal does not fit: a slot or a setting was added, removed or changed")

    def create_copies(self, prove: Callable[[Self], object]) -> None:
        """Writes both copies of a new vault's file, the first one proved."""
        for name in COPIES:
            self._put(name, self._data, prove if name == COPIES[0] else None)

    def mend(self) -> tuple[str, ...]:
        """Puts the proved copy in the place of a flawed one; a disk that refuses leaves the flaw standing."""
        mended = []
        for name, flaw in list(self.flaws.items()):
            with suppress(VaultError):
                self._put(name, self._data)
                mended.append(f"{name} was {flaw}")
                del self.flaws[name]
        return tuple(mended)

    def change(
        self,
        before: Keychain,
        content: Content,
        prove: Callable[[Self], object] | None = None,
        *,
        after: Keychain | None = None,
        least: int = 0,
    ) -> None:
        """Writes the next generation, `least` or above, sealed by `after` or else by `before`, whose seal this file has:
        the flawed copy first, proved before it takes its place, then the other.

        Once one copy stands the change is made; a disk that then refuses the other leaves it flawed as `older`.
        """
        # SECURITY: what nobody has proved is not sealed anew, and no key is sealed to a person it names.
        self.require_seal(before)
        if type(self).read(self.folder)._data != self._data:
            raise SlotRefused(reason="it changed on the disk while the vault was open")
        keychain = after or before
        content = content._replace(generation=max(self.generation + 1, least))
        data = to_bytes(content, keychain.slot_key)
        first, second = sorted(COPIES, key=lambda name: name not in self.flaws)
        self._put(first, data, prove or (lambda written: written.require_seal(keychain)))
        self._take(data)
        self.flaws = {second: "older"}
        with suppress(VaultError):
            self._put(second, data)
            self.flaws = {}

    def _put(self, name: str, data: bytes, prove: Callable[[Self], object] | None = None) -> None:
        """Writes one copy: new file, on the disk, read again, proved, renamed."""
        new = self.folder / f"{name}.new"
        try:
            with faults_named("write", name):
                write_synced(new, data)
                again = new.read_bytes()
            if again != data:
                raise DiskFailed(action="keep", name=name, reason="it reads back differently")
            if prove:
                prove(type(self)(self.folder, again, {}))
            with faults_named("write", name):
                move_into_place(new, self.folder / name)
        finally:
            with suppress(OSError):
                new.unlink(missing_ok=True)
