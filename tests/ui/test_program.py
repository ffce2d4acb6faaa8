# SPDX-License-Identifier: Apache-2.0
"""The running program: in by the entrance, out by lock or end, and nothing of a case outlives either."""

import os
import subprocess
import sys
import threading

import pytest
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from reviewer_app import app as start_up
from reviewer_app.errors import NoSpace
from reviewer_app.services import notes, vaults
from reviewer_app.ui import program as program_module
from reviewer_app.ui.clipboard import copy_text
from reviewer_app.ui.dialog import Question
from reviewer_app.ui.help import Help, show_help
from reviewer_app.ui.parting import UNKEPT_TOLD, Parting, Reason
from reviewer_app.ui.program import KEPT, end_process, start_successor
from reviewer_app.ui.session import Session
from reviewer_app.ui.tasks import InlineTasks, TaskRunner
from reviewer_app.ui.unlock import Unlock
from reviewer_app.ui.widgets.strips import Alert
from reviewer_app.ui.workplace import Workplace
from tests.desks import PASSPHRASE, PERSON
from tests.ui.places import press, says
from tests.ui.real import ROOT
from tests.ui.running import looked_into, nobody_holds, sign_in, type_a_note, verbs


def full(*_, **__):
    raise NoSpace(needed="1 MB")


def refused(*_, **__):
    raise OSError("refused")


@pytest.fixture(autouse=True)
def _quick(quick):
    """Every test here starts the program."""


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


@pytest.mark.parametrize(("part", "begins"), [(Workplace, "start"), (Session, "_tell_capture")])
def test_a_workplace_that_cannot_be_shown_or_watched_leaves_the_vault_and_the_entrance_usable(
    vault, begin, did, monkeypatch, qtbot, part, begins
):
    program = begin(vault)
    with monkeypatch.context() as broken, qtbot.capture_exceptions() as caught:
        broken.setattr(part, begins, lambda self: {}["no place"])
        sign_in(program)
    assert [kind for kind, *_ in caught] == [KeyError]
    assert did == ["signed out"] and nobody_holds(vault) and program.workplace is None
    assert program.entrance.isVisible() and program.entrance.page.passphrase.text() == ""
    sign_in(program)
    assert program.workplace.shell.isVisible()


@pytest.mark.parametrize(
    ("before", "told", "tone"),
    [
        (Parting(Reason.IDLE, 10), "Locked after 10 minutes without use. Anything you were writing is kept.", "plain"),
        (Parting(Reason.SIGNED_OUT), "You are signed out. Anything you were writing is kept.", "plain"),
        (Parting(Reason.ASKED, kept=False), f"The vault is locked. {UNKEPT_TOLD}", "danger"),
    ],
)
def test_the_successor_says_why_the_vault_was_locked_and_what_was_lost(vault, begin, problems, before, told, tone):
    entrance = begin(vault, before=before).entrance
    (alert,) = entrance.findChildren(Alert)
    assert isinstance(entrance.page, Unlock) and says(entrance, told) and alert.property("tone") == tone
    assert entrance.page.notice.hasFocus() and problems(entrance) == []


def test_a_first_start_says_nothing_of_a_session_before(vault, begin):
    assert begin(vault).entrance.findChildren(Alert) == []


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
    assert did == ["locked", (vault, Parting(Reason.ASKED)), "end"]
    shell.lock_asked.disconnect()
    working.workplace.locked.emit(Parting(Reason.IDLE))
    assert did == ["locked", (vault, Parting(Reason.ASKED)), "end"] and nobody_holds(vault)


def test_what_was_being_written_is_kept_by_the_lock(working, vault, did):
    where = type_a_note(working)
    working.workplace.shell.lock_asked.emit()
    assert did[1] == (vault, Parting(Reason.ASKED))
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
    assert did == ["locked", (vault, Parting(Reason.ASKED, kept=False)), "end"]


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


