# SPDX-License-Identifier: Apache-2.0
"""No plaintext outside the vault and what a person chose to write: the tour is traced, and everything is searched.

Faults row 17 and ASD STIG 000060 (security notes 4.1): case text is looked for in the vault, in home, in temporary
folders, and every file the processes opened for writing must lie in the tour's own folder.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from reviewer_app.ui.tour import CANARIES
from reviewer_app.ui.tour_office import OWN

CHOSEN = {".png", ".pdf", ".txt"}
"""What the tour writes for a person to see, besides the package."""
OPENED = re.compile(r'(?:openat\(AT_FDCWD, |open\(|creat\()"((?:[^"\\]|\\.)*)", ([A-Z_|]+)[^=]*= \d+')
MOVED = re.compile(r'rename(?:at2?)?\(.*"((?:[^"\\]|\\.)*)"(?:, \w+)?\) = 0')
FONTS = """
from PySide6.QtGui import QFontDatabase, QGuiApplication
app = QGuiApplication([])
QFontDatabase.families()
"""
PRIVATE = ("/dev/", "/proc/", "/sys/", "pipe:", "socket:")


@pytest.fixture(scope="module")
def toured(tmp_path_factory):
    """The folder of a traced tour, its home and temporary folder, and the files opened for writing."""
    place = tmp_path_factory.mktemp("tour")
    home, temporary, out = place / "home", place / "temporary", place / "out"
    home.mkdir()
    temporary.mkdir()
    environment = {
        "HOME": str(home),
        "TMPDIR": str(temporary),
        "XDG_RUNTIME_DIR": str(temporary),
        "PATH": os.environ["PATH"],
        "LANG": "C.UTF-8",
        "QT_QPA_PLATFORM": "offscreen",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    # On a machine that never drew a letter, whichever program comes first makes the system's index of fonts.
    subprocess.run([sys.executable, "-c", FONTS], env=environment, capture_output=True, check=True)
    log = place / "trace"
    trace = ["strace", "-f", "-qq", "-s", "4096", "--seccomp-bpf", "-o", str(log)]
    trace += ["-e", "trace=open,openat,creat,rename,renameat,renameat2"]
    command = [*trace, sys.executable, "-m", "reviewer_app", "tour", "--out", str(out)]
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=240, check=False)
    assert ended.returncode == 0, ended.stderr[-2000:]
    return out, home, temporary, written_files(log)


def written_files(log: Path) -> set[str]:
    found = set()
    for line in log.read_text(encoding="utf-8", errors="replace").splitlines():
        if (opened := OPENED.search(line)) and re.search(r"O_WRONLY|O_RDWR|O_CREAT", opened[2]):
            found.add(opened[1])
        if moved := MOVED.search(line):
            found.add(moved[1])
    return {path for path in found if not path.startswith(PRIVATE)}


def holds(data: bytes, canary: str) -> bool:
    return any(canary.encode(coding) in data for coding in ("utf-8", "utf-16-le", "utf-16-be"))


def searched(folder: Path) -> list[tuple[str, str]]:
    """Canaries found below a folder, in file names too."""
    found = []
    for path in folder.rglob("*"):
        data = path.read_bytes() if path.is_file() else b""
        found += [
            (path.name, canary) for canary in (*CANARIES, *OWN.values()) if holds(data, canary) or canary in path.name
        ]
    return found


def test_no_case_text_is_found_in_the_vault_home_or_temporary_folders(toured):
    out, home, temporary, _ = toured
    assert searched(next(out.glob("*.vault"))) == []
    assert searched(home) == searched(temporary) == []


def test_nothing_is_written_outside_the_folder_of_the_tour_but_the_count_of_tries(toured):
    """The copy of the count in the account's data folder has ids, moments and fixed words, and no case text (above)."""
    out, home, _, written = toured
    beside = f"{home}/.local/share/Reviewer/attempts/"
    outside = sorted(path for path in written if not path.startswith(f"{out}/"))
    assert outside and [path for path in outside if not path.startswith(beside)] == []
    assert any("blobs/" in path for path in written), "the trace saw the vault being written"


def test_the_canaries_are_real(toured):
    """The search can find: every canary stands in what was written for a person."""
    out, *_ = toured
    package = b"".join(path.read_bytes() for path in (out / "package").rglob("*") if path.is_file())
    assert all(holds(package, canary) for canary in CANARIES)


def test_the_tour_leaves_pictures_memo_package_and_summary(toured):
    out, *_ = toured
    assert len(list(out.glob("*.png"))) >= 12
    assert (out / "memo.pdf").read_bytes().startswith(b"%PDF-")
    assert (out / "package/bagit.txt").is_file() and (out / "summary.txt").is_file()
    assert {path.suffix for path in out.iterdir()} <= {*CHOSEN, ".vault", ""}


@pytest.mark.skipif(not shutil.which("pdftotext"), reason="poppler is not installed")
def test_every_page_of_the_memo_carries_its_banner_and_the_advisory_paragraph_is_there(toured):
    out, *_ = toured
    text = subprocess.run(["pdftotext", "-layout", out / "memo.pdf", "-"], capture_output=True, text=True, check=True)
    pages = [page for page in text.stdout.split("\f") if page.strip()]
    assert all(page.count("PRACTICE") >= 2 and page.count("SECRET//NOFORN") >= 2 for page in pages)
    assert "creates no license" in re.sub(r"\s+", " ", text.stdout)


@pytest.mark.skipif(not shutil.which("qpdf"), reason="qpdf is not installed")
def test_qpdf_and_pdffonts_are_clean(toured):
    out, *_ = toured
    subprocess.run(["qpdf", "--check", out / "memo.pdf"], capture_output=True, check=True)
    fonts = subprocess.run(["pdffonts", out / "memo.pdf"], capture_output=True, text=True, check=True).stdout
    embedded = [line.split()[-5] for line in fonts.splitlines()[2:]]
    assert embedded and set(embedded) == {"yes"}


def test_the_library_of_congress_agrees_and_a_flipped_byte_is_named_by_ours(toured, tmp_path):
    out, *_ = toured
    package = tmp_path / "package"
    shutil.copytree(out / "package", package)
    loc = [sys.executable, "-m", "bagit", "--validate", "--quiet", str(package)]
    ours = [sys.executable, "-m", "reviewer_app", "package", "verify", str(package)]
    assert subprocess.run(loc, capture_output=True, check=False).returncode == 0
    good = subprocess.run(ours, capture_output=True, text=True, check=False)
    assert good.returncode == 0 and "data/report.pdf" in good.stdout
    report = package / "data/report.pdf"
    report.write_bytes(report.read_bytes()[:-20] + b"X" + report.read_bytes()[-19:])
    assert subprocess.run(loc, capture_output=True, check=False).returncode != 0
    bad = subprocess.run(ours, capture_output=True, text=True, check=False)
    assert bad.returncode == 1 and "data/report.pdf" in bad.stderr
