# SPDX-License-Identifier: Apache-2.0
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from reviewer_app.domain.evidence import EvaluationSummary
from reviewer_app.errors import Cancelled, ReaderFailed
from reviewer_app.services import attachments, facts, memos
from reviewer_app.services.reading import Said, Score
from reviewer_app.ui import theme
from reviewer_app.ui.case.evaluations import EvaluationsTab
from reviewer_app.ui.case.log_words import headline, run_line, settings, spread_text, value_text
from reviewer_app.ui.tokens import CONTRAST, DARK, LIGHT
from reviewer_app.ui.widgets.charts import Intervals
from reviewer_app.ui.widgets.sheet import Sheet
from reviewer_app.ui.widgets.table import Table
from tests.desks import open_desk
from tests.factories import DATA, LOG, incoming, make_case, text_file
from tests.ui.places import TabPlace, dialog, press, says, texts

FILES = DATA / "evaluations"
PDF = FILES / "documents/winobias_scale_final.pdf"
CUT = FILES / "derived_truncated/security-guide_first60pct.eval"
CYSE = FILES / "inspect_json/data_cyse2_vuln_exploit_challenges.json"
POPULARITY = FILES / "inspect_json/2025-05-12T20-28-13-04-00_popularity.json"


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    yield from open_desk(tmp_path_factory)


@pytest.fixture
def place(shell, tasks, desk):
    return TabPlace(shell, desk, tasks, make_case(desk).id)


@pytest.fixture
def show(place, desk):
    def attach_and_show(*paths):
        made = [attachments.attach(desk, place.case, path, incoming()).attachment for path in paths]
        tab = place.show(EvaluationsTab)
        return tab, made

    return attach_and_show


def verbs(desk, case):
    return [entry.verb for entry in desk.vault.entries(case)]


# --- the list ------------------------------------------------------------------------------------------------------


def test_an_empty_case_says_what_belongs_here_and_offers_the_first_step(place, problems):
    tab = place.show(EvaluationsTab)
    assert says(tab, "No attachments yet")
    press(tab, "Attach files")
    assert place.dropped == [()]
    assert problems(place.shell) == []


def test_the_newest_attachment_is_in_front_with_its_tool_and_moment(show, place):
    tab, (log, pdf, cut) = show(LOG, PDF, CUT)
    assert list(tab.table.rows.keys) == [cut.id, pdf.id, log.id]
    assert [tab.table.rows.cell(line, 1).text for line in range(3)] == ["unread", "PDF", "Inspect"]
    assert tab.table.rows.cell(2, 2).text.startswith("today ")
    assert tab.table.current_key() == cut.id
    assert tab.count(tab.file) == 3
    assert says(tab, "3 attachments, ")


def test_the_number_of_the_tab_is_what_its_list_holds(show, place, desk):
    tab, _ = show(LOG)
    memos.keep(desk, place.case, memos.Writing("(U) A subject", "Director", "Office", "(U) Text."), final=False)
    place.changed()
    assert tab.count(tab.file) == len(tab.table.rows.keys) == 2
    assert says(tab, "2 attachments, ")


def test_typing_filters_the_list(show, qtbot):
    tab, (log, _) = show(LOG, PDF)
    QTest.keyClicks(tab.filter, "security")
    qtbot.waitUntil(lambda: tab.table.rows.keys == [log.id])
    assert says(tab, "1 of 2 attachments")


def test_a_change_elsewhere_keeps_the_choice_and_the_card(show, place, desk, tmp_path):
    tab, (log, _) = show(LOG, PDF)
    tab.show_attachment(log.id)
    head = texts(tab.card)
    attachments.attach(desk, place.case, text_file(tmp_path), incoming())
    place.changed()
    assert tab.table.current_key() == log.id
    assert texts(tab.card) == head
    facts.strike_out(desk, log, "wrong case")
    place.changed()
    assert tab.table.current_key() != log.id


def test_without_room_the_list_becomes_one_line_to_choose_from(show, shell, appearance):
    tab, (log, pdf) = show(LOG, PDF)
    shell.resize(1024, 700)
    appearance.choose_size(200)
    assert tab.both.line.isVisible() and not tab.table.isVisible()
    assert tab.both.line.height() < shell.height() / 8
    assert tab.both.line.currentText() == pdf.name
    QTest.keyClick(tab.both.line, Qt.Key.Key_Down)
    assert tab.table.current_key() == log.id
    assert says(tab.card, "2 of 26 samples")
    appearance.choose_size(100)
    assert tab.table.isVisible() and not tab.both.line.isVisible()


