# SPDX-License-Identifier: Apache-2.0
"""The content tree of a memo or report: what stands on the paper, each part with its portion mark and its role."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from reviewer_app.memo.revision import Authority, CuiBlock


class Role(StrEnum):
    """The structure type of a part in a tagged PDF (ISO 32000-1, 14.8.4)."""

    H1 = "H1"
    H2 = "H2"
    P = "P"
    TABLE = "Table"
    LIST_ITEM = "LI"
    FORM = "Form"


@dataclass(frozen=True)
class Span:
    """A piece of text. `quoted` words are somebody else's (a tool's, the developer's, a document's title): the wording
    guard leaves them alone."""

    text: str
    quoted: bool = False
    bold: bool = False
    italic: bool = False


Spans = tuple[Span, ...]

TO, FROM, COPIES = "MEMORANDUM FOR", "FROM:", "cc:"
"""What the lines of a memo's addressees and sender begin with."""


@dataclass(frozen=True)
class Portion:
    """One part that needs a portion mark: the mark in parentheses or "" for none, its words, what to call it, and its
    number in the text the person typed, where it comes from there."""

    mark: str
    spans: Spans
    place: str
    typed: int | None = None


@dataclass(frozen=True)
class Line:
    """A line that carries no portion mark: the date and the address lines."""

    label: str
    text: str
    right: bool = False
    role: ClassVar[Role] = Role.P

    def portions(self) -> Iterator[Portion]:
        return iter(())


@dataclass(frozen=True)
class Subject:
    """The subject line of a memo or the title of a report."""

    mark: str
    spans: Spans
    label: str = "SUBJECT:"
    role: ClassVar[Role] = Role.H1
    place: ClassVar[str] = "The subject"

    def portions(self) -> Iterator[Portion]:
        yield Portion(self.mark, self.spans, self.place)


@dataclass(frozen=True)
class Heading:
    """The numbered heading of a section."""

    mark: str
    label: str
    text: str
    role: ClassVar[Role] = Role.H2

    def portions(self) -> Iterator[Portion]:
        yield Portion(self.mark, (Span(self.text),), f"Heading {self.label.rstrip('.')}")


@dataclass(frozen=True)
class Paragraph:
    """A paragraph: `level` 1 to 4 says how far its first line stands in, `label` its number there (`a.`, `(1)`)."""

    mark: str
    spans: Spans
    level: int = 2
    label: str = ""
    place: str = "A paragraph"
    typed: int | None = None
    role: ClassVar[Role] = Role.P

    def portions(self) -> Iterator[Portion]:
        yield Portion(self.mark, self.spans, self.place, self.typed)


@dataclass(frozen=True)
class Advisory:
    """The fixed paragraph every memo and report carries (EO 14409 sec. 3(c))."""

    mark: str
    text: str
    role: ClassVar[Role] = Role.P

    def portions(self) -> Iterator[Portion]:
        yield Portion(self.mark, (Span(self.text),), "The advisory paragraph")


@dataclass(frozen=True)
class Row:
    """One row of a table; its mark is printed in its first cell."""

    mark: str
    cells: Spans


@dataclass(frozen=True)
class Table:
    """A table with one header row. `widths` are points; `results` names the column that must tell a denominator."""

    mark: str
    caption: str
    header: tuple[str, ...]
    rows: tuple[Row, ...]
    widths: tuple[int, ...]
    alternative: str
    results: int | None = None
    role: ClassVar[Role] = Role.TABLE

    def portions(self) -> Iterator[Portion]:
        name = self.caption.partition(".")[0]
        yield Portion(self.mark, (Span(self.caption),), f"The caption of {name}")
        for number, row in enumerate(self.rows, 1):
            yield Portion(row.mark, row.cells, f"Row {number} of {name}")


@dataclass(frozen=True)
class Item:
    """One entry of a list at the end: an enclosure, a source, an addressee of a copy. `mark` None: needs none."""

    text: str
    mark: str | None = None


@dataclass(frozen=True)
class ItemList:
    """A list at the end of a memo; `numbered` entries are referred to by their number."""

    heading: str
    items: tuple[Item, ...]
    numbered: bool = False
    role: ClassVar[Role] = Role.LIST_ITEM

    def portions(self) -> Iterator[Portion]:
        for number, item in enumerate(self.items, 1):
            if item.mark is not None:
                yield Portion(item.mark, (Span(item.text, quoted=True),), f"Enclosure {number}")


