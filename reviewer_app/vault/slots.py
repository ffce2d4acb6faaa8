# SPDX-License-Identifier: Apache-2.0
"""The slot file: who may open the vault, with what, and the policy needed before anyone has; kept in two copies.

Before unlock only its digest protects it. Unlocking proves its seal, and with it that no slot was added, removed,
given another role or weakened. Changes are made by whoever holds the vault's `place.ExclusiveLock`.
"""

import hmac
import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA87PrivateKey

from reviewer_app.domain.canonical import new_id
from reviewer_app.errors import (
    DiskFailed,
    EntryError,
    SignInRefused,
    SlotRefused,
    VaultError,
    WrongPassphrase,
    WrongRecoveryKey,
)
from reviewer_app.vault import recovery
from reviewer_app.vault.credentials import (
    NewPerson,
    Random,
    Seeds,
    calibrate,
    lock_with_passphrase,
    make_recovery_slot,
    make_slot,
    open_slot,
    passphrase_key,
    recovery_wrapping_key,
)
from reviewer_app.vault.files import faults_named, move_into_place, write_synced
from reviewer_app.vault.keychain import ROOT_LENGTH, Keychain
from reviewer_app.vault.slotform import (
    ACTIVE,
    COPIES,
    PASSPHRASE,
    RECOVERY,
    Content,
    Epoch,
    Slot,
    from_bytes,
    read_newest,
    seal,
    to_bytes,
)


@dataclass(frozen=True)
class SlotPerson:
    """Who has a slot: id, name, roles, whether the slot is `active` or `disabled`, and both public keys."""

    id: str
    name: str
    roles: tuple[str, ...]
    state: str
    kem_public: bytes
    sign_public: bytes


@dataclass(frozen=True, repr=False)
class Opened:
    """What unlocking gives: the vault's keys, the person (None behind the recovery key) and the person's own keys.

    `mended` says which copies of the slot file were put right, one short sentence part each.
    """

    keychain: Keychain
    person: SlotPerson | None
    seeds: Seeds
    mended: tuple[str, ...]

    def sign(self, data: bytes) -> bytes:
        """The person's ML-DSA-87 signature, 4,627 bytes; the recovery key signs nothing (ValueError)."""
        return MLDSA87PrivateKey.from_seed_bytes(self.seeds.sign).sign(data)


