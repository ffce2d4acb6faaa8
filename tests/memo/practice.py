# SPDX-License-Identifier: Apache-2.0
"""An invented case with every kind of record. Every id and moment is fixed, so that two processes make one revision."""

import json
from dataclasses import replace
from datetime import UTC, datetime

from reviewer_app.domain.cases import (
    Agreement,
    Answer,
    Case,
    Checkpoint,
    DatedFact,
    Determination,
    FactKind,
    Submission,
)
from reviewer_app.domain.evidence import Attachment, EvaluationSummary, Evidence, Holding
from reviewer_app.domain.findings import Finding
from reviewer_app.domain.memos import Memo
from reviewer_app.domain.notes import Note
from reviewer_app.memo.revision import CaseRecords, MarkedLine


def fixed(number: int) -> str:
    return f"{number:032x}"


CASE = fixed(1)
BODY = (
    "(U) This memo records what was submitted and what the logs say.\n\n"
    "(S//NF) The reviewers ran the agreed tests:\n- two runs each\n  - (U) with fixed seeds\n- one tool"
)


def moment(day: int, hour: int = 14, month: int = 11) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=UTC)


def make_attachment(number: int, **changes: object) -> Attachment:
    values = {
        "id": fixed(100 + number),
        "case": CASE,
        "name": f"practice_{number}.eval",
        "sha512": f"{number:0128x}",
        "size": 40_000 + number,
        "holding": Holding.GOVERNMENT_RECORD,
        "received": moment(10 + number),
        "marking": "S//NF" if number == 2 else "U",
    }
    return Attachment.model_validate(values | changes)


def make_summary(number: int, said: dict | None = None, **changes: object) -> EvaluationSummary:
    known = {
        "tool_version": "0.3.285",
        "counts": {"planned": 26, "completed": 26, "errored": 0, "limited": None},
        "scores": [{"name": "includes", "metric": "accuracy", "value": 2 / 26, "stderr": 0.0533, "n": 26}],
        "settings": {"epochs": 1, "limit": 26},
        "warnings": ["the data set has 100 samples"],
    }
    values = {
        "id": fixed(200 + number),
        "case": CASE,
        "attachment": fixed(100 + number),
        "format": "Inspect log",
        "tool": "Inspect",
        "task": f"practice_task_{number}",
        "model": "mockllm/model",
        "status": "success",
        "run_at": None,
        "said": json.dumps(known if said is None else said),
        "marking": "S//NF" if number == 2 else "U",
    }
    return EvaluationSummary.model_validate(values | changes)


def make_memo_record(**changes: object) -> Memo:
    values = {
        "id": fixed(300),
        "case": CASE,
        "number": 1,
        "subject": "(U) Advisory Review of a Voluntarily Submitted AI Model",
        "addressee": "Director, Practice Office of Model Review",
        "sender": "R. Ibarra, Reviewer",
        "body": BODY,
        "author": fixed(2),
        "dated": moment(23),
        "marking": "S//NF",
    }
    return Memo.model_validate(values | changes)


def make_records(**changes: object) -> CaseRecords:
    """The whole case, with changes."""
    about = {"case": CASE}
    case = Case(id=CASE, number="P-2026-0007", codename="BLUE HERON", developer="Example Developer", opened=moment(1))
    finding = Finding(
        **about, id=fixed(400), number=1, title="Prompt text is echoed", product="Example Gateway",
        product_version="2.1", vendor="Example Vendor", impact="Prompts become known",
        description="(S//NF) The gateway repeats the prompt.", found=moment(15), found_by=fixed(2), marking="S//NF",
    )  # fmt: skip
    records = CaseRecords(
        case=case,
        recorded=moment(23, 16),
        memo=make_memo_record(),
        submissions=[
            Submission(**about, id=fixed(10), offered_by="Example Developer", offered=moment(28, month=10), document="Letter of 28 October 2026")
        ],
        agreements=[Agreement(**about, id=fixed(20), reference="AG-2026-11", uses="Evaluation in a controlled room")],
        checkpoints=[Checkpoint(**about, id=fixed(30), build="bh-0.9.2")],
        facts=[
            DatedFact(**about, id=fixed(40), what=FactKind.ACCESS_GRANTED, moment=moment(9), zone="America/New_York", source="E-mail of 9 November", marking="S//NF"),
        ],
        determinations=[],
        attachments=[make_attachment(1), make_attachment(2)],
        evaluations=[make_summary(1), make_summary(2)],
        findings=[finding],
        evidence=[Evidence(**about, id=fixed(500), supports=finding.id, attachment=fixed(102), place="sample 12", marking="S//NF")],
        notes=[Note(**about, id=fixed(600), title="First look", body="(U) It starts.\n\nIt stops.", author=fixed(2), written=moment(11))],
        window=[MarkedLine("S//NF", "Government access ends on 3 December 2026, 12:00 EST, at the planned partner release.")],
        reviewer="R. Ibarra",
        supervisor="M. Okafor",
        copies=["Records desk"],
    )  # fmt: skip
    return replace(records, **changes)


def make_determination(answer: Answer = Answer.COVERED) -> Determination:
    return Determination(
        id=fixed(50), case=CASE, answer=answer, moment=moment(20), authority="NSA", reference="R-77", marking="S//NF"
    )
