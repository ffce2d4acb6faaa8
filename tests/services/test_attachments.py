# SPDX-License-Identifier: Apache-2.0
import os
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer_app.domain.evidence import Attachment, EvaluationSummary, Holding
from reviewer_app.errors import (
    AttachmentDamaged,
    AttachmentMissing,
    Cancelled,
    EntryError,
    FileVanished,
    MarkingError,
    NoSpace,
    NotAFile,
)
from reviewer_app.policy import practice_policy
from reviewer_app.services import attachments, facts, vaults
from reviewer_app.vault.anchor import Anchor
from reviewer_app.vault.journal import Transaction
from tests.desks import make_desk, open_desk
from tests.factories import DATA, LOG, incoming, make_case, text_file

CUT = DATA / "evaluations/derived_truncated/security-guide_first60pct.eval"


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    """One vault for all: each test has a case of its own."""
    yield from open_desk(tmp_path_factory)


def stored_files(desk):
    return [path for path in desk.blobs.folder.rglob("*") if path.is_file()]


def nothing_stays(desk, case):
    kept = desk.vault.find(Attachment, case=case) + desk.vault.find(EvaluationSummary, case=case)
    return not kept and {path.name for path in stored_files(desk)} == set(desk.vault.blobs())


def verbs(desk, case):
    return [entry.verb for entry in desk.vault.entries(case)]


# --- taking a file in ----------------------------------------------------------------------------------------------


def test_a_log_is_stored_with_what_it_says_as_one_entry(desk, case):
    made = attachments.attach(desk, case, LOG, incoming(medium="Disc 4"))
    kept = desk.vault.get(Attachment, made.attachment.id)
    assert kept == made.attachment
    assert (kept.name, kept.size, kept.detected) == (LOG.name, LOG.stat().st_size, "inspect-eval")
    assert (kept.holding, kept.source, kept.medium) == (Holding.GOVERNMENT_RECORD, "Evaluation host 3", "Disc 4")
    assert desk.vault.find(EvaluationSummary, attachment=kept.id) == [made.summary]
    assert made.summary.task == "security_guide_mock"
    entry = desk.vault.entries(case)[0]
    assert (entry.verb, entry.subject, entry.changes) == ("file attached", kept.id, 2)
    with attachments.open_bytes(desk, kept) as source:
        assert b"".join(source.chunks()) == LOG.read_bytes()


@pytest.mark.parametrize(
    ("content", "detected"),
    [
        (b"A letter.", "text"),
        (b"", "empty"),
        (b"%PDF-1.7\n", "pdf"),
        (b"{}", "json"),
        (bytes(range(256)) * 20, "unknown"),
    ],
)
def test_other_kinds_are_kept_and_not_read(desk, case, tmp_path, content, detected):
    path = tmp_path / "file.bin"
    path.write_bytes(content)
    made = attachments.attach(desk, case, path, incoming())
    assert (made.attachment.detected, made.summary, made.remark) == (detected, None, "")


def test_a_log_that_cannot_be_read_is_kept_with_the_reason(desk, case):
    made = attachments.attach(desk, case, CUT, incoming())
    assert (made.attachment.detected, made.summary) == ("inspect-eval", None)
    assert "cannot be read as an evaluation file" in made.remark
    assert desk.vault.get(Attachment, made.attachment.id)


def test_the_same_file_is_attached_once_to_a_case_unless_it_was_struck_out(desk, case, tmp_path):
    first = attachments.attach(desk, case, text_file(tmp_path), incoming()).attachment
    again = text_file(tmp_path, "copy.txt")
    with pytest.raises(EntryError, match=r"attached already, as “letter\.txt”"):
        attachments.attach(desk, case, again, incoming())
    assert len(desk.vault.find(Attachment, case=case)) == 1
    facts.strike_out(desk, first, "wrong case")
    assert attachments.attach(desk, case, again, incoming()).attachment.name == "copy.txt"
    assert attachments.attach(desk, make_case(desk).id, again, incoming()).attachment.sha512 == first.sha512


