# SPDX-License-Identifier: Apache-2.0
"""Cases: opening one with what is known of it, and the whole file as one value."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from reviewer_app.domain.cases import (
    Access,
    AccessMode,
    Agreement,
    Assignment,
    Case,
    Checkpoint,
    DatedFact,
    Determination,
    FactKind,
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
from reviewer_app.domain.people import Person
from reviewer_app.domain.record import Record
from reviewer_app.errors import EntryError, RecordMissing
from reviewer_app.services import typed
from reviewer_app.services.desk import Desk
from reviewer_app.services.facts import FactLine, fact_line, needed, submission_of
from reviewer_app.services.fields import called
from reviewer_app.vault.queries import Conflict

Kept = TypeVar("Kept", bound=Record)
ORDER = list(FactKind)
DATES = {
    FactKind.ACCESS_OFFERED: "Offered on",
    FactKind.ACCESS_GRANTED: "Access granted",
    FactKind.PARTNER_RELEASE_PLANNED: "Planned partner release",
}
"""The dates on the form for a new case, by their names there."""


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
    offered_precision: Precision = Precision.MINUTE
    offer_document: str = ""
    agreement: str = ""
    agreement_edition: str = "1"
    agreed_uses: str = ""
    agreed_people: str = ""
    sharing: str = ""
    developer_may_be_named: bool = False
    return_duty: str = ""
    build: str = ""
    safeguards: Safeguards = Safeguards.NOT_RECORDED
    access_mode: AccessMode = AccessMode.NOT_RECORDED
    runs_at: str = ""
    granted: datetime | None = None
    granted_precision: Precision = Precision.MINUTE
    granted_source: str = ""
    partner_release: datetime | None = None
    partner_release_precision: Precision = Precision.MINUTE
    partner_release_source: str = ""


def next_number(desk: Desk) -> str:
    """The next free case number of this office in the current year: prefix, year, four digits."""
    start = f"{desk.policy.office_prefix}{desk.moment().year}-"
    # The numbers of all cases, and nothing else of them: a number is given once.
    taken = [case.number.removeprefix(start) for case in desk.vault.find(Case) if case.number.startswith(start)]
    return f"{start}{max((int(rest) for rest in taken if rest.isdecimal()), default=0) + 1:04d}"


def create(desk: Desk, new: NewCase) -> Case:
    """Opens a case with what is known of its basis, terms, build and dates, as one entry of the journal.

    Raises EntryError for a missing name, a codename that reads as a verdict, a number given twice, or a part without
    what it belongs to; MarkingError for an unknown marking.
    """
    codename = _codename(desk, new.codename)
    developer = needed("Developer", new.developer, typed.NAME)
    mark, now = desk.portion(new.marking), desk.moment()
    number = typed.line("Case number", new.number, typed.NAME) or next_number(desk)
    if desk.vault.count(Case, number=number):
        raise EntryError(field="Case number", reason=f"{number} cannot be given; choose another or leave it empty")
    active = new.granted is not None and new.granted <= now
    case = Case(
        marking=mark,
        number=number,
        codename=codename,
        developer=developer,
        developer_contact=typed.line("Developer contact", new.developer_contact),
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


def _codename(desk: Desk, text: str) -> str:
    """SECURITY: the office chooses this name, and every paper bears it beside the model: it must not read as a verdict."""
    name = needed("Codename", text, typed.NAME)
    for found in desk.wording.check(name, typed_by_person=True):
        raise EntryError(
            field="Codename", reason=f"“{found.word}” could be read as a verdict on the model; choose another name"
        )
    return name


def _terms_of(new: NewCase, case: str, mark: str) -> list[Record]:
    parts: list[Record] = []
    apart = (new.safeguards, new.access_mode) != (Safeguards.NOT_RECORDED, AccessMode.NOT_RECORDED)
    if new.build.strip() or new.runs_at.strip() or apart:
        parts.append(
            Checkpoint(
                marking=mark,
                case=case,
                build=_belongs("Build", new.build),
                safeguards=new.safeguards,
                access_mode=new.access_mode,
                runs_at=typed.line("Runs at", new.runs_at),
            )
        )
    if new.offered is not None:
        checkpoint = parts[0].id if parts else None
        parts.append(
            submission_of(
                case, mark, new.offered, by=new.offered_by, document=new.offer_document, checkpoint=checkpoint
            )
        )
    elif new.offered_by.strip() or new.offer_document.strip():
        _belongs("Offered on", "")
    said = (new.agreed_uses, new.agreed_people, new.sharing, new.return_duty)
    names = ("uses", "people", "sharing", "return_duty")
    terms = [typed.words(called(Agreement.kind, name), text) for name, text in zip(names, said, strict=True)]
    if new.agreement.strip() or any(terms) or new.developer_may_be_named:
        uses, people, sharing, return_duty = terms
        parts.append(
            Agreement(
                marking=mark,
                case=case,
                reference=_belongs("Agreement reference", new.agreement),
                edition=typed.line("Version", new.agreement_edition, typed.NAME) or "1",
                uses=uses,
                people=people,
                sharing=sharing,
                developer_may_be_named=new.developer_may_be_named,
                return_duty=return_duty,
            )
        )
    return parts


def _dates_of(desk: Desk, new: NewCase, case: str, mark: str) -> list[DatedFact]:
    dates = (
        (FactKind.ACCESS_OFFERED, new.offered, new.offered_precision, "Document of the offer", new.offer_document),
        (FactKind.ACCESS_GRANTED, new.granted, new.granted_precision, "Source of the grant", new.granted_source),
        (
            FactKind.PARTNER_RELEASE_PLANNED,
            new.partner_release,
            new.partner_release_precision,
            "Source of the release date",
            new.partner_release_source,
        ),
    )
    made = []
    for what, moment, precision, name, source in dates:
        if moment is not None:
            made.append(
                DatedFact(
                    marking=mark,
                    case=case,
                    what=what,
                    moment=typed.dated(DATES[what], moment),
                    zone=desk.policy.zone,
                    precision=precision,
                    source=needed(name, source),
                )
            )
        elif source.strip() and what is not FactKind.ACCESS_OFFERED:
            _belongs(what.capitalize(), "")
    return made


def _belongs(name: str, text: str) -> str:
    """What the rest of its section belongs to."""
    if not text.strip():
        raise EntryError(field=name, reason="this is missing; write it, or leave the rest of its section empty")
    return typed.line(name, text)


# --- the whole file ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class CaseFile:
    """Everything of one case, as values. Lists leave out what was entered in error. `names` are people by id.

    Facts stand in the order of `FactKind`, determinations in that of their moments, the rest in order of arrival.
    """

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
    """Opens a case to read it; reading is an entry of the journal too. Raises RecordMissing as `case_file`."""
    fetched(desk, Case, case)
    desk.witness("case opened", case=case)
    return case_file(desk, case)


def case_file(desk: Desk, case: str) -> CaseFile:
    """The case as it stands now. Raises RecordMissing when it is not in this vault."""
    held, now = fetched(desk, Case, case), desk.now()
    facts = sorted(_current(desk, DatedFact, case), key=lambda fact: (ORDER.index(fact.what), fact.moment))
    names = {person.id: person.name for person in desk.records.find(Person)}
    submissions, agreements = _current(desk, Submission, case), _current(desk, Agreement, case)
    checkpoints, determinations = _current(desk, Checkpoint, case), _current(desk, Determination, case)
    notes, attachments = _current(desk, Note, case), _current(desk, Attachment, case)
    findings, memos = _current(desk, Finding, case), _current(desk, Memo, case)
    parts = (facts, submissions, agreements, checkpoints, determinations, notes, attachments, findings, memos)
    window = access_window(facts, desk.convention)
    opened = window is not None and window.is_open(now.moment)
    return CaseFile(
        case=held,
        submissions=tuple(submissions),
        agreements=tuple(agreements),
        checkpoints=tuple(checkpoints),
        facts=tuple(fact_line(desk, fact, names) for fact in facts),
        determinations=tuple(sorted(determinations, key=lambda each: (each.moment, each.id))),
        assignees=tuple(names.get(each.person, each.person[:8]) for each in desk.records.find(Assignment, case=case)),
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
        gaps=_gaps(submissions, agreements, checkpoints),
        conflicts=tuple(desk.records.conflicts(case)),
        banner=desk.roll_up([held.marking, *(part.marking for group in parts for part in group)]),
        now=now.moment,
        clock_set_back=now.set_back,
        names=names,
    )


def fetched(desk: Desk, kind: type[Kept], record: str) -> Kept:
    """The record as it stands now. Raises RecordMissing when it is not here."""
    found = desk.records.get(kind, record)
    if found is None:
        raise RecordMissing(kind=kind.kind.replace("_", " "))
    return found


def _current(desk: Desk, kind: type[Kept], case: str) -> list[Kept]:
    return [each for each in desk.records.find(kind, case=case) if getattr(each, "entered_in_error", None) is None]


def _gaps(
    submissions: Sequence[Record], agreements: Sequence[Record], checkpoints: Sequence[Record]
) -> tuple[str, ...]:
    """A case with no recorded basis looks incomplete (EO 14409 sec. 3(b))."""
    sentences = (
        (submissions, "No voluntary basis is recorded: who offered, when, in which document."),
        (agreements, "No agreement is recorded, so agreed uses and the return duty are unknown."),
        (checkpoints, "No checkpoint is recorded, so evidence cannot be tied to a build."),
    )
    return tuple(text for there, text in sentences if not there)
