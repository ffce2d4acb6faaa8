# SPDX-License-Identifier: Apache-2.0
"""Several named people on one vault: adding, one-time passphrases, roles, disabling, locks, one's own passphrase."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reviewer_app.domain.people import Person, Role
from reviewer_app.errors import (
    EntryError,
    NeedsSecondPerson,
    PassphraseDue,
    PassphraseUsed,
    RoleLacking,
    SignInLocked,
    SignInRefused,
    WeakPassphrase,
    WrongPassphrase,
)
from reviewer_app.policy import Policy
from reviewer_app.services import confirming, people, seats, vaults
from reviewer_app.services.door import look
from tests.desks import (
    COLLEAGUES_PASSPHRASE,
    PASSPHRASE,
    SteadyClock,
    add_colleague,
    cheap_passphrases,
    leave_for,
    make_desk,
    sign_in,
)
from tests.factories import make_case

OWN = "Heron-weir 7 lantern!"


@pytest.fixture(autouse=True)
def cheap():
    with cheap_passphrases():
        yield


@pytest.fixture
def clock():
    return SteadyClock()


@pytest.fixture
def desk(tmp_path, clock):
    made = make_desk(tmp_path, clock=clock)
    yield made
    vaults.leave(made)


def named(desk, name):
    return next(each for each in people.roster(desk) if each.name == name)


def enter(desk, person, passphrase):
    """Another person signs in; the desk of whoever sat there is left."""
    return sign_in(desk, person, passphrase)


def journal(desk):
    return [(entry.verb, entry.subject, entry.second) for entry in desk.vault.entries()]


def test_a_new_person_signs_in_once_with_the_passphrase_given_and_chooses_another(tmp_path, clock):
    desk = make_desk(tmp_path, clock=clock)
    given_one = people.add(desk, "T. Lindqvist", (Role.REVIEWER,), leave_for(desk, people.ADDED))
    assert (people.ADDED, given_one.person) in [entry[:2] for entry in journal(desk)]
    assert desk.vault.get(Person, given_one.person).name == "T. Lindqvist"
    assert named(desk, "T. Lindqvist").one_time == given_one.until
    with pytest.raises(SignInRefused, match="one-time"):  # it stands in for nothing before it is changed
        confirming.confirm(desk, given_one.person, given_one.passphrase)
    there = enter(desk, given_one.person, given_one.passphrase)
    assert there.must_change and there.roles == {Role.REVIEWER}
    with pytest.raises(PassphraseDue):
        make_case(there)
    people.change_passphrase(there, given_one.passphrase, OWN)
    make_case(there)
    again = enter(there, given_one.person, OWN)
    assert not again.must_change and again.person.name == "T. Lindqvist"
    with pytest.raises(WrongPassphrase):
        confirming.confirm(again, given_one.person, given_one.passphrase)
    vaults.leave(again)


def test_a_slot_whose_entry_a_crash_cut_off_is_journaled_and_told_at_the_next_sign_in(tmp_path, monkeypatch):
    desk = make_desk(tmp_path)

    class Crash(RuntimeError):
        pass

    def crash(**_facts):
        raise Crash

    with monkeypatch.context() as patch:
        patch.setattr(people, "Person", crash)
        with pytest.raises(Crash):
            people.add(desk, "T. Lindqvist", (Role.REVIEWER,), leave_for(desk, people.ADDED))
    there = enter(desk, desk.person.id, PASSPHRASE)
    new = named(there, "T. Lindqvist")
    assert seats.AHEAD in there.remarks and there.vault.get(Person, new.id).name == "T. Lindqvist"
    verbs = [entry[0] for entry in journal(there)]
    assert verbs.count("slot file taken") == 1 and people.ADDED not in verbs
    vaults.leave(there)


def test_a_one_time_passphrase_ends_with_its_hours(tmp_path, clock):
    desk = make_desk(tmp_path, clock=clock)
    given_one = people.add(desk, "T. Lindqvist", (Role.REVIEWER,), leave_for(desk, people.ADDED))
    assert given_one.until - clock.moment <= timedelta(hours=72)
    folder = desk.vault.folder
    vaults.leave(desk)
    clock.moment = given_one.until
    with pytest.raises(SignInRefused, match="one-time passphrase was good until"):
        vaults.unlock(look(folder), given_one.person, given_one.passphrase, warm=False, clock=clock)


@pytest.mark.parametrize(
    "name", ["Ana Müller", "Ὀδυσσεύς", "王小明", "محمد علي", "נועה", "Ağaoğlu", "O'Neill-de la Cruz", "ก้องภพ", "🦊 Fox"]
)
def test_names_in_any_script_sign_in(tmp_path, name):
    desk = make_desk(tmp_path)
    given_one = people.add(desk, name, (Role.SUPERVISOR,), leave_for(desk, people.ADDED))
    there = enter(desk, given_one.person, given_one.passphrase)
    assert there.person.name == name
    vaults.leave(there)


@pytest.mark.parametrize(
    ("name", "roles", "field"),
    [
        ("", (Role.REVIEWER,), "Name"),
        ("   ", (Role.REVIEWER,), "Name"),
        ("a" * 400, (Role.REVIEWER,), "Name"),
        ("zero\u200bwidth", (Role.REVIEWER,), "Name"),
        ("over\u202eride", (Role.REVIEWER,), "Name"),
        ("T. Lindqvist", (), "Roles"),
        ("r. ibarra", (Role.REVIEWER,), "Name"),
        ("Ｒ. Ibarra", (Role.REVIEWER,), "Name"),
    ],
)
def test_a_name_that_cannot_be_told_apart_or_read_is_refused(desk, name, roles, field):
    before = (len(people.roster(desk)), len(desk.vault.entries()))
    with pytest.raises(EntryError) as caught:
        people.add(desk, name, roles, leave_for(desk, people.ADDED))
    assert caught.value.facts["field"] in (field, "Person")
    assert len(people.roster(desk)) == before[0]


def test_a_role_is_granted_by_two_officers_and_taken_by_one(desk):
    add_colleague(desk, "S. Officer", (Role.OFFICER,))
    other = add_colleague(desk, "N. Reviewer", (Role.REVIEWER,))
    more, fewer = (Role.REVIEWER, Role.SUPERVISOR), (Role.SUPERVISOR,)
    assert (
        people.roles_act(desk, other, more) == people.GRANTED and people.roles_act(desk, other, fewer) == people.GRANTED
    )
    with pytest.raises(NeedsSecondPerson):
        confirming.grant(desk, people.GRANTED, [(desk.person.id, PASSPHRASE)], about=other)
    people.set_roles(desk, other, more, leave_for(desk, people.GRANTED, about=other))
    assert journal(desk)[0][:2] == (people.GRANTED, other) and journal(desk)[0][2] is not None
    people.set_roles(desk, other, fewer, leave_for(desk, people.TAKEN, about=other))
    assert named(desk, "N. Reviewer").roles == fewer
    with pytest.raises(ValueError, match="another act"):
        people.set_roles(desk, other, more, leave_for(desk, people.TAKEN, about=other))


def test_nobody_changes_their_own_roles_or_state(desk):
    add_colleague(desk)
    me = desk.person.id
    for act in (
        lambda: people.set_roles(desk, me, (Role.OFFICER,), leave_for(desk, people.TAKEN, about=me)),
        lambda: people.set_active(desk, me, False, leave_for(desk, people.OFFICER_OFF, about=me)),
        lambda: people.give_passphrase(desk, me, leave_for(desk, people.GIVEN, about=me)),
    ):
        with pytest.raises(EntryError, match="yourself"):
            act()


def test_the_last_usable_officer_is_warned_of_and_never_disabled(tmp_path):
    desk = make_desk(tmp_path)
    assert "only officer who can act" in people.advice(desk)[0]
    other = add_colleague(desk, "S. Officer", (Role.OFFICER,))
    assert people.advice(desk) == []
    me = desk.person.id
    there = enter(desk, other, COLLEAGUES_PASSPHRASE)
    people.set_active(there, me, False, leave_for(there, people.OFFICER_OFF, about=me))
    back = enter(there, other, COLLEAGUES_PASSPHRASE)
    with pytest.raises(EntryError, match="yourself"):
        people.set_active(back, other, False, leave_for(back, people.OFF, about=other))
    assert "only officer" in people.advice(back)[0]
    vaults.leave(back)


def test_a_disabled_slot_opens_nothing_until_it_is_enabled(desk, clock):
    other = add_colleague(desk, "N. Reviewer", (Role.REVIEWER,))
    people.set_active(desk, other, False, leave_for(desk, people.OFF, about=other))
    assert not named(desk, "N. Reviewer").active
    with pytest.raises(SignInRefused, match="disabled"):
        confirming.confirm(desk, other, COLLEAGUES_PASSPHRASE)
    people.set_active(desk, other, True, leave_for(desk, people.ON, about=other))
    assert confirming.confirm(desk, other, COLLEAGUES_PASSPHRASE).person == other
    assert [verb for verb, about, *_ in journal(desk) if about == other and verb in (people.ON, people.OFF)] == [
        people.ON,
        people.OFF,
    ]


def test_disabling_and_enabling_says_nothing_of_a_sign_in(desk):
    other = add_colleague(desk, "N. Reviewer", (Role.REVIEWER,))
    for active in (False, True):
        people.set_active(desk, other, active, leave_for(desk, people.ON if active else people.OFF, about=other))
        assert named(desk, "N. Reviewer").last is None


def test_a_lost_passphrase_is_replaced_by_a_one_time_one_and_its_lock_ends(tmp_path):
    desk = make_desk(tmp_path)
    other = add_colleague(desk, "N. Reviewer", (Role.REVIEWER,))
    for _ in range(2):
        with pytest.raises(WrongPassphrase):
            confirming.confirm(desk, other, "not the passphrase")
    with pytest.raises(SignInLocked):
        confirming.confirm(desk, other, "not the passphrase")
    assert named(desk, "N. Reviewer").locked
    given_one = people.give_passphrase(desk, other, leave_for(desk, people.GIVEN, about=other))
    assert not named(desk, "N. Reviewer").locked
    there = enter(desk, other, given_one.passphrase)
    assert there.must_change
    with pytest.raises(WrongPassphrase):
        people.change_passphrase(there, COLLEAGUES_PASSPHRASE, OWN)
    vaults.leave(there)


def test_an_officer_ends_a_lock_and_both_are_journaled(desk):
    other = add_colleague(desk, "N. Reviewer", (Role.REVIEWER,))
    for _ in range(3):
        with pytest.raises((WrongPassphrase, SignInLocked)):
            confirming.confirm(desk, other, "not the passphrase")
    with pytest.raises(SignInLocked, match="officer or the recovery key"):
        confirming.confirm(desk, other, COLLEAGUES_PASSPHRASE)
    people.end_lock(desk, other, leave_for(desk, people.LOCK_ENDED, about=other))
    assert confirming.confirm(desk, other, COLLEAGUES_PASSPHRASE).person == other
    assert (people.LOCK_ENDED, other) in [entry[:2] for entry in journal(desk)]


@pytest.mark.parametrize(
    ("passphrase", "why"),
    [
        ("short", "of at least 15"),
        ("a\x00long enough passphrase", "cannot be seen"),
        ("R. Ibarra's practice phrase", "name"),
        ("Practice passphrase", "changed"),
    ],
)
def test_a_passphrase_that_breaks_a_rule_is_refused_with_every_reason(desk, passphrase, why):
    with pytest.raises(WeakPassphrase, match=why):
        people.change_passphrase(desk, PASSPHRASE, passphrase)
    assert confirming.confirm(desk, desk.person.id, PASSPHRASE)


def test_the_last_five_passphrases_do_not_return(tmp_path):
    desk, now = make_desk(tmp_path), PASSPHRASE
    for number in range(5):
        following = f"{number} different passphrase {'xyzuvw'[number] * 9}"
        people.change_passphrase(desk, now, following)
        now = following
    for number in range(4):
        with pytest.raises(PassphraseUsed):
            people.change_passphrase(desk, now, f"{number} different passphrase {'xyzuvw'[number] * 9}")
    vaults.leave(desk)


REAL = Policy(organisation="Office", floor="SECRET", ceiling="SECRET")


def test_a_real_vault_asks_for_every_rule_and_ages(tmp_path, clock):
    desk = make_desk(tmp_path, REAL, clock, passphrase=OWN)
    second = "Quartz+otter 93 bridge"
    with pytest.raises(WeakPassphrase, match="younger"):
        people.change_passphrase(desk, OWN, second)
    clock.moment += timedelta(days=1)
    people.change_passphrase(desk, OWN, second)
    person, folder = desk.person.id, desk.vault.folder
    vaults.leave(desk)
    for _ in range(9):  # somebody works every week, so the clock is believed
        clock.moment += timedelta(days=7)
        there = vaults.unlock(look(folder), person, second, warm=False, clock=clock)
        due = there.must_change
        vaults.leave(there)
    assert due


def test_a_jump_of_the_clock_disables_nobody_and_ages_no_passphrase(tmp_path, clock):
    """Fault row 9: the 35- and 60-day rules are not triggered by a jump."""
    desk = make_desk(tmp_path, REAL, clock, passphrase=OWN)
    add_colleague(desk)
    person, folder = desk.person.id, desk.vault.folder
    vaults.leave(desk)
    for years in (10, -2):
        clock.moment += timedelta(days=365 * years)
        there = vaults.unlock(look(folder), person, OWN, warm=False, clock=clock)
        assert not there.must_change
        vaults.leave(there)


def test_a_slot_nobody_uses_for_35_days_is_disabled_unless_it_is_the_last_officers(tmp_path, clock):
    desk = make_desk(tmp_path, REAL, clock, passphrase=OWN)
    other = add_colleague(desk, "S. Officer", (Role.OFFICER,))
    person, folder = desk.person.id, desk.vault.folder
    vaults.leave(desk)

    def come(who, passphrase):
        there = vaults.unlock(look(folder), who, passphrase, warm=False, clock=clock)
        vaults.leave(there)

    come(other, COLLEAGUES_PASSPHRASE)
    for _ in range(6):
        clock.moment += timedelta(days=6)
        come(person, OWN)
    with pytest.raises(SignInRefused, match="not used for 35 days"):
        come(other, COLLEAGUES_PASSPHRASE)
    with pytest.raises(SignInRefused, match="disabled"):
        come(other, COLLEAGUES_PASSPHRASE)
    for _ in range(7):
        clock.moment += timedelta(days=7)
    come(person, OWN)  # the last usable officer is let in after any time


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.SUPERVISOR])
def test_who_is_no_officer_sees_names_and_roles_alone(tmp_path, role):
    desk = make_desk(tmp_path)
    there = enter(desk, add_colleague(desk, "N. Person", (role,)), COLLEAGUES_PASSPHRASE)
    others = [each for each in people.roster(there) if each.id != there.person.id]
    assert all(
        (each.since, each.last, each.one_time, each.failures, each.locked) == (None, None, None, 0, False)
        for each in others
    )
    for verb in (people.ADDED, people.GRANTED, people.OFF, people.GIVEN, people.LOCK_ENDED, "keys changed"):
        with pytest.raises(RoleLacking):
            leave_for(there, verb)
    vaults.leave(there)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(passphrase=st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=15, max_size=60))
def test_any_unicode_passphrase_that_is_taken_opens_the_slot_in_either_form(tmp_path_factory, passphrase):
    import unicodedata

    desk = make_desk(tmp_path_factory.mktemp("vault"))
    try:
        people.change_passphrase(desk, PASSPHRASE, passphrase)
    except WeakPassphrase:
        vaults.leave(desk)
        return
    for form in ("NFC", "NFD"):
        assert confirming.confirm(desk, desk.person.id, unicodedata.normalize(form, passphrase))
    vaults.leave(desk)
