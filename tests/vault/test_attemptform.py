# SPDX-License-Identifier: Apache-2.0
import contextlib
import hashlib
import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reviewer_app.errors import NewerVault
from reviewer_app.vault.attemptform import (
    FLAWS,
    LONGEST,
    LOST,
    MOST,
    PEOPLE,
    Damaged,
    Event,
    Kind,
    State,
    Tally,
    fitted,
    from_bytes,
    join,
    moment_of,
    to_bytes,
    united,
)
from reviewer_app.vault.attempts import Limits, judged
from reviewer_app.vault.uptime import Instant

VAULT, ANN, BOB = "e" * 32, "a" * 32, "b" * 32
MOMENT = "2026-12-03T17:00:00.000Z"
NOW = Instant("x", 1000.0)
HIGHEST = 2**53 - 1


def event(number, *, kind=Kind.WRONG_PASSPHRASE, reset=0, counts=True, at=NOW, person=ANN, moment=MOMENT):
    return Event(f"{number:032x}", reset, person, kind, counts, moment, at)


def one_person(*events, resets=0):
    return State(1, frozenset(), {ANN: Tally(resets, 0, "", united(events))})


# --- any states ------------------------------------------------------------------------------------------------------

small = st.integers(0, 3)
instants = st.builds(Instant, st.sampled_from(["x", "y", "?1"]), st.integers(0, 2_000_000).map(lambda ms: ms / 1000))


def events_of(person):
    return st.builds(
        event,
        st.integers(0, 6),
        kind=st.sampled_from(Kind),
        reset=small,
        counts=st.booleans(),
        at=instants,
        person=st.just(person),
        moment=st.sampled_from([MOMENT, "2024-01-01T00:00:00.000Z"]),
    )


def tallies_of(person):
    events = st.lists(events_of(person), max_size=6).map(united)
    return st.builds(Tally, small, small, st.sampled_from(["", "0" * 128, "f" * 128]), events)


people = st.fixed_dictionaries({}, optional={person: tallies_of(person) for person in (ANN, BOB)})
states = st.builds(State, small, st.frozensets(st.sampled_from(sorted(FLAWS)), max_size=3), people)
limits = st.builds(
    Limits, st.integers(1, 3), st.sampled_from([900.0, 60.0]), st.sampled_from([None, 900.0, 60.0, 3600.0])
)


@given(states, states)
def test_the_order_of_two_copies_does_not_matter(one, other):
    assert join(one, other) == join(other, one)


@given(states, states, states)
def test_the_order_of_joining_does_not_matter(one, two, three):
    assert join(join(one, two), three) == join(one, join(two, three))


@given(states, states)
def test_what_was_joined_once_adds_nothing(one, other):
    assert join(one, one) == one
    assert join(join(one, other), other) == join(one, other)


@given(states, states, limits, instants)
def test_no_copy_lowers_a_count_or_opens_a_lock_without_a_clear(one, other, limits, now):
    both = join(one, other)
    for person in (ANN, BOB):
        is_settled = LOST in one.flaws and both.generation > one.generation
        if both.of(person).resets == one.of(person).resets and not is_settled:
            before, after = judged(one, person, limits, now), judged(both, person, limits, now)
            assert after.failures >= before.failures
            assert after.left <= before.left
            assert after.locked >= before.locked
            if before.locked and before.ends_in is not None:
                assert after.ends_in >= before.ends_in


@given(states)
def test_what_is_written_is_read(state):
    assert from_bytes(to_bytes(state, VAULT), VAULT) == state


# --- bytes -----------------------------------------------------------------------------------------------------------

WHOLE = to_bytes(one_person(event(1), event(2, kind=Kind.LOCKED)), VAULT)


def with_digest(text):
    """What somebody without any key can write."""
    text = text if isinstance(text, bytes) else json.dumps(text).encode()
    return text + b"\n" + hashlib.sha512(text).hexdigest().encode() + b"\n"


def damaged(data):
    with pytest.raises(Damaged):
        from_bytes(data, VAULT)
    return True


def test_cut_anywhere_it_is_damaged():
    assert all(damaged(WHOLE[:end]) for end in range(len(WHOLE)))


