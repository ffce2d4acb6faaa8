# SPDX-License-Identifier: Apache-2.0
"""Before a vault is open: every way in, and every bad input as one clear sentence after which one can go on."""

import errno
import hashlib
import os
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QApplication, QLineEdit

from reviewer_app.policy import Policy
from reviewer_app.services import seats
from reviewer_app.services.door import NOT_IN_NAMES, Door, Front, Resident
from reviewer_app.ui import files, new_vault
from reviewer_app.ui.dialog import Question
from reviewer_app.ui.help import Help
from reviewer_app.ui.new_vault import NewVault
from reviewer_app.ui.recovery_key import RecoveryKey
from reviewer_app.ui.tasks import TaskRunner
from reviewer_app.ui.unlock import NOBODY, READ_FIRST, Unlock
from reviewer_app.ui.welcome import Welcome
from reviewer_app.ui.widgets.strips import Alert
from reviewer_app.ui.workplace import Workplace
from reviewer_app.vault import lock, place
from reviewer_app.vault.lock import ExclusiveLock
from reviewer_app.vault.slotform import COPIES, FORMAT
from tests.desks import PASSPHRASE, PERSON
from tests.ui.entering import STRONG, alerts, banner, fill_in, focused, key, make_vault, sign_in, typed_into
from tests.ui.places import press, says
from tests.ui.running import nobody_holds

SAID = "UNCLASSIFIED No vault is open"


@pytest.fixture(autouse=True)
def _quick(home):
    """Every test here opens a vault or makes one."""


@pytest.fixture
def vault(home):
    return make_vault(home)


def explained(entrance, code):
    """F1 opens the help at this code."""
    key(entrance, Qt.Key.Key_F1)
    found = entrance.findChild(Help)
    chosen = found.text.textCursor().selectedText()
    found.close()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    return chosen == code


# --- which page comes first ----------------------------------------------------------------------------------------


def test_a_first_start_welcomes_and_offers_a_new_vault(enter, problems):
    entrance = enter()
    assert isinstance(entrance.page, Welcome) and banner(entrance) == SAID
    assert focused(entrance) is entrance.page.new and alerts(entrance) == []
    assert problems(entrance) == []


def test_one_vault_nearby_shows_its_door(enter, vault, problems):
    entrance = enter()
    assert isinstance(entrance.page, Unlock) and says(entrance, "Test") and says(entrance, "This is a practice vault")
    assert banner(entrance) == "PRACTICE UNCLASSIFIED Markings for training only"
    assert focused(entrance) is entrance.page.notice
    assert problems(entrance) == []


def test_two_vaults_nearby_are_offered(enter, vault, home):
    vault.rename(home / "First.vault")
    make_vault(home)
    entrance = enter()
    assert isinstance(entrance.page, Welcome)
    press(entrance, "Open Test")
    assert entrance.page.door.folder == vault


def test_a_named_vault_goes_before_those_nearby(enter, vault, tmp_path):
    other = make_vault(tmp_path / "disk", Policy(floor="SECRET//NOFORN", organisation="Office 7"))
    entrance = enter(other)
    assert entrance.page.door.folder == other and banner(entrance) == "SECRET//NOFORN"
    press(entrance, "Other vaults")
    assert banner(entrance) == SAID


def test_a_vault_is_chosen_by_its_folder(enter, vault, monkeypatch):
    entrance = enter()
    press(entrance, "Other vaults")
    monkeypatch.setattr(files, "choose_folder", lambda *_: None)
    press(entrance, "Open a vault")
    assert isinstance(entrance.page, Welcome)
    monkeypatch.setattr(files, "choose_folder", lambda *_: vault)
    press(entrance, "Open a vault")
    assert entrance.page.door.folder == vault


