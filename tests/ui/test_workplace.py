# SPDX-License-Identifier: Apache-2.0
"""The signed-in window: where the person left, new cases by their form, attaching files, the check, locking."""

import json
import shutil
import threading

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from reviewer_app.domain.cases import Case
from reviewer_app.domain.evidence import Attachment
from reviewer_app.errors import CheckStopped
from reviewer_app.policy import practice_policy
from reviewer_app.services import attachments, checking, notes, preferences, vaults
from reviewer_app.ui.case import attaching
from reviewer_app.ui.parting import Parting, Reason
from reviewer_app.ui.tasks import TaskRunner
from reviewer_app.ui.widgets.controls import DropTarget
from reviewer_app.ui.widgets.table import Table
from reviewer_app.ui.workplace import Workplace
from tests.desks import make_desk, open_desk
from tests.factories import DATA, LOG, incoming, make_case, text_file
from tests.ui.places import during, press, says, texts, when_modal

Ctrl = Qt.KeyboardModifier.ControlModifier
CUT = DATA / "evaluations/derived_truncated/security-guide_first60pct.eval"


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    yield from open_desk(tmp_path_factory)


@pytest.fixture(autouse=True)
def _nowhere(desk):
    preferences.remember(desk, "place", "")


@pytest.fixture
def own_desk(tmp_path):
    """A vault of the test's own that holds nothing above SECRET."""
    made = make_desk(tmp_path, practice_policy().model_copy(update={"ceiling": "SECRET"}))
    yield made
    vaults.leave(made)


@pytest.fixture
def case(desk):
    return make_case(desk).id


def open_window(qtbot, desk, appearance, tasks):
    made = Workplace(desk, appearance, tasks)
    qtbot.addWidget(made.shell)
    made.shell.resize(1440, 900)
    made.shell.show()
    made.shell.activateWindow()
    qtbot.waitUntil(made.shell.isActiveWindow)
    made.start()
    return made


@pytest.fixture
def place(qtbot, desk, appearance, tasks):
    return open_window(qtbot, desk, appearance, tasks)


def news(place):
    return [alert.text for alert in place.case.news.alerts()]


def verbs(desk, case=None):
    return [entry.verb for entry in desk.vault.entries(case)]


# --- where the person left -------------------------------------------------------------------------------------------


def test_a_new_vault_starts_with_its_empty_docket_and_leads_to_the_form(qtbot, own_desk, appearance, tasks, problems):
    place = open_window(qtbot, own_desk, appearance, tasks)
    assert place.shell.page() is place.docket and says(place.docket, "No cases yet")
    assert place.shell.person.text() == "R. Ibarra · first sign-in"
    assert place.shell.windowTitle() == "Reviewer, Test"
    assert "UNCLASSIFIED" in place.shell.banners[0].accessibleName()
    assert problems(place.shell) == []
    seen = []

    def play(dialog):
        fill(dialog, mark="TS")
        press(dialog, "Record case")
        seen.append(dialog.form.fields["Marking"].error.text())

    during(lambda: press(place.docket, "Record the first case"), play)
    assert "above SECRET" in seen[0] and own_desk.vault.count(Case) == 0


def test_it_starts_where_the_person_left(qtbot, case, desk, appearance, tasks):
    first = open_window(qtbot, desk, appearance, tasks)
    first.open_case(case, "findings")
    first.shell.close()
    second = open_window(qtbot, desk, appearance, tasks)
    assert second.shell.page() is second.case and second.case.tab() == "findings"
    second.show_docket()
    second.shell.close()
    third = open_window(qtbot, desk, appearance, tasks)
    assert third.shell.page() is third.docket
    third.show_vault()
    third.shell.close()
    fourth = open_window(qtbot, desk, appearance, tasks)
    assert fourth.shell.page() is fourth.vault_page


@pytest.mark.parametrize("left", ["{", '{"case": "gone", "tab": "notes"}', '{"tab": 1}', "[]"])
def test_a_place_that_is_no_more_ends_at_the_docket(qtbot, case, desk, appearance, tasks, left):
    preferences.remember(desk, "place", left)
    made = open_window(qtbot, desk, appearance, tasks)
    assert made.shell.page() is made.docket and case in {line.case for line in made.docket.lines}


