# SPDX-License-Identifier: Apache-2.0
"""Drafts always work, final memos only when nothing is open; the report says the same on paper and as plain text."""

import hashlib

import pytest

from reviewer_app.domain.cases import Case
from reviewer_app.errors import MemoError
from reviewer_app.memo.make import check_memo, make_memo, make_report, profile_of
from reviewer_app.memo.revision import freeze
from reviewer_app.policy import Policy, practice_policy
from tests.memo.practice import CASE, make_memo_record, make_records, moment
from tests.memo.test_layout import flat, texts


def test_a_final_memo_has_its_banner_pages_hash_and_no_draft_stamp(rules, wording):
    made = make_memo(freeze(make_records(), practice_policy()), rules, wording, final=True)
    assert made.is_ready
    assert made.banner == "SECRET//NOFORN"
    assert made.sha512 == hashlib.sha512(made.pdf).hexdigest()
    assert made.pages == len(texts(made.pdf))
    for page in texts(made.pdf):
        assert "PRACTICE · UNCLASSIFIED · MARKINGS FOR TRAINING ONLY" in page
        assert "DRAFT" not in page


def test_every_page_of_a_draft_says_draft(rules, wording):
    made = make_memo(freeze(make_records(), Policy()), rules, wording, final=False)
    assert all(page.count("DRAFT") == 2 for page in texts(made.pdf))


def test_the_fixed_paragraph_is_in_every_memo_and_report(rules, wording):
    revision = freeze(make_records(), practice_policy())
    words = " ".join(wording.advisory.split())
    report = make_report(revision, rules, wording)
    assert words in flat(make_memo(revision, rules, wording, final=True).pdf)
    assert words in flat(report.pdf)
    assert words in " ".join(report.text.split())


@pytest.mark.parametrize("body", ["No mark.", "(U) It was approved.", "(SECRET) One.", ""])
def test_a_draft_works_whatever_was_typed(rules, wording, body):
    revision = freeze(make_records(memo=make_memo_record(body=body, subject="")), practice_policy())
    made = make_memo(revision, rules, wording, final=False)
    assert not made.is_ready
    assert "DRAFT" in flat(made.pdf)
    assert check_memo(revision, rules, wording) == made.points


def test_an_unmarked_paragraph_of_a_draft_says_so(rules, wording):
    revision = freeze(make_records(memo=make_memo_record(body="Two samples stopped.")), practice_policy())
    assert "(unmarked) Two samples stopped." in flat(make_memo(revision, rules, wording, final=False).pdf)


def test_a_final_memo_is_refused_while_a_point_is_open(rules, wording):
    body = "(U) It was approved.\n\nNo mark."
    revision = freeze(make_records(memo=make_memo_record(body=body)), practice_policy())
    with pytest.raises(MemoError, match=r"Paragraph 2 of the text has no portion mark \(and 1 more\)\. Correct"):
        make_memo(revision, rules, wording, final=True)


@pytest.mark.parametrize(
    ("body", "floor", "banner"),
    [
        ("No mark.", "UNCLASSIFIED", "SECRET//NOFORN"),
        ("No mark.", "TOP SECRET//SI//NOFORN", "TOP SECRET//SI//NOFORN"),
        ("(SECRET) One.", "UNCLASSIFIED", None),
        ("(ZZ) One.", "UNCLASSIFIED", None),
    ],
)
def test_a_draft_with_an_unknown_portion_is_never_marked_too_low(rules, wording, body, floor, banner):
    site = Policy(floor=floor)
    made = make_memo(freeze(make_records(memo=make_memo_record(body=body)), site), rules, wording, final=False)
    assert rules.covers(made.banner, "SECRET//NOFORN")
    assert rules.covers(made.banner, floor)
    assert banner in (None, made.banner)


@pytest.mark.parametrize(
    "body",
    [
        "(U) Public.\n\u00a0\n(TS//SI//NF) Secret.",
        "(U) Public.\n(TS//SI//NF) Secret.",
        "(U) Public.\u2029(TS//SI//NF) Secret.",
        "(U) Public.\r\u200b\r（TS//SI//NF） Secret.",
        "(U)\n- (TS//SI//NF) Secret.",
        "(U) Public (TS//SI//NF) secret.",
    ],
)
def test_no_portion_is_swallowed_by_a_lower_one(rules, wording, body):
    memo = make_memo_record(body=body)
    made = make_memo(freeze(make_records(memo=memo), practice_policy()), rules, wording, final=False)
    assert made.banner == "TOP SECRET//SI//NOFORN"


def test_the_profile_is_the_sites():
    profile = profile_of(Policy(classification_profile="DOD", cui_profile="DOD"))
    assert (profile.classification, profile.cui) == ("DOD", "DOD")
    assert (profile_of(Policy()).classification, profile_of(Policy()).cui) == ("IC", "NARA")


# --- the report ----------------------------------------------------------------------------------------------------


def test_the_plain_report_has_its_banner_first_and_last_and_no_line_too_long(rules, wording):
    report = make_report(freeze(make_records(), practice_policy()), rules, wording)
    lines = report.text.splitlines()
    assert lines[0].strip() == lines[-1].strip() == report.banner == "SECRET//NOFORN"
    assert max(map(len, lines)) <= 78
    assert report.text.endswith("\n")


def test_the_plain_report_says_what_the_printed_one_says(rules, wording):
    report = make_report(freeze(make_records(), practice_policy()), rules, wording)
    plain, printed = (
        " ".join(report.text.split()),
        " ".join(flat(report.pdf).replace("\N{NO-BREAK SPACE}", " ").split()),
    )
    for words in (
        "CASE REPORT: (U) Case report P-2026-0007",
        "4. (U) Notes",
        "(1) (U) It starts.",
        "(S//NF) Finding 1. Prompt text is echoed.",
        "Classified By: R. Ibarra, reviewer",
        "2 of 26",
    ):
        assert words in plain
        assert words in printed


def test_the_report_of_an_empty_case_is_whole_and_unclassified(rules, wording):
    case = Case(id=CASE, number="7", codename="", developer="", opened=moment(1))
    empty = dict.fromkeys(("submissions", "agreements", "checkpoints", "facts", "attachments", "evaluations"), ())
    rest = dict.fromkeys(("findings", "evidence", "notes", "window", "copies"), ())
    report = make_report(freeze(make_records(case=case, memo=None, **empty, **rest), Policy()), rules, wording)
    assert report.banner == "UNCLASSIFIED"
    assert "No determination recorded." in report.text
    assert "PRACTICE" not in report.text


def test_hidden_characters_are_seen_in_the_plain_report_too(rules, wording):
    case = Case(id=CASE, number="7", codename="A\u202eB", developer="中", opened=moment(1))
    text = make_report(freeze(make_records(case=case), practice_policy()), rules, wording).text
    assert "A‹U+202E›B" in text
    assert "中" in text
