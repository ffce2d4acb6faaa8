# SPDX-License-Identifier: Apache-2.0
"""Writing a package: for what, for whom, where to; and before it is written, what leaves and what is withheld."""

from collections.abc import Sequence
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

PURPOSES = {
    Purpose.HAND_OVER: "The whole case with its files and its history of entries in error, for an office that works on it.",
    Purpose.REFERRAL: "The findings alone, for the clearinghouse; the developer is named only where the agreement says so.",
}
ONE = {"evidence": "link to evidence"}
CONFIRM = "Send these words as they stand"
SHOWN = 20  # words, and findings, said at once


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
        self.words = label(tone="attention", wrap=True)
        self.withheld = label(wrap=True)
        self.form.lay(heading("What leaves"), self.leaving, self.obstacle, self.words)
        self.confirm = self.form.tick(CONFIRM)
        self.form.lay(heading("What is withheld"), self.withheld)
        self.purpose.currentIndexChanged.connect(self._on_purpose)
        self.recipient.textChanged.connect(self._on_words)
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
        self.seen = seen = packages.preview(self.desk, self.case, purpose)
        self.entry.note.setText(PURPOSES[purpose])
        if purpose is Purpose.REFERRAL and not self.recipient.text():
            self.recipient.setText(self.desk.policy.clearinghouse)
        elif purpose is Purpose.HAND_OVER and self.recipient.text() == self.desk.policy.clearinghouse:
            self.recipient.clear()
        self.leaving.setText(leaving_text(seen))
        self.obstacle.setText(seen.obstacle)
        self.obstacle.setVisible(bool(seen.obstacle))
        self.withheld.setText(withheld_text(seen))
        self._on_words()

    @Slot()
    def _on_words(self) -> None:
        """What could be read as a verdict is said before it leaves; a person decides, for notes may quote others."""
        words = (*packages.recipient_words(self.desk, self.recipient.text()), *self.seen.words)
        text = "Words that could be read as a verdict:\n" + "\n".join(first_of(words))
        if text != self.words.text():
            self.words.setText(text)
            self.confirm.setChecked(False)
        self.words.setVisible(bool(words))
        self.confirm.setVisible(bool(words))

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
        if not self.confirm.isHidden() and not self.confirm.isChecked():
            reason = f"some could be read as a verdict; reword them in the case, or tick “{CONFIRM}”"
            raise EntryError(field="Words", reason=reason)
        return Order(self._chosen(), self.recipient.text().strip(), self.desk.outside(self.folder))

    @classmethod
    def ask(
        cls, parent: QWidget | None, desk: Desk, case: str, purpose: Purpose, before: Order | None = None
    ) -> Order | None:
        """What is to be written, or None. `before` is an order that could not be carried out."""
        dialog = cls(parent, desk, case, purpose, before)
        return dialog.made if dialog.run() else None


def leaving_text(seen: packages.Preview) -> str:
    """What a package carries, in one or two sentences."""
    parts = [counted(number, ONE.get(kind, kind), _plural(kind)) for kind, number in seen.records.items()]
    files = f" {counted(seen.evidence, 'file')} of evidence, {size_text(seen.size)}." if seen.evidence else ""
    named = "named" if seen.names_developer else "not named"
    what = ", ".join(parts) or "nothing"
    told = f"Marked {seen.banner}. Records: {what}.{files} The developer is {named}."
    if seen.purpose is Purpose.REFERRAL and seen.findings:
        told += "\nEvery finding that is not struck out goes:\n" + "\n".join(first_of(seen.findings))
    return told


def first_of(sentences: Sequence[str]) -> list[str]:
    """The first few, and how many more there are."""
    more = len(sentences) - SHOWN
    return [*sentences[:SHOWN], *([f"and {more:,} more"] if more > 0 else [])]


def withheld_text(seen: packages.Preview) -> str:
    """Each reason once, with all that it withholds."""
    reasons: dict[str, list[str]] = {}
    for what, why in seen.withheld:
        reasons.setdefault(why, []).append(_field(what))
    return "\n".join(f"{'; '.join(fields)}. {why}" for why, fields in reasons.items())


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
    return (
        f"{words}: {name.replace('_', ' ')}" if name else "Site policy" if kind == "setting" else f"{words}: all of it"
    )
