# SPDX-License-Identifier: Apache-2.0
"""NSA's answer as somebody received it: state, date, authority and the reference of the record held elsewhere."""

from PySide6.QtWidgets import QWidget

from reviewer_app.domain.cases import Answer, Determination
from reviewer_app.services import facts
from reviewer_app.services.cases import CaseFile
from reviewer_app.services.desk import Desk
from reviewer_app.ui.dialogs.form import FormDialog, chosen
from reviewer_app.ui.widgets.layout import prose

TOLD = (
    "A determination is made by NSA and only recorded here. It says nothing about release, and where none is recorded "
    "the case reads “none recorded”."
)


class RecordDeterminationDialog(FormDialog):
    """Answers with the recorded determination."""

    def __init__(self, parent: QWidget | None, desk: Desk, file: CaseFile) -> None:
        super().__init__("Record a determination", parent, desk, about=file.case.id)
        self.file = file
        form = self.form
        form.lay(prose(TOLD, "soft"))
        self.answer = form.choose("State", Answer, Answer.REQUESTED)
        self.moment = form.moment("Date and hour", "Of the request or answer; the day alone where no hour is known.")
        self.authority = form.line("Authority", "Who asked or answered, as the record names them.")
        self.reference = form.line("Reference of the record", "Where the record itself is held.")
        self.mark = form.marking(file.case.marking)
        self.finish("Record determination")

    def save(self) -> Determination:
        moment, _ = self.form.needed(self.moment, "Date and hour")
        return facts.record_determination(
            self.desk,
            self.file.case.id,
            chosen(self.answer, Answer),
            moment,
            authority=self.authority.text(),
            reference=self.reference.text(),
            marking=self.mark.text(),
        )

    @classmethod
    def ask(cls, parent: QWidget | None, desk: Desk, file: CaseFile) -> Determination | None:
        """The recorded determination, or None when the person went back."""
        dialog = cls(parent, desk, file)
        return dialog.made if dialog.run() else None
