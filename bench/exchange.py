# SPDX-License-Identifier: Apache-2.0
"""Packages against the tools a person would use instead, on the same disk in the same run."""

import hashlib
import os
import resource
import subprocess
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from bench import Figure, Figures
from reviewer_app.domain.cases import Case
from reviewer_app.domain.evidence import Attachment, Holding
from reviewer_app.domain.memos import Purpose
from reviewer_app.domain.notes import Note
from reviewer_app.exchange.case_check import check_case
from reviewer_app.exchange.case_json import CaseContent, case_json
from reviewer_app.exchange.package import EvidenceFile, PackageContent, write_package
from reviewer_app.exchange.verify import verify

SIZE = 1024**3
CHUNK = 256 * 1024  # as the vault hands decrypted attachments over
NOTES = 10_000
NOW = datetime(2026, 11, 24, tzinfo=UTC)


def package() -> Figures:
    """A hand-over with 1 GiB of evidence written and verified, against cp + sync + sha512sum and sha512sum -c."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        source = folder / "evidence"
        digest = _random_file(source)
        tools = _seconds(f"cp {source} {folder}/copy && sync {folder}/copy && sha512sum {source}", folder)
        start = time.perf_counter()
        path = write_package(folder, _content(source, digest)).path
        written = time.perf_counter() - start
        checked_by_tools = _seconds("sha512sum --quiet -c manifest-sha512.txt", path)
        start = time.perf_counter()
        verify(path)
        verified = time.perf_counter() - start
    return {
        "write 1 GiB, of cp + sync + sha512sum": Figure(written / tools, None, "×"),
        "write 1 GiB": Figure(written, None, "s"),
        "verify 1 GiB, of sha512sum -c": Figure(verified / checked_by_tools, None, "×"),
        "verify 1 GiB": Figure(verified, None, "s"),
        "memory of both": Figure(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, None, "MB"),
    }


def case() -> Figures:
    """case.json of a case with 10,000 notes of 2 KB, written (which checks it) and checked."""
    case = Case(number="B-1", codename="BENCH", developer="Bench", opened=NOW)
    notes = [
        Note(case=case.id, title=f"Note {each}", body="(U) text " * 220, author=case.id, written=NOW)
        for each in range(NOTES)
    ]
    start = time.perf_counter()
    made = case_json(CaseContent(case, notes), Purpose.HAND_OVER, banner="U", practice=False, written=NOW)
    written = time.perf_counter() - start
    start = time.perf_counter()
    check_case(made)
    checked = time.perf_counter() - start
    return {
        f"case.json of {NOTES:,} notes written": Figure(written, None, "s"),
        f"case.json of {NOTES:,} notes checked": Figure(checked, None, "s"),
    }


def _content(source: Path, sha512: str) -> PackageContent:
    case = Case(number="B-1", codename="BENCH", developer="Bench", opened=NOW)
    log = Attachment(
        case=case.id,
        name="big",
        sha512=sha512,
        size=SIZE,
        holding=Holding.GOVERNMENT_RECORD,
        received=NOW,
    )
    return PackageContent(
        case=CaseContent(case, [log]),
        purpose=Purpose.HAND_OVER,
        revision=1,
        banner="UNCLASSIFIED",
        recipient="Bench",
        organisation="Bench",
        contact="Bench",
        written=NOW,
        evidence=[EvidenceFile(log, _chunks(source))],
    )


def _chunks(source: Path) -> Iterator[bytes]:
    with source.open("rb") as file:
        while chunk := file.read(CHUNK):
            yield chunk


def _random_file(path: Path) -> str:
    seen = hashlib.sha512()
    with path.open("wb") as file:
        for _ in range(SIZE // 2**20):
            block = os.urandom(2**20)
            seen.update(block)
            file.write(block)
    return seen.hexdigest()


def _seconds(command: str, folder: Path) -> float:
    start = time.perf_counter()
    subprocess.run(["bash", "-c", command], cwd=folder, check=True, capture_output=True)
    return time.perf_counter() - start