class SlotFile:
    """The slot file of one vault as it was read; its verbs write both copies, one after the other."""

    def __init__(self, folder: Path, data: bytes, flaws: Mapping[str, str]) -> None:
        self.folder = folder
        self.flaws = dict(flaws)
        """What is wrong with a copy, by its name: missing, damaged or older. Unlocking mends it."""
        self._take(data)

    def _take(self, data: bytes) -> None:
        self._data = data
        self.content, self._text, self._seal = from_bytes(data)

    # --- making and reading ---

    @classmethod
    def create(
        cls,
        folder: Path,
        *,
        policy: Mapping[str, str],
        people: Sequence[NewPerson],
        rounds: int | None = None,
        random: Random = os.urandom,
    ) -> tuple["SlotFile", Keychain, str]:
        """A new vault's slot file, its keys, and the recovery key's text to be printed and typed back.

        Raises WeakPassphrase, NoSpace, NoPermission or DiskFailed. Every slot is proved to open before this returns.
        """
        rounds = rounds or calibrate()
        epoch = Epoch(1, random(16))
        keychain = Keychain(random(ROOT_LENGTH), new_id(), epoch.number, epoch.salt)
        key = random(recovery.KEY_LENGTH)
        slots = [make_slot(person, keychain, rounds, random) for person in people]
        slots.append(make_recovery_slot(key, keychain, random))
        data = to_bytes(Content(keychain.vault, 1, (epoch,), policy, tuple(slots)), keychain.slot_key)

        def prove(written: SlotFile) -> None:
            for person in people:
                written.unlock(person.id, person.passphrase)
            written.unlock_with_recovery(recovery.to_text(key))

        for name in COPIES:
            _put(folder, name, data, prove if name == COPIES[0] else None)
        return cls(folder, data, {}), keychain, recovery.to_text(key)

    @classmethod
    def read(cls, folder: Path) -> "SlotFile":
        """The newest whole copy; nothing is written.

        Raises NotAVault, SlotsDamaged, NewerVault, NoPermission, or SlotRefused for whole copies that contradict
        each other.
        """
        return cls(folder, *read_newest(folder))

    # --- what stands in it ---

    @property
    def people(self) -> tuple[SlotPerson, ...]:
        """Everyone who has a slot. Before unlock nothing but the digest vouches for it."""
        return tuple(_person(slot) for slot in self.content.slots if slot.type == PASSPHRASE)

    @property
    def policy(self) -> Mapping[str, str]:
        """What is needed before unlock: notice text, banner floor, practice flag, organisation."""
        return self.content.policy

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

    def refuse_older(self, *, generation: int, epoch: int) -> None:
        """Raises SlotRefused when this file is older than one the vault has known (kept beside the journal's head)."""
        if epoch > self.epoch:
            raise SlotRefused(reason="it is from before the last change of keys")
        if generation > self.generation:
            raise SlotRefused(reason="it is older than the vault")

    # --- unlocking ---

    def unlock(self, person_id: str, passphrase: str) -> Opened:
        """Opens the person's slot and proves the whole file; takes about half a second.

        Raises WrongPassphrase, SlotRefused, or SignInRefused for a disabled slot or none.
        """
        slot = self._slot(person_id)
        return self._open(slot, passphrase_key(slot, passphrase), WrongPassphrase(person=slot.name))

    def unlock_with_recovery(self, text: str) -> Opened:
        """Opens the recovery slot; raises MistypedRecoveryKey, WrongRecoveryKey or SlotRefused."""
        key = recovery.from_text(text)
        for slot in self.content.slots:
            if slot.type == RECOVERY:
                return self._open(slot, recovery_wrapping_key(slot, key), WrongRecoveryKey())
        raise SlotRefused(reason="its recovery slot is gone")

    def _open(self, slot: Slot, key: bytes, wrong: VaultError) -> Opened:
        epoch = self.content.epochs[-1]
        seeds, root = open_slot(slot, key, self.vault, epoch.number, wrong)
        keychain = Keychain(root, self.vault, epoch.number, epoch.salt)
        self._check_seal(keychain)
        if slot.state != ACTIVE:
            raise SignInRefused(person=slot.name, reason="the slot is disabled")
        person = _person(slot) if slot.type == PASSPHRASE else None
        return Opened(keychain, person, seeds, self._mend())

    def _check_seal(self, keychain: Keychain) -> None:
        if not hmac.compare_digest(seal(keychain.slot_key, self._text), self._seal):
            raise SlotRefused(reason="its seal does not fit: a slot or a setting was added, removed or changed")

    def _mend(self) -> tuple[str, ...]:
        """Puts the proved copy in the place of a flawed one; a disk that refuses leaves the flaw standing."""
        mended = []
        for name, flaw in list(self.flaws.items()):
            with suppress(VaultError):
                _put(self.folder, name, self._data)
                mended.append(f"{name} was {flaw}")
                del self.flaws[name]
        return tuple(mended)

    # --- changing ---

    def add_person(self, opened: Opened, person: NewPerson, *, rounds: int | None = None) -> SlotPerson:
        """Gives one more person a slot; raises EntryError when the person has one, and WeakPassphrase."""
        if any(slot.person == person.id for slot in self.content.slots):
            raise EntryError(field="Person", reason=f"{person.name} has a slot in this vault already")
        slot = make_slot(person, opened.keychain, rounds or calibrate())
        self._change(
            opened.keychain,
            self.content._replace(slots=(*self.content.slots, slot)),
            lambda written: written.unlock(person.id, person.passphrase),
        )
        return _person(self._slot(person.id))

    def change_passphrase(self, opened: Opened, passphrase: str, *, rounds: int | None = None) -> None:
        """Wraps the signed-in person's seeds under a new passphrase; keys and signatures stay. Raises WeakPassphrase."""
        if opened.person is None:
            raise SignInRefused(person="The recovery key", reason="it has no passphrase of its own")
        slot = self._slot(opened.person.id)
        slot = lock_with_passphrase(slot, opened.seeds, passphrase, rounds or calibrate())
        self._replace_slot(opened.keychain, slot, passphrase)

    def renew_person(self, opened: Opened, person_id: str, passphrase: str, *, rounds: int | None = None) -> SlotPerson:
        """Gives a person who lost the passphrase new key pairs under a new one; raises WeakPassphrase.

        Id, name, roles and state stay. What was signed before is checked with the earlier public key.
        """
        old = self._slot(person_id)
        new = NewPerson(old.name, old.roles, passphrase, old.person)
        slot = make_slot(new, opened.keychain, rounds or calibrate())._replace(state=old.state)
        self._replace_slot(opened.keychain, slot, passphrase)
        return _person(self._slot(person_id))

    def set_policy(self, opened: Opened, policy: Mapping[str, str]) -> None:
        """Replaces the policy needed before unlock."""
        self._change(opened.keychain, self.content._replace(policy=policy))

    def _slot(self, person_id: str) -> Slot:
        for slot in self.content.slots:
            if slot.person == person_id and slot.type == PASSPHRASE:
                return slot
        raise SignInRefused(person="This person", reason="there is no slot")

    def _replace_slot(self, keychain: Keychain, slot: Slot, passphrase: str) -> None:
        slots = tuple(slot if other.person == slot.person else other for other in self.content.slots)
        prove = (lambda written: written.unlock(slot.person, passphrase)) if slot.state == ACTIVE else None
        self._change(keychain, self.content._replace(slots=slots), prove)

    def _change(
        self, keychain: Keychain, content: Content, prove: Callable[["SlotFile"], object] | None = None
    ) -> None:
        """Writes the next generation: the flawed copy first, proved before it takes its place, then the other.

        Once one copy stands the change is made; a disk that then refuses the other leaves it flawed as `older`.
        """
        if SlotFile.read(self.folder)._data != self._data:
            raise SlotRefused(reason="it changed on the disk while the vault was open")
        data = to_bytes(content._replace(generation=self.generation + 1), keychain.slot_key)
        first, second = sorted(COPIES, key=lambda name: name not in self.flaws)
        _put(self.folder, first, data, prove or (lambda written: written._check_seal(keychain)))
        self._take(data)
        self.flaws = {second: "older"}
        with suppress(VaultError):
            _put(self.folder, second, data)
            self.flaws = {}


def _person(slot: Slot) -> SlotPerson:
    return SlotPerson(slot.person, slot.name, slot.roles, slot.state, slot.kem_public, slot.sign_public)


def _put(folder: Path, name: str, data: bytes, prove: Callable[[SlotFile], object] | None = None) -> None:
    """Writes one copy: new file, on the disk, read again, proved, renamed."""
    new = folder / f"{name}.new"
    try:
        with faults_named("write", name):
            write_synced(new, data)
            again = new.read_bytes()
        if again != data:
            raise DiskFailed(action="keep", name=name, reason="it reads back differently")
        if prove:
            prove(SlotFile(folder, again, {}))
        with faults_named("write", name):
            move_into_place(new, folder / name)
    finally:
        with suppress(OSError):
            new.unlink(missing_ok=True)
