# SPDX-License-Identifier: Apache-2.0
"""The frozen picture of a case that a memo or report is made from: everything that is printed, and nothing else."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any, TypeVar

from reviewer_app.domain.canonical import canonical, digest
from reviewer_app.domain.cases import Agreement, Case, Checkpoint, DatedFact, Determination, Submission
from reviewer_app.domain.evidence import Attachment, EvaluationSummary, Evidence
from reviewer_app.domain.findings import Finding
from reviewer_app.domain.memos import Memo
from reviewer_app.domain.notes import Note
from reviewer_app.domain.record import Record, moment_text, to_utc_milliseconds
from reviewer_app.policy import Policy

VERSION = 1

# What a memo or report prints of the site policy.
PRINTED = (
    "organisation",
    "letterhead",
    "floor",
    "classification_profile",
    "cui_profile",
    "zone",
    "contact",
    "practice",
)

# Set when the PDF is kept, so they cannot be part of what it was made from; the marking is then the banner's.
SET_LATER = {"marking", "state", "revision", "pdf"}

R = TypeVar("R", bound=Record)


@dataclass(frozen=True)
class MarkedLine:
    """One sentence computed elsewhere, with its portion mark without parentheses."""

    marking: str
    text: str


@dataclass(frozen=True)
class Authority:
    """The classification authority block (32 CFR 2001.21, 2001.22). `reason` only on an original decision; `sources`
    lists what "Multiple Sources" stands for."""

    classified_by: str = ""
    derived_from: str = ""
    declassify_on: str = ""
    reason: str = ""
    sources: tuple[str, ...] = ()


@dataclass(frozen=True)
class CuiBlock:
    """The CUI designation indicator (NARA CUI Marking Handbook; dodcui.mil): never portion-marked."""

    controlled_by: str = ""
    category: str = ""
    dissemination: str = ""
    contact: str = ""


@dataclass(frozen=True)
class CaseRecords:
    """What the caller takes from the vault. `recorded` is the moment of the case's last journal entry, never the wall
    clock. `attachments` become the enclosures. `window` holds the computed lines of the access window, both limits and
    the convention. `authority` of None means the one of the site policy."""

    case: Case
    recorded: datetime
    memo: Memo | None = None
    submissions: Sequence[Submission] = ()
    agreements: Sequence[Agreement] = ()
    checkpoints: Sequence[Checkpoint] = ()
    facts: Sequence[DatedFact] = ()
    determinations: Sequence[Determination] = ()
    attachments: Sequence[Attachment] = ()
    evaluations: Sequence[EvaluationSummary] = ()
    findings: Sequence[Finding] = ()
    evidence: Sequence[Evidence] = ()
    notes: Sequence[Note] = ()
    window: Sequence[MarkedLine] = ()
    reviewer: str = ""
    supervisor: str = ""
    copies: Sequence[str] = ()
    authority: Authority | None = None
    cui: CuiBlock | None = None


@dataclass(frozen=True)
class CaseRevision:
    """`records` in their fixed order without what was entered in error; `text` says all of it in canonical JSON, and
    `digest` is the SHA-512 of that text. The same text always makes the same bytes."""

    records: CaseRecords
    site: Policy
    authority: Authority
    cui: CuiBlock
    text: str
    digest: str


def freeze(records: CaseRecords, site: Policy) -> CaseRevision:
    """The revision of a case under one site policy."""
    records = _in_order(_without_errors(records))
    authority = records.authority or Authority(site.classified_by, site.derived_from, site.declassify_on)
    cui = records.cui or CuiBlock(controlled_by=site.organisation, contact=site.contact)
    text = canonical(
        {
            "format": "reviewer case revision",
            "version": VERSION,
            **_said(records),
            "authority": _plain(authority),
            "cui": _plain(cui),
            "site": {name: getattr(site, name) for name in PRINTED},
        }
    )
    return CaseRevision(records, site, authority, cui, text, digest(text))


def _without_errors(records: CaseRecords) -> CaseRecords:
    """Strike out what was entered in error, what was read from a struck file, and the kept PDF of this very memo."""
    pdf = records.memo.pdf if records.memo else None
    struck = {each.id for each in (*records.attachments, *records.findings, *records.notes) if _in_error(each)}
    return replace(
        records,
        submissions=_standing(records.submissions),
        agreements=_standing(records.agreements),
        checkpoints=_standing(records.checkpoints),
        facts=_standing(records.facts),
        determinations=_standing(records.determinations),
        attachments=[each for each in _standing(records.attachments) if each.id != pdf],
        evaluations=[each for each in records.evaluations if each.attachment not in struck],
        findings=_standing(records.findings),
        evidence=[each for each in records.evidence if not {each.attachment, each.supports} & struck],
        notes=_standing(records.notes),
    )


def _in_error(record: Record) -> bool:
    return getattr(record, "entered_in_error", None) is not None


def _standing(records: Sequence[R]) -> list[R]:
    return [each for each in records if not _in_error(each)]


def _in_order(records: CaseRecords) -> CaseRecords:
    """The order in which records are printed; it never depends on the order in which they were handed over."""
    files = sorted(records.attachments, key=lambda each: (each.received, each.name, each.id))
    place = {each.id: number for number, each in enumerate(files)}
    return replace(
        records,
        recorded=to_utc_milliseconds(records.recorded),
        submissions=tuple(sorted(records.submissions, key=lambda each: (each.offered, each.id))),
        agreements=tuple(sorted(records.agreements, key=lambda each: (each.reference, each.edition, each.id))),
        checkpoints=tuple(sorted(records.checkpoints, key=lambda each: (each.build, each.id))),
        facts=tuple(sorted(records.facts, key=lambda each: (each.moment, each.what, each.id))),
        determinations=tuple(sorted(records.determinations, key=lambda each: (each.moment, each.id))),
        attachments=tuple(files),
        evaluations=tuple(
            sorted(records.evaluations, key=lambda each: (place.get(each.attachment, len(place)), each.id))
        ),
        findings=tuple(sorted(records.findings, key=lambda each: (each.number, each.id))),
        evidence=tuple(sorted(records.evidence, key=lambda each: (place.get(each.attachment, len(place)), each.id))),
        notes=tuple(sorted(records.notes, key=lambda each: (each.written, each.id))),
        window=tuple(records.window),
        copies=tuple(records.copies),
    )


def _said(records: CaseRecords) -> dict[str, Any]:
    """Every field of the records as JSON; the authority and CUI blocks are said apart."""
    said = {each.name: _plain(getattr(records, each.name)) for each in fields(records)}
    if records.memo is not None:
        said["memo"] = {name: value for name, value in said["memo"].items() if name not in SET_LATER}
    return {name: value for name, value in said.items() if name not in ("authority", "cui")}


def _plain(value: Any) -> Any:
    if isinstance(value, Record):
        return value.scalars()
    if isinstance(value, datetime):
        return moment_text(value)
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    if isinstance(value, (MarkedLine, Authority, CuiBlock)):
        return {each.name: _plain(getattr(value, each.name)) for each in fields(value)}
    return value