def test_every_page_can_be_used_without_mouse_or_sight(enter, problems, qtbot):
    entrance = enter()
    for name in ("Make a new vault", "Practise first"):
        press(entrance, name)
        assert isinstance(entrance.page, NewVault) and problems(entrance) == []
        press(entrance, "Back")
    page = RecoveryKey("AAAA-BBBB-CCCC")
    entrance.show_page(page)
    assert problems(entrance) == [] and says(page, "Whoever holds it can do the same.")
    press(page, "I have written it down")
    assert problems(entrance) == []


# --- the door ------------------------------------------------------------------------------------------------------


def test_the_notice_comes_before_the_passphrase(enter, vault):
    entrance = enter()
    page = entrance.page
    page.passphrase.line.setText(PASSPHRASE)
    assert not page.go.isEnabled() and page.go.toolTip() == READ_FIRST
    page.passphrase.setFocus()
    key(entrance, Qt.Key.Key_Return)
    assert says(page, READ_FIRST) and focused(entrance) is page.notice and entrance.desks == []
    key(entrance, Qt.Key.Key_Space)
    assert page.go.isEnabled() and not says(page, READ_FIRST)


def test_signing_in_by_keyboard_alone(enter, vault):
    entrance = enter()
    page = entrance.page
    key(entrance, Qt.Key.Key_Space, Qt.Key.Key_Return, PASSPHRASE, Qt.Key.Key_Return)
    assert [desk.person.name for desk in entrance.desks] == [PERSON]
    assert page.passphrase.text() == "" and not page.passphrase.line.isUndoAvailable()


def test_enter_goes_from_field_to_field_where_several_may_sign_in(qtbot, monkeypatch):
    people = (Resident("a" * 32, "Ann Officer", ("officer",)), Resident("b" * 32, "Bob", ("reviewer", "supervisor")))
    page = Unlock(Door(Path("Test.vault"), people, Front("Office 7", "SECRET", "Read this.", False)))
    qtbot.addWidget(page)
    with qtbot.waitActive(page):
        page.show()
    assert [page.people.itemText(at) for at in (0, 1)] == ["Ann Officer, officer", "Bob, reviewer and supervisor"]
    page.notice.setFocus()
    key(page, Qt.Key.Key_Space, Qt.Key.Key_Return)
    assert focused(page) is page.people
    key(page, Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Enter, "typed")
    with qtbot.waitSignal(page.unlock_asked) as asked:
        key(page, Qt.Key.Key_Return)
    assert asked.args == ["b" * 32, "typed"]


def test_a_vault_in_which_nobody_may_sign_in_says_so(qtbot):
    page = Unlock(Door(Path("Test.vault"), (), Front("Office 7", "SECRET", "Read this.", False)))
    qtbot.addWidget(page)
    page.notice.setChecked(True)
    page.passphrase.line.setText(PASSPHRASE)
    assert not page.go.isEnabled() and page.typed.error.text() == NOBODY


def test_a_passphrase_is_shown_and_hidden_and_never_stays_shown(enter, vault):
    page = enter().page
    line = page.passphrase.line
    press(page, "Show: Passphrase")
    assert line.echoMode() == QLineEdit.EchoMode.Normal
    press(page, "Hide: Passphrase")
    assert line.echoMode() == QLineEdit.EchoMode.Password
    press(page, "Show: Passphrase")
    page.notice.setChecked(True)
    line.setText("not the passphrase")
    page.act()
    assert line.echoMode() == QLineEdit.EchoMode.Password and page.passphrase.shown.text() == "Show"


def test_a_passphrase_does_not_stay_on_a_page_that_is_left(enter, vault):
    entrance = enter()
    page = entrance.page
    page.passphrase.line.setText(PASSPHRASE)
    entrance.show_welcome()
    assert page.passphrase.text() == ""


# --- bad input -----------------------------------------------------------------------------------------------------


def damage(folder):
    for name in COPIES:
        (folder / name).write_bytes(b"cut")


def make_newer(folder):
    for name in COPIES:
        text, _, seal, _ = (folder / name).read_bytes().split(b"\n")
        text = text.replace(b'"format":%d' % FORMAT, b'"format":%d' % (FORMAT + 1))
        (folder / name).write_bytes(b"\n".join([text, hashlib.sha512(text).hexdigest().encode(), seal, b""]))


