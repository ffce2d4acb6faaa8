# SPDX-License-Identifier: Apache-2.0
"""The vault: where it is, what it holds, and the check that history, tables and attachments hold together."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from reviewer_app.services.checking import CHECKED, Health, Report
from reviewer_app.services.desk import Desk
from reviewer_app.services.destroying import DESTROYED
from reviewer_app.ui.theme import GAP, GROUP
from reviewer_app.ui.widgets.controls import button
from reviewer_app.ui.widgets.heads import page_head
from reviewer_app.ui.widgets.layout import (
    box,
    capped,
    column,
    empty,
    facts,
    fill,
    heading,
    label,
    row,
    scrolled_page,
    start,
)
from reviewer_app.ui.widgets.rows import Head, Row
from reviewer_app.ui.widgets.strips import AlertStrip
from reviewer_app.ui.widgets.table import Table

END = "Two officers can destroy it: nothing in it is read again. Backups and copies elsewhere are not reached."
HEADS = (Head("Where", 260), Head("What does not hold", 0))


class VaultPage(QWidget):
    """`check_asked` asks for the full check, whose findings `show_report` shows; `office_asked` for other details,
    `destroy_asked` for the end of the vault."""

    check_asked = Signal()
    office_asked = Signal()
    destroy_asked = Signal()

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.alerts = AlertStrip()
        self._stand_in: QWidget | None = None  # has the focus of "Check everything" while that is disabled
        self.told = label("", "soft", wrap=True)
        may_check = desk.may(CHECKED)
        self.go = button("Check everything", "main", on=self.check_asked.emit)
        self.go.setVisible(may_check)
        self.health = column(gap=GAP, margins=(GROUP, GROUP, GROUP, GROUP), role="card")
        self.result = column(gap=GAP)
        self.result.hide()
        self.office = column(gap=GAP, margins=(GROUP, GROUP, GROUP, GROUP), role="card")
        change = button("Change", "quiet", name="Change office details", on=self.office_asked.emit)
        change.setVisible(desk.may("office details changed"))
        headed = row((heading("Office", "what memos and packages print"), 1), change)
        inside = column(heading("Health"), self.health, self.result, headed, self.office, gap=GROUP)
        if desk.may(DESTROYED):
            end = button("Destroy this vault", "danger", on=self.destroy_asked.emit)
            last = column(heading("The end of the vault"), label(END, "soft", wrap=True), row(end, None), gap=GAP)
            box(inside).addWidget(last)
        box(inside).addStretch(1)
        if may_check:
            start(self.go)
        body = row((capped(inside, 920), 100), None, gap=0)
        head = column(page_head("Vault", self.told, self.go), self.alerts, gap=12)
        whole = scrolled_page(head, body, "Vault health", reading=not may_check)
        fill(QVBoxLayout(self), ((whole, 1),), 0)

    def set_busy(self, busy: bool) -> None:
        """One check at a time. Focus comes back to the button with its end, unless a person has moved it since."""
        window = self.window()
        held = window.focusWidget()
        self.go.setEnabled(not busy)
        if busy:
            self._stand_in = window.focusWidget() if held is self.go else None
        elif held and held is self._stand_in:
            self.go.setFocus(Qt.FocusReason.OtherFocusReason)

    def show_health(self, health: Health) -> None:
        """Show what the vault holds and when it was last checked."""
        self.told.setText(health.summary())
        empty(self.health)
        box(self.health).addWidget(facts(health.facts(), gap=12, key_width=160))

    def show_office(self, details: Sequence[tuple[str, str]]) -> None:
        """Show what memos and packages print of the office."""
        empty(self.office)
        box(self.office).addWidget(facts(details, gap=12, key_width=160))

    @Slot(object)
    def show_report(self, report: Report) -> None:
        """Show what the check found, one line each."""
        empty(self.result)
        self.result.show()
        words = label(report.told().splitlines()[-1] if report.sound else "", wrap=True)
        parts: list[QWidget] = [heading("Last check", report.told().splitlines()[0])]
        if report.sound:
            parts.append(words)
        else:
            count = len(report.findings)
            self.told.setText("1 point needs a person" if count == 1 else f"{count:,} points need a person")
            rows = [Row(str(place), (found.where, found.what)) for place, found in enumerate(report.findings)]
            parts.append(Table(HEADS, rows, "What does not hold", fit=True))
        for part in parts:
            box(self.result).addWidget(part)
