# SPDX-License-Identifier: Apache-2.0
import errno
import os
import subprocess
import sys
from datetime import UTC, datetime

import pytest

from reviewer_app import errors
from reviewer_app.vault.lock import ExclusiveLock, holder_text, turn

posix = pytest.mark.skipif(os.name == "nt", reason="POSIX links")

HOLD = """
import sys
from pathlib import Path
from reviewer_app.vault.lock import ExclusiveLock
lock = ExclusiveLock(Path(sys.argv[1]))
print("held", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def elsewhere(tmp_path):
    """Another process that holds the lock."""
    command = [sys.executable, "-c", HOLD, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


def test_a_second_program_is_refused_and_told_who_holds_it(tmp_path, elsewhere):
    with pytest.raises(
        errors.VaultInUse, match=rf"by process {elsewhere.pid} on .+, since \d{{4}}-\d\d-\d\d \d\d:\d\d UTC"
    ):
        ExclusiveLock(tmp_path)


def test_a_killed_program_holds_nothing(tmp_path, elsewhere):
    elsewhere.kill()
    elsewhere.wait()
    with ExclusiveLock(tmp_path):
        assert str(os.getpid()) in holder_text(tmp_path / "lock")


def test_a_successor_waits_for_the_program_that_is_ending(tmp_path, elsewhere):
    waits = []

    def sleep(seconds):
        waits.append(seconds)
        if len(waits) == 3:
            elsewhere.kill()
            elsewhere.wait()

    with ExclusiveLock(tmp_path, wait=60, sleep=sleep):
        assert len(waits) == 3


@posix
def test_the_same_vault_by_a_link_or_a_hard_linked_lock_is_the_same_vault(tmp_path):
    folder, other = tmp_path / "case.vault", tmp_path / "other.vault"
    folder.mkdir()
    other.mkdir()
    (tmp_path / "link.vault").symlink_to(folder)
    with ExclusiveLock(folder):
        os.link(folder / "lock", other / "lock")
        for way in (folder, tmp_path / "link.vault", tmp_path / "case.vault" / ".." / "case.vault", other):
            with pytest.raises(errors.VaultInUse):
                ExclusiveLock(way)
    ExclusiveLock(tmp_path / "link.vault").release()


def test_the_text_of_the_lock_file_holds_nothing_by_itself(tmp_path):
    """A stale file of a dead, reused or foreign process id: only the operating system's lock counts."""
    for text in (b'{"pid": 1, "host": "elsewhere", "since": "2020-01-01 00:00 UTC"}', b"junk", b"", b"\xff" * 9999):
        (tmp_path / "lock").write_bytes(text)
        now = datetime(2026, 12, 3, 17, 5, tzinfo=UTC)
        with ExclusiveLock(tmp_path, now=lambda now=now: now):
            assert holder_text(tmp_path / "lock").endswith("since 2026-12-03 17:05 UTC")
        assert (tmp_path / "lock").read_bytes() == b""


@pytest.mark.parametrize("text", [b"", b"junk", b"[]", b'{"pid": "x", "host": 1, "since": 2}', b'{"pid": 5}'])
def test_an_unreadable_holder_is_another_program(tmp_path, text):
    (tmp_path / "lock").write_bytes(text)
    assert holder_text(tmp_path / "lock") == "by another program"


def test_released_twice_is_released(tmp_path):
    lock = ExclusiveLock(tmp_path)
    lock.release()
    lock.release()
    ExclusiveLock(tmp_path).release()


@posix
def test_a_lock_file_that_is_a_link_is_not_followed(tmp_path):
    (tmp_path / "elsewhere").write_text("precious")
    (tmp_path / "lock").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(errors.DiskFailed):
        ExclusiveLock(tmp_path)
    assert (tmp_path / "elsewhere").read_text() == "precious"


@posix
def test_somebodys_file_under_the_name_of_the_lock_is_locked_and_not_written(tmp_path):
    own = tmp_path / "letter.txt"
    own.write_text("precious")
    own.chmod(0o644)
    os.link(own, tmp_path / "lock")
    with ExclusiveLock(tmp_path), pytest.raises(errors.VaultInUse):
        ExclusiveLock(tmp_path)
    assert own.read_text() == "precious" and own.stat().st_mode & 0o777 == 0o644


@posix
def test_a_pipe_in_the_locks_place_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "lock")
    with ExclusiveLock(tmp_path), pytest.raises(errors.VaultInUse):
        ExclusiveLock(tmp_path)


def test_a_program_started_while_it_is_held_does_not_keep_it(tmp_path):
    lock = ExclusiveLock(tmp_path)
    command = [sys.executable, "-c", "print('up', flush=True); input()"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, close_fds=False, text=True) as child:
        assert child.stdout.readline() == "up\n"
        lock.release()
        ExclusiveLock(tmp_path).release()
        child.communicate("\n")


@pytest.mark.parametrize("operation", ["ftruncate", "write"])
def test_a_lock_that_cannot_be_written_is_given_back(tmp_path, monkeypatch, operation):
    def refuse(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, operation, refuse)
        with pytest.raises(errors.NoSpace):
            ExclusiveLock(tmp_path)
    ExclusiveLock(tmp_path).release()


# --- turns -----------------------------------------------------------------------------------------------------------


def test_a_turn_is_waited_for_and_given_on(tmp_path):
    path, waits = tmp_path / "turn", []
    first = turn(path)
    first.__enter__()

    def sleep(seconds):
        waits.append(seconds)
        if len(waits) == 3:
            first.__exit__(None, None, None)

    with turn(path, sleep=sleep):
        assert len(waits) == 3
    assert path.read_bytes() == b""


def test_a_turn_that_does_not_come_is_told(tmp_path):
    with turn(tmp_path / "turn"), pytest.raises(errors.VaultInUse), turn(tmp_path / "turn", wait=0):
        pass
    with turn(tmp_path / "turn", wait=0):
        pass


@posix
def test_a_turn_is_not_taken_through_a_link(tmp_path):
    (tmp_path / "turn").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(errors.DiskFailed), turn(tmp_path / "turn"):
        pass
    assert not (tmp_path / "elsewhere").exists()
