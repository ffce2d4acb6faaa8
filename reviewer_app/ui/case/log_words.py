# SPDX-License-Identifier: Apache-2.0
"""What an evaluation log says, in words: a score is never shown without its denominator, silence never as zero."""

from dataclasses import dataclass

from reviewer_app.domain.evidence import EvaluationSummary
from reviewer_app.services.desk import Desk
from reviewer_app.services.reading import Said, Score, share_of
from reviewer_app.ui.case.words import SILENT
from reviewer_app.ui.widgets.charts import wilson

TOOLS = {"inspect_ai": "Inspect"}
FORMATS = {"inspect-eval": "Inspect log", "inspect-json": "Inspect log in JSON"}


def tool_name(summary: EvaluationSummary) -> str:
    """The tool's short name, for a narrow column."""
    return TOOLS.get(summary.tool or "", summary.tool or SILENT)


def kind_word(detected: str) -> str:
    """What sort of file it is, in one short word for a narrow column; `reading.kind_of` says it in full."""
    plain = {"text": "text", "empty": "empty", "unknown": "other"}
    return plain.get(detected, detected.partition("-")[0].upper())


def run_line(desk: Desk, said: Said) -> str:
    """Format, tool and version, model, run moment, and the status as the tool says it."""
    tool = " ".join(filter(None, (said.tool, said.tool_version))) or f"tool {SILENT}"
    parts = [
        FORMATS.get(said.format, said.format),
        tool if said.tool_version else f"{tool}, version {SILENT}",
        f"task {said.task or SILENT}",
        f"model {said.model or SILENT}",
        f"run {desk.written(said.run_at)}" if said.run_at else f"run moment {SILENT}",
        f"status “{said.status}”" if said.status else f"status {SILENT}",
    ]
    return ", ".join(parts)


@dataclass(frozen=True)
class ScoreWords:
    """One score: what it is, its value, the denominator beside it, the spread below it."""

    head: str
    value: str
    of: str
    spread: str


def headline(said: Said) -> ScoreWords:
    """The first score of the file, as a share of samples with its Wilson interval where it is one."""
    if not said.scores:
        return ScoreWords("Score", SILENT, "", "The run was not scored, or broke off before. That is not zero.")
    score, share = said.scores[0], share_of(said)
    if share is None:
        return ScoreWords(_head(score), value_text(score), of_text(score), spread_text(score))
    part, low, high = wilson(share.hits, share.total)
    of = f"{share.hits:,} of {share.total:,} samples"
    return ScoreWords(_head(score), f"{part:.3f}", of, f"95 % interval {low:.3f} to {high:.3f}, Wilson")


def _head(score: Score) -> str:
    filtered = f", filter {score.filter}" if score.filter else ""
    return f"{score.metric[:1].upper()}{score.metric[1:]}, scorer {score.name}{filtered}"


def value_text(score: Score) -> str:
    """The value as a figure; what is no number says so."""
    return "not a number" if score.value is None else f"{score.value:.4g}"


def of_text(score: Score) -> str:
    """The denominator of a score that is no plain share."""
    return f"denominator {SILENT}" if score.n is None else f"n = {score.n:,}"


def spread_text(score: Score) -> str:
    """The standard error as the file gives it."""
    return (
        f"± {score.stderr:.2g}, the file's standard error" if score.stderr is not None else f"standard error {SILENT}"
    )


def counts(said: Said) -> list[tuple[str, str]]:
    """Samples by what became of them; None is the file's silence."""
    return [(name.capitalize(), SILENT if count is None else f"{count:,}") for name, count in said.counts]


def settings(said: Said) -> list[tuple[str, str]]:
    """The settings that change what a score means, in the file's own words."""
    return [(_spoken(name), _setting(value)) for name, value in said.settings.items()]


def _spoken(name: str) -> str:
    text = name.replace("_", " ")
    return text[:1].upper() + text[1:]


def _setting(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(map(_setting, value)) or "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:,}" if isinstance(value, int) else str(value)
