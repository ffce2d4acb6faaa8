# SPDX-License-Identifier: Apache-2.0
"""Vaults are made whole or not at all, opened by the right passphrase alone, left closed, and checked to the last byte."""

import errno
import hashlib
import json
import os
import platform
from contextlib import contextmanager
from functools import partial

import pytest

from reviewer_app import errors
from reviewer_app.domain.people import Role
from reviewer_app.evaluations.reader import Reader
from reviewer_app.policy import Policy, practice_policy
from reviewer_app.services import attachments, checking, vaults
from reviewer_app.services.door import Front, look
from reviewer_app.vault import lock, place, slotcopies
from reviewer_app.vault.blobs import Blobs
from reviewer_app.vault.lock import ExclusiveLock
from reviewer_app.vault.slotform import COPIES, FORMAT
from reviewer_app.vault.slots import SlotFile
from reviewer_app.vault.vault import Vault
from tests.desks import NOW, PASSPHRASE, PERSON, ROUNDS, SteadyClock, cheap_passphrases, make_desk
from tests.factories import incoming, make_case, text_file
from tests.vault.histories import tamper


@pytest.fixture(autouse=True)
def _cheap(monkeypatch):
    """Quick passphrases, a small ballast; a vault that another program holds is not waited for."""
    monkeypatch.setattr(vaults, "SWITCH_WAIT", 0.0)
    monkeypatch.setattr(vaults, "Ballast", partial(place.Ballast, size=1000))
    with cheap_passphrases():
        yield


@pytest.fixture
def folder(tmp_path):
    """A vault that nobody has open."""
    desk = make_desk(tmp_path)
    vaults.leave(desk)
    return desk.vault.folder


def create(folder, *, person=PERSON, passphrase=PASSPHRASE, policy=None):
    policy = policy or practice_policy()
    return vaults.create(
        folder, person=person, passphrase=passphrase, policy=policy, rounds=ROUNDS, warm=False, clock=SteadyClock()
    )


@contextmanager
def opened(folder, passphrase=PASSPHRASE, clock=None):
    door = look(folder)
    desk = vaults.unlock(door, door.people[0].id, passphrase, warm=False, clock=clock or SteadyClock())
    try:
        yield desk
    finally:
        vaults.leave(desk)


def attach(desk, case, path):
    return attachments.attach(desk, case, path, incoming()).attachment


def verbs(desk):
    return [entry.verb for entry in desk.vault.entries(newest_first=False)]


def content(folder):
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def nobody_holds(folder):
    ExclusiveLock(folder).release()
    return True


def refuse(number):
    def refusing(*_, **__):
        raise OSError(number, os.strerror(number))

    return refusing


def fail(error):
    def failing(*_, **__):
        raise error

    return failing


# --- making --------------------------------------------------------------------------------------------------------


def test_a_new_vault_is_open_for_its_first_person_who_holds_every_role(tmp_path):
    real = Policy(organisation="Office 7", floor="SECRET")
    made = create(tmp_path / "Reviews.vault", policy=real, passphrase="Heron-weir 7 lantern!")
    assert (made.desk.person.name, made.desk.roles) == (PERSON, frozenset(Role))
    assert (made.desk.policy.floor, verbs(made.desk)) == ("SECRET", ["vault created"])
    assert len(made.recovery_key.split("-")) > 4 and made.recovery_key not in repr(made)
    vaults.leave(made.desk)
    door = look(tmp_path / "Reviews.vault")
    assert (door.name, door.policy.organisation, door.people[0].told()) == ("Reviews", "Office 7", PERSON)


def test_the_folders_above_are_made_as_on_a_first_start(tmp_path):
    above = tmp_path / "share" / "Reviewer"
    vaults.leave(create(above / "Reviews.vault").desk)
    assert look(above / "Reviews.vault").people
    if os.name != "nt":
        assert (above.stat().st_mode & 0o777, above.parent.stat().st_mode & 0o777) == (0o700, 0o700)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"person": "  "}, errors.EntryError),
        ({"person": "R. \u202eIbarra"}, errors.EntryError),
        ({"person": "R" * 300}, errors.EntryError),
        ({"person": "R\ud800"}, errors.EntryError),
        ({"passphrase": "fourteen signs"}, errors.WeakPassphrase),
        ({"passphrase": "e\u0301" * 14}, errors.WeakPassphrase),
    ],
)
def test_what_cannot_be_taken_is_refused_before_anything_is_made(tmp_path, changes, expected):
    with pytest.raises(expected):
        create(tmp_path / "Reviews.vault", **changes)
    assert not list(tmp_path.iterdir())


