# SPDX-License-Identifier: Apache-2.0
"""Where the look is decided: tokens, type scale, grid, tinted icons, and how an open window takes a new look."""

import sys
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, TypeVar
from weakref import WeakSet

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontDatabase,
    QFontInfo,
    QFontMetrics,
    QFontMetricsF,
    QPainter,
    QPalette,
    QPixmap,
)
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QApplication, QWidget
from shiboken6 import isValid

from reviewer_app.paths import resource_text, resources
from reviewer_app.ui.sheet import sheet
from reviewer_app.ui.tokens import LIGHT, Tokens

if TYPE_CHECKING:  # the unlock window shows pictures, and no button with an icon
    from PySide6.QtGui import QIcon

STEPS = (1.0, 1.15, 1.4, 1.8)
"""Type scale over the body size: body, section heading, card title, page title."""
TIGHT, GAP, GROUP, EDGE = 4, 8, 16, 24
"""The 4 px grid: inside a group, between controls, between groups, at page edges."""
MEDIUM, STRONG = 500, 600
DRAWN = 13
"""The body size in pixels at which every width and height in the code is stated."""
STYLE = "Fusion"
TEXT_FACES = ("Inter-Regular.otf", "Inter-Medium.otf", "Inter-SemiBold.otf")
MONO_FACES = ("DejaVuSansMono.ttf",)
PROBE, PROBE_WIDTH = "26 Nov 2026 09:00 EST, partner release", 251.75  # pixels in Inter at 13 px


def application(program: str) -> QApplication:
    """The application in the style that the themes are drawn on.

    Named here, the style costs nothing; `QApplication.setStyle` loads the largest class of Qt to hand it back.
    """
    app = QApplication([program, "-style", STYLE])
    app.setProperty("style", STYLE)
    return app


# --- the look in force ---------------------------------------------------------------------------------------------


class Look:
    """The look in force. A QApplication has one palette, one font and one style sheet, so there is one of these."""

    def __init__(self) -> None:
        self.tokens, self.base = LIGHT, DRAWN
        self.breadth = 1.0  # how much wider the face in force runs than the one the widths were drawn with
        self.fonts: dict[tuple[int, int, bool], tuple[QFont, QFontMetrics]] = {}
        self.inks: dict[str, QColor] = {}
        self.icons: dict[tuple[str, str, int], QIcon] = {}
        self.pictures: dict[tuple[str, str, int, float], QPixmap] = {}
        # Not QApplication.allWidgets: it hands out Qt's own parts too, which can be gone before Python hears of it.
        self.followers: WeakSet[QWidget] = WeakSet()

    def take(self, tokens: Tokens, base: int) -> None:
        """Another theme or size: nothing drawn before holds any more."""
        self.tokens, self.base = tokens, base
        for drawn_before in (self.fonts, self.inks, self.icons, self.pictures):
            drawn_before.clear()


LOOK = Look()

W = TypeVar("W", bound=QWidget)


def styled(widget: W, how: Callable[[W], object]) -> W:
    """Do `how(widget)` now and again whenever theme or text size change; returns the widget.

    Everything that depends on `em`, `wide`, `font`, `icon` or `colour` belongs in such a function. It must not capture
    the widget (take it as the argument), or the two keep each other alive.
    """
    widget.__dict__.setdefault("styles", []).append(how)
    LOOK.followers.add(widget)
    how(widget)
    return widget


def apply(app: QApplication, tokens: Tokens = LIGHT, base: int = DRAWN) -> None:
    """Put a theme and a body size in pixels in force; every open window follows at once."""
    LOOK.take(tokens, base)
    if app.property("style") != STYLE:
        app.setStyle(STYLE)
        app.setProperty("style", STYLE)
    app.setPalette(palette(tokens))
    app.setFont(font())
    LOOK.breadth = max(1.0, QFontMetricsF(font()).horizontalAdvance(PROBE) / (PROBE_WIDTH * base / DRAWN))
    app.setStyleSheet(sheet(tokens, resources() / "icons", em(16)))
    for widget in tuple(LOOK.followers):
        if isValid(widget):
            for how in widget.__dict__["styles"]:
                how(widget)
            widget.updateGeometry()


def em(pixels: float) -> int:
    """A height or icon drawn at 13 px body text, scaled to the text size in force."""
    return round(pixels * LOOK.base / DRAWN)


def wide(pixels: float) -> int:
    """A width that holds words: scaled to the text size and to the face in force."""
    return round(em(pixels) * LOOK.breadth)


def colour(name: str) -> QColor:
    """The colour of a token, or of a literal `#rrggbb`; shared, so do not change it."""
    if name not in LOOK.inks:
        LOOK.inks[name] = QColor(name if name.startswith("#") else getattr(LOOK.tokens, name))
    return LOOK.inks[name]


