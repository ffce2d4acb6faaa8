# SPDX-License-Identifier: Apache-2.0
import errno
import os
import stat
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from reviewer_app.domain.evidence import Attachment
from reviewer_app.domain.memos import Memo, MemoState
from reviewer_app.errors import EntryError, MemoError, RecordMissing
from reviewer_app.services import attachments, cases, facts, memos
from reviewer_app.services.memos import Writing
from reviewer_app.vault.journal import Transaction
from tests.desks import leave_for, open_desk
from tests.factories import LOG, at, incoming, make_note


class Fault(RuntimeError):
    pass


def fail(*_args, **_kwargs):
    raise Fault


def refuse(*_args, **_kwargs):
    raise OSError(errno.EPERM, "Operation not permitted")


def pdf_of(desk, memo):
    with attachments.open_bytes(desk, memos.file_of(desk, memo)) as source:
        return b"".join(source.chunks())


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    yield from open_desk(tmp_path_factory)


def writing(body="(U) One paragraph.", subject="(U) Advisory review", **changes):
    return Writing(subject, changes.pop("addressee", "Director"), changes.pop("sender", "Office"), body)


def copy_out(desk, memo, folder):
    return memos.save_copy(desk, memo, folder, leave_for(desk, memos.COPIED_OUT, memo.case))


def waiting(points):
    return [point for point in points if not point.ok]


def test_a_new_memo_starts_with_a_closed_checklist(desk, case):
    assert waiting(memos.points(desk, case, memos.opening(desk, case))) == []


@pytest.mark.parametrize(
    ("body", "where", "what"),
    [
        ("(U) One.\n\nTwo without a mark.", 2, "no portion mark"),
        ("(U) One.\n\n(U) Two.\n\n(XX) Three.", 3, "not a valid mark"),
        ("(U) The model is approved.", 1, "“approved”"),
    ],
)
def test_an_open_point_leads_to_its_paragraph(desk, case, body, where, what):
    found = waiting(memos.points(desk, case, writing(body)))
    assert [point.where for point in found if point.where] == [where]
    assert what in found[0].what


def test_a_preview_keeps_nothing(desk, case):
    before = desk.vault.entries()
    made = memos.preview(desk, case, writing())
    assert made.pdf.startswith(b"%PDF-") and made.pages
    assert desk.vault.entries() == before
    assert desk.vault.find(Memo, case=case) == []


def test_a_kept_draft_is_a_government_record_with_its_memo(desk, case):
    memo, made = memos.keep(desk, case, writing("(S//NF) A sentence."), final=False)
    pdf = memos.file_of(desk, memo)
    assert (memo.state, memo.marking, pdf.marking) == (MemoState.DRAFT, "S//NF", "S//NF")
    assert (pdf.sha512, pdf.detected, pdf.size) == (made.sha512, "pdf", len(made.pdf))
    assert pdf.name.endswith("-1-draft.pdf")
    assert desk.vault.entries(case)[0].verb == "draft memo kept"
    with attachments.open_bytes(desk, pdf) as source:
        assert b"".join(source.chunks()) == made.pdf


def test_a_final_memo_waits_for_its_checklist(desk, case):
    with pytest.raises(MemoError):
        memos.keep(desk, case, writing("No mark."), final=True)
    assert desk.vault.find(Memo, case=case) == []
    assert desk.vault.find(Attachment, case=case) == []
    memo, _ = memos.keep(desk, case, writing(), final=True)
    assert memo.state is MemoState.FINAL and memo.revision


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"body": "(U) One.\n\n(S//NX) Two."}, "Paragraph 2"), ({"subject": "(S//NX) It"}, "Subject")],
)
def test_a_mark_that_is_not_valid_is_named_as_it_was_typed(desk, case, changes, field):
    with pytest.raises(EntryError, match=r"\(S//NX\) is not a valid portion mark") as refused:
        memos.keep(desk, case, writing(**changes), final=False)
    assert refused.value.facts["field"] == field


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("Subject", {"subject": "(U) Advisory \u202egnp.exe"}),
        ("To", {"addressee": "Dir\u200bector"}),
        ("From", {"sender": "Office" * 100}),
        ("Text", {"body": "(U) One \u2067two."}),
    ],
)
def test_what_cannot_be_seen_is_kept_in_no_memo(desk, case, field, changes):
    with pytest.raises(EntryError) as refused:
        memos.keep(desk, case, writing(**changes), final=False)
    assert refused.value.facts["field"] == field and desk.vault.find(Memo, case=case) == []


