# SPDX-License-Identifier: Apache-2.0
"""What a case revision says, section by section.

A generated paragraph says only what one record says, and carries that record's marking; so no sentence is ever marked
lower than what it tells. Headings and sentences about the absence of records are unclassified.
"""

import re
from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from reviewer_app.domain.cases import (
    AccessMode,
    Agreement,
    Case,
    Checkpoint,
    DatedFact,
    Determination,
    Precision,
    Safeguards,
    Submission,
)
from reviewer_app.domain.findings import Finding
from reviewer_app.domain.notes import Note, beginning, paragraphs
from reviewer_app.domain.record import Record
from reviewer_app.memo.content import Entry, Span, emphasised
from reviewer_app.memo.revision import CaseRecords

MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)

NOT_RECORDED = "not recorded"


def day(moment: datetime, zone: str) -> str:
    """`30 November 2026` in the zone. The month's name is ours: strftime follows the process's locale."""
    local = moment.astimezone(ZoneInfo(zone))
    return f"{local.day} {MONTHS[local.month - 1]} {local.year}"


def time_of(moment: datetime, zone: str, precision: Precision = Precision.MINUTE) -> str:
    """`30 November 2026, 09:00 EST`; the hour falls away when only the day is known."""
    hour = "" if precision is Precision.DAY else f", {moment.astimezone(ZoneInfo(zone)):%H:%M %Z}"
    return day(moment, zone) + hour


def mark_of(record: Record) -> str:
    """The record's marking as a portion mark."""
    return f"({record.marking})"


def quoted(text: str) -> Span:
    """Somebody else's words."""
    return Span(text, quoted=True)


def absent(text: str) -> Entry:
    """What is said where no record is; it tells nothing and is unclassified."""
    return Entry("(U)", (Span(text),))


def sentence(text: str) -> str:
    """The text with a full stop at its end."""
    text = text.strip()
    return text if text.endswith((".", "!", "?", "…")) else text + "."


def enclosure_numbers(records: CaseRecords) -> dict[str, int]:
    """The number of each enclosure by the id of its attachment."""
    return {each.id: number for number, each in enumerate(records.attachments, 1)}


# --- basis, dates, determination -----------------------------------------------------------------------------------


def purpose(case: Case, what: str) -> Entry:
    """The first sentence: what this document is about."""
    spans = (
        Span(f"This {what} records what was submitted in case "),
        quoted(f"{case.number} ({case.codename})"),
        Span(" by "),
        quoted(case.developer or "a developer whose name is not recorded"),
        Span(", under which terms, and what the evaluation logs on file say."),
    )
    return Entry(mark_of(case), spans)


def basis(records: CaseRecords, zone: str) -> Iterator[Entry]:
    """Who offered what, under which terms, for which build."""
    yield from (_submission(each, zone) for each in records.submissions)
    if not records.submissions:
        yield absent("No voluntary basis is recorded for this case.")
    yield from (_agreement(each, zone) for each in records.agreements)
    if not records.agreements:
        yield absent("No agreement on the terms of access is recorded.")
    yield from (_checkpoint(each) for each in records.checkpoints)
    if not records.checkpoints:
        yield absent("No build of the model is recorded.")


def _submission(each: Submission, zone: str) -> Entry:
    offer = (
        quoted(each.offered_by),
        Span(f" offered early access voluntarily on {day(each.offered, zone)}. Document: "),
        quoted(each.document or NOT_RECORDED),
        Span("."),
    )
    return Entry(mark_of(each), offer)


def _agreement(each: Agreement, zone: str) -> Entry:
    signed = f"signed {day(each.signed, zone)}" if each.signed else "date of signature not recorded"
    terms = (("Agreed uses", each.uses), ("Sharing", each.sharing), ("Return or destruction", each.return_duty))
    spans = [Span("Terms of access: "), quoted(f"{each.reference}, version {each.edition}"), Span(f", {signed}.")]
    for name, text in terms:
        spans += [Span(f" {name}: "), quoted(sentence(text or NOT_RECORDED))]
    return Entry(mark_of(each), tuple(spans))


def _checkpoint(each: Checkpoint) -> Entry:
    safeguards = NOT_RECORDED if each.safeguards is Safeguards.NOT_RECORDED else each.safeguards
    mode = NOT_RECORDED if each.access_mode is AccessMode.NOT_RECORDED else each.access_mode
    spans = (
        Span("Build reviewed: "),
        quoted(each.build),
        Span(f". Safeguards: {safeguards}. Access: {mode}. Runs at: "),
        quoted(sentence(each.runs_at or NOT_RECORDED)),
    )
    return Entry(mark_of(each), spans)


def access(records: CaseRecords) -> Iterator[Entry]:
    """The computed lines of the window, then every recorded date with its source."""
    for line in records.window:
        yield Entry(f"({line.marking})", (Span(line.text),))
    if not records.window:
        yield absent("No access window is recorded.")
    yield from map(_fact, records.facts)


def _fact(each: DatedFact) -> Entry:
    when = time_of(each.moment, each.zone, each.precision)
    spans = [Span(f"{each.what.capitalize()}: {when}. Source: "), quoted(sentence(each.source or NOT_RECORDED))]
    if each.reason:
        spans += [Span(" Reason for the present value: "), *emphasised(sentence(each.reason))]
    return Entry(mark_of(each), tuple(spans))


def determination(records: CaseRecords, zone: str) -> Iterator[Entry]:
    """The record of the answer, never a computed one (EO 14409 sec. 3(a))."""
    for each in records.determinations:
        yield _determination(each, zone)
    if not records.determinations:
        yield absent("No determination recorded.")