def test_what_lies_there_is_never_touched(folder):
    before = content(folder)
    with pytest.raises(errors.VaultExists):
        create(folder)
    assert content(folder) == before


@pytest.mark.parametrize(
    ("target", "name", "value", "expected"),
    [
        (place, "network_kind", lambda _place: "nfs4", errors.OnNetworkPath),
        (os, "access", lambda *_: False, errors.NoPermission),
    ],
)
def test_a_place_where_no_vault_may_lie_is_refused(tmp_path, monkeypatch, target, name, value, expected):
    monkeypatch.setattr(target, name, value)
    with pytest.raises(expected):
        create(tmp_path / "Reviews.vault")
    assert not list(tmp_path.iterdir())


def full_at(name):
    """Makes the folder of this name the one that finds no room."""
    real = place.make_folder
    return lambda folder: refuse(errno.ENOSPC)() if folder.name == name else real(folder)


@pytest.mark.parametrize(
    ("target", "name", "value"),
    [
        (place, "make_folder", full_at("incoming")),
        (vaults, "ExclusiveLock", fail(errors.NoPermission(action="open", name="lock"))),
        (slotcopies, "write_synced", refuse(errno.ENOSPC)),
        (slotcopies, "move_into_place", refuse(errno.EIO)),
        (place, "write_all", refuse(errno.ENOSPC)),
        (Vault, "create", fail(errors.NoSpace(needed="1 MB"))),
        (Vault, "record", fail(errors.NoSpace(needed="1 MB"))),
        (vaults, "seat", fail(errors.DiskFailed(action="read", name="markings.json", reason="gone"))),
    ],
    ids=["layout", "lock", "slots written", "slots moved", "ballast", "database", "first entry", "desk"],
)
def test_a_vault_that_fails_half_way_is_undone_and_can_be_made_again(tmp_path, monkeypatch, target, name, value):
    folder = tmp_path / "Reviews.vault"
    with monkeypatch.context() as broken:
        broken.setattr(target, name, value)
        with pytest.raises(errors.VaultError):
            create(folder)
    assert not list(tmp_path.iterdir())
    vaults.leave(create(folder).desk)
    assert look(folder).people


def test_a_making_that_was_killed_is_begun_anew(tmp_path, monkeypatch):
    folder = tmp_path / "Reviews.vault"
    with monkeypatch.context() as killed:
        killed.setattr(vaults.shutil, "rmtree", lambda *_, **__: None)
        killed.setattr(Vault, "open", fail(errors.NoSpace(needed="1 MB")))
        with pytest.raises(errors.NoSpace):
            create(folder)
    assert [path.name for path in tmp_path.iterdir()] == ["Reviews.vault.part"]
    vaults.leave(create(folder).desk)
    assert look(folder).people and [path.name for path in tmp_path.iterdir()] == ["Reviews.vault"]


def test_two_who_make_the_same_vault_do_not_harm_each_other(tmp_path, monkeypatch):
    folder, real, first = tmp_path / "Reviews.vault", SlotFile.create, []

    def interrupted(*args, **kwargs):
        monkeypatch.setattr(SlotFile, "create", real)
        with pytest.raises(errors.VaultInUse):
            create(folder)
        first.append(sorted(path.name for path in folder.with_name("Reviews.vault.part").iterdir()))
        return real(*args, **kwargs)

    monkeypatch.setattr(SlotFile, "create", interrupted)
    vaults.leave(create(folder).desk)
    assert "lock" in first[0] and look(folder).people


