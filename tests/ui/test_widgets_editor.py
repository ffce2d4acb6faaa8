# SPDX-License-Identifier: Apache-2.0
import pytest
from PySide6.QtCore import QMimeData, Qt, QUrl
from PySide6.QtGui import QTextCursor
from PySide6.QtTest import QTest

from reviewer_app.ui import theme
from reviewer_app.ui.tokens import DARK
from reviewer_app.ui.widgets.controls import button
from reviewer_app.ui.widgets.editor import PortionEditor
from reviewer_app.ui.widgets.layout import column

MARKS = (
    ("(U)", "UNCLASSIFIED"),
    ("(CUI)", "CONTROLLED UNCLASSIFIED INFORMATION"),
    ("(S)", "SECRET"),
    ("(S//NF)", "SECRET//NOFORN"),
)


def check(text):
    return None if all(part.startswith("(") for part in text.split("\n\n")) else "A paragraph has no portion mark"


@pytest.fixture
def editor(qtbot):
    made = PortionEditor("Draft note", "(U) Run of the mock log.\n\n", MARKS, check)
    window = column((made, 1), button("Add note", "main"))
    qtbot.addWidget(window)
    window.resize(700, 500)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    made.setFocus()
    made.moveCursor(QTextCursor.MoveOperation.End)
    yield made
    window.close()


def offered(editor):
    return list(editor._list.rows.keys) if editor._list and editor._list.isVisible() else []


def test_an_open_parenthesis_at_the_start_of_a_paragraph_offers_the_marks(editor):
    QTest.keyClicks(editor, "(")
    assert offered(editor) == ["(U)", "(CUI)", "(S)", "(S//NF)"]
    QTest.keyClicks(editor, "s")
    assert offered(editor) == ["(S)", "(S//NF)"]
    QTest.keyClick(editor, Qt.Key.Key_Down)
    QTest.keyClick(editor, Qt.Key.Key_Return)
    QTest.keyClicks(editor, "Two samples")
    assert editor.toPlainText() == "(U) Run of the mock log.\n\n(S//NF) Two samples" and offered(editor) == []


def test_completion_is_one_step_to_undo(editor):
    QTest.keyClicks(editor, "(cu")
    QTest.keyClick(editor, Qt.Key.Key_Return)
    assert editor.toPlainText().endswith("(CUI) ")
    editor.undo()
    assert editor.toPlainText().endswith("(cu")


@pytest.mark.parametrize("typed", ["word (", "(x", "( "])
def test_other_parentheses_offer_nothing(editor, typed):
    QTest.keyClicks(editor, typed)
    assert offered(editor) == []


@pytest.mark.parametrize("leave", ["escape", "tab", "finish"])
def test_the_list_closes_and_leaves_the_text_alone(editor, leave):
    QTest.keyClicks(editor, "(S")
    if leave == "escape":
        QTest.keyClick(editor, Qt.Key.Key_Escape)
    elif leave == "tab":
        QTest.keyClick(editor, Qt.Key.Key_Tab)
        assert not editor.hasFocus()
    else:
        QTest.keyClicks(editor, ") ")
    assert offered(editor) == [] and "(S" in editor.toPlainText() and "\t" not in editor.toPlainText()


def test_the_mouse_chooses_a_mark(editor):
    QTest.keyClicks(editor, "(")
    marks = editor._list
    place = marks.visualRect(marks.rows.index(2, 0)).center()
    QTest.mouseClick(marks.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert editor.toPlainText().endswith("(S) ")


def test_the_list_dies_with_its_editor(editor, qtbot):
    QTest.keyClicks(editor, "(")
    with qtbot.waitSignal(editor._list.destroyed):
        editor.deleteLater()


def test_what_is_typed_is_checked_and_the_answer_is_heard(editor, qtbot):
    with qtbot.waitSignal(editor.checked) as checked:
        QTest.keyClicks(editor, "Two samples")
    assert checked.args == ["A paragraph has no portion mark"] == [editor.accessibleDescription()]
    editor.setPlainText("(U) All marked.")
    assert editor.check_now() == "" == editor.accessibleDescription()


def test_tinted_paragraphs_follow_the_theme(editor, qapp):
    editor.setPlainText("(U) first\nsame paragraph\n\nsecond\n\n\n(U) third")
    editor.tint([1])
    assert [spot.cursor.selectedText() for spot in editor.extraSelections()] == ["second"]
    editor.tint([0, 2])
    assert [spot.cursor.selectedText() for spot in editor.extraSelections()] == [
        "(U) first",
        "same paragraph",
        "(U) third",
    ]
    theme.apply(qapp, DARK, 13)
    assert editor.extraSelections()[0].format.background().color().name() == DARK.attention_fill


def test_pasted_text_is_words_and_a_file_is_not_taken(editor):
    rich, files = QMimeData(), QMimeData()
    rich.setHtml('<img src="file://server/x.png"><b>bold</b>')
    rich.setText("bold")
    files.setUrls([QUrl("file:///evidence/a.eval")])
    editor.setPlainText("")
    editor.insertFromMimeData(rich)
    editor.insertFromMimeData(files)
    assert editor.toPlainText() == "bold"


def test_the_editor_has_no_problems(editor, problems):
    assert problems(editor.window()) == []
