# SPDX-License-Identifier: Apache-2.0
"""The passphrase policy: security notes 4.2 (APSC-DV-001680 to 001790) and fault row 9 for ages."""

import time
import unicodedata
from dataclasses import FrozenInstanceError, fields, replace
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from reviewer_app.errors import WeakPassphrase
from reviewer_app.vault.passphrases import (
    ESTIMATED,
    LIMITS,
    LONGEST,
    PRACTICE,
    Flaw,
    Rules,
    cautions,
    count_changed,
    expires,
    flaws,
    may_change,
    normal,
    one_time_ends,
    refuse,
    reused,
    too_soon,
)

STRICT = Rules()
GOOD = "Tuesday!Morning7Coffee"
CAPITALLESS = "漢字仮名交文 7! שלום עולם مرحبا بالعالم"

texts = st.text(max_size=40)
moments = st.datetimes(datetime(1, 1, 2), datetime(9998, 1, 1), timezones=st.just(UTC))
zones = st.sampled_from([UTC, ZoneInfo("America/New_York"), ZoneInfo("Asia/Kolkata"), timezone(timedelta(hours=-9))])
spans = st.timedeltas(timedelta(), timedelta(days=4000))


def broken(passphrase, rules=STRICT, earlier=None, words=()):
    return [flaw.rule for flaw in flaws(passphrase, rules, earlier=earlier, words=words)]


def told(passphrase, rules=STRICT, earlier=None, words=()):
    return [flaw.sentence for flaw in flaws(passphrase, rules, earlier=earlier, words=words)]


# --- rules -----------------------------------------------------------------------------------------------------------


def test_the_rules_without_a_word_are_those_of_the_stig():
    assert Rules() == Rules(
        length=15, classes=True, strength=4, changed=8, least_days=1, most_days=60, kept=5, one_time_hours=72
    )


@pytest.mark.parametrize(
    "looser",
    [
        {"length": 14},
        {"length": 0},
        {"length": 129},
        {"classes": False},
        {"strength": 0},
        {"strength": 2},
        {"strength": 5},
        {"changed": 7},
        {"least_days": 0},
        {"most_days": 61},
        {"most_days": 0},
        {"least_days": 8, "most_days": 7},
        {"kept": 4},
        {"one_time_hours": 73},
        {"one_time_hours": 0},
    ],
)
def test_no_vault_in_use_has_looser_rules(looser):
    with pytest.raises(ValueError, match=r"lies b|only a practice vault"):
        Rules(**looser)


@pytest.mark.parametrize(
    "looser", [{"length": 14}, {"changed": 7}, {"kept": 4}, {"one_time_hours": 73}, {"strength": 1}]
)
def test_a_practice_vault_keeps_the_other_rules(looser):
    with pytest.raises(ValueError, match="lies between"):
        replace(PRACTICE, **looser)


def test_only_practice_may_turn_classes_strength_and_ages_off():
    assert Rules(practice=True, classes=False, strength=0, least_days=0, most_days=0) == PRACTICE
    with pytest.raises(ValueError, match="lies between"):
        replace(PRACTICE, practice=False)


def test_every_number_has_its_limits_and_can_be_tightened():
    assert set(LIMITS) == {each.name for each in fields(Rules)} - {"classes", "practice"}
    tight = Rules(length=20, changed=12, least_days=2, most_days=30, kept=24, one_time_hours=8)
    with pytest.raises(FrozenInstanceError):
        tight.length = 1  # type: ignore[misc]


# --- flaws -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("passphrase", "expected"),
    [
        (GOOD, []),
        ("Grüße aus Köln, 7 Uhr", []),
        ("Доброе утро, 7 чашек", []),
        ("Καλημέρα! ٣ cups", []),  # a digit of any script
        ("Tuesday!7Acorns", []),
        ("Tuesday!7Acorn", ["length"]),
        ("tuesday!morning7coffee", ["capital"]),
        ("TUESDAY!MORNING7COFFEE", ["small"]),
        ("Tuesday!MorningCoffee", ["digit"]),
        ("TuesdayMorning7Coffee", ["special"]),
        ("Tuesday Morning 7 Coffee", ["special"]),
        ("Password123456!!", ["strength"]),
        ("Aa1!Aa1!Aa1!Aa1!", ["strength"]),
        ("Qwertyuiop12345!", ["strength"]),
        (CAPITALLESS, ["capital", "small"]),
        ("", ["length", "capital", "small", "digit", "special", "strength"]),
    ],
)
def test_every_rule_that_is_not_met_is_told_and_no_other(passphrase, expected):
    assert broken(passphrase) == expected


@pytest.mark.parametrize(
    ("passphrase", "sentence"),
    [
        ("Abc1", "4 of at least 15 characters"),
        ("tuesday!morning7coffee", "no capital letter yet"),
        ("TuesdayMorning7Coffee", "no special character yet (a space is none)"),
        ("Qwertyuiop12345!", "easy to guess (strength 2 of at least 4), so add unrelated words"),
        (CAPITALLESS, "no small letter yet (letters without capitals are neither)"),
    ],
)
def test_a_flaw_is_a_short_sentence_for_people(passphrase, sentence):
    assert sentence in told(passphrase)


