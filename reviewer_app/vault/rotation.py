# SPDX-License-Identifier: Apache-2.0
"""The change of the root key: for a person who leaves, after the recovery key was used, or by itself.

Two phases. `begin` writes a slot file that has both epochs: who leaves has no slot in it any more. `resume` then writes
database and anchor under the new epoch beside the old ones, puts them in their place, and lets the old epoch go. After a
crash at any step, `resume` by anyone who can unlock finds from the files what was done and goes on. Everything runs
under the vault's lock, with the vault closed.

vault.db.new, anchor.new   written under the new epoch, nothing until they are whole
vault.db.old, anchor.old   kept until the new ones were opened
"""

import os
from collections.abc import Callable, Collection
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hmac import compare_digest
from pathlib import Path
from typing import NamedTuple

from reviewer_app.domain.record import moment_text
from reviewer_app.errors import NoSpace, RotationStopped, VaultError, WrongRecoveryKey
from reviewer_app.vault import recovery
from reviewer_app.vault.anchor import Anchor
from reviewer_app.vault.credentials import Random, make_recovery_slot, open_root, seal_root
from reviewer_app.vault.database import SALT_LENGTH
from reviewer_app.vault.files import faults_named, move_into_place, open_plain, size_text, sync_folder
from reviewer_app.vault.keychain import ROOT_LENGTH, Keychain
from reviewer_app.vault.place import free_bytes
from reviewer_app.vault.rewrite import Cancelled, Progress, rewrite
from reviewer_app.vault.slotform import RECOVERY, Content, Epoch, Slot
from reviewer_app.vault.slotpeople import require_officer
from reviewer_app.vault.slots import Opened, SlotFile
from reviewer_app.vault.vault import ANCHOR, DATABASE, Vault

LOGS = ("-wal", "-shm", "-journal")
NEW = (f"{DATABASE}.new", *(f"{DATABASE}.new{log}" for log in LOGS), f"{ANCHOR}.new")
OLD = (f"{DATABASE}.old", f"{ANCHOR}.old")
ROOM_LEFT = 64 * 1024 * 1024
"""Bytes that stay free on the disk, so that work can go on if the change cannot."""


# --- the first phase: the slot file --------------------------------------------------------------------------------


@dataclass(frozen=True, repr=False)
class Prepared:
    """A change of keys that nothing was written of yet. `recovery_key` is the new recovery key's text, to be printed and
    typed back, or "" where the present one stays."""

    content: Content
    keychain: Keychain
    recovery_key: str


def prepare(
    slots: SlotFile,
    opened: Opened,
    *,
    remove: Collection[str] = (),
    replace_recovery: bool = False,
    now: datetime,
    random: Random = os.urandom,
) -> Prepared:
    """A new root key, sealed to everyone who stays. `remove` has the ids of those who leave.

    Raises SignInRefused for somebody without a slot, LastOfficer, SlotRefused, or RotationStopped while another change is
    not finished.
    """
    if opened.earlier or len(slots.content.epochs) > 1:
        raise RotationStopped(reason="the change before it is not finished")
    slots.require_seal(opened.keychain)
    leaving = {slots.slot_of(person).person for person in remove}
    epoch = Epoch(slots.epoch + 1, random(SALT_LENGTH))
    keychain = Keychain(random(ROOT_LENGTH), slots.vault, epoch.number, epoch.salt)
    staying = [slot for slot in slots.content.slots if slot.person not in leaving]
    require_officer(slots.content.slots, staying)
    made, text = [_reaching(slot, keychain) for slot in staying], ""
    if replace_recovery:
        key = random(recovery.KEY_LENGTH)
        slot = make_recovery_slot(key, [opened.keychain, keychain], moment_text(now), random)
        made, text = [*(slot for slot in made if slot.type != RECOVERY), slot], recovery.to_text(key)
    content = slots.content._replace(epochs=(*slots.content.epochs, epoch), slots=tuple(made))
    return Prepared(content, keychain, text)


def _reaching(slot: Slot, keychain: Keychain) -> Slot:
    return slot._replace(roots=(*slot.roots, seal_root(slot, keychain)))


def begin(slots: SlotFile, opened: Opened, prepared: Prepared, *, typed: str = "", known_generation: int = 0) -> Opened:
    """Writes the slot file with both epochs, and gives what unlocking it gives; from now on the change has to be finished.

    `typed` is the new recovery key as it was typed back. `known_generation` is the vault's (`Vault.known_slots`), which
    the new file goes beyond even if an older one was opened by the recovery key. Raises MistypedRecoveryKey,
    WrongRecoveryKey, NoSpace, NoPermission, DiskFailed, or SlotRefused when the file changed since `prepare`.
    """
    if prepared.content.generation != slots.generation:
        raise RotationStopped(reason="the slot file was changed since it was prepared")
    key = prepared.recovery_key
    if key and not compare_digest(recovery.from_text(typed), recovery.from_text(key)):
        raise WrongRecoveryKey

    def prove(written: SlotFile) -> None:
        written.require_seal(prepared.keychain)
        for slot in written.content.slots:
            if opened.person and slot.person == opened.person.id:
                for epoch in written.content.epochs:
                    open_root(slot, opened.seeds, written.vault, epoch)
        if key:
            written.unlock_with_recovery(key)

    slots.change(opened.keychain, prepared.content, prove, after=prepared.keychain, least=known_generation + 1)
    return replace(opened, keychain=prepared.keychain, earlier=opened.keychain)


# --- the second phase: the database --------------------------------------------------------------------------------


