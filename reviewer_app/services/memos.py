# SPDX-License-Identifier: Apache-2.0
"""Memos: writing one beside its checklist, seeing it as it will print, keeping it as a draft or a final PDF."""

import json
import os
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from reviewer_app.domain.canonical import canonical, new_id
from reviewer_app.domain.clocks import AccessWindow, spelled
from reviewer_app.domain.evidence import Attachment, Evidence
from reviewer_app.domain.findings import Finding
from reviewer_app.domain.memos import Memo, MemoState, SignOff
from reviewer_app.domain.notes import Note
from reviewer_app.domain.record import moment_text
from reviewer_app.errors import AppError, EntryError, NotAnchored, RecordMissing
from reviewer_app.memo.content import Entry
from reviewer_app.memo.gate import GatePoint
from reviewer_app.memo.make import Made, check_memo, make_memo
from reviewer_app.memo.revision import CaseRecords, CaseRevision, MarkedLine, freeze
from reviewer_app.memo.sections import observations
from reviewer_app.services import typed
from reviewer_app.services.attachments import keep_made, open_bytes
from reviewer_app.services.cases import CaseFile, case_file, fetched
from reviewer_app.services.desk import Desk, Grant
from reviewer_app.services.notes import draft, keep_draft
from reviewer_app.vault.credentials import verifies
from reviewer_app.vault.files import FILE_MODE, PLAIN, sync_folder, write_all
from reviewer_app.vault.slots import SlotFile

__all__ = [
    "GatePoint",
    "Made",
    "Writing",
    "file_of",
    "keep",
    "keep_writing",
    "kept_writing",
    "may_sign",
    "opening",
    "points",
    "preview",
    "records_of",
    "save_copy",
    "sign",
    "signed",
    "window_lines",
]


COPIED_OUT, SIGNED = "memo copied out", "memo signed"


@dataclass(frozen=True)
class Writing:
    """What a person writes of a memo; everything else comes from the case."""

    subject: str
    addressee: str
    sender: str
    body: str


def opening(desk: Desk, case: str) -> Writing:
    """What the next memo starts from: the last one that was kept, for a correction or another step of the same case."""
    last = max(desk.records.find(Memo, case=case), key=lambda each: each.number, default=None)
    if last:
        return Writing(last.subject, last.addressee, last.sender, last.body)
    return Writing(
        subject="(U) Advisory review of a voluntarily submitted AI model",
        addressee=desk.policy.memo_addressee,
        sender=desk.policy.organisation,
        body="(U) This memo records what was submitted, under which terms, and what the attached evaluation logs say.",
    )


def keep_writing(desk: Desk, case: str, writing: Writing) -> None:
    """Keeps what is being written of the next memo in the vault, outside the journal."""
    untouched = writing == opening(desk, case)
    keep_draft(desk, _place(case), "" if untouched else json.dumps(asdict(writing), ensure_ascii=False))


def kept_writing(desk: Desk, case: str) -> Writing:
    """What was kept of the next memo, or what a new one starts from."""
    kept = draft(desk, _place(case))
    with suppress(ValueError, TypeError):
        return Writing(**json.loads(kept)) if kept else opening(desk, case)
    return opening(desk, case)


def _place(case: str) -> str:
    return f"memo:{case}"


def points(desk: Desk, case: str, writing: Writing) -> list[GatePoint]:
    """The checklist beside the memo: what a final memo still waits for."""
    return [*_above(desk, writing), *check_memo(_revision(desk, case, writing), desk.rules, desk.wording)]


def _above(desk: Desk, writing: Writing) -> Iterator[GatePoint]:
    """What this vault may not hold, said while it is typed."""
    for part in _marked(writing):
        if not _wrong(desk, part.mark) and not desk.holds(part.mark):
            what = f"{part.place}: {part.mark} is above {desk.policy.ceiling}, the highest marking this vault may hold"
            step = "Take that text to a vault that may hold it, and tell your security officer if it was typed here."
            yield GatePoint(False, what, part.typed, step)


def preview(desk: Desk, case: str, writing: Writing) -> Made:
    """The memo as a draft PDF; nothing is kept."""
    return make_memo(_revision(desk, case, writing), desk.rules, desk.wording, final=False)


def keep(desk: Desk, case: str, writing: Writing, *, final: bool) -> tuple[Memo, Made]:
    """Makes the PDF and keeps it in the vault as a government record, with the memo it belongs to.

    Raises EntryError for a text no record may bear and for a portion mark that is not valid, and MemoError for a final
    memo while a point of its checklist is open.
    """
    _lines_are_fit(writing)
    _marks_are_valid(desk, writing)
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
    if final:
        desk.vault.drop_draft(_place(case), desk.person.id)
    return record, made


