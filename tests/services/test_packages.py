# SPDX-License-Identifier: Apache-2.0
import json
import subprocess

import pytest

from reviewer_app.domain.findings import Referral
from reviewer_app.domain.memos import Purpose, Transfer
from reviewer_app.errors import (
    AttachmentDamaged,
    EntryError,
    NotAnchored,
    PackageCancelled,
    PackageNotWritten,
    WithheldTextFound,
)
from reviewer_app.exchange.verify import verify
from reviewer_app.services import attachments, facts, findings, packages
from reviewer_app.vault.journal import Transaction
from tests.desks import leave_for, open_desk
from tests.factories import LOG, at, incoming, make_case, make_note, text_file


class Fault(RuntimeError):
    pass


def fail(*_args, **_kwargs):
    raise Fault


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    yield from open_desk(tmp_path_factory)


@pytest.fixture
def case(desk):
    made = make_case(desk).id
    make_note(desk, made)
    return made


@pytest.fixture
def out(tmp_path):
    folder = tmp_path / "medium"
    folder.mkdir()
    return folder


def attached(desk, case, path=LOG):
    return attachments.attach(desk, case, path, incoming()).attachment


def finding(desk, case, **changes):
    return findings.add(
        desk, case, changes.pop("title", "Weakness in an archiver"), changes.pop("marking", "U"), **changes
    )


def case_json(path):
    return json.loads((path / "data/case.json").read_text(encoding="utf-8"))


def write(desk, case, purpose, out, **changes):
    return packages.write(
        desk, case, purpose, "Practice office 2", out, **{"grant": leave_for(desk, packages.WRITTEN, case), **changes}
    )


def test_a_hand_over_carries_the_case_and_can_be_checked_by_anybody(desk, case, out):
    log = attached(desk, case)
    transfer, written = write(desk, case, Purpose.HAND_OVER, out)
    assert verify(written.path).manifest_sha512 == written.manifest_sha512 == transfer.manifest
    check = ["sha512sum", "--strict", "--quiet", "-c", "tagmanifest-sha512.txt", "manifest-sha512.txt"]
    assert subprocess.run(check, cwd=written.path, check=True, capture_output=True).stdout == b""
    assert (written.path / "data/evidence" / log.sha512).read_bytes() == LOG.read_bytes()
    assert (written.path / "data/report.pdf").read_bytes().startswith(b"%PDF-")
    assert desk.vault.find(Transfer, case=case) == [transfer]
    assert (transfer.recipient, transfer.receipt, transfer.files) == ("Practice office 2", None, written.files)
    assert desk.vault.entries(case)[0].verb == "package written"


def test_what_was_previewed_is_what_leaves(desk, case, out):
    attached(desk, case)
    finding(desk, case, marking="CUI")
    for purpose in (Purpose.HAND_OVER, Purpose.REFERRAL):
        seen = packages.preview(desk, case, purpose)
        _, written = write(desk, case, purpose, out)
        document = case_json(written.path)
        assert seen.banner == document["banner"]
        held = {kind.replace("_", " "): len(each) for kind, each in document["records"].items() if each}
        if purpose is Purpose.HAND_OVER:
            held["transfer"] = held.get("transfer", 0)
        assert {kind: count for kind, count in held.items() if count} == seen.records
        assert [(each["field"], each["reason"]) for each in document["withheld"]] == list(seen.withheld)
        there = list((written.path / "data").glob("evidence/*"))
        assert (len(there), sum(each.stat().st_size for each in there)) == (seen.evidence, seen.size)


def test_a_referral_moves_its_findings_on(desk, case, out):
    first, struck = finding(desk, case), finding(desk, case, title="Entered twice")
    facts.strike_out(desk, struck, "entered twice")
    _, written = write(desk, case, Purpose.REFERRAL, out)
    states = {each.title: each.referral for each in desk.vault.find(type(first), case=case)}
    assert states == {"Weakness in an archiver": Referral.TRANSFERRED, "Entered twice": Referral.NONE}
    assert len(case_json(written.path)["records"]["finding"]) == 1
    assert not (written.path / "data/report.pdf").exists()


