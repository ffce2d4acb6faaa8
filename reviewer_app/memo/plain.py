# SPDX-License-Identifier: Apache-2.0
"""A content tree as plain text of at most 78 columns, for readers who have nothing but a terminal."""

from collections.abc import Iterator
from functools import singledispatch
from textwrap import wrap

from reviewer_app.memo.content import (
    Advisory,
    Content,
    Heading,
    ItemList,
    Line,
    Node,
    Paragraph,
    SignatureBlock,
    Subject,
    Table,
    joined,
)
from reviewer_app.memo.flow import UNMARKED, authority_lines, cui_lines
from reviewer_app.memo.layout import is_classified
from reviewer_app.memo.paper import visible

COLUMNS = 78


def plain_text(content: Content, *, banner: str, stamp: str | None) -> str:
    """The whole content as text with one banner at the top and one at the bottom."""
    marking = [*_centered(banner), *(_centered(stamp) if stamp else [])]
    lines = [*marking, "", *(line for head in content.letterhead for line in _centered(head)), ""]
    for node in content.nodes:
        lines += [*_written(node), ""]
    if is_classified(banner):
        lines += [*(line for label, text in authority_lines(content) for line in _filled(f"{label} {text}", 4)), ""]
    if content.cui_categories() is not None:
        lines += [*(line for label, text in cui_lines(content) for line in _filled(f"{label} {text}", 4)), ""]
    return "\n".join([*lines, *reversed(marking), ""])


def _centered(text: str) -> list[str]:
    return [line.center(COLUMNS).rstrip() for line in wrap(visible(text), COLUMNS)]


def _filled(text: str, later: int = 0, first: int = 0) -> list[str]:
    return wrap(visible(text), COLUMNS, initial_indent=" " * first, subsequent_indent=" " * later)


@singledispatch
def _written(node: Node) -> Iterator[str]:
    raise TypeError(type(node).__name__)


@_written.register
def _line(node: Line) -> Iterator[str]:
    text = f"{node.label} {node.text}".strip()
    yield from [text.rjust(COLUMNS)] if node.right else _filled(text, 4)


@_written.register
def _subject(node: Subject) -> Iterator[str]:
    yield from _filled(f"{node.label} {node.mark or UNMARKED} {joined(node.spans)}", 4)


@_written.register
def _heading(node: Heading) -> Iterator[str]:
    yield from _filled(f"{node.label} {node.mark} {node.text}", 4)


@_written.register
def _paragraph(node: Paragraph) -> Iterator[str]:
    label = f"{node.label} " if node.label else ""
    yield from _filled(f"{label}{node.mark or UNMARKED} {joined(node.spans)}", 0, 4 * (node.level - 1))


@_written.register
def _advisory(node: Advisory) -> Iterator[str]:
    yield from _filled(f"{node.mark} {node.text}", 0, 4)


@_written.register
def _table(node: Table) -> Iterator[str]:
    """A row becomes a block: narrow columns would tear names and hashes apart."""
    yield from _filled(f"{node.mark} {node.caption}", 4)
    for row in node.rows:
        yield ""
        for number, (title, cell) in enumerate(zip(node.header, row.cells, strict=True)):
            mark = f"{row.mark or UNMARKED} " if number == 0 else ""
            yield from _filled(f"{mark}{title}: {cell.text}", 8, 4 if number else 0)


@_written.register
def _list(node: ItemList) -> Iterator[str]:
    yield node.heading
    for number, item in enumerate(node.items, 1):
        label = f"{number}. " if node.numbered else ""
        mark = "" if item.mark is None else f"{item.mark or UNMARKED} "
        yield from _filled(f"{label}{mark}{item.text}", 4)


@_written.register
def _signatures(node: SignatureBlock) -> Iterator[str]:
    for signer in node.signers:
        yield from _filled(f"{signer.part}: {signer.name or 'name not recorded'}", 4)
