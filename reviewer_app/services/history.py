# SPDX-License-Identifier: Apache-2.0
"""The journal of one case in words: when, who, what, about which record. Reading is in it too."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from reviewer_app.domain.cases import Agreement, Case, Checkpoint, DatedFact, Determination, Precision, Submission
from reviewer_app.domain.clocks import written
from reviewer_app.domain.evidence import Attachment
from reviewer_app.domain.findings import Finding
from reviewer_app.domain.memos import Memo, Transfer
from reviewer_app.domain.notes import Note
from reviewer_app.domain.people import Person
from reviewer_app.domain.record import Record
from reviewer_app.services.desk import Desk
from reviewer_app.vault.queries import JournalEntry

PAGE = 200
SPOKEN: dict[type[Record], str] = {
    Case: "case {0.number}",
    Submission: "offer by {0.offered_by}",
    Agreement: "agreement {0.reference}, version {0.edition}",
    Checkpoint: "checkpoint {0.build}",
    DatedFact: "{0.what}",
    Determination: "determination: {0.answer}",
    Note: "note “{0.title}”",
    Attachment: "file “{0.name}”",
    Finding: "finding F-{0.number} “{0.title}”",
    Memo: "memo {0.number} “{0.subject}”",
    Transfer: "package to {0.recipient}",
}
"""The records of a case in a person's words."""
TOLD = ("dated_fact", "case")
"""Kinds whose changed fields are told: short values, of which a person asks what they were."""


@dataclass(frozen=True)
class HistoryLine:
    """One entry. `number` continues the list, `at` is UTC; `changed` tells new values of dates and tracks."""

    number: int
    at: datetime
    who: str
    what: str
    subject: str
    marking: str
    changed: str
    reads: bool


def lines(desk: Desk, case: str, *, limit: int = PAGE, before: int | None = None) -> list[HistoryLine]:
    """The entries on a case, newest first; `before` is the number of the last one already seen."""
    entries = desk.records.entries(case, limit=limit, before=before)
    records = {record.id: record for kind in SPOKEN for record in _of_case(desk, kind, case)}
    names = {person.id: person.name for person in desk.records.find(Person)}
    changes = _changes(desk, entries, records)
    made = []
    for entry in entries:
        record = records.get(entry.subject or "")
        who = names.get(entry.person, entry.person[:8])
        beside = f" with {names.get(entry.second, entry.second[:8])}" if entry.second else ""
        outcome = "" if entry.outcome == "done" else f", {entry.outcome}"
        made.append(
            HistoryLine(
                number=entry.number,
                at=entry.at,
                who=who + beside,
                what=entry.verb.capitalize() + outcome,
                subject=SPOKEN[type(record)].format(record) if record else "",
                marking=record.marking if record else "",
                changed=changes.get(entry.id, ""),
                reads=entry.changes == 0,
            )
        )
    return made


def _of_case(desk: Desk, kind: type[Record], case: str) -> list[Record]:
    return [*desk.records.find(kind, id=case)] if kind is Case else [*desk.records.find(kind, case=case)]


# --- what an entry changed -----------------------------------------------------------------------------------------


def _changes(desk: Desk, entries: Iterable[JournalEntry], records: dict[str, Record]) -> dict[str, str]:
    """New values by the id of the entry that gave them, for dates and tracks."""
    subjects = {entry.subject for entry in entries if entry.changes and entry.subject in records}
    found = {}
    for subject in subjects:
        record = records[subject or ""]
        if record.kind in TOLD or getattr(record, "entered_in_error", None):
            for said in desk.records.history_of(record.id):
                if said.entry.subject == record.id and said.entry.verb != "case created":
                    found[said.entry.id] = "; ".join(_told(record, said.values or {}))
    return found


def _told(record: Record, values: dict[str, Any]) -> Iterable[str]:
    if isinstance(record, DatedFact) and "moment" in values:
        precision = Precision(values.get("precision", record.precision))
        yield written(datetime.fromisoformat(values["moment"]), record.zone, precision=precision)
    if isinstance(record, Case):
        yield from (f"{name}: {value}" for name, value in values.items() if name != "marking")
    if values.get("reason"):
        yield f"reason: {values['reason']}"
    if values.get("entered_in_error"):
        yield f"entered in error: {values['entered_in_error']}"
