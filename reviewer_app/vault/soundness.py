# SPDX-License-Identifier: Apache-2.0
"""Whether the journal holds together, and whether the tables say what it says: every finding names the first bad place.

The chains are not keyed, so that a package's receiver can follow them too; that the whole was rolled back is shown by
the anchor.
"""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Row, Table, func, or_, select, text

from reviewer_app.domain.canonical import canonical, digest
from reviewer_app.vault.anchor import Anchored
from reviewer_app.vault.apply import STORED, Values, conflicts_of, is_whole, row_of
from reviewer_app.vault.fold import State, fold
from reviewer_app.vault.operation import Operation, read_stored
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
        chain, entry = chains[replica], read_stored(entry_text)
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
        entry = read_stored(entry_text)
        if read_stored(entry["subject"]).get("taken") != taken.hexdigest():
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
    connection: Connection, own: str, *, replica: str | None = None, since: int = 0, tick: Tick = _no_tick
) -> Iterator[CheckFinding]:
    """Each entry lists exactly its operations, open values are those of their seals, and two persons' erasing is the
    one thing that closes an operation of this workstation; one from elsewhere may have come closed."""
    erased = _erased(connection)
    wanted = select(ENTRY.c.number, ENTRY.c.id, ENTRY.c.text).where(ENTRY.c.sequence >= since)
    if replica:
        wanted = wanted.where(ENTRY.c.replica == replica)
    # The entry leads and its operations follow in order, so that both streams are read once, without sorting.
    stored = connection.execute(
        text(
            "SELECT entry.number, operation.text, operation.values_text, operation.salt, operation.id, entry.replica "
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
        wrong = ""
        if ahead and ahead[0] == number:
            for row in ahead[1]:
                tick()
                digests.append(digest(row[1]))
                wrong = wrong or _wrong_values(row, erased, own)
            ahead = next(by_entry, None)
        if digests != read_stored(entry_text)["operations"]:
            yield CheckFinding(f"entry {entry}", "its operations were changed, removed or added to")
        elif wrong:
            yield CheckFinding(f"entry {entry}", wrong)
    if not since:
        lone = select(OPERATION.c.entry).where(OPERATION.c.entry.not_in(select(ENTRY.c.id))).distinct()
        for entry in connection.execute(lone).scalars():
            yield CheckFinding(f"entry {entry}", "operations without their entry")


def _erased(connection: Connection) -> set[str]:
    """The operations that an act of two persons erased."""
    said = text(
        "SELECT erased.value FROM operation JOIN entry ON entry.id = operation.entry, "
        "json_each(operation.text, '$.erases') AS erased WHERE operation.action = 'erase' "
        "AND json_extract(entry.text, '$.second') <> json_extract(entry.text, '$.person')"
    )
    return set(connection.execute(said).scalars())


def _wrong_values(row: Row[Any], erased: Collection[str], own: str) -> str:
    """What is wrong with what an operation says, or nothing."""
    if not _is_sealed(row):
        return "the values of an operation were changed"
    is_closed = row.values_text is None
    if not is_closed and row.id in erased:
        return "the values of an operation are here although they were erased"
    if is_closed and row.replica == own and row.id not in erased:
        return "the values of an operation are gone, and no two persons erased them"
    return ""


def _is_sealed(row: Row[Any]) -> bool:
    try:
        return Operation(row.text, row.values_text, row.salt).is_sealed
    except (KeyError, TypeError, ValueError):
        return False


# --- tables --------------------------------------------------------------------------------------------------------


def check_tables(connection: Connection, tick: Tick = _no_tick) -> Iterator[CheckFinding]:
    """J1 and J2: each table, conflicts included, is exactly the fold of the operations.

    Operations and rows are each read once, in order of arrival, in which they lie on the disk; rows wait for their
    operations only where the two orders differ.
    """
    rows = {kind: _Rows(connection, table) for kind, table in TABLES.items()}
    conflicts: set[tuple[str, ...]] = set()
    for record, state in _states_in_order(connection, tick):
        conflicts.update(tuple(row.values()) for row in conflicts_of(record, state))
        expected = row_of(record, state)
        if not is_whole(state):
            yield CheckFinding(f"{state.kind} {record}", "the journal does not say all of it: what it held is gone")
        if expected is not None and rows[state.kind].take(record) != expected:
            yield CheckFinding(f"{state.kind} {record}", "the table does not say what the journal says")
    for kind, those in rows.items():
        for record in those.rest():
            yield CheckFinding(f"{kind} {record}", "the table has a row the journal does not know")
    stored = {tuple(row) for row in connection.execute(select(CONFLICT))}
    for record, name, _ in sorted(stored ^ conflicts):
        yield CheckFinding(f"conflict {record}", f"{name} is listed wrongly")


def _states_in_order(connection: Connection, tick: Tick) -> Iterator[tuple[str, State]]:
    """Each record with its state, once the last of its operations was read."""
    # Counted here, along the index: grouping in SQL takes ten times as long.
    ordered = connection.execute(select(OPERATION.c.record).order_by(OPERATION.c.record)).scalars()
    counted = ((record, sum(1 for _ in those)) for record, those in groupby(ordered))
    repeated = {record: count for record, count in counted if count > 1}
    waiting: dict[str, list[Operation]] = defaultdict(list)
    for record, *stored in connection.execute(select(OPERATION.c.record, *STORED).order_by(OPERATION.c.number)):
        tick()
        operations = waiting[record] if record in repeated else []
        operations.append(Operation(*stored))
        if len(operations) == repeated.get(record, 1):
            waiting.pop(record, None)
            yield record, fold(operations)


class _Rows:
    """The rows of one table, read in order of arrival; those read too early wait."""

    def __init__(self, connection: Connection, table: Table) -> None:
        columns = [column for column in table.c if column.name != "rowid"]
        self._names = [column.name for column in columns]
        self._at = self._names.index("id")
        self._rows = iter(connection.execute(select(*columns).order_by(table.c.rowid)))
        self._waiting: dict[str, Row[Any]] = {}

    def take(self, record: str) -> Values | None:
        """The row of a record, as a dictionary; None when the table has none."""
        row = self._waiting.pop(record, None) or next(self._until(record), None)
        return None if row is None else dict(zip(self._names, row, strict=True))

    def rest(self) -> Iterator[str]:
        """The ids of all rows that were not taken."""
        yield from self._waiting
        for row in self._rows:
            yield row[self._at]

    def _until(self, record: str) -> Iterator[Row[Any]]:
        for row in self._rows:
            if row[self._at] == record:
                yield row
                return
            self._waiting[row[self._at]] = row
