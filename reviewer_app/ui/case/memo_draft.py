# SPDX-License-Identifier: Apache-2.0
"""Writing a memo: subject, addressee, sender and text; what is typed is told after a pause, to be kept and shown."""

from collections.abc import Iterable, Sequence

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QScrollBar, QVBoxLayout, QWidget

from reviewer_app.services.memos import Writing
from reviewer_app.ui.theme import GAP, MEDIUM, TIGHT
from reviewer_app.ui.widgets.controls import field, labelled
from reviewer_app.ui.widgets.editor import PortionEditor
from reviewer_app.ui.widgets.layout import column, fill, label, scroll, start
from reviewer_app.ui.widgets.left import Left, cursor_of, put_cursor, scroll_back

KEEP, SHOW = 1000, 600  # ms without typing


class MemoDraft(QWidget):
    """`paused` says that the preview is out of date, `keep_asked` that the draft should be kept."""

    paused = Signal()
    keep_asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.typed = False  # since it was last kept
        self.subject, self.addressee, self.sender_line = field(name="Subject"), field(name="To"), field(name="From")
        self.body = start(PortionEditor("Memo text"))
        self.told = label("", "soft", wrap=True)
        text = column(label("Text", weight=MEDIUM), (self.body, 1), gap=TIGHT)
        who = (labelled("To", self.addressee), labelled("From", self.sender_line))
        inside = column(labelled("Subject", self.subject), *who, (text, 1))
        self.view = scroll(inside, "Memo")
        fill(QVBoxLayout(self), ((self.view, 1), self.told), GAP)
        self._show, self._keep = self._timer(SHOW), self._timer(KEEP)
        self._show.timeout.connect(self.paused)
        self._keep.timeout.connect(self.keep_asked)
        for line in (self.subject, self.addressee, self.sender_line):
            line.textEdited.connect(self._on_typed)
        self.body.textChanged.connect(self._on_typed)

    def _timer(self, pause: int) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setInterval(pause)
        return timer

    def writing(self) -> Writing:
        """What stands in the fields."""
        return Writing(self.subject.text(), self.addressee.text(), self.sender_line.text(), self.body.toPlainText())

    def show_writing(self, writing: Writing) -> None:
        """Put a text into the fields; it is not typed."""
        pairs = (self.subject, writing.subject), (self.addressee, writing.addressee), (self.sender_line, writing.sender)
        for line, text in pairs:
            line.setText(text)
            line.setCursorPosition(0)
        self.body.setPlainText(writing.body)
        self._settle()

    def _texts(self) -> dict[str, QLineEdit | QPlainTextEdit]:
        return {"subject": self.subject, "to": self.addressee, "from": self.sender_line, "body": self.body}

    def left(self) -> Left:
        """Where the cursor stands in each text, how far the pages are scrolled, and where one writes."""
        here = self.window().focusWidget()
        return {
            "texts": {name: cursor_of(text) for name, text in self._texts().items()},
            "scroll": [bar.value() for bar in self._bars()],
            "in": next((name for name, text in self._texts().items() if text is here), ""),
        }

    def go_back(self, left: Left) -> None:
        """The cursors as `left` says. May raise BROKEN."""
        for name, text in self._texts().items():
            put_cursor(text, left["texts"][name])
        for bar, value in zip(self._bars(), left["scroll"], strict=True):
            scroll_back(bar, value)
        self._focused = self._texts().get(left["in"])

    def take_focus(self) -> bool:
        """Focus where it was left; False when that was elsewhere."""
        if self._focused:
            self._focused.setFocus(Qt.FocusReason.OtherFocusReason)
        return self._focused is not None

    def _bars(self) -> tuple[QScrollBar, QScrollBar]:
        return self.view.verticalScrollBar(), self.body.verticalScrollBar()

    _focused: QWidget | None = None

    def kept(self, told: str) -> None:
        """The draft is kept; say so."""
        self._keep.stop()
        self.typed = False
        self.told.setText(told)

    def _settle(self) -> None:
        self._show.stop()
        self._keep.stop()
        self.typed = False

    def offer_marks(self, marks: Sequence[tuple[str, str]]) -> None:
        """The portion marks that are completed while one types."""
        self.body.marks = tuple(marks)

    def tint(self, paragraphs: Iterable[int]) -> None:
        """Tint paragraphs, from 1, that a point of the checklist is about."""
        self.body.tint(number - 1 for number in paragraphs)

    def go_to(self, paragraph: int) -> None:
        """The cursor at the beginning of a paragraph, from 1."""
        number, block = 0, self.body.document().firstBlock()
        while block.isValid():
            number += bool(block.text().strip() and not block.previous().text().strip())
            if number == paragraph:
                self.body.setTextCursor(QTextCursor(block))
                break
            block = block.next()
        self.body.setFocus()
        self.body.ensureCursorVisible()
        self.view.ensureWidgetVisible(self.body)

    @Slot()
    def _on_typed(self) -> None:
        self.typed = True
        self.told.setText("")
        self._show.start()
        self._keep.start()