# --- type ----------------------------------------------------------------------------------------------------------


def body_size() -> int:
    """The platform's own text size in pixels, never below 13."""
    return max(DRAWN, QFontInfo(QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont)).pixelSize())


def font(step: int = 0, weight: int = 400, mono: bool = False) -> QFont:
    """The face in force at a step of the scale. Monospace is for hashes, ids and logs only."""
    return QFont(face_of(step, weight, mono)[0])


def face_of(step: int = 0, weight: int = 400, mono: bool = False) -> tuple[QFont, QFontMetrics]:
    """The shared face and its metrics, for painting; do not change them."""
    key = (step, weight, mono)
    if key not in LOOK.fonts:
        face = QFont(list(_families(mono)))
        face.setPixelSize(round(LOOK.base * STEPS[step] * (0.93 if mono else 1)))
        face.setWeight(QFont.Weight(weight))
        face.setFeature(QFont.Tag("tnum"), 1)  # tabular figures where the face has them
        face.setFeature(QFont.Tag("calt"), 0)  # or Inter turns "1x2" and "->" into other glyphs
        face.setHintingPreference(QFont.HintingPreference.PreferNoHinting)  # vertical hinting spreads letters
        LOOK.fonts[key] = face, QFontMetrics(face)
    return LOOK.fonts[key]


def _families(mono: bool) -> tuple[str, ...]:
    """Bundled faces on Linux, so that every machine shows the same; the platform's own elsewhere."""
    if sys.platform in ("win32", "darwin"):
        kind = QFontDatabase.SystemFont.FixedFont if mono else QFontDatabase.SystemFont.GeneralFont
        return (QFontDatabase.systemFont(kind).family(),)
    _load_faces(MONO_FACES if mono else TEXT_FACES)
    return ("DejaVu Sans Mono", "Liberation Mono") if mono else ("Inter", "Noto Sans", "Liberation Sans", "DejaVu Sans")


@cache
def _load_faces(names: tuple[str, ...]) -> None:
    for name in names:
        QFontDatabase.addApplicationFont(str(resources() / "fonts" / name))


# --- icons ---------------------------------------------------------------------------------------------------------


def icon(name: str, tone: str = "soft", size: int = 20) -> "QIcon":
    """A line icon in the ink of a token; its Selected pixmap is legible on a selected row."""
    from PySide6.QtGui import QIcon

    key = (name, tone, size)
    if key not in LOOK.icons:
        made = QIcon()
        chosen = "on_selection" if LOOK.tokens.is_hard else tone
        for mode, ink in ((QIcon.Mode.Normal, tone), (QIcon.Mode.Active, tone), (QIcon.Mode.Selected, chosen)):
            for scale in (1.0, 2.0, 3.0):
                made.addPixmap(drawn(name, ink, size, scale), mode)
        LOOK.icons[key] = made
    return LOOK.icons[key]


def drawn(name: str, tone: str, size: int, scale: float) -> QPixmap:
    """A line icon in the ink of a token, `size` pixels wide on a screen of this device pixel ratio; shared."""
    key = (name, tone, size, scale)
    if key not in LOOK.pictures:
        LOOK.pictures[key] = _draw(resource_text(f"icons/{name}.svg"), colour(tone).name(), size, scale)
    return LOOK.pictures[key]


def _draw(source: str, ink: str, size: int, scale: float) -> QPixmap:
    pixels = round(size * scale)
    picture = QPixmap(pixels, pixels)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    svg = QSvgRenderer(QByteArray(source.replace("currentColor", ink).encode()))
    svg.render(painter, QRectF(0, 0, pixels, pixels))
    painter.end()
    picture.setDevicePixelRatio(scale)
    return picture


def palette(t: Tokens) -> QPalette:
    """The colours of everything the style sheet does not reach."""
    roles, made = QPalette.ColorRole, QPalette()
    pairs = (
        (roles.Window, t.window),
        (roles.WindowText, t.text),
        (roles.Base, t.surface),
        (roles.AlternateBase, t.sunken),
        (roles.Text, t.text),
        (roles.Button, t.surface),
        (roles.ButtonText, t.text),
        (roles.Highlight, t.selection),
        (roles.HighlightedText, t.on_selection),
        (roles.Accent, t.accent),
        (roles.Link, t.accent),
        (roles.ToolTipBase, t.surface),
        (roles.ToolTipText, t.text),
        (roles.PlaceholderText, t.soft),
    )
    for role, value in pairs:
        made.setColor(role, QColor(value))
    for role in (roles.ButtonText, roles.Text, roles.WindowText):
        made.setColor(QPalette.ColorGroup.Disabled, role, QColor(t.soft))
    return made
