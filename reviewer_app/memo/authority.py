# SPDX-License-Identifier: Apache-2.0
"""The classification authority block: which lines it has and what may stand behind "Declassify On" (32 CFR 2001.21-26,
CAPCO-2016 section E)."""

import re
from collections.abc import Iterator
from datetime import date

from reviewer_app.domain.markings import MarkingFinding
from reviewer_app.memo.revision import Authority

RESTRICTED_DATA = "N/A to RD/FRD portions. See source list for NSI portions."

# Years after the date of origin, by exemption; beyond 75 years each case is the panel's own.
LONGEST = {"25": 50, "50": 75, "75": None}

_NUMERIC = re.compile(r"\d{8}")
_DATE_LIKE = re.compile(
    r"\d+"
    r"|\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}"
    r"|\d{1,2}\s+[A-Za-z]{3,9}\.?,?\s+\d{2,4}"
    r"|[A-Za-z]{3,9}\.?\s+\d{1,2},?\s+\d{2,4}"
    r"|[A-Za-z]{3,9}\s+\d{4}"
)
_EXEMPTION = re.compile(r"(25|50|75)X([1-9])(?:\s*,\s*(.+))?")
_RETIRED = re.compile(r"OADR|MR|MANUAL REVIEW|X[1-8]|DNI ONLY|DCI ONLY", re.IGNORECASE)
_ORIGINAL_REASON = re.compile(r"1\.4\([a-h]\)(?:, ?(?:1\.4)?\([a-h]\))*")


def block_findings(authority: Authority, dated: str, *, has_restricted_data: bool = False) -> list[MarkingFinding]:
    """What is wrong with, or worth knowing about, the block of a classified memo dated YYYYMMDD."""
    return [*_lines(authority), *declassify_findings(authority.declassify_on, dated, has_restricted_data)]


def _lines(authority: Authority) -> Iterator[MarkingFinding]:
    if not authority.classified_by.strip():
        yield _error("Classified By is empty. Name the classifier and the position.", "32 CFR 2001.21(a)(1)")
    if authority.derived_from.strip() and authority.reason.strip():
        yield _error("A derivative memo has no Reason line. Remove it.", "32 CFR 2001.22(d)")
    elif authority.reason.strip() and not _ORIGINAL_REASON.fullmatch(authority.reason.strip()):
        yield _error("Reason names no category 1.4(a) to 1.4(h).", "32 CFR 2001.21(a)(3)")
    elif not authority.derived_from.strip() and not authority.reason.strip():
        yield _error("Derived From is empty. Name the source or guide, its office and date.", "32 CFR 2001.22(c)")
    if authority.derived_from.strip().casefold() == "multiple sources" and not authority.sources:
        yield _error("Derived From says Multiple Sources, but no source is listed.", "32 CFR 2001.22(c)(1)(ii)")


def declassify_findings(value: str, dated: str, has_restricted_data: bool = False) -> list[MarkingFinding]:
    """What is wrong with a "Declassify On" value of a memo dated YYYYMMDD; an empty list: it can stand as it is."""
    value = value.strip()
    origin = _day(dated)
    if origin is None:
        return [_error("The date of origin is missing.", "32 CFR 2001.21(e)")]
    return [] if value in ("50X1-HUM", "50X2-WMD") else list(_declassify(value, origin, has_restricted_data))


def _declassify(value: str, origin: date, has_restricted_data: bool) -> Iterator[MarkingFinding]:
    if not value:
        yield _error("Declassify On is empty. Give one date or event.", "32 CFR 2001.21(a)(4)")
    elif value == RESTRICTED_DATA:
        if not has_restricted_data:
            yield _error("This Declassify On line belongs to Restricted Data only.", "32 CFR 2001.24(h)(3)")
    elif re.match(r"subject to treaty", value, re.IGNORECASE):
        yield _error("A treaty is never a Declassify On value.", "32 CFR 2001.26(a)(6)")
    elif _RETIRED.fullmatch(value):
        yield _error(
            f"“{value}” is retired. On a derivative memo write the source's date plus 25 years.", "CAPCO-2016 E.6"
        )
    elif re.match(r"25X1-HUMAN", value, re.IGNORECASE):
        yield _error("“25X1-human” is retired. Use 50X1-HUM.", "CAPCO-2016 E.6")
    elif exemption := _EXEMPTION.fullmatch(value):
        yield from _exemption(exemption, origin)
    elif _NUMERIC.fullmatch(value):
        yield from _until(value, origin, 25, "32 CFR 2001.21(a)(4)(ii)")
    elif _DATE_LIKE.fullmatch(value):
        yield _error(f"“{value}” is not a date as YYYYMMDD.", "32 CFR 2001.21(a)(4)")
    elif re.match(r"\d\dX", value):
        yield _error(f"“{value}” is not an exemption these rules know.", "32 CFR 2001.26(a)")
    else:
        yield _warning(
            "Declassify On names an event. It must be definite, foreseeable and within 10 years.",
            "32 CFR 2001.21(a)(4)(i)",
        )


def _exemption(found: re.Match[str], origin: date) -> Iterator[MarkingFinding]:
    years, name, until = found[1], f"{found[1]}X{found[2]}", (found[3] or "").strip()
    if not until:
        yield _error(f"“{name}” needs a date or event behind it.", "32 CFR 2001.26(a); CAPCO-2016 E.6")
    elif re.match(r"EO\s*12951", until, re.IGNORECASE):
        yield _error("“25X1, EO 12951” is reserved for original imagery.", "CAPCO-2016 E.6")
    elif _DATE_LIKE.fullmatch(until):
        yield from _until(until, origin, LONGEST[years], "32 CFR 2001.26(a); EO 13526 sec. 3.3(h)")
    yield _warning(
        f"“{name}” holds only where the interagency panel (ISCAP) agreed to it for your agency.", "32 CFR 2001.26(a)(1)"
    )


def _until(text: str, origin: date, years: int | None, source: str) -> Iterator[MarkingFinding]:
    """The date must exist, lie after the date of origin, and at most so many years after it."""
    until = _day(text)
    if until is None:
        yield _error(f"“{text}” is not a date as YYYYMMDD.", source)
    elif years and until > _years_later(origin, years):
        yield _error(f"{text} lies more than {years} years after the date of origin.", source)
    elif until < origin:
        yield _error(f"{text} lies before the date of origin.", source)


def _day(text: str) -> date | None:
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:])) if _NUMERIC.fullmatch(text) else None
    except ValueError:
        return None


def _years_later(day: date, years: int) -> date:
    """The same day so many years later; 29 February becomes 28 February, the careful reading."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def _error(text: str, source: str) -> MarkingFinding:
    return MarkingFinding("authority", "error", text, source)


def _warning(text: str, source: str) -> MarkingFinding:
    return MarkingFinding("authority", "warning", text, source)
