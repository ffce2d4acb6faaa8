# SPDX-License-Identifier: Apache-2.0
from datetime import timedelta

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent, QFontMetrics
from PySide6.QtTest import QTest

from reviewer_app.domain.cases import Access, FactKind
from reviewer_app.services import cases, facts, vaults
from reviewer_app.ui.case.head import clock_words
from reviewer_app.ui.theme import GAP, font
from reviewer_app.ui.widgets.controls import DropTarget
from reviewer_app.ui.widgets.strips import Alert
from tests.desks import SteadyClock, make_desk
from tests.factories import at, make_case, make_note
from tests.ui.cases import BARE, CasePlace, press, texts
from tests.ui.places import during

Ctrl = Qt.KeyboardModifier.ControlModifier
KEYS = ["overview", "notes", "evaluations", "findings", "memos", "transfers", "history"]


@pytest.fixture
def clock():
    return SteadyClock(at(2026, 11, 23, 10, 38))


@pytest.fixture
def desk(tmp_path, clock):
    made = make_desk(tmp_path, clock=clock)
    yield made
    vaults.leave(made)


@pytest.fixture
def place(shell, desk, tasks):
    made = CasePlace(shell, desk, tasks, make_case(desk).id)
    yield made
    shell.drop_page(made.page)


@pytest.fixture
def bare(shell, desk, tasks):
    made = CasePlace(shell, desk, tasks, make_case(desk, **BARE).id)
    yield made
    shell.drop_page(made.page)


# --- head ----------------------------------------------------------------------------------------------------------


def test_the_head_says_what_the_case_is_and_when_access_ends(place, qapp):
    said = texts(place.page.head)
    for words in ("P-2026-0001", "BLUE HERON", "Example Developer", "Access ends Thu 3 Dec 2026 12:00 EST"):
        assert words in said
    assert "10 d 1 h left" in said and "planned partner release bites" in said
    assert "30-day limit Wed 9 Dec 2026 09:00 EST" in said
    assert place.page.head.clock.toolTip() == "Calendar days, day of access is day 0, eastern time"
    assert place.page.head.roll_up.stamp.text == "UNCLASSIFIED"


def words_of(desk, case, **moved):
    file = cases.case_file(desk, case.id)
    return clock_words(desk, file, file.now + timedelta(**moved))


@pytest.mark.parametrize(
    ("changes", "moved", "ends", "runs"),
    [
        ({}, {}, "Access ends Thu 3 Dec 2026 12:00 EST", True),
        ({}, {"days": 30}, "Government access ended Thu 3 Dec 2026 12:00 EST", False),
        ({}, {"days": -15}, "Access begins Mon 9 Nov 2026 09:00 EST", False),
        (BARE, {}, "No access granted yet", False),
    ],
)
def test_the_clock_line_is_quiet_unless_access_lasts(desk, changes, moved, ends, runs):
    words = words_of(desk, make_case(desk, **changes), **moved)
    assert (words.ends, words.runs) == (ends, runs)


def test_a_recorded_end_is_told_as_recorded_and_a_withdrawal_neutrally(desk):
    case = make_case(desk)
    facts.record_date(desk, case.id, FactKind.ACCESS_ENDED, at(2026, 11, 20), source="Record", marking="U")
    assert words_of(desk, case).bites == "as recorded"
    other = make_case(desk, **BARE)
    with desk.record("track moved", case=other.id, subject=other.id) as tx:
        tx.set(other, access=Access.WITHDRAWN)
    assert words_of(desk, other).ends == "Access withdrawn"


def test_the_clock_goes_on_while_nothing_changes(place, clock):
    clock.moment = at(2026, 12, 3, 11, 30)
    place.page._on_minute()
    assert "29 min left" in texts(place.page.head)


@pytest.mark.parametrize(("size", "percent"), [((1440, 900), 100), ((1024, 700), 100), ((1024, 700), 200)])
def test_the_head_folds_and_never_widens_the_window(place, shell, appearance, qapp, size, percent):
    shell.resize(*size)
    appearance.choose_size(percent)
    qapp.processEvents()
    assert (shell.width(), shell.height()) == size
    head = place.page.head
    assert head.ends.width() >= head.ends.sizeHint().width() and head.left.isVisible()
    appearance.choose_size(100)


def test_a_very_long_name_is_cut_and_does_not_push_the_action_out(shell, desk, tasks, qapp):
    made = CasePlace(shell, desk, tasks, make_case(desk, codename="HERON " * 13, developer="Developer " * 8).id)
    shell.resize(1024, 700)
    qapp.processEvents()
    action = next(iter(made.page.head.steps.values()))
    right = action.mapTo(shell, action.rect().topRight()).x()
    assert shell.width() == 1024 and right < 1024
    shell.drop_page(made.page)


# --- tabs ----------------------------------------------------------------------------------------------------------


def test_keys_go_to_the_parts_in_their_order(place, shell, qtbot):
    shell.activateWindow()
    qtbot.waitUntil(shell.isActiveWindow)
    for number, key in enumerate(KEYS, 1):
        QTest.keyClick(shell, getattr(Qt.Key, f"Key_{number}"), Ctrl)
        assert place.page.tab() == key


