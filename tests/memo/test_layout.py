# SPDX-License-Identifier: Apache-2.0
"""The drawn PDF: banners, page numbers, fonts, text order, hostile text, and the same bytes anywhere."""

import hashlib
import os
import re
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pypdfium2
import pytest

from reviewer_app.domain.cases import Case
from reviewer_app.memo.compose import memo_content
from reviewer_app.memo.content import Content
from reviewer_app.memo.layout import render
from reviewer_app.memo.paper import characters, template, visible
from reviewer_app.memo.revision import CuiBlock, freeze
from reviewer_app.policy import Policy, practice_policy
from tests.memo.practice import CASE, make_attachment, make_memo_record, make_records, make_summary, moment

ROOT = Path(__file__).parents[2]
BANNER = "SECRET//NOFORN"
ADVISORY = "This memorandum is advisory. The submission was voluntary."


def content_of(site: Policy | None = None, **changes: object) -> Content:
    return memo_content(freeze(make_records(**changes), site or practice_policy()), ADVISORY)


def drawn(content: Content, banner: str = BANNER, stamp: str | None = "PRACTICE · DRAFT") -> bytes:
    return render(content, banner=banner, stamp=stamp, moment=moment(23, 16))[0]


def texts(pdf: bytes) -> list[str]:
    """The text of every page, as a reader extracts it."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return [page.get_textpage().get_text_range().replace("\r\n", "\n") for page in document]
    finally:
        document.close()


def flat(pdf: bytes) -> str:
    return " ".join(" ".join(texts(pdf)).split())


def typed(body: str) -> bytes:
    return drawn(content_of(memo=make_memo_record(body=body)))


@pytest.fixture(scope="module")
def memo() -> bytes:
    return drawn(content_of())


def test_every_page_says_banner_stamp_and_number_twice_or_once(memo):
    pages = texts(memo)
    assert len(pages) > 1
    for number, page in enumerate(pages, 1):
        assert page.count(BANNER) == 2
        assert page.count("PRACTICE · DRAFT") == 2
        assert f"{number} of {len(pages)}" in page


def test_a_final_memo_of_a_real_vault_has_no_stamp():
    pdf = drawn(content_of(Policy()), stamp=None)
    assert "DRAFT" not in flat(pdf)
    assert "PRACTICE" not in flat(pdf).replace("PRACTICE OFFICE", "")


def test_the_text_stands_in_reading_order(memo):
    text = flat(memo)
    golden = [
        "PRACTICE OFFICE OF MODEL REVIEW",
        "23 November 2026",
        "MEMORANDUM FOR",
        "FROM:",
        "SUBJECT:",
        "1. (U) Purpose and basis.",
        "2. (U) Access window.",
        "3. (U) Determination.",
        "4. (U) Observations.",
        "a. (U) This memo records what was submitted",
        "b. (S//NF) The reviewers ran the agreed tests:",
        "(1) (S//NF) two runs each",
        "(a) (U) with fixed seeds",
        "5. (U) Evaluation results.",
        "(U) Table 1. Evaluation results",
        "2 of 26",
        "6. (U) Findings.",
        "7. (U) Nature of this document.",
        "(U) " + ADVISORY,
        "R. IBARRA",
        "2 Enclosures",
        "1. (U) practice_1.eval",
        "2. (S//NF) practice_2.eval",
        "cc:",
        "Records desk",
        "(U) Table 2. Enclosures with their SHA-512",
    ]
    text = text.replace("\N{NO-BREAK SPACE}", " ")
    text = re.sub(" +", " ", text)
    places = [text.find(words) for words in golden]
    assert -1 not in places, golden[places.index(-1)]
    assert all(one < two for one, two in pairwise(places))


def test_words_at_line_ends_do_not_run_together():
    words = [f"word{number}" for number in range(400)]
    assert flat(typed("(U) " + " ".join(words))).count("word") == 400
    assert " ".join(words[5:50]) in flat(typed("(U) " + " ".join(words)))
    assert " ".join(words[5:50]) in flat(typed("(U) **bold** " + " ".join(words)))


def test_the_blocks_of_page_1_follow_the_marking(memo):
    first, *later = texts(memo)
    assert "Classified By: R. Ibarra, reviewer" in first
    assert "Declassify On: 20511101" in first
    assert "Reason:" not in first
    assert not any("Classified By" in page for page in later)
    assert "Classified By" not in flat(drawn(content_of(), banner="UNCLASSIFIED"))


def test_a_cui_memo_has_the_designation_block_with_the_categories_of_its_portions():
    body = "(CUI//SP-CTI) The build runs on one node.\n\n(CUI//SP-CTI/PROPIN) So it does."
    cui = CuiBlock("Office of Model Review", "", "FEDCON", "R. Ibarra, 555-0100")
    first = texts(drawn(content_of(memo=make_memo_record(body=body), cui=cui), banner="CUI//SP-CTI/PROPIN"))[0]
    for line in ("Controlled by: Office", "CUI category: PROPIN, SP-CTI", "LDC: FEDCON", "POC: R. Ibarra, 555-0100"):
        assert line in " ".join(first.split())


# --- the file itself -----------------------------------------------------------------------------------------------


def test_every_font_is_embedded(memo):
    fonts = re.findall(rb"/Type /Font\b.*?>>", memo, re.DOTALL)
    assert fonts
    assert b"Helvetica" not in memo
    assert b"/Type1" not in memo
    assert memo.count(b"/Type /FontDescriptor") == memo.count(b"/FontFile2 ") == len(fonts)


def test_the_file_tells_its_language_title_and_the_moment_of_the_revision(memo):
    document = pypdfium2.PdfDocument(memo)
    facts = document.get_metadata_dict()
    document.close()
    assert facts["Title"] == "Advisory Review of a Voluntarily Submitted AI Model"
    assert facts["CreationDate"] == facts["ModDate"] == "D:20261123160000+00'00'"
    assert facts["Creator"] == "Reviewer"
    assert b"/Lang (en-US)" in memo


def test_the_outline_leads_to_the_headings(memo):
    document = pypdfium2.PdfDocument(memo)
    titles = [mark.get_title() for mark in document.get_toc()]
    document.close()
    assert titles[0] == "(U) Advisory Review of a Voluntarily Submitted AI Model"
    assert titles[1] == "1. (U) Purpose and basis"
    assert len(titles) == 8


@pytest.mark.parametrize("command", [["qpdf", "--check"], ["pdffonts"]])
def test_outside_tools_find_nothing_to_say(memo, command, tmp_path):
    file = tmp_path / "memo.pdf"
    file.write_bytes(memo)
    done = subprocess.run([*command, str(file)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    if command == ["pdffonts"]:
        rows = [line.split() for line in done.stdout.splitlines()[2:]]
        assert rows
        assert all(row[-5] == "yes" for row in rows), "a font is not embedded"


SAME = """
import hashlib, locale, sys
from tests.memo.test_layout import content_of, drawn
locale.setlocale(locale.LC_ALL, "")
print(hashlib.sha512(drawn(content_of())).hexdigest())
"""


@pytest.mark.parametrize(
    "changes",
    [
        {"PYTHONHASHSEED": "1", "TZ": "Asia/Tokyo", "LANG": "C", "LC_ALL": "C"},
        {"PYTHONHASHSEED": "77", "TZ": "America/Denver", "LANG": "C.UTF-8", "SOURCE_DATE_EPOCH": "1"},
    ],
)
def test_another_process_makes_the_same_bytes(memo, changes):
    done = subprocess.run(
        [sys.executable, "-c", SAME], cwd=ROOT, env=os.environ | changes, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == hashlib.sha512(memo).hexdigest()


def test_another_moment_or_marking_makes_other_bytes(memo):
    content = content_of()
    assert render(content, banner=BANNER, stamp="PRACTICE · DRAFT", moment=moment(24))[0] != memo
    assert drawn(content, banner="SECRET") != memo


# --- text of any kind ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "hostile",
    [
        "<b>bold</b>",
        '<a href="https://example.org/">here</a>',
        '<img src="/etc/hostname" width="9"/>',
        '<link href="file:///etc/hostname">x</link>',
        "<para backColor='red'>",
        "&lt;script&gt; &#65; & < >",
        "<unclosed",
        "%(percent)s {brace} \\(paren\\)",
        "</para><onDraw name='x'/>",
    ],
)
def test_typed_markup_is_printed_as_it_was_typed(hostile):
    pdf = typed(f"(U) Before {hostile} after.")
    assert f"Before {hostile} after." in flat(pdf)
    assert b"/Annot" not in pdf
    assert b"/XObject /Subtype /Image" not in pdf


def test_names_of_files_and_developers_are_printed_as_they_are_too():
    case = Case(id=CASE, number="1", codename="<i>X</i>", developer="A & B <img/>", opened=moment(1))
    pdf = drawn(content_of(case=case, attachments=[make_attachment(1, name="<b>.eval")], evaluations=[]))
    assert "1 (<i>X</i>) by A & B <img/>" in flat(pdf)
    assert "<b>.eval" in flat(pdf)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("中", "‹U+4E2D›"),
        ("a\u202eb", "a‹U+202E›b"),
        ("a\u200bb", "a‹U+200B›b"),
        ("a\x07b", "a‹U+0007›b"),
        ("a\ufeffb", "a‹U+FEFF›b"),
        ("\U0001f600", "‹U+1F600›"),
        ("שלום", "‹U+05E9›‹U+05DC›‹U+05D5›‹U+05DD›"),
        ("Zoë – Ελλ – Жук ½ €", "Zoë – Ελλ – Жук ½ €"),
        ("tab\there", "tab here"),
    ],
)
def test_what_cannot_be_drawn_is_shown_by_its_code(text, shown):
    assert visible(text, characters()) == shown
    assert shown in flat(typed(f"(U) It says {text} here."))


def test_plain_text_keeps_letters_of_any_script_but_not_hidden_ones():
    assert visible("中 שלום\u202e") == "中 שלום‹U+202E›"


def test_long_words_wrap_within_the_margins():
    pdf = typed("(U) " + "abcdef0123456789" * 60)
    document = pypdfium2.PdfDocument(pdf)
    for page in document:
        text = page.get_textpage()
        boxes = [text.get_charbox(index) for index in range(text.count_chars())]
        assert all(left > 20 and right < template().page_width - 20 for left, _, right, _ in boxes)
        text.close()
    document.close()


def test_a_table_cell_longer_than_a_page_goes_on_over_the_next():
    summary = make_summary(1, task="t" * 3_000 + " end-of-task")
    assert "end-of-task" in flat(drawn(content_of(evaluations=[summary])))


def test_a_marking_too_long_for_its_line_is_drawn_smaller():
    banner = "TOP SECRET//SI-G ABCD EFGH/TK-BLFH//FGI AUS CAN DEU GBR NZL//ORCON/NOFORN/PROPIN//LES NOFORN"
    pages = texts(drawn(content_of(), banner=banner))
    assert all(page.count(banner) == 2 for page in pages)


def test_an_endless_authority_line_still_fits_on_page_1():
    site = practice_policy().model_copy(update={"derived_from": "Guide " * 2_000})
    assert "Declassify On:" in texts(drawn(content_of(site)))[0]


# --- over pages ----------------------------------------------------------------------------------------------------


def test_a_table_repeats_its_header_on_every_page():
    pdf = drawn(content_of(evaluations=[make_summary(1).model_copy(update={"id": f"{n:032x}"}) for n in range(60)]))
    pages = [page for page in texts(pdf) if "practice_task_1" in page]
    assert len(pages) > 2
    assert all("Log and task" in page for page in pages)


@pytest.mark.parametrize("count", range(1, 40, 3))
def test_signatures_never_stand_alone_and_headings_never_end_a_page(count):
    body = "\n\n".join(f"(U) Line {number} of the text." for number in range(count))
    pages = texts(drawn(content_of(memo=make_memo_record(body=body))))
    signed = next(page for page in pages if "R. IBARRA" in page)
    assert ADVISORY in " ".join(signed.split())
    for page in pages:
        last = page.split(" of the text")[-1].split("PRACTICE")[0].strip().splitlines()
        assert not last or not re.fullmatch(r"\d\.\s+\(U\) [A-Z][a-z ]+\.", last[-1].strip())


def test_two_thousand_paragraphs_are_all_there():
    body = "\n\n".join(f"(U) Note {number} says what was seen." for number in range(2_000))
    pages = texts(typed(body))
    assert sum(page.count("says what was seen") for page in pages) == 2_000
    assert all(page.count(BANNER) == 2 for page in pages)
