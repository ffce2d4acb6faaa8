# SPDX-License-Identifier: Apache-2.0
"""The docket: every case in one line, with the limit that bites."""

from datetime import datetime, timedelta
from typing import NamedTuple

from reviewer_app.domain.cases import Precision
from reviewer_app.domain.clocks import AccessWindow, Convention, alert_reached, window_from
from reviewer_app.services.desk import Desk
from reviewer_app.vault.docket import DocketRow

PRECISION: dict[str, Precision] = {each.value: each for each in Precision}
"""By the text of a row; calling the enum takes longer, once for each case."""


class DocketLine(NamedTuple):
    """One case. `determination` reads "none recorded" when there is no record. Times are UTC."""

    case: str
    number: str
    codename: str
    developer: str
    marking: str
    access: str
    evaluation: str
    determination: str
    material: str
    ends: datetime | None
    left: timedelta | None
    limit: str
    alert: int | None
    assignee: str
    last_entry: datetime | None
    findings: int


def lines(desk: Desk) -> list[DocketLine]:
    """All cases, those whose access ends soonest first, then the ones without an open window by number."""
    now, convention, alerts = desk.moment(), desk.convention, desk.policy.alerts()
    made = []
    for row in desk.records.docket():
        window = _window(row, convention)
        opened = window is not None and window.is_open(now)
        made.append(
            DocketLine(
                case=row.case,
                number=row.number,
                codename=row.codename,
                developer=row.developer,
                marking=row.marking,
                access=row.access,
                evaluation=row.evaluation,
                determination=row.determination or "none recorded",
                material=row.material,
                ends=window.end() if window else None,
                left=window.left(now) if window and opened else None,
                limit=window.bites.limit.value if window and opened else "",
                alert=alert_reached(window.end(), now, alerts) if window and opened else None,
                assignee=row.assignee or "not assigned",
                last_entry=row.last_entry,
                findings=row.findings,
            )
        )
    return sorted(made, key=lambda line: (line.left is None, line.left or timedelta(), line.number))


def _window(row: DocketRow, convention: Convention) -> AccessWindow | None:
    if row.granted is None:
        return None
    return window_from(
        row.granted,
        PRECISION[row.granted_precision or Precision.MINUTE],
        convention,
        extension=row.extension,
        planned_release=row.planned_release,
        release=row.release,
        ended=row.ended or row.withdrawal,
    )
