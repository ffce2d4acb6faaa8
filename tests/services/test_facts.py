# SPDX-License-Identifier: Apache-2.0
import pytest

from reviewer_app.domain.cases import (
    Access,
    Answer,
    Case,
    Consultation,
    DatedFact,
    Evaluation,
    FactKind,
    Material,
    Precision,
)
from reviewer_app.errors import EntryError, MarkingError, Stale
from reviewer_app.services import cases, facts, findings
from tests.factories import at, make_case

RELEASE = FactKind.PARTNER_RELEASE_PLANNED
HIGHER = "see the (S//NF) annex"


@pytest.fixture
def case(desk):
    return make_case(desk)


def release(desk, case):
    return next(line for line in cases.case_file(desk, case.id).facts if line.fact.what is RELEASE)


def change(desk, fact, moment, **said):
    said = {"source": "Developer message", "marking": "U", "reason": "moved by the developer", **said}
    return facts.change_date(desk, fact, moment, **said)


# --- dates ---------------------------------------------------------------------------------------------------------


def test_a_date_is_recorded_with_its_source(desk, case):
    due = facts.record_date(desk, case.id, FactKind.RETURN_DUE, at(2027, 1, 2), source=" EX-114 ", marking="CUI")
    assert (due.source, due.marking, due.zone, due.reason) == ("EX-114", "CUI", "America/New_York", "")
    assert desk.vault.entries(case.id)[0].verb == "date recorded"


def test_a_date_that_stands_is_changed_and_not_recorded_twice(desk, case):
    with pytest.raises(EntryError, match="recorded already"):
        facts.record_date(desk, case.id, RELEASE, at(2027, 1, 2), source="Letter", marking="U")
    facts.strike_out(desk, release(desk, case).fact, "another case's letter")
    facts.record_date(desk, case.id, RELEASE, at(2027, 1, 2), source="Letter", marking="U")
    assert len(desk.vault.find(DatedFact, case=case.id, what=RELEASE)) == 2


def test_every_earlier_value_stays_with_who_when_and_why_it_was_replaced(desk, case):
    first = release(desk, case).fact
    second = change(desk, first, at(2026, 12, 5, 9), reason="moved by the developer")
    change(desk, second, at(2026, 12, 7), reason="read wrongly", precision=Precision.DAY)
    line = release(desk, case)
    assert (line.fact.precision, line.by) == (Precision.DAY, "R. Ibarra")
    assert [(each.moment, each.replaced) for each in line.earlier] == [
        (at(2026, 12, 5, 9), "read wrongly"),
        (first.moment, "moved by the developer"),
    ]
    assert line.entered > line.earlier[0].entered > line.earlier[1].entered


def test_a_changed_marking_alone_is_no_earlier_value_of_the_date(desk, case):
    fact = release(desk, case).fact
    with desk.record("date changed", case=case.id, subject=fact.id) as tx:
        tx.set(fact, marking="CUI")
    assert release(desk, case).earlier == ()


@pytest.mark.parametrize(
    ("said", "field"), [({"reason": " "}, "Reason for the change"), ({"source": ""}, "Source document")]
)
def test_a_change_needs_source_and_reason(desk, case, said, field):
    fact = release(desk, case).fact
    with pytest.raises(EntryError) as refused:
        change(desk, fact, at(2026, 12, 5), **said)
    assert refused.value.facts["field"] == field and release(desk, case).fact == fact


def test_a_change_over_something_unseen_is_refused(desk, case):
    seen = release(desk, case).fact
    change(desk, seen, at(2026, 12, 5))
    with pytest.raises(Stale):
        change(desk, seen, at(2026, 12, 6))
    assert release(desk, case).fact.moment == at(2026, 12, 5)


# --- tracks, determination, terms ----------------------------------------------------------------------------------


def test_only_the_tracks_that_differ_are_moved(desk, case):
    states = {
        "access": Access.ACTIVE,
        "evaluation": Evaluation.RUNNING,
        "consultation": Consultation.UNDER_WAY,
        "material": Material.NOT_RECORDED,
    }
    moved = facts.set_tracks(desk, case, **states)
    assert (moved.evaluation, moved.consultation) == (Evaluation.RUNNING, Consultation.UNDER_WAY)
    assert set(desk.vault.history_of(case.id)[-1].values) == {"marking", "evaluation", "consultation"}
    before = len(desk.vault.entries(case.id))
    assert facts.set_tracks(desk, moved, **states) is moved
    assert len(desk.vault.entries(case.id)) == before