def test_what_the_vault_may_not_hold_is_an_open_point_while_it_is_typed(desk, case):
    low = replace(desk, policy=desk.policy.model_copy(update={"ceiling": "SECRET//NOFORN"}))
    text = writing("(U) One.\n\n(TS//NF) Two.")
    (point,) = waiting(memos.points(low, case, text))
    assert point.what.startswith("Paragraph 2: (TS//NF) is above SECRET//NOFORN") and point.where == 2
    with pytest.raises(EntryError, match="above SECRET//NOFORN"):
        memos.keep(low, case, text, final=False)
    assert waiting(memos.points(desk, case, text)) == []


def test_the_next_memo_starts_from_the_last(desk, case):
    memos.keep(desk, case, writing("(U) First.", subject="(U) One"), final=True)
    assert memos.kept_writing(desk, case) == writing("(U) First.", subject="(U) One")
    memos.keep_writing(desk, case, writing("(U) Second."))
    assert memos.kept_writing(desk, case).body == "(U) Second."
    memos.keep_writing(desk, case, memos.opening(desk, case))


def test_a_number_is_never_given_twice(desk, case):
    first, _ = memos.keep(desk, case, writing(), final=False)
    facts.strike_out(desk, first, "wrong addressee")
    second, _ = memos.keep(desk, case, writing(), final=False)
    assert (first.number, second.number) == (1, 2)


