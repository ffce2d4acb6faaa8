# SPDX-License-Identifier: Apache-2.0
import json
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reviewer_app.domain.cases import Agreement
from reviewer_app.domain.findings import Finding
from reviewer_app.domain.memos import Purpose
from reviewer_app.errors import PackageNotWritten, WithheldTextFound
from reviewer_app.exchange.case_json import CaseContent, case_json
from reviewer_app.exchange.release import check_words, developer_may_be_named, withheld

SECRETS = ["WREN-FIELD", "Northwind", "Ada Quill", "wf-0.9.3", "MOU-17", "D-551", "Ibarra", "security run 1"]


def referral(content):
    return case_json(content, Purpose.REFERRAL, banner="SECRET", practice=False, written=content.case.opened)


def changed(content, kind, **fields):
    """The content with every record of one kind changed."""
    records = [each.model_copy(update=fields) if isinstance(each, kind) else each for each in content.records]
    return CaseContent(content.case, records)


def test_a_referral_holds_findings_and_nothing_that_points_to_the_developer(content):
    text = referral(content).decode()
    document = json.loads(text)
    assert {kind: len(records) for kind, records in document["records"].items()} == {
        "case": 0,
        "checkpoint": 0,
        "finding": 1,
    }
    assert [secret for secret in SECRETS if secret.casefold() in text.casefold()] == []
    assert document["records"]["finding"][0]["found_by"] == "reviewer"


def test_a_finding_entered_in_error_is_not_referred(content):
    assert "Twice entered" not in referral(content).decode()


def test_without_a_finding_there_is_no_referral(content):
    with pytest.raises(PackageNotWritten, match="no finding to refer"):
        referral(changed(content, Finding, entered_in_error="All wrong."))


def test_an_agreement_may_let_the_developer_be_named_and_nothing_more(content):
    text = referral(changed(content, Agreement, developer_may_be_named=True)).decode()
    document = json.loads(text)
    (case,) = document["records"]["case"]
    (checkpoint,) = document["records"]["checkpoint"]
    assert (case["developer"], case["codename"]) == ("Northwind Models", "WREN-FIELD")
    assert checkpoint["build"] == "wf-0.9.3"
    assert [secret for secret in SECRETS if secret in text] == ["WREN-FIELD", "Northwind", "wf-0.9.3"]
    fields = {each["field"] for each in document["withheld"]}
    assert {"agreement", "determination", "case.developer_contact"} <= fields
    assert not {"case.developer", "case.codename", "checkpoint.build"} & fields


def test_what_is_withheld_says_nothing_about_what_the_case_holds(content):
    bare = CaseContent(content.case, [each for each in content.records if isinstance(each, Finding)])
    assert json.loads(referral(bare))["withheld"] == json.loads(referral(content))["withheld"]
    assert json.loads(referral(bare))["withheld"] == withheld(Purpose.REFERRAL, named=False)


@pytest.mark.parametrize(
    ("agreements", "named"),
    [
        ([], False),
        ([(1, True, None)], True),
        ([(1, False, None)], False),
        ([(None, True, None)], False),
        ([(1, True, "Wrong case.")], False),
        ([(1, False, None), (2, True, None)], True),
        ([(1, True, None), (2, False, None)], False),
        ([(1, True, None), (None, False, None)], True),
        ([(1, True, None), (1, False, None)], False),
        ([(1, False, None), (2, True, "Wrong case.")], False),
    ],
)
def test_the_latest_signed_agreement_decides_whether_the_developer_is_named(content, agreements, named):
    records = [
        Agreement(
            case=content.case.id,
            reference=f"A{number}",
            signed=content.case.opened + timedelta(days=day) if day else None,
            developer_may_be_named=may,
            entered_in_error=struck,
        )
        for number, (day, may, struck) in enumerate(agreements)
    ]
    assert developer_may_be_named(records) is named
    assert developer_may_be_named(records[::-1]) is named


@pytest.mark.parametrize(
    ("field", "text", "what"),
    [
        ("title", "Overflow in Wren-Field", "the model's codename"),
        ("description", "Found while running\nwren   field.", "the model's codename"),
        ("vendor", "NORTHWIND MODELS, Inc.", "the developer's name"),
        ("impact", "\uff37\uff32\uff25\uff2e-FIELD's answer runs", "the model's codename"),
        ("discovery", "By Rosa Ibarra, by hand", "the name of a person"),
        ("conditions", "Under MOU-17 only", "the reference of an agreement"),
        ("description", "See D-551", "the reference of a determination"),
        ("description", "Only build wf-0.9.3", "the name of a build"),
        ("description", "Call Ada Quill", "the developer's contact"),
        ("description", "In (security run 1.eval), sample 3", "the name of a file"),
    ],
)
def test_a_withheld_word_in_free_text_stops_the_referral(content, field, text, what):
    with pytest.raises(WithheldTextFound) as caught:
        referral(changed(content, Finding, **{field: text}))
    assert caught.value.facts == {"place": f"finding 1, {field},", "what": what}
    assert text not in str(caught.value)


def test_a_named_developer_is_no_longer_a_withheld_word_but_people_are(content):
    named = changed(content, Agreement, developer_may_be_named=True)
    referral(changed(named, Finding, vendor="Northwind Models"))
    with pytest.raises(WithheldTextFound, match="the name of a person"):
        referral(changed(named, Finding, vendor="Northwind Models, Rosa Ibarra"))


@pytest.mark.parametrize("text", ["wrenfieldside", "unwrenfield", "a wren in the field", "field wren", ""])
def test_other_words_do_not_stop_it(text):
    check_words([("here", text)], [("codename", "Wren-Field"), ("nothing", ""), ("marks", "--")])


@pytest.mark.parametrize(
    "text",
    [
        "WREN_FIELD",
        "WRENFIELD",
        "wr\u00aden\u200b field",
        "Wren Fields",
        "Wren-field's",
        "W R E N field",
        "Wr\u0435n F\u0456\u0435ld",
    ],
)
def test_a_name_is_found_however_it_is_written(text):
    with pytest.raises(WithheldTextFound):
        check_words([("here", f"In {text}, seen")], [("codename", "Wren-Field")])


@pytest.mark.parametrize("text", ["I want it", "an t", "ante"])
def test_a_short_name_is_not_found_in_other_words(text):
    check_words([("here", text)], [("codename", "Ant")])


words = st.text(alphabet="abcdeéß", min_size=1, max_size=6)


@settings(deadline=None)
@given(
    st.lists(words, max_size=4), words, st.lists(words, max_size=4), st.sampled_from([" ", "-", ", ", "\n", "/", "'"])
)
def test_a_word_is_found_wherever_it_stands_and_however_it_is_parted(before, word, after, mark):
    text = mark.join([*before, word.upper(), *after])
    with pytest.raises(WithheldTextFound):
        check_words([("here", text)], [("word", word)])
