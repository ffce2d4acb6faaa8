# SPDX-License-Identifier: Apache-2.0
"""The site policy: everybody reads it, an officer changes it."""

from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from reviewer_app.policy import Policy
from reviewer_app.services.desk import Desk
from reviewer_app.services.policies import CHANGED, GROUPS, Item
from reviewer_app.ui.theme import GAP, GROUP, MEDIUM, TIGHT
from reviewer_app.ui.widgets.controls import button
from reviewer_app.ui.widgets.heads import page_head
from reviewer_app.ui.widgets.layout import (
    Pair,
    box,
    capped,
    column,
    empty,
    fill,
    heading,
    label,
    row,
    scrolled_page,
    start,
)
from reviewer_app.ui.widgets.strips import AlertStrip

TOLD = "What this office decides for its vault. Every change is in the journal."
LESS = "An officer changes it. No setting can be looser than the rule beside it."
LEAST = 520  # room for a setting's name and value side by side, at 13 px body text


class PolicyPage(QWidget):
    """`change_asked` carries the name of a group of `policies.GROUPS`."""

    change_asked = Signal(str)

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.alerts = AlertStrip()
        self.may = desk.may(CHANGED)
        self.groups = {name: column(gap=12, margins=(GROUP, 12, GROUP, 12), role="card") for name in GROUPS}
        parts = [column(self._headed(name), card, gap=GAP) for name, card in self.groups.items()]
        inside = row((capped(column(*parts, None, gap=GROUP), 860), 100), None, gap=0)
        told = label(f"{TOLD} {'' if self.may else LESS}".strip(), "soft", wrap=True)
        head = column(page_head("Policy", told), self.alerts, gap=12)
        whole = scrolled_page(head, inside, "Policy", reading=not self.may)
        fill(QVBoxLayout(self), ((whole, 1),), 0)

    def _headed(self, name: str) -> QWidget:
        if not self.may:
            return heading(name)
        change = button("Change", "quiet", name=f"Change {name.lower()}", on=partial(self.change_asked.emit, name))
        return row((heading(name), 1), change if name != next(iter(GROUPS)) else start(change))

    def show_policy(self, policy: Policy) -> None:
        """Show every setting as it holds now."""
        for name, items in GROUPS.items():
            empty(self.groups[name])
            for item in items:
                box(self.groups[name]).addWidget(_line(item, item.said(getattr(policy, item.name))))


def _line(item: Item, value: str) -> QWidget:
    """A setting: its name, its value, and the rule that bounds it."""
    weight = 400 if item.name == "notice" else MEDIUM
    said = column(capped(label(value, weight=weight, wrap=True), 480), gap=2)
    if item.note:
        box(said).addWidget(label(item.note, "soft", wrap=True))
    made = Pair(label(item.told, wrap=True), said, LEAST, (2, 3), TIGHT)
    made.layout_box.setAlignment(made.first, Qt.AlignmentFlag.AlignTop)
    return made
