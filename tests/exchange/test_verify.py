# SPDX-License-Identifier: Apache-2.0
import hashlib
import json
import os
import shutil
from pathlib import Path

import pytest

from reviewer_app.errors import PackageCancelled, PackageError, PackageUnreadable
from reviewer_app.exchange.case_json import json_bytes
from reviewer_app.exchange.verify import describe, verify


def snapshot(folder):
    return {path: (path.stat().st_mtime_ns, path.is_file() and path.read_bytes()) for path in folder.rglob("*")}


def test_a_good_package_is_told_in_full_and_not_touched(hand_over):
    before = snapshot(hand_over)
    seen = []
    found = verify(hand_over, progress=seen.append)
    assert snapshot(hand_over) == before
    assert found.identifier == hand_over.name
    assert (found.purpose, found.marking, found.practice) == ("hand-over", "SECRET//NOFORN", False)
    assert (found.recipient, found.organisation) == ("Second office, records desk", "Office of Model Review")
    assert found.written == "2026-11-24T15:30:45.123Z"
    assert found.signatures == ()
    for file in found.files:
        content = (hand_over / file.name).read_bytes()
        assert (file.size, file.sha512) == (len(content), hashlib.sha512(content).hexdigest())
    assert len(found.files) == len([path for path in hand_over.rglob("*") if path.is_file()])
    assert seen == sorted(seen) and seen[-1] == 1.0


def test_a_package_may_be_kept_under_another_name_and_checked_from_inside(referral, monkeypatch):
    other = referral.rename(referral.with_name("from the courier"))
    assert verify(other).identifier.startswith("MRC-P-2026-0007")
    monkeypatch.chdir(other)
    assert verify(Path()).purpose == "referral"


def test_the_description_is_whole_lines_of_plain_text(hand_over):
    text = describe(verify(hand_over))
    lines = text.splitlines()
    assert lines[0] == lines[-1] == "SECRET//NOFORN"
    assert "Not signed: the hashes find damage, they do not tell who wrote it." in lines
    assert all(line.isprintable() for line in lines)
    for path in hand_over.rglob("*"):
        assert path.is_dir() or f"  {path.relative_to(hand_over).as_posix()}" in text


def test_signatures_are_named_and_said_to_be_unchecked(hand_over):
    name = "tagmanifest-sha512.txt.preparer.p7s"
    (hand_over / name).write_bytes(b"0\x82")
    found = verify(hand_over)
    assert found.signatures == (name,)
    assert "Signatures are there but were not checked" in describe(found)


def test_an_unfinished_package_is_refused_even_when_it_is_whole(hand_over):
    with pytest.raises(PackageError, match="was not finished"):
        verify(hand_over.rename(hand_over.with_name(hand_over.name + ".part")))


def test_a_bit_changed_in_any_file_is_found(hand_over):
    for path in sorted(path for path in hand_over.rglob("*") if path.is_file()):
        good = path.read_bytes()
        path.write_bytes(good[:-1] + bytes([good[-1] ^ 4]))
        with pytest.raises(PackageError) as caught:
            verify(hand_over)
        if path.name != "tagmanifest-sha512.txt":
            assert path.name in str(caught.value)
        path.write_bytes(good)
    verify(hand_over)


def test_a_bare_bag_is_not_a_package():
    with pytest.raises(PackageError, match=r"“bag-info\.txt” has no MRC-Marking"):
        verify(Path(__file__).parent.parent / "data" / "bagit" / "v1.0_valid_basicBag")


def test_a_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(PackageUnreadable, match="“nowhere” cannot be read"):
        verify(tmp_path / "nowhere")


def test_checking_can_be_cancelled(hand_over):
    with pytest.raises(PackageCancelled):
        verify(hand_over, cancelled=lambda: True)


# --- packages whose hashes agree and whose content does not ---------------------------------------------------------


def info(old, new):
    def do(folder):
        path = folder / "bag-info.txt"
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")

    return do


def case(change):
    def do(folder):
        path = folder / "data/case.json"
        document = json.loads(path.read_text(encoding="utf-8"))
        change(document)
        path.write_bytes(json_bytes(document))

    return do


