# SPDX-License-Identifier: Apache-2.0
"""The content tree: what stands in it, how it is numbered, and which mark each part carries."""

from datetime import UTC, datetime

import pytest

from reviewer_app.domain.cases import Answer, Precision
from reviewer_app.errors import MemoError
from reviewer_app.memo.compose import memo_content, report_content
from reviewer_app.memo.content import (
    Content,
    Heading,
    ItemList,
    Paragraph,
    Role,
    SignatureBlock,
    Subject,
    Table,
    emphasised,
    joined,
)
from reviewer_app.memo.revision import freeze
from reviewer_app.memo.sections import observations, time_of
from reviewer_app.policy import practice_policy
from reviewer_app.services.attachments import EVALUATIONS
from tests.memo.practice import make_attachment, make_determination, make_memo_record, make_records, make_summary

ADVISORY = "This memorandum is advisory. The submission was voluntary."


def memo(**changes: object) -> Content:
    return memo_content(freeze(make_records(**changes), practice_policy()), ADVISORY)


def lines(content: Content) -> list[str]:
    """Each paragraph with its number and mark, as on paper."""
    return [
        f"{node.label} {node.mark} {joined(node.spans)}".strip()
        for node in content.nodes
        if isinstance(node, Paragraph)
    ]


def test_the_sections_stand_in_the_order_of_a_memo():
    headings = [f"{node.label} {node.mark} {node.text}" for node in memo().nodes if isinstance(node, Heading)]
    assert headings == [
        "1. (U) Purpose and basis",
        "2. (U) Access window",
        "3. (U) Determination",
        "4. (U) Observations",
        "5. (U) Evaluation results",
        "6. (U) Findings",
        "7. (U) Nature of this document",
    ]


def test_a_generated_sentence_carries_the_marking_of_the_record_it_tells():
    text = lines(memo(determinations=[make_determination()]))
    assert (
        "b. (U) Example Developer offered early access voluntarily on 28 October 2026. Document: Letter of 28 October 2026."
        in text
    )
    assert "b. (S//NF) Access granted: 9 November 2026, 09:00 EST. Source: E-mail of 9 November." in text
    assert "(S//NF) Recorded answer: covered, 20 November 2026. Authority: NSA. Reference: R-77." in text


def test_absence_is_said_and_is_no_answer():
    text = " ".join(lines(memo(submissions=[], agreements=[], checkpoints=[], window=[], findings=[], evaluations=[])))
    assert "No determination recorded." in text
    assert "not covered" not in text
    for what in ("voluntary basis", "agreement", "build", "access window"):
        assert f"No {what}" in text
    assert "No findings are recorded." in text
    assert "No evaluation log is recorded." in text


@pytest.mark.parametrize("answer", list(Answer))
def test_the_determination_is_repeated_as_recorded(answer):
    assert f"Recorded answer: {answer}," in " ".join(lines(memo(determinations=[make_determination(answer)])))


def test_typed_lists_become_sub_paragraphs_that_inherit_or_state_their_mark():
    typed = [line for line in lines(memo()) if "reviewers ran" in line or "each" in line or "fixed" in line]
    assert typed[:3] == [
        "b. (S//NF) The reviewers ran the agreed tests:",
        "(1) (S//NF) two runs each",
        "(a) (U) with fixed seeds",
    ]


def test_an_unmarked_paragraph_has_no_mark_and_keeps_its_typed_number():
    entries = list(observations("(U) One.\n\nTwo.\n\n(U) Three."))
    assert [(entry.mark, entry.typed) for entry in entries] == [("(U)", 1), ("", 2), ("(U)", 3)]
    assert entries[1].place == "Paragraph 2 of the text"


def test_soft_line_breaks_join_and_letters_go_past_z():
    body = "\n\n".join(f"(U) Line\nbreak {number}." for number in range(28))
    text = [line for line in lines(memo(memo=make_memo_record(body=body))) if "Line break" in line]
    assert text[25:] == ["z. (U) Line break 25.", "aa. (U) Line break 26.", "ab. (U) Line break 27."]


@pytest.mark.parametrize(
    ("typed", "spans"),
    [
        ("plain", [("plain", False, False)]),
        ("", [("", False, False)]),
        ("a **b** c", [("a ", False, False), ("b", True, False), (" c", False, False)]),
        ("*i*, j", [("i", False, True), (", j", False, False)]),
        ("2**31 and 2**32", [("2**31 and 2**32", False, False)]),
        ("*.eval and *.json", [("*.eval and *.json", False, False)]),
        ("a * b * c", [("a * b * c", False, False)]),
        ("**open", [("**open", False, False)]),
        ("<b>tag</b> &amp;", [("<b>tag</b> &amp;", False, False)]),
    ],
)
def test_only_emphasis_is_read_from_typed_markdown(typed, spans):
    assert [(span.text, span.bold, span.italic) for span in emphasised(typed)] == spans


