# SPDX-License-Identifier: Apache-2.0
"""The root key is changed whole or not at all: who stays opens the vault at every moment, who left never again."""

import errno
import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from reviewer_app import errors
from reviewer_app.domain.notes import Note
from reviewer_app.vault import credentials, rewrite, rotation
from reviewer_app.vault.anchor import Anchor
from reviewer_app.vault.database import open_connection
from reviewer_app.vault.slots import COPIES, SlotFile
from reviewer_app.vault.vault import Vault
from tests.vault.histories import ANA, NOW, ask, tamper
from tests.vault.offices import ANN, BOB, CAS, EVE, ROUNDS, Office, make_office, rows_of

WHOLE = ["anchor", "backups", "blobs", "slots.a", "slots.b", "vault.db"]
PAGE = 4096


@pytest.fixture(autouse=True)
def low_floor(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(credentials, "FLOOR", ROUNDS)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(credentials, "FLOOR", ROUNDS)
        yield make_office(tmp_path_factory.mktemp("office") / "made.vault")


@pytest.fixture
def office(template: Office, tmp_path: Path) -> Office:
    return template.copy(tmp_path / "case.vault")


def content(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


# --- the change as a whole -----------------------------------------------------------------------------------------


def test_who_stays_opens_the_same_vault_and_who_left_opens_nothing(office: Office) -> None:
    before = office.slot_files()
    opened, _ = office.begin(BOB)
    after = rotation.resume(office.folder, opened)
    assert (after.rotation_pending, after.keychain.epoch, office.names()) == (False, 2, WHOLE)
    for person in (ANN, EVE, CAS):
        again = office.unlock(person)
        assert again.keychain.root == after.keychain.root and not again.rotation_pending
        assert office.faults(again.keychain) == []
    with pytest.raises(errors.SignInRefused, match="no slot"):
        office.unlock(BOB)
    office.put_back(before)
    files = content(office.folder)
    with pytest.raises(errors.SlotRefused, match="from before the last change of keys"):
        Vault.open(office.folder, office.unlock(BOB).keychain)
    assert content(office.folder) == files


def test_every_row_stays_with_its_number(office: Office) -> None:
    opened, _ = office.begin()
    with closing(Vault.open(office.folder, rotation.keys_in_use(office.folder, opened))) as vault:
        before = rows_of(vault)
    opened = rotation.resume(office.folder, opened)
    with closing(Vault.open(office.folder, opened.keychain)) as vault:
        after = rows_of(vault)
        assert [hit.kind for hit in vault.search("café")] == ["note"] * 10
        assert [draft.text for draft in vault.drafts(ANA)] == ["half a sentence"]
    assert before.pop("vault")[0][2:] == (1, 1)
    assert after.pop("vault")[0][2:] == (3, 2)
    assert after == before and sum(map(len, after.values())) > 200


def test_nothing_that_opened_before_opens_the_new_vault(office: Office) -> None:
    old = office.unlock(ANN).keychain
    opened, _ = office.begin(BOB)
    new = rotation.resume(office.folder, opened).keychain
    assert not Anchor.fits(office.folder / "anchor", old.journal_key)
    with pytest.raises(errors.DatabaseDamaged):
        open_connection(office.folder / "vault.db", old.database_key)
    text = office.slot_files()["slots.a"].decode()
    assert old.salt.hex() not in text and new.salt.hex() in text
    assert BOB.name not in text and BOB.id not in text


def test_progress_goes_on_from_nothing_to_one(office: Office) -> None:
    opened, _ = office.begin()
    told: list[float] = []
    rotation.resume(office.folder, opened, progress=told.append)
    assert told == sorted(told) and told[-1] == 1.0 and len(told) > 4


def test_without_a_change_there_is_nothing_to_resume(office: Office) -> None:
    before, opened = content(office.folder), office.unlock(CAS)
    assert rotation.resume(office.folder, opened) is opened
    assert rotation.keys_in_use(office.folder, opened) is opened.keychain
    assert content(office.folder) == before


# --- the recovery key ----------------------------------------------------------------------------------------------


def test_a_new_recovery_key_takes_the_place_of_the_old(office: Office) -> None:
    opened, text = office.begin(replace_recovery=True)
    assert SlotFile.read(office.folder).unlock_with_recovery(text).rotation_pending
    rotation.resume(office.folder, opened)
    read = SlotFile.read(office.folder)
    assert office.faults(read.unlock_with_recovery(text).keychain) == []
    with pytest.raises(errors.WrongRecoveryKey):
        read.unlock_with_recovery(office.recovery_key)
    assert office.unlock(BOB)


@pytest.mark.parametrize(
    ("typed", "expected"), [("", errors.MistypedRecoveryKey), ("the old one", errors.WrongRecoveryKey)]
)
def test_a_new_recovery_key_that_is_not_typed_back_changes_nothing(
    office: Office, typed: str, expected: type[errors.AppError]
) -> None:
    slots, before = SlotFile.read(office.folder), content(office.folder)
    opened = slots.unlock(ANN.id, ANN.passphrase)
    prepared = rotation.prepare(slots, opened, replace_recovery=True, now=NOW)
    assert prepared.recovery_key not in repr(prepared)
    with pytest.raises(expected):
        rotation.begin(slots, opened, prepared, typed=typed and office.recovery_key)
    assert content(office.folder) == before


def test_the_recovery_key_alone_changes_the_keys_after_an_older_slot_file_was_put_back(office: Office) -> None:
    old = office.slot_files()
    slots = SlotFile.read(office.folder)
    for _ in range(3):
        slots.set_policy(slots.unlock(ANN.id, ANN.passphrase), {})
    opened = slots.unlock(ANN.id, ANN.passphrase)
    with closing(Vault.open(office.folder, opened.keychain)) as vault:
        vault.keep_slots(slots.generation, slots.epoch)
        known = vault.known_slots()
    office.put_back(old)
    read = SlotFile.read(office.folder)
    with pytest.raises(errors.SlotRefused, match="older"):
        read.refuse_older(**known._asdict())
    opened = read.unlock_with_recovery(office.recovery_key)
    read.refuse_older(**known._asdict(), by_recovery=True)
    prepared = rotation.prepare(read, opened, replace_recovery=True, now=NOW)
    opened = rotation.begin(read, opened, prepared, typed=prepared.recovery_key, known_generation=known.generation)
    opened = rotation.resume(office.folder, opened)
    with closing(Vault.open(office.folder, opened.keychain)) as vault:
        assert vault.known_slots() == (known.generation + 2, 2)
        SlotFile.read(office.folder).refuse_older(**vault.known_slots()._asdict())
    assert office.faults(opened.keychain) == []


# --- what is refused before anything is written --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("leaving", "expected"), [((ANN.id, EVE.id), errors.LastOfficer), (("f" * 32,), errors.SignInRefused)]
)
def test_who_may_not_or_cannot_leave(office: Office, leaving: tuple[str, ...], expected: type[errors.AppError]) -> None:
    slots, before = SlotFile.read(office.folder), content(office.folder)
    with pytest.raises(expected):
        rotation.prepare(slots, slots.unlock(ANN.id, ANN.passphrase), remove=leaving, now=NOW)
    assert content(office.folder) == before


def test_a_second_change_waits_for_the_first(office: Office) -> None:
    office.begin()
    slots = SlotFile.read(office.folder)
    with pytest.raises(errors.RotationStopped, match="before it is not finished"):
        rotation.prepare(slots, slots.unlock(ANN.id, ANN.passphrase), now=NOW)


def test_a_slot_file_that_changed_since_is_not_written_over(office: Office) -> None:
    slots = SlotFile.read(office.folder)
    opened = slots.unlock(ANN.id, ANN.passphrase)
    prepared = rotation.prepare(slots, opened, now=NOW)
    slots.set_roles(opened, BOB.id, ["supervisor"])
    with pytest.raises(errors.RotationStopped, match="changed since"):
        rotation.begin(slots, opened, prepared)
    assert office.unlock(BOB).person.roles == ("supervisor",)


def test_the_new_root_key_is_sealed_to_nobody_another_hand_put_in(office: Office) -> None:
    opened = office.unlock(ANN)
    slots = SlotFile.read(office.folder)
    slots._text = slots._text.replace('"roles":["reviewer"]', '"roles":["officer"]')
    with pytest.raises(errors.SlotRefused, match="seal"):
        rotation.prepare(slots, opened, now=NOW)


# --- while it is pending -------------------------------------------------------------------------------------------


def test_a_pending_change_is_seen_at_unlock_and_the_vault_is_used_meanwhile(office: Office) -> None:
    office.begin(BOB)
    for opened in (office.unlock(CAS), SlotFile.read(office.folder).unlock_with_recovery(office.recovery_key)):
        assert opened.rotation_pending and len({one.root for one in opened.keychains}) == 2
        assert rotation.keys_in_use(office.folder, opened) is opened.earlier
        assert office.faults(opened.earlier) == []
    with pytest.raises(errors.SignInRefused):
        office.unlock(BOB)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda roots: roots[0].update(epoch=2) or roots[1].update(epoch=1), "another vault or person"),
        (lambda roots: roots[1].update(roots[0], epoch=2), "another vault or person"),
        (lambda roots: roots.pop(0), "another epoch"),
        (lambda roots: roots.pop(), "another epoch"),
    ],
    ids=["exchanged", "the old one twice", "without the old", "without the new"],
)
def test_root_keys_of_two_epochs_are_not_taken_for_one_another(
    office: Office, change: Callable[[list[dict[str, object]]], object], reason: str
) -> None:
    office.begin(BOB)
    text, _, seal, _ = office.slot_files()["slots.a"].split(b"\n")
    value = json.loads(text)
    change(next(slot["roots"] for slot in value["slots"] if slot["person"] == CAS.id))
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    office.put_back(dict.fromkeys(COPIES, b"\n".join([text, hashlib.sha512(text).hexdigest().encode(), seal, b""])))
    with pytest.raises(errors.SlotRefused, match=reason):
        office.unlock(CAS)


