# SPDX-License-Identifier: Apache-2.0
"""What ends a session by itself: no use, with a warning before it, and the desktop's own lock."""

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Slot
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QApplication
from shiboken6 import isValid

from reviewer_app.errors import AppError
from reviewer_app.ui import capture
from reviewer_app.ui.desktop import Desktop
from reviewer_app.ui.dialog import Dialog
from reviewer_app.ui.idle import Idle, uptime
from reviewer_app.ui.parting import Reason
from reviewer_app.ui.theme import GAP
from reviewer_app.ui.widgets.layout import box, column
from reviewer_app.ui.widgets.strips import Alert
from reviewer_app.ui.workplace import Workplace

SPOKEN = (20, 10, 5)
"""Seconds left at which the warning is said again; each second would drown everything else."""
GO_ON = "Go on"


class Session(QObject):
    """Watches one signed-in window and locks it. `clock` gives seconds that go on while the computer sleeps."""

    def __init__(
        self, place: Workplace, clock: Callable[[], float] | None = None, shield: capture.Shield | None = None
    ) -> None:
        super().__init__(place.shell)
        self.place = place
        self.warnings: list[Alert] = []  # the same words in the window and over an open dialog
        self.idle = Idle(self._minutes, clock or uptime, self)
        self.idle.warned.connect(self._on_warned)
        self.idle.resumed.connect(self._on_resumed)
        self.idle.passed.connect(self._on_passed)
        self.desktop = Desktop(self)
        self.desktop.locked.connect(self._on_desktop_locked)
        place.locked.connect(self.idle.stop)
        place.closed.connect(self.idle.stop)
        self._shield = shield
        if shield:
            shield.refusal.connect(self._tell_capture)
        self._tell_capture()
        QTimer.singleShot(0, self, self._watch)  # the window is painted first

    @Slot()
    def _watch(self) -> None:
        if not self.place.leaving.is_over:
            self.desktop.watch(self.place.tasks, self.place.shell)

    @Slot()
    def _tell_capture(self) -> None:
        self.place.shell.tell_capture(*capture.told(self._shield))

    def _minutes(self) -> int:
        return self.place.desk.policy.idle_limit(self.place.desk.roles)

    @Slot(int)
    def _on_warned(self, seconds: int) -> None:
        """Count down; what is typed is kept before anybody could lose it."""
        begins = not self.warnings
        if begins:
            self._kept = self._is_kept()
        text = self._told(seconds)
        if begins:
            self._show(text)
        for alert in filter(isValid, self.warnings):
            alert.set_text(text)
        if begins or seconds in SPOKEN:
            said = QAccessibleAnnouncementEvent(self.place.shell, text)
            said.setPoliteness(QAccessible.AnnouncementPoliteness.Assertive)
            QAccessible.updateAccessibility(said)

    def _told(self, seconds: int) -> str:
        first = f"Locking in {seconds} second{'' if seconds == 1 else 's'}: nobody has used this window. "
        kept = "What you typed is kept." if self._kept else "The disk did not take what you typed."
        return f"{first}Press any key, or move the mouse, to go on. {kept}"

    def _is_kept(self) -> bool:
        try:
            self.place.keep()
        except AppError:
            return False
        return True

    def _show(self, text: str) -> None:
        """A strip at the top of the window, and of the dialog that covers it."""
        over = QApplication.activeModalWidget()
        for place in (self.place.shell.centralWidget(), over if isinstance(over, Dialog) else None):
            if place:
                alert = Alert(text, GO_ON, closes=False)
                alert.acted.connect(self.idle.note)
                below_banner = min(1, box(place).count() - 1)
                box(place).insertWidget(below_banner, column(alert, margins=(GAP, GAP, GAP, GAP)))
                self.warnings.append(alert)

    @Slot()
    def _on_resumed(self) -> None:
        for alert in filter(isValid, self.warnings):
            if strip := alert.parentWidget():
                strip.hide()
                strip.deleteLater()
        self.warnings.clear()

    @Slot()
    def _on_passed(self) -> None:
        self._on_resumed()
        self.place.leaving.lock(Reason.IDLE, self._minutes())

    @Slot()
    def _on_desktop_locked(self) -> None:
        self.place.leaving.lock(Reason.DESKTOP)

    _kept = True
