# SPDX-License-Identifier: Apache-2.0
"""Rows, columns and words: structure comes from space and hairlines."""

from collections.abc import Iterable, Sequence
from functools import partial
from typing import TypeVar

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from reviewer_app.ui.theme import EDGE, GAP, GROUP, STRONG, TIGHT, colour, drawn, em, font, styled, wide

Item = QWidget | tuple[QWidget, int] | int | None
"""What stands in a row or column: a widget, a widget with its stretch, a space in pixels, or None for what is left."""
Margins = tuple[int, int, int, int]
NO_MARGINS: Margins = (0, 0, 0, 0)
UNLIMITED = 16777215  # QWIDGETSIZE_MAX

W = TypeVar("W", bound=QWidget)


# --- boxes ---------------------------------------------------------------------------------------------------------


def fill(layout: QBoxLayout, items: Iterable[Item], gap: int = GAP, margins: Margins = NO_MARGINS) -> None:
    """Put the items into a box layout, in order."""
    layout.setContentsMargins(*margins)
    layout.setSpacing(gap)
    for item in items:
        if item is None:
            layout.addStretch(1)
        elif isinstance(item, int):
            layout.addSpacing(item)
        elif isinstance(item, tuple):
            layout.addWidget(item[0], item[1])
        else:
            layout.addWidget(item)


def row(*items: Item, gap: int = GAP, margins: Margins = NO_MARGINS, role: str = "") -> QFrame:
    """Side by side. `role` names a look in the style sheet: card, alert, nav, status, side."""
    frame = QFrame()
    frame.setProperty("role", role)
    fill(QHBoxLayout(frame), items, gap, margins)
    return frame


def column(*items: Item, gap: int = GAP, margins: Margins = NO_MARGINS, role: str = "") -> QFrame:
    """One below the other."""
    frame = QFrame()
    frame.setProperty("role", role)
    fill(QVBoxLayout(frame), items, gap, margins)
    return frame


def line(*items: Item, gap: int = GAP) -> QFrame:
    """Words of several sizes on one baseline."""
    made = row(*items, gap=gap)
    for item in items:
        if isinstance(item, QLabel):
            box(made).setAlignment(item, Qt.AlignmentFlag.AlignBaseline)
    return made


def beside(mark: QWidget, words: QWidget, gap: int = GAP) -> QFrame:
    """A mark, icon or bullet at the first line of a text that may wrap."""
    made = row(mark, (words, 1), gap=gap)
    box(made).addStretch(0)  # takes the room that capped words leave, or they drift to the middle
    box(made).setAlignment(mark, Qt.AlignmentFlag.AlignTop)
    return made


def page(*items: Item, gap: int = 12) -> QFrame:
    """The column of a page, with the margins of a page."""
    return column(*items, gap=gap, margins=(EDGE, GROUP, EDGE, GROUP))


def box(frame: QWidget) -> QBoxLayout:
    """The box layout of a row or column."""
    layout = frame.layout()
    if not isinstance(layout, QBoxLayout):
        raise TypeError("not a row or column")
    return layout


def empty(frame: QWidget) -> None:
    """Take everything out of a row or column, to fill it anew."""
    layout = box(frame)
    while (item := layout.takeAt(0)) is not None:
        if widget := item.widget():
            widget.hide()
            widget.setParent(None)
            widget.deleteLater()


def start(widget: W) -> W:
    """Mark the widget that has focus when its page opens."""
    widget.setObjectName("start")
    return widget


# --- words ---------------------------------------------------------------------------------------------------------


def _face(made: QWidget, step: int, weight: int, mono: bool) -> None:
    made.setFont(font(step, weight, mono))


def _least(made: QLabel) -> None:
    made.setMinimumWidth(wide(80))


def label(
    text: str = "",
    tone: str = "",
    step: int = 0,
    *,
    weight: int = 400,
    wrap: bool = False,
    mono: bool = False,
    tip: str = "",
) -> QLabel:
    """Plain words. `tone` is soft, attention, danger or accent; `step` an index into the type scale."""
    made = QLabel(text)
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setProperty("tone", tone)
    made.setWordWrap(wrap)
    made.setToolTip(tip)
    styled(made, partial(_face, step=step, weight=weight, mono=mono))
    if wrap:
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        made.setSizePolicy(policy)
        styled(made, _least)
    return made


def set_tone(widget: QWidget, tone: str) -> None:
    """Change the voice of a label that is shown already."""
    widget.setProperty("tone", tone)
    widget.style().unpolish(widget)
    widget.style().polish(widget)


