# SPDX-License-Identifier: Apache-2.0
"""The slot file: who may open the vault, with what, and the policy needed before anyone has; kept in two copies.

Before unlock only its digest protects it. Unlocking proves its seal, and with it that no slot was added, removed,
given another role or weakened. Changes are made by whoever holds the vault's `place.ExclusiveLock`; people leave, and
the recovery key is replaced, together with the root key only (`rotation`).
"""

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from reviewer_app.domain.canonical import new_id
from reviewer_app.domain.record import moment_text
from reviewer_app.errors import (
    EntryError,
    PassphraseUsed,
    SignInRefused,
    SlotRefused,
    VaultError,
    WrongPassphrase,
    WrongRecoveryKey,
)
from reviewer_app.vault import recovery
from reviewer_app.vault.credentials import (
    DeviceSecret,
    NewPerson,
    Random,
    calibrate,
    is_known,
    is_present,
    lock_with_passphrase,
    make_recovery_slot,
    open_root,
    open_seeds,
    passphrase_key,
    recovery_wrapping_key,
    set_passphrase,
)
from reviewer_app.vault.keychain import ROOT_LENGTH, Keychain
from reviewer_app.vault.slotcopies import SlotCopies
from reviewer_app.vault.slotform import (
    ACTIVE,
    COPIES,
    DISABLED,
    OFFICER,
    PASSPHRASE,
    RECOVERY,
    Content,
    Device,
    Epoch,
    Slot,
    to_bytes,
)
from reviewer_app.vault.slotpeople import (
    Opened,
    SlotPerson,
    named,
    new_slot,
    person_of,
    require_officer,
    usable_officers,
)

__all__ = ["ACTIVE", "COPIES", "DISABLED", "DeviceSecret", "NewPerson", "Opened", "SlotFile", "SlotPerson"]