def test_a_lock_that_hangs_ends_all_the_same(working, vault, did, monkeypatch):
    ended = threading.Event()
    monkeypatch.setattr(program_module, "PATIENCE", 0.01)
    monkeypatch.setattr(working, "tasks", type("Hung", (InlineTasks,), {"close": lambda self: ended.wait(30)})())
    monkeypatch.setattr(working, "_end", lambda: (did.append("end"), ended.set()))
    working.workplace.shell.lock_asked.emit()
    assert did[:2] == [(vault, Parting(Reason.ASKED)), "end"] and "locked" in did


def test_the_end_is_at_once(monkeypatch):
    codes = []
    monkeypatch.setattr(os, "_exit", codes.append)
    end_process()
    assert codes == [0]


@pytest.mark.parametrize(
    ("frozen", "parting", "arguments"),
    [
        (False, Parting(Reason.ASKED), ["-m", "reviewer_app", "{vault}", "--after=asked"]),
        (False, Parting(Reason.IDLE, 10, kept=False), ["-m", "reviewer_app", "{vault}", "--after=idle-10-unkept"]),
        (True, Parting(Reason.DESKTOP), ["{vault}", "--after=desktop"]),
    ],
)
def test_the_successor_gets_a_path_and_one_fixed_word(monkeypatch, vault, frozen, parting, arguments):
    started = []
    monkeypatch.setattr(subprocess, "Popen", lambda command, **facts: started.append((command, facts)))
    monkeypatch.setattr(sys, "frozen", frozen, raising=False)
    monkeypatch.setenv("REVIEWER_SECRET", PASSPHRASE)
    monkeypatch.setenv("PYTHONSTARTUP", "/tmp/other.py")
    monkeypatch.setenv("LANG", "en_US.UTF-8")
    start_successor(vault, parting)
    ((command, facts),) = started
    assert command == [sys.executable, *(each.format(vault=vault) for each in arguments)]
    assert set(facts["env"]) <= set(KEPT) and facts["env"]["LANG"] == "en_US.UTF-8"
    assert PASSPHRASE not in repr(started)
    assert facts["close_fds"] and facts["stdin"] == subprocess.DEVNULL


SUCCESSOR = """
import ctypes, resource, sys
from reviewer_app.ui import program
from reviewer_app.__main__ import main

def run(vault, before):
    print(vault.name, before.option(), *resource.getrlimit(resource.RLIMIT_CORE), ctypes.CDLL(None).prctl(3, 0, 0, 0, 0))
    return 0

program.run = run
sys.exit(main())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="asks Linux")
def test_the_successor_can_dump_no_memory_either(monkeypatch, vault):
    """Started as the lock starts it; it says its limits instead of opening a window (PR_GET_DUMPABLE is 3)."""
    started = []
    with monkeypatch.context() as caught:
        caught.setattr(subprocess, "Popen", lambda command, **facts: started.append((command, facts["env"])))
        start_successor(vault, Parting(Reason.IDLE, 10))
    (((python, _, _, *words), environment),) = started
    ran = subprocess.run(
        [python, "-c", SUCCESSOR, *words],
        env=environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ran.stdout.split() == ["Test.vault", "--after=idle-10", "0", "0", "0"], ran.stderr


# --- end -----------------------------------------------------------------------------------------------------------


def test_quitting_leaves_the_vault_once(working, vault, did):
    working.quit()
    working.quit()
    assert did == ["signed out"] and nobody_holds(vault)


def test_quitting_before_the_new_vault_was_entered_leaves_it_too(begin, tmp_path, did):
    program = begin()
    press(program.entrance, "Practise first")
    page = program.entrance.page
    for field in page.new.fields:
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
    [
        ([], (None, None)),
        (["a.vault"], ("a.vault", None)),
        (["a.vault", "--after=signed-out-unkept"], ("a.vault", Parting(Reason.SIGNED_OUT, kept=False))),
    ],
)
def test_the_window_is_started_with_what_was_named(monkeypatch, arguments, expected):
    started = []

    def run(vault, before):
        started.append((vault and vault.name, before))
        return 0

    monkeypatch.setattr(program_module, "run", run)
    monkeypatch.setattr(start_up, "harden", lambda: None)
    monkeypatch.setattr(start_up.gc, "disable", lambda: None)
    assert start_up.main(arguments) == 0 and started == [expected]
