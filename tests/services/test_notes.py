# SPDX-License-Identifier: Apache-2.0
from dataclasses import replace
from unittest import mock

import pytest

from reviewer_app.domain.notes import Note
from reviewer_app.errors import DiskFailed, EntryError, Stale
from reviewer_app.services import notes
from reviewer_app.services.notes import Revision, difference
from reviewer_app.vault.vault import Vault
from tests.factories import at, make_note

TWO = "(U) First.\n\n(S//NF) Second."


def test_a_note_takes_the_marking_that_covers_its_paragraphs(desk, case):
    note = make_note(desk, case, TWO + "\n\n(CUI) Third.")
    assert (note.marking, note.author) == ("S//CUI//NF", desk.person.id)
    assert desk.vault.get(Note, note.id) == note


@pytest.mark.parametrize(
    ("body", "field", "said"),
    [
        ("", "Text", "empty"),
        ("\n \n", "Text", "empty"),
        ("(U) One.\n\nTwo.", "Paragraph 2", "mark is missing"),
        ("(U) One.\n\n(S", "Paragraph 2", "mark is missing"),
        ("(U)", "Paragraph 1", "no text behind"),
        ("(U) One.\n\n(QQ) Two.", "Paragraph 2", "not known"),
        ("(U) One.\n(S) Two.", "Paragraph 1", r"\(S\) begins a line in it"),
        ("(U) One.\r\u200b(S//NF) Two.", "Paragraph 1", "begins a line in it"),
        ("(U) (S) One.", "Paragraph 1", "begins a line in it"),
        ("(U) One.\n\n(U) Two (S//NF) three.", "Paragraph 2", "stands in its midst"),
        ("(U) One. (S//NF) 2026-11-06 two.", "Paragraph 1", "stands in its midst"),
        ("(U) One (S//\nNF) two.", "Paragraph 1", r"\(S// NF\) stands in its midst"),
        ("(TS//SI) One.", "Paragraph 1", "highest marking this vault may hold"),
    ],
)
def test_what_is_wrong_names_its_paragraph_and_nothing_is_saved(desk, case, body, field, said):
    desk = replace(desk, policy=desk.policy.model_copy(update={"ceiling": "TOP SECRET"}))
    with pytest.raises(EntryError, match=said) as refused:
        make_note(desk, case, body)
    assert refused.value.facts["field"] == field and desk.vault.count(Note) == 0


@pytest.mark.parametrize(
    "gap", ["\n\u00a0\n", "\n\u200b\n", "\n\x0b\n", "\r\r", "\x85\x85", "\u2029\u2029", "\n\u3164\n"]
)
def test_what_looks_like_a_blank_line_is_one(desk, case, gap):
    assert make_note(desk, case, f"(U) Public.{gap}(S//NF) Secret.").marking == "S//NF"


def test_the_marks_of_a_list_count(desk, case):
    body = "(U) Three, as finding(S) (C) 2026 says:\n- (S//NF) one\n2. (CUI) two\n- three"
    assert make_note(desk, case, body).marking == "S//CUI//NF"


def test_an_edit_is_a_new_revision_and_the_old_text_stays(desk, case):
    note = make_note(desk, case)
    edited = notes.edit(desk, note, "Second login", TWO)
    newest, first = notes.revisions(desk, note.id)
    assert (newest.number, newest.title, newest.body, newest.by) == (2, "Second login", TWO, "R. Ibarra")
    assert (first.number, first.body) == (1, note.body) and edited.marking == "S//NF"


def test_an_edit_over_something_unseen_is_refused_and_the_draft_stays(desk, case):
    seen = make_note(desk, case)
    notes.edit(desk, seen, seen.title, "(U) Saved first.")
    notes.keep_draft(desk, notes.place(case, seen.id), "mine")
    with pytest.raises(Stale):
        notes.edit(desk, seen, seen.title, "(U) Saved second.")
    assert notes.draft(desk, notes.place(case, seen.id)) == "mine"
    assert desk.vault.get(Note, seen.id).body == "(U) Saved first."


