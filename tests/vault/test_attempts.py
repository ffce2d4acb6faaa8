# SPDX-License-Identifier: Apache-2.0
"""V-222432, AC-7: three failures of a person within 15 minutes lock that person, whatever is done to clocks and files."""

import hashlib
import json
import subprocess
import sys
from datetime import timedelta
from itertools import combinations

import pytest

from reviewer_app.errors import SignInLocked
from reviewer_app.vault.attemptform import COPIES, LOST, Kind, from_bytes, to_bytes
from reviewer_app.vault.attempts import FORGED, OLDER, Attempts, Known, Limits, Standing
from reviewer_app.vault.keychain import Keychain
from tests.vault.doors import ANN, BOB, FOR_A_TIME, FOR_EVER, KEY, MINUTE, NEXT_KEY, VAULT, Door


@pytest.fixture
def door(tmp_path):
    return Door(tmp_path)


def lock(door, person=ANN, limits=FOR_EVER):
    for _ in range(3):
        assert door.type_wrong(person, limits).event


# --- the rule --------------------------------------------------------------------------------------------------------


def test_a_try_is_counted_before_it_is_made(door):
    stood = [door.type_wrong().standing for _ in range(4)]
    assert [(one.locked, one.failures, one.left) for one in stood] == [
        (False, 0, 3),
        (False, 1, 2),
        (False, 2, 1),
        (True, 3, 0),
    ]


def test_the_fourth_try_is_not_counted_because_it_is_not_made(door):
    lock(door)
    before = door.files()
    assert door.type_wrong().event == ""
    assert door.files() == before


def test_the_right_passphrase_takes_the_failures_back(door):
    door.type_wrong(), door.type_wrong(), door.type_wrong(BOB)
    door.type_wrong()  # and this one was right
    assert door.enter(ANN) == ()
    assert door.standing() == Standing(False, 0, 3, None)
    assert door.standing(BOB) == Standing(False, 1, 2, None)


@pytest.mark.parametrize(("limits", "at_15_01"), [(FOR_EVER, True), (FOR_A_TIME, False)])
def test_after_three_failures_the_right_passphrase_is_refused_until_the_lock_ends(door, limits, at_15_01):
    lock(door, limits=limits)
    door.wait(14 * MINUTE + 59)
    assert door.type_wrong(limits=limits).standing.locked
    door.wait(2)
    assert door.type_wrong(limits=limits).standing.locked is at_15_01


def test_a_lock_that_ends_by_itself_says_when(door):
    lock(door, limits=FOR_A_TIME)
    door.wait(5 * MINUTE)
    assert door.standing(limits=FOR_A_TIME) == Standing(True, 3, 0, 10 * MINUTE)
    assert door.standing(limits=FOR_EVER) == Standing(True, 3, 0, None)


def test_failures_that_lie_further_apart_do_not_lock(door):
    for _ in range(10):
        assert not door.type_wrong().standing.locked
        door.wait(7 * MINUTE + 31)
    assert door.standing().failures == 10


def test_a_lock_outlasts_the_failures_that_led_to_it(door):
    lock(door)
    door.wait(400 * 24 * 60 * MINUTE)
    assert door.is_locked()


def test_after_a_lock_that_ended_three_more_failures_lock_again(door):
    lock(door, limits=FOR_A_TIME)
    door.wait(15 * MINUTE)
    lock(door, limits=FOR_A_TIME)
    assert door.standing(limits=FOR_A_TIME).ends_in == 15 * MINUTE


def test_a_lock_shorter_than_the_window_lasts_as_long_as_three_failures_lie_in_it(door):
    limits = Limits(3, 15 * MINUTE, 1 * MINUTE)
    lock(door, limits=limits)
    door.wait(14 * MINUTE)
    assert door.standing(limits=limits).ends_in == 1 * MINUTE
    door.wait(1 * MINUTE)
    assert not door.is_locked(limits=limits)


def test_an_officer_or_the_recovery_key_ends_a_lock(door):
    lock(door)
    door.enter(BOB)
    assert door.is_locked()
    door.enter(ANN)
    assert door.standing() == Standing(False, 0, 3, None)


def test_people_are_counted_one_by_one(door):
    lock(door)
    assert not door.is_locked(BOB)


def test_a_failure_of_another_kind_counts_and_a_note_does_not(door):
    for _ in range(5):
        door.count().note(ANN, Kind.VAULT_IN_USE)
    assert door.standing().failures == 0
    assert [door.count().failed(ANN, Kind.WRONG_RECOVERY_KEY, FOR_EVER).left for _ in range(3)] == [2, 1, 0]
    assert door.is_locked()
    assert door.count().failed(ANN, Kind.SLOT_DISABLED, FOR_EVER).failures == 4


