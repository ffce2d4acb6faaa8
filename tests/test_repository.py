# SPDX-License-Identifier: Apache-2.0
"""What holds for every file here: it speaks of the product alone, says its licence, and hides no unfinished work."""

import ast
import re
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
IGNORED = [*(ROOT / ".gitignore").read_text(encoding="utf-8").split(), ".git/"]
SPDX = "# SPDX-License-Identifier: Apache-2.0"

# Written so that this file does not hold what it looks for.
ELSEWHERE = re.compile(
    r"(py[p]i|python[h]osted|deb\.debi[a]n|npm[j]s)\.(org|com)"  # index hosts
    r"|(?<![\w.])/(roo[t]|wor[k])/\w|/Users/\w|C:\\User[s]\\\w"  # one machine
)
UNFINISHED = re.compile(r"\b(TO[D]O|FIX[M]E|XX[X]|HAC[K])\b")


def is_ignored(path: Path) -> bool:
    return any(
        fnmatch(part, pattern.strip("/")) for part in path.relative_to(ROOT).parts for pattern in IGNORED if pattern
    )


def walk(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        if not is_ignored(path):
            if path.is_dir():
                yield from walk(path)
            else:
                yield path


def named(files: list[Path]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("file", files, ids=lambda file: file.relative_to(ROOT).as_posix())


FILES = list(walk(ROOT))
DATA = [file for file in FILES if file.is_relative_to(ROOT / "tests" / "data")]
OURS = [file for file in FILES if file not in DATA]
PYTHON = [file for file in FILES if file.suffix == ".py"]
APPLICATION = [file for file in PYTHON if file.is_relative_to(ROOT / "reviewer_app")]
LOCKS = sorted(ROOT.glob("requirements*.lock"))


def text_of(file: Path) -> str | None:
    """The text of a file; None for one that is no text."""
    try:
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return None


# --- one repository, on any machine --------------------------------------------------------------------------------


def test_no_file_names_an_index_host_or_a_place_on_one_machine():
    found = []
    for file in OURS:
        for number, line in enumerate((text_of(file) or "").split("\n"), start=1):
            if ELSEWHERE.search(line):
                found.append(f"{file.relative_to(ROOT)}:{number}: {line.strip()[:90]}")
    assert found == []


@pytest.mark.parametrize("said", ["https://py" + "pi.org/simple", "/wor" + "k/x", "/roo" + "t/x"])
def test_a_machine_place_is_noticed(said):
    assert ELSEWHERE.search(f"see {said}")


def requirements(text: str) -> list[str]:
    """Each requirement of a lock file with its continuation lines joined."""
    lines = text.replace("\\\n", " ").split("\n")
    return [line for line in lines if line.strip() and not line.lstrip().startswith("#")]


@named(LOCKS)
def test_every_locked_requirement_is_exact_and_has_hashes(file):
    locked = requirements(file.read_text(encoding="utf-8"))
    assert locked
    assert [
        line for line in locked if not re.match(r"[\w.-]+(\[[\w,]+\])?==\S+ .*--hash=sha256:[0-9a-f]{64}", line)
    ] == []


@named(LOCKS)
def test_a_lock_names_no_index(file):
    assert not re.search(r"--(extra-)?index-url|--find-links|https?:|file:", file.read_text(encoding="utf-8"))


def test_the_licence_is_apache_2():
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert "Apache License" in text
    assert "Version 2.0, January 2004" in text


# --- code ----------------------------------------------------------------------------------------------------------


@named(PYTHON)
def test_a_python_file_says_its_licence_and_what_it_is_for(file):
    text = file.read_text(encoding="utf-8")
    assert text.startswith(SPDX + "\n")
    said = ast.get_docstring(ast.parse(text))
    if not file.is_relative_to(ROOT / "tests"):
        assert said
        assert said.split("\n\n")[0].rstrip()[-1] in ".:", "a docstring begins with a whole sentence"


@named(APPLICATION)
def test_the_application_decides_nothing_by_assert(file):
    # SECURITY: an optimised Python strips asserts, and with them the check.
    asserts = [
        node.lineno for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))) if isinstance(node, ast.Assert)
    ]
    assert asserts == []


