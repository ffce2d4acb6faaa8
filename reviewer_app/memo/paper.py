# SPDX-License-Identifier: Apache-2.0
"""The paper a memo is drawn on: measures, embedded fonts, characters made visible, and the canvas."""

import hashlib
import re
import unicodedata
from collections.abc import Container
from datetime import UTC, datetime
from functools import cache
from typing import Any

from pydantic import BaseModel, ConfigDict
from reportlab.lib.utils import TimeStamp
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.pdfgen.textobject import PDFTextObject

from reviewer_app.paths import resource_text, resources

REGULAR, BOLD, ITALIC, BOLD_ITALIC = FACES = (
    "ReviewerSerif-Regular",
    "ReviewerSerif-Bold",
    "ReviewerSerif-Italic",
    "ReviewerSerif-BoldItalic",
)


class Template(BaseModel):
    """The measures of a memo in points, and its colors; see `resources/templates/memo.json` for their sources."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    edition: str
    source: str
    page_width: float
    page_height: float
    margin: float
    font_size: float
    leading: float
    indent: float
    banner_size: float
    banner_from_top: float
    banner_from_bottom: float
    stamp_size: float
    number_from_bottom: float
    letterhead_from_top: float
    date_from_top: float
    signature_width: float
    signature_height: float
    supervisor_from_left: float
    block_size: float
    authority_width: float
    cui_width: float
    table_size: float
    colors: dict[str, str]
    highlight: str
    shade: str

    @property
    def text_width(self) -> float:
        return self.page_width - 2 * self.margin


@cache
def template() -> Template:
    """The template of this installation."""
    return Template.model_validate_json(resource_text("templates/memo.json"))


@cache
def characters() -> frozenset[int]:
    """The code points that every bundled face can draw. Registers the faces on first use."""
    known = []
    for name in FACES:
        file = resources() / "fonts" / f"LiberationSerif-{name.partition('-')[2]}.ttf"
        font = TTFont(name, str(file))
        pdfmetrics.registerFont(font)
        known.append(frozenset(font.face.charToGlyph))
    return frozenset.intersection(*known)


# --- characters ----------------------------------------------------------------------------------------------------

_SPACES = re.compile(r"[ \t\n\r\v\f]+")
_NEVER_SHOWN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
# The layout draws from left to right only, so a right-to-left word would stand reversed.
_RIGHT_TO_LEFT = {"R", "AL"}


def visible(text: str, known: Container[int] | None = None) -> str:
    """The text with every character that would be lost shown by its code, `‹U+202E›`: hidden, control and
    bidirectional ones always; with `known`, also what the font lacks and right-to-left letters. Spaces and line ends
    become one space."""
    text = _even(text)
    codes = {ord(each): f"‹U+{ord(each):04X}›" for each in lost(text, known)}
    return text.translate(codes) if codes else text


def lost(text: str, known: Container[int] | None = None) -> list[str]:
    """The characters of the text that `visible` shows by their codes, each once, in the order of the text."""
    text = _even(text)
    if text.isascii() and text.isprintable():
        return []
    return [each for each in dict.fromkeys(text) if _is_lost(each, known)]


def _even(text: str) -> str:
    return _SPACES.sub(" ", unicodedata.normalize("NFC", text))


def _is_lost(character: str, known: Container[int] | None) -> bool:
    if unicodedata.category(character) in _NEVER_SHOWN:
        return True
    right_to_left = unicodedata.bidirectional(character) in _RIGHT_TO_LEFT
    return known is not None and (right_to_left or ord(character) not in known)


# --- the canvas ----------------------------------------------------------------------------------------------------


class _SpacedText(PDFTextObject):
    """Ends every line with a space, so that words do not run together when the text is extracted or read aloud."""

    def _textOut(self, text: Any, TStar: int = 0) -> None:  # noqa: N802, N803
        # WORKAROUND: a private method of reportlab; the tests extract the text and hold its order.
        if TStar and isinstance(text, str) and text and not text.endswith(" "):
            text += " "
        super()._textOut(text, TStar)  # type: ignore[misc]


class MemoCanvas(Canvas):
    """A canvas that writes the same bytes for the same strokes, and “n of N” without drawing the pages twice."""

    _doc: Any

    def __init__(self, moment: datetime, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        # WORKAROUND: reportlab takes its dates from the environment or the wall clock and its file id from MD5.
        stamp = TimeStamp(1)
        stamp.t = moment.timestamp()
        stamp.lt = moment.astimezone(UTC).timetuple()
        stamp.YMDhms = tuple(stamp.lt)[:6]
        self._doc._timeStamp = stamp
        self._doc.signature = hashlib.sha512()

    def beginText(self, x: float = 0, y: float = 0, *args: Any, **options: Any) -> PDFTextObject:  # noqa: N802
        return _SpacedText(self, x, y, *args, **options)

    def save(self) -> None:
        """Write the number of each page into the form `number1`, … that the page drew, and finish."""
        pages = self.getPageNumber() - 1
        for page in range(1, pages + 1):
            self.beginForm(f"number{page}")
            self.setFont(REGULAR, template().font_size)
            self.drawCentredString(template().page_width / 2, template().number_from_bottom, f"{page} of {pages}")
            self.endForm()
        super().save()