def test_with_any_byte_changed_it_is_damaged():
    for place in range(len(WHOLE)):
        for flip in (1, 0x20, 0x80):
            damaged(WHOLE[:place] + bytes([WHOLE[place] ^ flip]) + WHOLE[place + 1 :])


def test_what_follows_the_digest_is_damage():
    damaged(WHOLE + b"\n")
    damaged(WHOLE + WHOLE)


def changed(**members):
    return json.loads(WHOLE.split(b"\n")[0]) | members


def with_event(**members):
    row = dict(zip(("id", "reset", "kind", "counts", "moment", "boot", "ms"), NORMAL, strict=True)) | members
    return changed(people={ANN: {"resets": 0, "dropped": 0, "seal": "", "events": [list(row.values())]}})


NORMAL = ["1" * 32, 0, "wrong passphrase", True, MOMENT, "x", 5]


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"\xff\xff",
        b"[" * 200_000,
        b"9" * 5000,
        b'{"format":1.5}',
        [],
        7,
        None,
        {},
        changed(format="1"),
        changed(format=True),
        changed(vault="d" * 32),
        changed(vault=None),
        changed(generation=-1),
        changed(generation=2**53),
        changed(generation=True),
        changed(flaws=["a licence was found"]),
        changed(flaws=[[]]),
        changed(flaws=7),
        changed(people=[]),
        changed(people={"Ann": {}}),
        changed(people={ANN: []}),
        changed(people={ANN: {"resets": 0, "dropped": 0, "seal": "0" * 127, "events": []}}),
        changed(people={ANN: {"resets": 0, "dropped": 0, "seal": "ä" * 128, "events": []}}),
        changed(people={ANN: {"resets": 0, "dropped": 0, "seal": "", "events": {"a": 1}}}),
        changed(people={ANN: {"resets": 0, "dropped": 0, "seal": "", "events": ["abcdefg"]}}),
        changed(people={f"{n:032x}": {"resets": 0, "dropped": 0, "seal": "", "events": []} for n in range(PEOPLE + 1)}),
        with_event(id="1" * 31),
        with_event(id="1" * 32 + "\n"),
        with_event(reset=-1),
        with_event(kind="signed in"),
        with_event(kind=["locked"]),
        with_event(counts=1),
        with_event(moment="yesterday"),
        with_event(moment="2026-12-03T17:00:00Z"),
        with_event(moment="2026-13-03T17:00:00.000Z"),
        with_event(moment="0001-01-01T00:00:00.000+23:00"),
        with_event(moment=5),
        with_event(boot="../x"),
        with_event(boot="x" * 65),
        with_event(ms=1.5),
        with_event(ms=2**53),
        with_event(more=1),
    ],
    ids=lambda said: str(said)[:60],
)
def test_whole_bytes_that_say_something_else_are_damaged(said):
    damaged(with_digest(said))


def test_the_rows_above_are_refused_for_what_was_changed():
    assert from_bytes(with_digest(with_event()), VAULT).of(ANN).events[0].kind == Kind.WRONG_PASSPHRASE


def test_a_newer_format_is_refused_and_not_called_damage():
    with pytest.raises(NewerVault):
        from_bytes(with_digest(changed(format=2)), VAULT)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(), lambda inner: st.lists(inner, max_size=8)
)


@given(st.sampled_from(["format", "vault", "generation", "flaws", "people", "tally", "event"]), json_values)
@settings(max_examples=300)
def test_no_text_makes_a_fault_of_the_program(member, value):
    said = {
        "tally": changed(people={ANN: value}),
        "event": changed(people={ANN: {"resets": 0, "dropped": 0, "seal": "", "events": [value]}}),
    }.get(member, changed(**{member: value}))
    with contextlib.suppress(Damaged, NewerVault):
        assert isinstance(from_bytes(with_digest(said), VAULT), State)


def test_a_moment_is_told_in_utc_to_the_millisecond():
    moment = datetime(2026, 12, 3, 12, 0, 0, 123_999, tzinfo=timezone(timedelta(hours=-5)))
    assert moment_of(moment) == "2026-12-03T17:00:00.123Z"
    assert moment_of(datetime(2026, 12, 3, 17, tzinfo=UTC)) == MOMENT


