# SPDX-License-Identifier: Apache-2.0
"""What memos and packages print of the office, in one dialog."""

from PySide6.QtWidgets import QWidget

from reviewer_app.services import office
from reviewer_app.services.desk import Desk
from reviewer_app.services.office import DETAILS
from reviewer_app.ui.dialogs.form import FormDialog
from reviewer_app.ui.widgets.layout import prose

TOLD = "Memos and packages made from now on print this. What is kept already stays as it is."
NOTES = {
    "classified_by": "Name and position of the derivative classifier.",
    "derived_from": "Source or guide, its office and date.",
    "declassify_on": "One date, YYYYMMDD, or the exemption your guide gives.",
    "contact": "Whom the receiver of a memo or package asks.",
    "clearinghouse": "The recipient that a referral begins with.",
}


class OfficeDialog(FormDialog):
    """Answers with True when something was changed."""

    discard = "the office details you changed"

    def __init__(self, parent: QWidget | None, desk: Desk) -> None:
        super().__init__("Office", parent, desk, 520, about="vault")
        self.form.lay(prose(TOLD, "soft"))
        self.lines = {
            name: self.form.line(told, NOTES.get(name, ""), getattr(desk.policy, name))
            for name, told in DETAILS.items()
        }
        self.finish("Save", by_enter=False)

    def save(self) -> bool:
        return office.change(self.desk, **{name: line.text() for name, line in self.lines.items()})

    @classmethod
    def ask(cls, parent: QWidget | None, desk: Desk) -> bool:
        """Whether the details were changed."""
        dialog = cls(parent, desk)
        return dialog.run() and dialog.made
