# SPDX-License-Identifier: Apache-2.0
import pytest

from reviewer_app.domain.cases import FactKind
from reviewer_app.services import cases, facts, findings, history, notes
from tests.factories import at, make_case, make_note


@pytest.fixture
def case(desk):
    return make_case(desk)


def test_entries_say_when_who_what_and_about_which_record_newest_first(desk, case):
    make_note(desk, case.id, "(S) Seen.")
    findings.add(desk, case.id, "Path traversal", "CUI")
    cases.visit(desk, case.id)
    told = [(line.who, line.what, line.subject, line.marking, line.reads) for line in history.lines(desk, case.id)]
    assert told == [
        ("R. Ibarra", "Case opened", "case P-2026-0001", "U", True),
        ("R. Ibarra", "Finding recorded", "finding F-1 “Path traversal”", "CUI", False),
        ("R. Ibarra", "Note added", "note “First login”", "S", False),
        ("R. Ibarra", "Case created", "case P-2026-0001", "U", False),
    ]


def test_new_values_of_dates_and_tracks_are_told_with_their_reason(desk, case):
    fact = next(line.fact for line in cases.case_file(desk, case.id).facts if "planned" in line.fact.what)
    said = {"source": "Message", "marking": "U"}
    fact = facts.change_date(desk, fact, at(2026, 12, 5, 9), reason="moved by the developer", **said)
    facts.strike_out(desk, fact, "another case's letter")
    facts.record_date(desk, case.id, FactKind.RETURN_DUE, at(2027, 1, 2, 12), **said)
    assert [line.changed for line in history.lines(desk, case.id)] == [
        "2 Jan 2027 12:00 EST",
        "entered in error: another case's letter",
        "5 Dec 2026 09:00 EST; reason: moved by the developer",
        "",
    ]


def test_a_struck_out_note_is_still_named_with_the_reason(desk, case):
    note = make_note(desk, case.id)
    facts.strike_out(desk, note, "wrong case")
    newest = history.lines(desk, case.id)[0]
    assert (newest.subject, newest.changed) == ("note “First login”", "entered in error: wrong case")


def test_the_list_goes_on_where_it_ended(desk, case):
    for _ in range(5):
        cases.visit(desk, case.id)
    first = history.lines(desk, case.id, limit=4)
    rest = history.lines(desk, case.id, limit=4, before=first[-1].number)
    assert [line.number for line in first + rest] == sorted((line.number for line in first + rest), reverse=True)
    assert (len(first), len(rest), rest[-1].what) == (4, 2, "Case created")


def test_other_cases_are_left_out(desk, case):
    other = make_case(desk, codename="PAPER KITE")
    make_note(desk, other.id)
    assert len(history.lines(desk, case.id)) == 1


def test_braces_in_a_name_are_words(desk, case):
    note = make_note(desk, case.id, title="{0.id} {x}")
    notes.edit(desk, note, "{0.id} {x}", "(U) again")
    assert history.lines(desk, case.id)[0].subject == "note “{0.id} {x}”"
