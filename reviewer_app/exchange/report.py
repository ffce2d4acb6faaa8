# SPDX-License-Identifier: Apache-2.0
"""The texts of a package that people read: the report a clerk can retype, and the cover sheet."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from reviewer_app.exchange.case_check import REFERENCES, Json, kinds
from reviewer_app.exchange.form import MANIFEST, PRACTICE, TAG_MANIFEST, Listed, heading, size_text

WIDTH = 78
CONTACT = "Contact:    "

# What the VINCE report form takes, in characters (CERTCC/VINCE vinny/forms.py).
FORM = {"product": 200, "product_version": 100, "description": 20_000, "conditions": 20_000, "impact": 20_000}

# How a record is called where another one names it: the first of these fields that it has.
_TITLES = ("title", "name", "subject", "build", "number", "reference")


def report_text(document: Json) -> bytes:
    """Everything a document of mrc-case/1 says, as text, from the document alone: what it withholds cannot be here."""
    named = {record["id"]: _title(record) for records in document["records"].values() for record in records}
    lines = [
        f"Case {document['case_number']}: {document['purpose']}",
        f"Written {document['written']}. Times are UTC.",
    ]
    for kind, definition in kinds(document["purpose"]).items():
        records, fields = document["records"][kind], definition["properties"]
        for count, record in enumerate(records, 1):
            head = f"{kind.replace('_', ' ').capitalize()} {count} of {len(records)}"
            lines += ["", f"({record['marking']}) {head}", "-" * WIDTH, *_fields(record, fields, named)]
    lines += ["", "Withheld from this package, whether or not the case holds it", "-" * WIDTH]
    lines += [f"{each['field']}: {each['reason']}" for each in document["withheld"]]
    return _framed(document["banner"], document["practice"], lines)


def cover_text(
    *,
    identifier: str,
    purpose: str,
    banner: str,
    practice: bool,
    recipient: str,
    organisation: str,
    contact: str,
    written: datetime,
    files: Sequence[Listed],
) -> bytes:
    """The cover sheet: what this is, for whom, whom to ask, how to check it, and every payload file.

    White space in what a person typed becomes single spaces, as in bag-info.txt.
    """
    lines = [
        f"Package:    {identifier}",
        f"Purpose:    {purpose}",
        f"Marking:    {banner}",
        f"Recipient:  {_one_line(recipient)}",
        f"From:       {_one_line(organisation)}",
        f"{CONTACT}{_one_line(contact)}",
        f"Written:    {written:%Y-%m-%d %H:%M:%S} UTC",
        f"Payload:    {len(files)} files, {size_text(sum(file.size for file in files))}",
        "",
        "To check, in this folder, that no listed file is missing or changed:",
        f"    sha512sum --strict --quiet -c {TAG_MANIFEST} {MANIFEST}",
        "To check also that nothing was added:",
        "    bagit.py --validate .",
        "    reviewer-app package verify .",
        "",
        "This package is not signed. The hashes find damage; they do not tell who wrote it.",
        f"Ask the contact for the SHA-512 of {TAG_MANIFEST} and compare it with",
        f"    sha512sum {TAG_MANIFEST}",
        "",
        f"{'Bytes':>15}  File, and its SHA-512",
    ]
    for file in files:
        lines += [f"{file.size:>15,}  {file.name}", f"{'':>15}  {file.sha512}"]
    return _framed(banner, practice, lines)


def contact_of(cover: str) -> str:
    """The contact that a cover sheet names; "" where it names none."""
    return next((line.removeprefix(CONTACT) for line in cover.split("\n") if line.startswith(CONTACT)), "")


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _framed(banner: str, practice: bool, lines: list[str]) -> bytes:
    """The text between its marking, above and below."""
    below = [banner, PRACTICE] if practice else [banner]
    return (heading(banner, practice) + "\n".join(["", *lines, "", *below]) + "\n").encode()


def _title(record: Json) -> str:
    return next((str(record[name]) for name in _TITLES if record.get(name)), "")


def _fields(record: Json, fields: Json, named: dict[str, str]) -> Iterator[str]:
    for name, definition in fields.items():
        if name in ("id", "marking", "case"):
            continue
        value = record[name]
        if definition.get("$ref") in REFERENCES and value is not None:
            value = named.get(value, "not in this package")
        yield from _field(name, value)


def _field(name: str, value: Any) -> Iterator[str]:
    label = f"{name.replace('_', ' ').capitalize()}:"
    if isinstance(value, dict):
        yield f"{label} in case.json"
    elif isinstance(value, str) and "\n" in value.strip():
        yield label
        yield from (f"    {line}".rstrip() for line in value.strip().splitlines())
    else:
        yield f"{label} {_word(value)}"
    most = FORM.get(name)
    if most and isinstance(value, str) and len(value) > most:
        yield f"    [{len(value):,} characters; the VINCE report form takes {most:,}]"


def _word(value: object) -> str:
    if value is None or value == "":
        return "not recorded"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value).strip()
