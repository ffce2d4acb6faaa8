# SPDX-License-Identifier: Apache-2.0
"""The classification authority block: every row of the table of "Declassify On" values, and the lines of the block."""

import pytest

from reviewer_app.memo.authority import RESTRICTED_DATA, block_findings, declassify_findings
from reviewer_app.memo.revision import Authority

DATED = "20261123"


def verdict(value: str, *, dated: str = DATED, has_restricted_data: bool = False) -> str:
    severities = {each.severity for each in declassify_findings(value, dated, has_restricted_data)}
    return "refused" if "error" in severities else "warned" if severities else "taken"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("20511123", "taken"),
        ("20511124", "refused"),
        ("2051-11-23", "refused"),
        ("23 Nov 2051", "refused"),
        ("November 23, 2051", "refused"),
        ("11/23/2051", "refused"),
        ("20511340", "refused"),
        ("2051", "refused"),
        ("20261122", "refused"),
        ("Completion of Operation X", "warned"),
        ("50X1-HUM", "taken"),
        ("50X2-WMD", "taken"),
        ("25X4, 20501001", "warned"),
        ("25X4, 20761123", "warned"),
        ("25X4, 20761124", "refused"),
        ("25X4, 2076-11-01", "refused"),
        ("25X4, Completion of Operation X", "warned"),
        ("25X4", "refused"),
        ("25X1-human", "refused"),
        ("25X1, EO 12951", "refused"),
        ("50X6, 20800101", "warned"),
        ("50X6, 21020101", "refused"),
        ("75X3, 21000101", "warned"),
        ("75X3, 21009999", "refused"),
        ("99X1, 20400101", "refused"),
        ("OADR", "refused"),
        ("MR", "refused"),
        ("Manual Review", "refused"),
        *((f"X{number}", "refused") for number in range(1, 9)),
        ("DNI Only", "refused"),
        ("DCI Only", "refused"),
        ("Subject to treaty or international agreement", "refused"),
        (RESTRICTED_DATA, "refused"),
        ("", "refused"),
        ("   ", "refused"),
    ],
)
def test_a_declassify_value_of_a_memo_of_23_november_2026(value, expected):
    assert verdict(value) == expected


def test_the_restricted_data_line_is_taken_where_there_is_restricted_data():
    assert verdict(RESTRICTED_DATA, has_restricted_data=True) == "taken"


@pytest.mark.parametrize(("value", "expected"), [("20530228", "taken"), ("20530301", "refused")])
def test_25_years_from_a_leap_day_end_on_the_28th(value, expected):
    assert verdict(value, dated="20280229") == expected


def test_without_a_date_of_origin_nothing_is_taken():
    assert verdict("50X1-HUM", dated="") == "refused"


GOOD = {
    "classified_by": "R. Ibarra, reviewer",
    "derived_from": "Guide A, Office B, 20260701",
    "declassify_on": "20511123",
}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, ""),
        ({"classified_by": " "}, "Classified By is empty"),
        ({"derived_from": ""}, "Derived From is empty"),
        ({"reason": "1.4(c)"}, "no Reason line"),
        ({"derived_from": "", "reason": "1.4(c)"}, ""),
        ({"derived_from": "", "reason": "1.4(a), (c)"}, ""),
        ({"derived_from": "", "reason": "national security"}, "no category"),
        ({"derived_from": "Multiple Sources"}, "no source is listed"),
        ({"derived_from": "Multiple Sources", "sources": ("Guide A", "Guide B")}, ""),
        ({"declassify_on": ""}, "Declassify On is empty"),
    ],
)
def test_the_lines_of_the_block(changes, said):
    findings = block_findings(Authority(**GOOD | changes), DATED)
    assert [said in each.text for each in findings] == ([True] if said else [])
    assert all("CFR" in each.source for each in findings)
