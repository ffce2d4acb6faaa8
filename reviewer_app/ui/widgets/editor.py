# SPDX-License-Identifier: Apache-2.0
"""Plain text by paragraphs, each beginning with a portion mark that is typed in place and checked as one types."""

import re
from collections.abc import Callable, Iterable, Sequence

from PySide6.QtCore import QMimeData, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QFocusEvent, QKeyEvent, QTextCursor
from PySide6.QtWidgets import QPlainTextEdit, QTextEdit

from reviewer_app.ui.theme import LOOK, colour, em, font, styled, wide
from reviewer_app.ui.widgets.controls import DEBOUNCE
from reviewer_app.ui.widgets.strips import announce
from reviewer_app.ui.widgets.table import Cell, Head, Row, Table

OPEN_MARK = re.compile(r"^\(([A-Z0-9 ,./\-]*)$", re.IGNORECASE)  # a mark begun at the start of a paragraph
SHOWN = 6  # marks offered at once

Check = Callable[[str], str | None]
"""Takes the whole text; returns what is wrong in words, or None."""


class MarkList(Table):
    """The marks that fit what was typed; the editor keeps focus and moves its row."""

    def __init__(self, editor: "PortionEditor") -> None:
        super().__init__((Head("Mark", 148), Head("Meaning", 0)), (), "Portion marks", head=False, fit=True)
        self.plain = True
        self.setProperty("role", "popup")
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setParent(editor.window())
        self.hide()

    def offer(self, marks: Sequence[tuple[str, str]]) -> None:
        self.set_rows(Row(mark, (Cell(mark, weight=500), meaning)) for mark, meaning in marks)
        self.select(0)

    def go(self, step: int) -> None:
        self.select((self.currentIndex().row() + step) % len(self.rows.keys))


class PortionEditor(QPlainTextEdit):
    """Tab leaves it. "(" at the start of a paragraph offers the marks. `checked` carries what is wrong, "" if nothing."""

    checked = Signal(str)

    def __init__(
        self, name: str, text: str = "", marks: Sequence[tuple[str, str]] = (), check: Check | None = None
    ) -> None:
        """`marks` are (mark with its parentheses, meaning); `check` is asked 150 ms after the last key."""
        super().__init__(text)
        self.setAccessibleName(name)
        self.setTabChangesFocus(True)
        self.marks, self._check = tuple(marks), check
        self._list: MarkList | None = None
        self._tinted: set[int] = set()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(DEBOUNCE)
        self._timer.timeout.connect(self.check_now)
        self.textChanged.connect(self._on_changed)
        styled(self, PortionEditor._fit)

    def _fit(self) -> None:
        self.setFont(font())
        self.setMinimumHeight(em(92))
        self.tint(self._tinted)
        self._close_list()

    # --- checking ------------------------------------------------------------------------------------------------

    @Slot()
    def check_now(self) -> str:
        """Ask the check now; returns and emits what is wrong."""
        self._timer.stop()
        wrong = (self._check(self.toPlainText()) if self._check else None) or ""
        if wrong != self.accessibleDescription():
            self.setAccessibleDescription(wrong)
        self.checked.emit(wrong)
        return wrong

    def tint(self, paragraphs: Iterable[int]) -> None:
        """Tint paragraphs, by number from 0, that a person should look at; blank lines do not count."""
        self._tinted, spots = set(paragraphs), []
        number, block = -1, self.document().firstBlock()
        while block.isValid():
            begins = block.text().strip() and not block.previous().text().strip()
            number += bool(begins)
            if block.text().strip() and number in self._tinted:
                spot = QTextEdit.ExtraSelection()
                cursor = QTextCursor(block)
                cursor.movePosition(QTextCursor.MoveOperation.EndOfBlock, QTextCursor.MoveMode.KeepAnchor)
                spot.cursor = cursor
                spot.format.setBackground(colour("attention_fill"))
                if LOOK.tokens.is_hard:  # the fill is black there
                    spot.format.setForeground(colour("attention"))
                    spot.format.setFontUnderline(True)
                spots.append(spot)
            block = block.next()
        self.setExtraSelections(spots)

    # --- completion ----------------------------------------------------------------------------------------------

    @Slot()
    def _on_changed(self) -> None:
        self._timer.start()
        self._offer()

    def _typed_mark(self) -> str | None:
        """What was typed of a mark, without its parenthesis; None when the cursor is not in one."""
        cursor = self.textCursor()
        found = OPEN_MARK.match(cursor.block().text()[: cursor.positionInBlock()])
        return found[1] if found and not cursor.hasSelection() else None

    def _offer(self) -> None:
        typed = self._typed_mark()
        fitting = [] if typed is None else [m for m in self.marks if m[0][1:].upper().startswith(typed.upper())]
        if not fitting or not self.hasFocus():
            self._close_list()
            return
        if self._list is None:
            self._list = MarkList(self)
            self._list.opened.connect(self.complete)
            self._list.clicked.connect(self._on_clicked)
            self.destroyed.connect(self._list.deleteLater)
        self._list.offer(fitting[:SHOWN])
        self._place_list(self._list)
        announce(self, f"{fitting[0][0]}, {fitting[0][1]}; {len(fitting)} marks fit")

    def _place_list(self, marks: MarkList) -> None:
        window = self.window()
        marks.setFixedWidth(wide(380))
        below = self.viewport().mapTo(window, self.cursorRect().bottomLeft())
        top = below.y() + 6
        if top + marks.height() > window.height():
            top = below.y() - self.cursorRect().height() - marks.height() - 6
        left = min(below.x(), window.width() - marks.width() - 8)
        marks.setGeometry(left, top, marks.width(), marks.height())
        marks.raise_()
        marks.show()

    def _close_list(self) -> None:
        if self._list:
            self._list.hide()

    @Slot(str)
    def complete(self, mark: str) -> None:
        """Put a mark in place of what was typed of it."""
        typed = self._typed_mark()
        if typed is not None:
            cursor = self.textCursor()
            cursor.movePosition(QTextCursor.MoveOperation.Left, QTextCursor.MoveMode.KeepAnchor, len(typed) + 1)
            cursor.insertText(mark + " ")
        self._close_list()

    @Slot()
    def _on_clicked(self) -> None:
        if self._list:
            self.complete(self._list.current_key())

    # --- keys, files and focus -----------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        marks, key = self._list, event.key()
        if marks is None or not marks.isVisible():
            super().keyPressEvent(event)
        elif key in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            marks.go(1 if key == Qt.Key.Key_Down else -1)
            announce(self, marks.current_key())
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.complete(marks.current_key())
        elif key == Qt.Key.Key_Escape:
            self._close_list()
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._close_list()

    def insertFromMimeData(self, source: QMimeData) -> None:
        """SECURITY: words only; nothing that is pasted or dropped can name a file or an address to load."""
        if source.hasText() and not source.hasUrls():
            self.insertPlainText(source.text())

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Files go to the page's drop target, not into the text."""
        if event.mimeData().hasUrls():
            event.ignore()
        else:
            super().dragEnterEvent(event)

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        if event.mimeData().hasUrls():
            event.ignore()
        else:
            super().dragMoveEvent(event)
