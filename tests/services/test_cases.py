# SPDX-License-Identifier: Apache-2.0
import time
from dataclasses import replace

import pytest

from reviewer_app.domain.canonical import new_id
from reviewer_app.domain.cases import Access, AccessMode, Case, DatedFact, FactKind, Precision, Submission
from reviewer_app.domain.clocks import Limit
from reviewer_app.errors import EntryError, MarkingError, RecordMissing
from reviewer_app.services import cases, facts
from tests.factories import at, make_case, make_note, new_case

BARE = {
    "offered_by": "",
    "offered": None,
    "offer_document": "",
    "agreement": "",
    "build": "",
    "granted": None,
    "granted_source": "",
    "partner_release": None,
    "partner_release_source": "",
}


def test_a_case_is_opened_with_its_terms_and_dates_in_one_entry(desk):
    case = make_case(desk)
    file = cases.case_file(desk, case.id)
    assert [entry.verb for entry in desk.vault.entries(case.id)] == ["case created"]
    assert file.case.access is Access.ACTIVE and file.assignees == ("R. Ibarra",)
    assert [line.fact.what for line in file.facts] == [
        FactKind.ACCESS_OFFERED,
        FactKind.ACCESS_GRANTED,
        FactKind.PARTNER_RELEASE_PLANNED,
    ]
    assert file.submissions[0].checkpoint == file.checkpoints[0].id
    assert (file.window.bites.limit, file.window.other.limit) == (Limit.PLANNED_RELEASE, Limit.DAYS)
    assert (file.gaps, file.contradictions, file.banner) == ((), (), "UNCLASSIFIED")


def test_only_codename_developer_and_marking_are_needed_and_the_gaps_are_told(desk):
    file = cases.case_file(desk, make_case(desk, **BARE).id)
    assert (file.case.access, file.window, file.alert) == (Access.PROPOSED, None, None)
    assert len(file.gaps) == 3 and file.gaps[0].startswith("No voluntary basis is recorded")
    assert (file.determination(), file.referral()) == ("none recorded", "none")


def test_an_agreement_without_access_makes_the_case_arranged(desk):
    case = make_case(desk, **{**BARE, "agreement": "EX-114"})
    assert case.access is Access.ARRANGED


def test_numbers_go_on_in_the_office_and_year_and_skip_what_is_foreign(desk):
    assert cases.next_number(desk) == "P-2026-0001"
    make_case(desk)
    make_case(desk, number="P-2026-0041")
    make_case(desk, number="P-2025-0900")
    make_case(desk, number="OTHER-7")
    make_case(desk, number="P-2026-0100-A")
    assert cases.next_number(desk) == "P-2026-0042"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"codename": "  "}, "Codename"),
        ({"codename": "APPROVED"}, "Codename"),
        ({"codename": "Certified Heron"}, "Codename"),
        ({"developer": ""}, "Developer"),
        ({"number": "P-2026-0001"}, "Case number"),
        ({"offered_by": ""}, "Offered by"),
        ({"offer_document": ""}, "Document of the offer"),
        ({"offered": None}, "Offered on"),
        ({"granted_source": ""}, "Source of the grant"),
        ({"granted": None}, "Access granted"),
        ({"partner_release_source": " "}, "Source of the release date"),
        ({"partner_release": None}, "Planned partner release"),
        ({"agreement": "", "agreed_uses": "Evaluation"}, "Agreement reference"),
        ({"agreement": "", "developer_may_be_named": True}, "Agreement reference"),
        ({"build": "", "runs_at": "enclave"}, "Build"),
        ({"build": "", "access_mode": AccessMode.API}, "Build"),
    ],
)
def test_what_belongs_to_nothing_is_refused_beside_its_field_and_nothing_is_recorded(desk, changes, field):
    make_case(desk)
    with pytest.raises(EntryError) as refused:
        make_case(desk, **changes)
    assert refused.value.facts["field"] == field
    assert desk.vault.count(Case) == 1


def test_an_unknown_marking_and_one_above_the_ceiling_are_refused(desk):
    desk = replace(desk, policy=desk.policy.model_copy(update={"ceiling": "TOP SECRET"}))
    with pytest.raises(MarkingError):
        make_case(desk, marking="QQ")
    with pytest.raises(EntryError, match="highest marking this vault may hold"):
        make_case(desk, marking="TS//SI")
    assert desk.vault.count(Case) == 0


def test_a_day_without_an_hour_is_kept_as_a_day(desk):
    case = make_case(desk, granted=at(2026, 11, 9), granted_precision=Precision.DAY)
    granted = desk.vault.find(DatedFact, case=case.id, what=FactKind.ACCESS_GRANTED)[0]
    assert granted.precision is Precision.DAY


def test_the_file_leaves_out_what_was_entered_in_error(desk):
    case = make_case(desk)
    offer = desk.vault.find(Submission, case=case.id)[0]
    facts.strike_out(desk, offer, "typed into the wrong case")
    file = cases.case_file(desk, case.id)
    assert file.submissions == () and file.gaps[0].startswith("No voluntary basis")


def test_the_banner_rolls_up_every_part(desk):
    case = make_case(desk)
    make_note(desk, case.id, "(S//NF) A paragraph.")
    make_note(desk, case.id, "(CUI) A paragraph.")
    assert cases.case_file(desk, case.id).banner == "SECRET//CUI//NOFORN"


def test_opening_a_case_is_an_entry_of_the_journal(desk):
    case = make_case(desk)
    cases.visit(desk, case.id)
    newest = desk.vault.entries(case.id)[0]
    assert (newest.verb, newest.changes, newest.person) == ("case opened", 0, desk.person.id)


def test_a_case_that_is_not_here_is_told_and_leaves_no_entry(desk):
    with pytest.raises(RecordMissing):
        cases.visit(desk, "0" * 32)
    assert all(entry.verb != "case opened" for entry in desk.vault.entries())


def test_a_case_with_two_hundred_notes_is_read_at_once(desk):
    case = make_case(desk)
    note = make_note(desk, case.id, "(U) First.\n\n(S//NF) Second.")
    with desk.record("note added", case=case.id) as tx:
        for number in range(199):
            tx.create(note.model_copy(update={"id": new_id(), "title": str(number)}))
    cases.case_file(desk, case.id)  # statements are prepared
    quickest = min(_timed(desk, case.id) for _ in range(5))
    assert quickest < 0.1  # 30 ms on a quiet machine


def _timed(desk, case):
    began = time.perf_counter()
    assert len(cases.case_file(desk, case).notes) == 200
    return time.perf_counter() - began


def test_every_field_of_the_form_has_a_default_but_three():
    assert new_case(codename="A", developer="B", marking="U").number == ""
