# SPDX-License-Identifier: Apache-2.0
"""The signed-in window: it joins the frame, the pages and the desk, and is the only way from one page to another."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from reviewer_app.services.desk import Desk
from reviewer_app.ui.appearance import Appearance
from reviewer_app.ui.shell import Shell
from reviewer_app.ui.tasks import Callback, Tasks, Work
from reviewer_app.ui.widgets.nav import Place
from reviewer_app.ui.widgets.strips import Job

PLACES = (Place("docket", "docket", "Docket"), Place("vault", "vault", "Vault", below=True))


class Workplace(QObject):
    """`locked` says that the person asked to lock, or that the window was closed: drafts are kept already."""

    locked = Signal()

    def __init__(self, desk: Desk, appearance: Appearance, tasks: Tasks) -> None:
        super().__init__()
        self.desk, self.appearance, self.tasks = desk, appearance, tasks
        self.shell = Shell(PLACES, appearance, marking=desk.policy.floor)

    @Slot()
    def show_docket(self) -> None:
        """The list of cases in front."""
        raise NotImplementedError

    def open_case(self, case: str, tab: str = "overview") -> None:
        """A case in front, at one of its tabs (`CaseTab.key`); the visit is an entry of the journal."""
        raise NotImplementedError

    def changed(self) -> None:
        """A service changed the case in front: show it anew, and the docket when it is next in front."""
        raise NotImplementedError

    def attach_files(self, paths: Sequence[Path] = ()) -> None:
        """Ask for files (unless given) and their marking, then attach them one by one with progress and Cancel."""
        raise NotImplementedError

    def run(self, text: str, work: Work, on_done: Callback, on_error: Callback | None = None) -> Job:
        """Work in the background on the progress strip; errors are shown unless `on_error` takes them."""
        raise NotImplementedError

    def tell(self, error: Exception) -> None:
        """Show an error in its own sentences."""
        raise NotImplementedError

    def say(self, text: str, action: str = "") -> None:
        """One quiet line of news under the page header."""
        raise NotImplementedError
