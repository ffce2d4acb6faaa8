# SPDX-License-Identifier: Apache-2.0
"""The checklist before a final memo: each point open and closed, and where a person has to go."""

from dataclasses import replace

import pytest

from reviewer_app.domain.cases import Answer
from reviewer_app.domain.markings import Profile
from reviewer_app.memo.compose import memo_content, report_content
from reviewer_app.memo.content import Advisory, Content, Row, Span, Table, joined
from reviewer_app.memo.gate import GatePoint, gate, quotations
from reviewer_app.memo.revision import Authority, CuiBlock, freeze
from reviewer_app.policy import practice_policy
from tests.memo.practice import make_attachment, make_determination, make_memo_record, make_records, make_summary

IC = Profile()


@pytest.fixture
def check(rules, wording):
    """Runs the gate on the practice memo, its content changed by `edit` before."""

    def run(edit=lambda content: content, banner="SECRET//NOFORN", **changes) -> list[GatePoint]:
        content = memo_content(freeze(make_records(**changes), practice_policy()), wording.advisory)
        return gate(edit(content), rules, wording, IC, banner)

    return run


def open_points(points: list[GatePoint]) -> list[GatePoint]:
    return [point for point in points if not point.ok]


def with_body(body: str) -> dict:
    return {"memo": make_memo_record(body=body)}


def test_a_whole_memo_has_no_open_point(check):
    points = check()
    assert open_points(points) == []
    assert [point.what for point in points] == [
        "Every paragraph has a portion mark",
        "Banner matches the roll-up, SECRET//NOFORN",
        "Authority block complete",
        "Wording list: nothing found",
        "Every result has its denominator, or says that it is not recorded",
        "Voluntary-basis paragraph present",
        "2 enclosures are marked",
    ]


def test_a_paragraph_without_a_mark_is_named_by_its_place_in_the_typed_text(check):
    (point,) = open_points(check(**with_body("(U) One.\n\nTwo.")))
    assert (point.what, point.where) == ("Paragraph 2 of the text has no portion mark", 2)
    assert point.step == "Begin paragraph 2 of the text with its mark, for example (U)."


def test_a_subject_without_a_mark_is_named(check):
    (point,) = open_points(check(memo=make_memo_record(subject="Advisory review")))
    assert (point.what, point.where) == ("The subject has no portion mark", None)


@pytest.mark.parametrize("mark", ["(S//XD)", "(SECRET)", "(S//NF/REL TO USA, GBR)", "(NSA)"])
def test_an_invalid_mark_is_named_with_the_rule(check, mark):
    point = open_points(check(**with_body(f"(U) One.\n\n{mark} Two.")))[0]
    assert point.what.startswith(f"Paragraph 2 of the text: {mark} is not a valid mark. ")
    assert point.where == 2


@pytest.mark.parametrize("banner", ["UNCLASSIFIED", "CONFIDENTIAL//NOFORN", "SECRET"])
def test_a_banner_below_the_roll_up_is_open(check, banner):
    assert f"The banner {banner} is below the roll-up, SECRET//NOFORN" in [
        point.what for point in open_points(check(banner=banner))
    ]


def test_a_banner_above_the_roll_up_asks_for_the_reason(check):
    point = next(point for point in check(banner="TOP SECRET//NOFORN") if "above" in point.what)
    assert point.ok
    assert "2001.24(g)" in point.step


@pytest.mark.parametrize(
    ("authority", "what"),
    [
        (Authority("", "Guide, Office, 20260701", "20511101"), "Classified By is empty"),
        (Authority("A. Officer", "", "20511101"), "Derived From is empty"),
        (Authority("A. Officer", "Guide, Office, 20260701", ""), "Declassify On is empty"),
        (Authority("A. Officer", "Guide, Office, 20260701", "20511124"), "20511124 lies more than 25 years"),
        (Authority("A. Officer", "Guide, Office, 20260701", "20511101", reason="1.4(c)"), "no Reason line"),
    ],
)
def test_a_bad_authority_block_is_open(check, authority, what):
    (point,) = open_points(check(authority=authority))
    assert what in point.what
    assert "CFR" in point.step


def test_a_warning_about_the_authority_block_leaves_the_point_closed(check):
    points = check(authority=Authority("A. Officer", "Guide, Office, 20260701", "Completion of Operation X"))
    assert open_points(points) == []
    assert any("names an event" in point.what for point in points)