def test_a_marking_above_the_vault_is_refused_before_anything_is_read(tmp_path):
    desk = make_desk(tmp_path, practice_policy().model_copy(update={"ceiling": "CUI"}))
    try:
        case = make_case(desk).id
        with pytest.raises(EntryError, match="highest marking"):
            attachments.attach(desk, case, tmp_path / "not-there", incoming(marking="S"))
        with pytest.raises(MarkingError):
            attachments.attach_all(desk, case, attachments.candidates([LOG]), incoming(marking="XX"))
        assert nothing_stays(desk, case)
    finally:
        vaults.leave(desk)


# --- all or nothing ------------------------------------------------------------------------------------------------


class Fault(RuntimeError):
    pass


def fail(*_args, **_kwargs):
    raise Fault


@contextmanager
def failing_commit(monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(Transaction, "flush", fail)
        yield


@pytest.mark.parametrize("where", ["detect", "read", "keep_blob", "flush"])
def test_a_fault_before_the_end_leaves_nothing_of_the_file(desk, case, monkeypatch, where):
    owner = desk.reader if where in ("detect", "read") else Transaction
    with monkeypatch.context() as patch:
        patch.setattr(owner, where, fail)
        with pytest.raises(Fault):
            attachments.attach(desk, case, LOG, incoming())
    assert nothing_stays(desk, case)
    assert attachments.attach(desk, case, LOG, incoming()).summary


def test_a_file_that_is_committed_but_not_anchored_keeps_its_bytes(desk, case, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(Anchor, "write", fail)
        with pytest.raises(Fault):
            attachments.attach(desk, case, LOG, incoming())
    kept = desk.vault.find(Attachment, case=case)[0]
    assert attachments.verify(desk, kept)


@pytest.mark.parametrize("looks", range(1, 4))
def test_a_cancel_at_any_look_leaves_nothing(desk, case, tmp_path, looks):
    large = tmp_path / "large.bin"
    large.write_bytes(os.urandom(5_000_000))
    asked = iter(range(100_000))
    with pytest.raises(Cancelled):
        attachments.attach(desk, case, large, incoming(), cancelled=lambda: next(asked) >= looks)
    assert nothing_stays(desk, case)


def test_a_cancel_while_the_reader_works_leaves_nothing(desk, case, monkeypatch):
    def cancelled_read(source, name, **_):
        raise Cancelled(name=name)

    monkeypatch.setattr(desk.reader, "read", cancelled_read)
    with pytest.raises(Cancelled):
        attachments.attach(desk, case, LOG, incoming())
    assert nothing_stays(desk, case)


def test_a_full_disk_is_named_and_leaves_nothing(desk, case, monkeypatch):
    monkeypatch.setattr("reviewer_app.vault.blobs.free_bytes", lambda _folder: 0)
    with pytest.raises(NoSpace):
        attachments.attach(desk, case, LOG, incoming())
    assert nothing_stays(desk, case)


def test_a_file_this_program_made_is_kept_together_with_its_record_or_not_at_all(desk, case, monkeypatch):
    def beside(pdf):
        return EvaluationSummary(
            case=case,
            attachment=pdf.id,
            format="x",
            tool=None,
            task=None,
            model=None,
            status=None,
            run_at=None,
            said="{}",
        )

    with failing_commit(monkeypatch), pytest.raises(Fault):
        attachments.keep_made(desk, case, "memo.pdf", b"%PDF-", "U", verb="memo kept", also=beside)
    with pytest.raises(Fault):
        attachments.keep_made(desk, case, "memo.pdf", b"%PDF-", "U", verb="memo kept", also=fail)
    assert nothing_stays(desk, case)
    pdf, record = attachments.keep_made(desk, case, "memo.pdf", b"%PDF-", "U", verb="memo kept", also=beside)
    assert (pdf.holding, record.attachment) == (Holding.GOVERNMENT_RECORD, pdf.id)


# --- several files -------------------------------------------------------------------------------------------------


def test_candidates_tell_files_from_folders_links_and_what_went_away(tmp_path):
    letter = text_file(tmp_path)
    (tmp_path / "link").symlink_to(letter)
    os.mkfifo(tmp_path / "pipe")
    found = attachments.candidates([letter, tmp_path, tmp_path / "link", tmp_path / "pipe", tmp_path / "gone", letter])
    assert [(each.size, type(each.refusal)) for each in found] == [
        (9, type(None)),
        (0, NotAFile),
        (0, NotAFile),
        (0, NotAFile),
        (0, FileVanished),
    ]


def test_one_refused_file_does_not_hold_the_others_up(desk, case, tmp_path):
    files = attachments.candidates(
        [text_file(tmp_path, "a.txt", "a"), tmp_path, text_file(tmp_path, "b.txt", "b" * 99), LOG]
    )
    (tmp_path / "b.txt").unlink()
    fractions = []
    outcome = attachments.attach_all(desk, case, files, incoming(), progress=fractions.append)
    assert [each.attachment.name for each in outcome.attached] == ["a.txt", LOG.name]
    assert [(each.path.name, type(each.refusal)) for each in outcome.refused] == [
        (tmp_path.name, NotAFile),
        ("b.txt", FileVanished),
    ]
    assert not outcome.cancelled
    assert fractions == sorted(fractions) and fractions[-1] == 1.0


def test_a_cancel_keeps_the_files_that_were_attached_before(desk, case, tmp_path):
    files = attachments.candidates([text_file(tmp_path, "a.txt", "a"), text_file(tmp_path, "b.txt", "b")])
    outcome = attachments.attach_all(
        desk, case, files, incoming(), cancelled=lambda: bool(desk.vault.count(Attachment, case=case))
    )
    assert outcome.cancelled
    assert [each.attachment.name for each in outcome.attached] == ["a.txt"]
    assert {path.name for path in stored_files(desk)} == set(desk.vault.blobs())


def test_a_fault_of_the_program_is_no_refusal(desk, case, monkeypatch):
    monkeypatch.setattr(desk.reader, "detect", fail)
    with pytest.raises(Fault):
        attachments.attach_all(desk, case, attachments.candidates([LOG]), incoming())


# --- names ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        (b"caf\xe9.txt", "caf\ufffd.txt"),
        ("invoice\u202efdp.exe".encode(), "invoice‹U+202E›fdp.exe"),
        (b"two\nlines.txt", "two lines.txt"),
        (b"bell\x07.txt", "bell.txt"),
        ("résumé.pdf".encode(), "résumé.pdf"),
    ],
)
def test_a_foreign_name_is_kept_as_safe_text(desk, case, tmp_path, name, shown):
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + name))
    path.write_bytes(b"content")
    assert attachments.attach(desk, case, path, incoming()).attachment.name == shown