def test_a_later_referral_takes_no_receipt_back(desk, case, out):
    made = finding(desk, case)
    with desk.record("receipt recorded", case=case, subject=made.id) as tx:
        tx.set(made, referral=Referral.ACKNOWLEDGED)
    write(desk, case, Purpose.REFERRAL, out)
    assert desk.vault.get(type(made), made.id).referral is Referral.ACKNOWLEDGED


def test_the_marking_of_a_referral_covers_everything_it_names(desk, out):
    case = make_case(desk, marking="S//NF").id
    facts.record_agreement(
        desk, case, reference="EX-115", marking="U", signed=at(2026, 11, 1), developer_may_be_named=True
    )
    finding(desk, case)
    seen = packages.preview(desk, case, Purpose.REFERRAL)
    assert seen.names_developer
    assert seen.banner == "SECRET//NOFORN"
    _, written = write(desk, case, Purpose.REFERRAL, out)
    document = case_json(written.path)
    assert document["banner"] == "SECRET//NOFORN"
    assert document["records"]["case"][0]["developer"] == "Example Developer"


@pytest.mark.parametrize("recipient", ["", "  "])
def test_a_package_is_for_somebody(desk, case, out, recipient):
    with pytest.raises(EntryError, match="Recipient"):
        packages.write(desk, case, Purpose.HAND_OVER, recipient, out, grant=leave_for(desk, packages.WRITTEN, case))
    assert list(out.iterdir()) == []


def test_a_package_is_never_written_into_the_vault(desk, case):
    before = sorted(desk.vault.folder.rglob("*"))
    for folder in (desk.vault.folder, desk.vault.folder / "blobs" / ".." / "backups"):
        with pytest.raises(EntryError, match="inside the vault"):
            packages.write(
                desk, case, Purpose.HAND_OVER, "Supervisor", folder, grant=leave_for(desk, packages.WRITTEN, case)
            )
    assert sorted(desk.vault.folder.rglob("*")) == before


def test_a_referral_without_findings_is_refused_and_the_preview_says_so(desk, case, out):
    assert packages.preview(desk, case, Purpose.REFERRAL).obstacle.startswith("A referral carries findings")
    with pytest.raises(PackageNotWritten):
        write(desk, case, Purpose.REFERRAL, out)
    assert list(out.iterdir()) == []


def test_a_withheld_name_in_a_text_stops_a_referral_and_the_preview_says_where(desk, case, out):
    finding(desk, case, description="Found while BLUE HERON was asked.")
    obstacle = packages.preview(desk, case, Purpose.REFERRAL).obstacle
    assert "codename" in obstacle
    with pytest.raises(WithheldTextFound) as refused:
        write(desk, case, Purpose.REFERRAL, out)
    assert str(refused.value) == obstacle
    assert list(out.iterdir()) == []
    assert packages.preview(desk, case, Purpose.HAND_OVER).obstacle == ""


def test_files_entered_in_error_or_not_held_here_do_not_leave(desk, case, out, tmp_path):
    kept, struck = attached(desk, case), attached(desk, case, text_file(tmp_path))
    absent = struck.model_copy(update={"id": "0" * 32, "sha512": "0" * 128})
    facts.strike_out(desk, struck, "belongs to another developer")
    with desk.record("receipt recorded", case=case, subject=absent.id) as tx:
        tx.create(absent)
    _, written = write(desk, case, Purpose.HAND_OVER, out)
    listed = json.loads((written.path / "data/evidence.json").read_text(encoding="utf-8"))["files"]
    assert {each["sha512"]: each["included"] for each in listed} == {
        kept.sha512: True,
        struck.sha512: False,
        absent.sha512: False,
    }
    assert verify(written.path)


# --- nothing is left -----------------------------------------------------------------------------------------------


def test_a_damaged_file_stops_the_package_and_nothing_is_left(desk, case, out):
    log = attached(desk, case)
    path = desk.blobs.folder / log.id[:2] / log.id
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    with pytest.raises(AttachmentDamaged):
        write(desk, case, Purpose.HAND_OVER, out)
    assert list(out.iterdir()) == []
    assert desk.vault.find(Transfer, case=case) == []


