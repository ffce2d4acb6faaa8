# SPDX-License-Identifier: Apache-2.0
"""Vaults: making one, looking at its door, unlocking, checking and leaving it."""

import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from reviewer_app.domain.people import Person, Role, Setting
from reviewer_app.errors import EntryError, SignInRefused, VaultError, VaultInUse, WrongRecoveryKey
from reviewer_app.policy import Policy
from reviewer_app.services import keys, people, policies, typed
from reviewer_app.services.acts import OFFICER
from reviewer_app.services.attachments import Cancelled, Progress, never, no_progress
from reviewer_app.services.desk import Clock, Desk, utc_now
from reviewer_app.services.door import Door, Front
from reviewer_app.services.people import OneTime
from reviewer_app.services.seats import resumed, seat, take_slots
from reviewer_app.services.signing_in import (
    Tried,
    attempts_of,
    begin_count,
    is_dormant,
    last_sign_in,
    limits_of,
    lived_since,
    refused_in_use,
    seen_again,
    settle,
    take_back,
    try_slot,
)
from reviewer_app.vault import recovery, rotation
from reviewer_app.vault.attempts import Kind
from reviewer_app.vault.credentials import NewPerson
from reviewer_app.vault.lock import ExclusiveLock
from reviewer_app.vault.passphrases import refuse
from reviewer_app.vault.place import (
    Ballast,
    begin_folder,
    check_folder,
    clear_unfinished,
    finish_folder,
    given_room,
    mend_layout,
    require_free,
)
from reviewer_app.vault.slotform import ACTIVE, DISABLED
from reviewer_app.vault.slots import Opened, SlotFile
from reviewer_app.vault.vault import SYSTEM, Vault

NEARLY_FULL = (
    "This vault's disk is nearly full, and the room held for that is given up. Free 64 MB on it before you go on, or "
    "the next note may not be saved."
)
OLDER = (
    "The slot file was older than this vault knows. People may have their slot or their roles back who had lost them: "
    "compare the page People with what you expect before you change the keys."
)
SWITCH_WAIT = 5.0
"""Seconds that a program which is just ending may still hold the vault, as after Lock."""


@dataclass(frozen=True, repr=False)
class Created:
    """A new vault, open, the recovery key's text, and the passphrases of the other people; all of it is shown once."""

    desk: Desk
    recovery_key: str
    one_time: tuple[OneTime, ...] = ()


def create(
    folder: Path,
    *,
    person: str,
    passphrase: str,
    policy: Policy,
    colleagues: Sequence[tuple[str, Sequence[Role]]] = (),
    rounds: int | None = None,
    warm: bool = True,
    clock: Clock = utc_now,
) -> Created:
    """Makes a vault whose first person holds all roles, and opens it. `colleagues` get one-time passphrases.

    Raises EntryError, WeakPassphrase, VaultExists, OnNetworkPath, NoPermission, NoSpace or DiskFailed; then nothing
    of the new vault stays behind.
    """
    person = typed.line("Your name", person, typed.NAME)
    if not person:
        raise EntryError(field="Your name", reason="this is empty; write the name that colleagues know you by")
    folder = check_folder(folder)
    refuse(policies.passphrase_flaws(policy, passphrase, policies.names(policy, person, folder)))
    first = NewPerson(person, tuple(Role), passphrase)
    others = [people.new_person(name, roles, policy, clock()) for name, roles in colleagues]
    require_free(folder)
    part = folder.with_name(f"{folder.name}.part")
    with ExitStack() as undo:
        # Nothing was confirmed yet, and what lay in the folder before is never touched: what was begun goes again.
        undo.callback(_remove_empty, part)
        begin_folder(part)
        lock = undo.enter_context(ExclusiveLock(part))
        clear_unfinished(part)
        made = [part]
        undo.callback(lambda: shutil.rmtree(made[-1], ignore_errors=True))
        opened, recovery_key = _build(part, [first, *(new for new, _ in others)], policy, rounds=rounds, clock=clock)
        if os.name == "nt":  # a folder with an open file in it keeps its name there
            lock.release()
        finish_folder(part, folder)
        made.append(folder)
        if os.name == "nt":
            lock = undo.enter_context(ExclusiveLock(folder))
        slots = SlotFile.read(folder)
        desk = seat(slots, opened, lock, undo, warm=warm, clock=clock)
        seen_again(desk.vault, first.id, clock())
        desk.vault.set_preference(keys.UNTRIED, "yes")
        undo.pop_all()
    return Created(desk, recovery_key, tuple(given for _, given in others))


