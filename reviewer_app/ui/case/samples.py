# SPDX-License-Identifier: Apache-2.0
"""The samples of one evaluation log as a table, read on demand."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from reviewer_app.services.reading import Sample, Samples
from reviewer_app.ui.theme import GAP, STRONG
from reviewer_app.ui.widgets.controls import FilterField, button
from reviewer_app.ui.widgets.layout import column, fill, label, row, short, start
from reviewer_app.ui.widgets.rows import Cell, Head, Row
from reviewer_app.ui.widgets.table import Table

HEADS = (
    Head("Sample", 110),
    Head("Epoch", 56, right=True, drop=5),
    Head("Target", 120, drop=4),
    Head("Answer", 0, least=200),
    Head("Score", 84),
    Head("Limit", 80, drop=3),
    Head("Error", 130, drop=2),
    Head("Time", 72, right=True, drop=1),
)


class SamplesView(QWidget):
    """`left` says that the person goes back to the log."""

    left = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.title = short("", step=2, weight=STRONG)
        self.told = label("", "soft", wrap=True)
        self.table = start(Table(HEADS, (), "Samples", empty="No sample matches. Change the filter."))
        self.filter = FilterField("Filter samples", self.table, width=220)
        self.filter.filtered.connect(self._on_filter)
        back = button("Back to the log", on=self.left.emit)
        head = row((self.title, 1), back)
        inside = column(head, self.told, row(self.filter, None), (self.table, 1), gap=GAP)
        fill(QVBoxLayout(self), ((inside, 1),), 0)

    def show_samples(self, name: str, found: Samples) -> None:
        """Show what the reader process found, in the file's order."""
        self._found = found
        self.title.setText(f"Samples of {name}")
        self.table.set_rows(_row(place, each) for place, each in enumerate(found.rows))
        self.filter.clear()
        self._on_filter("")
        self.table.setFocus()

    @Slot(str)
    def _on_filter(self, text: str) -> None:
        self.table.filter(text)
        self._tell()

    def _tell(self) -> None:
        parts = [self.table.count_text("sample")]
        if self._found.more:
            parts.append("the file holds more; these are its first")
        self.told.setText("; ".join([*parts, *self._found.warnings]) + ".")

    _found = Samples()


def _row(place: int, each: Sample) -> Row:
    time = "" if each.total_time is None else f"{each.total_time:.1f} s"
    return Row(
        str(place),
        (
            each.id or "",
            Cell("" if each.epoch is None else str(each.epoch), sort=each.epoch or 0),
            _one_line(each.target),
            _one_line(each.answer),
            each.score or "",
            each.limit or "",
            _one_line(each.error),
            Cell(time, sort=each.total_time or 0.0),
        ),
    )


def _one_line(text: str | None) -> Cell:
    return Cell(" ".join((text or "").split()), tip=text or "")
