# SPDX-License-Identifier: Apache-2.0
"""Writes a package: a plain bag that carries a case, or its findings alone, to a named recipient."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from reviewer_app.domain.canonical import new_id
from reviewer_app.domain.evidence import Attachment
from reviewer_app.domain.memos import Purpose
from reviewer_app.errors import PackageNotWritten
from reviewer_app.exchange.bag import Payload, write_bag
from reviewer_app.exchange.case_check import Json, schema_text, strict_json
from reviewer_app.exchange.case_json import CaseContent, case_json, json_bytes
from reviewer_app.exchange.form import (
    CASE,
    COVER,
    EVIDENCE,
    EVIDENCE_FOLDER,
    PRACTICE,
    PROFILE,
    PROFILE_IDENTIFIER,
    REPORT,
    REPORT_PDF,
    SCHEMA,
    Cancelled,
    Listed,
    Progress,
    never,
    no_progress,
)
from reviewer_app.exchange.report import cover_text, report_text

LONGEST_NUMBER = 60


@dataclass(frozen=True)
class EvidenceFile:
    """A file of the case: its record and its bytes, in chunks of any size, read once."""

    attachment: Attachment
    chunks: Iterable[bytes]


@dataclass(frozen=True)
class PackageContent:
    """What goes into a package. `revision` counts the packages of a case; `written` is the moment of writing.

    `banner` is the overall marking that the caller has rolled up. `report_pdf` is a PDF made for this very recipient:
    it is carried as it is. A referral carries no evidence.
    """

    case: CaseContent
    purpose: Purpose
    revision: int
    banner: str
    recipient: str
    organisation: str
    contact: str
    written: datetime
    practice: bool = False
    report_pdf: bytes | None = None
    evidence: Sequence[EvidenceFile] = field(default=())


@dataclass(frozen=True)
class Written:
    """A package on the disk. `manifest_sha512` is that of its tag manifest; `files` and `size` count all of it."""

    path: Path
    identifier: str
    manifest_sha512: str
    files: int
    size: int


def write_package(
    folder: Path,
    content: PackageContent,
    *,
    progress: Progress = no_progress,
    cancelled: Cancelled = never,
    make_id: Callable[[], str] = new_id,
) -> Written:
    """Writes the package as a new folder in `folder`, which is all there and on the disk when it has its name.

    Raises PackageNotWritten, WithheldTextFound, PackageCancelled and whatever reading the evidence raises; then
    nothing is left in `folder`.
    """
    name = identifier(content)
    document = case_json(
        content.case,
        content.purpose,
        banner=content.banner,
        practice=content.practice,
        written=content.written,
        make_id=make_id,
    )
    payload = _payload(content, document)
    bag = write_bag(
        folder, name, payload, _info(content, name), _cover(content, name), progress=progress, cancelled=cancelled
    )
    files = (*bag.payload, *bag.tags)
    return Written(bag.path, name, bag.sha512, len(files), sum(file.size for file in files))


def identifier(content: PackageContent) -> str:
    """`MRC-<case>-r<revision>-<UTC>`, the name of the folder; also on every system."""
    number = re.sub(r"[^A-Za-z0-9]+", "-", content.case.case.number).strip("-")[:LONGEST_NUMBER]
    return f"MRC-{number or 'case'}-r{content.revision}-{content.written.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def evidence_json(banner: str, practice: bool, attachments: Iterable[Json], carried: Iterable[str]) -> bytes:
    """The list of the case's files, from the attachments of its case.json; `included` where the bytes are carried."""
    there = set(carried)
    rows = [
        {
            "name": each["name"],
            "type": each["detected"],
            "marking": each["marking"],
            "size": each["size"],
            "sha512": each["sha512"],
            "holding": each["holding"],
            "included": each["sha512"] in there,
        }
        for each in attachments
    ]
    return json_bytes({"schema": "mrc-evidence/1", "banner": banner, "practice": practice, "files": rows})


def _payload(content: PackageContent, case: bytes) -> list[Payload]:
    document: dict[str, Any] = strict_json(case, CASE)
    payload = [
        Payload.of(CASE, case),
        Payload.of(SCHEMA, schema_text().encode()),
        Payload.of(REPORT, report_text(document)),
    ]
    if content.report_pdf is not None:
        payload.append(Payload.of(REPORT_PDF, content.report_pdf))
    if content.purpose is Purpose.HAND_OVER:
        payload += _evidence(content, document["records"]["attachment"])
    elif content.evidence:
        raise PackageNotWritten(reason="a referral carries no evidence")
    return payload


def _evidence(content: PackageContent, attachments: list[Json]) -> list[Payload]:
    """The same bytes under two records are carried once."""
    files = {each.attachment.sha512: each for each in content.evidence}
    if not files.keys() <= {each["sha512"] for each in attachments}:
        raise PackageNotWritten(reason="a file does not belong to the case")
    index = evidence_json(content.banner, content.practice, attachments, files)
    return [
        Payload.of(EVIDENCE, index),
        *(
            Payload(EVIDENCE_FOLDER + sha512, each.attachment.size, each.chunks, sha512)
            for sha512, each in files.items()
        ),
    ]


def _info(content: PackageContent, name: str) -> list[tuple[str, str]]:
    lines = [
        ("MRC-Marking", content.banner),
        ("Source-Organization", content.organisation),
        ("External-Identifier", name),
        ("Bagging-Date", f"{content.written.astimezone(UTC):%Y-%m-%d}"),
        ("BagIt-Profile-Identifier", PROFILE_IDENTIFIER),
        ("MRC-Profile", PROFILE),
        ("MRC-Purpose", content.purpose.value),
        ("MRC-Recipient", content.recipient),
    ]
    return [("MRC-Practice", PRACTICE), *lines] if content.practice else lines


def _cover(content: PackageContent, name: str) -> Callable[[Sequence[Listed]], dict[str, bytes]]:
    def cover(files: Sequence[Listed]) -> dict[str, bytes]:
        text = cover_text(
            identifier=name,
            purpose=content.purpose.value,
            banner=content.banner,
            practice=content.practice,
            recipient=content.recipient,
            organisation=content.organisation,
            contact=content.contact,
            written=content.written.astimezone(UTC),
            files=files,
        )
        return {COVER: text}

    return cover
