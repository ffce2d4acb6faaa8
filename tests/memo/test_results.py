# SPDX-License-Identifier: Apache-2.0
"""What evaluation logs say in words: denominators, silence, and nothing computed that a file does not say."""

import pytest

from reviewer_app.memo.results import read
from tests.memo.practice import make_summary


def result_of(**score: object) -> str:
    return read(make_summary(1, {"scores": [score]})).results[0]


@pytest.mark.parametrize(
    ("score", "words"),
    [
        ({"name": "includes", "metric": "accuracy", "value": 2 / 26, "n": 26}, "2 of 26 (includes accuracy 0.0769)"),
        ({"name": "acc", "metric": "acc", "value": 0.92, "n": 50}, "46 of 50 (acc 0.92)"),
        ({"name": "x", "metric": "accuracy", "value": 0.0769, "n": 26}, "0.0769 (x accuracy; n = 26)"),
        ({"name": "x", "metric": "accuracy", "value": 1.0, "n": 3}, "3 of 3 (x accuracy 1)"),
        ({"name": "x", "metric": "accuracy", "value": 0, "n": 3}, "0 of 3 (x accuracy 0)"),
        ({"name": "x", "metric": "accuracy", "value": 0.5}, "0.5 (x accuracy; denominator not recorded)"),
        ({"name": "x", "metric": "accuracy", "value": 0.5, "n": 0}, "0.5 (x accuracy; n = 0)"),
        ({"name": "x", "metric": "mean", "value": 0.5, "n": 40}, "0.5 (x mean; n = 40)"),
        ({"name": "x", "metric": "mean", "value": 12345.678, "n": 1340}, "12345.678 (x mean; n = 1,340)"),
        ({"name": "x", "metric": "mean", "value": 1e-9, "n": 4}, "1e-9 (x mean; n = 4)"),
        ({"name": "x", "metric": "mean", "value": 1e300, "n": 4}, "1e+300 (x mean; n = 4)"),
        ({"name": "x", "metric": "mean", "value": None, "n": 4}, "not a number (x mean; n = 4)"),
        ({"name": "x", "metric": "mean", "value": float("nan"), "n": 4}, "not a number (x mean; n = 4)"),
        ({"name": "x", "metric": "mean", "value": 2, "stderr": 0.25, "n": 4}, "2 (x mean; n = 4; standard error 0.25)"),
        ({"name": "em", "metric": "acc", "filter": "strict", "value": 2, "n": 4}, "2 (em acc strict; n = 4)"),
    ],
)
def test_a_score_in_words(score, words):
    assert result_of(**score) == words


def test_an_unscored_log_is_silent_not_zero():
    assert read(make_summary(1, {"scores": []})).results == ("no score recorded; denominator not recorded",)


def test_counts_that_a_log_does_not_say_are_not_recorded():
    counts = read(make_summary(1, {"counts": {"planned": 1200, "completed": None, "errored": 0}})).counts
    assert counts == {"planned": "1,200", "completed": "not recorded", "errored": "0", "limited": "not recorded"}


@pytest.mark.parametrize("said", ["", "[]", "{", "null", '"text"', '{"scores": 3, "counts": [], "warnings": {}}'])
def test_a_summary_of_the_wrong_shape_is_named_and_never_stops_a_memo(said):
    log = read(make_summary(1).model_copy(update={"said": said}))
    assert log.results == ("no score recorded; denominator not recorded",)
    assert log.cautions == () if said.startswith('{"') else "cannot be read" in log.cautions[0]


def test_settings_stand_in_a_fixed_order_and_absent_ones_do_not_stand():
    log = read(make_summary(1, {"settings": {"limit": 50, "epochs": 1, "shots": None, "seeds": [1, 2], "chat": True}}))
    assert log.settings == "chat true; epochs 1; limit 50; seeds 1, 2"


def test_what_the_summary_itself_does_not_say_is_not_recorded():
    log = read(make_summary(1, {}, task=None, model=None, status=None, tool=None))
    assert (log.task, log.model, log.status, log.tool) == (
        "not recorded",
        "not recorded",
        "not recorded",
        "Inspect log",
    )
