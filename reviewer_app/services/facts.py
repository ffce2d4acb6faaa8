# SPDX-License-Identifier: Apache-2.0
"""What is recorded of a case after it was opened: dates, tracks, terms, NSA's answer, and entries made in error."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from reviewer_app.domain.cases import (
    Access,
    AccessMode,
    Agreement,
    Answer,
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
)
from reviewer_app.domain.record import Record
from reviewer_app.errors import EntryError
from reviewer_app.services import typed
from reviewer_app.services.desk import Desk
from reviewer_app.services.fields import called


def needed(name: str, text: str, longest: int = typed.LINE) -> str:
    """One line that must be there, without spaces around it. Raises EntryError when it is not, and as `typed.line`."""
    text = typed.line(name, text, longest)
    if not text:
        raise EntryError(field=name, reason="this is empty; write it, then record again")
    return text


WHEN = "Date and hour"


# --- dates ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class EarlierValue:
    """A value a dated fact had before: when it was entered (UTC), by whom, what it said, and why it was replaced."""

    moment: datetime
    precision: Precision
    source: str
    replaced: str
    entered: datetime
    by: str


@dataclass(frozen=True)
class FactLine:
    """A dated fact as the Overview shows it, with who entered it and every earlier value, newest first."""

    fact: DatedFact
    entered: datetime
    by: str
    earlier: tuple[EarlierValue, ...] = ()


def fact_line(desk: Desk, fact: DatedFact, names: dict[str, str]) -> FactLine:
    """Who entered the value that holds, and what stood before it. `names` are people by id."""
    values: dict[str, Any] = {}
    stood: list[EarlierValue] = []
    for said in desk.records.history_of(fact.id):
        if not said.values or not said.values.keys() & {"moment", "source", "precision"}:
            continue
        if stood:
            stood[-1] = EarlierValue(**{**vars(stood[-1]), "replaced": said.values.get("reason", "")})
        values |= said.values
        stood.append(
            EarlierValue(
                moment=datetime.fromisoformat(values["moment"]),
                precision=Precision(values["precision"]),
                source=values["source"],
                replaced="",
                entered=said.entry.at,
                by=names.get(said.entry.person, said.entry.person[:8]),
            )
        )
    last = stood.pop()
    return FactLine(fact, last.entered, last.by, tuple(reversed(stood)))


def record_date(
    desk: Desk,
    case: str,
    what: FactKind,
    moment: datetime,
    *,
    source: str,
    marking: str,
    precision: Precision = Precision.MINUTE,
) -> DatedFact:
    """Records a date that is not recorded yet. Raises EntryError without a source, or when one stands already."""
    if any(fact.entered_in_error is None for fact in desk.records.find(DatedFact, case=case, what=what)):
        raise EntryError(field="What", reason="this date is recorded already; change it in the table of dated facts")
    fact = DatedFact(
        marking=desk.portion(marking),
        case=case,
        what=what,
        moment=typed.dated(WHEN, moment),
        zone=desk.policy.zone,
        precision=precision,
        source=needed("Source document", source),
    )
    with desk.record("date recorded", case=case, subject=fact.id) as tx:
        tx.create(fact)
    return fact


def change_date(
    desk: Desk,
    fact: DatedFact,
    moment: datetime,
    *,
    source: str,
    marking: str,
    reason: str,
    precision: Precision = Precision.MINUTE,
) -> DatedFact:
    """A new value of a date as the person saw it; the earlier value stays in the journal with the reason.

    The date of the offer is that of the voluntary basis too. Raises EntryError without a source or reason, Stale when
    it was changed since.
    """
    mark = desk.portion(marking)
    changes = {
        "moment": typed.dated(WHEN, moment),
        "source": needed("Source document", source),
        "precision": precision,
        "marking": mark,
        "reason": needed("Reason for the change", reason),
    }
    with desk.record("date changed", case=fact.case, subject=fact.id) as tx:
        for offer in _same_offer(desk, fact):
            both = desk.rules.portion_of_banner(desk.roll_up([offer.marking, mark]))
            tx.set(offer, offered=changes["moment"], document=changes["source"], marking=both)
        return tx.set(fact, **changes)


def _same_offer(desk: Desk, value: Record) -> list[Record]:
    """The other record of the same offer: it is the voluntary basis and a date at once."""
    if isinstance(value, DatedFact) and value.what is FactKind.ACCESS_OFFERED:
        others: list[Record] = [*desk.records.find(Submission, case=value.case, offered=value.moment)]
    elif isinstance(value, Submission):
        others = [*desk.records.find(DatedFact, case=value.case, what=FactKind.ACCESS_OFFERED, moment=value.offered)]
    else:
        others = []
    return [each for each in others if getattr(each, "entered_in_error", None) is None]


# --- tracks and NSA's answer ---------------------------------------------------------------------------------------


def set_tracks(
    desk: Desk,
    case: Case,
    *,
    access: Access,
    evaluation: Evaluation,
    consultation: Consultation,
    material: Material,
) -> Case:
    """Moves the tracks of the case that differ from what the person saw; nothing is recorded when none does."""
    wanted = {"access": access, "evaluation": evaluation, "consultation": consultation, "material": material}
    moved = {name: state for name, state in wanted.items() if getattr(case, name) is not state}
    if not moved:
        return case
    with desk.record("track moved", case=case.id, subject=case.id) as tx:
        return tx.set(case, **moved)


def record_determination(
    desk: Desk, case: str, answer: Answer, moment: datetime, *, authority: str, reference: str, marking: str
) -> Determination:
    """Records what NSA answered. It is never computed, and never recorded without a reference (EO 14409 sec. 3(a))."""
    made = Determination(
        marking=desk.portion(marking),
        case=case,
        answer=answer,
        moment=typed.dated(WHEN, moment),
        authority=needed("Authority", authority),
        reference=needed("Reference of the record", reference),
    )
    with desk.record("determination recorded", case=case, subject=made.id) as tx:
        tx.create(made)
    return made


# --- terms ---------------------------------------------------------------------------------------------------------


def submission_of(
    case: str, mark: str, offered: datetime, *, by: str, document: str, checkpoint: str | None = None
) -> Submission:
    """The offer as a record. Raises EntryError without who offered or without a document."""
    return Submission(
        marking=mark,
        case=case,
        offered_by=needed("Offered by", by),
        offered=typed.dated("Offered on", offered),
        document=needed("Document of the offer", document),
        checkpoint=checkpoint,
    )


def record_submission(
    desk: Desk,
    case: str,
    offered: datetime,
    *,
    offered_by: str,
    document: str,
    marking: str,
    precision: Precision = Precision.MINUTE,
) -> Submission:
    """Records the voluntary basis of a case, and the date of the offer where none stands (EO 14409 sec. 3(b))."""
    made = submission_of(case, desk.portion(marking), offered, by=offered_by, document=document)
    stands = desk.records.find(DatedFact, case=case, what=FactKind.ACCESS_OFFERED)
    with desk.record("submission recorded", case=case, subject=made.id) as tx:
        tx.create(made)
        if all(fact.entered_in_error is not None for fact in stands):
            tx.create(
                DatedFact(
                    marking=made.marking,
                    case=case,
                    what=FactKind.ACCESS_OFFERED,
                    moment=offered,
                    zone=desk.policy.zone,
                    precision=precision,
                    source=made.document,
                )
            )
    return made


def record_agreement(desk: Desk, case: str, *, reference: str, marking: str, **terms: Any) -> Agreement:
    """Records an agreement or a new version of one; `terms` are fields of `Agreement`."""
    made = Agreement(
        marking=desk.portion(marking),
        case=case,
        reference=needed("Agreement reference", reference),
        **{name: _term(name, value) for name, value in terms.items()},
    )
    with desk.record("agreement recorded", case=case, subject=made.id) as tx:
        tx.create(made)
    return made


def _term(name: str, value: Any) -> Any:
    if isinstance(value, datetime):
        return typed.dated(called(Agreement.kind, name), value)
    return typed.words(called(Agreement.kind, name), value) if type(value) is str else value


def record_checkpoint(
    desk: Desk,
    case: str,
    *,
    build: str,
    marking: str,
    safeguards: Safeguards = Safeguards.NOT_RECORDED,
    access_mode: AccessMode = AccessMode.NOT_RECORDED,
    runs_at: str = "",
) -> Checkpoint:
    """Records one exact build of the model, to which evidence can be tied."""
    made = Checkpoint(
        marking=desk.portion(marking),
        case=case,
        build=needed("Build", build),
        safeguards=safeguards,
        access_mode=access_mode,
        runs_at=typed.line("Runs at", runs_at),
    )
    with desk.record("checkpoint recorded", case=case, subject=made.id) as tx:
        tx.create(made)
    return made


# --- entered in error ----------------------------------------------------------------------------------------------


def strike_out(desk: Desk, value: Record, reason: str) -> None:
    """Marks a record as entered in error: out of clocks, memos and packages, never out of history. An offer goes with
    its date.

    Raises EntryError without a reason.
    """
    if "entered_in_error" not in type(value).model_fields:
        raise TypeError(f"a {value.kind} cannot be struck out")
    with desk.record("struck out", case=getattr(value, "case", None), subject=value.id) as tx:
        for each in (value, *_same_offer(desk, value)):
            tx.set(each, entered_in_error=needed("Reason", reason))