@dataclass(frozen=True)
class Signer:
    """Who is to sign, in which part."""

    name: str
    part: str


@dataclass(frozen=True)
class SignatureBlock:
    """The places for the signatures; kept together with the end of the text."""

    signers: tuple[Signer, ...]
    role: ClassVar[Role] = Role.FORM

    def portions(self) -> Iterator[Portion]:
        return iter(())


Node = Line | Subject | Heading | Paragraph | Advisory | Table | ItemList | SignatureBlock


@dataclass(frozen=True)
class Content:
    """A whole memo or report. `dated` is the date of origin, YYYYMMDD. `authority` and `cui` are printed on page 1
    where the marks call for them. `is_determined`: an answer on whether the model is covered is recorded."""

    title: str
    letterhead: tuple[str, ...]
    nodes: tuple[Node, ...]
    authority: Authority
    cui: CuiBlock
    dated: str
    is_practice: bool
    is_determined: bool

    def portions(self) -> Iterator[Portion]:
        """Every part that needs a portion mark, in reading order (32 CFR 2001.21(c))."""
        for node in self.nodes:
            yield from node.portions()

    def cui_categories(self) -> tuple[str, ...] | None:
        """The CUI categories of the portion marks, sorted; None where no portion is CUI."""
        marks = [portion.mark.strip("()").split("//") for portion in self.portions()]
        following = [parts[parts.index("CUI") + 1 :] for parts in marks if "CUI" in parts]
        named = {name for parts in following for name in "/".join(parts[:1]).split("/") if name}
        return tuple(sorted(named)) if following else None


def joined(spans: Iterable[Span]) -> str:
    """The words of the spans as one text."""
    return "".join(span.text for span in spans)


# --- sections ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Entry:
    """A paragraph before it is numbered; `deeper` 0 is the section's own level."""

    mark: str
    spans: Spans
    deeper: int = 0
    place: str = ""
    typed: int | None = None


class Sections:
    """Numbers sections 1., 2. and their paragraphs a. / (1) / (a), as AR 25-50 and AFH 33-337 do."""

    def __init__(self) -> None:
        self.nodes: list[Node] = []
        self._number = 0

    def add(self, heading: str, entries: Iterable[Entry]) -> None:
        """A section under a generated, unclassified heading. One paragraph all alone gets no letter."""
        self._number += 1
        self.nodes.append(Heading("(U)", f"{self._number}.", heading))
        entries = list(entries)
        counts = [0, 0, 0]
        lettered = len(entries) > 1
        for entry in entries:
            counts[entry.deeper] += 1
            counts[entry.deeper + 1 :] = [0] * (2 - entry.deeper)
            label = _label(entry.deeper, counts[entry.deeper]) if lettered else ""
            place = entry.place or f"Paragraph {self._number}" + (f".{label.rstrip('.')}" if label else "")
            self.nodes.append(Paragraph(entry.mark, entry.spans, 2 + entry.deeper, label, place, entry.typed))


def _label(deeper: int, number: int) -> str:
    return (f"{_letters(number)}.", f"({number})", f"({_letters(number)})")[deeper]


def _letters(number: int) -> str:
    """1 is a, 26 z, 27 aa."""
    text = ""
    while number:
        number, rest = divmod(number - 1, 26)
        text = chr(ord("a") + rest) + text
    return text


# --- typed text ----------------------------------------------------------------------------------------------------

# Markdown emphasis that cannot be arithmetic or a file pattern: the stars touch the words they enclose.
_EMPHASIS = re.compile(r"(?<![\w*\\])(\*\*?)(?=[^\s*])([^*\n]*[^\s*])\1(?![\w*])")


def emphasised(text: str) -> Spans:
    """Typed Markdown: `**bold**` and `*italic*`; everything else stands as it was typed."""
    spans, end = [], 0
    for found in _EMPHASIS.finditer(text):
        if found.start() > end:
            spans.append(Span(text[end : found.start()]))
        spans.append(Span(found[2], bold=len(found[1]) == 2, italic=len(found[1]) == 1))
        end = found.end()
    if end < len(text) or not spans:
        spans.append(Span(text[end:]))
    return tuple(spans)
