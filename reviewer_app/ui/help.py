# SPDX-License-Identifier: Apache-2.0
"""The help: the guide and what lies behind every code, section by section, from the program's own files."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from PySide6.QtCore import Qt, QTimer, QUrl, Slot
from PySide6.QtGui import QKeyEvent, QShowEvent, QTextCursor
from PySide6.QtWidgets import QFrame, QTextBrowser, QWidget

from reviewer_app.paths import document_text
from reviewer_app.ui.dialog import Dialog
from reviewer_app.ui.theme import EDGE, GAP, GROUP, TIGHT, em, wide
from reviewer_app.ui.widgets.controls import FilterField
from reviewer_app.ui.widgets.layout import column, row, start
from reviewer_app.ui.widgets.rows import Head, Row
from reviewer_app.ui.widgets.table import Table

SIZE = (1000, 720)
LIST = 250
HIGHEST = 2  # the level of a topic's own heading
PICTURE = re.compile(r"!\[[^\]]*\]\([^)]*\)")


class Section(NamedTuple):
    """One part of a document: its heading and its Markdown."""

    title: str
    text: str

    def key(self) -> str:
        """The heading as links name it."""
        return re.sub(r"[^\w\- ]", "", self.title.casefold()).replace(" ", "-")


def sections() -> Iterator[Section]:
    """The guide's sections, then those of the messages."""
    for name, prefix in (("guide.md", ""), ("errors.md", "Messages: ")):
        first, *parts = document_text(name).split("\n## ")
        if prefix:
            yield Section("Messages and their codes", first)
        for part in parts:
            title, _, text = part.partition("\n")
            yield Section(prefix + (title[:1].lower() + title[1:] if prefix else title), f"## {title}\n{text}")


class Help(Dialog):
    """`F1`: topics at the left, the chosen one at the right; a code is shown where it is explained."""

    def __init__(self, parent: QWidget | None, code: str = "") -> None:
        super().__init__("Help", parent, SIZE[0])
        self.sections = {section.key(): section for section in sections()}
        self.topics = Table((Head("Topic", 0),), self._rows(""), "Topics", empty="Nothing found. Try another word.")
        self.topics.chosen.connect(self._on_chosen)
        self.filter = start(FilterField("Search the help", self.topics))
        self.filter.filtered.connect(self._on_filter)
        self.text = QTextBrowser()
        self.text.setAccessibleName("Text of the topic")
        self.text.setOpenLinks(False)
        self.text.setFrameShape(QFrame.Shape.NoFrame)
        self.text.anchorClicked.connect(self._on_link)
        left = column(self.filter, (self.topics, 1))
        left.setFixedWidth(wide(LIST))
        paper = column((self.text, 1), margins=(GROUP, GAP, GAP, GAP), role="card")
        self.fill(row(left, GROUP, (paper, 1)), self.closer("Close"))
        self.explain(code)

    def explain(self, code: str) -> None:
        """Show the section that explains a code, with the code chosen; the first section when there is none."""
        found = next((key for key, section in self.sections.items() if code and f"| {code} |" in section.text), "")
        if found:
            self.topics.select_key(found)
            self.text.find(code)
            self._scroll()
        else:
            self.topics.select(0)

    @Slot()
    def _scroll(self) -> None:
        """What was found stands near the top, so that what belongs to it is seen."""
        bar = self.text.verticalScrollBar()
        bar.setValue(bar.value() + self.text.cursorRect().top() - em(32))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """F1 is here already."""
        if event.key() != Qt.Key.Key_F1:
            super().keyPressEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        QTimer.singleShot(0, self, self._scroll)  # once the lines are broken at the window's width

    def _rows(self, words: str) -> list[Row]:
        wanted = words.casefold().split()
        return [
            Row(key, (section.title,))
            for key, section in self.sections.items()
            if all(word in f"{section.title}\n{section.text}".casefold() for word in wanted)
        ]

    @Slot(str)
    def _on_filter(self, words: str) -> None:
        self.topics.set_rows(self._rows(words))
        if not self.topics.current_key():
            self.topics.select(0)
        self._show_words(words)

    @Slot(str)
    def _on_chosen(self, key: str) -> None:
        if key:
            self.text.setMarkdown(PICTURE.sub("", self.sections[key].text))
            self._space_out()
            self._show_words(self.filter.text())

    def _space_out(self) -> None:
        """Markdown comes without room between paragraphs."""
        block = self.text.document().firstBlock()
        while block.isValid():
            cursor, shape = QTextCursor(block), block.blockFormat()
            in_table = cursor.currentTable() is not None
            shape.setTopMargin(em(TIGHT if in_table else GROUP if shape.headingLevel() > HIGHEST else 0))
            shape.setBottomMargin(em(TIGHT if in_table or block.textList() else GAP))
            cursor.setBlockFormat(shape)
            block = block.next()

    def _show_words(self, words: str) -> None:
        self.text.moveCursor(QTextCursor.MoveOperation.Start)
        if words.strip():
            self.text.find(words.split(maxsplit=1)[0])

    @Slot(QUrl)
    def _on_link(self, link: QUrl) -> None:
        self.filter.clear()
        self.topics.set_rows(self._rows(""))
        self.topics.select_key(link.fragment())

    def fit(self) -> None:
        """A window to read in: large, and never larger than the screen; a size that a person gave it stays."""
        if self.isVisible():
            return
        space = self.screen().availableSize()
        self.resize(min(wide(SIZE[0]), space.width() - EDGE), min(wide(SIZE[1]), space.height() - EDGE))


def show_help(parent: QWidget, code: str = "") -> None:
    """Open the help over a window; from a dialog it has to be closed before the dialog goes on."""
    opened = Help(parent, code)
    opened.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    opened.setWindowModality(
        Qt.WindowModality.WindowModal if isinstance(parent, Dialog) else Qt.WindowModality.NonModal
    )
    opened.show()
