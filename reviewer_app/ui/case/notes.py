# SPDX-License-Identifier: Apache-2.0
"""The Notes: a log that is read from top to bottom and written at its end; an edit is a new revision."""

from collections.abc import Iterator
from contextlib import ExitStack
from typing import ClassVar

from PySide6.QtCore import Qt, QTimer, Slot
from PySide6.QtWidgets import QWidget

from reviewer_app.domain.notes import Note
from reviewer_app.errors import AppError
from reviewer_app.services import notes
from reviewer_app.services.cases import CaseFile
from reviewer_app.ui.case.note_card import NoteCard, revision_list
from reviewer_app.ui.case.note_change import NoteChange
from reviewer_app.ui.case.note_editor import NoteEditor, Writing
from reviewer_app.ui.case.tab import CaseTab, MainAction, Workplace
from reviewer_app.ui.dialog import Dialog
from reviewer_app.ui.dialogs.strike_out import StrikeOutDialog
from reviewer_app.ui.theme import EDGE, GROUP
from reviewer_app.ui.widgets.controls import FilterField, button
from reviewer_app.ui.widgets.layout import (
    Pane,
    Sided,
    box,
    capped,
    column,
    empty,
    fill,
    label,
    row,
    scroll,
)
from reviewer_app.ui.widgets.left import Left, scroll_back
from reviewer_app.ui.widgets.strips import Alert, AlertStrip

AT_ONCE = 15  # notes shown before one asks for earlier ones
NOTHING = (
    "No notes yet. A note records what was seen and done, in paragraphs that each begin with a portion mark. It is "
    "kept in this vault with every revision."
)
UNASKED = "Choose “revision” beside a note to see what it said before."


