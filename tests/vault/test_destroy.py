# SPDX-License-Identifier: Apache-2.0
"""A vault is destroyed from its slot files on, whatever refuses, and what cannot be reached is said."""

import errno
import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from reviewer_app import errors
from reviewer_app.vault import credentials
from reviewer_app.vault.credentials import DeviceSecret
from reviewer_app.vault.destroy import BEYOND, destroy
from reviewer_app.vault.files import is_plain
from reviewer_app.vault.lock import ExclusiveLock
from reviewer_app.vault.slots import COPIES, SlotFile
from tests.vault.offices import BOB, ROUNDS, Office, make_office

OPERATIONS = ("open", "write", "fsync", "unlink", "rmdir", "chmod")


@pytest.fixture(autouse=True)
def low_floor(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(credentials, "FLOOR", ROUNDS)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(credentials, "FLOOR", ROUNDS)
        made = make_office(tmp_path_factory.mktemp("office") / "made.vault")
    for name in ("attempts.a", "attempts.b", "slots.a.new", "vault.db.old", "vault.db-wal", "anchor.old", "ballast"):
        (made.folder / name).write_bytes(b"something")
    (made.folder / "backups" / "2026-11-24").mkdir()
    for name in (*COPIES, "vault.db"):
        shutil.copy(made.folder / name, made.folder / "backups" / "2026-11-24")
    yield made


@pytest.fixture
def office(template: Office, tmp_path: Path) -> Office:
    return template.copy(tmp_path / "case.vault")


def test_nothing_of_the_vault_stays_and_what_went_is_said(office: Office) -> None:
    with ExclusiveLock(office.folder):
        done = destroy(office.folder)
    assert not office.folder.exists()
    assert done.failed == ()
    assert done.destroyed[:6] == (
        "attempts.a",
        "attempts.b",
        "slots.a",
        "slots.a.new",
        "slots.b",
        "backups/2026-11-24/slots.a",
    )
    assert {"vault.db", "vault.db.old", "vault.db-wal", "anchor", "ballast", "lock", "case.vault/"} <= set(
        done.destroyed
    )
    assert [line for line in done.destroyed if line.startswith("blobs/")] == ["blobs/ with 3 files, 770 KB"]


def test_what_nobody_reaches_from_here_is_said(office: Office) -> None:
    file = SlotFile.read(office.folder)
    secret = DeviceSecret(bytes(32), "KWallet", "Linux", "KDE", "2026-11-24")
    file.set_device(file.unlock(BOB.id, BOB.passphrase), BOB.passphrase, secret, rounds=ROUNDS)
    os.link(office.folder / "vault.db", office.folder.with_name("snapshot of vault.db"))
    beyond = destroy(office.folder).beyond
    assert beyond[: len(BEYOND)] == BEYOND
    assert "the device secret of Bob Reviewer in KWallet (Linux)" in beyond
    assert "other names of 1 files, in a copy that shares their content" in beyond
    told = " ".join(beyond)
    assert all(word in told for word in ("backups", "shadow copies", "solid-state", "key stores", "recovery key"))


def test_the_slot_files_content_is_gone_even_under_another_name(office: Office) -> None:
    names = [*COPIES, "attempts.a", "backups/2026-11-24/slots.a"]
    before = {name: (office.folder / name).read_bytes() for name in names}
    for number, name in enumerate(names):
        os.link(office.folder / name, office.folder.with_name(str(number)))
    destroy(office.folder)
    for number, name in enumerate(names):
        left = office.folder.with_name(str(number)).read_bytes()
        assert len(left) == len(before[name]) and left != before[name]
        assert before[name][100:200] == b"" or before[name][100:200] not in left


def test_the_slot_files_go_first(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []
    real_unlink, real_write, real_fsync = os.unlink, os.write, os.fsync

    def unlink(path, *args, **kwargs):
        done.append(f"unlink {Path(path).name}")
        real_unlink(path, *args, **kwargs)

    def fsync(descriptor):
        done.append("sync file" if is_plain(descriptor) else "sync folder")
        real_fsync(descriptor)

    monkeypatch.setattr(os, "unlink", unlink)
    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(os, "write", lambda descriptor, data: done.append("write") or real_write(descriptor, data))
    destroy(office.folder)
    keys = 7
    assert done[: 2 * keys] == ["write", "sync file"] * keys
    assert {name.split(".")[0] for name in done[2 * keys : 3 * keys]} == {"unlink attempts", "unlink slots"}
    assert done[3 * keys] == ("sync folder" if os.name != "nt" else "unlink vault.db")
    assert "unlink vault.db" in done[3 * keys :]


def test_a_vault_of_which_nothing_is_left_is_no_mistake(tmp_path: Path) -> None:
    done = destroy(tmp_path / "gone.vault")
    assert (done.destroyed, done.failed, done.beyond) == ((), (), BEYOND)


# --- what is not the vault's ---------------------------------------------------------------------------------------


def test_somebodys_own_file_is_left_and_named(office: Office) -> None:
    (office.folder / "letter.txt").write_text("dear")
    done = destroy(office.folder)
    assert [path.name for path in office.folder.iterdir()] == ["letter.txt"]
    assert done.failed == ("“letter.txt” is none of the vault's files and was left.",)


@pytest.mark.skipif(os.name == "nt", reason="links of POSIX")
@pytest.mark.parametrize("name", ["slots.a", "vault.db", "blobs", "backups", "blobs/incoming"])
def test_a_link_is_removed_and_never_followed(office: Office, tmp_path: Path, name: str) -> None:
    there = office.folder / name
    outside = tmp_path / "outside"
    there.rename(outside)
    there.symlink_to(outside)
    (outside / "kept").write_text("mine") if outside.is_dir() else None
    before = outside.read_bytes() if outside.is_file() else (outside / "kept").read_text()
    done = destroy(office.folder)
    assert not there.is_symlink()
    assert (outside.read_bytes() if outside.is_file() else (outside / "kept").read_text()) == before
    assert bool(done.failed) is (name == "slots.a")  # what it led to was not overwritten


def test_a_file_that_may_not_be_written_is_overwritten_all_the_same(office: Office) -> None:
    (office.folder / "slots.a").chmod(stat.S_IRUSR)
    assert destroy(office.folder).failed == ()


# --- what refuses --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lasting", [False, True], ids=["once", "from then on"])
def test_whatever_refuses_it_goes_on_says_so_and_finishes_when_called_again(
    office: Office, tmp_path: Path, lasting: bool
) -> None:
    at, clean = 0, False
    while not clean:
        at += 1
        there = office.copy(tmp_path / f"{at}.vault")
        with pytest.MonkeyPatch.context() as patch:
            count = _refuse(patch, at, lasting)
            done = destroy(there.folder)
        clean = count[0] < at
        assert clean or done.failed or not any((there.folder / name).exists() for name in COPIES)
        if there.folder.exists():
            assert done.failed
            again = destroy(there.folder)
            assert again.failed == ()
        assert not there.folder.exists()
    assert at > 40


def _refuse(patch: pytest.MonkeyPatch, at: int, lasting: bool) -> list[int]:
    count = [0]

    def failing(real):
        def operation(*args, **kwargs):
            count[0] += 1
            if count[0] == at or (lasting and count[0] > at):
                raise OSError(errno.EACCES, os.strerror(errno.EACCES))
            return real(*args, **kwargs)

        return operation

    for name in OPERATIONS:
        patch.setattr(os, name, failing(getattr(os, name)))
    return count


def test_a_database_that_stays_is_ciphertext_nobody_opens(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.unlink

    def keep_the_database(path, *args, **kwargs):
        if Path(path).name == "vault.db":
            raise OSError(errno.EBUSY, "Device or resource busy")
        real(path, *args, **kwargs)

    monkeypatch.setattr(os, "unlink", keep_the_database)
    done = destroy(office.folder)
    assert "“vault.db” was not removed (device or resource busy)." in done.failed
    assert "slots.a" in done.destroyed
    with pytest.raises(errors.NotAVault):
        SlotFile.read(office.folder)
    monkeypatch.undo()
    assert destroy(office.folder).failed == () and not office.folder.exists()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_killed_at_any_step_it_goes_on_when_called_again(template: Office, tmp_path: Path) -> None:
    command = [sys.executable, "-c", DIE, str(template.folder), str(tmp_path / "case.vault"), *OPERATIONS]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert int(done.stdout) > 40


DIE = """
import os, shutil, sys
from pathlib import Path
from reviewer_app.vault.destroy import destroy

made, folder = map(Path, sys.argv[1:3])

def dies_at(step):
    child = os.fork()
    if child == 0:
        count = 0
        def mortal(real):
            def operation(*args, **kwargs):
                nonlocal count
                count += 1
                if count == step:
                    os._exit(9)
                return real(*args, **kwargs)
            return operation
        for name in sys.argv[3:]:
            setattr(os, name, mortal(getattr(os, name)))
        destroy(folder)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9

step, died = 0, True
while died:
    step += 1
    shutil.copytree(made, folder)
    died = dies_at(step)
    left = destroy(folder).failed
    if left or folder.exists():
        raise SystemExit(f"step {step}: {left}")
print(step)
"""
