# SPDX-License-Identifier: Apache-2.0
"""The people of a vault: who has a slot, with which roles; and one's own passphrase and device secret.

Slots and roles belong to this vault and stand in its slot file; every change is journaled by the id of the person it is
about. The slot file is written while its entry is open: what cannot be journaled is not begun, and what the slot file
refuses leaves no entry.
"""

import secrets
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from reviewer_app.domain.canonical import new_id
from reviewer_app.domain.people import Person, Role
from reviewer_app.errors import EntryError, KeyringUnavailable
from reviewer_app.policy import Policy
from reviewer_app.services import policies, signing_in, typed
from reviewer_app.services.acts import OFFICER
from reviewer_app.services.desk import Desk, Grant
from reviewer_app.services.policies import rules_of
from reviewer_app.vault import device, passphrases
from reviewer_app.vault.credentials import DeviceSecret, NewPerson
from reviewer_app.vault.passphrases import Flaw
from reviewer_app.vault.recovery import ALPHABET
from reviewer_app.vault.slotform import ACTIVE, DISABLED
from reviewer_app.vault.slotpeople import named
from reviewer_app.vault.slots import SlotFile

ADDED, GRANTED, TAKEN, GIVEN = "person added", "roles granted", "roles taken", "one-time passphrase given"
OFF, ON, LOCK_ENDED = "person disabled", "person enabled", "lock ended"
OFFICER_OFF, OFFICER_TAKEN = "officer disabled", "officer's role taken"
PASSPHRASE_CHANGED, DEVICE_CHANGED = "passphrase changed", "device secret changed"
GROUPS, GROUP = 5, 4
HELD = device.HELD
"""The reason of a KeyringUnavailable that a person may answer with `replace`."""


@dataclass(frozen=True)
class Slotted:
    """One person of this vault. Moments are UTC.

    `since` is when the passphrase was set, `one_time` until when one that an officer gave is good, `last` the last
    sign-in. `failures` and `locked` are of tries to sign in; `how` says how a lock ends.
    """

    id: str
    name: str
    roles: tuple[Role, ...]
    active: bool
    since: datetime | None
    one_time: datetime | None
    last: datetime | None
    failures: int
    locked: bool
    how: str
    device: str


@dataclass(frozen=True)
class OneTime:
    """A passphrase to hand over in person: shown once, good until a moment (UTC), changed at the first sign-in."""

    person: str
    passphrase: str = field(repr=False)
    until: datetime


def roster(desk: Desk) -> list[Slotted]:
    """Everybody with a slot, by name. What concerns signing in is for officers, and for each person about themselves."""
    slots = SlotFile.read(desk.vault.folder)
    attempts, limits = signing_in.attempts_of(slots), signing_in.limits_of(desk.policy)
    found = []
    for each in slots.people:
        knows = desk.roles & OFFICER or each.id == desk.person.id
        standing = attempts.standing(each.id, limits)
        found.append(
            Slotted(
                id=each.id,
                name=each.name,
                roles=tuple(role for role in Role if role in each.roles),
                active=each.state == ACTIVE,
                since=each.since if knows else None,
                one_time=each.one_time if knows else None,
                last=signing_in.last_sign_in(desk.vault, each.id) if knows else None,
                failures=standing.failures if knows else 0,
                locked=standing.locked and bool(knows),
                how=standing.how if knows else "",
                device=signing_in.kept_at(each.device).told() if each.device and knows else "",
            )
        )
    return sorted(found, key=lambda person: person.name.casefold())


def advice(desk: Desk) -> list[str]:
    """What a vault's officers should mend: fewer than two of them who can act (one forgets, and nobody can help)."""
    usable = SlotFile.read(desk.vault.folder).usable_officers
    if len(usable) >= 2:
        return []
    who = f"{usable[0].name} is the only officer who can act" if usable else "No officer can act"
    return [f"{who}. Add a second one: without, nobody else can end a lock, give a new passphrase or change the keys."]


# --- officers on people --------------------------------------------------------------------------------------------


def add(desk: Desk, name: str, roles: Collection[Role], grant: Grant) -> OneTime:
    """Gives somebody a slot with a one-time passphrase. Raises EntryError for a name that is taken, or no role."""
    desk.require(grant, ADDED)
    new, one_time = new_person(name, roles, desk.policy, desk.clock())
    slots = SlotFile.read(desk.vault.folder)
    with desk.record(ADDED, subject=new.id, grant=grant) as tx:
        made = slots.add_person(desk.opened, new, now=desk.clock())
        tx.create(Person(id=made.id, name=made.name))
    desk.keep_slots(slots)
    return one_time