@pytest.mark.parametrize("name", ["letter.txt", f"blobs/aa/{'a' * 32}"])
def test_what_no_making_leaves_is_never_cleared_away(tmp_path, name):
    other = tmp_path / "Reviews.vault.part" / name
    other.parent.mkdir(parents=True)
    other.write_text("mine")
    with pytest.raises(errors.VaultExists, match="part"):
        create(tmp_path / "Reviews.vault")
    assert other.read_text() == "mine"


# --- unlocking and leaving -----------------------------------------------------------------------------------------


def test_unlocking_and_leaving_are_entries_and_leave_nothing_open(folder):
    with opened(folder) as desk:
        assert (desk.person.name, desk.roles, desk.policy) == (PERSON, frozenset(Role), practice_policy())
        assert desk.remarks == ()
        with pytest.raises(errors.VaultInUse):
            nobody_holds(folder)
    assert nobody_holds(folder)
    with opened(folder) as desk:
        assert verbs(desk) == ["vault created", "signed out", "signed in", "signed out", "signed in"]


def test_leaving_says_why(folder):
    door = look(folder)
    vaults.leave(vaults.unlock(door, door.people[0].id, PASSPHRASE, warm=False, clock=SteadyClock()), "locked")
    with opened(folder) as desk:
        assert verbs(desk)[-2:] == ["locked", "signed in"]


@pytest.mark.parametrize(
    ("target", "name"), [(Vault, "record"), (Reader, "close"), (Vault, "close")], ids=["entry", "reader", "database"]
)
def test_the_vault_is_let_go_whatever_fails_while_it_is_left(folder, monkeypatch, target, name):
    door, closed = look(folder), []
    desk = vaults.unlock(door, door.people[0].id, PASSPHRASE, warm=False, clock=SteadyClock())
    refused = fail(errors.NoSpace(needed="1 MB"))

    def close(self, real=Vault.close):
        closed.append(real(self))
        if (target, name) == (Vault, "close"):
            refused()

    with monkeypatch.context() as broken:
        broken.setattr(target, name, refused)
        broken.setattr(Vault, "close", close)
        with pytest.raises(errors.NoSpace):
            vaults.leave(desk)
    assert closed == [None] and nobody_holds(folder)


def test_an_unlock_that_fails_late_leaves_nothing_open(folder, monkeypatch):
    closed = []
    with monkeypatch.context() as broken:
        broken.setattr(Vault, "witness", fail(errors.NoPermission(action="write", name="vault.db")))
        broken.setattr(Reader, "close", lambda self, close=Reader.close: closed.append(close(self)))
        with pytest.raises(errors.NoPermission), opened(folder):
            pass
    assert closed == [None] and nobody_holds(folder)
    with opened(folder) as desk:
        assert "signed in" in verbs(desk)


def test_files_that_may_not_be_swept_keep_nobody_out(folder, monkeypatch):
    monkeypatch.setattr(Blobs, "sweep", fail(errors.NoPermission(action="sweep", name="blobs")))
    with opened(folder) as desk:
        assert "left as they are" in desk.remarks[0]


def test_folders_that_a_copy_left_out_are_made_again(folder, tmp_path):
    for name in ("backups", "blobs/incoming", "blobs"):
        (folder / name).rmdir()
    with opened(folder) as desk:
        assert attach(desk, make_case(desk).id, text_file(tmp_path)) and desk.remarks == ()
        assert (folder / "backups").is_dir()


def test_an_older_database_with_its_anchor_destroys_nothing_newer(folder, tmp_path):
    with opened(folder) as desk:
        case = make_case(desk).id
    older = {name: (folder / name).read_bytes() for name in ("vault.db", "anchor")}
    with opened(folder) as desk:
        kept = attach(desk, case, text_file(tmp_path))
    newer = {name: (folder / name).read_bytes() for name in older}
    put(folder, older)
    with opened(folder) as desk:
        assert "put aside" in desk.remarks[0] and kept.id not in desk.vault.blobs()
        assert [finding.where for finding in checking.check(desk).findings] == [f"blobs/lost/{kept.id}"]
    put(folder, newer)
    with opened(folder) as desk:
        assert "put back" in desk.remarks[0]
        assert checking.check(desk).sound
        with attachments.open_bytes(desk, kept) as source:
            assert source.verify() == kept.sha512


