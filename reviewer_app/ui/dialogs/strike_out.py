# SPDX-License-Identifier: Apache-2.0
"""A record is marked as entered in error: out of clocks, memos and packages, never out of history."""

from PySide6.QtWidgets import QWidget

from reviewer_app.domain.record import Record
from reviewer_app.services import facts
from reviewer_app.services.desk import Desk
from reviewer_app.ui.dialogs.form import FormDialog
from reviewer_app.ui.theme import STRONG
from reviewer_app.ui.widgets.layout import label, prose

TOLD = "It leaves clocks, memos and packages. The entry, your reason and your name stay in the history."


class StrikeOutDialog(FormDialog):
    """Answers with True when the record was struck out."""

    def __init__(self, parent: QWidget | None, desk: Desk, value: Record, named: str) -> None:
        """`named` says what is struck out: `planned partner release, 3 Dec 2026 12:00 EST`."""
        super().__init__("Entered in error", parent, desk, about=value.id)
        self.value = value
        question = label(f"Strike out {named}?", step=1, weight=STRONG, wrap=True)
        self.form.lay(question, prose(TOLD, "soft"))
        self.reason = self.form.line("Reason", "Such as: typed into the wrong case.")
        self.finish("Strike out")

    def save(self) -> bool:
        facts.strike_out(self.desk, self.value, self.reason.text())
        return True

    @classmethod
    def ask(cls, parent: QWidget | None, desk: Desk, value: Record, named: str) -> bool:
        """Whether the record was struck out."""
        dialog = cls(parent, desk, value, named)
        return bool(dialog.run())
