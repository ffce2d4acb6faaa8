# SPDX-License-Identifier: Apache-2.0
"""Pages as pictures: what the reader process made of a memo or an attachment."""

from collections.abc import Sequence

from PySide6.QtCore import QBuffer, QByteArray, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QImage, QImageReader, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from reviewer_app.ui.theme import GAP, TIGHT, colour, em, font, styled
from reviewer_app.ui.widgets.controls import button
from reviewer_app.ui.widgets.layout import fill, label, row

MAXIMUM_MB = 256  # of one decoded picture


def image_from(data: bytes, kind: str = "png") -> QImage:
    """Decode a picture that our own reader process wrote; a null image when it is not of that kind.

    SECURITY: the format is fixed, so that no other decoder can be reached by renaming a file.
    """
    buffer = QBuffer()
    buffer.setData(QByteArray(data))
    buffer.open(QBuffer.OpenModeFlag.ReadOnly)
    reader = QImageReader(buffer, QByteArray(kind.encode()))
    reader.setDecideFormatFromContent(False)
    reader.setAutoDetectImageFormat(False)
    QImageReader.setAllocationLimit(MAXIMUM_MB)
    return reader.read()


class Paper(QWidget):
    """One page on white paper, in every theme."""

    def __init__(self) -> None:
        super().__init__()
        self.image = QImage()
        self.message = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def show_image(self, image: QImage, message: str) -> None:
        self.image, self.message = image, message
        self.updateGeometry()
        self.update()

    def hasHeightForWidth(self) -> bool:
        return not self.image.isNull()

    def heightForWidth(self, width: int) -> int:
        return round(width * self.image.height() / max(1, self.image.width()))

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        if self.image.isNull():
            painter.setPen(colour("soft"))
            painter.setFont(font())
            words = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(self.rect().adjusted(GAP, GAP, -GAP, -GAP), words, self.message)
            return
        scale = min((self.width() - 4) / self.image.width(), (self.height() - 4) / self.image.height())
        size = QSize(round(self.image.width() * scale), round(self.image.height() * scale))
        frame = QRectF((self.width() - size.width()) / 2, 1, size.width(), size.height())
        painter.fillRect(frame, Qt.GlobalColor.white)
        painter.drawImage(frame, self.image)
        painter.setPen(QPen(colour("control"), 1))
        painter.drawRect(frame.adjusted(-0.5, -0.5, 0.5, 0.5))


class Sheet(QWidget):
    """Shows one page at a time with Previous and Next, the whole page or its full width.

    Give all pages with `set_images`, or their number with `set_pages` and each one when `wanted(page)` asks for it
    (pages count from 0). Page Up and Page Down turn.
    """

    wanted = Signal(int)

    def __init__(self, name: str = "Preview", empty: str = "No pages yet") -> None:
        super().__init__()
        self._name, self._empty = name, empty
        self._images: dict[int, QImage] = {}
        self.pages, self.page = 0, 0
        self.paper = Paper()
        self.view = QScrollArea()
        self.view.setFrameShape(QFrame.Shape.NoFrame)
        self.view.setWidget(self.paper)
        self.view.setAccessibleName(name)
        self.view.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.view.setProperty("role", "paper")
        self.words = label("", "soft")
        self.fit_width = button("Full width", "view", name="Show the full width of the page")
        self.fit_width.setCheckable(True)
        self.fit_width.toggled.connect(self._fit)
        self.previous = button("Previous", "quiet", name="Previous page", on=self.turn_back)
        self.next = button("Next", "quiet", name="Next page", on=self.turn)
        top = row(self.words, None, self.fit_width, self.previous, self.next, gap=TIGHT)
        fill(QVBoxLayout(self), (top, (self.view, 1)), TIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        styled(self, Sheet._fit)
        self._show()

    def set_images(self, images: Sequence[QImage]) -> None:
        """Show these pages; the page number is kept where it still exists."""
        self._images = dict(enumerate(images))
        self.pages = len(images)
        self._go(min(self.page, max(0, self.pages - 1)))

    def set_pages(self, pages: int) -> None:
        """Forget all pictures and ask for the current one of so many pages."""
        self._images, self.pages = {}, pages
        self._go(min(self.page, max(0, pages - 1)))

    def set_image(self, page: int, image: QImage) -> None:
        self._images[page] = image
        if page == self.page:
            self._show()

    @Slot()
    def turn(self) -> None:
        self._go(min(self.page + 1, self.pages - 1))

    @Slot()
    def turn_back(self) -> None:
        self._go(max(self.page - 1, 0))

    def _go(self, page: int) -> None:
        self.page = max(0, page)
        if self.pages and self.page not in self._images:
            self.wanted.emit(self.page)
        self._show()
        self.view.verticalScrollBar().setValue(0)

    def _show(self) -> None:
        image = self._images.get(self.page, QImage())
        self.paper.show_image(image, "Reading the page" if self.pages else self._empty)
        told = f"Page {self.page + 1} of {self.pages}" if self.pages else self._empty
        self.words.setText(told if self.pages else "")
        self.view.setAccessibleName(f"{told}, {self._name.lower()}")
        self.previous.setEnabled(self.page > 0)
        self.next.setEnabled(self.page + 1 < self.pages)
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    @Slot()
    def _fit(self) -> None:
        room = self.view.size() - QSize(6, 6)
        width = room.width() - em(10)
        if self.fit_width.isChecked() and self.paper.hasHeightForWidth():
            room = QSize(width, self.paper.heightForWidth(width))
        self.paper.resize(room)
