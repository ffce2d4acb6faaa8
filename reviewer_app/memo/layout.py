# SPDX-License-Identifier: Apache-2.0
"""Draws a content tree as a PDF: banner and stamp on every page, the blocks of page 1, text, tables, signatures.

SECURITY: text reaches reportlab as finished fragments, never as its paragraph markup, so nothing a person typed or a
file said can become a tag, a link, an image or a local file.
"""

import io
from datetime import datetime
from functools import partial
from itertools import count
from typing import Any

from reportlab.lib.colors import HexColor, black
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Flowable, Frame, NextPageTemplate, PageTemplate

from reviewer_app.memo.content import Content
from reviewer_app.memo.flow import Entered, authority_lines, block, cui_lines, flowables
from reviewer_app.memo.paper import BOLD, REGULAR, MemoCanvas, characters, template, visible

LEVELS = ("TOP SECRET", "SECRET", "CONFIDENTIAL")


def render(content: Content, *, banner: str, stamp: str | None, moment: datetime) -> tuple[bytes, int]:
    """The PDF of the content and its pages. `banner` is the marking of the whole, `stamp` a second line such as DRAFT, `moment` the
    revision's, which becomes the file's date. The same arguments always give the same bytes."""
    characters()
    target = io.BytesIO()
    document = _Document(target, content, banner, stamp)
    document.build([NextPageTemplate("later"), *flowables(content)], canvasmaker=partial(_canvas, moment))
    return target.getvalue(), document.page


def is_classified(banner: str) -> bool:
    """Whether the banner's level is one of the classified ones."""
    return banner.partition("//")[0] in LEVELS


def _canvas(moment: datetime, *args: Any, **options: Any) -> MemoCanvas:
    return MemoCanvas(moment, *args, **options)


class _Document(BaseDocTemplate):
    def __init__(self, target: io.BytesIO, content: Content, banner: str, stamp: str | None) -> None:
        measures = template()
        super().__init__(
            target,
            pagesize=(measures.page_width, measures.page_height),
            title=visible(content.title),
            author=visible(" ".join(content.letterhead)),
            creator="Reviewer",
            subject=banner,
            lang="en-US",
            invariant=1,
            initialFontName=REGULAR,
        )
        self.banner, self.stamp, self.content = banner, stamp, content
        self.parts = count(1)
        self.blocks = _blocks(content, banner)
        top = max(measures.date_from_top - measures.font_size, self._letterhead_end())
        foot = max((height for _, _, height in self.blocks), default=-measures.leading) + measures.leading
        self.addPageTemplates(
            [
                PageTemplate("first", [self._frame(top, measures.margin + foot)], onPage=self._first_page),
                PageTemplate("later", [self._frame(measures.margin, measures.margin)], onPage=self._page),
            ]
        )

    def _frame(self, top: float, bottom: float) -> Frame:
        measures = template()
        height = measures.page_height - top - bottom
        return Frame(measures.margin, bottom, measures.text_width, height, 0, 0, 0, 0)

    def _letterhead_start(self) -> float:
        return template().letterhead_from_top + (template().stamp_size + 3 if self.stamp else 0)

    def _letterhead_end(self) -> float:
        return self._letterhead_start() + len(self.content.letterhead) * template().leading

    def _first_page(self, canvas: Canvas, document: BaseDocTemplate) -> None:
        self._page(canvas, document)
        measures = template()
        canvas.setFont(BOLD, measures.font_size)
        start = measures.page_height - self._letterhead_start()
        for number, line in enumerate(self.content.letterhead):
            text = visible(line, characters())
            canvas.drawCentredString(measures.page_width / 2, start - number * measures.leading, text)
        for left, column, height in self.blocks:
            column.drawOn(canvas, left, measures.margin)
            canvas.setLineWidth(0.5)
            canvas.line(left, measures.margin + height + 4, left + column.width, measures.margin + height + 4)

    def _page(self, canvas: Canvas, _document: BaseDocTemplate) -> None:
        measures = template()
        top = measures.page_height - measures.banner_from_top
        self._draw_banner(canvas, top, upward=False)
        self._draw_banner(canvas, measures.banner_from_bottom, upward=True)
        # Room for this page's number, which the canvas writes when the count is known.
        canvas.doForm(f"number{canvas.getPageNumber()}")

    def _draw_banner(self, canvas: Canvas, y: float, *, upward: bool) -> None:
        measures = template()
        middle = measures.page_width / 2
        canvas.setFillColor(HexColor(measures.colors.get(self.banner.partition("//")[0], "#000000")))
        canvas.setFont(BOLD, _fitting(self.banner, measures.page_width - measures.margin))
        canvas.drawCentredString(middle, y, self.banner)
        canvas.setFillColor(black)
        if self.stamp:
            canvas.setFont(BOLD, measures.stamp_size)
            above = measures.number_from_bottom - measures.banner_from_bottom + measures.stamp_size + 4
            canvas.drawCentredString(middle, y + above if upward else y - measures.stamp_size - 3, self.stamp)

    def afterFlowable(self, flowable: Flowable) -> None:  # noqa: N802
        """Headings become the outline, which readers use to find their way."""
        if isinstance(flowable, Entered):
            key = f"part{next(self.parts)}"
            self.canv.bookmarkPage(key)
            self.canv.addOutlineEntry(flowable.title, key, flowable.level)


def _fitting(text: str, width: float) -> float:
    """The banner's size, smaller where a long marking would not fit on its line."""
    size = template().banner_size
    return min(size, size * width / stringWidth(text, BOLD, size))


def _blocks(content: Content, banner: str) -> list[tuple[float, Flowable, float]]:
    """The blocks of page 1 as left edge, flowable and height: authority at the left, CUI at the right."""
    measures = template()
    blocks = []
    if is_classified(banner):
        blocks.append((measures.margin, block(authority_lines(content), measures.authority_width)))
    if content.cui_categories() is not None:
        left = measures.page_width - measures.margin - measures.cui_width
        blocks.append((left, block(cui_lines(content), measures.cui_width)))
    return [(left, column, column.height) for left, column in blocks]