def free_name(desk: Desk, name: str) -> str:
    """The name as it would stand in the vault. Raises EntryError for one that is empty, cannot be read or is taken."""
    slots = SlotFile.read(desk.vault.folder).content.slots
    return named(NewPerson(_name(name), (), ""), slots).name


def _name(text: str) -> str:
    name = typed.line("Name", text, typed.NAME)
    if not name:
        raise EntryError(field="Name", reason="this is empty; write the name that colleagues know the person by")
    return name


def new_person(name: str, roles: Collection[Role], policy: Policy, now: datetime) -> tuple[NewPerson, OneTime]:
    """Somebody who gets a slot, and the one-time passphrase. Raises EntryError without a name or a role."""
    name = _name(name)
    if not roles:
        raise EntryError(field="Roles", reason="none is chosen; choose at least one")
    given = _one_time(new_id(), policy, now)
    return NewPerson(name, _ordered(roles), given.passphrase, given.person, given.until), given


def give_passphrase(desk: Desk, person: str, grant: Grant) -> OneTime:
    """Gives a person who lost the passphrase a one-time one, and new keys with it.

    What the person signed before stays checkable. A lock is ended too. Raises EntryError for one's own slot.
    """
    _not_oneself(desk, person, "change your own passphrase instead")
    desk.require(grant, GIVEN, about=person)
    one_time, slots = _one_time(person, desk.policy, desk.clock()), SlotFile.read(desk.vault.folder)
    with desk.record(GIVEN, subject=person, grant=grant):
        slots.renew_person(desk.opened, person, one_time.passphrase, until=one_time.until, now=desk.clock())
    desk.keep_slots(slots)
    signing_in.end_locks(desk, {person})
    return one_time


def set_roles(desk: Desk, person: str, roles: Collection[Role], grant: Grant) -> None:
    """Gives the person exactly these roles; `grant` is leave for `roles_act`.

    Raises EntryError for none and for one's own, LastOfficer.
    """
    verb = roles_act(desk, person, roles)
    _not_oneself(desk, person, "ask another officer to change your roles")
    desk.require(grant, verb, about=person)
    slots = SlotFile.read(desk.vault.folder)
    with desk.record(verb, subject=person, grant=grant):
        slots.set_roles(desk.opened, person, _ordered(roles))
    desk.keep_slots(slots)


def roles_act(desk: Desk, person: str, roles: Collection[Role]) -> str:
    """Which act a change of roles is: taking roles needs no second person, unless it is an officer's; granting one does."""
    held = _held(person, desk)
    if {str(role) for role in roles} - held:
        return GRANTED
    return OFFICER_TAKEN if Role.OFFICER in held and Role.OFFICER not in roles else TAKEN


def state_act(desk: Desk, person: str, active: bool) -> str:
    """Which act it is to disable somebody, or to enable them again; an officer is not disabled by one other alone."""
    if active:
        return ON
    return OFFICER_OFF if Role.OFFICER in _held(person, desk) else OFF


def _held(person: str, desk: Desk) -> set[str]:
    return next(({*each.roles} for each in SlotFile.read(desk.vault.folder).people if each.id == person), set())


def set_active(desk: Desk, person: str, active: bool, grant: Grant) -> None:
    """Disables a slot, or enables it again. Raises EntryError for one's own, LastOfficer."""
    verb = state_act(desk, person, active)
    _not_oneself(desk, person, "ask another officer")
    desk.require(grant, verb, about=person)
    slots = SlotFile.read(desk.vault.folder)
    with desk.record(verb, subject=person, grant=grant):
        slots.set_state(desk.opened, person, ACTIVE if active else DISABLED)
    signing_in.count_anew(desk.vault, person, desk.clock())  # an enabled slot is not too old at once
    desk.keep_slots(slots)


def end_lock(desk: Desk, person: str, grant: Grant) -> None:
    """Lets a person who is locked after refused tries try again."""
    desk.require(grant, LOCK_ENDED, about=person)
    with desk.record(LOCK_ENDED, subject=person, grant=grant):
        pass
    signing_in.end_locks(desk, {person})


