# SPDX-License-Identifier: Apache-2.0
import json
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta, timezone

import pytest

from reviewer_app.domain.evidence import Attachment
from reviewer_app.domain.memos import Purpose
from reviewer_app.errors import AttachmentMissing, PackageCancelled, PackageNotWritten
from reviewer_app.exchange.case_json import CaseContent
from reviewer_app.exchange.package import EvidenceFile, identifier, write_package
from reviewer_app.exchange.verify import verify

FORBIDDEN = re.compile(
    r"\b(?:approv|cleared|clearance|certif(?!icate\b)|authori[sz]|licen[cs]|permit|pass(?:ed)?\b|fail|complian|violat|applicant|"
    r"preclear|overdue|review deadline|sent\b)",
    re.IGNORECASE,
)


def files(folder):
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def attachment(content):
    return next(record for record in content.records if isinstance(record, Attachment))


def test_a_hand_over_carries_the_whole_case_with_its_evidence(hand_over, content):
    log = attachment(content)
    assert files(hand_over) == [
        "TRANSFER.txt",
        "bag-info.txt",
        "bagit.txt",
        "data/case.json",
        "data/evidence.json",
        f"data/evidence/{log.sha512}",
        "data/report.pdf",
        "data/report.txt",
        "data/schemas/mrc-case-1.json",
        "manifest-sha512.txt",
        "tagmanifest-sha512.txt",
    ]
    assert json.loads((hand_over / "data/evidence.json").read_text(encoding="utf-8")) == {
        "banner": "SECRET//NOFORN",
        "practice": False,
        "schema": "mrc-evidence/1",
        "files": [
            {
                "name": "security run 1.eval",
                "type": "inspect",
                "marking": "S//NF",
                "size": log.size,
                "sha512": log.sha512,
                "holding": "government record",
                "included": True,
            }
        ],
    }


def test_a_referral_carries_findings_and_no_evidence(referral):
    assert [name for name in files(referral) if name.startswith("data/")] == [
        "data/case.json",
        "data/report.txt",
        "data/schemas/mrc-case-1.json",
    ]
    everything = b"".join((referral / name).read_bytes() for name in files(referral))
    for secret in (b"WREN", b"Northwind", b"Quill", b"Ibarra", b"MOU-17", b"D-551", b"security run", b"wf-0.9"):
        assert secret not in everything


def test_the_name_says_case_revision_and_moment(content, package_of):
    package = package_of(content, revision=12)
    assert identifier(package) == "MRC-P-2026-0007-r12-20261124T153045Z"
    elsewhere = package.written.astimezone(timezone(timedelta(hours=-5)))
    assert identifier(replace(package, written=elsewhere)) == identifier(package)


@pytest.mark.parametrize(
    ("number", "name"),
    [("../../x", "x"), ("A/7 é", "A-7"), ("...", "case"), ("x" * 500, "x" * 60), ("CON", "CON"), ("a\nb", "a-b")],
)
def test_any_case_number_makes_a_name_every_system_takes(tmp_path, content, package_of, number, name):
    case = content.case.model_copy(update={"number": number})
    written = write_package(tmp_path, package_of(CaseContent(case, content.records)))
    assert written.identifier.startswith(f"MRC-{name}-r1-")
    assert verify(written.path).identifier == written.identifier


def test_what_was_written_is_counted(hand_over, tmp_path, content, package_of):
    written = write_package(tmp_path, package_of(content, revision=2))
    found = [path for path in written.path.rglob("*") if path.is_file()]
    assert (written.files, written.size) == (len(found), sum(path.stat().st_size for path in found))
    assert verify(written.path).manifest_sha512 == written.manifest_sha512


@pytest.mark.parametrize("kind", ["hand_over", "referral"])
def test_every_text_begins_and_ends_with_the_marking(request, kind):
    folder = request.getfixturevalue(kind)
    for name in ("TRANSFER.txt", "data/report.txt"):
        lines = (folder / name).read_text(encoding="utf-8").splitlines()
        assert lines[0] == lines[-1] == "SECRET//NOFORN"
    assert (folder / "bag-info.txt").read_text().startswith("MRC-Marking: SECRET//NOFORN\n")
    assert (folder / "data/case.json").read_text(encoding="utf-8").startswith('{\n  "banner": "SECRET//NOFORN"')


def test_a_practice_package_says_so_in_every_text(tmp_path, content, package_of):
    folder = write_package(tmp_path, package_of(content, practice=True)).path
    stamp = "PRACTICE, UNCLASSIFIED, MARKINGS FOR TRAINING ONLY"
    for name in ("TRANSFER.txt", "data/report.txt"):
        lines = (folder / name).read_text(encoding="utf-8").splitlines()
        assert lines[0] == lines[-1] == stamp and lines[1] == lines[-2] == "SECRET//NOFORN"
    assert (folder / "bag-info.txt").read_text().startswith(f"MRC-Practice: {stamp}\n")
    for name in ("data/case.json", "data/evidence.json"):
        assert json.loads((folder / name).read_text(encoding="utf-8"))["practice"] is True
    assert verify(folder).practice is True


