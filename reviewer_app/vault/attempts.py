# SPDX-License-Identifier: Apache-2.0
"""The count of refused sign-ins, read and written before a vault is unlocked (V-222432, AC-7). Loads little.

It stops guessing at the keyboard. Whoever may write in the vault's folder can take every copy away: that is not
prevented, only told at the next unlock. Format: docs/formats.md, “Attempts”.
"""

import hmac
import math
from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from reviewer_app.domain.canonical import canonical, new_id
from reviewer_app.vault.attemptcopies import Copies
from reviewer_app.vault.attemptform import LOST, Event, Kind, State, Tally, moment_of, united
from reviewer_app.vault.uptime import Instant, elapsed, instant

__all__ = ["Attempts", "Event", "Found", "Kind", "Known", "Limits", "Reserved", "Standing"]

OLDER = "it was older than the vault knows"
FORGED = "failures were taken back by another hand"


class Limits(NamedTuple):
    """How many failures within how many seconds lock a person, and for how many; None: until somebody ends it."""

    attempts: int
    window: float
    lasts: float | None


class Standing(NamedTuple):
    """Whether a person is locked, failures since the last success, tries left, and seconds until the lock ends by
    itself (None: it does not, or there is none)."""

    locked: bool
    failures: int
    left: int
    ends_in: float | None

    @property
    def how(self) -> str:
        """How the lock ends, after “The lock ends”."""
        if self.ends_in is None:
            return "when an officer or the recovery key ends it"
        minutes = math.ceil(self.ends_in / 60)
        return f"in {minutes} minute{'' if minutes == 1 else 's'}, or when an officer or the recovery key ends it"


class Reserved(NamedTuple):
    """How the person stood before the try, and the id of the failure written for it, "" when there may be none."""

    standing: Standing
    event: str


class Known(NamedTuple):
    """What the vault keeps of the last settling: the count's generation, each person's resets, and the ids of the
    events that stand in its journal."""

    generation: int = 0
    resets: Mapping[str, int] = MappingProxyType({})
    journaled: frozenset[str] = frozenset()


class Found(NamedTuple):
    """What an unlocked vault is told: what does not fit, as parts of a sentence; the people whose failures another
    hand took back; events that are not in the journal; how many more were too many to keep; and what the vault keeps
    together with their entries."""

    told: tuple[str, ...]
    forged: tuple[str, ...]
    events: tuple[Event, ...]
    dropped: int
    known: Known


