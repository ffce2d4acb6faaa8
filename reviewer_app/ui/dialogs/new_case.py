# SPDX-License-Identifier: Apache-2.0
"""The form for a new case: codename, developer and marking are needed; the rest may be recorded later."""

from PySide6.QtWidgets import QWidget

from reviewer_app.domain.cases import AccessMode, Case, Safeguards, Weights
from reviewer_app.services import cases
from reviewer_app.services.cases import NewCase
from reviewer_app.services.desk import Desk
from reviewer_app.ui.dialogs.form import FormDialog, chosen
from reviewer_app.ui.widgets.layout import prose


class NewCaseDialog(FormDialog):
    """Answers with the case that was recorded."""

    discard = "this new case"

    def __init__(self, parent: QWidget | None, desk: Desk) -> None:
        super().__init__("New case", parent, desk, 560, about="vault")
        form = self.form
        form.lay(
            prose("Only codename, developer and marking are needed. Everything else can be recorded later.", "soft")
        )
        self._model()
        self._terms()
        form.section("Dates", f"{desk.policy.zone_name}; each needs its source document")
        self.granted = form.moment("Access granted")
        self.granted_source = form.line("Source of the grant")
        self.release = form.moment("Planned partner release", "The planned release to other trusted partners.")
        self.release_source = form.line("Source of the release date")
        self.codename.setFocus()
        self.finish("Record case", by_enter=False)

    def _model(self) -> None:
        form = self.form
        form.section("The model")
        self.codename = form.line("Codename")
        self.developer = form.line("Developer")
        self.mark = form.marking()
        self.number = form.line("Case number", f"Left empty it becomes {cases.next_number(self.desk)}.")
        self.contact = form.line("Developer contact")
        self.weights = form.choose("Weights", Weights, Weights.NOT_RECORDED)

    def _terms(self) -> None:
        form = self.form
        form.section("Basis", "who offered access, when, in which document")
        self.offered_by = form.line("Offered by")
        self.offered = form.moment("Offered on")
        self.document = form.line("Document of the offer")
        form.section("Agreement")
        self.agreement = form.line("Agreement reference")
        self.edition = form.line("Version", text="1")
        self.uses = form.words("Agreed uses")
        self.people = form.words("Agreed people")
        self.sharing = form.words("Sharing")
        self.named = form.tick("The developer may be named to the clearinghouse")
        self.duty = form.words("Return or destroy")
        form.section("Checkpoint", "the exact build under evaluation")
        self.build = form.line("Build")
        self.safeguards = form.choose("Safeguards", Safeguards, Safeguards.NOT_RECORDED)
        self.mode = form.choose("Access mode", AccessMode, AccessMode.NOT_RECORDED)
        self.runs_at = form.line("Runs at")

    def save(self) -> Case:
        """Records the case. Raises EntryError and MarkingError as `cases.create`, or for a date that cannot be read."""
        form = self.form
        offered = form.readable(self.offered, "Offered on")
        granted = form.readable(self.granted, "Access granted")
        release = form.readable(self.release, "Planned partner release")
        new = NewCase(
            codename=self.codename.text(),
            developer=self.developer.text(),
            marking=self.mark.text(),
            number=self.number.text(),
            developer_contact=self.contact.text(),
            weights=chosen(self.weights, Weights),
            offered_by=self.offered_by.text(),
            offered=offered.moment,
            offered_precision=offered.precision,
            offer_document=self.document.text(),
            agreement=self.agreement.text(),
            agreement_edition=self.edition.text(),
            agreed_uses=self.uses.toPlainText(),
            agreed_people=self.people.toPlainText(),
            sharing=self.sharing.toPlainText(),
            developer_may_be_named=self.named.isChecked(),
            return_duty=self.duty.toPlainText(),
            build=self.build.text(),
            safeguards=chosen(self.safeguards, Safeguards),
            access_mode=chosen(self.mode, AccessMode),
            runs_at=self.runs_at.text(),
            granted=granted.moment,
            granted_precision=granted.precision,
            granted_source=self.granted_source.text(),
            partner_release=release.moment,
            partner_release_precision=release.precision,
            partner_release_source=self.release_source.text(),
        )
        return cases.create(self.desk, new)

    @classmethod
    def ask(cls, parent: QWidget | None, desk: Desk) -> Case | None:
        """The recorded case, or None when the person went back."""
        dialog = cls(parent, desk)
        return dialog.made if dialog.run() else None
