# SPDX-License-Identifier: Apache-2.0
"""Checks a package for a receiver who has no vault: whole, unchanged, and saying one thing throughout."""

import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

from reviewer_app.domain.markings import MarkingRules, Profile
from reviewer_app.errors import MarkingError, NotAPackage, PackageError
from reviewer_app.exchange.case_check import Json, check_case, schema_text
from reviewer_app.exchange.check import CheckedBag, check_bag
from reviewer_app.exchange.form import (
    CASE,
    COVER,
    DECLARATION,
    EVIDENCE,
    EVIDENCE_FOLDER,
    INFO,
    LARGEST_CASE,
    MAJOR,
    MANIFEST,
    PRACTICE,
    PROFILE,
    REPORT,
    REPORT_PDF,
    SCHEMA,
    SIGNATURES,
    TAG_MANIFEST,
    UNFINISHED,
    Cancelled,
    Listed,
    Progress,
    heading,
    never,
    no_progress,
    size_text,
)
from reviewer_app.exchange.names import shown
from reviewer_app.exchange.package import evidence_json
from reviewer_app.exchange.report import contact_of, cover_text, report_text
from reviewer_app.paths import resource_text

NEEDED = (
    "MRC-Marking",
    "Source-Organization",
    "External-Identifier",
    "Bagging-Date",
    "BagIt-Profile-Identifier",
    "MRC-Profile",
    "MRC-Purpose",
    "MRC-Recipient",
    "Payload-Oxum",
)
TAGS = frozenset({DECLARATION, INFO, MANIFEST, TAG_MANIFEST, COVER})
LABELS = frozenset({*NEEDED, "MRC-Practice"})
READ = dict.fromkeys((CASE, SCHEMA, REPORT, REPORT_PDF, EVIDENCE), LARGEST_CASE)
PROFILES = tuple(Profile(level, cui) for level in ("IC", "DOD") for cui in ("NARA", "DOD"))

_IDENTIFIER = re.compile(r"MRC-[A-Za-z0-9-]{1,60}-r[0-9]{1,9}-(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z")
_PROFILE = re.compile(r"urn:mrc:package:([0-9]{1,9}):([a-z]{1,20})")
_EVIDENCE = re.compile(re.escape(EVIDENCE_FOLDER) + "[0-9a-f]{128}")


@dataclass(frozen=True)
class Verified:
    """A package that holds together. `manifest_sha512` is that of its tag manifest, which stands for every byte.

    `marking` is its overall marking, `written` UTC text; `practice` packages are invented throughout. `signatures`
    names signature files that are there; they are not checked. `files` lists everything but those signatures.
    """

    identifier: str
    purpose: str
    marking: str
    practice: bool
    recipient: str
    organisation: str
    written: str
    manifest_sha512: str
    files: tuple[Listed, ...]
    signatures: tuple[str, ...]


def verify(folder: Path, *, progress: Progress = no_progress, cancelled: Cancelled = never) -> Verified:
    """Reads the whole package once and changes nothing.

    Raises PackageError naming the file and the reason, PackageUnreadable when the medium gives up, PackageCancelled.
    """
    folder = folder.absolute()
    if folder.name.endswith(UNFINISHED):
        raise PackageError(reason=f"“{shown(folder.name)}” was not finished by its writer")
    if folder.is_dir() and not (folder / DECLARATION).is_file():
        raise NotAPackage(name=shown(folder.name), file=DECLARATION)
    bag = check_bag(folder, READ, progress, cancelled)
    info, practice = _check_info(bag)
    _check_places(bag, info["MRC-Purpose"])
    document = check_case(bag.kept[CASE])
    _check_agreement(bag, document, practice)
    _check_texts(bag, document, practice)
    return Verified(
        identifier=info["External-Identifier"],
        purpose=info["MRC-Purpose"],
        marking=info["MRC-Marking"],
        practice=practice,
        recipient=info["MRC-Recipient"],
        organisation=info["Source-Organization"],
        written=document["written"],
        manifest_sha512=bag.sha512,
        files=(*bag.payload, *(file for file in bag.tag_files if file.name not in SIGNATURES)),
        signatures=tuple(sorted(SIGNATURES & bag.tags.keys())),
    )


def describe(verified: Verified) -> str:
    """The same as lines of text, for the terminal."""
    banner = heading(verified.marking, verified.practice).splitlines()
    size = size_text(sum(file.size for file in verified.files))
    lines = [
        *banner,
        "",
        f"Package:    {verified.identifier}",
        f"Purpose:    {verified.purpose}",
        f"Recipient:  {verified.recipient}",
        f"From:       {verified.organisation}",
        f"Written:    {verified.written}",
        f"Files:      {len(verified.files)}, {size}; all are there, none is unlisted, every SHA-512 agrees",
        f"SHA-512 of {TAG_MANIFEST}:",
        f"  {verified.manifest_sha512}",
        _signed(verified),
        "",
    ]
    for file in verified.files:
        lines += [f"{file.size:>15,}  {file.name}", f"{'':>15}  {file.sha512}"]
    return "\n".join([*lines, "", *reversed(banner)])


def _signed(verified: Verified) -> str:
    if verified.signatures:
        return "Signatures are there but were not checked: the hashes find damage, they do not tell who wrote it."
    return "Not signed: the hashes find damage, they do not tell who wrote it."


# --- what the parts must say ---------------------------------------------------------------------------------------


