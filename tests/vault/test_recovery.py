# SPDX-License-Identifier: Apache-2.0
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from reviewer_app.errors import MistypedRecoveryKey, WrongRecoveryKey
from reviewer_app.vault.recovery import ALPHABET, from_text, to_text

keys = st.binary(min_size=32, max_size=32)
places = st.integers(0, 63)


def characters_of(key):
    return list(to_text(key).replace("-", ""))


def group_of(place):
    return place // 8 + 1


def refused_group(text):
    with pytest.raises(MistypedRecoveryKey) as caught:
        from_text(text)
    return caught.value.facts["group"]


def test_a_fixed_key_is_printed_the_same_for_ever():
    assert to_text(bytes(range(32))) == "000G40RF-40M30E23-09185GR9-38E1W812-24GK2GAV-HC5RR34G-D1P70X3K-RFNEW5J7"


@given(keys)
def test_what_is_printed_is_read_back(key):
    text = to_text(key)
    assert [len(group) for group in text.split("-")] == [8] * 8
    assert from_text(text) == key


@given(keys)
def test_case_spaces_dashes_and_lookalikes_do_not_matter(key):
    text = to_text(key)
    assert from_text(text.lower()) == key
    assert from_text(f"  {text.replace('-', ' ')} \n") == key
    assert from_text("".join(text.split("-"))) == key
    assert from_text(text.replace("0", "O").replace("1", "l")) == key
    assert from_text(text.replace("0", "o").replace("1", "I")) == key


@given(keys, places, st.sampled_from(ALPHABET + "U*é"))
def test_one_mistyped_character_names_its_group(key, place, character):
    typed = characters_of(key)
    assume(typed[place] != character)
    typed[place] = character
    assert refused_group("".join(typed)) == group_of(place)


@given(keys, st.integers(0, 62))
def test_neighbours_changed_about_name_their_group(key, place):
    typed = characters_of(key)
    assume(typed[place] != typed[place + 1])
    typed[place], typed[place + 1] = typed[place + 1], typed[place]
    assert refused_group("".join(typed)) == group_of(place)


@given(keys, st.integers(0, 7), st.integers(0, 7))
def test_groups_changed_about_name_the_first(key, left, right):
    assume(left < right)
    groups = to_text(key).split("-")
    groups[left], groups[right] = groups[right], groups[left]
    assert refused_group("-".join(groups)) == left + 1


@given(keys, places)
def test_a_lost_character_is_refused_from_its_group_on(key, place):
    typed = characters_of(key)
    del typed[place]
    assert refused_group("".join(typed)) >= group_of(place)


@given(keys, places, st.sampled_from(ALPHABET))
def test_a_doubled_character_is_refused_from_its_group_on(key, place, character):
    typed = characters_of(key)
    typed.insert(place, character)
    assert refused_group("".join(typed)) >= group_of(place)


@pytest.mark.parametrize("text", ["", "   ", "-", "ABC", "\ud800"])
def test_what_is_no_key_names_the_first_group(text):
    assert refused_group(text) == 1


def test_two_mistakes_that_cheat_their_group_are_found_by_the_whole():
    text = to_text(bytes(range(32)))
    first, rest = text[:8], text[8:]
    seen = 0
    for one in ALPHABET:
        for two in ALPHABET:
            typed = one + two + first[2:] + rest
            if typed == text:
                continue
            try:
                from_text(typed)
            except MistypedRecoveryKey:
                continue
            except WrongRecoveryKey:
                seen += 1
    assert seen == 31  # one partner for each other first character


def test_a_key_of_another_length_is_a_mistake_of_ours():
    with pytest.raises(ValueError, match="32 bytes"):
        to_text(bytes(31))