class NotesTab(CaseTab):
    """Cards of notes, and below them the page to write the next one on."""

    key: ClassVar[str] = "notes"
    name: ClassVar[str] = "Notes"
    action: ClassVar[MainAction] = MainAction("New note", "note")

    def __init__(self, place: Workplace) -> None:
        super().__init__(place)
        self.cards: dict[str, NoteCard] = {}
        self.changes: dict[str, NoteChange] = {}
        self.editor: NoteEditor | None = None
        self._thrown: tuple[str, Writing] = ("", ("", ""))  # the note it was an edit of, if any
        self._revised = ""  # the note whose revisions the panel shows
        self._needle, self._most, self._follows = "", AT_ONCE, True
        self.filter = FilterField("Filter notes", width=220)
        self.filter.filtered.connect(self._on_filter)
        self.counted = label("", "soft")
        self.earlier = button("Show earlier notes", "quiet", on=self._on_earlier)
        self.list, self.nothing = column(gap=EDGE), label(NOTHING, "soft", wrap=True)
        self.undo, self.write_box = AlertStrip(), column(gap=0)
        tools = row(self.filter, None, self.counted)
        inside = capped(
            column(
                tools,
                self.earlier,
                self.nothing,
                self.list,
                self.undo,
                self.write_box,
                None,
                gap=GROUP,
                margins=(EDGE, GROUP, EDGE, GROUP),
            ),
            808,
        )
        page = row((inside, 1), gap=0)
        box(page).addStretch(0)  # takes the room that the capped column leaves
        self.view = scroll(page, "Notes")
        self.bar = self.view.verticalScrollBar()
        self.bar.rangeChanged.connect(self._on_range)
        self.bar.actionTriggered.connect(self._on_scrolled)
        self.side = column(label(UNASKED, "soft", wrap=True), None, gap=4, margins=(GROUP, GROUP, GROUP, GROUP))
        self.pane = Pane(self.side, "Revisions")
        fill(self.box, ((Sided(self.view, self.pane), 1),), 0)

    def count(self, file: CaseFile) -> int | None:
        return len(file.notes)

    # --- the list ------------------------------------------------------------------------------------------------

    def show_file(self, file: CaseFile) -> None:
        """Show the notes; cards that say the same, and everything that is being written, stay."""
        super().show_file(file)
        if self.editor is None:
            self._begin(file)
        self._arrange()

    def _begin(self, file: CaseFile) -> None:
        """The first look at the case: the page to write on, and edits that were left open."""
        marks = notes.portion_marks(self.desk, dict.fromkeys(note.marking for note in file.notes))
        self.editor = NoteEditor(self.desk, notes.place(file.case.id), marks=marks)
        self.editor.saved.connect(self._on_add)
        self.editor.discarded.connect(self._on_discarded)
        box(self.write_box).addWidget(self.editor)
        for note in notes.drafted(self.desk, file.case.id):
            if any(each.id == note for each in file.notes):
                self._change(note)

    def _wanted(self) -> list[Note]:
        """The notes to show, oldest first: the newest that hold every word of the filter, and those being edited."""
        words = self._needle.split()
        held = self.file.notes if self.file else ()
        found = [note for note in held if all(word in f"{note.title} {note.body}".casefold() for word in words)]
        shown = {note.id for note in found[-self._most :]} | self.changes.keys()
        self.earlier.setVisible(len(found) > self._most)
        told = f"{len(held)} note{'' if len(held) == 1 else 's'}"
        self.counted.setText(f"{len(found)} of {told}" if words else told)
        return [note for note in held if note.id in shown]

    def _arrange(self) -> None:
        wanted = self._wanted()
        self.nothing.setVisible(bool(self.file) and not self.file.notes)  # type: ignore[union-attr]
        kept = {note.id: note for note in wanted}
        for key, card in list(self.cards.items()):
            if kept.get(key) != card.note or key in self.changes:
                self.cards.pop(key).deleteLater()
                card.hide()
        for number, widget in enumerate(self._widgets(wanted)):
            if box(self.list).indexOf(widget) != number:
                box(self.list).insertWidget(number, widget)

    def _widgets(self, wanted: list[Note]) -> Iterator[QWidget]:
        for note in wanted:
            if note.id in self.changes:
                yield self.changes[note.id]
                continue
            if note.id not in self.cards:
                self.cards[note.id] = self._card(note)
            yield self.cards[note.id]

    def _card(self, note: Note) -> NoteCard:
        newest = notes.revisions(self.desk, note.id)[0]
        disputed = bool(self.file) and any(each.record == note.id for each in self.file.conflicts)  # type: ignore[union-attr]
        card = NoteCard(note, newest, self.desk.written(newest.saved), disputed=disputed)
        card.edit_asked.connect(self._on_edit)
        card.revisions_asked.connect(self._on_revisions)
        card.strike_asked.connect(self._on_strike)
        return card

    @Slot(str)
    def _on_filter(self, text: str) -> None:
        self._needle, self._most = text.casefold(), AT_ONCE
        self._arrange()

    @Slot()
    def _on_earlier(self) -> None:
        self._most, self._follows = self._most + AT_ONCE, False
        self._arrange()

    @Slot(int, int)
    def _on_range(self, _least: int, most: int) -> None:
        """A log is read at its end until somebody scrolls."""
        if self._follows:
            self.bar.setValue(most)

    @Slot(int)
    def _on_scrolled(self, _action: int) -> None:
        self._follows = self.bar.sliderPosition() == self.bar.maximum()

    # --- writing -------------------------------------------------------------------------------------------------

    @Slot()
    def act(self) -> None:
        """Go to the page to write on."""
        if self.editor:
            self._follows = True
            self.bar.setValue(self.bar.maximum())
            (self.editor.text if self.editor.title.text() else self.editor.title).setFocus(
                Qt.FocusReason.TabFocusReason
            )

    def keep(self) -> None:
        """Keep every draft in the vault; one that is refused does not hold up the others."""
        with ExitStack() as every:
            for each in self._editors().values():
                every.callback(each.keep)

    def _editors(self) -> dict[str, NoteEditor]:
        """What one writes on, by the note that is changed; "" for a new one."""
        first = {"": self.editor} if self.editor else {}
        return first | {note: change.editor for note, change in self.changes.items()}

    def left(self) -> Left:
        return {
            "filter": self.filter.text(),
            "most": self._most,
            "scroll": None if self._follows else self.bar.value(),
            "editors": {note: editor.left() for note, editor in self._editors().items()},
        }

    def go_back(self, left: Left) -> None:
        self.filter.put(left["filter"])
        self._most = max(AT_ONCE, int(left["most"]))
        self._arrange()
        if left["scroll"] is not None:
            self._follows = False
            scroll_back(self.bar, left["scroll"])
        for note, editor in self._editors().items():
            if there := left["editors"].get(note):
                editor.go_back(there)

    def take_focus(self) -> bool:
        return any(editor.take_focus() for editor in self._editors().values())

    @Slot()
    def _on_add(self) -> None:
        if self.file is None or self.editor is None:
            return
        try:
            notes.add(self.desk, self.file.case.id, *self.editor.writing())
        except AppError as error:
            self.editor.show_error(error)
            return
        self.editor.begin_anew()
        self._follows = True
        self.undo.clear()
        self.place.changed()

    @Slot(object)
    def _on_discarded(self, writing: Writing) -> None:
        self._offer_undo("The draft was discarded.", "", writing)

    @Slot(str, object)
    def _on_change_discarded(self, note: str, writing: Writing) -> None:
        self._offer_undo("The changes were discarded.", note, writing)

    def _offer_undo(self, told: str, note: str, writing: Writing) -> None:
        self._thrown = note, writing
        self.undo.clear()
        alert = Alert(told, "Undo", "plain")
        alert.acted.connect(self._on_undo)
        self.undo.add(alert)

    @Slot()
    def _on_undo(self) -> None:
        note, writing = self._thrown
        if note:
            self._on_edit(note)
        editor = self.changes[note].editor if note else self.editor
        if editor:
            editor.write(writing)
            editor.text.setFocus()

    # --- changing a note -----------------------------------------------------------------------------------------

    @Slot(str)
    def _on_edit(self, note: str) -> None:
        self._follows = False
        if note not in self.changes:
            self._change(note)
            self._arrange()
        self.changes[note].editor.text.setFocus(Qt.FocusReason.OtherFocusReason)
        QTimer.singleShot(0, self, self._show_focus)

    @Slot()
    def _show_focus(self) -> None:
        """Once the page is laid out anew, what is being edited is in view."""
        if (here := self.focusWidget()) and self.view.isAncestorOf(here):
            self.view.ensureWidgetVisible(here, 0, EDGE * 4)

    def _change(self, key: str) -> None:
        note = next(each for each in self.file.notes if each.id == key) if self.file else None
        if note:
            change = NoteChange(self.desk, note, self.editor.text.marks if self.editor else ())
            change.ended.connect(self._on_ended)
            change.discarded.connect(self._on_change_discarded)
            self.changes[key] = change

    @Slot(str)
    def _on_ended(self, note: str) -> None:
        """A revision was saved, or the edit given up."""
        change = self.changes.pop(note)
        change.hide()
        change.deleteLater()
        self.place.changed()
        if note in self.cards:
            self.cards[note].edit.setFocus(Qt.FocusReason.OtherFocusReason)
            QTimer.singleShot(0, self, self._show_focus)
        if note == self._revised and not self.pane.isHidden():
            self._on_revisions(note)

    @Slot(str)
    def _on_strike(self, note: str) -> None:
        value = next(each for each in self.file.notes if each.id == note) if self.file else None
        if value and StrikeOutDialog.ask(self.place.window, self.desk, value, f"the note “{value.title}”"):
            self.place.changed()

    @Slot(str)
    def _on_revisions(self, note: str) -> None:
        try:
            found = notes.revisions(self.desk, note)
        except AppError as error:
            self.place.tell(error)
            return
        items = revision_list(found[0].title, found, [self.desk.written(each.saved) for each in found])
        if self.pane.isHidden():
            dialog = Dialog("Revisions", self.place.window, 560)
            dialog.fill(scroll(column(*items, gap=4), "Revisions"), dialog.closer("Close"))
            dialog.run()
            return
        self._revised = note
        empty(self.side)
        fill(box(self.side), [*items, None], 4, (GROUP, GROUP, GROUP, GROUP))
        self.pane.verticalScrollBar().setValue(0)
