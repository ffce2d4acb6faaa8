# SPDX-License-Identifier: Apache-2.0
"""Coming in: tries are counted and journaled, the last time is told, the recovery key opens, a second program does not."""

from datetime import timedelta

import pytest

from reviewer_app.domain.people import RefusedTry, Role
from reviewer_app.errors import (
    MistypedRecoveryKey,
    SignInLocked,
    SignInRefused,
    SlotRefused,
    VaultInUse,
    WeakPassphrase,
    WrongPassphrase,
    WrongRecoveryKey,
)
from reviewer_app.policy import practice_policy
from reviewer_app.services import checking, confirming, journal, keys, people, policies, signing_in, vaults
from reviewer_app.services.door import look
from reviewer_app.vault import recovery
from reviewer_app.vault.uptime import Instant
from tests.desks import (
    COLLEAGUES_PASSPHRASE,
    PASSPHRASE,
    PERSON,
    ROUNDS,
    SteadyClock,
    add_colleague,
    cheap_passphrases,
    leave_for,
)

WRONG, NEW = "not the passphrase", "another long passphrase"


class Uptime:
    """How long the machine has run, as a test wants it."""

    def __init__(self):
        self.boot, self.seconds = "a" * 32, 5000.0

    def __call__(self):
        return Instant(self.boot, self.seconds)


@pytest.fixture(autouse=True)
def cheap():
    with cheap_passphrases():
        yield


@pytest.fixture
def uptime(monkeypatch):
    made = Uptime()
    monkeypatch.setattr(signing_in, "instant", made)
    return made


@pytest.fixture
def clock():
    return SteadyClock()


@pytest.fixture
def vault(tmp_path, clock):
    """A vault with two officers, left; its folder, the people's ids and the recovery key."""
    made = vaults.create(
        tmp_path / "Test.vault",
        person=PERSON,
        passphrase=PASSPHRASE,
        policy=practice_policy(),
        rounds=ROUNDS,
        warm=False,
        clock=clock,
    )
    other = add_colleague(made.desk, "S. Officer", (Role.OFFICER,))
    vaults.recovery_kept(made.desk, made.recovery_key, made.recovery_key.lower())
    me = made.desk.person.id
    vaults.leave(made.desk)
    return made.desk.vault.folder, me, other, made.recovery_key


def come(folder, person, passphrase, clock):
    return vaults.unlock(look(folder), person, passphrase, warm=False, clock=clock)


def fail(folder, person, clock, times=1):
    for _ in range(times):
        with pytest.raises((WrongPassphrase, SignInLocked)):
            come(folder, person, WRONG, clock)


def test_three_failures_in_fifteen_minutes_lock_and_only_an_officer_ends_it(vault, clock, uptime):
    folder, me, other, _ = vault
    fail(folder, me, clock, 3)
    uptime.seconds += 14 * 60 + 59
    clock.moment += timedelta(minutes=14, seconds=59)
    with pytest.raises(SignInLocked, match="officer or the recovery key"):
        come(folder, me, PASSPHRASE, clock)
    uptime.seconds += 365 * 86400
    clock.moment += timedelta(days=365)
    with pytest.raises(SignInLocked):
        come(folder, me, PASSPHRASE, clock)
    desk = come(folder, other, COLLEAGUES_PASSPHRASE, clock)
    assert {each.name: each.locked for each in people.roster(desk)} == {PERSON: True, "S. Officer": False}
    assert any(text.startswith(f"Locked after refused tries to sign in: {PERSON}. Ask") for text in desk.remarks)
    people.end_lock(desk, me, leave_for(desk, people.LOCK_ENDED, about=me))
    vaults.leave(desk)
    vaults.leave(come(folder, me, PASSPHRASE, clock))


def test_the_policy_may_let_a_lock_end_by_time(vault, clock, uptime):
    folder, me, other, _ = vault
    desk = come(folder, other, COLLEAGUES_PASSPHRASE, clock)
    policies.change(desk, leave_for(desk, policies.CHANGED), lock_minutes=30)
    vaults.leave(desk)
    fail(folder, me, clock, 3)
    uptime.seconds += 29 * 60 + 59
    with pytest.raises(SignInLocked, match="in 1 minute"):
        come(folder, me, PASSPHRASE, clock)
    uptime.seconds += 2
    vaults.leave(come(folder, me, PASSPHRASE, clock))


