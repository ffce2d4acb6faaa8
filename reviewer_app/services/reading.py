# SPDX-License-Identifier: Apache-2.0
"""What attached files say: summary, samples and pages, read anew in the reader process; opening one is journaled."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from reviewer_app.domain.evidence import Attachment, EvaluationSummary
from reviewer_app.evaluations.detect import NAMES
from reviewer_app.evaluations.reader import PageImage, PageImages
from reviewer_app.evaluations.said import Counts, Said, Sample, Samples, Score, unsaid
from reviewer_app.services.attachments import (
    EVALUATIONS,
    Cancelled,
    Progress,
    never,
    no_progress,
    open_bytes,
    summary_of,
)
from reviewer_app.services.desk import Desk

__all__ = [
    "Counts",
    "PageImage",
    "PageImages",
    "Said",
    "Sample",
    "Samples",
    "Score",
    "Share",
    "is_evaluation",
    "kind_of",
    "open_pages",
    "open_samples",
    "page",
    "pages_of",
    "read_again",
    "said_of",
    "share_of",
    "silences",
]

SHARES = frozenset({"accuracy", "acc"})
"""Metrics that are a plain share of the samples, so that value × n is a number of samples."""


def kind_of(attachment: Attachment) -> str:
    """What sort of file it is, in words."""
    return NAMES.get(attachment.detected, NAMES["unknown"])


def is_evaluation(attachment: Attachment) -> bool:
    """Whether it is a kind of file that says what an evaluation gave."""
    return attachment.detected in EVALUATIONS


# --- what an evaluation file says ----------------------------------------------------------------------------------


def said_of(summary: EvaluationSummary) -> Said:
    """What the file said when it was read."""
    return Said.model_validate_json(summary.said)


@dataclass(frozen=True)
class Share:
    """`hits` of `total` samples scored as target; `errored` ones are in neither, None when the file does not say."""

    hits: int
    total: int
    errored: int | None


def share_of(said: Said) -> Share | None:
    """The first score as a share of samples; None where it is an average, of repeated runs or partial credit."""
    score = said.scores[0] if said.scores else None
    if score is None or score.value is None or not score.n or score.metric.casefold() not in SHARES:
        return None
    hits = round(score.value * score.n)
    whole = 0 <= hits <= score.n and abs(score.value * score.n - hits) < 1e-6 * score.n
    repeated = said.settings.get("epochs") not in (None, 1)
    return Share(hits, score.n, said.counts.errored) if whole and not repeated else None


def read_again(desk: Desk, attachment: Attachment, *, cancelled: Cancelled = never) -> EvaluationSummary:
    """Reads a file that could not be read when it came in, and keeps what it says.

    Raises EvaluationError with the reason when it still cannot be read, AttachmentMissing, AttachmentDamaged.
    """
    with open_bytes(desk, attachment) as source:
        said = desk.reader.read(source, attachment.name, cancelled=cancelled)
    summary = summary_of(attachment, said)
    with desk.record("evaluation read", case=attachment.case, subject=attachment.id) as tx:
        tx.create(summary)
    return summary


def open_samples(
    desk: Desk,
    attachment: Attachment,
    *,
    progress: Progress = no_progress,
    cancelled: Cancelled = never,
) -> Samples:
    """The first 1,000 samples of an evaluation file, for a person to read."""
    with open_bytes(desk, attachment) as source:
        found = desk.reader.samples(source, attachment.name, progress=progress, cancelled=cancelled)
    _note_opened(desk, attachment)
    return found


# --- pages ---------------------------------------------------------------------------------------------------------


def open_pages(desk: Desk, attachment: Attachment, width: int, *, cancelled: Cancelled = never) -> PageImages:
    """The first page of a PDF document, `width` pixels across, and how many there are, for a person to read."""
    found = page(desk, attachment, 0, width, cancelled=cancelled)
    _note_opened(desk, attachment)
    return found


def page(desk: Desk, attachment: Attachment, number: int, width: int, *, cancelled: Cancelled = never) -> PageImages:
    """A further page of a document that was opened; pages count from 0."""
    with open_bytes(desk, attachment) as source:
        return desk.reader.page_images(source, attachment.name, [number], width, cancelled=cancelled)


@dataclass(frozen=True)
class Held:
    """A file that this program made and holds in memory, as the reader process takes it."""

    data: bytes = field(repr=False)

    @property
    def size(self) -> int:
        """Bytes."""
        return len(self.data)

    def read_at(self, offset: int, length: int) -> bytes:
        """The bytes of a range."""
        return self.data[offset : offset + length]


def pages_of(desk: Desk, pdf: bytes, numbers: Sequence[int], width: int, *, cancelled: Cancelled = never) -> PageImages:
    """Pages of a PDF document that was made here and is kept nowhere yet."""
    return desk.reader.page_images(Held(pdf), "draft", numbers, width, cancelled=cancelled)


def _note_opened(desk: Desk, attachment: Attachment) -> None:
    with desk.record("attachment opened", case=attachment.case, subject=attachment.id):
        pass


# --- what it does not say ------------------------------------------------------------------------------------------


def silences(said: Said, attachment: Attachment) -> list[str]:
    """What a reader would look for in the file and not find, then what the reader process warned of."""
    found = []
    named = f"the log names {said.model} only" if said.model else "the log does not name a model"
    if attachment.checkpoint is None:
        found.append(f"Which checkpoint answered: {named}, and none is recorded with this file.")
    return [*found, *unsaid(said), *said.warnings]