def _build(
    folder: Path, everybody: Sequence[NewPerson], policy: Policy, *, rounds: int | None, clock: Clock
) -> tuple[Opened, str]:
    """Makes everything in a vault's folder, and leaves it closed; the first person's keys and the recovery key's text."""
    mend_layout(folder)
    first, now = everybody[0], clock()
    slots, keychain, recovery_key = SlotFile.create(
        folder, policy=policy.before_unlock(), people=everybody, rounds=rounds, now=now
    )
    Ballast(folder).hold()
    with closing(Vault.create(folder, keychain, now=clock)) as vault:
        with vault.record("vault created", person=first.id) as tx:
            for each in slots.people:
                tx.create(Person(id=each.id, name=each.name))
            for name, value in policy.settings().items():
                tx.create(Setting(name=name, value=value))
        begin_count(vault, keychain, slots)
    return slots.unlock(first.id, first.passphrase, now=now), recovery_key


def same_key(shown: str, typed_back: str) -> None:
    """Whether the recovery key was typed back as it was shown. Raises MistypedRecoveryKey, or WrongRecoveryKey."""
    if recovery.from_text(typed_back) != recovery.from_text(shown):
        raise WrongRecoveryKey


def recovery_kept(desk: Desk, shown: str, typed_back: str) -> None:
    """The recovery key was printed and typed back; until then every sign-in says that it was not. Raises as `same_key`."""
    same_key(shown, typed_back)
    desk.vault.set_preference(keys.UNTRIED, "")


def _remove_empty(folder: Path) -> None:
    with suppress(OSError):
        folder.rmdir()


def unlock(
    door: Door,
    person: str,
    passphrase: str,
    *,
    progress: Progress = no_progress,
    cancelled: Cancelled = never,
    warm: bool = True,
    clock: Clock = utc_now,
) -> Desk:
    """Opens the vault for one person and takes its lock; a change of keys that was begun is gone on with first.

    Only that change reports to `progress`; `cancelled` leaves it for the next sign-in, and the vault opens all the same.

    `desk.must_change` says that the person has to choose a passphrase before anything else. Raises SignInLocked,
    WrongPassphrase, SignInRefused, SlotRefused, VaultInUse, RolledBack, DatabaseDamaged and the other VaultErrors.
    """

    def enter() -> Desk:
        with ExitStack() as undo:
            lock = undo.enter_context(_lock(door.folder, person))
            slots = SlotFile.read(door.folder)
            tried = try_slot(slots, person, passphrase, limits_of(Front.from_settings(slots.policy)), clock())
            try:
                gone_on = resumed(slots, tried.opened, clock, progress, cancelled)
                slots = SlotFile.read(door.folder)
                desk = seat(slots, gone_on.opened, lock, undo, warm=warm, clock=clock, ahead=gone_on.ahead)
            except VaultError:
                take_back(slots, person, tried.event)
                raise
            _refuse_dormant(desk, slots)
            _greet(desk, slots, tried, gone_on.told)
            undo.pop_all()
        return desk

    return given_room(door.folder, enter)  # a full disk keeps nobody out


