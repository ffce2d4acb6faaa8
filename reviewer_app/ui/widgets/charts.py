# SPDX-License-Identifier: Apache-2.0
"""Shares with their intervals, always beside a table of the same numbers."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import sqrt

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QPainter, QPaintEvent, QPen

from reviewer_app.ui.theme import GAP, colour, em, styled
from reviewer_app.ui.widgets.drawing import Drawing, length


@dataclass(frozen=True)
class Run:
    """One log in the comparison: `hits` of `total` samples scored as target; `errored` ones are not in `total`."""

    key: str
    name: str
    hits: int
    total: int
    errored: int = 0
    shown: bool = False  # the log whose card this is


def wilson(hits: int, total: int, z: float = 1.96) -> tuple[float, float, float]:
    """(share, low, high): the Wilson score interval, 95 % by default; sound for small counts and for 0 of n."""
    share, square = hits / total, z * z
    centre = (share + square / (2 * total)) / (1 + square / total)
    half = z * sqrt(share * (1 - share) / total + square / (4 * total * total)) / (1 + square / total)
    return share, max(0.0, centre - half), min(1.0, centre + half)


def interval_text(run: Run) -> str:
    """The interval in words, `0.021–0.241`."""
    if not run.total:
        return "no samples"
    _, low, high = wilson(run.hits, run.total)
    return f"{low:.3f}–{high:.3f}"


class Intervals(Drawing):
    """Dot and whisker per run, 0 to 1, on the rows of the table beside it. Hatched: where errors could move it."""

    def __init__(self, runs: Sequence[Run]) -> None:
        told = "; ".join(f"{run.name}: {run.hits} of {run.total}, {interval_text(run)}" for run in runs)
        super().__init__("Chart: share scored as target, with 95 % interval", told)
        self.runs = tuple(runs)
        styled(self, Intervals._fit)

    def _fit(self) -> None:
        self.step = em(16) + 2 * GAP
        self.setFixedHeight(self.step * (len(self.runs) + 1) + 2)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter, edge, bottom = self.brush(), em(28), self.height() - 2

        def at(share: float) -> float:
            return edge + (self.width() - 2 * edge) * share

        painter.setPen(QPen(colour("line"), 1))
        for place in range(len(self.runs) + 1):
            y = self.step * (place + 1) - 0.5
            painter.drawLine(QPointF(0, y), QPointF(self.width(), y))
        every = 25 if at(0.25) - at(0) > length("0.00") + GAP else 50
        for tick in range(0, 101, every):
            painter.setPen(QPen(colour("line"), 1))
            painter.drawLine(QPointF(at(tick / 100), self.step), QPointF(at(tick / 100), bottom))
            text = f"{tick / 100:.2f}"
            self.words(painter, (at(tick / 100) - length(text) / 2, self.step / 2 + em(5)), text, "soft")
        for place, run in enumerate(self.runs):
            if run.total:
                self._run(painter, at, self.step * (place + 1.5), run)

    @staticmethod
    def _run(painter: QPainter, at: Callable[[float], float], y: float, run: Run) -> None:
        share, low, high = wilson(run.hits, run.total)
        if run.errored:
            whole = run.total + run.errored
            first, last = at(run.hits / whole), at((run.hits + run.errored) / whole)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QBrush(colour("soft"), Qt.BrushStyle.BDiagPattern))
            painter.drawRect(QRectF(first, y - em(9), last - first, em(18)))
        painter.setPen(QPen(colour("accent" if run.shown else "soft"), 2))
        painter.drawLine(QPointF(at(low), y), QPointF(at(high), y))
        for end in (low, high):
            painter.drawLine(QPointF(at(end), y - em(4)), QPointF(at(end), y + em(4)))
        painter.setBrush(colour("accent" if run.shown else "surface"))
        painter.drawEllipse(QPointF(at(share), y), em(4.5), em(4.5))
