# SPDX-License-Identifier: Apache-2.0
"""Makes the PDF of a memo, and the report of a case for a package, from a frozen case revision."""

import hashlib
from dataclasses import dataclass

from reviewer_app.domain.markings import MarkingRules, Profile
from reviewer_app.domain.wording import WordingRules
from reviewer_app.errors import MarkingError, MemoError
from reviewer_app.memo.compose import memo_content, report_content
from reviewer_app.memo.content import Content
from reviewer_app.memo.gate import GatePoint, gate, stray_marks
from reviewer_app.memo.layout import render
from reviewer_app.memo.plain import plain_text
from reviewer_app.memo.revision import CaseRevision
from reviewer_app.policy import Policy

PRACTICE = "PRACTICE · UNCLASSIFIED · MARKINGS FOR TRAINING ONLY"
DRAFT = "DRAFT"


@dataclass(frozen=True)
class Made:
    """A finished PDF: its banner, how many pages, its SHA-512, and the points of the gate."""

    pdf: bytes
    banner: str
    pages: int
    sha512: str
    points: list[GatePoint]

    @property
    def is_ready(self) -> bool:
        """Whether no point of the gate is open."""
        return all(point.ok for point in self.points)


@dataclass(frozen=True)
class Report:
    """The same content twice, for a printer and for a terminal."""

    pdf: bytes
    text: str
    banner: str


def profile_of(site: Policy) -> Profile:
    """Whose marking rules the site follows."""
    return Profile(site.classification_profile, site.cui_profile)


def make_memo(revision: CaseRevision, rules: MarkingRules, wording: WordingRules, *, final: bool) -> Made:
    """The memo of a revision. A draft can always be made; it says DRAFT on every page.

    Raises MemoError for a final memo while a point of the gate is open.
    """
    content = memo_content(revision, wording.advisory)
    banner = banner_of(content, revision, rules)
    points = gate(content, rules, wording, profile_of(revision.site), banner)
    waiting = [point.what for point in points if not point.ok]
    if final and waiting:
        more = f" (and {len(waiting) - 1} more)" if len(waiting) > 1 else ""
        raise MemoError(reason=waiting[0].rstrip(".") + more)
    stamp = _stamp(content, None if final else DRAFT)
    pdf, pages = render(content, banner=banner, stamp=stamp, moment=revision.records.recorded)
    return Made(pdf, banner, pages, hashlib.sha512(pdf).hexdigest(), points)


def check_memo(revision: CaseRevision, rules: MarkingRules, wording: WordingRules) -> list[GatePoint]:
    """The points of the gate alone, for the checklist beside a memo while it is written."""
    content = memo_content(revision, wording.advisory)
    return gate(content, rules, wording, profile_of(revision.site), banner_of(content, revision, rules))


def make_report(revision: CaseRevision, rules: MarkingRules, wording: WordingRules) -> Report:
    """The plain report of a case. What a package must not tell, its caller leaves out of the revision."""
    content = report_content(revision, wording.advisory)
    banner, stamp = banner_of(content, revision, rules), _stamp(content, None)
    pdf, _pages = render(content, banner=banner, stamp=stamp, moment=revision.records.recorded)
    return Report(pdf, plain_text(content, banner=banner, stamp=stamp), banner)


def banner_of(content: Content, revision: CaseRevision, rules: MarkingRules) -> str:
    """The roll-up of every portion.

    SECURITY: while a mark is missing or not valid, or a higher one stands in a paragraph's midst, nobody knows what its
    portion asks for. The banner then covers what can be read of it, an unknown level counting as the highest, and the
    vault's floor.
    """
    portions = list(content.portions())
    marks = [portion.mark for portion in portions]
    strays = [mark for portion in portions for mark in stray_marks(portion, rules)]
    try:
        if all(marks) and not strays:
            return rules.roll_up(marks, profile_of(revision.site))
    except MarkingError:
        pass  # the gate names the portion; a draft is made all the same
    banner = rules.banner_of_portion(rules.join(mark.strip("()") for mark in (*marks, *strays) if mark))
    return rules.highest(banner, revision.site.floor)


def _stamp(content: Content, draft: str | None) -> str | None:
    words = [word for word in (PRACTICE if content.is_practice else None, draft) if word]
    return " · ".join(words) or None
