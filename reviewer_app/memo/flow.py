# SPDX-License-Identifier: Apache-2.0
"""Turns the parts of a content tree into paragraphs and tables that flow over the pages."""

from collections.abc import Iterable, Iterator
from functools import cache, singledispatch
from itertools import groupby
from typing import Any, cast

from reportlab.lib.colors import HexColor, black
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, KeepInFrame, Paragraph, Spacer
from reportlab.platypus import Table as Grid
from reportlab.platypus.paraparser import ParaFrag

from reviewer_app.memo.content import (
    Advisory,
    Content,
    Heading,
    ItemList,
    Line,
    Node,
    SignatureBlock,
    Span,
    Subject,
    Table,
    joined,
)
from reviewer_app.memo.content import Paragraph as TextParagraph
from reviewer_app.memo.paper import BOLD, BOLD_ITALIC, ITALIC, REGULAR, characters, template, visible

UNMARKED = "(unmarked)"
# Without it every cell would name Helvetica, which is not embedded.
_OWN_FONT = ("FONTNAME", (0, 0), (-1, -1), REGULAR)
_TWO_SPACES = "\N{NO-BREAK SPACE} "


def flowables(content: Content) -> list[Flowable]:
    """Everything between the letterhead and the last page's foot."""
    return [flowable for node in content.nodes for flowable in _drawn(node)]


def text(spans: Iterable[Span], style: ParagraphStyle) -> Paragraph:
    """A paragraph of finished fragments. SECURITY: reportlab's markup parser never sees the text."""
    return Paragraph("", style, frags=_fragments(spans, style))


class Entered(Paragraph):
    """A heading that stands in the outline, under a title at a level."""

    def __init__(self, spans: Iterable[Span], look: ParagraphStyle, title: str, level: int) -> None:
        super().__init__("", look, frags=_fragments(spans, look))
        self.title, self.level = title, level


def _fragments(spans: Iterable[Span], look: ParagraphStyle) -> list[ParaFrag]:
    """One fragment for each run of spans that look alike; a paragraph of one fragment is laid out in a third of the
    time."""
    runs = groupby(spans, key=lambda span: (span.bold, span.italic))
    return [_fragment(joined(run), look, *emphasis) for emphasis, run in runs]


def _fragment(words: str, look: ParagraphStyle, bold: bool, italic: bool) -> ParaFrag:
    face = {(False, False): look.fontName, (True, False): BOLD, (False, True): ITALIC, (True, True): BOLD_ITALIC}
    return ParaFrag(
        text=visible(words, characters()),
        fontName=face[bold, italic],
        fontSize=look.fontSize,
        textColor=look.textColor,
        rise=0,
        greek=0,
        link=[],
        us_lines=[],
        bold=bold,
        italic=italic,
    )


@cache
def style(**changes: Any) -> ParagraphStyle:
    """The body style with changes: ragged right, a blank line between, at least two lines each side of a break."""
    measures = template()
    body = ParagraphStyle("body", fontName=REGULAR, bulletFontName=REGULAR, fontSize=measures.font_size)
    body.leading = measures.leading
    body.spaceAfter = measures.leading
    body.allowWidows = body.allowOrphans = 0
    for name, value in changes.items():
        setattr(body, name, HexColor(value) if name == "backColor" else value)
    return body


def _marked(mark: str, **changes: Any) -> ParagraphStyle:
    """The style of a portion; one without a mark is highlighted, which only a draft can show."""
    return style(**changes) if mark else style(backColor=template().highlight, **changes)


def _mark(mark: str) -> Span:
    return Span(f"{mark} ") if mark else Span(f"{UNMARKED} ", bold=True)


def _hanging(label: str) -> dict[str, float]:
    """Later lines stand under the first word after the label."""
    width = stringWidth(f"{label}{_TWO_SPACES}", BOLD, template().font_size) if label else 0
    return {"leftIndent": width, "firstLineIndent": -width}


# --- each kind of part ---------------------------------------------------------------------------------------------


@singledispatch
def _drawn(node: Node) -> Iterator[Flowable]:
    raise TypeError(type(node).__name__)


@_drawn.register
def _line(node: Line) -> Iterator[Flowable]:
    if node.right:
        yield text([Span(node.text)], style(alignment=2, spaceAfter=2 * template().leading))
    else:
        spans = [Span(f"{node.label}{_TWO_SPACES}", bold=True), Span(node.text)]
        yield text(spans, style(**_hanging(node.label)))


@_drawn.register
def _subject(node: Subject) -> Iterator[Flowable]:
    words = [Span(span.text, bold=True, italic=span.italic) for span in (_mark(node.mark), *node.spans)]
    spans = [Span(f"{node.label}{_TWO_SPACES}", bold=True), *words]
    title = visible(f"{node.mark or UNMARKED} {joined(node.spans)}")
    yield Entered(spans, _marked(node.mark, **_hanging(node.label)), title, 0)


@_drawn.register
def _heading(node: Heading) -> Iterator[Flowable]:
    spans = [Span(f"{node.label}{_TWO_SPACES}"), _mark(node.mark), Span(f"{node.text}.", bold=True)]
    yield Entered(spans, style(keepWithNext=1), f"{node.label} {node.mark} {node.text}", 1)