def file_of(desk: Desk, memo: Memo) -> Attachment:
    """The attachment that holds the PDF of a kept memo. Raises RecordMissing."""
    return fetched(desk, Attachment, memo.pdf or "")


# --- signing -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Signed:
    """A supervisor's signature on a memo: by whom, when (UTC), whether it still fits the memo that is kept, and whether
    its key is that of the person's slot here. A person who got a new passphrase by an officer, or was removed, has it no
    more."""

    by: str
    at: datetime
    fits: bool
    known: bool


def may_sign(desk: Desk, memo: Memo) -> bool:
    """Whether the signed-in person may sign this memo: a supervisor, never its author, a final memo nobody has signed."""
    is_open = memo.state is MemoState.FINAL and memo.entered_in_error is None and not signed(desk, memo)
    return desk.may(SIGNED) and memo.author != desk.person.id and is_open


def sign(desk: Desk, memo: Memo, grant: Grant) -> SignOff:
    """Signs a final memo in the signed-in supervisor's own name (ML-DSA-87; AU-10). `grant` is leave for "memo signed".

    It states that the person signs the memo of this SHA-512, and nothing about the model. Raises EntryError for the
    author's own memo (AC-5), a draft, and one that is signed already.
    """
    desk.require(grant, SIGNED, memo.case)
    if not may_sign(desk, memo):
        reason = (
            "its author cannot sign it too" if memo.author == desk.person.id else "only a final memo is signed, once"
        )
        raise EntryError(field="Memo", reason=f"{reason}; ask another supervisor, or open the case again")
    said = {"case": memo.case, "memo": memo.id, "person": desk.person.id, "signed": desk.moment()}
    text = _statement(file_of(desk, memo).sha512, said)
    made = SignOff(
        marking=memo.marking,
        **said,
        key=desk.opened.public_key.hex(),
        signature=desk.opened.sign(text).hex(),
    )
    with desk.record(SIGNED, case=memo.case, subject=memo.id, grant=grant) as tx:
        tx.create(made)
    return made


def signed(desk: Desk, memo: Memo) -> list[Signed]:
    """The signatures on a memo, each checked anew."""
    return [_checked(desk, memo, each) for each in desk.records.find(SignOff, case=memo.case, memo=memo.id)]


def _checked(desk: Desk, memo: Memo, made: SignOff) -> Signed:
    said = {"case": made.case, "memo": made.memo, "person": made.person, "signed": made.signed}
    try:
        text = _statement(file_of(desk, memo).sha512, said)
        fits = verifies(bytes.fromhex(made.key), bytes.fromhex(made.signature), text)
    except (RecordMissing, ValueError):  # the PDF's record has not arrived, or what was signed is no text of ours
        fits = False
    people = SlotFile.read(desk.vault.folder).people
    known = any(each.id == made.person and each.sign_public.hex() == made.key for each in people)
    return Signed(desk.name_of(made.person), made.signed, fits, known)


def _statement(sha512: str, said: dict[str, Any]) -> bytes:
    """What is signed: canonical JSON of the memo's ids, its PDF's SHA-512, the person and the moment."""
    told = {**said, "signed": moment_text(said["signed"]), "sha512": sha512, "what": "reviewer/1 memo signed"}
    return canonical(told).encode()


_COPYING = threading.Lock()  # one at a time: what a killed copy left has a fixed name, by which the next one finds it


def save_copy(desk: Desk, memo: Memo, folder: Path, grant: Grant) -> Path:
    """Writes the PDF of a kept memo to a folder, readable by its owner alone; the journal says so before and after.
    `grant` is leave for "memo copied out".

    Raises EntryError when the folder cannot take it, holds a file of that name or lies inside the vault,
    AttachmentMissing or AttachmentDamaged; then nothing of it is left there.
    """
    desk.require(grant, COPIED_OUT, memo.case)
    file = file_of(desk, memo)
    target = desk.outside(folder) / file.name
    with open_bytes(desk, file) as source:
        data = b"".join(source.chunks())
    if os.path.lexists(target):
        raise EntryError(
            field="Folder", reason=f"it holds a file named “{file.name}” already; choose another, or move that file"
        )
    with desk.record("memo copy begun", case=memo.case, subject=memo.id):
        pass  # SECURITY: on record before a byte is outside, for a copy that a crash leaves behind
    try:
        with _COPYING:
            _copy_out(desk, memo, data, target, grant)
    except NotAnchored:
        raise  # the copy is out and on record
    except BaseException as error:
        with suppress(AppError), desk.record("memo copy stopped", case=memo.case, subject=memo.id):
            pass
        if isinstance(error, OSError):
            why = (error.strerror or "no reason given").lower()
            raise EntryError(field="Folder", reason=f"it cannot take the copy ({why}); choose another") from error
        raise
    return target