def keys_in_use(folder: Path, opened: Opened) -> Keychain:
    """The keys that the vault's database is written under now: those of the earlier epoch until the new database stands
    in its place, and otherwise the current ones."""
    is_earlier = opened.earlier and _salt(folder / DATABASE) == opened.earlier.salt
    return opened.earlier if opened.earlier and is_earlier else opened.keychain


def resume(
    folder: Path,
    opened: Opened,
    *,
    progress: Progress = lambda _fraction: None,
    cancelled: Cancelled = lambda: False,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Opened:
    """Finishes a change of keys that was begun, and gives what unlocking gives after it; does nothing if none was.

    `progress` takes a fraction from 0 to 1. Cancelling works until the new database takes its place. Raises
    RotationStopped, NoSpace, DiskFailed, NoPermission, and what `Vault.open` raises. Until the new database takes its
    place the vault is as it was and opens with `keys_in_use`; the change can go on later at any point.
    """
    if opened.earlier is None:
        return opened
    change = _Change(folder, SlotFile.read(folder), opened.earlier, opened.keychain, now)
    change.slots.require_seal(change.new)
    if _salt(folder / DATABASE) != change.new.salt:
        _put_back(change)
        _write_new(change, progress, cancelled)
        _swap(folder)
    _place_anchor(change)
    _let_go(change)
    progress(1.0)
    return replace(opened, earlier=None)


class _Change(NamedTuple):
    """A change of keys that was begun."""

    folder: Path
    slots: SlotFile
    old: Keychain
    new: Keychain
    now: Callable[[], datetime]


def _salt(path: Path) -> bytes:
    """The salt of the epoch that a database is written under; nothing for none."""
    with faults_named("read", path.name):
        try:
            with open_plain(path) as file:
                return file.read(SALT_LENGTH)
        except FileNotFoundError:
            return b""


def _put_back(change: _Change) -> None:
    """Undoes a swap that ended between its two renames; nobody can have worked in the new database since."""
    path, old, new = (change.folder / f"{DATABASE}{ending}" for ending in ("", ".old", ".new"))
    if not path.exists() and _salt(old) == change.old.salt and _salt(new) == change.new.salt:
        with faults_named("move", old.name):
            move_into_place(old, path)


def _write_new(change: _Change, progress: Progress, cancelled: Cancelled) -> None:
    """Database and anchor of the new epoch, whole and on the disk; nothing of them stays when that fails."""
    folder, old, new = change.folder, change.old, change.new
    _remove(folder, NEW)
    _require_room(folder)
    try:
        # SECURITY: opening proves the journal by the old anchor; a vault that was rolled back gets no new one.
        with closing(Vault.open(folder, old, now=change.now)) as vault:
            vault.keep_slots(change.slots.generation, old.epoch)
            anchored = vault.anchor.read()
        _require_alone(folder)
        rewrite(folder / DATABASE, old, folder / f"{DATABASE}.new", new, progress=progress, cancelled=cancelled)
        path = folder / f"{ANCHOR}.new"
        Anchor.create(path, new.journal_key, anchored.replica)
        with closing(Anchor(path, new.journal_key)) as anchor:
            anchor.write(anchored.replica, anchored.sequence, anchored.hash)
        with faults_named("write", path.name):
            sync_folder(folder)
    except BaseException:
        with suppress(VaultError):  # they are removed by the next try at the latest
            _remove(folder, NEW)
        raise


def _require_room(folder: Path) -> None:
    files = [folder / DATABASE, *(folder / f"{DATABASE}{log}" for log in LOGS)]
    with faults_named("measure", DATABASE):
        needed = sum(file.stat().st_size for file in files if file.exists()) + ROOM_LEFT
    if (lacking := needed - free_bytes(folder)) > 0:
        raise NoSpace(needed=size_text(lacking))


def _require_alone(folder: Path) -> None:
    """SECURITY: an old write-ahead log beside a new database would be taken for its own."""
    for name in (DATABASE, f"{DATABASE}.new"):
        if any((folder / f"{name}{log}").exists() for log in LOGS):
            raise RotationStopped(reason="another program has the database open")


def _swap(folder: Path) -> None:
    _require_alone(folder)
    with faults_named("move", DATABASE):
        move_into_place(folder / DATABASE, folder / f"{DATABASE}.old")
        move_into_place(folder / f"{DATABASE}.new", folder / DATABASE)


def _place_anchor(change: _Change) -> None:
    path, fresh = (change.folder / f"{ANCHOR}{ending}" for ending in ("", ".new"))
    if Anchor.fits(path, change.new.journal_key) or not Anchor.fits(fresh, change.new.journal_key):
        return  # where neither fits, opening the vault says so
    with faults_named("move", ANCHOR):
        if path.exists():
            move_into_place(path, change.folder / f"{ANCHOR}.old")
        move_into_place(fresh, path)


def _let_go(change: _Change) -> None:
    """Opens the new database; only then the old one goes, and last of all the old epoch."""
    slots = change.slots
    with closing(Vault.open(change.folder, change.new, now=change.now)) as vault:
        _remove(change.folder, OLD)
        staying = tuple(_current(slot, change.new.epoch) for slot in slots.content.slots)
        slots.change(change.new, slots.content._replace(epochs=slots.content.epochs[-1:], slots=staying))
        vault.keep_slots(slots.generation, slots.epoch)


def _current(slot: Slot, epoch: int) -> Slot:
    return slot._replace(roots=tuple(root for root in slot.roots if root.epoch == epoch))


def _remove(folder: Path, names: Collection[str]) -> None:
    with faults_named("remove", "what the change of keys left"):
        there = [folder / name for name in names if (folder / name).exists()]
        for path in there:
            path.unlink()
        if there:
            sync_folder(folder)