@_drawn.register
def _paragraph(node: TextParagraph) -> Iterator[Flowable]:
    label = [Span(f"{node.label}{_TWO_SPACES}")] if node.label else []
    indent = (node.level - 1) * template().indent
    yield text([*label, _mark(node.mark), *node.spans], _marked(node.mark, firstLineIndent=indent))


@_drawn.register
def _advisory(node: Advisory) -> Iterator[Flowable]:
    # Kept with the signatures behind it, so that they never stand alone on a page.
    yield text([_mark(node.mark), Span(node.text)], style(firstLineIndent=template().indent, keepWithNext=1))


@_drawn.register
def _table(node: Table) -> Iterator[Flowable]:
    size = template().table_size
    small = {"fontSize": size, "leading": size + 2, "spaceAfter": 0}
    cell, head = style(**small), style(**small, fontName=BOLD)
    caption = [_mark(node.mark), Span(node.caption, bold=True)]
    yield text(caption, style(keepWithNext=1, spaceAfter=4, fontSize=size + 1))
    rows: list[list[Flowable]] = [[text([Span(title)], head) for title in node.header]]
    for row in node.rows:
        first = text([_mark(row.mark), row.cells[0]], _marked(row.mark, **small))
        rows.append([first, *(text([each], cell) for each in row.cells[1:])])
    yield Grid(
        rows,
        colWidths=node.widths,
        repeatRows=1,
        splitInRow=1,
        hAlign="LEFT",
        spaceAfter=template().leading,
        style=[
            _OWN_FONT,
            ("GRID", (0, 0), (-1, -1), 0.5, black),
            ("BACKGROUND", (0, 0), (-1, 0), HexColor(template().shade)),
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            *((name, (0, 0), (-1, -1), 4) for name in ("LEFTPADDING", "RIGHTPADDING")),
            *((name, (0, 0), (-1, -1), 2.5) for name in ("TOPPADDING", "BOTTOMPADDING")),
        ],
    )


@_drawn.register
def _list(node: ItemList) -> Iterator[Flowable]:
    yield text([Span(node.heading)], style(keepWithNext=1, spaceAfter=0))
    for number, item in enumerate(node.items, 1):
        label = [Span(f"{number}.{_TWO_SPACES}")] if node.numbered else []
        mark = [] if item.mark is None else [_mark(item.mark)]
        look = style(spaceAfter=0) if item.mark is None else _marked(item.mark, spaceAfter=0)
        yield text([*label, *mark, Span(item.text)], look)
    yield Spacer(0, template().leading)


@_drawn.register
def _signatures(node: SignatureBlock) -> Iterator[Flowable]:
    """One free field for each signer, with the name in capitals and the part beneath."""
    measures = template()
    rows: list[list[object]] = [["" for _ in node.signers], []]
    for signer in node.signers:
        name = signer.name.upper() or "\N{NO-BREAK SPACE}"  # a place to write it by hand
        rows[1].append([text([Span(name)], style(spaceAfter=0)), text([Span(signer.part)], style(spaceAfter=0))])
    widths = [measures.supervisor_from_left - measures.margin, measures.signature_width]
    yield Grid(
        rows,
        colWidths=widths,
        rowHeights=[measures.signature_height, None],
        hAlign="LEFT",
        spaceAfter=measures.leading,
        style=[_OWN_FONT, *((name, (0, 0), (-1, -1), 0) for name in ("LEFTPADDING", "RIGHTPADDING", "TOPPADDING"))],
    )


# --- the blocks of page 1 ------------------------------------------------------------------------------------------


def block(lines: Iterable[tuple[str, str]], width: float) -> Flowable:
    """Labelled lines in a narrow column; shrunk where an office's texts would fill more than a third of the page."""
    size = template().block_size
    look = style(fontSize=size, leading=size + 2, spaceAfter=0)
    column: list[Flowable] = [text([Span(f"{label} ", bold=True), Span(value)], look) for label, value in lines]
    frame = KeepInFrame(width, template().page_height / 3, column, mode="shrink")
    frame.width, frame.height = frame.wrapOn(cast(Canvas, None), width, template().page_height)
    return frame


def authority_lines(content: Content) -> Iterator[tuple[str, str]]:
    """32 CFR 2001.21(a) for an original decision, 2001.22 for a derivative one, which has no reason line."""
    authority = content.authority
    yield "Classified By:", authority.classified_by
    if authority.derived_from:
        yield "Derived From:", authority.derived_from
    if authority.reason:
        yield "Reason:", authority.reason
    yield "Declassify On:", authority.declassify_on
    yield "Date of origin:", content.dated


def cui_lines(content: Content) -> Iterator[tuple[str, str]]:
    """The CUI designation indicator; never portion-marked."""
    cui = content.cui
    yield "Controlled by:", cui.controlled_by
    yield "CUI category:", cui.category or ", ".join(content.cui_categories() or ())
    if cui.dissemination:
        yield "LDC:", cui.dissemination
    yield "POC:", cui.contact
