# SPDX-License-Identifier: Apache-2.0
"""The journal of the whole vault: every act by person and case number, filtered, with what came before; for officers."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from reviewer_app.domain.people import Role
from reviewer_app.services import journal, vaults
from reviewer_app.ui import journal_page
from tests.desks import PERSON, add_colleague, cheap_passphrases, make_desk
from tests.factories import make_case, make_note
from tests.ui.offices import OFFICER, REVIEWER, SUPERVISOR, desk_as, in_turn, window
from tests.ui.places import press, says, texts


@pytest.fixture(autouse=True)
def cheap():
    with cheap_passphrases():
        yield


@pytest.fixture
def desk(tmp_path):
    made = make_desk(tmp_path)
    add_colleague(made, "Ana Müller", (Role.REVIEWER,))
    case = make_case(made, codename="ZEBRAFISH")
    make_note(made, case.id, "(U) A secret sentence.", title="A secret title")
    yield made
    vaults.leave(made)


@pytest.fixture
def place(qtbot, desk, appearance, tasks):
    with window(qtbot, desk, appearance, tasks) as made:
        yield made


@pytest.fixture
def page(place):
    place.show_administration("journal")
    return place.administration.journal


def shown(page):
    rows = page.table.rows
    return [[rows.cell(line, column).text for column in range(len(page.table.heads))] for line in range(len(rows.keys))]


def test_every_act_is_a_line_and_reading_the_journal_is_one(page, desk, problems):
    assert problems(page.window()) == []
    lines = shown(page)
    assert lines[0][2:5] == [PERSON, "", "Journal read"]
    number, when, who, _, what, case, _ = lines[1]
    assert (who, what, case) == (PERSON, "Note added", "P-2026-0001") and when == "23 Nov 2026 10:40 EST"
    assert int(number) == int(lines[0][0]) - 1
    added = next(line for line in lines if line[4] == "Person added")
    assert added[6] == "Ana Müller"
    assert says(page, f"{len(lines)} entries") and not page.earlier.isVisible()


def test_nothing_that_is_in_a_case_is_shown(page):
    everything = " ".join(" ".join(line) for line in shown(page))
    assert not {"ZEBRAFISH", "secret"} & set(everything.split())


def test_words_filter_what_is_shown_and_the_count_says_so(page, qtbot):
    page.table.setFocus()
    QTest.keyClicks(page.table, "a")
    QTest.keyClicks(page.filter, "na person")
    qtbot.waitUntil(lambda: len(page.table.rows.keys) == 1)
    whole = len(page.lines)
    assert says(page, f"1 of {whole} entries")
    page.filter.put("no such word")
    assert says(page, f"0 of {whole} entries") and "holds these words" in page.table.empty_text


def test_earlier_entries_are_fetched_when_asked_for(place, page, monkeypatch):
    few = 3
    monkeypatch.setattr(journal_page, "PAGE", few)
    real = journal.lines
    monkeypatch.setattr(journal, "lines", lambda desk, before=None: real(desk, limit=few, before=before))
    place.show_administration("journal")
    assert len(page.lines) == few and says(page, f"The newest {few} entries")
    page.filter.put("journal read")
    assert says(page, f"2 of the newest {few} entries")
    page.filter.put("")
    while page.earlier.isVisible():
        press(page, "Show earlier entries")
    assert [line.number for line in page.lines] == list(range(page.lines[0].number, 0, -1))
    assert shown(page)[-1][4] == "Vault created" and says(page, f"{len(page.lines)} entries")


def test_enter_shows_all_of_an_entry_also_what_a_narrow_window_leaves_out(place, page, appearance, problems):
    place.shell.resize(1024, 700)
    appearance.choose_size(200)
    assert problems(place.shell) == []
    hidden = [head.text for at, head in enumerate(page.table.heads) if page.table.isColumnHidden(at)]
    assert hidden == ["No.", "Second person", "Case", "About"]
    page.table.select(1)
    seen = []

    def look(dialog):
        seen.extend(texts(dialog.inside))
        press(dialog, "Close")

    in_turn(lambda: QTest.keyClick(page.table, Qt.Key.Key_Return), look)
    assert "P-2026-0001" in seen and "Note added" in seen and "Second person" not in seen
    appearance.choose_size(100)


@pytest.mark.parametrize("name", [REVIEWER, SUPERVISOR, OFFICER])
def test_only_an_officer_has_the_page(qtbot, tmp_path, appearance, tasks, name):
    desk, _ = desk_as(tmp_path, name)
    with window(qtbot, desk, appearance, tasks) as place:
        assert ("journal" in place.shell.side.items) == (name == OFFICER)
        before = place.shell.page()
        place.show_administration("journal")
        assert (place.shell.page() is not before) == (name == OFFICER)
    vaults.leave(desk)
