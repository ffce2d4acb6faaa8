# SPDX-License-Identifier: Apache-2.0
"""The case page: head with its clock, what a person should look at, and the parts of the case as tabs."""

from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path

from PySide6.QtCore import QTimer, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QTabBar, QVBoxLayout, QWidget

from reviewer_app.errors import AppError
from reviewer_app.services.cases import CaseFile
from reviewer_app.ui.case.evaluations import EvaluationsTab
from reviewer_app.ui.case.findings import FindingsTab
from reviewer_app.ui.case.head import CaseHead, clock_words
from reviewer_app.ui.case.history import HistoryTab
from reviewer_app.ui.case.memos import MemosTab
from reviewer_app.ui.case.notes import NotesTab
from reviewer_app.ui.case.overview import OverviewTab
from reviewer_app.ui.case.pointing import PointStrip
from reviewer_app.ui.case.tab import CaseTab, Workplace
from reviewer_app.ui.case.transfers import TransfersTab
from reviewer_app.ui.shell import PageStack
from reviewer_app.ui.theme import EDGE, GROUP, TIGHT, em, styled
from reviewer_app.ui.widgets.controls import DropTarget
from reviewer_app.ui.widgets.layout import column, fill, row, rule, start
from reviewer_app.ui.widgets.left import BROKEN, Left
from reviewer_app.ui.widgets.strips import Alert, AlertStrip

TABS: tuple[type[CaseTab], ...] = (
    OverviewTab,
    NotesTab,
    EvaluationsTab,
    FindingsTab,
    MemosTab,
    TransfersTab,
    HistoryTab,
)
LOW = 640  # height below which head and points fold, at 13 px body text
MINUTE, NEWS = 60_000, 12_000  # ms


class CasePage(QWidget):
    """`file` is the case shown, None before the first `show_file`."""

    def __init__(self, place: Workplace) -> None:
        super().__init__()
        self.place, self.desk = place, place.desk
        self.file: CaseFile | None = None
        self.head = CaseHead(practice=self.desk.policy.practice, act=self.act)
        self.points = PointStrip(place)
        self.points.dates_asked.connect(self._on_dates)
        self.news = AlertStrip()
        self.tabs = start(QTabBar())
        self.tabs.setDrawBase(False)
        self.tabs.setExpanding(False)
        self.tabs.setAccessibleName("Parts of the case")
        self.stack = PageStack()
        self.parts: dict[str, CaseTab] = {}
        self._behind: set[str] = set()  # parts that do not show the case as it stands
        self._left: Left = {}  # how parts were left that nobody has looked at since
        for kind in TABS:
            self.tabs.addTab(kind.name)
        self._lay_out()
        self.tabs.currentChanged.connect(self._on_tab)
        self.tabs.currentChanged.connect(self.news.clear)  # news belongs to the part it is about
        self._idle = self._timer(0, self._make_next)
        self._minute = self._timer(MINUTE, self._on_minute)
        self._minute.start()
        self._news_over = self._timer(NEWS, self.news.clear)
        self._news_over.setSingleShot(True)
        styled(self, CasePage._fold)
        self._on_tab(0)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fold()

    def _fold(self) -> None:
        """A low window, or large text: head and points leave the room to the part in front."""
        low = self.height() < em(LOW)
        self.head.set_low(low)
        self.points.set_low(low)

    def _lay_out(self) -> None:
        strips = column(self.points, self.news, gap=TIGHT, margins=(EDGE, 0, EDGE, TIGHT))
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
        self._behind = {kind.key for kind in TABS}
        for part in self.parts.values():
            self._show_count(part)
        self._on_tab(self.tabs.currentIndex())
        self._idle.start()

    def _show_count(self, part: CaseTab) -> None:
        count = part.count(self.file) if self.file else None
        number = [kind.key for kind in TABS].index(part.key)
        self.tabs.setTabText(number, f"{part.name}  {count}" if count else part.name)

    def part(self, key: str) -> CaseTab:
        """A part of the case; those that nobody has looked at yet are made when there is time, or now."""
        if key not in self.parts:
            self.parts[key] = next(kind for kind in TABS if kind.key == key)(self.place)
            self.stack.addWidget(self.parts[key])
            self._show_count(self.parts[key])
        return self.parts[key]

    @Slot()
    def _make_next(self) -> None:
        """One part at a time, so that the window goes on answering."""
        missing = next((kind.key for kind in TABS if kind.key not in self.parts), None)
        if missing:
            self.part(missing)
        else:
            self._idle.stop()

    def show_tab(self, key: str) -> None:
        """Another tab in front; a key that is not known changes nothing."""
        for number, kind in enumerate(TABS):
            if kind.key == key:
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
        with ExitStack() as every:  # a draft that is refused does not hold up the others
            for part in self.parts.values():
                every.callback(part.keep)

    def left(self) -> Left:
        """How every part was left, by its key."""
        return self._left | {part.key: part.left() for part in self.parts.values() if part.file}

    def go_back(self, left: Left) -> None:
        """Before the first `show_file`: each part is shown as it was left, when it is looked at."""
        self._left = dict(left)

    def take_focus(self) -> bool:
        """The cursor where it was left in the part in front; False when it was in none of its texts."""
        return self._front().take_focus()

    def say(self, text: str) -> None:
        """One quiet line of news under the head; the next one takes its place."""
        self.news.clear()
        self.news.add(Alert(text, tone="plain"))
        self._news_over.start()

    def remark(self, text: str) -> None:
        """A line to read that stays until it is dismissed, or the person goes on to another part."""
        self.news.add(Alert(text, tone="plain"))

    def _front(self) -> CaseTab:
        return self.part(TABS[self.tabs.currentIndex()].key)

    @Slot(int)
    def _on_tab(self, number: int) -> None:
        part = self.part(TABS[number].key)
        if self.file and part.key in self._behind:
            self._behind.discard(part.key)
            part.show_file(self.file)
            with suppress(*BROKEN):
                if left := self._left.pop(part.key, None):
                    part.go_back(left)
        self.stack.setCurrentWidget(part)
        self.head.show_action(part.action)

    @Slot()
    def _on_dates(self) -> None:
        overview = self.part("overview")
        if isinstance(overview, OverviewTab):
            overview.show_dates()

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
