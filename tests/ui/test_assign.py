# SPDX-License-Identifier: Apache-2.0
"""Who works on a case: a supervisor chooses, and the docket of everybody else follows at the next look."""

import pytest

from reviewer_app.services import assignments, docket, vaults
from reviewer_app.ui.case.overview import OverviewTab
from reviewer_app.ui.dialogs.assign import AssignDialog
from tests.desks import PERSON, add_colleague, cheap_passphrases, make_desk, sign_in
from tests.factories import make_case
from tests.ui.offices import OFFICER, REVIEWER, SUPERVISOR, cancel, in_turn, people_vault, window
from tests.ui.places import TabPlace, press, says


@pytest.fixture(autouse=True)
def cheap():
    with cheap_passphrases():
        yield


@pytest.fixture
def given(tmp_path):
    """A desk whose case its maker works on, and everybody's id."""
    desk = make_desk(tmp_path)
    return desk, people_vault(desk), make_case(desk)


@pytest.fixture
def open_overview(shell, tasks):
    def made(desk, case):
        place = TabPlace(shell, desk, tasks, case.id)
        return place, place.show(OverviewTab)

    return made


def choosing(*names):
    def act(dialog):
        assert isinstance(dialog, AssignDialog)
        for tick in dialog.ticks.values():
            tick.setChecked(tick.accessibleName() in names)
        press(dialog, "Assign")

    return act


def seen(desk):
    return [line.number for line in docket.lines(desk)]


def test_caseworkers_are_offered_and_who_is_assigned_is_ticked(given, open_overview, problems):
    desk, _, case = given
    _, tab = open_overview(desk, case)

    def look(dialog):
        assert {tick.accessibleName(): tick.isChecked() for tick in dialog.ticks.values()} == {
            PERSON: True,
            REVIEWER: False,
            SUPERVISOR: False,
        }
        assert problems(dialog) == [] and says(dialog, f"Who works on {case.number}?")
        cancel(dialog)

    in_turn(lambda: press(tab, "Assign people"), look)
    assert OFFICER not in tab.file.assignees
    vaults.leave(desk)


def test_a_supervisor_assigns_and_the_page_and_the_journal_say_so(given, open_overview):
    desk, ids, case = given
    _, tab = open_overview(desk, case)
    in_turn(lambda: press(tab, "Assign people"), choosing(PERSON, REVIEWER))
    assert set(tab.file.assignees) == {PERSON, REVIEWER} and says(tab.side, REVIEWER)
    entry = desk.vault.entries(case.id)[0]
    assert (entry.verb, entry.subject) == (assignments.ASSIGNED, ids[REVIEWER])
    vaults.leave(desk)


def test_the_button_keeps_its_focus_when_the_page_is_shown_anew(given, open_overview, shell, qtbot):
    desk, _, case = given
    _, tab = open_overview(desk, case)
    shell.activateWindow()
    qtbot.waitUntil(shell.isActiveWindow)
    in_turn(lambda: press(tab, "Assign people"), choosing(REVIEWER))
    assert shell.focusWidget().accessibleName() == "Assign people"
    vaults.leave(desk)


def test_a_supervisor_who_takes_everybody_off_still_sees_the_case(given, open_overview):
    desk, _, case = given
    place, tab = open_overview(desk, case)
    in_turn(lambda: press(tab, "Assign people"), choosing())
    assert tab.file.assignees == () and seen(desk) == [case.number] and place.errors == []
    vaults.leave(desk)


def test_a_reviewer_who_is_taken_off_loses_the_case_at_the_next_look(given, qtbot, appearance, tasks):
    desk, ids, case = given
    assignments.assign(desk, case.id, {ids[REVIEWER]})
    there = sign_in(desk, ids[REVIEWER])
    assert seen(there) == [case.number]
    back = sign_in(there, ids[SUPERVISOR])
    assert seen(back) == [case.number]
    assignments.assign(back, case.id, set())
    again = sign_in(back, ids[REVIEWER])
    with window(qtbot, again, appearance, tasks) as place:
        place.show_docket()
        assert place.docket.lines == [] and says(place.docket, "No case of yours yet")
    vaults.leave(again)


def test_a_reviewer_is_not_offered_to_assign(given, open_overview):
    desk, ids, case = given
    assignments.assign(desk, case.id, {ids[REVIEWER]})
    there = sign_in(desk, ids[REVIEWER])
    _, tab = open_overview(there, case)
    with pytest.raises(AssertionError, match="no button"):
        press(tab, "Assign people")
    vaults.leave(there)


def test_long_names_stand_in_two_lines_and_keep_their_name(given, open_overview):
    desk, _, case = given
    long = "O'Neill-de la Cruz Santamaría y Fernández de Córdoba"
    add_colleague(desk, long)
    _, tab = open_overview(desk, case)

    def look(dialog):
        tick = next(each for each in dialog.ticks.values() if each.accessibleName() == long)
        assert "\n" in tick.text() and tick.width() >= tick.minimumSizeHint().width()
        cancel(dialog)

    in_turn(lambda: press(tab, "Assign people"), look)
    vaults.leave(desk)