def put(folder, files):
    for name, data in files.items():
        (folder / name).write_bytes(data)


def test_an_attachment_whose_row_was_deleted_is_kept_and_told(folder, tmp_path):
    with opened(folder) as desk:
        kept = attach(desk, make_case(desk).id, text_file(tmp_path))
        tamper(desk.vault, "DELETE FROM blob")
    with opened(folder) as desk:
        where = {finding.where for finding in checking.check(desk).findings}
        assert where == {f"attachment {kept.id}", f"blobs/lost/{kept.id}"}
        assert (folder / "blobs/lost" / kept.id).exists()


def test_an_anchor_further_behind_than_a_crash_leaves_it_is_told(folder):
    older = (folder / "anchor").read_bytes()
    with opened(folder):
        pass
    put(folder, {"anchor": older})
    with opened(folder) as desk:
        assert "anchor was 2 entries behind" in desk.remarks[0]


def test_unfinished_attachments_are_swept_and_finished_ones_kept(folder, tmp_path):
    with opened(folder) as desk:
        case = make_case(desk).id
        kept = attach(desk, case, text_file(tmp_path))
    part, lone = folder / f"blobs/incoming/{'a' * 32}.part", folder / f"blobs/bb/{'b' * 32}"
    other = folder / "blobs/incoming/note.txt"
    lone.parent.mkdir(exist_ok=True)
    for path in (part, lone, other):
        path.write_bytes(b"cut")
    with opened(folder) as desk:
        assert not part.exists() and not lone.exists() and other.exists()
        assert (folder / "blobs/lost" / lone.name).exists()
        with attachments.open_bytes(desk, kept) as source:
            assert source.verify() == kept.sha512


def test_a_wrong_passphrase_opens_nothing_and_writes_the_count_alone(folder):
    def uncounted():
        return {name: data for name, data in content(folder).items() if not name.name.startswith("attempts")}

    before = uncounted()
    with pytest.raises(errors.WrongPassphrase, match=PERSON), opened(folder, "not the passphrase"):
        pass
    assert uncounted() == before and nobody_holds(folder)


def test_a_vault_that_is_open_elsewhere_is_refused_by_its_holder(folder):
    with (
        ExclusiveLock(folder),
        pytest.raises(errors.VaultInUse, match=rf"process {os.getpid()} on {platform.node()}"),
        opened(folder),
    ):
        pass


def test_a_holder_that_is_just_ending_is_waited_for(folder, monkeypatch):
    held, waited = ExclusiveLock(folder), []
    real = vaults.ExclusiveLock

    def patient(folder, *, wait):
        return real(folder, wait=wait, sleep=lambda seconds: (waited.append(seconds), held.release()))

    monkeypatch.setattr(vaults, "SWITCH_WAIT", 5.0)
    monkeypatch.setattr(vaults, "ExclusiveLock", patient)
    with opened(folder) as desk:
        assert len(waited) == 1 and desk.person.name == PERSON


def test_a_lock_that_may_not_be_opened_is_named(folder, monkeypatch):
    door, real = look(folder), os.open
    monkeypatch.setattr(lock.os, "open", lambda path, *rest: (_denied if _is_lock(path) else real)(path, *rest))
    with pytest.raises(errors.NoPermission, match="“lock”"):
        vaults.unlock(door, door.people[0].id, PASSPHRASE, warm=False)


def _is_lock(path):
    return os.fspath(path).endswith("lock")


def _denied(*_):
    raise PermissionError(errno.EACCES, "Permission denied")


@pytest.mark.skipif(os.name == "nt", reason="pipes of POSIX")
def test_a_pipe_in_place_of_the_ballast_holds_nobody_up(folder):
    (folder / "ballast").unlink()
    os.mkfifo(folder / "ballast")
    with opened(folder) as desk:
        assert desk.person.name == PERSON


def test_no_room_for_the_ballast_keeps_nobody_out(folder, monkeypatch):
    (folder / "ballast").unlink()
    with monkeypatch.context() as full:
        full.setattr(place, "write_all", refuse(errno.ENOSPC))
        with opened(folder) as desk:
            assert desk.person.name == PERSON
        assert not (folder / "ballast").exists()
    with opened(folder):
        assert vaults.Ballast(folder).is_whole


