# SPDX-License-Identifier: Apache-2.0
"""Packages: what would leave the vault, and writing it to a folder or medium. Written is not received."""

import shutil
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from reviewer_app.domain.canonical import new_id
from reviewer_app.domain.cases import (
    Agreement,
    Answer,
    Assignment,
    Case,
    Checkpoint,
    DatedFact,
    Determination,
    Submission,
)
from reviewer_app.domain.evidence import Attachment, EvaluationSummary, Evidence
from reviewer_app.domain.findings import Finding, Referral
from reviewer_app.domain.memos import Memo, Purpose, SignOff, Transfer
from reviewer_app.domain.notes import Note
from reviewer_app.domain.people import Person
from reviewer_app.domain.record import Record
from reviewer_app.errors import AppError, NotAnchored, PackageNotWritten, WithheldTextFound
from reviewer_app.exchange.case_json import CaseContent, case_json
from reviewer_app.exchange.form import PROFILE
from reviewer_app.exchange.package import EvidenceFile, PackageContent, Written, write_package
from reviewer_app.exchange.release import developer_may_be_named, released, withheld
from reviewer_app.memo.make import make_report
from reviewer_app.memo.revision import freeze
from reviewer_app.services.attachments import Cancelled, Progress, never, no_progress, open_bytes
from reviewer_app.services.cases import case_file
from reviewer_app.services.desk import Desk, Grant
from reviewer_app.services.facts import needed
from reviewer_app.services.findings import way_of
from reviewer_app.services.memos import records_of

NO_FINDINGS = "A referral carries findings, and none is recorded. Record a finding first."

OF_A_CASE: tuple[type[Record], ...] = (
    Submission,
    Agreement,
    Checkpoint,
    DatedFact,
    Determination,
    Assignment,
    Note,
    Attachment,
    EvaluationSummary,
    Evidence,
    Finding,
    Memo,
    SignOff,
    Transfer,
)


@dataclass(frozen=True)
class Preview:
    """What a package of this purpose would carry, before anything is written.

    `records` are counts by kind, `size` bytes of evidence, `withheld` (what, why). `obstacle` says why it could not be
    written as things stand, "" when nothing is in the way. `words` are sentences on what could be read as a verdict in
    what the office wrote; the case's notes may quote others, so a person decides. `findings` are those that go.
    """

    purpose: Purpose
    banner: str
    records: dict[str, int]
    evidence: int
    size: int
    withheld: tuple[tuple[str, str], ...]
    names_developer: bool
    obstacle: str
    words: tuple[str, ...]
    findings: tuple[str, ...]


OWN_WORDS: dict[type[Record], tuple[str, ...]] = {
    DatedFact: ("reason",),
    Note: ("title", "body"),
    Evidence: ("remark",),
    Finding: ("title", "description", "discovery", "conditions", "impact"),
    Memo: ("subject", "addressee", "sender", "body"),
    Transfer: ("recipient", "receipt"),
}
"""What the office writes in its own words; the rest is a name, or said by a tool, a developer or an agreement."""


WRITTEN = "package written"


def released_by(desk: Desk, transfer: Transfer) -> str:
    """The name of the supervisor who released a package; "" for one that came from elsewhere or is from before."""
    first = next(iter(desk.records.history_of(transfer.id)), None)
    return desk.name_of(first.entry.second) if first and first.entry.second else ""


def preview(desk: Desk, case: str, purpose: Purpose) -> Preview:
    """What would leave, and what would be withheld and why."""
    held, records = _records(desk, case)
    named = developer_may_be_named(records)
    leaving = _leaving(held, records, purpose)
    files = _files(desk, leaving)
    kinds = [each.kind.replace("_", " ") for each in leaving]
    return Preview(
        purpose=purpose,
        banner=_banner(desk, leaving),
        records={kind: kinds.count(kind) for kind in dict.fromkeys(kinds)},
        evidence=len(files),
        size=sum(each.size for each in files),
        withheld=tuple((each["field"], each["reason"]) for each in withheld(purpose, named)),
        names_developer=purpose is Purpose.HAND_OVER or named,
        obstacle=_obstacle(desk, held, records, purpose),
        words=tuple(_words(desk, leaving, records)),
        findings=tuple(f"{each.number}. {each.title}" for each in leaving if isinstance(each, Finding)),
    )


