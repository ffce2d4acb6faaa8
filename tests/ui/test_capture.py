# SPDX-License-Identifier: Apache-2.0
"""Pictures of the screen: every window is covered where the system can, and it is checked, and said where it cannot.

Windows itself is not here: a stand-in for its user32 answers as its documentation says.
"""

import ctypes

import pytest
from PySide6.QtCore import QEvent, QPoint
from PySide6.QtWidgets import QApplication, QDialog, QLabel, QMenu, QToolTip, QWidget

from reviewer_app.ui import capture, session
from reviewer_app.ui.capture import EXCLUDE, FAILED, MONITOR, OPEN, Shield, shield, told
from tests.ui.places import says
from tests.ui.running import sign_in


class Function:
    """A function of a library: it takes argument types, and calls what stands for it."""

    def __init__(self, call):
        self.call = call

    def __call__(self, *arguments):
        assert len(arguments) == len(self.argtypes)
        return self.call(*arguments)


class User32:
    """Windows of one release: `knows` which affinities, and `lies` about having set them."""

    def __init__(self, knows=(EXCLUDE, MONITOR), lies=False):
        self.held, self.knows, self.lies = {}, knows, lies
        self.SetWindowDisplayAffinity = Function(self._set)
        self.GetWindowDisplayAffinity = Function(self._get)

    def _set(self, window, affinity):
        if affinity not in self.knows:
            return 0
        if not self.lies:
            self.held[window] = affinity
        return 1

    def _get(self, window, place):
        place._obj.value = self.held.get(window, 0)
        return 1


@pytest.fixture
def cover(qapp):
    made = []

    def begin(user32):
        made.append(Shield(user32))
        made[-1].begin(qapp)
        return made[-1]

    yield begin
    for each in made:
        qapp.removeEventFilter(each)


@pytest.fixture
def window(qtbot):
    made = QWidget()
    qtbot.addWidget(made)
    made.resize(300, 200)
    return made


def held(user32, widget):
    return user32.held.get(int(widget.effectiveWinId()))


def test_a_window_that_is_open_already_is_covered(cover, window):
    window.show()
    user32 = User32()
    cover(user32)
    assert held(user32, window) == EXCLUDE


def dialog(window):
    made = QDialog(window)
    made.open()
    return made


def menu(window):
    made = QMenu(window)
    made.addAction("Open")
    made.popup(QPoint(0, 0))
    return made


def tooltip(window):
    QToolTip.showText(QPoint(0, 0), "(S//NF) BLUE HERON", window)
    return next(each for each in QApplication.topLevelWidgets() if isinstance(each, QLabel) and each.isVisible())


@pytest.mark.qt_log_ignore("does not support", extend=True)  # offscreen knows no raising and grabbing
@pytest.mark.parametrize("opened", [dialog, menu, tooltip])
def test_every_window_that_opens_is_covered(cover, window, opened):
    user32 = User32()
    made = cover(user32)
    window.show()
    shown = opened(window)
    assert held(user32, window) == held(user32, shown) == EXCLUDE and made.refused == 0
    shown.hide()


def test_a_window_that_windows_makes_anew_is_covered_again(cover, window):
    user32 = User32()
    cover(user32)
    window.show()
    user32.held.clear()
    QApplication.sendEvent(window, QEvent(QEvent.Type.WinIdChange))
    assert held(user32, window) == EXCLUDE


def test_an_older_windows_blackens_instead(cover, window):
    user32 = User32(knows=(MONITOR,))
    made = cover(user32)
    window.show()
    assert held(user32, window) == MONITOR and told(made) == ("", "")


@pytest.mark.parametrize("user32", [User32(knows=()), User32(lies=True)], ids=["refuses", "says yes and does nothing"])
def test_a_window_that_is_not_covered_is_told(cover, window, qtbot, user32):
    made = cover(user32)
    with qtbot.waitSignal(made.refusal):
        window.show()
    assert told(made)[0] == FAILED and "security officer" in told(made)[1]


def test_a_part_of_a_window_is_no_window(cover, window):
    user32 = User32()
    cover(user32)
    user32.held.clear()
    inside = QLabel("BLUE HERON", window)
    window.show()
    inside.hide()
    inside.show()
    assert list(user32.held) == [int(window.effectiveWinId())]


def test_where_nothing_can_be_done_nothing_is_watched(qapp):
    assert shield(qapp) is None and told(None)[0] == OPEN


def test_the_status_line_says_so_and_why(vault, begin, problems):
    program = begin(vault)
    sign_in(program)
    shell = program.workplace.shell
    assert says(shell.status, "Screen capture not blocked here")
    shell.capture.grab()  # its tooltip is set as it is painted
    assert "screenshots, recordings and remote control" in shell.capture.toolTip()
    assert shell.capture.toolTip().endswith(shell.capture.accessibleDescription())
    assert problems(shell) == []


def test_the_status_line_follows_a_window_that_cannot_be_covered(vault, begin, cover, window):
    program = begin(vault)
    sign_in(program)
    user32 = User32()
    made, place = cover(user32), program.workplace
    watched = session.Session(place, None, made)
    assert place.shell.capture.isHidden()
    user32.knows = ()
    window.show()
    assert says(place.shell.status, FAILED)
    watched.idle.stop()


def test_the_numbers_are_those_of_windows():
    assert (capture.EXCLUDE, capture.MONITOR) == (0x11, 0x1)
    assert ctypes.sizeof(ctypes.c_uint32) == 4  # DWORD
