# SPDX-License-Identifier: Apache-2.0
"""Tries to sign in: counted before they are made, journaled at the next unlock, and the last sign-in of each person.

AC-7 (V-222432): three failures within 15 minutes lock a person. AC-9 (V-222437): who signs in is told of the last time
and of failures since.
"""

import json
from collections.abc import Collection, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from reviewer_app.domain.people import RefusedTry
from reviewer_app.domain.record import moment_text
from reviewer_app.errors import SignInLocked, SignInRefused, VaultError, WrongPassphrase
from reviewer_app.paths import data_folder
from reviewer_app.policy import Policy
from reviewer_app.services.desk import Desk
from reviewer_app.services.door import Front
from reviewer_app.vault import device
from reviewer_app.vault.attempts import Attempts, Event, Found, Kind, Known, Limits
from reviewer_app.vault.keychain import Keychain
from reviewer_app.vault.slotform import Device
from reviewer_app.vault.slots import Opened, SlotFile
from reviewer_app.vault.uptime import instant
from reviewer_app.vault.vault import Vault

JOURNALED = "refused tries journaled"
KNOWN = "attempts"
SEEN, ANEW = "{person}:signed in", "{person}:days counted from"
STILL = timedelta(days=7)
"""How far the clock may go on between two entries and be believed."""


def limits_of(policy: Policy | Front) -> Limits:
    """How many failures lock a person here, and for how long."""
    # SECURITY: before unlock the slot file may be anybody's: it never gives more tries than the rule.
    return Limits(min(max(policy.attempts, 1), 3), policy.attempt_minutes * 60, policy.lock_minutes * 60 or None)


def attempts_of(slots: SlotFile, *, expected: bool | None = None) -> Attempts:
    """The count of a vault, with a copy in this account's data folder. A vault of an early format need not have one."""
    expected = slots.counts_tries if expected is None else expected
    beside = count_beside(slots).parent
    return Attempts(slots.folder, slots.vault, beside=beside, expected=expected, instant=instant)


def count_beside(slots: SlotFile) -> Path:
    """Where this account keeps one more copy of a vault's count."""
    return data_folder() / "attempts" / slots.vault


class Tried(NamedTuple):
    """A try that opened a slot: what it opened, the id of the failure that was written for it before, and how many
    failures stood before it."""

    opened: Opened
    event: str
    failures: int


def try_slot(slots: SlotFile, person: str, passphrase: str, limits: Limits, now: datetime) -> Tried:
    """Opens a person's slot, each try counted first: one that cannot be counted is not made.

    Raises SignInLocked, WrongPassphrase (whose fact `left` is how many tries remain), SignInRefused, SlotRefused,
    KeyringUnavailable; NoSpace and the other errors of writing.
    """
    attempts, name = attempts_of(slots), slots.slot_of(person).name
    reserved = attempts.reserve(person, limits)
    if reserved.standing.locked:
        raise SignInLocked(person=name, how=reserved.standing.how)
    try:
        opened = slots.unlock(person, passphrase, device=device_secret(slots, person), now=now)
    except WrongPassphrase as error:
        standing = attempts.standing(person, limits)
        if standing.locked:
            raise SignInLocked(person=name, how=standing.how) from error
        raise WrongPassphrase(person=name, left=standing.left) from error
    except SignInRefused:
        with suppress(VaultError):
            attempts.take_back(person, reserved.event)
            attempts.note(person, Kind.SLOT_DISABLED)
        raise
    except VaultError:  # the key store, or a slot file of another hand: no guess was answered
        take_back(slots, person, reserved.event)
        raise
    return Tried(opened, reserved.event, reserved.standing.failures)


def take_back(slots: SlotFile, person: str, event: str) -> None:
    """The passphrase was right, and something else kept the vault shut: that is no failure of the person."""
    with suppress(VaultError):
        attempts_of(slots).take_back(person, event)


def refused_in_use(slots: SlotFile, person: str) -> None:
    """Notes that somebody tried while the vault was open already (AC-10); its holder journals it at the next unlock."""
    with suppress(VaultError):
        attempts_of(slots).note(person, Kind.VAULT_IN_USE)


def device_secret(slots: SlotFile, person: str) -> bytes | None:
    """The second factor of a slot that needs one, from this computer's key store. Raises KeyringUnavailable."""
    kept = slots.device_of(person)
    return device.fetch(slots.vault, person, kept_at(kept)) if kept else None


