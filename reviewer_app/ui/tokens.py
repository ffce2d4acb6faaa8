# SPDX-License-Identifier: Apache-2.0
"""The colours of the three themes, and the contrast they are held to."""

from typing import NamedTuple


class Tokens(NamedTuple):
    """The colours of one theme, `#rrggbb` each, named for what they do."""

    name: str
    window: str  # page behind everything
    surface: str  # tables, fields, cards
    sunken: str  # side bar, status bar, headers of tables
    hover: str
    line: str  # hairlines that only decorate
    control: str  # outlines that carry meaning: fields, buttons, check boxes
    text: str
    soft: str  # second voice: names of values, who and when
    accent: str  # selection, focus, main action
    on_accent: str
    selection: str
    on_selection: str
    attention: str  # a person should look
    attention_fill: str
    danger: str  # data loss and errors only, never a case, a developer or a result
    danger_fill: str

    @property
    def is_hard(self) -> bool:
        """The selection is filled with the accent, so that only one ink is legible on it."""
        return self.selection == self.accent


# fmt: off
LIGHT = Tokens("light", "#f7f8f9", "#ffffff", "#eff1f3", "#e8ebee", "#dfe3e7", "#7f8893", "#1b2026", "#56606b",
               "#2459a9", "#ffffff", "#dfe9f7", "#1b2026", "#7d4b00", "#fdf3dc", "#b3261e", "#fcebea")
DARK = Tokens("dark", "#191b1e", "#202327", "#151719", "#2a2e33", "#32373d", "#757f8a", "#e7e9ec", "#a9b2bc",
              "#86b4f2", "#0d1b2e", "#2a3d57", "#f2f5f8", "#f0c674", "#352c18", "#ff9a91", "#3b2322")
CONTRAST = Tokens("high contrast", "#000000", "#000000", "#000000", "#26262b", "#ffffff", "#ffffff", "#ffffff",
                  "#ffffff", "#5ce1ff", "#000000", "#5ce1ff", "#000000", "#ffd75e", "#000000", "#ff9c96", "#000000")
# fmt: on
THEMES = {tokens.name: tokens for tokens in (LIGHT, DARK, CONTRAST)}


def blend(over: str, under: str, share: float) -> str:
    """`over` laid over `under` with this share of opacity, all `#rrggbb`."""
    pairs = ((int(over[i : i + 2], 16), int(under[i : i + 2], 16)) for i in (1, 3, 5))
    return "#" + "".join(f"{round(a * share + b * (1 - share)):02x}" for a, b in pairs)


def is_light(value: str) -> bool:
    """Black ink is more legible than white on this colour."""
    return luminance(value) > 0.179  # where both have the same contrast


# --- contrast ------------------------------------------------------------------------------------------------------


def luminance(value: str) -> float:
    """Relative luminance of `#rrggbb` (WCAG 2.2)."""
    parts = [int(value[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def ratio(one: str, two: str) -> float:
    """Contrast of two colours, 1 to 21 (WCAG 2.2)."""
    low, high = sorted((luminance(one), luminance(two)))
    return (high + 0.05) / (low + 0.05)


def contrast_report(t: Tokens) -> list[tuple[str, float, float]]:
    """(what, ratio, needed) for the pairs of colours that meet on screen: 4.5 for words, 3 for outlines and rings."""
    papers, inks = ("window", "surface", "sunken"), ("text", "soft", "accent", "attention", "danger")
    words = [(ink, paper) for ink in inks for paper in papers]
    words += [(ink, "hover") for ink in ("text", "soft", "accent")]
    words += [("text", "attention_fill"), ("accent", "attention_fill"), ("attention", "attention_fill")]
    words += [("text", "danger_fill"), ("danger", "danger_fill"), ("accent", "danger_fill")]
    words += [("on_accent", "accent"), ("on_selection", "selection")]
    if not t.is_hard:  # quiet words keep their tone on a selected row
        words += [("soft", "selection"), ("attention", "selection"), ("danger", "selection")]
    lines = [(ink, paper) for ink in ("control", "accent", "danger") for paper in papers]
    lines += [("on_selection" if t.is_hard else "accent", "selection"), ("on_accent", "accent")]
    return [
        (f"{ink} on {paper}", ratio(getattr(t, ink), getattr(t, paper)), needed)
        for pairs, needed in ((words, 4.5), (lines, 3.0))
        for ink, paper in pairs
    ]
