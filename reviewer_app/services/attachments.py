# SPDX-License-Identifier: Apache-2.0
"""Attachments: taking files in whole or not at all, their custody, and their bytes for those who may see them."""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from reviewer_app.domain.canonical import new_id
from reviewer_app.domain.evidence import Attachment, EvaluationSummary, Holding
from reviewer_app.domain.record import Record
from reviewer_app.errors import AppError, AttachmentDamaged, AttachmentMissing, EntryError, EvaluationError
from reviewer_app.errors import Cancelled as WasCancelled
from reviewer_app.evaluations.said import Said, plain
from reviewer_app.services import typed
from reviewer_app.services.desk import Desk
from reviewer_app.vault.blobreader import BlobReader
from reviewer_app.vault.blobs import Stored
from reviewer_app.vault.incoming import PlainFile

Progress = Callable[[float], None]
Cancelled = Callable[[], bool]


EVALUATIONS = ("inspect-eval", "inspect-json")
"""The kinds of file that say what an evaluation gave."""
ATTACHED, VERIFIED = "file attached", "attachment verified"


def no_progress(_fraction: float) -> None:
    """For callers that show none."""


def no_news(_path: Path) -> None:
    """For callers that need not know which file was just stored."""


def never() -> bool:
    """For callers that cannot cancel."""
    return False


@dataclass(frozen=True)
class Incoming:
    """What a person says about files that come in together."""

    marking: str
    holding: Holding
    source: str = ""
    medium: str = ""
    checkpoint: str | None = None


@dataclass(frozen=True)
class Attached:
    """A file that was taken in, what it says, and why it could not be read where it could not."""

    attachment: Attachment
    summary: EvaluationSummary | None
    remark: str = ""


@dataclass(frozen=True)
class Candidate:
    """A file somebody wants to attach: its size in bytes, or why it cannot be taken in."""

    path: Path
    size: int = 0
    refusal: AppError | None = None


def candidates(paths: Sequence[Path]) -> list[Candidate]:
    """What is known of files before they are taken in; folders, links, devices and vanished files are refused."""
    return [_candidate(path) for path in dict.fromkeys(paths)]


def _candidate(path: Path) -> Candidate:
    try:
        with PlainFile(path) as file:
            return Candidate(path, file.size)
    except AppError as error:
        return Candidate(path, refusal=error)


@dataclass(frozen=True)
class Outcome:
    """What became of files that were to come in together: each was stored on its own, or not at all."""

    attached: tuple[Attached, ...]
    refused: tuple[Candidate, ...]
    cancelled: bool = False


def attach_all(
    desk: Desk,
    case: str,
    files: Sequence[Candidate],
    incoming: Incoming,
    *,
    progress: Progress = no_progress,
    cancelled: Cancelled = never,
    stored: Callable[[Path], object] = no_news,
) -> Outcome:
    """Attaches files one after the other; one that cannot be taken in does not hold the others up.

    `progress` is the share of all their bytes; `stored` is told each file that is on disk. A cancel ends it at once:
    what was attached before stays. Raises MarkingError, or EntryError for a marking above the vault's or an unfit
    source, before anything is read.
    """
    _checked(desk, incoming)
    attached: list[Attached] = []
    refused = [each for each in files if each.refusal]
    whole, done = sum(each.size for each in files) or 1, 0
    for each in (file for file in files if not file.refusal):

        def told(fraction: float, size: int = each.size, before: int = done) -> None:
            progress((before + fraction * size) / whole)

        try:
            attached.append(attach(desk, case, each.path, incoming, progress=told, cancelled=cancelled))
            stored(each.path)
        except WasCancelled:
            return Outcome(tuple(attached), tuple(refused), cancelled=True)
        except AppError as error:
            refused.append(replace(each, refusal=error))
        done += each.size
    return Outcome(tuple(attached), tuple(refused))


def attach(
    desk: Desk,
    case: str,
    path: Path,
    incoming: Incoming,
    *,
    progress: Progress = no_progress,
    cancelled: Cancelled = never,
) -> Attached:
    """Stores one file in the vault and reads what it says; once this returns it is on disk.

    Raises AttachmentError children, NoSpace, MarkingError, and EntryError when the case has the same file already.
    Whatever goes wrong before the end, nothing of the file stays.
    """
    desk.allow(ATTACHED, case=case)
    incoming = _checked(desk, incoming)
    name = shown_name(path)
    stored = desk.blobs.write(path, progress=progress, cancelled=cancelled)
    with _stored(desk, stored):
        _refuse_twice(desk, case, name, stored.sha512)
        detected, said, remark = _look(desk, name, stored, cancelled)
        attachment = _attachment(desk, case, name, incoming, stored, detected=detected)
        summary = summary_of(attachment, said) if said else None
        _commit(desk, ATTACHED, attachment, stored, (summary,) if summary else ())
    return Attached(attachment, summary, remark)


def _checked(desk: Desk, incoming: Incoming) -> Incoming:
    source, medium = typed.line("Source", incoming.source), typed.line("Medium", incoming.medium)
    return replace(incoming, marking=desk.portion(incoming.marking), source=source, medium=medium)


