# SPDX-License-Identifier: Apache-2.0
"""The evaluation logs and the files of a case revision: how to read them, and their tables."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from reviewer_app.domain.evidence import Attachment
from reviewer_app.memo.content import Entry, Row, Span, Table
from reviewer_app.memo.results import COUNTS, Log
from reviewer_app.memo.revision import CaseRecords
from reviewer_app.memo.sections import absent, enclosure_numbers, mark_of, quoted, sentence

LOGS = {"inspect-eval", "inspect-json", "unreadable"}
"""What attachments that are evaluation logs, or may be, were detected as."""


def evaluations(records: CaseRecords, logs: list[Log]) -> Iterator[Entry]:
    """How to read the table, what each log does not say, and which files could not be read as a log."""
    unread = list(_unread(records))
    if logs:
        yield from _read(records, logs)
    elif not unread:
        yield absent("No evaluation log is recorded.")
    yield from unread


def _read(records: CaseRecords, logs: list[Log]) -> Iterator[Entry]:
    count = "One evaluation log is" if len(logs) == 1 else f"{len(logs):,} evaluation logs are"
    yield absent(
        f"{count} summarized in Table 1. Each result is given with its denominator. “Not recorded” means that the log "
        "does not say; it is never zero. The figures are those of the tools, and none is a score of the model as a "
        "whole."
    )
    numbers = enclosure_numbers(records)
    for number, (summary, log) in enumerate(zip(records.evaluations, logs, strict=True), 1):
        where = f", Enclosure {numbers[summary.attachment]}" if summary.attachment in numbers else ""
        yield Entry(mark_of(summary), _log(f"Log {number}{where}", log))


def _unread(records: CaseRecords) -> Iterator[Entry]:
    summarized = {each.attachment for each in records.evaluations}
    for number, each in enumerate(records.attachments, 1):
        if each.detected in LOGS and each.id not in summarized:
            spans = (
                Span(f"Enclosure {number}, “"),
                quoted(each.name),
                Span("”, could not be read as an evaluation log; nothing in it is summarized here."),
            )
            yield Entry(mark_of(each), spans)


def _log(name: str, log: Log) -> tuple[Span, ...]:
    spans = [
        *(Span(f"{name}. Model as the log names it: "), quoted(log.model)),
        *(Span(". Status: "), quoted(log.status), Span(".")),
    ]
    if log.settings:
        spans += [Span(" Settings: "), quoted(sentence(log.settings))]
    if log.cautions:
        spans += [Span(" Read with care: "), quoted(" ".join(map(sentence, log.cautions)))]
    return tuple(spans)


def results_table(records: CaseRecords, logs: list[Log]) -> Table:
    """Table 1: one row for each score, the counts on the first row of each log."""
    rows = []
    for number, (summary, log) in enumerate(zip(records.evaluations, logs, strict=True), 1):
        counts = tuple(quoted(log.counts[name]) for name in COUNTS)
        for first, result in ((place == 0, text) for place, text in enumerate(log.results)):
            cells = (quoted(f"{number}. {log.task}"), quoted(log.tool), quoted(result))
            rows.append(Row(mark_of(summary), cells + (counts if first else (quoted("as above"),) * len(COUNTS))))
    header = ("Log and task", "Tool", "Result", *(name.capitalize() for name in COUNTS))
    alternative = f"Results of {len(logs)} evaluation logs, each with its denominator and its counts of samples."
    widths = (116, 70, 98, 46, 54, 42, 42)
    return Table("(U)", "Table 1. Evaluation results", header, tuple(rows), widths, alternative, results=2)


def files_table(files: Sequence[Attachment], caption: str) -> Table:
    """Every file with its size and its whole SHA-512, in groups of sixteen digits for the eye."""
    rows = tuple(
        Row(mark_of(each), (Span(str(number)), Span(f"{each.size:,}"), quoted(_grouped(each.sha512))))
        for number, each in enumerate(files, 1)
    )
    alternative = f"Size in bytes and SHA-512 of {len(files)} files, by their number."
    return Table("(U)", caption, ("Enclosure", "Bytes", "SHA-512"), rows, (72, 76, 320), alternative)


def _grouped(digits: str) -> str:
    return " ".join(digits[start:end] for start, end in pairwise(range(0, len(digits) + 1, 16)))