def test_tighter_limits_hold_at_once_and_then_for_good(door):
    door.type_wrong()
    tight = Limits(1, 15 * MINUTE, None)
    assert door.is_locked(limits=tight) and door.type_wrong(limits=tight).event == ""
    door.wait(60 * MINUTE)
    assert door.is_locked(limits=tight)


@pytest.mark.parametrize(
    ("standing", "how"),
    [
        (Standing(True, 3, 0, None), "ends when an officer or the recovery key ends it."),
        (Standing(True, 3, 0, 61.0), "ends in 2 minutes, or when an officer or the recovery key ends it."),
        (Standing(True, 3, 0, 0.5), "ends in 1 minute, or when an officer or the recovery key ends it."),
    ],
)
def test_a_locked_person_is_told_how_the_lock_ends(standing, how):
    assert how in str(SignInLocked(person="Ann", how=standing.how))


# --- clocks and restarts ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("years", [-2, 10])
@pytest.mark.parametrize("limits", [FOR_EVER, FOR_A_TIME])
def test_the_wall_clock_neither_shortens_nor_starts_anything(door, years, limits):
    door.type_wrong(limits=limits)
    door.wall += timedelta(days=365 * years)
    door.type_wrong(limits=limits), door.type_wrong(limits=limits)
    assert door.is_locked(limits=limits)
    door.wall += timedelta(days=365 * years)
    assert door.standing(limits=limits).ends_in == limits.lasts


def test_after_a_restart_the_lock_lasts_its_whole_time_again(door):
    lock(door, limits=FOR_A_TIME)
    door.wait(14 * MINUTE)
    door.restart(seconds=30)
    assert door.standing(limits=FOR_A_TIME).ends_in == 15 * MINUTE - 30
    door.wait(15 * MINUTE - 30)
    assert not door.is_locked(limits=FOR_A_TIME)


@pytest.mark.parametrize("limits", [FOR_EVER, FOR_A_TIME])
def test_restarts_between_the_tries_lose_none(door, limits):
    for boot in ("boot-2", "boot-3", "boot-4"):
        assert not door.type_wrong(limits=limits).standing.locked
        door.restart(boot)
    assert door.is_locked(limits=limits)


def test_a_machine_put_back_to_an_earlier_moment_of_the_same_boot_waits_longer(door):
    lock(door, limits=FOR_A_TIME)
    door.seconds -= 3000
    assert door.standing(limits=FOR_A_TIME).ends_in == 15 * MINUTE


# --- files ----------------------------------------------------------------------------------------------------------

SOME = [*combinations(range(3), 1), *combinations(range(3), 2)]


def gone(door, before, place):
    place.unlink()


def put_back(door, before, place):
    place.write_bytes(before[place])


def emptied(door, before, place):
    place.write_bytes(b"")


def cut(door, before, place):
    place.write_bytes(place.read_bytes()[:-1])


