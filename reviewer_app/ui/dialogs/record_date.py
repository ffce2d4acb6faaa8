# SPDX-License-Identifier: Apache-2.0
"""One dialog records a date of the case, or a new value of one, with its source and the reason for a change."""

from PySide6.QtWidgets import QWidget

from reviewer_app.domain.cases import DatedFact, FactKind
from reviewer_app.services import facts
from reviewer_app.services.cases import CaseFile
from reviewer_app.services.desk import Desk
from reviewer_app.ui.dialogs.form import FormDialog, chosen
from reviewer_app.ui.widgets.layout import prose


class RecordDateDialog(FormDialog):
    """Answers with the recorded fact."""

    def __init__(
        self,
        parent: QWidget | None,
        desk: Desk,
        file: CaseFile,
        fact: DatedFact | None = None,
        what: FactKind | None = None,
    ) -> None:
        """`fact` is the date to change; otherwise `what` is the kind to begin with."""
        super().__init__("Change a date" if fact else "Record a date", parent, desk, about=(fact or file.case).id)
        self.file, self.fact = file, fact
        form = self.form
        if fact:
            form.lay(prose("The value that holds now stays in the history with your reason.", "soft"))
        recorded = {line.fact.what for line in file.facts}
        first = (
            fact.what if fact else what or next((kind for kind in FactKind if kind not in recorded), FactKind.INQUIRY)
        )
        self.what = form.choose("What", FactKind, first)
        self.what.setEnabled(fact is None)
        now = {"moment": fact.moment, "precision": fact.precision} if fact else {}
        self.moment = form.moment("Date and hour", "The day alone where the source gives no hour.", **now)
        self.source = form.line("Source document", text=fact.source if fact else "")
        self.mark = form.marking(fact.marking if fact else file.case.marking)
        self.reason = form.line("Reason for the change") if fact else None
        first_field = self.moment.field
        first_field.selectAll()
        first_field.setFocus()
        self.finish("Change date" if fact else "Record date")

    def save(self) -> DatedFact:
        moment, precision = self.form.needed(self.moment, "Date and hour")
        source, mark = self.source.text(), self.mark.text()
        if self.fact and self.reason:
            return facts.change_date(
                self.desk,
                self.fact,
                moment,
                source=source,
                marking=mark,
                reason=self.reason.text(),
                precision=precision,
            )
        what = chosen(self.what, FactKind)
        return facts.record_date(
            self.desk,
            self.file.case.id,
            what,
            moment,
            source=source,
            marking=mark,
            precision=precision,
        )

    @classmethod
    def ask(
        cls,
        parent: QWidget | None,
        desk: Desk,
        file: CaseFile,
        fact: DatedFact | None = None,
        what: FactKind | None = None,
    ) -> DatedFact | None:
        """The recorded fact, or None when the person went back."""
        dialog = cls(parent, desk, file, fact, what)
        return dialog.made if dialog.run() else None
