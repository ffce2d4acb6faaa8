# SPDX-License-Identifier: Apache-2.0
"""Choosing one's own passphrase before anything else: the first time, and when the present one is too old."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal, Slot

from reviewer_app.errors import AppError
from reviewer_app.services import people
from reviewer_app.services.desk import Desk
from reviewer_app.ui.doorstep import Page, with_code
from reviewer_app.ui.new_passphrase import NewPassphrase
from reviewer_app.ui.theme import GAP, STRONG
from reviewer_app.ui.widgets.controls import button
from reviewer_app.ui.widgets.layout import label, prose, row

FIRST = (
    "You signed in with a passphrase that an officer gave you. Choose one that you alone know; it opens the vault from now "
    "on."
)
OLD = "Your passphrase is older than the {days} days this office keeps one. Choose another; it opens the vault from now on."


class OwnPassphrase(Page):
    """`chosen` carries the earlier and the new passphrase; `sign_out_asked`: not now."""

    chosen = Signal(str, str)
    sign_out_asked = Signal()

    def __init__(self, desk: Desk, earlier: str) -> None:
        """`earlier` is what the person just signed in with; it is proved again when the new one is recorded."""
        super().__init__()
        self.desk, self.earlier = desk, earlier
        self.new = NewPassphrase(self._flaws_of)
        self.new.first.line.setObjectName("start")
        self.go = button("Go on", "main", name="Go on with this passphrase", on=self.act)
        self.leave = button("Sign out", "quiet", on=self.sign_out_asked.emit)
        self.steps = self.new.fields
        told = FIRST if desk.opened.must_change else OLD.format(days=desk.policy.passphrase_most_days)
        self.lay_out(
            label("Choose your own passphrase", step=2, weight=STRONG, wrap=True),
            prose(f"{told} Until then nothing else can be done.", measure=66),
            GAP,
            label(desk.person.name, "soft", wrap=True),
            self.new,
            GAP,
            row(self.go, self.leave, None),
            width=560,
        )

    def _flaws_of(self, passphrase: str) -> Sequence[tuple[str, str]]:
        return people.passphrase_flaws(self.desk, passphrase, self.earlier or None)

    @Slot()
    def act(self) -> None:
        """Ask for the change, once the passphrase meets every rule."""
        if self.go.isEnabled() and not self.new.flaws():
            self.set_busy(True)
            self.chosen.emit(self.earlier, self.new.text())

    def set_busy(self, busy: bool) -> None:
        """While the new passphrase is recorded nothing can be changed."""
        for widget in (self.new, self.go, self.leave):
            widget.setEnabled(not busy)
        self.new.hide_text()
        self.go.setText("Recording it …" if busy else "Go on")

    def refuse(self, error: AppError) -> bool:
        """Whatever kept it from being taken is told beside it."""
        self.new.refuse(with_code(error))
        self.new.first.setFocus(Qt.FocusReason.OtherFocusReason)
        return True

    def forget(self) -> None:
        """SECURITY: the earlier passphrase is kept for this page alone."""
        self.earlier = ""
        self.new.forget()