def test_theme_and_text_size_are_found_again(qtbot, desk, appearance, tasks):
    first = open_window(qtbot, desk, appearance, tasks)
    appearance.choose_scheme("dark")
    appearance.choose_size(150)
    first.shell.close()
    appearance.choose_scheme("light")
    preferences.remember(desk, "appearance", json.dumps({"scheme": "dark", "percent": 150}))
    open_window(qtbot, desk, appearance, tasks)
    assert (appearance.scheme, appearance.percent) == ("dark", 150)
    appearance.choose_size(100)
    appearance.choose_scheme("light")


def test_opening_a_case_is_an_entry_with_the_person_and_the_hour(place, case, desk):
    place.show_docket()
    place.docket.table.select_key(case)
    place.docket.table.setFocus()
    QTest.keyClick(place.docket.table, Qt.Key.Key_Return)
    entry = desk.vault.entries(case)[0]
    assert (entry.verb, entry.person, entry.changes) == ("case opened", desk.person.id, 0)
    assert place.shell.page() is place.case and says(place.case.head, "BLUE HERON")


def test_leaving_the_page_keeps_what_was_typed(place, case, desk):
    place.open_case(case, "notes")
    editor = place.case.part("notes").editor
    QTest.keyClicks(editor.title, "Half a title")
    QTest.keyClicks(editor.text, "(U) Half a sen")
    QTest.mouseClick(place.shell.side.items["vault"], Qt.MouseButton.LeftButton)
    assert place.shell.page() is place.vault_page
    assert json.loads(notes.draft(desk, notes.place(case))) == ["Half a title", "(U) Half a sen"]
    place.open_case(case, "notes")
    assert place.case.part("notes").editor.writing() == ("Half a title", "(U) Half a sen")


def test_the_page_of_the_case_before_dies(place, case, desk, qtbot):
    other = make_case(desk, codename="GREY OWL").id
    place.open_case(case)
    with qtbot.waitSignal(place.case.destroyed):
        place.open_case(other)
    assert says(place.case.head, "GREY OWL")


def test_a_new_note_is_two_keys_away(place, case, qtbot):
    place.open_case(case)
    QTest.keyClick(place.shell, Qt.Key.Key_N, Ctrl | Qt.KeyboardModifier.ShiftModifier)
    assert place.case.tab() == "notes"
    assert QApplication.focusWidget() is place.case.part("notes").editor.title


# --- new case --------------------------------------------------------------------------------------------------------


def fill(dialog, **typed):
    said = {"codename": "BLUE HERON", "developer": "Example Developer", "mark": "U", **typed}
    for name, text in said.items():
        entry = getattr(dialog, name)
        getattr(entry, "field", entry).setText(text)


def test_a_new_case_opens_once_it_is_recorded(place, desk, qtbot):
    before = desk.vault.count(Case)

    def record(dialog):
        fill(dialog, granted="9 Nov 2026 09:00", granted_source="Access record AR-0007")
        qtbot.waitUntil(dialog.isActiveWindow)
        QTest.keyClick(dialog.codename, Qt.Key.Key_Return, Ctrl)

    during(lambda: QTest.keyClick(place.shell, Qt.Key.Key_N, Ctrl), record)
    assert desk.vault.count(Case) == before + 1 and place.shell.page() is place.case
    assert place.case.file.case.number == f"P-2026-{before + 1:04}"
    assert says(place.case.head, "Access ends Wed 9 Dec 2026 09:00 EST")
    place.show_docket()
    assert place.case.file.case.id in {line.case for line in place.docket.lines}


@pytest.mark.parametrize(
    ("typed", "field", "said"),
    [
        ({"codename": " "}, "Codename", "empty"),
        ({"developer": ""}, "Developer", "empty"),
        ({"granted": "31 Feb 2026", "granted_source": "Record"}, "Access granted", "no day or hour of the calendar"),
        ({"offered": "soon", "offered_by": "J. P."}, "Offered on", "not read as a date"),
        ({"release": "Mon 3 Dec 2026", "release_source": "Letter"}, "Planned partner release", "hat day is a Thu"),
        ({"granted": "2026-11-09 09:00"}, "Source of the grant", "empty"),
        ({"release_source": "Letter"}, "Planned partner release", "missing"),
        ({"mark": "SECRT//NF"}, "Marking", "SECRT"),
        ({"mark": ""}, "Marking", "is not a marking"),
        ({"runs_at": "Host 3"}, "Build", "missing"),
    ],
)
def test_what_is_wrong_stands_beside_its_field_and_nothing_is_lost(place, desk, typed, field, said):
    seen, before = {}, desk.vault.count(Case)

    def play(dialog):
        fill(dialog, contact="A. Person", **typed)
        press(dialog, "Record case")
        seen["fields"] = {name: entry.error.text() for name, entry in dialog.form.fields.items() if entry.error.text()}
        seen["open"], seen["contact"] = dialog.isVisible(), dialog.contact.text()
        seen["focus"] = dialog.form.fields[field].isAncestorOf(dialog.focusWidget())
        entry = dialog.form.fields[field]
        seen["in view"] = not entry.visibleRegion().isEmpty() and not entry.error.visibleRegion().isEmpty()
        seen["told"] = entry.widget.accessibleDescription()
        dialog.done(0)

    during(place.new_case, play)
    assert list(seen["fields"]) == [field] and said in seen["fields"][field]
    assert (seen["open"], seen["contact"], seen["focus"], seen["in view"]) == (True, "A. Person", True, True)
    assert seen["told"] == seen["fields"][field]
    assert desk.vault.count(Case) == before


