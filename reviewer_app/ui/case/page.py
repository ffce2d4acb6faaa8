# SPDX-License-Identifier: Apache-2.0
"""The case page: head with its clock, what a person should look at, and the parts of the case as tabs."""

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QTimer, Slot
from PySide6.QtWidgets import QTabBar, QVBoxLayout, QWidget

from reviewer_app.errors import AppError
from reviewer_app.services.cases import CaseFile
from reviewer_app.ui.case.head import CaseHead, clock_words
from reviewer_app.ui.case.history import HistoryTab
from reviewer_app.ui.case.notes import NotesTab
from reviewer_app.ui.case.overview import OverviewTab
from reviewer_app.ui.case.pointing import PointStrip
from reviewer_app.ui.case.tab import CaseTab, Workplace
from reviewer_app.ui.shell import PageStack
from reviewer_app.ui.theme import EDGE, GROUP, TIGHT
from reviewer_app.ui.widgets.controls import DropTarget
from reviewer_app.ui.widgets.layout import column, fill, row, rule, start
from reviewer_app.ui.widgets.strips import Alert, AlertStrip

TABS: tuple[type[CaseTab], ...] = (OverviewTab, NotesTab, HistoryTab)
MINUTE, NEWS = 60_000, 12_000  # ms


class CasePage(QWidget):
    """`file` is the case shown, None before the first `show_file`."""

    def __init__(self, place: Workplace) -> None:
        super().__init__()
        self.place, self.desk = place, place.desk
        self.file: CaseFile | None = None
        self.head = CaseHead(practice=self.desk.policy.practice, act=self.act)
        self.points = PointStrip(place)
        self.news = AlertStrip()
        self.tabs = start(QTabBar())
        self.tabs.setDrawBase(False)
        self.tabs.setExpanding(False)
        self.tabs.setAccessibleName("Parts of the case")
        self.stack = PageStack()
        self.parts: list[CaseTab] = [made(place) for made in TABS]
        for part in self.parts:
            self.tabs.addTab(part.name)
            self.stack.addWidget(part)
        self.tabs.currentChanged.connect(self._on_tab)
        self._lay_out()
        self._minute = self._timer(MINUTE, self._on_minute)
        self._minute.start()
        self._news_over = self._timer(NEWS, self.news.clear)
        self._news_over.setSingleShot(True)
        self.head.show_action(self.parts[0].action)

    def _lay_out(self) -> None:
        strips = column(self.points, self.news, gap=TIGHT, margins=(EDGE, 0, EDGE, 0))
        inside = column(
            self.head,
            strips,
            row((self.tabs, 1), margins=(GROUP, 0, EDGE, 0)),  # the first word starts at the page edge
            rule(),
            (self.stack, 1),
            gap=0,
        )
        target = DropTarget(inside)
        target.files_dropped.connect(self._on_files)
        fill(QVBoxLayout(self), ((target, 1),), 0)

    def _timer(self, every: int, then: Callable[[], object]) -> QTimer:
        timer = QTimer(self)
        timer.setInterval(every)
        timer.timeout.connect(then)
        return timer

    # --- the case ------------------------------------------------------------------------------------------------

    def show_file(self, file: CaseFile) -> None:
        """Show the case as it stands now; selection, cursor and what was typed stay."""
        self.file = file
        self.head.show_file(file, clock_words(self.desk, file, file.now))
        self.points.show_file(file)
        for number, part in enumerate(self.parts):
            part.show_file(file)
            count = part.count(file)
            self.tabs.setTabText(number, f"{part.name}  {count}" if count else part.name)

    def show_tab(self, key: str) -> None:
        """Another tab in front; a key that is not known changes nothing."""
        for number, part in enumerate(self.parts):
            if part.key == key:
                self.tabs.setCurrentIndex(number)

    def tab(self) -> str:
        """The key of the tab in front."""
        return self._front().key

    @Slot()
    def act(self) -> None:
        """The main action of the tab in front."""
        self._front().act()

    def keep(self) -> None:
        """Keep what is typed and not saved, in the vault."""
        for part in self.parts:
            part.keep()

    def say(self, text: str) -> None:
        """One quiet line of news under the head; the next one takes its place."""
        self.news.clear()
        self.news.add(Alert(text, tone="plain"))
        self._news_over.start()

    def _front(self) -> CaseTab:
        return self.parts[self.tabs.currentIndex()]

    @Slot(int)
    def _on_tab(self, number: int) -> None:
        self.stack.setCurrentIndex(number)
        self.head.show_action(self.parts[number].action)

    @Slot(object)
    def _on_files(self, paths: Sequence[Path]) -> None:
        self.place.attach_files(paths)

    @Slot()
    def _on_minute(self) -> None:
        """The clock goes on while nothing changes."""
        if self.file and self.isVisible():
            try:
                self.head.show_clock(clock_words(self.desk, self.file, self.desk.moment()))
            except AppError:
                self._minute.stop()
