# SPDX-License-Identifier: Apache-2.0
"""What every part of the case page is: it shows a case file, and may hold what a person has not saved yet."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Protocol

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QMainWindow, QVBoxLayout, QWidget

from reviewer_app.services.cases import CaseFile
from reviewer_app.services.desk import Desk, Grant
from reviewer_app.ui.dialogs.confirm import Asked
from reviewer_app.ui.tasks import Callback, Work
from reviewer_app.ui.widgets.layout import fill
from reviewer_app.ui.widgets.left import Left
from reviewer_app.ui.widgets.strips import Job


class Workplace(Protocol):
    """What a part of the case page may ask of the window around it; `ui.workplace` is the real one."""

    desk: Desk

    @property
    def window(self) -> QMainWindow:
        """The window, as the parent of dialogs."""
        ...

    def changed(self) -> None:
        """A service changed the case in front: show it anew, and the docket when it is next in front."""

    def show_tab(self, key: str) -> None:
        """Another tab of the case in front."""

    def attach_files(self, paths: Sequence[Path] = ()) -> None:
        """Ask for files (unless given) and their marking, then attach them one by one with progress and Cancel."""

    def run(self, text: str, work: Work, on_done: Callback, on_error: Callback | None = None) -> Job:
        """Work in the background on the progress strip; errors are shown unless `on_error` takes them.

        `text` says what is done ("Attaching 3 files"), "" shows no progress; callbacks are bound methods.
        """
        ...

    def confirm(self, asked: Asked) -> Grant | None:
        """Ask for the passphrases that an act needs; leave for it, or None when it was not confirmed."""
        ...

    def tell(self, error: Exception) -> None:
        """Show an error in its own sentences."""

    def say(self, text: str) -> None:
        """One quiet line of news under the page header."""


@dataclass(frozen=True)
class MainAction:
    """The one main action of a tab, shown in the case header: its verb and its icon."""

    text: str
    image: str


class CaseTab(QWidget):
    """Subclasses lay themselves out once and fill in `show_file`, which is called whenever the case has changed."""

    key: ClassVar[str]
    name: ClassVar[str]
    action: ClassVar[MainAction] = MainAction("Attach files", "attach")

    def __init__(self, place: Workplace) -> None:
        super().__init__()
        self.place = place
        self.desk = place.desk
        self.file: CaseFile | None = None
        self.box = QVBoxLayout(self)
        fill(self.box, (), 0)

    def count(self, file: CaseFile) -> int | None:  # noqa: ARG002  most tabs count something of the file
        """The number beside the tab's name, or None for no number."""
        return None

    def show_file(self, file: CaseFile) -> None:
        """Show the case as it stands now, keeping selection, cursor and anything typed."""
        self.file = file

    @Slot()
    def act(self) -> None:
        """The main action; attaching files unless a tab has its own."""
        self.place.attach_files()

    def keep(self) -> None:
        """Called before the page is left, the vault locked or the window closed: keep drafts in the vault."""

    def left(self) -> Left:
        """What `go_back` needs to show the tab as the person left it: chosen row, cursor, filter."""
        return {}

    def go_back(self, left: Left) -> None:
        """Called after the first `show_file`, before anything is seen. May raise BROKEN."""

    def take_focus(self) -> bool:
        """Called once the tab is seen again: focus where `go_back` says it was; False when it was elsewhere."""
        return False