def changed(door, before, place):
    data = bytearray(place.read_bytes())
    data[len(data) // 3] ^= 1
    place.write_bytes(data)


def of_another_vault(door, before, place):
    place.write_bytes(to_bytes(from_bytes(place.read_bytes(), VAULT), "d" * 32))


@pytest.mark.parametrize("some", SOME, ids=str)
@pytest.mark.parametrize("harm", [gone, put_back, emptied, cut, changed, of_another_vault])
def test_one_whole_copy_holds_the_count(door, some, harm):
    """Every single file and every pair: the third still knows."""
    before = door.files()
    door.type_wrong()
    one_failure = door.files()
    door.type_wrong(), door.type_wrong()
    locked = door.files()
    for older in (before, one_failure):
        door.put_back(locked)
        for number in some:
            harm(door, older, door.places[number])
        assert door.standing() == Standing(True, 3, 0, None)
        assert door.type_wrong().event == ""
        door.count().note(BOB, Kind.VAULT_IN_USE)  # now every copy is written anew
        assert {from_bytes(data, VAULT).of(ANN) for data in door.files().values()} == {
            from_bytes(locked[door.places[0]], VAULT).of(ANN)
        }


@pytest.mark.parametrize("number", [0, 1])
def test_a_copy_cut_at_any_offset_or_with_any_byte_changed_loses_no_failure(tmp_path, number):
    door = Door(tmp_path, beside=False)
    lock(door)
    place = door.places[number]
    data = place.read_bytes()
    for offset in range(len(data)):
        for harmed in (data[:offset], data[:offset] + bytes([data[offset] ^ 1]) + data[offset + 1 :]):
            place.write_bytes(harmed)
            assert door.is_locked()
    assert door.enter(BOB) == (f"{COPIES[number]} was damaged",)
    assert door.is_locked() and len(set(door.files().values())) == 1


@pytest.mark.parametrize("harm", [gone, emptied, of_another_vault])
def test_when_no_copy_can_be_read_everyone_has_one_try(door, harm):
    lock(door)
    for place in door.places:
        harm(door, {}, place)
    assert door.standing(BOB) == Standing(False, 2, 1, None)
    assert not door.type_wrong(BOB).standing.locked
    assert door.is_locked(BOB)
    assert door.standing(ANN) == Standing(False, 2, 1, None)  # though a file is there again
    door.wait(15 * MINUTE)
    assert door.standing(ANN).left == 1
    told = door.enter(ANN)
    assert LOST in told and OLDER not in told
    assert door.is_locked(BOB) and door.standing(ANN) == Standing(False, 0, 3, None)
    assert door.enter(ANN) == ()


def test_one_try_with_a_limit_of_one_is_one_try(door):
    limits = Limits(1, 15 * MINUTE, None)
    for place in door.places:
        place.unlink()
    assert door.standing(limits=limits) == Standing(False, 0, 1, None)
    assert not door.type_wrong(limits=limits).standing.locked and door.is_locked(limits=limits)


def test_a_vault_that_has_no_count_yet_begins_with_nothing(tmp_path):
    door = Door(tmp_path, expected=False)
    for place in door.places:
        place.unlink()
    assert door.standing() == Standing(False, 0, 3, None)
    door.type_wrong()
    assert door.standing().left == 2
    assert Attempts(door.folder, VAULT).examine(KEY, Known()).told == ()


# --- what an unlocked vault is told ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("harm", "names", "told"),
    [
        (gone, ["attempts.a"], ("attempts.a was missing",)),
        (gone, ["attempts.b"], ("attempts.b was missing",)),
        (cut, ["attempts.b"], ("attempts.b was damaged",)),
        (put_back, ["attempts.a"], ("attempts.a was older",)),
        (put_back, ["attempts.a", "attempts.b"], ("attempts.a was older", "attempts.b was older")),
        (gone, [VAULT], ()),
        (put_back, [VAULT], ()),
        (cut, [VAULT], ("the copy in this account's own folder was damaged",)),
    ],
)
@pytest.mark.parametrize("written", [False, True])
def test_what_was_done_to_the_files_is_told_once(door, harm, names, told, written):
    before = door.files()
    door.enter(ANN)
    for name in names:
        harm(door, before, next(place for place in door.places if place.name == name))
    if written:
        door.type_wrong()  # which replaces the flawed copies
    assert door.enter(ANN) == told
    assert door.enter(ANN) == ()


def test_every_copy_put_back_is_older_than_the_vault_knows(door):
    before = door.files()
    door.type_wrong()
    door.enter(ANN)
    door.put_back(before)
    door.type_wrong(), door.type_wrong()
    assert door.enter(BOB) == (OLDER,)
    assert door.known.resets == {ANN: 1, BOB: 1}
    assert door.enter(BOB) == ()


def forge(door, person=ANN, resets=9, seal="0" * 128, places=slice(None)):
    """A reset made without the key, by somebody who knows the format."""
    for place in door.places[places]:
        value = json.loads(place.read_bytes().split(b"\n")[0])
        value["people"].setdefault(person, {"dropped": 0, "events": []}).update(resets=resets, seal=seal)
        text = json.dumps(value, sort_keys=True, separators=(",", ":")).encode()
        place.write_bytes(text + b"\n" + hashlib.sha512(text).hexdigest().encode() + b"\n")


@pytest.mark.parametrize("resets", [1, 2, 2**53 - 1])
@pytest.mark.parametrize("seal", ["", "0" * 128, "f" * 128])
@pytest.mark.parametrize("places", [slice(0, 1), slice(1, 2), slice(2, 3), slice(None)])
def test_a_reset_that_nobody_made_is_told_and_counts_no_more(door, resets, seal, places):
    lock(door)
    forge(door, resets=resets, seal=seal, places=places)
    assert not door.is_locked()  # nobody can know before unlock
    door.type_wrong()
    found = door.count().examine(KEY, door.known)
    assert (found.told, found.forged) == ((FORGED,), (ANN,))
    assert door.enter(BOB) == (FORGED,)
    assert door.standing() == Standing(True, 4, 0, None)
    door.enter(ANN)
    assert door.standing() == Standing(False, 0, 3, None) and door.known.resets[ANN] == 1
    lock(door)
    assert door.is_locked() and door.enter(BOB) == ()


