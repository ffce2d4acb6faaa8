# SPDX-License-Identifier: Apache-2.0
"""What a person should look at in a case: each point one sentence and one way on. Nothing here refuses anything."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from reviewer_app.domain.cases import Access
from reviewer_app.domain.clocks import spelled
from reviewer_app.services import preferences
from reviewer_app.services.cases import CaseFile
from reviewer_app.services.desk import Desk


class Way(StrEnum):
    """Where a point leads; the value is the verb a person reads."""

    HISTORY = "Show history"
    DATES = "Show dates"
    TRACKS = "Change tracks"
    OFFER = "Record the offer"
    AGREEMENT = "Record the agreement"
    CHECKPOINT = "Record the checkpoint"


@dataclass(frozen=True)
class Point:
    """`key` names the point for dismissing it: a new threshold or another contradiction is another point."""

    key: str
    text: str
    way: Way


def points(desk: Desk, file: CaseFile) -> list[Point]:
    """The points of a case, the most pressing first."""
    return [*_clock(desk, file), *_conflicts(file), *_access(desk, file), *_contradictions(file), *_gaps(file)]


def _clock(desk: Desk, file: CaseFile) -> Iterator[Point]:
    if file.clock_set_back:
        counted = desk.written(file.now)
        yield Point(
            "clock",
            f"This computer's clock stands before the journal's last entry. Deadlines are counted from {counted}.",
            Way.HISTORY,
        )


def _conflicts(file: CaseFile) -> Iterator[Point]:
    for conflict in file.conflicts:
        field, kind = conflict.field.replace("_", " "), conflict.kind.replace("_", " ")
        text = f"Two workstations gave “{field}” of a {kind} different values. Both are kept until a person chooses."
        yield Point(f"conflict:{conflict.record}:{conflict.field}", text, Way.HISTORY)


def _access(desk: Desk, file: CaseFile) -> Iterator[Point]:
    window, now = file.window, file.now
    if window and file.alert is not None and file.alert < acknowledged(desk, file, window.end()):
        ends, left = desk.written(window.end(), weekday=True), spelled(window.left(now))
        yield Point(f"access:{file.alert}", f"Government access ends {ends}, in {left}.", Way.DATES)
    track = file.case.access
    if window and window.is_open(now) and track in (Access.PROPOSED, Access.ARRANGED, Access.ENDED):
        yield Point("track", f"By the dates government access is active, but the track says {track}.", Way.TRACKS)
    if window and now >= window.end() and track in (Access.PROPOSED, Access.ARRANGED, Access.ACTIVE):
        yield Point("track", f"By the dates government access has ended, but the track says {track}.", Way.TRACKS)


def _contradictions(file: CaseFile) -> Iterator[Point]:
    for text in file.contradictions:
        yield Point(f"dates:{text}", text, Way.DATES)


def _gaps(file: CaseFile) -> Iterator[Point]:
    ways = (Way.OFFER, file.submissions), (Way.AGREEMENT, file.agreements), (Way.CHECKPOINT, file.checkpoints)
    missing = (way for way, there in ways if not there)
    for way, text in zip(missing, file.gaps, strict=True):
        yield Point(f"gap:{way}", text, way)


# --- alert thresholds ----------------------------------------------------------------------------------------------

NEVER = 1_000_000  # hours; more than any threshold


def acknowledge(desk: Desk, file: CaseFile) -> None:
    """The signed-in person has seen the alert in force: an entry by name, and no more alert until the next threshold."""
    if file.window is None or file.alert is None:
        return
    with desk.record("end of access alert acknowledged", case=file.case.id, subject=file.case.id):
        pass
    kept = f"{file.window.end().isoformat()} {file.alert}"
    preferences.remember(desk, f"alert:{file.case.id}", kept)


def acknowledged(desk: Desk, file: CaseFile, end: datetime) -> int:
    """The threshold in hours that this person has acknowledged for this end of access; a moved end asks anew."""
    seen, _, hours = preferences.recall(desk, f"alert:{file.case.id}").partition(" ")
    return int(hours) if seen == end.isoformat() else NEVER
