# SPDX-License-Identifier: Apache-2.0
from dataclasses import replace
from datetime import timedelta

import pytest

from reviewer_app.domain.cases import Access, FactKind
from reviewer_app.services import cases, facts, points, vaults
from reviewer_app.services.points import Way
from tests.desks import SteadyClock, make_desk
from tests.factories import at, make_case

QUIET = at(2026, 11, 12, 9)  # more than 14 days before every end


@pytest.fixture
def clock():
    return SteadyClock(QUIET)


@pytest.fixture
def desk(tmp_path, clock):
    made = make_desk(tmp_path, clock=clock)
    yield made
    vaults.leave(made)


@pytest.fixture
def case(desk):
    return make_case(desk)


def told(desk, case):
    return [(point.way, point.text) for point in points.points(desk, cases.case_file(desk, case.id))]


def test_a_complete_case_before_the_first_threshold_has_no_points(desk, case):
    assert told(desk, case) == []


def test_gaps_each_lead_to_the_dialog_that_fills_them(desk):
    bare = dict.fromkeys(("offered", "granted", "partner_release")) | dict.fromkeys(
        ("offered_by", "offer_document", "agreement", "build", "granted_source", "partner_release_source"), ""
    )
    assert [way for way, _ in told(desk, make_case(desk, **bare))] == [Way.OFFER, Way.AGREEMENT, Way.CHECKPOINT]


@pytest.mark.parametrize(
    ("moment", "threshold"),
    [((2026, 11, 20), 336), ((2026, 11, 27), 168), ((2026, 12, 1), 72), ((2026, 12, 2, 13), 24), ((2026, 12, 3, 9), 4)],
)
def test_each_threshold_is_told_until_it_is_acknowledged(desk, case, clock, moment, threshold):
    clock.moment = at(*moment)
    (point,) = points.points(desk, cases.case_file(desk, case.id))
    assert point.key == f"access:{threshold}" and point.way is Way.DATES
    assert point.text.startswith("Government access ends Thu 3 Dec 2026 12:00 EST, in ")
    points.acknowledge(desk, cases.case_file(desk, case.id))
    assert told(desk, case) == []
    newest = desk.vault.entries(case.id)[0]
    assert (newest.verb, newest.person) == ("end of access alert acknowledged", desk.person.id)


def test_the_next_threshold_and_a_moved_end_ask_anew(desk, case, clock):
    clock.moment = at(2026, 11, 20)
    points.acknowledge(desk, cases.case_file(desk, case.id))
    clock.moment = at(2026, 11, 28)
    assert len(told(desk, case)) == 1
    points.acknowledge(desk, cases.case_file(desk, case.id))
    line = next(each for each in cases.case_file(desk, case.id).facts if "planned" in each.fact.what)
    facts.change_date(desk, line.fact, at(2026, 12, 2, 12), source="Message", marking="U", reason="moved")
    assert len(told(desk, case)) == 1


def test_nothing_is_acknowledged_without_an_alert(desk, case):
    before = len(desk.vault.entries(case.id))
    points.acknowledge(desk, cases.case_file(desk, case.id))
    assert len(desk.vault.entries(case.id)) == before


@pytest.mark.parametrize(
    ("access", "days", "said"),
    [
        (Access.ARRANGED, 0, "access is active, but the track says arranged"),
        (Access.ENDED, 0, "access is active, but the track says ended"),
        (Access.ACTIVE, 40, "access has ended, but the track says active"),
        (Access.WITHDRAWN, 0, ""),
        (Access.ENDED, 40, ""),
    ],
)
def test_a_track_that_differs_from_the_dates_is_pointed_out_and_left_as_it_is(desk, case, access, days, said):
    file = cases.case_file(desk, case.id)
    file = replace(file, case=file.case.model_copy(update={"access": access}), now=file.now + timedelta(days=days))
    found = [point.text for point in points.points(desk, file) if point.way is Way.TRACKS]
    assert len(found) == bool(said) and all(said in text for text in found)


def test_contradictions_of_dates_lead_to_the_dates(desk, case):
    facts.record_date(desk, case.id, FactKind.ACCESS_ENDED, at(2026, 11, 1), source="Record", marking="U")
    ways = [way for way, _ in told(desk, case)]
    assert Way.DATES in ways


def test_a_clock_set_back_comes_first_and_says_what_is_counted_from(desk, case, clock):
    clock.moment = at(2026, 11, 1)
    way, text = told(desk, case)[0]
    assert way is Way.HISTORY and "Deadlines are counted from 12 Nov 2026 09:00 EST." in text