# --- the card of a log ---------------------------------------------------------------------------------------------


def test_a_log_is_shown_with_denominator_interval_counts_and_silences(show, problems, shell):
    tab, _ = show(LOG)
    for words in (
        LOG.name,
        "inspect_ai 0.3.285",
        "model mockllm/model",
        "status “success”",
        "Accuracy, scorer includes",
        "0.077",
        "2 of 26 samples",
        "95 % interval 0.021 to 0.241, Wilson",
        "Completed",
        "What this file does not say",
        "Which checkpoint answered",
        "Temperature, seed",
    ):
        assert says(tab.card, words), words
    assert problems(shell) == []


def test_a_score_that_is_no_share_has_no_wilson_interval(show):
    tab, _ = show(CYSE)
    assert says(tab.card, "0.3811") and says(tab.card, "n = 585")
    assert says(tab.card, "standard error not recorded")
    assert not says(tab.card, "Wilson")
    table = next(each for each in tab.card.findChildren(Table) if each.accessibleName() == "All scores of the file")
    assert len(table.rows.keys) == 3
    assert "not recorded" in texts(tab.card)  # how many were limited


def test_the_logs_of_the_case_stand_side_by_side_and_lead_to_their_cards(show, place, qtbot):
    place.shell.activateWindow()
    qtbot.waitUntil(place.shell.isActiveWindow)
    tab, (popularity, _, _log) = show(POPULARITY, CYSE, LOG)
    assert says(tab.card, "1 log not shown: the first score is no plain share")
    chart = tab.card.findChild(Intervals)
    assert [(run.hits, run.total, run.shown) for run in chart.runs] == [(2, 26, True), (2, 3, False)]
    table = next(each for each in tab.card.findChildren(Table) if each.accessibleName() == "Logs of this case")
    assert (table.row_height, table.height()) == (chart.step, chart.height())
    table.setFocus()
    table.select_key(popularity.id)
    QTest.keyClick(table, Qt.Key.Key_Return)
    assert tab.table.current_key() == popularity.id
    assert QApplication.focusWidget() is tab.table
    assert says(tab.card, "2 of 3 samples")


def test_samples_are_read_when_asked_for(show, place, desk, problems, shell):
    tab, (_log,) = show(LOG)
    assert "attachment opened" not in verbs(desk, place.case)
    press(tab, "Show samples")
    assert tab.samples.isVisible()
    assert len(tab.samples.table.rows.keys) == 26
    assert verbs(desk, place.case)[0] == "attachment opened"
    assert problems(shell) == []
    press(tab, "Back to the log")
    assert tab.view.isVisible()


def test_cancelled_samples_leave_the_log_in_front(show, place, desk, monkeypatch):
    tab, (_log,) = show(LOG)

    def cancelled(source, name, **_):
        raise Cancelled(name=name)

    monkeypatch.setattr(desk.reader, "samples", cancelled)
    press(tab, "Show samples")
    assert tab.view.isVisible() and place.errors == []


@pytest.mark.parametrize(
    ("score", "value", "spread"),
    [
        (Score(name="s", metric="accuracy", value=None, n=3), "not a number", "standard error not recorded"),
        (Score(name="s", metric="mean", value=12.34567, stderr=0.5, n=3), "12.35", "± 0.5, the file's standard error"),
    ],
)
def test_figures_are_said_as_the_file_gives_them(score, value, spread):
    assert (value_text(score), spread_text(score)) == (value, spread)
    assert headline(Said(format="inspect-eval", scores=(score,))).of == "n = 3"


def test_an_unscored_run_is_not_zero(desk):
    words = headline(Said(format="inspect-eval"))
    assert (words.value, words.of) == ("not recorded", "")
    assert "That is not zero" in words.spread
    assert "run moment not recorded" in run_line(desk, Said(format="inspect-eval"))


