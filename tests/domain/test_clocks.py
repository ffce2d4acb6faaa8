# SPDX-License-Identifier: Apache-2.0
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer_app.domain.canonical import new_id
from reviewer_app.domain.cases import DatedFact, FactKind, Precision
from reviewer_app.domain.clocks import (
    Convention,
    Limit,
    Until,
    access_window,
    alert_reached,
    contradictions,
    in_force,
    spelled,
    trusted_now,
    written,
)

EASTERN = ZoneInfo("America/New_York")
CASE = new_id()


def at(*parts, zone=EASTERN):
    return datetime(*parts, tzinfo=zone)


def fact(what, moment, **changes):
    return DatedFact(
        case=CASE, what=what, moment=moment, zone="America/New_York", source="Letter of 1 November 2026", **changes
    )


GRANTED = fact(FactKind.ACCESS_GRANTED, at(2026, 11, 9, 9))


def test_the_window_ends_at_the_same_hour_thirty_calendar_days_later():
    window = access_window([GRANTED], Convention())
    assert window.bites.limit is Limit.DAYS
    assert window.bites.moment == at(2026, 12, 9, 9)
    assert window.other is None


def test_without_a_grant_there_is_no_window():
    assert access_window([fact(FactKind.ACCESS_OFFERED, at(2026, 11, 1, 9))], Convention()) is None


@pytest.mark.parametrize(
    ("release", "bites", "other"),
    [
        (at(2026, 12, 3, 12), Limit.PLANNED_RELEASE, Limit.DAYS),
        (at(2026, 12, 9, 9), Limit.DAYS, Limit.PLANNED_RELEASE),
        (at(2026, 12, 9, 8, 59), Limit.PLANNED_RELEASE, Limit.DAYS),
        (at(2026, 12, 20, 12), Limit.DAYS, Limit.PLANNED_RELEASE),
    ],
)
def test_both_limits_are_kept_and_the_earlier_bites(release, bites, other):
    window = access_window([GRANTED, fact(FactKind.PARTNER_RELEASE_PLANNED, release)], Convention())
    assert (window.bites.limit, window.other.limit) == (bites, other)


def test_an_actual_partner_release_takes_the_place_of_the_planned_one():
    facts = [
        GRANTED,
        fact(FactKind.PARTNER_RELEASE_PLANNED, at(2026, 12, 3, 12)),
        fact(FactKind.PARTNER_RELEASE, at(2026, 11, 30, 12)),
    ]
    window = access_window(facts, Convention())
    assert (window.bites.limit, window.bites.moment) == (Limit.RELEASE, at(2026, 11, 30, 12))


def test_only_a_written_agreement_extends_the_ceiling():
    extension = fact(FactKind.EXTENSION_AGREED, at(2026, 12, 16, 9))
    window = access_window([GRANTED, extension], Convention())
    assert (window.bites.limit, window.bites.moment) == (Limit.EXTENSION, at(2026, 12, 16, 9))


@pytest.mark.parametrize(
    ("granted", "ends"),
    [
        # Summer time ends on 1 November 2026: the wall clock keeps its hour, the span is 30 days and one hour.
        (at(2026, 10, 15, 9), at(2026, 11, 14, 9)),
        # 14 March 2027, 02:30 does not exist: the end moves forward by the gap.
        (at(2027, 2, 12, 2, 30), at(2027, 3, 14, 3, 30)),
        # 1 November 2026, 01:30 comes twice: the first is meant.
        (at(2026, 10, 2, 1, 30), datetime(2026, 11, 1, 5, 30, tzinfo=UTC)),
    ],
)
def test_daylight_saving_keeps_the_wall_clock(granted, ends):
    assert Convention().limit(granted) == ends


def test_the_convention_decides_the_count():
    granted = at(2026, 11, 9, 9)
    assert Convention(first_day=1).limit(granted) == at(2026, 12, 8, 9)
    assert Convention(until=Until.END_OF_DAY).limit(granted) == at(2026, 12, 10)
    assert Convention(zone="Asia/Tokyo").limit(granted) == granted + timedelta(days=30)
    assert Convention().limit(at(2026, 11, 9), Precision.DAY) == at(2026, 12, 10)


def test_the_convention_is_told_in_words():
    assert Convention().told() == "calendar days, day of access is day 0, Eastern time"
    assert "day 1, to the end of the day" in Convention(first_day=1, until=Until.END_OF_DAY).told()


def test_the_end_itself_is_no_longer_inside():
    window = access_window([GRANTED], Convention())
    assert window.is_open(at(2026, 11, 9, 9))
    assert window.is_open(window.bites.moment - timedelta(milliseconds=1))
    assert not window.is_open(window.bites.moment)
    assert not window.is_open(at(2026, 11, 9, 8, 59))


@pytest.mark.parametrize("what", [FactKind.ACCESS_ENDED, FactKind.WITHDRAWAL])
def test_a_recorded_end_closes_the_window_early(what):
    window = access_window([GRANTED, fact(what, at(2026, 11, 20, 17))], Convention())
    assert window.end() == at(2026, 11, 20, 17)
    assert window.left(at(2026, 11, 21)) == timedelta()


