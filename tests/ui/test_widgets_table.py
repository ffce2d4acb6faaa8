# SPDX-License-Identifier: Apache-2.0
import pytest
from PySide6.QtCore import QItemSelectionModel, QPoint, Qt
from PySide6.QtGui import QAccessible, QContextMenuEvent, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu

from reviewer_app.ui import theme
from reviewer_app.ui.tokens import CONTRAST
from reviewer_app.ui.widgets.controls import FilterField
from reviewer_app.ui.widgets.layout import column
from reviewer_app.ui.widgets.rows import sorted_rows
from reviewer_app.ui.widgets.table import Cell, Head, Row, Table

HEADS = (Head("Number", 92), Head("Codename", 0), Head("Developer", 138, drop=1), Head("Left", 78, right=True, drop=2))
NAMES = ("PAPER KITE", "SLOW RIVER", "TIN WHISTLE", "BLUE HERON")


def rows(names=NAMES):
    left = {"PAPER KITE": 10, "SLOW RIVER": 9, "TIN WHISTLE": 100}
    return [
        Row(name.split()[0], (f"2026-{at:04}", Cell(name, weight=600), "Example Developer", days(left.get(name))))
        for at, name in enumerate(names)
    ]


def days(number):
    return Cell("") if number is None else Cell(f"{number} d", sort=number)


@pytest.fixture
def table(qtbot):
    made = Table(HEADS, rows(), "Cases", empty="No case holds these words")
    qtbot.addWidget(made)
    made.resize(800, 400)
    made.show()
    made.activateWindow()
    qtbot.waitUntil(made.isActiveWindow)
    made.setFocus()
    return made


def shown(table):
    return list(table.rows.keys)


def choose(table, *lines):
    for line in lines:
        table.selectionModel().select(
            table.rows.index(line, 0), QItemSelectionModel.SelectionFlag.Select | QItemSelectionModel.SelectionFlag.Rows
        )


@pytest.mark.parametrize(
    ("column_", "descending", "expected"),
    [
        (1, False, ["BLUE", "PAPER", "SLOW", "TIN"]),
        (1, True, ["TIN", "SLOW", "PAPER", "BLUE"]),
        (3, False, ["SLOW", "PAPER", "TIN", "BLUE"]),  # by number, not by word; empty last either way
        (3, True, ["TIN", "PAPER", "SLOW", "BLUE"]),
    ],
)
def test_a_column_is_sorted_by_its_values(table, column_, descending, expected):
    table.sort(column_, descending)
    assert shown(table) == expected
    word = "descending" if descending else "ascending"
    assert table.accessibleDescription() == f"Sorted by {HEADS[column_].text}, {word}"


def test_a_date_and_words_in_one_column_do_not_stop_the_sort():
    mixed = [
        Row("a", ("not recorded",)),
        Row("b", (Cell("9 Dec", sort=9),)),
        Row("c", ("",)),
        Row("d", (Cell("3", sort=3),)),
    ]
    assert [row.key for row in sorted_rows(mixed, 0, False)] == ["d", "b", "a", "c"]
    assert [row.key for row in sorted_rows(mixed, 0, True)] == ["b", "d", "a", "c"]


def test_a_click_on_a_heading_sorts_and_a_second_turns_it_round(table):
    at = table.across.sectionViewportPosition(1) + 20
    for descending in (False, True, False):
        QTest.mouseClick(table.across.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(at, 10))
        assert (table.across.sorted_by, table.across.descending) == (1, descending)


def test_the_sort_arrow_stands_beside_its_word(table):
    before = table.across.grab().toImage()
    table.sort(1)
    after = table.across.grab().toImage()
    changed = [
        x for x in range(after.width()) if any(before.pixel(x, y) != after.pixel(x, y) for y in range(after.height()))
    ]
    left = table.across.sectionViewportPosition(1)
    word = table.fontMetrics().horizontalAdvance("Codename")
    assert left + word < changed[0] <= left + 8 + word + 16 and changed[-1] - changed[0] < 16


def test_filtering_keeps_rows_that_hold_every_word(table):
    table.filter("river example")
    assert shown(table) == ["SLOW"]
    assert table.count_text("case") == "1 of 4 cases"
    table.filter("nothing like it")
    assert shown(table) == [] and table.current_key() == ""
    table.filter("")
    assert table.count_text("case") == "4 cases"


def test_the_selection_is_kept_by_key_when_rows_change(table):
    table.select_key("TIN")
    choose(table, 0)
    table.sort(1, True)
    assert table.current_key() == "TIN" and table.selected_keys() == ["TIN", "PAPER"]
    table.set_rows(rows(("TIN WHISTLE", "NORTH PORCH", "BLUE HERON")))
    assert table.current_key() == "TIN" and table.selected_keys() == ["TIN"]


def test_the_same_row_is_told_once_however_often_rows_are_shown(table):
    told = []
    table.chosen.connect(told.append)
    table.select_key("TIN")
    table.set_rows(rows())
    table.sort(1)
    table.select_key("BLUE")
    table.set_rows(())
    table.set_rows(rows())
    assert told == ["TIN", "BLUE", ""]


def test_losing_the_current_row_is_told(table, qtbot):
    table.select_key("TIN")
    with qtbot.waitSignal(table.chosen, check_params_cb=lambda key: key == ""):
        table.filter("heron")


