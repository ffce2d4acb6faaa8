# SPDX-License-Identifier: Apache-2.0
"""How a table looks: hairlines, the ring round the current row, the sort arrow beside its word, leaving columns."""

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRect, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QIcon, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
)

from reviewer_app.ui.theme import GAP, LOOK, colour, em, face_of, font, icon, styled, wide
from reviewer_app.ui.widgets.rows import Cell, Head, Rows

# Named once: looking an enum's member up costs as much as drawing a short word.
ELIDED, NAMED = Qt.TextElideMode.ElideRight, Qt.TextElideMode.ElideMiddle
LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
SELECTED = QStyle.StateFlag.State_Selected


class Line(QStyledItemDelegate):
    """Hairline under each row, soft selection, a 2 px ring round the current row while the table has focus.

    Paints from the cells themselves: asking the model role by role took four times as long.
    """

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        view, frame, line, column = option.widget, QRect(option.rect), index.row(), index.column()
        if not isinstance(view, TableLook):
            return
        chosen = bool(option.state & SELECTED)
        if chosen:
            painter.fillRect(frame, colour("selection"))
        elif not view.plain:
            painter.fillRect(QRect(frame.left(), frame.bottom(), frame.width(), 1), colour("line"))
        cell, room = view.rows.cell(line, column), frame.adjusted(0 if view.flat and not column else GAP, 0, -GAP, 0)
        if cell.image:
            room = self._image(painter, view, cell, room, chosen)
        if cell.text:
            self._words(painter, cell, room, RIGHT if view.heads[column].right else LEFT, chosen)
        if line == view.currentIndex().row() and view.hasFocus():
            self._ring(painter, view, frame, column, chosen)

    @staticmethod
    def _image(painter: QPainter, view: QTableView, cell: Cell, room: QRect, chosen: bool) -> QRect:
        size = em(16)
        mode = QIcon.Mode.Selected if chosen else QIcon.Mode.Normal
        picture = icon(cell.image, cell.tone or "soft", size).pixmap(QSize(size, size), view.devicePixelRatioF(), mode)
        painter.drawPixmap(room.left(), room.center().y() - size // 2 + 1, picture)
        return room.adjusted(size + GAP - 2, 0, 0, 0)

    @staticmethod
    def _words(painter: QPainter, cell: Cell, room: QRect, side: Qt.AlignmentFlag, chosen: bool) -> None:
        hard = chosen and LOOK.tokens.is_hard
        face, metrics = face_of(0, cell.weight, cell.mono)
        painter.setFont(face)
        painter.setPen(colour("on_selection" if hard else cell.tone or "text"))
        first, _, second = cell.text.partition("\n")
        if second:
            half = room.height() // 2
            lower = metrics.elidedText(second, ELIDED, room.width())
            painter.drawText(room.adjusted(0, half, 0, -6), side, lower)
            painter.setPen(colour("on_selection" if hard else "text"))
            room = QRect(room.left(), room.top(), room.width(), half + 4)
        painter.drawText(room, side, metrics.elidedText(first, NAMED if cell.named else ELIDED, room.width()))

    @staticmethod
    def _ring(painter: QPainter, view: QTableView, frame: QRect, column: int, chosen: bool) -> None:
        hard = chosen and LOOK.tokens.is_hard
        painter.setPen(QPen(colour("on_selection" if hard else "accent"), 2))
        if hard:  # the ring is seen against the selection, so it stands inside it
            frame = frame.adjusted(0, 2, 0, -3)
        painter.drawLine(frame.left(), frame.top() + 1, frame.right(), frame.top() + 1)
        painter.drawLine(frame.left(), frame.bottom(), frame.right(), frame.bottom())
        across = view.horizontalHeader()
        if across.visualIndex(column) == 0:
            painter.drawLine(frame.left() + 1, frame.top(), frame.left() + 1, frame.bottom())
        if across.sectionPosition(column) + frame.width() >= across.length():
            painter.drawLine(frame.right(), frame.top(), frame.right(), frame.bottom())


class Header(QHeaderView):
    """Column names; the arrow of the sorted column stands close to its word, on the side where the word ends."""

    def __init__(self, heads: Sequence[Head], flat: bool, table: QTableView) -> None:
        super().__init__(Qt.Orientation.Horizontal, table)
        self.heads, self.flat = heads, flat
        self.sorted_by: int | None = None
        self.descending = False

    def paintSection(self, painter: QPainter, rect: QRect, section: int) -> None:
        painter.save()
        super().paintSection(painter, rect, section)
        painter.restore()
        if section == self.sorted_by:
            head = self.heads[section]
            self._arrow(painter, rect, QFontMetrics(font()).horizontalAdvance(head.text), head.right)

    def _arrow(self, painter: QPainter, rect: QRect, word: int, right: bool) -> None:
        half, pad = em(4), 0 if self.flat and rect.left() <= 0 else GAP
        x = rect.right() - pad - word - half - 5 if right else rect.left() + pad + word + half + 6
        x = max(rect.left() + half, min(x, rect.right() - half))
        y, tip = rect.center().y() + 1, -half / 2 if not self.descending else half / 2
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour("text"))
        painter.drawPolygon([QPointF(x - half, y - tip), QPointF(x + half, y - tip), QPointF(x, y + tip * 1.4)])
        painter.restore()


