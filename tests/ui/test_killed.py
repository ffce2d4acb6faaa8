# SPDX-License-Identifier: Apache-2.0
"""A program that is killed while a case is open: the next start shows the unlock window alone, and no case text is left.

Fault rows 16 and 17, ASD STIG 000060: temporary folders, recent files, thumbnails, caches and the clipboard are searched.
"""

import sys
from pathlib import Path

import pytest

from reviewer_app.policy import practice_policy
from reviewer_app.services import attachments, notes, vaults
from reviewer_app.services.door import look
from reviewer_app.vault.credentials import FLOOR
from tests.desks import PASSPHRASE
from tests.factories import LOG, incoming, make_case
from tests.ui.real import running

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="a process is killed in another way there")

CODENAME, TEXT, FILE = "VIOLET PELICAN", "(U) The canary sings at noon", "canary-run.eval"
CANARIES = (CODENAME, TEXT.removeprefix("(U) "), FILE, PASSPHRASE)
KEPT_TEXTS = ("utf-8", "utf-16-le", "utf-16-be")


@pytest.fixture
def vault(tmp_path):
    """A vault whose passphrase costs what it costs a person, with an attached log."""
    made = vaults.create(
        tmp_path / "Real.vault",
        person="R. Ibarra",
        passphrase=PASSPHRASE,
        policy=practice_policy(),
        rounds=FLOOR,
        warm=False,
    )
    case = make_case(made.desk, codename=CODENAME)
    log = tmp_path / FILE
    log.write_bytes(LOG.read_bytes())
    attachments.attach(made.desk, case.id, log, incoming())
    log.unlink()
    vaults.leave(made.desk)
    return made.desk.vault.folder


def left_in(folder: Path) -> list[tuple[str, str]]:
    """Canaries in the files below a folder, and in their names."""
    found = []
    for path in folder.rglob("*"):
        data = path.read_bytes() if path.is_file() else b""
        held = {text for text in CANARIES if any(text.encode(coding) in data for coding in KEPT_TEXTS)}
        found += [(path.name, text) for text in CANARIES if text in held or text in path.name]
    return found


def test_after_a_kill_the_unlock_window_stands_alone_and_no_case_text_is_left(vault, tmp_path):
    home, outside = tmp_path / "home", tmp_path / CODENAME
    outside.mkdir()
    with running(vault, home) as program:
        program.ask(f"sign-in {PASSPHRASE}")
        assert program.ask(f"write {TEXT}")["copied"] == TEXT
        program.ask(f"attach {outside}")
        assert program.ask("look")["windows"] == ["Shell"]
        program.process.kill()
        assert program.process.wait(10) == -9
    assert left_in(home) == left_in(vault) == []
    with running(vault, home) as program:
        assert program.ask("look") == {"windows": ["Entrance"], "page": "Unlock", "clipboard": ""}
        program.ask(f"sign-in {PASSPHRASE}")
        assert program.ask("look")["windows"] == ["Shell"]
    assert left_in(home) == left_in(vault) == []


def test_what_was_kept_before_the_kill_is_there_again(vault, tmp_path):
    with running(vault, tmp_path / "home") as program:
        program.ask(f"sign-in {PASSPHRASE}")
        program.ask(f"write {TEXT}")
        program.process.kill()
    door = look(vault)
    desk = vaults.unlock(door, door.people[0].id, PASSPHRASE, warm=False)
    (case,) = {draft.place for draft in desk.vault.drafts(desk.person.id)}
    assert TEXT in notes.draft(desk, case)
    vaults.leave(desk)


def test_the_search_finds_what_is_there(tmp_path):
    (tmp_path / "QtProject.conf").write_text(f"lastVisited=file:///media/{CODENAME}", encoding="utf-16-le")
    assert left_in(tmp_path) == [("QtProject.conf", CODENAME)]