def test_keys_open_and_copy(table, qtbot):
    table.select_key("BLUE")
    with qtbot.waitSignal(table.opened) as opened:
        QTest.keyClick(table, Qt.Key.Key_Return)
    assert opened.args == ["BLUE"]
    QTest.keyClick(table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == (
        "Number\tCodename\tDeveloper\tLeft\n2026-0003\tBLUE HERON\tExample Developer\t"
    )


def test_copying_goes_through_the_gate_it_is_given(table):
    copied = []
    table.copy = copied.append
    QTest.keyClick(table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert copied == []
    choose(table, 1, 2)
    QTest.keyClick(table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert [line.split("\t")[1] for line in copied[0].splitlines()] == ["Codename", "SLOW RIVER", "TIN WHISTLE"]


@pytest.mark.qt_log_ignore("does not support raise", "does not support grabbing", extend=True)  # a menu, offscreen
def test_the_menu_sorts_and_copies_without_a_mouse(table, qtbot):
    place = QPoint(5, 10)
    asked = QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, place, table.mapToGlobal(place))
    QApplication.sendEvent(table, asked)
    menu = table.findChild(QMenu)
    words = [action.text() for action in menu.actions() if action.text()]
    assert words == ["Copy rows", "Sort by Number", "Sort by Codename", "Sort by Developer", "Sort by Left"]
    menu.actions()[-1].trigger()
    assert table.across.sorted_by == 3


def test_columns_leave_in_their_order_and_come_back(table, qtbot):
    told = []
    table.dropped.connect(told.append)
    for width, hidden in ((900, []), (400, [2]), (260, [2, 3]), (800, [])):
        table.resize(width, 400)
        assert [at for at in range(4) if table.isColumnHidden(at)] == hidden
        assert told[-1] == len(hidden)


def test_a_table_without_rows_says_what_belongs_there(qtbot):
    words, silent = (Table(HEADS, (), "Cases", empty=text) for text in ("No cases yet", ""))
    for made in (words, silent):
        qtbot.addWidget(made)
        made.resize(600, 300)
        made.show()
    assert words.grab().toImage() != silent.grab().toImage()


def test_a_fitted_table_is_as_high_as_its_rows(qtbot):
    made = Table(HEADS, rows(), "Cases", fit=True)
    qtbot.addWidget(made)
    assert made.height() == 4 * 32 + 32 + 2
    made.set_rows(rows(NAMES[:2]))
    assert made.height() == 2 * 32 + 32 + 2


def test_rows_are_fetched_as_they_are_looked_at(qtbot):
    asked = []

    def fetch(keys):
        asked.append(len(keys))
        return [Row(key, (key, f"CASE {key}", "", "")) for key in keys]

    made = Table(HEADS, (), "Cases")
    qtbot.addWidget(made)
    made.set_keys([str(number) for number in range(100_000)], fetch)
    made.resize(800, 400)
    made.show()
    qtbot.waitUntil(lambda: asked == [200])
    assert made.rows.rowCount() == 100_000
    assert made.rows.cell(99_999, 1).text == "CASE 99999" and asked == [200, 200]
    with qtbot.waitSignal(made.sort_asked) as sorted_:
        made.sort(1, True)
    assert sorted_.args == [1, True]
    made.select_key("5")
    made.set_keys(["7", "5"], fetch)
    assert made.current_key() == "5" and made.selected_keys() == ["5"]


def test_a_screen_reader_hears_cells_and_headings(table):
    table.set_rows([Row("a", (Cell("10 d", tip="10 days 1 hour left"), "BLUE HERON\nExample", "", ""))])
    face = QAccessible.queryAccessibleInterface(table)
    heard = [face.child(at).text(QAccessible.Text.Name) for at in range(face.childCount())]
    assert "Codename" in heard and "10 days 1 hour left" in heard and "BLUE HERON, Example" in heard


@pytest.mark.parametrize("tokens", [theme.LIGHT, CONTRAST], ids=["light", "high contrast"])
def test_the_current_row_has_a_ring_that_is_seen(qapp, table, tokens):
    theme.apply(qapp, tokens, 13)
    table.select_key("SLOW")
    table.setFocus()
    ring = theme.colour("on_selection" if tokens is CONTRAST else "accent").name()
    image = table.viewport().grab().toImage()
    top = table.rowViewportPosition(1)
    column_ = [image.pixelColor(300, y).name() for y in range(top, top + table.row_height)]
    assert column_.count(ring) >= 4


def test_typing_in_the_table_filters_it(qtbot, problems):
    made = Table(HEADS, rows(), "Cases")
    typed = FilterField("Filter cases", made)
    typed.filtered.connect(made.filter)
    window = column(typed, (made, 1))
    qtbot.addWidget(window)
    assert problems(window) == []
    made.setFocus()
    with qtbot.waitSignal(typed.filtered) as filtered:
        QTest.keyClicks(made, "h")
        QTest.keyClicks(typed, "eron")
    assert filtered.args == ["heron"] and shown(made) == ["BLUE"]
    QTest.keyClick(typed, Qt.Key.Key_Down)
    assert made.hasFocus() and made.current_key() == "BLUE"
    typed.setFocus()
    with qtbot.waitSignal(typed.filtered):
        QTest.keyClick(typed, Qt.Key.Key_Escape)
    assert len(shown(made)) == 4
