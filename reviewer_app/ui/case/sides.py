# SPDX-License-Identifier: Apache-2.0
"""A list beside the card of what is chosen in it; without room for both, the list becomes one line to choose from."""

from collections.abc import Sequence

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QComboBox, QWidget

from reviewer_app.ui.theme import GROUP, styled, wide
from reviewer_app.ui.widgets.controls import choice
from reviewer_app.ui.widgets.layout import Item, Pair, column
from reviewer_app.ui.widgets.table import Table

LEAST = 560  # room for a narrow list and a card, at 13 px body text


class ListAndCard(Pair):
    """`table` stands in the list, between `above` and `below`; `chosen` carries the key in either form."""

    chosen = Signal(str)

    def __init__(
        self,
        table: Table,
        card: QWidget,
        above: Sequence[QWidget] = (),
        below: Sequence[QWidget] = (),
        *,
        least: int = LEAST,
        shares: tuple[int, int] = (7, 13),
        cap: int = 408,
    ) -> None:
        """`least`, `shares` and `cap` as in `Pair`."""
        self.table = table
        self.line: QComboBox = choice((), f"{table.accessibleName()}, one at a time")
        self.line.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        items: list[Item] = [*above, (table, 1), *below]
        self.wide_form = column(*items)
        super().__init__(
            column(self.line, (self.wide_form, 1), gap=0), card, least, shares, GROUP, cap=cap, folded=(0, 1)
        )
        self.line.activated.connect(self._on_line)
        table.chosen.connect(self._on_chosen)
        styled(self, ListAndCard._fold)

    def show_names(self, names: Sequence[tuple[str, str]]) -> None:
        """The (key, name) of every row, in the table's order; the current one stays, or the first is chosen."""
        self.line.clear()
        for key, name in names:
            self.line.addItem(name, key)
        if names and not self.table.selected_keys():
            self.table.select(max(0, self.table.currentIndex().row()))
        self._on_chosen(self.table.current_key())

    def _fold(self) -> None:
        super()._fold()
        across = self.width() >= wide(self.least)
        self.wide_form.setVisible(across)
        self.line.setVisible(not across)

    @Slot(int)
    def _on_line(self, place: int) -> None:
        self.table.select_key(self.line.itemData(place))

    @Slot(str)
    def _on_chosen(self, key: str) -> None:
        place = self.line.findData(key)
        self.line.setCurrentIndex(place)
        self.chosen.emit(key)
