# SPDX-License-Identifier: Apache-2.0
"""What an Inspect log says: its run, counts, scores with their denominators, settings, and what it leaves open."""

from collections import Counter
from typing import Any

from reviewer_app.evaluations.fields import LARGEST_COUNT, Fields, Warnings, as_json, short
from reviewer_app.evaluations.inspect import Log

KNOWN_VERSIONS = (1, 2)
MOST_SCORES = 500
MOST_SETTINGS = 150
Setting = Any

_CONFIG = [
    "limit",
    "sample_id",
    "sample_shuffle",
    "epochs",
    "epochs_reducer",
    "message_limit",
    "token_limit",
    "time_limit",
    "working_limit",
    "cost_limit",
    "fail_on_error",
    "continue_on_fail",
    "retry_on_error",
    "score_on_error",
    "no_fail_on_error",
]
_GENERATION = [
    "temperature",
    "top_p",
    "top_k",
    "max_tokens",
    "seed",
    "stop_seqs",
    "num_choices",
    "best_of",
    "reasoning_effort",
    "reasoning_tokens",
    "reasoning_history",
    "max_tool_output",
    "system_message",
]


def says(kind: str, log: Log, warnings: Warnings) -> dict[str, Any]:
    """The log in the shape of `said.Said`, without its warnings, which are added to `warnings`."""
    header = log.header
    run = header.part("eval")
    status = header.text("status") if log.finished else "started"
    counts = _counts(log, status)
    settings = _settings(header, run)
    scores = _scores(header, counts, settings)
    _warn_about_header(log, run, status, warnings)
    _warn_about_counts(log, run, counts, warnings)
    _warn_about_scores(scores, warnings)
    return {
        "format": kind,
        "tool": "inspect_ai",
        "tool_version": run.part("packages").text("inspect_ai"),
        "model": run.text("model"),
        "task": run.text("task"),
        "status": status,
        "run_at": header.part("stats").moment("started_at") or run.moment("created"),
        "counts": counts,
        "scores": scores,
        "settings": dict(list(settings.items())[:MOST_SETTINGS]),
    }


# --- counts --------------------------------------------------------------------------------------------------------


def _epochs(run: Fields) -> int:
    return run.part("config").count("epochs") or 1


def _counts(log: Log, status: str | None) -> dict[str, int | None]:
    results = log.header.part("results")
    run = log.header.part("eval")
    planned, completed = results.count("total_samples"), results.count("completed_samples")
    errored = limited = None
    if log.outcomes and not log.cut and (status != "success" or len(log.outcomes) >= (planned or 0)):
        errored = sum(outcome.errored for outcome in log.outcomes)
        limited = sum(outcome.limited for outcome in log.outcomes)
    elif status == "success" and planned is not None and completed is not None and planned >= completed:
        errored = planned - completed
    if completed is None and log.held is not None:
        completed = max(0, log.held - (errored or 0))
    if planned is None and isinstance(ids := run.part("dataset").raw("sample_ids"), list):
        planned = len(ids) * _epochs(run)
    return {
        "dataset": run.part("dataset").count("samples"),
        "planned": planned,
        "completed": completed,
        "errored": errored,
        "limited": limited,
    }


