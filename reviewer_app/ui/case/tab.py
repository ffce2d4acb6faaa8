# SPDX-License-Identifier: Apache-2.0
"""What every part of the case page is: it shows a case file, and may hold what a person has not saved yet."""

from dataclasses import dataclass
from typing import ClassVar

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from reviewer_app.services.cases import CaseFile
from reviewer_app.ui.widgets.layout import fill
from reviewer_app.ui.workplace import Workplace


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

    def count(self, file: CaseFile) -> int | None:
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
