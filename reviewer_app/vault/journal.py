# SPDX-License-Identifier: Apache-2.0
"""The one door for changes: what an act of a person says, and the entry that is added to the chain for it."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import Connection, Row, insert, select

from reviewer_app.domain.canonical import canonical, digest, new_id, parse
from reviewer_app.domain.record import Record, moment_text
from reviewer_app.errors import InConflict, NeedsSecondPerson, RecordMissing, Stale
from reviewer_app.vault.apply import STORED, Values, apply, state_of
from reviewer_app.vault.fold import State, upcast
from reviewer_app.vault.operation import Action, Entry, Operation
from reviewer_app.vault.tables import BLOB, ENTRY, OPERATION, case_of

Kept = TypeVar("Kept", bound=Record)


class Transaction:
    """Collects what one act says. Reading within it sees what it said so far.

    `subject` may be set until the act ends. `destroyed` says that values or keys were erased, so that their traces
    must leave the write-ahead log too.
    """

    def __init__(
        self, connection: Connection, *, person: str, second: str | None, case: str | None, subject: str | None
    ) -> None:
        self.connection, self.person, self.second = connection, person, second
        self.case, self.subject = case, subject
        self.entry = new_id()
        self.digests: list[str] = []
        self.destroyed = False
        self.written: list[tuple[Record, frozenset[str]]] = []
        """Each record as it stands after what was said of it, and the fields that were said."""
        self._pending: list[Operation] = []

    # --- what a person says about records

    def create(self, value: Record) -> None:
        """Makes a record; the operation states every field."""
        said = value.scalars()
        self._require_case(value, said)
        del said["id"]
        self.written.append((value, frozenset(said)))
        self._say("create", value, said, {"marking": ()}, ())

    def set(self, value: Kept, /, **changes: object) -> Kept:
        """Changes fields of a record as the person saw it, and returns the new value.

        Raises Stale when a field changed since, InConflict while it (or the marking) has several heads,
        RecordMissing when the record is deleted or not here, pydantic's ValidationError for a value the field
        cannot hold.
        """
        state, seen = self._present(value), parse(canonical(value.scalars()))
        for field in ("marking", *changes):
            if field in state.conflicts:
                raise InConflict(field=field)
            if field in changes and state.values[field] != seen[field]:
                raise Stale(field=field)
        return self._set("set", value, state, changes)

    def resolve(self, value: Kept, **choices: object) -> Kept:
        """Settles conflicts: names all heads of the fields it sets, and of the marking; revives a deleted record."""
        return self._set("set", value, self._state(value), choices)

    def erase(self, value: Kept, **replacements: object) -> Kept:
        """Destroys every value these fields ever had, here and wherever the operation arrives.

        The unit is the operation: whatever else was said in the same ones goes too, except what still holds, which
        this operation says again. A deleted record stays deleted. Raises NeedsSecondPerson unless the transaction
        has a second person, who is somebody else.
        """
        if self.second in (None, self.person):
            raise NeedsSecondPerson(verb="erasing", who="a second person")
        state = self._state(value)
        rows = self.connection.execute(select(*STORED).where(OPERATION.c.record == value.id))
        stored = [Operation(*row) for row in rows]
        targets = [operation.head.id for operation in stored if upcast(operation)[1].keys() & replacements.keys()]
        kept = {field: state.values[field] for field, heads in state.heads.items() if set(heads) & set(targets)}
        after = self._set("erase", value, state, {**kept, **replacements}, targets)
        if state.deleted:
            self.delete(value)
        self.destroyed = True
        return after

    def delete(self, value: Record) -> None:
        """Takes a record out of the case; its history stays. Raises RecordMissing when it is not here."""
        state = self._present(value)
        self._require_case(value, state.values)
        said = {"marking": state.values["marking"]}
        self._say("delete", value, said, {"marking": state.heads["marking"]}, ())

    # --- keys of attachments, outside the fold

    def keep_blob(self, blob: str, wrapped_key: bytes, size: int) -> None:
        """Keeps the wrapped key of an attachment's file and its size in bytes."""
        self.connection.execute(insert(BLOB), {"id": blob, "wrapped_key": wrapped_key, "size": size})

    def drop_blob(self, blob: str) -> None:
        """Destroys the key of an attachment's file, and with it the content; raises NeedsSecondPerson as `erase`.

        The act's subject is the attachment: by it the check knows that the key was not lost.
        """
        if self.second in (None, self.person):
            raise NeedsSecondPerson(verb="erasing", who="a second person")
        if self.subject != blob:
            raise ValueError("a key is destroyed in an act on its attachment")
        self.connection.execute(BLOB.delete().where(BLOB.c.id == blob))
        self.destroyed = True

    # --- what becomes of it

    def flush(self) -> None:
        """Stores what was said so far and makes the rows say it."""
        apply(self.connection, [(self.entry, operation) for operation in self._pending])
        self._pending.clear()

    def _require_case(self, value: Record, values: Values) -> None:
        if case_of(value.kind, value.id, values) != self.case:
            raise ValueError(f"a {value.kind} is recorded in an entry on its own case")

    def _state(self, value: Record) -> State:
        if any(operation.head.record == value.id for operation in self._pending):
            self.flush()
        state = state_of(self.connection, value.id)
        if state is None:
            raise RecordMissing(kind=value.kind.replace("_", " "))
        return state

    def _present(self, value: Record) -> State:
        state = self._state(value)
        if state.deleted:
            raise RecordMissing(kind=value.kind.replace("_", " "))
        return state

    def _set(
        self, action: Action, value: Kept, state: State, changes: dict[str, Any], erases: Iterable[str] = ()
    ) -> Kept:
        self._require_case(value, {**state.values, **changes})
        after = type(value).model_validate({**state.values, "id": value.id, **changes})
        scalars = after.scalars()
        self.written.append((after, frozenset(changes)))
        said = {"marking": state.values["marking"], **{field: scalars[field] for field in changes}}
        self._say(action, value, said, {field: state.heads.get(field, ()) for field in said}, erases)
        return after

    def _say(
        self, action: Action, value: Record, said: Values, parents: dict[str, tuple[str, ...]], erases: Iterable[str]
    ) -> None:
        marking = said.pop("marking")
        operation = Operation.new(
            action, type(value), value.id, marking=marking, values=said, parents=parents, erases=erases
        )
        self._pending.append(operation)
        self.digests.append(operation.digest)


