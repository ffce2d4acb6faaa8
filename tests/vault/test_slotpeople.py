# SPDX-License-Identifier: Apache-2.0
"""The people of a slot file: names, roles, states, one-time passphrases, earlier ones, device secrets."""

import errno
import hashlib
import hmac
import json
import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from reviewer_app import errors
from reviewer_app.domain.people import Role
from reviewer_app.vault import credentials, keychain
from reviewer_app.vault.credentials import DeviceSecret, NewPerson
from reviewer_app.vault.slotform import OFFICER, REMEMBERED
from reviewer_app.vault.slots import ACTIVE, COPIES, DISABLED, SlotFile

ANN = NewPerson("Ann Officer", ("officer", "reviewer"), "ann keeps the keys here", "a" * 32)
BOB = NewPerson("Bob Reviewer", ("reviewer",), "bob reads the logs now", "b" * 32)
CAS = NewPerson("Cas Supervisor", ("supervisor",), "cas signs every memo", "c" * 32)
ROUNDS = 1_000
NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
LATER = NOW + timedelta(hours=72)
SECRET = DeviceSecret(bytes(range(32)), "SecretService", "Linux", "GNOME", "2026-11-24")


@pytest.fixture(autouse=True)
def low_floor(monkeypatch):
    """Only here: derivations of a millisecond. The real floor has its own tests."""
    monkeypatch.setattr(credentials, "FLOOR", ROUNDS)


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "case.vault"
    folder.mkdir()
    return folder


@pytest.fixture
def file(folder):
    return SlotFile.create(folder, policy={}, people=[ANN, BOB], rounds=ROUNDS, now=NOW)[0]


@pytest.fixture
def ann(file):
    return file.unlock(ANN.id, ANN.passphrase, now=NOW)


def bob(file, passphrase=BOB.passphrase, **more):
    return file.unlock(BOB.id, passphrase, now=NOW, **more)


def copies(folder):
    return {name: (folder / name).read_bytes() for name in COPIES}


def written(folder, person):
    """The person's slot as it stands in the file."""
    slots = json.loads(copies(folder)["slots.a"].split(b"\n")[0])["slots"]
    return next(slot for slot in slots if slot["person"] == person.id)


def test_the_officer_is_called_as_in_the_domain():
    assert Role.OFFICER.value == OFFICER


# --- names -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["李 雷", "Zoe\u0308 Łukasz", "محمد علی", "Ольга", "मीरा"])
def test_a_name_in_any_script_is_kept_in_one_form(file, ann, folder, name):
    added = file.add_person(ann, replace(CAS, name=f" {name} "), rounds=ROUNDS)
    assert added.name == SlotFile.read(folder).people[-1].name
    assert added.name == "Zoë Łukasz" if "Zoe" in name else added.name == name


@pytest.mark.parametrize(
    ("there", "name"),
    [
        ("Ann Officer", "ANN OFFICER"),
        ("Ann Officer", "Ａnn  Officer"),
        ("Zoë Weiß", "Zoe\u0308 WEISS"),
        ("ﬁona", "Fiona"),
        ("Όλγα Σ", "όλγα ς"),
    ],
)
def test_a_name_that_somebody_has_is_refused_however_it_is_written(folder, there, name):
    file, *_ = SlotFile.create(folder, policy={}, people=[replace(ANN, name=there)], rounds=ROUNDS)
    before = copies(folder)
    with pytest.raises(errors.EntryError, match="already somebody called"):
        file.add_person(file.unlock(ANN.id, ANN.passphrase), replace(CAS, name=name), rounds=ROUNDS)
    assert copies(folder) == before


@pytest.mark.parametrize("name", ["", "  ", "\u3000"])
def test_an_empty_name_is_refused(folder, name):
    with pytest.raises(errors.EntryError, match="empty"):
        SlotFile.create(folder, policy={}, people=[replace(ANN, name=name)], rounds=ROUNDS)


# --- roles and states ------------------------------------------------------------------------------------------------


def test_roles_are_given_and_taken_without_the_persons_passphrase(file, ann, folder):
    file.set_roles(ann, BOB.id, ["supervisor", "reviewer", "supervisor"])
    assert bob(SlotFile.read(folder)).person.roles == ("supervisor", "reviewer")


def test_a_person_has_at_least_one_role(file, ann):
    with pytest.raises(errors.EntryError, match="at least one"):
        file.set_roles(ann, BOB.id, [])


