# SPDX-License-Identifier: Apache-2.0
"""Notes: text in paragraphs, each behind its portion mark."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Annotated

from reviewer_app.domain.record import Id, Moment, Record, Refers, Searchable
from reviewer_app.domain.seen import as_seen, is_blank


class Note(Record):
    """A reviewer's text, Markdown in paragraphs that each begin with a portion mark. An edit is a new revision."""

    kind = "note"
    case: Annotated[Id, Refers("case")]
    title: Annotated[str, Searchable()]
    body: Annotated[str, Searchable()]
    author: Annotated[Id, Refers("person")]
    written: Moment
    about: Annotated[Id | None, Refers("attachment")] = None
    entered_in_error: str | None = None


@dataclass(frozen=True)
class Paragraph:
    """One paragraph: its portion mark in parentheses, or "" when it has none, and its text without the mark."""

    mark: str
    text: str
    number: int  # from 1

    def listed(self) -> Iterator[str]:
        """The marks that lines of a list in it bear: each is a portion of its own."""
        yield from (begin.mark for begin in map(beginning, self.text.split("\n")) if begin and begin.is_item)

    def begun(self) -> Iterator[str]:
        """The marks with which lines begin outside a list, as if a blank line stood before them."""
        yield from (begin.mark for begin in map(beginning, self.text.split("\n")) if begin and not begin.is_item)


@dataclass(frozen=True)
class Beginning:
    """The mark a line begins with, as it is seen, whether behind the sign of a list, and what follows it."""

    mark: str
    is_item: bool
    rest: str


_MARKED = re.compile(r"\s*(\([A-Z][^()\n]{0,200}\))\s*(.*)\Z", re.DOTALL)
_SYMBOLS = "TS|S|C|CUI|U"
_LEVELS = r"TOP\s+SECRET|SECRET|CONFIDENTIAL|UNCLASSIFIED"
_ALONE = rf"\(\s*(?:{_SYMBOLS})\s*\)"
# A level in capitals; behind a double slash in any letters; with one slash too few; of another country.
_LONGER = (
    rf"\(\s*(?:{_LEVELS}|(?i:{_SYMBOLS}|{_LEVELS})\s*//[^()]{{1,1000}}"
    rf"|(?:{_SYMBOLS}|{_LEVELS})\s*/\s*(?:NF|NOFORN|REL|FOUO|SI|TK|HCS|OC|ORCON|PR|PROPIN|IMC|IMCON|RD|FRD|SAR)\b[^()]{{0,1000}}"
    r"|//[A-Z]{2,4}\s[^()]{1,1000})\s*\)"
)
_BEGINS = re.compile(rf"\s*(?P<item>(?:[-*+]|\d{{1,3}}[.)])\s+)?(?P<mark>{_ALONE}|{_LONGER})")
# Not “finding(S)”, not “(C) 2026 Quay”; but a date behind a mark is a date.
_COPYRIGHT = r"\(\s*C\s*\)\s*(?:19|20)\d\d(?![-./]\d)"
_INSIDE = re.compile(rf"(?<![\w)])(?!{_COPYRIGHT}){_ALONE}|{_LONGER}")


def beginning(line: str) -> Beginning | None:
    """The mark at the beginning of a line; None where it begins with none."""
    seen, places = as_seen(line)
    found = _BEGINS.match(seen)
    return Beginning(found["mark"], bool(found["item"]), line[places[found.end() - 1] + 1 :]) if found else None


def named_marks(text: str) -> Iterator[str]:
    """The marks that stand in the midst of a line or are broken over two, where they mark nothing."""
    seen = as_seen(text)[0]
    for found in _INSIDE.finditer(seen):
        start = seen.rfind("\n", 0, found.start()) + 1
        begin = _BEGINS.match(seen, start, (seen.find("\n", start) + 1 or len(seen) + 1) - 1)
        if not begin or begin.start("mark") != found.start():
            yield " ".join(found[0].split())


def all_marks(text: str) -> Iterator[str]:
    """Every mark in a text, at the beginning of a line or in its midst."""
    lines = text.splitlines()
    yield from (begin.mark for begin in map(beginning, lines) if begin)
    yield from named_marks("\n".join(lines))


def paragraphs(body: str) -> Iterator[Paragraph]:
    """The paragraphs of a text, parted by blank lines; a mark is upper case in parentheses at the very start (P1).

    SECURITY: whatever looks like a new line is one, and a line in which nothing can be seen is blank: no portion is
    swallowed by the one before it.
    """
    blocks = ("\n".join(lines) for blank, lines in groupby(body.splitlines(), is_blank) if not blank)
    for number, block in enumerate(blocks, 1):
        marked = _MARKED.match(block)
        yield Paragraph(marked[1], marked[2].strip(), number) if marked else Paragraph("", block.strip(), number)
