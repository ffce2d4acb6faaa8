# SPDX-License-Identifier: Apache-2.0
"""What a copy of the count of refused sign-ins says, as values; how copies are joined; and their text.

Format: docs/formats.md, “Attempts”.
"""

import hashlib
import math
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any, NamedTuple

from reviewer_app.domain.canonical import canonical, digest, parse
from reviewer_app.errors import NewerVault
from reviewer_app.vault.uptime import Instant, elapsed

FORMAT = 1
LONGEST = 1024 * 1024
"""Bytes a copy may have."""
PEOPLE = 1000
"""People a copy may name: more than a slot file takes."""
MOST = (200, 40, 4)
"""Events kept of one person; the fewer only while the copy would be too long. Four are a lock and three failures."""

COPIES = ("attempts.a", "attempts.b")
LOST = "no copy could be read, so everyone had one try"
BESIDE_DAMAGED = "the copy in this account's own folder was damaged"
FLAWS = frozenset(
    {LOST, BESIDE_DAMAGED, *(f"{name} was {flaw}" for name in COPIES for flaw in ("missing", "damaged", "older"))}
)
"""Everything a copy may say about its neighbours."""

_HIGHEST = 2**53 - 1


class Damaged(Exception):
    """The bytes are no whole copy of this vault's count."""


class Kind(StrEnum):
    """What happened at the door."""

    WRONG_PASSPHRASE = "wrong passphrase"  # noqa: S105  (a phrase, no secret)
    WRONG_RECOVERY_KEY = "wrong recovery key"
    LOCKED = "locked"
    SLOT_DISABLED = "slot disabled"
    VAULT_IN_USE = "vault in use"


class Event(NamedTuple):
    """One thing that happened before unlock.

    `reset` is how often the person's failures had been taken back by then, `counts` whether it is a failure or the
    lock they led to, `moment` UTC by a wall clock that nobody vouches for; only `at` decides.
    """

    id: str
    reset: int
    person: str
    kind: Kind
    counts: bool
    moment: str
    at: Instant


class Tally(NamedTuple):
    """One person's part: how often failures were taken back, how many events were too many, the seal of the last
    reset (HMAC-SHA-512, 128 hexadecimal digits, "" for none), and the events in order."""

    resets: int = 0
    dropped: int = 0
    seal: str = ""
    events: tuple[Event, ...] = ()

    @property
    def current(self) -> tuple[Event, ...]:
        """The failures and locks that no reset has taken back."""
        return tuple(event for event in self.events if event.counts and event.reset >= self.resets)


class State(NamedTuple):
    """What a copy says: how often it was settled, what was wrong with copies since then, and each person's part."""

    generation: int = 0
    flaws: frozenset[str] = frozenset()
    people: Mapping[str, Tally] = MappingProxyType({})

    def of(self, person: str) -> Tally:
        """The person's part; an empty one for who has none."""
        return self.people.get(person, Tally())

    def replaced(self, person: str, tally: Tally) -> "State":
        """The same with another part of one person."""
        return self._replace(people={**self.people, person: tally})


# --- joining -------------------------------------------------------------------------------------------------------


def join(one: State, other: State) -> State:
    """What both say together: commutative, associative, idempotent, so no order and no older copy lowers a count.

    Events are united, and the higher number of resets and of settling holds.
    """
    flaws = one.flaws | other.flaws
    if one.generation != other.generation:
        flaws = max(one, other, key=lambda state: state.generation).flaws
    people = dict(one.people)
    for person, tally in other.people.items():
        mine = people.get(person, tally)
        people[person] = max(mine, tally)._replace(events=united(mine.events, tally.events))
    return State(max(one.generation, other.generation), flaws, people)


def united(*events: Iterable[Event]) -> tuple[Event, ...]:
    """All events, each once. Two that share an id and differ both stay: none can lower what the other counts."""
    return tuple(sorted({event for some in events for event in some}))


# --- bounds --------------------------------------------------------------------------------------------------------


def fitted(state: State, vault: str, now: Instant) -> bytes:
    """The text of the state, not longer than a copy may be: what counts least and is oldest goes, and is counted."""
    people = state.people
    if len(people) > PEOPLE:
        latest = {
            person: min((elapsed(event.at, now) for event in tally.events), default=math.inf)
            for person, tally in people.items()
        }
        people = {person: people[person] for person in sorted(people, key=lambda person: latest[person])[:PEOPLE]}
    data = b""
    for most in MOST:
        fewer = {person: _trimmed(tally, most, now) for person, tally in people.items()}
        data = to_bytes(state._replace(people=fewer), vault)
        if len(data) <= LONGEST:
            break
    return data


