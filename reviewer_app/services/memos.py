# SPDX-License-Identifier: Apache-2.0
"""Memos: writing one beside its checklist, seeing it as it will print, keeping it as a draft or a final PDF."""

from collections.abc import Iterator
from dataclasses import dataclass

from reviewer_app.domain.canonical import new_id
from reviewer_app.domain.clocks import AccessWindow, spelled
from reviewer_app.domain.evidence import Evidence
from reviewer_app.domain.memos import Memo, MemoState
from reviewer_app.domain.notes import paragraphs
from reviewer_app.memo.gate import GatePoint
from reviewer_app.memo.make import Made, check_memo, make_memo
from reviewer_app.memo.revision import CaseRecords, CaseRevision, MarkedLine, freeze
from reviewer_app.services.attachments import keep_made
from reviewer_app.services.cases import CaseFile, case_file
from reviewer_app.services.desk import Desk


@dataclass(frozen=True)
class Writing:
    """What a person writes of a memo; everything else comes from the case."""

    subject: str
    addressee: str
    sender: str
    body: str


def opening(desk: Desk) -> Writing:
    """What a new memo starts from."""
    return Writing(
        subject="(U) Advisory review of a voluntarily submitted AI model",
        addressee=desk.policy.memo_addressee,
        sender=desk.policy.organisation,
        body="(U) This memo records what was submitted, under which terms, and what the attached evaluation logs say.",
    )


def points(desk: Desk, case: str, writing: Writing) -> list[GatePoint]:
    """The checklist beside the memo: what a final memo still waits for."""
    return check_memo(_revision(desk, case, writing), desk.rules, desk.wording)


def preview(desk: Desk, case: str, writing: Writing) -> Made:
    """The memo as a draft PDF; nothing is kept."""
    return make_memo(_revision(desk, case, writing), desk.rules, desk.wording, final=False)


def keep(desk: Desk, case: str, writing: Writing, *, final: bool) -> tuple[Memo, Made]:
    """Makes the PDF and keeps it in the vault as a government record, with the memo it belongs to.

    Raises MemoError for a final memo while a point of its checklist is open.
    """
    revision = _revision(desk, case, writing)
    made = make_memo(revision, desk.rules, desk.wording, final=final)
    memo = revision.records.memo
    if memo is None:
        raise TypeError("the revision holds a memo")
    mark = desk.rules.portion_of_banner(made.banner)
    state = MemoState.FINAL if final else MemoState.DRAFT
    kept = {"marking": mark, "state": state, "revision": revision.digest}
    name = f"memo-{revision.records.case.number}-{memo.number}{'' if final else '-draft'}.pdf"
    _, record = keep_made(
        desk,
        case,
        name,
        made.pdf,
        mark,
        verb="memo kept" if final else "draft memo kept",
        also=lambda pdf: Memo.model_validate({**memo.model_dump(), **kept, "pdf": pdf.id}),
    )
    if not isinstance(record, Memo):
        raise TypeError("a memo was kept")
    return record, made


def records_of(desk: Desk, file: CaseFile, memo: Memo | None = None) -> CaseRecords:
    """The case as the memo room takes it: what is not entered in error, and the moment of the last change."""
    entries = desk.vault.entries(file.case.id)
    changed = next((entry.at for entry in entries if entry.changes), file.case.opened)
    pdfs = {each.pdf for each in file.memos}
    return CaseRecords(
        case=file.case,
        recorded=changed,
        memo=memo,
        submissions=file.submissions,
        agreements=file.agreements,
        checkpoints=file.checkpoints,
        facts=[line.fact for line in file.facts],
        determinations=file.determinations,
        attachments=[each for each in file.attachments if each.id not in pdfs],
        evaluations=file.summaries,
        findings=file.findings,
        evidence=desk.vault.find(Evidence, case=file.case.id),
        notes=file.notes,
        window=tuple(window_lines(desk, file)),
        reviewer=desk.person.name,
    )


def window_lines(desk: Desk, file: CaseFile) -> Iterator[MarkedLine]:
    """The access window in sentences: both limits, which bites, and how it is counted."""
    window, mark = file.window, file.case.marking
    if window is None:
        yield MarkedLine(mark, "No grant of access is recorded, so no access window is counted.")
        return
    yield MarkedLine(mark, " ".join(_sentences(desk, window)))


def _sentences(desk: Desk, window: AccessWindow) -> Iterator[str]:
    yield f"Access was granted on {desk.written(window.granted)}."
    ends = "ended" if window.ended else "ends"
    yield f"Government access {ends} on {desk.written(window.end())}, by the {window.bites.limit}."
    if window.other:
        later = spelled(window.other.moment - window.bites.moment)
        yield f"The {window.other.limit} would end it on {desk.written(window.other.moment)}, {later} later."
    yield f"Counted in {window.convention.told()}."


def _revision(desk: Desk, case: str, writing: Writing) -> CaseRevision:
    file = case_file(desk, case)
    memo = Memo(
        id=new_id(),
        marking=_marking(desk, writing),
        case=case,
        number=max((each.number for each in file.memos), default=0) + 1,
        subject=writing.subject.strip(),
        addressee=writing.addressee.strip(),
        sender=writing.sender.strip(),
        body=writing.body.strip(),
        author=desk.person.id,
        dated=desk.moment(),
    )
    return freeze(records_of(desk, file, memo), desk.policy)


def _marking(desk: Desk, writing: Writing) -> str:
    """The roll-up of what is marked so far; an unmarked paragraph is a point of the checklist."""
    marks = [part.mark for text in (writing.subject, writing.body) for part in paragraphs(text)]
    valid = [mark for mark in marks if mark and not _errors(desk, mark)]
    return desk.rules.portion_of_banner(desk.roll_up(valid)) if valid else "U"


def _errors(desk: Desk, mark: str) -> bool:
    return any(finding.severity == "error" for finding in desk.rules.check_portion(mark, desk.profile))
