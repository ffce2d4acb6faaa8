# SPDX-License-Identifier: Apache-2.0
"""What the Overview says of a case: the drawing of its access window, and the facts beside it."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from reviewer_app.domain.cases import Agreement, Precision
from reviewer_app.domain.clocks import AccessWindow as Window
from reviewer_app.domain.clocks import spelled, written
from reviewer_app.services.cases import CaseFile
from reviewer_app.services.desk import Desk
from reviewer_app.ui.widgets.drawing import AccessWindow, Limit

Pairs = tuple[tuple[str, str], ...]
DAY = timedelta(days=1)
NONE = "none recorded"


def drawn(window: Window, now: datetime, zone: str) -> AccessWindow:
    """The picture of a window at a moment (UTC)."""
    opened = window.is_open(now)
    left = f" · {spelled(window.left(now))}" if opened else ""
    ends = [(window.bites.moment, window.bites.limit.value)]
    ends += [(window.other.moment, window.other.limit.value)] if window.other else []
    if window.ended and window.end() < window.bites.moment:
        ends.append((window.end(), "recorded end"))
    limits: list[Limit] = []
    for moment, name in sorted(ends):
        text = f"{name} · {_short(moment, zone)}" if limits else f"{_short(moment, zone)} · {name}{left}"
        limits.append(Limit(max((moment - window.granted) / DAY, 0.0), name, text))
    today = (now - window.granted) / DAY if opened else None
    return AccessWindow(written(window.granted, zone), today, limits, f"Today, day {window.day(now)}" if opened else "")


def _short(moment: datetime, zone: str) -> str:
    """`3 Dec 12:00`; year and zone stand elsewhere on the page."""
    day, month, _year, hour, _zone = written(moment, zone).split()
    return f"{day} {month} {hour}"


def window_told(desk: Desk, file: CaseFile) -> str:
    """The same in sentences."""
    window = file.window
    if window is None:
        return "No grant of access is recorded, so no access window is counted. Record the date “access granted” first."
    tense = "ended" if file.now >= window.end() else "ends"
    said = [f"Government access {tense} {desk.written(window.end(), weekday=True)}"]
    said.append("as recorded." if window.end() < window.bites.moment else f"by the {window.bites.limit}.")
    if window.other and window.end() == window.bites.moment:
        said.append(f"The {window.other.limit} would end it {desk.written(window.other.moment, weekday=True)}.")
    return " ".join(said)


def side_groups(file: CaseFile, zone: str) -> tuple[tuple[str, Pairs], ...]:
    """The groups of the side panel."""
    people = (
        ("Assigned", ", ".join(file.assignees) or NONE),
        ("Developer contact", file.case.developer_contact or NONE),
    )
    return (
        ("People", people),
        ("Checkpoint", tuple(_checkpoint(file))),
        ("Basis", tuple(_basis(file, zone))),
    )


def _checkpoint(file: CaseFile) -> Iterator[tuple[str, str]]:
    if file.checkpoints:
        *earlier, newest = file.checkpoints
        yield "Build", f"({newest.marking}) {newest.build}"
        yield "Safeguards", newest.safeguards.value
        yield "Access mode", newest.access_mode.value
        yield "Runs at", newest.runs_at or "not recorded"
        if earlier:
            yield "Earlier builds", ", ".join(each.build for each in earlier)
    else:
        yield "Build", NONE
    yield "Weights", file.case.weights.value


def _basis(file: CaseFile, zone: str) -> Iterator[tuple[str, str]]:
    for offer in file.submissions:
        day = written(offer.offered, zone, precision=Precision.DAY)
        yield "Offered", f"({offer.marking}) {day} by {offer.offered_by}; {offer.document}"
    if not file.submissions:
        yield "Offered", NONE
    for answer in file.determinations:
        day = written(answer.moment, zone, precision=Precision.DAY)
        yield "Determination", f"({answer.marking}) {answer.answer} {day}, {answer.authority}; {answer.reference}"
    if not file.determinations:
        yield "Determination", NONE


def agreement_title(agreement: Agreement, zone: str) -> str:
    """`EX-114, version 2, signed 6 Nov 2026`."""
    signed = f", signed {written(agreement.signed, zone, precision=Precision.DAY)}" if agreement.signed else ""
    return f"({agreement.marking}) {agreement.reference}, version {agreement.edition}{signed}"


def agreement_facts(agreement: Agreement) -> Pairs:
    """The terms that an agreement sets."""
    named = "may be given to the clearinghouse" if agreement.developer_may_be_named else "withheld"
    return (
        ("Agreed uses", agreement.uses or "not recorded"),
        ("Agreed people", agreement.people or "not recorded"),
        ("Sharing", agreement.sharing or "not recorded"),
        ("Developer's name", named),
        ("Return", agreement.return_duty or "not recorded"),
    )


def brief(moment: datetime, now: datetime, zone: str) -> str:
    """`9 Nov` in the present year, `9 Nov 2025` otherwise."""
    local, today = moment.astimezone(ZoneInfo(zone)), now.astimezone(ZoneInfo(zone))
    day = written(moment, zone, precision=Precision.DAY)
    return day.rsplit(" ", 1)[0] if local.year == today.year else day