def test_dates_that_contradict_each_other_are_recorded_and_told(place, desk):
    """Sources may contradict each other; the program records what they say and asks a person to look."""

    def play(dialog):
        fill(
            dialog,
            granted="9 Nov 2026 09:00",
            granted_source="Record",
            release="1 Nov 2026 12:00",
            release_source="Letter",
        )
        press(dialog, "Record case")

    during(place.new_case, play)
    told = place.case.file.contradictions
    assert len(told) == 1 and says(place.case.points, told[0])


def test_what_was_typed_is_asked_for_before_it_is_thrown_away(place, desk):
    seen, before = [], desk.vault.count(Case)

    def leave(dialog):
        fill(dialog)
        during(lambda: QTest.keyClick(dialog, Qt.Key.Key_Escape), lambda question: press(question, "Keep"))
        seen.append((dialog.isVisible(), dialog.codename.text()))
        during(lambda: QTest.keyClick(dialog, Qt.Key.Key_Escape), lambda question: press(question, "Discard"))
        seen.append(dialog.isVisible())

    during(place.new_case, leave)
    assert seen == [(True, "BLUE HERON"), False]
    assert desk.vault.count(Case) == before


# --- attaching -------------------------------------------------------------------------------------------------------


def drop(place, *paths):
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    buttons, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    target = place.case.findChild(DropTarget)
    target.dropEvent(QDropEvent(QPointF(5, 5), Qt.DropAction.CopyAction, data, buttons, none))


def attach(dialog):
    press(dialog, "Attach")


def names(desk, case):
    return sorted(each.name for each in desk.vault.find(Attachment, case=case))


def stored(desk):
    return sorted(path.name for path in desk.blobs.folder.rglob("*") if path.is_file())


@pytest.fixture
def files(tmp_path):
    return [text_file(tmp_path, name, f"Text of {name}.") for name in ("a.txt", "b.txt")]


def test_dropped_files_are_attached_with_what_was_said_of_them(place, case, desk, files):
    place.open_case(case, "evaluations")

    def say(dialog):
        dialog.source.setText("Disc 4")
        attach(dialog)

    during(lambda: drop(place, *files), say)
    assert names(desk, case) == ["a.txt", "b.txt"]
    assert {each.source for each in desk.vault.find(Attachment, case=case)} == {"Disc 4"}
    assert news(place) == ["2 files attached."]
    assert place.case.tabs.tabText(2) == "Evaluations  2"


@pytest.mark.parametrize("way", ["button", "Ctrl+O"])
def test_files_are_chosen_by_button_and_by_key(place, case, desk, files, monkeypatch, way):
    monkeypatch.setattr(attaching, "choose_files", lambda *_: files)
    place.open_case(case)
    start = {
        "button": lambda: press(place.case.head, "Attach files"),
        "Ctrl+O": lambda: QTest.keyClick(place.shell, Qt.Key.Key_O, Ctrl),
    }
    during(start[way], attach)
    assert names(desk, case) == ["a.txt", "b.txt"]


def test_nothing_is_attached_when_the_person_goes_back(place, case, desk, files):
    place.open_case(case)
    before = stored(desk)
    during(lambda: drop(place, *files), lambda dialog: QTest.keyClick(dialog, Qt.Key.Key_Escape))
    assert names(desk, case) == [] and stored(desk) == before and verbs(desk, case)[0] == "case opened"