def test_a_package_that_is_not_recorded_is_taken_away(desk, case, out, monkeypatch):
    made = finding(desk, case)
    with monkeypatch.context() as patch:
        patch.setattr(Transaction, "flush", fail)
        with pytest.raises(Fault):
            write(desk, case, Purpose.REFERRAL, out)
    assert list(out.iterdir()) == []
    assert desk.vault.get(type(made), made.id).referral is Referral.NONE


def test_a_package_whose_anchor_is_not_written_stays_and_is_not_called_stopped(desk, case, out, monkeypatch):
    record = packages._record

    def refuse(*_):
        raise OSError(5, "Input/output error")

    def record_on_a_failing_disk(*said):
        with monkeypatch.context() as failing:
            failing.setattr("reviewer_app.vault.anchor._sync", refuse)
            record(*said)

    monkeypatch.setattr(packages, "_record", record_on_a_failing_disk)
    with pytest.raises(NotAnchored):
        write(desk, case, Purpose.HAND_OVER, out)
    assert desk.vault.entries(case)[0].verb == "package written"
    assert len(list(out.iterdir())) == desk.vault.count(Transfer, case=case) == 1


def test_the_journal_knows_of_a_package_before_a_byte_is_outside(desk, case, out, monkeypatch):
    def begins(*_args, **_kwargs):
        assert desk.vault.entries(case)[0].verb == "package begun"
        raise Fault

    with monkeypatch.context() as patch:
        patch.setattr(packages, "write_package", begins)
        with pytest.raises(Fault):
            write(desk, case, Purpose.HAND_OVER, out)
    assert [each.verb for each in desk.vault.entries(case)[:2]] == ["package stopped", "package begun"]
    write(desk, case, Purpose.HAND_OVER, out)
    written, begun = desk.vault.entries(case)[:2]
    assert (written.verb, begun.verb) == ("package written", "package begun") and written.subject == begun.subject


def test_what_could_be_read_as_a_verdict_is_named_before_it_leaves(desk, case):
    make_note(desk, case, "(U) The model is \u0430pproved.")
    finding(desk, case, title="Licence granted to a release")
    seen = packages.preview(desk, case, Purpose.HAND_OVER)
    assert [each.partition(".")[0] for each in seen.words] == [
        "Note “First login”, body: “\u0430pproved”",
        "Finding “Licence granted to a release”, title: “Licence”",
    ]
    seen = packages.preview(desk, case, Purpose.REFERRAL)
    assert len(seen.words) == 1 and seen.findings == ("1. Licence granted to a release",)
    assert packages.recipient_words(desk, "Approving Authority") and not packages.recipient_words(desk, "Office 2")


def test_a_receipt_acknowledges_the_findings_that_went_along_and_no_others(desk, case, out):
    gone = finding(desk, case)
    transfer, _ = write(desk, case, Purpose.REFERRAL, out)
    later = finding(desk, case)
    with pytest.raises(EntryError, match="empty"):
        packages.record_receipt(desk, transfer, "  ")
    kept = packages.record_receipt(desk, transfer, " Received by J. Placeholder, ref 12 ")
    assert kept.receipt == "Received by J. Placeholder, ref 12"
    states = {each.id: each.referral for each in desk.vault.find(type(gone), case=case)}
    assert states == {gone.id: Referral.ACKNOWLEDGED, later.id: Referral.NONE}
    assert desk.vault.entries(case=case, limit=1)[0].verb == "receipt recorded"


@pytest.mark.parametrize("looks", [0, 1, 3, 8])
def test_a_cancel_at_any_look_leaves_nothing(desk, case, out, looks):
    attached(desk, case)
    asked = iter(range(10_000))
    with pytest.raises(PackageCancelled):
        write(desk, case, Purpose.HAND_OVER, out, cancelled=lambda: next(asked) >= looks)
    assert list(out.iterdir()) == []
    assert desk.vault.find(Transfer, case=case) == []


def test_progress_goes_from_begin_to_end(desk, case, out):
    attached(desk, case)
    fractions = []
    write(desk, case, Purpose.HAND_OVER, out, progress=fractions.append)
    assert fractions == sorted(fractions) and fractions[-1] == 1.0
