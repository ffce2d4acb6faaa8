# SPDX-License-Identifier: Apache-2.0
"""The Notes tab: marks checked beside the paragraph, revisions, and a note that somebody else changed meanwhile."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from reviewer_app.domain.notes import Note
from reviewer_app.services import notes
from reviewer_app.ui.case.notes import NotesTab
from tests.desks import open_desk
from tests.factories import make_case, make_note
from tests.ui.places import TabPlace, during, press, says

Ctrl = Qt.KeyboardModifier.ControlModifier


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    yield from open_desk(tmp_path_factory)


@pytest.fixture
def place(shell, tasks, desk, qtbot):
    shell.activateWindow()
    qtbot.waitUntil(shell.isActiveWindow)
    return TabPlace(shell, desk, tasks, make_case(desk).id)


@pytest.fixture
def tab(place):
    return place.show(NotesTab)


@pytest.fixture
def note(place, desk):
    return make_note(desk, place.case, "(U) First login succeeded.\n\n(U) Nothing else.")


def saved(place):
    return place.desk.vault.find(Note, case=place.case)


def test_an_empty_case_says_what_a_note_is(tab, shell, problems):
    assert says(tab, "No notes yet.") and tab.editor.save.isVisible()
    assert problems(shell) == []


def test_a_note_is_typed_and_added_by_keys_alone(place, tab):
    tab.act()
    QTest.keyClicks(tab.editor.title, "First login")
    tab.editor.text.setFocus()
    QTest.keyClicks(tab.editor.text, "(")
    assert tab.editor.text._list.isVisible()
    QTest.keyClick(tab.editor.text, Qt.Key.Key_Return)
    QTest.keyClicks(tab.editor.text, "It worked.")
    QTest.keyClick(tab.editor.text, Qt.Key.Key_Return, Ctrl)
    (made,) = saved(place)
    assert (made.title, made.body) == ("First login", "(U) It worked.")
    assert says(tab, "It worked.") and tab.editor.writing() == ("", "")


@pytest.mark.parametrize(
    ("body", "paragraph", "said"),
    [
        ("(U) One.\n\n(XX) Two.", 2, "Paragraph 2: (XX) is not known"),
        ("No mark.", 1, "Paragraph 1: its portion mark is missing"),
        ("(U) One.\n\n(U)", 2, "Paragraph 2: there is no text behind its portion mark"),
    ],
)
def test_a_bad_paragraph_is_named_tinted_and_not_saved(place, tab, qtbot, body, paragraph, said):
    tab.editor.text.setPlainText(body)
    qtbot.waitUntil(lambda: said in tab.editor.wrong.text())
    assert tab.editor.text._tinted == {paragraph - 1}
    press(tab, "Add note")
    assert saved(place) == [] and tab.editor.text.toPlainText() == body
    assert tab.editor.wrong.isVisible() and said in tab.editor.wrong.text()
    tab.editor.text.setPlainText("(U) One.")
    qtbot.waitUntil(tab.editor.wrong.isHidden)


def test_the_draft_is_kept_a_second_after_the_last_key(place, tab, qtbot):
    QTest.keyClicks(tab.editor.text, "(U) Half")
    qtbot.waitUntil(lambda: tab.editor.kept.text().startswith("Kept in the vault "))
    assert "(U) Half" in notes.draft(place.desk, notes.place(place.case))


def test_a_discarded_draft_can_be_brought_back(place, tab):
    tab.editor.text.setPlainText("(U) Half")
    press(tab, "Discard draft")
    assert tab.editor.writing() == ("", "")
    press(tab.undo, "Undo")
    assert tab.editor.writing() == ("", "(U) Half")


def test_an_edit_gives_a_revision_and_both_are_shown(place, note, desk, problems, shell):
    tab = place.show(NotesTab)
    press(tab, "Edit First login")
    change = tab.changes[note.id]
    assert change.editor.writing() == (note.title, note.body)
    change.editor.text.setPlainText(note.body.replace("Nothing", "Little"))
    press(change, "Save revision")
    assert [each.number for each in notes.revisions(desk, note.id)] == [2, 1]
    assert says(tab.list, "Little else.") and not tab.changes
    press(tab, "revision 2 of First login")
    assert says(tab.side, "Paragraph 2 changed") and says(tab.side, "(U) Nothing else.")
    assert problems(shell) == []


def test_a_note_changed_meanwhile_shows_both_texts_and_loses_neither(place, note, desk):
    tab = place.show(NotesTab)
    press(tab, "Edit First login")
    change = tab.changes[note.id]
    change.editor.text.setPlainText("(U) My text.")
    notes.edit(desk, note, note.title, "(U) Their text.")
    press(change, "Save revision")
    assert says(change, "Their text.") and change.editor.text.toPlainText() == "(U) My text."
    assert says(change, "was changed after you opened it. Your text is kept.") and says(change, "by R. Ibarra")
    assert desk.vault.get(Note, note.id).body == "(U) Their text."
    press(change, "Save revision")
    assert desk.vault.get(Note, note.id).body == "(U) My text."
    assert [each.body for each in notes.revisions(desk, note.id)][:2] == ["(U) My text.", "(U) Their text."]


def test_an_open_edit_is_found_again(place, note, shell):
    tab = place.show(NotesTab)
    press(tab, "Edit First login")
    tab.changes[note.id].editor.text.setPlainText("(U) Not finished.")
    tab.keep()
    again = place.show(NotesTab)
    assert again.changes[note.id].editor.text.toPlainText() == "(U) Not finished."
    press(again, "Discard changes")
    assert says(again.list, "Nothing else.") and not again.changes


def test_a_note_is_struck_out_with_a_reason(place, note, desk):
    tab = place.show(NotesTab)

    def strike(dialog):
        dialog.reason.setText("Wrong case")
        press(dialog, "Strike out")

    during(lambda: tab.cards[note.id].strike_asked.emit(note.id), strike)
    assert desk.vault.get(Note, note.id).entered_in_error == "Wrong case"
    assert says(tab, "No notes yet.")


def test_the_filter_finds_by_every_word(place, desk, note, qtbot):
    make_note(desk, place.case, "(U) A second host answered.", title="Second host")
    tab = place.show(NotesTab)
    QTest.keyClicks(tab.filter, "host second")
    qtbot.waitUntil(lambda: says(tab, "1 of 2 notes"))
    assert says(tab.list, "A second host answered.") and not says(tab.list, "First login succeeded.")