def test_tracks_moved_by_somebody_else_are_not_overwritten_unseen(desk, case):
    states = {"access": Access.ACTIVE, "consultation": Consultation.NONE, "material": Material.NOT_RECORDED}
    facts.set_tracks(desk, case, evaluation=Evaluation.RUNNING, **states)
    with pytest.raises(Stale):
        facts.set_tracks(desk, case, evaluation=Evaluation.WRITTEN_UP, **states)


@pytest.mark.parametrize(
    ("said", "field"), [({"authority": ""}, "Authority"), ({"reference": " "}, "Reference of the record")]
)
def test_a_determination_is_never_recorded_without_authority_and_reference(desk, case, said, field):
    said = {"authority": "NSA liaison desk", "reference": "Register 26-114", "marking": "U", **said}
    with pytest.raises(EntryError) as refused:
        facts.record_determination(desk, case.id, Answer.REQUESTED, at(2026, 11, 12), **said)
    assert refused.value.facts["field"] == field
    assert cases.case_file(desk, case.id).determination() == "none recorded"


def test_the_determination_with_the_latest_moment_holds_whenever_it_was_typed(desk, case):
    said = {"authority": "NSA liaison desk", "reference": "Register 26-114", "marking": "U"}
    facts.record_determination(desk, case.id, Answer.NOT_COVERED, at(2026, 11, 20), **said)
    facts.record_determination(desk, case.id, Answer.REQUESTED, at(2026, 11, 12), **said)
    assert cases.case_file(desk, case.id).determination() == "not covered"
    assert desk.vault.docket()[0].determination == "not covered"


def test_what_was_left_out_at_intake_is_recorded_later(desk):
    bare = dict.fromkeys(("offered", "granted", "partner_release")) | dict.fromkeys(
        ("offered_by", "offer_document", "agreement", "build", "granted_source", "partner_release_source"), ""
    )
    case = make_case(desk, **bare)
    facts.record_submission(
        desk,
        case.id,
        at(2026, 10, 28),
        offered_by="J. Placeholder",
        document="Letter",
        marking="U",
        precision=Precision.DAY,
    )
    facts.record_agreement(desk, case.id, reference="EX-114", marking="CUI", uses="Evaluation")
    facts.record_agreement(desk, case.id, reference="EX-114", marking="CUI", edition="2")
    facts.record_checkpoint(desk, case.id, build="r3", marking="U")
    file = cases.case_file(desk, case.id)
    assert file.gaps == () and [each.edition for each in file.agreements] == ["1", "2"]
    assert [(line.fact.what, line.fact.precision) for line in file.facts] == [(FactKind.ACCESS_OFFERED, Precision.DAY)]


def test_a_second_offer_leaves_the_date_of_the_first(desk, case):
    facts.record_submission(desk, case.id, at(2026, 11, 20), offered_by="J.", document="Letter", marking="U")
    file = cases.case_file(desk, case.id)
    assert len(file.submissions) == 2
    assert [line.fact.moment for line in file.facts if line.fact.what is FactKind.ACCESS_OFFERED] == [
        at(2026, 10, 28, 16, 5)
    ]


@pytest.mark.parametrize("marking", ["", "QQ"])
def test_terms_need_a_marking_that_is_known(desk, case, marking):
    with pytest.raises(MarkingError):
        facts.record_checkpoint(desk, case.id, build="r4", marking=marking)


# --- entered in error ----------------------------------------------------------------------------------------------


def test_striking_out_needs_a_reason_and_takes_a_date_out_of_the_clock(desk, case):
    fact = release(desk, case).fact
    with pytest.raises(EntryError, match="Reason"):
        facts.strike_out(desk, fact, "  ")
    facts.strike_out(desk, fact, "another case's letter")
    file = cases.case_file(desk, case.id)
    assert file.window.other is None and file.window.bites.limit == "30-day limit"
    assert desk.vault.history_of(fact.id)[-1].values["entered_in_error"] == "another case's letter"