def _warn_about_counts(log: Log, run: Fields, counts: dict[str, int | None], warnings: Warnings) -> None:
    dataset, planned, completed, errored = (counts[key] for key in ("dataset", "planned", "completed", "errored"))
    epochs, stated = _epochs(run), log.header.part("results").count("total_samples")
    if dataset is not None and planned is not None and planned < dataset * epochs:
        warnings.add(f"The run was not over the whole data set: {planned // epochs:,} of {dataset:,} samples.")
    if dataset is not None and stated is not None and stated > dataset * epochs:
        warnings.add(
            f"The file counts {stated:,} runs of samples, but its data set has {dataset:,} × {epochs} epochs; "
            "these do not agree, so take care which number a score is a share of."
        )
    if stated is None and planned is not None:
        warnings.add("The number planned is worked out from the sample ids and epochs; the file does not state it.")
    if planned is not None and completed is not None and completed < planned:
        warnings.add(f"{completed:,} of {planned:,} planned runs of samples completed.")
    if errored:
        warnings.add(f"{errored:,} ended with an error and are not in the scores; another tool may count them as zero.")
    if counts["limited"]:
        warnings.add(f"{counts['limited']:,} were stopped by a limit; their scores come from unfinished work.")
    if errored is None:
        warnings.add("How many samples ended with an error is not known from what was read.")
    if log.held is not None and stated is not None and log.held < stated:
        warnings.add(f"The file keeps {log.held:,} of the {stated:,} runs of samples it counts.")


# --- scores --------------------------------------------------------------------------------------------------------


def _scores(header: Fields, counts: dict[str, int | None], settings: dict[str, Setting]) -> list[dict[str, Any]]:
    listed = header.part("results").parts("scores")
    times = Counter(score.text("name") for score in listed)
    rows: list[dict[str, Any]] = []
    for score in listed:
        name, reducer = score.text("name") or score.text("scorer") or "", score.text("reducer")
        if reducer and times[name] > 1:
            name = f"{name} [{reducer}]"
        elif reducer:
            settings[f"{name} reducer"] = reducer
        if (scorer := score.text("scorer")) and scorer != score.text("name"):
            settings[f"{name} scorer"] = scorer
        rows += _metrics(score, name, _denominator(score, header, counts), settings)
    if len(rows) > MOST_SCORES:
        header.warnings.add(f"The file has {len(rows):,} figures; the first {MOST_SCORES} are shown.")
    return rows[:MOST_SCORES]


def _denominator(score: Fields, header: Fields, counts: dict[str, int | None]) -> int | None:
    """Samples behind a score: as stated, else the completed ones, each counted once however many epochs it ran."""
    stated, unscored = score.count("scored_samples"), score.count("unscored_samples")
    if unscored:
        header.warnings.add(f"“{short(score.text('name') or '')}” left {unscored:,} samples unscored.")
    if stated is not None:
        return stated
    completed, epochs = counts["completed"], _epochs(header.part("eval"))
    divided = f", divided by {epochs} epochs" if epochs > 1 else ""
    header.warnings.add(f"The file does not say how many samples were scored; n is the number that completed{divided}.")
    return completed // epochs if completed is not None and completed % epochs == 0 else None


def _metrics(score: Fields, name: str, n: int | None, settings: dict[str, Setting]) -> list[dict[str, Any]]:
    metrics = dict(score.named_parts("metrics"))
    averages = [key for key in metrics if key in ("accuracy", "mean")]
    stderr = metrics.pop("stderr").number("value") if averages and "stderr" in metrics else None
    rows = []
    for key, metric in metrics.items():
        options = metric.raw("params") or metric.raw("options")
        if options:
            settings[f"{name} / {key}"] = short(as_json(options), 400)
        rows.append({
            "name": name,
            "metric": key,
            "filter": None,
            "value": metric.number("value"),
            "stderr": stderr if key in averages else None,
            "n": n,
            "higher_is_better": None,
        })  # fmt: skip
    return rows


def _warn_about_scores(scores: list[dict[str, Any]], warnings: Warnings) -> None:
    if not scores:
        warnings.add("No score is recorded: the run was not scored, or broke off before. That is not a score of zero.")
    for row in scores:
        label, value, n = f"“{short(row['metric'])}” of “{short(row['name'])}”", row["value"], row["n"]
        if row["metric"] == "accuracy" and value is not None and n and abs(value * n - round(value * n)) > 1e-6 * n:
            warnings.add(f"{label} is no whole number of samples out of {n:,}: it averages epochs or partial credit.")
        if row["metric"] == "mean":
            warnings.add(f"{label} is an average of score values, not a share of samples solved.")
        if row["metric"] in ("accuracy", "mean") and row["stderr"] is None:
            warnings.add(f"The file gives no standard error for {label}.")


