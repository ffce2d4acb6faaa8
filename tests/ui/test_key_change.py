# SPDX-License-Identifier: Apache-2.0
"""Officers change the vault's keys from the page People: the workplace goes, the change is shown, and all is as it was."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog

from reviewer_app.domain.people import Role
from reviewer_app.errors import DiskFailed, LastOfficer, NoSpace, RotationStopped
from reviewer_app.services import keys, notes, people, vaults
from reviewer_app.services.door import look
from reviewer_app.ui import tasks
from reviewer_app.ui import workplace as workplace_module
from reviewer_app.ui.changing_keys import ChangingKeys
from reviewer_app.ui.parting import Parting, Reason
from reviewer_app.ui.people_page import DUE
from reviewer_app.ui.recovery_key import RecoveryKey
from reviewer_app.ui.tasks import TaskRunner
from reviewer_app.ui.unlock import Unlock
from reviewer_app.ui.widgets.strips import Alert
from tests.desks import COLLEAGUES_PASSPHRASE, PASSPHRASE, add_colleague, leave_for, make_desk
from tests.factories import make_case
from tests.ui.entering import keep_key
from tests.ui.places import during, press, says
from tests.ui.running import looked_into, nobody_holds, sign_in, type_a_note, verbs
from tests.ui.test_idle import Hand

SECOND, LEAVER = "S. Officer", "L. Leaver"
LIMIT = 10  # minutes, an officer's


@pytest.fixture(autouse=True)
def _quick(quick):
    """Every test here starts the program."""


@pytest.fixture
def office(tmp_path, quick):
    """A vault with a case, two officers and somebody who leaves; its folder and their ids by name."""
    desk = make_desk(tmp_path)
    ids = {name: add_colleague(desk, name, (role,)) for name, role in ((SECOND, Role.OFFICER), (LEAVER, Role.REVIEWER))}
    make_case(desk)
    vaults.leave(desk)
    return desk.vault.folder, ids


@pytest.fixture
def officer(office, begin):
    """The first officer signed in, the page People in front."""
    program = begin(office[0])
    sign_in(program)
    program.workplace.show_administration("people")
    return program


def confirm(dialog):
    """Types both officers' passphrases."""
    dialog.own.line.setText(PASSPHRASE)
    if dialog.wanted.needs_second:
        dialog.second.line.setText(COLLEAGUES_PASSPHRASE)
    dialog.accept()


def change(program):
    during(lambda: press(program.workplace.shell, "Change the vault's keys"), confirm)


def remove(program, person):
    page = program.workplace.administration.people
    page.table.select_key(person)
    during(lambda: press(page, f"Remove: {page.people[person].name}"), confirm)


def told(program):
    QApplication.processEvents()
    return [each.text for each in program.workplace.shell.findChildren(Alert) if each.isVisible()]


def come(folder, person, passphrase=COLLEAGUES_PASSPHRASE):
    vaults.leave(vaults.unlock(look(folder), person, passphrase, warm=False))


# --- the change ----------------------------------------------------------------------------------------------------


def test_somebody_is_removed_and_the_officer_is_back_on_the_page_of_people(officer, office, did):
    folder, ids = office
    first, before = officer.workplace, officer.desk
    size = first.shell.size()
    remove(officer, ids[LEAVER])
    after = officer.workplace
    assert after is not first and officer.desk is not before and officer.entrance is None
    assert after.shell.isVisible() and after.shell.size() == size
    assert after.shell.page() is after.administration.people
    assert told(officer) == [f"The vault's keys were changed, and {LEAVER} was removed from this vault."]
    assert [each.name for each in people.roster(officer.desk)] == ["R. Ibarra", SECOND]
    assert did == []
    after.shell.close()
    come(folder, ids[SECOND])
    assert "change of keys finished" in looked_into(folder, verbs)


def test_what_was_being_written_is_there_again(officer, office):
    where = type_a_note(officer)
    officer.workplace.show_administration("people")
    change(officer)
    assert "Half a sentence" in notes.draft(officer.desk, where)
    assert told(officer) == ["The vault's keys were changed."]


def test_the_change_is_said_where_no_case_could_be_seen(officer, monkeypatch):
    """Between the two workplaces stands a page of the entrance; nothing of the first one is shown any more."""
    seen, real = [], keys.change

    def look_on(desk, plan, **given):
        page = officer.entrance.page
        seen.append((says(page, "Changing the vault's keys"), says(page, "keeps the passphrase"), officer.workplace))
        assert not before.isVisible() and officer.entrance.isVisible()
        return real(desk, plan, **given)

    before = officer.workplace.shell
    monkeypatch.setattr(keys, "change", look_on)
    change(officer)
    assert seen == [(True, True, None)]


