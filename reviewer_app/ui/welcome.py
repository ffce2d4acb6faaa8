# SPDX-License-Identifier: Apache-2.0
"""First run: open a vault, make one, or practise."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QGridLayout

from reviewer_app.services.door import SUFFIX
from reviewer_app.ui.doorstep import Page
from reviewer_app.ui.theme import GAP, GROUP, STRONG
from reviewer_app.ui.widgets.controls import Button, button
from reviewer_app.ui.widgets.layout import Item, column, label, picture, row, rule, start


class Welcome(Page):
    """What to do before any vault is open."""

    vault_chosen = Signal(object)
    open_asked = Signal()
    new_asked = Signal()
    practice_asked = Signal()

    def __init__(self, vaults: Sequence[Path]) -> None:
        super().__init__()
        title = column(
            label("Reviewer", step=3, weight=STRONG),
            label("Case files of AI models offered for early access", "soft", 1, wrap=True),
            gap=2,
        )
        self.known = [self._known(folder) for folder in vaults]
        self.open = button("Open a vault", on=self.open_asked.emit)
        self.new = button("Make a new vault", "" if vaults else "main", on=self.new_asked.emit)
        self.practise = button("Practise first", on=self.practice_asked.emit)
        start(self.known[0] if self.known else self.new)
        ways = _grid(
            (self.new, "For this workstation and the people who share it."),
            (self.open, f"A folder whose name ends in {SUFFIX}."),
            (self.practise, "A vault with training marks; nothing in it is real."),
        )
        parts: list[Item] = [row(picture("vault", "accent", 44), (title, 1), gap=GROUP), GAP]
        if self.known:
            pairs = zip(self.known, (str(folder.parent) for folder in vaults), strict=True)
            parts += [label("On this computer", step=1, weight=STRONG), _grid(*pairs), GAP, rule(), GAP]
        self.lay_out(*parts, ways, width=640)

    def _known(self, folder: Path) -> Button:
        name = folder.name.removesuffix(SUFFIX)
        return button(name, "main", name=f"Open {name}", on=partial(self.vault_chosen.emit, folder))


def _grid(*ways: tuple[Button, str]) -> QFrame:
    """Verbs of one width, and beside each what it is for."""
    frame, grid = QFrame(), QGridLayout()
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setHorizontalSpacing(GROUP)
    grid.setVerticalSpacing(GAP + 4)
    grid.setColumnStretch(1, 1)
    for place, (press, told) in enumerate(ways):
        press.setSizePolicy(press.sizePolicy().Policy.Minimum, press.sizePolicy().verticalPolicy())
        press.setAccessibleDescription(told)
        grid.addWidget(press, place, 0)
        grid.addWidget(label(told, "soft", wrap=True), place, 1, Qt.AlignmentFlag.AlignVCenter)
    frame.setLayout(grid)
    return frame