# --- the run -------------------------------------------------------------------------------------------------------


def _settings(header: Fields, run: Fields) -> dict[str, Setting]:
    config, data, revision = run.part("config"), run.part("dataset"), run.part("revision")
    generation = {**run.part("model_generate_config").values, **header.part("plan").part("config").values}
    found = {key: config.raw(key) for key in _CONFIG}
    found |= {key: generation.get(key) for key in _GENERATION}
    found |= {
        "dataset": data.text("name") or data.text("location"),
        "shuffled": data.raw("shuffled") or None,
        "solver": [step.text("solver") for step in header.part("plan").parts("steps")],
        "sandbox": run.raw("sandbox"),
        "task_version": run.raw("task_version"),
        "task_args": run.raw("task_args"),
        "model_args": run.raw("model_args"),
        "model_base_url": run.text("model_base_url"),
        "model_roles": run.raw("model_roles"),
        "tags": run.raw("tags"),
        "revision": revision.text("commit"),
        "revision_origin": revision.text("origin"),
        "revision_dirty": revision.raw("dirty"),
    }
    return {key: _setting(value) for key, value in found.items() if value not in (None, [], {}, "")}


def _setting(value: Any) -> Setting:
    """Scalars and short lists of scalars as they are, anything else as JSON text."""
    if isinstance(value, list) and len(value) <= 20 and not any(isinstance(item, list | dict) for item in value):
        return [_setting(item) for item in value if item is not None]
    if isinstance(value, bool) or (isinstance(value, int | float) and abs(value) < LARGEST_COUNT):
        return value
    return short(value, 400)


def _warn_about_header(log: Log, run: Fields, status: str | None, warnings: Warnings) -> None:
    header = log.header
    if not log.finished:
        warnings.add(
            "The file has no header: the run was still going on or broke off. Task, model and settings come from its "
            "start record; there are no final scores."
        )
    if log.cut:
        warnings.add("The file is cut off: what is shown stands before that place.")
    version = header.raw("version")
    if version is None:
        warnings.add("The file does not say which version of the log format it has.")
    elif version not in KNOWN_VERSIONS or isinstance(version, bool):
        warnings.add(f"Log version {short(version)} is not known to this program; what it knows of it was read.")
    if status == "cancelled":
        warnings.add("The run was cancelled; its scores cover only what was finished before.")
    if status == "error":
        first = (header.part("error").text("message") or "it does not say which").strip().splitlines()[0]
        warnings.add(f"The run ended with an error: {short(first, 300)}")
    if status == "started" and log.finished:
        warnings.add("The run was still going on when the file was written.")
    for key in ("model", "task"):
        if (value := run.text(key)) is not None and not any(map(str.isalnum, value)):
            warnings.add(f"The {key} is written as “{short(value)}”: the file does not name it.")
    _warn_about_changes(header, run, warnings)


def _warn_about_changes(header: Fields, run: Fields, warnings: Warnings) -> None:
    if header.raw("invalidated") is True:
        warnings.add("Its authors marked the log as invalid.")
    if header.raw("log_updates") or header.raw("config_updates"):
        warnings.add("The log was changed after the run or its settings during it; it lists the changes.")
    if "early_stopping" in header.part("results"):
        warnings.add("The run was allowed to stop early, so not every planned sample had to be run.")
    if run.part("revision").raw("dirty") is True:
        warnings.add("The evaluation's code held changes that are in no commit.")
    if run.part("config").count("epochs") not in (None, 1):
        reducer = run.part("config").raw("epochs_reducer") or "a way the file does not name"
        named = ", ".join(map(short, reducer)) if isinstance(reducer, list) else short(reducer)
        warnings.add(f"Each sample was run {_epochs(run)} times; its runs are made one score by {named}.")
