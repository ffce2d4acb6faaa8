# SPDX-License-Identifier: Apache-2.0
"""The quiet strip under the case head: what a person should look at, three lines at most, each with one action."""

from collections.abc import Sequence

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from reviewer_app.errors import AppError
from reviewer_app.services import points
from reviewer_app.services.cases import CaseFile
from reviewer_app.services.points import Point, Way
from reviewer_app.ui.case.tab import Workplace
from reviewer_app.ui.dialog import Dialog
from reviewer_app.ui.dialogs.record_terms import AgreementDialog, CheckpointDialog, OfferDialog
from reviewer_app.ui.dialogs.set_tracks import SetTracksDialog
from reviewer_app.ui.theme import TIGHT
from reviewer_app.ui.widgets.layout import beside, column, fill, label, picture, scroll
from reviewer_app.ui.widgets.strips import Alert, AlertStrip

MOST = 3
TERMS = {Way.OFFER: OfferDialog, Way.AGREEMENT: AgreementDialog, Way.CHECKPOINT: CheckpointDialog}


class PointStrip(QWidget):
    """Dismissing the alert of a threshold acknowledges it by name; another point stays away until the page is new."""

    def __init__(self, place: Workplace) -> None:
        super().__init__()
        self.place, self.desk = place, place.desk
        self.file: CaseFile | None = None
        self._found: list[Point] | None = None
        self.shown: list[Point] = []
        self.rest: list[Point] = []
        self._dismissed: set[str] = set()
        self.strip = AlertStrip()
        fill(QVBoxLayout(self), (self.strip,), 0, (0, TIGHT, 0, 0))

    def show_file(self, file: CaseFile) -> None:
        """Show what there is to look at now; lines that say the same stay where they are."""
        self.file = file
        found = [point for point in points.points(self.desk, file) if point.key not in self._dismissed]
        cut = MOST if len(found) <= MOST else MOST - 1
        if found == self._found:
            return
        self._found, self.shown, self.rest = found, found[:cut], found[cut:]
        self.strip.clear()
        if self.rest:
            more = Alert(f"{len(self.rest)} more points to look at.", "Show all", "plain")
            more.acted.connect(self._on_all)
            more.dismissed.connect(self._on_rest_dismissed)
            self.strip.add(more)
        for point in reversed(self.shown):  # the strip puts the newest first
            line = Alert(point.text, point.way, "attention" if not point.key.startswith("gap") else "plain")
            line.setProperty("point", point.key)
            line.acted.connect(self._on_acted)
            line.dismissed.connect(self._on_dismissed)
            self.strip.add(line)
        self.setVisible(bool(found))

    @Slot()
    def _on_dismissed(self) -> None:
        line = self.sender()
        if line is None or self.file is None:
            return
        key = str(line.property("point"))
        self._dismissed.add(key)
        if key.startswith("access:"):
            try:
                points.acknowledge(self.desk, self.file)
            except AppError as error:
                self.place.tell(error)
        self._again()

    @Slot()
    def _on_rest_dismissed(self) -> None:
        self._dismissed |= {point.key for point in self.rest}
        self._again()

    @Slot()
    def _on_acted(self) -> None:
        line = self.sender()
        point = next((each for each in self.shown if line and each.key == line.property("point")), None)
        if point:
            self.go(point.way)
        self._again()

    def _again(self) -> None:
        """What is left, and what comes up in the place of what went."""
        self._found = None
        if self.file:
            self.show_file(self.file)

    def go(self, way: Way) -> None:
        """Take the way on that a point offers."""
        if self.file is None:
            return
        if way in (Way.HISTORY, Way.DATES):
            self.place.show_tab("history" if way is Way.HISTORY else "overview")
        elif way is Way.TRACKS:
            self._changed(SetTracksDialog.ask(self.place.window, self.desk, self.file.case))
        else:
            self._changed(TERMS[way].ask(self.place.window, self.desk, self.file))

    def _changed(self, made: object) -> None:
        if made:
            self.place.changed()

    @Slot()
    def _on_all(self) -> None:
        show_points(self.place.window, [*self.shown, *self.rest])
        self._again()


def show_points(parent: QWidget, found: Sequence[Point]) -> None:
    """Every point of a case in one dialog."""
    dialog = Dialog("Points to look at", parent, 520)
    lines = [beside(picture("info", "soft", 18), label(point.text, wrap=True)) for point in found]
    dialog.fill(scroll(column(*lines, None, gap=12), "Points to look at"), dialog.closer("Close"))
    dialog.run()
