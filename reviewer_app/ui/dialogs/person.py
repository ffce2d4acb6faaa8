# SPDX-License-Identifier: Apache-2.0
"""A new person with roles, another person's roles, and a one-time passphrase to hand over."""

from collections.abc import Collection

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from reviewer_app.domain.people import Role
from reviewer_app.errors import EntryError
from reviewer_app.services import people
from reviewer_app.services.acts import MEANS
from reviewer_app.services.desk import Desk
from reviewer_app.services.people import OneTime
from reviewer_app.ui.dialog import Dialog
from reviewer_app.ui.dialogs.form import FormDialog
from reviewer_app.ui.theme import GROUP, STRONG
from reviewer_app.ui.widgets.controls import tick
from reviewer_app.ui.widgets.layout import column, label, prose, scroll

ONE_TIME = (
    "Give it to {name} in person. It is good for one sign-in until {until}, at which {name} chooses a passphrase. It is "
    "shown only now; if it is lost, give another one."
)


class PersonDialog(FormDialog):
    """Answers with (name, roles). Only the roles can be changed of somebody who is in the vault already."""

    discard = "what you chose for this person"

    def __init__(self, parent: QWidget | None, desk: Desk, name: str = "", roles: Collection[Role] = ()) -> None:
        super().__init__("Change roles" if name else "Add a person", parent, desk, 480)
        self.held = name
        if name:
            self.form.lay(label(f"What may {name} do?", step=1, weight=STRONG, wrap=True))
        else:
            self.line = self.form.line("Name", "As colleagues know the person. No two people have one name.")
        self.ticks = {role: tick(role.capitalize(), role in roles) for role in Role}
        for role, each in self.ticks.items():
            each.setAccessibleDescription(MEANS[role])
            self.form.lay(column(each, label(MEANS[role], "soft", wrap=True), gap=2))
        self.finish("Go on", by_enter=False)

    def save(self) -> tuple[str, tuple[Role, ...]]:
        name = self.held or people.free_name(self.desk, self.line.text())
        roles = tuple(role for role, each in self.ticks.items() if each.isChecked())
        if not roles:
            raise EntryError(field="Roles", reason="none is chosen; choose at least one")
        return name, roles

    @classmethod
    def ask(
        cls, parent: QWidget | None, desk: Desk, name: str = "", roles: Collection[Role] = ()
    ) -> tuple[str, tuple[Role, ...]] | None:
        """Name and roles, or None."""
        dialog = cls(parent, desk, name, roles)
        return dialog.made if dialog.run() else None


class OneTimeDialog(Dialog):
    """Shows a one-time passphrase once."""

    def __init__(self, parent: QWidget | None, desk: Desk, name: str, given: OneTime) -> None:
        super().__init__("One-time passphrase", parent, 500)
        self.line = label(given.passphrase, step=2, mono=True)
        self.line.setAccessibleName(f"One-time passphrase: {given.passphrase}")
        self.line.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByKeyboard)
        title = label(f"One-time passphrase for {name}", step=1, weight=STRONG, wrap=True)
        shown = column(self.line, margins=(GROUP, GROUP, GROUP, GROUP), role="card")
        told = prose(ONE_TIME.format(name=name, until=desk.written(given.until, weekday=True)), measure=60)
        self.fill(scroll(column(title, shown, told, gap=12), "One-time passphrase"), self.agree("I have given it"))

    def done(self, result: int) -> None:
        """SECURITY: the passphrase leaves the window, and what a screen reader is told of it."""
        self.line.clear()
        self.line.setAccessibleName("")
        super().done(result)