@pytest.mark.parametrize("years", [-2, 10])
def test_neither_the_clock_nor_a_restart_shortens_a_lock(vault, clock, uptime, years):
    folder, me, other, _ = vault
    desk = come(folder, other, COLLEAGUES_PASSPHRASE, clock)
    policies.change(desk, leave_for(desk, policies.CHANGED), lock_minutes=15)
    vaults.leave(desk)
    fail(folder, me, clock, 3)
    clock.moment += timedelta(days=365 * years)
    uptime.boot, uptime.seconds = "b" * 32, 60.0
    with pytest.raises(SignInLocked):
        come(folder, me, PASSPHRASE, clock)
    uptime.seconds = 15 * 60 + 1
    vaults.leave(come(folder, me, PASSPHRASE, clock))


@pytest.mark.parametrize("how", ["restored", "deleted", "emptied"])
def test_a_count_that_was_put_back_or_taken_away_does_not_lower_it(vault, clock, uptime, how):
    folder, me, other, _ = vault
    before = {name: (folder / name).read_bytes() for name in ("attempts.a", "attempts.b")}
    fail(folder, me, clock, 3)
    for name, data in before.items():
        if how == "deleted":
            (folder / name).unlink()
        else:
            (folder / name).write_bytes(data if how == "restored" else b"")
    with pytest.raises(SignInLocked):
        come(folder, me, PASSPHRASE, clock)
    desk = come(folder, other, COLLEAGUES_PASSPHRASE, clock)
    assert any("count of refused tries" in remark for remark in desk.remarks)
    assert any(line.outcome == "the count was changed" for line in journal.lines(desk))
    vaults.leave(desk)


def test_each_refused_try_is_journaled_once_with_its_person_and_time(vault, clock, uptime):
    folder, me, other, _ = vault
    fail(folder, me, clock, 2)
    for _ in range(2):
        desk = come(folder, other, COLLEAGUES_PASSPHRASE, clock)
        tries = desk.vault.find(RefusedTry)
        assert [(each.person, each.why) for each in tries] == [(me, "wrong passphrase")] * 2
        vaults.leave(desk)
    desk = come(folder, me, PASSPHRASE, clock)
    assert any(remark.startswith("2 refused tries to sign in as you") for remark in desk.remarks)
    assert len(desk.vault.find(RefusedTry)) == 2 and checking.check(desk).sound
    vaults.leave(desk)
    desk = come(folder, me, PASSPHRASE, clock)
    assert not any("failed tr" in remark for remark in desk.remarks)
    vaults.leave(desk)


def test_the_last_sign_in_is_told(vault, clock):
    folder, me, _, _ = vault
    desk = come(folder, me, PASSPHRASE, clock)
    first = clock.moment
    vaults.leave(desk)
    clock.moment += timedelta(hours=5)
    desk = come(folder, me, PASSPHRASE, clock)
    assert desk.last_sign_in is not None and abs(desk.last_sign_in - first) < timedelta(seconds=5)
    vaults.leave(desk)


def test_a_second_program_is_refused_and_that_is_journaled(vault, clock, monkeypatch):
    monkeypatch.setattr(vaults, "SWITCH_WAIT", 0.0)
    folder, me, other, _ = vault
    desk = come(folder, me, PASSPHRASE, clock)
    with pytest.raises(VaultInUse, match="since"):
        come(folder, other, COLLEAGUES_PASSPHRASE, clock)
    vaults.leave(desk)
    desk = come(folder, me, PASSPHRASE, clock)
    assert [(each.person, each.why) for each in desk.vault.find(RefusedTry)] == [(other, "vault in use")]
    vaults.leave(desk)


# --- the recovery key ----------------------------------------------------------------------------------------------


def test_the_recovery_key_signs_an_officer_in_and_is_spent(vault, clock):
    folder, me, other, key = vault
    fail(folder, me, clock, 3)
    desk = vaults.recover(look(folder), key, me, NEW, warm=False, clock=clock)
    assert desk.person.name == PERSON and keys.is_due(desk)
    assert any(line.what == "recovery key used" for line in journal.lines(desk))
    plan = keys.plan_after_recovery(desk)
    fresh = plan.recovery_key
    with pytest.raises(MistypedRecoveryKey):
        keys.change(desk, plan, typed=fresh[:-1])
    desk = keys.change(desk, plan, typed=fresh.lower())
    assert not keys.is_due(desk) and checking.check(desk).sound
    with pytest.raises(ValueError, match="recovery key"):
        keys.plan_after_recovery(desk)
    vaults.leave(desk)
    with pytest.raises(WrongRecoveryKey):
        vaults.recover(look(folder), key, me, "yet another passphrase", warm=False, clock=clock)
    with pytest.raises((WrongPassphrase, SignInLocked)):
        come(folder, me, PASSPHRASE, clock)
    vaults.leave(come(folder, me, NEW, clock))
    vaults.leave(come(folder, other, COLLEAGUES_PASSPHRASE, clock))
    vaults.leave(vaults.recover(look(folder), fresh, me, "yet another passphrase", warm=False, clock=clock))


