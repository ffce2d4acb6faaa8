# SPDX-License-Identifier: Apache-2.0
"""Attachments: taking files in, reading what they say, and handing their bytes to those who may see them."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from reviewer_app.domain.canonical import new_id
from reviewer_app.domain.evidence import Attachment, EvaluationSummary, Holding
from reviewer_app.domain.record import Record
from reviewer_app.errors import AttachmentDamaged, AttachmentMissing, EntryError, EvaluationError
from reviewer_app.evaluations.said import Said
from reviewer_app.services.desk import Desk
from reviewer_app.vault.blobreader import BlobReader
from reviewer_app.vault.blobs import Stored

Progress = Callable[[float], None]
Cancelled = Callable[[], bool]


EVALUATIONS = ("inspect-eval", "inspect-json")
"""The kinds of file that say what an evaluation gave."""


def no_progress(_fraction: float) -> None:
    pass


def never() -> bool:
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
    incoming = replace(incoming, marking=desk.portion(incoming.marking))
    stored = desk.blobs.write(path, progress=progress, cancelled=cancelled)
    with _stored(desk, stored):
        _refuse_twice(desk, case, path.name, stored.sha512)
        detected, said, remark = _look(desk, path.name, stored, cancelled)
        attachment = _attachment(desk, case, path.name, incoming, stored, detected=detected)
        summary = _summary(attachment, said) if said else None
        _commit(desk, "file attached", attachment, stored, (summary,) if summary else ())
    return Attached(attachment, summary, remark)


def keep_made(
    desk: Desk, case: str, name: str, data: bytes, marking: str, *, verb: str, also: Callable[[Attachment], Record]
) -> tuple[Attachment, Record]:
    """Stores a file this program made (a memo's PDF) as a government record, with the record that it belongs to.

    `also` makes that record from the attachment; both are one entry of the journal.
    """
    stored = desk.blobs.write_bytes(data, name)
    incoming = Incoming(desk.portion(marking), Holding.GOVERNMENT_RECORD, source="made in this vault")
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
        source=incoming.source.strip(),
        received=desk.moment(),
        medium=incoming.medium.strip(),
        checkpoint=incoming.checkpoint,
    )


def _commit(desk: Desk, verb: str, attachment: Attachment, stored: Stored, beside: Sequence[Record]) -> None:
    with _stored(desk, stored), desk.record(verb, case=attachment.case, subject=attachment.id) as tx:
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
        raise


def _refuse_twice(desk: Desk, case: str, name: str, sha512: str) -> None:
    for each in desk.vault.find(Attachment, case=case, sha512=sha512):
        if each.entered_in_error is None:
            raise EntryError(field=name, reason=f"this file is attached already, as “{each.name}”; nothing was stored")


def _look(desk: Desk, name: str, stored: Stored, cancelled: Cancelled) -> tuple[str, Said | None, str]:
    """Detected kind, what the file says, and why it could not be read; the file is kept as evidence all the same."""
    with desk.blobs.open(stored.blob_id, stored.wrapped_key, stored.size, name) as source:
        try:
            detected = desk.reader.detect(source, name, cancelled=cancelled)
            if detected not in EVALUATIONS:
                return detected, None, ""
            return detected, desk.reader.read(source, name, cancelled=cancelled), ""
        except EvaluationError as error:
            return "unreadable", None, str(error)


def _summary(attachment: Attachment, said: Said) -> EvaluationSummary:
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


def said_of(summary: EvaluationSummary) -> Said:
    """What the file said when it was attached."""
    return Said.model_validate_json(summary.said)


def open_bytes(desk: Desk, attachment: Attachment) -> BlobReader:
    """The decrypted bytes of an attachment, by ranges. Raises AttachmentMissing or AttachmentDamaged."""
    kept = desk.vault.blob(attachment.id)
    if kept is None:
        raise AttachmentMissing(name=attachment.name)
    return desk.blobs.open(attachment.id, *kept, attachment.name)


def visit(desk: Desk, attachment: Attachment) -> BlobReader:
    """Opens an attachment for a person to read; the reading is an entry of the journal."""
    source = open_bytes(desk, attachment)
    with desk.record("attachment opened", case=attachment.case, subject=attachment.id):
        pass
    return source


def verify(
    desk: Desk, attachment: Attachment, *, progress: Progress = no_progress, cancelled: Cancelled = never
) -> datetime:
    """Reads the whole file and compares its SHA-512; returns when (UTC). Raises AttachmentDamaged."""
    with open_bytes(desk, attachment) as source:
        found = source.verify(progress=progress, cancelled=cancelled)
    if found != attachment.sha512:
        raise AttachmentDamaged(name=attachment.name, reason="its SHA-512 is another one")
    with desk.record("attachment verified", case=attachment.case, subject=attachment.id):
        pass
    return desk.clock()
