# SPDX-License-Identifier: Apache-2.0
"""Text on the clipboard: kept out of clipboard histories, and taken back when it is still ours.

Fields and editors put text there by Qt's own keys and menus, in several forms and without a hint; `Clipboard` sees it and
puts the plain text in its place.
"""

from PySide6.QtCore import QCoreApplication, QMimeData, QObject, QTimer, Slot
from PySide6.QtGui import QGuiApplication

HINTS = ("x-kde-passwordManagerHint", "ExcludeClipboardContentFromMonitorProcessing")
SECONDS = 60


def digest(text: str) -> bytes:
    from hashlib import sha512  # OpenSSL takes longer to load than the window

    return sha512(text.encode()).digest()


class Clipboard(QObject):
    """Puts text on the clipboard and clears it after a minute, on lock and at the end, unless it was replaced since."""

    def __init__(self, parent: QObject | None = None, seconds: int = SECONDS) -> None:
        super().__init__(parent)
        self._digest = b""
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(seconds * 1000)
        self._timer.timeout.connect(self.clear)
        QGuiApplication.clipboard().dataChanged.connect(self._on_changed)

    @Slot()
    def _on_changed(self) -> None:
        board = QGuiApplication.clipboard()
        if self.is_ours() and board.text() and not board.mimeData().hasFormat(HINTS[0]):
            self.put(board.text())

    def is_ours(self) -> bool:
        """Whether this program put there what is there now."""
        return QGuiApplication.clipboard().ownsClipboard()

    def put(self, text: str) -> None:
        data = QMimeData()
        data.setText(text)
        for hint in HINTS:
            data.setData(hint, b"secret")
        QGuiApplication.clipboard().setMimeData(data)
        self._digest = digest(text)
        self._timer.start()

    @Slot()
    def clear(self) -> None:
        """SECURITY: compares a hash, because the clipboard's own `ownsData` is not reliable on every platform."""
        board = QGuiApplication.clipboard()
        if self._digest and digest(board.text()) == self._digest:
            board.clear()
        self._digest = b""
        self._timer.stop()


def the_clipboard() -> Clipboard:
    """The one Clipboard of the application."""
    app = QCoreApplication.instance()
    board = app.findChild(Clipboard) if app else None
    return board or Clipboard(app)


def copy_text(text: str) -> None:
    """Put text on the clipboard, and take it back in time."""
    the_clipboard().put(text)
