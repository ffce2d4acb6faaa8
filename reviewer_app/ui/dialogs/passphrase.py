# SPDX-License-Identifier: Apache-2.0
"""Changing one's own passphrase: the present one, and twice the new one beside its rules."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QWidget

from reviewer_app.errors import AppError, KeyringUnavailable, WrongPassphrase
from reviewer_app.services import people
from reviewer_app.services.desk import Desk
from reviewer_app.ui.dialogs.proving import Proving
from reviewer_app.ui.doorstep import PassphraseField, with_code
from reviewer_app.ui.new_passphrase import NewPassphrase
from reviewer_app.ui.tasks import Tasks
from reviewer_app.ui.theme import STRONG
from reviewer_app.ui.widgets.controls import labelled
from reviewer_app.ui.widgets.layout import label, prose

PRESENT = "Present passphrase"
TOLD = "What you signed stays signed. The present passphrase opens nothing afterwards."


class PassphraseDialog(Proving):
    """Answers with True when the passphrase was changed. Nothing of it is ever kept as a draft."""

    def __init__(self, parent: QWidget | None, desk: Desk, tasks: Tasks) -> None:
        super().__init__("Change passphrase", parent, desk, tasks, 500)
        self.changed = False
        self.present = PassphraseField(PRESENT)
        self.present_entry = labelled(PRESENT, self.present)
        self.new = NewPassphrase(self._check)
        self.go = self.agree("Change passphrase")
        self.secrets, self.others = (self.present, self.new), (self.go,)
        title = label("Change your passphrase", step=1, weight=STRONG)
        self.lay_out((title, prose(TOLD, "soft", 62), self.present_entry, self.new), self.closer(), self.go)
        self.present.line.textChanged.connect(self._on_present)
        self.new.changed.connect(self._on_typed)
        self._on_typed()
        self.present.setFocus()

    def _check(self, passphrase: str) -> Sequence[tuple[str, str]]:
        return people.passphrase_flaws(self.desk, passphrase, self.present.text() or None)

    @Slot()
    def _on_present(self) -> None:
        self.present_entry.set_error("")
        self.new.look_again()
        self._on_typed()

    @Slot()
    def _on_typed(self) -> None:
        self.go.setEnabled(bool(self.present.text() and self.new.text()) and not self.is_busy)

    @Slot()
    def accept(self) -> None:
        """Change it in the background; the dialog closes when it is changed."""
        if self.go.isEnabled() and not self.new.flaws():
            self.prove(partial(people.change_passphrase, self.desk, self.present.text(), self.new.text()))

    def proved(self, value: None) -> None:  # noqa: ARG002
        self.changed = True
        super().accept()

    def refused(self, error: AppError) -> None:
        if isinstance(error, WrongPassphrase | KeyringUnavailable):
            self.say(self.present_entry, with_code(error))
        else:
            self.new.refuse(with_code(error))

    @classmethod
    def ask(cls, parent: QWidget | None, desk: Desk, tasks: Tasks) -> bool:
        """Whether the passphrase was changed."""
        dialog = cls(parent, desk, tasks)
        dialog.run()
        return dialog.changed