def replaced(name, change):
    def do(folder):
        (folder / name).write_bytes(change((folder / name).read_bytes()))

    return do


def added(name, content=b"x\n"):
    def do(folder):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)

    return do


def dropped(name):
    return lambda folder: (folder / name).unlink()


def evidence_under(name):
    def do(folder):
        (path,) = (folder / "data/evidence").iterdir()
        path.rename(path.with_name(name))

    return do


HAND_OVER = {
    "newer form": (info("package:1:plain", "package:2:plain"), "version 2 and this program knows 1"),
    "other profile": (info("package:1:plain", "package:1:sealed"), "profile is not “plain”"),
    "profiles that differ": (info("MRC-Profile: plain", "MRC-Profile: sealed"), "profile is not “plain”"),
    "no profile": (info("urn:mrc:package:1:plain", "urn:other"), "does not describe"),
    "climbing identifier": (info("MRC-P-2026-0007-r1-", "MRC-../x-r1-"), "does not describe"),
    "no recipient": (info("MRC-Recipient: Second office, records desk\n", ""), "no MRC-Recipient"),
    "no marking": (info("MRC-Marking: SECRET//NOFORN\n", ""), "no MRC-Marking"),
    "lower marking outside": (info("MRC-Marking: SECRET//NOFORN", "MRC-Marking: UNCLASSIFIED"), "the marking in"),
    "other moment": (info("T153045Z", "T153046Z"), "the moment in"),
    "other date": (info("Bagging-Date: 2026-11-24", "Bagging-Date: 2026-11-25"), "the date in"),
    "other purpose": (info("MRC-Purpose: hand-over", "MRC-Purpose: referral"), "no place in a package for referral"),
    "unknown purpose": (info("MRC-Purpose: hand-over", "MRC-Purpose: gift"), "no place in a package for gift"),
    "practice stamp outside only": (
        info("MRC-Marking", "MRC-Practice: PRACTICE, UNCLASSIFIED, MARKINGS FOR TRAINING ONLY\nMRC-Marking"),
        "the practice stamp in",
    ),
    "damaged practice stamp": (info("MRC-Marking", "MRC-Practice: no\nMRC-Marking"), "damaged practice stamp"),
    "practice inside only": (case(lambda document: document.update(practice=True)), "the practice stamp in"),
    "lower marking inside": (case(lambda document: document.update(banner="UNCLASSIFIED")), "the marking in"),
    "newer case": (case(lambda document: document.update(schema="mrc-case/2")), "mrc-case/2"),
    "unknown field": (case(lambda document: document["records"]["note"][0].update(x=1)), r"\$\.records\.note\[0\]"),
    "dangling reference": (case(lambda document: document["records"]["person"].clear()), "neither there nor named"),
    "repeated key": (
        replaced("data/case.json", lambda text: text.replace(b'"banner"', b'"banner": "U",\n  "banner"', 1)),
        "each key once",
    ),
    "fraction": (
        replaced("data/case.json", lambda text: text.replace(b'"number": 1,', b'"number": 1.0,')),
        "fractions",
    ),
    "report without marking": (
        replaced("data/report.txt", lambda text: text[1:]),
        r"“data/report\.txt” does not begin",
    ),
    "cover without marking": (replaced("TRANSFER.txt", lambda text: b"\n" + text), r"“TRANSFER\.txt” does not begin"),
    "report with other words": (
        replaced("data/report.txt", lambda text: text + b"Further words.\n"),
        r"“data/report\.txt” does not say what “data/case\.json” says",
    ),
    "schema replaced": (replaced("data/schemas/mrc-case-1.json", lambda _: b"{}"), "is not the published schema"),
    "program as report": (replaced("data/report.pdf", lambda _: b"MZ"), r"“data/report\.pdf” is not a PDF"),
    "cover for another": (
        replaced("TRANSFER.txt", lambda text: text.replace(b"Second office", b"Third office")),
        r"“TRANSFER\.txt” does not say",
    ),
    "cover with an escape": (
        replaced("TRANSFER.txt", lambda text: text.replace(b"extension 5", b"\x1b[2J\x00")),
        r"“TRANSFER\.txt” does not say",
    ),
    "further label": (info("MRC-Marking", "MRC-Verdict: yes\nMRC-Marking"), "label MRC-Verdict, which has no place"),
    "hidden direction": (info("Second office", "Second \u202eoffice"), r"“bag-info\.txt” is not one new label"),
    "record above the marking": (
        case(lambda document: document["records"]["note"][0].update(marking="TS//SI//NF")),
        "does not cover every record",
    ),
    "signature too large": (
        added("tagmanifest-sha512.txt.preparer.p7s", bytes(64 * 1024 + 1)),
        r"preparer\.p7s” is larger than",
    ),
    "list of evidence that differs": (
        replaced("data/evidence.json", lambda text: text.replace(b"S//NF", b"U")),
        r"“data/evidence\.json” is not the list",
    ),
    "no case": (dropped("data/case.json"), r"“data/case\.json” is missing"),
    "no report": (dropped("data/report.txt"), r"“data/report\.txt” is missing"),
    "no schema": (lambda folder: shutil.rmtree(folder / "data/schemas"), r"“data/schemas/mrc-case-1\.json” is missing"),
    "no list of evidence": (dropped("data/evidence.json"), r"“data/evidence\.json” is missing"),
    "no cover": (dropped("TRANSFER.txt"), r"“TRANSFER\.txt” is missing"),
    "program": (added("data/setup.exe"), r"“data/setup\.exe” has no place"),
    "further tag file": (added("README.txt"), r"“README\.txt” has no place"),
    "folder of tag files": (added("more/README.txt"), r"“more/README\.txt” has no place"),
    "evidence by name": (evidence_under("security.eval"), "has no place"),
    "evidence under another hash": (evidence_under("a" * 128), "not called by its own SHA-512"),
    "evidence without a record": (
        added("data/evidence/" + hashlib.sha512(b"x\n").hexdigest()),
        "holds a file that no record names",
    ),
}