def test_tabs_carry_their_counts_and_the_main_action_of_the_tab_stands_in_the_head(place, qtbot):
    make_note(place.desk, place.case)
    place.changed()
    qtbot.waitUntil(lambda: place.page.tabs.tabText(1) == "Notes  1")
    place.page.show_tab("notes")
    assert [each.text().strip() for each in place.page.head.steps.values() if each.isVisible()] == ["New note"]
    place.page.show_tab("overview")
    press(place.page.head, "Attach files")
    assert place.dropped == [()]


def test_a_key_that_is_not_known_changes_nothing(place):
    place.page.show_tab("nowhere")
    assert place.page.tab() == "overview"


def test_files_dropped_anywhere_on_the_page_are_attached(place, tmp_path):
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(tmp_path / "a.eval"))])
    target = place.page.findChild(DropTarget)
    buttons, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    target.dropEvent(QDropEvent(QPointF(5, 5), Qt.DropAction.CopyAction, data, buttons, none))
    assert place.dropped == [[tmp_path / "a.eval"]]


def test_the_page_has_no_problems(place, shell, problems, qtbot):
    qtbot.waitUntil(lambda: len(place.page.parts) == len(KEYS))
    place.page.show_tab("overview")
    assert problems(shell) == []


def test_a_closed_page_dies(shell, desk, tasks, qtbot):
    made = CasePlace(shell, desk, tasks, make_case(desk).id)
    with qtbot.waitSignal(made.page.destroyed):
        shell.drop_page(made.page)


# --- points to look at ---------------------------------------------------------------------------------------------


def lines(place):
    return [alert.text for alert in sorted(place.page.points.findChildren(Alert), key=Alert.y) if alert.isVisible()]


def test_an_alert_that_is_dismissed_is_acknowledged_by_name_and_stays_away(place, qapp):
    assert lines(place) == ["Government access ends Thu 3 Dec 2026 12:00 EST, in 10 d 1 h."]
    press(place.page.points, "Dismiss this alert")
    qapp.processEvents()
    place.changed()
    assert lines(place) == [] and not place.page.points.isVisible()
    assert place.desk.vault.entries(place.case)[0].verb == "end of access alert acknowledged"


def test_a_gap_leads_to_the_dialog_that_fills_it(bare, qapp):
    assert len(lines(bare)) == 3

    def fill(dialog):
        dialog.by.setText("J. Placeholder")
        dialog.offered.field.setText("28 Oct 2026")
        dialog.document.setText("Developer letter")
        dialog.accept()

    during(lambda: press(bare.page.points, "Record the offer"), fill)
    qapp.processEvents()
    assert len(lines(bare)) == 2 and bare.page.file.submissions[0].document == "Developer letter"


def test_more_than_three_points_are_summed_up_and_shown_when_asked_for(bare, qapp):
    for what, day in ((FactKind.ACCESS_GRANTED, 9), (FactKind.INQUIRY, 20), (FactKind.ACCESS_ENDED, 1)):
        facts.record_date(bare.desk, bare.case, what, at(2026, 11, day), source="Record", marking="U")
    bare.changed()
    qapp.processEvents()
    assert len(lines(bare)) == 3 and lines(bare)[-1].endswith("more points to look at.")
    seen = []
    during(lambda: press(bare.page.points, "Show all"), lambda dialog: seen.append(texts(dialog)))
    assert "No checkpoint is recorded" in seen[0] and "No voluntary basis" in seen[0]
    qapp.processEvents()
    assert len(lines(bare)) == 3


def test_points_that_say_the_same_stay_where_they_are(place):
    before = place.page.points.findChildren(Alert)
    place.changed()
    assert place.page.points.findChildren(Alert) == before


def test_news_is_one_line_and_the_next_takes_its_place(place, qapp):
    place.say("3 files attached.")
    place.say("Package written.")
    shown = [alert.text for alert in place.page.news.alerts() if alert.isVisible()]
    assert shown == ["Package written."]


# --- the dated facts -----------------------------------------------------------------------------------------------


def test_every_kind_of_date_and_who_entered_it_find_room(place, shell, qapp):
    qapp.processEvents()
    assert shell.width() == 1440
    words, table = QFontMetrics(font()), place.page.part("overview").dates.table
    what = [(0, each.capitalize(), GAP) for each in FactKind]
    who = [(4, text, 2 * GAP) for text in ("Entered by", "Dana O'Neil, 25 Nov", "Alexandra Kirk, 25 Nov")]
    cut = [text for place, text, pad in what + who if words.horizontalAdvance(text) + pad > table.columnWidth(place)]
    assert cut == [] and not table.isColumnHidden(4)


def test_the_name_of_a_button_begins_with_the_words_on_it(place):
    overview = place.page.part("overview")
    for each in (overview.wrong, overview.dates.strike, overview.dates.change):
        assert each.accessibleName().startswith(each.text().strip())
