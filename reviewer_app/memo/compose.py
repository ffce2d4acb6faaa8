# SPDX-License-Identifier: Apache-2.0
"""Puts a memo, or a plain case report, together from a case revision."""

from collections.abc import Iterable, Iterator
from zoneinfo import ZoneInfo

from reviewer_app.domain.cases import Answer
from reviewer_app.domain.record import Record
from reviewer_app.errors import MemoError
from reviewer_app.memo.content import (
    COPIES,
    FROM,
    TO,
    Advisory,
    Content,
    Entry,
    Item,
    ItemList,
    Line,
    Node,
    Sections,
    SignatureBlock,
    Signer,
    Span,
    Subject,
    Table,
    joined,
)
from reviewer_app.memo.results import read
from reviewer_app.memo.revision import CaseRecords, CaseRevision
from reviewer_app.memo.sections import (
    access,
    basis,
    day,
    determination,
    findings,
    mark_of,
    notes,
    observations,
    purpose,
)
from reviewer_app.memo.tables import evaluations, files_table, results_table


def memo_content(revision: CaseRevision, advisory: str) -> Content:
    """The memo of a revision; `advisory` is the fixed paragraph of the wording rules.

    Raises MemoError when the revision holds no memo.
    """
    records, memo = revision.records, revision.records.memo
    if memo is None:
        raise MemoError(reason="the case revision holds no memo")
    zone = revision.site.zone
    subject = next(observations(memo.subject), Entry("", (Span(""),)))
    nodes: list[Node] = [
        Line("", day(memo.dated, zone), right=True),
        Line(TO, "; ".join(memo.addressee.splitlines())),
        Line(FROM, memo.sender),
        Subject(subject.mark, subject.spans),
    ]
    typed = list(observations(memo.body)) or [Entry("(U)", (Span("No observations are recorded."),))]
    nodes += _sections(records, zone, purpose(records.case, "memorandum"), ("Observations", typed))
    nodes += [Advisory("(U)", advisory), _signatures(records), *_enclosures(records)]
    if records.copies:
        nodes.append(ItemList(COPIES, tuple(Item(each) for each in records.copies)))
    nodes += [*_sources(revision), *_hashes(records)]
    return _content(revision, joined(subject.spans), nodes, memo.dated.astimezone(ZoneInfo(zone)).strftime("%Y%m%d"))


def report_content(revision: CaseRevision, advisory: str) -> Content:
    """The plain report of a case for a package: what the records say, with no text of a memo and no signatures."""
    records, zone = revision.records, revision.site.zone
    title = Span(f"Case report {records.case.number}", quoted=True)
    nodes: list[Node] = [
        Line("", day(records.recorded, zone), right=True),
        Subject(mark_of(records.case), (title,), "CASE REPORT:"),
    ]
    nodes += _sections(records, zone, purpose(records.case, "report"), ("Notes", notes(records, zone)))
    nodes += [Advisory("(U)", advisory), *_enclosures(records), *_sources(revision)]
    nodes += _hashes(records)
    dated = records.recorded.astimezone(ZoneInfo(zone)).strftime("%Y%m%d")
    return _content(revision, title.text, nodes, dated)


def _content(revision: CaseRevision, title: str, nodes: list[Node], dated: str) -> Content:
    letterhead = tuple(line.strip() for line in revision.site.letterhead.splitlines() if line.strip())
    answers = {each.answer for each in revision.records.determinations}
    return Content(
        title=title,
        letterhead=letterhead,
        nodes=tuple(nodes),
        authority=revision.authority,
        cui=revision.cui,
        dated=dated,
        is_practice=revision.site.practice,
        is_determined=bool(answers & {Answer.COVERED, Answer.NOT_COVERED}),
    )


def _sections(records: CaseRecords, zone: str, first: Entry, written: tuple[str, Iterable[Entry]]) -> list[Node]:
    """The body that memo and report share; `written` is what people wrote, behind its heading."""
    sections = Sections()
    logs = [read(each) for each in records.evaluations]
    sections.add("Purpose and basis", [first, *basis(records, zone)])
    sections.add("Access window", access(records))
    sections.add("Determination", determination(records, zone))
    sections.add(*written)
    sections.add("Evaluation results", evaluations(records, logs))
    if logs:
        sections.nodes.append(results_table(records, logs))
    sections.add("Findings", findings(records, zone))
    sections.add("Nature of this document", [])
    return sections.nodes


def _signatures(records: CaseRecords) -> SignatureBlock:
    return SignatureBlock((Signer(records.reviewer, "Reviewer"), Signer(records.supervisor, "Supervisor")))


def _enclosures(records: CaseRecords) -> Iterator[ItemList]:
    if count := len(records.attachments):
        heading = "1 Enclosure" if count == 1 else f"{count:,} Enclosures"
        yield ItemList(heading, tuple(_enclosure(each, each.name) for each in records.attachments), numbered=True)


def _enclosure(record: Record, text: str) -> Item:
    return Item(text, mark_of(record))


def _sources(revision: CaseRevision) -> Iterator[ItemList]:
    """What "Multiple Sources" stands for (32 CFR 2001.22(c)); never on the front page by itself."""
    if revision.authority.sources:
        yield ItemList("Derived from:", tuple(Item(each) for each in revision.authority.sources), numbered=True)


def _hashes(records: CaseRecords) -> Iterator[Table]:
    if records.attachments:
        number = 2 if records.evaluations else 1
        yield files_table(records.attachments, f"Table {number}. Enclosures with their SHA-512")
