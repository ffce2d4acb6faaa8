# SPDX-License-Identifier: Apache-2.0
"""The access window and other moments: how they are counted, which limit bites, how they are written.

"Up to 30 days" is a ceiling on the length of access before planned release to other trusted partners (EO 14409
sec. 3(b)(ii)). How it is counted is undefined in public, so the convention is site policy and is printed beside the
number. The end of the window means that government access ends, and nothing else.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from typing import NamedTuple
from zoneinfo import ZoneInfo

from reviewer_app.domain.cases import DatedFact, FactKind, Precision

HOUR = timedelta(hours=1)


class Until(StrEnum):
    """When on its last day the access window ends."""

    SAME_HOUR = "the hour at which access was granted"
    END_OF_DAY = "the end of the day"


@dataclass(frozen=True)
class Convention:
    """How days are counted: calendar days in one IANA zone, the day of access being day 0 or day 1."""

    zone: str = "America/New_York"
    zone_name: str = "Eastern time"
    days: int = 30
    first_day: int = 0
    until: Until = Until.SAME_HOUR

    def told(self) -> str:
        """The words that stand beside every number counted this way."""
        ending = "" if self.until is Until.SAME_HOUR else ", to the end of the day"
        return f"calendar days, day of access is day {self.first_day}{ending}, {self.zone_name}"

    def limit(self, granted: datetime, precision: Precision = Precision.MINUTE) -> datetime:
        """The last moment of access in UTC. A wall-clock time that daylight saving skips moves forward by the gap."""
        local = granted.astimezone(ZoneInfo(self.zone))
        last = local.date() + timedelta(days=self.days - self.first_day)
        if self.until is Until.END_OF_DAY or precision is Precision.DAY:
            return datetime.combine(last + timedelta(days=1), time(), ZoneInfo(self.zone)).astimezone(UTC)
        return datetime.combine(last, local.time(), ZoneInfo(self.zone)).astimezone(UTC)


class Limit(StrEnum):
    """What ends the access window."""

    DAYS = "30-day limit"
    EXTENSION = "agreed extension"
    PLANNED_RELEASE = "planned partner release"
    RELEASE = "partner release"


class End(NamedTuple):
    """One limit of the window and its moment in UTC."""

    limit: Limit
    moment: datetime


class AccessWindow(NamedTuple):
    """The period of government access. `bites` is the earlier limit; `other` the later one, if there is one."""

    granted: datetime
    bites: End
    other: End | None
    ended: datetime | None
    convention: Convention

    @property
    def last(self) -> datetime:
        """The later of the two limits."""
        return self.other.moment if self.other else self.bites.moment

    def end(self) -> datetime:
        """When access ends or ended: the recorded end, or the limit that bites."""
        return min(self.ended, self.bites.moment) if self.ended else self.bites.moment

    def is_open(self, now: datetime) -> bool:
        """Whether government access lasts at this moment; the end itself is no longer inside."""
        return self.granted <= now < self.end()

    def left(self, now: datetime) -> timedelta:
        """How long access still lasts; never negative."""
        return max(self.end() - now, timedelta())

    def day(self, now: datetime) -> int:
        """The number of the day of access, counted by the convention."""
        zone = ZoneInfo(self.convention.zone)
        return (now.astimezone(zone).date() - self.granted.astimezone(zone).date()).days + self.convention.first_day


def in_force(facts: Iterable[DatedFact], what: FactKind) -> DatedFact | None:
    """The fact of this kind that holds. Where several stand, the earliest: the careful reading of a contradiction."""
    those = [fact for fact in facts if fact.what is what and fact.entered_in_error is None]
    return min(those, key=lambda fact: (fact.moment, fact.id), default=None)


def access_window(facts: Sequence[DatedFact], convention: Convention) -> AccessWindow | None:
    """The window these facts give, or None while no access was granted."""
    granted = in_force(facts, FactKind.ACCESS_GRANTED)
    if granted is None:
        return None

    def moment(what: FactKind) -> datetime | None:
        found = in_force(facts, what)
        return found.moment if found else None

    return window_from(
        granted.moment,
        granted.precision,
        convention,
        extension=moment(FactKind.EXTENSION_AGREED),
        planned_release=moment(FactKind.PARTNER_RELEASE_PLANNED),
        release=moment(FactKind.PARTNER_RELEASE),
        ended=moment(FactKind.ACCESS_ENDED) or moment(FactKind.WITHDRAWAL),
    )


def window_from(
    granted: datetime,
    precision: Precision,
    convention: Convention,
    *,
    extension: datetime | None = None,
    planned_release: datetime | None = None,
    release: datetime | None = None,
    ended: datetime | None = None,
) -> AccessWindow:
    """The window these moments (UTC) give. Waiting never extends it; an agreement in writing may."""
    ends = [End(Limit.EXTENSION, extension) if extension else End(Limit.DAYS, convention.limit(granted, precision))]
    if release:
        ends.append(End(Limit.RELEASE, release))
    elif planned_release:
        ends.append(End(Limit.PLANNED_RELEASE, planned_release))
    bites, other = ends[0], ends[1] if len(ends) > 1 else None
    if other and other.moment < bites.moment:
        bites, other = other, bites
    return AccessWindow(granted, bites, other, ended, convention)


# What must not come before what; both are shown to a person, neither is refused.
_ORDER = (
    (FactKind.INQUIRY, FactKind.ACCESS_GRANTED),
    (FactKind.ACCESS_OFFERED, FactKind.ACCESS_GRANTED),
    (FactKind.ACCESS_GRANTED, FactKind.ACCESS_ENDED),
    (FactKind.ACCESS_GRANTED, FactKind.EXTENSION_AGREED),
    (FactKind.ACCESS_GRANTED, FactKind.PARTNER_RELEASE_PLANNED),
    (FactKind.ACCESS_GRANTED, FactKind.PARTNER_RELEASE),
    (FactKind.ACCESS_ENDED, FactKind.RETURN_DUE),
    (FactKind.ACCESS_GRANTED, FactKind.RETURNED),
    (FactKind.PARTNER_RELEASE_PLANNED, FactKind.PUBLIC_RELEASE_PLANNED),
    (FactKind.PARTNER_RELEASE, FactKind.PUBLIC_RELEASE),
)


def contradictions(facts: Sequence[DatedFact], convention: Convention) -> list[str]:
    """Sentences about dates that cannot all hold. They are findings for a person; nothing is refused for them."""
    current = [fact for fact in facts if fact.entered_in_error is None]
    found = []
    for what in FactKind:
        if len({fact.moment for fact in current if fact.what is what}) > 1:
            found.append(f"“{what.capitalize()}” has two values. Strike out the one that does not hold.")
    for first, second in _ORDER:
        one, two = in_force(current, first), in_force(current, second)
        if one and two and two.moment < one.moment:
            found.append(
                f"“{second.capitalize()}” ({written(two.moment, convention.zone)}) lies before “{first}” "
                f"({written(one.moment, convention.zone)}). Check both against their documents."
            )
    return found


def alert_reached(end: datetime, now: datetime, hours: Sequence[int]) -> int | None:
    """The nearest alert threshold, in hours before the end, that has been reached; None before the first and at the
    end itself. A threshold is reached at its very moment."""
    left = end - now
    if left <= timedelta():
        return None
    hours_left = left / HOUR
    return min([each for each in hours if hours_left <= each], default=None)


@dataclass(frozen=True)
class Now:
    """The moment deadlines are measured by, and whether the clock of the machine was seen to go back."""

    moment: datetime
    set_back: bool


def trusted_now(clock: datetime, last_seen: datetime | None) -> Now:
    """The later of the machine's clock and the last moment the journal has seen. A step back of up to two minutes is
    an ordinary correction and is not called one."""
    if last_seen is None or clock >= last_seen:
        return Now(clock, set_back=False)
    return Now(last_seen, set_back=last_seen - clock > timedelta(minutes=2))


# --- words ---------------------------------------------------------------------------------------------------------


# The language of the machine must not change what stands in a case file.
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def written(moment: datetime, zone: str, *, weekday: bool = False, precision: Precision = Precision.MINUTE) -> str:
    """`3 Dec 2026 12:00 EST`, in the zone; the hour falls away when only the day is known."""
    local = moment.astimezone(ZoneInfo(zone))
    day = f"{_DAYS[local.weekday()]} " if weekday else ""
    hour = f" {local:%H:%M} {local.tzname()}" if precision is Precision.MINUTE else ""
    return f"{day}{local.day} {_MONTHS[local.month - 1]} {local.year}{hour}"


def spelled(span: timedelta) -> str:
    """`10 d 1 h`, `5 h 12 min`, `8 min`: whole units, rounded down."""
    minutes = max(int(span.total_seconds()), 0) // 60
    if minutes >= 24 * 60:
        return f"{minutes // 1440} d {minutes % 1440 // 60} h"
    return f"{minutes // 60} h {minutes % 60} min" if minutes >= 60 else f"{minutes} min"