def test_the_results_table_has_its_counts_its_marks_and_its_denominators():
    table = next(node for node in memo().nodes if isinstance(node, Table))
    first, second = table.rows
    assert table.header == ("Log and task", "Tool", "Result", "Planned", "Completed", "Errored", "Limited")
    assert [cell.text for cell in first.cells] == [
        "1. practice_task_1", "Inspect 0.3.285", "2 of 26 (includes accuracy 0.0769; standard error 0.0533)",
        "26", "26", "0", "not recorded",
    ]  # fmt: skip
    assert (first.mark, second.mark) == ("(U)", "(S//NF)")
    assert table.alternative
    assert sum(table.widths) == 468


def test_a_log_with_several_scores_repeats_no_counts():
    said = {"scores": [{"name": name, "metric": "mean", "value": 1, "n": 2} for name in "ab"], "counts": {"planned": 2}}
    table = next(node for node in memo(evaluations=[make_summary(1, said)]).nodes if isinstance(node, Table))
    assert [row.cells[3].text for row in table.rows] == ["2", "as above"]


@pytest.mark.parametrize("detected", ["unreadable", *EVALUATIONS])
def test_a_file_that_could_not_be_read_as_a_log_is_named_with_its_own_mark(detected):
    files = [make_attachment(1), make_attachment(2), make_attachment(3, marking="S//NF", detected=detected)]
    said = "(S//NF) Enclosure 3, “practice_3.eval”, could not be read as an evaluation log; nothing in it is summarized here."
    assert f"d. {said}" in lines(memo(attachments=files))
    alone = lines(memo(attachments=files[2:], evaluations=[]))
    assert said.replace("Enclosure 3", "Enclosure 1") in alone
    assert "No evaluation log is recorded." not in " ".join(alone)


@pytest.mark.parametrize("detected", ["pdf", "text", "json", "zip", "empty", "unknown"])
def test_a_file_that_is_no_log_is_not_called_one(detected):
    files = [make_attachment(1, detected="inspect-eval"), make_attachment(2), make_attachment(3, detected=detected)]
    assert "could not be read" not in " ".join(lines(memo(attachments=files)))


def test_what_is_to_be_read_with_care_stands_in_whole_sentences():
    said = {"warnings": ["Scores are reduced by mean.", "The file gives no seed.", "the data set has 100 samples"]}
    text = " ".join(lines(memo(evaluations=[make_summary(1, said)])))
    assert "Read with care: Scores are reduced by mean. The file gives no seed. the data set has 100 samples." in text


def test_enclosures_are_numbered_marked_and_hashed_whole():
    content = memo(attachments=[make_attachment(1), make_attachment(2)])
    listed = next(node for node in content.nodes if isinstance(node, ItemList))
    hashes = [node for node in content.nodes if isinstance(node, Table)][-1]
    assert listed.heading == "2 Enclosures"
    assert [(item.mark, item.text) for item in listed.items] == [
        ("(U)", "practice_1.eval"),
        ("(S//NF)", "practice_2.eval"),
    ]
    assert hashes.rows[1].cells[2].text.replace(" ", "") == f"{2:0128x}"


def test_findings_name_the_enclosure_and_place_of_their_evidence():
    assert "(5) (S//NF) Evidence: Enclosure 2, sample 12." in lines(memo())


def test_the_roles_a_tagged_pdf_needs_are_there():
    content = memo()
    assert {node.role for node in content.nodes} == set(Role)
    assert sum(isinstance(node, Subject) for node in content.nodes) == 1
    signers = next(node for node in content.nodes if isinstance(node, SignatureBlock)).signers
    assert [(signer.name, signer.part) for signer in signers] == [
        ("R. Ibarra", "Reviewer"),
        ("M. Okafor", "Supervisor"),
    ]


def test_without_a_memo_there_is_a_report_but_no_memo():
    revision = freeze(make_records(memo=None), practice_policy())
    with pytest.raises(MemoError, match="holds no memo"):
        memo_content(revision, ADVISORY)
    report = report_content(revision, ADVISORY)
    assert not any(isinstance(node, SignatureBlock) for node in report.nodes)
    assert "(1) (U) It starts." in lines(report)
    assert "(2) (U) It stops." in lines(report)


def test_several_addressees_stand_on_one_line():
    content = memo(memo=make_memo_record(addressee="Director A\nDirector B"))
    assert content.nodes[1].text == "Director A; Director B"


@pytest.mark.parametrize(
    ("utc", "zone", "precision", "words"),
    [
        (datetime(2026, 10, 28, 3, 59, tzinfo=UTC), "America/New_York", Precision.MINUTE, "27 October 2026, 23:59 EDT"),
        (datetime(2026, 10, 28, 4, 0, tzinfo=UTC), "America/New_York", Precision.DAY, "28 October 2026"),
        (datetime(2026, 12, 31, 23, 0, tzinfo=UTC), "Asia/Tokyo", Precision.MINUTE, "1 January 2027, 08:00 JST"),
        (datetime(2026, 7, 1, 0, 0, tzinfo=UTC), "UTC", Precision.MINUTE, "1 July 2026, 00:00 UTC"),
    ],
)
def test_moments_are_written_in_the_zone_of_their_source(utc, zone, precision, words):
    assert time_of(utc, zone, precision) == words
