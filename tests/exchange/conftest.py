# SPDX-License-Identifier: Apache-2.0
"""A case with one record of every kind, and packages made from it."""

import hashlib
import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from reviewer_app.domain.cases import (
    Agreement,
    Answer,
    Assignment,
    Case,
    Checkpoint,
    DatedFact,
    Determination,
    FactKind,
    Safeguards,
    Submission,
)
from reviewer_app.domain.evidence import Attachment, EvaluationSummary, Evidence, Holding
from reviewer_app.domain.findings import Finding
from reviewer_app.domain.memos import Memo, Purpose, Transfer
from reviewer_app.domain.notes import Note
from reviewer_app.domain.people import Person, Setting
from reviewer_app.exchange.case_json import CaseContent
from reviewer_app.exchange.package import EvidenceFile, PackageContent, write_package

WHEN = datetime(2026, 11, 24, 15, 30, 45, 123000, UTC)
LOG = b"PK\x03\x04 not really an evaluation log \x00\xff" * 40
SAID = {
    "format": "inspect",
    "tool": "inspect_ai",
    "counts": {"dataset": 26, "planned": None},
    "scores": [{"name": "includes", "metric": "accuracy", "value": 0.07692307692307693, "n": 26}],
    "settings": {"seed": 2**63, "temperature": 0.5, "limit": 3},
    "warnings": [],
}


def build_content() -> CaseContent:
    """One record of each kind, tied together; the developer must not be named."""
    case = Case(
        number="P-2026-0007",
        codename="WREN-FIELD",
        developer="Northwind Models",
        developer_contact="Ada Quill",
        opened=WHEN,
        marking="S//NF",
    )
    person = Person(name="Rosa Ibarra")
    checkpoint = Checkpoint(case=case.id, build="wf-0.9.3", safeguards=Safeguards.REDUCED, marking="S//NF")
    log = Attachment(
        case=case.id,
        name="security run 1.eval",
        sha512=hashlib.sha512(LOG).hexdigest(),
        size=len(LOG),
        detected="inspect",
        holding=Holding.GOVERNMENT_RECORD,
        received=WHEN,
        checkpoint=checkpoint.id,
        marking="S//NF",
    )
    finding = Finding(
        case=case.id,
        number=1,
        title="Parser writes past its buffer",
        product="libexample",
        product_version="2.4",
        description="A long line overruns the buffer.\n\nSeen with two builds of the library.",
        impact="Code of the sender runs. Ünïcode stays.",
        found=WHEN,
        found_by=person.id,
    )
    struck = Finding(
        case=case.id, number=2, title="Twice entered", found=WHEN, found_by=person.id, entered_in_error="Twice."
    )
    note = Note(case=case.id, title="First look", body="(U) It runs.", author=person.id, written=WHEN, about=log.id)
    records = [
        person,
        checkpoint,
        log,
        finding,
        struck,
        note,
        Submission(case=case.id, offered_by="Ada Quill", offered=WHEN, document="Letter of 20 Nov"),
        Agreement(case=case.id, reference="MOU-17", signed=WHEN, uses="Security testing"),
        DatedFact(
            case=case.id, what=FactKind.ACCESS_GRANTED, moment=WHEN, zone="America/New_York", source="Letter", reason=""
        ),
        Determination(case=case.id, answer=Answer.REQUESTED, moment=WHEN, authority="NSA", reference="D-551"),
        Assignment(case=case.id, person=person.id),
        EvaluationSummary(
            case=case.id,
            attachment=log.id,
            format="inspect",
            tool="inspect_ai",
            task="security_guide",
            model="mock",
            status="success",
            run_at=WHEN,
            said=json.dumps(SAID),
        ),
        Evidence(case=case.id, supports=finding.id, attachment=log.id, place="sample 3"),
        Memo(
            case=case.id,
            number=1,
            subject="State of the case",
            addressee="Director",
            sender="Office",
            body="(U) All is quiet.",
            author=person.id,
            dated=WHEN,
        ),
        Transfer(
            case=case.id,
            package="MRC-P-2026-0007-r1-20261124T120000Z",
            purpose=Purpose.HAND_OVER,
            profile="plain",
            recipient="Second office",
            written=WHEN,
            prepared_by=person.id,
            manifest="0" * 128,
            files=3,
            size=100,
        ),
        Setting(name="organisation", value='"Office"'),
    ]
    return CaseContent(case, records)


def build_package(case: CaseContent, **changes) -> PackageContent:
    """A hand-over of the case with its one file, changed as asked."""
    log = next(record for record in case.records if isinstance(record, Attachment))
    plain = PackageContent(
        case=case,
        purpose=Purpose.HAND_OVER,
        revision=1,
        banner="SECRET//NOFORN",
        recipient="Second office, records desk",
        organisation="Office of Model Review",
        contact="Records desk, extension 5",
        written=WHEN,
        report_pdf=b"%PDF-1.7\nnot a whole one\n",
        evidence=[EvidenceFile(log, [LOG[:100], LOG[100:]])],
    )
    return replace(plain, **changes)


@pytest.fixture
def content():
    return build_content()


@pytest.fixture
def package_of():
    return build_package


@pytest.fixture
def hand_over(tmp_path, content):
    """The folder of a hand-over as it was written."""
    return write_package(tmp_path, build_package(content)).path


@pytest.fixture
def referral(tmp_path, content):
    """The folder of a referral as it was written."""
    return write_package(tmp_path, build_package(content, purpose=Purpose.REFERRAL, evidence=[], report_pdf=None)).path


@pytest.fixture
def seal():
    return seal_bag


def seal_bag(folder):
    """Makes the manifests and the Payload-Oxum of a folder agree with what lies in it now."""

    def lines(names):
        return "".join(f"{hashlib.sha512((folder / name).read_bytes()).hexdigest()}  {name}\n" for name in names)

    files = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    payload = [name for name in files if name.startswith("data/")]
    tags = [name for name in files if name not in payload and "tagmanifest" not in name]
    (folder / "manifest-sha512.txt").write_text(lines(payload))
    size = sum((folder / name).stat().st_size for name in payload)
    info = (folder / "bag-info.txt").read_text(encoding="utf-8").splitlines()
    info = [line for line in info if not line.startswith("Payload-Oxum")] + [f"Payload-Oxum: {size}.{len(payload)}"]
    (folder / "bag-info.txt").write_text("\n".join(info) + "\n", encoding="utf-8")
    (folder / "tagmanifest-sha512.txt").write_text(lines(tags))