@given(st.binary(min_size=1, max_size=60).filter(lambda name: b"/" not in name and b"\0" not in name))
def test_any_name_can_be_kept(name):
    shown = attachments.shown_name(Path("/folder") / os.fsdecode(name))
    assert shown.strip("\n") and shown.encode() and "\n" not in shown


# --- custody -------------------------------------------------------------------------------------------------------


def test_verifying_reads_everything_and_is_journaled(desk, case):
    kept = attachments.attach(desk, case, LOG, incoming()).attachment
    assert attachments.custody(desk, kept) == attachments.Custody("R. Ibarra", None)
    attachments.verify(desk, kept)
    known = attachments.custody(desk, kept)
    assert known.verified == desk.vault.entries(case)[0].at
    assert verbs(desk, case)[0] == "attachment verified"


def blob_of(desk, kept):
    return desk.blobs.folder / kept.id[:2] / kept.id


def test_a_changed_file_is_found_and_not_noted_as_verified(desk, case):
    kept = attachments.attach(desk, case, LOG, incoming()).attachment
    data = bytearray(blob_of(desk, kept).read_bytes())
    data[len(data) // 2] ^= 1
    blob_of(desk, kept).write_bytes(data)
    with pytest.raises(AttachmentDamaged):
        attachments.verify(desk, kept)
    assert "attachment verified" not in verbs(desk, case)


def test_another_hash_in_the_record_is_found(desk, case):
    kept = attachments.attach(desk, case, LOG, incoming()).attachment
    with pytest.raises(AttachmentDamaged, match="its SHA-512 is another one"):
        attachments.verify(desk, kept.model_copy(update={"sha512": "0" * 128}))


def test_a_file_that_is_not_here_is_named(desk, case):
    kept = attachments.attach(desk, case, LOG, incoming()).attachment
    blob_of(desk, kept).unlink()
    with pytest.raises(AttachmentMissing):
        attachments.open_bytes(desk, kept)
    with pytest.raises(AttachmentMissing):
        attachments.open_bytes(desk, kept.model_copy(update={"id": "0" * 32}))
