# SPDX-License-Identifier: Apache-2.0
"""What a package consists of: its files, labels and limits, the same for the writer and the checker (RFC 8493)."""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from reviewer_app.errors import PackageCancelled

MAJOR = 1
PROFILE = "plain"
PROFILE_IDENTIFIER = f"urn:mrc:package:{MAJOR}:{PROFILE}"
PRACTICE = "PRACTICE, UNCLASSIFIED, MARKINGS FOR TRAINING ONLY"

# --- files of a bag ------------------------------------------------------------------------------------------------

DECLARATION = "bagit.txt"
DECLARED = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
INFO = "bag-info.txt"
MANIFEST = "manifest-sha512.txt"
TAG_MANIFEST = "tagmanifest-sha512.txt"
COVER = "TRANSFER.txt"
SIGNATURES = frozenset({f"{TAG_MANIFEST}.preparer.p7s", f"{TAG_MANIFEST}.releaser.p7s"})
UNFINISHED = ".part"

CASE = "data/case.json"
SCHEMA = "data/schemas/mrc-case-1.json"
REPORT = "data/report.txt"
REPORT_PDF = "data/report.pdf"
EVIDENCE = "data/evidence.json"
EVIDENCE_FOLDER = "data/evidence/"

# --- limits, in bytes unless said ----------------------------------------------------------------------------------

MOST_PAYLOAD = 100_000  # files
LARGEST_CASE = 64 * 1024**2
LARGEST_TAG_FILE = 32 * 1024**2
LARGEST_SIGNATURE = 64 * 1024
DEEPEST_JSON = 32  # levels

# --- what writer and checker share ---------------------------------------------------------------------------------

Progress = Callable[[float], None]
Cancelled = Callable[[], bool]


def no_progress(_fraction: float) -> None:
    """For callers that show none."""


def never() -> bool:
    """For callers that cannot cancel."""
    return False


class Meter:
    """Counts bytes of a job: tells the fraction done, from 0 to 1, and stops the job once it is cancelled."""

    def __init__(self, total: int, progress: Progress, cancelled: Cancelled) -> None:
        self._total, self._progress, self._cancelled = max(total, 1), progress, cancelled
        self._done = 0

    def step(self, size: int = 0) -> None:
        """Called before each chunk, with the size of the chunk. Raises PackageCancelled."""
        if self._cancelled():
            raise PackageCancelled
        self._done += size
        self._progress(min(self._done / self._total, 1.0))


@dataclass(frozen=True)
class Listed:
    """One file of a package: its path below the package's folder, its size in bytes, its SHA-512."""

    name: str
    size: int
    sha512: str


def manifest_text(files: Iterable[Listed]) -> str:
    """A manifest as `sha512sum` writes and reads it."""
    return "".join(f"{file.sha512}  {file.name}\n" for file in files)


def oxum(files: Iterable[Listed]) -> str:
    """The Payload-Oxum of RFC 8493 section 2.2.2: bytes, a point, files."""
    sizes = [file.size for file in files]
    return f"{sum(sizes)}.{len(sizes)}"


def heading(banner: str, practice: bool) -> str:
    """What every text file of a package begins with."""
    return f"{PRACTICE}\n{banner}\n" if practice else f"{banner}\n"


def sha512_of(content: bytes) -> str:
    """SHA-512 as 128 hexadecimal digits."""
    return hashlib.sha512(content).hexdigest()


def size_text(size: int) -> str:
    """A number of bytes for a person, in decimal units: `640 bytes`, `3.2 MB`."""
    for unit, step in (("GB", 10**9), ("MB", 10**6), ("KB", 10**3)):
        if size >= step:
            return f"{size / step:.1f} {unit}"
    return f"{size} bytes"
