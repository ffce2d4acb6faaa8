# SPDX-License-Identifier: Apache-2.0
"""What a person says about files before they are attached, and which of them could not be."""

from collections.abc import Sequence

from PySide6.QtWidgets import QWidget

from reviewer_app.domain.evidence import Holding
from reviewer_app.errors import AppError
from reviewer_app.services.attachments import Candidate, Incoming, shown_name
from reviewer_app.services.cases import CaseFile
from reviewer_app.services.desk import Desk
from reviewer_app.ui.case.words import counted, size_text
from reviewer_app.ui.dialog import Dialog
from reviewer_app.ui.dialogs.form import FormDialog, chosen
from reviewer_app.ui.theme import STRONG
from reviewer_app.ui.widgets.controls import choice, labelled
from reviewer_app.ui.widgets.layout import Item, beside, column, label, picture, scroll
from reviewer_app.ui.widgets.rows import Cell, Head, Row
from reviewer_app.ui.widgets.table import Table

HEADS = (Head("File", 0), Head("Size", 84, right=True))
SHOWN = 6  # files shown at once
WHOSE = "Developer material is returned or destroyed under the agreement; a government record is kept."
NO_CHECKPOINT = "None"


class AttachDetails(FormDialog):
    """Answers with what holds for all the files."""

    def __init__(self, parent: QWidget | None, desk: Desk, file: CaseFile, files: Sequence[Candidate]) -> None:
        taken = [each for each in files if not each.refusal]
        title = f"Attach {counted(len(taken), 'file')}"
        super().__init__(title, parent, desk, 520)
        self.checkpoints = list(file.checkpoints)
        self.form.section(title, size_text(sum(each.size for each in taken)))
        rows = [
            Row(str(place), (Cell(shown_name(each.path), image="file"), size_text(each.size)))
            for place, each in enumerate(taken)
        ]
        listed = Table(HEADS, rows, "Files to attach", head=False, fit=len(rows) <= SHOWN)
        self.form.lay(listed, *_refusals(files))
        self.mark = self.form.marking(file.case.marking)
        self.whose = self.form.choose("Whose it is", Holding, Holding.DEVELOPER_MATERIAL, WHOSE)
        self.source = self.form.line("Source", "Who gave it, or the machine it comes from.")
        self.medium = self.form.line("Medium", "Such as the number of the disc. Empty: not recorded.")
        self.checkpoint = choice([NO_CHECKPOINT, *(each.build for each in self.checkpoints)], "Checkpoint")
        if len(self.checkpoints) == 1:
            self.checkpoint.setCurrentIndex(1)
        if self.checkpoints:
            self.form.lay(labelled("Checkpoint", self.checkpoint, "The build of the model that this is about."))
        self.finish("Attach")
        self.mark.setFocus()

    def save(self) -> Incoming:
        place = self.checkpoint.currentIndex()
        return Incoming(
            marking=self.desk.portion(self.mark.text()),
            holding=chosen(self.whose, Holding),
            source=self.source.text(),
            medium=self.medium.text(),
            checkpoint=self.checkpoints[place - 1].id if place > 0 else None,
        )

    @classmethod
    def ask(cls, parent: QWidget | None, desk: Desk, file: CaseFile, files: Sequence[Candidate]) -> Incoming | None:
        """What holds for the files, or None."""
        dialog = cls(parent, desk, file, files)
        return dialog.made if dialog.run() else None


def _refusals(files: Sequence[Candidate]) -> list[Item]:
    refused = [each for each in files if each.refusal]
    if not refused:
        return []
    names = ", ".join(f"“{shown_name(each.path)}”" for each in refused[:SHOWN])
    more = f" and {len(refused) - SHOWN} more" if len(refused) > SHOWN else ""
    return [label(f"Not among them: {names}{more}. The reasons follow at the end.", "attention", wrap=True)]


class NotAttached(Dialog):
    """Which files were not attached, each with its reason. Agreeing means: choose others."""

    def __init__(self, parent: QWidget | None, errors: Sequence[AppError]) -> None:
        super().__init__("Not attached", parent, 520)
        parts: list[Item] = [label(_title(len(errors)), step=1, weight=STRONG, wrap=True)]
        for error in errors:
            parts += [column(label(str(error), wrap=True), label(f"Code {error.code}", "soft"), gap=2)]
        words = beside(picture("error", "danger", 24), column(*parts, None, gap=12), 12)
        close, again = self.closer("Close"), self.agree("Choose another file", "")
        self.fill(words if len(errors) <= SHOWN else scroll(words, "Reasons"), again, close)
        again.setDefault(False)
        close.setDefault(True)
        close.setFocus()

    @classmethod
    def ask(cls, parent: QWidget | None, errors: Sequence[AppError]) -> bool:
        """Whether the person wants to choose another file."""
        return cls(parent, errors).run()


def _title(number: int) -> str:
    return "1 file was not attached" if number == 1 else f"{number} files were not attached"
