# SPDX-License-Identifier: Apache-2.0
"""Notices that nobody uses the windows: a warning that any input ends, then the limit (ASD STIG V-222389, V-222390)."""

import math
import time
from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QPointF, QTimer, Signal, Slot
from PySide6.QtGui import QCursor, QInputMethodEvent, QKeyEvent, QSinglePointEvent
from PySide6.QtWidgets import QApplication

MINUTE = 60.0  # seconds
WARNING = 30.0
"""Seconds before the limit; WCAG 2.2.1 asks for 20 at least."""
BEAT = 1000  # ms
Kind = QEvent.Type
MOVES = frozenset({Kind.MouseMove, Kind.NonClientAreaMouseMove, Kind.TabletMove})
PRESSES = frozenset({Kind.KeyPress, Kind.MouseButtonPress, Kind.MouseButtonDblClick})
"""What is taken as the answer to the warning, and does nothing else then."""
OTHERS = frozenset(
    {
        Kind.Wheel,
        Kind.TouchBegin,
        Kind.TouchUpdate,
        Kind.TabletPress,
        Kind.NonClientAreaMouseButtonPress,
        Kind.InputMethod,
        Kind.ShortcutOverride,  # all that is ever sent of a key that is a shortcut
    }
)
WATCHED = MOVES | PRESSES | OTHERS


def uptime() -> float:
    """Seconds since the computer was started, sleep included where the system tells it; a set clock changes nothing."""
    booted = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if booted is None else time.clock_gettime(booted)


class Idle(QObject):
    """`warned` carries the seconds that are left, again with each second; `resumed` or `passed` follows.

    `minutes` is asked for the limit each time, because policy may change. Every window of the program is watched; once
    the limit has passed, no input reaches one until `stop`.
    """

    warned = Signal(int)
    resumed = Signal()
    passed = Signal()

    def __init__(self, minutes: Callable[[], int], clock: Callable[[], float] = uptime, parent: QObject | None = None):
        super().__init__(parent)
        self._minutes, self._clock = minutes, clock
        self._last, self._at = clock(), QPointF(QCursor.pos())
        self._is_warned = self._is_over = False
        self._timer = QTimer(self)
        self._timer.setInterval(BEAT)
        self._timer.timeout.connect(self.look)
        self._timer.start()
        if app := QApplication.instance():
            app.installEventFilter(self)

    def stop(self) -> None:
        """Watch no more; nothing is told afterwards."""
        self._is_over = True
        self._timer.stop()
        if app := QApplication.instance():
            app.removeEventFilter(self)

    @Slot()
    def look(self) -> None:
        """Compare the time since the last input with the limit, and tell."""
        left = self._left()
        if self._is_over:
            return
        if left <= 0:
            self._is_over = True
            self._timer.stop()
            self.passed.emit()
        elif left <= WARNING:
            self._is_warned = True
            self.warned.emit(math.ceil(left))
        elif self._is_warned:  # policy gave more
            self._go_on()

    @Slot()
    def note(self) -> None:
        """A person is there. After the limit it is too late, also when the computer slept meanwhile."""
        if self._left() <= 0:
            self.look()
            return
        self._last = self._clock()
        if self._is_warned:
            self._go_on()

    def _left(self) -> float:
        return self._minutes() * MINUTE - (self._clock() - self._last)

    def _go_on(self) -> None:
        self._is_warned = False
        self.resumed.emit()

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        """Sees every event before its window does; True keeps it from there."""
        kind = event.type()
        if kind not in WATCHED or not self._is_by_a_person(kind, event):
            return False
        answers = self._is_warned and kind in PRESSES
        if kind == Kind.ShortcutOverride and self._is_warned:
            event.accept()  # then its key comes as a press, and no shortcut acts
            return True
        self.note()
        return answers or self._is_over

    def _is_by_a_person(self, kind: QEvent.Type, event: QEvent) -> bool:
        """Not what Qt makes of a window that appears under the pointer, nor what lies on the keyboard."""
        if isinstance(event, QKeyEvent):
            return not event.isAutoRepeat()
        if not event.spontaneous():
            return False
        if isinstance(event, QInputMethodEvent):
            return bool(event.preeditString() or event.commitString())
        if kind in MOVES and isinstance(event, QSinglePointEvent):
            before, self._at = self._at, event.globalPosition()
            return self._at != before
        return True
