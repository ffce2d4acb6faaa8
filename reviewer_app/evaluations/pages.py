# SPDX-License-Identifier: Apache-2.0
"""Pages of a PDF document as pictures, drawn inside the reader process."""

import ctypes
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import pypdfium2
from pypdfium2.raw import FPDF_ERR_PASSWORD

from reviewer_app.evaluations.fields import Unreadable
from reviewer_app.evaluations.source import LARGEST_READ, SourceFile

LARGEST_DOCUMENT = 128 * 1024 * 1024
MOST_PIXELS = 16_000_000


class Picture(NamedTuple):
    """One page: its number from 0, pixels across and down, and four bytes a pixel: red, green, blue, unused."""

    number: int
    width: int
    height: int
    data: memoryview


def open_document(file: SourceFile) -> pypdfium2.PdfDocument:
    """The document, which can then be asked for its length and pages. Raises Unreadable."""
    if file.size > LARGEST_DOCUMENT:
        raise Unreadable(f"it is larger than {LARGEST_DOCUMENT >> 20} MiB, the most that is shown here")
    # The document is held once, in memory: reading it by callback would need new executable memory.
    held = (ctypes.c_char * file.size)()
    view = memoryview(held).cast("B")
    file.seek(0)
    while piece := file.read(min(LARGEST_READ, file.size - file.tell())):
        view[file.tell() - len(piece) : file.tell()] = piece
    try:
        return pypdfium2.PdfDocument(held)
    except pypdfium2.PdfiumError as error:
        locked = getattr(error, "err_code", None) == FPDF_ERR_PASSWORD
        raise Unreadable("it opens only with a password" if locked else "it is no PDF document, or damaged") from error


def draw(document: pypdfium2.PdfDocument, numbers: Sequence[int], width: int) -> Iterator[Picture]:
    """The pages with these numbers, `width` pixels across, one at a time. Raises Unreadable."""
    for number in numbers:
        if not 0 <= number < len(document):
            raise Unreadable(f"it has {len(document)} pages, so there is no page {number + 1}")
        try:
            page = document[number]
            across, down = page.get_size()
            if across <= 0 or width * (down / across * width) > MOST_PIXELS:
                raise Unreadable(f"page {number + 1} has a shape that cannot be drawn")
            bitmap = page.render(scale=width / across, prefer_bgrx=True, rev_byteorder=True)
        except pypdfium2.PdfiumError as error:
            raise Unreadable(f"page {number + 1} is damaged") from error
        yield Picture(number, bitmap.width, bitmap.height, memoryview(bitmap.buffer).cast("B"))
        bitmap.close()
        page.close()