def empty(folder):
    for name in COPIES:
        (folder / name).unlink()


BARRED = {
    "both copies damaged": (damage, None, "V-109", "Put slots.a or slots.b back"),
    "no vault": (empty, None, "V-101", "put slots.a or slots.b back from a backup"),
    "newer": (make_newer, None, "V-103", "Open it with the newer program"),
    "network": (None, (place, "network_kind", lambda _place: "nfs4"), "V-104", "nfs4"),
    "no permission": (None, (os, "access", lambda *_: False), "V-114", "Ask the owner of the folder"),
}
"""Harm to the folder, or what the system answers; the code; and words of what to do."""


@pytest.mark.parametrize(("harm", "answer", "code", "words"), BARRED.values(), ids=BARRED)
def test_a_vault_that_cannot_be_looked_at_is_told_once_and_left_as_it_is(
    enter, vault, monkeypatch, harm, answer, code, words
):
    whole = {name: (vault / name).read_bytes() for name in COPIES}
    if harm:
        harm(vault)
    before = {path.name: path.read_bytes() for path in vault.iterdir() if path.is_file()}
    with monkeypatch.context() as system:
        if answer:
            system.setattr(*answer)
        entrance = enter(vault)
        assert isinstance(entrance.page, Welcome) and banner(entrance) == SAID
        (told,) = alerts(entrance)
        assert words in told and told.endswith(f"(Code {code})") and explained(entrance, code)
    assert {path.name: path.read_bytes() for path in vault.iterdir() if path.is_file()} == before
    for name, data in whole.items():
        (vault / name).write_bytes(data)
    press(entrance, "Open Test")
    sign_in(entrance)
    assert alerts(entrance) == [] and len(entrance.desks) == 1


def denied(path, *rest, real=os.open):
    if os.fspath(path).endswith("lock"):
        raise PermissionError(errno.EACCES, "Permission denied")
    return real(path, *rest)


def test_a_second_instance_is_named_and_can_be_tried_again(enter, vault):
    entrance = enter()
    page = entrance.page
    with ExclusiveLock(vault):
        sign_in(entrance)
        (told,) = alerts(entrance)
        assert f"by process {os.getpid()}" in told and told.endswith("(Code V-105)") and explained(entrance, "V-105")
    assert entrance.page is page and focused(entrance) is page.passphrase.line
    assert page.passphrase.line.selectedText() and page.notice.isChecked()
    key(entrance, PASSPHRASE, Qt.Key.Key_Return)
    assert len(entrance.desks) == 1 and alerts(entrance) == []


def test_a_lock_that_may_not_be_opened_is_told(enter, vault, monkeypatch):
    entrance = enter()
    with monkeypatch.context() as system:
        system.setattr(lock.os, "open", denied)
        sign_in(entrance)
    (told,) = alerts(entrance)
    assert told.endswith("(Code V-114)") and explained(entrance, "V-114") and entrance.page.go.isEnabled()
    entrance.page.act()
    assert len(entrance.desks) == 1


def test_a_wrong_passphrase_is_told_beside_its_field(enter, vault):
    entrance = enter()
    page = entrance.page
    sign_in(entrance, "not the passphrase")
    assert page.typed.error.isVisible() and page.typed.error.text().endswith("(Code V-106)")
    assert alerts(entrance) == [] and entrance.desks == [] and explained(entrance, "V-106")
    assert focused(entrance) is page.passphrase.line
    assert page.passphrase.line.selectedText() == "not the passphrase"
    key(entrance, PASSPHRASE)
    assert not page.typed.error.isVisible() and page.passphrase.text() == PASSPHRASE
    key(entrance, Qt.Key.Key_Return)
    assert len(entrance.desks) == 1


