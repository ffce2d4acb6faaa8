# SPDX-License-Identifier: Apache-2.0
"""Notes: adding, editing as new revisions, and the draft that is kept while one types."""

from dataclasses import dataclass
from datetime import datetime

from reviewer_app.domain.notes import Note, paragraphs
from reviewer_app.errors import EntryError
from reviewer_app.services.desk import Desk


@dataclass(frozen=True)
class Revision:
    """One version of a note: when (UTC) and by whom it was saved, and what it said."""

    number: int
    saved: datetime
    by: str
    title: str
    body: str


def marking_of(desk: Desk, body: str, what: str = "note") -> str:
    """The portion mark that covers all paragraphs of a text.

    Raises EntryError for an empty text or an unmarked paragraph (rule P1), MarkingError for an unknown mark.
    """
    parts = list(paragraphs(body))
    if not parts:
        raise EntryError(field="Text", reason=f"the {what} is empty; write at least one paragraph, such as “(U) …”")
    for part in parts:
        if not part.mark:
            raise EntryError(
                field=f"Paragraph {part.number}",
                reason="its portion mark is missing; begin the paragraph with a mark such as (U)",
            )
        if not part.text:
            raise EntryError(
                field=f"Paragraph {part.number}", reason="there is no text behind its portion mark; write it"
            )
    marks = [desk.portion(part.mark, f"Paragraph {part.number}") for part in parts]
    return desk.rules.portion_of_banner(desk.roll_up(marks))


def add(desk: Desk, case: str, title: str, body: str, *, about: str | None = None) -> Note:
    """Saves a note; once this returns it is on disk. Raises EntryError and MarkingError as `marking_of`."""
    note = Note(
        marking=marking_of(desk, body),
        case=case,
        title=title.strip() or "Note",
        body=body.strip(),
        author=desk.person.id,
        written=desk.moment(),
        about=about,
    )
    with desk.record("note added", case=case, subject=note.id) as tx:
        tx.create(note)
    desk.vault.drop_draft(place(case), desk.person.id)
    return note


def edit(desk: Desk, note: Note, title: str, body: str) -> Note:
    """Saves a new revision of the note as the person saw it; the old ones stay in the journal.

    Raises Stale when it was changed since, InConflict while two workstations disagree on it.
    """
    changes = {"title": title.strip() or "Note", "body": body.strip(), "marking": marking_of(desk, body)}
    with desk.record("note edited", case=note.case, subject=note.id) as tx:
        edited = tx.set(note, **changes)
    desk.vault.drop_draft(place(note.case, note.id), desk.person.id)
    return edited


def revisions(desk: Desk, note: str) -> list[Revision]:
    """Every saved version of a note, newest first."""
    found: list[Revision] = []
    title = body = ""
    for said in desk.vault.history_of(note):
        values = said.values or {}
        if values.keys() & {"title", "body"}:
            title, body = values.get("title", title), values.get("body", body)
            found.append(Revision(len(found) + 1, said.entry.at, desk.name_of(said.entry.person), title, body))
    return found[::-1]


# --- drafts --------------------------------------------------------------------------------------------------------


def place(case: str, note: str | None = None) -> str:
    """Where the draft of a new note, or of an edit, is kept."""
    return f"note:{case}:{note or 'new'}"


def keep_draft(desk: Desk, where: str, text: str) -> datetime:
    """Keeps what is being typed in the vault, encrypted, outside the journal; returns the moment it was kept (UTC)."""
    if text.strip():
        desk.vault.save_draft(where, desk.person.id, text)
    else:
        desk.vault.drop_draft(where, desk.person.id)
    return desk.clock()


def draft(desk: Desk, where: str) -> str:
    """The kept draft, or an empty text."""
    return next((draft.text for draft in desk.vault.drafts(desk.person.id) if draft.place == where), "")
