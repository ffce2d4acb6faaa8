# SPDX-License-Identifier: Apache-2.0
"""Work that the lock stops: nothing half is left, and it goes on by itself when the same person is back."""

import json
import threading

import pytest
from PySide6.QtWidgets import QApplication

from reviewer_app.domain.evidence import Attachment, Holding
from reviewer_app.errors import CheckStopped
from reviewer_app.services import attachments, checking, preferences
from reviewer_app.services.attachments import Incoming, candidates
from reviewer_app.services.cases import case_file
from reviewer_app.ui.tasks import TaskRunner
from reviewer_app.ui.unfinished import NAME
from tests.factories import text_file
from tests.ui.places import during, press, says
from tests.ui.running import looked_into, sign_in

INCOMING = Incoming("U", Holding.DEVELOPER_MATERIAL, source="Disc 4", medium="D-17")


@pytest.fixture
def program(vault, begin, qtbot):
    """Signs in with real threads, as often as it is called."""

    def start():
        made = begin(vault, TaskRunner())
        sign_in(made)
        qtbot.waitUntil(lambda: made.workplace is not None)
        return made

    return start


def the_case(program):
    (case,) = (line.case for line in program.workplace.docket.lines)
    return case


def attached(vault):
    return looked_into(vault, lambda desk: sorted(each.name for each in desk.vault.find(Attachment)))


def hold_until(cancelled):
    never = threading.Event()
    while not cancelled():
        never.wait(0.005)


@pytest.fixture
def gate(monkeypatch):
    """Holds the second file at its first bytes until the lock stops it."""
    reached, real = threading.Event(), attachments.attach

    def held(desk, case, path, incoming, *, progress, cancelled):
        if path.name != "b.txt":
            return real(desk, case, path, incoming, progress=progress, cancelled=cancelled)

        def told(fraction):
            reached.set()
            hold_until(cancelled)

        return real(desk, case, path, incoming, progress=told, cancelled=cancelled)

    with monkeypatch.context() as patch:
        patch.setattr(attachments, "attach", held)
        yield reached, lambda: patch.setattr(attachments, "attach", real)


@pytest.fixture
def files(tmp_path):
    """The second is read in several pieces."""
    sizes = {"a.txt": 1, "b.txt": 500_000, "c.txt": 1}
    return [text_file(tmp_path, name, f"Text of {name}. " * size) for name, size in sizes.items()]


def lock_while_attaching(program, files, gate, qtbot):
    reached, open_gate = gate
    place = program.workplace
    place.open_case(the_case(program))
    place.attaching.start(case_file(place.desk, the_case(program)), candidates(files), INCOMING)
    qtbot.waitUntil(reached.is_set)
    place.shell.lock_asked.emit()
    open_gate()


def test_attaching_goes_on_after_the_next_sign_in(program, vault, files, gate, qtbot, did):
    lock_while_attaching(program(), files, gate, qtbot)
    assert did[0] == "locked" and did[-1] == "end"
    assert list(vault.rglob("*.part")) == []
    assert attached(vault) == ["a.txt"]
    after = program()
    qtbot.waitUntil(lambda: not after.workplace.attaching.running and says(after.workplace.shell, "2 files attached."))
    found = after.desk.vault.find(Attachment)
    assert sorted(each.name for each in found) == ["a.txt", "b.txt", "c.txt"]
    assert {(each.source, each.medium, each.holding) for each in found} == {("Disc 4", "D-17", INCOMING.holding)}
    after.workplace.shell.lock_asked.emit()
    assert looked_into(vault, lambda desk: preferences.recall(desk, NAME)) == ""


def test_a_file_that_is_gone_by_then_is_told_and_the_rest_goes_on(program, vault, files, gate, qtbot):
    lock_while_attaching(program(), files, gate, qtbot)
    files[1].unlink()
    said, after = [], []

    def read(dialog):
        said.append(says(dialog, "“b.txt”"))
        press(dialog, "Close")

    during(lambda: after.append(program()), read)
    assert said == [True]
    after[0].workplace.shell.lock_asked.emit()
    assert attached(vault) == ["a.txt", "c.txt"]


def test_what_a_person_cancelled_is_not_begun_again(program, vault, files, gate, qtbot):
    made = program()
    reached, open_gate = gate
    place = made.workplace
    place.open_case(the_case(made))
    place.attaching.start(case_file(place.desk, the_case(made)), candidates(files), INCOMING)
    qtbot.waitUntil(reached.is_set)
    place.shell.progress._on_cancel()
    place.shell.lock_asked.emit()
    open_gate()
    assert looked_into(vault, lambda desk: preferences.recall(desk, NAME)) == ""


def test_a_check_that_was_stopped_begins_again(program, vault, monkeypatch, qtbot):
    reached, real = threading.Event(), checking.check

    def slow(desk, progress, cancelled):
        reached.set()
        hold_until(cancelled)
        raise CheckStopped

    made = program()
    monkeypatch.setattr(checking, "check", slow)
    made.workplace.show_vault()
    press(made.workplace.vault_page, "Check everything")
    qtbot.waitUntil(reached.is_set)
    made.workplace.shell.lock_asked.emit()
    monkeypatch.setattr(checking, "check", real)
    assert looked_into(vault, lambda desk: json.loads(preferences.recall(desk, NAME)))["check"] is True
    after = program().workplace
    qtbot.waitUntil(lambda: not after.unfinished.is_checking and says(after.vault_page, "Everything holds together."))
    assert after.vault_page.go.isEnabled() and next(e.verb for e in after.desk.vault.entries()) == "vault checked"


def test_a_closed_window_keeps_its_work_too(program, vault, files, gate, qtbot):
    made = program()
    reached, open_gate = gate
    place = made.workplace
    place.open_case(the_case(made))
    place.attaching.start(case_file(place.desk, the_case(made)), candidates(files), INCOMING)
    qtbot.waitUntil(reached.is_set)
    place.shell.close()
    open_gate()
    (batch,) = looked_into(vault, lambda desk: json.loads(preferences.recall(desk, NAME)))["attach"]
    assert [path.rsplit("/", 1)[-1] for path in batch["files"]] == ["b.txt", "c.txt"]


@pytest.mark.parametrize(
    "kept", ["{", "[]", '{"check": false}', '{"check": false, "attach": [{"case": "x"}]}', '{"check": 0, "attach": 7}']
)
def test_what_cannot_be_read_is_let_be(vault, begin, kept):
    looked_into(vault, lambda desk: preferences.remember(desk, NAME, kept))
    made = begin(vault)
    sign_in(made)
    QApplication.processEvents()
    assert made.workplace.shell.isVisible() and preferences.recall(made.desk, NAME) == ""


def test_a_case_that_is_no_more_is_told(vault, begin):
    batch = {"case": "0" * 32, "files": ["a.txt"], "incoming": {**vars(INCOMING), "holding": str(INCOMING.holding)}}
    looked_into(vault, lambda desk: preferences.remember(desk, NAME, json.dumps({"check": False, "attach": [batch]})))
    made = begin(vault)

    def go_on():
        sign_in(made)
        QApplication.processEvents()

    said = []
    during(go_on, lambda dialog: (said.append(dialog.windowTitle()), press(dialog, "Close")))
    assert len(said) == 1