def test_days_are_counted_by_dates_in_the_zone():
    window = access_window([GRANTED], Convention())
    assert [window.day(at(2026, 11, 9, 23, 59)), window.day(at(2026, 11, 10)), window.day(at(2026, 11, 23, 10))] == [
        0,
        1,
        14,
    ]


@pytest.mark.parametrize("hours", [336, 168, 72, 24, 4])
def test_an_alert_is_reached_at_its_very_moment(hours):
    end, all_hours = at(2026, 12, 9, 9), (336, 168, 72, 24, 4)
    just_before = alert_reached(end, end - timedelta(hours=hours, milliseconds=1), all_hours)
    assert alert_reached(end, end - timedelta(hours=hours), all_hours) == hours
    assert just_before is None or just_before > hours


def test_no_alert_before_the_first_threshold_nor_at_the_end():
    end = at(2026, 12, 9, 9)
    assert alert_reached(end, end - timedelta(hours=400), (336, 4)) is None
    assert alert_reached(end, end, (336, 4)) is None
    assert alert_reached(end, end + timedelta(days=1), (336, 4)) is None


def test_what_was_entered_in_error_does_not_count():
    wrong = fact(FactKind.ACCESS_GRANTED, at(2026, 11, 1, 9), entered_in_error="wrong case")
    assert in_force([wrong, GRANTED], FactKind.ACCESS_GRANTED) == GRANTED
    assert in_force([wrong], FactKind.ACCESS_GRANTED) is None


def test_dates_that_cannot_all_hold_are_named():
    found = contradictions(
        [
            GRANTED,
            fact(FactKind.ACCESS_OFFERED, at(2026, 11, 12, 9)),
            fact(FactKind.ACCESS_ENDED, at(2026, 11, 8, 9)),
            fact(FactKind.ACCESS_ENDED, at(2026, 11, 7, 9)),
        ],
        Convention(),
    )
    assert len(found) == 3
    assert "two values" in found[0]
    assert any("access offered" in text and "9 Nov 2026 09:00 EST" in text for text in found)


def test_dates_in_order_are_no_finding():
    facts = [
        fact(FactKind.ACCESS_OFFERED, at(2026, 11, 1, 9)),
        GRANTED,
        fact(FactKind.PARTNER_RELEASE_PLANNED, at(2026, 12, 3, 12)),
        fact(FactKind.PUBLIC_RELEASE_PLANNED, at(2026, 12, 3, 12)),
    ]
    assert contradictions(facts, Convention()) == []


def test_a_clock_set_back_is_noticed_and_not_followed():
    seen = at(2026, 11, 23, 10)
    assert trusted_now(seen - timedelta(hours=1), seen).moment == seen
    assert trusted_now(seen - timedelta(hours=1), seen).set_back
    assert not trusted_now(seen - timedelta(seconds=90), seen).set_back
    assert trusted_now(seen + timedelta(hours=1), seen).moment == seen + timedelta(hours=1)
    assert not trusted_now(seen, None).set_back


@pytest.mark.parametrize(
    ("span", "text"),
    [
        (timedelta(days=10, hours=1, minutes=59), "10 d 1 h"),
        (timedelta(days=1), "1 d 0 h"),
        (timedelta(hours=23, minutes=59, seconds=59), "23 h 59 min"),
        (timedelta(minutes=59), "59 min"),
        (timedelta(seconds=-5), "0 min"),
    ],
)
def test_spans_are_spelled_in_whole_units(span, text):
    assert spelled(span) == text


def test_moments_are_written_in_one_form():
    moment = datetime(2026, 12, 3, 17, tzinfo=UTC)
    assert written(moment, "America/New_York", weekday=True) == "Thu 3 Dec 2026 12:00 EST"
    assert written(moment, "America/New_York", precision=Precision.DAY) == "3 Dec 2026"


@given(
    granted=st.datetimes(datetime(2026, 6, 2), datetime(2036, 1, 1), timezones=st.just(UTC)),
    release=st.none() | st.datetimes(datetime(2026, 6, 2), datetime(2036, 1, 1), timezones=st.just(UTC)),
    zone=st.sampled_from(["America/New_York", "UTC", "Asia/Kathmandu", "Pacific/Apia", "Australia/Lord_Howe"]),
)
def test_access_never_lasts_past_either_limit(granted, release, zone):
    facts = [fact(FactKind.ACCESS_GRANTED, granted)]
    facts += [fact(FactKind.PARTNER_RELEASE_PLANNED, release)] if release else []
    window = access_window(facts, Convention(zone=zone))
    # Pacific/Apia skips and repeats no day after 2026; daylight saving moves an end by at most one hour.
    assert window.end() - window.granted <= timedelta(days=30, hours=1)
    assert window.end() <= window.last
    assert not release or window.end() <= facts[-1].moment
