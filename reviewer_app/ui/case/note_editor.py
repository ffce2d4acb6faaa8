# SPDX-License-Identifier: Apache-2.0
"""The page to write a note on: title, paragraphs behind their marks, and a draft that is kept as one types."""

import json
from collections.abc import Sequence

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from reviewer_app.errors import AppError, EntryError
from reviewer_app.services import notes
from reviewer_app.services.desk import Desk
from reviewer_app.ui.theme import GAP, styled
from reviewer_app.ui.widgets.controls import button, field
from reviewer_app.ui.widgets.editor import PortionEditor
from reviewer_app.ui.widgets.layout import fill, heading, label, row
from reviewer_app.ui.widgets.left import Left, cursor_of, put_cursor, scroll_back

PAUSE, AGAIN = 1000, 20_000  # ms after the last key until the draft is kept, and until a refused one is tried again
LEAST, MOST = 5, 24  # lines the page is high
Writing = tuple[str, str]
"""Title and body."""


class NoteEditor(QFrame):
    """`saved` asks to save what is written, `discarded` carries what was thrown away, `grown` says that it changed.

    `where` is the place of the draft in the vault; `start` what a note says when nothing is typed yet.
    """

    saved = Signal()
    discarded = Signal(object)
    grown = Signal()

    def __init__(
        self,
        desk: Desk,
        where: str,
        *,
        start: Writing = ("", ""),
        title: str = "New note",
        verb: str = "Add note",
        away: str = "Discard draft",
        marks: Sequence[tuple[str, str]] = (),
    ) -> None:
        super().__init__()
        self.desk, self.where, self.start = desk, where, start
        self._unkept, self._refused = False, ""  # since it was last kept; why it could not be
        self.title = field(start[0], "Title", f"Title: {title.lower()}")
        self.text = PortionEditor(f"Text: {title.lower()}", start[1], marks, self._wrong)
        self.wrong, self.kept = label("", "attention", wrap=True), label("", "soft")
        self.discard = button(away, on=self.throw_away)
        self.save = button(verb, "main", tip="Ctrl+Enter", on=self.saved.emit)
        foot = row(self.kept, None, self.discard, self.save)
        top = heading(title, "type ( for a portion mark")
        fill(QVBoxLayout(self), (top, self.title, self.text, self.wrong, foot), GAP)
        self.wrong.hide()
        self.text.document().documentLayout().documentSizeChanged.connect(self._fit)
        styled(self, NoteEditor._fit)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._on_pause)
        self.text.checked.connect(self._on_checked)
        for keys in ("Ctrl+Return", "Ctrl+Enter"):
            press = QShortcut(QKeySequence(keys), self)
            press.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            press.activated.connect(self.saved)
        self._recall()
        self.title.textChanged.connect(self._on_typed)
        self.text.textChanged.connect(self._on_typed)
        self._show_state()

    def _fit(self, *_size: object) -> None:
        """The page grows with what is written, up to half a screen."""
        lines = self.text.document().size().height() + 1  # a plain text document counts its height in lines
        self.text.setFixedHeight(round(min(max(lines, LEAST), MOST) * self.text.fontMetrics().lineSpacing()) + 28)

    # --- what is written -----------------------------------------------------------------------------------------

    def writing(self) -> Writing:
        return self.title.text(), self.text.toPlainText()

    def is_changed(self) -> bool:
        """Something is typed that is not saved."""
        return tuple(part.strip() for part in self.writing()) != tuple(part.strip() for part in self.start)

    def write(self, writing: Writing) -> None:
        """Put a text in; it can be undone in the editor."""
        self.title.setText(writing[0])
        self.text.selectAll()
        self.text.insertPlainText(writing[1])

    def begin_anew(self, start: Writing = ("", "")) -> None:
        """What was written is saved: the page is empty, and there is nothing left to keep."""
        self._timer.stop()
        self.start = start
        self.title.setText(start[0])
        self.text.setPlainText(start[1])
        self._settle("")
        self.say("")

    def say(self, text: str, paragraph: int | None = None) -> None:
        """What is wrong, and the paragraph (from 1) that it is about."""
        self.wrong.setText(text)
        self.wrong.setVisible(bool(text))
        self.text.tint([] if paragraph is None else [paragraph - 1])

    def show_error(self, error: AppError) -> None:
        """An error of saving, in its own words; the text stays."""
        self.say(str(error), _paragraph(error))
        self.text.setFocus()

    def left(self) -> Left:
        """Where the cursor stands, and whether one writes here."""
        here = self.window().focusWidget()
        return {
            "title": cursor_of(self.title),
            "text": cursor_of(self.text),
            "scroll": self.text.verticalScrollBar().value(),
            "in": "title" if here is self.title else "text" if here is self.text else "",
        }

    def go_back(self, left: Left) -> None:
        """The cursor as `left` says. May raise BROKEN."""
        put_cursor(self.title, left["title"])
        put_cursor(self.text, left["text"])
        scroll_back(self.text.verticalScrollBar(), left["scroll"])
        self._focused = {"title": self.title, "text": self.text}.get(left["in"])

    def take_focus(self) -> bool:
        """Focus where it was left; False when that was elsewhere."""
        if self._focused:
            self._focused.setFocus(Qt.FocusReason.OtherFocusReason)
        return self._focused is not None

    _focused: QWidget | None = None

    # --- the draft -----------------------------------------------------------------------------------------------

    def keep(self) -> None:
        """Keep the draft in the vault now, if something was typed since it was last kept.

        Raises AppError when the vault does not take it; the next call tries again.
        """
        if self._unkept:
            text = json.dumps(self.writing()) if self.is_changed() else ""
            moment = notes.keep_draft(self.desk, self.where, text)
            self._settle(f"Kept in the vault {self.desk.written(moment).split()[3]}" if text else "")

    @Slot()
    def _on_pause(self) -> None:
        told = bool(self._refused)
        try:
            self.keep()
        except AppError as error:
            self._refused = f"The draft is not kept. {error}"
            self.kept.setText("")
            self.say(self._refused)
            self._timer.start(AGAIN)
        else:
            if told:
                self.say("")

    def _settle(self, told: str) -> None:
        """Nothing is left to keep."""
        self._timer.stop()
        self._unkept, self._refused = False, ""
        self.kept.setText(told)

    def _recall(self) -> None:
        kept = notes.draft(self.desk, self.where)
        if kept:
            title, body = json.loads(kept)
            self.title.setText(title)
            self.text.setPlainText(body)
            self.kept.setText("Draft from the vault")

    @Slot()
    def _on_typed(self) -> None:
        self._unkept = True
        self._timer.start(PAUSE)
        self._show_state()
        self.grown.emit()

    def _show_state(self) -> None:
        self.discard.setEnabled(self.is_changed() or bool(self.start[1]))

    @Slot()
    def throw_away(self) -> None:
        """The page as it was at its start, and no draft of it."""
        thrown = self.writing()
        self.begin_anew(self.start)
        try:
            notes.keep_draft(self.desk, self.where, "")
        except AppError as error:
            self.say(str(error))
        self._show_state()
        self.discarded.emit(thrown)

    # --- the check -----------------------------------------------------------------------------------------------

    def _wrong(self, text: str) -> str | None:
        if not text.strip():
            return None
        try:
            notes.marking_of(self.desk, text)
        except AppError as error:
            self._at = _paragraph(error)
            return str(error)
        return None

    _at: int | None = None

    @Slot(str)
    def _on_checked(self, wrong: str) -> None:
        self.say(wrong or self._refused, self._at if wrong else None)


def _paragraph(error: AppError) -> int | None:
    """The paragraph that an error is about."""
    name, _, number = str(error.facts.get("field", "")).partition(" ")
    return int(number) if isinstance(error, EntryError) and name == "Paragraph" and number.isdecimal() else None