@pytest.mark.parametrize("passphrase", ["e\u0301" * 14, "\ufb01" * 7, "e" * 14])
def test_characters_count_after_normalisation(passphrase):
    assert told(passphrase, PRACTICE) == ["14 of at least 15 characters"]


@pytest.mark.parametrize(
    "character", ["\0", "\t", "\n", "\x7f", "\x9b", "\ud800", "\udfff", "\u2028", "\u200b", "\u202e", "\xad", "\U000e0080", "\uffff"]
)  # fmt: skip
def test_what_cannot_be_seen_or_typed_is_a_flaw_wherever_it_stands(character):
    for passphrase in (GOOD + character, character + GOOD, GOOD[:9] + character + GOOD[9:]):
        assert broken(passphrase) == ["characters"]
        assert broken(passphrase, PRACTICE) == ["characters"]


@pytest.mark.parametrize("character", ["\u200c", "\u200d", "ß", "漢", "😀", " ", "\u0ba8\u0bbf"])
def test_any_other_character_is_taken(character):
    assert broken(GOOD + character) == []


@pytest.mark.parametrize(
    ("words", "passphrase"),
    [
        (["Tuesday Weld"], GOOD),
        (["T. MORNING"], GOOD),
        (["Reviews of 2026", "Ann O'Coffee"], GOOD),
        (["Stra\xdfe"], "Blue!7 STRASSE to the sea"),
        (["\u5c71\u7530 \u592a\u90ce"], "Blue!7 \u5c71\u7530 to the sea"),
        (["Jose\u0301"], "Blue!7 JOS\xc9 to the sea"),
    ],
)
def test_a_part_of_a_name_is_noticed_in_any_writing(words, passphrase):
    assert "words" in broken(passphrase, words=words)
    assert broken(passphrase) == []


@pytest.mark.parametrize("words", [[], [""], ["  "], ["Li Of"], ["M. O."], ["Somebody Else"], ["-", "…!"]])
def test_other_names_and_very_short_ones_are_no_matter(words):
    assert broken(GOOD, words=words) == []


def test_a_name_counts_for_nothing_in_the_strength():
    name = "Wolframowitsch"
    assert broken(name + "7!", words=[name]) == ["strength", "words"]
    assert broken(name + "7!") == []


@pytest.mark.parametrize(
    ("earlier", "expected"),
    [
        (GOOD, ["0 of at least 8 characters changed"]),
        (GOOD[:-7], ["7 of at least 8 characters changed"]),
        (GOOD[:-8], []),
        (GOOD.upper(), []),
        ("", []),
        (None, []),
    ],
)
def test_eight_characters_are_changed(earlier, expected):
    assert told(GOOD, earlier=earlier) == expected


def test_what_is_longer_than_a_passphrase_is_told_alone():
    assert told("a" * (LONGEST + 1)) == [f"more than {LONGEST} characters"]
    assert broken("\ufdfa" * 28) == ["longest"]  # one character that normalisation makes eighteen
    assert broken(GOOD + "a" * (LONGEST - len(GOOD))) == []


