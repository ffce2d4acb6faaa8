# SPDX-License-Identifier: Apache-2.0
"""Little room, many points: what folds, what leads on, and what is never said twice or left out in silence."""

from dataclasses import replace

import pytest
from PySide6.QtWidgets import QApplication

from reviewer_app.domain.cases import FactKind
from reviewer_app.domain.memos import Purpose
from reviewer_app.services import cases, docket, facts, memos, vaults
from reviewer_app.ui.case.memo_draft import MemoDraft
from reviewer_app.ui.dialogs.office import OfficeDialog
from reviewer_app.ui.dialogs.record_date import RecordDateDialog
from reviewer_app.ui.dialogs.record_terms import AgreementDialog
from reviewer_app.ui.dialogs.strike_out import StrikeOutDialog
from reviewer_app.ui.dialogs.write_package import WritePackage
from reviewer_app.ui.docket import Docket
from reviewer_app.ui.new_vault import NewVault
from reviewer_app.ui.vault_page import VaultPage
from reviewer_app.ui.widgets.controls import Button
from reviewer_app.ui.widgets.strips import Alert, ProgressStrip
from tests.desks import SteadyClock, make_desk
from tests.factories import at, make_case
from tests.ui.cases import BARE, CasePlace, press, texts
from tests.ui.places import during

PEOPLE = "Developer contact"


@pytest.fixture
def desk(tmp_path):
    made = make_desk(tmp_path, clock=SteadyClock(at(2026, 12, 2, 10, 38)))
    yield made
    vaults.leave(made)


@pytest.fixture
def place(shell, desk, tasks):
    """A case with five points: its near end, a track that says otherwise, and three gaps."""
    case = make_case(desk, **BARE, codename="GREY LANTERN")
    facts.record_date(desk, case.id, FactKind.ACCESS_GRANTED, at(2026, 11, 4, 9), source="Record", marking="U")
    made = CasePlace(shell, desk, tasks, case.id)
    QApplication.processEvents()
    yield made
    shell.drop_page(made.page)


def lines(place):
    return [alert for alert in sorted(place.page.points.strip.alerts(), key=Alert.y) if alert.isVisible()]


def lower(shell, height=700):
    shell.resize(1024, height)
    QApplication.processEvents()


# --- points --------------------------------------------------------------------------------------------------------


def test_a_low_window_has_one_line_of_points_and_a_head_of_two(place, shell):
    assert len(lines(place)) == 3 and place.page.head.developer.isVisible()
    lower(shell)
    assert [alert.text for alert in lines(place)] == ["5 points to look at."]
    assert not place.page.head.developer.isVisible() and place.page.head.roll_up.stamp.isVisible()


@pytest.mark.parametrize("size", [(1440, 900), (1024, 700)])
def test_large_text_leaves_room_for_every_part(place, shell, appearance, size):
    appearance.choose_size(200)
    shell.resize(*size)
    for key in ("overview", "evaluations", "findings", "memos", "transfers"):
        place.page.show_tab(key)
        QApplication.processEvents()
        assert place.page.stack.height() >= 0.45 * place.page.height(), key
    assert all(alert.words.height() >= alert.words.heightForWidth(alert.words.width()) for alert in lines(place))
    appearance.choose_size(100)


def test_points_nobody_has_seen_cannot_be_dismissed(place):
    *shown, more = lines(place)
    assert more.text == "3 more points to look at." and len(shown) == 2
    assert [each.accessibleName() for each in more.findChildren(Button)] == ["Show all"]


def test_all_points_offer_their_ways_and_can_be_dismissed_there(place, monkeypatch):
    asked = []
    monkeypatch.setattr(AgreementDialog, "ask", lambda *_: asked.append("agreement"))

    def act(dialog):
        for words in ("Government access ends", "No voluntary basis", "No agreement", "No checkpoint"):
            assert words in texts(dialog)
        first = min(dialog.strip.alerts(), key=Alert.y)
        assert first.text.startswith("Government access ends")
        press(first, "Dismiss this alert")
        QApplication.processEvents()
        assert "Government access ends" not in texts(dialog)
        press(dialog, "Record the agreement")

    during(lambda: press(place.page.points, "Show all"), act)
    assert asked == ["agreement"]
    assert not any(alert.text.startswith("Government access ends") for alert in lines(place))
    assert place.desk.vault.entries(place.case)[0].verb == "end of access alert acknowledged"


def test_show_dates_goes_to_the_dates_even_from_the_overview(place, shell, qtbot):
    shell.activateWindow()
    qtbot.waitUntil(shell.isActiveWindow)
    press(place.page.points, "Show dates")
    assert place.page.tab() == "overview"
    assert QApplication.focusWidget() is place.page.part("overview").dates.table


def test_an_end_far_away_is_not_amber(shell, desk, tasks):
    case = make_case(desk, granted=at(2026, 11, 10, 9), partner_release=None, partner_release_source="")
    made = CasePlace(shell, desk, tasks, case.id)
    QApplication.processEvents()
    tones = {alert.text.partition(",")[0]: alert.property("tone") for alert in lines(made)}
    assert tones["Government access ends Thu 10 Dec 2026 09:00 EST"] == "plain"
    shell.drop_page(made.page)


def test_news_stays_with_its_tab(place):
    place.page.say("Draft 1 is kept.")
    assert place.page.news.alerts()
    place.page.show_tab("notes")
    assert not place.page.news.alerts()


# --- overview ------------------------------------------------------------------------------------------------------


