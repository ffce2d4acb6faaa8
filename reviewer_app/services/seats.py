# SPDX-License-Identifier: Apache-2.0
"""A seat at an opened vault: what makes keys, database, attachments and policy into the desk of one person."""

from contextlib import ExitStack

from reviewer_app.domain.markings import MarkingRules
from reviewer_app.domain.people import Person, Role, Setting
from reviewer_app.domain.wording import WordingRules
from reviewer_app.errors import NoSpace, RotationStopped, SignInRefused
from reviewer_app.evaluations.reader import Reader
from reviewer_app.paths import resource_text
from reviewer_app.policy import Policy
from reviewer_app.services.attachments import Cancelled, Progress
from reviewer_app.services.desk import Clock, Desk
from reviewer_app.vault import rotation
from reviewer_app.vault.blobs import Blobs
from reviewer_app.vault.lock import ExclusiveLock
from reviewer_app.vault.slots import Opened, SlotFile
from reviewer_app.vault.vault import Vault

PENDING = (
    "The change of the vault's keys is begun and not finished. {why} It goes on at the next sign-in; until then the "
    "earlier keys hold, and whoever was removed has no slot any more."
)


def resumed(
    slots: SlotFile, opened: Opened, clock: Clock, progress: Progress, cancelled: Cancelled
) -> tuple[Opened, tuple[str, ...]]:
    """Goes on with a change of keys that was begun; what stops it is a sentence to tell, and the vault opens all the same."""
    try:
        return rotation.resume(slots.folder, opened, progress=progress, cancelled=cancelled, now=clock), ()
    except (NoSpace, RotationStopped) as error:
        return opened, (PENDING.format(why=error),)


def seat(
    slots: SlotFile,
    opened: Opened,
    lock: ExclusiveLock,
    undo: ExitStack,
    *,
    warm: bool,
    clock: Clock,
    recovering: bool = False,
) -> Desk:
    """The desk at the opened vault; `undo` leaves it again. Raises SlotRefused for a slot file older than the vault's."""
    keychain = rotation.keys_in_use(slots.folder, opened)
    vault = Vault.open(slots.folder, keychain, now=clock)
    undo.callback(vault.close)
    known = vault.known_slots()
    slots.refuse_older(generation=known.generation, epoch=known.epoch, by_recovery=recovering)
    policy = Policy.from_settings({setting.name: setting.value for setting in vault.find(Setting)})
    desk = desk_at(vault, opened, lock, policy=policy, warm=warm, clock=clock)
    undo.callback(desk.reader.close)
    desk.slots_ahead = bool(known.generation) and slots.generation > known.generation and not recovering
    desk.keep_slots(slots)
    return desk


def desk_at(vault: Vault, opened: Opened, lock: ExclusiveLock, *, policy: Policy, warm: bool, clock: Clock) -> Desk:
    who = opened.person
    if who is None:
        raise SignInRefused(person="The recovery key", reason="it signs nobody in yet")
    return Desk(
        vault=vault,
        blobs=Blobs(vault.folder, rotation.keys_in_use(vault.folder, opened).blob_key),
        lock=lock,
        opened=opened,
        person=vault.get(Person, who.id) or Person(id=who.id, name=who.name),
        roles=frozenset(Role(role) for role in who.roles),
        policy=policy,
        clock=clock,
        rules=MarkingRules.from_json(resource_text("rules/markings.json")),
        wording=WordingRules.from_json(resource_text("rules/wording.json")),
        reader=Reader(warm=warm),
    )
