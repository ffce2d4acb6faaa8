# SPDX-License-Identifier: Apache-2.0
"""Untrusted JSON as a stream."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer_app.evaluations.fields import Unreadable, Warnings
from reviewer_app.evaluations.jsonstream import CutOff, JsonFile, streamed
from reviewer_app.evaluations.jsontext import NotJson
from reviewer_app.evaluations.source import SourceFile

values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=10,
)  # fmt: skip


@given(value=values, quoting=st.booleans())
def test_a_stream_builds_the_same_values(make, value, quoting):
    data = json.dumps({"first": [value, value], "second": value, "third": value}, ensure_ascii=False).encode(
        "utf-8", "replace"
    )
    stream, expected = JsonFile(SourceFile(make.source(data)), Warnings(), quoting), json.loads(data)
    found = {}
    for key in stream.outermost():
        if key != "third":
            found[key] = list(stream.items()) if key == "first" else stream.value()
    assert found == {key: expected[key] for key in ("first", "second")}


def test_a_key_that_stands_twice_is_named(make):
    for data in (b'{"a": {"twice": 1, "twice": 2}}', b'{"twice": 1, "twice": {"twice": 2}}'):
        warnings = Warnings()
        found = streamed(SourceFile(make.source(data)), warnings, lambda file: [file.value() for _ in file.outermost()])
        assert found[-1] == {"twice": 2}
        assert warnings.all() == ["The key “twice” stands twice in one object; the last value is shown."]


def test_a_stream_that_ends_too_early_is_told_from_one_that_is_wrong(make):
    def walk(file):
        return list(file.outermost())

    with pytest.raises(CutOff):
        streamed(SourceFile(make.source(b'{"a": [1, 2')), Warnings(), walk)
    with pytest.raises(NotJson):
        streamed(SourceFile(make.source(b'{"a": [1, nope]}')), Warnings(), walk)


def test_a_stream_nested_too_deeply_is_refused(make):
    data = b'{"a": ' + b"[" * 300 + b"]" * 300 + b"}"
    with pytest.raises(Unreadable, match="nested more than 200"):
        streamed(SourceFile(make.source(data)), Warnings(), lambda file: [file.value() for _ in file.outermost()])
