# SPDX-License-Identifier: Apache-2.0
"""The whole program under test: started, signed in to, and its end only noted. Its fixtures are taken in by conftest."""

from functools import partial

import pytest
from shiboken6 import delete

from reviewer_app.evaluations.reader import Reader
from reviewer_app.services import notes, seats, vaults
from reviewer_app.services.door import look
from reviewer_app.ui.program import Program
from reviewer_app.ui.tasks import InlineTasks
from reviewer_app.vault import place, slots
from reviewer_app.vault.lock import ExclusiveLock
from tests.desks import PASSPHRASE, ROUNDS, cheap_passphrases, make_desk
from tests.factories import make_case


@pytest.fixture
def quick(tmp_path, monkeypatch):
    """Passphrases, ballast and reader cost nothing, and the person's data folder is the test's."""
    monkeypatch.setattr("platformdirs.user_data_path", lambda *_, **__: tmp_path / "share")
    monkeypatch.setattr(seats, "Reader", lambda warm: Reader())
    monkeypatch.setattr(vaults, "Ballast", partial(place.Ballast, size=1000))
    monkeypatch.setattr(slots, "calibrate", lambda: ROUNDS)
    with cheap_passphrases():
        yield


@pytest.fixture
def vault(tmp_path, quick):
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
    if page.people.currentIndex() < 0:
        page.people.setCurrentIndex(0)
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


def type_a_note(program):
    """Begins a note in the vault's one case; returns the place of its draft."""
    (case,) = (line.case for line in program.workplace.docket.lines)
    program.workplace.open_case(case, "notes")
    editor = program.workplace.case.part("notes").editor
    editor.title.setText("Unfinished")
    editor.text.setPlainText("(U) Half a sentence")
    return notes.place(case)
