# SPDX-License-Identifier: Apache-2.0
"""A seat at an opened vault: what makes keys, database, attachments and policy into the desk of one person."""

from contextlib import ExitStack, closing
from typing import NamedTuple

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
AHEAD = (
    "The slot file was changed, and the journal does not say by whom, as after a crash. It is in the journal now. Compare "
    "the page People with what you expect."
)


class Resumed(NamedTuple):
    """The keys after a change that was begun was gone on with. `told` says what stopped it; `ahead` that the journal has
    no entry of its beginning."""

    opened: Opened
    told: tuple[str, ...] = ()
    ahead: bool = False


def resumed(slots: SlotFile, opened: Opened, clock: Clock, progress: Progress, cancelled: Cancelled) -> Resumed:
    """Goes on with a change of keys that was begun; what stops it is a sentence to tell, and the vault opens all the same."""
    ahead = opened.rotation_pending and _begun_unseen(slots, opened, clock)
    try:
        done = rotation.resume(slots.folder, opened, progress=progress, cancelled=cancelled, now=clock)
        return Resumed(done, ahead=ahead)
    except (NoSpace, RotationStopped) as error:
        return Resumed(opened, (PENDING.format(why=error),), ahead)


def _begun_unseen(slots: SlotFile, opened: Opened, clock: Clock) -> bool:
    keychain = rotation.keys_in_use(slots.folder, opened)
    if keychain is not opened.earlier:  # the new database stands, and the vault has seen the slot file since
        return False
    with closing(Vault.open(slots.folder, keychain, now=clock)) as vault:
        return _is_ahead(vault, slots)


def _is_ahead(vault: Vault, slots: SlotFile) -> bool:
    """Whether the slot file was written by an act that the vault has not seen the end of."""
    known = vault.known_slots().generation
    return bool(known) and slots.generation > known


def take_slots(desk: Desk) -> tuple[str, ...]:
    """A slot file that was written by an act whose entry a crash cut off is journaled, and told of."""
    if not desk.slots_ahead:
        return ()
    with desk.record("slot file taken", outcome="newer than the journal") as tx:
        for each in SlotFile.read(desk.vault.folder).people:
            if desk.records.get(Person, each.id) is None:
                tx.create(Person(id=each.id, name=each.name))
    desk.slots_ahead = False
    return (AHEAD,)


def seat(
    slots: SlotFile,
    opened: Opened,
    lock: ExclusiveLock,
    undo: ExitStack,
    *,
    warm: bool,
    clock: Clock,
    recovering: bool = False,
    ahead: bool = False,
) -> Desk:
    """The desk at the opened vault; `undo` leaves it again. Raises SlotRefused for a slot file older than the vault's.

    `ahead` says that the slot file was newer than the vault knew before it was gone on with.
    """
    keychain = rotation.keys_in_use(slots.folder, opened)
    vault = Vault.open(slots.folder, keychain, now=clock)
    undo.callback(vault.close)
    known = vault.known_slots()
    slots.refuse_older(generation=known.generation, epoch=known.epoch, by_recovery=recovering)
    policy = Policy.from_settings({setting.name: setting.value for setting in vault.find(Setting)})
    desk = desk_at(vault, opened, lock, policy=policy, warm=warm, clock=clock)
    undo.callback(desk.reader.close)
    desk.slots_ahead = ahead or (_is_ahead(vault, slots) and not recovering)
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
