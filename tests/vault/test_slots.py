# SPDX-License-Identifier: Apache-2.0
import errno
import hashlib
import json
import os
import shutil
import stat
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reviewer_app import errors
from reviewer_app.vault import credentials, slotcopies
from reviewer_app.vault.credentials import NewPerson, calibrate, check_passphrase
from reviewer_app.vault.keychain import Keychain
from reviewer_app.vault.slotform import DISABLED, LONGEST, to_bytes
from reviewer_app.vault.slots import COPIES, SlotFile

ANN = NewPerson("Ann Officer", ("officer",), "ann keeps the keys here", "a" * 32)
BOB = NewPerson("Bob Reviewer", ("reviewer",), "bob reads the logs now", "b" * 32)
CAS = NewPerson("Cas Supervisor", ("reviewer", "supervisor"), "cas signs every memo", "c" * 32)
POLICY = {"organisation": "Office of Evaluation", "notice": "You are accessing …", "banner": "SECRET", "practice": "no"}
ROUNDS = 1_000
DATA = Path(__file__).parents[1] / "data" / "keys"
RECOVERY = "98K755EM-8CNMZCAX-YZ0RF1N4-P28XPN6E-QTK38PTF-GV1P126F-2WC6DHBJ-W3HH2XCT"  # of slots-format-1


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
def made(folder):
    return SlotFile.create(folder, policy=POLICY, people=[ANN, BOB], rounds=ROUNDS)


def copies(folder):
    return {name: (folder / name).read_bytes() for name in COPIES if (folder / name).exists()}


def forge(folder, change, names=COPIES):
    """What somebody without any key can do: change the text, put a fitting digest beside it, keep the seal."""
    for name in names:
        text, _, seal, _ = (folder / name).read_bytes().split(b"\n")
        value = json.loads(text)
        change(value)
        text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
        digest = hashlib.sha512(text).hexdigest().encode()
        (folder / name).write_bytes(b"\n".join([text, digest, seal, b""]))


# --- what is made ----------------------------------------------------------------------------------------------------


def test_a_new_file_says_before_unlock_who_may_open_and_what_must_be_shown(folder, made):
    read = SlotFile.read(folder)
    assert [(person.id, person.name, person.roles, person.state) for person in read.people] == [
        (ANN.id, "Ann Officer", ("officer",), "active"),
        (BOB.id, "Bob Reviewer", ("reviewer",), "active"),
    ]
    assert read.policy == POLICY
    assert (read.vault, read.epoch, read.generation, read.flaws) == (made[1].vault, 1, 1, {})


def test_each_person_and_the_recovery_key_reach_the_same_root_key(folder, made):
    _, keychain, recovery_text = made
    read = SlotFile.read(folder)
    opened = [read.unlock(person.id, person.passphrase) for person in (ANN, BOB)]
    opened.append(read.unlock_with_recovery(recovery_text.lower().replace("-", "  ")))
    assert {one.keychain.root for one in opened} == {keychain.root}
    assert {one.keychain.database_key for one in opened} == {keychain.database_key}
    assert [one.person and one.person.name for one in opened] == ["Ann Officer", "Bob Reviewer", None]
    assert len({one.seeds.kem for one in opened}) == 3


def test_a_signature_is_checked_with_the_key_in_the_slot(folder, made):
    from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA87PublicKey

    opened = made[0].unlock(ANN.id, ANN.passphrase)
    signature = opened.sign(b"a checkpoint")
    MLDSA87PublicKey.from_public_bytes(opened.person.sign_public).verify(signature, b"a checkpoint")
    with pytest.raises(ValueError, match="seed"):
        made[0].unlock_with_recovery(made[2]).sign(b"a checkpoint")


def test_no_secret_stands_in_the_file_or_in_what_is_printed(folder, made):
    file, keychain, recovery_text = made
    opened = file.unlock(ANN.id, ANN.passphrase)
    text = copies(folder)["slots.a"].decode()
    shown = f"{opened!r} {opened.seeds!r} {file!r} {ANN!r}"
    for secret in (keychain.root.hex(), opened.seeds.kem.hex(), opened.seeds.sign.hex(), ANN.passphrase, recovery_text):
        assert secret not in text
        assert secret not in shown


