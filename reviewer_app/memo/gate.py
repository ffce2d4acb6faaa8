# SPDX-License-Identifier: Apache-2.0
"""What must hold before a memo can be final, as a checklist for the person who writes it."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from reviewer_app.domain.markings import MarkingRules, Profile
from reviewer_app.domain.notes import named_marks
from reviewer_app.domain.wording import WordingRules
from reviewer_app.errors import MarkingError
from reviewer_app.memo.authority import block_findings
from reviewer_app.memo.content import (
    COPIES,
    FROM,
    TO,
    Advisory,
    Content,
    ItemList,
    Line,
    Portion,
    SignatureBlock,
    Spans,
    Subject,
    Table,
    joined,
)
from reviewer_app.memo.flow import authority_lines, cui_lines
from reviewer_app.memo.layout import is_classified
from reviewer_app.memo.paper import characters, lost, visible

_DENOMINATOR = re.compile(r"\d[\d,]* of [\d,]*\d|n = [\d,]*\d|denominator not recorded")
# In a sentence that tells a result: a share or a per cent figure, and what says of how many.
_RESULT = re.compile(
    r"\b(?:scor(?:e[sd]?|ing)|accura\w+|success rates?|solv(?:e[sd]?|ing)|results?|benchmark\w*)\b", re.IGNORECASE
)
_FIGURE = re.compile(
    r"(?<![\w.,])(?<!version )(?:[01]?\.\d+(?![\w.]*\d)|\d+(?:\.\d+)?\s?(?:%|per ?cent\b))", re.IGNORECASE
)
_OF_HOW_MANY = re.compile(rf"{_DENOMINATOR.pattern}|\d[\d,]* out of [\d,]*\d|\d ?/ ?\d|n ?= ?[\d,]*\d", re.IGNORECASE)
_SAY_OF_HOW_MANY = "Say of how many, such as “91 of 100”, or write “denominator not recorded”."
_SENTENCE = re.compile(r"(?<=[.!?;])\s+")

_LINES = {TO: "The To line", FROM: "The From line"}
_TYPED = {Subject.place, *_LINES.values()}
_MOST_CHARACTERS = 12
_RESTRICTED_DATA = {"RD", "FRD", "TFNI"}


@dataclass(frozen=True)
class GatePoint:
    """One point of the checklist: whether it holds, what was found, the paragraph of the typed text it is about (from
    1; None elsewhere), the next step for a person, "" where none is needed, and whether the office's details mend it."""

    ok: bool
    what: str
    where: int | None = None
    step: str = ""
    office: bool = False


def gate(
    content: Content, rules: MarkingRules, wording: WordingRules, profile: Profile, banner: str
) -> list[GatePoint]:
    """Every point: the open ones first, each group in reading order."""
    points = [
        *_marks(content, rules, profile),
        *_banner(content, rules, profile, banner),
        *_authority(content, banner),
        *_cui(content),
        *_wording(content, wording),
        *_codes(content),
        *_denominators(content),
        _advisory(content, wording),
        *_enclosures(content),
    ]
    return sorted(points, key=lambda point: point.ok)


# --- markings ------------------------------------------------------------------------------------------------------


def _marks(content: Content, rules: MarkingRules, profile: Profile) -> Iterator[GatePoint]:
    """32 CFR 2001.21(c): every portion is marked; 2001.24(k): a missing mark keeps the memo from being final."""
    open_points = [point for portion in content.portions() for point in _mark(portion, rules, profile)]
    yield from open_points or [GatePoint(True, "Every paragraph has a portion mark")]


def _mark(portion: Portion, rules: MarkingRules, profile: Profile) -> Iterator[GatePoint]:
    if not portion.mark:
        step = f"Begin {_named(portion)} with its mark, for example (U)."
        yield GatePoint(False, f"{portion.place} has no portion mark", portion.typed, step)
        return
    for finding in rules.check_portion(portion.mark, profile):
        if finding.severity == "error":
            what = f"{portion.place}: {portion.mark} is not a valid mark. {finding.text}"
            yield GatePoint(False, what, portion.typed, f"Correct the mark of {_named(portion)}.")
    for mark in stray_marks(portion, rules):
        what = f"{portion.place} holds {mark} in its midst, which asks for more than {portion.mark}"
        step = "Begin a new paragraph there, or name that mark without its parentheses."
        yield GatePoint(False, what, portion.typed, step)