def _determination(each: Determination, zone: str) -> Entry:
    spans = (
        Span(f"Recorded answer: {each.answer}, {day(each.moment, zone)}. Authority: "),
        quoted(each.authority or NOT_RECORDED),
        Span(". Reference: "),
        quoted(sentence(each.reference or NOT_RECORDED)),
    )
    return Entry(mark_of(each), spans)


# --- what people wrote ---------------------------------------------------------------------------------------------

_ITEM = re.compile(r"^([ \t]*)(?:[-*+]|\d{1,3}[.)])[ \t]+(.*)$")
_OWN_MARK = re.compile(r"(\([A-Z][^()\n]{0,200}\))\s+(.*)\Z", re.DOTALL)


def observations(body: str, place: str = "Paragraph {} of the text") -> Iterator[Entry]:
    """The paragraphs as typed. Lines of a Markdown list become sub-paragraphs, which carry their own mark or their
    paragraph's (32 CFR 2001.21(c)(3)); a line that begins with a mark becomes a paragraph of its own."""
    for paragraph in paragraphs(body):
        called = place.format(paragraph.number)
        for deeper, text in _list_lines(paragraph.text):
            mark, words = _own_mark(text, is_item=deeper > 0) or (paragraph.mark, text)
            yield Entry(mark, emphasised(words), deeper, called, paragraph.number)


def _own_mark(text: str, *, is_item: bool) -> tuple[str, str] | None:
    """The mark that a line of its own begins with, and its words. An item of a list may bear one that is not valid:
    the gate names it."""
    if begin := beginning(text):
        return begin.mark, begin.rest.strip()
    found = _OWN_MARK.match(text) if is_item else None
    return (found[1], found[2]) if found else None


def _list_lines(text: str) -> Iterator[tuple[int, str]]:
    """The leading text at depth 0, each line that begins with a mark too, and each list line at depth 1 or 2; soft line
    breaks become spaces."""
    parts: list[tuple[int, str]] = [(0, "")]
    for line in text.split("\n"):
        found = _ITEM.match(line)
        if found and parts != [(0, "")]:
            parts.append((2 if len(found[1].expandtabs(4)) >= 2 else 1, found[2].strip()))
        elif beginning(line):
            parts.append((0, line.strip()))
        else:
            depth, before = parts.pop()
            parts.append((depth, f"{before} {line.strip()}".strip()))
    yield from parts if parts[0] != (0, "") or len(parts) == 1 else parts[1:]


def notes(records: CaseRecords, zone: str) -> Iterator[Entry]:
    """The notes, each a title followed by its paragraphs."""
    for note in records.notes:
        yield Entry(mark_of(note), _note_title(note, zone), place="A note's title")
        yield from (
            Entry(each.mark or mark_of(note), each.spans, min(each.deeper + 1, 2), each.place)
            for each in observations(note.body, "Paragraph {} of a note")
        )
    if not records.notes:
        yield absent("No notes are in this report.")


def _note_title(note: Note, zone: str) -> tuple[Span, ...]:
    return (Span(note.title, bold=True), Span(f" ({day(note.written, zone)})"))


def findings(records: CaseRecords, zone: str) -> Iterator[Entry]:
    """Each finding with its particulars and the places in the evidence that support it."""
    numbers = enclosure_numbers(records)
    for finding in records.findings:
        mark, place = mark_of(finding), f"Finding {finding.number}"
        title = (Span(f"Finding {finding.number}. ", bold=True), *emphasised(sentence(finding.title)))
        yield Entry(mark, title, place=place)
        for each in observations(finding.description):
            yield Entry(each.mark or mark, each.spans, min(each.deeper + 1, 2), place)
        for spans in _particulars(finding, zone):
            yield Entry(mark, spans, 1, place)
        yield from _evidence(finding, records, numbers)
    if not records.findings:
        yield absent("No findings are recorded.")


def _particulars(finding: Finding, zone: str) -> Iterator[tuple[Span, ...]]:
    product = " ".join(filter(None, (finding.product, finding.product_version)))
    yield (
        Span("Product: "),
        quoted(product or NOT_RECORDED),
        Span(". Vendor: "),
        quoted(sentence(finding.vendor or NOT_RECORDED)),
    )
    for name in ("discovery", "conditions", "impact"):
        if text := getattr(finding, name):
            yield (Span(f"{name.capitalize()}: "), *emphasised(sentence(text)))
    contacted = day(finding.vendor_contacted, zone) if finding.vendor_contacted else NOT_RECORDED
    disclosure = time_of(finding.disclosure, zone) if finding.disclosure else NOT_RECORDED
    yield (
        Span(f"Publicly known: {finding.public}. Exploited: {finding.exploited}. Vendor contacted: {contacted}. "),
        Span(f"Planned disclosure: {disclosure}. Found {day(finding.found, zone)}."),
    )


def _evidence(finding: Finding, records: CaseRecords, numbers: dict[str, int]) -> Iterator[Entry]:
    for each in records.evidence:
        if each.supports == finding.id:
            file = f"Enclosure {numbers[each.attachment]}" if each.attachment in numbers else "a file not enclosed"
            spans = [Span(f"Evidence: {file}"), quoted(sentence(f", {each.place}" if each.place else ""))]
            if each.remark:
                spans += [Span(" "), *emphasised(sentence(each.remark))]
            yield Entry(mark_of(each), tuple(spans), 1, f"Finding {finding.number}")