def test_the_file_is_canonical_text_its_digest_and_its_seal(folder, made):
    text, digest, seal, end = copies(folder)["slots.a"].split(b"\n")
    assert json.dumps(json.loads(text), sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode() == text
    assert digest.decode() == hashlib.sha512(text).hexdigest()
    assert (len(seal), end) == (128, b"")
    assert len(set(copies(folder).values())) == 1


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o277])
def test_both_copies_are_readable_by_their_owner_alone_whatever_the_umask(folder, umask):
    before = os.umask(umask)
    try:
        SlotFile.create(folder, policy={}, people=[ANN], rounds=ROUNDS)
    finally:
        os.umask(before)
    assert sorted(path.name for path in folder.iterdir()) == list(COPIES)
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}


# --- passphrases -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "passphrase", ["", "wrong", ANN.passphrase + " ", ANN.passphrase.upper(), BOB.passphrase, "\ud800"]
)
def test_a_wrong_passphrase_names_the_person(made, passphrase):
    with pytest.raises(errors.WrongPassphrase, match="Ann Officer"):
        made[0].unlock(ANN.id, passphrase)


def test_a_person_without_a_slot_is_refused(made):
    with pytest.raises(errors.SignInRefused, match="no slot"):
        made[0].unlock("f" * 32, ANN.passphrase)


def test_one_letter_typed_as_one_or_two_code_points_is_one_letter(folder):
    person = replace(ANN, passphrase="caf\u00e9 caf\u00e9 caf\u00e9 caf\u00e9")
    file, _, _ = SlotFile.create(folder, policy={}, people=[person], rounds=ROUNDS)
    assert file.unlock(person.id, "cafe\u0301 cafe\u0301 cafe\u0301 cafe\u0301").person.name == "Ann Officer"


@pytest.mark.parametrize(("passphrase", "found"), [("", 0), ("fourteen chars", 14), ("e\u0301" * 14, 14)])
def test_a_short_passphrase_is_refused_with_its_length(folder, passphrase, found):
    with pytest.raises(errors.WeakPassphrase) as caught:
        SlotFile.create(folder, policy={}, people=[replace(ANN, passphrase=passphrase)], rounds=ROUNDS)
    assert caught.value.facts == {"reason": f"{found} of at least 15 characters"}
    assert not list(folder.iterdir())


def test_fifteen_characters_are_enough():
    check_passphrase("fifteen letters")


@pytest.mark.parametrize("rounds", [ROUNDS - 1, credentials.CEILING + 1])
def test_rounds_outside_the_limits_are_never_written(folder, rounds):
    with pytest.raises(ValueError, match="rounds"):
        SlotFile.create(folder, policy={}, people=[ANN], rounds=rounds)


@pytest.mark.parametrize("rounds", [0, 1, ROUNDS - 1, credentials.CEILING + 1, 2**32 - 1])
def test_rounds_outside_the_limits_are_refused_before_deriving(folder, made, rounds, monkeypatch):
    forge(folder, lambda value: value["slots"][0]["kdf"].update(rounds=rounds))
    monkeypatch.setattr(credentials, "stretch", lambda *_: pytest.fail("derived"))
    with pytest.raises(errors.SlotRefused, match="rounds"):
        SlotFile.read(folder).unlock(ANN.id, ANN.passphrase)


def test_calibration_stays_within_the_real_limits(monkeypatch):
    monkeypatch.undo()
    assert (credentials.FLOOR, credentials.CEILING) == (600_000, 20_000_000)
    for seconds, expected in [(1.0, 600_000), (0.05, 1_000_000), (0.0, 20_000_000)]:
        ticks = iter([0.0, seconds])
        assert calibrate(clock=lambda ticks=ticks: next(ticks)) == expected


def test_a_vault_made_with_the_real_floor_opens(folder, monkeypatch):
    monkeypatch.undo()
    file, keychain, _ = SlotFile.create(folder, policy={}, people=[ANN], rounds=600_000)
    assert file.content.slots[0].rounds == 600_000
    assert file.unlock(ANN.id, ANN.passphrase).keychain.root == keychain.root


# --- the recovery key ------------------------------------------------------------------------------------------------