def test_a_moment_of_the_boot_is_never_kept_as_an_earlier_one():
    for seconds in (0.0, 0.0001, 1.0005, 99.999, 123456.7891):
        kept = from_bytes(to_bytes(one_person(event(1, at=Instant("x", seconds))), VAULT), VAULT)
        assert 0 <= kept.of(ANN).events[0].at.seconds - seconds <= 0.001


# --- bounds ----------------------------------------------------------------------------------------------------------


def fit(state):
    data = fitted(state, VAULT, NOW)
    assert len(data) <= LONGEST
    return from_bytes(data, VAULT)


def at(age):
    return Instant("x", NOW.seconds - age)


def test_notes_go_before_failures_and_the_oldest_go_first():
    notes = [event(n, counts=False, kind=Kind.VAULT_IN_USE, at=at(n / 10)) for n in range(MOST[0] + 50)]
    failures = [event(1000 + n, at=at(900 - n)) for n in range(100)]
    tally = fit(one_person(*notes, *failures)).of(ANN)
    assert set(tally.events) == set(failures) | set(notes[:100])
    assert tally.dropped == 150


def test_a_clock_set_back_does_not_make_the_newest_failure_the_oldest():
    old = [event(n, at=at(500 + n / 1000), moment="2026-12-03T17:00:00.000Z") for n in range(MOST[0])]
    new = event(1000, at=at(0), moment="2024-12-03T17:00:00.000Z")
    assert new in fit(one_person(*old, new)).of(ANN).events


def test_the_newest_lock_outlasts_any_number_of_failures_and_locks():
    locks = [event(n, kind=Kind.LOCKED, at=at(600 - n)) for n in range(300)]
    failures = [event(1000 + n, at=at(n / 10)) for n in range(300)]
    kept = set(fit(one_person(*locks, *failures)).of(ANN).events)
    assert locks[-1] in kept and set(failures[: MOST[0] - 1]) <= kept


def test_what_was_taken_back_goes_first():
    past = [event(n, at=at(0)) for n in range(MOST[0])]
    current = [event(1000 + n, reset=1, at=at(100)) for n in range(50)]
    kept = fit(one_person(*past, *current, resets=1)).of(ANN).events
    assert set(current) <= set(kept) and len(kept) == MOST[0]


def worst(number, person):
    return Event(f"{number:032x}", HIGHEST, person, Kind.WRONG_RECOVERY_KEY, False, MOMENT, Instant("x" * 64, 9e12))


def test_the_longest_copy_that_can_be_written_can_be_read():
    tallies = {}
    for each in range(PEOPLE + 20):
        person = f"{each:032x}"
        events = united(worst(each * 1000 + n, person) for n in range(50))
        tallies[person] = Tally(HIGHEST, HIGHEST, "f" * 128, events)
    state = fit(State(HIGHEST, FLAWS, tallies))
    assert len(state.people) == PEOPLE
    assert {len(tally.events) for tally in state.people.values()} == {MOST[-1]}


def test_of_too_many_people_those_without_any_event_go():
    silent = {f"{each:032x}": Tally(resets=1) for each in range(PEOPLE)}
    state = fit(State(1, frozenset(), silent | {ANN: Tally(events=(event(1),))}))
    assert ANN in state.people and len(state.people) == PEOPLE


def test_a_smaller_copy_keeps_a_lock_and_three_failures_of_each():
    tallies = {}
    for each in range(PEOPLE):
        person = f"{each:032x}"
        failures = [event(each * 1000 + n, person=person, at=at(n)) for n in range(60)]
        lock = event(each * 1000 + 999, person=person, kind=Kind.LOCKED, at=at(70))
        tallies[person] = Tally(events=united(failures, [lock]))
    for tally in fit(State(1, frozenset(), tallies)).people.values():
        assert [one.kind for one in tally.events].count(Kind.LOCKED) == 1
        assert judged(State(people={ANN: tally}), ANN, Limits(3, 900, None), NOW).failures >= 3
