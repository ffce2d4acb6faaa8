# SPDX-License-Identifier: Apache-2.0
"""One group of the site policy, in one dialog; what stands in it is recorded once an officer has confirmed it."""

from typing import Any

from PySide6.QtWidgets import QCheckBox, QComboBox, QLineEdit, QPlainTextEdit, QWidget

from reviewer_app.errors import EntryError
from reviewer_app.services import policies
from reviewer_app.services.desk import Desk
from reviewer_app.services.policies import GROUPS, Item
from reviewer_app.ui.dialogs.form import FormDialog
from reviewer_app.ui.widgets.controls import tick
from reviewer_app.ui.widgets.layout import column, label, prose

TOLD = "It holds from now on. What was printed before keeps its own words."


class PolicyDialog(FormDialog):
    """Answers with the changed values by their names in the policy; {} when nothing is different."""

    discard = "the settings you changed"

    def __init__(self, parent: QWidget | None, desk: Desk, group: str) -> None:
        super().__init__(group, parent, desk, 520, about="policy")
        self.form.lay(prose(TOLD, "soft"))
        self.entries = {item.name: self._entry(item, getattr(desk.policy, item.name)) for item in GROUPS[group]}
        self.finish("Go on", by_enter=False)

    def _entry(self, item: Item, value: Any) -> QWidget:
        if isinstance(value, bool):
            made = tick(item.told, value)
            made.setAccessibleDescription(item.note)
            self.form.lay(column(made, *([label(item.note, "soft", wrap=True)] if item.note else []), gap=2))
            return made
        if item.choices:
            return self.form.pick(item.told, item.choices, str(value), item.note)
        if item.name == "notice":
            words = self.form.words(item.told, item.note)
            words.setPlainText(value)
            return words
        return self.form.line(item.told, item.note, str(value))

    def save(self) -> dict[str, Any]:
        said = {name: self._said(name, entry) for name, entry in self.entries.items()}
        changed = {name: value for name, value in said.items() if value != getattr(self.desk.policy, name)}
        policies.checked(self.desk.policy, changed)
        return changed

    def _said(self, name: str, entry: QWidget) -> Any:
        if isinstance(entry, QCheckBox):
            return entry.isChecked()
        text = _text(entry).strip()
        if not isinstance(getattr(self.desk.policy, name), int):
            return text
        try:
            return int(text)
        except ValueError as error:
            raise EntryError(field=policies.ITEMS[name].told, reason="write a whole number") from error

    @classmethod
    def ask(cls, parent: QWidget | None, desk: Desk, group: str) -> dict[str, Any]:
        """What is to be changed; {} for nothing."""
        dialog = cls(parent, desk, group)
        return dialog.made if dialog.run() and dialog.made else {}


def _text(entry: QWidget) -> str:
    if isinstance(entry, QPlainTextEdit):
        return entry.toPlainText()
    if isinstance(entry, QComboBox):
        return entry.currentText()
    return entry.text() if isinstance(entry, QLineEdit) else ""
