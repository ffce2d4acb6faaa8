# SPDX-License-Identifier: Apache-2.0
"""What evaluation logs say, as rows of a memo: each result with its denominator, and silence named as silence."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from reviewer_app.domain.evidence import EvaluationSummary

SILENT = "not recorded"

# Metrics that are a plain share of the samples, so that value × n is the number of samples.
_SHARES = {"accuracy", "acc"}


@dataclass(frozen=True)
class Log:
    """One evaluation log in words. `results` has one text for each score; `cautions` say what would be misread."""

    task: str
    tool: str
    model: str
    status: str
    results: tuple[str, ...] = (f"no score recorded; denominator {SILENT}",)
    counts: dict[str, str] = field(default_factory=dict)
    settings: str = ""
    cautions: tuple[str, ...] = ()


COUNTS = ("planned", "completed", "errored", "limited")


def read(summary: EvaluationSummary) -> Log:
    """The log of one summary. A summary that cannot be understood says so instead of vanishing."""
    try:
        said = json.loads(summary.said, parse_float=Decimal, parse_constant=lambda _text: None)
    except ValueError:
        said = None
    known = _mapping(said)
    counts = _mapping(known.get("counts"))
    tool = " ".join(filter(None, (summary.tool or summary.format, _text(known.get("tool_version")))))
    scores = [_result(each) for each in _items(known.get("scores")) if isinstance(each, dict)]
    return Log(
        task=summary.task or SILENT,
        tool=tool,
        model=summary.model or SILENT,
        status=summary.status or SILENT,
        results=tuple(scores) or Log.results,
        counts={name: _count(counts.get(name)) for name in COUNTS},
        settings=_settings(known.get("settings")),
        cautions=tuple(_cautions(said, known)),
    )


def _cautions(said: object, known: dict[str, Any]) -> Iterator[str]:
    if not isinstance(said, dict):
        yield "the summary of this log cannot be read; see the log itself"
    yield from (text for each in _items(known.get("warnings")) if (text := _text(each)))


def _result(score: dict[str, Any]) -> str:
    """`2 of 26 (accuracy 0.0769)`, `0.705 (mean; n = 40)`, `0.92 (acc; denominator not recorded)`."""
    name = " ".join(dict.fromkeys(filter(None, (_text(score.get(key)) for key in ("name", "metric", "filter")))))
    value, n = _decimal(score.get("value")), _whole(score.get("n"))
    error = _decimal(score.get("stderr"))
    shown = "not a number" if value is None else _short(value)
    spread = "" if error is None else f"; standard error {_short(error)}"
    if value is not None and n and (hits := _hits(score.get("metric"), value, n)) is not None:
        return f"{hits:,} of {n:,} ({name} {shown}{spread})"
    denominator = f"denominator {SILENT}" if n is None else f"n = {n:,}"
    return f"{shown} ({name}; {denominator}{spread})"


def _hits(metric: object, value: Decimal, n: int) -> int | None:
    """The whole number of samples behind a share, or None where the figure is no such share."""
    if str(metric).casefold() not in _SHARES or not 0 <= value <= 1:
        return None
    hits = round(value * n)
    return hits if abs(value * n - hits) < Decimal("0.000001") else None


def _short(value: Decimal) -> str:
    """At most four decimals, or three significant digits of a very small number; trailing zeros fall away."""
    rounded = value.quantize(Decimal("0.0001")) if abs(value) < 10**12 else value
    if not rounded and value:
        return f"{value:.3g}"
    return f"{rounded.normalize():f}" if abs(value) < 10**12 else f"{value:.6g}"


def _decimal(value: object) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, int | str | Decimal):
        return None
    try:
        number = Decimal(value)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _whole(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def _count(value: object) -> str:
    number = _whole(value)
    return SILENT if number is None else f"{number:,}"


def _settings(value: object) -> str:
    return "; ".join(f"{name} {_setting(each)}" for name, each in sorted(_mapping(value).items()) if each is not None)


def _setting(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(map(_setting, value))
    return value if isinstance(value, str) else json.dumps(value, default=str)


def _mapping(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _items(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
