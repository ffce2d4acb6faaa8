# SPDX-License-Identifier: Apache-2.0
"""What happens to an error that nobody caught: a fault is told by type and place only, and opens one dialog."""

import logging
import sys
import threading
from types import TracebackType

from PySide6.QtCore import QObject, QThread
from PySide6.QtWidgets import QApplication

from reviewer_app.errors import AppError, place_of

log = logging.getLogger("reviewer")

FAULT_TITLE = "Reviewer met a fault of its own"
FAULT = (
    "What was saved is kept; the last action may not have been finished. Lock the vault, sign in again and repeat it. "
    "If it happens again, give the place below to whoever looks after this program; it holds no case content."
)


class FaultHook(QObject):
    """Installed as `sys.excepthook`: logs every fault, shows one dialog at a time."""

    def __init__(self, app: QApplication) -> None:
        super().__init__(app)
        self._app, self._showing = app, False

    def install(self) -> None:
        sys.excepthook = self.handle
        threading.excepthook = self._handle_in_thread

    def handle(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, error, trace)
            return
        if not isinstance(error, AppError):
            log.error("Fault: %s", place_of(error))
        if self._showing or QThread.currentThread() is not self.thread():
            return
        self._showing = True
        try:
            self._show(error)
        finally:
            self._showing = False

    def _show(self, error: BaseException) -> None:
        from reviewer_app.ui.notify import ErrorDialog, show_error  # the unlock window is painted without dialogs

        parent = self._app.activeWindow()
        if isinstance(error, AppError):
            show_error(parent, error)
        else:
            ErrorDialog(parent, FAULT_TITLE, FAULT, place_of(error)).run()

    def _handle_in_thread(self, facts: threading.ExceptHookArgs) -> None:
        if facts.exc_value is not None:
            self.handle(facts.exc_type, facts.exc_value, facts.exc_traceback)