def test_a_disabled_person_does_not_sign_in_until_enabled(file, ann, folder):
    file.set_state(ann, BOB.id, DISABLED)
    with pytest.raises(errors.SignInRefused, match="disabled"):
        bob(SlotFile.read(folder))
    with pytest.raises(errors.WrongPassphrase):  # a wrong one learns nothing more
        bob(SlotFile.read(folder), "wrong")
    file.set_state(ann, BOB.id, ACTIVE)
    assert bob(SlotFile.read(folder)).person.state == ACTIVE


def test_there_are_two_states(file, ann):
    with pytest.raises(ValueError, match="active or disabled"):
        file.set_state(ann, BOB.id, "sleeping")


@pytest.mark.parametrize("verb", ["state", "roles"])
def test_the_last_usable_officer_stays_one(file, ann, folder, verb):
    def take_away(person):
        file.set_state(ann, person, DISABLED) if verb == "state" else file.set_roles(ann, person, ["reviewer"])

    before = copies(folder)
    with pytest.raises(errors.LastOfficer, match="another person that role"):
        take_away(ANN.id)
    assert copies(folder) == before
    file.set_roles(ann, BOB.id, ["officer"])
    assert [person.id for person in file.usable_officers] == [ANN.id, BOB.id]
    take_away(ANN.id)
    assert [person.id for person in file.usable_officers] == [BOB.id]


@pytest.mark.parametrize(
    "not_usable",
    [
        lambda file, ann: file.set_state(ann, BOB.id, DISABLED),
        lambda file, ann: file.renew_person(ann, BOB.id, "given by the officer", until=LATER, rounds=ROUNDS, now=NOW),
    ],
    ids=["disabled", "with a one-time passphrase"],
)
def test_an_officer_who_cannot_act_at_any_time_does_not_count(file, ann, not_usable):
    file.set_roles(ann, BOB.id, ["officer"])
    not_usable(file, ann)
    assert [person.id for person in file.usable_officers] == [ANN.id]
    with pytest.raises(errors.LastOfficer):
        file.set_state(ann, ANN.id, DISABLED)


def test_the_recovery_key_gives_a_lost_officer_a_passphrase_again(folder):
    file, _, text = SlotFile.create(folder, policy={}, people=[ANN], rounds=ROUNDS, now=NOW)
    file.renew_person(file.unlock_with_recovery(text), ANN.id, "ann is back with this", rounds=ROUNDS, now=NOW)
    assert not SlotFile.read(folder).unlock(ANN.id, "ann is back with this").must_change


# --- one-time passphrases --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("verb", ["add", "renew"])
def test_a_given_passphrase_opens_once_and_must_be_changed(file, ann, folder, verb):
    given, own = "given by the officer", "cas chose this herself"
    if verb == "add":
        person = file.add_person(ann, replace(CAS, passphrase=given, until=LATER), rounds=ROUNDS, now=NOW)
    else:
        file.add_person(ann, CAS, rounds=ROUNDS, now=NOW)
        person = file.renew_person(ann, CAS.id, given, until=LATER, rounds=ROUNDS, now=NOW)
    assert (person.since, person.one_time) == (NOW, LATER)
    read = SlotFile.read(folder)
    opened = read.unlock(CAS.id, given, now=LATER - timedelta(milliseconds=1))
    assert opened.must_change
    read.change_passphrase(opened, own, rounds=ROUNDS, now=NOW)
    again = SlotFile.read(folder).unlock(CAS.id, own, now=LATER + timedelta(days=9))
    assert (again.must_change, again.person.one_time, again.seeds) == (False, None, opened.seeds)


@pytest.mark.parametrize("after", [timedelta(), timedelta(days=400)])
def test_a_given_passphrase_that_has_run_out_opens_nothing(file, ann, after):
    file.renew_person(ann, BOB.id, "given by the officer", until=LATER, rounds=ROUNDS, now=NOW)
    with pytest.raises(errors.SignInRefused, match="good until 2026-11-27 08:00 UTC"):
        file.unlock(BOB.id, "given by the officer", now=LATER + after)


def test_a_given_passphrase_is_good_for_some_time(file, ann):
    with pytest.raises(ValueError, match="some time"):
        file.add_person(ann, replace(CAS, until=NOW), rounds=ROUNDS, now=NOW)


def test_moments_are_written_in_utc(file, ann, folder):
    from zoneinfo import ZoneInfo

    there = LATER.astimezone(ZoneInfo("America/New_York"))
    file.add_person(ann, replace(CAS, until=there), rounds=ROUNDS, now=NOW.astimezone(ZoneInfo("Asia/Tokyo")))
    slot = written(folder, CAS)
    assert (slot["since"], slot["one_time"]) == ("2026-11-24T08:00:00.000Z", "2026-11-27T08:00:00.000Z")


# --- passphrases that are known again --------------------------------------------------------------------------------


