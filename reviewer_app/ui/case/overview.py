# SPDX-License-Identifier: Apache-2.0
"""The Overview: access window, tracks, dated facts with their sources, terms, and beside them people and build."""

from typing import ClassVar

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFrame, QMenu, QWidget

from reviewer_app.domain.record import Record
from reviewer_app.services.assignments import ASSIGNED
from reviewer_app.services.cases import CaseFile
from reviewer_app.services.history import SPOKEN
from reviewer_app.ui.case.dates import DatesTable
from reviewer_app.ui.case.overview_words import agreement_facts, agreement_title, drawn, side_groups, window_told
from reviewer_app.ui.case.tab import CaseTab, Workplace
from reviewer_app.ui.dialogs.assign import AssignDialog
from reviewer_app.ui.dialogs.record_determination import RecordDeterminationDialog
from reviewer_app.ui.dialogs.record_terms import AgreementDialog, CheckpointDialog, OfferDialog
from reviewer_app.ui.dialogs.set_tracks import SetTracksDialog
from reviewer_app.ui.dialogs.strike_out import StrikeOutDialog
from reviewer_app.ui.theme import EDGE, GAP, GROUP, STRONG
from reviewer_app.ui.widgets.controls import button
from reviewer_app.ui.widgets.layout import (
    Item,
    Pane,
    Sided,
    box,
    column,
    empty,
    facts,
    fill,
    heading,
    label,
    row,
    rule,
    scroll,
    stacked_facts,
)
from reviewer_app.ui.widgets.strips import tracks

PEOPLE = "People"
TERMS = (OfferDialog, AgreementDialog, CheckpointDialog)