def test_a_fault_of_the_program_goes_to_the_hook_and_the_page_stays_usable(enter, vault, monkeypatch):
    entrance, told = enter(), []
    with monkeypatch.context() as broken:
        broken.setattr("sys.excepthook", lambda kind, *_: told.append(kind))
        broken.setattr(seats, "Blobs", {}.__getitem__)
        sign_in(entrance)
    assert told == [TypeError] and alerts(entrance) == [] and nobody_holds(vault)
    entrance.page.act()
    assert len(entrance.desks) == 1


def test_one_damaged_slot_copy_opens_and_is_remarked_on_the_docket(enter, home, appearance, tasks):
    folder = make_vault(home, cases=1)
    (folder / "slots.a").write_bytes(b"cut")
    entrance = enter()
    sign_in(entrance)
    (desk,) = entrance.desks
    workplace = Workplace(desk, appearance, tasks)
    workplace.start()
    workplace.shell.show()
    (told,) = (alert for alert in workplace.shell.findChildren(Alert) if "slots.a was damaged" in alert.text)
    assert told.isVisible()
    press(told, "Dismiss this alert")
    workplace.show_vault()
    workplace.show_docket()
    assert not says(workplace.shell, "slots.a was damaged")
    workplace.shell.removeEventFilter(workplace)
    workplace.shell.close()
    workplace.shell.deleteLater()


# --- a new vault ---------------------------------------------------------------------------------------------------


@pytest.fixture
def form(enter):
    """The form, filled in as it can be taken."""
    entrance = enter()
    press(entrance, "Make a new vault")
    page = entrance.page
    fill_in(page)
    page.entrance = entrance
    return page


def flaws(page):
    shown = {**page.fields, "first": page.new.first_entry, "second": page.new.second_entry}
    return {name: each.error.text() for name, each in shown.items() if each.error.isVisible()}


@pytest.mark.parametrize(
    ("changes", "beside", "words"),
    [
        ({"name": "  "}, "name", "Write a name for the vault."),
        ({"name": "a/b"}, "name", f"Leave out {' '.join(NOT_IN_NAMES)}"),
        ({"name": "tab\there"}, "name", "Leave out"),
        ({"name": ".hidden"}, "name", "a dot at the beginning"),
        ({"name": "ü" * 101}, "name", "too long"),
        ({"organisation": " "}, "organisation", "Write what your office is called."),
        ({"person": " "}, "person", "Write the name that colleagues know you by."),
        ({"colleague": PERSON.lower()}, "colleague", "This is your own name."),
        ({"first": STRONG[:14], "second": STRONG[:14]}, "first", "14 of at least 15 characters"),
        ({"first": STRONG.lower(), "second": STRONG.lower()}, "first", "No capital letter yet"),
        ({"first": f"{STRONG} ibarra", "second": f"{STRONG} ibarra"}, "first", "Holds a name of yours"),
        ({"first": f"{STRONG} reviews", "second": f"{STRONG} reviews"}, "first", "or of the vault"),
        ({"first": "Aaaaaaaaaaaaaa1!", "second": "Aaaaaaaaaaaaaa1!"}, "first", "Easy to guess"),
        ({"second": f"{STRONG}!"}, "second", "not the same passphrase"),
    ],
)
def test_what_the_form_cannot_take_is_told_beside_its_field(form, qtbot, changes, beside, words):
    fill_in(form, **changes)
    with qtbot.assertNotEmitted(form.create_asked):
        form.act()
    assert list(flaws(form)) == [beside] and words in flaws(form)[beside]
    assert focused(form.entrance) is typed_into(form, beside)
    assert form.go.isEnabled() and alerts(form.entrance) == []


def test_a_real_vault_asks_for_its_highest_marking(form):
    assert form.floor.currentText() == "CUI"
    form.floor.setCurrentIndex(-1)
    form.act()
    assert list(flaws(form)) == ["floor"] and "Choose the highest marking" in flaws(form)["floor"]
    assert focused(form.entrance) is form.floor