# --- the slot file -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", COPIES)
@pytest.mark.parametrize("flaw", ["damaged", "missing"])
def test_one_flawed_slot_copy_is_mended_and_told_once(folder, name, flaw):
    whole = (folder / name).read_bytes()
    if flaw == "missing":
        (folder / name).unlink()
    else:
        (folder / name).write_bytes(whole[:100] + b"\0" + whole[101:])
    with opened(folder) as desk:
        assert len(desk.remarks) == 1 and f"{name} was {flaw}" in desk.remarks[0]
        assert (folder / name).read_bytes() == whole
        assert verbs(desk)[-2:] == ["signed in", "slot file mended"]
    with opened(folder) as desk:
        assert desk.remarks == () and verbs(desk).count("slot file mended") == 1


def test_a_disk_that_does_not_take_the_mended_copy_keeps_nobody_out(folder, monkeypatch):
    (folder / "slots.b").write_bytes(b"cut")
    with monkeypatch.context() as full:
        full.setattr(slotcopies, "write_synced", refuse(errno.ENOSPC))
        with opened(folder) as desk:
            assert desk.remarks == () and "slot file mended" not in verbs(desk)
    with opened(folder) as desk:
        assert "slots.b was damaged" in desk.remarks[0]


def test_both_copies_damaged_are_refused_and_left_as_they_are(folder):
    for name in COPIES:
        (folder / name).write_bytes(b"cut")
    before = content(folder)
    with pytest.raises(errors.SlotsDamaged):
        look(folder)
    assert content(folder) == before


@pytest.mark.parametrize("make", [lambda path: path.mkdir(), lambda path: path.write_text("x")])
def test_what_is_no_vault_is_called_so(tmp_path, make):
    make(tmp_path / "letters")
    with pytest.raises(errors.NotAVault, match="“letters”"):
        look(tmp_path / "letters")


def test_a_folder_that_is_not_there_is_called_so(tmp_path):
    with pytest.raises(errors.VaultNotFound, match=r"There is no folder “Reviews\.vault”"):
        look(tmp_path / "Reviews.vault")
    assert not list(tmp_path.iterdir())


def test_a_newer_slot_file_is_refused_at_the_door(folder):
    for name in COPIES:
        text, _, seal, _ = (folder / name).read_bytes().split(b"\n")
        text = text.replace(b'"format":%d' % FORMAT, b'"format":%d' % (FORMAT + 1))
        (folder / name).write_bytes(b"\n".join([text, hashlib.sha512(text).hexdigest().encode(), seal, b""]))
    with pytest.raises(errors.NewerVault, match=f"format {FORMAT + 1}"):
        look(folder)


def test_a_newer_database_is_refused_and_let_go(folder):
    with opened(folder) as desk:
        tamper(desk.vault, "PRAGMA user_version=99")
    with pytest.raises(errors.NewerVault, match="99"), opened(folder):
        pass
    assert nobody_holds(folder)


@pytest.mark.skipif(os.name == "nt", reason="pipes")
@pytest.mark.parametrize("name", COPIES)
def test_a_pipe_in_a_slot_copys_place_is_not_waited_for(folder, name):
    (folder / name).unlink()
    os.mkfifo(folder / name)
    with opened(folder) as desk:
        assert f"{name} was damaged" in desk.remarks[0] and (folder / name).is_file()


def test_a_notice_nested_too_deep_is_refused():
    deep = dict.fromkeys(("organisation", "floor", "practice"), '""') | {"notice": "[" * 200_000}
    with pytest.raises(errors.SlotRefused):
        Front.from_settings(deep)


# --- health and check ----------------------------------------------------------------------------------------------


def test_health_tells_what_the_vault_holds_and_asks_for_a_first_check(desk, tmp_path):
    case = make_case(desk).id
    attach(desk, case, text_file(tmp_path, content="A letter."))
    found = checking.health(desk)
    assert (found.name, found.folder) == ("Test", str(desk.vault.folder))
    assert (found.attachments, found.stored) == (1, 9)
    assert found.entries == len(desk.vault.entries()) and found.free > 0 and not found.clock_set_back
    assert found.summary() == "This vault has not been checked yet"
    told = dict(found.facts())
    assert (told["Attachments"], told["Last check"]) == ("1, 9 bytes in all", "not yet")