@pytest.mark.parametrize("by", ["reviewer", "recovery key", "somebody added meanwhile"])
def test_whoever_can_unlock_can_finish_it(office: Office, by: str) -> None:
    office.begin(BOB)
    slots = SlotFile.read(office.folder)
    if by == "recovery key":
        opened = slots.unlock_with_recovery(office.recovery_key)
    elif by == "reviewer":
        opened = slots.unlock(CAS.id, CAS.passphrase)
    else:
        slots.add_person(slots.unlock(ANN.id, ANN.passphrase), BOB, rounds=ROUNDS)
        opened = slots.unlock(BOB.id, BOB.passphrase)
    assert office.faults(rotation.resume(office.folder, opened).keychain) == []


def test_a_slot_file_of_before_is_older_than_a_vault_whose_change_was_begun(office: Office) -> None:
    before = office.slot_files()
    opened, _ = office.begin(BOB)
    with pytest.raises(errors.RotationStopped):
        rotation.resume(office.folder, opened, cancelled=lambda: True)
    office.put_back(before)
    with closing(Vault.open(office.folder, office.unlock(BOB).keychain)) as vault:
        known = vault.known_slots()
    with pytest.raises(errors.SlotRefused, match="older than the vault"):
        SlotFile.read(office.folder).refuse_older(**known._asdict())