def recover(door: Door, key: str, person: str, passphrase: str, *, warm: bool = True, clock: Clock = utc_now) -> Desk:
    """Opens the vault by the recovery key for one of its officers, who gets new keys under a passphrase of their own.

    The recovery key is spent with it: `desk.recovery_due` stays until the vault's keys are changed. It ends locks. Raises
    MistypedRecoveryKey, WrongRecoveryKey, WeakPassphrase, SignInRefused for somebody who is no officer, and as `unlock`.
    """

    def enter() -> Desk:
        with ExitStack() as undo:
            lock = undo.enter_context(_lock(door.folder, person))
            slots = SlotFile.read(door.folder)
            reached = _by_recovery(slots, key, person)
            gone_on = resumed(slots, reached, clock, no_progress, never)
            slots = SlotFile.read(door.folder)
            mine, older = _renewed(slots, gone_on.opened, person, passphrase, clock)
            desk = seat(slots, mine, lock, undo, warm=warm, clock=clock, recovering=True, ahead=gone_on.ahead)
            ahead = take_slots(desk)
            if reached.rotation_pending and not gone_on.opened.rotation_pending:
                with desk.record(keys.FINISHED):
                    pass
            settle(desk.vault, desk.opened.keychain, slots, person, ended={each.id for each in slots.people})
            desk.last_sign_in = last_sign_in(desk.vault, person)
            seen_again(desk.vault, person, clock())
            desk.remarks, desk.recovered = (*gone_on.told, *ahead, *([OLDER] if older else []), *_keys_told(desk)), True
            undo.pop_all()
        return desk

    return given_room(door.folder, enter)


def _by_recovery(slots: SlotFile, key: str, person: str) -> Opened:
    who = next((each for each in slots.people if each.id == person), None)
    if who is None or Role.OFFICER not in who.roles:
        raise SignInRefused(person=who.name if who else "This person", reason="the recovery key is for an officer")
    try:
        return slots.unlock_with_recovery(key)
    except WrongRecoveryKey:
        with suppress(VaultError):
            attempts_of(slots).note(person, Kind.WRONG_RECOVERY_KEY)
        raise


def _renewed(slots: SlotFile, opened: Opened, person: str, passphrase: str, clock: Clock) -> tuple[Opened, bool]:
    """New keys for an officer, under a passphrase that meets the office's rules: what unlocking with it gives, and whether
    the slot file was older than the vault knows.

    The use of the recovery key is in the journal, and the change of keys due, before anything of it is done.
    """
    with closing(Vault.open(slots.folder, rotation.keys_in_use(slots.folder, opened), now=clock)) as vault:
        known = vault.known_slots()
        slots.refuse_older(generation=known.generation, epoch=known.epoch, by_recovery=True)
        older = slots.generation < known.generation
        policy = Policy.from_settings({setting.name: setting.value for setting in vault.find(Setting)})
        name = slots.slot_of(person).name
        refuse(policies.passphrase_flaws(policy, passphrase, policies.names(policy, name, slots.folder)))
        outcome = "with an older slot file" if older else "done"
        with vault.record(keys.DUE, person=person, subject=person, outcome=outcome):
            pass
        vault.set_preference(keys.DUE, "yes")
    slots.renew_person(opened, person, passphrase, now=clock())
    slots.set_state(opened, person, ACTIVE)
    return slots.unlock(person, passphrase, now=clock()), older


def _lock(folder: Path, person: str) -> ExclusiveLock:
    """The vault's lock; that somebody came while another program holds it is noted for the journal (AC-10)."""
    try:
        return ExclusiveLock(folder, wait=SWITCH_WAIT)
    except VaultInUse:
        refused_in_use(SlotFile.read(folder), person)
        raise


def _refuse_dormant(desk: Desk, slots: SlotFile) -> None:
    """Disables a slot that nobody used for as long as the policy says (APSC-DV-000320), never the last usable officer's."""
    who, days = desk.person, desk.policy.dormant_days
    others = [each for each in slots.usable_officers if each.id != who.id]
    if not is_dormant(desk, who.id, days) or not others:
        return
    slots.set_state(desk.opened, who.id, DISABLED)
    reason = f"not used for {days} days"
    with desk.vault.record("person disabled", person=SYSTEM, subject=who.id, outcome=reason):
        pass
    desk.keep_slots(slots)
    raise SignInRefused(person=who.name, reason=f"the slot was {reason}, so it is disabled now")


