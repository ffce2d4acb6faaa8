# SPDX-License-Identifier: Apache-2.0
"""The Findings tab: recording with evidence, following the link to it, the way to a referral, striking out."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtTest import QTest

from reviewer_app.domain.findings import Finding, Known, Referral
from reviewer_app.services import attachments, findings
from reviewer_app.ui.dialogs.write_package import WritePackage
from reviewer_app.ui.theme import GAP, font
from tests.desks import open_desk
from tests.factories import LOG, incoming, make_case, text_file
from tests.ui.cases import CasePlace
from tests.ui.places import during, press, says


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    yield from open_desk(tmp_path_factory)


@pytest.fixture
def place(shell, tasks, desk):
    made = CasePlace(shell, desk, tasks, make_case(desk).id)
    made.page.show_tab("findings")
    yield made
    shell.drop_page(made.page)


@pytest.fixture
def tab(place):
    return place.page.part("findings")


@pytest.fixture
def log(place, desk):
    made = attachments.attach(desk, place.case, LOG, incoming()).attachment
    place.changed()
    return made


@pytest.fixture
def finding(place, desk, log):
    made = findings.add(desk, place.case, "Weakness in an archiver", "U", evidence=[log.id])
    place.changed()
    return made


def verbs(place):
    return [entry.verb for entry in place.desk.vault.entries(place.case)]


def test_without_findings_it_says_what_one_is_and_offers_the_first(place, tab, shell, problems):
    assert says(tab, "No findings yet") and says(tab, "it says nothing about the model as a whole")
    assert problems(shell) == []
    during(lambda: press(tab, "Record the first finding"), lambda dialog: QTest.keyClick(dialog, Qt.Key.Key_Escape))
    assert place.desk.vault.find(Finding, case=place.case) == []


def test_a_finding_is_recorded_with_its_evidence(place, tab, log, shell, problems):
    def record(dialog):
        dialog.title_line.setText("  Weakness in an archiver ")
        dialog.description.setPlainText("A name with dots leaves the folder.")
        dialog.product.setText("Archiver")
        dialog.version.setText("2.1")
        dialog.public.setCurrentIndex(list(Known).index(Known.NO))
        dialog.contacted.field.setText("20 Nov 2026")
        dialog.ticks[log.id].setChecked(True)
        press(dialog, "Record")

    during(lambda: press(place.page.head, "Record a finding"), record)
    (made,) = place.desk.vault.find(Finding, case=place.case)
    assert (made.title, made.marking, made.product_version) == ("Weakness in an archiver", "U", "2.1")
    assert [link.attachment for link in findings.evidence_of(place.desk, made)] == [log.id]
    for words in ("F-1", "Archiver 2.1", "A name with dots", "evidence: 1 attachment", "contact", "Found by R. Ibarra"):
        assert says(tab.card, words), words
    assert place.news == ["Finding F-1 recorded."] and tab.table.current_key() == made.id
    assert place.page.tabs.tabText(3) == "Findings  1"
    assert problems(shell) == []


@pytest.mark.parametrize(
    ("name", "text", "field", "said"),
    [
        ("title_line", "", "Title", "has no title"),
        ("mark", "X//Y", "Marking", "“X//Y” is not a marking"),
        ("disclosure", "31 Feb 2027", "Planned disclosure", "no day or hour of the calendar"),
    ],
)
def test_what_is_wrong_stands_beside_its_field(place, tab, name, text, field, said):
    seen = []

    def record(dialog):
        dialog.title_line.setText("A title")
        entry = getattr(dialog, name)
        getattr(entry, "field", entry).setText(text)
        press(dialog, "Record")
        seen.append((dialog.isVisible(), dialog.form.fields[field].error.text()))

    during(tab.act, record)
    assert seen[0][0] and said in seen[0][1]
    assert place.desk.vault.find(Finding, case=place.case) == []


def test_the_link_leads_to_the_evidence(place, tab, finding, log, desk, tmp_path):
    attachments.attach(desk, place.case, text_file(tmp_path), incoming())
    place.changed()
    press(tab.card, log.name)
    assert place.page.tab() == "evaluations"
    assert place.page.part("evaluations").table.current_key() == log.id


def test_enter_edits_and_takes_a_link_away(place, tab, finding, log):
    def change(dialog):
        assert dialog.ticks[log.id].isChecked()
        dialog.title_line.setText("Another title")
        dialog.ticks[log.id].setChecked(False)
        press(dialog, "Save changes")

    tab.table.setFocus()
    during(lambda: QTest.keyClick(tab.table, Qt.Key.Key_Return), change)
    assert says(tab.card, "Another title") and says(tab.card, "None linked yet")
    assert verbs(place)[0] == "finding edited"


def test_an_edit_without_a_change_leaves_no_entry(place, tab, finding):
    before = verbs(place)
    during(lambda: press(tab, "Edit finding F-1"), lambda dialog: press(dialog, "Save changes"))
    assert verbs(place) == before


def test_a_referral_is_drafted_and_then_written_as_a_package(place, tab, finding):
    press(tab, "Draft a referral")
    assert place.desk.vault.get(Finding, finding.id).referral is Referral.DRAFTED
    seen = []

    def look(dialog):
        seen.append((type(dialog), dialog.purpose.currentText(), dialog.recipient.text()))
        QTest.keyClick(dialog, Qt.Key.Key_Escape)

    during(lambda: press(tab, "Write a referral package"), look)
    assert seen == [(WritePackage, "Referral", "Practice clearinghouse")]
    assert place.page.tab() == "transfers"


def test_a_finding_is_struck_out_only_with_a_reason_and_stays_in_the_history(place, tab, finding):
    seen = []

    def strike(dialog):
        assert says(dialog, "Strike out finding F-1?")
        press(dialog, "Strike out")
        seen.append((dialog.isVisible(), dialog.form.fields["Reason"].error.text()))
        dialog.reason.setText("Belongs to another case")
        press(dialog, "Strike out")

    during(lambda: press(tab, "Entered in error: finding F-1"), strike)
    assert seen[0][0] and seen[0][1]
    assert says(tab, "No findings yet") and tab.file.findings == ()
    place.page.show_tab("history")
    history = place.page.part("history")
    line = history.lines[0]
    assert line.subject == "finding F-1 “Weakness in an archiver”" and line.who == "R. Ibarra"
    assert place.desk.vault.get(Finding, finding.id).entered_in_error == "Belongs to another case"


# --- where the focus is ------------------------------------------------------------------------------------------


@pytest.fixture
def focus(shell, qtbot):
    shell.activateWindow()
    qtbot.waitUntil(shell.isActiveWindow)
    return shell.focusWidget  # after a dialog the offscreen platform has no active window


def test_the_focus_of_a_card_that_is_built_anew_goes_to_the_list(tab, finding, focus):
    press(tab, "Draft a referral")
    assert focus() is tab.table

    def change(dialog):
        dialog.title_line.setText("Another title")
        press(dialog, "Save changes")

    during(lambda: press(tab, "Edit finding F-1"), change)
    assert says(tab.card, "Another title")
    assert focus() is tab.table


def test_a_focus_outside_the_card_stays_where_it_is(place, tab, finding, desk, focus):
    place.page.tabs.setFocus()
    findings.draft_referral(desk, finding)
    place.changed()
    assert tab.table.rows.cell(0, 2).text == "drafted" and focus() is place.page.tabs


def test_where_the_list_is_one_line_the_focus_goes_there(tab, finding, focus, shell, appearance, qtbot):
    appearance.choose_size(200)
    shell.resize(1024, 700)
    qtbot.waitUntil(tab.both.line.isVisible)
    press(tab, "Draft a referral")
    assert focus() is tab.both.line
    appearance.choose_size(100)


def test_the_focus_stays_in_the_tab_when_its_last_finding_is_struck_out(tab, finding, focus):
    def strike(dialog):
        dialog.reason.setText("Belongs to another case")
        press(dialog, "Strike out")

    during(lambda: press(tab, "Entered in error: finding F-1"), strike)
    assert focus().text().strip() == "Record the first finding"


def test_every_state_of_a_referral_finds_room_in_the_list(tab, finding, shell, qapp):
    qapp.processEvents()
    assert shell.width() == 1440
    words, room = QFontMetrics(font()), tab.table.columnWidth(2)
    assert [each for each in Referral if words.horizontalAdvance(each) + 2 * GAP > room] == []
