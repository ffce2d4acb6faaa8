# SPDX-License-Identifier: Apache-2.0
"""The one window: banner, side bar, page, status line, banner. It takes plain values and knows no services."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QObject, QSize, Qt, Signal, Slot
from PySide6.QtGui import QAction, QActionGroup, QKeyEvent, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import (
    QApplication,
    QLineEdit,
    QMainWindow,
    QMenu,
    QPlainTextEdit,
    QPushButton,
    QStackedWidget,
    QTabBar,
    QWidget,
)

from reviewer_app.ui.appearance import SIZES, SYSTEM, Appearance
from reviewer_app.ui.dialog import Dialog
from reviewer_app.ui.help import show_help
from reviewer_app.ui.theme import GROUP, styled, wide
from reviewer_app.ui.tokens import THEMES
from reviewer_app.ui.widgets.banner import Banner
from reviewer_app.ui.widgets.controls import button
from reviewer_app.ui.widgets.layout import Pane, column, facts, row, scroll, short
from reviewer_app.ui.widgets.nav import Place, SideBar
from reviewer_app.ui.widgets.strips import ProgressStrip

NARROW = 1100  # width below which the side bar shows icons alone, at 13 px body text
TITLE = "Reviewer"


@dataclass(frozen=True)
class Command:
    """What a key does, as the keyboard map says it."""

    keys: str
    text: str


class PageStack(QStackedWidget):
    """The pages; a wide page never widens the window, it folds or scrolls."""

    def minimumSizeHint(self) -> QSize:
        return QSize(0, 0)


class Shell(QMainWindow):
    """`place_chosen` carries the key of a place in the side bar; lock and sign-out come from buttons and keys."""

    place_chosen = Signal(str)
    lock_asked = Signal()
    sign_out_asked = Signal()
    back_asked = Signal()  # Esc, where nothing that is typed would be left

    def __init__(
        self,
        places: Sequence[Place],
        appearance: Appearance,
        *,
        marking: str,
        note: str = "",
        stamp: str = "",
        person: str = "",
        vault: str = "",
        clock: str = "",
    ) -> None:
        """`marking`, `note` and `stamp` fill the banner; `person` is "R. Ibarra, reviewer"; `clock` is its trust in words."""
        super().__init__()
        self.appearance = appearance
        self.setMinimumSize(1024, 700)
        self.commands: list[Command] = []
        self.banners = (Banner(marking, note, stamp), Banner(marking, note, stamp))
        self.side = SideBar(vault, places)
        self.side.chosen.connect(self.place_chosen)
        self.stack = PageStack()
        self.progress = ProgressStrip()
        self.person, self.vault, self.clock = short(person), short(vault, "soft"), short(clock, "soft")
        self.capture = short("", "soft")
        self.capture.hide()
        self.status = self._status_bar()
        self.body = row(self.side, (self.stack, 1), gap=0)
        top, bottom = self.banners
        self.setCentralWidget(column(top, (self.body, 1), self.progress, self.status, bottom, gap=0))
        self.set_status(person, vault, clock)
        self._add_commands()
        styled(self, Shell._fold)

    # --- pages -------------------------------------------------------------------------------------------------

    def show_page(self, page: QWidget, place: str = "") -> None:
        """Put a page in front, kept in the stack until `drop_page`; `place` is the side bar's current entry."""
        if self.stack.indexOf(page) < 0:
            self.stack.addWidget(page)
        self.stack.setCurrentWidget(page)
        if place:
            self.side.choose(place)
        if first := page.findChild(QWidget, "start"):
            first.setFocus(Qt.FocusReason.TabFocusReason)
        else:
            _focus_first(page)

    def drop_page(self, page: QWidget) -> None:
        """Take a page out and let it die."""
        self.stack.removeWidget(page)
        page.deleteLater()

    def page(self) -> QWidget | None:
        """The page in front."""
        return self.stack.currentWidget()

    # --- what the frame says -------------------------------------------------------------------------------------

    def set_status(self, person: str, vault: str, clock: str, last: str = "") -> None:
        """Fill the status line; `last` says when the person was here before. The window's title names the vault alone: a
        title is seen outside the window."""
        self.person.setText(f"{person} · {last}" if last else person)  # where room ends, the name is what stays
        self.vault.setText(vault)
        self.clock.setText(clock)
        self.side.brand_name.setText(vault)
        self.setWindowTitle(f"{TITLE}, {vault}" if vault else TITLE)

    def set_banner(self, marking: str, note: str = "", stamp: str = "") -> None:
        for banner in self.banners:
            banner.show_marking(marking, note, stamp)

    def blank(self) -> None:
        """SECURITY: nothing of a case stays on the screen while the program locks; the banners stay.

        Dialogs, menus and tooltips are windows of their own. All is painted now: no event is served any more.
        """
        for part in (self.body, self.status, self.progress):
            part.hide()
        for window in QApplication.topLevelWidgets():
            if window is not self and window.isVisible():
                window.hide()
        self.repaint()

    def _status_bar(self) -> QWidget:
        self.view = button("View", "quiet", "eye", name="View: theme and text size")
        self.view.setMenu(self._view_menu(self.view))
        lock = button("Lock", "quiet", "lock", name="Lock the vault, Ctrl+L", tip="Ctrl+L", on=self.lock_asked.emit)
        leave = button(
            "Sign out", "quiet", name="Sign out, Ctrl+Shift+L", tip="Ctrl+Shift+L", on=self.sign_out_asked.emit
        )
        parts = (self.person, self.vault, None, self.capture, self.clock, self.view, lock, leave)
        return row(*parts, gap=GROUP, margins=(GROUP, 0, GROUP, 0), role="status")

    def tell_capture(self, text: str, why: str) -> None:
        """Say whether other programs may take pictures of the window; "" says nothing."""
        self.capture.setText(text)
        self.capture.tip = f"{text}. {why}"
        self.capture.setAccessibleDescription(why)
        self.capture.setVisible(bool(text))

    # --- theme and text size ---------------------------------------------------------------------------------------

    def _view_menu(self, owner: QPushButton) -> QMenu:
        menu = QMenu(owner)
        self._schemes, self._sizes = QActionGroup(menu), QActionGroup(menu)
        for name in (SYSTEM, *THEMES):
            text = "Follow the system" if name == SYSTEM else f"{name.capitalize()} theme"
            self._add_choice(menu, self._schemes, text, name)
        menu.addSeparator()
        for size in SIZES:
            self._add_choice(menu, self._sizes, f"Text {size} %", size)
        menu.aboutToShow.connect(self._tick_choices)
        menu.triggered.connect(self._on_view_chosen)
        return menu

    @staticmethod
    def _add_choice(menu: QMenu, group: QActionGroup, text: str, value: str | int) -> None:
        action = menu.addAction(text)
        action.setCheckable(True)
        action.setData(value)
        group.addAction(action)

    @Slot()
    def _tick_choices(self) -> None:
        for action in (*self._schemes.actions(), *self._sizes.actions()):
            action.setChecked(action.data() in (self.appearance.scheme, self.appearance.percent))

    @Slot(QAction)
    def _on_view_chosen(self, action: QAction) -> None:
        if isinstance(action.data(), str):
            self.appearance.choose_scheme(action.data())
        else:
            self.appearance.choose_size(action.data())

    # --- keys ----------------------------------------------------------------------------------------------------

    def command(self, keys: str, text: str, action: Callable[[], object], shown: str = "") -> None:
        """Give a key something to do and a line in the keyboard map (`shown` "" shows the key, "-" leaves it out)."""
        shortcut = QShortcut(QKeySequence(keys), self)
        shortcut.activated.connect(action)
        if shown != "-":
            self.commands.append(Command(shown or keys, text))

    def _add_commands(self) -> None:
        self.command("Ctrl+L", "Lock the vault", self.lock_asked.emit)
        self.command("Ctrl+Shift+L", "Sign out", self.sign_out_asked.emit)
        for number in range(1, 8):
            shown = "Ctrl+1 … Ctrl+7" if number == 1 else "-"
            self.command(f"Ctrl+{number}", "Parts of the case", partial(self._show_tab, number - 1), shown)
        self.command("F6", "Next part of the window", self.next_region)
        self.command("Shift+F6", "Part of the window before", partial(self.next_region, -1))
        self.command("Ctrl+=", "Larger text", self.appearance.enlarge)
        self.command("Ctrl++", "Larger text", self.appearance.enlarge, "-")
        self.command("Ctrl+-", "Smaller text", self.appearance.reduce)
        self.command("Ctrl+0", "Normal text size", self.appearance.reset_size)
        self.command("F1", "Help", self.show_help)
        self.command("?", "This map", self.show_map)

    def _show_tab(self, number: int) -> None:
        page = self.page()
        tabs = page.findChild(QTabBar) if page else None
        if tabs and number < tabs.count():
            tabs.setCurrentIndex(number)

    @Slot()
    def next_region(self, step: int = 1) -> None:
        """Move focus to the next of side bar, page, side panel and status line."""
        regions = self._regions()
        here = self.focusWidget()
        holding = [place for place, region in enumerate(regions) if here and _holds(region, here)]
        at = holding[-1] if holding else 0
        for turn in range(1, len(regions) + 1):
            if _focus_first(regions[(at + step * turn) % len(regions)]):
                return

    def _regions(self) -> list[QWidget]:
        """In reading order; a side panel is part of the page and stands behind it, so the last that holds is meant."""
        page = self.page()
        panes = [pane for pane in page.findChildren(Pane) if pane.isVisible()] if page else []
        return [self.side, *([page] if page else []), *panes, self.status]

    @Slot()
    def show_help(self) -> None:
        """Open the guide."""
        show_help(self)

    @Slot()
    def show_map(self) -> None:
        """Show what every key does."""
        pairs = [(command.keys, command.text) for command in self.commands]
        pairs += [("Tab, Shift+Tab", "Next or previous control"), ("Enter", "Open the chosen row")]
        pairs += [("Ctrl+Enter", "Save the note or form you are in")]
        pairs += [("Esc", "Back to the docket"), ("Ctrl+C", "Copy the chosen rows as text")]
        dialog = Dialog("Keyboard", self, 540)
        dialog.fill(scroll(facts(pairs), "Keys"), dialog.closer("Close"))
        dialog.run()

    # --- folding ---------------------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and not isinstance(self.focusWidget(), QLineEdit | QPlainTextEdit):
            self.back_asked.emit()
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fold()

    def _fold(self) -> None:
        self.side.collapse(self.width() < wide(NARROW))
        self.vault.setVisible(self.width() >= wide(NARROW) / 2)  # large text: the title says it too


def _holds(region: QWidget, widget: QWidget) -> bool:
    return region is widget or region.isAncestorOf(widget)


def _focus_first(region: QWidget) -> bool:
    """Give focus to the first Tab stop of a region; False when it has none."""
    own = [region] if region.focusPolicy() & Qt.FocusPolicy.TabFocus else []
    widget: QWidget | None = None
    for widget in (*own, *_tab_order(region)):
        if widget.focusPolicy() & Qt.FocusPolicy.TabFocus and widget.isVisibleTo(region) and widget.isEnabled():
            widget.setFocus(Qt.FocusReason.TabFocusReason)
            return True
    return False


def _tab_order(region: QWidget) -> list[QWidget]:
    """The widgets inside a region, as Tab walks them."""
    found: list[QWidget] = []
    widget: QObject | None = region.nextInFocusChain()
    while isinstance(widget, QWidget) and widget is not region:
        if region.isAncestorOf(widget):
            found.append(widget)
        widget = widget.nextInFocusChain()
    return found