def test_a_case_itself_cannot_be_struck_out(desk, case):
    with pytest.raises(TypeError):
        facts.strike_out(desk, desk.vault.get(Case, case.id), "typed twice")


def test_the_basis_keeps_its_marking_when_its_date_gets_a_lower_one(desk):
    said = {"offered": at(2026, 11, 1), "offered_by": "J. P.", "offer_document": "Letter"}
    case = make_case(desk, marking="S//NF", **said).id
    (date,) = desk.vault.find(DatedFact, case=case, what=FactKind.ACCESS_OFFERED)
    assert change(desk, date, at(2026, 11, 2), marking="U").marking == "U"
    (offer,) = cases.case_file(desk, case).submissions
    assert (offer.marking, offer.offered) == ("S//NF", at(2026, 11, 2))


def test_an_offer_and_its_date_are_changed_and_struck_out_together(desk):
    case = make_case(desk, offered=at(2026, 11, 1), offered_by="J. P.", offer_document="Letter 1").id

    def both():
        file = cases.case_file(desk, case)
        dates = [line.fact for line in file.facts if line.fact.what is FactKind.ACCESS_OFFERED]
        return dates, [each for each in file.submissions if each.entered_in_error is None]

    (date,), (offer,) = both()
    change(desk, date, at(2026, 11, 2), source="Letter 2", marking=date.marking)
    (date,), (offer,) = both()
    assert (offer.offered, offer.document) == (date.moment, date.source) == (at(2026, 11, 2), "Letter 2")
    facts.strike_out(desk, date, "Wrong case")
    assert both() == ([], [])
    again = facts.record_submission(desk, case, at(2026, 11, 3), offered_by="J. P.", document="Letter", marking="U")
    facts.strike_out(desk, again, "Wrong case")
    assert both() == ([], [])


# --- no text under a lower marking than it asks for --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("record", "field"),
    [
        (
            lambda desk, case: facts.record_agreement(desk, case, reference="A-1", marking="U", uses=HIGHER),
            "Agreed uses",
        ),
        (lambda desk, case: facts.record_agreement(desk, case, reference=HIGHER, marking="U"), "Agreement reference"),
        (lambda desk, case: facts.record_checkpoint(desk, case, build="b", marking="U", runs_at=HIGHER), "Runs at"),
        (
            lambda desk, case: facts.record_date(
                desk, case, FactKind.RETURN_DUE, at(2026, 12, 1), source=HIGHER, marking="U"
            ),
            "Source document",
        ),
        (
            lambda desk, case: facts.record_submission(
                desk, case, at(2026, 12, 1), offered_by="J. P.", document=HIGHER, marking="U"
            ),
            "Document of the offer",
        ),
        (
            lambda desk, case: facts.record_determination(
                desk, case, Answer.COVERED, at(2026, 12, 1), authority="NSA", reference=HIGHER, marking="U"
            ),
            "Reference of the record",
        ),
    ],
)
def test_a_portion_in_a_text_is_refused_under_a_lower_marking(desk, record, field):
    case = make_case(desk).id
    before = desk.vault.entries()[0].number
    with pytest.raises(EntryError, match="asks for more than") as refused:
        record(desk, case)
    assert refused.value.facts["field"] == field and desk.vault.entries()[0].number == before


def test_a_marking_is_not_lowered_under_its_texts_and_what_stands_can_be_struck_out(desk):
    case = make_case(desk).id
    said = {"source": HIGHER, "marking": "S//NF"}
    fact = facts.record_date(desk, case, FactKind.RETURN_DUE, at(2026, 12, 1), **said)
    with pytest.raises(EntryError, match="asks for more than"):
        facts.change_date(desk, fact, at(2026, 12, 2), **said | {"marking": "U"}, reason="Wrong")
    with pytest.raises(EntryError, match=r"Reason: .*asks for more than"):
        facts.strike_out(desk, findings.add(desk, case, "Weak check", "U"), "It was (S//NF) text")
    facts.strike_out(desk, fact, "Wrong case")
