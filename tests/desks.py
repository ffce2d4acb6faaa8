# SPDX-License-Identifier: Apache-2.0
"""A small practice vault for tests: real in everything but the cost of its passphrase."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from unittest import mock

import pytest

from reviewer_app.policy import Policy, practice_policy
from reviewer_app.services import vaults
from reviewer_app.services.desk import Desk
from reviewer_app.vault import credentials, slots
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


def make_desk(folder: Path, policy: Policy | None = None, clock: SteadyClock | None = None) -> Desk:
    """A new vault in a folder, open; close it with `vaults.leave`."""
    with cheap_passphrases():
        made = vaults.create(
            folder / "Test.vault",
            person=PERSON,
            passphrase=PASSPHRASE,
            policy=policy or practice_policy(),
            rounds=ROUNDS,
            warm=False,
            clock=clock or SteadyClock(),
        )
    return made.desk


def open_desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """One vault for the tests of a module, each of which makes a case of its own."""
    made = make_desk(tmp_path_factory.mktemp("vault"))
    yield made
    vaults.leave(made)
