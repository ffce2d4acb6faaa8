# SPDX-License-Identifier: Apache-2.0
"""What a person typed, before it becomes part of a record: every character can be seen, and nothing is endless."""

import re
import unicodedata
from datetime import datetime

from reviewer_app.errors import EntryError

NAME, LINE, WORDS = 80, 200, 10_000
"""Longest texts, in characters: a name that stands in tables, one line, a few lines of words."""

UNSEEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Unicode categories of what takes no ink, or turns the reading direction around: controls, formats, surrogates."""

YEARS = range(2000, 2101)


def line(name: str, text: str, longest: int = LINE) -> str:
    """One line of words without space around it; a line break that came with a paste is a space.

    Raises EntryError for the field `name` when a character of it cannot be seen, or it is too long.
    """
    return _checked(name, text.replace("\r\n", " ").translate(_BREAKS), longest)


def words(name: str, text: str) -> str:
    """A few lines of words. Raises EntryError as `line`."""
    return _checked(name, text.replace("\r\n", "\n"), WORDS, allowed="\n\t")


def whole(name: str, text: str) -> str:
    """A text of any length as it is. Raises EntryError for half a character, which no vault and no file can keep, and
    for a control that makes a reader see another text than the one that is kept (CVE-2021-42574)."""
    if unfit := _UNFIT.search(text):
        code, what = ord(unfit[0]), "a character that cannot be seen"
        if 0xD800 <= code <= 0xDFFF:
            what = "half a character"
        before = " ".join(text[: unfit.start()].split())[-20:].strip()
        where = f" behind “{before}”" if before else " at its beginning"
        raise EntryError(field=name, reason=f"it holds {what} (U+{code:04X}){where}; delete it, then save again")
    return text


def dated(name: str, moment: datetime) -> datetime:
    """A moment of a year that a case can have. Raises EntryError for the field `name`."""
    if moment.year not in YEARS:
        raise EntryError(field=name, reason=f"the year lies outside {YEARS[0]} to {YEARS[-1]}; check it")
    return moment


# Controls that are no white space, those that turn the reading direction around, surrogates.
_UNFIT = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_BREAKS = str.maketrans(dict.fromkeys("\r\n\t", " "))


def _checked(name: str, text: str, longest: int, allowed: str = "") -> str:
    text = text.strip()
    for character in text:
        if character not in allowed and unicodedata.category(character) in UNSEEN:
            code = f"U+{ord(character):04X}"
            raise EntryError(field=name, reason=f"it holds a character that cannot be seen ({code}); type it again")
    if len(text) > longest:
        raise EntryError(field=name, reason=f"it has {len(text):,} characters of at most {longest:,}; shorten it")
    return text
