# SPDX-License-Identifier: Apache-2.0
"""What ends a session by itself, in the whole program: no use, the desktop's lock, signing out; and what each leaves."""

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from reviewer_app.domain.people import Role
from reviewer_app.errors import NoSpace
from reviewer_app.services import notes
from reviewer_app.ui import session as session_module
from reviewer_app.ui.clipboard import copy_text
from reviewer_app.ui.dialog import Dialog, Question
from reviewer_app.ui.parting import Parting, Reason
from reviewer_app.ui.widgets.strips import Alert
from tests.ui.conftest import doubled_mnemonics, nameless
from tests.ui.places import during, press, says
from tests.ui.running import looked_into, sign_in, type_a_note, verbs
from tests.ui.test_idle import Hand

Ctrl, Shift = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
OFFICER, OTHER = 10, 15  # minutes
AWAY = Parting(Reason.IDLE, OFFICER)


@pytest.fixture
def clock():
    return Hand()


@pytest.fixture
def working(vault, begin, clock):
    """Signed in as somebody who holds every role, the docket in front; time is moved by hand."""
    program = begin(vault, uptime=clock)
    sign_in(program)
    return program


@pytest.fixture
def spoken(monkeypatch):
    """What screen readers were told of the lock."""
    said = []

    def hear(event):
        if event.message().startswith("Locking in"):
            said.append((event.message(), event.politeness()))

    monkeypatch.setattr(session_module.QAccessible, "updateAccessibility", hear)
    return said


def leave_alone(program, clock, seconds):
    clock.now += seconds
    program.session.idle.look()


def warn(program, clock, left=30):
    leave_alone(program, clock, OFFICER * 60 - left)


def warnings(inside):
    QApplication.processEvents()  # what was added to a layout is shown by the event loop
    return [each for each in inside.findChildren(Alert) if each.isVisible() and "Locking in" in each.text]


# --- no use ------------------------------------------------------------------------------------------------------------


def test_ten_minutes_without_use_lock_an_officer_out_and_say_so(working, vault, clock, did):
    warn(working, clock, 1)
    assert did == []
    leave_alone(working, clock, 1)
    assert did == ["locked after no use", (vault, AWAY), "end"]
    assert not working.workplace.shell.body.isVisible()
    assert "locked after no use" in looked_into(vault, verbs)


def test_whoever_is_no_officer_has_the_longer_limit(working, clock, did, vault):
    working.desk.roles = frozenset({Role.REVIEWER})
    leave_alone(working, clock, OFFICER * 60)
    assert did == []
    leave_alone(working, clock, (OTHER - OFFICER) * 60)
    assert did[1] == (vault, Parting(Reason.IDLE, OTHER))


def test_the_warning_is_read_heard_and_has_kept_what_was_typed(working, vault, clock, spoken):
    where = type_a_note(working)
    warn(working, clock)
    shell, desk = working.workplace.shell, working.desk
    (alert,) = warnings(shell)
    assert alert.text == (
        "Locking in 30 seconds: nobody has used this window. Press any key, or move the mouse, to go on. What you typed "
        "is kept."
    )
    assert spoken == [(alert.text, QAccessible.AnnouncementPoliteness.Assertive)]
    assert "Half a sentence" in notes.draft(desk, where)
    assert nameless(shell) + doubled_mnemonics(shell) == []  # a Tab would be the answer


def test_the_countdown_is_seen_each_second_and_heard_now_and_then(working, clock, spoken):
    warn(working, clock)
    seen = []
    for _ in range(29):
        leave_alone(working, clock, 1)
        seen.append(warnings(working.workplace.shell)[0].text.split(":")[0])
    assert seen[0] == "Locking in 29 seconds" and seen[-1] == "Locking in 1 second"
    assert [text.split(":")[0].split()[2] for text, _ in spoken] == ["30", "20", "10", "5"]


def test_a_key_takes_the_warning_away_and_the_text_as_it_was(working, clock, did):
    type_a_note(working)
    editor = working.workplace.case.part("notes").editor
    editor.text.setFocus()
    warn(working, clock)
    QTest.keyClick(editor.text, Qt.Key.Key_A)
    assert warnings(working.workplace.shell) == [] and editor.text.toPlainText() == "(U) Half a sentence"
    warn(working, clock, 5)
    assert len(warnings(working.workplace.shell)) == 1 and did == []


def test_the_button_of_the_warning_answers_without_key_or_mouse(working, clock, qtbot):
    """As a screen reader or a voice presses it."""
    warn(working, clock)
    (alert,) = warnings(working.workplace.shell)
    button = next(each for each in alert.children() if getattr(each, "accessibleName", str)() == "Go on")
    QAccessible.queryAccessibleInterface(button).actionInterface().doAction("Press")
    qtbot.waitUntil(lambda: warnings(working.workplace.shell) == [])


def test_an_open_dialog_is_kept_warned_in_and_blanked(working, clock, vault, did):
    shell = working.workplace.shell
    (case,) = (line.case for line in working.workplace.docket.lines)
    working.workplace.open_case(case, "findings")
    seen = []

    def wait(form):
        form.title_line.setText("Weak check")
        warn(working, clock)
        seen.append((len(warnings(form)), len(warnings(shell))))
        leave_alone(working, clock, 30)
        seen.append([each.isVisible() for each in shell.findChildren(Dialog)])

    during(working.workplace.case.act, wait)
    assert seen[0] == (1, 2) and not any(seen[1])
    assert did[1] == (vault, AWAY)
    drafts = looked_into(vault, lambda desk: [each.text for each in desk.vault.drafts(desk.person.id)])
    assert any("Weak check" in text for text in drafts)


