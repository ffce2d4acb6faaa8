# SPDX-License-Identifier: Apache-2.0
"""A note being changed in its place: a revision is saved over what the person saw, and over nothing else unseen."""

from collections.abc import Sequence

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QFrame, QVBoxLayout

from reviewer_app.domain.notes import Note
from reviewer_app.errors import AppError, InConflict, Stale
from reviewer_app.services import notes
from reviewer_app.services.cases import fetched
from reviewer_app.services.desk import Desk
from reviewer_app.ui.case.note_editor import NoteEditor, Writing
from reviewer_app.ui.theme import GAP
from reviewer_app.ui.widgets.layout import box, column, empty, fill, label, prose


class NoteChange(QFrame):
    """`ended` carries the note's id when a revision was saved or the edit was given up; before it `discarded` carries
    the id and what was thrown away."""

    ended = Signal(str)
    discarded = Signal(str, object)

    def __init__(self, desk: Desk, note: Note, marks: Sequence[tuple[str, str]]) -> None:
        super().__init__()
        self.desk, self.note, self.disputed = desk, note, False
        self.editor = NoteEditor(
            desk,
            notes.place(note.case, note.id),
            start=(note.title, note.body),
            title="Edit note",
            verb="Save revision",
            away="Discard changes",
            marks=marks,
        )
        self.editor.saved.connect(self._on_save)
        self.editor.discarded.connect(self._on_discarded)
        self.beside = column(gap=4)
        self.beside.hide()
        fill(QVBoxLayout(self), (self.editor, self.beside), GAP)

    @Slot()
    def _on_save(self) -> None:
        if not (self.disputed or self.editor.is_changed()):
            self.editor.throw_away()  # the same words again are no revision
            return
        save = notes.settle if self.disputed else notes.edit
        try:
            save(self.desk, self.note, *self.editor.writing())
        except (Stale, InConflict) as error:
            self._compare(error)
        except AppError as error:
            self.editor.show_error(error)
        else:
            self.editor.begin_anew(self.editor.writing())
            self.ended.emit(self.note.id)

    def _compare(self, error: Stale | InConflict) -> None:
        """Show what the vault holds; the text stays, and saving again goes over what is shown here."""
        self.editor.show_error(error)
        try:
            self.note = fetched(self.desk, Note, self.note.id)
            held = notes.revisions(self.desk, self.note.id)
        except AppError as missing:
            self.editor.show_error(missing)
            return
        self.disputed = isinstance(error, InConflict)
        shown = held[:2] if self.disputed else held[:1]
        empty(self.beside)
        for each in shown:
            box(self.beside).addWidget(label(f"In the vault, by {each.by}, {self.desk.written(each.saved)}", "soft"))
            box(self.beside).addWidget(prose(f"{each.title}\n{each.body}"))
        self.beside.show()
        self.editor.save.setText("Save mine over it")

    @Slot(object)
    def _on_discarded(self, writing: Writing) -> None:
        if writing != self.editor.start:
            self.discarded.emit(self.note.id, writing)
        self.ended.emit(self.note.id)