def test_a_recovery_key_of_another_vault_opens_nothing(made, tmp_path):
    (tmp_path / "other").mkdir()
    other = SlotFile.create(tmp_path / "other", policy={}, people=[ANN], rounds=ROUNDS)
    with pytest.raises(errors.WrongRecoveryKey):
        made[0].unlock_with_recovery(other[2])


def test_a_mistyped_recovery_key_names_its_group(made):
    text = made[2]
    mistyped = text[:18] + ("0" if text[18] != "0" else "1") + text[19:]
    with pytest.raises(errors.MistypedRecoveryKey, match="Group 3"):
        made[0].unlock_with_recovery(mistyped)


def test_a_lost_passphrase_is_survived_with_the_recovery_key(folder, made):
    file, keychain, text = made
    before = file.people[0]
    after = file.renew_person(file.unlock_with_recovery(text), ANN.id, "a new passphrase for ann", rounds=ROUNDS)
    read = SlotFile.read(folder)
    assert read.unlock(ANN.id, "a new passphrase for ann").keychain.root == keychain.root
    assert (after.id, after.name, after.roles, after.state) == (before.id, before.name, before.roles, before.state)
    assert after.sign_public != before.sign_public
    assert read.unlock(BOB.id, BOB.passphrase).keychain.root == keychain.root
    with pytest.raises(errors.WrongPassphrase):
        read.unlock(ANN.id, ANN.passphrase)


# --- changes ---------------------------------------------------------------------------------------------------------


def test_a_person_is_added_without_anyone_elses_passphrase(folder, made):
    file, keychain, _ = made
    added = file.add_person(file.unlock(ANN.id, ANN.passphrase), CAS, rounds=ROUNDS)
    assert (added.name, added.roles) == ("Cas Supervisor", ("reviewer", "supervisor"))
    read = SlotFile.read(folder)
    assert read.generation == file.generation == 2
    assert len(set(copies(folder).values())) == 1
    assert {read.unlock(one.id, one.passphrase).keychain.root for one in (ANN, BOB, CAS)} == {keychain.root}


def test_a_person_has_one_slot(made):
    with pytest.raises(errors.EntryError, match="already"):
        made[0].add_person(made[0].unlock(ANN.id, ANN.passphrase), BOB, rounds=ROUNDS)


def test_a_new_passphrase_replaces_the_old_and_keeps_the_keys(folder, made):
    file, keychain, _ = made
    opened = file.unlock(BOB.id, BOB.passphrase)
    file.change_passphrase(opened, "bob has chosen another", rounds=ROUNDS)
    read = SlotFile.read(folder)
    again = read.unlock(BOB.id, "bob has chosen another")
    assert (again.keychain.root, again.seeds) == (keychain.root, opened.seeds)
    assert replace(again.person, since=None) == replace(opened.person, since=None)
    with pytest.raises(errors.WrongPassphrase):
        read.unlock(BOB.id, BOB.passphrase)
    assert read.unlock(ANN.id, ANN.passphrase)


def test_the_recovery_key_has_no_passphrase_to_change(made):
    with pytest.raises(errors.SignInRefused):
        made[0].change_passphrase(made[0].unlock_with_recovery(made[2]), "whatever it may be now", rounds=ROUNDS)


def test_policy_is_replaced(folder, made):
    made[0].set_policy(made[0].unlock(ANN.id, ANN.passphrase), {"notice": "New"})
    read = SlotFile.read(folder)
    assert read.policy == {"notice": "New"}
    assert read.unlock(BOB.id, BOB.passphrase)


def test_a_change_is_refused_when_the_file_changed_meanwhile(folder, made):
    file = made[0]
    opened = file.unlock(ANN.id, ANN.passphrase)
    SlotFile.read(folder).set_policy(opened, {"notice": "other hand"})
    before = copies(folder)
    with pytest.raises(errors.SlotRefused, match="changed on the disk"):
        file.set_policy(opened, {"notice": "mine"})
    assert copies(folder) == before


def test_names_in_any_script_survive(folder):
    person = replace(ANN, name="Zoe\u0308 Łukasz 李")
    SlotFile.create(folder, policy={"notice": "e\u0301"}, people=[person], rounds=ROUNDS)
    read = SlotFile.read(folder)
    assert read.unlock(person.id, person.passphrase).person.name == "Zoë Łukasz 李"
    assert read.policy == {"notice": "é"}


