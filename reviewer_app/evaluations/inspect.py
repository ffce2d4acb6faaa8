# SPDX-License-Identifier: Apache-2.0
"""Inspect logs, `.eval` (a ZIP) and `.json`: finds the header and the samples; `inspect_said` says what they mean."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from reviewer_app.evaluations.archive import Archive
from reviewer_app.evaluations.fields import Fields, Unreadable, Warnings, short
from reviewer_app.evaluations.jsonstream import CutOff, JsonFile, streamed
from reviewer_app.evaluations.jsontext import parse, parse_items
from reviewer_app.evaluations.source import SourceFile

WHOLE = 4 * 1024 * 1024
"""Bytes up to which a `.json` log is read to its end; of a larger one only the header, which stands first."""

_HEADER_KEYS = frozenset(
    ["version", "status", "eval", "plan", "results", "stats", "error", "invalidated", "log_updates", "config_updates"]
)
_ENOUGH = frozenset({"status", "eval", "results", "stats"})
_ROW_KEYS = ("id", "epoch", "target", "scores", "score", "limit", "error", "total_time")
_TEXT = 300
Row = dict[str, Any]


class Outcome(NamedTuple):
    """How one run of a sample ended."""

    errored: bool
    limited: bool


@dataclass(frozen=True)
class Log:
    """What was found. `outcomes` is None where the samples were not looked at; `held` counts the samples in the file.
    `finished` is False when a `.eval` has only its start record, `cut` is True when a `.json` ends too early."""

    header: Fields
    outcomes: list[Outcome] | None
    held: int | None
    finished: bool = True
    cut: bool = False


def read_log(kind: str, file: SourceFile, warnings: Warnings) -> Log:
    """The log in the file, of kind "inspect-eval" or "inspect-json". Raises Unreadable."""
    if kind == "inspect-eval":
        return _eval_log(Archive(file, warnings), warnings)
    return streamed(file, warnings, lambda stream: _json_log(stream, file, warnings))


def read_rows(kind: str, file: SourceFile, limit: int, warnings: Warnings) -> tuple[list[dict[str, Any]], bool]:
    """The first `limit` samples in the shape of `said.Sample`, and whether there are more. Raises Unreadable."""

    def first(rows: Iterable[Row]) -> tuple[list[dict[str, Any]], bool]:
        found: list[dict[str, Any]] = []
        for row in rows:
            if len(found) == limit:
                return found, True
            found.append(_sample(row, warnings))
        return found, False

    if kind == "inspect-eval":
        return first(_eval_rows(Archive(file, warnings), warnings))
    return streamed(file, warnings, lambda stream: first(_json_rows(stream, warnings)))


# --- .eval ---------------------------------------------------------------------------------------------------------


def _eval_log(archive: Archive, warnings: Warnings) -> Log:
    finished = "header.json" in archive
    name = "header.json" if finished else "_journal/start.json"
    if name not in archive:
        raise Unreadable("it has neither a header.json nor a start record, so it is no Inspect log")
    header = _header(parse(archive.read(name), warnings), warnings)
    outcomes = None
    try:
        outcomes = [_outcome(row) for row in _summaries(archive, warnings)]
    except Unreadable as reason:
        warnings.add(f"The file's list of samples cannot be read: {reason}.")
    return Log(header, outcomes, len(archive.starting("samples/")), finished)


def _header(value: Any, warnings: Warnings) -> Fields:
    header = Fields(value if isinstance(value, dict) else {}, "", warnings)
    if not isinstance(header.raw("eval"), dict):
        raise Unreadable("its header does not say which evaluation was run")
    return header


def _summaries(archive: Archive, warnings: Warnings) -> Iterator[Row]:
    """What the file says of each sample beside the samples themselves."""
    names = ["summaries.json"] if "summaries.json" in archive else _batches(archive)
    if not names:
        raise Unreadable("it has none")
    for name in names:
        yield from _rows(parse_items(archive.pieces(name), warnings), warnings)


def _batches(archive: Archive) -> list[str]:
    """The journal's lists of samples, in the order they were written."""
    numbered = {name: re.fullmatch(r"_journal/summaries/(\d{1,9})\.json", name) for name in archive.members}
    return sorted((name for name, found in numbered.items() if found), key=lambda name: int(numbered[name][1]))  # type: ignore[index]


def _rows(items: Iterable[Any], warnings: Warnings) -> Iterator[Row]:
    """Of each sample the fields that are shown, so that its long texts need not be held."""
    for item in items:
        if isinstance(item, dict):
            yield {key: item.get(key) for key in _ROW_KEYS}
        else:
            warnings.add("An entry of the file's list of samples is not an object; it is left out.")


def _eval_rows(archive: Archive, warnings: Warnings) -> Iterator[Row]:
    """From the list of samples where there is one, else from the samples, one member at a time."""
    if "summaries.json" in archive or _batches(archive):
        yield from _summaries(archive, warnings)
        return
    for name in archive.starting("samples/"):
        yield from _rows([parse(archive.read(name), warnings)], warnings)


# --- .json ---------------------------------------------------------------------------------------------------------


def _json_log(stream: JsonFile, file: SourceFile, warnings: Warnings) -> Log:
    values: dict[str, Any] = {}
    outcomes: list[Outcome] | None = []
    cut = False
    try:
        for key in stream.outermost():
            if key in _HEADER_KEYS:
                values[key] = stream.value()
            elif key == "samples":
                if file.size > WHOLE and values.keys() >= _ENOUGH:
                    outcomes, cut = None, not _ends_well(file)
                    break
                outcomes = [_outcome(row) for row in _rows(stream.items(), warnings)]
        if stream.followed:
            warnings.add("Something follows the end of the log in the file; it was not read.")
    except CutOff:
        if not isinstance(values.get("eval"), dict):
            raise
        cut = True
    held = None if outcomes is None or cut else len(outcomes)
    return Log(_header(values, warnings), outcomes, held, cut=cut)


def _ends_well(file: SourceFile) -> bool:
    file.seek(max(0, file.size - 64))
    return file.read(64).replace(b"\0", b"").rstrip().endswith(b"}")


def _json_rows(stream: JsonFile, warnings: Warnings) -> Iterator[Row]:
    try:
        for key in stream.outermost():
            if key == "samples":
                yield from _rows(stream.items(), warnings)
                return
    except CutOff:
        warnings.add("The file is cut off; samples after this place are lost.")


# --- one sample ----------------------------------------------------------------------------------------------------


def _outcome(row: Row) -> Outcome:
    return Outcome(bool(row["error"]), bool(row["limit"]))


def _sample(row: Row, warnings: Warnings) -> dict[str, Any]:
    fields = Fields(row, "sample", warnings)
    scores = row["scores"] if isinstance(row["scores"], dict) else {}
    score = next(iter(scores.values()), row["score"])
    score = score if isinstance(score, dict) else {"value": score}
    return {
        "id": _line(row["id"]),
        "epoch": fields.count("epoch"),
        "target": _line(row["target"]),
        "answer": _line(score.get("answer")),
        "score": _line(score.get("value")),
        "limit": _line(row["limit"], "type"),
        "error": _line(row["error"], "message"),
        "total_time": fields.number("total_time"),
    }


def _line(value: Any, key: str = "") -> str | None:
    """A value on one line: of an object the named field, of a list of texts the texts."""
    if isinstance(value, dict) and key in value:
        value = value[key]
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        value = ", ".join(value)
    return None if value is None or value == "" else short(value, _TEXT)
