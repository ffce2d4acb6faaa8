# SPDX-License-Identifier: Apache-2.0
"""After the unlock everything is as it was left: page, part, cursor, scroll, filter, order and chosen row."""

import json

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from reviewer_app.services import attachments, findings, preferences
from reviewer_app.ui.workplace import Workplace
from tests.desks import open_desk
from tests.factories import incoming, make_case, make_note, text_file

Ctrl = Qt.KeyboardModifier.ControlModifier
LONG = "\n\n".join(f"(U) Paragraph {number} of a long note." for number in range(60))


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    yield from open_desk(tmp_path_factory)


@pytest.fixture(autouse=True)
def _nowhere(desk):
    preferences.remember(desk, "place", "")


@pytest.fixture
def case(desk):
    return make_case(desk).id


@pytest.fixture
def open_window(qtbot, desk, appearance, tasks):
    """A signed-in window, as after an unlock."""

    def start():
        made = Workplace(desk, appearance, tasks)
        qtbot.addWidget(made.shell)
        made.shell.resize(1440, 900)
        made.shell.show()
        made.shell.activateWindow()
        qtbot.waitUntil(made.shell.isActiveWindow)
        made.start()
        QApplication.processEvents()
        return made

    return start


@pytest.fixture
def again(open_window, qtbot):
    """Locks a window and opens the next."""

    def lock(place):
        with qtbot.waitSignal(place.locked):
            QTest.keyClick(place.shell, Qt.Key.Key_L, Ctrl)
        return open_window()

    return lock


def test_the_docket_has_its_filter_view_order_and_row(desk, open_window, again):
    wanted = [make_case(desk, codename=f"GREY OWL {number}").id for number in range(3)]
    place = open_window()
    docket = place.docket
    docket.filter.setText("grey owl")
    QTest.keyClick(docket.filter, Qt.Key.Key_Down)
    docket.views.choose(2)
    docket.views.choose(0)
    docket.table.sort(1, descending=True)
    docket.table.select_key(wanted[1])
    after = again(place).docket
    assert after.filter.text() == "grey owl" and after.views.current() == 0
    assert [line.codename for line in after.shown] == ["GREY OWL 2", "GREY OWL 1", "GREY OWL 0"]
    assert after.table.current_key() == wanted[1] and after.table.across.descending
    after.views.choose(2)


def test_the_docket_waits_as_it_was_left_behind_a_case(case, open_window, again):
    place = open_window()
    place.docket.filter.put("heron")
    place.docket.views.choose(3)
    place.open_case(case, "findings")
    after = again(place)
    assert after.shell.page() is after.case and after.case.tab() == "findings"
    after.show_docket()
    assert after.docket.filter.text() == "heron" and after.docket.views.current() == 3 and after.docket.shown == []


def test_the_cursor_stands_in_the_note_where_it_stood(case, open_window, again):
    place = open_window()
    place.open_case(case, "notes")
    editor = place.case.part("notes").editor
    editor.title.setText("A long note")
    editor.text.setPlainText(LONG)
    editor.text.setFocus()
    cursor = editor.text.textCursor()
    cursor.setPosition(700)
    cursor.setPosition(712, cursor.MoveMode.KeepAnchor)
    editor.text.setTextCursor(cursor)
    QApplication.processEvents()
    scrolled = editor.text.verticalScrollBar().value()
    after = again(place)
    there = after.case.part("notes").editor
    assert (there.text.textCursor().anchor(), there.text.textCursor().position()) == (700, 712)
    assert there.text.textCursor().selectedText() == cursor.selectedText() != ""
    assert after.shell.focusWidget() is there.text
    assert there.text.verticalScrollBar().value() == scrolled > 0


def test_a_title_that_was_being_written_has_the_cursor(case, open_window, again):
    place = open_window()
    place.open_case(case, "notes")
    title = place.case.part("notes").editor.title
    title.setFocus()
    QTest.keyClicks(title, "A note on heron")
    title.setSelection(2, 4)
    after = again(place)
    there = after.case.part("notes").editor.title
    assert after.shell.focusWidget() is there and there.selectedText() == "note"


def test_an_edit_and_the_place_in_the_log_are_found_again(desk, case, open_window, again, qtbot):
    notes = [make_note(desk, case, LONG, title=f"Note {number}") for number in range(4)]
    place = open_window()
    place.open_case(case, "notes")
    tab = place.case.part("notes")
    tab._on_edit(notes[1].id)
    edit = tab.changes[notes[1].id].editor
    edit.text.insertPlainText("(U) A paragraph before.\n\n")
    qtbot.waitUntil(lambda: tab.bar.maximum() > 0)
    tab.bar.triggerAction(tab.bar.SliderAction.SliderToMinimum)
    tab.bar.setValue(300)
    tab.bar.triggerAction(tab.bar.SliderAction.SliderSingleStepAdd)
    edit.text.setFocus()
    left = tab.bar.value()
    after = again(place)
    there = after.case.part("notes")
    assert after.shell.focusWidget() is there.changes[notes[1].id].editor.text
    qtbot.waitUntil(lambda: there.bar.value() == left)