@pytest.mark.parametrize("after", [0, 1, 2, 5, 20, 100, 250])
def test_cancelled_at_any_look_nothing_half_made_stays_and_it_goes_on_later(
    office: Office, after: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks = [0]
    monkeypatch.setattr(rewrite, "STEPS", 50)

    def cancelled() -> bool:
        looks[0] += 1
        return looks[0] > after

    opened, _ = office.begin(BOB)
    with pytest.raises(errors.RotationStopped, match="cancelled"):
        rotation.resume(office.folder, opened, cancelled=cancelled)
    assert office.names() == WHOLE
    assert office.faults(rotation.keys_in_use(office.folder, opened)) == []
    assert office.faults(rotation.resume(office.folder, office.unlock(CAS)).keychain) == []


def test_work_done_while_it_is_pending_is_kept(office: Office) -> None:
    opened, _ = office.begin(BOB)
    with closing(Vault.open(office.folder, rotation.keys_in_use(office.folder, opened))) as vault:
        note = vault.find(Note)[0]
        with vault.record("note edited", person=ANA, case=note.case, subject=note.id) as tx:
            tx.set(note, body="in between")
    opened = rotation.resume(office.folder, opened)
    with closing(Vault.open(office.folder, opened.keychain)) as vault:
        assert vault.get(Note, note.id).body == "in between"


# --- what stops it -------------------------------------------------------------------------------------------------


def test_a_full_disk_is_told_before_anything_is_written(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    opened, _ = office.begin(BOB)
    size = (office.folder / "vault.db").stat().st_size
    monkeypatch.setattr(rotation, "free_bytes", lambda _: size + rotation.ROOM_LEFT - 1_500_000)
    with pytest.raises(errors.NoSpace, match="Free 2 MB"):
        rotation.resume(office.folder, opened)
    assert office.names() == WHOLE and office.faults(opened.earlier) == []
    monkeypatch.setattr(rotation, "free_bytes", lambda _: size + rotation.ROOM_LEFT)
    rotation.resume(office.folder, opened)


def test_a_disk_that_fills_up_meanwhile_leaves_the_vault_as_it_was(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened, _ = office.begin(BOB)
    real = rewrite._copy

    def little(connection, target, new):
        connection.execute("ATTACH DATABASE ? AS fresh KEY ?", (f"{target.as_uri()}?mode=rw", "x'" + "0" * 160 + "'"))
        connection.execute("PRAGMA fresh.max_page_count=40")
        connection.execute("SELECT sqlcipher_export('fresh')").fetchone()

    monkeypatch.setattr(rewrite, "_copy", little)
    with pytest.raises(errors.NoSpace):
        rotation.resume(office.folder, opened)
    assert office.names() == WHOLE and office.faults(opened.earlier) == []
    monkeypatch.setattr(rewrite, "_copy", real)
    assert office.faults(rotation.resume(office.folder, opened).keychain) == []


@pytest.mark.parametrize("part", [0.1, 0.5, 0.9])
def test_a_damaged_page_is_named_and_nothing_is_let_go(office: Office, part: float) -> None:
    opened, _ = office.begin(BOB)
    path = office.folder / "vault.db"
    with closing(Vault.open(office.folder, opened.earlier)):
        pass
    data = bytearray(path.read_bytes())
    page = int(part * len(data) / PAGE)
    data[page * PAGE + 77] ^= 1
    path.write_bytes(data)
    with pytest.raises(errors.AppError) as caught:
        rotation.resume(office.folder, opened)
    assert isinstance(caught.value, errors.DatabaseDamaged) and f"page {page + 1})" in str(caught.value)
    assert office.names() == WHOLE and rotation.keys_in_use(office.folder, opened) is opened.earlier


@pytest.mark.parametrize("part", [0.2, 0.4, 0.6, 0.8])
def test_damage_that_only_the_copying_meets_is_never_copied(
    office: Office, part: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened, _ = office.begin(BOB)
    path = office.folder / "vault.db"
    data = bytearray(path.read_bytes())
    data[int(part * len(data) / PAGE) * PAGE + 77] ^= 1
    path.write_bytes(data)
    monkeypatch.setattr(rewrite, "_bad_page", lambda _: "")
    try:
        opened = rotation.resume(office.folder, opened)
    except errors.DatabaseDamaged:
        assert office.names() == WHOLE and rotation.keys_in_use(office.folder, opened) is opened.earlier
    else:  # a page of an index, which is made anew
        assert office.faults(opened.keychain) == []


def test_a_copy_that_says_something_else_is_never_taken(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    opened, _ = office.begin(BOB)
    real = rewrite._rewrap

    def lose(connection, old, new):
        real(connection, old, new)
        connection.execute("DELETE FROM fresh.preference")

    monkeypatch.setattr(rewrite, "_rewrap", lose)
    with pytest.raises(errors.RotationStopped, match="does not say the same"):
        rotation.resume(office.folder, opened)
    monkeypatch.setattr(rewrite, "_rewrap", lambda *_: None)
    with pytest.raises(errors.RotationStopped, match="does not say the same"):
        rotation.resume(office.folder, opened)
    assert office.names() == WHOLE and office.faults(opened.earlier) == []


def test_a_rolled_back_vault_gets_no_new_anchor(office: Office) -> None:
    before = (office.folder / "vault.db").read_bytes()
    opened, _ = office.begin(BOB)
    with closing(Vault.open(office.folder, opened.earlier)) as vault, vault.record("case read", person=ANA):
        pass
    (office.folder / "vault.db").write_bytes(before)
    with pytest.raises(errors.RolledBack):
        rotation.resume(office.folder, opened)
    assert office.names() == WHOLE


def test_another_open_connection_stops_it_before_the_swap(office: Office) -> None:
    opened, _ = office.begin(BOB)
    other = open_connection(office.folder / "vault.db", opened.earlier.database_key)
    other.execute("SELECT count(*) FROM entry").fetchone()
    with pytest.raises(errors.RotationStopped, match="another program has the database open"):
        rotation.resume(office.folder, opened)
    other.close()
    assert office.faults(rotation.resume(office.folder, opened).keychain) == []


def test_an_old_log_never_lies_beside_the_new_database(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    opened, _ = office.begin(BOB)
    real = rotation.rewrite

    def and_a_log(*args, **kwargs):
        real(*args, **kwargs)
        (office.folder / "vault.db-wal").write_bytes(b"old")

    monkeypatch.setattr(rotation, "rewrite", and_a_log)
    with pytest.raises(errors.RotationStopped, match="another program"):
        rotation.resume(office.folder, opened)
    assert rotation.keys_in_use(office.folder, opened) is opened.earlier


def test_a_key_that_fitted_nothing_before_stops_nobody(office: Office) -> None:
    opened = office.unlock(ANN)
    blob = min(office.kept)
    with closing(Vault.open(office.folder, opened.keychain)) as vault:
        tamper(vault, f"UPDATE blob SET wrapped_key = zeroblob(40) WHERE id = '{blob}'")
    opened, _ = office.begin()
    opened = rotation.resume(office.folder, opened)
    with closing(Vault.open(office.folder, opened.keychain)) as vault:
        assert ask(vault, "SELECT id FROM blob WHERE wrapped_key = zeroblob(40)") == [(blob,)]
    office.kept.pop(blob)
    assert office.faults(opened.keychain) == []


# --- what was put back from another time ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("names", "expected", "match"),
    [
        (("vault.db", "anchor"), errors.SlotRefused, "from before the last change of keys"),
        (("vault.db",), errors.DatabaseDamaged, "not this vault's"),
        (("anchor",), errors.VaultDamaged, "anchor"),
        (COPIES, errors.SlotRefused, "from before the last change of keys"),
    ],
    ids=["database and anchor", "database", "anchor", "slot file"],
)
def test_a_part_from_before_the_change_is_refused_and_left_alone(
    office: Office, names: tuple[str, ...], expected: type[errors.AppError], match: str
) -> None:
    before = content(office.folder)
    opened, _ = office.begin()
    rotation.resume(office.folder, opened)
    for name in names:
        (office.folder / name).write_bytes(before[name])
    files = content(office.folder)
    with pytest.raises(expected, match=match):
        Vault.open(office.folder, office.unlock(CAS).keychain)
    assert content(office.folder) == files


def test_a_bit_of_the_salt_is_no_other_epoch(office: Office) -> None:
    path, keychain = office.folder / "vault.db", office.unlock(CAS).keychain
    data = bytearray(path.read_bytes())
    data[3] ^= 1
    path.write_bytes(data)
    assert office.faults(keychain) == []


# --- killed or refused at every step -------------------------------------------------------------------------------


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_killed_at_any_step_everybody_left_opens_the_whole_vault(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.vault.rotator", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    steps, states = done.stdout.splitlines()
    assert int(steps) > 60
    assert set(states.split()) == {"before", "earlier", "between", "later", "after"}


def test_refused_at_any_step_it_can_be_finished(office: Office, tmp_path: Path) -> None:
    at, refused = 0, 0
    while refused == at:
        at += 1
        there = office.copy(tmp_path / f"{at}.vault")
        opened, _ = there.begin(BOB)
        with pytest.MonkeyPatch.context() as patch:
            _fail_at(patch, at)
            try:
                rotation.resume(there.folder, opened)
            except errors.VaultError:
                refused += 1
        again = there.unlock(CAS)
        opened = rotation.resume(there.folder, again)
        assert there.faults(opened.keychain) == [], at
        assert there.names() == WHOLE
        shutil.rmtree(there.folder)
    assert at > 25


def _fail_at(patch: pytest.MonkeyPatch, at: int) -> None:
    count = [0]

    def failing(real: Callable[..., object]) -> Callable[..., object]:
        def operation(*args: object, **kwargs: object) -> object:
            count[0] += 1
            if count[0] == at:
                raise OSError(errno.EIO, os.strerror(errno.EIO))
            return real(*args, **kwargs)

        return operation

    for name in ("open", "write", "fsync", "fdatasync", "replace", "unlink"):
        if hasattr(os, name):
            patch.setattr(os, name, failing(getattr(os, name)))