def _check_info(bag: CheckedBag) -> tuple[dict[str, str], bool]:
    info = dict(bag.info)
    for label in NEEDED:
        if label not in info:
            raise PackageError(reason=f"“{INFO}” has no {label}")
    for label in info:
        if label not in LABELS:
            raise PackageError(reason=f"“{INFO}” has the label {shown(label)}, which has no place in a package")
    profile = _PROFILE.fullmatch(info["BagIt-Profile-Identifier"])
    if not profile or not _IDENTIFIER.fullmatch(info["External-Identifier"]):
        raise PackageError(reason=f"“{INFO}” does not describe a package of this kind")
    if int(profile[1]) != MAJOR:
        raise PackageError(reason=f"its form is version {profile[1]} and this program knows {MAJOR}")
    if profile[2] != PROFILE or info["MRC-Profile"] != PROFILE:
        raise PackageError(reason=f"its profile is not “{PROFILE}”")
    if info.get("MRC-Practice", PRACTICE) != PRACTICE:
        raise PackageError(reason=f"“{INFO}” has a damaged practice stamp")
    return info, "MRC-Practice" in info


def _check_places(bag: CheckedBag, purpose: str) -> None:
    """Every file has its place in the package of this purpose, and evidence is called by its SHA-512."""
    needed = {CASE, SCHEMA, REPORT} | ({EVIDENCE} if purpose == "hand-over" else set())
    there = {file.name for file in bag.payload}
    for name in sorted((needed - there) | (TAGS - bag.tags.keys())):
        raise PackageError(reason=f"“{name}” is missing")
    for name in sorted(bag.tags.keys() - TAGS - SIGNATURES):
        raise PackageError(reason=f"“{name}” has no place in a package")
    for file in bag.payload:
        if file.name in needed or file.name == REPORT_PDF:
            continue
        if purpose != "hand-over" or not _EVIDENCE.fullmatch(file.name):
            raise PackageError(reason=f"“{file.name}” has no place in a package for {shown(purpose)}")
        if file.name != EVIDENCE_FOLDER + file.sha512:
            raise PackageError(reason=f"“{file.name}” is not called by its own SHA-512")


def _check_agreement(bag: CheckedBag, document: Json, practice: bool) -> None:
    """One marking, one purpose, one moment and one list of evidence, wherever the package states them."""
    info = bag.info
    stated = (
        ("marking", document["banner"], info["MRC-Marking"]),
        ("purpose", document["purpose"], info["MRC-Purpose"]),
        ("practice stamp", document["practice"], practice),
        ("moment", document["written"][:19] + "Z", _moment(info["External-Identifier"])),
        ("date", document["written"][:10], info["Bagging-Date"]),
    )
    for what, inside, outside in stated:
        if inside != outside:
            raise PackageError(reason=f"the {what} in “{CASE}” is not the one in “{INFO}”")
    first = heading(info["MRC-Marking"], practice).encode()
    for name, content in ((REPORT, bag.kept[REPORT]), (COVER, bag.tags[COVER])):
        if not content.startswith(first):
            raise PackageError(reason=f"“{name}” does not begin with the package's marking")
    _check_marking(document)
    if document["purpose"] == "hand-over":
        carried = [file.sha512 for file in bag.payload if file.name.startswith(EVIDENCE_FOLDER)]
        attachments = document["records"]["attachment"]
        if bag.kept[EVIDENCE] != evidence_json(document["banner"], practice, attachments, carried):
            raise PackageError(reason=f"“{EVIDENCE}” is not the list of the case's files")
        if not set(carried) <= {each["sha512"] for each in attachments}:
            raise PackageError(reason=f"“{EVIDENCE_FOLDER}” holds a file that no record names")


def _check_marking(document: Json) -> None:
    """The overall marking covers every record, under the rules of one office or another."""
    marks = sorted({record["marking"] for records in document["records"].values() for record in records})
    rules, banner = _rules(), document["banner"]
    needed = [rules.join(marks)] if marks else []
    for profile in PROFILES:
        with suppress(MarkingError):  # then the joined marking decides, which takes any text
            needed.append(rules.roll_up(marks, profile))
    if not any(rules.covers(banner, each) for each in needed):
        raise PackageError(reason=f"the marking in “{CASE}” does not cover every record in it")


@cache
def _rules() -> MarkingRules:
    return MarkingRules.from_json(resource_text("rules/markings.json"))


def _check_texts(bag: CheckedBag, document: Json, practice: bool) -> None:
    """What people read says what the case says: a report or cover sheet that says more is nobody's."""
    if bag.kept[SCHEMA] != schema_text().encode():
        raise PackageError(reason=f"“{SCHEMA}” is not the published schema")
    if bag.kept[REPORT] != report_text(document):
        raise PackageError(reason=f"“{REPORT}” does not say what “{CASE}” says")
    if not bag.kept.get(REPORT_PDF, b"%PDF-").startswith(b"%PDF-"):
        raise PackageError(reason=f"“{REPORT_PDF}” is not a PDF")
    contact = contact_of(bag.tags[COVER].decode("utf-8", "replace"))
    cover = cover_text(
        identifier=bag.info["External-Identifier"],
        purpose=document["purpose"],
        banner=document["banner"],
        practice=practice,
        recipient=bag.info["MRC-Recipient"],
        organisation=bag.info["Source-Organization"],
        contact=contact,
        written=datetime.fromisoformat(document["written"]),
        files=bag.payload,
    )
    if bag.tags[COVER] != cover or not contact.isprintable():
        raise PackageError(reason=f"“{COVER}” does not say what “{INFO}” and “{MANIFEST}” say")


def _moment(identifier: str) -> str:
    found = _IDENTIFIER.fullmatch(identifier)
    year, month, day, hour, minute, second = found.groups() if found else ("",) * 6
    return f"{year}-{month}-{day}T{hour}:{minute}:{second}Z"
