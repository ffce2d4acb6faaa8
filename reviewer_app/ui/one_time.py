# SPDX-License-Identifier: Apache-2.0
"""The one-time passphrase of the second officer of a new vault: shown once, to be handed over."""

from PySide6.QtCore import Signal, Slot

from reviewer_app.ui.dialogs.person import ONE_TIME
from reviewer_app.ui.doorstep import Losing, Page, read_once
from reviewer_app.ui.theme import GAP, STRONG
from reviewer_app.ui.widgets.controls import button
from reviewer_app.ui.widgets.layout import label, prose, row, start

LOSE = Losing(
    "Close without the one-time passphrase?",
    "It is shown only now. If it is not handed over, give another one on the page People.",
    "Close without it",
    "Back to it",
)


class OneTimePassphrase(Page):
    """`given` once the person says that it was handed over."""

    given = Signal()
    losing = LOSE

    def __init__(self, name: str, passphrase: str, until: str) -> None:
        """`until` is when it stops opening the slot, written for a person."""
        super().__init__()
        self.line = label(passphrase, step=2, mono=True)
        self.card = read_once(self.line, "One-time passphrase", " ".join(passphrase))
        self.go = start(button("I have written it down", "main", on=self.act))
        self.lay_out(
            label(f"One-time passphrase for {name}", step=2, weight=STRONG, wrap=True),
            prose(ONE_TIME.format(name=name, until=until), measure=66),
            GAP,
            self.card,
            GAP,
            row(self.go, None),
            width=560,
        )

    @Slot()
    def act(self) -> None:
        """Go on to the vault."""
        self.given.emit()

    def forget(self) -> None:
        self.card.setAccessibleDescription("")
        self.line.clear()