def test_settings_are_spoken():
    said = Said(format="x", settings={"fail_on_error": True, "limit": 20_000, "solver": ("a", "b"), "stop": ()})
    assert settings(said) == [("Fail on error", "yes"), ("Limit", "20,000"), ("Solver", "a, b"), ("Stop", "none")]


# --- other files ---------------------------------------------------------------------------------------------------


def test_a_document_is_shown_page_by_page_and_its_opening_journaled_once(show, place, desk):
    tab, (_pdf,) = show(PDF)
    sheet = tab.card.findChild(Sheet)
    assert (sheet.pages, sheet.words.text()) == (1, "Page 1 of 1")
    assert sheet.paper.image.width() == 1240
    place.changed()
    assert verbs(desk, place.case).count("attachment opened") == 1


def test_nothing_is_opened_while_the_tab_is_out_of_sight(place, desk):
    attachments.attach(desk, place.case, PDF, incoming())
    tab = EvaluationsTab(place)
    from reviewer_app.services.cases import case_file

    tab.show_file(case_file(desk, place.case))
    assert "attachment opened" not in verbs(desk, place.case)
    place.shell.show_page(tab, "docket")
    assert verbs(desk, place.case)[0] == "attachment opened"


def test_a_document_that_cannot_be_drawn_says_why_and_can_be_tried_again(show, place, desk, tmp_path, monkeypatch):
    broken = tmp_path / "broken.pdf"
    broken.write_bytes(b"%PDF-1.7\nnothing")
    tab, (pdf, _letter) = show(broken, text_file(tmp_path))
    tab.show_attachment(pdf.id)
    assert says(tab.card, "it is no PDF document, or damaged")
    assert place.errors == []
    assert tab.document.key == ""


def test_other_files_are_kept_and_named_by_their_content(show, tmp_path):
    tab, _ = show(text_file(tmp_path))
    assert says(tab.card, "By its content it is text.")
    assert says(tab.card, "Kept as evidence, not read.")


def test_an_unreadable_log_has_one_line_with_the_reason(show, place):
    tab, _ = show(CUT)
    reasons = [text for text in texts(tab.card) if "cannot be read as an evaluation file" in text]
    assert len(reasons) == 1 and "cut off" in reasons[0]
    assert place.errors == []


def test_a_log_that_can_be_read_by_now_is_read(show, place, desk, monkeypatch):
    def broken(source, name, **_):
        raise ReaderFailed(name=name, reason="it took too long")

    with monkeypatch.context() as patch:
        patch.setattr(desk.reader, "read", broken)
        attachments.attach(desk, place.case, LOG, incoming())
    tab = place.show(EvaluationsTab)
    assert says(tab.card, "2 of 26 samples")
    assert len(desk.vault.find(EvaluationSummary, case=place.case)) == 1


# --- custody -------------------------------------------------------------------------------------------------------


def test_the_stored_bytes_are_verified_on_demand(show, place, desk):
    tab, (log,) = show(LOG)
    for words in ("by R. Ibarra", "Evaluation host 3", "government record", "Not verified since it came in."):
        assert says(tab.card, words), words
    assert log.sha512 in "".join(texts(tab.card)).replace(" ", "")
    press(tab, "Verify the stored file now")
    assert says(tab.card, "the stored bytes give this SHA-512")
    assert verbs(desk, place.case)[0] == "attachment verified"


def test_a_damaged_file_is_told_beside_the_button(show, desk):
    tab, (log,) = show(LOG)
    path = desk.blobs.folder / log.id[:2] / log.id
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    press(tab, "Verify the stored file now")
    assert says(tab.card, "is damaged")


def test_a_file_is_struck_out_with_a_reason(show, place):
    tab, (_log,) = show(LOG)

    def strike(asked):
        asked.reason.setText("Belongs to another case")
        press(asked, "Strike out")

    with dialog(strike):
        press(tab, f"Entered in error: {LOG.name}")
    assert tab.file.attachments == ()
    assert says(tab, "No attachments yet")


@pytest.mark.parametrize(("tokens", "base"), [(LIGHT, 13), (DARK, 13), (CONTRAST, 26)])
def test_every_theme_and_size_shows_the_card(show, qapp, tokens, base):
    tab, _ = show(CYSE)
    theme.apply(qapp, tokens, base)
    assert not tab.grab().isNull()
