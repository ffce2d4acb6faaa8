# SPDX-License-Identifier: Apache-2.0
"""Plays a person at the real windows: finds what a screen reader would find, presses, types, waits, takes pictures."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import QDeadlineTimer, QEventLoop, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QCheckBox,
    QComboBox,
    QDialog,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QWidget,
)

from reviewer_app.ui.widgets.rows import row_text
from reviewer_app.ui.widgets.table import Table

W = TypeVar("W", bound=QWidget)

PATIENCE = 20_000
"""Milliseconds until something that should happen is taken not to happen."""

BEAT = 10
"""Milliseconds between two looks."""


class NotFound(RuntimeError):
    """The windows do not show what the story needs: the tour's own fault, told with what was looked for."""


class Stage:
    """One application whose windows are played. `folder` takes the pictures, numbered in the order they are taken."""

    def __init__(self, app: QApplication, folder: Path) -> None:
        self.app, self.folder = app, folder
        self.pictures: list[Path] = []

    # --- waiting ---------------------------------------------------------------------------------------------------

    def until(self, condition: Callable[[], object], what: str) -> None:
        """Let the windows work until the condition holds; raises NotFound when it does not."""
        deadline = QDeadlineTimer(PATIENCE)
        while not condition():
            if deadline.hasExpired():
                raise NotFound(what)
            self.app.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, BEAT)
            QTest.qWait(BEAT)

    def settle(self) -> None:
        """Let everything that is due happen: layout, painting, timers of no length."""
        for _ in range(4):
            self.app.processEvents()

    # --- finding ---------------------------------------------------------------------------------------------------

    def find(self, kind: type[W], name: str, inside: QWidget | None = None) -> W:
        """The visible, enabled widget of a kind with this accessible name, or whose name begins with it.

        Waits for it as a person would; raises NotFound when it does not come.
        """
        self.until(lambda: self._named(kind, name, inside), f"{kind.__name__} “{name}”")
        return self._named(kind, name, inside)[0]

    def _named(self, kind: type[W], name: str, inside: QWidget | None) -> list[W]:
        roots = [inside] if inside else [each for each in self.app.topLevelWidgets() if each.isVisible()]
        found = [each for root in roots for each in root.findChildren(kind) if each.isVisible() and each.isEnabled()]
        exact = [each for each in found if each.accessibleName() == name]
        return exact or [each for each in found if each.accessibleName().startswith(name)]

    def shows(self, words: str, inside: QWidget) -> bool:
        """Whether these words stand somewhere in a window."""
        return any(words in each.text() for each in inside.findChildren(QLabel) if each.isVisible())

    def is_enabled(self, name: str, inside: QWidget) -> bool:
        """Whether a button with this accessible name can be pressed."""
        named = [each for each in inside.findChildren(QAbstractButton) if each.accessibleName() == name]
        return any(each.isVisible() and each.isEnabled() for each in named)

    # --- acting ----------------------------------------------------------------------------------------------------

    def press(self, name: str, inside: QWidget | None = None) -> None:
        """Click a button."""
        button = self.find(QAbstractButton, name, inside)
        if isinstance(button, QCheckBox):
            button.click()  # only its box and words take the mouse, not the room beside them
        else:
            QTest.mouseClick(button, Qt.MouseButton.LeftButton)
        self.settle()

    def write(self, name: str, text: str, inside: QWidget | None = None) -> None:
        """Put text into a field, taking the place of what stands there."""
        field = self.find(QLineEdit, name, inside)
        field.setFocus()
        field.selectAll()
        QTest.keyClicks(field, text)

    def write_lines(self, name: str, text: str, inside: QWidget | None = None) -> None:
        """Put text of several lines into an editor."""
        editor = self.find(QPlainTextEdit, name, inside)
        editor.setFocus()
        editor.setPlainText(text)
        self.settle()

    def choose(self, name: str, value: str, inside: QWidget | None = None) -> None:
        """Choose a value of a box."""
        box = self.find(QComboBox, name, inside)
        place = box.findText(value)
        if place < 0:
            raise NotFound(f"“{value}” in “{name}”")
        box.setCurrentIndex(place)
        box.activated.emit(place)

    def choose_row(self, table: str, words: str) -> None:
        """Make the first row that holds these words the current one."""
        found = self.find(Table, table)

        def places() -> Iterator[int]:
            for place in range(found.model().rowCount()):
                if words.casefold() in row_text(found.rows.row(place)).casefold():
                    yield place

        self.until(lambda: any(True for _ in places()), f"“{words}” in “{table}”")
        found.select(next(places()))
        self.settle()

    def with_dialog(self, trigger: Callable[[], object], act: Callable[[QDialog], object]) -> None:
        """Do what opens a dialog and, once it is there, play it; `act` must end the dialog."""
        self.with_dialogs(trigger, [act])

    def with_dialogs(self, trigger: Callable[[], object], acts: Sequence[Callable[[QDialog], object]]) -> None:
        """Do what opens one dialog after the other, and play each; every one must end its dialog."""
        faults: list[Exception] = []
        left = list(acts)
        played: list[QDialog] = []

        def play() -> None:
            dialog = self.app.activeModalWidget()
            if not isinstance(dialog, QDialog) or dialog in played:
                QTimer.singleShot(20, play)
                return
            played.append(dialog)
            self.settle()
            try:
                left.pop(0)(dialog)
            except Exception as error:  # noqa: BLE001  it is raised again below, outside the dialog's own event loop
                faults.append(error)
                dialog.done(0)
            if left and not faults:
                QTimer.singleShot(0, play)

        QTimer.singleShot(0, play)
        trigger()
        self.settle()
        if faults:
            raise faults[0]
        if left:
            raise NotFound("a further dialog")

    # --- pictures --------------------------------------------------------------------------------------------------

    def picture(self, name: str, widget: QWidget) -> None:
        """Keep what a window shows as `NN-name.png`."""
        self.settle()
        path = self.folder / f"{len(self.pictures) + 1:02d}-{name}.png"
        if not widget.grab().save(str(path)):
            raise NotFound(f"a place for the picture {path.name}")
        self.pictures.append(path)
