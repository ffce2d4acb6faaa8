# SPDX-License-Identifier: Apache-2.0
"""The head of a page: what it is, the roll-up of what is in view, the one main action."""

from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from reviewer_app.ui.theme import GAP, STRONG
from reviewer_app.ui.widgets.banner import Stamp
from reviewer_app.ui.widgets.layout import Item, column, fill, label, row


class RollUp(QFrame):
    """The marking of what is in view, in a solid outline; in a practice vault PRACTICE stands beside it."""

    def __init__(self, banner: str, *, practice: bool) -> None:
        super().__init__()
        self.stamp = Stamp(banner, "text", dashed=False)
        self.rest: list[QWidget] = [label("Roll-up", "soft"), *([Stamp("PRACTICE")] if practice else [])]
        parts: list[Item] = [self.rest[0], self.stamp, *self.rest[1:]]
        fill(QHBoxLayout(self), parts, GAP)

    def show_banner(self, banner: str) -> None:
        """The case's parts changed: say their roll-up anew."""
        self.stamp.set_text(banner)
        self.stamp.setToolTip(f"Roll-up {banner}")

    def set_brief(self, brief: bool) -> None:
        """The marking alone, where there is little room; the window's banners say PRACTICE too."""
        for part in self.rest:
            part.setVisible(not brief)


def page_head(title: str, told: QWidget, *actions: QWidget) -> QFrame:
    """Title and actions on one line, a quiet sentence below."""
    parts: list[Item] = [label(title, step=3, weight=STRONG), None, *actions]
    return column(row(*parts), told, gap=2)
