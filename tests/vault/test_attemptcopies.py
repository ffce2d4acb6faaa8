# SPDX-License-Identifier: Apache-2.0
"""The copies on a disk that refuses, is full, or holds something else; and two programs that count at once."""

import errno
import hashlib
import os
import subprocess
import sys
from functools import partial

import pytest

from reviewer_app import errors
from reviewer_app.vault import attemptcopies, files
from reviewer_app.vault.attemptcopies import LOCK
from reviewer_app.vault.attemptform import COPIES, LONGEST, Damaged, Kind, from_bytes
from reviewer_app.vault.attempts import Attempts, Known, Limits
from reviewer_app.vault.lock import turn
from reviewer_app.vault.place import MADE
from tests.vault.doors import ANN, BOB, FOR_EVER, KEY, VAULT, Door

posix = pytest.mark.skipif(os.name == "nt", reason="POSIX modes, links and pipes")


@pytest.fixture
def door(tmp_path):
    return Door(tmp_path)


def everything(door):
    return {path.relative_to(door.root): path.read_bytes() for path in door.root.rglob("*") if path.is_file()}


# --- what is written -------------------------------------------------------------------------------------------------


@posix
@pytest.mark.parametrize("umask", [0o000, 0o777])
def test_every_copy_is_its_owners_alone(tmp_path, umask):
    before = os.umask(umask)
    try:
        (tmp_path / "case.vault").mkdir(0o700)
        (tmp_path / "case.vault").chmod(0o700)
        door = Door(tmp_path)
    finally:
        os.umask(before)
    assert {path.stat().st_mode & 0o777 for path in [*door.places, door.folder / LOCK]} <= {0o600, 0o600 & ~umask}
    assert {path.stat().st_mode & 0o777 for path in door.places} == {0o600}
    assert door.account.stat().st_mode & 0o777 == 0o700


def test_nothing_but_the_copies_and_their_lock_lies_there_and_a_killed_making_knows_them(door):
    door.type_wrong()
    found = {path.name for path in door.folder.iterdir()}
    assert found == {*COPIES, LOCK}
    assert found | {f"{name}.new" for name in COPIES} <= MADE
    assert len(set(door.files().values())) == 1


def test_looking_writes_nothing(door):
    door.type_wrong()
    for path in door.folder.iterdir():
        path.unlink()
    before = everything(door)
    door.standing(), door.count().examine(KEY, door.known)
    assert everything(door) == before


@pytest.mark.parametrize("person", ["Ann", "", "A" * 32, "system"])
def test_what_could_not_be_read_again_never_replaces_a_copy(door, person):
    before = door.files()
    with pytest.raises(Damaged):
        door.type_wrong(person)
    assert door.files() == before


def test_no_secret_is_in_a_copy(door):
    door.type_wrong(), door.enter(ANN)
    assert not any(KEY in data or KEY.hex().encode() in data for data in everything(door).values())


# --- a disk that refuses ---------------------------------------------------------------------------------------------

OPERATIONS = ("open", "write", "fsync", "replace")
REFUSALS = {errno.ENOSPC: errors.NoSpace, errno.EROFS: errors.NoPermission, errno.EIO: errors.DiskFailed}


class Refusing:
    """Refuses the disk's operations in the block: the one with this number, or that one and all that follow."""

    def __init__(self, monkeypatch, number, code, *, onwards):
        self.monkeypatch, self.number, self.code, self.onwards, self.count = monkeypatch, number, code, onwards, 0

    def __enter__(self):
        for name in OPERATIONS:
            self.monkeypatch.setattr(os, name, self.wrapped(name, getattr(os, name)))
        return self

    def __exit__(self, *_):
        self.monkeypatch.undo()

    def wrapped(self, name, real):
        def operation(*args, **options):
            reads = name == "open" and not args[1] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
            if not reads:
                self.count += 1
                if self.count == self.number or (self.onwards and self.count > self.number):
                    raise OSError(self.code, os.strerror(self.code))
            return real(*args, **options)

        return operation