def test_a_bad_mark_is_told_in_the_dialog_before_anything_is_read(place, case, desk, files):
    place.open_case(case)
    seen = []

    def play(dialog):
        dialog.mark.setText("UNC")
        attach(dialog)
        seen.append(dialog.form.fields["Marking"].error.text())

    during(lambda: drop(place, *files), play)
    assert "“UNC” is not a marking" in seen[0] and names(desk, case) == []


@pytest.fixture
def threads(qapp):
    runner = TaskRunner()
    yield runner
    runner.close()


def test_cancel_stops_and_nothing_of_the_file_stays(qtbot, case, desk, appearance, threads, tmp_path, monkeypatch):
    reached, go_on, real = threading.Event(), threading.Event(), attachments.attach

    def held(*said, progress, cancelled):
        def told(fraction):
            progress(fraction)
            reached.set()
            go_on.wait(10)

        return real(*said, progress=told, cancelled=cancelled)

    monkeypatch.setattr(attachments, "attach", held)
    place = open_window(qtbot, desk, appearance, threads)
    place.open_case(case)
    strip, before = place.shell.progress, (desk.vault.blobs(), stored(desk))
    big = tmp_path / "big.bin"
    with big.open("wb") as file:
        file.truncate(8 * 1024 * 1024)
    during(lambda: drop(place, big), attach)
    qtbot.waitUntil(lambda: reached.is_set() and strip.isVisible() and strip.bar.value() > 0)
    assert strip.words.text() == "Attaching “big.bin”" and strip.bar.maximum() == 1000
    press(strip, "Cancel: Attaching “big.bin”")
    assert strip.words.text() == "Stopping"
    go_on.set()
    qtbot.waitUntil(lambda: bool(news(place)))
    assert news(place) == ["Attaching was cancelled; nothing was stored."]
    assert strip.isHidden()
    assert names(desk, case) == []
    qtbot.waitUntil(lambda: (desk.vault.blobs(), stored(desk)) == before)
    assert "file attached" not in verbs(desk, case)


def test_one_bad_file_does_not_hold_up_the_others(place, case, desk, files, tmp_path):
    """A folder, a file that goes away and one that was attached before are refused, each with one sentence."""
    place.open_case(case, "evaluations")
    gone = text_file(tmp_path, "gone.txt")
    twice = text_file(tmp_path, "twice.txt", "The same.")
    attachments.attach(desk, case, twice, incoming())
    folder = tmp_path / "folder"
    folder.mkdir()
    told = []

    def say(dialog):
        assert says(dialog, "Not among them: “folder”. The reasons follow at the end.")
        gone.unlink()
        when_modal(read, QApplication.closeAllWindows)
        attach(dialog)

    def read(dialog):
        told.extend(texts(dialog.inside))
        press(dialog, "Close")

    during(lambda: drop(place, files[0], folder, gone, twice, files[1]), say)
    assert names(desk, case) == ["a.txt", "b.txt", "twice.txt"]
    assert told[0] == "3 files were not attached"
    reasons = [text for text in told[1:] if not text.startswith("Code ")]
    assert reasons[0].startswith("“folder” is not a plain file") and "“gone.txt”" in reasons[1]
    assert "went away" in reasons[1]
    assert reasons[2].startswith("twice.txt: this file is attached already") and len(reasons) == 3
    assert news(place)[0].startswith("2 files attached; 3 were not: “folder”, ")


def test_an_empty_file_and_a_truncated_log_are_kept_and_said_to_be_unread(place, case, desk, tmp_path):
    place.open_case(case, "evaluations")
    nothing = text_file(tmp_path, "nothing.txt", "")
    cut = shutil.copy(CUT, tmp_path / "cut.eval")
    during(lambda: drop(place, nothing, cut, LOG), attach)
    assert names(desk, case) == sorted(["nothing.txt", "cut.eval", LOG.name])
    assert news(place) == ["3 files attached; 1 could not be read and is kept as evidence."]
    tab = place.case.part("evaluations")
    keys = {each.name: each.id for each in desk.vault.find(Attachment, case=case)}
    tab.show_attachment(keys["cut.eval"])
    assert [text for text in texts(tab.card) if "cannot be read as an evaluation file" in text and "cut off" in text]
    tab.show_attachment(keys["nothing.txt"])
    assert says(tab.card, "empty")


def test_files_that_are_all_refused_lead_to_another_choice(place, case, desk, files, tmp_path, monkeypatch):
    place.open_case(case)
    monkeypatch.setattr(attaching, "choose_files", lambda *_: files[:1])

    def again(refused):
        when_modal(attach, QApplication.closeAllWindows)
        press(refused, "Choose another file")

    during(lambda: drop(place, tmp_path), again)
    assert names(desk, case) == ["a.txt"]