def test_a_case_opened_at_another_tab_says_people_once(place, shell):
    made = CasePlace(shell, place.desk, place.tasks, place.case)
    made.page.show_tab("notes")
    made.changed()
    made.page.show_tab("overview")
    QApplication.processEvents()
    assert texts(made.page.part("overview")).count(PEOPLE) == 1
    shell.resize(1024, 700)
    QApplication.processEvents()
    assert texts(made.page.part("overview")).count(PEOPLE) == 1
    shell.drop_page(made.page)


def test_terms_can_be_struck_out_only_where_some_are_recorded(place, desk, shell, tasks):
    assert not place.page.part("overview").wrong.isEnabled()
    full = CasePlace(shell, desk, tasks, make_case(desk).id)
    assert full.page.part("overview").wrong.isEnabled()
    shell.drop_page(full.page)


# --- memo ----------------------------------------------------------------------------------------------------------


def test_the_fields_of_a_memo_keep_their_height_and_scroll(qtbot):
    draft = MemoDraft()
    qtbot.addWidget(draft)
    draft.resize(400, 160)
    draft.show()
    for each in (draft.subject, draft.addressee, draft.sender_line):
        assert each.height() >= each.sizeHint().height()
        assert each.width() > 350
    assert draft.body.height() >= draft.body.minimumHeight()


def test_a_preview_shows_no_progress_strip_but_says_so_in_its_head(place, shell, tasks):
    strip, seen = shell.findChild(ProgressStrip), []
    place.page.show_tab("memos")
    tab = place.page.part("memos")
    made = tab.place.run

    def run(text, work, on_done, on_error=None):
        job = made(text, work, on_done, on_error)
        seen.append((text, list(strip.jobs)))
        return job

    tab.place.run = run
    tab._on_paused()
    assert ("", []) in seen and tab.named.text() == "As it will print"


def test_a_memos_pdf_is_counted_where_it_is_listed(place):
    memos.keep(place.desk, place.case, memos.opening(place.desk, place.case), final=False)
    file = cases.case_file(place.desk, place.case)
    assert (place.page.part("evaluations").count(file), place.page.part("memos").count(file)) == (1, 1)


# --- docket --------------------------------------------------------------------------------------------------------


@pytest.fixture
def page(shell, desk):
    make_case(desk, granted=at(2026, 11, 3, 9))
    made = Docket(desk.person.name, desk.convention)
    shell.show_page(made)
    made.show_lines(docket.lines(desk), desk.moment())
    yield made
    shell.drop_page(made)


def near(page, count, **changes):
    line = page.lines[0]
    make = line._replace if hasattr(line, "_replace") else lambda **new: replace(line, **new)
    return [make(case=f"case-{n}", codename=f"NAME {n}", **changes) for n in range(count)]


def test_the_alerts_that_find_no_room_are_counted_and_led_to(page):
    page.show_lines(near(page, 17), page._now)
    more = page.alerts.alerts()
    told = [alert for alert in more if alert.text == "15 more cases end within three days."]
    assert len(more) == 3 and told
    press(told[0], "Show what ends this week")
    assert page.views.current() == 2 and len(page.alerts.alerts()) == 3


def test_a_minute_later_the_alerts_are_the_same_lines_with_new_words(page):
    page.show_lines(near(page, 1), page._now)
    (before,) = page.alerts.alerts()
    left = page.lines[0].left
    page.show_lines(near(page, 1, left=left - (left / 2)), page._now)
    (after,) = page.alerts.alerts()
    assert after is before and after.words.text() == after.text
    assert "in " in after.text and not after.text.endswith(f"in {left}.")


# --- dialogs and the vault page ------------------------------------------------------------------------------------


def test_a_question_takes_the_room_of_its_words_alone(shell, desk, place):
    case = make_case(desk)
    fact = cases.case_file(desk, case.id).facts[0].fact
    dialog = StrikeOutDialog(shell, desk, fact, "“access granted”, 9 Nov 2026 09:00 EST")
    dialog.show()
    QApplication.processEvents()
    held = dialog.inside.widget()
    assert held.height() <= held.layout().totalHeightForWidth(held.width()) + 4
    dialog.done(0)


@pytest.mark.parametrize("kind", ["date", "package"])
def test_an_error_makes_the_dialog_higher_not_scroll(shell, desk, place, kind):
    file = cases.case_file(desk, place.case)
    dialog = (
        RecordDateDialog(shell, desk, file)
        if kind == "date"
        else WritePackage(shell, desk, place.case, Purpose.REFERRAL)
    )
    dialog.show()
    QApplication.processEvents()
    before = dialog.height()
    dialog.accept()
    QApplication.processEvents()
    assert dialog.height() > before or dialog.height() >= dialog.screen().availableSize().height() - 24
    if kind == "date":
        assert not dialog.inside.verticalScrollBar().isVisible()
    dialog.done(0)


def test_the_office_is_shown_and_changed_in_one_dialog(shell, desk, qtbot):
    page = VaultPage(desk)
    shell.show_page(page)
    page.show_office([("Contact", "Station 4")])
    QApplication.processEvents()
    assert "Station 4" in texts(page)
    with qtbot.waitSignal(page.office_asked):
        press(page, "Change office details")

    def act(dialog):
        dialog.lines["contact"].setText("Station 5")
        press(dialog, "Save")

    during(lambda: OfficeDialog.ask(shell, desk), act)
    assert desk.policy.contact == "Station 5"
    shell.drop_page(page)


def test_the_level_of_a_real_vault_has_to_be_chosen(qtbot):
    page = NewVault(practice=False)
    qtbot.addWidget(page)
    page.show()
    page.act()
    assert page.floor.currentText() == "" and "highest marking" in page.fields["floor"].error.text()
    practice = NewVault(practice=True)
    qtbot.addWidget(practice)
    practice.act()
    assert practice.fields["floor"].error.text() == ""
