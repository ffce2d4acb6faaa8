# SPDX-License-Identifier: Apache-2.0
"""Writing a package: for what, for whom, where to; and before it is written, what leaves and what is withheld."""

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QWidget

from reviewer_app.domain.memos import Purpose
from reviewer_app.errors import EntryError
from reviewer_app.services import packages
from reviewer_app.services.desk import Desk
from reviewer_app.ui.case.words import counted, size_text
from reviewer_app.ui.dialogs.form import FormDialog
from reviewer_app.ui.files import choose_folder
from reviewer_app.ui.widgets.controls import button, choice, field, labelled
from reviewer_app.ui.widgets.layout import heading, label, row
from reviewer_app.ui.widgets.rows import Cell, Head, Row
from reviewer_app.ui.widgets.table import Table

PURPOSES = {
    Purpose.HAND_OVER: "The whole case with its files and its history of entries in error, for an office that works on it.",
    Purpose.REFERRAL: "The findings alone, for the clearinghouse; the developer is named only where the agreement says so.",
}
HEADS = (Head("Withheld", 190), Head("Why", 0))


@dataclass(frozen=True)
class Order:
    """A package a person wants written."""

    purpose: Purpose
    recipient: str
    folder: Path


class WritePackage(FormDialog):
    """Answers with an `Order`; nothing is written yet."""

    def __init__(
        self, parent: QWidget | None, desk: Desk, case: str, purpose: Purpose, before: Order | None = None
    ) -> None:
        super().__init__("Write a package", parent, desk, 640)
        self.case, self.folder = case, before.folder if before else None
        self.purpose = choice([each.capitalize() for each in PURPOSES], "Purpose")
        self.entry = labelled("Purpose", self.purpose, " ")
        self.form.lay(self.entry)
        self.recipient = self.form.line("Recipient", "The office that the package is for.")
        self.place = field(name="Folder")
        self.place.setReadOnly(True)
        self.place.setText(str(self.folder or ""))
        self.choose = button("Choose folder", on=self._on_folder)
        self.form.fields["Folder"] = labelled("Folder", self.place, "The package is a new folder in it.")
        self.form.lay(self.form.fields["Folder"], row(self.choose, None))
        self.leaving = label(wrap=True)
        self.obstacle = label(tone="attention", wrap=True)
        self.withheld = Table(HEADS, (), "What is withheld")
        self.form.lay(heading("What leaves"), self.leaving, self.obstacle, heading("What is withheld"), self.withheld)
        self.purpose.currentIndexChanged.connect(self._on_purpose)
        self.purpose.setCurrentIndex(list(PURPOSES).index(purpose))
        self._on_purpose()
        if before:
            self.recipient.setText(before.recipient)
        self.finish("Write the package", by_enter=False)

    def _chosen(self) -> Purpose:
        return list(PURPOSES)[self.purpose.currentIndex()]

    @Slot()
    def _on_purpose(self) -> None:
        purpose = self._chosen()
        seen = packages.preview(self.desk, self.case, purpose)
        self.entry.note.setText(PURPOSES[purpose])
        if purpose is Purpose.REFERRAL and not self.recipient.text():
            self.recipient.setText(self.desk.policy.clearinghouse)
        elif purpose is Purpose.HAND_OVER and self.recipient.text() == self.desk.policy.clearinghouse:
            self.recipient.clear()
        self.leaving.setText(leaving_text(seen))
        self.obstacle.setText(seen.obstacle)
        self.obstacle.setVisible(bool(seen.obstacle))
        self.withheld.set_rows(
            Row(what, (_field(what), Cell(why, "soft", tip=f"{_field(what)}: {why}"))) for what, why in seen.withheld
        )

    @Slot()
    def _on_folder(self) -> None:
        chosen = choose_folder(self, "Folder for the package", self.folder)
        if chosen:
            self.choose_folder(chosen)

    def choose_folder(self, folder: Path) -> None:
        """Where the package's folder will be made."""
        self.folder = folder
        self.place.setText(str(folder))
        self.form.fields["Folder"].set_error("")

    def save(self) -> Order:
        if not self.recipient.text().strip():
            raise EntryError(field="Recipient", reason="this is empty; write the office that the package is for")
        if self.folder is None:
            raise EntryError(field="Folder", reason="none is chosen; choose a folder or medium for the package")
        return Order(self._chosen(), self.recipient.text().strip(), self.folder)

    @classmethod
    def ask(
        cls, parent: QWidget | None, desk: Desk, case: str, purpose: Purpose, before: Order | None = None
    ) -> Order | None:
        """What is to be written, or None. `before` is an order that could not be carried out."""
        dialog = cls(parent, desk, case, purpose, before)
        return dialog.made if dialog.run() else None


def leaving_text(seen: packages.Preview) -> str:
    """What a package carries, in one or two sentences."""
    parts = [counted(number, kind, _plural(kind)) for kind, number in seen.records.items()]
    files = f" {counted(seen.evidence, 'file')} of evidence, {size_text(seen.size)}." if seen.evidence else ""
    named = "named" if seen.names_developer else "not named"
    what = ", ".join(parts) or "nothing"
    return f"Marked {seen.banner}. Records: {what}.{files} The developer is {named}."


def _plural(kind: str) -> str:
    return {
        "case": "cases",
        "evaluation summary": "evaluation summaries",
        "evidence": "links to evidence",
        "person": "people",
    }.get(kind, "")


def _field(what: str) -> str:
    """`case.developer_contact` in words."""
    kind, _, name = what.partition(".")
    words = kind.replace("_", " ").capitalize()
    return f"{words}: {name.replace('_', ' ')}" if name else f"{words}: all of it"
