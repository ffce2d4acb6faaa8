# SPDX-License-Identifier: Apache-2.0
"""Who counts as a person, when a warning comes, and that neither sleep nor a set clock gives anybody more time."""

import time

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QEnterEvent, QKeyEvent, QKeySequence, QMouseEvent, QShortcut
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QLineEdit, QMenu

from reviewer_app.ui import idle as idle_module
from reviewer_app.ui.idle import WARNING, Idle

LIMIT = 600.0  # seconds
Key = Qt.Key


class Hand:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock():
    return Hand()


@pytest.fixture
def window(qtbot):
    made = QLineEdit()
    qtbot.addWidget(made)
    made.resize(200, 40)
    made.show()
    return made


@pytest.fixture
def minutes():
    return [10]


@pytest.fixture
def idle(qapp, clock, minutes, window):
    made = Idle(lambda: minutes[0], clock)
    made.told = []
    made.warned.connect(made.told.append)
    made.resumed.connect(lambda: made.told.append("resumed"))
    made.passed.connect(lambda: made.told.append("passed"))
    yield made
    made.stop()


def after(idle, clock, seconds):
    """Time passes without anybody; what was told in the end."""
    clock.now += seconds
    idle.look()
    return idle.told[-1:]


# --- the deadline --------------------------------------------------------------------------------------------------


def test_the_warning_comes_half_a_minute_ahead_counts_down_and_the_limit_ends_it(idle, clock):
    assert WARNING >= 20, "WCAG 2.2.1"
    assert after(idle, clock, LIMIT - WARNING - 0.5) == []
    assert after(idle, clock, 0.5) == [30]
    assert [*after(idle, clock, 1), *after(idle, clock, 28.5)] == [29, 1]
    assert after(idle, clock, 0.5) == ["passed"]
    assert after(idle, clock, 100) == ["passed"] and idle.told.count("passed") == 1


def test_any_input_begins_anew_as_often_as_one_likes(idle, clock, window):
    for _ in range(12):
        assert after(idle, clock, LIMIT - 10) == [10]
        QTest.keyClick(window, Key.Key_Shift)
        assert idle.told[-1] == "resumed"
    assert "passed" not in idle.told


def test_a_computer_that_slept_past_the_limit_is_locked_whatever_is_pressed_first(idle, clock, window):
    """The timer did not run while it slept, so the first key comes before the next look."""
    clock.now += 3 * 3600
    QTest.keyClick(window, Key.Key_A)
    assert idle.told == ["passed"] and window.text() == ""


def test_a_shorter_limit_of_policy_holds_at_once_and_a_longer_one_takes_the_warning_back(idle, clock, minutes):
    assert after(idle, clock, 580) == [20]
    minutes[0] = 15
    assert after(idle, clock, 1) == ["resumed"]
    minutes[0] = 5
    assert after(idle, clock, 1) == ["passed"]


def test_the_clock_counts_sleep_where_the_system_tells_it(monkeypatch):
    asked = []
    monkeypatch.setattr(time, "clock_gettime", lambda kind: asked.append(kind) or 7.0)
    if hasattr(time, "CLOCK_BOOTTIME"):
        assert idle_module.uptime() == 7.0 and asked == [time.CLOCK_BOOTTIME]
    monkeypatch.delattr(time, "CLOCK_BOOTTIME", raising=False)
    assert idle_module.uptime() == pytest.approx(time.monotonic(), abs=1)


# --- who is a person -------------------------------------------------------------------------------------------------


def press_key(window):
    QTest.keyClick(window, Key.Key_A)


def press_mouse(window):
    QTest.mouseClick(window, Qt.MouseButton.LeftButton)


def move_mouse(window):
    QTest.mouseMove(window, QPoint(9, 9))
    QTest.mouseMove(window, QPoint(11, 9))
    QApplication.processEvents()


def turn_wheel(window):
    QTest.wheelEvent(window.windowHandle(), QPointF(9, 9), QPoint(0, 120))
    QApplication.processEvents()


def touch(window):
    device = QTest.createTouchDevice()
    QTest.touchEvent(window, device).press(1, QPoint(9, 9)).commit()
    QApplication.processEvents()


def press_key_in_a_dialog(window):
    dialog = QDialog(window)
    dialog.open()
    QTest.keyClick(dialog, Key.Key_Tab)
    dialog.deleteLater()


def press_key_in_a_menu(window):
    menu = QMenu(window)
    menu.addAction("Open")
    menu.popup(QPoint(0, 0))
    QTest.keyClick(menu, Key.Key_Down)
    menu.deleteLater()


@pytest.mark.qt_log_ignore("does not support", extend=True)  # offscreen knows no raising and grabbing
@pytest.mark.parametrize(
    "act", [press_key, press_mouse, move_mouse, turn_wheel, touch, press_key_in_a_dialog, press_key_in_a_menu]
)
def test_a_person_is_noticed_in_every_window(idle, clock, window, act):
    clock.now += LIMIT - 60
    act(window)
    assert after(idle, clock, 60) == []


def moved(window, to, spontaneous=False):
    place = QPointF(to)
    button = Qt.MouseButton.NoButton
    event = QMouseEvent(QEvent.Type.MouseMove, place, place, place, button, button, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(window, event)


def window_appears(window):
    """Qt tells a new window of the pointer above it, and sends a move that nobody made."""
    QApplication.sendEvent(window, QEnterEvent(QPointF(9, 9), QPointF(9, 9), QPointF(9, 9)))
    moved(window, QPoint(9, 9))


def pointer_rests(window):
    QTest.mouseMove(window, QPoint(9, 9))
    QApplication.processEvents()


def book_on_the_keyboard(window):
    held = QKeyEvent(QEvent.Type.KeyPress, Key.Key_A, Qt.KeyboardModifier.NoModifier, "a", True)
    QApplication.sendEvent(window, held)


def text_changes(window):
    window.setText("A job ended")
    window.repaint()


@pytest.mark.parametrize("act", [window_appears, pointer_rests, book_on_the_keyboard, text_changes])
def test_what_happens_by_itself_is_nobody(idle, clock, window, act):
    pointer_rests(window)
    clock.now += LIMIT - 5
    act(window)
    assert after(idle, clock, 0) == [5]


# --- the answer to the warning -----------------------------------------------------------------------------------


def test_the_key_that_answers_does_nothing_else_and_the_next_one_types(idle, clock, window):
    after(idle, clock, LIMIT - 10)
    QTest.keyClicks(window, "ab")
    assert idle.told == [10, "resumed"] and window.text() == "b"


def test_no_shortcut_acts_with_the_key_that_answers(idle, clock, window, qtbot):
    acted = []
    QShortcut(QKeySequence("F5"), window).activated.connect(lambda: acted.append("F5"))
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    after(idle, clock, LIMIT - 10)
    QTest.keyClick(window, Key.Key_F5)
    assert idle.told == [10, "resumed"] and acted == []
    QTest.keyClick(window, Key.Key_F5)
    assert acted == ["F5"]


def test_an_act_without_key_or_mouse_answers_too(idle, clock):
    after(idle, clock, LIMIT - 10)
    idle.note()
    assert idle.told == [10, "resumed"]


def test_who_stops_watching_hears_nothing_more(idle, clock, window):
    idle.stop()
    assert after(idle, clock, 2 * LIMIT) == []
    QTest.keyClick(window, Key.Key_A)
    assert window.text() == "a" and idle.told == []
