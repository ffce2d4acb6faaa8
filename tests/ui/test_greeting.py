# SPDX-License-Identifier: Apache-2.0
"""What somebody reads who has just signed in: the last time, and failures since, wherever the window opens (AC-9)."""

import json
from datetime import timedelta

import pytest
from PySide6.QtWidgets import QApplication

from reviewer_app.errors import WrongPassphrase
from reviewer_app.services import preferences, vaults
from reviewer_app.services.door import look
from reviewer_app.ui.widgets.strips import Alert
from reviewer_app.ui.workplace import Workplace
from tests.desks import PASSPHRASE, PERSON, SteadyClock, cheap_passphrases, make_desk
from tests.factories import make_case
from tests.ui.places import says

REFUSED = "2 refused tries to sign in as you"


@pytest.fixture
def clock():
    return SteadyClock()


@pytest.fixture
def desk(tmp_path, clock):
    """Somebody who comes back after five hours, in which somebody else tried twice."""
    first = make_desk(tmp_path, clock=clock)
    make_case(first)
    vaults.leave(first)
    clock.moment += timedelta(hours=5)
    door = look(first.vault.folder)
    with cheap_passphrases():
        for _ in range(2):
            with pytest.raises(WrongPassphrase):
                vaults.unlock(door, door.people[0].id, "not the passphrase", warm=False, clock=clock)
        made = vaults.unlock(door, door.people[0].id, PASSPHRASE, warm=False, clock=clock)
    yield made
    vaults.leave(made)


@pytest.fixture
def new_desk(tmp_path):
    made = make_desk(tmp_path)
    yield made
    vaults.leave(made)


@pytest.fixture
def open_window(qapp, appearance, tasks):
    """Opens the window of somebody; it ends before the vault is left."""
    made = []

    def start(desk):
        made.append(Workplace(desk, appearance, tasks))
        made[-1].shell.resize(1440, 900)
        made[-1].shell.show()
        made[-1].start()
        return made[-1]

    yield start
    for place in made:
        place.end()


def test_the_status_line_says_the_last_sign_in_beside_the_person(desk, open_window):
    shell = open_window(desk).shell
    assert shell.person.text() == f"{PERSON} · last sign-in 23 Nov 2026 10:40 EST" and shell.person.isVisible()


def test_it_says_that_it_is_the_first_one(new_desk, open_window):
    assert says(open_window(new_desk).shell, "first sign-in")


@pytest.mark.parametrize("page", ["docket", "case", "vault", "people", "policy", "journal"])
def test_failures_are_told_wherever_the_window_opens(desk, open_window, page):
    (line,) = (record for record in desk.vault.docket())
    left = {"docket": {"filter": "", "view": 0, "sort": [7, False], "row": ""}, "page": page}
    preferences.remember(desk, "place", json.dumps({**left, "case": line.case, "tab": "notes"}))
    place = open_window(desk)
    QApplication.processEvents()
    told = [alert.text for alert in place.shell.findChildren(Alert) if alert.isVisible()]
    assert sum(text.startswith(REFUSED) for text in told) == 1
    place.show_docket()
    assert says(place.shell, REFUSED)
