# SPDX-License-Identifier: Apache-2.0
"""The journal of the whole vault, for officers: who did what, when, on which case number. No value of any record."""

from dataclasses import dataclass
from datetime import datetime

from reviewer_app.domain.cases import Case
from reviewer_app.domain.people import Person, RefusedTry
from reviewer_app.services.desk import Desk
from reviewer_app.vault.vault import SYSTEM

READ = "journal read"
PAGE = 500
PROGRAM = "the program"


@dataclass(frozen=True)
class JournalLine:
    """One entry. `number` continues the list, `at` is UTC; `case` is a case's number or "", `about` the person an act
    concerns. `changes` counts what it changed; 0 is a read."""

    number: int
    at: datetime
    who: str
    beside: str
    what: str
    case: str
    about: str
    outcome: str
    changes: int

    def text(self) -> str:
        """Everything a filter looks at."""
        return " ".join((self.who, self.beside, self.what, self.case, self.about, self.outcome)).casefold()


def opened(desk: Desk) -> None:
    """An officer begins to read; an entry of the journal too. Raises RoleLacking."""
    desk.witness(READ)


def lines(desk: Desk, *, limit: int = PAGE, before: int | None = None) -> list[JournalLine]:
    """The newest entries; `before` is the number of the last one already seen. Raises RoleLacking."""
    desk.allow(READ)
    names = {person.id: person.name for person in desk.records.find(Person)}
    # An officer who is not assigned to a case sees its number, never its codename or text.
    numbers = {case.id: case.number for case in desk.vault.find(Case)}
    made = []
    for entry in desk.vault.entries(limit=limit, before=before):
        who = PROGRAM if entry.person == SYSTEM else names.get(entry.person, entry.person[:8])
        made.append(
            JournalLine(
                number=entry.number,
                at=entry.at,
                who=who,
                beside=names.get(entry.second, entry.second[:8]) if entry.second else "",
                what=entry.verb,
                case=numbers.get(entry.case, "not received") if entry.case else "",
                about=names.get(entry.subject or "", ""),
                outcome="" if entry.outcome == "done" else entry.outcome,
                changes=entry.changes,
            )
        )
    return made


@dataclass(frozen=True)
class Refused:
    """A try to sign in that was refused: whose slot, why, and the machine's time then (UTC)."""

    name: str
    why: str
    tried: datetime


def refused(desk: Desk, limit: int = PAGE) -> list[Refused]:
    """The newest refused tries that are in the journal. Raises RoleLacking."""
    desk.allow(READ)
    found = desk.records.find(RefusedTry, order_by="-tried")[:limit]
    return [Refused(desk.name_of(each.person), each.why, each.tried) for each in found]
