# SPDX-License-Identifier: Apache-2.0
"""What the dialogs that take passphrases share: proved away from the window, forgotten, and no guessing at an open desk."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from reviewer_app.errors import AppError, SignInLocked
from reviewer_app.services.desk import Desk
from reviewer_app.ui.dialog import Dialog
from reviewer_app.ui.doorstep import PassphraseField
from reviewer_app.ui.new_passphrase import NewPassphrase
from reviewer_app.ui.tasks import Tasks
from reviewer_app.ui.widgets.controls import Labelled
from reviewer_app.ui.widgets.layout import Item, fill, scroll


class Proving(Dialog):
    """Subclasses list their passphrase fields in `secrets`, call `lay_out`, and `prove` in `accept`.

    SECURITY: when one's own slot is locked by what is typed here, somebody guesses at an open desk: the vault locks.
    """

    def __init__(self, title: str, parent: QWidget | None, desk: Desk, tasks: Tasks, width: int) -> None:
        super().__init__(title, parent, width)
        self.desk, self.tasks = desk, tasks
        self.secrets: Sequence[PassphraseField | NewPassphrase] = ()
        self.others: Sequence[QWidget] = ()
        """What else rests while a passphrase is proved."""
        self.is_busy = False

    def lay_out(self, parts: Sequence[Item], *buttons: QPushButton) -> None:
        """The parts one below the other, and the buttons below them."""
        frame = QWidget()
        fill(QVBoxLayout(frame), parts, 12)
        self._view = scroll(frame, self.windowTitle())
        self.fill(self._view, *buttons)

    def prove(self, work: Callable[[], Any]) -> None:
        """Does what takes the passphrases in the background; `proved` or `refused` follows. One at a time."""
        if not self.is_busy:
            self._set_busy(True)
            self.tasks.run(partial(_alone, work), self._on_proved, self._on_refused)

    def proved(self, value: Any) -> None:
        """It is done; the dialog may close."""
        raise NotImplementedError

    def refused(self, error: AppError) -> None:
        """It was refused: say so beside a field."""
        raise NotImplementedError

    @Slot(object)
    def _on_proved(self, value: Any) -> None:
        self._set_busy(False)
        self.proved(value)

    @Slot(object)
    def _on_refused(self, error: Exception) -> None:
        self._set_busy(False)
        if not isinstance(error, AppError):
            self.reject()
            raise error
        if isinstance(error, SignInLocked) and self.is_own(error):
            self.reject()
            self.ask_window("lock_asked")
            return
        self.code = error.code
        self.refused(error)
        self.fit()

    def is_own(self, error: AppError) -> bool:
        """Whether an error is about the slot of the person at this desk."""
        me = self.desk.opened.person
        return error.facts.get("person") in (self.desk.person.name, me.name if me else "")

    def say(self, entry: Labelled, text: str) -> None:
        """What is wrong beside a field, which is in view and takes the focus: typing takes the place of what it holds."""
        entry.set_error(text)
        entry.widget.setFocus()
        if isinstance(entry.widget, PassphraseField):
            entry.widget.line.selectAll()
        self.fit()
        self._view.ensureWidgetVisible(entry)

    def _set_busy(self, busy: bool) -> None:
        self.is_busy = busy
        for widget in (*self.secrets, *self.others):
            widget.setEnabled(not busy)
        for secret in self.secrets:
            secret.hide_text()

    @Slot()
    def reject(self) -> None:
        """Close without an answer; what is being done cannot be taken back, so its end is waited for."""
        if not self.is_busy:
            super().reject()

    def done(self, result: int) -> None:
        for secret in self.secrets:
            secret.forget()
        super().done(result)


def _alone(work: Callable[[], Any], _progress: object, _cancelled: object) -> Any:
    return work()
