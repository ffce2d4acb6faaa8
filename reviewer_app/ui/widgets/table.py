# SPDX-License-Identifier: Apache-2.0
"""Rows to compare: sorted by a click, filtered as one types, opened by Enter, copied as text; Tab leaves the table."""

from collections.abc import Callable, Iterable, Sequence

from PySide6.QtCore import QItemSelection, QItemSelectionModel, QModelIndex, QPersistentModelIndex, Qt, Signal, Slot
from PySide6.QtGui import QAction, QContextMenuEvent, QFocusEvent, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QMenu

from reviewer_app.ui.clipboard import copy_text
from reviewer_app.ui.widgets.rows import Cell, Fetch, Head, Row, row_text, sorted_rows
from reviewer_app.ui.widgets.table_look import TableLook

__all__ = ["Cell", "Fetch", "Head", "Row", "Table"]

Cells = Sequence[Cell | str]


class Table(TableLook):
    """Rows held whole (`set_rows`, sorted and filtered here) or fetched by key (`set_keys`, sorted by the caller)."""

    opened = Signal(str)  # Enter or double click: the row's key
    chosen = Signal(str)  # the current row changed; "" when there is none
    typed = Signal(str)  # a letter typed in the table, for its filter field
    sort_asked = Signal(int, bool)  # column, descending: only for a table of fetched rows
    _told = ""  # the key last told; Qt asks while the table is being made

    def __init__(
        self,
        heads: Sequence[Head],
        rows: Iterable[Row | Cells] = (),
        name: str = "",
        *,
        flat: bool = False,
        head: bool = True,
        fit: bool = False,
        lines: int = 1,
        empty: str = "",
    ) -> None:
        """`flat`: no frame. `fit`: as high as its rows. `lines`: 2 for cells of two lines. `empty`: said without rows.

        A row given as a plain sequence of cells has its place as key.
        """
        super().__init__(heads, name, flat=flat, head=head, fit=fit, lines=lines, empty=empty)
        self.copy: Callable[[str], None] = copy_text
        self._all: list[Row] = []
        self._words: list[str] = []
        self._filter = ""
        self._paged = False
        self.across.sectionClicked.connect(self._on_head_clicked)
        self.doubleClicked.connect(self._on_double_clicked)
        self.set_rows(rows)

    # --- content -----------------------------------------------------------------------------------------------

    def set_rows(self, rows: Iterable[Row | Cells]) -> None:
        """Show these rows in the order and filter in force; the selection is kept by key."""
        self._paged = False
        self._all = [r if isinstance(r, Row) else Row(str(place), r) for place, r in enumerate(rows)]
        self._words = [row_text(row).casefold() for row in self._all]
        self._arrange()

    def set_keys(self, keys: Sequence[str], fetch: Fetch) -> None:
        """Show rows that are fetched as they are looked at. The caller filters and sorts (`sort_asked`)."""
        self._paged, self._all, self._words = True, [], []
        self._keep(lambda: self.rows.show_keys(keys, fetch))

    def filter(self, text: str) -> None:
        """Show the rows that hold every word of the text."""
        self._filter = text
        self._arrange()

    def sort(self, column: int, descending: bool = False) -> None:
        """Order the rows by a column, or ask the caller to."""
        self.across.sorted_by, self.across.descending = column, descending
        self.setAccessibleDescription(
            f"Sorted by {self.heads[column].text}, {'descending' if descending else 'ascending'}"
        )
        self.across.viewport().update()
        if self._paged:
            self.sort_asked.emit(column, descending)
        else:
            self._arrange()

    def _arrange(self) -> None:
        needles = self._filter.casefold().split()
        shown = [r for r, words in zip(self._all, self._words, strict=True) if all(n in words for n in needles)]
        if self.across.sorted_by is not None:
            shown = sorted_rows(shown, self.across.sorted_by, self.across.descending)
        self._keep(lambda: self.rows.show_rows(shown))

    def _keep(self, change: Callable[[], None]) -> None:
        """Change the rows and put selection, current row and scroll position back."""
        current, selected, top = self.current_key(), self.selected_keys(), self.verticalScrollBar().value()
        change()
        if self.fit:
            self.fit_rows()
        wanted = {current, *selected} - {""}
        places = {key: place for place, key in enumerate(self.rows.keys) if key in wanted} if wanted else {}
        ranges = QItemSelection()
        for key in selected:
            if key in places:
                at = places[key]
                ranges.select(self.rows.index(at, 0), self.rows.index(at, len(self.heads) - 1))
        picks = QItemSelectionModel.SelectionFlag
        if current in places:
            self.selectionModel().setCurrentIndex(self.rows.index(places[current], 0), picks.NoUpdate)
        self.selectionModel().select(ranges, picks.Select)
        self.verticalScrollBar().setValue(top)
        if current not in places:
            self._tell("")

    # --- what is chosen ------------------------------------------------------------------------------------------

    def current_key(self) -> str:
        """The key of the current row, "" when there is none."""
        line = self.currentIndex().row()
        return self.rows.keys[line] if 0 <= line < len(self.rows.keys) else ""

    def selected_keys(self) -> list[str]:
        """The keys of the selected rows, from top to bottom."""
        return [self.rows.keys[line] for line in self._selected_lines()]

    def _selected_lines(self) -> list[int]:
        ranges = self.selectionModel().selection().toList()
        return sorted({line for part in ranges for line in range(part.top(), part.bottom() + 1)})

    def select(self, place: int) -> "Table":
        """Choose a row by its place; returns the table."""
        self.selectRow(place)
        return self

    def select_key(self, key: str) -> bool:
        """Choose a row by its key and scroll to it; False when it is not shown."""
        if key not in self.rows.keys:
            return False
        self.selectRow(self.rows.keys.index(key))
        return True

    def selected_text(self) -> str:
        """The selected rows as tab-separated lines under their column names."""
        lines = [row_text(self.rows.row(line)) for line in self._selected_lines()]
        return "\n".join(["\t".join(head.text for head in self.heads), *lines]) if lines else ""

    def count_text(self, noun: str, plural: str = "") -> str:
        """`3 of 18 cases`, or `18 cases` when nothing is filtered out."""
        whole, shown = len(self._all) or len(self.rows.keys), len(self.rows.keys)
        noun = noun if whole == 1 else plural or noun + "s"
        return f"{whole} {noun}" if shown == whole else f"{shown} of {whole} {noun}"

    def currentChanged(
        self, current: QModelIndex | QPersistentModelIndex, previous: QModelIndex | QPersistentModelIndex
    ) -> None:
        super().currentChanged(current, previous)
        self._tell(self.current_key())

    def _tell(self, key: str) -> None:
        """Rows shown anew are no new choice."""
        if key != self._told:
            self._told = key
            self.chosen.emit(key)

    # --- keys and mouse ------------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, plain = (
            event.key(),
            event.modifiers() in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier),
        )
        if event.matches(QKeySequence.StandardKey.Copy):
            self._copy()
        elif plain and key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.current_key():
            self.opened.emit(self.current_key())
        elif (
            event.text().strip()
            and event.text().isprintable()
            and not event.modifiers() & Qt.KeyboardModifier.ControlModifier
        ):
            self.typed.emit(event.text())
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if not self.currentIndex().isValid() and self.rows.keys:
            self.selectionModel().setCurrentIndex(self.rows.index(0, 0), QItemSelectionModel.SelectionFlag.NoUpdate)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """The menu key reaches sorting and copying too."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        copy = menu.addAction("Copy rows")
        copy.setEnabled(bool(self.selected_keys()))
        copy.triggered.connect(self._copy)
        if self.across.isVisible():
            menu.addSeparator()
            for place, head in enumerate(self.heads):
                action = menu.addAction(f"Sort by {head.text}")
                action.setData(place)
            menu.triggered.connect(self._on_sort_chosen)
        menu.popup(event.globalPos())

    @Slot()
    def _copy(self) -> None:
        if text := self.selected_text():
            self.copy(text)

    @Slot(QAction)
    def _on_sort_chosen(self, action: QAction) -> None:
        if isinstance(action.data(), int):
            self._on_head_clicked(action.data())

    @Slot(int)
    def _on_head_clicked(self, column: int) -> None:
        again = self.across.sorted_by == column
        self.sort(column, again and not self.across.descending)

    @Slot(QModelIndex)
    def _on_double_clicked(self, index: QModelIndex) -> None:
        self.opened.emit(self.rows.keys[index.row()])
