# SPDX-License-Identifier: Apache-2.0
"""What an evaluation file says about one run, as frozen values whose texts are safe to show as plain text."""

import json
import re
from collections.abc import Sequence
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field

LONGEST = 2_000
"""Characters of one text; the rest of a longer one is cut."""

_ANSI = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\-_])")
_HIDDEN = re.compile("[\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_SURROGATE = re.compile("[\ud800-\udfff]")


def plain(text: str) -> str:
    """The text without terminal codes and control characters, hidden and bidirectional ones shown as `‹U+202E›`."""
    text = _ANSI.sub("", text[: 2 * LONGEST]).replace("\r\n", "\n").replace("\r", "\n")
    text = _SURROGATE.sub("\ufffd", _CONTROL.sub("", text))
    text = _HIDDEN.sub(lambda found: f"‹U+{ord(found[0]):04X}›", text)
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def _cleaned(value: object) -> object:
    return plain(value) if isinstance(value, str) else value


# SECURITY: texts are cleaned here, in the process that shows them, because the one that read the file may lie.
Text = Annotated[str, BeforeValidator(_cleaned)]
Whole = Annotated[int, Field(ge=0, lt=2**53)]
Number = Annotated[float, Field(allow_inf_nan=False)]
Scalar = bool | int | float | Text
Setting = Scalar | tuple[Scalar, ...]


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Counts(_Value):
    """How many samples; None is "the file does not say", never zero.

    `dataset` counts the data set's samples, the others count runs of samples (samples × epochs). `planned` were to
    be run, `completed` ran without an error, `errored` ended with one, `limited` were stopped by a limit.
    """

    dataset: Whole | None = None
    planned: Whole | None = None
    completed: Whole | None = None
    errored: Whole | None = None
    limited: Whole | None = None


class Score(_Value):
    """One figure of the file.

    `name` is the scorer's name; where a file gives one scorer once per reducer, the reducer follows in brackets.
    `filter` belongs to formats that have one and is None for Inspect. `n` is the score's own denominator: samples
    after the epochs were reduced. `value` is None where the file writes NaN or infinity, and a warning says so.
    """

    name: Text
    metric: Text
    filter: Text | None = None
    value: Number | None = None
    stderr: Number | None = None
    n: Whole | None = None
    higher_is_better: bool | None = None


class Said(_Value):
    """One evaluation file; None is "the file does not say". `warnings` says what a reader would miss or misread."""

    format: Text
    tool: Text | None = None
    tool_version: Text | None = None
    model: Text | None = None
    task: Text | None = None
    status: Text | None = None
    run_at: AwareDatetime | None = None
    counts: Counts = Counts()
    scores: Annotated[tuple[Score, ...], Field(max_length=1_000)] = ()
    settings: Annotated[dict[Text, Setting], Field(max_length=200)] = {}
    warnings: Annotated[tuple[Text, ...], Field(max_length=200)] = ()


class Sample(_Value):
    """One run of one sample: the texts of the file, cut to a line's length. `total_time` is in seconds."""

    id: Text | None = None
    epoch: Whole | None = None
    target: Text | None = None
    answer: Text | None = None
    score: Text | None = None
    limit: Text | None = None
    error: Text | None = None
    total_time: Number | None = None


class Samples(_Value):
    """The first samples in the file's order; `more` tells that the file holds more than were asked for."""

    rows: Annotated[tuple[Sample, ...], Field(max_length=20_000)] = ()
    more: bool = False
    warnings: Annotated[tuple[Text, ...], Field(max_length=200)] = ()


# --- as text for people --------------------------------------------------------------------------------------------


def describe(said: Said) -> str:
    """The same as lines of text, for the terminal; what the file does not say is named as such."""
    tool = " ".join(filter(None, (said.tool, said.tool_version)))
    heads = {
        "Format": said.format,
        "Tool": tool,
        "Task": said.task,
        "Model": said.model,
        "Status": said.status,
        "Run at": said.run_at.isoformat() if said.run_at else None,
        "Samples": _counts_line(said.counts),
    }
    lines = [f"{head + ':':<10}{text or 'not said'}" for head, text in heads.items()]
    lines += ["", "Scores:", *(map(_score_line, said.scores) if said.scores else ["  none recorded (not zero)"])]
    if said.settings:
        lines += ["", "Settings:", *(f"  {name}: {_setting_text(value)}" for name, value in said.settings.items())]
    if silent := unsaid(said):
        lines += ["", "What this file does not say:", *(f"  - {sentence}" for sentence in silent)]
    if said.warnings:
        lines += ["", "Read with care:", *(f"  - {warning}" for warning in said.warnings)]
    return "\n".join(lines)


# What a reader looks for in the settings of a run, and what it is called.
_ASKED = {
    "temperature": "temperature",
    "seed": "seed",
    "max_tokens": "output token limit",
    "message_limit": "message limit",
    "token_limit": "token limit",
    "time_limit": "time limit",
}


def unsaid(said: Said) -> list[str]:
    """What a reader would look for in the file and not find, in sentences."""
    heads = {"Tool version": said.tool_version, "Task": said.task, "Status": said.status, "Run moment": said.run_at}
    missing = [name for name, value in heads.items() if value is None]
    missing += [f"{name} samples" for name, count in said.counts if count is None]
    unset = [name for key, name in _ASKED.items() if said.settings.get(key) is None]
    found = [f"{_listed(missing)}: not recorded."] if missing else []
    return [*found, f"{_listed(unset)}: not recorded, so not known to be unset."] if unset else found


def _listed(names: Sequence[str]) -> str:
    text = ", ".join(names[:-1]) + (" and " if len(names) > 1 else "") + names[-1]
    return text[0].upper() + text[1:]


def _counts_line(counts: Counts) -> str:
    parts = (
        f"{'not said' if number is None else f'{number:,}'} {word}"
        for word, number in (
            ("in the data set", counts.dataset),
            ("planned", counts.planned),
            ("completed", counts.completed),
            ("errored", counts.errored),
            ("stopped by a limit", counts.limited),
        )
    )
    return " · ".join(parts)


def _score_line(score: Score) -> str:
    name = f"  {score.name} / {score.metric}" + (f" [{score.filter}]" if score.filter else "")
    value = "not a number" if score.value is None else f"{score.value:.6g}"
    stderr = f" ± {score.stderr:.2g} standard error" if score.stderr is not None else ""
    return f"{name}: {value}{stderr}, n {'not said' if score.n is None else f'{score.n:,}'}"


def _setting_text(value: Setting) -> str:
    if isinstance(value, tuple):
        return ", ".join(map(_setting_text, value))
    return value if isinstance(value, str) else json.dumps(value)
