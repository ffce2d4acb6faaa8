# SPDX-License-Identifier: Apache-2.0
"""A person's choice of theme and text size, put in force at once; the system is followed where Qt reports it."""

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from reviewer_app.ui import theme
from reviewer_app.ui.tokens import CONTRAST, DARK, LIGHT, THEMES, Tokens

SYSTEM = "system"
SIZES = (80, 90, 100, 115, 130, 150, 175, 200)
"""Text sizes in per cent of the platform's own."""


def system_tokens() -> Tokens:
    """The theme the system asks for; light where Qt does not report one."""
    hints = QGuiApplication.styleHints()
    if hints.accessibility().contrastPreference() == Qt.ContrastPreference.HighContrast:
        return CONTRAST
    return DARK if hints.colorScheme() == Qt.ColorScheme.Dark else LIGHT


class Appearance(QObject):
    """The theme (`system` or a name in `tokens.THEMES`) and the text size in per cent. `changed` says: keep them."""

    changed = Signal()

    def __init__(self, app: QApplication, scheme: str = SYSTEM, percent: int = 100, body: int | None = None) -> None:
        """`body` is the size of 100 % in pixels, the platform's own when not given."""
        super().__init__(app)
        self._app, self._body = app, body or theme.body_size()
        self.scheme = scheme if scheme in THEMES else SYSTEM
        self.percent = percent if percent in SIZES else 100
        hints = QGuiApplication.styleHints()
        hints.colorSchemeChanged.connect(self._follow)
        hints.accessibility().contrastPreferenceChanged.connect(self._follow)
        self._apply()

    def choose_scheme(self, scheme: str) -> None:
        self._put(scheme, self.percent)

    def choose_size(self, percent: int) -> None:
        self._put(self.scheme, percent)

    @Slot()
    def enlarge(self) -> None:
        self._put(self.scheme, min((size for size in SIZES if size > self.percent), default=SIZES[-1]))

    @Slot()
    def reduce(self) -> None:
        self._put(self.scheme, max((size for size in SIZES if size < self.percent), default=SIZES[0]))

    @Slot()
    def reset_size(self) -> None:
        self._put(self.scheme, 100)

    def _put(self, scheme: str, percent: int) -> None:
        if (scheme, percent) != (self.scheme, self.percent):
            self.scheme, self.percent = scheme, percent
            self._apply()
            self.changed.emit()

    @Slot()
    def _follow(self) -> None:
        if self.scheme == SYSTEM:
            self._apply()

    def _apply(self) -> None:
        tokens = THEMES.get(self.scheme) or system_tokens()
        theme.apply(self._app, tokens, round(self._body * self.percent / 100))