def _measure(made: QLabel, characters: int) -> None:
    made.setMaximumWidth(QFontMetrics(font()).averageCharWidth() * characters)


class Prose(QLabel):
    """Running text at 1.4 line height and at most `measure` characters wide."""

    def __init__(self, text: str, tone: str = "", measure: int = 80) -> None:
        super().__init__()
        self.setProperty("tone", tone)
        self.setWordWrap(True)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        styled(self, partial(_face, step=0, weight=400, mono=False))
        styled(self, _least)
        styled(self, partial(_measure, characters=measure))
        self.set_prose(text)

    def set_prose(self, text: str) -> None:
        """SECURITY: line height needs rich text, so every character is escaped and nothing can be loaded."""
        self.setTextFormat(Qt.TextFormat.RichText)
        body = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\n", "<br>")
        self.setText(f'<p style="line-height:140%; margin:0">{body}</p>')
        self.setAccessibleName(text)


def prose(text: str, tone: str = "", measure: int = 80) -> Prose:
    return Prose(text, tone, measure)


class Short(QLabel):
    """One line of words that ends in … where the room ends; the tooltip has all of it, or says why (`tip`)."""

    tip = ""

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        shown = QFontMetrics(self.font()).elidedText(self.text(), Qt.TextElideMode.ElideRight, self.width())
        self.setToolTip(self.tip or ("" if shown == self.text() else self.text()))
        painter.setFont(self.font())
        painter.setPen(colour(self.property("tone") or "text"))
        painter.drawText(self.rect(), self.alignment() | Qt.AlignmentFlag.AlignVCenter, shown)

    def minimumSizeHint(self) -> QSize:
        return QSize(em(24), super().minimumSizeHint().height())


def short(text: str = "", tone: str = "", step: int = 0, weight: int = 400) -> Short:
    """A label that is cut with … rather than widen its window."""
    made = Short(text)
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setProperty("tone", tone)
    made.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
    return styled(made, partial(_face, step=step, weight=weight, mono=False))


def heading(text: str, note: str = "") -> QFrame:
    """A section heading with a quiet note on its baseline."""
    made = line(label(text, step=1, weight=STRONG), None)
    if note:
        box(made).insertWidget(1, label(note, "soft", wrap=True), 100, Qt.AlignmentFlag.AlignBaseline)
    return made


def rule() -> QFrame:
    """A hairline."""
    made = QFrame()
    made.setProperty("role", "rule")
    return made


def _pixmap(made: QLabel, name: str, tone: str, size: int) -> None:
    pixels = em(size)
    made.setPixmap(drawn(name, tone, pixels, made.devicePixelRatioF()))
    made.setFixedSize(pixels, pixels)


def picture(name: str, tone: str = "soft", size: int = 20) -> QLabel:
    """A line icon that repeats what the words beside it say."""
    return styled(QLabel(), partial(_pixmap, name=name, tone=tone, size=size))


# --- values --------------------------------------------------------------------------------------------------------


def _key_column(made: QWidget, width: int) -> None:
    layout = made.layout()
    if isinstance(layout, QGridLayout):
        layout.setColumnMinimumWidth(0, wide(width))


def _value(value: str | QWidget) -> QWidget:
    if isinstance(value, QWidget):
        return value
    made = label(value, wrap=True)
    made.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
    return made


