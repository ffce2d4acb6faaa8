# SPDX-License-Identifier: Apache-2.0
"""While the vault's keys are changed: what happens, how far it is, and a way to let it go on later."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QProgressBar

from reviewer_app.ui.doorstep import Page
from reviewer_app.ui.theme import GAP, STRONG
from reviewer_app.ui.widgets.controls import button
from reviewer_app.ui.widgets.layout import label, prose, row, start

BEGUN = "Changing the vault's keys"
RESUMED = "Going on with the change of keys"
TOLD = (
    "Everybody who stays gets new keys and keeps the passphrase, and the records of this vault are written anew under them. "
    "Attachments stay where they are and can be read as before. You can let it go on later: what was saved is kept, and the "
    "next sign-in goes on."
)
CHECKED_FROM = 0.5
"""From here on the new records are checked as a whole, of which nothing tells how far it is."""


class ChangingKeys(Page):
    """`later_asked`: stop here; the next sign-in goes on. It has an effect until the new records take their place."""

    later_asked = Signal()

    def __init__(self, title: str = BEGUN, leaving: str = "") -> None:
        """`leaving` is the name of who is removed, or ""."""
        super().__init__()
        self.bar = start(QProgressBar())
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(title)
        self.bar.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # or Enter, struck once too often, would stop it
        self.bar.setRange(0, 0)
        self.step = label("Beginning", "soft")
        self.later = button("Go on later", on=self._on_later)
        removed = f"{leaving} has no way into this vault any more. " if leaving else ""
        self.lay_out(
            label(title, step=2, weight=STRONG, wrap=True),
            prose(removed + TOLD, measure=66),
            GAP,
            self.bar,
            row(self.step, None, self.later),
            width=560,
        )

    @Slot(float)
    def show_fraction(self, fraction: float) -> None:
        """How far it is, 0 to 1."""
        self.bar.setRange(0, 1000)
        self.bar.setValue(round(fraction * 1000))
        if self.later.isEnabled():
            checks = CHECKED_FROM <= fraction < 1
            self.step.setText("The new records are checked; the bar rests meanwhile" if checks else f"{fraction:.0%}")

    @Slot()
    def _on_later(self) -> None:
        self.later.setEnabled(False)
        self.step.setText("Stopping. If the new records are in their place already, it ends now.")
        self.later_asked.emit()