@pytest.mark.parametrize("code", REFUSALS, ids=errno.errorcode.get)
@pytest.mark.parametrize("onwards", [False, True])
@pytest.mark.parametrize("beside", [False, True])
def test_a_try_that_is_allowed_was_counted_whatever_the_disk_refuses(tmp_path, monkeypatch, code, onwards, beside):
    door = Door(tmp_path, beside=beside)
    done = door.files()
    number, raised, allowed = 0, 0, 0
    while True:
        number += 1
        door.put_back(done)
        refusing = Refusing(monkeypatch, number, code, onwards=onwards)
        try:
            with refusing:
                door.type_wrong()
        except REFUSALS[code]:
            raised += 1
            assert door.standing().failures in (0, 1)
        else:
            allowed += 1
            assert door.standing().failures == 1
        assert door.enter(BOB) == ()
        door.known = Known(1)
        if refusing.count < number:
            break
    assert number > 8 and allowed > 1
    assert raised == (1 if not onwards else number - allowed) and raised >= 1


@pytest.mark.parametrize("action", ["failed", "note", "settle"])
def test_a_full_disk_is_told(door, monkeypatch, action):
    calls = {
        "failed": lambda count: count.failed(ANN, Kind.WRONG_PASSPHRASE, FOR_EVER),
        "note": lambda count: count.note(ANN, Kind.VAULT_IN_USE),
        "settle": lambda count: count.settle(KEY, door.known, ended=[ANN]),
    }
    before = door.files()
    with Refusing(monkeypatch, 1, errno.ENOSPC, onwards=True), pytest.raises(errors.NoSpace):
        calls[action](door.count())
    assert door.files() == before


@posix
def test_a_folder_that_may_not_be_written_refuses_the_try_and_shows_the_standing(door, monkeypatch):
    door.type_wrong()
    with Refusing(monkeypatch, 1, errno.EACCES, onwards=True), pytest.raises(errors.NoPermission):
        door.type_wrong()
    assert door.standing().failures == 1


@pytest.mark.parametrize("code", [errno.EACCES, errno.EIO])
def test_copies_that_the_system_refuses_to_show_are_not_replaced(tmp_path, monkeypatch, code):
    door = Door(tmp_path, beside=False)
    door.type_wrong()
    before = door.files()

    def refuse(path, *_):
        raise OSError(code, os.strerror(code), str(path))

    monkeypatch.setattr(attemptcopies, "open_plain", refuse)
    with pytest.raises((errors.NoPermission, errors.DiskFailed), match=r"attempts\.b"):
        door.type_wrong()
    assert door.standing().left == 1
    monkeypatch.undo()
    assert door.files() == before


def test_one_copy_that_the_system_refuses_to_show_is_replaced_from_the_other(door, monkeypatch):
    door.type_wrong()
    real = attemptcopies.open_plain

    def refuse(path, *rest):
        if path.name == COPIES[0]:
            raise PermissionError(errno.EACCES, "Permission denied")
        return real(path, *rest)

    monkeypatch.setattr(attemptcopies, "open_plain", refuse)
    door.type_wrong()
    monkeypatch.undo()
    assert [from_bytes(data, VAULT).of(ANN).resets for data in door.files().values()] == [0, 0, 0]
    assert door.standing().failures == 2 and door.enter(BOB) == ("attempts.a was damaged",)


def test_a_flawed_copy_is_the_first_to_be_replaced(door, monkeypatch):
    order = []
    real = files.write_synced
    monkeypatch.setattr(
        attemptcopies, "write_synced", lambda path, data: (order.append(path.name), real(path, data))[1]
    )
    door.places[1].write_bytes(b"junk")
    door.type_wrong()
    door.type_wrong()
    assert order == [f"{name}.new" for name in ("attempts.b", "attempts.a", VAULT, "attempts.a", "attempts.b", VAULT)]


# --- something else in a copy's place --------------------------------------------------------------------------------


def as_folder(place):
    place.unlink()
    place.mkdir()


def as_link(place):
    place.rename(place.with_name("kept"))
    place.symlink_to(place.with_name("kept"))


def as_pipe(place):
    place.unlink()
    os.mkfifo(place)


def as_too_long(place):
    place.write_bytes(place.read_bytes() + b" " * LONGEST)