@pytest.mark.parametrize(("harm", "reason"), HAND_OVER.values(), ids=HAND_OVER.keys())
def test_a_package_that_contradicts_itself_is_refused(hand_over, seal, harm, reason):
    seal(hand_over)
    verify(hand_over)
    harm(hand_over)
    seal(hand_over)
    with pytest.raises(PackageError, match=reason) as caught:
        verify(hand_over)
    assert str(caught.value).isprintable()


def test_a_payload_count_left_out_is_refused(hand_over, seal):
    seal(hand_over)
    path = hand_over / "bag-info.txt"
    path.write_text(path.read_text().split("Payload-Oxum")[0])
    tags = sorted(each.name for each in hand_over.iterdir() if each.is_file() and "tagmanifest" not in each.name)
    lines = [f"{hashlib.sha512((hand_over / name).read_bytes()).hexdigest()}  {name}\n" for name in tags]
    (hand_over / "tagmanifest-sha512.txt").write_text("".join(lines))
    with pytest.raises(PackageError, match="no Payload-Oxum"):
        verify(hand_over)


@pytest.mark.parametrize("name", ["data/evidence.json", "data/evidence/" + "a" * 128, "data/ops.jsonl"])
def test_evidence_has_no_place_in_a_referral(referral, seal, name):
    added(name)(referral)
    seal(referral)
    with pytest.raises(PackageError, match="has no place in a package for referral"):
        verify(referral)


@pytest.mark.skipif(os.name == "nt", reason="POSIX links")
def test_nothing_outside_the_package_is_opened(hand_over, monkeypatch):
    outside = hand_over.parent / "outside"
    outside.write_bytes((hand_over / "data/report.pdf").read_bytes())
    (hand_over / "data/report.pdf").unlink()
    (hand_over / "data/report.pdf").symlink_to(outside)
    opened = []
    real = os.open
    monkeypatch.setattr(
        os, "open", lambda path, *rest, **more: (opened.append(str(path)), real(path, *rest, **more))[1]
    )
    with pytest.raises(PackageError, match="link"):
        verify(hand_over)
    assert opened == []