def test_a_dialog_that_is_closed_takes_its_warning_with_it(working, clock, did, qtbot):
    def close(question):
        height = question.height()
        warn(working, clock)
        assert len(warnings(question)) == 1
        qtbot.waitUntil(lambda: question.height() > height)
        question.reject()

    during(lambda: Question.ask(working.workplace.shell, "Close the case?", "It stays.", "Close it"), close)
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    leave_alone(working, clock, 1)
    assert len(warnings(working.workplace.shell)) == 1
    working.session.idle.note()
    assert warnings(working.workplace.shell) == [] and did == []


def test_a_full_disk_is_told_in_the_warning_and_after_the_lock(working, clock, vault, did, monkeypatch, caplog):
    def full(*_said):
        raise NoSpace(needed="64 MB")

    type_a_note(working)
    monkeypatch.setattr(working.desk.vault, "save_draft", full)
    warn(working, clock)
    (alert,) = warnings(working.workplace.shell)
    assert alert.text.endswith("The disk did not take what you typed.")
    leave_alone(working, clock, 30)
    caplog.clear()
    assert did[1] == (vault, Parting(Reason.IDLE, OFFICER, kept=False))


def test_a_closed_window_is_watched_no_more(working, clock, did):
    working.workplace.shell.close()
    leave_alone(working, clock, 3600)
    assert did == ["signed out"]


# --- signing out -------------------------------------------------------------------------------------------------------


def by_key(shell):
    QTest.keyClick(shell, Qt.Key.Key_L, Ctrl | Shift)


def by_button(shell):
    press(shell.status, "Sign out, Ctrl+Shift+L")


@pytest.mark.parametrize("way", [by_key, by_button])
def test_signing_out_keeps_the_draft_and_is_said_and_recorded(working, vault, did, qtbot, way):
    where = type_a_note(working)
    shell = working.workplace.shell
    shell.activateWindow()
    qtbot.waitUntil(shell.isActiveWindow)
    way(shell)
    assert did == ["signed out", (vault, Parting(Reason.SIGNED_OUT)), "end"]
    assert "Half a sentence" in looked_into(vault, lambda desk: notes.draft(desk, where))
    assert looked_into(vault, verbs)[-2:] == ["signed out", "signed in"]


def test_signing_out_works_over_a_dialog(working, did, qtbot):
    def leave(question):
        qtbot.waitUntil(question.isActiveWindow)
        QTest.keyClick(question, Qt.Key.Key_L, Ctrl | Shift)

    during(lambda: Question.ask(working.workplace.shell, "Close the case?", "It stays.", "Close it"), leave)
    assert did[0] == "signed out" and did[-1] == "end"


def test_signing_out_asks_before_text_is_lost(working, vault, did, monkeypatch, caplog):
    def full(*_said):
        raise NoSpace(needed="64 MB")

    type_a_note(working)
    monkeypatch.setattr(working.desk.vault, "save_draft", full)
    shell = working.workplace.shell
    during(shell.sign_out_asked.emit, lambda question: press(question, "Stay signed in"))
    assert did == [] and says(working.workplace.case, "BLUE HERON")
    during(shell.sign_out_asked.emit, lambda question: press(question, "Sign out and lose them"))
    caplog.clear()
    assert did[1] == (vault, Parting(Reason.SIGNED_OUT, kept=False))


# --- the desktop -------------------------------------------------------------------------------------------------------


def test_the_desktops_lock_locks_the_vault_once(working, vault, did):
    working.session.desktop.on_active(False)
    assert did == []
    for _ in range(2):
        working.session.desktop.on_active(True)
    assert did == ["locked with the desktop", (vault, Parting(Reason.DESKTOP)), "end"]


# --- what every way out leaves behind ------------------------------------------------------------------------------------


def lock(program, clock):
    program.workplace.shell.lock_asked.emit()


def sign_out(program, clock):
    program.workplace.shell.sign_out_asked.emit()


def be_away(program, clock):
    leave_alone(program, clock, OFFICER * 60)


def desktop(program, clock):
    program.session.desktop.on_active(True)


def close(program, clock):
    program.workplace.shell.close()


@pytest.mark.parametrize("way", [lock, sign_out, be_away, desktop, close])
def test_what_was_copied_is_taken_back_on_every_way_out(working, clock, did, way):
    copy_text("BLUE HERON")
    way(working, clock)
    assert QApplication.clipboard().text() == "" and did


@pytest.mark.parametrize("way", [lock, sign_out, be_away, desktop])
def test_what_somebody_else_copied_stays(working, clock, did, way, monkeypatch):
    monkeypatch.setattr("reviewer_app.ui.clipboard.Clipboard.is_ours", lambda self: False)
    board = QApplication.clipboard()
    monkeypatch.setattr(type(board), "ownsClipboard", lambda self: False)
    board.setText("Minutes of the meeting")
    way(working, clock)
    assert board.text() == "Minutes of the meeting" and did[-1] == "end"
    board.clear()