class TableLook(QTableView):
    """A table's manners and sizes, live; what it holds is `table.Table`'s business."""

    dropped = Signal(int)  # how many columns are not shown

    def __init__(
        self, heads: Sequence[Head], name: str, *, flat: bool, head: bool, fit: bool, lines: int, empty: str
    ) -> None:
        super().__init__()
        self.heads, self.lines, self.fit, self.empty_text = tuple(heads), lines, fit, empty
        self.rows = Rows(heads)
        self.rows.setParent(self)
        self.across = Header(self.heads, flat, self)
        self.setHorizontalHeader(self.across)
        self.setModel(self.rows)
        self.setItemDelegate(Line(self))
        self.setAccessibleName(name)
        self.flat, self.plain = flat, False  # plain: no hairlines
        self.setProperty("flat", flat)
        self._set_manners(head)
        styled(self, TableLook.fit_rows)

    def _set_manners(self, head: bool) -> None:
        self.setTabKeyNavigation(False)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setCornerButtonEnabled(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        if self.fit:
            self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        down = self.verticalHeader()
        down.hide()
        down.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.across.setVisible(head)
        self.across.setHighlightSections(False)
        self.across.setSectionsClickable(True)
        self.across.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        for place, column in enumerate(self.heads):
            if not column.width:
                self.across.setSectionResizeMode(place, QHeaderView.ResizeMode.Stretch)

    def fit_rows(self) -> None:
        self.row_height = em(16) * self.lines + 2 * GAP
        self.verticalHeader().setDefaultSectionSize(self.row_height)
        self.across.setMinimumSectionSize(em(24))
        self.across.setFixedHeight(em(16) + 2 * GAP)
        self.across.setFont(font())
        for place, head in enumerate(self.heads):
            self.setColumnWidth(place, wide(head.width or head.least))
        top = 0 if self.across.isHidden() else em(16) + 2 * GAP
        count = len(self.rows.keys)
        if self.fit:
            self.setFixedHeight(self.row_height * max(count, 1) + top + 2)
        else:
            least = 2 if LOOK.base > 20 else 3  # large text: leave room for what stands below
            self.setMinimumHeight(self.row_height * least + top)
        self._drop_columns()
        if self.currentIndex().isValid():
            self.scrollTo(self.currentIndex())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._drop_columns()
        if event.size().height() < event.oldSize().height() and self.currentIndex().isValid():
            self.scrollTo(self.currentIndex())

    def _drop_columns(self) -> None:
        """Columns leave one by one, in their drop order, until the rest fits."""
        room = self.viewport().width()
        need = {place: wide(head.width or head.least) for place, head in enumerate(self.heads)}
        for place, head in sorted(enumerate(self.heads), key=lambda pair: pair[1].drop):
            if head.drop and sum(need.values()) > room:
                need.pop(place)
        for place in range(len(self.heads)):
            self.setColumnHidden(place, place not in need)
        self.dropped.emit(len(self.heads) - len(need))

    def sizeHint(self) -> QSize:
        return QSize(wide(240), self.minimumHeight())

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self.empty_text and not self.rows.keys:
            painter = QPainter(self.viewport())
            painter.setPen(colour("soft"))
            painter.setFont(font())
            words = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(self.viewport().rect().adjusted(GAP, GAP, -GAP, -GAP), words, self.empty_text)
