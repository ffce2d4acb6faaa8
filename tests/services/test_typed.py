# SPDX-License-Identifier: Apache-2.0
"""What a person types is refused at its field where it cannot be seen, ends nowhere, or is of no year of a case."""

from datetime import UTC, datetime

import pytest

from reviewer_app.domain.cases import Answer, Case, DatedFact, FactKind
from reviewer_app.domain.findings import Finding
from reviewer_app.domain.notes import Note
from reviewer_app.errors import EntryError
from reviewer_app.services import docket, facts, findings, notes, typed
from tests.factories import at, make_case, make_note

HIDDEN = ["RED \u202egnp.exe", "RED\u200bHERON", "RED\xadHERON", "RED\x1b[2J", "RED \ud800", "RED\u2028HERON"]


@pytest.mark.parametrize("text", HIDDEN)
def test_a_character_that_cannot_be_seen_is_named(text):
    code = next(f"U+{ord(each):04X}" for each in text if not each.isprintable())
    for read in (typed.line, typed.words):
        with pytest.raises(EntryError) as refused:
            read("Codename", text)
        assert refused.value.facts["field"] == "Codename" and code in str(refused.value)


def test_every_letter_of_any_script_passes_and_a_pasted_break_is_a_space():
    assert typed.line("Codename", " BLÅ HÄGER 青鷺\r\nde Älv\t2 ") == "BLÅ HÄGER 青鷺 de Älv 2"
    assert typed.words("Agreed uses", "one\r\ntwo\tthree") == "one\ntwo\tthree"


def test_a_text_without_end_is_refused_with_both_lengths():
    with pytest.raises(EntryError, match="81 characters of at most 80"):
        typed.line("Codename", "x" * 81, typed.NAME)
    assert typed.line("Codename", "x" * 80, typed.NAME)


@pytest.mark.parametrize(
    ("field", "new"),
    [
        ("Codename", {"codename": HIDDEN[0]}),
        ("Codename", {"codename": "x" * 150}),
        ("Developer", {"developer": HIDDEN[0]}),
        ("Case number", {"number": HIDDEN[0]}),
        ("Runs at", {"build": "b1", "runs_at": HIDDEN[0]}),
        ("Agreed uses", {"agreement": "A-1", "agreed_uses": HIDDEN[0]}),
        ("Offered on", {"offered": at(9999, 1, 1), "offered_by": "J. P.", "offer_document": "Letter"}),
        ("Access granted", {"granted": at(999, 1, 1), "granted_source": "Letter"}),
    ],
)
def test_a_new_case_names_the_field_and_records_nothing(desk, field, new):
    before = desk.vault.count(Case)
    with pytest.raises(EntryError) as refused:
        make_case(desk, **new)
    assert refused.value.facts["field"] == field and desk.vault.count(Case) == before


@pytest.mark.parametrize("year", [999, 1999, 2101, 9999])
def test_a_year_of_no_case_is_refused_and_the_docket_goes_on(desk, year):
    case, moment = make_case(desk).id, datetime(year, 6, 1, tzinfo=UTC)
    said = {"source": "Letter", "marking": "U"}
    with pytest.raises(EntryError, match="2000 to 2100"):
        facts.record_date(desk, case, FactKind.PUBLIC_RELEASE, moment, **said)
    with pytest.raises(EntryError, match="2000 to 2100"):
        facts.record_submission(desk, case, moment, offered_by="J. P.", document="Letter", marking="U")
    with pytest.raises(EntryError, match="2000 to 2100"):
        facts.record_agreement(desk, case, reference="A-1", marking="U", signed=moment)
    with pytest.raises(EntryError, match="2000 to 2100"):
        answer = {"authority": "NSA", "reference": "R-1", "marking": "U"}
        facts.record_determination(desk, case, Answer.COVERED, moment, **answer)
    with pytest.raises(EntryError, match="2000 to 2100"):
        findings.add(desk, case, "Title", "U", disclosure=moment)
    fact = facts.record_date(desk, case, FactKind.PUBLIC_RELEASE, at(2026, 12, 1), **said)
    with pytest.raises(EntryError, match="2000 to 2100"):
        facts.change_date(desk, fact, moment, reason="Wrong", **said)
    assert desk.vault.find(DatedFact, case=case, what=FactKind.PUBLIC_RELEASE) == [fact]
    assert case in {line.case for line in docket.lines(desk)}


def test_titles_are_names_too(desk):
    case = make_case(desk).id
    for title in (HIDDEN[0], "x" * 300):
        with pytest.raises(EntryError):
            make_note(desk, case, "(U) Text.", title=title)
        with pytest.raises(EntryError):
            findings.add(desk, case, title, "U")
    assert desk.vault.count(Note, case=case) == desk.vault.count(Finding, case=case) == 0


def test_half_a_character_in_a_note_is_named_and_a_draft_of_it_keeps_the_rest(desk):
    case = make_case(desk).id
    for code in ("202E", "2066", "001B", "0000"):
        with pytest.raises(EntryError, match=rf"Text: it holds a character that cannot be seen .U.{code}"):
            notes.add(desk, case, "Title", f"(U) one{chr(int(code, 16))}two")
    with pytest.raises(EntryError, match=r"Text: it holds half a character \(U\+D800\)"):
        make_note(desk, case, "(U) one \ud800 two")
    notes.keep_draft(desk, notes.place(case), "one \ud800 two")
    assert notes.draft(desk, notes.place(case)) == "one ? two"