def shown_name(path: Path) -> str:
    """The file's name as text that is safe to keep and to show.

    SECURITY: a name is foreign input. Bytes that are no text, control characters and hidden ones that turn the
    reading direction around do not reach a record, a memo or a window.
    """
    return plain(os.fsencode(path.name).decode(errors="replace")).replace("\n", " ").replace("\t", " ") or "unnamed"


def keep_made(
    desk: Desk, case: str, name: str, data: bytes, marking: str, *, verb: str, also: Callable[[Attachment], Record]
) -> tuple[Attachment, Record]:
    """Stores a file this program made (a memo's PDF) as a government record, with the record that it belongs to.

    `also` makes that record from the attachment; both are one entry of the journal.
    """
    incoming = Incoming(desk.portion(marking), Holding.GOVERNMENT_RECORD, source="made in this vault")
    desk.allow(verb, case=case)
    stored = desk.blobs.write_bytes(data, name)
    with _stored(desk, stored):
        attachment = _attachment(desk, case, name, incoming, stored, detected="pdf")
        beside = also(attachment)
        _commit(desk, verb, attachment, stored, (beside,))
    return attachment, beside


def _attachment(desk: Desk, case: str, name: str, incoming: Incoming, stored: Stored, *, detected: str) -> Attachment:
    return Attachment(
        id=stored.blob_id,
        marking=incoming.marking,
        case=case,
        name=name,
        sha512=stored.sha512,
        size=stored.size,
        detected=detected,
        holding=incoming.holding,
        source=incoming.source,
        received=desk.moment(),
        medium=incoming.medium,
        checkpoint=incoming.checkpoint,
    )


def _commit(desk: Desk, verb: str, attachment: Attachment, stored: Stored, beside: Sequence[Record]) -> None:
    with desk.record(verb, case=attachment.case, subject=attachment.id) as tx:
        tx.create(attachment)
        tx.keep_blob(stored.blob_id, stored.wrapped_key, stored.size)
        for each in beside:
            tx.create(each)


@contextmanager
def _stored(desk: Desk, stored: Stored) -> Iterator[None]:
    """Takes a stored file away again when what belongs to it is not recorded."""
    try:
        yield
    except BaseException:
        # An act that was committed but could not be anchored keeps its file.
        if desk.vault.blob(stored.blob_id) is None:
            desk.blobs.remove(stored.blob_id)
        else:
            desk.blobs.settle(stored.blob_id)
        raise
    desk.blobs.settle(stored.blob_id)


def _refuse_twice(desk: Desk, case: str, name: str, sha512: str) -> None:
    for each in desk.records.find(Attachment, case=case, sha512=sha512):
        if each.entered_in_error is None:
            raise EntryError(field=name, reason=f"this file is attached already, as “{each.name}”; nothing was stored")


def _look(desk: Desk, name: str, stored: Stored, cancelled: Cancelled) -> tuple[str, Said | None, str]:
    """Detected kind, what the file says, and why it could not be read; the file is kept as evidence all the same."""
    detected = "unreadable"
    with desk.blobs.open(stored.blob_id, stored.wrapped_key, stored.size, name) as source:
        try:
            detected = desk.reader.detect(source, name, cancelled=cancelled)
            said = desk.reader.read(source, name, cancelled=cancelled) if detected in EVALUATIONS else None
        except EvaluationError as error:
            return detected, None, str(error)
    return detected, said, ""


def summary_of(attachment: Attachment, said: Said) -> EvaluationSummary:
    """What the file says, as a record beside it."""
    return EvaluationSummary(
        id=new_id(),
        marking=attachment.marking,
        case=attachment.case,
        attachment=attachment.id,
        format=said.format,
        tool=said.tool,
        task=said.task,
        model=said.model,
        status=said.status,
        run_at=said.run_at,
        said=said.model_dump_json(),
    )


def open_bytes(desk: Desk, attachment: Attachment) -> BlobReader:
    """The decrypted bytes of an attachment, by ranges. Raises AttachmentMissing or AttachmentDamaged."""
    kept = desk.records.blob(attachment.id)
    if kept is None:
        raise AttachmentMissing(name=attachment.name)
    return desk.blobs.open(attachment.id, *kept, attachment.name)


@dataclass(frozen=True)
class Custody:
    """How a file came here: who took it in, and when its bytes were last compared with its SHA-512 (UTC)."""

    by: str
    verified: datetime | None


def custody(desk: Desk, attachment: Attachment) -> Custody:
    """The chain of one file, from the journal."""
    first = next(iter(desk.records.history_of(attachment.id)), None)
    of_case = desk.records.entries(attachment.case)
    checked = (each.at for each in of_case if each.verb == VERIFIED and each.subject == attachment.id)
    return Custody(desk.name_of(first.entry.person) if first else "not recorded", next(checked, None))


def verify(
    desk: Desk, attachment: Attachment, *, progress: Progress = no_progress, cancelled: Cancelled = never
) -> datetime:
    """Reads the whole file and compares its SHA-512; returns when (UTC). Raises AttachmentDamaged."""
    with open_bytes(desk, attachment) as source:
        found = source.verify(progress=progress, cancelled=cancelled)
    if found != attachment.sha512:
        raise AttachmentDamaged(name=attachment.name, reason="its SHA-512 is another one")
    with desk.record(VERIFIED, case=attachment.case, subject=attachment.id):
        pass
    return desk.clock()