def test_a_fault_leaves_neither_pdf_nor_memo(desk, case, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(Transaction, "flush", fail)
        with pytest.raises(Fault):
            memos.keep(desk, case, writing(), final=False)
    assert desk.vault.find(Memo, case=case) == []
    stored = {path.name for path in desk.blobs.folder.rglob("*") if path.is_file()}
    assert stored == set(desk.vault.blobs())


def test_what_is_entered_in_error_and_earlier_memos_stay_out_of_a_memo(desk, case):
    log = attachments.attach(desk, case, LOG, incoming())
    note = make_note(desk, case)
    memos.keep(desk, case, writing(), final=False)

    def held():
        return memos.freeze(memos.records_of(desk, cases.case_file(desk, case)), desk.policy).records

    assert [each.id for each in held().attachments] == [log.attachment.id]
    assert (len(held().evaluations), len(held().notes)) == (1, 1)
    facts.strike_out(desk, log.attachment, "wrong case")
    facts.strike_out(desk, note, "wrong case")
    assert (held().attachments, held().evaluations, held().notes) == ((), (), ())


# --- the draft -----------------------------------------------------------------------------------------------------


def test_the_text_is_kept_outside_the_journal_and_found_again(desk, case):
    before = desk.vault.entries()
    assert memos.kept_writing(desk, case) == memos.opening(desk, case)
    typed = writing("(U) Half a sent", addressee="")
    memos.keep_writing(desk, case, typed)
    assert memos.kept_writing(desk, case) == typed
    assert desk.vault.entries() == before
    memos.keep_writing(desk, case, memos.opening(desk, case))
    assert [draft.place for draft in desk.vault.drafts(desk.person.id)] == []


def test_a_final_memo_ends_its_draft(desk, case):
    memos.keep_writing(desk, case, writing())
    memos.keep(desk, case, writing(), final=False)
    assert memos.kept_writing(desk, case) == writing()
    memos.keep(desk, case, writing(), final=True)
    assert memos.kept_writing(desk, case) == memos.opening(desk, case)


@pytest.mark.parametrize("text", ["{", "[]", '{"subject": "s"}', '{"other": 1}'])
def test_a_draft_of_another_form_is_left_aside(desk, case, text):
    desk.vault.save_draft(f"memo:{case}", desk.person.id, text)
    assert memos.kept_writing(desk, case) == memos.opening(desk, case)


# --- copies --------------------------------------------------------------------------------------------------------


@pytest.fixture
def memo(desk, case):
    return memos.keep(desk, case, writing(), final=True)[0]


def test_a_copy_is_for_its_owner_alone_and_journaled(desk, memo, tmp_path):
    path = copy_out(desk, memo, tmp_path)
    assert path.read_bytes().startswith(b"%PDF-")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [path]
    entry = desk.vault.entries(memo.case)[0]
    assert (entry.verb, entry.subject, entry.changes) == ("memo copied out", memo.id, 0)


def test_a_copy_never_takes_the_place_of_a_file(desk, memo, tmp_path):
    path = copy_out(desk, memo, tmp_path)
    path.write_text("edited", encoding="utf-8")
    with pytest.raises(EntryError, match="holds a file named"):
        copy_out(desk, memo, tmp_path)
    assert path.read_text(encoding="utf-8") == "edited"
    path.unlink()
    path.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(EntryError):
        copy_out(desk, memo, tmp_path)


def test_a_folder_that_refuses_is_named(desk, memo, tmp_path):
    with pytest.raises(EntryError, match="cannot take the copy"):
        copy_out(desk, memo, tmp_path / "gone")
    with pytest.raises(EntryError, match="inside the vault"):
        copy_out(desk, memo, desk.vault.folder / "blobs")
    assert desk.vault.entries(memo.case)[0].verb != "memo copied out"


def test_copies_at_once_end_in_one_whole_file_and_one_entry(desk, memo, tmp_path):
    def copy(_):
        try:
            return copy_out(desk, memo, tmp_path)
        except EntryError:
            return None

    with ThreadPoolExecutor(6) as pool:
        made = [path for path in pool.map(copy, range(6)) if path]
    assert len(made) == 1 and made[0].read_bytes() == pdf_of(desk, memo)
    assert [path.name for path in tmp_path.iterdir()] == [made[0].name]
    assert [entry.verb for entry in desk.vault.entries(memo.case)].count("memo copied out") == 1


@pytest.mark.parametrize("links", [True, False])
def test_a_file_that_came_meanwhile_is_neither_replaced_nor_removed(desk, memo, tmp_path, monkeypatch, links):
    theirs = tmp_path / memos.file_of(desk, memo).name

    if not links:
        monkeypatch.setattr(os, "link", refuse)
        assert copy_out(desk, memo, tmp_path).read_bytes() == pdf_of(desk, memo)
        theirs.unlink()
    monkeypatch.setattr(os.path, "lexists", lambda _: False)
    theirs.write_text("somebody's")
    with pytest.raises(EntryError, match="cannot take the copy"):
        copy_out(desk, memo, tmp_path)
    assert theirs.read_text() == "somebody's" and list(tmp_path.iterdir()) == [theirs]


@pytest.mark.parametrize("where", ["fsync", "link", "replace", "record"])
def test_a_fault_leaves_nothing_in_the_folder(desk, memo, tmp_path, monkeypatch, where):
    with monkeypatch.context() as patch:
        if where == "fsync":
            patch.setattr(os, "fsync", fail)
        elif where == "link":
            patch.setattr(os, "link", fail)
        elif where == "replace":
            patch.setattr(os, "link", refuse)
            patch.setattr("pathlib.Path.replace", fail)
        else:
            patch.setattr("reviewer_app.vault.vault.append", fail)
        with pytest.raises(Fault):
            copy_out(desk, memo, tmp_path)
    assert list(tmp_path.iterdir()) == []
    assert desk.vault.entries(memo.case)[0].verb != "memo copied out"


def test_a_copy_is_on_record_before_it_is_outside_and_a_leftover_is_replaced(desk, memo, tmp_path):
    (tmp_path / f"{memos.file_of(desk, memo).name}.part").write_text("left by a kill", encoding="utf-8")
    path = copy_out(desk, memo, tmp_path)
    assert list(tmp_path.iterdir()) == [path] and path.read_bytes().startswith(b"%PDF-")
    assert [each.verb for each in desk.vault.entries(memo.case)[:2]] == ["memo copied out", "memo copy begun"]
    with pytest.raises(EntryError):
        copy_out(desk, memo, tmp_path / "gone")
    assert [each.verb for each in desk.vault.entries(memo.case)[:2]] == ["memo copy stopped", "memo copy begun"]


def test_a_memo_without_its_pdf_says_so(desk, memo):
    with pytest.raises(RecordMissing):
        memos.file_of(desk, memo.model_copy(update={"pdf": None}))


# --- signing ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def kept(desk, case):
    """A final memo of the person at the desk."""
    return memos.keep(desk, case, writing(), final=True)[0]


@pytest.fixture
def by_another(desk, kept):
    """The same memo, as somebody else wrote it."""
    return kept.model_copy(update={"author": "f" * 32})


def test_a_supervisor_signs_the_memo_of_another_once_in_their_own_name(desk, by_another):
    assert memos.may_sign(desk, by_another)
    made = memos.sign(desk, by_another, leave_for(desk, memos.SIGNED, by_another.case))
    assert (made.person, made.memo, made.marking) == (desk.person.id, by_another.id, by_another.marking)
    assert made.key == desk.opened.public_key.hex()
    (signed,) = memos.signed(desk, by_another)
    assert (signed.by, signed.at, signed.fits, signed.known) == (desk.person.name, made.signed, True, True)
    entry = desk.vault.entries(by_another.case)[0]
    assert (entry.verb, entry.subject) == (memos.SIGNED, by_another.id)
    assert not memos.may_sign(desk, by_another)
    with pytest.raises(EntryError, match="only a final memo is signed, once"):
        memos.sign(desk, by_another, leave_for(desk, memos.SIGNED, by_another.case))


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({}, "its author cannot sign it too"),
        ({"author": "f" * 32, "state": MemoState.DRAFT}, "only a final memo is signed"),
        ({"author": "f" * 32, "entered_in_error": at(2026, 11, 23)}, "only a final memo is signed"),
    ],
)
def test_neither_its_author_nor_anybody_else_signs_what_is_not_to_be_signed(desk, kept, changes, why):
    memo = kept.model_copy(update=changes)
    assert not memos.may_sign(desk, memo)
    with pytest.raises(EntryError, match=why):
        memos.sign(desk, memo, leave_for(desk, memos.SIGNED, memo.case))
    assert memos.signed(desk, memo) == []


