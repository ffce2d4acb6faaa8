# SPDX-License-Identifier: Apache-2.0
"""Inspect logs: agreement with the index of the test files, the traps, and the samples."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer_app.evaluations import process
from reviewer_app.evaluations.fields import Unreadable
from reviewer_app.evaluations.said import Said
from reviewer_app.evaluations.source import SourceFile

# From the index: status, task, model, counts (data set, planned, completed), scores (name, metric, value, stderr).
HEADLINES = {
    "inspect_eval/2024-11-05T13-32-37-05-00_input-task_hxs4q9azL3ySGkjJirypKZ.eval": (
        "success", "input_task", "openai/gpt-4o-mini", (1, 1, 1), [("model_graded_fact", "accuracy", 1.0, 0.0)]),
    "inspect_eval/2025-02-11T15-17-00-05-00_popularity_dPiJifoWeEQBrfWsAopzWr.eval": (
        "success", "popularity", "openai/gpt-4o-mini", (100, 10, 10), []),
    "inspect_eval/2025-09-23T08-09-58-04-00_security-guide_LuxZJVwvymC3S3SyoJczxB.eval": (
        "success", "security_guide", "openai/gpt-4o-mini", (16, 16, 16),
        [("model_graded_fact", "accuracy", 0.6875, 0.11967838846954226)]),
    "inspect_eval/log_formats.eval": (
        "success", "popularity", "ollama/llama3.1", (100, 1, 1), [("match", "accuracy", 0.0, 0.0)]),
    "inspect_eval/log_streaming.eval": (
        "success", "popularity", "azureai/Meta-Llama-3-1-405B-Instruct-jqf", (100, 4, 4),
        [("match", "accuracy", 0.75, 0.25)]),
    "inspect_eval/metr_small.eval": (
        "success", "oxdna_simple", "anthropic/claude-opus-4-1-20250805", (1, 6, 6),
        [("score_metr_task", "accuracy", 1.0, None)]),
    "inspect_json/2024-11-05T13-31-45-05-00_input-task_8zXjbRzCWrL9GXiXo2vus9.json": (
        "success", "input_task", "openai/gpt-4o-mini", (1, 1, 1), [("model_graded_fact", "accuracy", 1.0, 0.0)]),
    "inspect_json/2025-05-12T20-28-13-04-00_popularity.json": (
        "cancelled", "popularity", "openai/gpt-4o-mini", (100, 3, 3),
        [("match", "accuracy", 0.6666666666666666, 0.33333333333333337)]),
    "inspect_json/data_arc_qwen.json": (
        "success", "inspect_evals/arc_easy", "ollama/qwen2.5:0.5b", (2376, 3, 3),
        [("choice", "accuracy", 0.3333333333333333, 0.33333333333333337)]),
    "inspect_json/data_cyse2_vuln_exploit_challenges.json": (
        "success", "inspect_evals/cyse2_vulnerability_exploit", "mistral/mistral-large-latest", (1, 2340, 2340),
        [("vul_exploit_scorer", "accuracy", 0.38108974358974373, None),
         ("vul_exploit_scorer", "mean", 0.38108974358974357, None),
         ("vul_exploit_scorer", "std", 0.3115628730565127, None)]),
    "inspect_json/data_with_llm_scoring.json": (
        "success", "simpleqa_verified", "anthropic/claude-opus-4-6", (1000, 1000, 1000),
        [("simpleqa_scorer", "accuracy", 0.431, 0.01566794448817344)]),
    "inspect_json/log_formats.json": (
        "success", "popularity", "ollama/llama3.1", (100, 1, 1), [("match", "accuracy", 0.0, 0.0)]),
    "inspect_json/log_images.json": (
        "success", "images", "openai/gpt-4o", (1, 1, 1), [("match", "accuracy", 0.0, 0.0)]),
    "generated/2026-11-23T14-44-41-00-00_security-guide-mock_YivUGo8LCUNyQsnMB7strG.eval": (
        "success", "security_guide_mock", "mockllm/model", (26, 26, 26),
        [("includes", "accuracy", 0.07692307692307693, 0.053293871002119304)]),
    "generated/2026-11-23T14-44-47-00-00_security-guide-mock_B4krA2vPBT99yhkcaWmPgk.json": (
        "success", "security_guide_mock", "mockllm/model", (3, 3, 3), [("includes", "accuracy", 0.0, 0.0)]),
}  # fmt: skip


@pytest.mark.parametrize("name", HEADLINES)
def test_the_reader_agrees_with_the_index(make, read, name):
    said = read((make.files / name).read_bytes())
    counts = said.counts
    scores = [(score.name, score.metric, score.value, score.stderr) for score in said.scores]
    assert (
        said.status,
        said.task,
        said.model,
        (counts.dataset, counts.planned, counts.completed),
        scores,
    ) == HEADLINES[name]
    assert said.format == ("inspect-eval" if name.endswith(".eval") else "inspect-json")
    assert said.tool == "inspect_ai" and said.tool_version.startswith("0.3.") and said.run_at is not None
    assert counts.errored == 0


def test_every_log_of_the_test_files_is_in_the_index(make):
    folders = ("inspect_eval", "inspect_json", "generated")
    assert {f"{folder}/{file.name}" for folder in folders for file in (make.files / folder).iterdir()} == set(HEADLINES)


def has(said, *words):
    """Whether one warning holds all the words."""
    return any(all(word in warning for word in words) for warning in said.warnings)


# --- the traps of the notes ----------------------------------------------------------------------------------------


def test_an_errored_sample_is_counted_and_named_because_another_tool_counts_it_as_zero(make, read):
    results = make.header()["results"]
    results |= {"completed_samples": 3, "scores": [{**results["scores"][0], "scored_samples": 3}]}
    listed = make.rows(3) + make.rows(1, id=4, error="Traceback")
    said = read(make.eval_bytes(make.header(results=results), listed))
    assert (said.counts.planned, said.counts.completed, said.counts.errored, said.scores[0].n) == (4, 3, 1, 3)
    assert has(said, "1 ended with an error", "not in the scores")


def test_a_cancelled_run_shows_limit_data_set_and_total_side_by_side(make, read):
    said = read((make.files / "inspect_json/2025-05-12T20-28-13-04-00_popularity.json").read_bytes())
    assert said.settings["limit"] == 3 and said.scores[0].n == 3
    assert has(said, "cancelled") and has(said, "3 of 100 samples")


def test_a_crashed_run_without_a_header_is_read_from_its_start_record(make, read):
    said = read(make.eval_bytes(None, make.rows(3)))
    assert (said.status, said.task, said.model, said.scores) == ("started", "ctf", "lab/model-1", ())
    assert (said.counts.dataset, said.counts.planned, said.counts.completed, said.counts.errored) == (4, 4, 3, 0)
    assert said.run_at.isoformat() == "2026-06-10T09:00:00+00:00"
    assert has(said, "no header") and has(said, "not a score of zero")


def test_a_crashed_run_without_any_list_of_samples_counts_its_members(make, read):
    made = make.eval_bytes(None, None, **{f"samples/{n}_epoch_1.json": "{}" for n in range(20)})
    said = read(made)
    assert (said.counts.completed, said.counts.errored) == (20, None)
    assert has(said, "error", "not known")


@pytest.mark.parametrize(
    ("version", "sentence"),
    [(3, "Log version 3 is not known"), ("2", "Log version 2 is not known"), (None, "does not say which version")],
)
def test_an_unknown_or_missing_version_is_read_and_named(make, read_json, version, sentence):
    said = read_json(make.header(version=version), make.rows())
    assert said.scores[0].value == 0.75
    assert has(said, sentence)


def test_no_samples_and_no_version_still_give_the_score_with_its_denominator(make, read):
    said = read((make.files / "inspect_json/data_with_llm_scoring.json").read_bytes())
    assert (said.scores[0].value, said.scores[0].n, said.counts.limited) == (0.431, 1000, None)
    assert has(said, "does not say which version") and has(said, "keeps 0 of the 1,000")


def test_a_run_that_was_never_scored_is_not_zero(make, read):
    said = read(
        (make.files / "inspect_eval/2025-02-11T15-17-00-05-00_popularity_dPiJifoWeEQBrfWsAopzWr.eval").read_bytes()
    )
    assert said.scores == () and has(said, "not a score of zero") and has(said, "10 of 100 samples")


def test_a_run_that_ended_with_an_error_shows_the_first_line_and_what_was_done(make, read):
    traceback = "\x1b[31mRuntimeError\x1b[0m: out of budget\n  File \x1b[1m'x.py'\x1b[0m\n" * 1000
    head = make.header(status="error", results=None, error={"message": traceback})
    said = read(make.eval_bytes(head, make.rows(2) + make.rows(1, id=3, error={"message": "boom"})))
    assert (said.status, said.counts.completed, said.counts.errored, said.counts.planned) == ("error", 2, 1, 4)
    assert "The run ended with an error: RuntimeError: out of budget" in said.warnings


@pytest.mark.parametrize("key", ["params", "options"])
def test_a_metric_s_own_settings_are_shown_by_their_old_and_new_name(make, read_json, key):
    results = make.header()["results"]
    results["scores"][0]["metrics"]["accuracy"][key] = {"to_float": "strict"}
    assert read_json(make.header(results=results)).settings["match / accuracy"] == '{"to_float": "strict"}'


def test_counts_that_do_not_agree_are_named(make, read):
    said = read((make.files / "inspect_json/data_cyse2_vuln_exploit_challenges.json").read_bytes())
    assert [score.n for score in said.scores] == [585] * 3
    assert has(said, "2,340", "do not agree") and has(said, "keeps 1 of the 2,340")
    assert has(said, "“mean”", "average") and has(said, "no whole number of samples out of 585")


@pytest.mark.parametrize("key", ["task", "model"])
def test_a_name_that_names_nothing_is_shown_as_written(make, read_json, key):
    said = read_json(make.header(eval=make.header()["eval"] | {key: "..."}))
    assert getattr(said, key) == "..." and has(said, f"The {key} is written as “...”")


def test_a_log_cut_off_in_its_samples_still_gives_its_header(make, read):
    whole = json.dumps(make.header() | {"samples": make.rows()}).encode()
    said = read(whole[:-100])
    assert said.scores[0].value == 0.75 and has(said, "cut off")


def test_a_log_cut_at_any_byte_says_so_or_is_refused_with_a_reason(make, read):
    whole = json.dumps(make.header() | {"samples": make.rows(1)}).encode()
    for length in range(1, len(whole)):
        try:
            said = read(whole[:length])
        except Unreadable as reason:
            assert "cut off" in str(reason) or "it is " in str(reason)
        else:
            assert has(said, "cut off")


def test_a_zip_that_is_cut_off_is_refused_with_a_reason(make, read):
    with pytest.raises(Unreadable, match="cut off"):
        read((make.files / "derived_truncated/security-guide_first60pct.eval").read_bytes())


# --- scores and settings -------------------------------------------------------------------------------------------


def test_one_scorer_with_several_reducers_gives_rows_that_can_be_told_apart(make, read_json):
    score = make.header()["results"]["scores"][0]
    scores = [{**score, "reducer": "mean"}, {**score, "reducer": "pass_at_2"}]
    said = read_json(make.header(results={"total_samples": 4, "completed_samples": 4, "scores": scores}))
    assert [row.name for row in said.scores] == ["match [mean]", "match [pass_at_2]"]


def test_a_single_reducer_is_a_setting(make, read_json):
    score = make.header()["results"]["scores"][0] | {"reducer": "mode", "scorer": "includes"}
    said = read_json(make.header(results={"total_samples": 4, "completed_samples": 4, "scores": [score]}))
    assert said.scores[0].name == "match"
    assert (said.settings["match reducer"], said.settings["match scorer"]) == ("mode", "includes")


def test_the_metric_is_named_by_its_key_and_a_lone_stderr_stands_by_itself(make, read_json):
    metrics = {"easy": {"name": "accuracy", "value": 1, "group": "g"}, "stderr": {"name": "stderr", "value": 0.1}}
    scores = [{"name": "match", "scorer": "match", "metrics": metrics}]
    said = read_json(make.header(results={"total_samples": 4, "completed_samples": 4, "scores": scores}), make.rows())
    assert [(row.metric, row.value, row.stderr, row.n) for row in said.scores] == [
        ("easy", 1, None, 4),
        ("stderr", 0.1, None, 4),
    ]


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf"), 10**400, "NaN"])
def test_a_value_that_is_not_a_number_is_absent_and_named(make, read, read_json, value):
    results = make.header()["results"]
    results["scores"][0]["metrics"]["accuracy"]["value"] = value
    text = json.dumps(make.header(results=results)).replace(str(10**400), "1e400")
    for said in (read(text.encode()), read(make.eval_bytes(json.loads(text), make.rows()))):
        assert said.scores[0].value is None and has(said, "accuracy.value", "is not a number")


def test_words_that_look_like_nan_inside_texts_stay_texts(make, read):
    results = make.header()["results"]
    results["scores"][0]["metrics"]["accuracy"]["value"] = float("nan")
    task = 'NaN "Infinity" \\NaN' + "x" * 70_000
    said = read(
        json.dumps(
            make.header(results=results, eval=make.header()["eval"] | {"task": task, "model": 'a NaN "b'})
        ).encode()
    )
    assert said.model == 'a NaN "b' and said.task.startswith('NaN "Infinity" \\NaNxx')


def test_settings_keep_their_types_and_nested_ones_become_json(make, read_json):
    config = {"limit": [0, 10], "epochs": 2, "epochs_reducer": ["mean"], "fail_on_error": 0.1, "sample_id": {"a": [1]}}
    head = make.header(eval=make.header()["eval"] | {"config": config, "sandbox": "docker"})
    assert {"limit": (0, 10), "epochs": 2, "epochs_reducer": ("mean",), "fail_on_error": 0.1, "sandbox": "docker",
            "sample_id": '{"a": [1]}'}.items() <= read_json(head).settings.items()  # fmt: skip


def test_later_changes_to_a_log_are_named(make, read_json):
    head = make.header(invalidated=True, log_updates=[{"by": "x"}])
    head["eval"]["revision"] = {"commit": "abc1234", "dirty": True}
    said = read_json(head)
    assert has(said, "marked the log as invalid") and has(said, "changed after the run") and has(said, "in no commit")


# --- wrong, strange and reordered content --------------------------------------------------------------------------


def test_a_wrong_type_in_a_known_field_is_absent_and_named_never_zero(make, read_json):
    results = make.header()["results"] | {"total_samples": "many", "completed_samples": -1}
    head = make.header(
        results=results, stats={"started_at": 17}, eval=make.header()["eval"] | {"model": ["x"], "created": "soon"}
    )
    said = read_json(head)
    assert (said.model, said.run_at, said.counts.completed) == (None, None, 0)  # no sample is in the file
    for words in (("total_samples", "many"), ("completed_samples", "-1"), ("model", "x"), ("created", "soon")):
        assert has(said, *words, "shown as absent")


def test_a_date_without_a_zone_is_named_and_not_guessed(make, read_json):
    said = read_json(
        make.header(stats={"started_at": "2026-06-10T09:00:01"}, eval=make.header()["eval"] | {"created": ""})
    )
    assert said.run_at is None and has(said, "without a time zone", "2026-06-10T09:00:01")


def test_the_order_of_keys_does_not_matter(make, read):
    head = make.header() | {"samples": make.rows(), "reductions": []}
    forward, backward = (read(json.dumps(dict(items)).encode()) for items in (head.items(), reversed(head.items())))
    assert forward == backward


def test_a_large_log_is_read_only_as_far_as_its_header(make, read):
    data = json.dumps(make.header() | {"samples": make.rows(1, input="x" * 6_000_000)}).encode()
    source = make.source(data)
    said = Said.model_validate(process.read_run(SourceFile(source), {})["said"])
    assert said.scores[0].value == 0.75
    assert sum(length for _, length in source.asked) < 1_000_000


def test_a_large_log_with_its_header_last_is_read_to_the_end(make, read):
    head = dict(reversed((make.header() | {"samples": make.rows(1, input="x" * 6_000_000)}).items()))
    assert read(json.dumps(head).encode()).scores[0].value == 0.75


def test_a_large_log_cut_off_after_its_header_is_named_as_such(make, read):
    data = json.dumps(make.header() | {"samples": make.rows(1, input="x" * 6_000_000)}).encode()
    assert has(read(data[:-1000]), "cut off") and not has(read(data), "cut off")


def test_a_key_that_stands_twice_is_named_and_the_last_value_shown(make, read):
    data = json.dumps(make.header()).replace('"status": "success"', '"status": "success", "status": "cancelled"')
    for made in (data.encode(), make.eval_bytes(None, None, **{"header.json": data})):
        said = read(made)
        assert said.status == "cancelled" and has(said, "“status” stands twice")


def test_what_follows_the_log_is_named_and_not_read(make, read):
    said = read(json.dumps(make.header()).encode() + b'\n{"status": "cancelled"}')
    assert said.status == "success" and has(said, "Something follows the end")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32"])
def test_every_encoding_of_json_is_read(make, read, encoding):
    data = json.dumps(make.header(eval=make.header()["eval"] | {"task": "Aufgabe 7 – ä"}), ensure_ascii=False)
    for made in (data.encode(encoding), make.eval_bytes(None, None, **{"header.json": data.encode(encoding)})):
        assert read(made).task == "Aufgabe 7 – ä"


def test_bytes_that_are_no_text_and_lone_surrogates_are_replaced(make, read):
    data = json.dumps(make.header(eval=make.header()["eval"] | {"task": "?", "model": "\ud800 m"})).encode()
    data = data.replace(b'"?"', b'"caf\xe9"')
    said = read(make.eval_bytes(None, None, **{"header.json": data}))
    assert (said.task, said.model) == ("caf�", "� m") and has(said, "not valid UTF-8")
    assert read(data).task == "caf�"


def test_terminal_codes_are_taken_out_and_hidden_characters_shown(make, read_json):
    said = read_json(
        make.header(eval=make.header()["eval"] | {"task": "\x1b[31mred\x1b[0m\x00\x07", "model": "a\u202eb\u200bc"})
    )
    assert (said.task, said.model) == ("red", "a‹U+202E›b‹U+200B›c")


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=6,
)
PLACES = [
    ("version",), ("status",), ("eval", "task"), ("eval", "model"), ("eval", "dataset"), ("eval", "dataset", "samples"),
    ("eval", "dataset", "sample_ids"), ("eval", "config"), ("eval", "config", "epochs"), ("eval", "config", "limit"),
    ("eval", "packages"), ("eval", "revision"), ("eval", "created"), ("plan",), ("plan", "steps"), ("results",),
    ("results", "total_samples"), ("results", "completed_samples"), ("results", "scores"), ("stats",), ("error",),
]  # fmt: skip


@given(place=st.sampled_from(PLACES), value=anything, listed=anything)
def test_any_value_in_any_known_field_gives_a_valid_summary(make, place, value, listed):
    head = make.header()
    inside = head
    for key in place[:-1]:
        inside = inside[key]
    inside[place[-1]] = value
    source = make.source(json.dumps(head | {"samples": listed}).encode())
    try:
        answer = process.read_run(SourceFile(source), {})
    except Unreadable:
        assert place == ("results",) or value is None or place == ("status",)
    else:
        Said.model_validate(json.loads(json.dumps(answer["said"])))


@given(scores=st.lists(anything, max_size=3), metrics=anything)
def test_any_scores_give_a_valid_summary(make, scores, metrics):
    listed = [*scores, {"name": "match", "metrics": metrics}, {"name": "m", "metrics": {"accuracy": metrics}}]
    head = make.header() | {"results": {"total_samples": 4, "completed_samples": 4, "scores": listed}}
    Said.model_validate(process.read_run(SourceFile(make.source(json.dumps(head).encode())), {})["said"])


# --- samples -------------------------------------------------------------------------------------------------------


def test_samples_are_listed_alike_from_both_containers(make, samples):
    listed = make.rows(2) + make.rows(
        1, id="x", target=["A", "B"], error={"message": "boom"}, limit={"type": "time", "limit": 3}, total_time=1.5
    )
    from_json = samples(json.dumps(make.header() | {"samples": listed}).encode())
    assert from_json == samples(make.eval_bytes(make.header(), listed)) == samples(make.eval_bytes(None, listed))
    last = from_json.rows[-1]
    assert (last.id, last.epoch, last.target, last.answer, last.score) == ("x", 1, "A, B", "A", "C")
    assert (last.limit, last.error, last.total_time) == ("time", "boom", 1.5)


def test_samples_come_from_their_members_when_no_list_is_there(make, samples):
    members = {f"samples/{n}_epoch_1.json": json.dumps(row) for n, row in enumerate(make.rows(3))}
    assert [row.id for row in samples(make.eval_bytes(None, None, **members)).rows] == ["1", "2", "3"]


def test_no_more_samples_are_listed_than_asked_for(make, samples):
    for data in (
        make.eval_bytes(make.header(), make.rows(5)),
        json.dumps(make.header() | {"samples": make.rows(5)}).encode(),
    ):
        assert (len(samples(data, 3).rows), samples(data, 3).more) == (3, True)
        assert (len(samples(data, 5).rows), samples(data, 5).more) == (5, False)


def test_a_sample_of_the_wrong_shape_is_left_out_and_named(make, samples):
    found = samples(json.dumps(make.header() | {"samples": [7, *make.rows(1), {"scores": [], "epoch": "x"}]}).encode())
    assert len(found.rows) == 2 and len(found.warnings) == 2


@pytest.mark.parametrize("name", HEADLINES)
def test_the_samples_of_every_test_file_are_listed(make, samples, name):
    found = samples((make.files / name).read_bytes())
    assert not found.warnings and not found.more
    assert len(found.rows) == {"data_cyse2": 1, "data_with_": 0}.get(name.split("/")[1][:10], HEADLINES[name][3][1])