def test_of_several_errors_the_first_gets_the_focus_and_none_outlives_its_cure(form):
    fill_in(form, name="", person="", second="other")
    form.act()
    assert list(flaws(form)) == ["name", "person", "second"] and focused(form.entrance) is form.name
    fill_in(form, name="Reviews", second="other")
    form.act()
    assert list(flaws(form)) == ["second"]


REFUSED = {
    "no space": (
        (place, "write_all"),
        OSError(errno.ENOSPC, "No space left on device"),
        "folder",
        "V-115",
        "Free 1 KB",
    ),
    "no permission": ((place, "make_folder"), PermissionError(errno.EACCES, "Denied"), "folder", "V-114", "make"),
    "disk": ((place, "write_all"), OSError(errno.EIO, "Input/output error"), "folder", "V-116", "input/output error"),
}


@pytest.mark.parametrize(("target", "error", "beside", "code", "words"), REFUSED.values(), ids=REFUSED)
def test_a_vault_that_cannot_be_made_is_told_and_nothing_typed_is_lost(
    form, home, monkeypatch, target, error, beside, code, words
):
    def refuse(*_):
        raise error

    with monkeypatch.context() as system:
        system.setattr(*target, refuse)
        form.act()
    assert list(flaws(form)) == [beside] and words in flaws(form)[beside]
    assert flaws(form)[beside].endswith(f"(Code {code})") and explained(form.entrance, code)
    assert focused(form.entrance) is form.choose and alerts(form.entrance) == []
    assert form.person.text() == PERSON and form.new.text() == form.new.second.text() == STRONG
    assert not list(home.glob("*.vault"))
    form.act()
    assert isinstance(form.entrance.page, RecoveryKey)


def test_a_network_folder_and_a_taken_name_are_told_beside_their_fields(form, vault, monkeypatch):
    fill_in(form, name="Test")
    form.act()
    assert list(flaws(form)) == ["name"] and flaws(form)["name"].endswith("(Code V-102)")
    assert focused(form.entrance) is form.name
    with monkeypatch.context() as system:
        system.setattr(place, "network_kind", lambda _place: "cifs")
        form.act()
    assert list(flaws(form)) == ["folder"] and "cifs" in flaws(form)["folder"]
    form.choose_folder(vault.parent)
    assert flaws(form) == {}


def test_the_folder_of_the_vault_is_chosen(form, tmp_path, monkeypatch):
    monkeypatch.setattr(new_vault, "choose_folder", lambda *_: tmp_path / "disk")
    press(form, "Choose the folder for the vault")
    assert form.place.text() == str(tmp_path / "disk")
    form.act()
    assert (tmp_path / "disk" / "Reviews.vault").is_dir()


# --- work in the background ----------------------------------------------------------------------------------------


def test_while_the_key_is_derived_nothing_can_be_changed(enter, vault, qtbot):
    runner = TaskRunner()
    entrance = enter(runner=runner)
    page = entrance.page
    sign_in(entrance, "not the passphrase")
    steps = (page.notice, page.people, page.passphrase, page.other, page.go)
    assert not any(step.isEnabled() for step in steps) and page.go.text() == "Unlocking …"
    qtbot.waitUntil(page.typed.error.isVisible)
    assert all(step.isEnabled() for step in steps) and page.go.text() == "Unlock"
    page.passphrase.line.setText(PASSPHRASE)
    with qtbot.waitSignal(entrance.entered):
        page.act()
    runner.close()


class HeldTasks:
    """Takes a job and keeps it until the test has it done; nothing is delivered, as when a window closes meanwhile."""

    def run(self, work, *_callbacks):
        self.work = work

    def do(self):
        self.work(lambda _fraction: None, lambda: False)


def test_a_window_closed_before_it_hears_of_the_key_asks_nothing_and_leaves_the_vault(enter, vault, monkeypatch):
    held = HeldTasks()
    entrance = enter(runner=held)
    sign_in(entrance)
    held.do()
    assert entrance.desk is not None
    monkeypatch.setattr(Question, "ask", lambda *_, **__: False)
    entrance.close()
    assert not entrance.isVisible() and nobody_holds(vault) and entrance.desks == []
