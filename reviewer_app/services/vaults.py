# SPDX-License-Identifier: Apache-2.0
"""Vaults: making one, looking at its door, unlocking, checking and leaving it."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, suppress
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

from reviewer_app.domain.evidence import Attachment
from reviewer_app.domain.markings import MarkingRules
from reviewer_app.domain.people import Person, Role, Setting
from reviewer_app.domain.wording import WordingRules
from reviewer_app.errors import AttachmentError, CheckStopped, EntryError, SignInRefused, VaultError
from reviewer_app.evaluations.reader import Reader
from reviewer_app.paths import resource_text
from reviewer_app.policy import Policy
from reviewer_app.services import typed
from reviewer_app.services.attachments import Cancelled, Progress, open_bytes
from reviewer_app.services.desk import Clock, Desk, utc_now
from reviewer_app.services.door import Door
from reviewer_app.vault import check as vault_check
from reviewer_app.vault.blobs import Blobs
from reviewer_app.vault.check import CheckFinding
from reviewer_app.vault.credentials import NewPerson, check_passphrase
from reviewer_app.vault.files import size_text
from reviewer_app.vault.keychain import Keychain
from reviewer_app.vault.lock import ExclusiveLock
from reviewer_app.vault.place import (
    Ballast,
    begin_folder,
    check_folder,
    clear_unfinished,
    finish_folder,
    free_bytes,
    given_room,
    mend_layout,
    require_free,
)
from reviewer_app.vault.slots import Opened, SlotFile
from reviewer_app.vault.vault import Vault

NEARLY_FULL = (
    "This vault's disk is nearly full, and the room held for that is given up. Free 64 MB on it before you go on, or "
    "the next note may not be saved."
)
CHECKED, SOUND, NOT_SOUND = "vault checked", "sound", "not sound"
SWITCH_WAIT = 5.0
"""Seconds that a program which is just ending may still hold the vault, as after Lock."""


@dataclass(frozen=True, repr=False)
class Created:
    """A new vault, open, and the recovery key's text, which is shown once."""

    desk: Desk
    recovery_key: str


def create(
    folder: Path,
    *,
    person: str,
    passphrase: str,
    policy: Policy,
    rounds: int | None = None,
    warm: bool = True,
    clock: Clock = utc_now,
) -> Created:
    """Makes a vault whose first person holds all roles, and opens it.

    Raises EntryError, WeakPassphrase, VaultExists, OnNetworkPath, NoPermission, NoSpace or DiskFailed; then nothing
    of the new vault stays behind.
    """
    person = typed.line("Your name", person, typed.NAME)
    if not person:
        raise EntryError(field="Your name", reason="this is empty; write the name that colleagues know you by")
    folder = check_folder(folder)
    check_passphrase(passphrase)
    first = NewPerson(person, tuple(Role), passphrase)
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
        keychain, recovery_key = _build(part, first, policy, rounds=rounds, clock=clock)
        if os.name == "nt":  # a folder with an open file in it keeps its name there
            lock.release()
        finish_folder(part, folder)
        made.append(folder)
        if os.name == "nt":
            lock = undo.enter_context(ExclusiveLock(folder))
        vault = Vault.open(folder, keychain, now=clock)
        undo.callback(vault.close)
        holder = Person(id=first.id, name=first.name)
        desk = _desk(
            vault, keychain, warm=warm, clock=clock, lock=lock, person=holder, roles=frozenset(Role), policy=policy
        )
        undo.pop_all()
    return Created(desk, recovery_key)


def _build(folder: Path, first: NewPerson, policy: Policy, *, rounds: int | None, clock: Clock) -> tuple[Keychain, str]:
    """Makes everything in a vault's folder, and leaves it closed; the keychain and the recovery key's text."""
    mend_layout(folder)
    _slots, keychain, recovery_key = SlotFile.create(
        folder, policy=policy.before_unlock(), people=[first], rounds=rounds
    )
    Ballast(folder).hold()
    with (
        closing(Vault.create(folder, keychain, now=clock)) as vault,
        vault.record("vault created", person=first.id) as tx,
    ):
        tx.create(Person(id=first.id, name=first.name))
        for name, value in policy.settings().items():
            tx.create(Setting(name=name, value=value))
    return keychain, recovery_key