def _trimmed(tally: Tally, most: int, now: Instant) -> Tally:
    if len(tally.events) <= most:
        return tally
    current = frozenset(tally.current)
    locks = [event for event in current if event.kind == Kind.LOCKED]
    lock = min(locks, key=lambda event: (elapsed(event.at, now), event.id), default=None)

    def worth(event: Event) -> tuple[int, float]:
        if event in current and (event is lock or event.kind != Kind.LOCKED):
            return (0 if event is lock else 1), elapsed(event.at, now)
        return (2 if event.reset >= tally.resets else 3), elapsed(event.at, now)

    latest_first = sorted(tally.events, key=lambda event: (event.moment, event.id), reverse=True)
    kept = sorted(latest_first, key=worth)[:most]
    dropped = min(tally.dropped + len(tally.events) - len(kept), _HIGHEST)
    return tally._replace(dropped=dropped, events=united(kept))


# --- text ----------------------------------------------------------------------------------------------------------


def moment_of(moment: datetime) -> str:
    """UTC to the millisecond, `2026-12-03T17:00:00.000Z`."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def to_bytes(state: State, vault: str) -> bytes:
    """A whole copy: two lines, the text and its digest."""
    people = {person: _tally_to_json(tally) for person, tally in state.people.items()}
    text = canonical(
        {
            "format": FORMAT,
            "vault": vault,
            "generation": state.generation,
            "flaws": sorted(state.flaws),
            "people": people,
        }
    )
    return f"{text}\n{digest(text)}\n".encode()


def from_bytes(data: bytes, vault: str) -> State:
    """What the copy says. Raises Damaged for bytes that are no whole copy of this vault's, and NewerVault."""
    lines = data.split(b"\n")
    if len(data) > LONGEST or len(lines) != 3 or lines[2]:
        raise Damaged
    if hashlib.sha512(lines[0]).hexdigest().encode() != lines[1]:
        raise Damaged
    try:
        value = parse(lines[0].decode())
        if (found := _number(value["format"])) > FORMAT:
            raise NewerVault(found=found, known=FORMAT)
        flaws = frozenset(value["flaws"])
        people = {_matching(_ID, person): _tally_from_json(person, one) for person, one in value["people"].items()}
        if value["vault"] != vault or not flaws <= FLAWS or len(people) > PEOPLE:
            raise Damaged
        return State(_number(value["generation"]), flaws, people)
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError) as error:
        raise Damaged from error


def _tally_to_json(tally: Tally) -> dict[str, Any]:
    events = [
        [event.id, event.reset, event.kind, event.counts, event.moment, event.at.boot, _milliseconds(event.at)]
        for event in tally.events
    ]
    return {"resets": tally.resets, "dropped": tally.dropped, "seal": tally.seal, "events": events}


def _tally_from_json(person: str, value: dict[str, Any]) -> Tally:
    events = united(_event_from_json(person, event) for event in value["events"])
    return Tally(_number(value["resets"]), _number(value["dropped"]), _matching(_SEAL, value["seal"]), events)


def _event_from_json(person: str, value: list[Any]) -> Event:
    id_, reset, kind, counts, moment, boot, milliseconds = value
    if type(counts) is not bool or moment_of(datetime.fromisoformat(moment)) != moment:
        raise ValueError("not a yes or no, or not a moment")
    at = Instant(_matching(_BOOT, boot), _number(milliseconds) / 1000)
    return Event(_matching(_ID, id_), _number(reset), person, Kind(kind), counts, moment, at)


def _milliseconds(at: Instant) -> int:
    # Rounded up: a wait may become longer, never shorter.
    return math.ceil(round(at.seconds * 1000, 3))


_ID = re.compile(r"[0-9a-f]{32}")
_SEAL = re.compile(r"(?:[0-9a-f]{128})?")
_BOOT = re.compile(r"[0-9A-Za-z?-]{1,64}")


def _matching(form: re.Pattern[str], value: Any) -> str:
    if not isinstance(value, str) or not form.fullmatch(value):
        raise ValueError("not a text of its form")
    return value


def _number(value: Any) -> int:
    if type(value) is not int or not 0 <= value <= _HIGHEST:
        raise ValueError("not a number in its range")
    return value
