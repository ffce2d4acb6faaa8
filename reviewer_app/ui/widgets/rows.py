# SPDX-License-Identifier: Apache-2.0
"""What a table shows: immutable rows, held whole or fetched in pages of 200."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QBrush

from reviewer_app.ui.theme import colour, em, font, icon

PAGE = 200
KEPT = 20  # pages kept in memory
Roles = Qt.ItemDataRole
Index = QModelIndex | QPersistentModelIndex
NOWHERE = QModelIndex()


@dataclass(frozen=True)
class Cell:
    """One value of a row. `tip` is the exact form, on hover and for screen readers; a line feed starts a second line."""

    text: str
    tone: str = ""
    weight: int = 400
    image: str = ""
    tip: str = ""
    mono: bool = False
    named: bool = False  # a file's name: where room is short its middle is left out, since the ends tell files apart
    sort: Any = None  # what the column is sorted by, the text when None; every cell of a column gives the same type


@dataclass(frozen=True)
class Head:
    """One column."""

    text: str
    width: int  # at 13 px body text; 0 takes what is left
    right: bool = False
    drop: int = 0  # 0 stays; otherwise the order in which columns leave a narrow window
    least: int = 120  # the least width of the column that takes what is left


@dataclass(frozen=True)
class Row:
    """One line of a table, known by its key: selection and `opened` speak of keys."""

    key: str
    cells: Sequence[Cell | str]


Fetch = Callable[[Sequence[str]], Sequence[Row]]
"""Gives the rows of some keys, in their order."""


class Rows(QAbstractTableModel):
    """The rows of one table. The count is always exact, so that scroll bars and screen readers are right."""

    def __init__(self, heads: Sequence[Head]) -> None:
        super().__init__()
        self.heads = tuple(heads)
        self.keys: list[str] = []
        self._fetch: Fetch | None = None
        self._pages: dict[int, Sequence[Row]] = {}

    def show_rows(self, rows: Sequence[Row]) -> None:
        """Hold these rows."""
        self.beginResetModel()
        self.keys, self._fetch = [row.key for row in rows], None
        self._pages = {at // PAGE: rows[at : at + PAGE] for at in range(0, len(rows), PAGE)}
        self.endResetModel()

    def show_keys(self, keys: Sequence[str], fetch: Fetch) -> None:
        """Hold the keys alone and fetch what is looked at."""
        self.beginResetModel()
        self.keys, self._fetch, self._pages = list(keys), fetch, {}
        self.endResetModel()

    def row(self, line: int) -> Row:
        page = line // PAGE
        if page not in self._pages and self._fetch:
            if len(self._pages) >= KEPT:
                self._pages.pop(next(iter(self._pages)))
            self._pages[page] = self._fetch(self.keys[page * PAGE : (page + 1) * PAGE])
        return self._pages[page][line % PAGE]

    def cell(self, line: int, column: int) -> Cell:
        value = self.row(line).cells[column]
        return Cell(value) if isinstance(value, str) else value

    def rowCount(self, parent: Index = NOWHERE) -> int:
        return 0 if parent.isValid() else len(self.keys)

    def columnCount(self, parent: Index = NOWHERE) -> int:
        return 0 if parent.isValid() else len(self.heads)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Roles.DisplayRole) -> Any:
        if orientation == Qt.Orientation.Horizontal and section < len(self.heads):
            if role == Roles.DisplayRole:
                return self.heads[section].text
            if role == Roles.TextAlignmentRole:
                return self._side(section)
        return None

    def data(self, index: Index, role: int = Roles.DisplayRole) -> Any:
        if not index.isValid():
            return None
        cell = self.cell(index.row(), index.column())
        value: Any = None
        match role:
            case Roles.DisplayRole:
                value = cell.text
            case Roles.AccessibleTextRole:
                value = cell.tip or cell.text.replace("\n", ", ")
            case Roles.ToolTipRole:
                value = cell.tip or None
            case Roles.TextAlignmentRole:
                value = self._side(index.column())
            case Roles.FontRole:
                value = font(0, cell.weight, cell.mono)
            case Roles.ForegroundRole if cell.tone:
                value = QBrush(colour(cell.tone))
            case Roles.DecorationRole if cell.image:
                value = icon(cell.image, cell.tone or "soft", em(16))
        return value

    def _side(self, section: int) -> Qt.AlignmentFlag:
        side = Qt.AlignmentFlag.AlignRight if self.heads[section].right else Qt.AlignmentFlag.AlignLeft
        return side | Qt.AlignmentFlag.AlignVCenter


def sorted_rows(rows: Sequence[Row], column: int, descending: bool) -> list[Row]:
    """Rows in the order of a column: those with a `sort` value, then by their words, empty ones last either way."""
    ranks: tuple[list[tuple[Any, Row]], ...] = ([], [], [])
    for row in rows:
        cell = row.cells[column]
        value = None if isinstance(cell, str) else cell.sort
        text = (cell if isinstance(cell, str) else cell.text).casefold()
        ranks[(1 if text else 2) if value is None else 0].append((text if value is None else value, row))
    return [row for rank in ranks for _, row in sorted(rank, key=itemgetter(0), reverse=descending)]


def row_text(row: Row) -> str:
    """The words of a row, separated by tabs, as they are copied and filtered."""
    texts = (cell if isinstance(cell, str) else cell.text for cell in row.cells)
    return "\t".join(text.replace("\n", " ").replace("\t", " ") for text in texts)
