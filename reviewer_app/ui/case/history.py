# SPDX-License-Identifier: Apache-2.0
"""The History: every entry of the journal on this case, newest first; reading is in it too."""

from typing import ClassVar

from PySide6.QtCore import Slot
from PySide6.QtGui import QShowEvent

from reviewer_app.errors import AppError
from reviewer_app.services import history
from reviewer_app.services.cases import CaseFile
from reviewer_app.services.history import HistoryLine
from reviewer_app.ui.case.tab import CaseTab, Workplace
from reviewer_app.ui.theme import GAP
from reviewer_app.ui.widgets.controls import FilterField, button
from reviewer_app.ui.widgets.layout import fill, label, page, row, scroll
from reviewer_app.ui.widgets.rows import Cell, Head, Row
from reviewer_app.ui.widgets.table import Table

HEADS = (
    Head("When", 176),
    Head("Who", 120),
    Head("What", 188),
    Head("About", 0, least=200),
    Head("Mark", 72, drop=1),
)


class HistoryTab(CaseTab):
    """Read when it comes in front; earlier entries are fetched when asked for."""

    key: ClassVar[str] = "history"
    name: ClassVar[str] = "History"

    def __init__(self, place: Workplace) -> None:
        super().__init__(place)
        self.lines: list[HistoryLine] = []
        self._stale, self._case = True, ""
        self.table = Table(HEADS, (), "History", empty="No entry holds these words.")
        self.filter = FilterField("Filter history", self.table, width=220)
        self.filter.filtered.connect(self.table.filter)
        self.filter.filtered.connect(self._on_counted)
        self.counted = label("", "soft")
        self.earlier = button("Show earlier entries", "quiet", on=self._on_earlier)
        told = label("Every entry names who and when; opening and reading are entries too.", "soft", wrap=True)
        foot = row(self.counted, GAP, self.earlier, None)
        inside = page(row(self.filter, GAP, (told, 1)), (self.table, 1), foot)
        fill(self.box, ((scroll(inside, "History"), 1),), 0)

    def show_file(self, file: CaseFile) -> None:
        """What is in front is read anew; otherwise it waits until somebody looks."""
        super().show_file(file)
        if file.case.id != self._case:
            self._case, self.lines = file.case.id, []
        self._stale = True
        if self.isVisible():
            self._read()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._read()

    def _read(self) -> None:
        """The newest entries, in front of those read before."""
        if not self._stale or not self._case:
            return
        try:
            newest = history.lines(self.desk, self._case, limit=max(history.PAGE, len(self.lines)))
        except AppError as error:
            self.place.tell(error)
            return
        self._stale, self.lines = False, newest
        self._show(more=len(newest) >= history.PAGE)

    @Slot()
    def _on_earlier(self) -> None:
        try:
            more = history.lines(self.desk, self._case, before=self.lines[-1].number)
        except AppError as error:
            self.place.tell(error)
            return
        self.lines += more
        self._show(more=len(more) == history.PAGE)

    def _show(self, *, more: bool) -> None:
        self.table.set_rows(self._row(line) for line in self.lines)
        self.earlier.setVisible(more)
        self._on_counted()

    @Slot()
    def _on_counted(self) -> None:
        earlier = " of the newest" if self.earlier.isVisibleTo(self) else ""
        self.counted.setText(self.table.count_text("entry", "entries") + earlier)

    def _row(self, line: HistoryLine) -> Row:
        about = "; ".join(part for part in (line.subject, line.changed) if part)
        tone = "soft" if line.reads else ""
        return Row(
            str(line.number),
            (
                Cell(self.desk.written(line.at), "soft", sort=line.at),
                Cell(line.who, tone),
                Cell(line.what, tone),
                Cell(about[:1].upper() + about[1:], tone, tip=about),
                Cell(f"({line.marking})" if line.marking else "", "soft"),
            ),
        )
