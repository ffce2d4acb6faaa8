# SPDX-License-Identifier: Apache-2.0
"""The journal of the whole vault, for officers: who did what, when, on which case number; never what a record says."""

from collections.abc import Sequence

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from reviewer_app.services.acts import ACTS, Asks
from reviewer_app.services.desk import Desk
from reviewer_app.services.journal import PAGE, JournalLine
from reviewer_app.ui.dialog import Dialog
from reviewer_app.ui.theme import GAP
from reviewer_app.ui.widgets.controls import FilterField, button
from reviewer_app.ui.widgets.heads import page_head
from reviewer_app.ui.widgets.layout import facts, fill, label, page, row, scroll, start
from reviewer_app.ui.widgets.rows import Cell, Head, Row
from reviewer_app.ui.widgets.strips import AlertStrip
from reviewer_app.ui.widgets.table import Table

HEADS = (
    Head("No.", 68, right=True, drop=1),
    Head("When", 170),
    Head("Who", 140),
    Head("Second person", 140, drop=2),
    Head("What", 0, least=160),
    Head("Case", 100, drop=3),
    Head("About", 0, least=170, drop=4),
)
LOUD = {"passphrase changed", "recovery key used"}
TOLD = "Who did what and when, in every case by its number. What is in a case is not shown here."


class JournalPage(QWidget):
    """`earlier_asked` asks for the entries before the oldest that is shown."""

    earlier_asked = Signal()

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.alerts = AlertStrip()
        self.desk, self.lines = desk, list[JournalLine]()
        self.table = start(Table(HEADS, (), "Journal", empty="None of the entries shown holds these words."))
        self.table.opened.connect(self._on_opened)
        self.filter = FilterField("Filter the journal", self.table, width=220)
        self.filter.filtered.connect(self.table.filter)
        self.filter.filtered.connect(self._on_counted)
        self.counted = label("", "soft")
        self.earlier = button("Show earlier entries", "quiet", on=self.earlier_asked.emit)
        head = page_head("Journal", label(TOLD, "soft", wrap=True))
        foot = row(self.counted, GAP, self.earlier, None)
        fill(QVBoxLayout(self), ((page(head, self.alerts, row(self.filter, None), (self.table, 1), foot), 1),), 0)

    def show_lines(self, lines: Sequence[JournalLine], *, more: bool = False) -> None:
        """Show the newest entries, or with `more` the ones before."""
        self.lines = [*self.lines, *lines] if more else list(lines)
        self.table.set_rows(self._row(line) for line in self.lines)
        self.earlier.setVisible(len(lines) == PAGE)
        self._on_counted()

    @Slot()
    def _on_counted(self) -> None:
        """The filter looks at what was fetched so far, and says so."""
        whole, shown = len(self.lines), len(self.table.rows.keys)
        newest = "the newest " if not self.earlier.isHidden() else ""
        found = f"{shown:,} of " if shown != whole else ""
        text = f"{found}{newest}{whole:,} {'entry' if whole == 1 else 'entries'}"
        self.counted.setText(text[0].upper() + text[1:])

    def _row(self, line: JournalLine) -> Row:
        tone = "soft" if _is_quiet(line) else ""
        about = _about(line)
        return Row(
            str(line.number),
            (
                Cell(f"{line.number:,}", "soft", sort=line.number),
                Cell(self.desk.written(line.at), "soft", sort=line.at),
                Cell(line.who, tone, tip=line.who),
                Cell(line.beside, tone, tip=line.beside),
                Cell(line.what[:1].upper() + line.what[1:], tone),
                Cell(line.case, tone),
                Cell(about, tone, tip=about),
            ),
        )

    @Slot(str)
    def _on_opened(self, key: str) -> None:
        """Everything of one entry, also what a narrow window leaves out."""
        line = next(each for each in self.lines if str(each.number) == key)
        shown = zip(HEADS[1:], self._row(line).cells[1:], strict=True)
        pairs = [(head.text, cell if isinstance(cell, str) else cell.text) for head, cell in shown]
        dialog = Dialog(f"Entry {line.number:,}", self, 460)
        told = facts([(name, text) for name, text in pairs if text], GAP, 110)
        dialog.fill(scroll(told, dialog.windowTitle()), dialog.closer("Close"))
        dialog.run()


def _is_quiet(line: JournalLine) -> bool:
    """Coming, going and reading; what changes people, keys or passphrases changes no record."""
    act = ACTS.get(line.what)
    asked = act is not None and act.asks is not Asks.NOTHING
    return not (line.changes or asked or line.what in LOUD)


def _about(line: JournalLine) -> str:
    text = ", ".join(part for part in (line.about, line.outcome) if part)
    return text[:1].upper() + text[1:] if line.outcome and not line.about else text
