# SPDX-License-Identifier: Apache-2.0
"""A case, or its findings alone, as the JSON document that packages carry: mrc-case/1."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NoReturn

from reviewer_app.domain.canonical import new_id
from reviewer_app.domain.cases import Case
from reviewer_app.domain.memos import Purpose
from reviewer_app.domain.record import Record, moment_text
from reviewer_app.errors import PackageError, PackageNotWritten
from reviewer_app.exchange import release
from reviewer_app.exchange.case_check import VERSION, Json, check_case, kinds, record_ids, references

LARGEST_WHOLE = 2**53 - 1  # the largest whole number that every JSON reader keeps (RFC 8259 section 6)


@dataclass(frozen=True)
class CaseContent:
    """A case and every record that belongs to it or is named by it (people), in any order."""

    case: Case
    records: Sequence[Record]


def case_json(
    content: CaseContent,
    purpose: Purpose,
    *,
    banner: str,
    practice: bool,
    written: datetime,
    make_id: Callable[[], str] = new_id,
) -> bytes:
    """The document as UTF-8 with sorted keys, line feeds and no fractions, checked against the published schema.

    Raises WithheldTextFound when a referral's text holds a word that is withheld, and PackageNotWritten when the
    case cannot be said in this form (no finding to refer, too large, an evaluation summary that is not JSON).
    """
    named = release.developer_may_be_named(content.records)
    if purpose is Purpose.REFERRAL:
        chosen = list(release.released(content.case, content.records, named, make_id))
        records = _records(chosen, purpose, release.release_fields)
        release.check_words(texts(records), release.withheld_words(content.case, content.records, named))
        if not records["finding"]:
            raise PackageNotWritten(reason="there is no finding to refer")
    else:
        records = _records([content.case, *content.records], purpose, dict)
    document: Json = {
        "schema": VERSION,
        "banner": banner,
        "practice": practice,
        "purpose": purpose.value,
        "written": moment_text(written),
        "case_number": content.case.number,
        "withheld": release.withheld(purpose, named),
        "records": records,
        "missing": [],
    }
    document["missing"] = sorted(set(references(document)) - set(record_ids(document)))
    return _checked(json_bytes(document))


def json_bytes(value: object) -> bytes:
    """JSON as packages hold it, for people and guards to read: UTF-8, sorted keys, two spaces, line feeds."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, indent=2, allow_nan=False)
    return text.encode() + b"\n"


def texts(records: Json) -> Iterator[tuple[str, str]]:
    """Every text of the records after its place, `finding 2, impact`."""
    for kind, several in records.items():
        for count, record in enumerate(several, 1):
            number = record.get("number", count)
            for name, value in record.items():
                if isinstance(value, str):
                    yield f"{kind} {number}, {name.replace('_', ' ')},", value


def _records(records: Sequence[Record], purpose: Purpose, change: Callable[[dict[str, Any]], dict[str, Any]]) -> Json:
    made: Json = {kind: [] for kind in kinds(purpose.value)}
    fields = {kind: definition["properties"] for kind, definition in kinds(purpose.value).items()}
    for record in sorted(records, key=_place):
        if record.kind in made:
            values = change(record.scalars())
            made[record.kind].append({name: _value(name, values[name]) for name in fields[record.kind]})
    return made


def _place(record: Record) -> tuple[str, int, str]:
    number = getattr(record, "number", 0)
    return record.kind, number if isinstance(number, int) else 0, record.id


def _value(name: str, value: Any) -> Any:
    return _said(value) if name == "said" else value


def _said(text: str) -> Any:
    """What an evaluation file said, with every figure that JSON readers may round as its decimal text."""
    try:
        return json.loads(text, parse_float=str, parse_int=_whole, parse_constant=_refused)
    except (ValueError, RecursionError) as error:
        raise PackageNotWritten(reason="the summary of an evaluation file cannot be read") from error


def _refused(_text: str) -> NoReturn:
    raise ValueError("not a number")


def _whole(text: str) -> int | str:
    return int(text) if len(text) <= 17 and abs(int(text)) <= LARGEST_WHOLE else text


def _checked(content: bytes) -> bytes:
    """What would be refused by a receiver is not written."""
    try:
        check_case(content)
    except PackageError as error:
        raise PackageNotWritten(reason=error.facts["reason"]) from error
    return content