# --- the vault page --------------------------------------------------------------------------------------------------


def test_the_check_says_that_everything_holds_together(place, case, desk, files, problems):
    attachments.attach(desk, case, files[0], incoming())
    place.show_vault()
    assert says(place.vault_page, "This vault has not been checked yet")
    press(place.vault_page, "Check everything")
    assert says(place.vault_page, "Everything holds together.") and says(place.vault_page, "attachments")
    assert says(place.vault_page, "Nothing needs a person") and place.vault_page.go.isEnabled()
    assert verbs(desk)[0] == "vault checked"
    assert problems(place.shell) == []


def test_the_focus_comes_back_when_the_check_ends_unless_it_was_moved(place, qtbot):
    place.shell.activateWindow()
    qtbot.waitUntil(place.shell.isActiveWindow)
    place.show_vault()
    page = place.vault_page
    page.go.setFocus()
    page.set_busy(True)
    assert QApplication.focusWidget() is not page.go
    page.set_busy(False)
    assert QApplication.focusWidget() is page.go
    page.set_busy(True)
    moved = place.shell.side.items["docket"]
    moved.setFocus()
    page.set_busy(False)
    assert QApplication.focusWidget() is moved


def test_the_check_names_a_damaged_attachment(place, case, desk, files):
    made = attachments.attach(desk, case, files[0], incoming()).attachment
    path = desk.blobs.folder / made.id[:2] / made.id
    path.write_bytes(path.read_bytes()[:-1] + b"?")
    place.show_vault()
    press(place.vault_page, "Check everything")
    (table,) = place.vault_page.result.findChildren(Table)
    assert [table.rows.cell(0, 0).text] == [f"attachment {made.id}"]
    assert "is damaged" in table.rows.cell(0, 1).text
    assert not says(place.vault_page, "Everything holds together")
    assert not says(place.vault_page, "Nothing needs a person")


def test_a_stopped_check_says_nothing_and_can_be_started_again(place, monkeypatch):
    def stopped(*_said):
        raise CheckStopped

    monkeypatch.setattr(checking, "check", stopped)
    place.show_vault()
    seen = []
    during(lambda: press(place.vault_page, "Check everything"), lambda dialog: seen.extend(texts(dialog)))
    assert "The vault check was stopped before its end, so it says nothing." in seen
    assert place.vault_page.go.isEnabled()
    assert not place.vault_page.result.findChildren(Table)


# --- leaving ---------------------------------------------------------------------------------------------------------


def test_ctrl_l_asks_to_lock_with_drafts_kept_and_nothing_of_the_case_on_screen(place, case, desk, qtbot):
    place.open_case(case, "notes")
    QTest.keyClicks(place.case.part("notes").editor.text, "(U) Not saved yet")
    with qtbot.waitSignal(place.locked) as locked:
        QTest.keyClick(place.shell, Qt.Key.Key_L, Ctrl)
    assert locked.args == [Parting(Reason.ASKED)]
    assert "(U) Not saved yet" in notes.draft(desk, notes.place(case))
    assert not any("BLUE HERON" in text for text in texts(place.shell))
    assert all(banner.isVisible() for banner in place.shell.banners)
    assert (
        json.loads(preferences.recall(desk, "place")).items() >= {"page": "case", "case": case, "tab": "notes"}.items()
    )


def test_a_draft_that_the_disk_refuses_does_not_keep_the_vault_open(place, case, desk, qtbot, monkeypatch, caplog):
    def refused(*_said):
        raise OSError("no disk")

    place.open_case(case, "memos")
    QTest.keyClicks(place.case.part("memos").draft.subject, "x")
    monkeypatch.setattr(desk.vault, "save_draft", refused)
    with qtbot.waitSignal(place.locked) as locked:
        QTest.keyClick(place.shell, Qt.Key.Key_L, Ctrl)
    assert locked.args == [Parting(Reason.ASKED, kept=False)]
    assert [record.getMessage().partition(":")[0] for record in caplog.records] == ["A draft was not kept"]
    caplog.clear()


def test_closing_the_window_keeps_drafts_and_place(place, case, desk, qtbot):
    place.open_case(case, "notes")
    QTest.keyClicks(place.case.part("notes").editor.text, "(U) Not saved yet")
    with qtbot.waitSignal(place.closed):
        place.shell.close()
    assert "(U) Not saved yet" in notes.draft(desk, notes.place(case))
