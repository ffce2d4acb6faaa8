# SPDX-License-Identifier: Apache-2.0
"""What a person typed, before it becomes part of a record: every character can be seen, and nothing is endless."""

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
    """A text of any length as it is. Raises EntryError for half a character, which no vault and no file can keep."""
    try:
        text.encode()
    except UnicodeEncodeError as error:
        code = f"U+{ord(text[error.start]):04X}"
        raise EntryError(field=name, reason=f"it holds half a character ({code}); delete it, then save again") from None
    return text


def dated(name: str, moment: datetime) -> datetime:
    """A moment of a year that a case can have. Raises EntryError for the field `name`."""
    if moment.year not in YEARS:
        raise EntryError(field=name, reason=f"the year lies outside {YEARS[0]} to {YEARS[-1]}; check it")
    return moment


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
