# SPDX-License-Identifier: Apache-2.0
"""Records and files for tests: sensible values, changed by keyword."""

from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from reviewer_app.domain.evidence import Holding
from reviewer_app.services import cases, notes
from reviewer_app.services.attachments import Incoming
from reviewer_app.services.cases import NewCase
from reviewer_app.services.desk import Desk

EASTERN = ZoneInfo("America/New_York")
DATA = Path(__file__).parent / "data"
LOG = DATA / "evaluations/generated/2026-11-23T14-44-41-00-00_security-guide-mock_YivUGo8LCUNyQsnMB7strG.eval"


def at(*parts: int) -> datetime:
    """A moment in Eastern time."""
    return datetime(*parts, tzinfo=EASTERN)


def new_case(**changes: Any) -> NewCase:
    return NewCase(
        **{
            "codename": "BLUE HERON",
            "developer": "Example Developer",
            "marking": "U",
            "offered_by": "J. Placeholder",
            "offered": at(2026, 10, 28, 16, 5),
            "offer_document": "Developer letter, 28 Oct 2026",
            "agreement": "EX-114",
            "build": "bh-2026-11-06-r3",
            "granted": at(2026, 11, 9, 9),
            "granted_source": "Access record AR-0007",
            "partner_release": at(2026, 12, 3, 12),
            "partner_release_source": "Developer message, 16 Nov 2026",
            **changes,
        }
    )


def make_case(desk: Desk, **changes: Any) -> Any:
    return cases.create(desk, new_case(**changes))


def make_note(desk: Desk, case: str, body: str = "(U) First login succeeded.", **changes: Any) -> Any:
    return notes.add(desk, case, changes.pop("title", "First login"), body, **changes)


def incoming(**changes: Any) -> Incoming:
    return Incoming(**{"marking": "U", "holding": Holding.GOVERNMENT_RECORD, "source": "Evaluation host 3", **changes})


def text_file(folder: Path, name: str = "letter.txt", content: str = "A letter.") -> Path:
    path = folder / name
    path.write_text(content, encoding="utf-8")
    return path
