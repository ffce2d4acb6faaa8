# SPDX-License-Identifier: Apache-2.0
"""What is painted by hand: each has a name, a description that says the same in words, and the palette's colours."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from reviewer_app.ui.theme import GAP, MEDIUM, STRONG, colour, em, font, styled


def _height(made: QWidget, height: int) -> None:
    made.setFixedHeight(em(height))


def length(text: str, weight: int = 400) -> int:
    """How long the words run, in pixels."""
    return QFontMetrics(font(0, weight)).horizontalAdvance(text)


def cut(text: str, room: float, weight: int = 400) -> str:
    """The words, ended with … where the room ends."""
    return QFontMetrics(font(0, weight)).elidedText(text, Qt.TextElideMode.ElideRight, int(room))


class Drawing(QWidget):
    """Base of the painted widgets."""

    def __init__(self, name: str, told: str, height: int = 0) -> None:
        """`told` says in words what the picture shows; `height` at 13 px body text, 0 when the subclass sets it."""
        super().__init__()
        self.setAccessibleName(name)
        self.setAccessibleDescription(told)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        if height:
            styled(self, partial(_height, height=height))

    def brush(self) -> QPainter:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(font())
        return painter

    def words(
        self, painter: QPainter, at: tuple[float, float], text: str, tone: str = "text", weight: int = 400
    ) -> None:
        """Words with the left end of their baseline at (x, y), kept inside the widget."""
        painter.setFont(font(0, weight))
        painter.setPen(colour(tone))
        shown = cut(text, self.width(), weight)
        painter.drawText(QPointF(max(0, min(at[0], self.width() - length(shown, weight))), at[1]), shown)


@dataclass(frozen=True)
class Limit:
    """One end of the access window."""

    day: float  # days since access was granted
    name: str  # "30-day limit"
    text: str  # beside its mark: "30-day limit · 9 Dec 09:00"


class AccessWindow(Drawing):
    """The access window as a line from grant to the last limit; up to the limit that bites it is solid, then dotted."""

    def __init__(self, start: str, today: float | None, limits: Sequence[Limit], today_text: str = "") -> None:
        """`start` is the moment of grant in words; `today` in days since then, None when the clock does not run.

        The limit with the smallest day bites. `today_text` defaults to "Today, day N".
        """
        self.start, self.today = start, today
        self.limits = sorted(limits, key=lambda limit: limit.day)
        self.today_text = today_text or ("" if today is None else f"Today, day {int(today)}")
        told = [f"Access granted {start}.", f"{self.today_text}." if self.today_text else ""]
        told += [
            f"{'Bites: ' if place == 0 else ''}{limit.text}, day {limit.day:g}."
            for place, limit in enumerate(self.limits)
        ]
        super().__init__("Access window", " ".join(part for part in told if part), 62)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter, y = self.brush(), em(30)
        left, right = 7.0, self.width() - 7.0
        last = max([limit.day for limit in self.limits] + [self.today or 0.0, 1.0])
        places = [left + (right - left) * limit.day / last for limit in self.limits]
        bites = places[0] if places else right
        now = None if self.today is None else left + (right - left) * max(0.0, self.today) / last
        self._line(painter, y, (left, bites, right), now)
        for place, x in enumerate(places):
            painter.setPen(QPen(colour("control" if place else "text"), 2))
            painter.drawLine(QPointF(x, y - 8), QPointF(x, y + 8))
        if now is not None:
            painter.setBrush(colour("accent"))
            painter.setPen(QPen(colour("window"), 2))
            painter.drawEllipse(QPointF(now, y), 6, 6)
        self._words_above(painter, now, places)
        self._words_below(painter, places)

    @staticmethod
    def _line(painter: QPainter, y: float, ends: tuple[float, float, float], now: float | None) -> None:
        left, bites, right = ends
        if bites < right:
            painter.setPen(QPen(colour("control"), 2, Qt.PenStyle.DotLine))
            painter.drawLine(QPointF(bites, y), QPointF(right, y))
        painter.setPen(QPen(colour("control"), 2))
        painter.drawLine(QPointF(left, y), QPointF(bites, y))
        if now is not None:
            painter.setPen(QPen(colour("accent"), 4, c=Qt.PenCapStyle.RoundCap))
            painter.drawLine(QPointF(left, y), QPointF(now, y))

    def _words_above(self, painter: QPainter, now: float | None, places: list[float]) -> None:
        """Grant at the left, the limits that do not bite at the right, today between; what finds no room is left out."""
        y, first, edge = em(15), "Access granted", float(self.width())
        for limit, x in reversed(list(zip(self.limits, places, strict=True))[1:]):
            size = length(limit.text)
            at = min(x - size / 2, edge - size)
            if at > length(first) + GAP:
                self.words(painter, (at, y), limit.text, "soft")
                edge = at - GAP
        if now is None or not self.today_text:
            self.words(painter, (0, y), first, "soft")
            return
        size = length(self.today_text, MEDIUM)
        at = max(0.0, min(now - size / 2, edge - size))
        self.words(painter, (at, y), self.today_text, "text", MEDIUM)
        if length(first) + GAP < at:
            self.words(painter, (0, y), first, "soft")

    def _words_below(self, painter: QPainter, places: list[float]) -> None:
        """The moment of grant at the left, the limit that bites under its mark; alone when both find no room."""
        y, least = em(54), length(self.start) + 2 * GAP
        text = self.limits[0].text if places else ""
        size = length(text, MEDIUM)
        both = least + size <= self.width()
        if both or not text:
            self.words(painter, (0, y), self.start, "soft")
        if text:
            at = max(least if both else 0, places[0] - size / 2)
            self.words(painter, (at, y), text, "text", MEDIUM)


class Steps(Drawing):
    """A short track as dots and words; the reached part is filled, the words say it too."""

    def __init__(self, name: str, steps: Sequence[str], reached: int, notes: Sequence[str] = ()) -> None:
        """`reached` is the place of the current step; `notes` stand under the steps: who and when."""
        super().__init__(name, f"{steps[reached]}, step {reached + 1} of {len(steps)}", 62 if notes else 40)
        self.steps, self.reached, self.notes = tuple(steps), reached, tuple(notes)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter, y = self.brush(), 8
        share = self.width() / len(self.steps)
        for place, name in enumerate(self.steps):
            x, done, now = 7 + place * share, place <= self.reached, place == self.reached
            if place + 1 < len(self.steps):
                painter.setPen(QPen(colour("accent" if place < self.reached else "control"), 2))
                painter.drawLine(QPointF(x + 10, y), QPointF(x + share - 10, y))
            painter.setPen(QPen(colour("accent" if done else "control"), 2))
            painter.setBrush(colour("accent") if done else Qt.BrushStyle.NoBrush)
            painter.drawEllipse(QPointF(x, y), 5, 5)
            weight = STRONG if now else 400
            self.words(painter, (x - 7, em(34)), cut(name, share - GAP, weight), "text" if done else "soft", weight)
            if place < len(self.notes):
                self.words(painter, (x - 7, em(54)), cut(self.notes[place], share - GAP), "soft")
