# SPDX-License-Identifier: Apache-2.0
"""How people hear of trouble: expected errors in their own sentences, faults by type and place only."""

import logging
import sys
import threading
import traceback
from types import TracebackType

from PySide6.QtCore import QObject, Qt, QThread
from PySide6.QtWidgets import QApplication, QWidget

from reviewer_app.errors import AppError
from reviewer_app.ui.dialog import Dialog
from reviewer_app.ui.theme import STRONG
from reviewer_app.ui.widgets.layout import Item, beside, column, label, picture, prose

log = logging.getLogger("reviewer")

FAULT_TITLE = "Reviewer met a fault of its own"
FAULT = (
    "What was saved is kept; the last action may not have been finished. Lock the vault, sign in again and repeat it. "
    "If it happens again, give the place below to whoever looks after this program; it holds no case content."
)


class ErrorDialog(Dialog):
    """What happened, why, what to do; a code that the help explains; optionally one way on."""

    def __init__(self, parent: QWidget | None, title: str, text: str, code: str, action: str = "") -> None:
        super().__init__("Reviewer", parent)
        parts: list[Item] = [label(title, step=1, weight=STRONG, wrap=True)]
        parts += [prose(text, measure=58)] if text else []
        words = column(*parts, label(code, "soft", wrap=True))
        self.text = f"{title} {text}".strip()
        self.setAccessibleDescription(self.text)
        close = self.closer("Close")
        steps = (close, self.agree(action)) if action else (close,)
        self.fill(beside(picture("error", "danger", 24), words, 12), *steps)
        steps[-1].setDefault(True)
        steps[-1].setFocus(Qt.FocusReason.TabFocusReason)


def sentences(error: AppError) -> tuple[str, str]:
    """(what happened, the rest). The class's own sentence is cut before it is filled: a file's name may hold a stop."""
    first, stop, rest = error.sentence.partition(". ")
    return (first + stop).strip().format(**error.facts), rest.format(**error.facts)


def show_error(parent: QWidget | None, error: Exception, action: str = "") -> bool:
    """Show an error; True when the person took the way on that `action` names ("Choose another file").

    Anything that is not an AppError is a fault of the program: it goes to the excepthook.
    """
    if not isinstance(error, AppError):
        sys.excepthook(type(error), error, error.__traceback__)
        return False
    what, rest = sentences(error)
    return ErrorDialog(parent, what, rest, f"Code {error.code}, explained in the help (F1)", action).run()


def place_of(error: BaseException) -> str:
    """Type and place of a fault, `KeyError at table.py:120`: never its words, which may quote a case."""
    frames = traceback.extract_tb(error.__traceback__)
    where = " < ".join(
        f"{frame.filename.replace(chr(92), '/').rsplit('/', 1)[-1]}:{frame.lineno}" for frame in frames[:-4:-1]
    )
    return f"{type(error).__name__} at {where or 'an unknown place'}"


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
        parent = self._app.activeWindow()
        if isinstance(error, AppError):
            show_error(parent, error)
        else:
            ErrorDialog(parent, FAULT_TITLE, FAULT, place_of(error)).run()

    def _handle_in_thread(self, facts: threading.ExceptHookArgs) -> None:
        if facts.exc_value is not None:
            self.handle(facts.exc_type, facts.exc_value, facts.exc_traceback)