@pytest.mark.parametrize("paste", ["a", "4@8({[</369&#!1/|0$5+7%2/", "\u1e9b\u0323", "\ufdfa", "漢", "\ud800"])
def test_a_pasted_file_costs_no_time(paste):
    pasted = paste * (10_000_000 // len(paste))
    start = time.perf_counter()
    for text in (pasted, pasted[:LONGEST], pasted[: ESTIMATED + 1]):
        flaws(text, STRICT, earlier=pasted, words=["Ann Officer"])
        flaws(GOOD, STRICT, earlier=text, words=[])
        cautions(text)
    assert time.perf_counter() - start < 5


@given(texts, texts, st.lists(texts, max_size=3), st.sampled_from([STRICT, PRACTICE]))
def test_any_text_is_judged_without_a_fault_and_named_by_rules_alone(passphrase, earlier, words, rules):
    found = flaws(passphrase, rules, earlier=earlier, words=words)
    assert len({flaw.rule for flaw in found}) == len(found)
    assert found == flaws(normal(passphrase), rules, earlier=earlier, words=words)
    assert ("length" in {flaw.rule for flaw in found}) == (len(normal(passphrase)) < 15)


@given(st.text(min_size=5, max_size=40), texts)
def test_no_flaw_quotes_what_was_typed(passphrase, earlier):
    said = " ".join(told(passphrase, earlier=earlier, words=[passphrase]))
    template = " ".join([*told("", words=()), *told("a" * 5, earlier="a" * 5, words=["aaa"]), *told("\0漢")])
    assume(passphrase.casefold() not in template.casefold())
    assert passphrase not in said


@given(texts, st.integers(15, 40), st.integers(0, 20))
def test_tighter_rules_find_at_least_as_much(passphrase, length, more):
    found = set(broken(passphrase, Rules(length=length)))
    assert found <= set(broken(passphrase, Rules(length=length + more)))
    assert set(broken(passphrase, PRACTICE)) <= found


@pytest.mark.parametrize(
    ("passphrase", "warned"), [(GOOD, False), ("", False), ("Ｔｕｅｓｄａｙ", False), ("Köln", True), ("漢字", True)]
)
def test_characters_of_other_keyboards_are_a_caution_and_no_flaw(passphrase, warned):
    assert bool(cautions(passphrase)) is warned


# --- the error -------------------------------------------------------------------------------------------------------


def test_all_flaws_stand_in_one_error():
    with pytest.raises(WeakPassphrase) as caught:
        refuse([*flaws("abc", STRICT, earlier=None, words=())[:2], reused(STRICT), too_soon(STRICT)])
    assert str(caught.value) == (
        "The passphrase cannot be taken yet: 3 of at least 15 characters; no capital letter yet; used before, among the "
        "last 5; the present one is younger than a day. Change it, then try again."
    )


def test_without_a_flaw_nothing_is_refused():
    refuse(flaws(GOOD, STRICT, earlier=None, words=()))
    assert too_soon(Rules(least_days=3)) == Flaw("age", "the present one is younger than 3 days")


# --- changed characters ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "changed"),
    [
        ("", "", 0),
        ("", "abc", 3),
        ("abcdef", "abcdef", 0),
        ("abcdef", "abXdef", 1),
        ("abcdef", "bcdefa", 2),  # turned about: one taken out, one put in
        ("abcdef", "Xabcdef", 1),  # moved by one place, where a comparison place by place would find seven
        ("kitten", "sitting", 3),
        ("caf\xe9", "cafe\u0301", 0),
        ("abc", "ABC", 3),
    ],
)
def test_changed_characters_are_counted_as_the_shortest_way(old, new, changed):
    assert count_changed(old, new) == changed


@given(texts, texts)
def test_counting_is_the_same_both_ways_and_nothing_only_for_equals(old, new):
    changed = count_changed(old, new)
    assert changed == count_changed(new, old)
    assert (changed == 0) == (unicodedata.normalize("NFKC", old) == unicodedata.normalize("NFKC", new))
    lengths = len(normal(old)), len(normal(new))
    assert max(lengths) - min(lengths) <= changed <= max(lengths)


@given(texts, texts, texts)
def test_a_way_over_a_third_is_no_shorter(old, between, new):
    assert count_changed(old, new) <= count_changed(old, between) + count_changed(between, new)


@given(st.text("abc", max_size=12), st.integers(0, 11), st.text("xyz", min_size=1, max_size=5))
def test_putting_in_counts_what_was_put_in(old, place, added):
    assert count_changed(old, old[:place] + added + old[place:]) == len(added)


# --- age -------------------------------------------------------------------------------------------------------------

SET = datetime(2026, 10, 31, 18, tzinfo=ZoneInfo("America/New_York"))


def test_a_day_has_24_hours_when_the_clocks_change():
    turned = datetime(2026, 11, 1, 17, tzinfo=ZoneInfo("America/New_York"))
    assert not may_change(SET, turned - timedelta(seconds=1), STRICT)
    assert may_change(SET, turned, STRICT)


@pytest.mark.parametrize(
    ("rules", "ends"),
    [
        (STRICT, datetime(2026, 12, 30, 22, tzinfo=UTC)),
        (Rules(most_days=30), datetime(2026, 11, 30, 22, tzinfo=UTC)),
        (PRACTICE, None),
    ],
)
def test_a_passphrase_ends_after_its_days(rules, ends):
    assert expires(SET, rules) == ends


def test_a_one_time_passphrase_ends_after_72_hours():
    assert one_time_ends(SET, STRICT) == datetime(2026, 11, 3, 22, tzinfo=UTC)
    assert one_time_ends(SET, Rules(one_time_hours=1)) == datetime(2026, 10, 31, 23, tzinfo=UTC)


@given(moments, spans, zones, zones)
def test_ages_do_not_depend_on_zones(since, span, one, other):
    now = since + span
    assert may_change(since.astimezone(one), now.astimezone(other), STRICT) == (span >= timedelta(days=1))
    assert expires(since.astimezone(one), STRICT) == since + timedelta(days=60)
    assert may_change(since.astimezone(one), now.astimezone(other), PRACTICE)


@given(moments, spans)
def test_a_clock_set_back_holds_nobody_up_and_ends_nothing(since, back):
    assume(back > timedelta())
    try:
        now = since - back
    except OverflowError:
        return
    assert may_change(since, now, STRICT)
    assert now < expires(since, STRICT)


@pytest.mark.parametrize("since", [datetime.max.replace(tzinfo=UTC), datetime(9999, 12, 30, tzinfo=UTC)])
def test_a_clock_at_the_end_of_its_time_is_no_fault(since):
    assert expires(since, STRICT) == one_time_ends(since, STRICT) == datetime.max.replace(tzinfo=UTC)