def test_the_ended_window_dies_and_hears_nothing_of_what_comes_after(officer, qtbot):
    before = officer.workplace.shell
    with qtbot.waitSignal(before.destroyed):
        change(officer)
    officer.appearance.choose_size(130)
    assert officer.workplace.shell.isVisible()
    officer.appearance.choose_size(100)


def test_work_that_ran_is_stopped_and_goes_on_after_the_change(officer, monkeypatch):
    kept = []
    monkeypatch.setattr(officer.tasks, "halt", lambda: kept.append("halted"))
    officer.workplace.unfinished.is_checking = True
    change(officer)
    QApplication.processEvents()
    assert kept == ["halted"]
    assert "The check of the vault, which was stopped, begins again." in " ".join(told(officer))


def test_the_last_officer_is_told_in_the_workplace_before_anything_goes(officer, office, monkeypatch):
    _, ids = office
    errors, before = [], officer.workplace

    def refuse(*_args, **_kwargs):
        raise LastOfficer

    monkeypatch.setattr(workplace_module, "show_error", lambda _parent, error: errors.append(type(error)))
    monkeypatch.setattr(keys, "plan", refuse)
    remove(officer, ids[LEAVER])
    assert errors == [LastOfficer] and officer.workplace is before and before.shell.isVisible()


def test_a_draft_that_the_disk_does_not_take_keeps_the_workplace(officer, monkeypatch):
    errors, before = [], officer.workplace
    type_a_note(officer)

    def full(*_args, **_kwargs):
        raise NoSpace(needed="1 MB")

    monkeypatch.setattr(workplace_module, "show_error", lambda _parent, error: errors.append(type(error)))
    with monkeypatch.context() as patch:
        patch.setattr(officer.desk.vault, "save_draft", full)
        officer.workplace._on_keys("", leave_for(officer.desk, keys.CHANGED))
    assert errors == [NoSpace] and officer.workplace is before and before.shell.isVisible()


# --- a new recovery key --------------------------------------------------------------------------------------------------


@pytest.fixture
def due(officer):
    """The recovery key was used and the keys were not changed since."""
    officer.desk.vault.set_preference(keys.DUE, "yes")
    return officer


def test_a_spent_recovery_key_is_replaced_and_typed_back_first(due, office):
    folder, ids = office
    change(due)
    page = due.entrance.page
    assert (
        isinstance(page, RecoveryKey)
        and says(page, "the earlier one opens nothing then")
        and keys.is_due(due.entrance.desk)
    )
    text = keep_key(page)
    assert not keys.is_due(due.desk) and told(due) == ["The vault's keys were changed."]
    due.workplace.shell.close()
    desk = vaults.recover(look(folder), text, ids[SECOND], "another long passphrase", warm=False)
    vaults.leave(desk)


def test_the_way_back_from_the_new_recovery_key_changes_nothing(due, office):
    before = due.desk
    slots = (office[0] / "slots.a").read_bytes()
    change(due)
    press(due.entrance.page, "Back")
    assert due.desk is before and due.workplace.shell.page() is due.workplace.administration.people
    assert keys.is_due(before) and (office[0] / "slots.a").read_bytes() == slots


def test_closing_the_window_there_asks_nothing_and_leaves_the_vault(due, office):
    change(due)
    due.entrance.close()
    assert nobody_holds(office[0]) and QApplication.activeModalWidget() is None


def test_a_due_change_is_led_to_from_the_page_of_people(due):
    due.workplace.show_administration("people")
    (alert,) = (each for each in due.workplace.shell.findChildren(Alert) if each.text == DUE)
    during(lambda: press(alert, "Change the vault's keys"), confirm)
    assert isinstance(due.entrance.page, RecoveryKey)


# --- nobody is there -----------------------------------------------------------------------------------------------------


@pytest.fixture
def away(office, begin):
    """An officer who is asked to write down a new recovery key, with time that is moved by hand."""
    clock = Hand()
    program = begin(office[0], uptime=clock)
    sign_in(program)
    program.desk.vault.set_preference(keys.DUE, "yes")
    program.workplace.show_administration("people")
    change(program)

    def leave_alone(seconds):
        clock.now += seconds
        program.entrance.arrival.idle.look()

    return program, leave_alone


def test_a_key_on_the_screen_is_locked_away_when_nobody_is_there(away, office, did):
    program, leave_alone = away
    entrance = program.entrance
    leave_alone(LIMIT * 60 - 30)
    assert says(entrance, "Locking in half a minute") and did == []
    leave_alone(30)
    assert did == ["locked after no use", (office[0], Parting(Reason.IDLE, LIMIT)), "end"]
    assert not entrance.view.isVisible() and all(banner.isVisible() for banner in entrance.banners)
    assert nobody_holds(office[0])


