# SPDX-License-Identifier: Apache-2.0
"""Where the look is decided: tokens, type scale, grid, tinted icons, and how an open window takes a new look."""

import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import TypeVar

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontDatabase,
    QFontInfo,
    QFontMetrics,
    QFontMetricsF,
    QIcon,
    QPainter,
    QPalette,
    QPixmap,
)
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QApplication, QWidget

from reviewer_app.paths import resource_text, resources
from reviewer_app.ui.sheet import sheet
from reviewer_app.ui.tokens import LIGHT, Tokens

STEPS = (1.0, 1.15, 1.4, 1.8)
"""Type scale over the body size: body, section heading, card title, page title."""
TIGHT, GAP, GROUP, EDGE = 4, 8, 16, 24
"""The 4 px grid: inside a group, between controls, between groups, at page edges."""
MEDIUM, STRONG = 500, 600
DRAWN = 13
"""The body size in pixels at which every width and height in the code is stated."""
BUNDLED = ("Inter-Regular.otf", "Inter-Medium.otf", "Inter-SemiBold.otf", "DejaVuSansMono.ttf")
PROBE, PROBE_WIDTH = "26 Nov 2026 09:00 EST, partner release", 251.75  # pixels in Inter at 13 px


# --- the look in force ---------------------------------------------------------------------------------------------


@dataclass
class Look:
    """The look in force. A QApplication has one palette, one font and one style sheet, so there is one of these."""

    tokens: Tokens = LIGHT
    base: int = DRAWN
    breadth: float = 1.0  # how much wider the face in force runs than the one the widths were drawn with
    fonts: dict[tuple[int, int, bool], tuple[QFont, QFontMetrics]] = field(default_factory=dict)
    inks: dict[str, QColor] = field(default_factory=dict)
    icons: dict[tuple[str, str, int], QIcon] = field(default_factory=dict)


LOOK = Look()

W = TypeVar("W", bound=QWidget)


def styled(widget: W, how: Callable[[W], object]) -> W:
    """Do `how(widget)` now and again whenever theme or text size change; returns the widget.

    Everything that depends on `em`, `wide`, `font`, `icon` or `colour` belongs in such a function. It must not capture
    the widget (take it as the argument), or the two keep each other alive.
    """
    widget.__dict__.setdefault("styles", []).append(how)
    how(widget)
    return widget


def apply(app: QApplication, tokens: Tokens = LIGHT, base: int = DRAWN) -> None:
    """Put a theme and a body size in pixels in force; every open window follows at once."""
    _load_faces()
    LOOK.tokens, LOOK.base = tokens, base
    LOOK.inks.clear()
    LOOK.fonts.clear()
    LOOK.icons.clear()
    app.setStyle("Fusion")
    app.setPalette(palette(tokens))
    app.setFont(font())
    LOOK.breadth = max(1.0, QFontMetricsF(font()).horizontalAdvance(PROBE) / (PROBE_WIDTH * base / DRAWN))
    app.setStyleSheet(sheet(tokens, resources() / "icons", em(16)))
    for widget in app.allWidgets():
        for how in widget.__dict__.get("styles", ()):
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
    return ("DejaVu Sans Mono", "Liberation Mono") if mono else ("Inter", "Noto Sans", "Liberation Sans", "DejaVu Sans")


@cache
def _load_faces() -> None:
    if sys.platform not in ("win32", "darwin"):
        for name in BUNDLED:
            QFontDatabase.addApplicationFont(str(resources() / "fonts" / name))


# --- icons ---------------------------------------------------------------------------------------------------------


def icon(name: str, tone: str = "soft", size: int = 20) -> QIcon:
    """A line icon in the ink of a token; its Selected pixmap is legible on a selected row."""
    key = (name, tone, size)
    if key not in LOOK.icons:
        made = QIcon()
        chosen = "on_selection" if LOOK.tokens.is_hard else tone
        for mode, ink in ((QIcon.Mode.Normal, tone), (QIcon.Mode.Active, tone), (QIcon.Mode.Selected, chosen)):
            for scale in (1, 2, 3):
                made.addPixmap(_draw(resource_text(f"icons/{name}.svg"), colour(ink).name(), size, scale), mode)
        LOOK.icons[key] = made
    return LOOK.icons[key]


def _draw(source: str, ink: str, size: int, scale: int) -> QPixmap:
    picture = QPixmap(size * scale, size * scale)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    svg = QSvgRenderer(QByteArray(source.replace("currentColor", ink).encode()))
    svg.render(painter, QRectF(0, 0, size * scale, size * scale))
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
