# SPDX-License-Identifier: Apache-2.0
"""The docket as the vault reads it: every case in one line, by few plain reads put together by case."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, bindparam, text

from reviewer_app.domain.cases import FactKind
from reviewer_app.domain.findings import Referral


class DocketRow(NamedTuple):
    """One case in one line. Moments are UTC and None when not recorded; facts entered in error are left out, and where
    several of a kind stand the earliest is taken. `determination` is the newest answer or None."""

    case: str
    number: str
    codename: str
    developer: str
    marking: str
    weights: str
    access: str
    evaluation: str
    consultation: str
    material: str
    determination: str | None
    assignee: str | None
    findings: int
    drafted: int
    transferred: int
    acknowledged: int
    last_entry: datetime | None
    granted_precision: str | None
    granted: datetime | None
    extension: datetime | None
    planned_release: datetime | None
    release: datetime | None
    ended: datetime | None
    withdrawal: datetime | None


# In the order of DocketRow's fields. Plain text as keys: an enum's hash is computed in Python, 100,000 times here.
_FACTS = tuple(
    str(what.value)
    for what in (
        FactKind.ACCESS_GRANTED,
        FactKind.EXTENSION_AGREED,
        FactKind.PARTNER_RELEASE_PLANNED,
        FactKind.PARTNER_RELEASE,
        FactKind.ACCESS_ENDED,
        FactKind.WITHDRAWAL,
    )
)
_REFERRED = tuple(str(referral.value) for referral in Referral)
_NO_REFERRALS = [0] * len(_REFERRED)

# Grouping and joining in SQL costs more: the engine locks and wipes each piece of memory it takes.
_CASES = text("""SELECT id, number, codename, developer, marking, weights, access, evaluation, consultation, material,
    (SELECT at FROM entry WHERE entry."case" = "case".id ORDER BY number DESC LIMIT 1) AS last_entry
    FROM "case" WHERE :person IS NULL OR id IN (SELECT "case" FROM assignment WHERE person = :person) ORDER BY rowid""")
_DATES = text(
    'SELECT "case", what, moment, id, precision FROM dated_fact WHERE entered_in_error IS NULL AND what IN :what'
).bindparams(bindparam("what", list(_FACTS), expanding=True))
_ANSWERS = text('SELECT "case", moment, id, answer FROM determination WHERE entered_in_error IS NULL')
_WORKERS = text('SELECT assignment."case", person.name FROM assignment JOIN person ON person.id = assignment.person')
_REFERRALS = text('SELECT "case", referral FROM finding WHERE entered_in_error IS NULL')


def docket_rows(connection: Connection, person: str | None = None) -> Iterator[DocketRow]:
    """Every case, or those a person is assigned to, in one line; five plain reads, put together by case."""
    dates: dict[str, dict[str, tuple[str, str, str]]] = defaultdict(dict)
    for case, what, moment, fact, precision in connection.execute(_DATES).all():
        # The smallest moment of a kind; where two are equal the smaller id, as `domain.clocks.in_force` takes it.
        new, those = (moment, fact, precision), dates[case]
        if what not in those or new < those[what]:
            those[what] = new
    answers = {case: answer for case, *_, answer in sorted(map(tuple, connection.execute(_ANSWERS)))}
    workers: dict[str, list[str]] = defaultdict(list)
    for case, name in connection.execute(_WORKERS).all():
        workers[case].append(name)
    referrals = Counter(map(tuple, connection.execute(_REFERRALS)))
    nothing, none_dated = ("", "", ""), dict[str, tuple[str, str, str]]()
    for case, *fields, last_entry in connection.execute(_CASES, {"person": person}).all():
        dated = dates.get(case, none_dated)
        granted, *others = [dated.get(what, nothing) for what in _FACTS]
        none, *referred = [referrals.get((case, referral), 0) for referral in _REFERRED] if referrals else _NO_REFERRALS
        line: tuple[Any, ...] = (
            case,
            *fields,
            answers.get(case),
            ", ".join(sorted(workers.get(case, ()))) or None,
            none + sum(referred),
            *referred,
            moment_of(last_entry),
            granted[2] or None,
            moment_of(granted[0]),
            *[datetime.fromisoformat(fact[0]) if fact[0] else None for fact in others],
        )
        yield DocketRow(*line)


def moment_of(written: str | None) -> datetime | None:
    """The moment a text names."""
    return datetime.fromisoformat(written) if written else None
