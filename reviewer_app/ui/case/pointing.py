# SPDX-License-Identifier: Apache-2.0
"""The quiet strip under the case head: what a person should look at, three lines at most, each with one action."""

from collections.abc import Sequence

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from reviewer_app.errors import AppError
from reviewer_app.services import points
from reviewer_app.services.cases import CaseFile
from reviewer_app.services.points import Point, Way
from reviewer_app.ui.case.tab import Workplace
from reviewer_app.ui.case.words import counted
from reviewer_app.ui.dialog import Dialog
from reviewer_app.ui.dialogs.record_terms import AgreementDialog, CheckpointDialog, OfferDialog
from reviewer_app.ui.dialogs.set_tracks import SetTracksDialog
from reviewer_app.ui.theme import TIGHT
from reviewer_app.ui.widgets.layout import column, fill, scroll
from reviewer_app.ui.widgets.strips import Alert, AlertStrip

MOST = 3
NEAR = 72  # hours before an end from which it is amber, as in the docket
TERMS = {Way.OFFER: OfferDialog, Way.AGREEMENT: AgreementDialog, Way.CHECKPOINT: CheckpointDialog}


class PointStrip(QWidget):
    """Dismissing the alert of a threshold acknowledges it by name; another point stays away until the page is new.

    What does not fit is one line that leads to all of them: nobody dismisses what was never shown.
    """

    dates_asked = Signal()

    def __init__(self, place: Workplace) -> None:
        super().__init__()
        self.place, self.desk = place, place.desk
        self.file: CaseFile | None = None
        self._told: tuple[list[Point], bool] | None = None
        self._low = False
        self.found: list[Point] = []
        self._dismissed: set[str] = set()
        self.strip = AlertStrip()
        fill(QVBoxLayout(self), (self.strip,), 0, (0, TIGHT, 0, 0))

    def set_low(self, low: bool) -> None:
        """In a low window several points are one line."""
        if low != self._low:
            self._low = low
            self._show()

    def show_file(self, file: CaseFile) -> None:
        """Show what there is to look at now; lines that say the same stay where they are."""
        self.file = file
        self.found = [point for point in points.points(self.desk, file) if point.key not in self._dismissed]
        self._show()

    def _show(self) -> None:
        told = (self.found, self._low)
        if told == self._told:
            return
        self._told = told
        most = 1 if self._low else MOST
        shown = self.found if len(self.found) <= most else self.found[: most - 1]
        self.strip.clear()
        for point in shown:
            line = self.strip.add(_line(point), below=True)
            line.acted.connect(self._on_acted)
            line.dismissed.connect(self._on_dismissed)
        if rest := self.found[len(shown) :]:
            self.strip.add(self._more(rest, bool(shown)), below=True)
        self.setVisible(bool(self.found))

    def _more(self, rest: list[Point], further: bool) -> Alert:
        tone = "plain" if all(map(_is_quiet, rest)) else "attention"
        noun = counted(len(rest), "more point" if further else "point")
        more = Alert(f"{noun} to look at.", "Show all", tone, closes=False)
        more.acted.connect(self._on_all)
        return more

    @Slot()
    def _on_dismissed(self) -> None:
        if line := self.sender():
            self._dismiss(str(line.property("point")))

    @Slot(str)
    def _dismiss(self, key: str) -> None:
        if self.file is None:
            return
        self._dismissed.add(key)
        if key.startswith("access:"):
            try:
                points.acknowledge(self.desk, self.file)
            except AppError as error:
                self.place.tell(error)
        self._again()

    @Slot()
    def _on_acted(self) -> None:
        line = self.sender()
        point = next((each for each in self.found if line and each.key == line.property("point")), None)
        if point:
            self.go(point.way)
        self._again()

    def _again(self) -> None:
        """What is left, and what comes up in the place of what went."""
        self._told = None
        if self.file:
            self.show_file(self.file)

    def go(self, way: Way) -> None:
        """Take the way on that a point offers."""
        if self.file is None:
            return
        if way is Way.HISTORY:
            self.place.show_tab("history")
        elif way is Way.DATES:
            self.place.show_tab("overview")
            self.dates_asked.emit()
        elif way is Way.TRACKS:
            self._changed(SetTracksDialog.ask(self.place.window, self.desk, self.file.case))
        else:
            self._changed(TERMS[way].ask(self.place.window, self.desk, self.file))

    def _changed(self, made: object) -> None:
        if made:
            self.place.changed()

    @Slot()
    def _on_all(self) -> None:
        dialog = AllPoints(self.place.window, self.found)
        dialog.dismissed.connect(self._dismiss)
        if dialog.run():
            point = next((each for each in self.found if each.key == dialog.chosen), None)
            if point:
                self.go(point.way)
        self._again()


def _line(point: Point) -> Alert:
    line = Alert(point.text, point.way, "plain" if _is_quiet(point) else "attention")
    line.setProperty("point", point.key)
    return line


def _is_quiet(point: Point) -> bool:
    """A gap, or an end of access so far away that the head's clock says enough."""
    kind, _, hours = point.key.partition(":")
    return kind == "gap" or (kind == "access" and int(hours) > NEAR)


class AllPoints(Dialog):
    """Every point of a case with the way on it offers: taking one answers, `chosen` says which."""

    dismissed = Signal(str)  # the key of a point

    def __init__(self, parent: QWidget, found: Sequence[Point]) -> None:
        super().__init__("Points to look at", parent, 640)
        self.chosen = ""
        self.strip = AlertStrip()
        inside = column(self.strip, None)  # what is shown alone is a window of its own
        for point in found:
            line = self.strip.add(_line(point), below=True)
            line.acted.connect(self._on_acted)
            line.dismissed.connect(self._on_dismissed)
        self.fill(scroll(inside, "Points to look at"), self.closer("Close"))

    @Slot()
    def _on_acted(self) -> None:
        if line := self.sender():
            self.chosen = str(line.property("point"))
            self.accept()

    @Slot()
    def _on_dismissed(self) -> None:
        if line := self.sender():
            self.dismissed.emit(str(line.property("point")))
            if self.strip.alerts():
                self.fit()
            else:
                self.reject()