class SlotFile(SlotCopies):
    """The slot file of one vault as it was read; its verbs write both copies, one after the other.

    `now` is the moment of the act (aware), the present one when left out.
    """

    @classmethod
    def create(
        cls,
        folder: Path,
        *,
        policy: Mapping[str, str],
        people: Sequence[NewPerson],
        rounds: int | None = None,
        random: Random = os.urandom,
        now: datetime | None = None,
    ) -> tuple["SlotFile", Keychain, str]:
        """A new vault's slot file, its keys, and the recovery key's text to be printed and typed back.

        Raises EntryError, WeakPassphrase, NoSpace, NoPermission or DiskFailed. Every slot is proved to open before this
        returns.
        """
        now, rounds = now or _now(), rounds or calibrate()
        epoch = Epoch(1, random(16))
        keychain = Keychain(random(ROOT_LENGTH), new_id(), epoch.number, epoch.salt)
        key = random(recovery.KEY_LENGTH)
        slots: list[Slot] = []
        for person in people:
            slots.append(new_slot(named(person, slots), [keychain], rounds, now, random))
        slots.append(make_recovery_slot(key, [keychain], moment_text(now), random))
        data = to_bytes(Content(keychain.vault, 1, (epoch,), policy, tuple(slots)), keychain.slot_key)

        def prove(written: SlotFile) -> None:
            for person in people:
                written.unlock(person.id, person.passphrase, now=now)
            written.unlock_with_recovery(recovery.to_text(key))

        file = cls(folder, data, {})
        file.create_copies(prove)
        return file, keychain, recovery.to_text(key)

    # --- what stands in it ---

    @property
    def people(self) -> tuple[SlotPerson, ...]:
        """Everyone who has a slot. Before unlock nothing but the digest vouches for it."""
        return tuple(person_of(slot) for slot in self.content.slots if slot.type == PASSPHRASE)

    @property
    def usable_officers(self) -> tuple[SlotPerson, ...]:
        """The officers who can act at any time: active, with a passphrase of their own."""
        return tuple(map(person_of, usable_officers(self.content.slots)))

    @property
    def policy(self) -> Mapping[str, str]:
        """What is needed before unlock: notice text, banner floor, practice flag, organisation."""
        return self.content.policy

    def device_of(self, person_id: str) -> Device | None:
        """Where the device secret is kept that the person's slot needs besides the passphrase; raises SignInRefused."""
        return self.slot_of(person_id).device

    # --- unlocking ---

    def unlock(
        self, person_id: str, passphrase: str, *, device: bytes | None = None, now: datetime | None = None
    ) -> Opened:
        """Opens the person's slot and proves the whole file; takes about half a second.

        `device` is the device secret, to be fetched first where `device_of` names one. Raises WrongPassphrase,
        SlotRefused, or SignInRefused for a disabled slot, one whose one-time passphrase has run out, a device secret
        that is lacking or another one, or no slot.
        """
        slot = self.slot_of(person_id)
        opened = self._open(slot, passphrase_key(slot, passphrase, device), WrongPassphrase(person=slot.name))
        if slot.state != ACTIVE:
            raise SignInRefused(person=slot.name, reason="the slot is disabled")
        if slot.one_time and moment_text(now or _now()) >= slot.one_time:
            until = slot.one_time[:16].replace("T", " ")
            raise SignInRefused(person=slot.name, reason=f"the one-time passphrase was good until {until} UTC")
        return replace(opened, person=person_of(slot), mended=self.mend())

    def unlock_with_recovery(self, text: str) -> Opened:
        """Opens the recovery slot; raises MistypedRecoveryKey, WrongRecoveryKey or SlotRefused."""
        key = recovery.from_text(text)
        for slot in self.content.slots:
            if slot.type == RECOVERY:
                opened = self._open(slot, recovery_wrapping_key(slot, key), WrongRecoveryKey())
                return replace(opened, mended=self.mend())
        raise SlotRefused(reason="its recovery slot is gone")

    def _open(self, slot: Slot, key: bytes, wrong: VaultError) -> Opened:
        seeds = open_seeds(slot, key, wrong)
        *earlier, current = [open_root(slot, seeds, self.vault, epoch) for epoch in self.content.epochs]
        self.require_seal(current)
        return Opened(current, None, seeds, (), earlier[0] if earlier else None)

    # --- changing ---

    def add_person(
        self, opened: Opened, person: NewPerson, *, rounds: int | None = None, now: datetime | None = None
    ) -> SlotPerson:
        """Gives one more person a slot. Raises EntryError when the person has one or the name is taken, and
        WeakPassphrase."""
        if any(slot.person == person.id for slot in self.content.slots):
            raise EntryError(field="Person", reason=f"{person.name} has a slot in this vault already")
        now = now or _now()
        slot = new_slot(named(person, self.content.slots), opened.keychains, rounds or calibrate(), now)
        self.change(
            opened.keychain,
            self.content._replace(slots=(*self.content.slots, slot)),
            lambda written: written.unlock(person.id, person.passphrase, now=now),
        )
        return person_of(self.slot_of(person.id))

    def change_passphrase(
        self,
        opened: Opened,
        passphrase: str,
        *,
        device: bytes | None = None,
        rounds: int | None = None,
        now: datetime | None = None,
    ) -> None:
        """Wraps the signed-in person's seeds under a new passphrase of their own; keys and signatures stay.

        A slot that needs a device secret keeps it, so `device` is needed then. Raises WeakPassphrase, PassphraseUsed,
        or SignInRefused.
        """
        slot = self._own_slot(opened)
        if is_known(slot, opened.seeds, passphrase):
            raise PassphraseUsed
        now = now or _now()
        slot = lock_with_passphrase(slot, opened.seeds, passphrase, rounds or calibrate(), device=device)
        slot = set_passphrase(slot, opened.seeds, passphrase, moment_text(now))
        self._replace_slot(
            opened, slot, lambda written: written.unlock(slot.person, passphrase, device=device, now=now)
        )

    def set_device(
        self,
        opened: Opened,
        passphrase: str,
        device: DeviceSecret | None,
        *,
        rounds: int | None = None,
        now: datetime | None = None,
    ) -> None:
        """Makes the signed-in person's slot need this device secret besides the present passphrase, or none.

        Raises WrongPassphrase, and EntryError while the vault has no recovery key, by which a lost key store is survived.
        """
        slot = self._own_slot(opened)
        if device and not any(other.type == RECOVERY for other in self.content.slots):
            raise EntryError(field="Device secret", reason="this vault has no recovery key to survive its loss with")
        if not is_present(slot, opened.seeds, passphrase):
            raise WrongPassphrase(person=slot.name)
        secret = device.secret if device else None
        slot = slot._replace(device=device.record_for(slot.person) if device else None)
        slot = lock_with_passphrase(slot, opened.seeds, passphrase, rounds or calibrate(), device=secret)
        self._replace_slot(
            opened, slot, lambda written: written.unlock(slot.person, passphrase, device=secret, now=now)
        )

    def renew_person(
        self,
        opened: Opened,
        person_id: str,
        passphrase: str,
        *,
        until: datetime | None = None,
        rounds: int | None = None,
        now: datetime | None = None,
    ) -> SlotPerson:
        """Gives a person who lost the passphrase new key pairs under a new one; raises WeakPassphrase.

        `until` as in NewPerson: None only where the person chose the passphrase. Id, name, roles and state stay; the
        slot needs no device secret and knows no earlier passphrase. What was signed before is checked with the earlier
        public key.
        """
        now, old = now or _now(), self.slot_of(person_id)
        new = NewPerson(old.name, old.roles, passphrase, old.person, until)
        slot = new_slot(new, opened.keychains, rounds or calibrate(), now)._replace(state=old.state)
        is_active = slot.state == ACTIVE
        prove = (lambda written: written.unlock(person_id, passphrase, now=now)) if is_active else None
        self._replace_slot(opened, slot, prove)
        return person_of(self.slot_of(person_id))

    def set_roles(self, opened: Opened, person_id: str, roles: Iterable[str]) -> None:
        """Gives the person these roles (`domain.people.Role`) instead of the present ones.

        Raises EntryError for none, and LastOfficer.
        """
        roles = tuple(dict.fromkeys(roles))
        if not roles:
            raise EntryError(field="Roles", reason="a person has at least one")
        self._replace_slot(opened, self.slot_of(person_id)._replace(roles=roles))

    def set_state(self, opened: Opened, person_id: str, state: str) -> None:
        """Makes the person's slot `ACTIVE` or `DISABLED`; raises LastOfficer."""
        if state not in (ACTIVE, DISABLED):
            raise ValueError("a slot is active or disabled")
        self._replace_slot(opened, self.slot_of(person_id)._replace(state=state))

    def set_policy(self, opened: Opened, policy: Mapping[str, str]) -> None:
        """Replaces the policy needed before unlock."""
        self.change(opened.keychain, self.content._replace(policy=policy))

    def slot_of(self, person_id: str) -> Slot:
        """The person's slot; raises SignInRefused when there is none."""
        for slot in self.content.slots:
            if slot.person == person_id and slot.type == PASSPHRASE:
                return slot
        raise SignInRefused(person="This person", reason="there is no slot")

    def _own_slot(self, opened: Opened) -> Slot:
        if opened.person is None:
            raise SignInRefused(person="The recovery key", reason="it has no passphrase of its own")
        return self.slot_of(opened.person.id)

    def _replace_slot(self, opened: Opened, slot: Slot, prove: Callable[["SlotFile"], object] | None = None) -> None:
        slots = tuple(slot if other.person == slot.person else other for other in self.content.slots)
        if slot.state == DISABLED or OFFICER not in slot.roles:
            require_officer(self.content.slots, slots)
        self.change(opened.keychain, self.content._replace(slots=slots), prove)


def _now() -> datetime:
    return datetime.now(UTC)