# --- damage ----------------------------------------------------------------------------------------------------------


def test_no_slot_file_is_no_vault(folder):
    with pytest.raises(errors.NotAVault, match=r"case\.vault"):
        SlotFile.read(folder)
    assert not list(folder.iterdir())


@pytest.mark.parametrize("name", COPIES)
@pytest.mark.parametrize(
    ("harm", "flaw"),
    [
        (lambda path: path.unlink(), "missing"),
        (lambda path: path.write_bytes(b""), "damaged"),
        (lambda path: path.write_bytes(bytes(4096)), "damaged"),
        (lambda path: path.write_bytes(path.read_bytes()[:-1]), "damaged"),
        (lambda path: path.write_bytes(path.read_bytes() + b"\n"), "damaged"),
        (lambda path: path.write_bytes(path.read_bytes().replace(b"officer", b"officEr", 1)), "damaged"),
        (lambda path: path.write_bytes(b"x" * (LONGEST + 2)), "damaged"),
    ],
    ids=["missing", "empty", "zeros", "cut", "longer", "changed", "huge"],
)
def test_one_bad_copy_is_mended_from_the_good_one_after_unlock(folder, made, name, harm, flaw):
    good = copies(folder)["slots.a"]
    harm(folder / name)
    harmed = copies(folder)
    read = SlotFile.read(folder)
    assert read.flaws == {name: flaw}
    assert copies(folder) == harmed  # nothing is written before unlock
    assert read.unlock(ANN.id, ANN.passphrase).mended == (f"{name} was {flaw}",)
    assert copies(folder) == dict.fromkeys(COPIES, good)
    assert read.unlock(ANN.id, ANN.passphrase).mended == ()


def test_a_wrong_passphrase_mends_nothing(folder, made):
    (folder / "slots.b").write_bytes(b"")
    with pytest.raises(errors.WrongPassphrase):
        SlotFile.read(folder).unlock(ANN.id, "not the right one at all")
    assert (folder / "slots.b").read_bytes() == b""


def test_an_older_copy_gives_way_to_the_newer(folder, made):
    old = (folder / "slots.b").read_bytes()
    made[0].set_policy(made[0].unlock(ANN.id, ANN.passphrase), {"notice": "newer"})
    (folder / "slots.b").write_bytes(old)
    read = SlotFile.read(folder)
    assert (read.policy, read.flaws) == ({"notice": "newer"}, {"slots.b": "older"})
    assert read.unlock(ANN.id, ANN.passphrase).mended == ("slots.b was older",)
    assert len(set(copies(folder).values())) == 1


@pytest.mark.parametrize("harm", [b"", None], ids=["both empty", "one missing"])
def test_two_bad_copies_are_named_and_left_alone(folder, made, harm):
    (folder / "slots.a").write_bytes(b"junk")
    (folder / "slots.b").unlink() if harm is None else (folder / "slots.b").write_bytes(harm)
    before = copies(folder)
    with pytest.raises(errors.SlotsDamaged):
        SlotFile.read(folder)
    assert copies(folder) == before


def test_a_newer_format_is_refused_and_left_alone(folder, made):
    forge(folder, lambda value: value.update(format=3))
    before = copies(folder)
    with pytest.raises(errors.NewerVault, match="format 3, this program knows 2"):
        SlotFile.read(folder)
    assert copies(folder) == before


def test_every_cut_of_a_copy_is_noticed(folder, made):
    data = (folder / "slots.a").read_bytes()
    (folder / "slots.b").unlink()
    offsets = {*range(0, len(data), 97), *range(len(data) - 300, len(data))}
    for offset in sorted(offsets):
        (folder / "slots.a").write_bytes(data[:offset])
        with pytest.raises(errors.SlotsDamaged):
            SlotFile.read(folder)


@settings(max_examples=60)
@given(position=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7))
def test_every_flipped_bit_is_noticed(tmp_path_factory, position, bit):
    folder = tmp_path_factory.mktemp("flip")
    SlotFile.create(folder, policy=POLICY, people=[ANN], rounds=credentials.FLOOR)
    data = bytearray((folder / "slots.a").read_bytes())
    data[int(position * len(data))] ^= 1 << bit
    for name in COPIES:
        (folder / name).write_bytes(data)
    with pytest.raises((errors.SlotsDamaged, errors.SlotRefused)):
        SlotFile.read(folder).unlock(ANN.id, ANN.passphrase)


