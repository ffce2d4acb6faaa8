# SPDX-License-Identifier: Apache-2.0
"""The first look at evaluation files, through the reader process as the program uses it."""

import contextlib
import json
import random
import tempfile
import threading
import time
import zipfile
from pathlib import Path

from bench import Figure, Figures
from reviewer_app.evaluations.reader import Reader
from reviewer_app.evaluations.source import FileSource

SAMPLES = 1_000
MIB = 1024 * 1024
INSPECT_AI_MB = 95.0  # inspect_ai 0.3.285 reading this log's header alone, measured apart; 100 with the samples' list


def first_look_at_a_large_eval() -> Figures:
    """A 1 GB `.eval` with 1,000 samples, by a spare process that waits already."""
    with tempfile.TemporaryDirectory() as folder:
        return _looked_at(_large_eval(Path(folder)), "1 GB .eval, first look", 200, INSPECT_AI_MB / 5)


def first_look_at_a_long_json() -> Figures:
    """A 46 MB `.json`, whose header stands first."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "long.json"
        row = {"input": "x" * 46_000}
        path.write_text(json.dumps(_header() | {"samples": [summary | row for summary in _summaries()]}))
        return _looked_at(path, "46 MB .json, first look", 50, None)


def first_look_without_a_spare() -> Figures:
    """What starting the process costs when no spare one waits."""
    with tempfile.TemporaryDirectory() as folder, Reader() as reader:
        path = Path(folder) / "small.json"
        path.write_text(json.dumps(_header()))
        with FileSource(path) as source:
            begun = time.perf_counter()
            reader.read(source, path.name)
            return {"small .json, process started for it": Figure((time.perf_counter() - begun) * 1000, None, "ms")}


def _looked_at(path: Path, what: str, budget: float, memory: float | None) -> Figures:
    best, most = float("inf"), 0.0
    for _ in range(3):
        with Reader(warm=True) as reader, FileSource(path) as source:
            time.sleep(0.5)  # the spare waits already, as it does while a person chooses a file
            begun = time.perf_counter()
            reader.read(source, path.name)
            best = min(best, time.perf_counter() - begun)
            time.sleep(0.5)
            with _Peak(reader._spare._process.pid) as peak:  # type: ignore[union-attr]
                reader.read(source, path.name)
            most = max(most, peak.megabytes)
    return {what: Figure(best * 1000, budget, "ms"), f"{what}, memory of the process": Figure(most, memory, "MB")}


class _Peak:
    """The most memory a process held until it ended; 0 where the system does not tell."""

    def __init__(self, process: int) -> None:
        self.megabytes = 0.0
        self._status = Path(f"/proc/{process}/status")
        self._thread = threading.Thread(target=self._watch)

    def __enter__(self) -> "_Peak":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._thread.join()

    def _watch(self) -> None:
        with contextlib.suppress(OSError, StopIteration):  # the process has ended
            while True:
                lines = self._status.read_text().splitlines()
                held = next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))
                self.megabytes = held * 1024 / 1e6


def _header() -> dict[str, object]:
    metrics = {"accuracy": {"name": "accuracy", "value": 0.5}, "stderr": {"name": "stderr", "value": 0.016}}
    return {
        "version": 2,
        "status": "success",
        "eval": {"task": "t", "model": "m", "dataset": {"samples": SAMPLES, "sample_ids": list(range(SAMPLES))}},
        "plan": {},
        "results": {
            "total_samples": SAMPLES,
            "completed_samples": SAMPLES,
            "scores": [{"name": "match", "scorer": "match", "scored_samples": SAMPLES, "metrics": metrics}],
        },
        "stats": {"started_at": "2026-06-10T09:00:00+00:00"},
    }


def _summaries() -> list[dict[str, object]]:
    scores = {"match": {"value": "C", "answer": "A", "explanation": "because " * 60}}
    return [{"id": n, "epoch": 1, "input": "question " * 60, "target": "A", "scores": scores} for n in range(SAMPLES)]


def _large_eval(folder: Path) -> Path:
    path, sample = folder / "large.eval", random.Random(1).randbytes(MIB)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("_journal/start.json", "{}")
        for number in range(SAMPLES):
            archive.writestr(f"samples/{number}_epoch_1.json", sample)
        for name, value in (("summaries.json", _summaries()), ("header.json", _header())):
            archive.writestr(name, json.dumps(value), zipfile.ZIP_DEFLATED)
    return path
