# SPDX-License-Identifier: Apache-2.0
"""Logs made for one test, and reading without a process of its own."""

import io
import json
import zipfile
from pathlib import Path

import pytest
from hypothesis import settings

from reviewer_app.evaluations import process
from reviewer_app.evaluations.said import Said, Samples
from reviewer_app.evaluations.source import SourceFile

settings.register_profile("steady", deadline=None)  # a busy machine is no fault of the code
settings.load_profile("steady")

FILES = Path(__file__).parent.parent / "data" / "evaluations"


class BytesSource:
    """A file held in memory; remembers which ranges were asked for."""

    def __init__(self, data: bytes):
        self.data, self.size, self.asked = data, len(data), []

    def read_at(self, offset: int, length: int) -> bytes:
        self.asked.append((offset, length))
        assert offset >= 0 and length > 0 and offset + length <= self.size
        return self.data[offset : offset + length]


def header(**changes):
    """A small header of Inspect's; `None` leaves a key out."""
    metrics = {"accuracy": {"name": "accuracy", "value": 0.75}, "stderr": {"name": "stderr", "value": 0.25}}
    found = {
        "version": 2,
        "status": "success",
        "eval": {
            "task": "ctf",
            "model": "lab/model-1",
            "created": "2026-06-10T09:00:00+00:00",
            "dataset": {"name": "ctf", "samples": 4, "sample_ids": [1, 2, 3, 4]},
            "config": {},
            "packages": {"inspect_ai": "0.3.200"},
        },
        "plan": {"steps": [{"solver": "generate"}]},
        "results": {
            "total_samples": 4,
            "completed_samples": 4,
            "scores": [{"name": "match", "scorer": "match", "scored_samples": 4, "metrics": metrics}],
        },
        "stats": {"started_at": "2026-06-10T09:00:01+00:00"},
    } | changes
    return {key: value for key, value in found.items() if value is not None}


def rows(count=4, **changes):
    """Samples' summaries, each with the same changes."""
    return [
        {"id": n, "epoch": 1, "target": "A", "scores": {"match": {"value": "C", "answer": "A"}}, **changes}
        for n in range(1, count + 1)
    ]


def eval_bytes(head=None, listed=None, method=zipfile.ZIP_DEFLATED, **members):
    """A `.eval`: the given header and summaries (left out when None), one member per sample, and more members."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", method) as archive:
        start = {key: (head or header()).get(key) for key in ("version", "eval", "plan")}
        archive.writestr("_journal/start.json", json.dumps(start))
        for row in listed or []:
            archive.writestr(f"samples/{row['id']}_epoch_{row['epoch']}.json", json.dumps(row))
        if listed is not None:
            archive.writestr("_journal/summaries/1.json", json.dumps(listed))
        for name, data in members.items():
            archive.writestr(name, data)
        if head is not None:
            archive.writestr("summaries.json", json.dumps(listed or []))
            archive.writestr("header.json", json.dumps(head))
    return made.getvalue()


class Make:
    """The makers above, as one fixture."""

    header = staticmethod(header)
    rows = staticmethod(rows)
    eval_bytes = staticmethod(eval_bytes)
    source = BytesSource
    files = FILES


@pytest.fixture(scope="session")
def make():
    return Make


@pytest.fixture(scope="session")
def read():
    """What the bytes say, read in this process."""

    def said(data: bytes) -> Said:
        return Said.model_validate(process.read_run(SourceFile(BytesSource(data)), {})["said"])

    return said


@pytest.fixture(scope="session")
def read_json(read):
    """What a `.json` log with this header and these samples says."""
    return lambda head, samples=(): read(json.dumps(head | {"samples": list(samples)}).encode())


@pytest.fixture(scope="session")
def samples():
    def listed(data: bytes, limit: int = 100) -> Samples:
        answer = process.list_samples(SourceFile(BytesSource(data)), {"limit": limit})
        return Samples.model_validate(answer["samples"])

    return listed