def test_a_wrong_or_mistyped_recovery_key_opens_nothing_and_is_journaled(vault, clock):
    folder, me, _, key = vault
    with pytest.raises(MistypedRecoveryKey, match="Group 1"):
        vaults.recover(
            look(folder), "X" + key[1:] if key[0] != "X" else "Y" + key[1:], me, NEW, warm=False, clock=clock
        )
    with pytest.raises(WrongRecoveryKey):
        vaults.recover(look(folder), recovery.to_text(bytes(32)), me, NEW, warm=False, clock=clock)
    with pytest.raises(WeakPassphrase):
        vaults.recover(look(folder), key, me, "short", warm=False, clock=clock)
    desk = come(folder, me, PASSPHRASE, clock)
    assert [each.why for each in desk.vault.find(RefusedTry)] == ["wrong recovery key"]
    vaults.leave(desk)


def test_the_recovery_key_is_for_an_officer(vault, clock):
    folder, me, _, key = vault
    desk = come(folder, me, PASSPHRASE, clock)
    reviewer = add_colleague(desk, "N. Reviewer", (Role.REVIEWER,))
    vaults.leave(desk)
    with pytest.raises(SignInRefused, match="officer"):
        vaults.recover(look(folder), key, reviewer, NEW, warm=False, clock=clock)


def test_a_recovery_key_that_nobody_typed_back_is_told_at_every_sign_in(tmp_path, clock):
    made = vaults.create(
        tmp_path / "Test.vault",
        person=PERSON,
        passphrase=PASSPHRASE,
        policy=practice_policy(),
        rounds=ROUNDS,
        warm=False,
        clock=clock,
    )
    with pytest.raises(WrongRecoveryKey):
        vaults.recovery_kept(made.desk, made.recovery_key, recovery.to_text(bytes(32)))
    vaults.leave(made.desk)
    desk = come(made.desk.vault.folder, made.desk.person.id, PASSPHRASE, clock)
    assert any("never typed back" in remark for remark in desk.remarks)
    vaults.recovery_kept(desk, made.recovery_key, made.recovery_key)
    vaults.leave(desk)
    desk = come(made.desk.vault.folder, made.desk.person.id, PASSPHRASE, clock)
    assert not any("never typed back" in remark for remark in desk.remarks)
    vaults.leave(desk)


# --- slot files of before ------------------------------------------------------------------------------------------


def test_a_slot_file_from_before_a_change_of_people_is_refused(vault, clock):
    folder, me, other, _ = vault
    before = {name: (folder / name).read_bytes() for name in ("slots.a", "slots.b")}
    desk = come(folder, me, PASSPHRASE, clock)
    people.set_active(desk, other, False, leave_for(desk, people.OFFICER_OFF, about=other))
    vaults.leave(desk)
    now = {name: (folder / name).read_bytes() for name in before}
    for name, data in before.items():
        (folder / name).write_bytes(data)
    for person, passphrase in ((other, COLLEAGUES_PASSPHRASE), (me, PASSPHRASE)):
        with pytest.raises(SlotRefused, match="older"):
            come(folder, person, passphrase, clock)
    for name, data in now.items():
        (folder / name).write_bytes(data)
    with pytest.raises(SignInRefused):
        come(folder, other, COLLEAGUES_PASSPHRASE, clock)
    vaults.leave(come(folder, me, PASSPHRASE, clock))


def test_what_a_crash_left_between_policy_and_slot_file_is_put_right(vault, clock, monkeypatch):
    folder, me, _, _ = vault
    desk = come(folder, me, PASSPHRASE, clock)
    monkeypatch.setattr(policies, "show_before_unlock", lambda _desk: None)
    policies.change(desk, leave_for(desk, policies.CHANGED), notice="Another notice.")
    vaults.leave(desk)
    monkeypatch.undo()
    assert look(folder).policy.notice != "Another notice."
    vaults.leave(come(folder, me, PASSPHRASE, clock))
    assert look(folder).policy.notice == "Another notice."


def test_confirming_counts_as_signing_in_does(vault, clock):
    folder, me, _, _ = vault
    desk = come(folder, me, PASSPHRASE, clock)
    for _ in range(3):
        with pytest.raises((WrongPassphrase, SignInLocked)):
            confirming.confirm(desk, me, WRONG)
    with pytest.raises(SignInLocked):
        confirming.confirm(desk, me, PASSPHRASE)
    vaults.leave(desk)
    with pytest.raises(SignInLocked):
        come(folder, me, PASSPHRASE, clock)
