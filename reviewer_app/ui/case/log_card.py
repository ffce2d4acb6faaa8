# SPDX-License-Identifier: Apache-2.0
"""The card of one evaluation log: score, counts, settings, silences, and the logs of the case beside each other."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QFrame, QGridLayout, QWidget

from reviewer_app.domain.evidence import Attachment
from reviewer_app.services.reading import Said, Share
from reviewer_app.ui.case import log_words
from reviewer_app.ui.case.words import SILENT, counted
from reviewer_app.ui.theme import GAP, MEDIUM, STRONG, TIGHT
from reviewer_app.ui.widgets.charts import Intervals, Run, interval_text
from reviewer_app.ui.widgets.controls import button
from reviewer_app.ui.widgets.layout import (
    Pair,
    beside,
    box,
    column,
    facts,
    heading,
    label,
    line,
    row,
)
from reviewer_app.ui.widgets.rows import Cell, Head, Row
from reviewer_app.ui.widgets.table import Table

SHOWN = 12  # settings and silences shown before one asks for all
LOGS = (
    Head("Log", 0, least=120),
    Head("Scored", 60, right=True),
    Head("Of", 42, right=True),
    Head("Errored", 90, right=True),
    Head("95 % interval", 112, right=True),
)
SCORES = (
    Head("Scorer", 0),
    Head("Metric", 110),
    Head("Value", 96, right=True),
    Head("Standard error", 112, right=True, drop=1),
    Head("n", 90, right=True),
)


def figures(said: Said) -> QWidget:
    """The score with its denominator and interval; the counts beside it, or below when the card is narrow."""
    words = log_words.headline(said)
    score = column(
        label(words.head, "soft", wrap=True),
        line(label(words.value, step=3, weight=STRONG), label(words.of, step=1), None),
        label(words.spread, "soft", wrap=True),
        gap=0,
    )
    return Pair(score, _counts(log_words.counts(said)), 640, (2, 3), 32)


def _counts(pairs: Sequence[tuple[str, str]]) -> QFrame:
    frame, grid = QFrame(), QGridLayout()
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setHorizontalSpacing(20)
    grid.setVerticalSpacing(0)
    right, low = Qt.AlignmentFlag.AlignRight, Qt.AlignmentFlag.AlignBaseline
    for place, (name, count) in enumerate(pairs):
        silent = count == SILENT
        words = label(count, "soft" if silent else "", 0 if silent else 2, weight=400 if silent else MEDIUM)
        grid.addWidget(label(name, "soft"), 0, place, right)
        grid.addWidget(words, 1, place, low | right)
    grid.addWidget(label(" ", step=3), 1, len(pairs), low)  # the score's baseline
    grid.setColumnStretch(len(pairs) + 1, 1)
    grid.setRowStretch(2, 1)
    frame.setLayout(grid)
    return frame


def all_scores(said: Said) -> list[QWidget]:
    """Every score of a file that gives more than one."""
    if len(said.scores) < 2:
        return []
    rows = [
        Row(
            str(place),
            (
                score.name + (f", filter {score.filter}" if score.filter else ""),
                score.metric,
                log_words.value_text(score),
                SILENT if score.stderr is None else f"{score.stderr:.2g}",
                SILENT if score.n is None else f"{score.n:,}",
            ),
        )
        for place, score in enumerate(said.scores)
    ]
    table = Table(SCORES, rows, "All scores of the file", flat=True, fit=True)
    return [column(heading("All scores", f"{len(rows)} figures in the file"), table, gap=TIGHT)]


def said_and_silent(said: Said, silences: Sequence[str]) -> Pair:
    """Settings at the left, what the file does not say at the right."""
    pairs = log_words.settings(said)
    left = Part("Settings", [facts([pair], 0, 120) for pair in pairs], "setting", "The file gives no settings.")
    points = [beside(label("–", "soft"), label(point, wrap=True)) for point in silences]
    right = Part("What this file does not say", points, "point", "Nothing that this page looks for is missing.")
    return Pair(left, right, 520)


class Part(QFrame):
    """A titled list that shows its first lines, and all of them when asked."""

    def __init__(self, title: str, lines: Sequence[QWidget], noun: str, otherwise: str) -> None:
        super().__init__()
        self.rest = list(lines[SHOWN:])
        self.more = button(f"Show all {counted(len(lines), noun)}", "link", on=self._show_all)
        self.more.setVisible(bool(self.rest))
        shown = list(lines[:SHOWN]) or [label(otherwise, "soft", wrap=True)]
        self.lines = column(*shown, gap=6)
        inside = column(heading(title), self.lines, row(self.more, None), None, gap=GAP)
        layout = QGridLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(inside)

    @Slot()
    def _show_all(self) -> None:
        for each in self.rest:
            box(self.lines).addWidget(each)
        self.rest = []
        self.more.hide()


@dataclass(frozen=True)
class LogRun:
    """One log in the comparison; `shown` is the one whose card this is."""

    attachment: Attachment
    share: Share
    shown: bool

    def run(self) -> Run:
        """What the chart draws of it."""
        share = self.share
        return Run(self.attachment.id, self.attachment.name, share.hits, share.total, share.errored or 0, self.shown)


def comparison(logs: Sequence[LogRun], unlike: int) -> tuple[QFrame, Table]:
    """Table and chart of the case's logs, and the table, whose rows lead to each log. `unlike` logs have no share."""
    table = Table(LOGS, [_log_row(each) for each in logs], "Logs of this case", flat=True, fit=True)
    table.across.setSectionsClickable(False)  # the rows stand beside the chart's
    pair = Pair(table, Intervals([each.run() for each in logs]), 640, (10, 6), 0)
    note = "share scored as target; hatched: where errored samples could move it"
    parts = [heading("Logs of this case", note), pair]
    if unlike:
        text = f"{counted(unlike, 'log')} not shown: the first score is no plain share of samples."
        parts.append(label(text, "soft", wrap=True))
    return column(*parts, gap=TIGHT), table


def _log_row(each: LogRun) -> Row:
    share, run, name = each.share, each.run(), each.attachment.name
    return Row(
        run.key,
        (
            Cell(name, weight=STRONG if each.shown else 400, tip=name, named=True),
            f"{share.hits:,}",
            f"{share.total:,}",
            SILENT if share.errored is None else f"{share.errored:,}",
            interval_text(run),
        ),
    )