def append(
    connection: Connection, replica: str, at: datetime, last: tuple[int, str] | None, **said: Any
) -> tuple[int, str]:
    """Adds the next entry to the replica's chain, which ended with `last`, and to the case's chain; returns its
    sequence and hash."""
    on_case = _last_on(connection, replica, said["case"]) if said["case"] else None
    entry = Entry(
        replica=replica,
        sequence=last[0] + 1 if last else 1,
        at=moment_text(at),
        previous=last[1] if last else None,
        case_previous=on_case.hash if on_case else None,
        **said,
    )
    text = canonical(entry.model_dump())
    connection.execute(insert(ENTRY), {"text": text, "hash": digest(text)})
    return entry.sequence, digest(text)


def last_entry(connection: Connection, replica: str) -> tuple[int, str] | None:
    """Sequence and hash of the replica's newest entry."""
    newest = select(ENTRY.c.sequence, ENTRY.c.hash).where(ENTRY.c.replica == replica)
    found = connection.execute(newest.order_by(ENTRY.c.sequence.desc()).limit(1)).first()
    return (found.sequence, found.hash) if found else None


def _last_on(connection: Connection, replica: str, case: str) -> Row[Any, Any] | None:
    newest = select(ENTRY.c.hash).where(ENTRY.c.case == case, ENTRY.c.replica == replica)
    return connection.execute(newest.order_by(ENTRY.c.number.desc()).limit(1)).first()
