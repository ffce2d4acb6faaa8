# SPDX-License-Identifier: Apache-2.0
"""The copies of the count of refused sign-ins: read together, and replaced one after the other."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from reviewer_app.errors import VaultError
from reviewer_app.vault.attemptform import (
    BESIDE_DAMAGED,
    COPIES,
    LONGEST,
    LOST,
    Damaged,
    Event,
    State,
    Tally,
    fitted,
    from_bytes,
    join,
)
from reviewer_app.vault.files import fault, faults_named, is_plain, move_into_place, open_plain, write_synced
from reviewer_app.vault.lock import turn
from reviewer_app.vault.place import begin_folder
from reviewer_app.vault.uptime import Instant

LOCK = "attempts.lock"
NO_FILE = frozenset({errno.ELOOP, errno.EISDIR, errno.ENXIO, errno.ENOTDIR})
"""A link, a folder or a device in a copy's place."""


class Seen(NamedTuple):
    """What all whole copies say together, the names of the others, and the system's refusal where nothing else was
    found."""

    state: State
    flawed: frozenset[str]
    refused: VaultError | None


class Copies:
    """`attempts.a` and `attempts.b` in the vault's folder, and one more elsewhere that is best effort only."""

    def __init__(self, folder: Path, vault: str, beside: Path | None, *, expected: bool) -> None:
        """`expected`: the vault must have them."""
        self._folder, self._vault, self._expected = folder, vault, expected
        self._beside = beside / vault if beside else None

    def read(self) -> Seen:
        """Reads every copy and writes nothing. Raises NewerVault."""
        whole: dict[str, State] = {}
        flaws: dict[str, str] = {}
        refused: VaultError | None = None
        for name in COPIES:
            try:
                whole[name] = _read_copy(self._folder / name, self._vault)
            except FileNotFoundError:
                flaws[name] = "missing"
            except Damaged:
                flaws[name] = "damaged"
            except OSError as error:
                flaws[name], refused = "damaged", fault(error, "read", name)
        state, told = self._with_beside(whole)
        if LOST not in told:
            refused = None
        older = {name for name, copy in whole.items() if copy.generation < state.generation}
        if whole and all(_lacks(copy, state) for copy in whole.values()):  # they were put back, together
            older = set(whole)
        flaws |= dict.fromkeys(older, "older")
        if self._expected:
            told |= {f"{name} was {flaw}" for name, flaw in flaws.items()}
            state = state._replace(flaws=state.flaws | told)
        return Seen(state, frozenset(flaws), refused)

    def _with_beside(self, whole: dict[str, State]) -> tuple[State, set[str]]:
        """All copies joined, and what is wrong that concerns no copy in the folder."""
        copies, told = list(whole.values()), set()
        if self._beside:
            try:
                copies.append(_read_copy(self._beside, self._vault))
            except Damaged:
                told.add(BESIDE_DAMAGED)
            except OSError:
                pass  # it was never promised
        if not copies:
            told.add(LOST)
        state = State()
        for copy in copies:
            state = join(state, copy)
        return state, told

    @contextmanager
    def writing(self) -> Iterator[Seen]:
        """What the copies say, while no other program changes it.

        What the system refuses to show is not replaced: raises NoPermission or DiskFailed, and VaultInUse, NoSpace.
        """
        with turn(self._folder / LOCK):
            seen = self.read()
            if seen.refused:
                raise seen.refused
            yield seen

    def write(self, state: State, seen: Seen, now: Instant) -> None:
        """Replaces each copy, a flawed one first; returns when the disk has at least one in the vault's folder.

        Raises NoSpace, NoPermission or DiskFailed when it has neither.
        """
        data = fitted(state, self._vault, now)
        from_bytes(data, self._vault)  # what could not be read again is a bug, and never replaces a copy
        refused = []
        for name in sorted(COPIES, key=lambda name: name not in seen.flawed):
            try:
                _put(self._folder / name, data)
            except VaultError as error:
                refused.append(error)
        if len(refused) == len(COPIES):
            raise refused[0]
        if self._beside:
            with suppress(VaultError, OSError):
                if not self._beside.parent.exists():
                    begin_folder(self._beside.parent)
                _put(self._beside, data)


def _lacks(copy: State, state: State) -> bool:
    """Whether a copy lacks an event that holds: the copy beside the vault still has it."""
    parts = ((copy.of(person), tally) for person, tally in state.people.items())
    return any(own.resets == tally.resets and not _holding(tally) <= set(own.events) for own, tally in parts)


def _holding(tally: Tally) -> set[Event]:
    """Without what was taken back: a kill before the copy beside the vault was written leaves it there."""
    return {event for event in tally.events if event.reset >= tally.resets}


def _read_copy(path: Path, vault: str) -> State:
    """Raises FileNotFoundError, Damaged, NewerVault, or OSError for what the system refuses to show."""
    try:
        with open_plain(path) as file:
            if not is_plain(file.fileno()):
                raise Damaged
            data = file.read(LONGEST + 1)
    except OSError as error:
        if error.errno in NO_FILE:
            raise Damaged from error
        raise
    return from_bytes(data, vault)


def _put(path: Path, data: bytes) -> None:
    """Replaces one copy in one step; returns when the disk has it."""
    new = path.with_name(f"{path.name}.new")
    with faults_named("write", path.name):
        try:
            write_synced(new, data)
            move_into_place(new, path)
        finally:
            with suppress(OSError):
                new.unlink(missing_ok=True)