@posix
@pytest.mark.parametrize("harm", [as_folder, as_link, as_pipe, as_too_long])
@pytest.mark.parametrize("number", [0, 1, 2])
def test_what_is_no_copy_is_not_followed_waited_for_or_counted_on(door, harm, number):
    door.type_wrong()
    harm(door.places[number])
    door.type_wrong()
    assert door.standing().failures == 2
    if number < 2:
        assert f"{COPIES[number]} was damaged" in door.enter(BOB)
    assert door.standing().failures == 2


@posix
def test_a_link_under_the_new_copys_name_is_not_written_through(door, tmp_path):
    (tmp_path / "precious").write_text("precious")
    for name in COPIES:
        (door.folder / f"{name}.new").symlink_to(tmp_path / "precious")
    with pytest.raises(errors.DiskFailed):
        door.type_wrong()
    door.type_wrong()
    assert (tmp_path / "precious").read_text() == "precious"


def a_file_in_the_folders_place(account):
    account.parent.mkdir()
    account.write_text("a file")


def a_folder_in_the_copys_place(account):
    (account / VAULT).mkdir(parents=True)


def nothing(account):
    pass


@pytest.mark.parametrize("harm", [a_file_in_the_folders_place, a_folder_in_the_copys_place, nothing])
def test_no_function_depends_on_the_copy_beside(tmp_path, harm):
    harm(tmp_path / "account" / "attempts")
    door = Door(tmp_path)
    for _ in range(3):
        assert door.type_wrong().event
    assert door.is_locked()
    door.enter(ANN)
    assert not door.is_locked()


# --- programs at once ------------------------------------------------------------------------------------------------

COUNT = """
import sys
from pathlib import Path
from reviewer_app.vault.attempts import Attempts, Kind, Limits
count = Attempts(Path(sys.argv[1]), sys.argv[2], beside=Path(sys.argv[3]))
print("ready", flush=True)
sys.stdin.readline()
for _ in range(20):
    count.failed("a" * 32, Kind.WRONG_PASSPHRASE, Limits(3, 900.0, None))
"""


def test_programs_that_count_at_once_lose_nothing(door):
    command = [sys.executable, "-c", COUNT, str(door.folder), VAULT, str(door.account)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    programs = [subprocess.Popen(command, **pipes) for _ in range(3)]
    for program in programs:
        assert program.stdout.readline() == "ready\n"
    for program in programs:
        program.stdin.write("go\n")
        program.stdin.flush()
    for program in programs:
        program.communicate()
        assert program.returncode == 0
    assert door.standing().failures == 60
    assert len(set(door.files().values())) == 1


def test_of_programs_that_try_at_once_three_are_let_through(door):
    script = COUNT.replace('count.failed("a" * 32, Kind.WRONG_PASSPHRASE, ', 'reserved = count.reserve("a" * 32, ')
    script = script.rstrip("\n") + "\n    print(bool(reserved.event), flush=True)\n"
    command = [sys.executable, "-c", script, str(door.folder), VAULT, str(door.account)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    programs = [subprocess.Popen(command, **pipes) for _ in range(3)]
    answers = []
    for program in programs:
        program.stdin.write("go\n")
        program.stdin.flush()
    for program in programs:
        answers += program.communicate()[0].split()
    assert (answers.count("True"), answers.count("False")) == (3, 57)


def test_a_program_that_keeps_the_turn_is_named(door, monkeypatch):
    with turn(door.folder / LOCK):
        monkeypatch.setattr(attemptcopies, "turn", partial(turn, wait=0))
        with pytest.raises(errors.VaultInUse, match=r"another program keeps attempts\.lock"):
            door.type_wrong()
    monkeypatch.undo()
    assert door.type_wrong().standing.failures == 0


def test_a_newer_programs_count_is_refused_and_kept(door):
    for place in door.places:
        text = place.read_bytes().split(b"\n")[0].replace(b'"format":1', b'"format":2')
        place.write_bytes(text + b"\n" + hashlib.sha512(text).hexdigest().encode() + b"\n")
    before = door.files()
    for call in (door.standing, door.type_wrong, lambda: door.count().settle(KEY, door.known)):
        with pytest.raises(errors.NewerVault):
            call()
    assert door.files() == before


def test_a_vaults_folder_that_is_gone_is_named(tmp_path):
    with pytest.raises(errors.DiskFailed):
        Attempts(tmp_path / "absent", VAULT).reserve(ANN, Limits(3, 900, None))