def test_settling_says_what_holds(desk, case):
    note = make_note(desk, case)
    settled = notes.settle(desk, note, " ", "(U) This holds.")
    assert (settled.title, settled.body) == ("Note", "(U) This holds.")
    assert desk.vault.entries(case)[0].verb == "note settled"


def revision(title, body, number=1):
    return Revision(number, at(2026, 11, 9), "R. Ibarra", title, body)


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (None, ("A", TWO), "First version"),
        (("A", TWO), ("B", TWO), "Title changed"),
        (("A", TWO), ("A", TWO.replace("Second", "2nd")), "Paragraph 2 changed"),
        (("A", TWO), ("A", TWO.replace("(U)", "(CUI)")), "(U) became (CUI) in paragraph 1"),
        (("A", TWO), ("A", TWO + "\n\n(U) Third."), "1 paragraph more"),
        (("A", TWO + "\n\n(U) 3.\n\n(U) 4."), ("A", TWO), "2 paragraphs fewer"),
        (("A", TWO), ("A", TWO), "The same words, saved again"),
        (("A", TWO), ("B", TWO.replace("First", "1st")), "Title changed; paragraph 1 changed"),
    ],
)
def test_a_revision_says_what_it_changed(before, after, said):
    assert difference(revision(*before) if before else None, revision(*after, 2)) == said


# --- drafts --------------------------------------------------------------------------------------------------------


def test_a_draft_is_kept_until_the_note_is_saved(desk, case):
    where = notes.place(case)
    assert notes.draft(desk, where) == ""
    notes.keep_draft(desk, where, "half a")
    assert notes.keep_draft(desk, where, "half a sentence") > at(2026, 11, 23)
    assert notes.draft(desk, where) == "half a sentence"
    make_note(desk, case)
    assert notes.draft(desk, where) == ""


def test_an_emptied_draft_is_forgotten(desk, case):
    notes.keep_draft(desk, notes.place(case), "text")
    notes.keep_draft(desk, notes.place(case), "  \n")
    assert desk.vault.drafts(desk.person.id) == []


def test_edits_left_open_are_found_by_their_notes(desk, case):
    note = make_note(desk, case)
    notes.keep_draft(desk, notes.place(case), "new")
    notes.keep_draft(desk, notes.place(case, note.id), "edit")
    notes.keep_draft(desk, f"memo:{case}", "memo")
    notes.keep_draft(desk, notes.place("0" * 32, "1" * 32), "elsewhere")
    assert notes.drafted(desk, case) == [note.id]


def test_drafts_are_no_entries_of_the_journal(desk, case):
    before = len(desk.vault.entries())
    notes.keep_draft(desk, notes.place(case), "text")
    assert len(desk.vault.entries()) == before


def test_a_save_that_the_disk_refuses_leaves_the_draft(desk, case):
    notes.keep_draft(desk, notes.place(case), "text")
    failing = mock.patch.object(Vault, "record", side_effect=DiskFailed(action="write", name="vault.db", reason="I/O"))
    with failing, pytest.raises(DiskFailed):
        make_note(desk, case)
    assert notes.draft(desk, notes.place(case)) == "text" and desk.vault.count(Note) == 0


# --- marks to offer ------------------------------------------------------------------------------------------------


def test_marks_in_use_are_offered_first_with_their_words_and_none_above_the_ceiling(desk):
    marks = notes.portion_marks(desk, ["S//REL TO USA, GBR", "U"])
    assert marks[:2] == [("(S//REL TO USA, GBR)", "SECRET//REL TO USA, GBR"), ("(U)", "UNCLASSIFIED")]
    assert len(marks) == len(set(marks))
    desk = replace(desk, policy=desk.policy.model_copy(update={"ceiling": "TOP SECRET"}))
    assert all(not mark.startswith("(TS//SI") for mark, _ in notes.portion_marks(desk, ["TS//SI"]))
