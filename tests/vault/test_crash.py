# SPDX-License-Identifier: Apache-2.0
"""J5: a kill at any moment leaves the change and its entry both there or both absent."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from reviewer_app.domain.notes import Note
from reviewer_app.errors import NotAnchored, VaultDamaged, VaultError
from reviewer_app.vault.anchor import Anchor
from reviewer_app.vault.vault import Vault
from tests.vault.histories import ANA, KEYS, add_note, ask, findings, make_case, new_vault, tamper

KILLS = int(os.environ.get("KILLS", "12"))


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="processes are killed otherwise there")
def test_a_killed_writer_loses_nothing_confirmed_and_leaves_nothing_half_done(tmp_path: Path) -> None:
    folder, confirmed = tmp_path / "a.vault", []
    new_vault(folder).close()
    for _ in range(KILLS):
        with subprocess.Popen(
            [sys.executable, "-m", "tests.vault.writer", str(folder)], stdout=subprocess.PIPE, text=True
        ) as writer:
            confirmed.append(writer.stdout.readline().strip())
            time.sleep(random.random() / 5)  # the moment of the kill is what is tested
            writer.send_signal(signal.SIGKILL)
            confirmed += [line.strip() for line in writer.stdout if len(line) == 33]
        vault = Vault.open(folder, KEYS)
        assert findings(vault) == []
        assert all(vault.get(Note, note) for note in confirmed[-20:])
        vault.close()
    vault = Vault.open(folder, KEYS)
    (notes,), *_ = ask(vault, "SELECT count(*) FROM note")
    (operations,), *_ = ask(vault, "SELECT count(*) FROM operation WHERE json_extract(text, '$.kind') = 'note'")
    assert len(confirmed) <= notes == operations <= len(confirmed) + KILLS
    vault.close()


def ahead(vault: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two acts that are committed and not anchored, as after a kill between the two writes."""
    make_case(vault)
    monkeypatch.setattr(Anchor, "write", lambda *_: None)
    make_case(vault, "R-2")
    make_case(vault, "R-3")
    monkeypatch.undo()


def test_a_database_ahead_of_its_anchor_is_caught_up_and_journaled(
    vault: Vault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ahead(vault, monkeypatch)
    again = Vault.open(tmp_path / "a.vault", KEYS)
    newest, before, *_ = again.entries()
    assert (newest.verb, newest.person, newest.subject) == ("anchor advanced", "system", before.hash)
    assert again.anchor.read().sequence == 4 and findings(again) == []
    again.close()


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE entry SET text = json_set(text, '$.person', 'eve') WHERE number = 2",
        "DELETE FROM entry WHERE number = 2",
        "DELETE FROM operation WHERE number = 3",
        "UPDATE operation SET values_text = replace(values_text, 'Heron', 'Eagle') WHERE number = 2",
    ],
)
def test_entries_ahead_of_the_anchor_that_do_not_hold_are_not_anchored(
    vault: Vault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    ahead(vault, monkeypatch)
    tamper(vault, change)
    with pytest.raises(VaultDamaged, match="journal"):
        Vault.open(tmp_path / "a.vault", KEYS)
    assert vault.anchor.read().sequence == 1


def test_a_first_act_without_its_anchor_is_caught_up(
    vault: Vault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Anchor, "write", lambda *_: None)
    make_case(vault)
    monkeypatch.undo()
    again = Vault.open(tmp_path / "a.vault", KEYS)
    assert [entry.verb for entry in again.entries()] == ["anchor advanced", "case opened"] and findings(again) == []
    again.close()


def test_an_act_whose_anchor_cannot_be_written_is_reported_and_not_lost(
    vault: Vault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = make_case(vault)

    def refuse(*_: object) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr("reviewer_app.vault.anchor._sync", refuse)
    with pytest.raises(NotAnchored, match="What was done last is saved; do not do it again"):
        add_note(vault, case.id)
    monkeypatch.undo()
    with vault.record("case read", person=ANA, case=case.id):
        pass
    assert vault.count(Note) == 1 and vault.anchor.read().sequence == 3 and findings(vault) == []


def test_torn_writes_of_the_anchor_in_a_row_leave_the_last_whole_slot(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    vault = new_vault(tmp_path / "a.vault")
    case = make_case(vault)
    before = vault.anchor.read()

    def tear(descriptor: int, data: bytes) -> None:
        os.write(descriptor, data[:100])
        raise OSError(5, "Input/output error")

    monkeypatch.setattr("reviewer_app.vault.anchor.write_all", tear)
    for _ in range(3):
        with pytest.raises(NotAnchored):
            add_note(vault, case.id)
        assert vault.anchor.read() == before
    monkeypatch.undo()
    vault.close()
    again = Vault.open(tmp_path / "a.vault", KEYS)
    assert again.count(Note) == 3 and again.behind == 3 and findings(again) == []
    again.close()


@pytest.mark.skipif(os.name == "nt", reason="links and pipes of POSIX")
@pytest.mark.parametrize("kind", ["link", "pipe", "folder"])
def test_what_is_no_file_is_no_anchor(tmp_path: Path, kind: str) -> None:
    new_vault(tmp_path / "a.vault").close()
    anchor = tmp_path / "a.vault" / "anchor"
    anchor.rename(tmp_path / "kept")
    if kind == "link":
        anchor.symlink_to(tmp_path / "kept")
    elif kind == "pipe":
        os.mkfifo(anchor)
    else:
        anchor.mkdir()
    with pytest.raises(VaultError):
        Vault.open(tmp_path / "a.vault", KEYS)
    anchor.rmdir() if kind == "folder" else anchor.unlink()
    (tmp_path / "kept").rename(anchor)
    Vault.open(tmp_path / "a.vault", KEYS).close()
