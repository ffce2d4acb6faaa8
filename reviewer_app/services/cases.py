# SPDX-License-Identifier: Apache-2.0
"""Cases: opening one, recording its terms, dates and answers, and the whole file as one value."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeVar

from reviewer_app.domain.cases import (
    Access,
    AccessMode,
    Agreement,
    Answer,
    Assignment,
    Case,
    Checkpoint,
    Consultation,
    DatedFact,
    Determination,
    Evaluation,
    FactKind,
    Material,
    Precision,
    Safeguards,
    Submission,
    Weights,
)
from reviewer_app.domain.clocks import AccessWindow, access_window, alert_reached, contradictions
from reviewer_app.domain.evidence import Attachment, EvaluationSummary
from reviewer_app.domain.findings import Finding, Referral
from reviewer_app.domain.memos import Memo, Transfer
from reviewer_app.domain.notes import Note
from reviewer_app.domain.record import Record
from reviewer_app.errors import EntryError, RecordMissing
from reviewer_app.services.desk import Desk
from reviewer_app.vault.queries import Conflict

Kept = TypeVar("Kept", bound=Record)


@dataclass(frozen=True)
class NewCase:
    """What the form for a new case holds. Empty text and None mean: not recorded."""

    codename: str
    developer: str
    marking: str
    number: str = ""
    developer_contact: str = ""
    weights: Weights = Weights.NOT_RECORDED
    offered_by: str = ""
    offered: datetime | None = None
    offer_document: str = ""
    agreement: str = ""
    agreement_edition: str = "1"
    agreed_uses: str = ""
    agreed_people: str = ""
    sharing: str = ""
    return_duty: str = ""
    build: str = ""
    safeguards: Safeguards = Safeguards.NOT_RECORDED
    access_mode: AccessMode = AccessMode.NOT_RECORDED
    runs_at: str = ""
    granted: datetime | None = None
    granted_source: str = ""
    partner_release: datetime | None = None
    partner_release_source: str = ""


def next_number(desk: Desk) -> str:
    """The next free case number of this office in the current year: prefix, year, four digits."""
    start = f"{desk.policy.office_prefix}{desk.moment().year}-"
    taken = [case.number for case in desk.vault.find(Case)]
    used = [
        int(number[len(start) :]) for number in taken if number.startswith(start) and number[len(start) :].isdigit()
    ]
    return f"{start}{max(used, default=0) + 1:04d}"


def create(desk: Desk, new: NewCase) -> Case:
    """Opens a case with what is known of its basis, terms, build and dates, as one entry of the journal.

    Raises EntryError for a missing name or number given twice, MarkingError for an unknown marking.
    """
    _needed("Codename", new.codename)
    _needed("Developer", new.developer)
    number = new.number.strip() or next_number(desk)
    if desk.vault.count(Case, number=number):
        raise EntryError(field="Case number", reason=f"{number} is taken; choose another or leave it empty")
    mark, now = desk.portion(new.marking), desk.moment()
    active = new.granted is not None and new.granted <= now
    case = Case(
        marking=mark,
        number=number,
        codename=new.codename.strip(),
        developer=new.developer.strip(),
        developer_contact=new.developer_contact.strip(),
        opened=now,
        weights=new.weights,
        access=Access.ACTIVE if active else Access.ARRANGED if new.agreement.strip() else Access.PROPOSED,
    )
    parts = [*_terms_of(new, case.id, mark), *_dates_of(desk, new, case.id, mark)]
    with desk.record("case created", case=case.id, subject=case.id) as tx:
        tx.create(case)
        tx.create(Assignment(marking=mark, case=case.id, person=desk.person.id))
        for part in parts:
            tx.create(part)
    return case


def _terms_of(new: NewCase, case: str, mark: str) -> list[Record]:
    parts: list[Record] = []
    build = new.build.strip()
    checkpoint = Checkpoint(
        marking=mark,
        case=case,
        build=build or "not recorded",
        safeguards=new.safeguards,
        access_mode=new.access_mode,
        runs_at=new.runs_at.strip(),
    )
    if build:
        parts.append(checkpoint)
    if new.offered is not None:
        _needed("Offered by", new.offered_by)
        _needed("Document of the offer", new.offer_document)
        parts.append(
            Submission(
                marking=mark,
                case=case,
                offered_by=new.offered_by.strip(),
                offered=new.offered,
                document=new.offer_document.strip(),
                checkpoint=checkpoint.id if build else None,
            )
        )
    if new.agreement.strip():
        parts.append(
            Agreement(
                marking=mark,
                case=case,
                reference=new.agreement.strip(),
                edition=new.agreement_edition.strip() or "1",
                uses=new.agreed_uses.strip(),
                people=new.agreed_people.strip(),
                sharing=new.sharing.strip(),
                return_duty=new.return_duty.strip(),
            )
        )
    return parts


def _dates_of(desk: Desk, new: NewCase, case: str, mark: str) -> list[DatedFact]:
    dates = (
        (FactKind.ACCESS_OFFERED, new.offered, new.offer_document, "Document of the offer"),
        (FactKind.ACCESS_GRANTED, new.granted, new.granted_source, "Source of the grant"),
        (
            FactKind.PARTNER_RELEASE_PLANNED,
            new.partner_release,
            new.partner_release_source,
            "Source of the release date",
        ),
    )
    return [
        DatedFact(
            marking=mark, case=case, what=what, moment=moment, zone=desk.policy.zone, source=_needed(name, source)
        )
        for what, moment, source, name in dates
        if moment is not None
    ]


def _needed(name: str, text: str) -> str:
    if not text.strip():
        raise EntryError(field=name, reason="this is empty; write it, or take the date away that it belongs to")
    return text.strip()


# --- dates, tracks, terms ------------------------------------------------------------------------------------------


def record_date(
    desk: Desk,
    case: str,
    what: FactKind,
    moment: datetime,
    *,
    source: str,
    marking: str,
    precision: Precision = Precision.MINUTE,
    reason: str = "",
) -> DatedFact:
    """Records a date, or a new value of one already recorded; the earlier value stays in the journal with its reason.

    Raises EntryError when a source is missing, or a reason where a value changes.
    """
    mark, source = desk.portion(marking), _needed("Source document", source)
    current = next(
        (fact for fact in desk.vault.find(DatedFact, case=case, what=what) if not fact.entered_in_error), None
    )
    if current is None:
        fact = DatedFact(
            marking=mark,
            case=case,
            what=what,
            moment=moment,
            zone=desk.policy.zone,
            precision=precision,
            source=source,
            reason=reason.strip(),
        )
        with desk.record("date recorded", case=case, subject=fact.id) as tx:
            tx.create(fact)
        return fact
    changes = {"moment": moment, "source": source, "precision": precision, "marking": mark}
    with desk.record("date changed", case=case, subject=current.id) as tx:
        return tx.set(current, **changes, reason=_needed("Reason for the change", reason))


def set_track(desk: Desk, case: Case, **tracks: Access | Evaluation | Consultation | Material) -> Case:
    """Moves tracks of the case (`access`, `evaluation`, `consultation`, `material`)."""
    with desk.record("track moved", case=case.id, subject=case.id) as tx:
        return tx.set(case, **tracks)


def record_determination(
    desk: Desk, case: str, answer: Answer, moment: datetime, *, authority: str, reference: str, marking: str
) -> Determination:
    """Records what NSA answered. It is never computed, and never recorded without a reference (EO 14409 sec. 3(a))."""
    made = Determination(
        marking=desk.portion(marking),
        case=case,
        answer=answer,
        moment=moment,
        authority=_needed("Authority", authority),
        reference=_needed("Reference of the record", reference),
    )
    with desk.record("determination recorded", case=case, subject=made.id) as tx:
        tx.create(made)
    return made


def strike_out(desk: Desk, value: Record, reason: str) -> None:
    """Marks a record as entered in error: out of clocks, memos and packages, never out of history."""
    if "entered_in_error" not in type(value).model_fields:
        raise TypeError(f"a {value.kind} cannot be struck out")
    with desk.record("struck out", case=getattr(value, "case", None), subject=value.id) as tx:
        tx.set(value, entered_in_error=_needed("Reason", reason))


def fetched(desk: Desk, kind: type[Kept], record: str) -> Kept:
    """The record as it stands now. Raises RecordMissing when it is not here."""
    found = desk.vault.get(kind, record)
    if found is None:
        raise RecordMissing(kind=kind.kind.replace("_", " "))
    return found


# --- the whole file ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class EarlierValue:
    """A value a dated fact had before: when it was entered (UTC), by whom, and what it said."""

    moment: datetime
    source: str
    reason: str
    entered: datetime
    by: str


@dataclass(frozen=True)
class FactLine:
    """A dated fact as the Overview shows it, with who entered it and every earlier value, newest first."""

    fact: DatedFact
    entered: datetime
    by: str
    earlier: tuple[EarlierValue, ...] = ()


class Severity(StrEnum):
    """How a gap in a case is shown: amber, or quietly."""

    ATTENTION = "attention"
    NOTE = "note"


@dataclass(frozen=True)
class CaseFile:
    """Everything of one case, as values. Lists leave out what was entered in error, save where said."""

    case: Case
    submissions: tuple[Submission, ...]
    agreements: tuple[Agreement, ...]
    checkpoints: tuple[Checkpoint, ...]
    facts: tuple[FactLine, ...]
    determinations: tuple[Determination, ...]
    assignees: tuple[str, ...]
    notes: tuple[Note, ...]
    attachments: tuple[Attachment, ...]
    summaries: tuple[EvaluationSummary, ...]
    findings: tuple[Finding, ...]
    memos: tuple[Memo, ...]
    transfers: tuple[Transfer, ...]
    window: AccessWindow | None
    alert: int | None
    convention: str
    contradictions: tuple[str, ...]
    gaps: tuple[str, ...]
    conflicts: tuple[Conflict, ...]
    banner: str
    now: datetime
    clock_set_back: bool
    names: dict[str, str] = field(default_factory=dict)

    def determination(self) -> str:
        """The state of the determination track in its own words."""
        return self.determinations[-1].answer.value if self.determinations else "none recorded"

    def referral(self) -> str:
        """The referral track over all findings: `1 drafted of 2`."""
        moved = [finding.referral for finding in self.findings if finding.referral is not Referral.NONE]
        return f"{len(moved)} {moved[-1]} of {len(self.findings)}" if moved else "none"


def visit(desk: Desk, case: str) -> CaseFile:
    """Opens a case to read it; reading is an entry of the journal too."""
    with desk.record("case opened", case=case, subject=case):
        pass
    return case_file(desk, case)


def case_file(desk: Desk, case: str) -> CaseFile:
    """The case as it stands now. Raises RecordMissing when it is not in this vault."""
    held = fetched(desk, Case, case)
    facts = _current(desk, DatedFact, case)
    now = desk.now()
    window = access_window(facts, desk.convention)
    groups = {kind: tuple(_current(desk, kind, case)) for kind in (Submission, Agreement, Checkpoint, Determination)}
    notes, attachments = _current(desk, Note, case), _current(desk, Attachment, case)
    findings, memos = _current(desk, Finding, case), _current(desk, Memo, case)
    parts = [
        held,
        *facts,
        *notes,
        *attachments,
        *findings,
        *memos,
        *(one for group in groups.values() for one in group),
    ]
    opened = window is not None and window.is_open(now.moment)
    return CaseFile(
        case=held,
        submissions=groups[Submission],  # type: ignore[arg-type]
        agreements=groups[Agreement],  # type: ignore[arg-type]
        checkpoints=groups[Checkpoint],  # type: ignore[arg-type]
        facts=tuple(_fact_line(desk, fact) for fact in sorted(facts, key=lambda fact: list(FactKind).index(fact.what))),
        determinations=groups[Determination],  # type: ignore[arg-type]
        assignees=tuple(desk.name_of(each.person) for each in desk.vault.find(Assignment, case=case)),
        notes=tuple(notes),
        attachments=tuple(attachments),
        summaries=tuple(_current(desk, EvaluationSummary, case)),
        findings=tuple(findings),
        memos=tuple(memos),
        transfers=tuple(_current(desk, Transfer, case)),
        window=window,
        alert=alert_reached(window.end(), now.moment, desk.policy.alerts()) if window and opened else None,
        convention=desk.convention.told(),
        contradictions=tuple(contradictions(facts, desk.convention)),
        gaps=_gaps(groups[Submission], groups[Agreement], groups[Checkpoint]),
        conflicts=tuple(desk.vault.conflicts(case)),
        banner=desk.roll_up([part.marking for part in parts]),
        now=now.moment,
        clock_set_back=now.set_back,
    )


def _current(desk: Desk, kind: type[Kept], case: str) -> list[Kept]:
    return [each for each in desk.vault.find(kind, case=case) if getattr(each, "entered_in_error", None) is None]


def _gaps(
    submissions: tuple[Record, ...], agreements: tuple[Record, ...], checkpoints: tuple[Record, ...]
) -> tuple[str, ...]:
    """A case with no recorded basis looks incomplete (EO 14409 sec. 3(b))."""
    return tuple(
        text
        for there, text in (
            (submissions, "No voluntary basis is recorded: who offered, when, in which document."),
            (agreements, "No agreement is recorded, so agreed uses and the return duty are unknown."),
            (checkpoints, "No checkpoint is recorded, so evidence cannot be tied to a build."),
        )
        if not there
    )


def _fact_line(desk: Desk, fact: DatedFact) -> FactLine:
    """Who entered the value that holds, and what stood before it."""
    values: dict[str, Any] = {}
    stood: list[EarlierValue] = []
    for said in desk.vault.history_of(fact.id):
        values |= said.values or {}
        if {"moment", "source", "reason"} <= values.keys():
            moment = datetime.fromisoformat(values["moment"])
            by = desk.name_of(said.entry.person)
            stood.append(EarlierValue(moment, values["source"], values["reason"], said.entry.at, by))
    last = stood[-1]
    return FactLine(fact, last.entered, last.by, tuple(reversed(stood[:-1])))
