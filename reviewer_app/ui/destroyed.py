# SPDX-License-Identifier: Apache-2.0
"""After a vault was destroyed: what is gone, what is still there, and what nobody reaches from here."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from reviewer_app.services.destroying import Destroyed
from reviewer_app.ui.doorstep import Page
from reviewer_app.ui.theme import GAP, STRONG, TIGHT
from reviewer_app.ui.widgets.controls import button
from reviewer_app.ui.widgets.layout import column, label, prose, row, start

DONE = "Nothing in it can be read any more by anybody who has only what lay in its folder."
STAYS = "Some of it is still there. What protected it is gone first, so it stays unreadable; remove it by hand."
BEYOND = "What could not be reached from here. Your site's rules say what becomes of it:"


class DestroyedPage(Page):
    """`end_asked`: the person has read it, and the program ends."""

    end_asked = Signal()

    def __init__(self, name: str, made: Destroyed) -> None:
        super().__init__()
        parts: list[QWidget] = [
            label(f"The vault {name} is destroyed", step=2, weight=STRONG, wrap=True),
            prose(STAYS if made.failed else DONE, measure=66),
        ]
        if made.failed:
            parts += [label("Still there", step=1, weight=STRONG), _lines(made.failed)]
        parts += [label("Not reached", step=1, weight=STRONG), prose(BEYOND, "soft", 66), _lines(made.beyond)]
        parts += [label("Destroyed", step=1, weight=STRONG), _lines(made.destroyed)]
        end = start(button("Close Reviewer", "main", on=self.end_asked.emit))
        self.lay_out(*parts, GAP, row(end, None), width=640)


def _lines(lines: Sequence[str]) -> QWidget:
    return column(*(label(f"{line[0].upper()}{line[1:]}.", wrap=True) for line in lines), gap=TIGHT)
