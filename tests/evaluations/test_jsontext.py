# SPDX-License-Identifier: Apache-2.0
"""Untrusted JSON, whole and as a list in pieces."""

import json
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer_app.evaluations import jsontext
from reviewer_app.evaluations.fields import Warnings
from reviewer_app.evaluations.jsontext import NotJson, parse, parse_items

values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=10,
)  # fmt: skip


def in_pieces(data, size):
    return [data[place : place + size] for place in range(0, len(data), size)]


@given(items=st.lists(values, max_size=6), size=st.integers(4, 60), indent=st.sampled_from([None, 0, 3]))
def test_a_list_in_pieces_has_the_same_items(items, size, indent):
    data = json.dumps(items, indent=indent, ensure_ascii=False).encode("utf-8", "replace")
    assert list(parse_items(in_pieces(data, size), Warnings())) == json.loads(data)


@pytest.mark.parametrize(
    "data", [b"", b"{}", b"[1", b"[1 2]", b"[1,", b'["a', b"[nope]", b"7", b"[" * 5000, b"[[" + b"[" * 300 + b"]" * 302]
)
def test_what_is_no_whole_list_is_refused(data):
    with pytest.raises(NotJson):
        list(parse_items(in_pieces(data, 7), Warnings()))


def test_an_item_that_never_ends_is_given_up(monkeypatch):
    monkeypatch.setattr(jsontext, "LONGEST_ITEM", 1000)
    given_out = iter(b"x" * 100 for _ in range(1_000_000))
    with pytest.raises(NotJson):
        list(parse_items((b'["' if n == 0 else piece for n, piece in enumerate(given_out)), Warnings()))
    assert len(list(given_out)) > 999_900


@pytest.mark.parametrize("wrong", [b"", b"{", b"{} {}", b"\xff\xfe", b"[1,]", b"9" * 5000])
def test_what_is_no_json_is_refused(wrong):
    with pytest.raises(NotJson):
        parse(wrong, Warnings())


def test_a_key_that_stands_twice_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "heapq", None)  # SECURITY: the sandboxed reader imports nothing more
    data = b'{"a": {"twice": 1, "twice": 2}}'
    whole, listed = Warnings(), Warnings()
    assert parse(data, whole) == {"a": {"twice": 2}}
    assert list(parse_items([b"[", data, b"]"], listed)) == [{"a": {"twice": 2}}]
    assert whole.all() == listed.all() == ["The key “twice” stands twice in one object; the last value is shown."]


def test_the_pieces_are_taken_to_their_end():
    given_out = iter([b"[1]", b" ", b"\n"])
    assert list(parse_items(given_out, Warnings())) == [1] and list(given_out) == []
