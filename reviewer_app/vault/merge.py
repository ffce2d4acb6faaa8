# SPDX-License-Identifier: Apache-2.0
"""Hand-over: a case's entries and operations as lines, and their arrival as a set union. Format: docs/journal.md.

SECURITY: lines come from outside. A package is examined and taken whole or not at all; whatever passes cannot make the
fold, the tables or a later check go wrong, and touches nothing but the records of its case and people.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Annotated, Any

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import Connection, insert, select, text
from sqlalchemy.exc import IntegrityError

from reviewer_app.domain.canonical import canonical, digest, parse
from reviewer_app.errors import HistoryRefused
from reviewer_app.vault.apply import STORED, apply
from reviewer_app.vault.fold import upcast
from reviewer_app.vault.operation import Entry, Head, Operation
from reviewer_app.vault.soundness import check_entries, subject_of_import
from reviewer_app.vault.tables import ENTRY, KINDS, OPERATION, case_of
from reviewer_app.vault.vault import Vault

TRAVELS_ALONE = "person"
"""The one kind without a case that is handed over: people are the same everywhere. Settings stay in their vault."""

LARGEST = 2**63 - 1
"""The largest whole number a column holds."""


def export(connection: Connection, case: str) -> Iterator[str]:
    """The entries on people, then those on the case, in order of arrival, each followed by its operations.

    A closed operation travels without values and salt.
    """
    wanted = text(
        'SELECT number, id, text FROM entry WHERE "case" = :case OR "case" IS NULL AND number IN ('
        'SELECT entry.number FROM operation JOIN entry ON entry.id = operation.entry WHERE entry."case" IS NULL '
        "GROUP BY entry.number HAVING min(json_extract(operation.text, '$.kind')) = :alone "
        "AND max(json_extract(operation.text, '$.kind')) = :alone) ORDER BY \"case\" IS NOT NULL, number"
    )
    rows = connection.execute(wanted, {"case": case, "alone": TRAVELS_ALONE}).all()
    for _, entry, entry_text in rows:
        yield canonical({"entry": entry_text})
        stored = select(*STORED).where(OPERATION.c.entry == entry).order_by(OPERATION.c.number)
        for head, values, salt in connection.execute(stored):
            yield canonical({"head": head, "values": values, "salt": salt})


def merge(vault: Vault, lines: Iterable[str], *, person: str) -> int:
    """Takes what is new and journals the heads of the chains that came; returns how many operations were new.

    Merging the same lines again, or packages in any order, gives the same tables. Raises HistoryRefused, naming what
    is wrong, when the lines are not exactly a history that continues what is here.
    """
    acts = _read(lines)
    with vault.record("package merged", person=person) as tx:
        try:
            fresh = _take(tx.connection, vault.replica, acts)
        except IntegrityError as error:
            raise HistoryRefused(reason="an entry or operation in it contradicts one that is here") from error
        heads = {act.entry.replica: [act.entry.sequence, digest(act.text)] for act in sorted(acts, key=_sequence)}
        tx.subject = subject_of_import(tx.connection, vault.replica, heads)
    return fresh


@dataclass
class _Act:
    """One entry with its text and its operations, as they came."""

    entry: Entry
    text: str
    operations: list[Operation] = field(default_factory=list)


def _sequence(act: _Act) -> int:
    return act.entry.sequence


def _take(connection: Connection, own: str, acts: list[_Act]) -> int:
    known = dict(_known(connection, [act.entry.id for act in acts]))
    for act in acts:
        if known.get(act.entry.id, digest(act.text)) != digest(act.text):
            raise HistoryRefused(reason=f"entry {act.entry.id} is known with other content")
    new = [act for act in acts if act.entry.id not in known]
    if any(act.entry.replica == own for act in new):
        raise HistoryRefused(reason="it holds entries of this workstation that were never made here")
    if not new:
        return 0
    _require_parents(connection, new)
    connection.execute(insert(ENTRY), [{"text": act.text, "hash": digest(act.text)} for act in new])
    for fault in check_entries(connection, own, replicas={act.entry.replica for act in new}):
        raise HistoryRefused(reason=f"{fault.where}: {fault.what}")
    fresh = [(act.entry.id, operation) for act in new for operation in act.operations]
    for record in apply(connection, fresh):
        raise HistoryRefused(reason=f"record {record} is not whole")
    return len(fresh)


def _known(connection: Connection, entries: list[str]) -> Iterator[tuple[str, str]]:
    found = text("SELECT id, hash FROM entry WHERE id IN (SELECT value FROM json_each(:ids))")
    for row in connection.execute(found, {"ids": canonical(entries)}):
        yield row.id, row.hash


# --- reading -------------------------------------------------------------------------------------------------------


def _read(lines: Iterable[str]) -> list[_Act]:
    """Every line examined by itself, before anything is written."""
    acts: list[_Act] = []
    try:
        for line in map(parse, lines):
            if "entry" in line:
                acts.append(_Act(_examined_entry(line["entry"]), line["entry"]))
            else:
                operation = Operation(line["head"], line["values"], line["salt"])
                _examine(operation, acts[-1].entry)
                acts[-1].operations.append(operation)
    except (KeyError, IndexError, TypeError, ValueError, RecursionError) as error:
        raise HistoryRefused(reason="a line of it cannot be read") from error
    for act in acts:
        if [operation.digest for operation in act.operations] != act.entry.operations:
            raise HistoryRefused(reason=f"entry {act.entry.id} does not list these operations")
    return acts


def _examined_entry(entry_text: str) -> Entry:
    if canonical(parse(entry_text)) != entry_text:
        raise HistoryRefused(reason="an entry is not canonical")
    return Entry.model_validate_json(entry_text)


def _examine(operation: Operation, entry: Entry) -> None:
    """What can be said of an operation by itself: known kind and version, right seal, fields and values."""
    head = operation.examined_head()
    kind = KINDS.get(head.kind)
    if kind is None or head.version > kind.version:
        raise HistoryRefused(reason=f"{head.kind} {head.version} comes from a newer program")
    if not operation.is_sealed:
        raise HistoryRefused(reason=f"operation {head.id} does not match its seal")
    if (head.kind == TRAVELS_ALONE) != (entry.case is None) or head.kind == "setting":
        raise HistoryRefused(reason=f"operation {head.id} does not belong into entry {entry.id}")
    if head.action == "erase" and entry.second in (None, entry.person):
        raise HistoryRefused(reason=f"entry {entry.id} erases without a second person")
    parents, values = upcast(operation)
    fields = kind.model_fields.keys() - {"id", "marking"}
    if not parents.keys() <= {*fields, "marking"} or "marking" not in parents:
        raise HistoryRefused(reason=f"operation {head.id} names fields {head.kind} does not have")
    if operation.values is not None:
        expected = {"create": fields, "delete": ()}.get(head.action, parents.keys() - {"marking"})
        _examine_values(operation, entry, values, expected)


def _examine_values(operation: Operation, entry: Entry, values: dict[str, Any], expected: Collection[str]) -> None:
    head = operation.head
    if values.keys() != set(expected) or canonical(operation.values) != operation.values_text:
        raise HistoryRefused(reason=f"operation {head.id} does not say the fields it should")
    if case_of(head.kind, head.record, {"case": entry.case, **values}) != entry.case:
        raise HistoryRefused(reason=f"operation {head.id} is not on the case of entry {entry.id}")
    for name, value in values.items():
        if not _is_valid(head.kind, name, value):
            raise HistoryRefused(reason=f"operation {head.id} gives {name} a value it cannot have")


def _is_valid(kind: str, name: str, value: object) -> bool:
    """Whether a field takes the value, and would write it in exactly this way."""
    if isinstance(value, int) and abs(value) > LARGEST:
        return False
    adapter = _adapter(kind, name)
    try:
        written = adapter.dump_python(adapter.validate_python(value), mode="json")
    except ValidationError:
        return False
    return type(written) is type(value) and bool(written == value)


@cache
def _adapter(kind: str, name: str) -> TypeAdapter[Any]:
    declared = KINDS[kind].model_fields[name]
    wanted: Any = declared.annotation
    for constraint in declared.metadata:
        wanted = Annotated[wanted, constraint]
    return TypeAdapter(wanted)


# --- how the operations hang together ------------------------------------------------------------------------------


def _require_parents(connection: Connection, new: list[_Act]) -> None:
    """Whatever an operation replaces or erases is an operation on the same record, kind and case that is here or came
    before it. So no operation is its own ancestor, and none reaches into another record."""
    named = {head for act in new for operation in act.operations for head in _named(operation.head)}
    found = text(
        "SELECT operation.id, operation.record, json_extract(operation.text, '$.kind'), entry.\"case\" "
        "FROM operation JOIN entry ON entry.id = operation.entry "
        "WHERE operation.id IN (SELECT value FROM json_each(:ids))"
    )
    places = {row[0]: tuple(row[1:]) for row in connection.execute(found, {"ids": canonical(sorted(named))})}
    for act in new:
        for operation in act.operations:
            head = operation.head
            place = (head.record, head.kind, act.entry.case)
            if any(places.get(other) != place for other in _named(head)) or head.id in places:
                raise HistoryRefused(reason=f"operation {head.id} names others that do not come before it")
            if (head.action == "create") == bool(head.parents["marking"]):
                raise HistoryRefused(reason=f"operation {head.id} does not continue its record")
            if bool(head.erases) != (head.action == "erase"):
                raise HistoryRefused(reason=f"operation {head.id} erases what it may not")
            places[head.id] = place


def _named(head: Head) -> Iterator[str]:
    for heads in head.parents.values():
        yield from heads
    yield from head.erases
