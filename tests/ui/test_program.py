# SPDX-License-Identifier: Apache-2.0
"""The running program: in by the entrance, out by lock or end, and nothing of a case outlives either."""

import os
import subprocess
import sys
from functools import partial

import pytest
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from shiboken6 import delete

from reviewer_app import app as start_up
from reviewer_app.errors import NoSpace
from reviewer_app.evaluations.reader import Reader
from reviewer_app.services import notes, vaults
from reviewer_app.services.door import look
from reviewer_app.ui import program as program_module
from reviewer_app.ui.clipboard import copy_text
from reviewer_app.ui.dialog import Question
from reviewer_app.ui.help import Help, show_help
from reviewer_app.ui.program import DRAFT_NOT_KEPT, KEPT, NOT_KEPT, Program, end_process, start_successor
from reviewer_app.ui.tasks import InlineTasks, TaskRunner
from reviewer_app.ui.unlock import Unlock
from reviewer_app.ui.widgets.strips import Alert
from reviewer_app.ui.workplace import Workplace
from reviewer_app.vault import place, slots
from reviewer_app.vault.lock import ExclusiveLock
from tests.desks import PASSPHRASE, PERSON, ROUNDS, cheap_passphrases, make_desk
from tests.factories import make_case
from tests.ui.places import press, says


def full(*_, **__):
    raise NoSpace(needed="1 MB")


def refused(*_, **__):
    raise OSError("refused")


@pytest.fixture(autouse=True)
def _quick(tmp_path, monkeypatch):
    monkeypatch.setattr("platformdirs.user_data_path", lambda *_, **__: tmp_path / "share")
    monkeypatch.setattr(vaults, "Reader", lambda warm: Reader())
    monkeypatch.setattr(vaults, "Ballast", partial(place.Ballast, size=1000))
    monkeypatch.setattr(slots, "calibrate", lambda: ROUNDS)
    with cheap_passphrases():
        yield


@pytest.fixture
def vault(tmp_path):
    """A vault with one case, open nowhere."""
    desk = make_desk(tmp_path)
    make_case(desk)
    vaults.leave(desk)
    return desk.vault.folder


@pytest.fixture
def did():
    """What the program did on the way out, in order."""
    return []


@pytest.fixture
def begin(qapp, qtbot, did, monkeypatch):
    """Starts the program; a successor and the end of the process are only noted."""
    made, real = [], vaults.leave

    def leave(desk, verb="signed out"):
        did.append(verb)
        real(desk, verb)

    def start(folder=None, tasks=None, **given):
        program = Program(
            qapp,
            folder,
            tasks=tasks or InlineTasks(),
            succeed=lambda *facts: did.append(facts),
            end=lambda: did.append("end"),
            **given,
        )
        made.append(program)
        with qtbot.waitSignal(program.entrance.painted):
            program.show()
        return program

    monkeypatch.setattr(vaults, "leave", leave)
    yield start
    for program in made:
        program.quit()
        windows = (program.entrance, program.workplace and program.workplace.shell)
        for each in (*filter(None, windows), program.appearance, program):
            delete(each)


@pytest.fixture
def working(vault, begin):
    """Signed in, the docket in front."""
    program = begin(vault)
    sign_in(program)
    return program


def sign_in(program):
    page = program.entrance.page
    page.notice.setChecked(True)
    page.passphrase.line.setText(PASSPHRASE)
    page.act()


def nobody_holds(folder):
    ExclusiveLock(folder).release()
    return True


def looked_into(folder, ask):
    """What a vault answers to somebody who signs in anew."""
    door = look(folder)
    desk = vaults.unlock(door, door.people[0].id, PASSPHRASE, warm=False)
    try:
        return ask(desk)
    finally:
        vaults.leave(desk)


def verbs(desk):
    return [entry.verb for entry in desk.vault.entries(newest_first=False)]


# --- in ------------------------------------------------------------------------------------------------------------


def test_signing_in_puts_the_workplace_in_the_place_of_the_entrance(vault, begin):
    program = begin(vault)
    entrance = program.entrance
    size = entrance.size()
    sign_in(program)
    shell = program.workplace.shell
    assert shell.isVisible() and not entrance.isVisible() and program.entrance is None
    assert shell.size() == size and says(shell, PERSON)


