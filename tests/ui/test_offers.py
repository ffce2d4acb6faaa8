# SPDX-License-Identifier: Apache-2.0
"""What a person may not do is not offered: every button and key of the window, by role."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication

from reviewer_app.services import assignments, memos, vaults
from reviewer_app.ui.case.page import TABS
from tests.desks import cheap_passphrases, make_desk, sign_in
from tests.factories import make_case
from tests.ui.offices import OFFICER, REVIEWER, SUPERVISOR, people_vault, window
from tests.ui.places import says

OFFICERS = {
    "Add a person",
    "Change the vault's keys",
    "Check everything",
    "Destroy this vault",
    *(f"Change {group}" for group in ("session", "sign-in", "passphrases", "access window", "office")),
    *(f"{verb}: {name}" for verb in ("Change roles", "Disable", "Remove") for name in (OFFICER, REVIEWER, SUPERVISOR)),
}
SUPERVISORS = {"Assign people", "Sign Final memo 1"}
CASEWORK = {
    "New case",
    "Attach files",
    "Change tracks",
    "Record a determination",
    "Record a date",
    "Save as draft PDF",
    "Prepare final memo",
    "Save a copy of Final memo 1",
    "Write the first package",
}
OFFICE = {"Change office details"}
EVERYBODY = {"Change passphrase"}
ALL = OFFICERS | SUPERVISORS | CASEWORK | OFFICE | EVERYBODY
OFFERED = {
    OFFICER: OFFICERS - {f"{verb}: {OFFICER}" for verb in ("Change roles", "Disable", "Remove")} | OFFICE | EVERYBODY,
    REVIEWER: CASEWORK | EVERYBODY,
    SUPERVISOR: CASEWORK | SUPERVISORS | OFFICE | EVERYBODY,
}


@pytest.fixture(autouse=True)
def cheap():
    with cheap_passphrases():
        yield


@pytest.fixture(params=OFFERED)
def place(request, qtbot, tmp_path, appearance, tasks):
    """The window of one of them, at a vault with a case that all who can work on it are assigned to."""
    desk = make_desk(tmp_path)
    ids = people_vault(desk)
    case = make_case(desk).id
    memos.keep(desk, case, memos.opening(desk, case), final=True)
    assignments.assign(desk, case, {ids[REVIEWER], ids[SUPERVISOR]})
    there = sign_in(desk, ids[request.param])
    with window(qtbot, there, appearance, tasks) as made:
        yield made
    vaults.leave(there)


def pressable(inside):
    QApplication.processEvents()
    found = [each for each in inside.findChildren(QAbstractButton) if each.isVisibleTo(inside) and each.isEnabled()]
    return {each.accessibleName() for each in found}


def everything(place):
    """What can be pressed on every page, for every person chosen, and on every part of the case."""
    found = set()
    for key in place.shell.side.items:
        place._on_place(key)
        found |= pressable(place.shell.page())
    people = place.administration.people
    place.show_administration("people")
    for person in people.people:
        people.table.select_key(person)
        found |= pressable(people)
    for line in place.docket.lines:
        place.open_case(line.case)
        for kind in TABS:
            place.show_tab(kind.key)
            found |= pressable(place.case)
    return found


def test_each_role_is_offered_its_own_acts_and_no_other(place):
    name = place.desk.person.name
    assert everything(place) & ALL == OFFERED[name]


def test_an_officer_alone_has_no_docket_and_no_key_for_a_case(place):
    is_officer = place.desk.person.name == OFFICER
    place.show_docket()
    keys = {command.keys for command in place.shell.commands}
    assert ({"Ctrl+N", "Ctrl+O", "Ctrl+Shift+N"} <= keys) != is_officer
    assert bool(place.docket.lines) != is_officer
    if is_officer:
        assert says(place.docket, "Cases are for reviewers and supervisors")
        QTest.keyClick(place.shell, Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier)
        assert QApplication.activeModalWidget() is None
        for each in place.docket.findChildren(QAbstractButton):
            if each.isVisibleTo(place.docket) and each.accessibleName() == "Show the people":
                each.click()
        assert place.shell.page() is place.administration.people
