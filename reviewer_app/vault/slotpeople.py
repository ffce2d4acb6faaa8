# SPDX-License-Identifier: Apache-2.0
"""The people of a slot file and what their unlocking gives, as values; and what must hold among their slots."""

import os
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA87PrivateKey

from reviewer_app.domain.record import moment_text
from reviewer_app.errors import EntryError, LastOfficer
from reviewer_app.vault.credentials import NewPerson, Random, Seeds, make_slot
from reviewer_app.vault.keychain import Keychain
from reviewer_app.vault.slotform import ACTIVE, OFFICER, Device, Slot


@dataclass(frozen=True)
class SlotPerson:
    """Who has a slot: id, name, roles, whether the slot is `active` or `disabled`, and both public keys.

    `since`: when the passphrase was set, None where an early format did not say. `one_time`: until when a passphrase
    that an officer gave opens the slot, None for the person's own. `device`: where a device secret is kept.
    """

    id: str
    name: str
    roles: tuple[str, ...]
    state: str
    kem_public: bytes
    sign_public: bytes
    since: datetime | None
    one_time: datetime | None
    device: Device | None

    @property
    def is_usable(self) -> bool:
        """Whether the person can act at any time: active, with a passphrase of their own."""
        return self.state == ACTIVE and self.one_time is None


@dataclass(frozen=True, repr=False)
class Opened:
    """What unlocking gives: the vault's keys, the person (None behind the recovery key) and the person's own keys.

    `mended` says which copies of the slot file were put right, one short sentence part each. `earlier` has the keys of
    the epoch before while the root key is being changed: the database may be in either, see `rotation.keys_in_use`.
    """

    keychain: Keychain
    person: SlotPerson | None
    seeds: Seeds
    mended: tuple[str, ...]
    earlier: Keychain | None = None

    @property
    def rotation_pending(self) -> bool:
        """Whether a change of the root key was begun and not finished: `rotation.resume` goes on with it."""
        return self.earlier is not None

    @property
    def must_change(self) -> bool:
        """Whether the passphrase was given by an officer, so that the person has to choose one before all else."""
        return self.person is not None and self.person.one_time is not None

    @property
    def keychains(self) -> tuple[Keychain, ...]:
        """The keys of every epoch in the slot file, the current one last."""
        return (self.earlier, self.keychain) if self.earlier else (self.keychain,)

    @property
    def public_key(self) -> bytes:
        """The person's ML-DSA-87 public key, 2,592 bytes; the recovery key has none (ValueError)."""
        if self.person is None:
            raise ValueError("the recovery key signs nothing")
        return self.person.sign_public

    def sign(self, data: bytes) -> bytes:
        """The person's ML-DSA-87 signature, 4,627 bytes; the recovery key signs nothing (ValueError)."""
        return MLDSA87PrivateKey.from_seed_bytes(self.seeds.sign).sign(data)


def person_of(slot: Slot) -> SlotPerson:
    """What a slot says of its person."""
    return SlotPerson(
        id=slot.person,
        name=slot.name,
        roles=slot.roles,
        state=slot.state,
        kem_public=slot.kem_public,
        sign_public=slot.sign_public,
        since=datetime.fromisoformat(slot.since) if slot.since else None,
        one_time=datetime.fromisoformat(slot.one_time) if slot.one_time else None,
        device=slot.device,
    )


# --- what must hold among slots -------------------------------------------------------------------------------------


def require_officer(before: Iterable[Slot], after: Iterable[Slot]) -> None:
    """Raises LastOfficer when a change of slots would leave the vault without a usable officer."""
    if usable_officers(before) and not usable_officers(after):
        raise LastOfficer


def usable_officers(slots: Iterable[Slot]) -> list[Slot]:
    """The slots of officers who can act at any time: active, with a passphrase of their own."""
    return [slot for slot in slots if slot.state == ACTIVE and OFFICER in slot.roles and not slot.one_time]


def named(person: NewPerson, others: Iterable[Slot]) -> NewPerson:
    """The person with a name that nobody else has, capitals and the ways of writing a letter aside."""
    name = unicodedata.normalize("NFC", person.name).strip()
    if not name:
        raise EntryError(field="Name", reason="this is empty")
    if any(_alike(name) == _alike(slot.name) for slot in others):
        raise EntryError(field="Name", reason=f"there is already somebody called {name} in this vault")
    return replace(person, name=name)


def _alike(name: str) -> str:
    folded = unicodedata.normalize("NFKC", name).casefold()
    return " ".join(unicodedata.normalize("NFKC", folded).split())


def new_slot(
    person: NewPerson, keychains: Iterable[Keychain], rounds: int, now: datetime, random: Random = os.urandom
) -> Slot:
    """A slot for the person, who gets or chose the passphrase now; raises WeakPassphrase."""
    if person.until is not None and person.until <= now:
        raise ValueError("a one-time passphrase is good for some time")
    one_time = moment_text(person.until) if person.until else ""
    return make_slot(person, keychains, rounds, since=moment_text(now), one_time=one_time, random=random)
