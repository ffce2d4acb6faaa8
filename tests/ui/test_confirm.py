# SPDX-License-Identifier: Apache-2.0
"""The passphrase again, and a second person's: beside the right field, for the right person, and never a guess more."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from reviewer_app.domain.people import Role
from reviewer_app.errors import NoSpace
from reviewer_app.services import confirming, packages, people, vaults
from reviewer_app.ui.dialogs.confirm import Asked, ConfirmDialog
from reviewer_app.ui.tasks import TaskRunner
from tests.desks import (
    COLLEAGUES_PASSPHRASE,
    PASSPHRASE,
    PERSON,
    add_colleague,
    cheap_passphrases,
    make_desk,
)
from tests.factories import make_case
from tests.ui.offices import OFFICER, REVIEWER, SUPERVISOR, WRONG, desk_as, guess, people_vault
from tests.ui.places import press, says

DISABLE = "Disable N. Reviewer"


@pytest.fixture(autouse=True)
def cheap():
    with cheap_passphrases():
        yield


@pytest.fixture
def desk(tmp_path):
    made = make_desk(tmp_path)
    yield made
    vaults.leave(made)


@pytest.fixture
def ids(desk):
    return people_vault(desk)


@pytest.fixture
def ask(shell, desk, tasks, qtbot):
    """Opens the dialog without waiting for its answer."""

    def made(verb, *, about=None, case=None, with_tasks=None, **said):
        dialog = ConfirmDialog(shell, desk, with_tasks or tasks, Asked(verb, "Do it", "Do it", case, about, **said))
        dialog.show()
        dialog.activateWindow()
        qtbot.waitUntil(dialog.isActiveWindow)
        return dialog

    return made


def fill(dialog, own=PASSPHRASE, second=None, who=None):
    dialog.own.line.setText(own)
    if who:
        dialog.people.setCurrentText(who)
    if second is not None:
        dialog.second.line.setText(second)


def test_ones_own_passphrase_gives_leave_for_this_act_alone(ask, desk, ids, problems):
    dialog = ask(people.OFF, about=ids[REVIEWER], effect="What it means.")
    assert says(dialog, "Do it?") and says(dialog, "What it means.") and not dialog.second.isVisible()
    assert problems(dialog) == [] and not dialog.go.isEnabled()
    fill(dialog)
    QTest.keyClick(dialog.own.line, Qt.Key.Key_Return)
    assert not dialog.isVisible() and dialog.grant.verb == people.OFF and dialog.grant.second is None
    with pytest.raises(ValueError, match="another act"):
        desk.require(dialog.grant, people.ON)
    assert dialog.own.text() == ""


def test_a_second_person_is_chosen_by_a_person_and_types_their_own(ask, desk, ids, problems):
    add_colleague(desk, "Q. Officer", (Role.OFFICER,))
    dialog = ask(people.GIVEN, about=ids[REVIEWER])
    assert problems(dialog) == []
    assert dialog.people.currentIndex() == -1  # nobody's count grows by an oversight
    fill(dialog, second=COLLEAGUES_PASSPHRASE)
    assert not dialog.go.isEnabled()
    fill(dialog, who=OFFICER)
    press(dialog, "Do it")
    assert dialog.grant.second == ids[OFFICER]


def test_enter_walks_to_what_is_missing_and_agrees_at_the_end(ask, desk, ids):
    add_colleague(desk, "Q. Officer", (Role.OFFICER,))
    dialog = ask(people.GIVEN, about=ids[REVIEWER])
    fill(dialog)
    QTest.keyClick(dialog.own.line, Qt.Key.Key_Return)
    assert dialog.people.hasFocus() and dialog.isVisible()
    dialog.people.setCurrentIndex(0)
    QTest.keyClick(dialog.own.line, Qt.Key.Key_Return)
    assert dialog.second.line.hasFocus()
    dialog.second.line.setText(COLLEAGUES_PASSPHRASE)
    QTest.keyClick(dialog.second.line, Qt.Key.Key_Return)
    assert dialog.grant


@pytest.mark.parametrize("about", [None, OFFICER])
def test_neither_oneself_nor_the_person_concerned_can_be_the_second(ask, desk, ids, about):
    add_colleague(desk, "Q. Officer", (Role.OFFICER,))
    dialog = ask(people.GIVEN, about=ids[about] if about else None)
    found = {name for _, name in dialog.wanted.seconds}
    assert PERSON not in found and REVIEWER not in found and (about is None) == (OFFICER in found)


def test_ones_own_passphrase_in_the_second_field_is_told_there(ask, desk, ids):
    dialog = ask(people.GIVEN, about=ids[REVIEWER])
    fill(dialog, second=PASSPHRASE)  # the one person who could be second is S. Officer
    dialog.accept()
    assert OFFICER in dialog.second_entry.error.text() and dialog.own_entry.error.text() == ""
    assert dialog.isVisible() and dialog.grant is None


@pytest.mark.parametrize(
    ("own", "second", "wrong"),
    [(WRONG, COLLEAGUES_PASSPHRASE, "own"), (PASSPHRASE, WRONG, "second"), (WRONG, WRONG, "own")],
)
def test_a_wrong_passphrase_is_told_beside_its_field_with_its_code(ask, ids, own, second, wrong):
    dialog = ask(people.GIVEN, about=ids[REVIEWER])
    fill(dialog, own, second)
    dialog.accept()
    entries = {"own": dialog.own_entry, "second": dialog.second_entry}
    assert {name for name, entry in entries.items() if entry.error.text()} == {wrong}
    assert "V-106" in entries[wrong].error.text() and dialog.code == "V-106"
    line = entries[wrong].widget.line
    assert line.hasFocus() and line.selectedText()
    QTest.keyClick(line, Qt.Key.Key_X)
    assert entries[wrong].error.text() == ""


def test_the_tries_that_are_left_are_told(ask, ids):
    dialog = ask(people.OFF, about=ids[REVIEWER])
    fill(dialog, WRONG)
    for told in ("2 more tries are left before a lock", "One more try is left before a lock"):
        dialog.accept()
        assert told in dialog.own_entry.error.text()


def test_guessing_at_an_open_desk_locks_the_vault(ask, desk, ids, shell, qtbot):
    dialog = ask(people.OFF, about=ids[REVIEWER])
    with qtbot.waitSignal(shell.lock_asked):
        for _ in range(3):
            fill(dialog, WRONG)
            dialog.accept()
    assert not dialog.isVisible() and dialog.grant is None and dialog.own.text() == ""


def test_a_second_person_who_is_locked_locks_nobody_elses_desk(ask, desk, ids, shell, qtbot):
    guess(desk, ids[OFFICER])
    dialog = ask(people.GIVEN, about=ids[REVIEWER])
    with qtbot.assertNotEmitted(shell.lock_asked):
        fill(dialog, second=COLLEAGUES_PASSPHRASE)
        dialog.accept()
    assert "locked after too many wrong passphrases" in dialog.second_entry.error.text() and dialog.isVisible()


def test_who_has_to_choose_a_passphrase_first_is_no_second_person(ask, desk, ids):
    typed = [(desk.person.id, PASSPHRASE), (ids[OFFICER], COLLEAGUES_PASSPHRASE)]
    people.add(desk, "Q. Officer", (Role.OFFICER,), confirming.grant(desk, people.ADDED, typed))
    dialog = ask(people.GIVEN, about=ids[REVIEWER])
    assert [name for _, name in dialog.wanted.seconds] == [OFFICER]


def test_without_anybody_who_could_be_second_nothing_is_asked_for(ask, desk, problems):
    case = make_case(desk).id  # the one supervisor is the person at the desk
    dialog = ask(packages.WRITTEN, case=case)
    assert says(dialog, "needs a supervisor beside you") and says(dialog, "J-203")
    assert not dialog.own.isVisible() and not dialog.second.isVisible() and not dialog.go.isEnabled()
    assert problems(dialog) == []
    press(dialog, "Cancel")
    assert dialog.grant is None


def test_the_first_officer_acts_alone_while_nobody_else_could_be_second(ask, desk):
    dialog = ask(people.ADDED)
    assert not dialog.second.isVisible()
    fill(dialog)
    press(dialog, "Do it")
    assert dialog.grant.second is None


def test_what_cannot_be_taken_back_is_not_done_by_enter(ask, ids):
    dialog = ask("keys changed", about=ids[REVIEWER], dangerous=True)
    fill(dialog, second=COLLEAGUES_PASSPHRASE)
    QTest.keyClick(dialog.second.line, Qt.Key.Key_Return)
    assert dialog.isVisible() and dialog.grant is None
    press(dialog, "Do it")
    assert dialog.grant


def test_while_it_is_proved_nothing_is_taken_twice_and_the_dialog_stays(ask, ids, qtbot):
    runner = TaskRunner()
    dialog = ask(people.OFF, about=ids[REVIEWER], with_tasks=runner)
    fill(dialog)
    dialog.accept()
    dialog.accept()
    dialog.reject()
    assert dialog.isVisible() and not dialog.own.isEnabled() and not dialog.go.isEnabled()
    qtbot.waitUntil(lambda: not dialog.isVisible())
    assert dialog.grant
    runner.close()


def test_another_failure_is_told_and_leaves_the_act_undone(ask, ids, monkeypatch):
    def full(*_said, **_more):
        raise NoSpace(needed="4 MB")

    dialog = ask(people.OFF, about=ids[REVIEWER])
    monkeypatch.setattr(confirming, "confirm", full)
    fill(dialog)
    dialog.accept()
    assert "V-115" in dialog.own_entry.error.text() and dialog.grant is None


def test_nothing_typed_stays_in_a_closed_dialog(ask, ids):
    dialog = ask(people.GIVEN, about=ids[REVIEWER])
    fill(dialog, "heron weir lantern", "otter bridge quartz")
    press(dialog, "Show: Your passphrase")
    press(dialog, "Cancel")
    assert (dialog.own.text(), dialog.second.text()) == ("", "") and not dialog.own.line.isUndoAvailable()


def test_a_supervisor_stands_in_for_a_package_that_a_reviewer_writes(shell, tasks, tmp_path):
    there, ids = desk_as(tmp_path, REVIEWER)
    case = make_case(there).id
    dialog = ConfirmDialog(shell, there, tasks, Asked(packages.WRITTEN, "Write it", "Write", case))
    assert {name for _, name in dialog.wanted.seconds} == {PERSON, SUPERVISOR}
    fill(dialog, COLLEAGUES_PASSPHRASE, COLLEAGUES_PASSPHRASE, SUPERVISOR)
    dialog.accept()
    assert dialog.grant.second == ids[SUPERVISOR] and dialog.grant.case == case
    vaults.leave(there)
