# SPDX-License-Identifier: Apache-2.0
"""What is read from a vault: values, history, conflicts, search and the docket. Rows never leave this room."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple, TypeVar

from pydantic import ValidationError
from sqlalchemy import ColumnElement, Connection, Engine, RowMapping, Select, Table, func, select, text

from reviewer_app.domain.cases import Case
from reviewer_app.domain.record import Record, Refers, Searchable, moment_text
from reviewer_app.errors import VaultDamaged
from reviewer_app.vault.apply import STORED
from reviewer_app.vault.docket import DocketRow, docket_rows, moment_of
from reviewer_app.vault.fold import upcast
from reviewer_app.vault.operation import Action, Entry, Operation
from reviewer_app.vault.tables import BLOB, CONFLICT, DRAFT, ENTRY, KINDS, OPERATION, PREFERENCE, TABLES, VAULT, marked

Kind = TypeVar("Kind", bound=Record)
_ASSIGNED = TABLES["assignment"]


@dataclass(frozen=True)
class JournalEntry:
    """One act, as the History page shows it. `number` is the order of arrival here; `changes` counts operations."""

    number: int
    id: str
    replica: str
    sequence: int
    at: datetime
    person: str
    second: str | None
    verb: str
    case: str | None
    subject: str | None
    outcome: str
    changes: int
    hash: str


@dataclass(frozen=True)
class Said:
    """One operation on a record. `values` are by field, `marking` included; None when they were erased or withheld."""

    entry: JournalEntry
    operation: str
    action: Action
    values: dict[str, Any] | None


@dataclass(frozen=True)
class Conflict:
    """A field two workstations gave different values; each choice is what one operation says, or its deletion."""

    kind: str
    record: str
    field: str
    choices: tuple[Said, ...]


@dataclass(frozen=True)
class Absent:
    """A reference to a record that has no row here: `why` is “deleted” or “not received”."""

    kind: str
    record: str
    field: str
    missing: str
    why: str


@dataclass(frozen=True)
class Draft:
    """Text a person has not saved yet; `place` says where in the windows it belongs."""

    place: str
    person: str
    text: str
    saved_at: datetime


@dataclass(frozen=True)
class Hit:
    """A record whose words were found, with the words around them."""

    kind: str
    record: str
    case: str | None
    excerpt: str


class KnownSlots(NamedTuple):
    """Generation and epoch of a slot file; zeros for none."""

    generation: int
    epoch: int


class Reading:
    """Everything a vault answers. Every call reads one state of the database and returns values.

    With a person's id in `sees`, it knows of no case but those this person is assigned to, and of no record, entry
    or file of another one (need-to-know, AC-3).
    """

    engine: Engine
    replica: str
    sees: str | None = None

    def seen_by(self, person: str | None) -> "Reading":
        """What this vault answers to a person who knows the assigned cases only; with None, everything."""
        limited = Reading()
        limited.engine, limited.replica, limited.sees = self.engine, self.replica, person
        return limited

    def _of(self, case: ColumnElement[Any]) -> list[ColumnElement[bool]]:
        """That a column holds an assigned case."""
        return [] if self.sees is None else [case.in_(select(_ASSIGNED.c.case).where(_ASSIGNED.c.person == self.sees))]

    def _known(self, table: Table) -> list[ColumnElement[bool]]:
        """That a row belongs to an assigned case, or to none."""
        if table.name == "case":
            return self._of(table.c.id)
        return self._of(table.c.case) if "case" in table.c else []

    def knows(self, case: str) -> bool:
        """Whether this case is here, and the person is assigned to it."""
        return self.count(Case, id=case) > 0

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection that sees one state of the database, and never commits."""
        with self.engine.execution_options(read_only=True).connect() as connection:
            yield connection

    # --- records

    def get(self, kind: type[Kind], record: str) -> Kind | None:
        """The record, or None when it is deleted or not here."""
        found = self.find(kind, id=record)
        return found[0] if found else None

    def find(
        self, kind: type[Kind], *, case: str | None = None, order_by: str = "rowid", **equals: object
    ) -> list[Kind]:
        """The records of a kind whose fields equal these, in order of arrival or of a field (`-field`: downwards)."""
        table = TABLES[kind.kind]
        column = table.c[order_by.lstrip("-")]
        wanted = select(table).where(*_equal(table, case, equals), *self._known(table))
        wanted = wanted.order_by(column.desc() if order_by.startswith("-") else column)
        with self.reading() as connection:
            return [value_of(kind, row) for row in connection.execute(wanted).mappings()]

    def count(self, kind: type[Record], *, case: str | None = None, **equals: object) -> int:
        """How many `find` would return."""
        table = TABLES[kind.kind]
        with self.reading() as connection:
            counted = select(func.count()).select_from(table).where(*_equal(table, case, equals), *self._known(table))
            return connection.execute(counted).scalar_one()

    # --- the journal

    def entries(
        self, case: str | None = None, *, newest_first: bool = True, limit: int | None = None, before: int | None = None
    ) -> list[JournalEntry]:
        """Acts on a case, or all of them; `before` is the number of an entry and continues behind it."""
        wanted = select(ENTRY.c.number, ENTRY.c.text, ENTRY.c.hash).where(*self._of(ENTRY.c.case)).limit(limit)
        if case:
            wanted = wanted.where(ENTRY.c.case == case)
        if before is not None:
            wanted = wanted.where(ENTRY.c.number < before if newest_first else ENTRY.c.number > before)
        wanted = wanted.order_by(ENTRY.c.number.desc() if newest_first else ENTRY.c.number)
        with self.reading() as connection:
            return [_journal_entry(*row) for row in connection.execute(wanted)]

    def history_of(self, record: str) -> list[Said]:
        """What was said about a record, in order of arrival, in today's words."""
        wanted = _operations().where(OPERATION.c.record == record, *self._of(ENTRY.c.case))
        with self.reading() as connection:
            return _said(connection, wanted.order_by(OPERATION.c.number))

    def last_moment(self) -> datetime | None:
        """The latest moment this workstation's own entries have seen."""
        with self.reading() as connection:
            latest = select(func.max(ENTRY.c.at)).where(ENTRY.c.replica == self.replica)
            return moment_of(connection.execute(latest).scalar())

    def lived_since(self, moment: datetime, now: datetime, step: timedelta) -> timedelta:
        """How long this workstation's journal has gone on since a moment, and until now; `step` is the most that counts
        between two entries."""
        days = step.total_seconds() / 86400
        with self.reading() as connection:
            said = {"replica": self.replica, "since": moment_text(moment), "now": moment_text(now), "step": days}
            lived = connection.execute(_LIVED, said).scalar()
        return timedelta(days=lived or 0.0)

    # --- what a merge leaves to people

    def conflicts(self, case: str | None) -> list[Conflict]:
        """The fields of a case's records that have several heads; with None, those of people."""
        wanted = (
            _operations()
            .add_columns(CONFLICT.c.record, CONFLICT.c.field)
            .join(CONFLICT, CONFLICT.c.operation == OPERATION.c.id)
            .where(ENTRY.c.case == case, *self._of(ENTRY.c.case))
            .order_by(CONFLICT.c.record, CONFLICT.c.field, OPERATION.c.number)
        )
        found: dict[tuple[str, str, str], list[Said]] = {}
        with self.reading() as connection:
            for *stored, record, field in connection.execute(wanted):
                said, kind = _one_said(stored)
                found.setdefault((kind, record, field), []).append(said)
        return [Conflict(*where, tuple(choices)) for where, choices in found.items()]

    def absent(self, case: str) -> list[Absent]:
        """References of a case's records that lead nowhere here."""
        found: list[Absent] = []
        if not self.knows(case):
            return found
        with self.reading() as connection:
            for kind in KINDS:
                for field, refers in marked(kind, Refers).items():
                    rows = connection.execute(text(_absent_statement(kind, field, refers.kind)), {"case": case})
                    found += [Absent(kind, record, field, missing, why) for record, missing, why in rows]
        return found

    def clashes(self) -> list[str]:
        """Case numbers that two workstations gave to different cases."""
        number = TABLES["case"].c.number
        wanted = select(number).where(*self._known(TABLES["case"])).group_by(number).having(func.count() > 1)
        with self.reading() as connection:
            return list(connection.execute(wanted).scalars())

    # --- outside the fold

    def blob(self, blob: str) -> tuple[bytes, int] | None:
        """The wrapped key of an attachment's file and its size in bytes; None when it was destroyed or is not here."""
        wanted = select(BLOB.c.wrapped_key, BLOB.c.size).where(BLOB.c.id == blob, *self._kept())
        with self.reading() as connection:
            row = connection.execute(wanted).first()
            return (row.wrapped_key, row.size) if row else None

    def blobs(self) -> list[str]:
        """The ids of all attachments' files whose keys are here."""
        with self.reading() as connection:
            return list(connection.execute(select(BLOB.c.id).where(*self._kept()).order_by(BLOB.c.id)).scalars())

    def _kept(self) -> list[ColumnElement[bool]]:
        """That an attachment's file belongs to an assigned case."""
        attachment = TABLES["attachment"]
        return [] if self.sees is None else [BLOB.c.id.in_(select(attachment.c.id).where(*self._known(attachment)))]

    def known_slots(self) -> KnownSlots:
        """The newest slot file this vault has known; `SlotFile.refuse_older` compares."""
        with self.reading() as connection:
            return KnownSlots(*connection.execute(select(VAULT.c.slot_generation, VAULT.c.slot_epoch)).one())

    def drafts(self, person: str) -> list[Draft]:
        """What a person has not saved yet."""
        with self.reading() as connection:
            rows = connection.execute(select(DRAFT).where(DRAFT.c.person == person).order_by(DRAFT.c.saved_at))
            return [Draft(row.place, row.person, row.text, datetime.fromisoformat(row.saved_at)) for row in rows]

    def preference(self, name: str) -> str | None:
        """A preference kept under this name."""
        with self.reading() as connection:
            return connection.execute(select(PREFERENCE.c.text).where(PREFERENCE.c.name == name)).scalar()

    # --- finding and overview

    def search(self, words: str, limit: int = 50) -> list[Hit]:
        """Records that hold all the words, each taken as the beginning of one; newest arrivals first in each kind."""
        terms = " ".join('"' + word.replace('"', '""') + '"*' for word in words.split())
        hits: list[Hit] = []
        if not terms:
            return hits
        with self.reading() as connection:
            for kind in KINDS:
                if marked(kind, Searchable):
                    wanted = {"terms": terms, "limit": limit - len(hits), "person": self.sees}
                    rows = connection.execute(text(_search_statement(kind, limited=self.sees is not None)), wanted)
                    hits += [Hit(kind, *row) for row in rows]
        return hits

    def docket(self) -> list[DocketRow]:
        """Every case in one line, in order of arrival."""
        with self.reading() as connection:
            return list(docket_rows(connection, self.sees))