def stray_marks(portion: Portion, rules: MarkingRules) -> list[str]:
    """The marks in the midst of a typed portion that ask for more than its own mark: a portion may begin there."""
    if portion.typed is None and portion.place not in _TYPED:
        return []
    own = rules.banner_of_portion(portion.mark)
    return [mark for mark in named_marks(joined(portion.spans)) if not rules.covers(own, mark)]


def _named(portion: Portion) -> str:
    return portion.place[0].lower() + portion.place[1:]


def _banner(content: Content, rules: MarkingRules, profile: Profile, banner: str) -> Iterator[GatePoint]:
    """32 CFR 2001.21(b): the whole is marked at least as high as its highest portion."""
    try:
        roll_up = rules.roll_up([portion.mark for portion in content.portions() if portion.mark], profile)
    except MarkingError as error:
        yield GatePoint(False, f"The banner cannot be checked. {error}", step="Correct the portion mark.")
        return
    if not rules.covers(banner, roll_up):
        step = "Mark the memo at least as high as its highest portion."
        yield GatePoint(False, f"The banner {banner} is below the roll-up, {roll_up}", step=step)
    elif banner == roll_up:
        yield GatePoint(True, f"Banner matches the roll-up, {roll_up}")
    else:
        step = "Say in the text why the whole is marked higher than its parts (32 CFR 2001.24(g))."
        yield GatePoint(True, f"The banner {banner} is above the roll-up, {roll_up}", step=step)


def _authority(content: Content, banner: str) -> Iterator[GatePoint]:
    """32 CFR 2001.21 and 2001.22."""
    if not is_classified(banner):
        yield GatePoint(True, "No authority block needed: nothing is classified")
        return
    parts = {part.split("-")[0].split("/")[0] for part in banner.split("//")}
    findings = block_findings(content.authority, content.dated, has_restricted_data=bool(parts & _RESTRICTED_DATA))
    for finding in findings:
        ok, step = finding.severity == "warning", f"See {finding.source}."
        yield GatePoint(ok, finding.text, step=step, office=True)
    if not findings:
        yield GatePoint(True, "Authority block complete")


def _cui(content: Content) -> Iterator[GatePoint]:
    """The designation indicator block (NARA CUI Marking Handbook; dodcui.mil)."""
    categories = content.cui_categories()
    if categories is None:
        return
    needed = {
        "Controlled by": content.cui.controlled_by,
        "CUI category": content.cui.category or " ".join(categories),
        "POC": content.cui.contact,
    }
    missing = [name for name, text in needed.items() if not text.strip()]
    for name in missing:
        typed = name == "CUI category"
        step = "Write the category into the portion mark." if typed else "Complete the details of the office."
        yield GatePoint(False, f"The CUI block has no “{name}” line", step=step, office=not typed)
    if not missing:
        yield GatePoint(True, "CUI block complete")


def _enclosures(content: Content) -> Iterator[GatePoint]:
    """Enclosures are portions too; their own missing marks are named with the others."""
    items = [item for node in content.nodes if isinstance(node, ItemList) for item in node.items]
    marks = [item.mark for item in items if item.mark is not None]
    if marks and all(marks):
        yield GatePoint(True, f"{len(marks):,} {'enclosure is' if len(marks) == 1 else 'enclosures are'} marked")


# --- words and figures ---------------------------------------------------------------------------------------------


def _wording(content: Content, wording: WordingRules) -> Iterator[GatePoint]:
    """Guarded words in what people typed and in what is generated; what others said is quoted, not guarded."""
    open_points = []
    for portion in content.portions():
        text, quoted = joined(portion.spans), quotations(portion.spans)
        for finding in wording.check(text, typed_by_person=True, quoted=quoted, determined=content.is_determined):
            what = f"{portion.place} says “{finding.word}”"
            open_points.append(GatePoint(False, what, portion.typed, finding.text))
    for place, text in _unmarked(content):
        for finding in wording.check(text, typed_by_person=True, determined=content.is_determined):
            open_points.append(GatePoint(False, f"{place} says “{finding.word}”", step=finding.text))
    yield from open_points or [GatePoint(True, "Wording list: nothing found")]