def _not_oneself(desk: Desk, person: str, instead: str) -> None:
    if person == desk.person.id:
        raise EntryError(field="Person", reason=f"this is yourself; {instead}")


def _one_time(person: str, policy: Policy, now: datetime) -> OneTime:
    """100 random bits in groups that are easily read aloud."""
    groups = ("".join(secrets.choice(ALPHABET) for _ in range(GROUP)) for _ in range(GROUPS))
    until = now + timedelta(hours=policy.one_time_hours)
    return OneTime(person, "-".join(groups), until)


def _ordered(roles: Collection[Role]) -> tuple[str, ...]:
    return tuple(str(role) for role in Role if role in roles)


# --- oneself -------------------------------------------------------------------------------------------------------


def passphrase_flaws(desk: Desk, passphrase: str, earlier: str | None = None) -> list[Flaw]:
    """Which rules of this office a new passphrase does not meet yet; `earlier` is the present one, where it was typed."""
    words = policies.names(desk.policy, desk.person.name, desk.vault.folder)
    return policies.passphrase_flaws(desk.policy, passphrase, words, earlier)


def change_passphrase(desk: Desk, earlier: str, passphrase: str) -> None:
    """Puts another passphrase in the place of the present one, which is proved first.

    Raises WrongPassphrase (counted as a refused try), WeakPassphrase naming every flaw, PassphraseUsed.
    """
    desk.allow(PASSPHRASE_CHANGED)
    slots = SlotFile.read(desk.vault.folder)
    opened = signing_in.prove(desk, slots, desk.person.id, earlier)
    rules, since = rules_of(desk.policy), opened.person.since if opened.person else None
    found = passphrase_flaws(desk, passphrase, earlier)
    if since and not opened.must_change and not passphrases.may_change(since, desk.clock(), rules):
        found = [passphrases.too_soon(rules), *found]
    passphrases.refuse(found)
    secret = signing_in.device_secret(slots, desk.person.id)
    with desk.record(PASSPHRASE_CHANGED, subject=desk.person.id):
        slots.change_passphrase(desk.opened, passphrase, device=secret, now=desk.clock())
    desk.keep_slots(slots)
    desk.must_change = False


def use_device(desk: Desk, passphrase: str, on: bool, grant: Grant, *, replace: bool = False) -> str:
    """Makes one's own slot need a secret in this computer's key store too, or no longer.

    Says where the secret is kept afterwards: "" for nowhere. `replace` writes over an entry that is there already, which
    a copy of this vault may need. Raises KeyringUnavailable, EntryError where the policy does not take it,
    WrongPassphrase.
    """
    desk.require(grant, DEVICE_CHANGED)
    slots = SlotFile.read(desk.vault.folder)
    return (
        _with_device(desk, slots, passphrase, grant, replace) if on else _without_device(desk, slots, passphrase, grant)
    )


def _with_device(desk: Desk, slots: SlotFile, passphrase: str, grant: Grant, replace: bool) -> str:
    if not desk.policy.keyring:
        raise EntryError(field="Device secret", reason="this office does not use it; an officer can change the policy")
    if slots.device_of(desk.person.id):  # SECURITY: the entry that the slot needs is never written over
        raise EntryError(field="Device secret", reason="you use it already; stop using it first")
    secret, kept = device.keep(slots.vault, desk.person.id, desk.clock(), replace=replace)
    new = DeviceSecret(secret, kept.backend, kept.system, kept.desktop, kept.stored)
    _set_device(desk, slots, passphrase, new, grant)
    return kept.told()


def _set_device(desk: Desk, slots: SlotFile, passphrase: str, new: DeviceSecret | None, grant: Grant) -> None:
    outcome = "on" if new else "off"
    with desk.record(DEVICE_CHANGED, subject=desk.person.id, outcome=outcome, grant=grant):
        slots.set_device(desk.opened, passphrase, new, now=desk.clock())
    desk.keep_slots(slots)


def _without_device(desk: Desk, slots: SlotFile, passphrase: str, grant: Grant) -> str:
    before = slots.device_of(desk.person.id)
    _set_device(desk, slots, passphrase, None, grant)
    if before:
        kept = signing_in.kept_at(before)
        try:
            device.forget(slots.vault, desk.person.id, kept)
        except KeyringUnavailable:  # the slot does not need it any more
            return kept.told()
    return ""
