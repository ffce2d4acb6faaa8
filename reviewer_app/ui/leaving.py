# SPDX-License-Identifier: Apache-2.0
"""The ways out of the signed-in window: lock, sign out, close. Each keeps first what is typed and where the person is."""

import logging
from contextlib import ExitStack, suppress
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Slot

from reviewer_app.errors import AppError, place_of
from reviewer_app.services import preferences
from reviewer_app.ui import returning
from reviewer_app.ui.dialog import Question
from reviewer_app.ui.dialogs.form import FormDialog
from reviewer_app.ui.parting import Parting, Reason

if TYPE_CHECKING:  # it makes one of these
    from reviewer_app.ui.workplace import Workplace

log = logging.getLogger("reviewer")

FULL = (
    "The vault did not take what you were writing, so it is in this window only. Free space on the vault's disk, then "
    "{again}."
)
LOSE_BY_CLOSING = (
    "Close and lose your last lines?",
    FULL.format(again="close the window again"),
    "Close and lose them",
    "Keep the window open",
)
LOSE_BY_SIGNING_OUT = (
    "Sign out and lose your last lines?",
    FULL.format(again="sign out again"),
    "Sign out and lose them",
    "Stay signed in",
)


class Leaving(QObject):
    """`is_over` once the windows are blank or closed: from then on nothing asks a person anything."""

    def __init__(self, place: "Workplace") -> None:
        super().__init__(place.shell)
        self.place, self.shell, self.is_over = place, place.shell, False
        self.shell.lock_asked.connect(self._on_lock)
        self.shell.sign_out_asked.connect(self._on_sign_out)
        self.shell.installEventFilter(self)

    def lock(self, reason: Reason, minutes: int = 0) -> None:
        """Blank the windows, keep what is typed, and have the process replaced; it never asks.

        `minutes` without use are told of `Reason.IDLE`.
        """
        if self.is_over:
            return
        self.is_over = True
        left = self._left()  # a window that is blank has no cursor
        self.shell.blank()
        self.place.locked.emit(Parting(reason, minutes, self._is_kept(left)))

    def keep(self) -> None:
        """Keep drafts, forms and place in the vault; what is refused does not hold up the rest. Raises AppError."""
        self._keep(self._left())

    def _keep(self, left: str) -> None:
        with ExitStack() as every:
            every.callback(self._keep_place, left)
            for form in self.shell.findChildren(FormDialog):
                every.callback(form.keep)
            every.callback(self.place.keep_drafts)

    def _keep_place(self, left: str) -> None:
        with suppress(AppError):  # no text is lost with it
            preferences.remember(self.place.desk, returning.PLACE, left)

    def _left(self) -> str:
        """SECURITY: the lock goes on whatever happens here."""
        try:
            return returning.left(self.place)
        except Exception as error:  # noqa: BLE001  see above
            log.error("The place was not kept: %s", place_of(error))
            return ""

    def _is_kept(self, left: str) -> bool:
        """Keeps drafts; SECURITY: locking goes on whatever happens here, and the unlock window says what was lost."""
        try:
            self._keep(left)
        except Exception as error:  # noqa: BLE001  see above
            log.error("A draft was not kept: %s", place_of(error))
            return False
        return True

    @Slot()
    def _on_lock(self) -> None:
        self.lock(Reason.ASKED)

    @Slot()
    def _on_sign_out(self) -> None:
        """Unlike Lock it asks before text would be lost."""
        if self.is_over:
            return
        if self._is_kept(self._left()) or Question.ask(self.shell, *LOSE_BY_SIGNING_OUT, dangerous=True):
            self.lock(Reason.SIGNED_OUT)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Closing the window keeps what was not saved, and asks before it would be lost."""
        if event.type() == QEvent.Type.Close and watched is self.shell and not self.is_over:
            if not self._is_kept(self._left()) and not Question.ask(self.shell, *LOSE_BY_CLOSING, dangerous=True):
                event.ignore()
                return True
            self.is_over = True
            self.place.closed.emit()
        return False
