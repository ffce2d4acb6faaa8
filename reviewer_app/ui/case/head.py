# SPDX-License-Identifier: Apache-2.0
"""The head of the case page: what it is, the roll-up, the main action, and the clock that bites."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QVBoxLayout

from reviewer_app.domain.cases import Access
from reviewer_app.domain.clocks import AccessWindow, spelled
from reviewer_app.services.cases import CaseFile
from reviewer_app.services.desk import Desk
from reviewer_app.ui.case.tab import MainAction
from reviewer_app.ui.theme import EDGE, GAP, GROUP, STRONG, TIGHT, wide
from reviewer_app.ui.widgets.controls import Button, button
from reviewer_app.ui.widgets.heads import RollUp
from reviewer_app.ui.widgets.layout import Pair, fill, label, line, picture, row, set_tone, short

NAME, CLOCK, NUMBER = 860, 900, 560  # room for all of a line side by side, at 13 px body text


@dataclass(frozen=True)
class ClockWords:
    """The clock line: the end in full, what is left, which limit bites, the other limit. Empty says nothing."""

    ends: str
    left: str = ""
    bites: str = ""
    other: str = ""

    @property
    def runs(self) -> bool:
        """Whether access lasts; otherwise the line is quiet."""
        return bool(self.left)


def clock_words(desk: Desk, file: CaseFile, now: datetime) -> ClockWords:
    """How the access window stands at a moment (UTC). Its end means that government access ends, and nothing else."""
    window = file.window
    if window is None:
        withdrawn = file.case.access is Access.WITHDRAWN
        return ClockWords(
            "Access withdrawn" if withdrawn else "No access granted yet", other="no access window is counted"
        )
    end = desk.written(window.end(), weekday=True)
    if now >= window.end():
        return ClockWords(f"Government access ended {end}", bites=_ended_by(window))
    if now < window.granted:
        begins = desk.written(window.granted, weekday=True)
        return ClockWords(f"Access begins {begins}", bites=f"ends {end}", other=window.bites.limit.value)
    other = f"{window.other.limit} {desk.written(window.other.moment, weekday=True)}" if window.other else ""
    bites = "recorded end of access" if window.end() != window.bites.moment else f"{window.bites.limit} bites"
    return ClockWords(f"Access ends {end}", f"{spelled(window.left(now))} left", bites, other)


def _ended_by(window: AccessWindow) -> str:
    recorded = window.ended is not None and window.ended <= window.bites.moment
    return "as recorded" if recorded else f"by the {window.bites.limit}"


class CaseHead(QFrame):
    """Folds to one part below the other where the page is narrow or the text large."""

    def __init__(self, *, practice: bool, act: Callable[[], object]) -> None:
        """`act` is the main action of the tab in front: a bound method."""
        super().__init__()
        self._act = act
        self.number, self.codename = label(tone="soft", step=1), short(step=3, weight=STRONG)
        self.developer = short(tone="soft", step=1)
        self.roll_up = RollUp("", practice=practice)
        self.steps: dict[MainAction, Button] = {}
        self.right = row(None, self.roll_up, GAP)
        words = line(self.number, self.codename, self.developer, gap=12)
        self.name_line = Pair(row(words, None), self.right, NAME, gap=TIGHT)
        self.mark, self.quiet_mark = picture("clock", "text", 18), picture("clock", "soft", 18)
        self.ends, self.left = label(step=1, weight=STRONG), label(step=1)
        self.bites, self.other = label(tone="soft"), label(tone="soft")
        first = row(self.mark, self.quiet_mark, line(self.ends, self.left), None)
        self.more = row(line(self.bites, self.other, gap=GROUP), None)
        self.clock = Pair(first, self.more, CLOCK, (0, 1), GAP)
        self._low = False
        fill(QVBoxLayout(self), (self.name_line, self.clock), TIGHT, (EDGE, GROUP, EDGE, TIGHT))

    def set_low(self, low: bool) -> None:
        """In a low window name and clock take one line each, and leave out what stands elsewhere too."""
        self._low = low
        self.name_line.set_least(0 if low else NAME)
        self.developer.setVisible(not low)
        self.roll_up.set_brief(low)
        self._fold()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fold()

    def _fold(self) -> None:
        self.more.setVisible(not self._low or self.width() >= wide(CLOCK))
        self.number.setVisible(not self._low or self.width() >= wide(NUMBER))

    def show_action(self, action: MainAction) -> None:
        """Offer the main action of the tab in front."""
        if action not in self.steps:
            self.steps[action] = button(action.text, "main", action.image, on=self._act)
            layout = self.right.layout()
            if layout is not None:
                layout.addWidget(self.steps[action])
        for each, made in self.steps.items():
            made.setVisible(each == action)

    def show_file(self, file: CaseFile, words: ClockWords) -> None:
        """Say what the case is called and how its clock stands."""
        self.number.setText(file.case.number)
        self.codename.setText(file.case.codename)
        self.developer.setText(file.case.developer)
        self.roll_up.show_banner(file.banner)
        self.clock.setToolTip(file.convention.capitalize())
        self.show_clock(words)

    def show_clock(self, words: ClockWords) -> None:
        """Say how the clock stands."""
        self.mark.setVisible(words.runs)
        self.quiet_mark.setVisible(not words.runs)
        set_tone(self.ends, "" if words.runs else "soft")
        for part, text in (
            (self.ends, words.ends),
            (self.left, words.left),
            (self.bites, words.bites),
            (self.other, words.other),
        ):
            part.setText(text)
            part.setVisible(bool(text))
