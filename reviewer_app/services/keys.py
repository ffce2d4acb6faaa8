# SPDX-License-Identifier: Apache-2.0
"""The vault's keys: changed for a person who leaves, after the recovery key was used, or by two officers at any time.

A change is begun with the slot file and finished with a new database. Whatever stops it half way, the vault opens, and
the next sign-in goes on with it.
"""

from contextlib import ExitStack
from dataclasses import dataclass

from reviewer_app.errors import VaultError
from reviewer_app.services import seats
from reviewer_app.services.attachments import Cancelled, Progress, never, no_progress
from reviewer_app.services.desk import Desk, Grant
from reviewer_app.vault import rotation
from reviewer_app.vault.rotation import Prepared
from reviewer_app.vault.slots import Opened, SlotFile

CHANGED, FINISHED = "keys changed", "change of keys finished"
DUE, UNTRIED = "recovery key used", "recovery key not typed back"


@dataclass(frozen=True, repr=False)
class Plan:
    """A change of keys of which nothing is written yet. `recovery_key` is the new one, to be printed and typed back, or ""
    where the present one stays; `remove` is the id of who leaves, or ""."""

    grant: Grant
    prepared: Prepared
    remove: str = ""

    @property
    def recovery_key(self) -> str:
        return self.prepared.recovery_key


def plan(desk: Desk, grant: Grant, *, remove: str = "", replace_recovery: bool = False) -> Plan:
    """New keys for everybody who stays. A recovery key that is spent or was never typed back is replaced too.

    Raises LastOfficer, or RotationStopped while an earlier change is not finished.
    """
    desk.require(grant, CHANGED, about=remove or None)
    slots, leaving = SlotFile.read(desk.vault.folder), (remove,) if remove else ()
    replace = replace_recovery or is_due(desk) or bool(desk.vault.preference(UNTRIED))
    prepared = rotation.prepare(slots, desk.opened, remove=leaving, replace_recovery=replace, now=desk.clock())
    return Plan(grant, prepared, remove)


def plan_after_recovery(desk: Desk) -> Plan:
    """The change of keys that follows the use of the recovery key, which stands in for both officers."""
    if not desk.recovered:
        raise ValueError("this desk was not opened by the recovery key")
    return plan(desk, Grant(desk, CHANGED, desk.clock()), replace_recovery=True)


def is_due(desk: Desk) -> bool:
    """Whether the recovery key was used and the keys were not changed since."""
    return bool(desk.vault.preference(DUE))


def change(
    desk: Desk,
    plan: Plan,
    *,
    typed: str = "",
    progress: Progress = no_progress,
    cancelled: Cancelled = never,
) -> Desk:
    """Changes the keys, and gives the desk that takes this one's place; this one is of no use afterwards.

    `typed` is the new recovery key as it was typed back. Raises MistypedRecoveryKey, WrongRecoveryKey, NoSpace and the
    other errors of writing the slot file: then nothing has changed. What stops the rest is a remark at the new desk.
    """
    desk.require(plan.grant, CHANGED, about=plan.remove or None)
    opened = _begun(desk, plan, typed)
    desk.reader.close()
    desk.vault.close()
    return _finished(desk, opened, progress, cancelled)


def _begun(desk: Desk, plan: Plan, typed: str) -> Opened:
    """Writes the slot file while its entry is open. Once it is written the change goes on, whatever the disk does to the
    entry: the next desk then finds that the journal lacks it, and says so."""
    slots, known = SlotFile.read(desk.vault.folder), desk.vault.known_slots()
    said, opened = "person removed" if plan.remove else "begun", None
    try:
        with desk.record(CHANGED, subject=plan.remove or None, outcome=said, grant=plan.grant):
            opened = rotation.begin(slots, desk.opened, plan.prepared, typed=typed, known_generation=known.generation)
        desk.vault.keep_slots(slots.generation, known.epoch)
        for name in (DUE, UNTRIED) if plan.recovery_key else ():
            desk.vault.set_preference(name, "")
    except VaultError:
        if opened is None:
            raise
    return opened


def _finished(desk: Desk, opened: Opened, progress: Progress, cancelled: Cancelled) -> Desk:
    with ExitStack() as undo:
        undo.callback(desk.lock.release)
        folder, clock = desk.vault.folder, desk.clock
        gone_on = seats.resumed(SlotFile.read(folder), opened, clock, progress, cancelled)
        slots = SlotFile.read(folder)
        made = seats.seat(slots, gone_on.opened, desk.lock, undo, warm=True, clock=clock, ahead=gone_on.ahead)
        made.remarks, made.last_sign_in = (*gone_on.told, *seats.take_slots(made)), desk.last_sign_in
        if not made.opened.rotation_pending:
            with made.record(FINISHED):
                pass
        undo.pop_all()
    return made
