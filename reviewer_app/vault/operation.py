# SPDX-License-Identifier: Apache-2.0
"""Operations and entries: what is said, by whom, and the bytes that are hashed. Format: docs/journal.md."""

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter
from pydantic_core import from_json

from reviewer_app.domain.canonical import canonical, digest, new_id, parse
from reviewer_app.domain.record import Id, Marking, Record

Action = Literal["create", "set", "delete", "erase"]

# SECURITY: entries and heads are never erased and travel in every package, so they hold ids, fixed phrases, markings
# and digests only. These patterns leave no room for case text.
Name = Annotated[str, StringConstraints(pattern="^[a-z][a-z0-9_]{0,39}$")]
Phrase = Annotated[str, StringConstraints(pattern="^[a-z][a-z0-9 '-]{0,59}$")]
Actor = Annotated[str, StringConstraints(pattern="^[0-9A-Za-z._@-]{1,64}$")]
Subject = Annotated[str, StringConstraints(pattern=r'^[0-9A-Za-z._:,"{}\[\]-]*$')]
Digest = Annotated[str, StringConstraints(pattern="^[0-9a-f]{128}$")]
Time = Annotated[str, StringConstraints(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")]
Count = Annotated[int, Field(ge=1, le=2**53)]


@dataclass(frozen=True)
class Head:
    """Everything about an operation except its values: readable and verifiable for ever."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid", strict=True, hide_input_in_errors=True)

    action: Action
    id: Id
    kind: Name
    version: Count
    record: Id
    marking: Marking
    parents: dict[Name, list[Id]]
    """By field: the operations whose statement this one replaces."""
    erases: list[Id]
    """The operations it closes, now and on any later arrival."""
    seal: Digest
    """SHA-512 of salt and values."""


def read_stored(text: str) -> Any:
    """The value of JSON text from this vault's own tables, quickly: it was examined when it was written or taken in.

    Raises ValueError on what is not JSON.
    """
    return from_json(text, cache_strings="keys")


_HEAD: TypeAdapter[Head] = TypeAdapter(Head)


@dataclass(frozen=True)
class Operation:
    """A head and, unless closed, the salted values behind its seal; texts are kept and sent as they were written."""

    text: str
    values_text: str | None
    salt: str | None

    @classmethod
    def new(
        cls,
        action: Action,
        kind: type[Record],
        record: str,
        *,
        marking: str,
        values: Mapping[str, object],
        parents: Mapping[str, Iterable[str]],
        erases: Iterable[str] = (),
    ) -> Self:
        """Says something about a record, with a new id and a new salt of 16 random bytes."""
        salt, values_text = os.urandom(16).hex(), canonical(values)
        head = {
            "action": action,
            "id": new_id(),
            "kind": kind.kind,
            "version": kind.version,
            "record": record,
            "marking": marking,
            "parents": {field: list(heads) for field, heads in parents.items()},
            "erases": list(erases),
            "seal": digest(salt + values_text),
        }
        return cls(canonical(head), values_text, salt)

    @cached_property
    def head(self) -> Head:
        """The head as stored here, which was examined when it was written or taken in."""
        return Head(**read_stored(self.text))

    def examined_head(self) -> Head:
        """The head of an operation from elsewhere; raises ValueError when it is not exactly in the format."""
        if canonical(parse(self.text)) != self.text:
            raise ValueError("a head is not canonical")
        return _HEAD.validate_json(self.text)

    @cached_property
    def values(self) -> dict[str, Any] | None:
        """What the operation says, by field; None when it is closed."""
        return None if self.values_text is None else read_stored(self.values_text)

    @property
    def digest(self) -> str:
        """What the entry lists: SHA-512 of the head."""
        return digest(self.text)

    @property
    def is_sealed(self) -> bool:
        """Whether the values are those of the head, or closed."""
        if self.values_text is None or self.salt is None:
            return self.values_text is self.salt
        return bool(digest(self.salt + self.values_text) == read_stored(self.text)["seal"])

    def closed(self) -> Self:
        """The operation without values and salt; its head and every hash still hold."""
        return type(self)(self.text, None, None)


class Entry(BaseModel):
    """One act of one person. Its canonical text is stored; its hash is SHA-512 of that text."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, hide_input_in_errors=True)

    id: Id
    replica: Id
    sequence: Count
    at: Time
    person: Actor
    second: Actor | None
    verb: Phrase
    case: Id | None
    subject: Subject | None
    outcome: Phrase
    operations: list[Digest]
    """SHA-512 of each operation's head, in order."""
    previous: Digest | None
    """Hash of this replica's entry before."""
    case_previous: Digest | None
    """Hash of this replica's entry on this case before."""
