# SPDX-License-Identifier: Apache-2.0
"""The object that `read --json` prints, its texts, and its form for people."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from reviewer_app.evaluations.said import LONGEST, Said, describe, plain


def test_the_object_has_exactly_the_agreed_keys_and_absent_is_null():
    printed = json.loads(
        Said(format="inspect-eval", scores=[{"name": "match", "metric": "accuracy"}]).model_dump_json()
    )
    assert list(printed) == ["format", "tool", "tool_version", "model", "task", "status", "run_at", "counts", "scores",
                             "settings", "warnings"]  # fmt: skip
    assert printed["counts"] == dict.fromkeys(("dataset", "planned", "completed", "errored", "limited"))
    assert printed["scores"] == [dict.fromkeys(("filter", "value", "stderr", "n", "higher_is_better"))
                                 | {"name": "match", "metric": "accuracy"}]  # fmt: skip
    assert printed["model"] is None and printed["settings"] == {} and printed["warnings"] == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"format": None},
        {"format": "x", "counts": {"planned": -1}},
        {"format": "x", "scores": [{"name": "a", "metric": "b", "value": float("nan")}]},
        {"format": "x", "run_at": "2026-06-10T09:00:00"},
        {"format": "x", "extra": 1},
        {"format": "x", "warnings": ["x"] * 201},
        {"format": "x", "settings": {"a": {"b": 1}}},
    ],
)
def test_an_object_of_another_shape_is_refused(wrong):
    with pytest.raises(ValidationError):
        Said.model_validate(wrong)


@given(st.text() | st.text(alphabet="\x1b[]0;3m\x07\u202e\u2066\ufeff\r\n\tab\ud800\u0085"))
def test_a_cleaned_text_holds_nothing_that_acts_on_a_screen(text):
    cleaned = plain(text)
    assert not {"\x1b", "\x00", "\x07", "\r", "\u202e", "\u2066", "\ufeff", "\u0085"} & set(cleaned)
    assert len(cleaned.encode()) <= 4 * LONGEST
    assert plain(cleaned) == cleaned


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("\x1b[1;31mred\x1b[0m", "red"),
        ("\x1b]8;;http://x\x1b\\link\x1b]8;;\x07", "link"),
        ("a\r\nb\rc\td", "a\nb\nc\td"),
        ("x" * 3000, "x" * (LONGEST - 1) + "…"),
        ("a\u202egpj.exe", "a‹U+202E›gpj.exe"),
    ],
)
def test_cleaning_by_example(text, cleaned):
    assert plain(text) == cleaned


def test_the_text_for_people_names_what_is_not_said():
    text = describe(Said(format="inspect-eval", warnings=["Look twice."]))
    assert "Model:    not said" in text and "none recorded (not zero)" in text and "- Look twice." in text
    assert "not said planned" in text


def test_the_text_for_people_shows_every_score_with_its_denominator():
    scores = [
        {"name": "match", "metric": "accuracy", "value": 0.25, "stderr": 0.125, "n": 1200},
        {"name": "match", "metric": "mean", "filter": "none"},
    ]
    text = describe(Said(format="x", scores=scores, settings={"limit": (0, 10), "dirty": True}))
    assert "match / accuracy: 0.25 ± 0.12 standard error, n 1,200" in text
    assert "match / mean [none]: not a number, n not said" in text
    assert "limit: 0, 10" in text and "dirty: true" in text
