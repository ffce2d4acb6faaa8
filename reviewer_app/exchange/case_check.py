# SPDX-License-Identifier: Apache-2.0
"""Reads a case.json that nobody vouches for: strict JSON, the published schema, and every reference accounted for."""

import json
import re
from collections.abc import Iterator
from functools import cache
from typing import Any, NoReturn

from reviewer_app.errors import PackageError
from reviewer_app.exchange.form import CASE, DEEPEST_JSON, LARGEST_CASE
from reviewer_app.exchange.names import shown
from reviewer_app.paths import resource_text

Json = dict[str, Any]

VERSION = "mrc-case/1"
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
REFERENCES = ("#/$defs/reference", "#/$defs/optional_reference")


@cache
def schema_text() -> str:
    """The published JSON Schema of case.json (draft 2020-12), as packages carry it."""
    return resource_text("schemas/mrc-case-1.json")


@cache
def schema() -> Json:
    """The published schema as a value."""
    value: Json = json.loads(schema_text())
    return value


def kinds(purpose: str) -> dict[str, Json]:
    """The definition of each kind of record that a package of this purpose may hold.

    The schema is the allow-list: what does not stand in it does not leave.
    """
    definitions = schema()["$defs"]
    parts: Json = definitions["hand_over" if purpose == "hand-over" else "referral"]["properties"]
    return {kind: definitions[part["items"]["$ref"].removeprefix("#/$defs/")] for kind, part in parts.items()}


def check_case(content: bytes) -> Json:
    """The document of a case.json. Raises PackageError naming the place of what is wrong, never its content."""
    document = strict_json(content, CASE)
    found = document.get("schema")
    if isinstance(found, str) and found.startswith("mrc-case/") and found != VERSION:
        raise PackageError(reason=f"“{CASE}” is {shown(found)} and this program knows {VERSION}")
    wrong = next(_validator().iter_errors(document), None)
    if wrong is not None:
        raise PackageError(reason=f"“{CASE}” does not follow its schema at {shown(wrong.json_path)}")
    _check_references(document)
    return document


def strict_json(content: bytes, name: str) -> Json:
    """One JSON object in UTF-8 without floats, repeated keys or deep nesting. Raises PackageError."""
    if len(content) > LARGEST_CASE:
        raise PackageError(reason=f"“{name}” is larger than a package may hold it")
    try:
        text = content.decode("utf-8")
        value = json.loads(text, object_pairs_hook=_once, parse_float=_refused, parse_constant=_refused)
        if _SURROGATE.search(text):  # half a pair cannot be written as UTF-8 again; two halves can
            json.dumps(value, ensure_ascii=False).encode()
        value_depth = _depth(value)
    except (ValueError, RecursionError) as error:
        raise PackageError(reason=f"“{name}” is not plain JSON in UTF-8 with each key once and no fractions") from error
    if not isinstance(value, dict) or value_depth > DEEPEST_JSON:
        raise PackageError(reason=f"“{name}” is not one JSON object of at most {DEEPEST_JSON} levels")
    return value


def _once(pairs: list[tuple[str, Any]]) -> Json:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise ValueError("a key stands twice")
    return made


def _refused(_text: str) -> NoReturn:
    raise ValueError("a fraction or a constant")


def _depth(value: object) -> int:
    if isinstance(value, dict):
        return 1 + max(map(_depth, value.values()), default=0)
    if isinstance(value, list):
        return 1 + max(map(_depth, value), default=0)
    return 0


@cache
def _validator() -> Any:
    from jsonschema import Draft202012Validator

    return Draft202012Validator(schema())


# --- references ----------------------------------------------------------------------------------------------------


def references(document: Json) -> Iterator[str]:
    """Every id by which a record of the document names another record."""
    definitions = kinds(document["purpose"])
    for kind, records in document["records"].items():
        names = [name for name, part in definitions[kind]["properties"].items() if part.get("$ref") in REFERENCES]
        yield from (record[name] for record in records for name in names if record[name] is not None)


def record_ids(document: Json) -> list[str]:
    """The id of every record of the document."""
    return [record["id"] for records in document["records"].values() for record in records]


def _check_references(document: Json) -> None:
    """Nothing refers to what is neither there nor named as missing, and nothing is both or there twice."""
    ids = record_ids(document)
    there, missing = set(ids), set(document["missing"])
    if len(there) != len(ids) or there & missing:
        raise PackageError(reason=f"“{CASE}” gives one id to two records")
    if not set(references(document)) - there <= missing:
        raise PackageError(reason=f"“{CASE}” refers to a record that is neither there nor named as missing")
