# SPDX-License-Identifier: Apache-2.0
"""Who works on a case."""

from textwrap import fill

from PySide6.QtWidgets import QWidget

from reviewer_app.domain.cases import Case
from reviewer_app.services import assignments
from reviewer_app.services.desk import Desk
from reviewer_app.ui.dialogs.form import FormDialog
from reviewer_app.ui.theme import STRONG
from reviewer_app.ui.widgets.layout import label, prose

TOLD = (
    "Whoever is assigned sees the case and works on it. Supervisors see every case. Everybody else does not know of it: it "
    "stands in no list, count or search of theirs."
)
LONGEST = 30
"""Characters of a name that stand in a line: in any script they are narrower than the dialog."""


class AssignDialog(FormDialog):
    """Answers with True when somebody was assigned or taken off."""

    discard = "the people you ticked"

    def __init__(self, parent: QWidget | None, desk: Desk, case: Case) -> None:
        super().__init__("Assign", parent, desk, 460)
        self.case = case
        self.form.lay(label(f"Who works on {case.number}?", step=1, weight=STRONG, wrap=True), prose(TOLD, "soft"))
        self.ticks = {}
        for each in assignments.candidates(desk, case.id):
            self.ticks[each.person] = made = self.form.tick(fill(each.name, LONGEST), each.assigned)
            made.setAccessibleName(each.name)
        self.finish("Assign")

    def save(self) -> bool:
        chosen = {person for person, tick in self.ticks.items() if tick.isChecked()}
        return assignments.assign(self.desk, self.case.id, chosen)

    @classmethod
    def ask(cls, parent: QWidget | None, desk: Desk, case: Case) -> bool:
        """Whether the assignment was changed."""
        dialog = cls(parent, desk, case)
        return bool(dialog.run() and dialog.made)
