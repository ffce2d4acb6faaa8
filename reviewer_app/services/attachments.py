# SPDX-License-Identifier: Apache-2.0
"""Attachments: taking files in, reading what they say, and handing their bytes to those who may see them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from reviewer_app.domain.canonical import new_id
from reviewer_app.domain.evidence import Attachment, EvaluationSummary, Holding
from reviewer_app.errors import AttachmentError, AttachmentMissing, EntryError, EvaluationError
from reviewer_app.evaluations.said import Said
from reviewer_app.services.desk import Desk
from reviewer_app.vault.blobs import BlobReader, Stored

Progress = Callable[[float], None]
Cancelled = Callable[[], bool]


def _no_progress(_fraction: float) -> None:
    pass


def _never() -> bool:
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
    progress: Progress = _no_progress,
    cancelled: Cancelled = _never,
) -> Attached:
    """Stores one file in the vault and reads what it says; once this returns it is on disk.

    Raises AttachmentError children, NoSpace, MarkingError, and EntryError when the case has the same file already.
    Whatever goes wrong before the end, nothing of the file stays.
    """
    mark = desk.portion(incoming.marking)
    stored = desk.blobs.write(path, progress=progress, cancelled=cancelled)
    return _keep(desk, case, path.name, mark, incoming, stored)


def keep_made(desk: Desk, case: str, name: str, data: bytes, marking: str, source: str) -> Attachment:
    """Stores a file this program made (a memo) as a government record."""
    stored = desk.blobs.write_bytes(data, name)
    incoming = Incoming(marking, Holding.GOVERNMENT_RECORD, source=source, medium="made in this vault")
    return _keep(desk, case, name, desk.portion(marking), incoming, stored).attachment


def _keep(desk: Desk, case: str, name: str, mark: str, incoming: Incoming, stored: Stored) -> Attached:
    try:
        _refuse_twice(desk, case, name, stored.sha512)
        detected, said, remark = _look(desk, name, stored)
        attachment = Attachment(
            id=stored.blob_id,
            marking=mark,
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
        summary = _summary(attachment, said) if said else None
        with desk.record("file attached", case=case, subject=attachment.id) as tx:
            tx.create(attachment)
            tx.keep_blob(stored.blob_id, stored.wrapped_key, stored.size)
            if summary:
                tx.create(summary)
    except BaseException:
        # An act that was committed but could not be anchored keeps its file.
        if desk.vault.blob(stored.blob_id) is None:
            desk.blobs.remove(stored.blob_id)
        raise
    return Attached(attachment, summary, remark)


def _refuse_twice(desk: Desk, case: str, name: str, sha512: str) -> None:
    for each in desk.vault.find(Attachment, case=case, sha512=sha512):
        if each.entered_in_error is None:
            raise EntryError(field=name, reason=f"this file is attached already, as “{each.name}”; nothing was stored")


def _look(desk: Desk, name: str, stored: Stored) -> tuple[str, Said | None, str]:
    """Detected kind, what the file says, and why it could not be read; the file is kept as evidence all the same."""
    source = desk.blobs.open(stored.blob_id, stored.wrapped_key, stored.size, name)
    try:
        detected = desk.reader.detect(source, name)
        if not detected.startswith("inspect"):
            return detected, None, ""
        return detected, desk.reader.read(source, name), ""
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
    desk: Desk, attachment: Attachment, *, progress: Progress = _no_progress, cancelled: Cancelled = _never
) -> datetime:
    """Reads the whole file and compares its SHA-512; returns when (UTC). Raises AttachmentDamaged."""
    found = open_bytes(desk, attachment).verify(progress=progress, cancelled=cancelled)
    if found != attachment.sha512:
        raise AttachmentError(name=attachment.name)
    with desk.record("attachment verified", case=attachment.case, subject=attachment.id):
        pass
    return desk.clock()