def _unmarked(content: Content) -> Iterator[tuple[str, str]]:
    """What stands on the paper without a portion mark, each after what it is: a verdict there reads as one all the
    same. The titles of sources are somebody else's words."""
    yield "The letterhead", "\n".join(content.letterhead)
    yield "The Classified By line", content.authority.classified_by
    yield "The Controlled by line", content.cui.controlled_by
    for node in content.nodes:
        if isinstance(node, Line):
            yield _LINES.get(node.label, "The date"), node.text
        elif isinstance(node, SignatureBlock):
            yield from (("A signature line", f"{signer.name}, {signer.part}") for signer in node.signers)
        elif isinstance(node, ItemList) and node.heading == COPIES:
            yield from (("A line of copies", item.text) for item in node.items)


def _codes(content: Content) -> Iterator[GatePoint]:
    """Characters that print as codes, for a person to judge: a point for each typed portion, one for all the rest."""
    typed: dict[tuple[str, int | None], list[str]] = {}
    rest: list[str] = []
    first = ""
    for place, text, number in _printed(content):
        found = lost(text, characters())
        if found and (number is not None or place in _TYPED):
            typed.setdefault((place, number), []).extend(found)
        elif found:
            rest += found
            first = first or place
    step = "Write it otherwise if the code would not be understood."
    for (place, number), found in typed.items():
        yield GatePoint(True, f"{place} holds what prints as a code: {_shown(found)}", number, step)
    if rest:
        where = first[0].lower() + first[1:]
        what = f"The rest of the memo holds what prints as a code, first in {where}: {_shown(rest)}"
        yield GatePoint(True, what, step=step)


def _printed(content: Content) -> Iterator[tuple[str, str, int | None]]:
    """Every text that a memo may print: after what it is, and with its number in the typed text."""
    yield from ((portion.place, joined(portion.spans), portion.typed) for portion in content.portions())
    yield from ((place, text, None) for place, text in _unmarked(content))
    for label, text in (*authority_lines(content), *cui_lines(content)):
        yield f"The {label.rstrip(':')} line", text, None
    for node in content.nodes:
        if isinstance(node, ItemList):
            yield from (("A source", item.text, None) for item in node.items if item.mark is None)


def _shown(found: Sequence[str]) -> str:
    """The characters with spaces between; the hidden ones by their codes, so that they cannot act on the checklist."""
    each = list(dict.fromkeys(found))
    more = f" and {len(each) - _MOST_CHARACTERS:,} more" if len(each) > _MOST_CHARACTERS else ""
    return " ".join(map(visible, each[:_MOST_CHARACTERS])) + more


def quotations(spans: Spans) -> list[tuple[int, int]]:
    """Where in the joined text of the spans somebody else is quoted: start and end of each piece."""
    ends = list(accumulate(len(span.text) for span in spans))
    return [(end - len(span.text), end) for span, end in zip(spans, ends, strict=True) if span.quoted]


def _denominators(content: Content) -> Iterator[GatePoint]:
    open_points = []
    for table in (node for node in content.nodes if isinstance(node, Table) and node.results is not None):
        for number, row in enumerate(table.rows, 1):
            if not _DENOMINATOR.search(row.cells[table.results or 0].text):
                what = f"Row {number} of {table.caption.partition('.')[0]} gives a result without its denominator"
                open_points.append(GatePoint(False, what, step="Attach the log again, so that it is read anew."))
    for portion in content.portions():
        if portion.typed is not None:
            for figure in bare_results(joined(portion.spans)):
                what = f"{portion.place} gives “{figure}” without its denominator"
                open_points.append(GatePoint(False, what, portion.typed, _SAY_OF_HOW_MANY))
    yield from open_points or [GatePoint(True, "Every result has its denominator, or says that it is not recorded")]


def bare_results(text: str) -> list[str]:
    """The figures of typed sentences that tell a result and not of how many."""
    sentences = [each for each in _SENTENCE.split(text) if _RESULT.search(each) and not _OF_HOW_MANY.search(each)]
    return [figure[0] for each in sentences for figure in _FIGURE.finditer(each)]


def _advisory(content: Content, wording: WordingRules) -> GatePoint:
    """Every memo says that it is advisory and that the submission was voluntary (EO 14409 sec. 3(c))."""
    if any(isinstance(node, Advisory) and node.text == wording.advisory for node in content.nodes):
        return GatePoint(True, "Voluntary-basis paragraph present")
    return GatePoint(False, "The voluntary-basis paragraph is missing", step="Make the memo from the case again.")