def _copy_out(desk: Desk, memo: Memo, data: bytes, target: Path, grant: Grant) -> None:
    """Writes the copy under its name in one step and records it; after an error nothing of it is left there."""
    part = target.with_name(f"{target.name}.part")
    made = [part]
    if part.is_file() and not part.is_symlink():
        part.unlink()  # what a copy left that was killed
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | PLAIN, FILE_MODE)
    try:
        try:
            write_all(descriptor, data)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        with desk.record(COPIED_OUT, case=memo.case, subject=memo.id, grant=grant):
            _give_name(part, target, made)
            sync_folder(target.parent)
    except NotAnchored:
        raise
    except BaseException:
        for leftover in made:
            with suppress(OSError):
                leftover.unlink(missing_ok=True)
        raise


def _give_name(part: Path, target: Path, made: list[Path]) -> None:
    """Gives the copy its name, never that of a file which came meanwhile; adds to `made` what is ours."""
    try:
        os.link(part, target, follow_symlinks=False)
    except FileExistsError:
        raise
    except OSError:  # a medium without hard links
        os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | PLAIN, FILE_MODE))
        made.append(target)
        part.replace(target)
    else:
        made.append(target)
        part.unlink()


def records_of(desk: Desk, file: CaseFile, memo: Memo | None = None) -> CaseRecords:
    """The case as the memo room takes it, which leaves out what is entered in error; and its last change."""
    case = file.case.id
    changed = next((entry.at for entry in desk.records.entries(case) if entry.changes), file.case.opened)
    pdfs = {each.pdf for each in desk.records.find(Memo, case=case)}
    return CaseRecords(
        case=file.case,
        recorded=changed,
        memo=memo,
        submissions=file.submissions,
        agreements=file.agreements,
        checkpoints=file.checkpoints,
        facts=[line.fact for line in file.facts],
        determinations=file.determinations,
        attachments=[each for each in desk.records.find(Attachment, case=case) if each.id not in pdfs],
        evaluations=file.summaries,
        findings=desk.records.find(Finding, case=case),
        evidence=desk.records.find(Evidence, case=case),
        notes=desk.records.find(Note, case=case),
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
    granted = f"Access was granted on {desk.written(window.granted)}"
    if window.end() < window.granted:
        yield f"{granted}. Its end, {desk.written(window.end())}, lies before that: one of the two dates is wrong."
        return
    yield f"{granted}."
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
        number=max((each.number for each in desk.records.find(Memo, case=case)), default=0) + 1,
        subject=" ".join(writing.subject.split()),
        addressee=writing.addressee.strip(),
        sender=writing.sender.strip(),
        body=writing.body.strip(),
        author=desk.person.id,
        dated=desk.moment(),
    )
    return freeze(records_of(desk, file, memo), desk.policy)


def _marking(desk: Desk, writing: Writing) -> str:
    """The roll-up of what is marked so far; an unmarked paragraph is a point of the checklist."""
    valid = [part.mark for part in _marked(writing) if not _wrong(desk, part.mark)]
    return desk.rules.portion_of_banner(desk.roll_up(valid)) if valid else "U"


def _lines_are_fit(writing: Writing) -> None:
    """Raises EntryError at the field with a character that cannot be seen, or an endless line."""
    for name, text in (("Subject", writing.subject), ("To", writing.addressee), ("From", writing.sender)):
        typed.line(name, text)
    typed.whole("Text", writing.body)


def _marks_are_valid(desk: Desk, writing: Writing) -> None:
    """Raises EntryError with the first mark that is not, as it was typed."""
    for part in _marked(writing):
        if why := _wrong(desk, part.mark):
            reason = f"{part.mark} is not a valid portion mark: {why}; correct it and keep the memo again"
            raise EntryError(field=part.place, reason=reason)


def _marked(writing: Writing) -> Iterator[Entry]:
    """The marked portions of the subject and of the text."""
    for what, text in (("Subject", writing.subject), ("Paragraph {}", writing.body)):
        yield from (part for part in observations(text, what) if part.mark)


def _wrong(desk: Desk, mark: str) -> str:
    """What is wrong with a portion mark, "" where nothing is."""
    found = desk.rules.check_portion(mark, desk.profile)
    return next((finding.text.rstrip(".") for finding in found if finding.severity == "error"), "")