def kept_at(device_of_slot: Device) -> device.Kept:
    """Where the device secret of a slot is, as the key store takes it; the slot itself tells another secret from it."""
    return device.Kept(*device_of_slot[:4])


# --- once the vault is open ----------------------------------------------------------------------------------------


def settle(
    vault: Vault, keychain: Keychain, slots: SlotFile, by: str, *, ended: Collection[str], own: str = ""
) -> Found:
    """Journals the tries that were refused, and takes back the failures of `ended`. Returns what was found.

    `own` is the failure that was written for the try which has just succeeded.
    """
    attempts = attempts_of(slots)
    found = attempts.examine(keychain.attempts_key, _known(vault))
    new = [event for event in _refused(found.events, own) if vault.get(RefusedTry, event.id) is None]
    if found.told:
        with vault.record(JOURNALED, person=by, outcome="the count was changed"):
            pass
    for person in dict.fromkeys(event.person for event in new):
        own_tries = [event for event in new if event.person == person]
        with vault.record(JOURNALED, person=by, subject=person, outcome=f"tries {len(own_tries)}") as tx:
            for event in own_tries:
                tried = datetime.fromisoformat(event.moment)
                tx.create(RefusedTry(id=event.id, person=person, why=str(event.kind), tried=tried))
    _keep(vault, found.known)
    _keep(vault, attempts.settle(keychain.attempts_key, found.known, ended=ended))
    return found


def _refused(events: Sequence[Event], own: str) -> list[Event]:
    """Without the failure that was written before a try that succeeded, and the lock it would have led to."""
    mine = next(((event.person, event.at) for event in events if event.id == own), None)
    return [event for event in events if (event.person, event.at) != mine]


def begin_count(vault: Vault, keychain: Keychain, slots: SlotFile) -> None:
    """Makes the count of a new vault."""
    _keep(vault, attempts_of(slots, expected=False).settle(keychain.attempts_key, Known()))


def prove(desk: Desk, slots: SlotFile, person: str, passphrase: str) -> Opened:
    """Proves at an open desk that a person is here; raises what `try_slot` raises."""
    tried = try_slot(slots, person, passphrase, limits_of(desk.policy), desk.clock())
    settle(desk.vault, desk.opened.keychain, slots, desk.person.id, ended={person}, own=tried.event)
    return tried.opened


def end_locks(desk: Desk, people: Collection[str]) -> None:
    """Takes back the failures of these people."""
    settle(desk.vault, desk.opened.keychain, SlotFile.read(desk.vault.folder), desk.person.id, ended=people)


def _known(vault: Vault) -> Known:
    kept = json.loads(vault.preference(KNOWN) or "{}")
    return Known(kept.get("generation", 0), kept.get("resets", {}), frozenset(kept.get("journaled", ())))


def _keep(vault: Vault, known: Known) -> None:
    kept = {"generation": known.generation, "resets": dict(known.resets), "journaled": sorted(known.journaled)}
    vault.set_preference(KNOWN, json.dumps(kept))


# --- the last time -------------------------------------------------------------------------------------------------


def last_sign_in(vault: Vault, person: str) -> datetime | None:
    """When a person last signed in here (UTC); None for never."""
    kept = vault.preference(SEEN.format(person=person))
    return datetime.fromisoformat(kept) if kept else None


def seen_again(vault: Vault, person: str, now: datetime) -> None:
    """The person signs in at this moment."""
    vault.set_preference(SEEN.format(person=person), moment_text(now))


def count_anew(vault: Vault, person: str, now: datetime) -> None:
    """From this moment the days without a sign-in are counted, which is no sign-in."""
    vault.set_preference(ANEW.format(person=person), moment_text(now))


def lived_since(desk: Desk, moment: datetime) -> timedelta:
    """How long this vault has been in use since a moment: between two of its entries `STILL` counts at most.

    A jump of the clock therefore makes nothing too old (fault row 9); a vault that nobody opens does not age either.
    """
    return desk.vault.lived_since(moment, desk.clock(), STILL)


def is_dormant(desk: Desk, person: str, days: int) -> bool:
    """Whether a person has not signed in for so many days (APSC-DV-000320); 0 days are off."""
    kept = (desk.vault.preference(name.format(person=person)) for name in (SEEN, ANEW))
    since = max((datetime.fromisoformat(each) for each in kept if each), default=None)
    return bool(days) and since is not None and lived_since(desk, since) > timedelta(days=days)