def test_a_key_takes_the_warning_away(away, did):
    program, leave_alone = away
    leave_alone(LIMIT * 60 - 30)
    QTest.keyClick(program.entrance.page.written, Qt.Key.Key_Space)
    assert not says(program.entrance, "Locking in half a minute") and program.entrance.page.written.isVisible()
    leave_alone(30)
    assert did == []


def test_work_that_shows_its_progress_counts_as_use(away, monkeypatch):
    program, leave_alone = away
    real = keys.change

    def slow(desk, plan, *, progress, **given):
        for _ in range(3):
            leave_alone(LIMIT * 60 - 31)
            progress(0.1)
        return real(desk, plan, progress=progress, **given)

    monkeypatch.setattr(keys, "change", slow)
    monkeypatch.setattr(tasks, "BEAT", 0.0)
    keep_key(program.entrance.page)
    assert program.workplace is not None and program.entrance is None


# --- what stops it -------------------------------------------------------------------------------------------------------


def test_a_change_that_could_not_begin_leaves_everything_as_it_was(officer, office, monkeypatch):
    before = officer.desk

    def refuse(*_args, **_kwargs):
        raise DiskFailed(action="write", name="slots.a", reason="input/output error")

    monkeypatch.setattr(keys.rotation, "begin", refuse)
    change(officer)
    (alert,) = told(officer)
    assert alert.startswith("The vault's keys were not changed.") and alert.endswith("(Code V-116)")
    assert officer.desk is before and make_case(before)


def test_a_change_that_stopped_leads_to_the_door_where_it_goes_on(officer, office, monkeypatch):
    folder, _ = office

    def broken(*_args, **_kwargs):
        raise DiskFailed(action="move", name="vault.db", reason="input/output error")

    with monkeypatch.context() as patch:
        patch.setattr(keys.rotation, "_swap", broken)
        change(officer)
    entrance = officer.entrance
    assert isinstance(entrance.page, Unlock) and entrance.desk is None and nobody_holds(folder)
    assert says(entrance, "The change of the vault's keys stopped.") and says(
        entrance, "Sign in again: it goes on then."
    )
    sign_in_again(officer)
    assert not officer.desk.opened.rotation_pending


def sign_in_again(program):
    page = program.entrance.page
    page.people.setCurrentIndex([each.name for each in page.door.people].index("R. Ibarra"))
    sign_in(program)


def test_a_full_disk_is_told_and_the_earlier_keys_hold(officer, monkeypatch):
    monkeypatch.setattr(keys.rotation, "free_bytes", lambda _folder: 0)
    change(officer)
    (alert,) = told(officer)
    assert "begun and not finished" in alert and officer.desk.opened.rotation_pending
    assert make_case(officer.desk)


def test_it_can_be_left_for_later_and_the_work_goes_on(office, begin, monkeypatch, qtbot):
    program = begin(office[0], TaskRunner())
    sign_in(program)
    qtbot.waitUntil(lambda: program.workplace is not None)
    program.workplace.show_administration("people")

    def wait(*_args, progress, cancelled, **_kwargs):
        progress(0.3)
        while not cancelled():
            pass
        raise RotationStopped(reason="it was cancelled")

    monkeypatch.setattr(keys.rotation, "rewrite", wait)
    program.workplace._on_keys("", leave_for(program.desk, keys.CHANGED))
    page = program.entrance.page
    assert isinstance(page, ChangingKeys)
    qtbot.waitUntil(lambda: says(page, "30%"))
    press(page, "Go on later")
    assert says(page, "Stopping")
    qtbot.waitUntil(lambda: program.workplace is not None)
    assert "It goes on at the next sign-in" in told(program)[0] and program.desk.opened.rotation_pending


def test_closing_the_window_meanwhile_waits_for_the_work_and_leaves_the_vault(office, begin, monkeypatch, qtbot):
    program = begin(office[0], TaskRunner())
    sign_in(program)
    qtbot.waitUntil(lambda: program.workplace is not None)
    begun = []

    def wait(*_args, progress, cancelled, **_kwargs):
        begun.append(True)
        while not cancelled():
            pass
        raise RotationStopped(reason="it was cancelled")

    monkeypatch.setattr(keys.rotation, "rewrite", wait)
    program.workplace._on_keys("", leave_for(program.desk, keys.CHANGED))
    qtbot.waitUntil(lambda: bool(begun))
    program.entrance.close()
    program.quit()
    monkeypatch.undo()
    assert nobody_holds(office[0])
    assert not [each for each in QApplication.topLevelWidgets() if isinstance(each, QDialog) and each.isVisible()]
