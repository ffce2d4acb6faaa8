# SPDX-License-Identifier: Apache-2.0
"""The window around a page before the workplace: banners, one page at a time, and above it what went wrong."""

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtGui import QKeyEvent, QPaintEvent
from PySide6.QtWidgets import QApplication, QMainWindow, QWidget

from reviewer_app.errors import AppError
from reviewer_app.ui.doorstep import Page, with_code
from reviewer_app.ui.theme import GROUP, em
from reviewer_app.ui.widgets.banner import Banner
from reviewer_app.ui.widgets.layout import box, column, put_in, scroll

if TYPE_CHECKING:  # the unlock window is what people wait for
    from reviewer_app.ui.widgets.strips import AlertStrip

NO_VAULT = ("UNCLASSIFIED", "No vault is open", "")
"""The banner while no vault is chosen: nothing of a case can be on the screen then."""
AROUND = 80  # pixels above and below what has the focus, at 13 px body text


class DoorFrame(QMainWindow):
    """`painted` comes once, when the window can be seen."""

    painted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.page: Page | None = None
        self.alerts: AlertStrip | None = None
        self.code = ""  # of what was refused last
        self._seen = False
        self.setWindowTitle("Reviewer")
        self.setMinimumSize(1024, 700)
        self.banners = (Banner(*NO_VAULT), Banner(*NO_VAULT))
        self.view = scroll(None, "")
        top, bottom = self.banners
        self.body = column(top, (self.view, 1), bottom, gap=0)
        self.setCentralWidget(self.body)
        if isinstance(app := QApplication.instance(), QApplication):
            app.focusChanged.connect(self._on_focus)

    def show_page(self, page: Page, banner: tuple[str, str, str] = NO_VAULT) -> None:
        """A page in front, under this banner; the page before is forgotten."""
        self.hush()
        for strip in self.banners:
            strip.show_marking(*banner)
        if self.page:
            self.page.forget()
        self.page = page
        put_in(self.view, page)
        if first := page.findChild(QWidget, "start"):
            first.setFocus(Qt.FocusReason.TabFocusReason)

    @Slot()
    def _on_focus(self) -> None:
        QTimer.singleShot(0, self, self._show_focus)  # what is told beside a field has its place by then

    @Slot()
    def _show_focus(self) -> None:
        """What has the focus can be seen, with its name above it and what is told of it below."""
        here = self.focusWidget()
        if here and self.view.isAncestorOf(here):
            self.view.ensureWidgetVisible(here, 0, em(AROUND))

    # --- what went wrong -------------------------------------------------------------------------------------------

    def tell(self, text: str, tone: str = "danger") -> None:
        """Say above the page what went wrong, or what happened before (`plain`), until the next step."""
        from reviewer_app.ui.widgets.strips import Alert, AlertStrip

        if self.alerts is None:
            self.alerts = AlertStrip()
            box(self.body).insertWidget(1, self.alerts)
            box(self.alerts).setContentsMargins(GROUP, GROUP, GROUP, 0)
        self.alerts.add(Alert(text, tone=tone))

    def refuse(self, error: AppError) -> None:
        """Tell an error beside the field it belongs to, or above the page, with the code that the help explains."""
        self.code = error.code
        if not (self.page and self.page.refuse(error)):
            self.tell(with_code(error))

    def hush(self) -> None:
        """Take away what was told above the page."""
        if self.alerts:
            self.alerts.clear()

    def blank(self) -> None:
        """SECURITY: nothing of an open vault stays on the screen while the program locks; the banners stay.

        Dialogs are windows of their own. All is painted now: no event is served any more.
        """
        self.view.hide()
        self.hush()
        for window in QApplication.topLevelWidgets():
            if window is not self and window.isVisible():
                window.hide()
        self.repaint()

    # --- the window ------------------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """F1 explains what was refused last, or shows the guide."""
        if event.key() == Qt.Key.Key_F1:
            from reviewer_app.ui.help import show_help

            show_help(self, self.code)
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._seen:
            self._seen = True
            QTimer.singleShot(0, self, self.painted.emit)
