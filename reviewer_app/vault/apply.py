# SPDX-License-Identifier: Apache-2.0
"""The one writer of case tables: stores operations and makes the rows what the operations say."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, text, update
from sqlalchemy.dialects.sqlite import insert as upsert

from reviewer_app.domain.canonical import canonical
from reviewer_app.vault.fold import State, fold
from reviewer_app.vault.operation import Operation
from reviewer_app.vault.tables import CONFLICT, KINDS, OPERATION, TABLES, search_statements

Values = dict[str, Any]

BATCH = 500
STORED = (OPERATION.c.text, OPERATION.c.values_text, OPERATION.c.salt)
"""The columns of an operation, in the order of `Operation`'s fields."""

_ERASED = text(
    "SELECT erased.value FROM operation, json_each(operation.text, '$.erases') AS erased "
    "WHERE operation.action = 'erase' AND operation.record IN (SELECT value FROM json_each(:records))"
)


# Many ids are one parameter: the engine takes, locks and wipes memory for each parameter.
_FORGET_CONFLICTS = text("DELETE FROM conflict WHERE record IN (SELECT value FROM json_each(:ids))")
_OPERATIONS_OF = text(
    "SELECT record, text, values_text, salt FROM operation WHERE record IN (SELECT value FROM json_each(:ids))"
)


def apply(connection: Connection, operations: Sequence[tuple[str, Operation]]) -> list[str]:
    """Takes (entry id, operation) pairs; live work, import and rebuild all come through here.

    What an erasing operation names is closed, whether it came before, comes with it or comes later. Returns the
    records that are not whole, as `project` does.
    """
    if not operations:
        return []
    records = list(dict.fromkeys(operation.head.record for _, operation in operations))
    targets = {target for _, operation in operations for target in operation.head.erases}
    erased = targets.union(connection.execute(_ERASED, {"records": canonical(records)}).scalars())
    connection.execute(
        insert(OPERATION),
        [
            {
                "entry": entry,
                "text": operation.text,
                "values_text": None if operation.head.id in erased else operation.values_text,
                "salt": None if operation.head.id in erased else operation.salt,
            }
            for entry, operation in operations
        ],
    )
    if targets:
        connection.execute(update(OPERATION).where(OPERATION.c.id.in_(targets)).values(values_text=None, salt=None))
    return project(connection, records)


def project(connection: Connection, records: Sequence[str]) -> list[str]:
    """Makes rows, conflicts and search words of these records what their operations say; new rows in this order.

    Returns the records that have no create or lack a value: honest histories have none.
    """
    broken = []
    for states in _states_of(connection, records):
        rows: dict[str, dict[str, Values | None]] = defaultdict(dict)
        for record, state in states.items():
            rows[state.kind][record] = row_of(record, state)
            if not is_whole(state):
                broken.append(record)
        for kind, those in rows.items():
            _write_rows(connection, kind, those)
        connection.execute(_FORGET_CONFLICTS, {"ids": canonical(list(states))})
        if conflicts := [row for record, state in states.items() for row in conflicts_of(record, state)]:
            connection.execute(insert(CONFLICT), conflicts)
    return broken


def rebuild(connection: Connection) -> None:
    """Makes every row, conflict and search word anew from the operations."""
    for kind, table in TABLES.items():
        connection.execute(delete(table))
        if search_statements(kind):
            connection.exec_driver_sql(f"INSERT INTO {kind}_search({kind}_search) VALUES('delete-all')")
    connection.execute(delete(CONFLICT))
    arrived = select(OPERATION.c.record).group_by(OPERATION.c.record).order_by(func.min(OPERATION.c.number))
    project(connection, connection.execute(arrived).scalars().all())


def _write_rows(connection: Connection, kind: str, rows: dict[str, Values | None]) -> None:
    table, ids = TABLES[kind], {"ids": canonical(list(rows))}
    statements = search_statements(kind)
    if statements:
        connection.execute(text(statements[0]), ids)
    if present := [row for row in rows.values() if row]:
        write = upsert(table)
        written = {name: write.excluded[name] for name in present[0] if name != "id"}
        connection.execute(write.on_conflict_do_update(index_elements=["id"], set_=written), present)
    if gone := [record for record, row in rows.items() if not row]:
        connection.execute(delete(table).where(table.c.id.in_(gone)))
    if statements:
        connection.execute(text(statements[1]), ids)


def state_of(connection: Connection, record: str) -> State | None:
    """What the stored operations of a record say; None when there is none."""
    for states in _states_of(connection, [record]):
        return states.get(record)
    return None


def row_of(record: str, state: State) -> Values | None:
    """The columns of a record, or None when it is deleted or not wholly here."""
    row = {"id": record, **state.values}
    return row if not state.deleted and is_whole(state) else None


def is_whole(state: State) -> bool:
    """Whether the record was created and each of its fields has a head with a value."""
    return state.created and {"id", *state.values} == KINDS[state.kind].model_fields.keys()


def conflicts_of(record: str, state: State) -> list[dict[str, str]]:
    """The rows of `conflict` for a record."""
    return [
        {"record": record, "field": field, "operation": head}
        for field, heads in state.conflicts.items()
        for head in heads
    ]


def _states_of(connection: Connection, records: Sequence[str]) -> Iterator[dict[str, State]]:
    """What the stored operations of these records say, by record, batch by batch."""
    for start in range(0, len(records), BATCH):
        operations = defaultdict(list)
        batch = records[start : start + BATCH]
        for record, *stored in connection.execute(_OPERATIONS_OF, {"ids": canonical(list(batch))}):
            operations[record].append(Operation(*stored))
        yield {record: fold(operations[record]) for record in batch if record in operations}
