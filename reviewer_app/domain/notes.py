# SPDX-License-Identifier: Apache-2.0
"""Notes: text in paragraphs, each behind its portion mark."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated

from reviewer_app.domain.record import Id, Moment, Record, Refers, Searchable


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


_BLANK_LINE = re.compile(r"\n[ \t]*\n+")
_MARKED = re.compile(r"\s*(\([A-Z][^()\n]{0,200}\))\s*(.*)\Z", re.DOTALL)


def paragraphs(body: str) -> Iterator[Paragraph]:
    """The paragraphs of a text, parted by blank lines; a mark is upper case in parentheses at the very start (P1)."""
    blocks = (block.strip("\n") for block in _BLANK_LINE.split(body.replace("\r\n", "\n")))
    for number, block in enumerate((block for block in blocks if block.strip()), 1):
        marked = _MARKED.match(block)
        yield Paragraph(marked[1], marked[2].strip(), number) if marked else Paragraph("", block.strip(), number)
