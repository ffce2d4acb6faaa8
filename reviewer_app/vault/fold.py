# SPDX-License-Identifier: Apache-2.0
"""A record is a function of the set of its operations; the order of arrival cannot matter."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

from reviewer_app.domain.markings import MarkingRules
from reviewer_app.paths import resource_text
from reviewer_app.vault.operation import Head, Operation

Parents = dict[str, list[str]]
Values = dict[str, Any]
Statement = tuple[Parents, Values]
"""What an operation says in today's words: the heads it replaces and its values, both by field."""


@dataclass(frozen=True)
class State:
    """What the operations of one record say together.

    `heads` are, by field, the operations that no other one replaces; those of `marking` are the record's frontier.
    `values` holds the head with the smallest id, for the marking the roll-up of its heads. `conflicts` are the
    fields whose heads differ.
    """

    kind: str
    values: Values
    heads: dict[str, tuple[str, ...]]
    conflicts: dict[str, tuple[str, ...]]
    created: bool
    deleted: bool


def fold(operations: Iterable[Operation]) -> State:
    """The state of one record from all of its operations, at least one, in any order."""
    ordered = sorted(operations, key=lambda operation: operation.head.id)
    first = ordered[0]
    if len(ordered) == 1 and first.head.action == "create" and first.values is not None:
        values = {**upcast(first)[1], "marking": first.head.marking}
        return State(first.head.kind, values, dict.fromkeys(values, (first.head.id,)), {}, created=True, deleted=False)
    return _fold([(operation.head, *upcast(operation)) for operation in ordered])


def _fold(statements: list[tuple[Head, Parents, Values]]) -> State:
    replaced = {(field, head) for _, parents, _ in statements for field, heads in parents.items() for head in heads}
    said: dict[str, dict[str, object]] = {"marking": {}}
    for head, _, values in statements:  # every operation also states the marking
        for field, value in {**values, "marking": head.marking}.items():
            if (field, head.id) not in replaced:
                said.setdefault(field, {})[head.id] = value
    deletes = {head.id for head, _, _ in statements if head.action == "delete"}
    frontier = said["marking"].keys()
    conflicts = {field: tuple(heads) for field, heads in said.items() if len(set(map(repr, heads.values()))) > 1}
    if frontier & deletes and frontier - deletes:
        conflicts["marking"] = tuple(frontier)
    folded: Values = {field: next(iter(heads.values())) for field, heads in said.items() if heads}
    folded["marking"] = roll_up([str(marking) for marking in said["marking"].values()])
    return State(
        statements[0][0].kind,
        folded,
        {field: tuple(heads) for field, heads in said.items()},
        conflicts,
        created=any(head.action == "create" for head, _, _ in statements),
        deleted=frontier <= deletes,
    )


def roll_up(markings: Collection[str]) -> str:
    """The marking that covers all of these; order and repetition do not matter."""
    different = set(markings)
    return different.pop() if len(different) == 1 else _rules().join(different)


@cache
def _rules() -> MarkingRules:
    return MarkingRules.from_json(resource_text("rules/markings.json"))


# --- old operations in today's words -------------------------------------------------------------------------------

Step = Callable[[Operation, Statement], Statement]

UPCASTERS: dict[tuple[str, int], Step] = {}
"""By kind and version: what turns a statement of that version into one of the next. Bytes and hashes stay."""


def upcast(operation: Operation) -> Statement:
    """What the operation says in the words of its kind's present version; a closed one says no values."""
    kind, version = operation.head.kind, operation.head.version
    statement: Statement = (operation.head.parents, operation.values or {})
    while step := UPCASTERS.get((kind, version)):
        statement, version = step(operation, statement), version + 1
    return statement


def rename(old: str, new: str) -> Step:
    """The field has another name since."""

    def step(_: Operation, statement: Statement) -> Statement:
        parents, values = statement
        return (
            {new if field == old else field: heads for field, heads in parents.items()},
            {new if field == old else field: value for field, value in values.items()},
        )

    return step


def add(field: str, default: object) -> Step:
    """The field came later; records made before say `default`."""

    def step(operation: Operation, statement: Statement) -> Statement:
        parents, values = statement
        is_open_create = operation.head.action == "create" and operation.values is not None
        return (parents, {**values, field: default}) if is_open_create else statement

    return step