def recipient_words(desk: Desk, recipient: str) -> tuple[str, ...]:
    """Sentences on what could be read as a verdict in the recipient's name, which stands on the cover sheet."""
    return tuple(_said(desk, "The recipient", recipient, determined=True))


def _words(desk: Desk, leaving: list[Record], records: list[Record]) -> Iterator[str]:
    answers = {each.answer for each in records if isinstance(each, Determination)}
    determined = bool(answers & {Answer.COVERED, Answer.NOT_COVERED})
    for record in leaving:
        for name in OWN_WORDS.get(type(record), ()):
            what = f"{record.kind.replace('_', ' ').capitalize()} “{_called(record)}”, {name}"
            yield from _said(desk, what, getattr(record, name) or "", determined=determined)


def _said(desk: Desk, what: str, text: str, *, determined: bool) -> Iterator[str]:
    for found in desk.wording.check(text, typed_by_person=True, determined=determined):
        yield f"{what}: “{found.word}”. {found.text}"


def _called(record: Record) -> str:
    return next(
        (
            str(value)
            for name in ("title", "subject", "package", "what", "place")
            if (value := getattr(record, name, ""))
        ),
        "",
    )


def _obstacle(desk: Desk, case: Case, records: list[Record], purpose: Purpose) -> str:
    if purpose is not Purpose.REFERRAL:
        return ""
    if not _standing(records):
        return NO_FINDINGS
    banner = _banner(desk, _leaving(case, records, purpose))
    content = CaseContent(case, tuple(records))
    try:
        case_json(content, purpose, banner=banner, practice=desk.policy.practice, written=desk.moment(), make_id=new_id)
    except WithheldTextFound as error:
        return str(error)
    return ""


def write(
    desk: Desk,
    case: str,
    purpose: Purpose,
    recipient: str,
    folder: Path,
    *,
    grant: Grant,
    progress: Progress = no_progress,
    cancelled: Cancelled = never,
) -> tuple[Transfer, Written]:
    """Writes a package below `folder` and records the transfer; findings of a referral are moved on.

    `grant` is leave for "package written", which names the supervisor who releases what this person prepared.

    The journal says before that it is begun, and after that it is written or stopped.

    Raises EntryError without a recipient or for a folder inside the vault; PackageNotWritten (also for a referral
    without findings), PackageCancelled, WithheldTextFound and the errors of attachments. Then no package is left in the
    folder.
    """
    desk.require(grant, WRITTEN, case)
    recipient, folder = needed("Recipient", recipient), desk.outside(folder)
    held, records = _records(desk, case)
    findings = _standing(records) if purpose is Purpose.REFERRAL else []
    if purpose is Purpose.REFERRAL and not findings:
        raise PackageNotWritten(reason="a referral carries findings, and none is recorded")
    content = _content(desk, held, records, purpose, recipient)
    subject = new_id()
    with desk.record("package begun", case=case, subject=subject):
        pass  # SECURITY: on record before a byte is outside, for a package that a crash leaves behind
    try:
        written = write_package(folder, content, progress=progress, cancelled=cancelled)
        transfer = _transfer(desk, subject, content, written)
        _record(desk, transfer, findings, written.path, grant)
    except NotAnchored:
        raise  # the package is out and on record
    except BaseException:
        with suppress(AppError), desk.record("package stopped", case=case, subject=subject):
            pass
        raise
    return transfer, written


def _transfer(desk: Desk, number: str, content: PackageContent, written: Written) -> Transfer:
    return Transfer(
        id=number,
        marking=desk.rules.portion_of_banner(content.banner),
        case=content.case.case.id,
        package=written.identifier,
        purpose=content.purpose,
        profile=PROFILE,
        recipient=content.recipient,
        written=content.written,
        prepared_by=desk.person.id,
        manifest=written.manifest_sha512,
        files=written.files,
        size=written.size,
    )