class OverviewTab(CaseTab):
    """Everything on it is changed through small dialogs, each of which asks one thing."""

    key: ClassVar[str] = "overview"
    name: ClassVar[str] = "Overview"

    def __init__(self, place: Workplace) -> None:
        super().__init__(place)
        self._told: tuple[object, ...] = ()
        self.window_box, self.track_box, self.terms_box = column(gap=GAP), column(gap=0), column(gap=GAP)
        self.dates = DatesTable(place)
        self.below, self.side = column(gap=12), column(gap=12)
        below = column(self._people_head(), self.below, gap=12)
        beside = column(self._people_head(), (self.side, 1), gap=12, margins=(GROUP, GROUP, GROUP, GROUP))
        self.errors = QMenu(self)
        self.errors.aboutToShow.connect(self._fill_errors)
        self.errors.triggered.connect(self._on_error)
        inside = column(
            self.window_box,
            rule(),
            self._tracks(),
            rule(),
            self.dates,
            self._terms(),
            below,
            None,
            gap=GROUP,
            margins=(EDGE, GROUP, EDGE, GROUP),
        )
        self.pane = Pane(beside, "People, checkpoint and basis")
        self.view = scroll(inside, "Overview")
        self.sided = Sided(self.view, self.pane)
        self.sided.folded.connect(self._fold)
        fill(self.box, ((self.sided, 1),), 0)

    def _tracks(self) -> QFrame:
        change = button("Change tracks", "quiet", on=self._on_tracks)
        answer = button("Record a determination", "quiet", on=self._on_determination)
        return column(_headed("Tracks", change, answer), self.track_box, gap=GAP)

    def _people_head(self) -> QFrame:
        """Stands above the rest of the side panel, which is filled anew: a button keeps its focus."""
        may = self.desk.may(ASSIGNED)
        steps = [button("Assign", "quiet", name="Assign people", on=self._on_assign)] if may else []
        return _headed(PEOPLE, *steps)

    def _terms(self) -> QFrame:
        add = button("Record terms", "quiet", "plus")
        menu = QMenu(add)
        for dialog in TERMS:
            menu.addAction(dialog.title).setData(dialog.title)
        menu.triggered.connect(self._on_terms)
        add.setMenu(menu)
        self.wrong = button("Entered in error", "quiet", name="Entered in error: terms")
        self.wrong.setMenu(self.errors)
        return column(_headed("Terms", self.wrong, add), self.terms_box, gap=GAP)

    @Slot()
    def _fold(self) -> None:
        """What the side panel says stands below the rest where the panel finds no room."""
        if shown := self.below.parentWidget():
            shown.setVisible(self.sided.is_folded())

    def show_dates(self) -> None:
        """The dated facts in view, with the focus in their table."""
        self.view.ensureWidgetVisible(self.dates)
        self.dates.table.setFocus(Qt.FocusReason.OtherFocusReason)

    # --- the case ------------------------------------------------------------------------------------------------

    def show_file(self, file: CaseFile) -> None:
        """Show the case; parts that say the same stay as they are."""
        super().show_file(file)
        self.dates.show_file(file)
        self.wrong.setEnabled(bool(self._strikable()))
        told = (file.case, file.window, file.agreements, file.checkpoints, file.submissions, file.determinations)
        minute = file.now.replace(second=0, microsecond=0)
        if (*told, file.findings, file.assignees, minute) != self._told:
            self._told = (*told, file.findings, file.assignees, minute)
            self._show_window(file)
            self._show_tracks(file)
            self._show_terms(file)
            self._show_side(file)

    def _show_window(self, file: CaseFile) -> None:
        empty(self.window_box)
        picture = [drawn(file.window, file.now, self.desk.policy.zone)] if file.window else []
        told = label(window_told(self.desk, file), "soft", wrap=True)
        _put(self.window_box, heading("Access window", file.convention), *picture, told)

    def _show_tracks(self, file: CaseFile) -> None:
        empty(self.track_box)
        case = file.case
        pairs = (
            ("Access", case.access),
            ("Evaluation", case.evaluation),
            ("Determination", file.determination()),
            ("Partner consultation", case.consultation),
            ("Material", case.material),
            ("Referral", file.referral()),
        )
        _put(self.track_box, tracks(pairs))

    def _show_terms(self, file: CaseFile) -> None:
        empty(self.terms_box)
        zone = self.desk.policy.zone
        if not file.agreements:
            none = "No agreement is recorded. Agreed uses, people, sharing and the duty to return belong here."
            _put(self.terms_box, label(none, "soft", wrap=True))
            return
        *earlier, newest = file.agreements
        titles = [label("Earlier: " + agreement_title(each, zone), "soft", wrap=True) for each in reversed(earlier)]
        title = label("Agreement " + agreement_title(newest, zone), wrap=True)
        _put(self.terms_box, title, facts(agreement_facts(newest)), *titles)

    def _show_side(self, file: CaseFile) -> None:
        for parts, plain in ((self.side, False), (self.below, True)):
            empty(parts)
            for title, pairs in side_groups(file, self.desk.policy.zone):
                shown = facts(pairs, key_width=120) if plain else stacked_facts(pairs)
                _put(parts, *([label(title, step=1, weight=STRONG)] if title != PEOPLE else []), shown)
                box(parts).addSpacing(GAP)
        box(self.side).addStretch(1)
        self._fold()

    # --- what is changed -----------------------------------------------------------------------------------------

    @Slot()
    def _on_tracks(self) -> None:
        if self.file and SetTracksDialog.ask(self.place.window, self.desk, self.file.case):
            self.place.changed()

    @Slot()
    def _on_assign(self) -> None:
        if self.file and AssignDialog.ask(self.place.window, self.desk, self.file.case):
            self.place.changed()

    @Slot()
    def _on_determination(self) -> None:
        if self.file and RecordDeterminationDialog.ask(self.place.window, self.desk, self.file):
            self.place.changed()

    @Slot(QAction)
    def _on_terms(self, action: QAction) -> None:
        dialog = next(each for each in TERMS if each.title == action.data())
        if self.file and dialog.ask(self.place.window, self.desk, self.file):
            self.place.changed()

    @Slot(QAction)
    def _on_error(self, action: QAction) -> None:
        record = next((each for each in self._strikable() if each.id == action.data()), None)
        if record and StrikeOutDialog.ask(self.place.window, self.desk, record, _spoken(record)):
            self.place.changed()

    @Slot()
    def _fill_errors(self) -> None:
        self.errors.clear()
        for record in self._strikable():
            self.errors.addAction(_spoken(record)).setData(record.id)

    def _strikable(self) -> list[Record]:
        file = self.file
        return [*file.submissions, *file.agreements, *file.checkpoints, *file.determinations] if file else []


def _spoken(record: Record) -> str:
    return SPOKEN[type(record)].format(record)


def _headed(title: str, *steps: QWidget) -> QFrame:
    return row(label(title, step=1, weight=STRONG), None, *steps)


def _put(parts: QFrame, *items: Item) -> None:
    for item in items:
        if isinstance(item, QWidget):
            box(parts).addWidget(item)
