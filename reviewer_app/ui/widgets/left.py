# SPDX-License-Identifier: Apache-2.0
"""How something was left, and the way back there: where the cursor stands in a text, how far a page is scrolled."""

from typing import Any

from PySide6.QtCore import QObject, Slot
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QScrollBar

Left = dict[str, Any]
"""How something was left, in JSON values; it comes back from the vault and may be of an earlier program."""
BROKEN = (ValueError, KeyError, TypeError, AttributeError, IndexError, OverflowError)
"""What a `go_back` may raise of a `Left` that it cannot use."""


def cursor_of(text: QLineEdit | QPlainTextEdit) -> list[int]:
    """Anchor and position of the cursor, in characters."""
    if isinstance(text, QLineEdit):
        at, start = text.cursorPosition(), text.selectionStart()
        return [start + len(text.selectedText()) if at == start else start, at] if start >= 0 else [at, at]
    return [text.textCursor().anchor(), text.textCursor().position()]


def put_cursor(text: QLineEdit | QPlainTextEdit, where: list[int]) -> None:
    """The cursor where it stood; at the end of a text that is shorter by now."""
    if isinstance(text, QLineEdit):
        anchor, at = (min(max(place, 0), len(text.text())) for place in where)
        text.setCursorPosition(anchor)
        text.cursorForward(True, at - anchor)
        return
    last = text.document().characterCount() - 1
    anchor, at = (min(max(place, 0), last) for place in where)
    cursor = text.textCursor()
    cursor.setPosition(anchor)
    cursor.setPosition(at, QTextCursor.MoveMode.KeepAnchor)
    text.setTextCursor(cursor)


def scroll_back(bar: QScrollBar, value: int) -> None:
    """Scroll there as soon as there is that much to scroll, unless a person scrolls first."""
    bar.setValue(value)
    if bar.value() < value:
        _Wanted(bar, value)


class _Wanted(QObject):
    """A place to scroll to that is not laid out yet."""

    def __init__(self, bar: QScrollBar, value: int) -> None:
        super().__init__(bar)
        self.bar, self.value = bar, value
        bar.rangeChanged.connect(self._on_range)
        bar.actionTriggered.connect(self._on_scrolled)

    @Slot(int, int)
    def _on_range(self, _least: int, most: int) -> None:
        self.bar.setValue(self.value)
        if most >= self.value:
            self.deleteLater()

    @Slot(int)
    def _on_scrolled(self, _action: int) -> None:
        self.deleteLater()
