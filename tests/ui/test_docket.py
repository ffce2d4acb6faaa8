# SPDX-License-Identifier: Apache-2.0
"""The docket on a real desk: what it says without cases, its order, filter, views, alerts, sizes and themes."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from reviewer_app.domain.cases import Case, Material
from reviewer_app.domain.people import Role
from reviewer_app.services import docket as service
from reviewer_app.services import facts
from reviewer_app.ui.docket import HEADS, Docket
from reviewer_app.ui.theme import GAP, em, font
from reviewer_app.ui.widgets.strips import Alert
from tests.desks import PERSON, open_desk
from tests.factories import at, make_case
from tests.ui.cases import BARE
from tests.ui.places import press, says

NUMBER, CODENAME, ENDS, LEFT, LAST = 0, 1, 6, 7, 10
REMARK = "The slot file was put right from its other copy."
OPEN = {**BARE, "granted_source": "Access record"}


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    """Four cases: one ends in two days, one in six, one in ten, and of one nothing is known."""
    for desk in open_desk(tmp_path_factory):
        make_case(desk)
        make_case(desk, **{**OPEN, "codename": "GREY OWL", "granted": at(2026, 10, 26, 9)}, developer="Zenith Labs")
        make_case(desk, **{**OPEN, "codename": "RED KITE", "granted": at(2026, 10, 30, 9)})
        bare = make_case(desk, **BARE, codename="white stork")
        facts.set_tracks(
            desk,
            bare,
            access=bare.access,
            evaluation=bare.evaluation,
            consultation=bare.consultation,
            material=Material.RETURN_DUE,
        )
        yield desk


@pytest.fixture
def page(shell, desk, qtbot):
    made = Docket(PERSON, desk.convention)
    made.show_lines(service.lines(desk), desk.moment())
    shell.show_page(made, "docket")
    shell.activateWindow()
    qtbot.waitUntil(shell.isActiveWindow)
    yield made
    shell.drop_page(made)


def column(page, place):
    return [page.table.rows.cell(line, place).text for line in range(len(page.table.rows.keys))]


def click_head(page, place):
    across = page.table.across
    at_head = QPoint(across.sectionViewportPosition(place) + across.sectionSize(place) // 2, across.height() // 2)
    QTest.mouseClick(across.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, at_head)


def test_an_empty_vault_says_what_belongs_here_and_offers_the_first_step(shell, desk, qtbot, problems):
    page = Docket(PERSON, desk.convention)
    page.show_lines([], desk.moment())
    shell.show_page(page, "docket")
    assert says(page, "No cases yet") and says(page, "A case is the file of one model")
    assert problems(shell) == []
    with qtbot.waitSignal(page.new_asked):
        press(page, "Record the first case")
    shell.drop_page(page)


@pytest.mark.parametrize(
    ("roles", "title", "words", "step"),
    [
        ({Role.REVIEWER}, "No case of yours yet", "a supervisor assigns people", "Record a case"),
        ({Role.REVIEWER, Role.OFFICER}, "No case of yours yet", "a supervisor assigns people", "Record a case"),
        ({Role.SUPERVISOR}, "No cases yet", "A case is the file of one model", "Record the first case"),
        ({Role.OFFICER}, "Cases are for reviewers and supervisors", "not shown to officers", "Show the people"),
    ],
)
def test_an_empty_docket_says_what_this_person_sees(shell, desk, qtbot, problems, roles, title, words, step):
    page = Docket(PERSON, desk.convention, frozenset(roles))
    page.show_lines([], desk.moment())
    shell.show_page(page, "docket")
    assert says(page, title) and says(page, words) and problems(shell) == []
    officer = roles == {Role.OFFICER}
    assert says(page, "People, Policy, Journal and Vault stand at the lower left.") == officer
    with qtbot.waitSignal(page.people_asked if officer else page.new_asked):
        press(page, step)
    shell.drop_page(page)


def test_what_ends_soonest_stands_first_and_the_counts_are_told(page):
    assert column(page, CODENAME) == ["GREY OWL", "RED KITE", "BLUE HERON", "white stork"]
    assert column(page, ENDS)[:2] == ["25 Nov 2026 09:00 EST", "29 Nov 2026 09:00 EST"]
    assert column(page, LEFT)[0].startswith("1 d 22 h") and column(page, LEFT)[3] == ""
    assert says(page, "4 cases, access active in 3") and says(page, "4 of 4 cases")
    assert all(text.startswith("today ") for text in column(page, LAST))


def test_one_case_is_counted_as_one(page):
    page.show_lines(page.lines[:1], page._now)
    assert says(page, "1 case, access active in 1") and says(page, "1 of 1 case")


def test_letters_typed_in_the_table_filter_at_once_by_every_word(page, qtbot):
    page.table.setFocus()
    QTest.keyClicks(page.table, "z")
    QTest.keyClicks(page.filter, "enith owl")
    qtbot.waitUntil(lambda: column(page, CODENAME) == ["GREY OWL"])
    assert says(page, "1 of 4 cases")
    QTest.keyClick(page.filter, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: len(page.shown) == 4)


def test_a_filter_without_a_match_says_so_and_enter_opens_nothing(page, qtbot):
    QTest.keyClicks(page.filter, "pelican")
    qtbot.waitUntil(lambda: not page.shown)
    assert says(page, "0 of 4 cases") and page.table.empty_text == "No case matches. Change the filter or the view."
    with qtbot.assertNotEmitted(page.case_opened):
        QTest.keyClick(page.filter, Qt.Key.Key_Return)
        QTest.keyClick(page.table, Qt.Key.Key_Return)


@pytest.mark.parametrize(
    ("view", "found"),
    [
        ("All 4", ["GREY OWL", "RED KITE", "BLUE HERON", "white stork"]),
        ("Mine 4", ["GREY OWL", "RED KITE", "BLUE HERON", "white stork"]),
        ("Ending this week 2", ["GREY OWL", "RED KITE"]),
        ("Material to return 1", ["white stork"]),
    ],
)
def test_a_view_shows_its_cases_and_counts_them(page, view, found):
    press(page, f"View: {view}")
    assert column(page, CODENAME) == found


def test_view_filter_order_and_choice_stay_when_the_cases_are_shown_anew(page, desk, qtbot):
    press(page, "View: Ending this week 2")
    QTest.keyClicks(page.filter, "red")
    qtbot.waitUntil(lambda: column(page, CODENAME) == ["RED KITE"])
    page.table.select(0)
    page.show_lines(service.lines(desk), desk.moment())
    assert column(page, CODENAME) == ["RED KITE"] and page.table.selected_keys() == [page.shown[0].case]


@pytest.mark.parametrize(
    ("place", "first"), [(NUMBER, "BLUE HERON"), (CODENAME, "BLUE HERON"), (ENDS, "GREY OWL"), (2, "BLUE HERON")]
)
def test_a_click_on_a_head_sorts_and_another_turns_it_round(page, place, first):
    click_head(page, place)
    assert column(page, CODENAME)[0] == first
    assert HEADS[place].text in page.table.accessibleDescription()
    up = column(page, place)
    click_head(page, place)
    assert column(page, place)[0] == up[-1] and "descending" in page.table.accessibleDescription()


def test_enter_opens_the_chosen_case(page, qtbot):
    page.table.setFocus()
    QTest.keyClick(page.table, Qt.Key.Key_Down)
    with qtbot.waitSignal(page.case_opened) as opened:
        QTest.keyClick(page.table, Qt.Key.Key_Return)
    assert opened.args == [page.shown[1].case]


# --- alerts --------------------------------------------------------------------------------------------------------


def alert_texts(page):
    return [alert.text for alert in sorted(page.alerts.alerts(), key=Alert.y) if alert.isVisible()]


def test_an_end_within_three_days_is_told_and_leads_to_its_case(page, qtbot):
    (alert,) = page.alerts.alerts()
    assert alert.text.startswith("GREY OWL: government access ends 25 Nov 2026 09:00 EST, in 1 d 22 h")
    with qtbot.waitSignal(page.case_opened) as opened:
        press(alert, "Open case")
    assert opened.args == [page.shown[0].case]


def test_the_end_that_comes_first_stands_on_top(page, qapp):
    near = [page.lines[0]._replace(case=name, codename=name) for name in ("FIRST", "SECOND", "THIRD")]
    page.show_lines(near, page._now)
    qapp.processEvents()
    told = ["FIRST", "SECOND", "1 more case ends within three days."]
    assert [text.partition(":")[0] for text in alert_texts(page)] == told


def test_a_dismissed_alert_stays_dismissed_until_something_is_new(page, desk):
    press(page.alerts.alerts()[0], "Dismiss this alert")
    page.show_lines(service.lines(desk), desk.moment())
    assert page.alerts.alerts() == [] and not page.alerts.isVisible()
    nearer = page.lines[0]._replace(alert=24)
    page.show_lines([nearer], page._now)
    assert len(page.alerts.alerts()) == 1


def test_a_remark_stands_until_it_is_dismissed_and_never_comes_back(page, desk):
    page.remarks = (REMARK, "Another remark.")
    page.show_lines(service.lines(desk), desk.moment())
    remark = next(alert for alert in page.alerts.alerts() if alert.text == REMARK)
    press(remark, "Dismiss this alert")
    page.show_lines(service.lines(desk), desk.moment())
    assert {alert.text for alert in page.alerts.alerts()} >= {"Another remark."}
    assert REMARK not in {alert.text for alert in page.alerts.alerts()} and page.remarks == ("Another remark.",)


def test_a_remark_is_read_in_a_vault_without_cases_too(page, qapp):
    page.remarks = (REMARK,)
    page.show_lines([], page._now)
    qapp.processEvents()
    assert says(page, REMARK)


# --- many cases, little room -----------------------------------------------------------------------------------------


def test_ten_thousand_cases_are_not_ten_thousand_widgets(page, qtbot):
    before = len(page.findChildren(QWidget))
    page.show_lines(
        [page.lines[3]._replace(case=f"c{n}", number=f"P-2026-{n:05}", codename=f"CASE {n}") for n in range(10_000)],
        page._now,
    )
    page.grab()
    assert len(page.table.rows.keys) == 10_000 and says(page, "10,000 of 10,000 cases")
    assert len(page.findChildren(QWidget)) <= before
    assert len(page.table.rows._pages) <= 2
    QTest.keyClicks(page.filter, "09999")
    qtbot.waitUntil(lambda: column(page, CODENAME) == ["CASE 9999"])


def shown_heads(page):
    return [head.text for place, head in enumerate(HEADS) if not page.table.isColumnHidden(place)]


def test_columns_leave_a_narrow_window_and_what_counts_stays(page, shell, qapp):
    assert shown_heads(page) == [head.text for head in HEADS]
    shell.resize(1024, 700)
    qapp.processEvents()
    narrow = shown_heads(page)
    assert "Last entry" not in narrow and "Assignee" not in narrow
    assert {"Number", "Codename", "Access ends", "Left"} <= set(narrow)
    assert shell.width() == 1024
    across = page.table.across
    assert across.length() <= page.table.viewport().width()


def test_no_head_is_cut_and_its_arrow_finds_room(page, shell, qapp):
    qapp.processEvents()
    assert shell.width() == 1440
    across, metrics = page.table.across, QFontMetrics(font())
    rooms = {head.text: across.sectionSize(place) for place, head in enumerate(HEADS)}
    words = {head.text: metrics.horizontalAdvance(head.text) + 2 * GAP for head in HEADS}
    assert {text: (words[text], room) for text, room in rooms.items() if words[text] > room} == {}
    arrow = 2 * em(4)
    tight = {text: (words[text] + arrow, room) for text, room in rooms.items() if words[text] + arrow > room}
    assert tight == {}


def test_no_date_and_no_name_of_the_cases_is_cut(page, qapp):
    qapp.processEvents()
    cut = []
    for line in range(len(page.table.rows.keys)):
        for place in range(len(HEADS)):
            cell = page.table.rows.cell(line, place)
            need = QFontMetrics(font(0, cell.weight)).horizontalAdvance(cell.text) + 2 * GAP
            if need > page.table.columnWidth(place):
                cut.append((cell.text, need, page.table.columnWidth(place)))
    assert cut == []


@pytest.mark.parametrize(
    ("scheme", "percent"), [("light", 100), ("dark", 100), ("contrast", 100), ("light", 200), ("contrast", 200)]
)
def test_every_look_has_no_problems(page, shell, appearance, problems, scheme, percent):
    page.remarks = (REMARK,)
    page.show_lines(page.lines, page._now)
    appearance.choose_scheme(scheme)
    appearance.choose_size(percent)
    assert problems(shell) == []
    assert (shell.width(), shell.height()) == (1440, 900)
    assert not page.grab().isNull()
    assert len(shown_heads(page)) >= 3
    appearance.choose_size(100)


def test_every_case_of_the_vault_is_in_the_docket(page, desk):
    assert {line.case for line in page.lines} == {case.id for case in desk.vault.find(Case)}
