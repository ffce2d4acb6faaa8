# SPDX-License-Identifier: Apache-2.0
"""The door of a vault: the notice to acknowledge, the person, the passphrase."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from reviewer_app.services.door import Door
from reviewer_app.ui.theme import EDGE, GAP, GROUP, STRONG, TIGHT
from reviewer_app.ui.widgets.controls import button, choice, field, labelled
from reviewer_app.ui.widgets.layout import (
    Pair,
    beside,
    capped,
    column,
    fill,
    label,
    picture,
    prose,
    row,
    start,
)


class PassphraseField(QWidget):
    """A passphrase with a way to see it; pasting works."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.line = field(name=name)
        self.line.setEchoMode(QLineEdit.EchoMode.Password)
        self.shown = button("Show", "quiet", name=f"Show: {name}", on=self._on_show)
        fill(QHBoxLayout(self), ((self.line, 1), self.shown), TIGHT)
        self.setFocusProxy(self.line)

    def text(self) -> str:
        """What was typed."""
        return self.line.text()

    @Slot()
    def _on_show(self) -> None:
        hidden = self.line.echoMode() == QLineEdit.EchoMode.Password
        self.line.setEchoMode(QLineEdit.EchoMode.Normal if hidden else QLineEdit.EchoMode.Password)
        self.shown.setText("Hide" if hidden else "Show")


def centred(card: QWidget, width: int) -> QWidget:
    """One card in the middle of the window, never wider than `width` at 13 px body text."""
    return column(None, row(None, (capped(card, width), 100), None), None, margins=(EDGE, EDGE, EDGE, EDGE))


class Unlock(QWidget):
    """`unlock_asked` carries the person's id and the passphrase; `other_asked` leads back to the other vaults.

    The notice must be acknowledged before the passphrase is taken (AC-8; ASD STIG 000550).
    """

    unlock_asked = Signal(str, str)
    other_asked = Signal()

    def __init__(self, door: Door) -> None:
        super().__init__()
        self.door = door
        self.people = choice([each.told() for each in door.people], "Person")
        self.passphrase = PassphraseField("Passphrase")
        self.notice = QCheckBox("I have read the notice")
        self.notice.setAccessibleName("I have read the notice")
        self.notice.toggled.connect(self._on_changed)
        self.passphrase.line.textChanged.connect(self._on_changed)
        self.passphrase.line.returnPressed.connect(self._on_unlock)
        self.go = button("Unlock", "main", on=self._on_unlock)
        self.typed = labelled("Passphrase", self.passphrase)
        self._lay_out()
        self._on_changed()

    def _lay_out(self) -> None:
        door = self.door
        title = column(label(door.name, step=2, weight=STRONG), label(door.policy.organisation, "soft"), gap=0)
        form = column(
            row(picture("vault", "accent", 28), (title, 1), gap=12),
            GROUP,
            start(self.notice),
            labelled("Person", self.people),
            self.typed,
            GAP,
            row(self.go, button("Other vaults", "quiet", on=self.other_asked.emit), None),
            None,
            gap=12,
        )
        notice = column(
            beside(picture("info", "soft", 20), label("Notice", step=1, weight=STRONG)),
            prose(door.policy.notice, measure=62),
            None,
            gap=12,
        )
        card = column(Pair(notice, form, 640, gap=48), margins=(32, 32, 32, 32), role="card")
        fill(QVBoxLayout(self), (centred(card, 880),), 0)

    @Slot()
    def _on_changed(self) -> None:
        self.go.setEnabled(self.notice.isChecked() and bool(self.passphrase.text()))
        self.go.setToolTip("" if self.notice.isChecked() else "Read the notice and say so first")
        self.typed.set_error("")

    @Slot()
    def _on_unlock(self) -> None:
        if self.go.isEnabled():
            self.set_busy(True)
            self.unlock_asked.emit(self.door.people[self.people.currentIndex()].id, self.passphrase.text())

    def set_busy(self, busy: bool) -> None:
        """While the key is derived nothing can be changed."""
        for widget in (self.people, self.passphrase, self.notice):
            widget.setEnabled(not busy)
        self.go.setText("Unlocking …" if busy else "Unlock")
        self.go.setEnabled(not busy)

    def refuse(self, text: str) -> None:
        """Say beside the field why the passphrase was not taken; it can be typed again at once."""
        self.set_busy(False)
        self.passphrase.line.selectAll()
        self.passphrase.line.setFocus()
        self.typed.set_error(text)

    def forget(self) -> None:
        """SECURITY: the typed passphrase leaves the field as soon as it is not needed."""
        self.passphrase.line.clear()
