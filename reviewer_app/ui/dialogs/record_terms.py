# SPDX-License-Identifier: Apache-2.0
"""What was left out when the case was opened: the offer, an agreement or its new version, a checkpoint."""

from PySide6.QtWidgets import QWidget

from reviewer_app.domain.cases import AccessMode, Agreement, Checkpoint, Safeguards, Submission
from reviewer_app.services import facts
from reviewer_app.services.cases import CaseFile
from reviewer_app.services.desk import Desk
from reviewer_app.ui.dialogs.form import FormDialog, chosen


class TermsDialog(FormDialog):
    """The base of the three: each fills the form with its own fields above the marking."""

    title = ""
    verb = ""

    def __init__(self, parent: QWidget | None, desk: Desk, file: CaseFile) -> None:
        super().__init__(self.title, parent, desk, 520, about=file.case.id)
        self.case = file.case.id
        self.fields()
        self.mark = self.form.marking(file.case.marking)
        self.finish(self.verb)

    def fields(self) -> None:
        """Fill the form."""
        raise NotImplementedError

    @classmethod
    def ask(cls, parent: QWidget | None, desk: Desk, file: CaseFile) -> bool:
        """Whether it was recorded."""
        return bool(cls(parent, desk, file).run())


class OfferDialog(TermsDialog):
    """The recorded voluntary basis of the case."""

    title, verb = "Record the offer", "Record offer"

    def fields(self) -> None:
        self.by = self.form.line("Offered by", "A person or body of the developer.")
        self.offered = self.form.moment("Offered on")
        self.document = self.form.line("Document of the offer")

    def save(self) -> Submission:
        moment, precision = self.form.needed(self.offered, "Offered on")
        return facts.record_submission(
            self.desk,
            self.case,
            moment,
            offered_by=self.by.text(),
            document=self.document.text(),
            marking=self.mark.text(),
            precision=precision,
        )


class AgreementDialog(TermsDialog):
    """An agreement; the newest one recorded is shown on the Overview, and earlier ones stay."""

    title, verb = "Record an agreement", "Record agreement"

    def fields(self) -> None:
        form = self.form
        self.reference = form.line("Agreement reference")
        self.edition = form.line("Version", text="1")
        self.signed = form.moment("Signed on")
        self.uses = form.words("Agreed uses")
        self.people = form.words("Agreed people")
        self.sharing = form.words("Sharing")
        self.named = form.tick("The developer may be named to the clearinghouse")
        self.duty = form.words("Return or destroy")

    def save(self) -> Agreement:
        return facts.record_agreement(
            self.desk,
            self.case,
            reference=self.reference.text(),
            marking=self.mark.text(),
            edition=self.edition.text().strip() or "1",
            signed=self.form.readable(self.signed, "Signed on").moment,
            uses=self.uses.toPlainText().strip(),
            people=self.people.toPlainText().strip(),
            sharing=self.sharing.toPlainText().strip(),
            developer_may_be_named=self.named.isChecked(),
            return_duty=self.duty.toPlainText().strip(),
        )


class CheckpointDialog(TermsDialog):
    """One exact build, to which evidence can be tied."""

    title, verb = "Record a checkpoint", "Record checkpoint"

    def fields(self) -> None:
        form = self.form
        self.build = form.line("Build")
        self.safeguards = form.choose("Safeguards", Safeguards, Safeguards.NOT_RECORDED)
        self.mode = form.choose("Access mode", AccessMode, AccessMode.NOT_RECORDED)
        self.runs_at = form.line("Runs at")

    def save(self) -> Checkpoint:
        return facts.record_checkpoint(
            self.desk,
            self.case,
            build=self.build.text(),
            marking=self.mark.text(),
            safeguards=chosen(self.safeguards, Safeguards),
            access_mode=chosen(self.mode, AccessMode),
            runs_at=self.runs_at.text(),
        )
