# SPDX-License-Identifier: Apache-2.0
"""What a person presses, types into and chooses from; every one has a name for screen readers."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import (
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QFontMetrics,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from reviewer_app.ui.theme import GAP, MEDIUM, STRONG, TIGHT, colour, em, font, icon, styled, wide
from reviewer_app.ui.widgets.layout import fill, label, row

if TYPE_CHECKING:  # the unlock window has fields and no table
    from reviewer_app.ui.widgets.table import Table

CONTROL = Qt.KeyboardModifier.ControlModifier
DEBOUNCE = 150  # ms between the last key and the search


# --- buttons -------------------------------------------------------------------------------------------------------


class Button(QPushButton):
    """A button whose `acted` carries nothing, unlike `clicked`, which hands a bool to whoever has a default argument."""

    acted = Signal()

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.clicked.connect(self._tell)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter presses what has the focus, as Space does."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.modifiers() & CONTROL:
            self.click()
        else:
            super().keyPressEvent(event)

    @Slot()
    def _tell(self) -> None:
        self.acted.emit()


class Main(Button):
    """The one main action; its focus ring lies inside, in the ink of its words, because the accent is its fill."""

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self.hasFocus():
            painter = QPainter(self)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(colour("on_accent"), 2))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(3, 3, -3, -3), 4, 4)


def _dress(made: QPushButton, image: str, tone: str) -> None:
    made.setFont(font())
    if image:
        made.setIcon(icon(image, tone, em(16)))
        made.setIconSize(QSize(em(16), em(16)))


def button(
    text: str, kind: str = "", image: str = "", name: str = "", tip: str = "", *, on: Callable[[], object] | None = None
) -> Button:
    """A verb to press. `kind` is main, quiet, link, danger or view; `on` is called when it is pressed: a bound method."""
    words = f" {text}" if image and text else text  # Qt leaves no gap after the icon
    made = Main(words) if kind == "main" else Button(words)
    made.setProperty("kind", kind)
    made.setAccessibleName(name or text.replace("&", ""))
    made.setToolTip(tip)
    made.setAutoDefault(False)
    made.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
    tone = {"main": "on_accent", "quiet": "accent", "link": "accent", "danger": "danger"}.get(kind, "soft")
    if on:
        made.acted.connect(on)
    return styled(made, partial(_dress, image=image, tone=tone))


# --- fields --------------------------------------------------------------------------------------------------------


def _width(made: QWidget, width: int) -> None:
    made.setFixedWidth(wide(width))


def field(text: str = "", placeholder: str = "", name: str = "", width: int = 0) -> QLineEdit:
    """One line to type. A placeholder is no name: give both where they differ."""
    made = QLineEdit(text)
    made.setPlaceholderText(placeholder)
    made.setAccessibleName(name or placeholder)
    made.setCursorPosition(0)
    return styled(made, partial(_width, width=width)) if width else made


def choice(values: Sequence[str], name: str) -> QComboBox:
    """One of a few; the name is set because a combo box would be called by its value."""
    made = QComboBox()
    made.addItems(list(values))
    made.setAccessibleName(name)
    return made


def tick(text: str, on: bool = False) -> QCheckBox:
    """Yes or no."""
    made = QCheckBox(text)
    made.setAccessibleName(text.replace("&", ""))
    made.setChecked(on)
    return made


class Labelled(QFrame):
    """Label above the field, note below it, and what is wrong with the entry, linked to the field."""

    def __init__(self, text: str, widget: QWidget, note: str = "") -> None:
        super().__init__()
        self.widget, self._note = widget, note
        self._typed = {widget, widget.focusProxy() or widget}  # what holds the field, and the field itself
        top = label(text, weight=MEDIUM)
        top.setBuddy(widget)
        if not widget.accessibleName():
            widget.setAccessibleName(text.replace("&", ""))
        for each in self._typed:
            each.setAccessibleDescription(note)
        self.note = label(note, "soft", wrap=True)
        self.note.setVisible(bool(note))
        self.error = label(tone="danger", wrap=True)
        self.error.hide()
        fill(QVBoxLayout(self), (top, widget, self.error, self.note), TIGHT)

    def set_error(self, text: str) -> None:
        """Say what is wrong with the entry and what to do; "" when all is well."""
        if text == self.error.text():
            return
        self.error.setText(text)
        self.error.setVisible(bool(text))
        for each in self._typed:
            each.setAccessibleDescription(text or self._note)
            mark_wrong(each, bool(text))


def mark_wrong(widget: QWidget, wrong: bool) -> None:
    """Show by its outline whether what stands in a field can be taken."""
    widget.setProperty("wrong", wrong)
    widget.style().unpolish(widget)
    widget.style().polish(widget)


def labelled(text: str, widget: QWidget, note: str = "") -> Labelled:
    """Label above the field; the mnemonic and the screen reader follow the buddy."""
    return Labelled(text, widget, note)


class FilterField(QLineEdit):
    """Type to filter: `filtered` comes 150 ms after the last key; Esc empties; Down and Enter go on in the table."""

    filtered = Signal(str)

    def __init__(self, name: str, table: "Table | None" = None, width: int = 0) -> None:
        """With a table, letters typed in the table go on here, and a table of held rows is filtered at once."""
        super().__init__()
        self.setPlaceholderText(name)
        self.setAccessibleName(name)
        self._table = table
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(DEBOUNCE)
        self._timer.timeout.connect(self._tell)
        self.textChanged.connect(self._wait)
        if width:
            styled(self, partial(_width, width=width))
        if table:
            table.typed.connect(self._go_on)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
        elif self._table and event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._tell()
            self._table.setFocus()
        else:
            super().keyPressEvent(event)

    def put(self, text: str) -> None:
        """A filter in force at once."""
        self.setText(text)
        self._tell()

    @Slot(str)
    def _go_on(self, letter: str) -> None:
        self.setFocus()
        self.setText(self.text() + letter)

    @Slot()
    def _wait(self) -> None:
        self._timer.start()

    @Slot()
    def _tell(self) -> None:
        self._timer.stop()
        self.filtered.emit(self.text())


# --- saved views ---------------------------------------------------------------------------------------------------


class Views(QWidget):
    """Saved views as quiet words; one choice box when they do not fit. `chosen` carries the place of the view."""

    chosen = Signal(int)

    def __init__(self, names: Sequence[str], name: str = "View") -> None:
        super().__init__()
        self._group = QButtonGroup(self)
        self.buttons = [self._view(text, place) for place, text in enumerate(names)]
        self.wide = row(*self.buttons, None, gap=TIGHT)
        self.narrow = choice(names, name)
        views = QHBoxLayout(self)
        fill(views, ((self.wide, 1), self.narrow), 0)
        views.addStretch(0)
        self.wide.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.narrow.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self._group.idClicked.connect(self._on_chosen)
        self.narrow.activated.connect(self._on_chosen)
        styled(self, Views._fold)

    def _view(self, text: str, place: int) -> Button:
        made = button(text, "view", name=f"View: {text}")
        made.setCheckable(True)
        made.setChecked(place == 0)
        self._group.addButton(made, place)
        return styled(made, _bold_room)

    def set_names(self, names: Sequence[str]) -> None:
        """Show new words, usually new counts, for the same views."""
        for place, text in enumerate(names):
            self.buttons[place].setText(text)
            self.buttons[place].setAccessibleName(f"View: {text}")
            self.narrow.setItemText(place, text)
            _bold_room(self.buttons[place])
        self._fold()

    def current(self) -> int:
        return self._group.checkedId()

    def choose(self, place: int) -> None:
        """Show another view, as a person would."""
        self.buttons[place].click()

    @Slot(int)
    def _on_chosen(self, place: int) -> None:
        self.buttons[place].setChecked(True)
        self.narrow.setCurrentIndex(place)
        self.chosen.emit(place)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fold()

    def _fold(self) -> None:
        needed = sum(view.minimumWidth() for view in self.buttons) + TIGHT * len(self.buttons)
        self.wide.setVisible(needed <= self.width())
        self.narrow.setVisible(needed > self.width())


def _bold_room(made: QPushButton) -> None:
    """The chosen view is bolder, which its size hint does not know."""
    made.setMinimumWidth(QFontMetrics(font(0, STRONG)).horizontalAdvance(made.text()) + 24)


# --- files ---------------------------------------------------------------------------------------------------------


class DropTarget(QFrame):
    """Takes files dropped on what it holds; `files_dropped` carries a list of paths. Offer a button beside it."""

    files_dropped = Signal(object)

    def __init__(self, inside: QWidget) -> None:
        super().__init__()
        self.setAcceptDrops(True)
        fill(QVBoxLayout(self), ((inside, 1),), 0)
        self._outline = Outline(self)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        urls = event.mimeData().urls()
        if urls and all(url.isLocalFile() for url in urls):
            event.acceptProposedAction()
            self._outline.cover(self)

    def dragLeaveEvent(self, _event: QDragLeaveEvent) -> None:
        self._outline.hide()

    def dropEvent(self, event: QDropEvent) -> None:
        self._outline.hide()
        event.acceptProposedAction()
        self.files_dropped.emit([Path(url.toLocalFile()) for url in event.mimeData().urls()])


class Outline(QWidget):
    """Where the files would go, shown while they hover."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def cover(self, whole: QWidget) -> None:
        self.setGeometry(whole.rect())
        self.raise_()
        self.show()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(colour("accent"), 2, Qt.PenStyle.DashLine))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(GAP, GAP, -GAP, -GAP), 8, 8)
