# SPDX-License-Identifier: Apache-2.0
"""One note as it is read: portion marks in their own gutter, so that an unmarked paragraph shows at once."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QFrame, QMenu, QVBoxLayout

from reviewer_app.domain.notes import Note, paragraphs
from reviewer_app.services.notes import Revision, difference
from reviewer_app.ui.theme import GAP, GROUP, MEDIUM, STRONG
from reviewer_app.ui.widgets.controls import button
from reviewer_app.ui.widgets.layout import Item, beside, column, fill, fixed, label, prose, row


def paragraph_line(mark: str, text: str) -> QFrame:
    """One paragraph behind its mark."""
    gutter = fixed(label(mark or "no mark", "soft" if mark else "attention", weight=MEDIUM, wrap=True), 64)
    gutter.setAlignment(Qt.AlignmentFlag.AlignTop)
    return beside(gutter, prose(text))


class NoteCard(QFrame):
    """`edit_asked`, `revisions_asked` and `strike_asked` carry the note's id."""

    edit_asked = Signal(str)
    revisions_asked = Signal(str)
    strike_asked = Signal(str)

    def __init__(self, note: Note, revision: Revision, saved: str, *, disputed: bool = False) -> None:
        """`saved` is the moment of the revision in words; `disputed`: two workstations changed it differently."""
        super().__init__()
        self.note = note
        title, named = label(note.title, step=1, weight=STRONG, wrap=True), f"of {note.title}"
        steps: list[Item] = [label(f"{revision.by}, {saved}", "soft")]
        if revision.number > 1:
            text = f"revision {revision.number}"
            steps.append(button(text, "link", name=f"{text} {named}", on=self._on_revisions))
        self.edit = button("Edit", "link", name=f"Edit {note.title}", on=self._on_edit)
        steps.append(self.edit)
        more = button("", "link", "dots", name=f"More {named}", tip="More")
        menu = QMenu(more)
        menu.addAction("Revisions").triggered.connect(self._on_revisions)
        menu.addAction("Entered in error").triggered.connect(self._on_strike)
        more.setMenu(menu)
        items: list[Item] = [row((title, 1), *steps, more)]
        if disputed:
            items.append(
                label("Two workstations changed this note differently. Edit it to say what holds.", "attention")
            )
        items += [paragraph_line(part.mark, part.text) for part in paragraphs(note.body)]
        fill(QVBoxLayout(self), items, GAP)

    @Slot()
    def _on_edit(self) -> None:
        self.edit_asked.emit(self.note.id)

    @Slot()
    def _on_revisions(self) -> None:
        self.revisions_asked.emit(self.note.id)

    @Slot()
    def _on_strike(self) -> None:
        self.strike_asked.emit(self.note.id)


def revision_list(title: str, revisions: list[Revision], written: list[str]) -> list[Item]:
    """Every revision, newest first: what it changed and what it said. `written` are their moments in words."""
    parts: list[Item] = [label("Revisions", step=1, weight=STRONG), label(title, "soft", wrap=True)]
    befores = [*revisions[1:], None]
    for revision, before, moment in zip(revisions, befores, written, strict=True):
        head = label(f"Revision {revision.number}, {revision.by}, {moment}", "soft", wrap=True)
        said: list[Item] = [prose(f"{part.mark} {part.text}") for part in paragraphs(revision.body)]
        shown = said if before or len(revisions) == 1 or revision.number == 1 else []
        parts += [GAP, column(head, label(difference(before, revision), weight=MEDIUM, wrap=True), *shown, gap=4)]
    return [*parts, GROUP]
