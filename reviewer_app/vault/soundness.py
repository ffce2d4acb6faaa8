# SPDX-License-Identifier: Apache-2.0
"""Whether the journal holds together, and whether the tables say what it says: every finding names the first bad place.

The chains are not keyed, so that a package's receiver can follow them too; that the whole was rolled back is shown by
the anchor.
"""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from itertools import groupby, pairwise
from typing import Any

from sqlalchemy import Connection, Row, func, or_, select, text

from reviewer_app.domain.canonical import canonical, digest, parse
from reviewer_app.vault.anchor import Anchored
from reviewer_app.vault.apply import STORED, Values, conflicts_of, row_of
from reviewer_app.vault.fold import fold
from reviewer_app.vault.operation import Operation
from reviewer_app.vault.tables import CONFLICT, ENTRY, OPERATION, TABLES

Tick = Callable[[], None]
"""Called for each entry or operation looked at; may raise to stop."""


def _no_tick() -> None: ...


@dataclass(frozen=True)
class CheckFinding:
    """Something that does not hold: `where` is an entry, a record or a file, `what` is wrong there."""

    where: str
    what: str


# --- entries -------------------------------------------------------------------------------------------------------


@dataclass
class _Chain:
    """What is known of one replica's chain while it is followed."""

    number: int = 0
    sequence: int = 0
    hash: str | None = None
    on_case: dict[str, str] = field(default_factory=dict)
    is_bad: bool = False


def check_entries(
    connection: Connection,
    own: str,
    *,
    replicas: Collection[str] | None = None,
    since: int = 0,
    tick: Tick = _no_tick,
) -> Iterator[CheckFinding]:
    """The first bad entry of each chain, or of these replicas' chains.

    The own chain has no gap; a foreign one may have some (acts on other cases), yet never on one case. With `since`,
    entries before that sequence are not looked at.
    """
    wanted = select(ENTRY.c.replica, ENTRY.c.number, ENTRY.c.text, ENTRY.c.hash).where(ENTRY.c.sequence >= since)
    if replicas is not None:
        wanted = wanted.where(ENTRY.c.replica.in_(replicas))
    chains: dict[str, _Chain] = defaultdict(_Chain)
    wanted = wanted.order_by(ENTRY.c.replica, ENTRY.c.sequence)
    for replica, number, entry_text, entry_hash in connection.execute(wanted):
        tick()
        chain, entry = chains[replica], parse(entry_text)
        is_first = since > 0 and chain.sequence == 0
        wrong = "its text was changed" if digest(entry_text) != entry_hash else ""
        if not wrong and replica == own and number <= chain.number:
            wrong = "its place in the order of arrival was changed"
        if not wrong and not is_first:
            wrong = _break(chain, entry, is_own=replica == own, is_partial=since > 0)
        if wrong and not chain.is_bad:
            chain.is_bad = True
            yield CheckFinding(f"entry {entry['id']}", wrong)
        chain.number, chain.sequence, chain.hash = number, entry["sequence"], entry_hash
        if entry["case"]:
            chain.on_case[entry["case"]] = entry_hash


def _break(chain: _Chain, entry: Values, *, is_own: bool, is_partial: bool) -> str:
    """Why the entry does not continue the chain, or nothing."""
    is_next = entry["sequence"] == chain.sequence + 1
    if is_own and not is_next:
        return "an entry before it is missing"
    if entry["previous"] != chain.hash if is_next else entry["previous"] is None:
        return "it does not follow the entry before"
    known = chain.on_case.get(entry["case"])
    if entry["case"] and entry["case_previous"] != known and not (is_partial and known is None):
        return "it does not follow the case's entry before"
    return ""


def check_anchor(connection: Connection, own: str, anchored: Anchored) -> Iterator[CheckFinding]:
    """The anchor must be read before the connection's state of the database, which then is never behind it."""
    there = select(ENTRY.c.hash).where(ENTRY.c.replica == own, ENTRY.c.sequence == anchored.sequence)
    found = connection.execute(there).scalar() if anchored.sequence else ""
    if anchored.replica != own or found != anchored.hash:
        yield CheckFinding(f"entry {anchored.sequence}", "the anchored entry is missing or different: rolled back")


# --- entries of other workstations ---------------------------------------------------------------------------------


def subject_of_import(connection: Connection, own: str, heads: dict[str, list[Any]]) -> str:
    """What an entry that takes in others' entries says, so that the own chain and anchor cover them.

    `heads` are sequence and hash by replica; `taken` is SHA-512 over the hashes of all foreign entries, in order of
    arrival, that arrived since the import before.
    """
    taken = hashlib.sha512()
    for is_foreign, entry_hash, _ in _imports(connection, own):
        if is_foreign:
            taken.update(entry_hash.encode())
        else:
            taken = hashlib.sha512()
    return canonical({"heads": heads, "taken": taken.hexdigest()})


def check_imports(connection: Connection, own: str) -> Iterator[CheckFinding]:
    """Every foreign entry is covered by the import that took it in; the first import that does not hold."""
    taken, waiting = hashlib.sha512(), 0
    for is_foreign, entry_hash, entry_text in _imports(connection, own):
        if is_foreign:
            taken.update(entry_hash.encode())
            waiting += 1
            continue
        entry = parse(entry_text)
        if parse(entry["subject"]).get("taken") != taken.hexdigest():
            yield CheckFinding(f"entry {entry['id']}", "the entries it took in were changed, removed or added to")
            return
        taken, waiting = hashlib.sha512(), 0
    if waiting:
        yield CheckFinding("entries of other workstations", f"{waiting} of them were never taken in by an import")


