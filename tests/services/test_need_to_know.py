# SPDX-License-Identifier: Apache-2.0
"""Whoever is not assigned finds no trace of a case: every answer of the vault, asked one after the other."""

from dataclasses import dataclass

import pytest

from reviewer_app.domain.cases import Case
from reviewer_app.domain.evidence import Attachment
from reviewer_app.domain.memos import Memo
from reviewer_app.domain.notes import Note
from reviewer_app.domain.people import Person, Role
from reviewer_app.domain.record import Record
from reviewer_app.errors import EntryError, RecordMissing, RoleLacking
from reviewer_app.services import (
    assignments,
    attachments,
    cases,
    checking,
    docket,
    findings,
    history,
    memos,
    notes,
    preferences,
    vaults,
)
from reviewer_app.services.desk import Desk
from reviewer_app.vault.tables import KINDS
from tests.desks import add_colleague, make_desk, sign_in
from tests.factories import LOG, incoming, make_case, make_note

SECRET = "ZEBRAFISH"


@dataclass
class Two:
    """A vault with one case that a reviewer knows and one, full of a secret word, that she does not."""

    desk: Desk
    known: str
    hidden: str
    hidden_number: str
    attachment: Attachment
    note: Note
    memo: Memo


def fill(folder) -> tuple[Desk, Two]:
    desk = make_desk(folder)
    reviewer = add_colleague(desk, "N. Reviewer", (Role.REVIEWER,))
    add_colleague(desk, "S. Officer", (Role.OFFICER,))
    known = make_case(desk, codename="BLUE HERON").id
    made = make_case(desk, codename=SECRET, developer=f"{SECRET} Works", build=f"{SECRET}-1")
    assignments.assign(desk, known, {desk.person.id, reviewer})
    note = make_note(desk, made.id, f"(U) {SECRET} was seen.", title=f"About {SECRET}")
    attached = attachments.attach(desk, made.id, LOG, incoming(source=f"{SECRET} host")).attachment
    findings.add(desk, made.id, f"{SECRET} in an archiver", "U", evidence=[attached.id])
    memo, _ = memos.keep(desk, made.id, memos.opening(desk, made.id), final=False)
    notes.keep_draft(desk, notes.place(made.id), f"(U) {SECRET} draft")
    return desk, Two(desk, known, made.id, made.number, attached, note, memo)


@pytest.fixture(scope="module", params=["N. Reviewer", "S. Officer"])
def stranger(request, tmp_path_factory):
    """A reviewer, and an officer, at a vault where they are not assigned to the hidden case."""
    desk, two = fill(tmp_path_factory.mktemp("vault"))
    person = next(each.id for each in desk.vault.find(Person) if each.name == request.param)
    two.desk = sign_in(desk, person)
    yield two
    vaults.leave(two.desk)


def known(two):
    return {two.known} if Role.REVIEWER in two.desk.roles else set()


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_no_record_of_it_is_found_counted_or_fetched(stranger, kind: type[Record]):
    records, whole = stranger.desk.records, stranger.desk.vault
    assert SECRET not in repr(records.find(kind))
    if "case" in kind.model_fields:
        assert records.find(kind, case=stranger.hidden) == [] and records.count(kind, case=stranger.hidden) == 0
        assert {each.case for each in records.find(kind)} <= known(stranger)
        for each in whole.find(kind, case=stranger.hidden):
            assert records.get(kind, each.id) is None and records.history_of(each.id) == []
    assert records.count(kind) == len(records.find(kind))


def test_it_stands_in_no_list_count_or_search(stranger):
    desk = stranger.desk
    assert [line.case for line in docket.lines(desk)] == sorted(known(stranger))
    assert desk.records.search(SECRET) == [] and desk.records.search(SECRET[:3]) == []
    assert desk.records.search("seen") == [] and desk.vault.search(SECRET) != []
    assert {hit.case for hit in desk.records.search("heron") if hit.kind == "case"} == known(stranger)
    assert desk.records.blobs() == [] and desk.records.blob(stranger.attachment.id) is None
    assert desk.records.entries(stranger.hidden) == []
    assert {entry.case for entry in desk.records.entries()} - {None} <= known(stranger)
    assert desk.records.conflicts(stranger.hidden) == [] and desk.records.absent(stranger.hidden) == []
    assert not desk.records.knows(stranger.hidden)
    assert history.lines(desk, stranger.hidden) == []
    assert desk.records.drafts(desk.person.id) == []
    assert preferences.recall(desk, "place") == ""


