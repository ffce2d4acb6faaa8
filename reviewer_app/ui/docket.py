# SPDX-License-Identifier: Apache-2.0
"""The docket: every case in one line; type to filter, click a heading to sort, Enter opens."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from reviewer_app.domain.clocks import Convention, spelled, written
from reviewer_app.domain.people import Role
from reviewer_app.services.acts import EVERYBODY
from reviewer_app.services.docket import DocketLine
from reviewer_app.ui.no_cases import no_cases
from reviewer_app.ui.theme import EDGE, GAP, STRONG
from reviewer_app.ui.widgets.controls import FilterField, Views, button
from reviewer_app.ui.widgets.heads import page_head
from reviewer_app.ui.widgets.layout import column, fill, label, page, row, start
from reviewer_app.ui.widgets.left import Left
from reviewer_app.ui.widgets.rows import Cell, Head, Row
from reviewer_app.ui.widgets.strips import Alert, AlertStrip
from reviewer_app.ui.widgets.table import Table

HEADS = (
    Head("Number", 104),
    Head("Codename", 0, least=116),
    Head("Developer", 134, drop=3),
    Head("Access", 78, drop=6),
    Head("Evaluation", 88, drop=4),
    Head("Determination", 114, drop=5),
    Head("Access ends", 168),
    Head("Left", 84, right=True),
    Head("Limit that bites", 118, drop=7),
    Head("Assignee", 82, drop=2),
    Head("Last entry", 94, drop=1),
)
SHORT = {"planned partner release": "partner release"}
"""What the narrow column says; the case page says it in full."""
NEAR, MOST = 72, 2  # hours before an end from which it is an alert; alerts in full, the others are counted
ENDING = 2  # the place of "Ending this week" among the views
NEVER = datetime.max.replace(tzinfo=UTC)
SORTS: tuple[Callable[[DocketLine], Any], ...] = (
    lambda line: line.number,
    lambda line: line.codename.casefold(),
    lambda line: line.developer.casefold(),
    lambda line: line.access,
    lambda line: line.evaluation,
    lambda line: line.determination,
    lambda line: line.ends or NEVER,
    lambda line: line.left if line.left is not None else timedelta.max,
    lambda line: line.limit or "~",
    lambda line: line.assignee.casefold(),
    lambda line: line.last_entry or NEVER,
)


class Docket(QWidget):
    """`case_opened` carries a case's id; `new_asked` asks for the form, `people_asked` for that page."""

    case_opened = Signal(str)
    new_asked = Signal()
    people_asked = Signal()

    def __init__(self, person: str, convention: Convention, roles: frozenset[Role] = EVERYBODY) -> None:
        super().__init__()
        self.person, self.convention, self.roles = person, convention, roles
        self.lines: list[DocketLine] = []
        self.shown: list[DocketLine] = []
        self.remarks: tuple[str, ...] = ()  # shown above the cases until they are dismissed
        self._seen: set[tuple[str, datetime | None, int | None]] = set()  # the ends whose alert was dismissed
        self._told: tuple[object, ...] = ()  # what the alerts say
        self._words: dict[str, str] = {}
        self._text = ""
        self._sort: tuple[int, bool] = (7, False)
        self._now = datetime.now(UTC)
        self._row_left = ""  # chosen once there are lines
        self.told = label("", "soft", wrap=True)
        self.alerts, self.notices = AlertStrip(), AlertStrip()  # above the cases, and where there are none
        self.views = Views([name for name, _ in self._views()])
        self.views.chosen.connect(self._on_view)
        self.table = start(Table(HEADS, (), "Cases", empty="No case matches. Change the filter or the view."))
        self.table.opened.connect(self.case_opened)
        self.table.set_keys((), lambda _keys: ())
        self.table.sort_asked.connect(self._on_sort)
        self.filter = FilterField("Filter cases", self.table, width=220)
        self.filter.filtered.connect(self._on_filter)
        self.counted, self.counting = label("", "soft"), label("", "soft")
        self.stack = QStackedWidget()
        self._lay_out()
        self.table.sort(self._sort[0])

    def _lay_out(self) -> None:
        tools = row(self.filter, GAP, (self.views, 1))
        head = page_head("Docket", self.told, button("New case", "main", "plus", tip="Ctrl+N", on=self.new_asked.emit))
        full = page(head, self.alerts, tools, (self.table, 1), row(self.counted, None, self.counting))
        self.stack.addWidget(full)
        nothing = no_cases(self.roles, self.new_asked.emit, self.people_asked.emit)
        self.stack.addWidget(column(self.notices, (nothing, 1), margins=(EDGE, EDGE, EDGE, 0)))
        self.show_convention(self.convention)
        fill(QVBoxLayout(self), ((self.stack, 1),), 0)

    def show_convention(self, convention: Convention) -> None:
        """How the access window is counted from now on."""
        self.convention = convention
        told = convention.told()
        self.counting.setText(told[:1].upper() + told[1:])

    def show_lines(self, lines: Sequence[DocketLine], now: datetime) -> None:
        """Show the cases as they stand at a moment (UTC); filter, view, order and selection stay."""
        self.lines, self._now = list(lines), now
        self._words = {}
        active = sum(line.left is not None for line in lines)
        self.told.setText(f"{len(lines)} {'case' if len(lines) == 1 else 'cases'}, access active in {active}")
        self.views.set_names([f"{name} {sum(map(holds, lines))}" for name, holds in self._views()])
        self._show_alerts()
        self.stack.setCurrentIndex(0 if lines else 1)
        self._arrange()
        if self._row_left:
            self.table.select_key(self._row_left)
            self._row_left = ""

    def left(self) -> Left:
        """Filter, view, order and chosen row, for `go_back`."""
        return {
            "filter": self.filter.text(),
            "view": self.views.current(),
            "sort": list(self._sort),
            "row": self.table.current_key(),
        }

    def go_back(self, left: Left) -> None:
        """Before the first `show_lines`: show the cases as they were left. May raise BROKEN."""
        self.filter.put(left["filter"])
        self.views.choose(left["view"])
        column, descending = left["sort"]
        if column in range(len(SORTS)):
            self.table.sort(column, bool(descending))
        self._row_left = str(left["row"])

    def _views(self) -> tuple[tuple[str, Callable[[DocketLine], bool]], ...]:
        return (
            ("All", lambda _line: True),
            ("Mine", lambda line: self.person in line.assignee.split(", ")),
            ("Ending this week", lambda line: line.left is not None and line.left <= timedelta(days=7)),
            ("Material to return", lambda line: line.material == "return due"),
        )

    def remark(self, text: str) -> None:
        """One line more above the cases, until it is dismissed."""
        self.remarks = (*self.remarks, text)
        self._show_alerts()

    def _show_alerts(self) -> None:
        near = [
            line for line in self.lines if line.alert is not None and line.alert <= NEAR and line.ends and line.left
        ]
        unseen = [line for line in near if _end_of(line) not in self._seen]
        told = ([_end_of(line) for line in unseen], self.remarks, bool(self.lines))
        if told == self._told:  # the same ends, a minute later
            texts = {line.case: self._alert_text(line) for line in unseen}
            for alert in self.alerts.alerts():
                alert.set_text(texts.get(alert.property("case"), alert.text))
            return
        self._told = told
        self.alerts.clear()
        self.notices.clear()
        if len(unseen) > MOST:
            self._add_more(len(unseen) - MOST)
        for line in reversed(unseen[:MOST]):  # the strip puts the newest first
            alert = Alert(self._alert_text(line), "Open case")
            alert.setProperty("case", line.case)
            alert.acted.connect(self._on_alert)
            alert.dismissed.connect(self._on_alert_seen)
            self.alerts.add(alert)
        strip = self.alerts if self.lines else self.notices
        for remark in self.remarks:
            strip.add(Alert(remark, tone="plain")).dismissed.connect(self._on_remark_read)

    def _alert_text(self, line: DocketLine) -> str:
        ends, left = self._written(line.ends), spelled(line.left or timedelta())
        return f"{line.codename}: government access ends {ends}, in {left}."

    def _add_more(self, more: int) -> None:
        """What finds no room is told and led to, never left out in silence."""
        cases = "1 more case ends" if more == 1 else f"{more:,} more cases end"
        alert = Alert(f"{cases} within three days.", "Show what ends this week", closes=False)
        alert.acted.connect(self._on_more)
        self.alerts.add(alert)

    @Slot()
    def _on_more(self) -> None:
        self._told = ()
        self._show_alerts()
        self.views.buttons[ENDING].click()

    @Slot()
    def _on_alert_seen(self) -> None:
        """It stays away until the window is closed; the next threshold, or another end, is another alert."""
        sender = self.sender()
        key = sender.property("case") if sender else ""
        self._seen |= {_end_of(line) for line in self.lines if line.case == key}
        self._show_alerts()

    @Slot()
    def _on_remark_read(self) -> None:
        alert = self.sender()
        if isinstance(alert, Alert):
            self.remarks = tuple(remark for remark in self.remarks if remark != alert.text)

    @Slot()
    def _on_alert(self) -> None:
        self._told = ()
        sender = self.sender()
        if sender is not None:
            self.case_opened.emit(sender.property("case"))

    @Slot(int)
    def _on_view(self, _place: int) -> None:
        self._arrange()

    @Slot(str)
    def _on_filter(self, text: str) -> None:
        self._text = text.casefold().strip()
        self._arrange()

    @Slot(int, bool)
    def _on_sort(self, column: int, descending: bool) -> None:
        self._sort = (column, descending)
        self._arrange()

    def _arrange(self) -> None:
        holds = self._views()[max(self.views.current(), 0)][1]
        words = self._text.split()
        found = [line for line in self.lines if holds(line)]
        if words:
            self._words = self._words or {line.case: _words(line) for line in self.lines}
            found = [line for line in found if all(word in self._words[line.case] for word in words)]
        column, descending = self._sort
        self.shown = sorted(sorted(found, key=lambda line: line.number), key=SORTS[column], reverse=descending)
        by_key = {line.case: line for line in self.shown}
        self.table.set_keys([line.case for line in self.shown], lambda keys: [self._row(by_key[key]) for key in keys])
        self.counted.setText(
            f"{len(self.shown):,} of {len(self.lines):,} {'case' if len(self.lines) == 1 else 'cases'}"
        )

    def _written(self, moment: datetime | None) -> str:
        return written(moment, self.convention.zone) if moment else "not recorded"

    def _row(self, line: DocketLine) -> Row:
        opened = line.left is not None
        near = opened and line.alert is not None and line.alert <= NEAR
        quiet = "" if opened else "soft"
        left = spelled(line.left) if line.left is not None else "ended" if line.ends else ""
        return Row(
            line.case,
            (
                Cell(line.number, "soft"),
                Cell(line.codename, weight=STRONG, tip=f"({line.marking}) {line.codename}"),
                Cell(line.developer),
                Cell(line.access, quiet),
                Cell(line.evaluation, quiet),
                Cell(line.determination, quiet if line.determination != "none recorded" else "soft"),
                Cell(self._written(line.ends), quiet),
                Cell(left, "attention" if near else quiet, STRONG if near else 400),
                Cell(SHORT.get(line.limit, line.limit), "soft", tip=line.limit),
                Cell(line.assignee, tip=line.assignee),
                Cell(self._since(line.last_entry), "soft", tip=self._written(line.last_entry)),
            ),
        )

    def _since(self, moment: datetime | None) -> str:
        if moment is None:
            return ""
        text, today = written(moment, self.convention.zone), written(self._now, self.convention.zone)
        day, today_day = text.rsplit(" ", 2), today.rsplit(" ", 2)
        return f"today {day[1]}" if day[0] == today_day[0] else " ".join(day[0].split()[:2])


def _end_of(line: DocketLine) -> tuple[str, datetime | None, int | None]:
    return line.case, line.ends, line.alert


def _words(line: DocketLine) -> str:
    parts = (
        line.number,
        line.codename,
        line.developer,
        line.access,
        line.evaluation,
        line.determination,
        line.assignee,
    )
    return " ".join(parts).casefold()
