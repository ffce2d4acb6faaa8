# SPDX-License-Identifier: Apache-2.0
"""A tab of one kind of record: the list, and the card of the one that is chosen."""

from collections.abc import Sequence
from typing import ClassVar, Generic, TypeVar

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QWidget

from reviewer_app.domain.record import Record
from reviewer_app.services.cases import CaseFile
from reviewer_app.ui.case.sides import ListAndCard
from reviewer_app.ui.case.tab import CaseTab, Workplace
from reviewer_app.ui.case.words import counted
from reviewer_app.ui.shell import PageStack
from reviewer_app.ui.theme import EDGE, GROUP
from reviewer_app.ui.widgets.controls import button
from reviewer_app.ui.widgets.layout import box, column, empty, fill, label, scroll, start
from reviewer_app.ui.widgets.left import Left
from reviewer_app.ui.widgets.rows import Head, Row
from reviewer_app.ui.widgets.strips import vacant
from reviewer_app.ui.widgets.table import Table

Kept = TypeVar("Kept", bound=Record)


class CardTab(CaseTab, Generic[Kept]):
    """Subclasses say which records of the case these are and how one looks as a row, a name and a card.

    `one` is what one of them is called. While there is none, `nothing` stands there: an icon, a headline, what belongs
    here, and the words of the button that makes the first.
    """

    heads: ClassVar[Sequence[Head]]
    one: ClassVar[str]
    nothing: ClassVar[tuple[str, str, str, str]]

    def __init__(self, place: Workplace) -> None:
        super().__init__(place)
        self._told: tuple[object, ...] = ()  # what the card says
        self.table = start(Table(self.heads, (), self.name))
        self.counted = label("", "soft")
        self.card = column(gap=GROUP, margins=(GROUP, 12, GROUP, 12), role="card")
        self.view = scroll(self.card, self.one.capitalize())
        self.both = ListAndCard(self.table, self.view, (), (self.counted,))
        self.both.chosen.connect(self._on_chosen)
        full = column((self.both, 1), margins=(EDGE, GROUP, EDGE, GROUP))
        image, headline, told, first = self.nothing
        self.stack = PageStack()
        self.stack.addWidget(full)
        self.stack.addWidget(vacant(image, headline, told, button(first, "main", self.action.image, on=self.act)))
        fill(self.box, ((self.stack, 1),), 0)

    def records(self, file: CaseFile) -> Sequence[Kept]:
        """The records in the order of the list."""
        raise NotImplementedError

    def row(self, each: Kept, file: CaseFile) -> Row:
        """One record in the list."""
        raise NotImplementedError

    def called(self, each: Kept) -> str:
        """One record in a few words."""
        raise NotImplementedError

    def says(self, each: Kept) -> tuple[object, ...]:
        """Everything beside the record that its card says: it is built anew only when this has changed."""
        raise NotImplementedError

    def parts(self, each: Kept, file: CaseFile) -> Sequence[QWidget]:
        """What its card holds."""
        raise NotImplementedError

    def count(self, file: CaseFile) -> int | None:
        return len(self.records(file))

    def show_file(self, file: CaseFile) -> None:
        super().show_file(file)
        records = self.records(file)
        self.table.set_rows(self.row(each, file) for each in records)
        self.both.show_names([(each.id, self.called(each)) for each in records])
        self.counted.setText(counted(len(records), self.one))
        self.stack.setCurrentIndex(0 if records else 1)
        self.show_card()

    def chosen(self) -> Kept | None:
        """The record that is chosen in the list."""
        key = self.table.current_key()
        return next((each for each in self.records(self.file) if each.id == key), None) if self.file else None

    @Slot(str)
    def _on_chosen(self, _key: str) -> None:
        self.show_card()

    def left(self) -> Left:
        return {"row": self.table.current_key()}

    def go_back(self, left: Left) -> None:
        self.table.select_key(left["row"])

    def show_card(self) -> None:
        """Show the chosen record; a card that would say the same stays as it is, with its place."""
        chosen = self.chosen()
        if chosen is None or self.file is None:
            return
        before, self._told = self._told, (chosen, *self.says(chosen))
        if self._told == before:
            return
        rescue_focus(self.card, self.both)
        empty(self.card)
        self.view.setAccessibleName(f"{self.one.capitalize()} {self.called(chosen)}")
        for part in self.parts(chosen, self.file):
            box(self.card).addWidget(part)
        box(self.card).addStretch(1)
        if before[:1] != (chosen,):
            self.view.verticalScrollBar().setValue(0)


def rescue_focus(card: QWidget, both: ListAndCard) -> None:
    """Focus in a card that is about to be emptied goes to the list; also the focus that a closing dialog gives back."""
    held = card.window().focusWidget()
    if held and card.isAncestorOf(held):
        target = both.line if both.wide_form.isHidden() else both.table
        target.setFocus(Qt.FocusReason.OtherFocusReason)