def test_the_state_of_the_vault_counts_nothing_of_it(stranger):
    told = dict(checking.health(stranger.desk).facts())
    if Role.OFFICER in stranger.desk.roles:
        assert told["Attachments"].startswith("2,")
    else:
        assert "Journal" not in told and told["Your attachments"].startswith("0,")


def test_what_is_done_to_it_is_refused_as_if_it_were_not_there(stranger):
    desk, hidden = stranger.desk, stranger.hidden
    refused = RecordMissing if Role.REVIEWER in desk.roles else (RecordMissing, RoleLacking)
    before = (len(desk.vault.entries()), sorted(path for path in desk.vault.folder.glob("blobs/??/*")))
    for act in (
        lambda: cases.visit(desk, hidden),
        lambda: cases.case_file(desk, hidden),
        lambda: make_note(desk, hidden),
        lambda: notes.edit(desk, stranger.note, "T", "(U) x"),
        lambda: attachments.attach(desk, hidden, LOG, incoming()),
        lambda: attachments.verify(desk, stranger.attachment),
        lambda: findings.add(desk, hidden, "T", "U"),
        lambda: memos.keep(desk, hidden, memos.Writing("(U) S", "A", "B", "(U) x"), final=False),
        lambda: assignments.assign(desk, hidden, {desk.person.id}),
    ):
        with pytest.raises(
            (refused, attachments.AttachmentMissing)
            if isinstance(refused, type)
            else (*refused, attachments.AttachmentMissing)
        ) as caught:
            act()
        assert SECRET not in str(caught.value)
    assert (len(desk.vault.entries()), sorted(path for path in desk.vault.folder.glob("blobs/??/*"))) == before


def test_its_number_is_not_given_twice_and_the_refusal_does_not_name_it(stranger):
    if Role.REVIEWER not in stranger.desk.roles:
        return
    with pytest.raises(EntryError) as caught:
        make_case(stranger.desk, number=stranger.hidden_number)
    assert "taken" not in str(caught.value) and SECRET not in str(caught.value)
    assert cases.next_number(stranger.desk) not in (stranger.hidden_number,)


def test_a_supervisor_sees_the_whole_docket_and_assigns(tmp_path):
    desk, two = fill(tmp_path)
    supervisor = add_colleague(desk, "P. Supervisor", (Role.SUPERVISOR,))
    reviewer = next(each.id for each in desk.vault.find(Person) if each.name == "N. Reviewer")
    officer = next(each.id for each in desk.vault.find(Person) if each.name == "S. Officer")
    desk = sign_in(desk, supervisor)
    assert {line.case for line in docket.lines(desk)} == {two.known, two.hidden}
    assert desk.records.search(SECRET) != []
    assert {each.name for each in assignments.candidates(desk, two.hidden)} >= {"N. Reviewer", "P. Supervisor"}
    assert "S. Officer" not in {each.name for each in assignments.candidates(desk, two.hidden)}
    with pytest.raises(EntryError, match="neither reviewer nor supervisor"):
        assignments.assign(desk, two.hidden, {officer})
    assert assignments.assign(desk, two.hidden, {reviewer}) and not assignments.assign(desk, two.hidden, {reviewer})
    desk = sign_in(desk, reviewer)
    assert cases.visit(desk, two.hidden).case.codename == SECRET
    assert [each.name for each in assignments.candidates(desk, two.hidden) if each.assigned] == ["N. Reviewer"]
    with pytest.raises(RoleLacking):
        assignments.assign(desk, two.hidden, set())
    desk = sign_in(desk, supervisor)
    assignments.assign(desk, two.hidden, set())
    desk = sign_in(desk, reviewer)
    assert [line.case for line in docket.lines(desk)] == [two.known]
    assert not desk.records.knows(two.hidden) and desk.records.get(Case, two.hidden) is None
    vaults.leave(desk)