def test_an_unclassified_memo_needs_no_authority_block(check, wording):
    plain = make_records(
        memo=make_memo_record(body="(U) One."), facts=[], window=[], attachments=[], evaluations=[], findings=[],
        evidence=[], authority=Authority(),
    )  # fmt: skip
    points = check(banner="UNCLASSIFIED", **{name: getattr(plain, name) for name in vars(plain)})
    assert open_points(points) == []
    assert "No authority block needed: nothing is classified" in [point.what for point in points]


@pytest.mark.parametrize(
    ("block", "missing"),
    [
        (CuiBlock("Office", "", "", "R. Ibarra, 555-0100"), []),
        (CuiBlock("", "", "", "R. Ibarra, 555-0100"), ["Controlled by"]),
        (CuiBlock("Office", "", "", ""), ["POC"]),
    ],
)
def test_a_memo_with_cui_needs_the_whole_designation_block(check, block, missing):
    points = check(banner="SECRET//CUI//SP-CTI//NOFORN", cui=block, **with_body("(CUI//SP-CTI) One."))
    assert [point.what for point in open_points(points)] == [f"The CUI block has no “{name}” line" for name in missing]


@pytest.mark.parametrize("text", ["The model was approved.", "It is cleared for release.", "It was certified."])
def test_a_guarded_word_in_typed_text_is_open_and_has_its_place(check, text):
    (point,) = open_points(check(**with_body(f"(U) One.\n\n(U) {text}")))
    assert point.what.startswith("Paragraph 2 of the text says “")
    assert point.where == 2
    assert point.step.startswith("Say it neutrally: ")


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"memo": make_memo_record(sender="Office: APPROVED FOR RELEASE")}, "The From line"),
        ({"memo": make_memo_record(addressee="Director, who licensed it")}, "The To line"),
        ({"reviewer": "R. Ibarra, Approver"}, "A signature line"),
        ({"copies": ["Office of Certification"]}, "A line of copies"),
        (
            {"authority": Authority("A. Officer, Approving Officer", "Guide, 20260701", "20511101")},
            "The Classified By line",
        ),
    ],
)
def test_a_guarded_word_in_a_line_without_a_mark_is_open(check, change, place):
    assert open_points(check(**change))[0].what.startswith(f"{place} says “")


def test_a_guarded_word_in_the_letterhead_is_open(check):
    (point,) = open_points(check(lambda content: replace(content, letterhead=("OFFICE OF MODEL", "CERTIFICATION"))))
    assert point.what == "The letterhead says “CERTIFICATION”"


@pytest.mark.parametrize(
    ("text", "figures"),
    [
        ("It scored 0.91.", ["0.91"]),
        ("The accuracy was 91 percent. Nothing else is known.", ["91 percent"]),
        ("It scored 91 %, n = 100. It solved 91 of 100 tasks, a share of 0.91.", []),
        ("Result: 0.91, denominator not recorded.", []),
        ("Version 0.91 was installed; CVSS score 9.8.", []),
    ],
)
def test_a_typed_result_says_of_how_many(check, text, figures):
    points = open_points(check(**with_body(f"(U) One.\n\n(U) {text}")))
    assert [point.what for point in points] == [
        f"Paragraph 2 of the text gives “{each}” without its denominator" for each in figures
    ]
    assert all(point.where == 2 for point in points)


@pytest.mark.parametrize(("body", "count"), [("(U) One (TS//SI) two.", 1), ("(TS//SI) One (U) two (S) three.", 0)])
def test_a_higher_mark_in_the_midst_of_a_paragraph_is_open(check, body, count):
    found = [
        point
        for point in open_points(check(banner="TOP SECRET//SI//NOFORN", **with_body(body)))
        if "midst" in point.what
    ]
    assert [point.where for point in found] == [1] * count


@pytest.mark.parametrize(("answer", "count"), [(None, 1), (Answer.REQUESTED, 1), (Answer.NOT_COVERED, 0)])
def test_not_covered_is_said_only_where_that_answer_is_recorded(check, answer, count):
    recorded = [make_determination(answer)] if answer else []
    assert len(open_points(check(determinations=recorded, **with_body("(U) The model is not covered.")))) == count