@pytest.mark.parametrize("kind", ["hand_over", "referral"])
def test_the_tools_of_a_receiver_agree(request, kind):
    folder = request.getfixturevalue(kind)
    verify(folder)
    bagit = subprocess.run(
        [sys.executable, "-m", "bagit", "--validate", "."], cwd=folder, capture_output=True, check=False
    )
    assert bagit.returncode == 0, bagit.stderr
    if shutil.which("sha512sum"):
        command = ["sha512sum", "--strict", "--quiet", "-c", "tagmanifest-sha512.txt", "manifest-sha512.txt"]
        subprocess.run(command, cwd=folder, check=True)


def test_the_cover_names_each_file_and_how_to_check(hand_over):
    cover = (hand_over / "TRANSFER.txt").read_text(encoding="utf-8")
    for name in files(hand_over):
        assert (name in cover) == name.startswith(("data/", "manifest", "tagmanifest"))
    assert "sha512sum --strict --quiet -c tagmanifest-sha512.txt manifest-sha512.txt" in cover
    assert "Recipient:  Second office, records desk" in cover
    assert "Contact:    Records desk, extension 5" in cover


def test_the_report_can_be_retyped(referral):
    report = (referral / "data/report.txt").read_text(encoding="utf-8")
    assert "Product: libexample\nProduct version: 2.4\nVendor: not recorded\n" in report
    assert "Description:\n    A long line overruns the buffer.\n\n    Seen with two builds of the library.\n" in report
    assert "Found by: reviewer\n" in report


def test_the_report_names_people_and_files_instead_of_ids(hand_over):
    report = (hand_over / "data/report.txt").read_text(encoding="utf-8")
    assert "Found by: Rosa Ibarra\n" in report
    assert "Supports: Parser writes past its buffer\nAttachment: security run 1.eval\n" in report
    assert not re.search(r"\b[0-9a-f]{32}\b", report)


def test_a_text_longer_than_the_form_takes_is_told(tmp_path, content, package_of):
    long = content.records[3].model_copy(update={"product": "x" * 201, "product_version": "y" * 100})
    changed = CaseContent(content.case, [*content.records[:3], long, *content.records[4:]])
    folder = write_package(tmp_path, package_of(changed)).path
    report = (folder / "data/report.txt").read_text(encoding="utf-8")
    assert report.count("[201 characters; the VINCE report form takes 200]") == 1
    assert "[100 characters" not in report


@pytest.mark.parametrize("kind", ["hand_over", "referral"])
def test_no_word_of_a_package_implies_a_verdict(request, kind):
    folder = request.getfixturevalue(kind)
    for name in files(folder):
        if name.endswith((".txt", ".json")) and "manifest" not in name:
            assert FORBIDDEN.findall((folder / name).read_text(encoding="utf-8")) == [], name


def test_the_same_bytes_under_two_records_are_carried_once(tmp_path, content, package_of):
    log = attachment(content)
    twin = log.model_copy(update={"id": "2" * 32, "name": "copy.eval"})
    package = package_of(CaseContent(content.case, [*content.records, twin]))
    folder = write_package(tmp_path, package).path
    rows = json.loads((folder / "data/evidence.json").read_text(encoding="utf-8"))["files"]
    assert {(row["name"], row["included"]) for row in rows} == {("security run 1.eval", True), ("copy.eval", True)}
    assert len(verify(folder).files) == 11


def test_a_file_that_is_not_carried_is_said_not_to_be(tmp_path, content, package_of):
    folder = write_package(tmp_path, package_of(content, evidence=[])).path
    (row,) = json.loads((folder / "data/evidence.json").read_text(encoding="utf-8"))["files"]
    assert row["included"] is False
    verify(folder)


def missing():
    raise AttachmentMissing(name="security run 1.eval")
    yield b""


@pytest.mark.parametrize(
    ("changes", "error", "reason"),
    [
        ({"recipient": " "}, PackageNotWritten, "MRC-Recipient is empty"),
        ({"organisation": "a\x1b"}, PackageNotWritten, "Source-Organization"),
        ({"purpose": Purpose.REFERRAL}, PackageNotWritten, "a referral carries no evidence"),
        ({"chunks": [b"other bytes"]}, PackageNotWritten, "not what its record says"),
        ({"chunks": [b"x" * 1_440]}, PackageNotWritten, "not what its record says"),
        ({"chunks": missing()}, AttachmentMissing, "is missing from the vault"),
        ({"foreign": True}, PackageNotWritten, "does not belong to the case"),
    ],
)
def test_what_cannot_be_carried_leaves_nothing(tmp_path, content, package_of, changes, error, reason):
    log = attachment(content)
    if "chunks" in changes:
        changes = {"evidence": [EvidenceFile(log, changes["chunks"])]}
    if "foreign" in changes:
        changes = {"evidence": [EvidenceFile(log.model_copy(update={"sha512": "a" * 128}), [])]}
    with pytest.raises(error, match=reason):
        write_package(tmp_path, package_of(content, **changes))
    assert list(tmp_path.iterdir()) == []


def test_cancelling_leaves_nothing(tmp_path, content, package_of):
    with pytest.raises(PackageCancelled):
        write_package(tmp_path, package_of(content), cancelled=lambda: True)
    assert list(tmp_path.iterdir()) == []


def test_a_package_is_never_written_over_another(hand_over, content, package_of):
    before = {name: (hand_over / name).read_bytes() for name in files(hand_over)}
    with pytest.raises(PackageNotWritten, match="exists there already"):
        write_package(hand_over.parent, package_of(content, recipient="Someone else"))
    assert {name: (hand_over / name).read_bytes() for name in files(hand_over)} == before
