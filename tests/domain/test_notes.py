# SPDX-License-Identifier: Apache-2.0
"""A portion mark is found wherever a reader would see one, and nowhere else."""

import pytest

from reviewer_app.domain.notes import all_marks, named_marks, paragraphs


@pytest.mark.parametrize(
    "mark",
    [
        "(S//NF)",
        "( TS//SI )",
        "(s//nf)",
        "(S//\nNF)",
        "(S//REL TO USA, " + ", ".join(["GBR"] * 80) + ")",
        "(S/NF)",
        "(//DEU S)",
        "(SECRET)",
        "(TOP SECRET)",
        "(TOP\nSECRET)",
        "(S∕∕NF)",
        "(S⁄⁄NF)",
        "(S⧸⧸NF)",
        "(S⫽NF)",
        "（S／／NF）",
        "❨S❩",
        "⦅S⦆",
        "🄢",
        "(Ꮪ)",
        "(ꓢ)",
        "(Ⲥ)",
        "(Ѕ//NF)",
        "(S\u200b//N\u00adF)",
        "(C)",
    ],
)
@pytest.mark.parametrize("before", ["Intro. ", "- one ", "one\n- two ", "Intro.\n\n\ttwo "])
@pytest.mark.parametrize("after", [" 2026-11-06 found.", "", ": found"])
def test_a_mark_in_the_midst_is_named(before: str, mark: str, after: str) -> None:
    assert len(list(named_marks(f"{before}{mark}{after}"))) == 1


@pytest.mark.parametrize(
    "text",
    [
        "finding(S) and (s) and method(s)",
        "by (C) 2026 Quay, (C) 1999",
        "serial (S/N 12345), (S/N)",
        "a secret (see SECRET annex), (Secret), Top Secret",
        "(C++) and (TS-7) and (U.S.) and (https://example.org)",
        "™ ² ®",
    ],
)
def test_what_is_no_mark_is_not_named(text: str) -> None:
    assert list(all_marks(text)) == []


def test_a_mark_that_begins_a_line_or_an_item_marks_it_and_is_not_in_the_midst() -> None:
    text = "(U) one\n(S//NF) two\n- (CUI) three (C) four"
    assert list(named_marks(text)) == ["(C)"]
    assert list(all_marks(text)) == ["(U)", "(S//NF)", "(CUI)", "(C)"]
    (part,) = paragraphs(text)
    assert (part.mark, list(part.begun()), list(part.listed())) == ("(U)", ["(S//NF)"], ["(CUI)"])


def test_a_mark_broken_at_the_beginning_of_a_line_is_found() -> None:
    assert list(all_marks("one\n(S//\nNF) two")) == ["(S// NF)"]