def test_leave_for_another_act_signs_nothing(desk, by_another):
    with pytest.raises(ValueError, match="another act"):
        memos.sign(desk, by_another, leave_for(desk, memos.COPIED_OUT, by_another.case))


@pytest.mark.parametrize("what", ["file", "file missing", "moment", "person", "memo", "key", "signature"])
def test_a_signature_fits_its_memo_its_person_and_its_moment_alone(desk, by_another, monkeypatch, what):
    made = memos.sign(desk, by_another, leave_for(desk, memos.SIGNED, by_another.case))
    file, memo = memos.file_of(desk, by_another), by_another
    changed = {
        "moment": {"signed": at(2026, 11, 24)},
        "person": {"person": "e" * 32},
        "memo": {"memo": "d" * 32},
        "key": {"key": "0" * len(made.key)},
        "signature": {"signature": made.signature[:-2] + ("00" if made.signature[-2:] != "00" else "01")},
    }.get(what, {})
    if what == "file":
        monkeypatch.setattr(memos, "file_of", lambda *_: file.model_copy(update={"sha512": "0" * 128}))
    elif what == "file missing":
        memo = by_another.model_copy(update={"pdf": None})
    assert memos._checked(desk, by_another, made).fits or what == "file"
    assert not memos._checked(desk, memo, made.model_copy(update=changed)).fits