def _imports(connection: Connection, own: str) -> Iterator[tuple[bool, str, str]]:
    is_import = func.substr(func.json_extract(ENTRY.c.text, "$.subject"), 1, 1) == "{"
    wanted = select(ENTRY.c.replica, ENTRY.c.hash, ENTRY.c.text).where(or_(ENTRY.c.replica != own, is_import))
    for replica, entry_hash, entry_text in connection.execute(wanted.order_by(ENTRY.c.number)):
        yield replica != own, entry_hash, entry_text


# --- operations ----------------------------------------------------------------------------------------------------


def check_operations(
    connection: Connection, *, replica: str | None = None, since: int = 0, tick: Tick = _no_tick
) -> Iterator[CheckFinding]:
    """Each entry lists exactly its operations, and open values are those of their seals."""
    wanted = select(ENTRY.c.number, ENTRY.c.id, ENTRY.c.text).where(ENTRY.c.sequence >= since)
    if replica:
        wanted = wanted.where(ENTRY.c.replica == replica)
    # The entry leads and its operations follow in order, so that both streams are read once, without sorting.
    stored = connection.execute(
        text(
            "SELECT entry.number, operation.text, operation.values_text, operation.salt "
            "FROM entry CROSS JOIN operation ON operation.entry = entry.id "
            "WHERE entry.sequence >= :since AND (:replica IS NULL OR entry.replica = :replica) "
            "ORDER BY entry.number, operation.number"
        ),
        {"since": since, "replica": replica},
    )
    by_entry = groupby(stored, key=lambda row: row[0])
    ahead = next(by_entry, None)
    for number, entry, entry_text in connection.execute(wanted.order_by(ENTRY.c.number)):
        digests: list[str] = []
        if ahead and ahead[0] == number:
            for row in ahead[1]:
                tick()
                digests.append(digest(row[1]))
                if not _is_sealed(row):
                    yield CheckFinding(f"entry {entry}", "the values of an operation were changed")
            ahead = next(by_entry, None)
        if digests != parse(entry_text)["operations"]:
            yield CheckFinding(f"entry {entry}", "its operations were changed, removed or added to")
    if not since:
        lone = select(OPERATION.c.entry).where(OPERATION.c.entry.not_in(select(ENTRY.c.id))).distinct()
        for entry in connection.execute(lone).scalars():
            yield CheckFinding(f"entry {entry}", "operations without their entry")


def _is_sealed(row: Row[Any]) -> bool:
    try:
        return Operation(row.text, row.values_text, row.salt).is_sealed
    except (TypeError, ValueError):
        return False


# --- tables --------------------------------------------------------------------------------------------------------


def _bounds(connection: Connection) -> list[str]:
    """Where to part the ids of records, so that some ten thousand operations are looked at together."""
    operations = connection.execute(select(func.count()).select_from(OPERATION)).scalar_one()
    parts = 1 if operations < 20_000 else 16 if operations < 200_000 else 256
    return ["", *(f"{number * 256 // parts:02x}" for number in range(1, parts)), "\U0010ffff"]


def check_tables(connection: Connection, tick: Tick = _no_tick) -> Iterator[CheckFinding]:
    """J1 and J2: each table, conflicts included, is exactly the fold of the operations."""
    for first, end in pairwise(_bounds(connection)):
        expected, conflicts = _folded(connection, first, end, tick)
        for kind, table in TABLES.items():
            columns = [column for column in table.c if column.name != "rowid"]
            rows = connection.execute(select(*columns).where(table.c.id >= first, table.c.id < end)).mappings()
            actual = {row["id"]: dict(row) for row in rows}
            if actual == expected[kind]:
                continue
            for record in sorted(actual.keys() | expected[kind].keys()):
                if actual.get(record) != expected[kind].get(record):
                    yield CheckFinding(f"{kind} {record}", "the table does not say what the journal says")
        listed = select(CONFLICT).where(CONFLICT.c.record >= first, CONFLICT.c.record < end)
        stored = {tuple(row) for row in connection.execute(listed)}
        for record, name, _ in sorted(stored ^ conflicts):
            yield CheckFinding(f"conflict {record}", f"{name} is listed wrongly")


def _folded(
    connection: Connection, first: str, end: str, tick: Tick
) -> tuple[dict[str, dict[str, Values]], set[tuple[str, ...]]]:
    """The rows, by kind and id, and the conflicts of all records with ids from `first` up to `end`."""
    operations = defaultdict(list)
    wanted = select(OPERATION.c.record, *STORED).where(OPERATION.c.record >= first, OPERATION.c.record < end)
    for record, *stored in connection.execute(wanted):
        tick()
        operations[record].append(Operation(*stored))
    rows: dict[str, dict[str, Values]] = defaultdict(dict)
    conflicts: set[tuple[str, ...]] = set()
    for record, those in operations.items():
        state = fold(those)
        conflicts.update(tuple(row.values()) for row in conflicts_of(record, state))
        if (row := row_of(record, state)) is not None:
            rows[state.kind][record] = row
    return rows, conflicts
