# SPDX-License-Identifier: Apache-2.0
"""Writing a memo: subject, addressee, sender and text; what is typed is told after a pause, to be kept and shown."""

from collections.abc import Iterable, Sequence

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QVBoxLayout, QWidget

from reviewer_app.services.memos import Writing
from reviewer_app.ui.theme import GAP, MEDIUM, TIGHT
from reviewer_app.ui.widgets.controls import field, labelled
from reviewer_app.ui.widgets.editor import PortionEditor
from reviewer_app.ui.widgets.layout import column, fill, label, scroll, start

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