@pytest.mark.parametrize("error", [PermissionError(errno.EACCES, "Permission denied")])
def test_a_copy_that_may_not_be_read_names_the_permission(folder, made, error, monkeypatch):
    def refuse(*_, **__):
        raise error

    monkeypatch.setattr("pathlib.Path.open", refuse)
    with pytest.raises(errors.NoPermission, match="read"):
        SlotFile.read(folder)


# --- another hand ----------------------------------------------------------------------------------------------------


def swap_keys(value, *names):
    first, second = value["slots"][0], value["slots"][1]
    for name in names:
        first[name], second[name] = second[name], first[name]


EVERYTHING = ("kdf", "kem_public", "sign_public", "kem_seed", "sign_seed", "roots")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda value: value["slots"].pop(1), "seal"),
        (lambda value: value["slots"].append({**value["slots"][1], "person": "d" * 32}), "seal"),
        (lambda value: value["slots"][0].update(roles=["officer", "supervisor"]), "seal"),
        (lambda value: value["slots"][1].update(state="disabled"), "seal"),
        (lambda value: value["slots"][0].update(name="Eve Officer"), "seal"),
        (lambda value: value["slots"][1].update(since="2030-01-01T00:00:00.000Z"), "seal"),
        (lambda value: value["slots"][0].update(one_time="2020-01-01T00:00:00.000Z"), "seal"),
        (lambda value: value["slots"][0].update(earlier=[]), "seal"),
        (lambda value: value["slots"][1].update(device=DEVICE), "seal"),
        (lambda value: value["policy"].update(banner="UNCLASSIFIED"), "seal"),
        (lambda value: value.update(generation=9), "seal"),
        (lambda value: value["epochs"][0].update(salt="00" * 16), "seal"),
        (lambda value: value["slots"][1]["kdf"].update(rounds=ROUNDS + 1), "seal"),
        (lambda value: value["epochs"].append({"number": 2, "salt": "00" * 16}), "another epoch"),
        (lambda value: value["slots"][0].update(person="d" * 32), "another vault or person"),
        (lambda value: value.update(vault="d" * 32), "another vault or person"),
        (lambda value: swap_keys(value, "roots"), "another vault or person"),
        (lambda value: swap_keys(value, "kem_public"), "public key"),
        (lambda value: swap_keys(value, "sign_public"), "public key"),
        (lambda value: value["slots"][0].update(roots=[]), "another epoch"),
    ],
)
def test_a_changed_slot_file_with_a_fitting_digest_is_refused_with_its_reason(folder, made, change, reason):
    forge(folder, change)
    before = copies(folder)
    read = SlotFile.read(folder)
    person = next(one for one in read.people if one.id in (ANN.id, "d" * 32))
    with pytest.raises(errors.SlotRefused, match=reason):
        read.unlock(person.id, ANN.passphrase)
    assert copies(folder) == before


@pytest.mark.parametrize("names", [("kdf",), ("kem_seed",), ("kdf", "kem_seed", "sign_seed")])
def test_salts_or_seeds_changed_about_open_for_nobody(folder, made, names):
    forge(folder, lambda value: swap_keys(value, *names))
    for person in (ANN, BOB):
        with pytest.raises((errors.WrongPassphrase, errors.SlotRefused)):
            SlotFile.read(folder).unlock(person.id, person.passphrase)


def test_one_persons_passphrase_never_opens_anothers_slot(folder, made):
    forge(folder, lambda value: swap_keys(value, *EVERYTHING))
    with pytest.raises(errors.SlotRefused, match="person"):
        SlotFile.read(folder).unlock(ANN.id, BOB.passphrase)


def test_a_slot_from_another_vault_is_refused(folder, made, tmp_path):
    (tmp_path / "other").mkdir()
    SlotFile.create(tmp_path / "other", policy={}, people=[ANN], rounds=ROUNDS)
    foreign = json.loads((tmp_path / "other" / "slots.a").read_bytes().split(b"\n")[0])["slots"][0]
    forge(folder, lambda value: value["slots"].__setitem__(0, foreign))
    with pytest.raises(errors.SlotRefused, match="another vault"):
        SlotFile.read(folder).unlock(ANN.id, ANN.passphrase)