def _greet(desk: Desk, slots: SlotFile, tried: Tried, stopped: Sequence[str]) -> None:
    """Journals the coming, and what a person should read once (AC-9: the last time, and failures since)."""
    who = desk.person.id
    last = last_sign_in(desk.vault, who)
    found = settle(desk.vault, desk.opened.keychain, slots, who, ended={who}, own=tried.event)
    told = [
        *stopped,
        *take_slots(desk),
        *_last_told(desk, last, tried.failures),
        *_count_told(found.told),
        *_locked_told(desk),
        *_keys_told(desk),
    ]
    told += [*_slots_told(desk.opened.mended), *_tidied(desk), *_anchor_told(desk.vault.behind)]
    desk.must_change = _must_change(desk)
    desk.witness("signed in")
    seen_again(desk.vault, who, desk.clock())
    if not Ballast(desk.vault.folder).renew():
        told.append(NEARLY_FULL)
    desk.last_sign_in, desk.remarks = last, tuple(told)
    if tried.opened.rotation_pending and not desk.opened.rotation_pending:
        with desk.record(keys.FINISHED):
            pass
    if desk.opened.mended:
        with desk.record("slot file mended"):
            pass
    policies.show_before_unlock(desk)


def _keys_told(desk: Desk) -> Iterator[str]:
    if desk.vault.preference(keys.DUE):
        yield "The recovery key was used. Its sheet opens the vault until two officers change the keys, on the page People."
    if desk.vault.preference(keys.UNTRIED):
        yield (
            "The recovery key of this vault was never typed back, so nobody knows that its paper is right. An officer can "
            "make a new one with a change of keys, on the page People."
        )


def _must_change(desk: Desk) -> bool:
    """A one-time passphrase, and one that is older than the policy allows, are changed before all else (001770, 001790)."""
    who = desk.opened.person
    if who is None or desk.opened.must_change:
        return desk.opened.must_change
    days = desk.policy.passphrase_most_days
    return bool(days) and who.since is not None and lived_since(desk, who.since) >= timedelta(days=days)


def _last_told(desk: Desk, last: datetime | None, failures: int) -> Iterator[str]:
    if failures:
        tries = "1 refused try" if failures == 1 else f"{failures} refused tries"
        since = f" since {desk.written(last)}" if last else ""
        yield f"{tries[0].upper()}{tries[1:]} to sign in as you{since}. If that was not you, tell your security officer."


def _count_told(told: Sequence[str]) -> Iterator[str]:
    if told:
        yield (
            f"The count of refused tries was not as this vault left it ({'; '.join(told)}). It was put in order and is in "
            "the journal. Tell your security officer."
        )


def _locked_told(desk: Desk) -> Iterator[str]:
    """An officer learns on coming who waits for a lock to be ended."""
    names = [each.name for each in people.roster(desk) if each.locked] if desk.roles & OFFICER else []
    if names:
        yield (
            f"Locked after refused tries to sign in: {', '.join(names)}. Ask who tried; then end the lock on the page People."
        )


def _slots_told(mended: tuple[str, ...]) -> Iterator[str]:
    if mended:
        yield f"The slot file was put right from its other copy: {', '.join(mended)}. If it recurs, check the disk."


def _anchor_told(behind: int) -> Iterator[str]:
    if behind > 1:
        yield (
            f"The anchor was {behind:,} entries behind the journal, and a crash leaves it one behind at most. It was "
            "brought up to date. Ask who put an older one there, or check the disk."
        )


def _tidied(desk: Desk) -> Iterator[str]:
    """Puts the folders for attachments in order, and says what a person should know of it; it keeps nobody out."""
    try:
        mend_layout(desk.vault.folder)
        swept = desk.blobs.sweep(set(desk.vault.blobs()))
    except VaultError as error:
        yield f"The files of attachments were left as they are. {error}"
        return
    if swept.aside:
        yield (
            f"{_files(len(swept.aside))} without a record in this vault: put aside into its folder blobs/lost, not "
            "deleted. Run a vault check; if an older copy of the vault was put back, the newer one has the records."
        )
    if swept.back:
        yield f"{_files(len(swept.back))} found again: put back from blobs/lost, beside the records."


def _files(count: int) -> str:
    return "1 attachment's file is" if count == 1 else f"{count:,} attachments' files are"


def leave(desk: Desk, verb: str = "signed out") -> None:
    """Closes the vault: reader processes, connections, anchor and lock. Nothing is open afterwards, whatever fails."""
    with ExitStack() as last:
        last.callback(desk.lock.release)
        last.callback(desk.vault.close)
        last.callback(desk.reader.close)
        desk.witness(verb)