def test_a_log_that_was_read_at_its_end_is_at_its_end(desk, case, open_window, again, qtbot):
    for number in range(4):
        make_note(desk, case, LONG, title=f"Note {number}")
    place = open_window()
    place.open_case(case, "notes")
    tab = again(place).case.part("notes")
    qtbot.waitUntil(lambda: tab.bar.maximum() > 0 and tab.bar.value() == tab.bar.maximum())


@pytest.mark.parametrize("field", ["subject", "addressee", "sender_line", "body"])
def test_the_cursor_stands_in_the_memo_where_it_stood(case, open_window, again, field):
    place = open_window()
    place.open_case(case, "memos")
    draft = place.case.part("memos").draft
    text = getattr(draft, field)
    text.setFocus()
    QTest.keyClick(text, Qt.Key.Key_End, Ctrl)
    QTest.keyClicks(text, "xyz")
    QTest.keyClick(text, Qt.Key.Key_Left)
    after = again(place)
    there = getattr(after.case.part("memos").draft, field)
    assert after.shell.focusWidget() is there
    QTest.keyClicks(there, "w")
    assert "xywz" in (there.toPlainText() if field == "body" else there.text())


def test_the_part_of_the_memo_is_the_one_that_was_shown(case, open_window, again):
    place = open_window()
    place.open_case(case, "memos")
    place.case.part("memos").views.choose(2)
    assert again(place).case.part("memos").views.current() == 2


def test_the_chosen_attachment_is_chosen_again_and_no_other_is_opened(desk, case, open_window, again, tmp_path):
    files = [
        attachments.attach(desk, case, text_file(tmp_path, name, name), incoming()).attachment
        for name in ("a.txt", "b.txt", "c.txt")
    ]
    place = open_window()
    place.open_case(case, "evaluations")
    tab = place.case.part("evaluations")
    tab.filter.put("txt")
    tab.table.select_key(files[0].id)
    entries = len(desk.vault.entries(case))
    after = again(place)
    there = after.case.part("evaluations")
    assert there.table.current_key() == files[0].id and there.filter.text() == "txt"
    assert there.view.accessibleName() == "Attachment a.txt"
    assert {each.subject for each in desk.vault.entries(case)[:-entries]} <= {case, files[0].id}


def test_the_chosen_finding_is_chosen_again(desk, case, open_window, again):
    found = [findings.add(desk, case, f"Weakness {number}", "U") for number in range(3)]
    place = open_window()
    place.open_case(case, "findings")
    place.case.part("findings").table.select_key(found[1].id)
    place.show_tab("history")
    after = again(place)
    assert after.case.tab() == "history"
    after.show_tab("findings")
    assert after.case.part("findings").table.current_key() == found[1].id


def test_a_part_nobody_looked_at_since_is_still_as_it_was_left(desk, case, open_window, again):
    make_note(desk, case)
    place = open_window()
    place.open_case(case, "notes")
    place.case.part("notes").filter.put("login")
    place.show_tab("overview")
    second = again(place)
    third = again(second)
    third.show_tab("notes")
    assert third.case.part("notes").filter.text() == "login"


@pytest.mark.parametrize(
    "harm",
    [
        {"docket": 7},
        {"docket": {"filter": 1, "view": 0, "sort": [0, False], "row": ""}},
        {"docket": {"filter": "", "view": 99, "sort": [0, False], "row": ""}},
        {"docket": {"filter": "", "view": 0, "sort": [99, False], "row": ""}},
        {"docket": {"filter": "", "view": 0, "sort": None, "row": ""}},
        {"parts": {"notes": {"filter": "", "most": 1, "scroll": 10**12, "editors": {}}}},
        {"parts": {"notes": {"filter": "", "most": 1, "scroll": 0, "editors": {"": {"title": [0], "text": [1, 2]}}}}},
        {"parts": {"notes": []}},
        {"parts": {"notes": {"filter": "", "most": "x"}}},
    ],
)
def test_a_place_of_another_program_is_followed_as_far_as_it_can_be(desk, case, open_window, harm):
    preferences.remember(desk, "place", json.dumps({"page": "case", "case": case, "tab": "notes", **harm}))
    made = open_window()
    assert made.shell.page() is made.case and made.case.tab() == "notes"
    assert made.case.part("notes").editor.isVisible()


@pytest.mark.parametrize("left", ['{"page": "vault"}', '{{"case": "{case}", "tab": "memos"}}'])
def test_the_place_of_an_earlier_program_is_found(desk, case, open_window, left):
    preferences.remember(desk, "place", left.format(case=case) if "case" in left else left)
    made = open_window()
    assert made.shell.page() is (made.case if "case" in left else made.vault_page)
    assert made.case is None or made.case.tab() == "memos"
