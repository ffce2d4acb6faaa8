# SPDX-License-Identifier: Apache-2.0
"""Before a vault is destroyed: what that means, what it cannot reach, and the vault's name typed out."""

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from reviewer_app.ui.dialog import Dialog
from reviewer_app.ui.theme import STRONG
from reviewer_app.ui.widgets.controls import field, labelled
from reviewer_app.ui.widgets.layout import fill, label, prose

TOLD = (
    "Every case, note, attachment and the journal in it become unreadable at once, for everybody, and cannot be brought "
    "back. Packages and memos that were copied out stay, and so does every backup: destroy those by your site's rules."
)
RECORDS = "If records must be kept, a reviewer or supervisor writes a hand-over of each case first. A copy of this vault that is used under the same account loses its device secrets too."


class DestroyDialog(Dialog):
    """Answers with True when the person typed the vault's name and goes on; the passphrases are asked for next."""

    def __init__(self, parent: QWidget | None, name: str) -> None:
        super().__init__("Destroy the vault", parent, 520)
        self.name = name
        self.line = field(name="Name of the vault")
        self.line.textChanged.connect(self._on_typed)
        entry = labelled("Name of the vault", self.line, f"Type {name} to go on.")
        frame = QWidget()
        title = label(f"Destroy the vault {name}?", step=1, weight=STRONG, wrap=True)
        fill(QVBoxLayout(frame), (title, prose(TOLD, measure=62), prose(RECORDS, measure=62), entry), 12)
        self.keep, self.go = self.closer("Keep the vault"), self.agree("Go on", "danger")
        self.fill(frame, self.keep, self.go)
        self.keep.setDefault(True)
        self._on_typed()

    @Slot()
    def _on_typed(self) -> None:
        self.go.setEnabled(self.line.text().strip() == self.name)

    @classmethod
    def ask(cls, parent: QWidget | None, name: str) -> bool:
        """Whether to go on."""
        return cls(parent, name).run()
