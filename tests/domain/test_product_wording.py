# SPDX-License-Identifier: Apache-2.0
"""Nothing the product shows, prints or explains uses a listed word outside the reviewed exceptions."""

import ast
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from reviewer_app.domain.wording import WordingRules
from reviewer_app.paths import resource_text

ROOT = Path(__file__).parent.parent.parent
RULES = WordingRules.from_json(resource_text("rules/wording.json"))
QUOTES_TOOLS = {"evaluations"}
"""Rooms whose single lower-case words are the keys and values of other tools' files; their sentences count."""

PYTHON = sorted((ROOT / "reviewer_app").rglob("*.py"))
DATA = sorted(path for path in (ROOT / "resources").rglob("*.json") if path.name != "wording.json")
TEXTS = sorted(
    path
    for folder in ("resources", "docs")
    for path in (ROOT / folder).rglob("*")
    if path.suffix in (".md", ".html", ".txt")
    and not path.name.startswith(("INDEX", "LICENSE", "OFL"))
    and "decisions" not in path.parts
)


def strings(source: str, *, single_words: bool) -> Iterator[tuple[int, str]]:
    """Every string with its line, but for statements (docstrings) and, unless asked for, single lower-case words."""
    tree = ast.parse(source)
    statements = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in statements:
            text = node.value
            if single_words or " " in text.strip() or text[:1].isupper():
                yield node.lineno, text


def values(data: object) -> Iterator[str]:
    """Every string of a JSON value, keys included."""
    if isinstance(data, str):
        yield data
    elif isinstance(data, dict):
        for key, value in data.items():
            yield key
            yield from values(value)
    elif isinstance(data, list):
        for value in data:
            yield from values(value)


def offences(found: Iterator[tuple[int, str]]) -> list[str]:
    return [f"line {line}: “{each.word}” in {text!r}" for line, text in found for each in RULES.check(text)]


@pytest.mark.parametrize("path", PYTHON, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_string_of_the_program_uses_a_listed_word(path: Path) -> None:
    single_words = not QUOTES_TOOLS & set(path.relative_to(ROOT).parts)
    assert offences(strings(path.read_text(encoding="utf-8"), single_words=single_words)) == []


@pytest.mark.parametrize("path", DATA, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_rule_or_template_uses_a_listed_word(path: Path) -> None:
    assert offences((1, text) for text in values(json.loads(path.read_text(encoding="utf-8")))) == []


@pytest.mark.parametrize("path", [ROOT / "README.md", *TEXTS], ids=lambda path: str(path.relative_to(ROOT)))
def test_no_text_for_people_uses_a_listed_word(path: Path) -> None:
    assert offences(enumerate(path.read_text(encoding="utf-8").splitlines(), 1)) == []


@pytest.mark.parametrize(
    "planted",
    [
        'label = "Memo approved"',
        'class State(StrEnum):\n    DONE = "cleared"',
        'sentence = f"{name} is overdue since {day}."',
        'add(Button("Approve"))',
        'def ask() -> str:\n    """A docstring."""\n    return "The evaluation passed."',
        'x = (\n    "The developer may "\n    "now proceed."\n)',
    ],
)
def test_a_planted_word_is_found(planted: str) -> None:
    assert offences(strings(planted, single_words=True)) != []


@pytest.mark.parametrize(
    "harmless",
    [
        '"""The order creates no license."""',
        'def f():\n    """It never says approved."""',
        'KEPT = 1\n"""Words such as permit are explained here."""',
        'label = "Package for the clearinghouse"',
        'name = "fail_on_error"',
    ],
)
def test_what_nobody_is_shown_is_left_alone(harmless: str) -> None:
    assert offences(strings(harmless, single_words=True)) == []


def test_the_walk_reaches_the_whole_product() -> None:
    assert len(PYTHON) > 20
    assert {path.name for path in DATA} >= {"markings.json"}
    text = (ROOT / "reviewer_app" / "errors.py").read_text(encoding="utf-8")
    assert any(said.startswith("The passphrase does not open") for _, said in strings(text, single_words=False))