def _remove_empty(folder: Path) -> None:
    with suppress(OSError):
        folder.rmdir()


def unlock(door: Door, person: str, passphrase: str, *, warm: bool = True, clock: Clock = utc_now) -> Desk:
    """Opens the vault for one person and takes its lock; what unfinished attachments left is removed.

    Raises WrongPassphrase, SlotRefused, VaultInUse, RolledBack, DatabaseDamaged and the other VaultErrors.
    """

    def enter() -> Desk:
        return _enter(door, lambda slots: slots.unlock(person, passphrase), warm=warm, clock=clock)

    return given_room(door.folder, enter)  # a full disk keeps nobody out


def _enter(door: Door, key: Callable[[SlotFile], Opened], *, warm: bool, clock: Clock) -> Desk:
    with ExitStack() as undo:
        lock = undo.enter_context(ExclusiveLock(door.folder, wait=SWITCH_WAIT))
        opened = key(SlotFile.read(door.folder))
        if opened.person is None:
            raise SignInRefused(person="The recovery key", reason="it signs nobody in yet")
        vault = Vault.open(door.folder, opened.keychain, now=clock)
        undo.callback(vault.close)
        settings = {setting.name: setting.value for setting in vault.find(Setting)}
        holder = vault.get(Person, opened.person.id) or Person(id=opened.person.id, name=opened.person.name)
        roles = frozenset(Role(role) for role in opened.person.roles)
        policy = Policy.from_settings(settings)
        desk = _desk(
            vault,
            opened.keychain,
            warm=warm,
            clock=clock,
            lock=lock,
            person=holder,
            roles=roles,
            policy=policy,
        )
        undo.callback(desk.reader.close)
        told = [*_slots_told(opened.mended), *_tidied(desk), *_anchor_told(vault.behind)]
        desk.vault.witness("signed in", person=holder.id)
        if not Ballast(door.folder).renew():
            told.append(NEARLY_FULL)
        desk.remarks = tuple(told)
        if opened.mended:
            with desk.record("slot file mended"):
                pass
        undo.pop_all()
    return desk


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


def _desk(vault: Vault, keychain: Keychain, *, warm: bool, **held: Any) -> Desk:
    return Desk(
        vault=vault,
        blobs=Blobs(vault.folder, keychain.blob_key),
        **held,
        rules=MarkingRules.from_json(resource_text("rules/markings.json")),
        wording=WordingRules.from_json(resource_text("rules/wording.json")),
        reader=Reader(warm=warm),
    )


def leave(desk: Desk, verb: str = "signed out") -> None:
    """Closes the vault: reader processes, connections, anchor and lock. Nothing is open afterwards, whatever fails."""
    with ExitStack() as last:
        last.callback(desk.lock.release)
        last.callback(desk.vault.close)
        last.callback(desk.reader.close)
        desk.vault.witness(verb, person=desk.person.id)


# --- checking ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Report:
    """What a full check found. `findings` is empty for a sound vault."""

    entries: int
    attachments: int
    findings: tuple[CheckFinding, ...]

    @property
    def sound(self) -> bool:
        """Whether nothing was found."""
        return not self.findings

    def told(self) -> str:
        """The report as text, one finding a line."""
        head = (
            f"Checked the journal (entries: {self.entries:,}), the tables that it gives, and the attachments "
            f"({self.attachments:,})."
        )
        if self.sound:
            return f"{head}\nEverything holds together."
        return "\n".join((head, *(f"{finding.where}: {finding.what}" for finding in self.findings)))

    def as_json(self) -> dict[str, Any]:
        """The report as one JSON object."""
        return {"sound": self.sound, **asdict(self)}