def test_health_names_the_last_check(desk):
    checking.check(desk)
    first = checking.health(desk).checked
    desk.clock.moment = NOW.replace(day=25)
    checking.check(desk)
    found = checking.health(desk)
    assert found.checked.startswith("25 Nov 2026") and found.checked != first
    assert found.summary() == "Nothing needs a person" and dict(found.facts())["Last check"].endswith(", sound")


def test_a_check_that_found_something_is_not_forgotten(desk):
    make_case(desk)
    tamper(desk.vault, "UPDATE \"case\" SET codename = 'GREY LANTERN'")
    assert not checking.check(desk).sound
    found = checking.health(desk)
    assert "found something that does not hold" in found.summary()
    assert dict(found.facts())["Last check"].endswith(", not sound")


def test_a_check_that_cannot_be_recorded_still_tells_what_it_found(desk, monkeypatch):
    with monkeypatch.context() as full:
        full.setattr(Vault, "record", fail(errors.NoSpace(needed="1 MB")))
        assert [finding.where for finding in checking.check(desk).findings] == ["journal"]


def test_an_attachment_that_may_not_be_read_is_a_finding(desk, tmp_path, monkeypatch):
    kept = attach(desk, make_case(desk).id, text_file(tmp_path))
    monkeypatch.setattr(Blobs, "open", fail(errors.NoPermission(action="read", name="a.txt")))
    assert [finding.where for finding in checking.check(desk).findings] == [f"attachment {kept.id}"]


def test_health_says_when_the_clock_went_back(desk):
    desk.clock.moment = NOW.replace(year=2024)
    found = checking.health(desk)
    assert found.clock_set_back and "clock is behind the journal" in found.summary()


def test_a_sound_vault_is_told_in_two_lines_and_as_json(desk, tmp_path):
    attach(desk, make_case(desk).id, text_file(tmp_path))
    seen = []
    report = checking.check(desk, seen.append)
    assert report.sound and report.attachments == 1 and report.entries == len(desk.vault.entries())
    assert report.told().splitlines()[1:] == ["Everything holds together."]
    assert json.loads(json.dumps(report.as_json())) == {
        "sound": True,
        "entries": report.entries,
        "attachments": 1,
        "findings": [],
    }
    assert seen[-1] == 1.0 and verbs(desk)[-1] == "vault checked"


def _flip(path):
    whole = bytearray(path.read_bytes())
    whole[-1] ^= 1
    path.write_bytes(whole)


@pytest.mark.parametrize(("harm", "words"), [(_flip, "damaged"), (os.unlink, "missing")])
def test_a_damaged_attachment_is_the_one_finding(desk, tmp_path, harm, words):
    case = make_case(desk).id
    hurt, _ = (attach(desk, case, text_file(tmp_path, name, name)) for name in ("a.txt", "b.txt"))
    harm(desk.blobs.folder / hurt.id[:2] / hurt.id)
    report = checking.check(desk)
    assert [finding.where for finding in report.findings] == [f"attachment {hurt.id}"]
    assert "“a.txt”" in report.findings[0].what and words in report.findings[0].what
    assert not report.as_json()["sound"] and f"attachment {hurt.id}: " in report.told()


def test_a_changed_table_is_a_finding(desk):
    case = make_case(desk)
    tamper(desk.vault, "UPDATE \"case\" SET codename = 'GREY LANTERN'")
    report = checking.check(desk)
    assert [finding.where for finding in report.findings if case.id in finding.where]
    assert "GREY LANTERN" not in report.told()


@pytest.mark.parametrize("looks", [0, 1])
def test_a_check_that_was_stopped_says_nothing(desk, tmp_path, looks):
    attach(desk, make_case(desk).id, text_file(tmp_path))
    answers = [False] * looks
    with pytest.raises(errors.CheckStopped):
        checking.check(desk, cancelled=lambda: not answers or answers.pop())
    assert "vault checked" not in verbs(desk)