def test_with_threads_the_way_in_is_the_same(vault, begin, qtbot):
    program = begin(vault, TaskRunner())
    sign_in(program)
    qtbot.waitUntil(lambda: program.workplace is not None)
    assert program.workplace.shell.isVisible()


def test_a_workplace_that_cannot_be_shown_leaves_the_vault_and_the_entrance_usable(
    vault, begin, did, monkeypatch, qtbot
):
    program = begin(vault)
    with monkeypatch.context() as broken, qtbot.capture_exceptions() as caught:
        broken.setattr(Workplace, "start", lambda self: {}["no place"])
        sign_in(program)
    assert [kind for kind, *_ in caught] == [KeyError]
    assert did == ["signed out"] and nobody_holds(vault) and program.workplace is None
    assert program.entrance.isVisible() and program.entrance.page.passphrase.text() == ""
    sign_in(program)
    assert program.workplace.shell.isVisible()


@pytest.mark.parametrize("draft_kept", [True, False])
def test_the_successor_tells_a_lost_draft_and_only_that(vault, begin, draft_kept):
    entrance = begin(vault, draft_kept=draft_kept).entrance
    assert isinstance(entrance.page, Unlock)
    assert [alert.text for alert in entrance.findChildren(Alert)] == ([] if draft_kept else [NOT_KEPT])


# --- lock ----------------------------------------------------------------------------------------------------------


def test_the_windows_are_blank_before_the_vault_closes_and_then_the_process_is_replaced(
    working, vault, did, monkeypatch
):
    shell, leave, seen = working.workplace.shell, vaults.leave, []
    question = Question(shell, "BLUE HERON", "A question that stands open.", "Yes")
    question.open()
    show_help(shell)
    windows = (shell.body, shell.status, question, shell.findChild(Help))
    assert all(window.isVisible() for window in windows)

    def leave_and_look(desk, verb):
        seen.append([window.isVisible() for window in windows])
        assert desk.vault.entries(limit=1)
        leave(desk, verb)

    monkeypatch.setattr(vaults, "leave", leave_and_look)
    shell.lock_asked.emit()
    assert seen == [[False] * 4] and all(banner.isVisible() for banner in shell.banners)
    assert did == ["locked", (vault, True), "end"]
    shell.lock_asked.disconnect()
    working.workplace.locked.emit(True)
    assert did == ["locked", (vault, True), "end"] and nobody_holds(vault)


def type_a_note(program):
    (case,) = (line.case for line in program.workplace.docket.lines)
    program.workplace.open_case(case, "notes")
    editor = program.workplace.case.part("notes").editor
    editor.title.setText("Unfinished")
    editor.text.setPlainText("(U) Half a sentence")
    return notes.place(case)


def test_what_was_being_written_is_kept_by_the_lock(working, vault, did):
    where = type_a_note(working)
    working.workplace.shell.lock_asked.emit()
    assert did[1] == (vault, True)
    assert "Half a sentence" in looked_into(vault, lambda desk: notes.draft(desk, where))
    assert "locked" in looked_into(vault, verbs)


def type_a_memo(program):
    (case,) = (line.case for line in program.workplace.docket.lines)
    program.workplace.open_case(case, "memos")
    QTest.keyClicks(program.workplace.case.part("memos").draft.subject, "x")


@pytest.mark.parametrize("type_it", [type_a_memo, type_a_note])
def test_a_draft_that_the_disk_did_not_take_is_told_by_the_successor(working, vault, did, monkeypatch, caplog, type_it):
    type_it(working)
    monkeypatch.setattr(working.desk.vault, "save_draft", full)
    working.workplace.shell.lock_asked.emit()
    caplog.clear()
    assert did == ["locked", (vault, False), "end"]


def break_clipboard(program, patch):
    patch.setattr(program_module, "_clear_clipboard", refused)


def break_leave(program, patch):
    patch.setattr(vaults, "leave", full)


def break_tasks(program, patch):
    patch.setattr(program, "tasks", type("Broken", (InlineTasks,), {"close": refused})())


def break_successor(program, patch):
    patch.setattr(program, "_succeed", refused)