def test_a_seal_of_another_person_vault_or_number_does_not_fit(door, tmp_path):
    (tmp_path / "other").mkdir()
    for _ in range(3):
        door.enter(BOB)
    seals = {resets: door.count()._seal(KEY, BOB, resets) for resets in (1, 3)}
    elsewhere = Attempts(tmp_path / "other", "d" * 32)._seal(KEY, ANN, 1)
    lock(door)
    for seal in (seals[1], seals[3], elsewhere):
        forge(door, resets=1, seal=seal)
        assert door.enter(BOB) == (FORGED,)
        assert door.is_locked()
    door.enter(ANN)
    lock(door)
    forge(door, resets=2, seal=door.count()._seal(KEY, ANN, 1))
    assert door.enter(BOB) == (FORGED,) and door.is_locked()


def test_a_clear_that_the_vault_had_no_time_to_note_is_a_true_one(door):
    """Killed after the copies were written and before the vault kept what `settle` answered."""
    lock(door)
    known = door.known
    door.enter(ANN)
    door.known = known
    assert door.enter(BOB) == ()
    assert not door.is_locked() and door.known.resets == {ANN: 1, BOB: 1}


def test_every_clear_is_sealed_anew_when_the_keys_have_changed(door):
    lock(door), door.enter(ANN)
    assert door.enter(BOB, key=NEXT_KEY) == ()
    state = from_bytes(door.places[0].read_bytes(), VAULT)
    assert {state.of(person).seal for person in (ANN, BOB)} == {
        door.count()._seal(NEXT_KEY, person, 1) for person in (ANN, BOB)
    }
    assert not door.is_locked()


def test_a_pair_put_back_from_before_a_clear_does_not_bring_the_failures_back(door):
    lock(door)
    before = door.files()
    door.enter(ANN)
    after = door.files()
    for some in SOME:
        door.put_back(after)
        for number in some:
            door.places[number].write_bytes(before[door.places[number]])
        assert not door.is_locked()


def test_the_vaults_own_key_of_the_count_is_64_bytes():
    assert len(Keychain(bytes(32), VAULT, 1, bytes(16)).attempts_key) == 64


# --- what the journal is told ----------------------------------------------------------------------------------------


def seen(door):
    return [(one.person, str(one.kind)) for one in door.count().examine(KEY, door.known).events]


def test_each_event_is_told_to_the_journal_once(door):
    door.type_wrong()
    door.wait(1)
    door.count().note(BOB, Kind.VAULT_IN_USE)
    door.wait(1)
    right = door.type_wrong().event
    found = door.count().examine(KEY, door.known)
    assert [(one.person, one.kind, one.moment) for one in found.events if one.id != right] == [
        (ANN, Kind.WRONG_PASSPHRASE, "2026-12-03T17:00:00.000Z"),
        (BOB, Kind.VAULT_IN_USE, "2026-12-03T17:00:01.000Z"),
    ]
    door.enter(ANN)
    assert seen(door) == []
    door.type_wrong(BOB)
    assert seen(door) == [(BOB, "wrong passphrase")]
    door.enter(ANN)
    assert seen(door) == [] and door.standing(BOB).failures == 1


def test_a_lock_is_an_event_of_its_own(door):
    lock(door)
    assert sorted(seen(door)) == [(ANN, "locked"), *[(ANN, "wrong passphrase")] * 3]


def test_events_whose_entries_were_kept_and_whose_settling_was_not_are_not_told_twice(door):
    lock(door, BOB)
    door.known = door.count().examine(KEY, door.known).known
    assert seen(door) == []
    door.enter(ANN)
    assert seen(door) == [] and door.is_locked(BOB)


def test_an_older_copy_brings_back_no_event_that_the_journal_has(door):
    door.type_wrong(BOB), door.type_wrong(ANN)
    before = door.files()
    door.enter(ANN)
    door.put_back(before)
    assert seen(door) == []


def test_a_failure_between_the_reading_and_the_settling_reaches_the_journal_and_does_not_count(door):
    door.type_wrong()
    found = door.count().examine(KEY, door.known)
    door.type_wrong(), door.type_wrong()
    door.known = door.count().settle(KEY, found.known, ended=[ANN])
    assert door.standing() == Standing(False, 0, 3, None)
    assert len(seen(door)) == 3  # two failures and the lock
    door.enter(ANN)
    assert seen(door) == [] and door.standing().failures == 0


def test_events_that_were_too_many_are_counted(door):
    count = door.count()
    for _ in range(210):
        count.note(BOB, Kind.VAULT_IN_USE)
    found = count.examine(KEY, door.known)
    assert (len(found.events), found.dropped) == (200, 10)
    door.enter(BOB)
    assert door.count().examine(KEY, door.known).dropped == 0


# --- before unlock, little is loaded ---------------------------------------------------------------------------------


def test_counting_loads_no_database_and_no_cryptography():
    script = "import sys, reviewer_app.vault.attempts; print(*{name.split('.')[0] for name in sys.modules})"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert not {"pydantic", "sqlalchemy", "sqlmodel", "sqlcipher3", "cryptography", "PySide6"} & set(
        done.stdout.split()
    )