def test_the_present_passphrase_and_the_five_before_it_are_refused_and_then_forgotten(file, folder):
    used = [BOB.passphrase]
    for number in range(8):
        opened = bob(file, used[-1])
        for old in used[-REMEMBERED:]:
            with pytest.raises(errors.PassphraseUsed, match="one of the five before"):
                file.change_passphrase(opened, old, rounds=ROUNDS)
        assert len(written(folder, BOB)["earlier"]) == min(number + 1, REMEMBERED)
        used.append(f"passphrase number {number}")
        file.change_passphrase(opened, used[-1], rounds=ROUNDS)
    file.change_passphrase(bob(file, used[-1]), used[0], rounds=ROUNDS)


def test_one_passphrase_written_in_two_ways_is_one(file):
    opened = bob(file)
    file.change_passphrase(opened, "caf\u00e9 caf\u00e9 caf\u00e9 caf\u00e9", rounds=ROUNDS)
    with pytest.raises(errors.PassphraseUsed):
        file.change_passphrase(opened, "cafe\u0301 cafe\u0301 cafe\u0301 cafe\u0301", rounds=ROUNDS)


def test_one_derivation_checks_all_earlier_ones(file, monkeypatch):
    opened = bob(file)
    for number in range(6):
        file.change_passphrase(opened, f"passphrase number {number}", rounds=ROUNDS)
    asked = []
    real = keychain.stretch
    monkeypatch.setattr(credentials, "stretch", lambda *args: asked.append(args[2]) or real(*args))
    with pytest.raises(errors.PassphraseUsed):
        file.change_passphrase(opened, "passphrase number 0", rounds=ROUNDS)
    assert asked == [credentials.FLOOR]


def test_a_verifier_is_what_the_format_says_and_needs_the_persons_own_seed(file, folder):
    seed = bob(file).seeds.kem

    def derived(label, length):
        block = b"\0\0\0\1" + label + b"\0" + (8 * length).to_bytes(4, "big")
        return hmac.digest(seed, block, "sha512")[:length]

    salt = derived(b"reviewer/1 earlier passphrases salt", 32)
    stretched = hashlib.pbkdf2_hmac("sha512", BOB.passphrase.encode(), salt, ROUNDS, 32)
    expected = hmac.digest(derived(b"reviewer/1 earlier passphrases", 64), stretched, "sha512")
    assert written(folder, BOB)["earlier"] == [expected.hex()]


def test_two_people_with_one_passphrase_have_nothing_in_common_in_the_file(file, ann, folder):
    file.add_person(ann, replace(CAS, passphrase=BOB.passphrase), rounds=ROUNDS)
    assert not {*written(folder, BOB)["earlier"]} & {*written(folder, CAS)["earlier"]}


# --- device secrets --------------------------------------------------------------------------------------------------


def test_with_a_device_secret_the_slot_needs_both(file, folder):
    file.set_device(bob(file), BOB.passphrase, SECRET, rounds=ROUNDS, now=NOW)
    read = SlotFile.read(folder)
    found = read.device_of(BOB.id)
    assert found[:4] == ("SecretService", "Linux", "GNOME", "2026-11-24")
    assert read.unlock(ANN.id, ANN.passphrase)
    assert bob(read, device=SECRET.secret).person.device == found
    with pytest.raises(errors.WrongPassphrase):
        bob(read, "wrong", device=SECRET.secret)
    with pytest.raises(errors.SignInRefused, match="was not reached"):
        bob(read)
    with pytest.raises(errors.SignInRefused, match="another device secret"):
        bob(read, device=bytes(32))


def test_a_device_secret_is_mixed_in_as_the_format_says(file, folder):
    opened = bob(file)
    file.set_device(opened, BOB.passphrase, SECRET, rounds=ROUNDS)
    kdf, wrapped = written(folder, BOB)["kdf"], bytes.fromhex(written(folder, BOB)["kem_seed"])
    stretched = hashlib.pbkdf2_hmac("sha512", BOB.passphrase.encode(), bytes.fromhex(kdf["salt"]), kdf["rounds"], 32)
    block = b"\0\0\0\1reviewer/1 seeds by passphrase and device\0\0\0\1\0"
    key = hmac.digest(stretched + SECRET.secret, block, "sha512")[:32]
    assert keychain.unwrap(key, wrapped) == opened.seeds.kem
    check = hmac.digest(
        SECRET.secret, b"\0\0\0\1reviewer/1 device secret check\0" + bytes.fromhex(BOB.id) + b"\0\0\0\x40", "sha512"
    )
    assert written(folder, BOB)["device"]["check"] == check[:8].hex()