def value_of(kind: type[Kind], row: RowMapping) -> Kind:
    """The value of a row; raises VaultDamaged when the row was changed into something its kind cannot be."""
    try:
        return kind.model_validate({field: row[field] for field in kind.model_fields})
    except ValidationError as error:
        raise VaultDamaged(part=f"table {kind.kind}", reason=f"record {row['id']} cannot be read") from error


def _equal(table: Table, case: str | None, equals: dict[str, object]) -> list[ColumnElement[bool]]:
    wanted = {**equals, "case": case} if case else equals
    return [table.c[field] == value for field, value in wanted.items()]


# --- journal rows as values ----------------------------------------------------------------------------------------


def _operations() -> Select[Any]:
    return select(ENTRY.c.number, ENTRY.c.text, ENTRY.c.hash, *STORED).join(ENTRY, ENTRY.c.id == OPERATION.c.entry)


def _said(connection: Connection, wanted: Select[Any]) -> list[Said]:
    return [_one_said(list(row))[0] for row in connection.execute(wanted)]


def _one_said(stored: list[Any]) -> tuple[Said, str]:
    operation = Operation(*stored[3:])
    values = None if operation.values is None else {**upcast(operation)[1], "marking": operation.head.marking}
    head = operation.head
    return Said(_journal_entry(*stored[:3]), head.id, head.action, values), head.kind


