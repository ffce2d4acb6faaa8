# SPDX-License-Identifier: Apache-2.0
"""What a person reads when something cannot be done: whole sentences, each with a code that the guide explains."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest

from reviewer_app import errors
from reviewer_app.errors import AppError

ROOT = Path(__file__).parent.parent
GUIDE = (ROOT / "docs" / "errors.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| ([A-Z]-\d{3}) \| ([^|]{15,}) \| ([^|]{12,}) \|$", flags=re.MULTILINE)


def family(kind: type[AppError]) -> Iterator[type[AppError]]:
    yield kind
    for child in kind.__subclasses__():
        if child.__module__ == errors.__name__:
            yield from family(child)


KINDS = list(family(AppError))


def fields(kind: type[AppError]) -> set[str]:
    return {name for _text, name, _form, _conversion in Formatter().parse(kind.sentence) if name is not None}


every_kind = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)


@every_kind
def test_the_sentence_is_filled_from_named_facts(kind):
    assert all(name.isidentifier() for name in fields(kind))
    text = str(kind(**dict.fromkeys(fields(kind), "something")))
    assert "{" not in text


@every_kind
def test_the_sentence_is_calm_and_short(kind):
    sentences = re.split(r"(?<=[.!?])\s+(?=[A-Z“{])", kind.sentence)
    assert kind.sentence.endswith(".")
    assert "!" not in kind.sentence
    assert len(sentences) <= 3
    assert "please" not in kind.sentence.lower()


def test_every_error_is_declared_with_the_others():
    declared = {name for name, member in vars(errors).items() if isinstance(member, type)}
    assert {kind.__name__ for kind in KINDS} == declared - {"ClassVar"}


def test_every_class_has_its_own_code():
    codes = [vars(kind).get("code") for kind in KINDS]
    assert None not in codes
    assert len(set(codes)) == len(codes)


def test_the_guide_explains_every_code_once_and_in_order():
    explained = [code for code, _cause, _step in ROW.findall(GUIDE)]
    codes = sorted(kind.code for kind in KINDS)
    assert sorted(explained) == codes, "docs/errors.md needs one row for each class of errors.py"
    assert len(explained) == len(set(explained))


def raised() -> Iterator[tuple[str, type[AppError], set[str]]]:
    """Every place where an error is made with its facts written out."""
    by_name = {kind.__name__: kind for kind in KINDS}
    for file in sorted((ROOT / "reviewer_app").rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in by_name:
                given = {keyword.arg for keyword in node.keywords}
                if None not in given:
                    place = f"{file.relative_to(ROOT).as_posix()}:{node.lineno}"
                    yield place, by_name[node.func.id], {name for name in given if name}


def test_every_error_is_given_the_facts_its_sentence_names():
    places = list(raised())
    assert len(places) > 50
    assert [
        f"{place} {kind.__name__} lacks {sorted(fields(kind) - given)}"
        for place, kind, given in places
        if not fields(kind) <= given
    ] == []