class Attempts:
    """The count of one vault, in two copies in its folder and, best effort, one `beside` it in the account's folder."""

    def __init__(
        self,
        folder: Path,
        vault: str,
        *,
        beside: Path | None = None,
        expected: bool = True,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        instant: Callable[[], Instant] = instant,
    ) -> None:
        """`expected`: the vault must have a count. When no copy can be read then, everyone has one try."""
        self._copies, self._vault = Copies(folder, vault, beside, expected=expected), vault
        self._now, self._instant = now, instant

    # --- before unlock ---

    def standing(self, person: str, limits: Limits) -> Standing:
        """How the person stands now; writes nothing and raises nothing but NewerVault."""
        return judged(self._copies.read().state, person, limits, self._instant())

    def reserve(self, person: str, limits: Limits) -> Reserved:
        """Counts a wrong passphrase before it is tried, so that a kill during the derivation counts too.

        SECURITY: the try may be made when the standing is not locked and this has returned: the failure is on the
        disk then. A right passphrase takes it back by `settle`. Raises NoSpace, NoPermission, DiskFailed, VaultInUse.
        """
        with self._copies.writing() as seen:
            now = self._instant()
            before = judged(seen.state, person, limits, now)
            tally = seen.state.of(person)
            event = self._event(person, tally, Kind.WRONG_PASSPHRASE, now)
            if not before.locked:
                tally = _with(tally, event)
            elif _lock_left(tally, limits, now) > 0:
                return Reserved(before, "")
            self._copies.write(self._locked_if_due(seen.state.replaced(person, tally), person, limits, now), seen, now)
        return Reserved(before, "" if before.locked else event.id)

    def take_back(self, person: str, event: str) -> None:
        """Takes a reserved failure back, and the lock it led to: the passphrase was right, and something else stood in the
        way. Raises as `reserve` does."""
        with self._copies.writing() as seen:
            tally = seen.state.of(person)
            mine = {each.at for each in tally.events if each.id == event}
            kept = [each for each in tally.events if each.at not in mine]
            state = seen.state.replaced(person, tally._replace(events=united(kept)))
            self._copies.write(state, seen, self._instant())

    def failed(self, person: str, kind: Kind, limits: Limits) -> Standing:
        """Counts one failure, locked or not; it is on the disk when this returns. Raises as `reserve` does."""
        with self._copies.writing() as seen:
            now = self._instant()
            tally = seen.state.of(person)
            state = seen.state.replaced(person, _with(tally, self._event(person, tally, kind, now)))
            state = self._locked_if_due(state, person, limits, now)
            self._copies.write(state, seen, now)
        return judged(state, person, limits, now)

    def note(self, person: str, kind: Kind) -> None:
        """Keeps an event that is no failure, for the journal. Raises as `reserve` does."""
        with self._copies.writing() as seen:
            now = self._instant()
            tally = seen.state.of(person)
            event = self._event(person, tally, kind, now)._replace(counts=False)
            self._copies.write(seen.state.replaced(person, _with(tally, event)), seen, now)

    # --- after unlock ---

    def examine(self, key: bytes, known: Known) -> Found:
        """What the journal has to be told; `key` is `Keychain.attempts_key`. Writes nothing.

        Events of a reset that the vault knows stand in the journal, whatever an older copy brings back.
        """
        state = self._copies.read().state
        told = set(state.flaws)
        is_older = any(state.of(person).resets < resets for person, resets in known.resets.items())
        if LOST not in told and (is_older or state.generation < known.generation):
            told.add(OLDER)
        forged = tuple(sorted(person for person in state.people if not self._is_genuine(key, state, person, known)))
        if forged:
            told.add(FORGED)
        everything = [event for tally in state.people.values() for event in tally.events]
        new = {event.id: event for event in everything if _is_new(event, known)}
        known = known._replace(journaled=known.journaled.union(event.id for event in everything))
        dropped = sum(tally.dropped for tally in state.people.values())
        events = tuple(sorted(new.values(), key=lambda event: event.moment))
        return Found(tuple(sorted(told)), forged, events, dropped, known)

    def settle(self, key: bytes, known: Known, *, ended: Collection[str] = ()) -> Known:
        """Takes back the failures and locks of `ended`, who signed in or whom an officer or the recovery key released.

        First comes `examine`, and the journal with what it found; `known` is what that answered. Every copy is
        written anew and every reset sealed anew, for the key changes with the epoch. Returns what the vault keeps
        from now on. Raises as `reserve` does.
        """
        with self._copies.writing() as seen:
            people = {
                person: self._settled(key, seen.state, person, known, is_ended=person in ended)
                for person in sorted({*seen.state.people, *known.resets, *ended})
            }
            state = State(known.generation + 1, frozenset(), people)
            self._copies.write(state, seen, self._instant())
        return Known(
            state.generation,
            {person: tally.resets for person, tally in people.items() if tally.resets},
            known.journaled & {event.id for tally in people.values() for event in tally.events},
        )

    def _settled(self, key: bytes, state: State, person: str, known: Known, *, is_ended: bool) -> Tally:
        tally, resets = state.of(person), known.resets.get(person, 0)
        if self._is_genuine(key, state, person, known):
            resets = max(resets, tally.resets)
        ends = resets + is_ended
        kept = []
        for event in tally.events:
            # What was written under a reset that nobody made counts since the last true one.
            since = min(event.reset, resets)
            if since >= ends:
                kept.append(event._replace(reset=since))
            elif _is_new(event, known):
                # It came between `examine` and now: it stays for the journal, and no longer counts.
                kept.append(event._replace(reset=ends, counts=False))
        dropped = 0 if is_ended else tally.dropped
        return Tally(ends, dropped, self._seal(key, person, ends), united(kept))

    def _is_genuine(self, key: bytes, state: State, person: str, known: Known) -> bool:
        """Whether the vault knows of the person's last reset, or its seal fits."""
        tally = state.of(person)
        return tally.resets <= known.resets.get(person, 0) or hmac.compare_digest(
            self._seal(key, person, tally.resets), tally.seal
        )

    def _seal(self, key: bytes, person: str, resets: int) -> str:
        return hmac.digest(key, canonical([self._vault, person, resets]).encode(), "sha512").hex() if resets else ""

    # --- events ---

    def _event(self, person: str, tally: Tally, kind: Kind, at: Instant) -> Event:
        return Event(new_id(), tally.resets, person, kind, True, moment_of(self._now()), at)

    def _locked_if_due(self, state: State, person: str, limits: Limits, now: Instant) -> State:
        """With the lock as an event of its own, so that it outlasts the failures that led to it."""
        tally = state.of(person)
        if not judged(state, person, limits, now).locked or _lock_left(tally, limits, now) > 0:
            return state
        return state.replaced(person, _with(tally, self._event(person, tally, Kind.LOCKED, now)))


# --- rules ---------------------------------------------------------------------------------------------------------


def judged(state: State, person: str, limits: Limits, now: Instant) -> Standing:
    """How a person stands by the rule; the wall clock has no part in it."""
    tally = state.of(person)
    presumed = limits.attempts - 1 if LOST in state.flaws else 0
    ages = sorted(elapsed(event.at, now) for event in tally.current if event.kind != Kind.LOCKED)
    recent = [age for age in ages if age < limits.window]
    left = limits.attempts - presumed - len(recent)
    wait = _lock_left(tally, limits, now)
    if left <= 0:
        # Without a lock written for it, as after two counts were joined: until enough of them are old.
        ends = limits.window - recent[limits.attempts - presumed - 1]
        wait = max(wait, math.inf if limits.lasts is None else ends)
    locked = wait > 0
    ends_in = wait if locked and limits.lasts is not None else None
    return Standing(locked, presumed + len(ages), 0 if locked else left, ends_in)


def _lock_left(tally: Tally, limits: Limits, now: Instant) -> float:
    """Seconds that the person's newest lock has to run, 0 when there is none."""
    locks = [elapsed(event.at, now) for event in tally.current if event.kind == Kind.LOCKED]
    if not locks:
        return 0.0
    return math.inf if limits.lasts is None else max(0.0, limits.lasts - min(locks))


def _with(tally: Tally, event: Event) -> Tally:
    return tally._replace(events=united(tally.events, (event,)))


def _is_new(event: Event, known: Known) -> bool:
    return event.id not in known.journaled and event.reset >= known.resets.get(event.person, 0)