def test_nothing_is_left_for_later_in_the_text():
    found = [file.relative_to(ROOT).as_posix() for file in OURS if UNFINISHED.search(text_of(file) or "")]
    assert found == []


# --- foreign files -------------------------------------------------------------------------------------------------

LICENCE = re.compile(
    r"MIT|Apache-2\.0|BSD-\d-Clause|Public domain|CC0-1\.0|CC-BY-4\.0|SIL Open Font License|Bitstream Vera|made for this project",
    re.IGNORECASE,
)


def listed(index: str) -> list[tuple[str, str]]:
    """Rows of an index: the patterns of its first column one by one, each with the whole row."""
    rows = [line for line in index.split("\n") if line.startswith("|") and not re.match(r"\|\s*(-|File)", line)]
    return [(pattern.strip(" `"), row) for row in rows for pattern in row.split("|")[1].split(",")]


def covers(pattern: str, name: str) -> bool:
    return name == pattern or fnmatch(name, pattern) or (pattern.endswith("/") and name.startswith(pattern))


def without_a_row(folder: Path, files: list[Path]) -> list[str]:
    rows = listed((folder / "INDEX.md").read_text(encoding="utf-8"))
    names = [file.relative_to(folder).as_posix() for file in files if file.name != "INDEX.md"]
    return [name for name in names if not any(covers(pattern, name) and LICENCE.search(row) for pattern, row in rows)]


def test_every_data_file_of_the_tests_is_listed_with_its_licence():
    foreign = [file for file in DATA if file.suffix != ".py"]
    assert without_a_row(ROOT / "tests" / "data", foreign) == []


def test_every_font_is_listed_with_its_licence():
    folder = ROOT / "resources" / "fonts"
    fonts = [file for file in folder.iterdir() if file.suffix in (".ttf", ".otf")]
    assert len(fonts) >= 8
    index = (folder / "INDEX.md").read_text(encoding="utf-8")
    stems = [(pattern, row) for pattern, row in listed(index)]
    families = {file.name.partition("-")[0].removesuffix(".ttf") for file in fonts}
    assert [
        family for family in families if not any(p.startswith(family) and LICENCE.search(r) for p, r in stems)
    ] == []
    texts = re.findall(r"`([\w-]+\.txt)`", index)
    assert texts and all((folder / name).is_file() for name in texts)


# --- documents -----------------------------------------------------------------------------------------------------


def document(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("command", ["./dev run", "./dev test", "dev run", "dev test", "reviewer-app tour --out"])
def test_the_readme_names_the_commands(command):
    assert re.search(rf"(?<![\w/]){re.escape(command)}", document("README.md"))


def test_the_two_command_files_know_the_same_commands():
    shell = set(re.findall(r"^    (\w+)\)$", document("dev"), flags=re.MULTILINE))
    windows = set(re.findall(r'^if "%COMMAND%"=="(\w+)"', document("dev.cmd"), flags=re.MULTILINE))
    assert {"run", "test", "bench", "build", "exec"} <= windows <= shell


def test_every_label_the_windows_commands_go_to_is_there():
    text = document("dev.cmd")
    labels = set(re.findall(r"^:(\w+)$", text, flags=re.MULTILINE))
    commands = set(re.findall(r'^if "%COMMAND%"=="(\w+)"', text, flags=re.MULTILINE))
    assert commands | set(re.findall(r"\bgoto (\w+)", text)) <= labels


def test_the_changelog_has_a_place_for_what_comes_next():
    assert "\n## [Unreleased]\n" in document("CHANGELOG.md")


@named([file for file in OURS if file.suffix == ".md"])
def test_a_document_points_at_files_that_are_there(file):
    targets = re.findall(r"\]\((?!https?:|#)([^)#\s]+)", file.read_text(encoding="utf-8"))
    assert [target for target in targets if not (file.parent / target).exists()] == []


@named(sorted((ROOT / "docs" / "decisions").glob("[0-9]*.md")))
def test_a_decision_is_told_in_five_parts(file):
    parts = re.findall(r"^## (.+)$", file.read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert parts == ["Summary", "Context", "Decision", "Consequences", "Alternatives"]
