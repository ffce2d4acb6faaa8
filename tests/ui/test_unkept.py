# SPDX-License-Identifier: Apache-2.0
"""Text that the vault does not take stays in the window, and nobody is told that it was kept; Lock is always there."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QDialog

from reviewer_app.domain.findings import Finding
from reviewer_app.domain.notes import Note
from reviewer_app.errors import NoSpace
from reviewer_app.services import notes
from reviewer_app.services.door import Door, Front, Resident
from reviewer_app.ui.case import note_editor
from reviewer_app.ui.dialog import Dialog, Question
from reviewer_app.ui.dialogs.form import kept_forms
from reviewer_app.ui.dialogs.record_date import RecordDateDialog
from reviewer_app.ui.parting import Parting, Reason
from reviewer_app.ui.unlock import Unlock
from reviewer_app.ui.workplace import Workplace
from tests.desks import open_desk
from tests.factories import make_case, make_note, text_file
from tests.ui.places import during, press, says

Ctrl = Qt.KeyboardModifier.ControlModifier


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    yield from open_desk(tmp_path_factory)


@pytest.fixture
def case(desk):
    return make_case(desk).id


@pytest.fixture
def place(qtbot, desk, case, appearance, tasks):
    made = Workplace(desk, appearance, tasks)
    qtbot.addWidget(made.shell)
    made.shell.resize(1440, 900)
    made.shell.show()
    made.shell.activateWindow()
    qtbot.waitUntil(made.shell.isActiveWindow)
    made.start()
    made.open_case(case, "notes")
    return made


@pytest.fixture
def editor(place):
    return place.case.part("notes").editor


@pytest.fixture
def disk(desk, monkeypatch):
    """A disk that is full until `free` is called."""

    class Full:
        real = desk.vault.save_draft

        def __init__(self):
            monkeypatch.setattr(desk.vault, "save_draft", self.refuse)

        def refuse(self, *_):
            raise NoSpace(needed="64 MB")

        def free(self):
            monkeypatch.setattr(desk.vault, "save_draft", self.real)

    made = Full()
    yield made


def kept(desk, case):
    return notes.draft(desk, notes.place(case))


def test_a_refused_draft_is_told_tried_again_and_then_kept(editor, desk, case, disk, qtbot, monkeypatch):
    monkeypatch.setattr(note_editor, "AGAIN", 50)
    QTest.keyClicks(editor.text, "(U) Half a sentence")
    qtbot.waitUntil(lambda: editor.wrong.text().startswith("The draft is not kept. The disk is full"))
    assert editor.kept.text() == ""
    editor.text.check_now()
    assert editor.wrong.isVisible()
    disk.free()
    qtbot.waitUntil(lambda: editor.kept.text().startswith("Kept in the vault"))
    assert editor.wrong.isHidden() and "Half a sentence" in kept(desk, case)


def test_a_lock_after_a_refused_pause_tries_again(place, editor, desk, case, disk, qtbot):
    QTest.keyClicks(editor.text, "(U) Half")
    qtbot.waitUntil(lambda: "not kept" in editor.wrong.text())
    disk.free()
    with qtbot.waitSignal(place.locked) as locked:
        place.shell.lock_asked.emit()
    assert locked.args == [Parting(Reason.ASKED)] and "Half" in kept(desk, case)


def test_one_refused_draft_does_not_hold_up_another(place, editor, desk, case, monkeypatch):
    note = make_note(desk, case, "(U) First.")
    place.changed()
    press(place.case, f"Edit {note.title}")
    editor.text.setPlainText("(U) New one")
    place.case.part("notes").changes[note.id].editor.text.setPlainText("(U) Second.")
    real = desk.vault.save_draft

    def refuse_edits(where, *rest):
        if where != notes.place(case):
            raise NoSpace(needed="64 MB")
        real(where, *rest)

    with monkeypatch.context() as full:
        full.setattr(desk.vault, "save_draft", refuse_edits)
        with pytest.raises(NoSpace):
            place.keep()
    assert "New one" in kept(desk, case)


def test_closing_asks_before_text_is_lost(place, editor, disk, qtbot, caplog):
    QTest.keyClicks(editor.text, "(U) Half")
    with qtbot.assertNotEmitted(place.closed):
        during(place.shell.close, lambda question: press(question, "Keep the window open"))
    assert place.shell.isVisible() and editor.text.toPlainText() == "(U) Half"
    with qtbot.waitSignal(place.closed):
        during(place.shell.close, lambda question: press(question, "Close and lose them"))
    assert not place.shell.isVisible()
    caplog.clear()


@pytest.mark.parametrize("other", ["show_vault", "show_docket", "open_case"])
def test_a_page_whose_text_is_not_kept_stays_in_front(place, editor, desk, disk, other):
    QTest.keyClicks(editor.text, "(U) Half")
    page, leave = place.case, getattr(place, other)
    said = []

    def read(dialog):
        said.append(says(dialog, "The disk is full"))
        press(dialog, "Close")

    during(lambda: leave(make_case(desk).id) if other == "open_case" else leave(), read)
    assert said == [True] and place.shell.page() is page and editor.text.toPlainText() == "(U) Half"
    assert place.shell.side.current() is place.shell.side.items["docket"]
    disk.free()


# --- Ctrl+L ------------------------------------------------------------------------------------------------------------


def test_ctrl_l_locks_at_once_from_a_dialog_on_a_dialog(place, qtbot):
    seen = []

    def ask(dialog):
        dialog.codename.setText("BLUE HERON")
        during(dialog.reject, lock)

    def lock(question):
        assert isinstance(question, Question)
        qtbot.waitUntil(question.isActiveWindow)
        with qtbot.waitSignal(place.locked):
            QTest.keyClick(question, Qt.Key.Key_L, Ctrl)
        seen.extend(each.isVisible() for each in place.shell.findChildren(Dialog))

    during(place.new_case, ask)
    assert seen and not any(seen)
    assert not place.shell.body.isVisible()


def test_what_was_typed_in_a_form_is_there_again_after_a_lock(place, desk, case, appearance, tasks, qtbot):
    def type_and_lock(form):
        form.title_line.setText("Weak check")
        form.impact.setPlainText("Files\ncan be read")
        form.public.setCurrentIndex(1)
        qtbot.waitUntil(form.isActiveWindow)
        with qtbot.waitSignal(place.locked):
            QTest.keyClick(form, Qt.Key.Key_L, Ctrl)
        QDialog.done(form, 0)  # a locked program ends without closing its dialogs

    def go_on(form):
        assert (form.title_line.text(), form.impact.toPlainText()) == ("Weak check", "Files\ncan be read")
        assert form.public.currentIndex() == 1
        assert says(form, "As you left it; not recorded yet.")
        form.accept()

    seen = []
    place.show_tab("findings")
    during(place.case.act, type_and_lock)
    after = Workplace(desk, appearance, tasks)
    qtbot.addWidget(after.shell)
    after.start()
    told = "What you typed in “Record a finding” is kept and not recorded yet. Open that form again to go on."
    assert told in after.docket.remarks and told in [alert.text for alert in after.case.news.alerts()]
    elsewhere = make_case(desk).id
    after.open_case(elsewhere, "findings")
    during(after.case.act, lambda form: (seen.append(form.title_line.text()), form.reject()))
    assert seen == [""]
    after.open_case(case, "findings")
    during(after.case.act, go_on)
    assert [each.title for each in desk.vault.find(Finding, case=case)] == ["Weak check"]
    after.keep()
    assert "Record a finding" not in kept_forms(desk)


# --- where the focus goes ------------------------------------------------------------------------------------------


def test_after_a_revision_the_focus_is_on_its_card(place, desk, case, qtbot):
    note = make_note(desk, case, "(U) First.")
    place.changed()
    press(place.case, f"Edit {note.title}")
    change = place.case.part("notes").changes[note.id]
    QApplication.processEvents()  # it is shown by the layout
    change.editor.text.setPlainText("(U) Second.")
    QTest.keyClick(change.editor.text, Qt.Key.Key_Return, Ctrl)
    assert QApplication.focusWidget() is place.case.part("notes").cards[note.id].edit


def test_after_attaching_to_an_empty_case_the_focus_is_on_the_list(place, tmp_path):
    place.show_tab("evaluations")
    QApplication.processEvents()
    tab = place.case.part("evaluations")
    button = next(each for each in tab.findChildren(QAbstractButton) if each.accessibleName() == "Attach files")
    button.setFocus()
    file = text_file(tmp_path, "a.txt", "Text.")
    during(lambda: place.attach_files([file]), lambda dialog: press(dialog, "Attach"))
    assert place.shell.focusWidget() is tab.table


def test_the_next_unlock_goes_on_in_the_draft(place, editor, desk, case, appearance, tasks, qtbot):
    QTest.keyClicks(editor.title, "Half a title")
    QTest.keyClicks(editor.text, "(U) Half")
    place.shell.close()
    again = Workplace(desk, appearance, tasks)
    qtbot.addWidget(again.shell)
    again.start()
    assert again.shell.focusWidget() is again.case.part("notes").editor.text


# --- notes as they are changed ---------------------------------------------------------------------------------------


def test_the_same_words_again_are_no_revision_and_leave_no_draft(place, desk, case):
    note = make_note(desk, case, "(U) First.")
    place.changed()
    press(place.case, f"Edit {note.title}")
    tab = place.case.part("notes")
    tab.changes[note.id].editor.text.setPlainText("(U) First. ")
    tab.keep()
    press(tab.changes[note.id], "Save revision")
    assert len(notes.revisions(desk, note.id)) == 1 and not tab.changes
    assert notes.drafted(desk, case) == [] and desk.vault.get(Note, note.id) == note


def test_discarded_changes_can_be_brought_back(place, desk, case):
    note = make_note(desk, case, "(U) First.")
    place.changed()
    press(place.case, f"Edit {note.title}")
    tab = place.case.part("notes")
    tab.changes[note.id].editor.text.setPlainText("(U) Second.")
    press(tab.changes[note.id], "Discard changes")
    assert says(tab, "The changes were discarded.") and not tab.changes
    press(tab.undo, "Undo")
    assert tab.changes[note.id].editor.writing() == (note.title, "(U) Second.")


def test_the_revisions_beside_a_note_follow_its_next_one(place, desk, case):
    note = make_note(desk, case, "(U) First.")
    note = notes.edit(desk, note, note.title, "(U) Second.")
    place.changed()
    tab = place.case.part("notes")
    press(tab, f"revision 2 of {note.title}")
    press(tab, f"Edit {note.title}")
    tab.changes[note.id].editor.text.setPlainText("(U) Third.")
    press(tab.changes[note.id], "Save revision")
    assert says(tab.side, "Revision 3")


def test_esc_asks_before_a_form_is_thrown_away(place, case):
    seen = []

    def leave(dialog):
        dialog.source.setText("Letter 4")
        during(lambda: QTest.keyClick(dialog, Qt.Key.Key_Escape), lambda question: press(question, "Keep"))
        seen.append((dialog.isVisible(), dialog.source.text()))

    during(lambda: RecordDateDialog.ask(place.shell, place.desk, place.case.file), leave)
    assert seen == [(True, "Letter 4")]


def test_one_person_is_named_and_not_asked_for(qtbot):
    people = (Resident("a" * 32, "Ann Officer", ("officer",)),)
    page = Unlock(Door(Path("Test.vault"), people, Front("Office 7", "SECRET", "Read this.", False)))
    qtbot.addWidget(page)
    page.show()
    assert says(page, "Ann Officer, officer") and not page.people.isVisible()
