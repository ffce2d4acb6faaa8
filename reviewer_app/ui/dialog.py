# SPDX-License-Identifier: Apache-2.0
"""The base of every dialog: it asks one thing, answers by one class method, and carries its window's banner."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, Qt, Slot
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QPushButton, QScrollArea, QVBoxLayout, QWidget

from reviewer_app.ui.theme import EDGE, GROUP, STRONG, wide
from reviewer_app.ui.widgets.banner import banner_of
from reviewer_app.ui.widgets.controls import button
from reviewer_app.ui.widgets.layout import Item, beside, column, fill, label, picture, prose, row


class Dialog(QDialog):
    """Subclasses build themselves in one pass and offer a class method `ask(parent, …) -> value | None`."""

    def __init__(self, title: str, parent: QWidget | None = None, width: int = 480) -> None:
        """`width` at 13 px body text. The title holds no case text."""
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setAccessibleName(title)
        self._width = width
        self._box = QVBoxLayout(self)
        fill(self._box, (), 0)
        self.inside: QWidget | None = None
        self.code = ""
        QShortcut(QKeySequence("Ctrl+L"), self).activated.connect(self._on_lock)
        QShortcut(QKeySequence("Ctrl+Shift+L"), self).activated.connect(self._on_sign_out)

    def fill(self, inside: QWidget, *buttons: QPushButton) -> None:
        """Lay out the content and, at the right below it, the buttons."""
        self.inside = inside
        steps: Sequence[Item] = (None, *buttons)
        content = column((inside, 1), row(*steps), gap=GROUP, margins=(EDGE, EDGE, EDGE, GROUP))
        banner = banner_of(self.parentWidget())
        parts: tuple[Item, ...] = (banner.twin(), (content, 1), banner.twin()) if banner else ((content, 1),)
        fill(self._box, parts, 0)
        if isinstance(inside, QScrollArea) and (held := inside.widget()):
            held.installEventFilter(self)
        self.fit()

    def closer(self, text: str = "Cancel") -> QPushButton:
        """A button that closes the dialog without an answer."""
        return button(text, on=self.reject)

    def agree(self, text: str, kind: str = "main") -> QPushButton:
        """A button that answers; `text` is the verb. Enter presses it, unless it is dangerous."""
        made = button(text, kind, on=self.accept)
        made.setDefault(kind != "danger")
        return made

    @Slot()
    def _on_lock(self) -> None:
        self.ask_window("lock_asked")

    @Slot()
    def _on_sign_out(self) -> None:
        self.ask_window("sign_out_asked")

    def ask_window(self, signal: str) -> None:
        """SECURITY: the window's own keys rest while a dialog is open; no question stands between a person and Lock."""
        below = self.parentWidget()
        while isinstance(below, QDialog):
            below = below.parentWidget()
        asked = getattr(below.window(), signal, None) if below else None
        if asked:
            asked.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """F1 explains: the code that is shown, or the guide."""
        if event.key() == Qt.Key.Key_F1:
            from reviewer_app.ui.help import show_help  # a dialog of this kind itself

            show_help(self, self.code)
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        """Words that appear, and a new text size, change the height."""
        handled = super().event(event)
        if event.type() == QEvent.Type.LayoutRequest and self.inside:
            self.fit()
        return handled

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The same of words inside a part that scrolls, which keeps them to itself."""
        if event.type() == QEvent.Type.LayoutRequest:
            self.fit()
        return super().eventFilter(watched, event)

    def fit(self) -> None:
        """As wide as asked for, as high as the words need, never larger than the screen."""
        space = self.screen().availableSize()
        width = min(wide(self._width), space.width() - EDGE)
        self.ensurePolished()
        self._box.activate()
        high = self._box.totalHeightForWidth(width) if self._box.hasHeightForWidth() else self._box.sizeHint().height()
        if isinstance(self.inside, QScrollArea) and (held := self.inside.widget()) and (layout := held.layout()):
            high += layout.totalHeightForWidth(width - 2 * EDGE) - self.inside.sizeHint().height()
        self.setFixedSize(width, min(high, space.height() - EDGE))

    def run(self) -> bool:
        """Show it and wait; True when it was answered. The dialog dies with its parent's next event loop turn."""
        answered = self.exec() == QDialog.DialogCode.Accepted
        self.deleteLater()
        return answered


class Question(Dialog):
    """Yes or no to one effect, named by its verb."""

    def __init__(
        self, parent: QWidget | None, title: str, text: str, yes: str, no: str = "Cancel", *, dangerous: bool = False
    ) -> None:
        super().__init__(title, parent)
        mark = picture("alert", "danger" if dangerous else "attention", 24)
        words = column(label(title, step=1, weight=STRONG, wrap=True), prose(text, measure=58))
        cancel, agree = self.closer(no), self.agree(yes, "danger" if dangerous else "main")
        self.fill(beside(mark, words, 12), cancel, agree)
        first = cancel if dangerous else agree
        first.setDefault(True)
        first.setFocus(Qt.FocusReason.TabFocusReason)

    @classmethod
    def ask(
        cls, parent: QWidget | None, title: str, text: str, yes: str, no: str = "Cancel", *, dangerous: bool = False
    ) -> bool:
        """True when the person agreed. What cannot be undone is `dangerous`: its default is the way back."""
        return cls(parent, title, text, yes, no, dangerous=dangerous).run()


class Notice(Dialog):
    """One thing that a person should know, and nothing to decide."""

    def __init__(self, parent: QWidget | None, title: str, text: str) -> None:
        super().__init__("Reviewer", parent)
        words = column(label(title, step=1, weight=STRONG, wrap=True), prose(text, measure=58))
        close = self.closer("Close")
        self.fill(beside(picture("info", "soft", 24), words, 12), close)
        close.setDefault(True)
        close.setFocus(Qt.FocusReason.TabFocusReason)
