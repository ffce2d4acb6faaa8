# SPDX-License-Identifier: Apache-2.0
"""Vaults: making one, looking at its door, unlocking, checking and leaving it."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

from reviewer_app.domain.evidence import Attachment
from reviewer_app.domain.markings import MarkingRules
from reviewer_app.domain.people import Person, Role, Setting
from reviewer_app.domain.wording import WordingRules
from reviewer_app.errors import AttachmentError, CheckStopped, EntryError, NoSpace, SignInRefused
from reviewer_app.evaluations.reader import Reader
from reviewer_app.paths import resource_text
from reviewer_app.policy import Policy
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
from reviewer_app.vault.place import Ballast, check_folder, create_layout, free_bytes
from reviewer_app.vault.slots import Opened, SlotFile
from reviewer_app.vault.vault import Vault

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
    if not person.strip():
        raise EntryError(field="Your name", reason="this is empty; write the name that colleagues know you by")
    folder = check_folder(folder)
    check_passphrase(passphrase)
    first = NewPerson(person.strip(), tuple(Role), passphrase)
    take_away = partial(shutil.rmtree, folder, ignore_errors=True)
    with ExitStack() as undo:
        # Nothing was confirmed yet, and what lay in the folder before is never touched: what was begun goes again.
        if not folder.exists():
            undo.callback(take_away)
        create_layout(folder)
        undo.callback(take_away)
        lock = undo.enter_context(ExclusiveLock(folder))
        _slots, keychain, recovery_key = SlotFile.create(
            folder, policy=policy.before_unlock(), people=[first], rounds=rounds
        )
        Ballast(folder).hold()
        vault = Vault.create(folder, keychain, now=clock)
        undo.callback(vault.close)
        holder = Person(id=first.id, name=first.name)
        with vault.record("vault created", person=holder.id) as tx:
            tx.create(holder)
            for name, value in policy.settings().items():
                tx.create(Setting(name=name, value=value))
        desk = _desk(
            vault, keychain, warm=warm, clock=clock, lock=lock, person=holder, roles=frozenset(Role), policy=policy
        )
        undo.pop_all()
    return Created(desk, recovery_key)


def unlock(door: Door, person: str, passphrase: str, *, warm: bool = True, clock: Clock = utc_now) -> Desk:
    """Opens the vault for one person and takes its lock; stale parts of unfinished attachments are removed.

    Raises WrongPassphrase, SlotRefused, VaultInUse, RolledBack, DatabaseDamaged and the other VaultErrors.
    """
    return _enter(door, lambda slots: slots.unlock(person, passphrase), warm=warm, clock=clock)


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
            remarks=_remarks(opened.mended),
        )
        undo.callback(desk.reader.close)
        desk.blobs.sweep(set(vault.blobs()))
        # A full disk must not keep anybody out.
        with suppress(NoSpace):
            Ballast(door.folder).hold()
        with desk.record("signed in"):
            pass
        if desk.remarks:
            with desk.record("slot file mended"):
                pass
        undo.pop_all()
    return desk


def _remarks(mended: tuple[str, ...]) -> tuple[str, ...]:
    if not mended:
        return ()
    return (f"The slot file was put right from its other copy: {', '.join(mended)}. If it recurs, check the disk.",)


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
        with desk.record(verb):
            pass


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
        head = f"Checked {self.entries} journal entries, the tables they give, and {self.attachments} attachments."
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
    with desk.record("vault checked"):
        pass
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
        except AttachmentError as error:
            if cancelled():
                raise CheckStopped from error
            yield CheckFinding(f"attachment {blob}", str(error))
        else:
            if found != attachment.sha512:
                yield CheckFinding(f"attachment {blob}", "the file is not the one its record names")
        done += attachment.size
        progress(done / whole)


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
    clock_set_back: bool
    confinement: str

    def summary(self) -> str:
        """The one sentence at the top of the page."""
        if self.clock_set_back:
            return "One point needs a person: this machine's clock is behind the journal"
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
            ("Last check", self.checked or "not yet"),
            ("Clock", clock),
            ("Reading files", self.confinement),
        ]


def health(desk: Desk) -> Health:
    """The state of the vault now."""
    kept = [desk.vault.blob(blob) for blob in desk.vault.blobs()]
    entries = desk.vault.entries(limit=1)
    checked = next((entry.at for entry in desk.vault.entries() if entry.verb == "vault checked"), None)
    return Health(
        name=desk.vault.folder.name.removesuffix(".vault"),
        folder=str(desk.vault.folder),
        entries=entries[0].number if entries else 0,
        attachments=len(kept),
        stored=sum(each[1] for each in kept if each),
        free=free_bytes(desk.vault.folder),
        checked=desk.written(checked) if checked else "",
        clock_set_back=desk.now().set_back,
        confinement=desk.reader.confinement or "no file was read since sign-in",
    )