def check(
    desk: Desk,
    progress: Progress = lambda _fraction: None,
    cancelled: Cancelled = lambda: False,
) -> Report:
    """Recomputes chain and anchor, folds the journal and compares the tables, verifies every attachment.

    Raises CheckStopped when `cancelled` says so.
    """
    findings = vault_check.check(desk.vault, progress, cancelled, blobs=partial(_check_files, desk))
    try:
        with desk.vault.record(CHECKED, person=desk.person.id, outcome=NOT_SOUND if findings else SOUND):
            pass
    except VaultError as error:
        findings.append(CheckFinding("journal", f"the check itself cannot be recorded: {error}"))
    return Report(len(desk.vault.entries()), len(desk.vault.blobs()), tuple(findings))


def _check_files(desk: Desk, progress: Progress, cancelled: Cancelled) -> Iterator[CheckFinding]:
    """Reads every attachment's file to its end and compares it with the SHA-512 its record states."""
    kept = [(blob, desk.vault.get(Attachment, blob)) for blob in desk.vault.blobs()]
    whole, done = sum(each.size for _, each in kept if each) or 1, 0
    for blob, attachment in kept:
        if cancelled():
            raise CheckStopped
        if attachment is None:
            continue
        try:
            with open_bytes(desk, attachment) as source:
                found = source.verify(cancelled=cancelled)
        except (AttachmentError, VaultError) as error:
            if cancelled():
                raise CheckStopped from error
            yield CheckFinding(f"attachment {blob}", str(error))
        else:
            if found != attachment.sha512:
                yield CheckFinding(f"attachment {blob}", "the file is not the one its record names")
        done += attachment.size
        progress(done / whole)
    yield from _check_names(desk)


def _check_names(desk: Desk) -> Iterator[CheckFinding]:
    """What lies among the attachments' files and belongs to none."""
    try:
        lone = desk.blobs.without_row(lambda: set(desk.vault.blobs()))
    except VaultError as error:
        yield CheckFinding("blobs", str(error))
        return
    for name in lone:
        yield CheckFinding(
            f"blobs/{name}",
            "it belongs to no attachment of this vault, or is no plain file; keep it until its origin is known",
        )


# --- health --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Health:
    """What the Vault page shows at a glance. Times are written in the site's zone; sizes in bytes."""

    name: str
    folder: str
    entries: int
    attachments: int
    stored: int
    free: int
    checked: str
    sound: bool
    clock_set_back: bool
    confinement: str

    def summary(self) -> str:
        """The one sentence at the top of the page."""
        if self.clock_set_back:
            return "One point needs a person: this machine's clock is behind the journal"
        if self.checked and not self.sound:
            return "The last check found something that does not hold. Check again to see what"
        return "Nothing needs a person" if self.checked else "This vault has not been checked yet"

    def facts(self) -> list[tuple[str, str]]:
        """Name and value of every line."""
        clock = (
            "behind the journal; deadlines use the last moment seen"
            if self.clock_set_back
            else "agrees with the journal"
        )
        return [
            ("Vault", self.name),
            ("Folder", self.folder),
            ("Journal", f"{self.entries:,} entries"),
            ("Attachments", f"{self.attachments:,}, {size_text(self.stored)} in all"),
            ("Free on its disk", size_text(self.free)),
            ("Last check", f"{self.checked}, {SOUND if self.sound else NOT_SOUND}" if self.checked else "not yet"),
            ("Clock", clock),
            ("Reading files", self.confinement),
        ]


def health(desk: Desk) -> Health:
    """The state of the vault now."""
    kept = [desk.vault.blob(blob) for blob in desk.vault.blobs()]
    entries = desk.vault.entries(limit=1)
    # Checks of earlier programs do not say what they found.
    checks = (entry for entry in desk.vault.entries() if entry.verb == CHECKED and entry.outcome in (SOUND, NOT_SOUND))
    last = next(checks, None)
    return Health(
        name=desk.vault.folder.name.removesuffix(".vault"),
        folder=str(desk.vault.folder),
        entries=entries[0].number if entries else 0,
        attachments=len(kept),
        stored=sum(each[1] for each in kept if each),
        free=free_bytes(desk.vault.folder),
        checked=desk.written(last.at) if last else "",
        sound=last is not None and last.outcome == SOUND,
        clock_set_back=desk.now().set_back,
        confinement=desk.reader.confinement or "no file was read since sign-in",
    )