def test_a_whole_file_from_another_vault_opens_only_that_vaults_keys(folder, made, tmp_path):
    (tmp_path / "other").mkdir()
    _, other, _ = SlotFile.create(tmp_path / "other", policy={}, people=[ANN], rounds=ROUNDS)
    for name in COPIES:
        shutil.copyfile(tmp_path / "other" / name, folder / name)
    opened = SlotFile.read(folder).unlock(ANN.id, ANN.passphrase)
    assert opened.keychain.vault == other.vault != made[1].vault
    assert opened.keychain.database_key != made[1].database_key


def test_copies_that_contradict_each_other_are_refused(folder, made):
    forge(folder, lambda value: value["policy"].update(banner="UNCLASSIFIED"), names=["slots.b"])
    with pytest.raises(errors.SlotRefused, match="contradict"):
        SlotFile.read(folder)


DEVICE = {"backend": "KWallet", "system": "Linux", "desktop": "KDE", "kept_on": "2026-11-24", "check": "00" * 8}


@pytest.mark.parametrize(
    "change",
    [
        lambda value: value.pop("vault"),
        lambda value: value.update(format=0),
        lambda value: value.update(format="1"),
        lambda value: value.update(format=True),
        lambda value: value.update(generation=-1),
        lambda value: value.update(vault="A" * 32),
        lambda value: value.update(slots=None),
        lambda value: value.update(epochs=[]),
        lambda value: value["epochs"].append(value["epochs"][0]),
        lambda value: value["slots"].append(value["slots"][0]),
        lambda value: value["slots"][0].update(type="card"),
        lambda value: value["slots"][0].update(state="sleeping"),
        lambda value: value["slots"][0]["kdf"].update(name="scrypt"),
        lambda value: value["slots"][0]["kdf"].update(rounds=1e6),
        lambda value: value["slots"][0]["kdf"].update(rounds=2**40),
        lambda value: value["slots"][0]["kdf"].update(salt="00"),
        lambda value: value["slots"][0].update(kem_seed="zz"),
        lambda value: value["slots"][0].update(sign_seed=""),
        lambda value: value["policy"].update(banner=1),
        lambda value: value["epochs"].extend({"number": number, "salt": "00" * 16} for number in (2, 3)),
        lambda value: value["slots"][0].pop("since"),
        lambda value: value["slots"][0].update(since="2026-11-24"),
        lambda value: value["slots"][0].update(since="2026-13-24T08:00:00.000Z"),
        lambda value: value["slots"][0].update(one_time=None),
        lambda value: value["slots"][0].update(earlier=["00" * 63]),
        lambda value: value["slots"][0].update(earlier=["00" * 64] * 7),
        lambda value: value["slots"][0].update(device={"backend": "kwallet"}),
        lambda value: value["slots"][0].update(device={**DEVICE, "check": "00"}),
        lambda value: value["slots"][-1].update(device=DEVICE),
    ],
)
def test_a_text_that_is_not_a_slot_files_is_refused(folder, made, change):
    forge(folder, change)
    with pytest.raises(errors.SlotRefused, match="not a slot file's"):
        SlotFile.read(folder)


def test_a_deeply_nested_text_is_refused(folder, made):
    text = b"[" * 100_000
    data = b"\n".join([text, hashlib.sha512(text).hexdigest().encode(), b"0" * 128, b""])
    for name in COPIES:
        (folder / name).write_bytes(data)
    with pytest.raises(errors.SlotRefused):
        SlotFile.read(folder)


def test_without_its_recovery_slot_the_recovery_key_is_refused(folder, made):
    forge(folder, lambda value: value["slots"].pop())
    with pytest.raises(errors.SlotRefused, match="recovery slot is gone"):
        SlotFile.read(folder).unlock_with_recovery(made[2])


def test_a_disabled_slot_does_not_sign_in(folder, made):
    file, keychain, _ = made
    slot = file.content.slots[1]._replace(state=DISABLED)
    content = file.content._replace(slots=(file.content.slots[0], slot, file.content.slots[2]))
    for name in COPIES:
        (folder / name).write_bytes(to_bytes(content, keychain.slot_key))
    with pytest.raises(errors.SignInRefused, match="disabled"):
        SlotFile.read(folder).unlock(BOB.id, BOB.passphrase)
    assert SlotFile.read(folder).unlock(ANN.id, ANN.passphrase)


