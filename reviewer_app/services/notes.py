# SPDX-License-Identifier: Apache-2.0
"""Notes: adding, editing as new revisions, and the draft that is kept while one types."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from reviewer_app.domain.notes import Note, Paragraph, named_marks, paragraphs
from reviewer_app.errors import EntryError, MarkingError
from reviewer_app.services import typed
from reviewer_app.services.desk import Desk

COMMON = ("U", "CUI", "C", "C//NF", "S", "S//NF", "TS", "TS//NF")
"""Portion marks offered in every case."""


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

    Raises EntryError that names the paragraph: unmarked (rule P1), empty, or with a mark that is not known.
    """
    parts = list(paragraphs(typed.whole("Text", body)))
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
    marks = [_mark(desk, part, mark) for part in parts for mark in (part.mark, *part.listed())]
    for part in parts:
        _swallows_nothing(desk, part)
    return desk.rules.portion_of_banner(desk.roll_up(marks))


def _mark(desk: Desk, part: Paragraph, mark: str) -> str:
    field = f"Paragraph {part.number}"
    try:
        return desk.portion(mark, field)
    except MarkingError as error:
        raise EntryError(field=field, reason=f"{mark} is not known: {error.facts['reason']}") from error


def _swallows_nothing(desk: Desk, part: Paragraph) -> None:
    """A portion inside another would be kept, shown and sent under the mark of that other."""
    field, rules = f"Paragraph {part.number}", desk.rules
    for mark in part.begun():
        raise EntryError(field=field, reason=f"{mark} begins a line in it; leave a blank line before that line")
    for mark in named_marks(part.text):
        if not rules.covers(rules.banner_of_portion(part.mark), mark):
            raise EntryError(
                field=field,
                reason=f"{mark} stands in its midst and asks for more than {part.mark}; begin a new paragraph there, "
                "or name that mark without its parentheses",
            )


def add(desk: Desk, case: str, title: str, body: str, *, about: str | None = None) -> Note:
    """Saves a note; once this returns it is on disk. Raises EntryError as `marking_of`."""
    note = Note(
        marking=marking_of(desk, body),
        case=case,
        title=typed.line("Title", title) or "Note",
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
    changes = {"title": typed.line("Title", title) or "Note", "body": body.strip(), "marking": marking_of(desk, body)}
    with desk.record("note edited", case=note.case, subject=note.id) as tx:
        edited = tx.set(note, **changes)
    desk.vault.drop_draft(place(note.case, note.id), desk.person.id)
    return edited


def settle(desk: Desk, note: Note, title: str, body: str) -> Note:
    """What holds where two workstations gave a note different texts: names both, and this one follows them."""
    said = {"title": typed.line("Title", title) or "Note", "body": body.strip(), "marking": marking_of(desk, body)}
    with desk.record("note settled", case=note.case, subject=note.id) as tx:
        settled = tx.resolve(note, **said)
    desk.vault.drop_draft(place(note.case, note.id), desk.person.id)
    return settled


def revisions(desk: Desk, note: str) -> list[Revision]:
    """Every saved version of a note, newest first."""
    found: list[Revision] = []
    title = body = ""
    for said in desk.records.history_of(note):
        values = said.values or {}
        if values.keys() & {"title", "body"}:
            title, body = values.get("title", title), values.get("body", body)
            found.append(Revision(len(found) + 1, said.entry.at, desk.name_of(said.entry.person), title, body))
    return found[::-1]


def difference(before: Revision | None, after: Revision) -> str:
    """What a revision changed, in words: `Paragraph 2 changed; (U) became (CUI) in paragraph 3`."""
    if before is None:
        return "First version"
    olds, news = list(paragraphs(before.body)), list(paragraphs(after.body))
    found = ["title changed"] if before.title != after.title else []
    for old, new in zip(olds, news, strict=False):
        found += [f"paragraph {new.number} changed"] if old.text != new.text else []
        found += [f"{old.mark} became {new.mark} in paragraph {new.number}"] if old.mark != new.mark else []
    more = len(news) - len(olds)
    if more:
        found.append(f"{abs(more)} paragraph{'s' if abs(more) > 1 else ''} {'more' if more > 0 else 'fewer'}")
    words = "; ".join(found) or "the same words, saved again"
    return words[0].upper() + words[1:]


def portion_marks(desk: Desk, used: Iterable[str] = ()) -> list[tuple[str, str]]:
    """(mark in its parentheses, banner words) to offer while one types: those in use first, then the common ones."""
    marks = dict.fromkeys([*used, *COMMON])
    return [(f"({mark})", desk.rules.banner_of_portion(mark)) for mark in marks if desk.holds(mark)]


# --- drafts --------------------------------------------------------------------------------------------------------


def place(case: str, note: str | None = None) -> str:
    """Where the draft of a new note, or of an edit, is kept."""
    return f"note:{case}:{note or 'new'}"


def keep_draft(desk: Desk, where: str, text: str) -> datetime:
    """Keeps what is being typed in the vault, encrypted, outside the journal; returns the moment it was kept (UTC)."""
    if text.strip():
        # Half a character, which no vault can keep, must not cost the rest of the text.
        text = text.encode(errors="replace").decode()
        desk.vault.save_draft(where, desk.person.id, text)
    else:
        desk.vault.drop_draft(where, desk.person.id)
    return desk.clock()


def drafted(desk: Desk, case: str) -> list[str]:
    """The notes of a case of which the person has a draft of an edit."""
    start = place(case, "")[: -len("new")]
    found = (draft.place for draft in desk.records.drafts(desk.person.id) if draft.place.startswith(start))
    return [where.removeprefix(start) for where in found if where != place(case)]


def draft(desk: Desk, where: str) -> str:
    """The kept draft, or an empty text."""
    return next((draft.text for draft in desk.records.drafts(desk.person.id) if draft.place == where), "")
