# SPDX-License-Identifier: Apache-2.0
"""The tracks of a case, each moved on its own and in any direction."""

from PySide6.QtWidgets import QWidget

from reviewer_app.domain.cases import Access, Case, Consultation, Evaluation, Material
from reviewer_app.services import facts
from reviewer_app.services.desk import Desk
from reviewer_app.ui.dialogs.form import FormDialog, chosen
from reviewer_app.ui.widgets.layout import prose


class SetTracksDialog(FormDialog):
    """Answers with the case as it stands afterwards."""

    def __init__(self, parent: QWidget | None, desk: Desk, case: Case) -> None:
        super().__init__("Change tracks", parent, desk, 400, about=case.id)
        self.case = case
        form = self.form
        form.lay(prose("Tracks are independent. Every move is kept in the history.", "soft"))
        self.access = form.choose("Access", Access, case.access)
        self.evaluation = form.choose("Evaluation", Evaluation, case.evaluation)
        self.consultation = form.choose("Partner consultation", Consultation, case.consultation)
        self.material = form.choose("Material", Material, case.material)
        self.finish("Change tracks")

    def save(self) -> Case:
        return facts.set_tracks(
            self.desk,
            self.case,
            access=chosen(self.access, Access),
            evaluation=chosen(self.evaluation, Evaluation),
            consultation=chosen(self.consultation, Consultation),
            material=chosen(self.material, Material),
        )

    @classmethod
    def ask(cls, parent: QWidget | None, desk: Desk, case: Case) -> Case | None:
        """The case with its moved tracks, or None when the person went back."""
        dialog = cls(parent, desk, case)
        return dialog.made if dialog.run() else None
