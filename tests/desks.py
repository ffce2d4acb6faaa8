# SPDX-License-Identifier: Apache-2.0
"""A small practice vault for tests: real in everything but the cost of its passphrase."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from unittest import mock

import pytest

from reviewer_app.domain.people import Person, Role
from reviewer_app.policy import Policy, practice_policy
from reviewer_app.services import vaults
from reviewer_app.services.acts import ACTS
from reviewer_app.services.desk import Confirmation, Desk, Grant
from reviewer_app.services.door import look
from reviewer_app.vault import credentials, slots
from reviewer_app.vault.credentials import NewPerson
from tests.factories import at

PERSON = "R. Ibarra"
PASSPHRASE = "practice passphrase"
ROUNDS = 1_000
NOW = at(2026, 11, 23, 10, 40)


@contextmanager
def cheap_passphrases() -> Iterator[None]:
    """SECURITY: only tests lower the floor of the rounds; the program's own is tested with the slots."""
    with mock.patch.object(credentials, "FLOOR", ROUNDS), mock.patch.object(slots, "calibrate", lambda: ROUNDS):
        yield


class SteadyClock:
    """A clock that goes on by one second at each look."""

    def __init__(self, start: datetime = NOW) -> None:
        self.moment = start

    def __call__(self) -> datetime:
        self.moment += timedelta(seconds=1)
        return self.moment


def make_desk(
    folder: Path, policy: Policy | None = None, clock: SteadyClock | None = None, passphrase: str = PASSPHRASE
) -> Desk:
    """A new vault in a folder, open; close it with `vaults.leave`."""
    with cheap_passphrases():
        made = vaults.create(
            folder / "Test.vault",
            person=PERSON,
            passphrase=passphrase,
            policy=policy or practice_policy(),
            rounds=ROUNDS,
            warm=False,
            clock=clock or SteadyClock(),
        )
    vaults.recovery_kept(made.desk, made.recovery_key, made.recovery_key)
    return made.desk


COLLEAGUE, COLLEAGUES_PASSPHRASE = "T. Lindqvist", "a colleague's passphrase"


def add_colleague(desk: Desk, name: str = COLLEAGUE, roles: Collection[Role] = tuple(Role)) -> str:
    """One more person of the vault, who has chosen a passphrase already; the person's id."""
    new = NewPerson(name, tuple(roles), COLLEAGUES_PASSPHRASE)
    with cheap_passphrases():
        file = slots.SlotFile.read(desk.vault.folder)
        file.add_person(desk.opened, new, rounds=ROUNDS, now=desk.clock())
        desk.keep_slots(file)
    with desk.vault.record("person added", person=desk.person.id, subject=new.id) as tx:
        tx.create(Person(id=new.id, name=name))
    return new.id


def leave_for(desk: Desk, verb: str, case: str | None = None, about: str | None = None) -> Grant:
    """Leave for an act that asks for passphrases; a colleague stands in where it needs a second person."""
    own = Confirmation(desk, desk.person.id, desk.roles, desk.clock())
    act, others = ACTS[verb], desk.seconds(verb, about)
    if act.second and not others and not desk.may_alone(verb):
        add_colleague(desk)
        others = desk.seconds(verb, about)
    second = Confirmation(desk, others[0][0], frozenset(Role), desk.clock()) if act.second and others else None
    return desk.allow(verb, case=case, about=about, own=own, second=second)


def sign_in(desk: Desk, person: str, passphrase: str = COLLEAGUES_PASSPHRASE) -> Desk:
    """Leaves this desk, and another person takes a seat at the same vault."""
    folder, clock = desk.vault.folder, desk.clock
    vaults.leave(desk)
    with cheap_passphrases():
        return vaults.unlock(look(folder), person, passphrase, warm=False, clock=clock)


def open_desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """One vault for the tests of a module, each of which makes a case of its own."""
    made = make_desk(tmp_path_factory.mktemp("vault"))
    yield made
    vaults.leave(made)
