# SPDX-License-Identifier: Apache-2.0
"""The word list finds verdict words in every form, and leaves alone what is no verdict."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer_app.domain.wording import WordingRules
from reviewer_app.errors import RulesUnusable
from reviewer_app.paths import resource_text

RULES = WordingRules.from_json(resource_text("rules/wording.json"))


def words(text: str, **how: object) -> list[str]:
    return [finding.word for finding in RULES.check(text, **how)]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "word",
    [
        *(
            "approve",
            "Approved",
            "APPROVER",
            "approval",
            "disapprove",
            "cleared",
            "clearance",
            "certify",
            "Certified by",
        ),
        *(
            "authorise",
            "authorized",
            "authorisation",
            "license",
            "licence",
            "licensed",
            "permit",
            "permitted",
            "passed",
        ),
        *(
            "fails",
            "failed",
            "compliant",
            "non-compliant",
            "violation",
            "violates",
            "applicant",
            "preclearance",
            "denied",
        ),
        *("pre-clearance", "review deadline", "30-day review", "overdue", "sent to GOLD EAGLE", "sent to Gold\nEagle"),
        *("non-cooperative", "risk score", "may now proceed", "condition of release", "review period"),
    ],
)
def test_a_listed_word_is_found_in_a_product_string(word: str) -> None:
    text = f"The memo, {word}, is here."
    (finding,) = RULES.check(text)
    assert text[finding.start : finding.end] == finding.word
    assert finding.word in word
    assert finding.use_instead
    assert finding.text == f"Say it neutrally: {finding.use_instead}."


@pytest.mark.parametrize(
    "text",
    [
        "Package for the cybersecurity clearinghouse",
        "Type the passphrase; the password is in the keyring.",
        "The certificate is recorded.",
        "Unclear, clearly, bypass, compass, failure, permission, complaint, passage, authority, licensing_key",
        "Not covered",
        "Access denied: ask your security officer.",
        "Refused sign-ins since: 2",
        "(S//SAR-CLEAR PASS//NF) The text stands here.",
        "SECRET//SAR-CLEAR PASS//NOFORN",
        "The model was covered by a determination recorded on 3 December.",
        "Signed; access window ends; planned release date recorded; agreed use; no answer recorded.",
    ],
)
def test_what_is_no_verdict_is_left_alone(text: str) -> None:
    assert words(text) == []
    assert words(text, typed_by_person=True) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("The model was approved.", ["approved"]),
        ("It is cleared for release.", ["cleared"]),
        ("The evidence is clear.", []),
        ("The model passed; build 3 failed.", ["passed", "failed"]),
        ("The parser fails to check the length that is passed to it.", []),
        ("A denial of service and an authorization bypass.", []),
        ("The request was denied.", ["denied"]),
        ("The risk score of the library is 7.", []),
        ("This is a condition of release.", ["condition of release"]),
        ("The developer's answer is overdue.", ["overdue"]),
    ],
)
def test_a_person_may_describe_a_vulnerability_but_not_give_a_verdict(text: str, found: list[str]) -> None:
    assert words(text, typed_by_person=True) == found


@pytest.mark.parametrize(
    "hidden",
    [
        "ap\u00adproved",
        "appr\u200boved",
        "ＡＰＰＲＯＶＥＤ",
        "\u0430pproved",
        "approv\u0435d",
        "appróved",
        "approved™",
        "approved\u00b2",
    ],
)
def test_what_looks_like_a_listed_word_is_found_where_it_stands(hidden: str) -> None:
    text = f"The model is {hidden}."
    (finding,) = RULES.check(text, typed_by_person=True)
    assert text[finding.start :].startswith(finding.word) and finding.word in hidden


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("It is clear for release.", ["clear for release"]),
        ("It is ready to release and may be deployed.", ["ready to release", "may be deployed"]),
        ("It was vetted, accredited and endorsed: ATO granted.", ["vetted", "accredited", "endorsed", "ATO granted"]),
        ("No objection; low risk; the model is safe for release.", ["No objection", "low risk", "is safe"]),
        ("The model was validated; build 3 is safe.", ["model was validated", "is safe"]),
        (
            "The office is in compliance; a certificate of compliance follows.",
            ["compliance", "certificate of compliance"],
        ),
        ("Passed by the review; passed in review.", ["Passed", "passed"]),
        ("The length is passed by the caller, or passed by reference, in a value passed in the header.", []),
        ("The input is not validated; the server rejected the request; the call is thread safe.", []),
        ("The log was read in an accredited facility.", []),
    ],
)
def test_a_verdict_in_other_words_is_one_too(text: str, found: list[str]) -> None:
    assert words(text, typed_by_person=True) == found


def test_quoted_pieces_are_left_out_and_only_they() -> None:
    text = "The log says “task failed”, and the model failed."
    quoted = text.index("“"), text.index("”") + 1
    assert words(text, typed_by_person=True, quoted=[quoted]) == ["failed"]
    assert RULES.check(text, typed_by_person=True, quoted=[quoted])[0].start > quoted[1]
    assert words(text, typed_by_person=True) == ["failed", "failed"]
    assert words(text, typed_by_person=True, quoted=[(quoted[0], quoted[1] - 4)]) == ["failed", "failed"]


def test_not_covered_is_not_said_where_no_determination_is_recorded() -> None:
    (finding,) = RULES.check("The model is not covered.", typed_by_person=True, determined=False)
    assert finding.use_instead == "no determination recorded"
    assert words("The model is not covered.", typed_by_person=True, determined=True) == []


def test_the_advisory_paragraph_is_right_as_it_stands_and_says_what_it_must() -> None:
    assert words(RULES.advisory) == words(f"(U) {RULES.advisory}", typed_by_person=True) == []
    for said in ("advisory", "voluntary", "no license, preclearance or permit", "does not condition"):
        assert said in RULES.advisory
    assert words(RULES.advisory.replace("advisory", "final")) != []


def test_every_form_is_found_and_every_exception_has_its_reason() -> None:
    for word in RULES.words:
        for form in word.forms:
            assert len(words(f"“{form}”", determined=False)) == 1, form
        for form in word.looked_for(typed_by_person=True):
            assert len(words(f"“{form}”", typed_by_person=True, determined=False)) == 1, form
    for exception in RULES.exceptions:
        assert exception.reason
        assert words(exception.phrase, typed_by_person=True) == []


def test_a_word_beside_an_exception_is_still_found() -> None:
    assert words("The clearinghouse approved it; access denied; it is denied.") == ["approved", "denied"]


@given(st.text(), st.booleans(), st.booleans())
def test_checking_takes_any_text(text: str, typed: bool, determined: bool) -> None:
    for finding in RULES.check(text, typed_by_person=typed, determined=determined):
        assert text[finding.start : finding.end] == finding.word


@given(st.sampled_from([form for word in RULES.words for form in word.forms]), st.text(" .,;:-()\n", max_size=3))
def test_punctuation_does_not_hide_a_word(form: str, around: str) -> None:
    assert words(f"x {around}{form.upper()}{around} y", determined=False)


@pytest.mark.parametrize("damage", [{"words": "none"}, {"markings": ["("]}, {"extra": 1}])
def test_a_rule_file_that_does_not_hold_together_is_refused(damage: dict[str, object]) -> None:
    with pytest.raises(RulesUnusable):
        WordingRules.from_json(json.dumps(json.loads(resource_text("rules/wording.json")) | damage))
