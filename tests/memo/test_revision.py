# SPDX-License-Identifier: Apache-2.0
"""The frozen case revision: what it says, what it leaves out, and that it never depends on order or later changes."""

from dataclasses import replace

import pytest

from reviewer_app.domain.canonical import digest, parse
from reviewer_app.domain.memos import MemoState
from reviewer_app.memo.revision import Authority, freeze
from reviewer_app.policy import Policy, practice_policy
from tests.memo.practice import fixed, make_attachment, make_memo_record, make_records, make_summary, moment

SITE = practice_policy()


def test_the_text_is_canonical_json_and_the_digest_is_its_sha512():
    revision = freeze(make_records(), SITE)
    assert parse(revision.text)["case"]["number"] == "P-2026-0007"
    assert parse(revision.text)["recorded"] == "2026-11-23T16:00:00.000Z"
    assert revision.digest == digest(revision.text)
    assert len(revision.digest) == 128


def test_scores_keep_the_digits_of_the_file():
    revision = freeze(make_records(evaluations=[make_summary(1, {"scores": [{"value": 0.30}]})]), SITE)
    assert "0.3" in parse(revision.text)["evaluations"][0]["said"]  # text within text: canonical JSON has no floats


def test_the_order_of_records_does_not_matter():
    records = make_records()
    turned = replace(
        records, attachments=list(reversed(records.attachments)), evaluations=list(reversed(records.evaluations))
    )
    assert freeze(turned, SITE).text == freeze(records, SITE).text


@pytest.mark.parametrize(
    "name", ["submissions", "agreements", "checkpoints", "facts", "attachments", "findings", "notes"]
)
def test_a_record_entered_in_error_is_left_out(name):
    records = make_records()
    struck = [each.model_copy(update={"entered_in_error": "wrong case"}) for each in getattr(records, name)]
    revision = freeze(replace(records, **{name: struck}), SITE)
    assert parse(revision.text)[name] == []
    assert "wrong case" not in revision.text


def test_what_was_read_from_a_struck_file_goes_with_it():
    struck = make_attachment(2, entered_in_error="wrong file")
    said = parse(freeze(make_records(attachments=[make_attachment(1), struck]), SITE).text)
    assert [each["id"] for each in said["evaluations"]] == [fixed(201)]
    assert said["evidence"] == []


def test_keeping_the_pdf_does_not_change_the_revision_it_was_made_from():
    before = freeze(make_records(), SITE)
    kept = make_memo_record(marking="TS", state=MemoState.FINAL, revision=before.digest, pdf=fixed(109))
    files = [*make_records().attachments, make_attachment(9)]
    assert freeze(make_records(memo=kept, attachments=files), SITE).digest == before.digest


def test_a_changed_word_changes_the_digest():
    other = freeze(make_records(memo=make_memo_record(body="(U) Another text.")), SITE)
    assert other.digest != freeze(make_records(), SITE).digest


def test_composed_and_decomposed_text_are_one_revision():
    one, two = (freeze(make_records(reviewer=name), SITE) for name in ("Zoë", "Zoe\u0308"))
    assert one.digest == two.digest


def test_what_is_printed_of_the_policy_is_in_the_revision_and_nothing_else():
    site = parse(freeze(make_records(), SITE).text)["site"]
    assert site["practice"] is True
    assert "attempts" not in site
    assert freeze(make_records(), Policy(zone="UTC")).digest != freeze(make_records(), Policy()).digest


def test_the_policy_gives_the_authority_unless_the_case_has_its_own():
    assert freeze(make_records(), SITE).authority.derived_from == SITE.derived_from
    own = Authority("A. Officer", "Guide X", "20501231")
    assert freeze(make_records(authority=own), SITE).authority == own


def test_the_moment_is_cut_to_the_millisecond():
    recorded = moment(23).replace(microsecond=123_456)
    assert freeze(make_records(recorded=recorded), SITE).records.recorded.microsecond == 123_000