def _record(desk: Desk, transfer: Transfer, findings: list[Finding], path: Path, grant: Grant) -> None:
    """Records a package and moves its findings on; what is not recorded has not left, so the folder does not keep it."""
    try:
        with desk.record(WRITTEN, case=transfer.case, subject=transfer.id, grant=grant) as tx:
            tx.create(transfer)
            for finding in findings:
                if finding.referral is not Referral.ACKNOWLEDGED:
                    tx.set(finding, referral=Referral.TRANSFERRED)
    except BaseException:
        if desk.records.get(Transfer, transfer.id) is None:
            shutil.rmtree(path, ignore_errors=True)
        raise


def record_receipt(desk: Desk, transfer: Transfer, receipt: str) -> Transfer:
    """What the receiver said on receipt; the findings that a referral carried are acknowledged with it (sec. 2(d)).

    Raises EntryError without a text.
    """
    told = needed("Receipt", receipt)
    with desk.record("receipt recorded", case=transfer.case, subject=transfer.id) as tx:
        kept = tx.set(transfer, receipt=told)
        if transfer.purpose is Purpose.REFERRAL:
            for finding in _carried(desk, transfer):
                tx.set(finding, referral=Referral.ACKNOWLEDGED)
    return kept


def _carried(desk: Desk, transfer: Transfer) -> list[Finding]:
    """The findings that had been transferred when this package was written and are not acknowledged yet."""
    written = desk.records.history_of(transfer.id)[0].entry.at
    return [
        finding
        for finding in desk.records.find(Finding, case=transfer.case)
        if finding.referral is Referral.TRANSFERRED
        and any(step.state is Referral.TRANSFERRED and step.taken <= written for step in way_of(desk, finding))
    ]


def _content(desk: Desk, case: Case, records: list[Record], purpose: Purpose, recipient: str) -> PackageContent:
    report = None
    if purpose is Purpose.HAND_OVER:
        revision = freeze(records_of(desk, case_file(desk, case.id)), desk.policy)
        report = make_report(revision, desk.rules, desk.wording).pdf
    leaving = _leaving(case, records, purpose)
    return PackageContent(
        case=CaseContent(case, tuple(records)),
        purpose=purpose,
        revision=desk.records.count(Transfer, case=case.id) + 1,
        banner=_banner(desk, leaving),
        recipient=recipient,
        organisation=desk.policy.organisation,
        contact=desk.policy.contact,
        written=desk.moment(),
        practice=desk.policy.practice,
        report_pdf=report,
        evidence=[EvidenceFile(each, _chunks(desk, each)) for each in _files(desk, leaving)],
    )


def _chunks(desk: Desk, attachment: Attachment) -> Iterator[bytes]:
    """The decrypted bytes, opened only when they are written."""
    with open_bytes(desk, attachment) as source:
        yield from source.chunks()


def _leaving(case: Case, records: list[Record], purpose: Purpose) -> list[Record]:
    """The records that a package of this purpose carries, and that its overall marking covers."""
    if purpose is Purpose.HAND_OVER:
        return [case, *records]
    return list(released(case, records, developer_may_be_named(records), new_id))


def _files(desk: Desk, leaving: list[Record]) -> list[Attachment]:
    """The attachments whose bytes go along: those held here, without any that was entered in error."""
    files = [each for each in leaving if isinstance(each, Attachment) and each.entered_in_error is None]
    return [each for each in files if desk.records.blob(each.id) is not None]


def _standing(records: list[Record]) -> list[Finding]:
    """The findings that are not entered in error."""
    return [each for each in records if isinstance(each, Finding) and each.entered_in_error is None]


def _records(desk: Desk, case: str) -> tuple[Case, list[Record]]:
    held = case_file(desk, case).case
    records = [each for kind in OF_A_CASE for each in desk.records.find(kind, case=case)]
    people = {getattr(each, name) for each in records for name in type(each).model_fields if _names_person(each, name)}
    return held, [*records, *(each for each in desk.records.find(Person) if each.id in people)]


def _names_person(record: Record, field: str) -> bool:
    """Whether the field holds the id of a person."""
    marks = type(record).model_fields[field].metadata
    return any(getattr(mark, "kind", None) == Person.kind for mark in marks)


def _banner(desk: Desk, records: list[Record]) -> str:
    return desk.roll_up([each.marking for each in records])
