# SPDX-License-Identifier: Apache-2.0
"""Keeps the windows out of pictures of the screen where the system can do that, and says so where it cannot.

Only Windows can: `SetWindowDisplayAffinity` for each window by itself. Everywhere else any program of the same account
may look at the screen.
"""

import ctypes
import sys
from typing import Any

from PySide6.QtCore import QEvent, QObject, Signal
from PySide6.QtWidgets import QApplication, QWidget

EXCLUDE, MONITOR = 0x11, 0x1
"""WDA_EXCLUDEFROMCAPTURE leaves the window out (from Windows 10, 2004); WDA_MONITOR shows it black in pictures."""
OPEN, FAILED = "Screen capture not blocked here", "Screen capture not blocked"
WHY_OPEN = (
    "On this system no program can keep its windows out of screenshots, recordings and remote control. Close programs "
    "that look at the screen before you sign in, and follow your site's rules."
)
WHY_FAILED = (
    "Windows refused to keep a window of this program out of pictures of the screen. Close programs that record the "
    "screen, lock, and sign in again; if this stays, tell your security officer."
)


class Shield(QObject):
    """Covers every top-level window from the moment it has a native one: dialogs, menus and tooltips too.

    `refusal` comes with each window that could not be covered; `refused` counts them.
    """

    refusal = Signal()

    def __init__(self, user32: Any, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._user32 = user32
        self.refused = 0
        user32.SetWindowDisplayAffinity.argtypes = (ctypes.c_void_p, ctypes.c_uint32)
        user32.SetWindowDisplayAffinity.restype = ctypes.c_int
        user32.GetWindowDisplayAffinity.argtypes = (ctypes.c_void_p, ctypes.POINTER(ctypes.c_uint32))
        user32.GetWindowDisplayAffinity.restype = ctypes.c_int

    def begin(self, app: QApplication) -> None:
        """From here on; windows that are open already are covered now."""
        app.installEventFilter(self)
        for window in app.topLevelWidgets():
            self._cover(window)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """A native window is made when its widget is first shown, and made anew when a flag or the screen changes."""
        if event.type() in (QEvent.Type.WinIdChange, QEvent.Type.Show) and isinstance(watched, QWidget):
            self._cover(watched)
        return False

    def _cover(self, window: QWidget) -> None:
        handle = int(window.effectiveWinId()) if window.isWindow() else 0
        if handle and not any(self._is_set(handle, kind) for kind in (EXCLUDE, MONITOR)):
            self.refused += 1
            self.refusal.emit()

    def _is_set(self, handle: int, kind: int) -> bool:
        """SECURITY: asks what holds, for a call that was accepted may still have changed nothing."""
        holds = ctypes.c_uint32()
        self._user32.SetWindowDisplayAffinity(handle, kind)
        return bool(self._user32.GetWindowDisplayAffinity(handle, ctypes.byref(holds))) and holds.value == kind


def shield(app: QApplication) -> Shield | None:
    """Begins to cover the windows where that is possible."""
    if sys.platform == "win32":
        made = Shield(ctypes.WinDLL("user32", use_last_error=True), app)
        made.begin(app)
        return made
    return None


def told(kept: Shield | None) -> tuple[str, str]:
    """What the status line says of it, "" when every window is covered, and why."""
    if kept is None:
        return OPEN, WHY_OPEN
    return (FAILED, WHY_FAILED) if kept.refused else ("", "")