def test_what_is_generated_keeps_to_the_stricter_list(wording):
    records = make_records(memo=make_memo_record(body="(U) One."))
    for empty in (True, False):
        bare = dict.fromkeys(
            ("submissions", "agreements", "checkpoints", "facts", "window", "evaluations", "findings"), ()
        )
        revision = freeze(replace(records, **(bare if empty else {})), practice_policy())
        for content in (memo_content(revision, wording.advisory), report_content(revision, wording.advisory)):
            for portion in content.portions():
                text, quoted = joined(portion.spans), quotations(portion.spans)
                assert wording.check(text, quoted=quoted, determined=content.is_determined) == []


def test_guarded_words_of_tools_developers_and_files_are_quotations(check):
    said = {"scores": [], "warnings": ["the task was approved and failed"], "settings": {"mode": "certified"}}
    assert open_points(check(evaluations=[make_summary(1, said, task="license_pass", status="failed")])) == []


def test_a_guarded_word_in_a_finding_is_open(check):
    finding = make_records().findings[0].model_copy(update={"title": "The gateway was certified"})
    (point,) = open_points(check(findings=[finding]))
    assert point.what.startswith("Finding 1 says “")
    assert point.where is None


def codes(points: list[GatePoint]) -> list[tuple[str, int | None]]:
    assert all(point.ok and point.step for point in points if "prints as a code" in point.what)
    return [(point.what, point.where) for point in points if "prints as a code" in point.what]


@pytest.mark.parametrize(
    ("body", "held"),
    [
        ("(U) One.\n\n(U) Good 😀 and 中, 😀.", [("Paragraph 2 of the text holds what prints as a code: 😀 中", 2)]),
        ("(U) One:\n- 😀\n- 中", [("Paragraph 1 of the text holds what prints as a code: 😀 中", 1)]),
        ("(U) A\u202eB.", [("Paragraph 1 of the text holds what prints as a code: ‹U+202E›", 1)]),
        ("(U) Zoë – Ελλ “½ €”.", []),
        (
            "(U) 一二三四五六七八九十百千万.",
            [
                (
                    "Paragraph 1 of the text holds what prints as a code: 一 二 三 四 五 六 七 八 九 十 百 千 and 1 more",
                    1,
                )
            ],
        ),
    ],
)
def test_typed_characters_that_print_as_codes_are_told_and_do_not_wait_for_a_person(check, body, held):
    points = check(**with_body(body))
    assert codes(points) == held
    assert open_points(points) == []


def test_subject_and_address_lines_are_typed_portions_of_their_own(check):
    memo = make_memo_record(subject="(U) Review 中", addressee="Director 😀", sender="Office 文")
    assert codes(check(memo=memo)) == [
        ("The subject holds what prints as a code: 中", None),
        ("The To line holds what prints as a code: 😀", None),
        ("The From line holds what prints as a code: 文", None),
    ]


def test_what_was_not_typed_and_prints_as_codes_is_told_in_one_point(check):
    files = [make_attachment(1, name="中.eval"), make_attachment(2, name="😀.eval")]
    office = Authority("A. Officer", "Guide 文, Office, 20260701", "20511101")
    assert codes(check(attachments=files, authority=office, reviewer="R. 中")) == [
        ("The rest of the memo holds what prints as a code, first in enclosure 1: 中 😀 文", None)
    ]


def test_a_result_without_denominator_is_open(check):
    cells = (Span("x"), Span("y"), Span("0.92 (acc)"), *(Span("1") for _ in range(4)))

    def bare(content: Content) -> Content:
        nodes = [
            replace(node, rows=(Row("(U)", cells), *node.rows))
            if isinstance(node, Table) and node.results is not None
            else node
            for node in content.nodes
        ]
        return replace(content, nodes=tuple(nodes))

    (point,) = open_points(check(bare))
    assert point.what == "Row 1 of Table 1 gives a result without its denominator"


@pytest.mark.parametrize("change", ["gone", "other words"])
def test_without_the_advisory_paragraph_no_memo_is_final(check, change):
    def edit(content: Content) -> Content:
        nodes = [node for node in content.nodes if not isinstance(node, Advisory)]
        if change == "other words":
            nodes.append(Advisory("(U)", "This memorandum is binding."))
        return replace(content, nodes=tuple(nodes))

    assert [point.what for point in open_points(check(edit))] == ["The voluntary-basis paragraph is missing"]


def test_open_points_come_first(check):
    flags = [point.ok for point in check(**with_body("One."))]
    assert flags == sorted(flags)