def facts(pairs: Sequence[tuple[str, str | QWidget]], gap: int = GAP, key_width: int = 0) -> QFrame:
    """Quiet name on the left, value on the right, one baseline."""
    frame, grid = QFrame(), QGridLayout()
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setHorizontalSpacing(GROUP)
    grid.setVerticalSpacing(gap)
    grid.setColumnStretch(1, 1)
    for place, (key, value) in enumerate(pairs):
        grid.addWidget(label(key, "soft"), place, 0, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(_value(value), place, 1)
    grid.setRowStretch(len(pairs), 1)
    frame.setLayout(grid)
    return styled(frame, partial(_key_column, width=key_width))


def stacked_facts(pairs: Sequence[tuple[str, str]]) -> QFrame:
    """Name above value, for the narrow side panel."""
    return column(*(column(label(k, "soft"), label(v, wrap=True), gap=2) for k, v in pairs), gap=12)


# --- folding and scrolling -----------------------------------------------------------------------------------------


class Pair(QWidget):
    """Two parts side by side, or one above the other when there is less than `least` room (at 13 px body text)."""

    def __init__(
        self,
        first: QWidget,
        second: QWidget,
        least: int,
        shares: tuple[int, int] = (1, 1),
        gap: int = EDGE,
        *,
        cap: int = 0,
        folded: tuple[int, int] = (0, 0),
    ) -> None:
        """`shares` of the width, `folded` shares of the height when one stands above the other.

        `cap` is the most the first part takes while they stand side by side; 0 for no limit.
        """
        super().__init__()
        self.first, self.second, self.least, self.gap, self.cap = first, second, least, gap, cap
        self.shares, self.folded = shares, folded
        self.layout_box = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        fill(self.layout_box, ((first, shares[0]), (second, shares[1])), gap)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        styled(self, Pair._fold)

    def set_least(self, least: int) -> None:
        """Other room from which both stand side by side."""
        self.least = least
        self._fold()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fold()

    def _fold(self) -> None:
        across = self.width() >= wide(self.least)
        directions = QBoxLayout.Direction
        self.layout_box.setDirection(directions.LeftToRight if across else directions.TopToBottom)
        self.layout_box.setSpacing(self.gap if across else min(self.gap, GROUP))
        for part, share in zip((self.first, self.second), self.shares if across else self.folded, strict=True):
            self.layout_box.setStretchFactor(part, share)
        if self.cap:
            self.first.setMaximumWidth(wide(self.cap) if across else UNLIMITED)


def scroll(inside: QWidget | None, name: str) -> QScrollArea:
    """Scrolls up and down only; what is inside takes focus and is scrolled into view."""
    made = QScrollArea()
    made.setWidgetResizable(True)
    made.setFrameShape(QFrame.Shape.NoFrame)
    made.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    made.setAccessibleName(name)
    made.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    if inside:
        put_in(made, inside)
    return made


def put_in(area: QScrollArea, inside: QWidget) -> None:
    """Give a scroll area what it shows; what it showed before lives until the event loop turns."""
    inside.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)  # never wider than the view
    if before := area.takeWidget():
        before.hide()
        before.deleteLater()
    area.setWidget(inside)


def scrolled_page(head: QWidget, inside: QWidget, name: str, *, reading: bool = False) -> QFrame:
    """A page whose content scrolls below its head. Where nothing in it takes focus (`reading`), the view itself does.

    The view begins left of the words, so that the ring of its focus does not touch them.
    """
    ring = 2 if reading else 0
    box(inside).setContentsMargins(GAP - ring, TIGHT - ring, 0, GROUP)
    view = scroll(inside, name)
    if reading:
        view.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        view.setProperty("role", "reading")
        start(view)
    below = column((view, 1), margins=(EDGE - GAP, 0, GAP, 0))
    return column(column(head, margins=(EDGE, GROUP, EDGE, GAP)), (below, 1), gap=0)


def _pane_width(made: QWidget, width: int) -> None:
    made.setFixedWidth(wide(width))


class Pane(QScrollArea):
    """The side panel: scrolls on its own, folds away when the page is narrow."""

    def __init__(self, inside: QWidget, name: str, width: int = 264) -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(name)
        inside.setProperty("role", "side")
        self.setWidget(inside)
        styled(self, partial(_pane_width, width=width))


class Sided(QWidget):
    """Content with a side panel, which folds away when there is less than `least` room (at 13 px body text).

    `folded` says that it was looked at anew; ask `is_folded`.
    """

    folded = Signal()

    def __init__(self, content: QWidget, pane: Pane, least: int = 900) -> None:
        super().__init__()
        self.pane, self.least = pane, least
        fill(QHBoxLayout(self), ((content, 1), pane), 0)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Expanding)
        styled(self, Sided._fold)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fold()

    def is_folded(self) -> bool:
        """Whether there is no room for the panel; it is told even before the page is shown."""
        return self.width() <= wide(self.least)

    def _fold(self) -> None:
        self.pane.setVisible(not self.is_folded())
        self.folded.emit()


def panel(name: str, *groups: tuple[str, Sequence[tuple[str, str]]]) -> Pane:
    """A side panel of titled groups of facts."""
    parts: list[Item] = []
    for title, pairs in groups:
        parts += [label(title, step=1, weight=STRONG), stacked_facts(pairs), GAP]
    return Pane(column(*parts, None, gap=12, margins=(GROUP, GROUP, GROUP, GROUP)), name)


def capped(widget: W, width: int) -> W:
    """Never wider than this (at 13 px body text), live."""
    return styled(widget, partial(_cap, width=width))


def fixed(widget: W, width: int) -> W:
    """Exactly this wide (at 13 px body text), live."""
    return styled(widget, partial(_pane_width, width=width))


def _cap(made: QWidget, width: int) -> None:
    made.setMaximumWidth(wide(width))