@pytest.mark.parametrize("harm", [break_leave, break_clipboard, break_tasks, break_successor])
def test_the_process_ends_whatever_fails_while_it_locks(working, did, qtbot, monkeypatch, harm):
    desk, real = working.desk, vaults.leave
    with monkeypatch.context() as broken, qtbot.capture_exceptions() as caught:
        harm(working, broken)
        working.workplace.shell.lock_asked.emit()
    assert did[-1] == "end" and did.count("end") == 1 and len(caught) == 1
    assert ("locked" in did) == (harm is not break_leave)
    assert any(isinstance(each, tuple) for each in did) == (harm is not break_successor)
    if harm is break_leave:
        real(desk)


def test_the_end_is_at_once(monkeypatch):
    codes = []
    monkeypatch.setattr(os, "_exit", codes.append)
    end_process()
    assert codes == [0]


@pytest.mark.parametrize(
    ("frozen", "draft_kept", "arguments"),
    [
        (False, True, ["-m", "reviewer_app", "{vault}"]),
        (False, False, ["-m", "reviewer_app", "{vault}", DRAFT_NOT_KEPT]),
        (True, False, ["{vault}", DRAFT_NOT_KEPT]),
    ],
)
def test_the_successor_gets_a_path_and_nothing_secret(monkeypatch, vault, frozen, draft_kept, arguments):
    started = []
    monkeypatch.setattr(subprocess, "Popen", lambda command, **facts: started.append((command, facts)))
    monkeypatch.setattr(sys, "frozen", frozen, raising=False)
    monkeypatch.setenv("REVIEWER_SECRET", PASSPHRASE)
    monkeypatch.setenv("PYTHONSTARTUP", "/tmp/other.py")
    monkeypatch.setenv("LANG", "en_US.UTF-8")
    start_successor(vault, draft_kept)
    ((command, facts),) = started
    assert command == [sys.executable, *(each.format(vault=vault) for each in arguments)]
    assert set(facts["env"]) <= set(KEPT) and facts["env"]["LANG"] == "en_US.UTF-8"
    assert PASSPHRASE not in repr(started)
    assert facts["close_fds"] and facts["stdin"] == subprocess.DEVNULL


# --- end -----------------------------------------------------------------------------------------------------------


def test_quitting_leaves_the_vault_once(working, vault, did):
    working.quit()
    working.quit()
    assert did == ["signed out"] and nobody_holds(vault)


def test_quitting_before_the_new_vault_was_entered_leaves_it_too(begin, tmp_path, did):
    program = begin()
    press(program.entrance, "Practise first")
    page = program.entrance.page
    for field in (page.first, page.second):
        field.line.setText(PASSPHRASE)
    page.act()
    assert program.entrance.desk is not None
    program.quit()
    assert did == ["signed out"] and nobody_holds(tmp_path / "share" / "Practice.vault")


def test_closing_the_window_keeps_the_draft_and_leaves_the_vault(working, vault, did):
    where = type_a_note(working)
    copy_text("BLUE HERON")
    working.workplace.shell.close()
    assert did == ["signed out"] and QApplication.clipboard().text() == ""
    assert "Half a sentence" in looked_into(vault, lambda desk: notes.draft(desk, where))


def test_locking_takes_back_what_was_copied(working, did):
    copy_text("BLUE HERON")
    working.workplace.shell.lock_asked.emit()
    assert QApplication.clipboard().text() == "" and did[-1] == "end"


# --- the command line ----------------------------------------------------------------------------------------------


def test_two_vaults_are_a_usage_error_also_in_what_a_successor_inherits():
    command = [sys.executable, "-m", "reviewer_app", "a.vault", "b.vault"]
    environment = {name: os.environ[name] for name in KEPT if name in os.environ}
    ran = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert (ran.returncode, ran.stdout, ran.stderr.strip()) == (2, "", start_up.USAGE)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [([], (None, True)), (["a.vault"], ("a.vault", True)), (["a.vault", DRAFT_NOT_KEPT], ("a.vault", False))],
)
def test_the_window_is_started_with_what_was_named(monkeypatch, arguments, expected):
    started = []

    def run(vault, *, draft_kept):
        started.append((vault and vault.name, draft_kept))
        return 0

    monkeypatch.setattr(program_module, "run", run)
    monkeypatch.setattr(start_up, "harden", lambda: None)
    monkeypatch.setattr(start_up.gc, "disable", lambda: None)
    assert start_up.main(arguments) == 0 and started == [expected]