def _journal_entry(number: int, entry_text: str, entry_hash: str) -> JournalEntry:
    entry = Entry.model_validate_json(entry_text)
    return JournalEntry(
        number=number,
        id=entry.id,
        replica=entry.replica,
        sequence=entry.sequence,
        at=datetime.fromisoformat(entry.at),
        person=entry.person,
        second=entry.second,
        verb=entry.verb,
        case=entry.case,
        subject=entry.subject,
        outcome=entry.outcome,
        changes=len(entry.operations),
        hash=entry_hash,
    )


# --- statements ----------------------------------------------------------------------------------------------------


def _absent_statement(kind: str, field: str, referred: str) -> str:
    # Names are our own, from `tables`; only the case is a parameter.
    of_case = '"case" = :case' if "case" in KINDS[kind].model_fields else "id = :case"
    deleted = f'EXISTS(SELECT 1 FROM operation WHERE record = "{kind}"."{field}")'  # noqa: S608
    return (
        f"SELECT id, \"{field}\", iif({deleted}, 'deleted', 'not received') FROM \"{kind}\" "  # noqa: S608
        f'WHERE {of_case} AND "{field}" IS NOT NULL AND "{field}" NOT IN (SELECT id FROM "{referred}") ORDER BY rowid'
    )


def _search_statement(kind: str, *, limited: bool) -> str:
    case = 'found."case"' if "case" in KINDS[kind].model_fields else "found.id" if kind == "case" else "NULL"
    assigned = f'AND {case} IN (SELECT "case" FROM assignment WHERE person = :person) '  # noqa: S608
    return (
        f"SELECT found.id, {case}, snippet({kind}_search, -1, '', '', '…', 12) "  # noqa: S608
        f'FROM {kind}_search JOIN "{kind}" AS found ON found.rowid = {kind}_search.rowid '
        f"WHERE {kind}_search MATCH :terms {assigned if limited and case != 'NULL' else ''}ORDER BY {kind}_search.rowid DESC LIMIT :limit"
    )


# By the order of entries, not of their moments: a clock that was set back and forth counts for nothing.
_LIVED = text("""WITH told AS (
        SELECT sequence, at FROM entry WHERE replica = :replica AND sequence >= (
            SELECT min(sequence) FROM entry WHERE replica = :replica AND at >= :since)
        UNION ALL SELECT 0, :since
        UNION ALL SELECT 9223372036854775807, :now)
    SELECT sum(max(0.0, min(:step, went))) FROM (
        SELECT julianday(at) - julianday(lag(at) OVER (ORDER BY sequence)) AS went FROM told)""")
