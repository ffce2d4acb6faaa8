# SPDX-License-Identifier: Apache-2.0
"""A date and time, typed in the site's zone and read back in words before it is recorded."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QLineEdit

from reviewer_app.domain.cases import Precision
from reviewer_app.domain.clocks import written
from reviewer_app.ui.theme import GAP, colour, face_of, styled
from reviewer_app.ui.widgets.controls import Labelled

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
HOUR = r"(?:[ T]+(?P<hour>\d{1,2}):(?P<minute>\d\d)(?:\s+(?P<zone>[A-Za-z]{2,5}))?)?"
NUMBERS = re.compile(rf"(?P<year>\d{{4}})-(?P<month>\d{{1,2}})-(?P<day>\d{{1,2}}){HOUR}")
WORDS = re.compile(
    rf"(?:(?P<weekday>[a-z]{{3}})[a-z]*,?\s+)?(?P<day>\d{{1,2}})\s+(?P<name>[a-z]{{3}})[a-z]*\.?\s+(?P<year>\d{{4}}){HOUR}",
    re.IGNORECASE,
)
HINT = "write it like 2026-12-03 12:00, or 2026-12-03 where only the day is known"


@dataclass(frozen=True)
class Reading:
    """What a typed moment says: UTC and precision, or what is `wrong` with it. Nothing typed is neither."""

    moment: datetime | None = None
    precision: Precision = Precision.MINUTE
    wrong: str = ""


class Unreadable(ValueError):
    """Its text says what is wrong, for a person."""


def read(text: str, zone: str) -> Reading:
    """Reads `2026-12-03 12:00`, `2026-12-03`, `3 Dec 2026 12:00 EST` or `Thu 3 Dec 2026` in a zone (IANA name).

    Raises nothing. An hour that daylight saving skips is refused; one that comes twice needs its zone's short name.
    """
    try:
        return _read(text.strip(), zone) if text.strip() else Reading()
    except Unreadable as error:
        return Reading(wrong=str(error))


def _read(text: str, zone: str) -> Reading:
    found = NUMBERS.fullmatch(text) or WORDS.fullmatch(text)
    if not found:
        raise Unreadable(f"“{text}” is not read as a date; {HINT}")
    said = found.groupdict()
    name = str(said.get("name") or MONTHS[0]).lower()
    if name not in MONTHS:
        raise Unreadable(f"“{said['name']}” is no month; {HINT}")
    month = int(said.get("month") or MONTHS.index(name) + 1)
    hour, minute = (int(said["hour"]), int(said["minute"])) if said["hour"] else (0, 0)
    try:
        local = datetime(int(said["year"]), month, int(said["day"]), hour, minute)  # noqa: DTZ001  its zone comes next
    except ValueError as error:
        raise Unreadable(f"“{text}” is no day or hour of the calendar; check its numbers") from error
    weekday = DAYS[local.weekday()]
    if said.get("weekday") and said["weekday"].lower() != weekday:
        raise Unreadable(f"that day is a {weekday.capitalize()}; check the date or leave the weekday out")
    if not 2000 <= local.year <= 2100:
        raise Unreadable("the year lies outside 2000 to 2100; check it")
    precision = Precision.MINUTE if said["hour"] else Precision.DAY
    return Reading(_placed(local, precision, (said["zone"] or "").upper(), ZoneInfo(zone)), precision)


def _placed(local: datetime, precision: Precision, short: str, zone: ZoneInfo) -> datetime:
    """The wall-clock time as a moment in UTC; `short` is the zone's short name where one was written."""
    folds = [local.replace(tzinfo=zone, fold=fold) for fold in (0, 1)]
    names = [str(each.tzname()) for each in folds]
    there = [each.astimezone(UTC).astimezone(zone).replace(tzinfo=None) == local for each in folds]
    if precision is Precision.DAY:  # in a zone that changes at midnight the day may begin an hour later
        return folds[0].astimezone(UTC) if any(there) else (folds[0] + timedelta(hours=1)).astimezone(UTC)
    if not any(there):
        raise Unreadable("daylight saving skips this hour; write the hour before or after")
    if short and short not in names:
        raise Unreadable(f"the site's zone says {names[0]} at that moment, not {short}; convert the hour")
    if names[0] != names[1] and not short:
        raise Unreadable(f"this hour comes twice; write {names[0]} or {names[1]} behind it")
    return folds[names.index(short) if short else 0].astimezone(UTC)


class MomentField(QLineEdit):
    """One line to type a moment; the zone's name stands at its right end."""

    def __init__(self, name: str, zone_name: str) -> None:
        super().__init__()
        self.zone_name = zone_name
        self.setAccessibleName(f"{name}, {zone_name}")
        self.setPlaceholderText("YYYY-MM-DD HH:MM")
        styled(self, MomentField._fit)

    def _fit(self) -> None:
        self.setTextMargins(0, 0, face_of()[1].horizontalAdvance(self.zone_name) + 2 * GAP, 0)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setFont(face_of()[0])
        painter.setPen(colour("soft"))
        side = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(self.rect().adjusted(0, 0, -GAP - 2, 0), side, self.zone_name)


class MomentEntry(Labelled):
    """The field with its label; below it stands how it was read, or what is wrong once it is left."""

    def __init__(
        self,
        text: str,
        zone: str,
        zone_name: str,
        note: str = "",
        *,
        moment: datetime | None = None,
        precision: Precision = Precision.MINUTE,
    ) -> None:
        self.field = MomentField(text, zone_name)
        super().__init__(text, self.field, note)
        self.zone, self.usual = zone, note
        self.field.textChanged.connect(self._on_typed)
        self.field.editingFinished.connect(self._on_left)
        if moment is not None:
            self.field.setText(written(moment, zone, precision=precision))

    def reading(self) -> Reading:
        """What stands in the field."""
        return read(self.field.text(), self.zone)

    def check(self) -> Reading:
        """The same, with what is wrong said beside the field."""
        reading = self.reading()
        self.set_error(f"{reading.wrong[0].upper()}{reading.wrong[1:]}." if reading.wrong else "")
        return reading

    @Slot()
    def _on_typed(self) -> None:
        reading = self.reading()
        told = self.usual
        if reading.moment:
            told = "Reads " + written(reading.moment, self.zone, weekday=True, precision=reading.precision)
        self.note.setText(told)
        self.note.setVisible(bool(told))
        if not reading.wrong:
            self.set_error("")

    @Slot()
    def _on_left(self) -> None:
        self.check()
