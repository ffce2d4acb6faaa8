# SPDX-License-Identifier: Apache-2.0
"""Whether a vault holds together: the full check, and its state at a glance."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

from reviewer_app.domain.evidence import Attachment
from reviewer_app.domain.people import Role
from reviewer_app.errors import AttachmentError, AttachmentMissing, CheckStopped, VaultError
from reviewer_app.services.attachments import Cancelled, Progress
from reviewer_app.services.desk import Desk
from reviewer_app.vault import check as vault_check
from reviewer_app.vault.blobreader import BlobReader
from reviewer_app.vault.check import CheckFinding
from reviewer_app.vault.files import size_text
from reviewer_app.vault.place import free_bytes

CHECKED, SOUND, NOT_SOUND = "vault checked", "sound", "not sound"


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
    desk.allow(CHECKED)
    findings = vault_check.check(desk.vault, progress, cancelled, blobs=partial(_check_files, desk))
    try:
        with desk.record(CHECKED, outcome=NOT_SOUND if findings else SOUND):
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
            with _whole_file(desk, attachment) as source:
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


def _whole_file(desk: Desk, attachment: Attachment) -> BlobReader:
    """Any attachment's bytes, only to be compared. Its name is case text, told to whoever knows the case."""
    kept = desk.vault.blob(attachment.id)
    name = attachment.name if desk.records.knows(attachment.case) else attachment.id[:8]
    if kept is None:
        raise AttachmentMissing(name=name)
    return desk.blobs.open(attachment.id, *kept, name)


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
    """What the Vault page shows at a glance. Times are written in the site's zone; sizes in bytes.

    Officers and supervisors are told of the `whole` vault, others what belongs to their cases.
    """

    whole: bool
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
        kept = f"{self.attachments:,}, {size_text(self.stored)} in all"
        counted = [("Journal", f"{self.entries:,} entries"), ("Attachments", kept)]
        return [
            ("Vault", self.name),
            ("Folder", self.folder),
            *(counted if self.whole else [("Your attachments", kept)]),
            ("Free on its disk", size_text(self.free)),
            ("Last check", f"{self.checked}, {SOUND if self.sound else NOT_SOUND}" if self.checked else "not yet"),
            ("Clock", clock),
            ("Reading files", self.confinement),
        ]


def health(desk: Desk) -> Health:
    """The state of the vault now."""
    whole = bool(desk.roles - {Role.REVIEWER})
    seen = desk.vault if whole else desk.records
    kept = [seen.blob(blob) for blob in seen.blobs()]
    entries = desk.vault.entries(limit=1)
    # Checks of earlier programs do not say what they found.
    checks = (entry for entry in desk.vault.entries() if entry.verb == CHECKED and entry.outcome in (SOUND, NOT_SOUND))
    last = next(checks, None)
    return Health(
        whole=whole,
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
