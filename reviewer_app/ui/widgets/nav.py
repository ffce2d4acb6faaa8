# SPDX-License-Identifier: Apache-2.0
"""The side bar: one Tab stop, arrows move; icons alone when the window is narrow."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QEnterEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QFrame, QSizePolicy, QVBoxLayout

from reviewer_app.ui.theme import GAP, LOOK, STRONG, colour, em, font, icon, styled, wide
from reviewer_app.ui.widgets.layout import Item, fill, label, picture, row


@dataclass(frozen=True)
class Place:
    """One entry of the side bar."""

    key: str
    image: str  # a file in resources/icons, without .svg
    text: str
    hint: str = ""  # a shortcut or count shown at the right
    below: bool = False  # stands in the lower group


class NavItem(QAbstractButton):
    """Icon, word, count. Collapsed: the icon with a tooltip; the accessible name stays."""

    def __init__(self, image: str, text: str, count: str = "") -> None:
        super().__init__()
        self.image, self.collapsed = image, False
        self.setText(text)
        self.set_count(count)
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        styled(self, NavItem._fit)

    def _fit(self) -> None:
        self.setFixedHeight(em(20) + 12)

    def set_count(self, count: str) -> None:
        self.count = count
        self.setAccessibleName(f"{self.text()}, {count}" if count else self.text())
        self.update()

    def collapse(self, yes: bool) -> None:
        self.collapsed = yes
        self.setToolTip(self.text() if yes else "")
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(em(34), em(20) + 12)

    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        frame, on = QRectF(self.rect()).adjusted(1, 1, -1, -1), self.isChecked()
        if on or self.underMouse():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colour("selection" if on else "hover"))
            painter.drawRoundedRect(frame, 6, 6)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(colour("on_selection" if on and LOOK.tokens.is_hard else "accent"), 2))
            painter.drawRoundedRect(frame.adjusted(1, 1, -1, -1) if on else frame, 6, 6)
        self._paint_words(painter, on)

    def _paint_words(self, painter: QPainter, on: bool) -> None:
        size, ink = em(20), "on_selection" if on else "soft"
        left = (self.width() - size) // 2 if self.collapsed else GAP
        tone = "accent" if on and not LOOK.tokens.is_hard else ink
        image = icon(self.image, tone, size).pixmap(QSize(size, size), self.devicePixelRatioF())
        painter.drawPixmap(left, (self.height() - size) // 2, image)
        if self.collapsed:
            return
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.setFont(font(0, STRONG if on else 400))
        painter.setPen(colour("on_selection" if on else "text"))
        painter.drawText(self.rect().adjusted(size + 2 * GAP + 2, 0, 0, 0), middle, self.text())
        painter.setFont(font())
        painter.setPen(colour(ink))
        painter.drawText(self.rect().adjusted(0, 0, -12, 0), middle | Qt.AlignmentFlag.AlignRight, self.count)


class SideBar(QFrame):
    """The places of the program; `chosen` carries the key of the place a person chose."""

    chosen = Signal(str)

    def __init__(self, name: str, places: Sequence[Place]) -> None:
        super().__init__()
        self.setProperty("role", "nav")
        self.collapsed = False
        self.brand_name = label(name, weight=STRONG)
        self.brand = row(picture("vault", "text"), self.brand_name, None, margins=(GAP, 0, 0, GAP))
        self.items = {place.key: NavItem(place.image, place.text, place.hint) for place in places}
        self.group = QButtonGroup(self)
        for item in self.items.values():
            self.group.addButton(item)
        self.group.buttonClicked.connect(self._tell)
        above: list[Item] = [self.items[place.key] for place in places if not place.below]
        below: list[Item] = [self.items[place.key] for place in places if place.below]
        fill(QVBoxLayout(self), (self.brand, *above, None, *below), 2, (GAP, 12, GAP, GAP))
        styled(self, SideBar._fit)

    def collapse(self, yes: bool) -> None:
        self.collapsed = yes
        self._fit()

    def choose(self, key: str) -> None:
        """Show a place as the current one, without telling anybody."""
        self.items[key].setChecked(True)

    def set_count(self, key: str, count: str) -> None:
        self.items[key].set_count(count)

    def current(self) -> NavItem | None:
        return next((item for item in self.items.values() if item.isChecked()), None)

    def _fit(self) -> None:
        self.setFixedWidth(em(20) + 34 if self.collapsed else wide(200))
        self.brand.setVisible(not self.collapsed)
        for item in self.items.values():
            item.collapse(self.collapsed)

    def _tell(self, button: QAbstractButton) -> None:
        self.chosen.emit(next(key for key, item in self.items.items() if item is button))