def test_a_file_older_than_the_vault_knows_is_refused(made):
    file = made[0]
    file.refuse_older(generation=1, epoch=1)
    file.refuse_older(generation=0, epoch=0)  # the vault has not learned of it yet
    with pytest.raises(errors.SlotRefused, match="older"):
        file.refuse_older(generation=2, epoch=1)
    with pytest.raises(errors.SlotRefused, match="change of keys"):
        file.refuse_older(generation=1, epoch=2)


def test_the_recovery_key_may_open_an_older_file_of_the_same_epoch_only(made):
    made[0].refuse_older(generation=2, epoch=1, by_recovery=True)
    with pytest.raises(errors.SlotRefused, match="change of keys"):
        made[0].refuse_older(generation=1, epoch=2, by_recovery=True)


def test_what_was_changed_by_another_hand_is_never_sealed_anew(folder, made):
    opened = made[0].unlock(ANN.id, ANN.passphrase)
    forge(folder, lambda value: value["slots"][1].update(roles=["officer"]))
    before = copies(folder)
    with pytest.raises(errors.SlotRefused, match="seal"):
        SlotFile.read(folder).set_policy(opened, {"notice": "New"})
    assert copies(folder) == before


def test_a_file_of_format_1_is_read_and_written_as_format_2(folder):
    for name in COPIES:
        shutil.copyfile(DATA / "slots-format-1", folder / name)
    file = SlotFile.read(folder)
    opened = file.unlock(ANN.id, ANN.passphrase)
    assert (opened.must_change, opened.rotation_pending, opened.person.since) == (False, False, None)
    assert file.device_of(ANN.id) is None
    file.set_policy(opened, POLICY)
    read = SlotFile.read(folder)
    assert json.loads(copies(folder)["slots.a"].split(b"\n")[0])["format"] == 2
    assert read.unlock(ANN.id, ANN.passphrase).keychain.root == opened.keychain.root
    assert read.unlock_with_recovery(RECOVERY).keychain.root == opened.keychain.root


def test_the_present_passphrase_of_a_slot_of_format_1_is_known_again(folder):
    for name in COPIES:
        shutil.copyfile(DATA / "slots-format-1", folder / name)
    file = SlotFile.read(folder)
    opened = file.unlock(ANN.id, ANN.passphrase)
    with pytest.raises(errors.PassphraseUsed):
        file.change_passphrase(opened, ANN.passphrase, rounds=ROUNDS)
    file.change_passphrase(opened, "ann has chosen another", rounds=ROUNDS)
    assert SlotFile.read(folder).unlock(ANN.id, "ann has chosen another").person.since is not None


# --- a fault at every step -------------------------------------------------------------------------------------------


class Faults:
    """Counts the operations that change the disk and lets one of them, or all from it on, raise."""

    OPERATIONS = ("open", "write", "fsync", "replace")

    def __init__(self, monkeypatch, error):
        self.count = 0
        self.at = None
        self.persistent = False
        self.error = error
        for name in self.OPERATIONS:
            monkeypatch.setattr(os, name, self.wrapped(getattr(os, name)))

    def wrapped(self, real):
        def operation(*args, **kwargs):
            self.count += 1
            if self.at is not None and (self.count == self.at or (self.persistent and self.count > self.at)):
                raise OSError(self.error, os.strerror(self.error))
            return real(*args, **kwargs)

        return operation


