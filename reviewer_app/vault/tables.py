# SPDX-License-Identifier: Apache-2.0
"""The tables: the journal, one projection for each kind of record, and what stands outside the fold.

A new kind of record costs its value in `domain` and one row class here. Vaults are made by `migrations`, not from
these declarations; a test holds the two together.
"""
# mypy: disable-error-code="misc"
# Record and SQLModel declare `model_config` as different types; the row classes mix both.

from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import (
    Column,
    Computed,
    Dialect,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    TypeDecorator,
    text,
)
from sqlalchemy.orm import declared_attr
from sqlalchemy.types import TypeEngine
from sqlmodel import Field, SQLModel

from reviewer_app.domain import cases, evidence, findings, memos, notes, people
from reviewer_app.domain.record import Record, Refers, Searchable, moment_text

METADATA: MetaData = SQLModel.metadata


# --- the journal ---------------------------------------------------------------------------------------------------


def _said(field: str, kind: type[TypeEngine[Any]] = Text) -> Column[Any]:
    """A column computed from the hashed text, so that the two cannot disagree."""
    return Column(field, kind, Computed(f"json_extract(text, '$.{field}')", persisted=True))


ENTRY = Table(
    "entry",
    METADATA,
    Column("number", Integer, primary_key=True),  # order of arrival here
    Column("text", Text, nullable=False),
    Column("hash", Text, nullable=False),
    _said("id"),
    _said("replica"),
    _said("sequence", Integer),
    _said("case"),
    _said("at"),
    Index("entry_id", "id", unique=True),
    Index("entry_chain", "replica", "sequence", unique=True),
    Index("entry_case", "case", "number", "at"),
    Index("entry_at", "replica", "at"),
)

OPERATION = Table(
    "operation",
    METADATA,
    Column("number", Integer, primary_key=True),
    Column("entry", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("values_text", Text),
    Column("salt", Text),
    _said("id"),
    _said("record"),
    _said("action"),
    Index("operation_entry", "entry"),
    Index("operation_id", "id", unique=True),
    Index("operation_record", "record"),
    Index("operation_erase", "action", sqlite_where=text("action = 'erase'")),
)

CONFLICT = Table(
    "conflict",
    METADATA,
    Column("record", Text, primary_key=True),
    Column("field", Text, primary_key=True),
    Column("operation", Text, primary_key=True),
)


# --- one projection for each kind ----------------------------------------------------------------------------------


class Row(SQLModel):
    """A value as columns, holding the very scalars of its operations."""

    model_config = {"frozen": False}
    rowid: int | None = Field(default=None, primary_key=True)

    @declared_attr.directive
    def __tablename__(cls) -> str:  # noqa: N805
        return str(cls.kind)  # type: ignore[attr-defined]


class CaseRow(cases.Case, Row, table=True): ...


class SubmissionRow(cases.Submission, Row, table=True): ...


class AgreementRow(cases.Agreement, Row, table=True): ...


class CheckpointRow(cases.Checkpoint, Row, table=True): ...


class DatedFactRow(cases.DatedFact, Row, table=True): ...


class DeterminationRow(cases.Determination, Row, table=True): ...


class AssignmentRow(cases.Assignment, Row, table=True): ...


class AttachmentRow(evidence.Attachment, Row, table=True): ...


class EvaluationSummaryRow(evidence.EvaluationSummary, Row, table=True): ...


class EvidenceRow(evidence.Evidence, Row, table=True): ...


class FindingRow(findings.Finding, Row, table=True): ...


class NoteRow(notes.Note, Row, table=True): ...


class MemoRow(memos.Memo, Row, table=True): ...


class SignOffRow(memos.SignOff, Row, table=True): ...


class TransferRow(memos.Transfer, Row, table=True): ...


class PersonRow(people.Person, Row, table=True): ...


class RefusedTryRow(people.RefusedTry, Row, table=True): ...


class SettingRow(people.Setting, Row, table=True): ...


class Scalar(TypeDecorator[str]):
    """The text the journal writes: UTC milliseconds for a moment (text order is time order), the value of an enum."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:  # noqa: ARG002
        return moment_text(value) if isinstance(value, datetime) else value


def _table(row: type[Row]) -> Table:
    table: Table = row.__table__  # type: ignore[attr-defined]
    for column in table.columns:
        column.type = Integer() if column.type.python_type in (int, bool) else Scalar()
    Index(f"{table.name}_id", table.c.id, unique=True)
    if "case" in table.c:
        Index(f"{table.name}_case", table.c.case)
    return table


TABLES: dict[str, Table] = {table.name: table for table in map(_table, Row.__subclasses__())}
KINDS: dict[str, type[Record]] = {
    base.kind: base for row in Row.__subclasses__() for base in row.__bases__ if issubclass(base, Record)
}

Mark = TypeVar("Mark", Refers, Searchable)


def marked(kind: str, marker: type[Mark]) -> dict[str, Mark]:
    """The fields of a kind that carry this annotation."""
    fields = KINDS[kind].model_fields
    return {name: mark for name, field in fields.items() for mark in field.metadata if isinstance(mark, marker)}


def case_of(kind: str, record: str, values: dict[str, Any]) -> str | None:
    """The case a record belongs to: its `case` field, a case's own id, or None for people and settings."""
    return record if kind == "case" else values.get("case")


# --- outside the fold ----------------------------------------------------------------------------------------------

VAULT = Table(
    "vault",
    METADATA,
    Column("replica", Text, primary_key=True),
    # The newest slot file this vault has known, so that an older one is noticed; 0 for none.
    Column("slot_generation", Integer, nullable=False, server_default=text("0")),
    Column("slot_epoch", Integer, nullable=False, server_default=text("0")),
)

BLOB = Table(
    "blob",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("wrapped_key", LargeBinary, nullable=False),
    Column("size", Integer, nullable=False),
)

DRAFT = Table(
    "draft",
    METADATA,
    Column("place", Text, primary_key=True),
    Column("person", Text, primary_key=True),
    Column("text", Text, nullable=False),
    Column("saved_at", Scalar, nullable=False),
)

PREFERENCE = Table("preference", METADATA, Column("name", Text, primary_key=True), Column("text", Text, nullable=False))

OUTSIDE_THE_FOLD = {
    "vault": "says which replica this is (a copy or a restored backup is another one) and which slot file it knows",
    "blob": "keys of attachments: a key that was ever an operation's value could never be erased",
    "draft": "what a person has not said yet",
    "preference": "how a person likes the windows; no part of a case",
    "search": "the words of the rows (KIND_search), made again from them at any time",
}
"""What no operation writes and no fold makes, each with its reason."""


# --- words ---------------------------------------------------------------------------------------------------------


def search_statements(kind: str) -> tuple[str, str] | None:
    """Forget and learn the words of the rows in :ids, one statement for many rows (a trigger would flush FTS5 at each
    row); None for a kind without words."""
    fields = ", ".join(f'"{field}"' for field in marked(kind, Searchable))
    if not fields:
        return None
    # Names are declared above; only the ids are a parameter.
    rows = f'rowid, {fields} FROM "{kind}" WHERE id IN (SELECT value FROM json_each(:ids))'  # noqa: S608
    return (
        f"INSERT INTO {kind}_search({kind}_search, rowid, {fields}) SELECT 'delete', {rows}",
        f"INSERT INTO {kind}_search(rowid, {fields}) SELECT {rows}",
    )
