# SPDX-License-Identifier: Apache-2.0
"""The marking strip that is never hidden, and stamps. The words carry the meaning; the colour repeats it."""

import re

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from reviewer_app.ui.theme import GAP, LOOK, STRONG, TIGHT, colour, em, font, styled
from reviewer_app.ui.widgets.layout import fill, label

BANNERS = {
    "TOP SECRET//SCI": ("#fce83a", "#000000"),
    "TOP SECRET": ("#ff8c00", "#000000"),
    "SECRET": ("#9c0f24", "#ffffff"),
    "CONFIDENTIAL": ("#0033a0", "#ffffff"),
    "CUI": ("#502b85", "#ffffff"),
    "UNCLASSIFIED": ("#005a2b", "#ffffff"),
}
"""Fill and ink by level, at least 7:1. The hues are those of the SF 700 series, darkened where white ink needs it."""
UNKNOWN = ("#ffffff", "#000000")
SCI = re.compile(
    r"(SCI|SI|TK|HCS|KDK|BUR|RSV|MVL)\b"
)  # control systems of the CAPCO register, second place of a banner


def banner_colours(marking: str) -> tuple[str, str]:
    """(fill, ink) of a banner line such as `TOP SECRET//SI/TK//NOFORN`; black on white when no level is recognised."""
    level, *rest = marking.upper().removeprefix("//").split("//")
    if "TOP SECRET" in level and rest and SCI.match(rest[0]):
        return BANNERS["TOP SECRET//SCI"]
    for name, pair in BANNERS.items():  # longest first: SECRET is part of TOP SECRET
        if re.search(rf"\b{name}\b", level):
            return pair
    return BANNERS["CUI"] if level == "CONTROLLED" else UNKNOWN


class Stamp(QWidget):
    """A short word in an outline: dashed for PRACTICE and DRAFT, solid for a marking."""

    def __init__(self, text: str, tone: str = "soft", dashed: bool = True) -> None:
        """`tone` is a token's name or `#rrggbb`."""
        super().__init__()
        self.text, self.tone, self.dashed = text, tone, dashed
        styled(self, Stamp._fit)

    def set_text(self, text: str) -> None:
        self.text = text
        self._fit()
        self.update()

    def _fit(self) -> None:
        self.face = font(0, STRONG)
        self.face.setPixelSize(round(LOOK.base * 0.85))
        size = QFontMetrics(self.face).size(0, self.text)
        self.setFixedSize(size.width() + 2 * GAP, size.height() + TIGHT)
        self.setAccessibleName(self.text)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        shape = Qt.PenStyle.DashLine if self.dashed else Qt.PenStyle.SolidLine
        painter.setPen(QPen(colour(self.tone), 1, shape))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
        painter.setFont(self.face)
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self.text)


class Banner(QWidget):
    """The strip at the top and bottom of every window. It grows rather than cut its words."""

    def __init__(self, marking: str, note: str = "", stamp: str = "") -> None:
        """`marking` is the banner line in words, `note` a remark after it, `stamp` a word at both ends (PRACTICE)."""
        super().__init__()
        self.words = label(wrap=True, weight=STRONG)
        self.words.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.stamps = (Stamp(stamp), Stamp(stamp))
        fill(QHBoxLayout(self), (self.stamps[0], (self.words, 1), self.stamps[1]), GAP, (GAP, 1, GAP, 1))
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.show_marking(marking, note, stamp)
        styled(self, Banner._least_height)

    def show_marking(self, marking: str, note: str = "", stamp: str = "") -> None:
        self.marking, self.note, self.stamp = marking, note, stamp
        fill_, ink = banner_colours(marking)
        self.fill = QColor(fill_)
        self.words.setText(f"{marking}   {note}".strip())
        self.words.setStyleSheet(f"color: {ink}")
        for side in self.stamps:
            side.tone = ink
            side.set_text(stamp)
            side.setVisible(bool(stamp))
        self.setAccessibleName(" ".join(part for part in (stamp, marking, note) if part))
        self.update()

    def twin(self) -> "Banner":
        """Another strip that says the same, for a dialog of this window."""
        return Banner(self.marking, self.note, self.stamp)

    def paintEvent(self, _event: QPaintEvent) -> None:
        QPainter(self).fillRect(self.rect(), self.fill)

    def _least_height(self) -> None:
        self.setMinimumHeight(em(14) + 10)


def banner_of(widget: QWidget | None) -> Banner | None:
    """The strip of the window a widget belongs to."""
    return widget.window().findChild(Banner) if widget else None