@pytest.mark.parametrize("persistent", [False, True], ids=["once", "from then on"])
@pytest.mark.parametrize(
    ("error", "expected"),
    [(errno.ENOSPC, errors.NoSpace), (errno.EACCES, errors.NoPermission), (errno.EIO, errors.DiskFailed)],
)
def test_a_fault_at_any_step_of_a_change_leaves_the_old_or_the_new(folder, made, error, expected, persistent):
    old, new = BOB.passphrase, "bob has chosen another"
    before = copies(folder)
    at = 0
    outcomes = set()
    while True:
        at += 1
        for name, data in before.items():
            (folder / name).write_bytes(data)
        file = SlotFile.read(folder)
        opened = file.unlock(BOB.id, old)
        with pytest.MonkeyPatch.context() as patch:
            faults = Faults(patch, error)
            faults.at, faults.persistent = at, persistent
            try:
                file.change_passphrase(opened, new, rounds=ROUNDS)
                done = True
            except expected:
                done = False
        read = SlotFile.read(folder)
        works = [passphrase for passphrase in (old, new) if opens(read, BOB.id, passphrase)]
        assert len(works) == 1  # one of the two, never neither
        assert not done or works == [new]  # a confirmed change is not lost
        assert opens(read, ANN.id, ANN.passphrase)
        assert len(set(copies(folder).values())) == 1  # unlocking has mended the other copy
        assert not list(folder.glob("*.new"))
        outcomes.add((done, works[0]))
        if faults.count < at:
            break
    assert {(True, new), (False, old)} <= outcomes
    assert at > 8


def opens(file, person, passphrase):
    try:
        return file.unlock(person, passphrase)
    except errors.WrongPassphrase:
        return None


@pytest.mark.parametrize("persistent", [False, True], ids=["once", "from then on"])
def test_a_fault_at_any_step_of_making_is_named(tmp_path, persistent):
    at, done = 0, False
    while not done:
        at += 1
        folder = tmp_path / str(at)
        folder.mkdir()
        with pytest.MonkeyPatch.context() as patch:
            faults = Faults(patch, errno.ENOSPC)
            faults.at, faults.persistent = at, persistent
            try:
                SlotFile.create(folder, policy={}, people=[ANN], rounds=ROUNDS)
                done = True
            except errors.NoSpace:
                continue
    assert at > 8


def test_a_disk_that_keeps_other_bytes_is_noticed_before_anything_is_replaced(folder, made, monkeypatch):
    file = made[0]
    opened = file.unlock(ANN.id, ANN.passphrase)
    before = copies(folder)
    real = os.write
    monkeypatch.setattr(os, "write", lambda descriptor, data: real(descriptor, bytes(len(data))))
    with pytest.raises(errors.DiskFailed, match="reads back differently"):
        file.set_policy(opened, {})
    assert copies(folder) == before


def test_a_new_file_that_does_not_open_never_takes_its_place(folder, made, monkeypatch):
    file = made[0]
    opened = file.unlock(BOB.id, BOB.passphrase)
    before = copies(folder)
    monkeypatch.setattr(
        slotcopies,
        "to_bytes",
        lambda content, _: to_bytes(content, Keychain(bytes(32), "0" * 32, 1, bytes(16)).slot_key),
    )
    with pytest.raises(errors.SlotRefused):
        file.change_passphrase(opened, "bob has chosen another", rounds=ROUNDS)
    assert copies(folder) == before


def test_once_the_first_copy_stands_the_change_is_made(folder, made, monkeypatch):
    file = made[0]
    opened = file.unlock(BOB.id, BOB.passphrase)
    real = os.open

    def refuse(path, *args, **kwargs):
        if str(path).endswith("slots.b.new"):
            raise OSError(errno.ENOSPC, "No space left on device")
        return real(path, *args, **kwargs)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "open", refuse)
        file.change_passphrase(opened, "bob has chosen another", rounds=ROUNDS)
    assert file.flaws == {"slots.b": "older"}
    assert SlotFile.read(folder).unlock(BOB.id, "bob has chosen another").mended == ("slots.b was older",)


def test_each_copy_is_on_the_disk_before_it_takes_its_name_and_the_name_before_the_next(folder, made, monkeypatch):
    file = made[0]
    opened = file.unlock(ANN.id, ANN.passphrase)
    done = []
    sync, rename = os.fsync, os.replace

    def fsync(descriptor):
        done.append("sync folder" if stat.S_ISDIR(os.fstat(descriptor).st_mode) else "sync file")
        sync(descriptor)

    def replace(source, target):
        done.append(f"rename {source.name} {target.name}")
        rename(source, target)

    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(os, "replace", replace)
    file.set_policy(opened, {})
    folder_synced = ["sync folder"] if os.name != "nt" else []
    steps = [["sync file", f"rename {name}.new {name}", *folder_synced] for name in COPIES]
    assert done == steps[0] + steps[1]
