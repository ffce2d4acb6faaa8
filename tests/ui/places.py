# SPDX-License-Identifier: Apache-2.0
"""A window around one part of the case page, for tests: real desk, real shell, work done inline."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from PySide6.QtCore import QDeadlineTimer, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QDialog, QLabel, QWidget

from reviewer_app.services.cases import case_file
from reviewer_app.services.desk import Desk, Grant
from reviewer_app.ui.case.attaching import Attaching
from reviewer_app.ui.case.tab import CaseTab
from reviewer_app.ui.dialogs.confirm import Asked
from reviewer_app.ui.shell import Shell
from reviewer_app.ui.tasks import Tasks
from tests.desks import leave_for


def when_modal(act: Callable[[Any], object], on_missing: Callable[[], object], patience: int = 5000) -> None:
    """Hands the next modal dialog to `act`, inside the dialog's own event loop."""
    deadline, before = QDeadlineTimer(patience), QApplication.activeModalWidget()

    def look() -> None:
        found = QApplication.activeModalWidget()
        if isinstance(found, QDialog) and found is not before:
            act(found)
        elif deadline.hasExpired():
            on_missing()
        else:
            QTimer.singleShot(5, look)

    QTimer.singleShot(0, look)


@contextmanager
def dialog(act: Callable[[Any], object]) -> Iterator[list[QDialog]]:
    """What is done inside opens a dialog, which `act` plays and closes; a list of what was played is given."""
    played: list[QDialog] = []
    faults: list[Exception] = []

    def play(found: QDialog) -> None:
        played.append(found)
        try:
            act(found)
        except Exception as fault:  # noqa: BLE001  raised below, outside the dialog's own loop
            faults.append(fault)
            found.done(0)

    when_modal(play, lambda: faults.append(AssertionError("no dialog was opened")))
    yield played
    while not (played or faults):
        QTest.qWait(5)
    if faults:
        raise faults[0]


def during(do: Callable[[], object], act: Callable[[Any], object], *further: Callable[[Any], object]) -> None:
    """Do what opens a dialog and act on it; a further act is for a dialog that the one before opened."""

    def play(found: QDialog) -> None:
        try:
            during(lambda: act(found), *further) if further else act(found)
        finally:
            if found.isVisible():
                found.done(0)

    with dialog(play):
        do()


def press(inside: QWidget, name: str) -> None:
    """Click the button of this accessible name."""
    QApplication.processEvents()
    found = [each for each in inside.findChildren(QAbstractButton) if each.accessibleName() == name]
    shown = [each for each in found if each.isVisibleTo(inside)]
    assert shown, (
        f"no button “{name}”, only {sorted({b.accessibleName() for b in inside.findChildren(QAbstractButton)})}"
    )
    QTest.mouseClick(shown[0], Qt.MouseButton.LeftButton)


def texts(inside: QWidget) -> list[str]:
    """Every text a person can read there now."""
    QApplication.processEvents()  # what was added to a layout is shown by the event loop
    return [each.text() for each in inside.findChildren(QLabel) if each.isVisibleTo(inside) and each.text()]


def says(inside: QWidget, words: str) -> bool:
    """One of its texts holds these words."""
    return any(words in text for text in texts(inside))


class TabPlace:
    """Implements `ui.case.tab.Workplace`; remembers the news, the errors told and the tabs asked for."""

    def __init__(self, shell: Shell, desk: Desk, tasks: Tasks, case: str) -> None:
        self.shell, self.desk, self.tasks, self.case = shell, desk, tasks, case
        self.tabs: dict[str, CaseTab] = {}
        self.news: list[str] = []
        self.errors: list[Exception] = []
        self.asked: list[str] = []
        self.confirmed: list[Asked] = []
        self.dropped: list[Sequence[Path]] = []
        self.attaching = Attaching(self)

    @property
    def window(self) -> Shell:
        return self.shell

    def show(self, kind: type[CaseTab]) -> CaseTab:
        """A tab of this kind in front, showing the case."""
        tab = self.tabs[kind.key] = kind(self)
        tab.show_file(case_file(self.desk, self.case))
        self.shell.show_page(tab, "docket")
        return tab

    def changed(self) -> None:
        for tab in self.tabs.values():
            tab.show_file(case_file(self.desk, self.case))

    def show_tab(self, key: str) -> None:
        self.asked.append(key)

    def attach_files(self, paths: Sequence[Path] = ()) -> None:
        self.dropped.append(paths)

    def run(self, text, work, on_done, on_error=None):
        return self.shell.progress.run(self.tasks, text, work, on_done, on_error or self.tell)

    def confirm(self, asked: Asked) -> Grant | None:
        """As if every passphrase were typed."""
        self.confirmed.append(asked)
        return leave_for(self.desk, asked.verb, asked.case, asked.about)

    def tell(self, error: Exception) -> None:
        self.errors.append(error)

    def say(self, text: str) -> None:
        self.news.append(text)
