# SPDX-License-Identifier: Apache-2.0
"""The dated facts of a case with their sources; earlier values stand indented below the one that holds."""

from collections.abc import Iterator

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from reviewer_app.domain.cases import FactKind
from reviewer_app.domain.clocks import written
from reviewer_app.services.cases import CaseFile
from reviewer_app.services.facts import FactLine
from reviewer_app.ui.case.overview_words import brief
from reviewer_app.ui.case.tab import Workplace
from reviewer_app.ui.dialogs.record_date import RecordDateDialog
from reviewer_app.ui.dialogs.strike_out import StrikeOutDialog
from reviewer_app.ui.theme import STRONG
from reviewer_app.ui.widgets.controls import button
from reviewer_app.ui.widgets.layout import fill, label, row
from reviewer_app.ui.widgets.rows import Cell, Head, Row
from reviewer_app.ui.widgets.table import Table

HEADS = (
    Head("What", 196),
    Head("Moment", 170),
    Head("Source document", 0, least=200),
    Head("Mark", 92, drop=2),
    Head("Entered by", 172, drop=1),
)
EXPECTED = (FactKind.ACCESS_GRANTED, FactKind.PARTNER_RELEASE_PLANNED, FactKind.RETURN_DUE)
"""Dates that clocks need; they are listed as not recorded until they are."""


class DatesTable(QWidget):
    """Enter changes the chosen date, or records the one that is not recorded."""

    def __init__(self, place: Workplace) -> None:
        super().__init__()
        self.place, self.desk = place, place.desk
        self.file: CaseFile | None = None
        self.table = Table(HEADS, (), "Dated facts", flat=True, fit=True)
        self.table.across.setSectionsClickable(False)  # earlier values stay below their own
        self.table.opened.connect(self._on_opened)
        self.table.chosen.connect(self._on_chosen)
        self.record = button("Record a date", "quiet", "plus", on=self._on_record)
        self.change = button("Change", "quiet", name="Change the chosen date", on=self._on_change)
        self.strike = button("Entered in error", "quiet", name="Entered in error: the chosen date", on=self._on_strike)
        title = label("Dated facts", step=1, weight=STRONG)
        fill(QVBoxLayout(self), (row(title, None, self.change, self.strike, self.record), self.table), 0)

    def show_file(self, file: CaseFile) -> None:
        """Show the dates as they stand."""
        self.file = file
        self.table.set_rows(self._rows(file))
        self._on_chosen(self.table.current_key())

    def _rows(self, file: CaseFile) -> Iterator[Row]:
        recorded = {line.fact.what for line in file.facts}
        for what in FactKind:
            for line in file.facts:
                if line.fact.what is what:
                    yield from self._lines(file, line)
            if what in EXPECTED and what not in recorded:
                yield Row(what, (what.capitalize(), Cell("not recorded", "soft"), "", "", ""))

    def _lines(self, file: CaseFile, line: FactLine) -> Iterator[Row]:
        fact, zone = line.fact, self.desk.policy.zone
        moment = written(fact.moment, zone, precision=fact.precision)
        who = f"{line.by}, {brief(line.entered, file.now, zone)}"
        tip = f"Entered by {line.by}, {self.desk.written(line.entered)}"
        what, source = Cell(fact.what.capitalize(), tip=tip), Cell(fact.source, tip=fact.source)
        yield Row(fact.id, (what, moment, source, f"({fact.marking})", Cell(who, "soft", tip=tip)))
        for number, earlier in enumerate(line.earlier):
            said = f"Replaced: {earlier.replaced}; stood in: {earlier.source}"
            cells = (
                "   earlier value",
                written(earlier.moment, zone, precision=earlier.precision),
                said,
                "",
                f"{earlier.by}, {brief(earlier.entered, file.now, zone)}",
            )
            yield Row(f"{fact.id}:{number}", tuple(Cell(text, "soft", tip=text.strip()) for text in cells))

    def _line(self) -> FactLine | None:
        """The fact that the chosen row belongs to."""
        key = self.table.current_key().partition(":")[0]
        return next((line for line in self.file.facts if line.fact.id == key), None) if self.file else None

    @Slot(str)
    def _on_chosen(self, _key: str) -> None:
        for each in (self.change, self.strike):
            each.setEnabled(self._line() is not None)

    @Slot(str)
    def _on_opened(self, key: str) -> None:
        if key in tuple(FactKind):
            self._ask(what=FactKind(key))
        else:
            self._on_change()

    @Slot()
    def _on_record(self) -> None:
        key = self.table.current_key()
        self._ask(what=FactKind(key) if key in tuple(FactKind) else None)

    @Slot()
    def _on_change(self) -> None:
        if line := self._line():
            self._ask(line)

    @Slot()
    def _on_strike(self) -> None:
        if line := self._line():
            moment = written(line.fact.moment, self.desk.policy.zone, precision=line.fact.precision)
            if StrikeOutDialog.ask(self.place.window, self.desk, line.fact, f"“{line.fact.what}”, {moment}"):
                self.place.changed()

    def _ask(self, line: FactLine | None = None, what: FactKind | None = None) -> None:
        fact = line.fact if line else None
        if self.file and RecordDateDialog.ask(self.place.window, self.desk, self.file, fact, what):
            self.place.changed()
