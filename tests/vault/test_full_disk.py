# SPDX-License-Identifier: Apache-2.0
"""A full disk: the room held for it lets a person keep a draft, come in, read and leave."""

import errno
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from reviewer_app.errors import NoSpace
from reviewer_app.services import cases, checking, notes, vaults
from reviewer_app.services.desk import Desk
from reviewer_app.services.door import look
from reviewer_app.vault import credentials, place, rotation
from reviewer_app.vault.place import Ballast, given_room
from tests.desks import PASSPHRASE, ROUNDS, SteadyClock, cheap_passphrases, make_desk
from tests.factories import make_case, make_note
from tests.vault.doors import Door
from tests.vault.offices import BOB, make_office


class Disk:
    """A small volume of its own, that can be filled and freed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def fill(self, but: int = 0) -> None:
        """Leave as many bytes free."""
        descriptor = os.open(self.folder / "filler", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        try:
            for size in (1 << 20, 4096, 1):
                while True:
                    os.write(descriptor, b"x" * size)
        except OSError as error:
            assert error.errno == errno.ENOSPC
        finally:
            os.ftruncate(descriptor, os.fstat(descriptor).st_size - but)
            os.close(descriptor)

    def free(self) -> None:
        (self.folder / "filler").unlink()


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=96m,mode=700", "tmpfs", str(folder)]
    if (
        sys.platform != "linux"
        or not shutil.which("mount")
        or subprocess.run(mount, capture_output=True, check=False).returncode
    ):
        pytest.skip("a small volume can be mounted by the superuser only")
    yield Disk(folder)
    subprocess.run(["umount", "--lazy", str(folder)], check=True)  # a test that failed may hold a file open


def enter(folder: Path) -> Desk:
    door = look(folder)
    with cheap_passphrases():
        return vaults.unlock(door, door.people[0].id, PASSPHRASE, warm=False, clock=SteadyClock())


def test_a_full_disk_takes_the_draft_and_lets_in_and_out(disk: Disk) -> None:
    desk = make_desk(disk.folder)
    case, folder = make_case(desk).id, desk.vault.folder
    kept, where = make_note(desk, case, "(U) Kept."), notes.place(case)
    disk.fill()
    with pytest.raises(NoSpace):
        for _ in range(100):
            make_note(desk, case, "(U) " + "word " * 4000)
    draft = "(U) " + "a line of a draft " * 3000
    notes.keep_draft(desk, where, draft)
    assert not Ballast(folder).is_whole
    vaults.leave(desk, "locked")
    desk = enter(folder)
    assert desk.remarks == (vaults.NEARLY_FULL,)
    assert kept in cases.visit(desk, case).notes and notes.draft(desk, where) == draft
    vaults.leave(desk)
    disk.free()
    desk = enter(folder)
    assert desk.remarks == () and Ballast(folder).is_whole
    assert checking.check(desk).sound
    vaults.leave(desk)


@pytest.mark.parametrize("but", [0, 8192, 65536])
def test_a_vault_left_on_a_full_disk_can_be_opened_and_read(disk: Disk, but: int) -> None:
    desk = make_desk(disk.folder)
    case, folder = make_case(desk).id, desk.vault.folder
    vaults.leave(desk)
    disk.fill(but)
    desk = enter(folder)
    assert cases.visit(desk, case).case.id == case
    vaults.leave(desk)
    assert not Ballast(folder).is_whole


def test_on_a_full_disk_no_passphrase_is_tried_that_cannot_be_counted(disk: Disk) -> None:
    door = Door(disk.folder, beside=False)
    ballast = Ballast(door.folder)
    ballast.hold()
    disk.fill()
    with pytest.raises(NoSpace):
        door.type_wrong()
    assert door.standing().failures == 0
    assert given_room(door.folder, door.type_wrong).event
    assert door.standing().failures == 1 and not ballast.is_whole


def test_a_disk_that_fills_up_while_the_keys_change_leaves_the_vault_whole(
    disk: Disk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(credentials, "FLOOR", ROUNDS)
    monkeypatch.setattr(rotation, "ROOM_LEFT", -(2**40))  # the free space that is asked for first
    office = make_office(disk.folder / "Test.vault")
    opened, _ = office.begin(BOB)
    disk.fill(but=200_000)
    with pytest.raises(NoSpace):
        rotation.resume(office.folder, opened)
    assert not [name for name in office.names() if name.endswith(".new")]
    disk.free()
    assert office.faults(opened.keychains[0]) == []
    assert office.faults(rotation.resume(office.folder, opened).keychain) == []


# --- the room itself ------------------------------------------------------------------------------------------------


def test_what_is_written_on_a_full_disk_is_written_once_more_with_the_ballast_gone(tmp_path: Path) -> None:
    ballast = Ballast(tmp_path, size=1000)
    ballast.hold()

    def write() -> str:
        if ballast.is_whole:
            raise NoSpace(needed="1 MB")
        return "written"

    assert given_room(tmp_path, write) == "written"


def test_without_ballast_the_full_disk_is_told(tmp_path: Path) -> None:
    tries: list[int] = []

    def write() -> None:
        tries.append(1)
        raise NoSpace(needed="1 MB")

    with pytest.raises(NoSpace):
        given_room(tmp_path, write)
    assert len(tries) == 1


@pytest.mark.parametrize(("spare", "held"), [(1999, False), (2000, True)])
def test_the_room_is_taken_again_only_where_as_much_stays_free(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, spare: int, held: bool
) -> None:
    monkeypatch.setattr(place, "_free", lambda _folder: spare)
    assert Ballast(tmp_path, size=1000).renew() is held


def test_a_ballast_that_is_something_else_keeps_nobody_out(tmp_path: Path) -> None:
    (tmp_path / "ballast").mkdir()
    assert Ballast(tmp_path, size=1_000_000).renew() is False
