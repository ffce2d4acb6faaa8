# SPDX-License-Identifier: Apache-2.0
"""One's own device secret: what it is for in plain words, and the passphrase that takes it in or gives it up."""

from functools import partial

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QWidget

from reviewer_app.errors import AppError, KeyringUnavailable
from reviewer_app.services import confirming, people
from reviewer_app.services.desk import Desk
from reviewer_app.ui.dialog import Question
from reviewer_app.ui.dialogs.proving import Proving
from reviewer_app.ui.doorstep import PassphraseField, with_code
from reviewer_app.ui.tasks import Tasks
from reviewer_app.ui.theme import STRONG
from reviewer_app.ui.widgets.controls import labelled
from reviewer_app.ui.widgets.layout import Item, label, prose

OWN = "Your passphrase"
USE = (
    "Use a device secret",
    "This computer then keeps a secret in its keyring, and your sign-in needs it besides your passphrase. Whoever carries "
    "a copy of the vault away cannot find out your passphrase by trying.",
    "You sign in on this computer and account alone. If the keyring is lost, an officer gives you a one-time passphrase.",
    "Use it",
)
STOP = (
    "Stop using the device secret",
    "Your passphrase alone then opens the vault, on every computer that holds it.",
    "The secret is taken out of this computer's keyring.",
    "Stop using it",
)
UNUSABLE = (
    "This computer's keyring cannot be used: {reason}. Nothing was changed, and you sign in as before. Sign in at the "
    "desktop's keyring and try again. (Code {code})"
)
HELD = (
    "Replace the secret in the keyring?",
    "This computer's keyring already holds a device secret of yours for this vault. Perhaps a copy of the vault needs it, "
    "such as one put back from a backup: you could not sign in to that copy any more.",
    "Replace it",
    "Keep it",
)


class DeviceDialog(Proving):
    """`kept` says where the secret is afterwards ("" for nowhere), None while nothing was changed."""

    def __init__(self, parent: QWidget | None, desk: Desk, tasks: Tasks, *, on: bool) -> None:
        title, what, price, verb = USE if on else STOP
        super().__init__(title, parent, desk, tasks, 500)
        self.on = on
        self.kept: str | None = None
        self.own = PassphraseField(OWN)
        self.own_entry = labelled(OWN, self.own)
        self.go = self.agree(verb)
        self.secrets, self.others = (self.own,), (self.go,)
        parts: list[Item] = [label(f"{title}?", step=1, weight=STRONG, wrap=True), prose(what, measure=62)]
        self.lay_out([*parts, prose(price, measure=62), self.own_entry], self.closer(), self.go)
        self.own.line.textChanged.connect(self._on_typed)
        self._on_typed()
        self.own.setFocus()

    @Slot()
    def _on_typed(self) -> None:
        self.own_entry.set_error("")
        self.go.setEnabled(bool(self.own.text()) and not self.is_busy)

    @Slot()
    def accept(self) -> None:
        """Change it in the background; the dialog closes when it is changed."""
        if self.go.isEnabled():
            self._change(replace=False)

    def _change(self, *, replace: bool) -> None:
        self.prove(partial(_change, self.desk, self.own.text(), self.on, replace))

    def proved(self, value: str) -> None:
        self.kept = value
        super().accept()

    def refused(self, error: AppError) -> None:
        if not (self.on and isinstance(error, KeyringUnavailable)):
            self.say(self.own_entry, with_code(error))
        elif error.facts["reason"] != people.HELD:
            self.say(self.own_entry, UNUSABLE.format(reason=error.facts["reason"], code=error.code))
        elif Question.ask(self, *HELD, dangerous=True):
            self._change(replace=True)

    @classmethod
    def ask(cls, parent: QWidget | None, desk: Desk, tasks: Tasks, *, on: bool) -> str | None:
        """Where the secret is kept afterwards, "" for nowhere; None when nothing was changed."""
        dialog = cls(parent, desk, tasks, on=on)
        dialog.run()
        return dialog.kept


def _change(desk: Desk, passphrase: str, on: bool, replace: bool) -> str:
    leave = confirming.grant(desk, people.DEVICE_CHANGED, [(desk.person.id, passphrase)])
    return people.use_device(desk, passphrase, on, leave, replace=replace)
