# SPDX-License-Identifier: Apache-2.0
"""What the program may be built on: exact Qt, the encrypting driver alone, no licence that binds the whole."""

import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
LOCKED = dict(re.findall(r"^([A-Za-z0-9._-]+)==([^\s;]+)", LOCK, flags=re.MULTILINE))

QT = "6.11.3"
# Qt's Charts and Graphs are GPL; the others would bring a browser, a network or a PDF parser beside the keys.
BANNED_QT = {
    "QtCharts", "QtGraphs", "QtGraphsWidgets", "QtDataVisualization", "QtWebEngineCore", "QtWebEngineWidgets",
    "QtWebEngineQuick", "QtWebSockets", "QtWebChannel", "QtNetwork", "QtNetworkAuth", "QtHttpServer", "QtPdf",
    "QtPdfWidgets", "QtQml", "QtQuick", "QtMultimedia", "QtPositioning", "QtRemoteObjects",
}  # fmt: skip
USES_QT = re.compile(r"\bQt[A-Z]\w+")

WITH_REASON = {
    "pyside6-essentials": "LGPL-3.0 is among its choices; Qt stays a set of exchangeable shared libraries",
    "shiboken6": "as pyside6-essentials",
    "sqlcipher3": "states no licence in its metadata; its source is under the zlib licence, SQLCipher under BSD-3-Clause",
    "zxcvbn-rs-py": "states no licence in its metadata; its package carries the MIT licence",
}
BINDING = re.compile(r"\b(A?L?GPL|SSPL|BUSL|EUPL|Commons.Clause|Non.?Commercial)", re.IGNORECASE)
KNOWN = re.compile(r"MIT|Apache|BSD|ISC|PSF|Python Software Foundation|Zlib|MPL|Public Domain|Unlicense", re.IGNORECASE)


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def run_time(names: list[str]) -> Iterator[metadata.Distribution]:
    """The distributions that the program needs here, with everything they need."""
    seen: set[str] = set()
    waiting = list(names)
    while waiting:
        needed = Requirement(waiting.pop())
        if canonical(needed.name) in seen or (needed.marker and not needed.marker.evaluate({"extra": ""})):
            continue
        seen.add(canonical(needed.name))
        found = metadata.distribution(needed.name)
        yield found
        waiting += found.requires or []


def licence(distribution: metadata.Distribution) -> str:
    told = distribution.metadata
    classifiers = [text for text in told.get_all("Classifier") or [] if text.startswith("License ::")]
    said = told.get("License-Expression") or " ".join(classifiers) or (told.get("License") or "").split("\n")[0]
    return str(said)


def objection(name: str, said: str) -> str | None:
    if canonical(name) in WITH_REASON:
        return None
    if BINDING.search(said):
        return f"{name} is under {said}"
    return None if KNOWN.search(said) else f"{name} states no licence we know ({said!r})"


def test_no_run_time_dependency_binds_the_program():
    found = [objection(each.name, licence(each)) for each in run_time(PROJECT["dependencies"])]
    assert len(found) > 15
    assert [text for text in found if text] == []


@pytest.mark.parametrize("said", ["GPL-3.0-only", "GNU Affero General Public License (AGPL)", "LGPL-2.1-or-later", ""])
def test_a_binding_or_missing_licence_is_noticed(said):
    assert objection("somebody", said)


def test_qt_is_pinned_to_the_release_that_lives_on_every_python():
    # 6.12.0 gives back one reference too many to None and True, and aborts on Python 3.11 and older.
    assert f"PySide6-Essentials=={QT}" in PROJECT["dependencies"]
    assert LOCKED["pyside6-essentials"] == LOCKED["shiboken6"] == QT
    assert metadata.version("PySide6-Essentials") == metadata.version("shiboken6") == QT


def test_qt_gives_back_what_it_borrows():
    # In a process of its own: the fault of 6.12.0 may show only when the interpreter ends.
    script = (
        "import sys\n"
        "from PySide6.QtCore import QObject, Signal\n"
        "class Bell(QObject):\n"
        "    rung = Signal()\n"
        "bell = Bell()\n"
        "bell.rung.connect(lambda: None)\n"
        "before = sys.getrefcount(None), sys.getrefcount(True)\n"
        "for _ in range(20_000):\n"
        "    bell.setObjectName('bell')\n"
        "    bell.rung.emit()\n"
        "after = sys.getrefcount(None), sys.getrefcount(True)\n"
        "sys.exit(max(abs(a - b) for a, b in zip(before, after)) > 100)\n"
    )
    assert subprocess.run([sys.executable, "-c", script], check=False, timeout=60).returncode == 0


@pytest.mark.parametrize("name", ["pyside6", "pyside6-addons", "pyqt6", "pyqt5"])
def test_no_other_qt_is_locked(name):
    assert name not in {canonical(locked) for locked in LOCKED}


def test_the_one_database_driver_is_the_encrypting_one():
    drivers = {canonical(name) for name in LOCKED if re.search("sqlcipher|sqlite|pysql", name)}
    assert drivers == {"sqlcipher3"}


def test_every_dependency_of_the_program_is_locked():
    assert {canonical(Requirement(text).name) for text in PROJECT["dependencies"]} <= {
        canonical(name) for name in LOCKED
    }


def test_the_application_uses_only_the_qt_it_may():
    sources = sorted((ROOT / "reviewer_app").rglob("*.py"))
    used = {(file.name, name) for file in sources for name in USES_QT.findall(file.read_text(encoding="utf-8"))}
    assert ("tasks.py", "QtCore") in used
    assert {each for each in used if each[1] in BANNED_QT} == set()
