# SPDX-License-Identifier: Apache-2.0
"""A PDF document page by page: the reader process draws each page when it is turned to, this shows it."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Slot
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QVBoxLayout, QWidget

from reviewer_app.domain.evidence import Attachment
from reviewer_app.errors import AppError, Cancelled
from reviewer_app.services import reading
from reviewer_app.services.desk import Desk
from reviewer_app.services.reading import PageImage, PageImages
from reviewer_app.ui.case.tab import Workplace
from reviewer_app.ui.theme import GAP
from reviewer_app.ui.widgets.layout import fill, label
from reviewer_app.ui.widgets.sheet import Sheet

WIDTH = 1240  # pixels: letter paper at about 150 dots an inch

Stop = Callable[[], bool]
Draw = Callable[[int, Stop], PageImages]
"""Draws one page, counted from 0, and tells how many there are; stops when asked."""


def image_of(page: PageImage) -> QImage:
    """The picture of a page, in memory of its own."""
    return QImage(page.data, page.width, page.height, page.width * 4, QImage.Format.Format_RGBX8888).copy()


class DocumentView(QWidget):
    """One document at a time, known by a key; what is drawn for another one is thrown away."""

    def __init__(self, place: Workplace, name: str, empty: str = "Reading the document") -> None:
        super().__init__()
        self.place, self.key = place, ""
        self._draw: Draw | None = None
        self._fresh: dict[int, QImage] = {}
        self.sheet = Sheet(name, empty)
        self.sheet.wanted.connect(self._on_wanted)
        self.wrong = label(tone="danger", wrap=True)
        self.wrong.hide()
        fill(QVBoxLayout(self), (self.wrong, (self.sheet, 1)), GAP)

    def open(self, key: str, opening: Draw, draw: Draw) -> None:
        """Show a document from its first page; `opening` draws that one. A document that is open already stays."""
        if key == self.key:
            return
        self._take(key, draw)
        self.sheet.page = 0
        self.sheet.set_pages(0)
        self._run("Opening the document", 0, opening)

    def show_made(self, key: str, pages: PageImages, draw: Draw) -> None:
        """Show a document of which some pages are drawn already, at the page that is in front."""
        self._take(key, draw)
        self._show(pages)

    def clear(self) -> None:
        """No document."""
        self._take("", None)
        self.sheet.page = 0
        self.sheet.set_pages(0)

    def _take(self, key: str, draw: Draw | None) -> None:
        self.key, self._draw = key, draw
        self.wrong.hide()

    def _run(self, text: str, number: int, draw: Draw) -> None:
        self.place.run(text, partial(_work, self.key, number, draw), self._on_drawn, self._on_error)

    @Slot(object)
    def _on_drawn(self, drawn: tuple[str, PageImages]) -> None:
        key, pages = drawn
        if key == self.key:
            if pages.count == self.sheet.pages:
                for page in pages.images:
                    self.sheet.set_image(page.number, image_of(page))
            else:
                self._show(pages)

    def _show(self, pages: PageImages) -> None:
        """The sheet asks at once for the page in front, which `_on_wanted` gives it from here."""
        self._fresh = {page.number: image_of(page) for page in pages.images}
        self.sheet.set_pages(pages.count)
        self._fresh = {}

    @Slot(int)
    def _on_wanted(self, number: int) -> None:
        if number in self._fresh:
            self.sheet.set_image(number, self._fresh[number])
        elif self._draw:
            self._run("Reading the page", number, self._draw)

    @Slot(object)
    def _on_error(self, error: Exception) -> None:
        if not isinstance(error, AppError):
            self.place.tell(error)
            return
        stopped = "Reading was cancelled. Choose the document again to read it."
        self.wrong.setText(stopped if isinstance(error, Cancelled) else str(error))
        self.wrong.show()
        if not self.sheet.pages:
            self.key = ""


def _work(key: str, number: int, draw: Draw, _progress: object, cancelled: Stop) -> tuple[str, PageImages]:
    return key, draw(number, cancelled)


def opening_of(desk: Desk, attachment: Attachment) -> Draw:
    """Opens an attached document at its first page, which the journal keeps."""
    return lambda _number, cancelled: reading.open_pages(desk, attachment, WIDTH, cancelled=cancelled)


def pages_of(desk: Desk, attachment: Attachment) -> Draw:
    """Draws further pages of an attached document."""
    return lambda number, cancelled: reading.page(desk, attachment, number, WIDTH, cancelled=cancelled)