def test_a_device_secret_is_taken_away_with_the_present_passphrase(file, folder):
    file.set_device(bob(file), BOB.passphrase, SECRET, rounds=ROUNDS)
    opened = bob(file, device=SECRET.secret)
    with pytest.raises(errors.WrongPassphrase):
        file.set_device(opened, "another passphrase", None, rounds=ROUNDS)
    file.set_device(opened, BOB.passphrase, None, rounds=ROUNDS)
    assert bob(SlotFile.read(folder)).person.device is None


def test_a_new_passphrase_leaves_the_device_secret_needed(file, folder):
    file.set_device(bob(file), BOB.passphrase, SECRET, rounds=ROUNDS)
    opened = bob(file, device=SECRET.secret)
    before = copies(folder)
    for device, reason in ((None, "not reached"), (bytes(32), "another device secret")):
        with pytest.raises(errors.SignInRefused, match=reason):
            file.change_passphrase(opened, "bob has chosen another", device=device, rounds=ROUNDS)
    assert copies(folder) == before
    file.change_passphrase(opened, "bob has chosen another", device=SECRET.secret, rounds=ROUNDS)
    read = SlotFile.read(folder)
    assert bob(read, "bob has chosen another", device=SECRET.secret)
    with pytest.raises(errors.SignInRefused):
        bob(read, "bob has chosen another")


def test_without_a_recovery_key_there_is_no_device_secret(folder, file):
    opened = bob(file)
    file.content = file.content._replace(slots=file.content.slots[:-1])
    with pytest.raises(errors.EntryError, match="no recovery key"):
        file.set_device(opened, BOB.passphrase, SECRET, rounds=ROUNDS)


def test_who_is_renewed_needs_no_device_secret_any_more(file, ann, folder):
    file.set_device(bob(file), BOB.passphrase, SECRET, rounds=ROUNDS)
    file.renew_person(ann, BOB.id, "given by the officer", until=LATER, rounds=ROUNDS, now=NOW)
    assert bob(SlotFile.read(folder), "given by the officer").person.device is None


@pytest.mark.parametrize("length", [0, 16, 33])
def test_a_device_secret_has_32_bytes(file, length):
    with pytest.raises(ValueError, match="32 bytes"):
        file.set_device(bob(file), BOB.passphrase, replace(SECRET, secret=bytes(length)), rounds=ROUNDS)


def test_no_device_secret_stands_in_the_file_or_in_what_is_printed(file, folder):
    file.set_device(bob(file), BOB.passphrase, SECRET, rounds=ROUNDS)
    assert SECRET.secret.hex() not in copies(folder)["slots.a"].decode()
    assert repr(SECRET.secret) not in repr(SECRET) and SECRET.secret.hex() not in repr(SECRET)


def test_what_is_needed_from_now_on_is_proved_before_anything_is_replaced(file, folder, monkeypatch):
    opened, before = bob(file), copies(folder)
    real = credentials.wrap
    monkeypatch.setattr(credentials, "wrap", lambda key, seed: real(bytes(32), seed))
    with pytest.raises(errors.WrongPassphrase):
        file.set_device(opened, BOB.passphrase, SECRET, rounds=ROUNDS)
    assert copies(folder) == before


# --- a fault at any step ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [
        lambda file, ann: file.set_roles(ann, BOB.id, ["supervisor"]),
        lambda file, ann: file.set_state(ann, BOB.id, DISABLED),
        lambda file, ann: file.add_person(ann, CAS, rounds=ROUNDS),
        lambda file, ann: file.renew_person(ann, BOB.id, "given by the officer", until=LATER, rounds=ROUNDS, now=NOW),
    ],
    ids=["roles", "state", "new person", "renewed person"],
)
def test_a_full_disk_at_any_step_leaves_the_file_before_or_after(file, ann, folder, change):
    before, at, done = copies(folder), 0, False
    while not done:
        at += 1
        for name, data in before.items():
            (folder / name).write_bytes(data)
        read, count = SlotFile.read(folder), [0]
        with pytest.MonkeyPatch.context() as patch:
            for name in ("open", "write", "fsync", "replace"):
                patch.setattr(os, name, failing(getattr(os, name), count, at))
            try:
                change(read, ann)
                done = count[0] < at
            except errors.NoSpace:
                assert SlotFile.read(folder).generation in (1, 2)
        assert SlotFile.read(folder).unlock(ANN.id, ANN.passphrase)
        assert len(set(copies(folder).values())) == 1
    assert at > 8


def failing(real, count, at):
    def operation(*args, **kwargs):
        count[0] += 1
        if count[0] == at:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return real(*args, **kwargs)

    return operation
