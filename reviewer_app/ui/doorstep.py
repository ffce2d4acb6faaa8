# SPDX-License-Identifier: Apache-2.0
"""What the pages before an open vault share: one card, Enter from field to field, a passphrase that can be seen."""

from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QComboBox, QFrame, QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from reviewer_app.errors import AppError
from reviewer_app.ui.theme import EDGE, GROUP, TIGHT
from reviewer_app.ui.widgets.controls import button, field
from reviewer_app.ui.widgets.layout import Item, capped, column, fill, row

CARD = (32, 32, 32, 32)
"""The margins of the one card on a page."""


def with_code(error: AppError) -> str:
    """An error in its own sentences, with the tries that are left after it and the code that the help explains."""
    return f"{error}{_tries_left(error.facts.get('left'))} (Code {error.code})"


def _tries_left(left: object) -> str:
    """AC-7 asks for a lock after some tries; a person should see it come."""
    if not isinstance(left, int):
        return ""
    return " One more try is left before a lock." if left == 1 else f" {left} more tries are left before a lock."


class Losing(NamedTuple):
    """What a window is asked that is closed too early: title, text, and the buttons that close it and that go back."""

    title: str
    text: str
    close: str
    back: str


class Page(QWidget):
    """A page of the entrance: Enter goes on through `steps` and does the page's action behind the last.

    `losing` says what is lost when the window closes while the page is in front; None for nothing.
    """

    losing: Losing | None = None

    def __init__(self) -> None:
        super().__init__()
        self.steps: Sequence[QWidget] = ()

    def lay_out(self, *parts: Item, width: int) -> None:
        """The card in the middle of the window, never wider than `width` at 13 px body text."""
        card = capped(column(*parts, gap=12, margins=CARD, role="card"), width)
        around = column(None, row(None, (card, 100), None), None, margins=(EDGE, EDGE, EDGE, EDGE))
        fill(QVBoxLayout(self), (around,), 0)

    def act(self) -> None:
        """The page's main action."""

    def set_busy(self, busy: bool) -> None:
        """While the page's action is under way nothing can be changed."""

    def refuse(self, _error: AppError) -> bool:
        """Say an error beside the field it belongs to; False when it belongs to none."""
        return False

    def forget(self) -> None:
        """SECURITY: typed passphrases leave their fields as soon as they are not needed."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Fields, boxes and buttons pass Enter on to their page."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._go_on()
        else:
            super().keyPressEvent(event)

    def _go_on(self) -> None:
        here = self.focusWidget()
        if isinstance(here, QPushButton):
            here.click()
            return
        at = next((place for place, step in enumerate(self.steps) if here and _holds(step, here)), -1)
        if at + 1 < len(self.steps):
            self.steps[at + 1].setFocus(Qt.FocusReason.TabFocusReason)
        else:
            self.act()


def _holds(widget: QWidget, here: QWidget) -> bool:
    return widget is here or widget.isAncestorOf(here)


def read_once(inside: QWidget, name: str, spelled: str) -> QFrame:
    """A card with what is shown once. It has a Tab stop, so that a screen reader can spell it; it cannot be copied."""
    card = column(inside, margins=(GROUP, GROUP, GROUP, GROUP), role="card")
    card.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    card.setAccessibleName(name)
    card.setAccessibleDescription(spelled)
    return card


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

    def hide_text(self) -> None:
        """Bullets again."""
        self._show(False)

    def forget(self) -> None:
        """SECURITY: `clear` could be undone; `setText` takes the field's history with it."""
        self.hide_text()
        self.line.setText("")

    @Slot()
    def _on_show(self) -> None:
        self._show(self.line.echoMode() == QLineEdit.EchoMode.Password)

    def _show(self, shown: bool) -> None:
        self.line.setEchoMode(QLineEdit.EchoMode.Normal if shown else QLineEdit.EchoMode.Password)
        self.shown.setText("Hide" if shown else "Show")
        self.shown.setAccessibleName(f"{self.shown.text()}: {self.line.accessibleName()}")


def yielding(box: QComboBox) -> QComboBox:
    """A choice that a long value does not widen."""
    box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    box.setMinimumContentsLength(8)
    return box
