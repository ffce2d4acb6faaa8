# SPDX-License-Identifier: Apache-2.0
"""What an act writes: J1, J2, J3, J5 and J6 on one vault."""

import threading
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from pydantic import ValidationError
from sqlalchemy import text

from reviewer_app.domain.canonical import canonical, digest, new_id, parse
from reviewer_app.domain.cases import Agreement, Assignment, Case, DatedFact, FactKind, Precision
from reviewer_app.domain.notes import Note
from reviewer_app.domain.people import Person, Setting
from reviewer_app.domain.record import Record
from reviewer_app.errors import InConflict, NeedsSecondPerson, RecordMissing, RolledBack, Stale, VaultDamaged
from reviewer_app.vault import fold
from reviewer_app.vault.apply import apply, rebuild
from reviewer_app.vault.operation import Head, Operation
from reviewer_app.vault.tables import KINDS, OUTSIDE_THE_FOLD, TABLES
from reviewer_app.vault.vault import Vault
from tests.vault.histories import (
    ANA,
    BO,
    KEYS,
    NOW,
    SAM,
    SUE,
    add_note,
    ask,
    edit_note,
    findings,
    make_case,
    note_of,
    tamper,
)


def found(vault: Vault, word: str) -> int:
    return len(vault.search(word))


# --- values --------------------------------------------------------------------------------------------------------


def test_values_come_back_equal_with_utc_milliseconds_and_composed_letters(vault: Vault) -> None:
    opened = datetime(2026, 7, 1, 9, 30, 1, 123999, timezone(timedelta(hours=-4)))
    case = make_case(vault, opened=opened)
    again = vault.get(Case, case.id)
    assert again == case and again.opened == datetime(2026, 7, 1, 13, 30, 1, 123000, UTC)
    note = add_note(vault, case.id, "Cafe\u0301")
    assert vault.get(Note, note.id).body == "Caf\u00e9"
    assert edit_note(vault, note, body="Tea").body == "Tea"


def test_truth_values_and_absent_fields_come_back_as_they_were(vault: Vault) -> None:
    case = make_case(vault)
    terms = Agreement(case=case.id, reference="A-7", developer_may_be_named=True)
    with vault.record("agreement recorded", person=ANA, case=case.id) as tx:
        tx.create(terms)
    assert vault.get(Agreement, terms.id) == terms
    assert vault.find(Agreement, developer_may_be_named=True, signed=None) == [terms]
    assert findings(vault) == []


def test_no_kind_has_a_floating_point_field() -> None:
    assert not [kind for kind in KINDS.values() for field in kind.model_fields.values() if "float" in str(field)]


def test_records_are_found_by_case_and_fields_in_order(vault: Vault) -> None:
    case, second = make_case(vault), make_case(vault, "R-2")
    bodies = [add_note(vault, case.id, body).body for body in ("b", "c", "a")]
    add_note(vault, second.id, "a")
    assert [note.body for note in vault.find(Note, case=case.id)] == bodies
    assert [note.body for note in vault.find(Note, case=case.id, order_by="-body")] == ["c", "b", "a"]
    assert (vault.count(Note), vault.count(Note, case=case.id), vault.count(Note, body="a")) == (4, 3, 2)
    assert vault.get(Note, new_id()) is None


def test_a_row_changed_into_nonsense_is_named_not_shown(vault: Vault) -> None:
    case = make_case(vault)
    tamper(vault, "UPDATE \"case\" SET access = 'granted'")
    with pytest.raises(VaultDamaged, match=case.id):
        vault.get(Case, case.id)


# --- acts ----------------------------------------------------------------------------------------------------------


def test_an_entry_says_who_when_what_and_continues_both_chains(vault: Vault) -> None:
    case = make_case(vault)
    make_case(vault, "R-2")
    note = add_note(vault, case.id)
    last, _, first = vault.entries()
    assert (last.verb, last.person, last.case, last.subject, last.outcome, last.changes) == (
        "note added",
        ANA,
        case.id,
        note.id,
        "done",
        1,
    )
    (stored, stored_hash), *_ = ask(vault, "SELECT text, hash FROM entry ORDER BY number DESC")
    entry = parse(stored)
    assert digest(stored) == stored_hash == last.hash and canonical(entry) == stored
    assert entry["case_previous"] == first.hash and entry["previous"] == vault.entries(limit=2)[1].hash
    assert entry["replica"] == vault.replica and entry["sequence"] == 3
    assert (datetime.now(UTC) - last.at) < timedelta(minutes=1) and vault.last_moment() == last.at


def test_the_formats_fields_are_these_and_no_others(vault: Vault) -> None:
    add_note(vault, make_case(vault).id)
    (entry,), *_ = ask(vault, "SELECT text FROM entry ORDER BY number DESC")
    (head, values, salt), *_ = ask(vault, "SELECT text, values_text, salt FROM operation ORDER BY number DESC")
    assert list(parse(entry)) == [
        "at",
        "case",
        "case_previous",
        "id",
        "operations",
        "outcome",
        "person",
        "previous",
        "replica",
        "second",
        "sequence",
        "subject",
        "verb",
    ]
    assert list(parse(head)) == ["action", "erases", "id", "kind", "marking", "parents", "record", "seal", "version"]
    assert parse(head)["seal"] == digest(salt + values) and len(salt) == 32
    assert parse(entry)["operations"] == [digest(head)]
    assert list(parse(values)) == ["about", "author", "body", "case", "entered_in_error", "title", "written"]


def test_reads_that_matter_are_entries_without_operations(vault: Vault) -> None:
    case = make_case(vault)
    with vault.record("case read", person=BO, case=case.id):
        pass
    assert vault.entries(case.id)[0].changes == 0 and findings(vault) == []


def test_history_is_paged_by_arrival(vault: Vault) -> None:
    case = make_case(vault)
    make_case(vault, "R-2")
    for body in "abc":
        add_note(vault, case.id, body)
    newest = vault.entries(case.id, limit=2)
    older = vault.entries(case.id, limit=5, before=newest[-1].number)
    assert [entry.sequence for entry in newest + older] == [5, 4, 3, 1]
    assert [entry.sequence for entry in vault.entries(newest_first=False, before=2)] == [3, 4, 5]


def test_earlier_values_of_a_dated_fact_stay_readable(vault: Vault) -> None:
    case = make_case(vault)
    fact = DatedFact(case=case.id, what=FactKind.ACCESS_GRANTED, moment=NOW, zone="UTC", source="Letter")
    with vault.record("date recorded", person=ANA, case=case.id) as tx:
        tx.create(fact)
    with vault.record("date changed", person=BO, case=case.id) as tx:
        tx.set(fact, moment=NOW + timedelta(days=1), reason="Second letter")
    first, second = vault.history_of(fact.id)
    assert (first.action, first.values["moment"], first.entry.person) == ("create", "2026-12-03T17:00:00.000Z", ANA)
    assert (second.action, second.values["moment"], second.entry.verb) == (
        "set",
        "2026-12-04T17:00:00.000Z",
        "date changed",
    )


@pytest.mark.parametrize(
    ("part", "value"),
    [("verb", "Note about Heron added!"), ("person", "Ana Maria"), ("outcome", "Heron"), ("subject", "the codename")],
)
def test_entries_have_no_room_for_case_text(vault: Vault, part: str, value: str) -> None:
    with (
        pytest.raises(ValidationError) as refused,
        vault.record(**{"verb": "noted", "person": ANA, part: value}),
    ):
        pass
    assert value not in str(refused.value) and vault.entries() == []


def test_a_record_is_recorded_in_an_entry_on_its_own_case_only(vault: Vault) -> None:
    case, second = make_case(vault), make_case(vault, "R-2")
    note = add_note(vault, case.id)
    for work in (
        lambda tx: tx.create(note_of(case.id)),
        lambda tx: tx.set(note, body="x"),
        lambda tx: tx.delete(note),
        lambda tx: tx.create(Person(name="Ana")),
    ):
        with pytest.raises(ValueError, match="own case"), vault.record("mistaken", person=ANA, case=second.id) as tx:
            work(tx)
    with pytest.raises(ValueError, match="own case"), vault.record("moved", person=ANA, case=case.id) as tx:
        tx.set(note, case=second.id)


def test_an_edit_of_what_has_changed_since_is_refused(vault: Vault) -> None:
    note = add_note(vault, make_case(vault).id, "one")
    edit_note(vault, note, body="two")
    with pytest.raises(Stale):
        edit_note(vault, note, body="three")
    assert edit_note(vault, note, title="Other field").body == "two"


def test_what_is_deleted_is_out_of_the_case_and_can_be_revived(vault: Vault) -> None:
    note = add_note(vault, make_case(vault).id, "zebra")
    with vault.record("note deleted", person=ANA, case=note.case) as tx:
        tx.delete(note)
    assert vault.get(Note, note.id) is None and found(vault, "zebra") == 0
    for work in (
        lambda tx: tx.set(note, body="x"),
        lambda tx: tx.delete(note),
        lambda tx: tx.delete(note_of(note.case)),
    ):
        with pytest.raises(RecordMissing), vault.record("mistaken", person=ANA, case=note.case) as tx:
            work(tx)
    with vault.record("note revived", person=ANA, case=note.case) as tx:
        tx.resolve(note)
    assert vault.get(Note, note.id) == note and found(vault, "zebra") == 1 and findings(vault) == []


def test_one_act_may_say_many_things_and_sees_them(vault: Vault) -> None:
    case = make_case(vault)
    with vault.record("imported", person=ANA, case=case.id) as tx:
        notes = [note_of(case.id, str(number)) for number in range(30)]
        for note in notes:
            tx.create(note)
        changed = tx.set(notes[3], body="again")
        tx.set(changed, body="and again")
        tx.delete(notes[4])
    assert vault.count(Note) == 29 and vault.get(Note, notes[3].id).body == "and again"
    assert vault.entries()[0].changes == 33 and findings(vault) == []


def test_acts_of_many_threads_follow_each_other(vault: Vault) -> None:
    case = make_case(vault)
    threads = [threading.Thread(target=add_note, args=(vault, case.id, str(number))) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert vault.count(Note) == 8 and findings(vault) == []


def test_an_act_inside_an_act_is_a_mistake_not_a_standstill(vault: Vault) -> None:
    with pytest.raises(RuntimeError), vault.record("outer", person=ANA), vault.record("inner", person=ANA):
        pass
    assert vault.entries() == []


# --- J1 and J2 -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE note SET body = 'x'",
        "UPDATE note SET marking = 'U'",
        "DELETE FROM note",
        "UPDATE note SET id = 'z' || substr(id, 2)",
        'INSERT INTO note(id, marking, "case", title, body, author, written) '
        "SELECT 'f' || substr(id, 2) || 'f', marking, \"case\", title, body, author, written FROM note",
        "INSERT INTO conflict(record, field, operation) SELECT id, 'body', id FROM note",
    ],
)
def test_j1_a_table_changed_behind_the_journal_is_found(vault: Vault, change: str) -> None:
    note = add_note(vault, make_case(vault).id, marking="S")
    assert findings(vault) == []
    tamper(vault, change)
    assert any(note.id[1:] in finding.where for finding in findings(vault))


def test_j1_stale_words_in_the_search_index_are_found(vault: Vault) -> None:
    add_note(vault, make_case(vault).id, "zebra")
    tamper(vault, "INSERT INTO note_search(rowid, title, body) VALUES(99, 'x', 'planted')")
    assert [finding.where for finding in findings(vault)] == ["search note"]


def test_j2_making_the_tables_again_from_operations_gives_the_same(vault: Vault) -> None:
    case = make_case(vault)
    note = edit_note(vault, add_note(vault, case.id, "one"), body="two", marking="C")
    tamper(vault, 'DELETE FROM "case"', "DELETE FROM note")
    assert [finding.where.split()[0] for finding in findings(vault)][:2] == ["case", "note"]
    with vault.record("tables made again", person=ANA) as tx:
        rebuild(tx.connection)
    assert findings(vault) == [] and vault.get(Note, note.id) == note and found(vault, "two") == 1


class OldNote(Record):
    kind = "note"


class OldFact(Record):
    kind = "dated_fact"


def test_j2_old_operations_are_read_in_todays_words(vault: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Note, "version", 2)
    monkeypatch.setattr(DatedFact, "version", 2)
    monkeypatch.setitem(fold.UPCASTERS, ("note", 1), fold.rename("text", "body"))
    monkeypatch.setitem(fold.UPCASTERS, ("dated_fact", 1), fold.add("precision", "minute"))
    case = make_case(vault)
    said = note_of(case.id).scalars()
    record = said.pop("id")
    del said["marking"], said["body"]
    made = Operation.new(
        "create", OldNote, record, marking="U", values={**said, "text": "old"}, parents={"marking": ()}
    )
    heads = (made.head.id,)
    edit = Operation.new(
        "set", OldNote, record, marking="U", values={"text": "older"}, parents={"marking": heads, "text": heads}
    )
    dated = DatedFact(case=case.id, what=FactKind.INQUIRY, moment=NOW, zone="UTC", source="Letter").scalars()
    fact = dated.pop("id")
    del dated["marking"], dated["precision"]
    date = Operation.new("create", OldFact, fact, marking="U", values=dated, parents={"marking": ()})
    with vault.record("imported", person=ANA, case=case.id) as tx:
        apply(tx.connection, [(tx.entry, operation) for operation in (edit, made, date)])
        tx.digests += [operation.digest for operation in (edit, made, date)]
    assert vault.get(Note, record).body == "older"
    assert vault.get(DatedFact, fact).precision is Precision.MINUTE
    assert vault.history_of(record)[1].values["body"] == "old"
    assert findings(vault) == []


# --- J3 ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "reason", "place"),
    [
        ("UPDATE entry SET text = json_set(text, '$.person', 'eve') WHERE number = 3", "text was changed", 3),
        ("DELETE FROM entry WHERE number = 3", "an entry before it is missing", 4),
        (
            "UPDATE entry SET text = (SELECT text FROM old WHERE old.number = 7 - entry.number) WHERE number IN (3, 4)",
            "text was changed",
            3,
        ),
        (
            "UPDATE entry SET (text, hash) = (SELECT text, hash FROM old WHERE old.number = 7 - entry.number) "
            "WHERE number IN (3, 4)",
            "order of arrival was changed",
            4,
        ),
        ("DELETE FROM entry WHERE number = 6", "rolled back", None),
        (
            "INSERT INTO entry(text, hash) SELECT json_set(text, '$.id', 'f', '$.sequence', 7), hash FROM entry "
            "WHERE number = 6",
            "text was changed",
            None,
        ),
        (
            "UPDATE operation SET text = json_set(text, '$.marking', 'TS') WHERE number = 3",
            "operations were changed",
            3,
        ),
        (
            "UPDATE operation SET values_text = json_set(values_text, '$.body', 'x') WHERE number = 3",
            "values of an operation were changed",
            3,
        ),
        ("UPDATE operation SET salt = NULL WHERE number = 3", "values of an operation were changed", 3),
        ("DELETE FROM operation WHERE number = 3", "operations were changed", 3),
        (
            "INSERT INTO operation(entry, text) SELECT entry, json_set(text, '$.id', 'f') FROM operation "
            "WHERE number = 3",
            "operations were changed",
            3,
        ),
        (
            "INSERT INTO operation(entry, text) SELECT 'f', json_set(text, '$.id', 'f') FROM operation WHERE number = 3",
            "operations without their entry",
            None,
        ),
    ],
)
def test_j3_every_change_to_history_is_reported_at_the_first_bad_entry(
    vault: Vault, change: str, reason: str, place: int | None
) -> None:
    case = make_case(vault)
    for number in range(5):
        add_note(vault, case.id, f"n{number}")
    ids = dict(ask(vault, "SELECT number, id FROM entry"))
    if "FROM old" in change:
        tamper(vault, "DROP INDEX entry_id", "DROP INDEX entry_chain", "CREATE TEMP TABLE old AS SELECT * FROM entry")
    tamper(vault, change)
    first = findings(vault)[0]
    assert reason in first.what
    assert place is None or first.where == f"entry {ids[place]}"


def test_j3_a_chain_made_again_by_a_key_holder_does_not_reach_the_anchor(vault: Vault) -> None:
    add_note(vault, make_case(vault).id)
    (stored,), *_ = ask(vault, "SELECT text FROM entry WHERE number = 2")
    forged = canonical({**parse(stored), "person": BO})
    with vault.engine.begin() as connection:
        connection.execute(
            text("UPDATE entry SET text = :text, hash = :hash WHERE number = 2"),
            {"text": forged, "hash": digest(forged)},
        )
    assert "rolled back" in findings(vault)[0].what


def test_j3_an_old_database_under_a_new_anchor_is_a_roll_back(vault: Vault, tmp_path: Path) -> None:
    case = make_case(vault)
    vault.checkpoint()
    folder = tmp_path / "a.vault"
    old = (folder / "vault.db").read_bytes()
    add_note(vault, case.id, "later")
    vault.engine.dispose()
    (folder / "vault.db").write_bytes(old)
    with pytest.raises(RolledBack, match="entry 2"):
        Vault.open(folder, KEYS)


# --- J5 and J6 -----------------------------------------------------------------------------------------------------


def test_j5_an_error_leaves_neither_change_nor_entry(vault: Vault) -> None:
    case = make_case(vault)
    with pytest.raises(ZeroDivisionError), vault.record("note added", person=ANA, case=case.id) as tx:
        tx.create(note_of(case.id, "never"))
        tx.keep_blob("e" * 32, bytes(40), 7)
        tx.flush()
        raise ZeroDivisionError
    assert vault.find(Note) == [] and vault.blobs() == [] and findings(vault) == []
    assert vault.anchor.read().sequence == 1


@pytest.mark.parametrize("second", [None, SAM])
def test_j6_erasing_and_destroying_need_a_second_person(vault: Vault, second: str | None) -> None:
    note = add_note(vault, make_case(vault).id)
    for work in (lambda tx: tx.erase(note, body="x"), lambda tx: tx.drop_blob("e" * 32)):
        with (
            pytest.raises(NeedsSecondPerson),
            vault.record("spill erased", person=SAM, second=second, case=note.case) as tx,
        ):
            work(tx)


def erase(vault: Vault, note: Note, **replacements: object) -> None:
    with vault.record("spill erased", person=SAM, second=SUE, case=note.case) as tx:
        tx.erase(note, **replacements)


def test_j6_an_erased_value_is_gone_from_every_place_and_the_journal_still_verifies(
    vault: Vault, tmp_path: Path
) -> None:
    case = make_case(vault)
    note = add_note(vault, case.id, "zebra spilled", title="zebra title")
    note = edit_note(vault, note, body="zebra again")
    erase(vault, note, body="[erased]", title="[erased]")
    assert vault.get(Note, note.id).body == "[erased]" and found(vault, "zebra") == 0 and found(vault, "erased") == 1
    assert [said.values is None for said in vault.history_of(note.id)] == [True, True, False]
    assert vault.history_of(note.id)[2].entry.second == SUE and findings(vault) == []
    for table, column in (("operation", "values_text"), ("note", "title || body")):
        assert ask(vault, f"SELECT count(*) FROM {table} WHERE {column} LIKE '%zebra%'") == [(0,)]
    blocks = [block for (block,) in ask(vault, "SELECT block FROM note_search_data")]
    assert not [block for block in blocks if b"zebra" in block]
    assert (tmp_path / "a.vault/vault.db-wal").stat().st_size == 0


def test_j6_a_log_a_reader_still_needs_is_emptied_with_the_next_act(
    vault: Vault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    note = add_note(vault, make_case(vault).id, "zebra spilled")
    log = tmp_path / "a.vault/vault.db-wal"
    monkeypatch.setattr(vault, "checkpoint", lambda: False)
    erase(vault, note, body="[erased]")
    assert log.stat().st_size > 0
    monkeypatch.undo()
    with vault.record("case read", person=ANA, case=note.case):
        pass
    assert log.stat().st_size == 0


def test_j6_what_is_erased_in_a_deleted_record_stays_deleted(vault: Vault) -> None:
    note = add_note(vault, make_case(vault).id, "zebra spilled")
    with vault.record("note deleted", person=ANA, case=note.case) as tx:
        tx.delete(note)
    erase(vault, note, body="[erased]")
    assert vault.get(Note, note.id) is None and findings(vault) == []
    assert ask(vault, "SELECT count(*) FROM operation WHERE values_text LIKE '%zebra%'") == [(0,)]


def test_a_conflicted_field_is_not_set_before_a_person_resolves_it(vault: Vault) -> None:
    note = add_note(vault, make_case(vault).id, "one")
    head = vault.history_of(note.id)[0].operation
    twice = [
        Operation.new(
            "set",
            Note,
            note.id,
            marking="U",
            values={"body": body},
            parents=dict.fromkeys(("marking", "body"), (head,)),
        )
        for body in ("two", "three")
    ]
    with vault.record("imported", person=ANA, case=note.case) as tx:
        apply(tx.connection, [(tx.entry, operation) for operation in twice])
        tx.digests += [operation.digest for operation in twice]
    (conflict,) = vault.conflicts(note.case)
    assert (conflict.kind, conflict.record, conflict.field) == ("note", note.id, "body")
    assert [choice.values["body"] for choice in conflict.choices] == ["two", "three"]
    seen = vault.get(Note, note.id)
    with pytest.raises(InConflict):
        edit_note(vault, seen, body="four")
    assert edit_note(vault, seen, title="Not in conflict").title == "Not in conflict"
    with vault.record("conflict resolved", person=ANA, case=note.case) as tx:
        tx.resolve(seen, body="four")
    assert vault.conflicts(note.case) == [] and vault.get(Note, note.id).body == "four" and findings(vault) == []


# --- outside the fold ----------------------------------------------------------------------------------------------


def test_every_table_is_journal_projection_or_named_outside_the_fold(vault: Vault) -> None:
    names = {name for (name,) in ask(vault, "SELECT name FROM sqlite_master WHERE type = 'table'")}
    searched = {name for name in names if "_search" in name}
    journal = {"entry", "operation", "conflict"}
    assert names - searched == journal | TABLES.keys() | OUTSIDE_THE_FOLD.keys() - {"search"}
    assert searched and all(OUTSIDE_THE_FOLD.values())


def test_keys_of_attachments_are_kept_and_destroyed_outside_the_journal(vault: Vault) -> None:
    blob, wrapped = new_id(), bytes(range(40))
    case = make_case(vault)
    with vault.record("file attached", person=ANA, case=case.id) as tx:
        tx.keep_blob(blob, wrapped, 1234)
    assert vault.blob(blob) == (wrapped, 1234) and vault.blobs() == [blob]
    assert ask(vault, "SELECT count(*) FROM operation WHERE values_text LIKE :hex", hex=f"%{wrapped.hex()}%") == [(0,)]
    with vault.record("file destroyed", person=SAM, second=SUE, case=case.id, subject=blob) as tx:
        tx.drop_blob(blob)
    assert vault.blob(blob) is None and vault.blobs() == []


def test_drafts_and_preferences_are_kept_without_entries(vault: Vault) -> None:
    vault.save_draft("case/1/note", ANA, "half a")
    vault.save_draft("case/1/note", ANA, "half a sentence")
    vault.save_draft("case/1/note", BO, "other")
    (draft,) = vault.drafts(ANA)
    assert (draft.place, draft.text) == ("case/1/note", "half a sentence") and draft.saved_at.tzinfo is UTC
    vault.drop_draft("case/1/note", ANA)
    assert vault.drafts(ANA) == [] and len(vault.drafts(BO)) == 1
    assert vault.preference("columns") is None
    vault.set_preference("columns", "[1]")
    vault.set_preference("columns", "[2]")
    assert vault.preference("columns") == "[2]" and vault.entries() == [] and findings(vault) == []


# --- queries -------------------------------------------------------------------------------------------------------


def test_search_takes_words_as_beginnings_and_identifiers_as_words(vault: Vault) -> None:
    case = make_case(vault)
    note = add_note(vault, case.id, "Seen on 192.168.10.45 with CVE-2026-12345 and a caf\u00e9.")
    for words in ("192.168.10.45", "cve-2026-12345", "cafe", "SEEN caf", 'see"n', "first look seen"):
        expected = [] if '"' in words else [note.id]
        assert [hit.record for hit in vault.search(words)] == expected
    assert vault.search("  ") == [] and vault.search('"') == [] and vault.search("NEAR(") == []
    (hit,) = vault.search("heron")
    assert (hit.kind, hit.record, hit.case, hit.excerpt) == ("case", case.id, case.id, "Heron")


def test_the_docket_says_each_case_in_one_line(vault: Vault) -> None:
    case, plain = make_case(vault), make_case(vault, "R-2")
    people = [Person(id=ANA, name="Ana Lind"), Person(id=BO, name="Bo Marsh")]
    with vault.record("people added", person=ANA) as tx:
        for person in people:
            tx.create(person)
    later = NOW + timedelta(days=2)
    with vault.record("filled", person=ANA, case=case.id) as tx:
        for moment, precision, error in (
            (later, "minute", None),
            (NOW, "day", None),
            (NOW - timedelta(days=9), "day", "wrong case"),
        ):
            tx.create(
                DatedFact(
                    case=case.id,
                    what=FactKind.ACCESS_GRANTED,
                    moment=moment,
                    precision=Precision(precision),
                    zone="UTC",
                    source="Letter",
                    entered_in_error=error,
                )
            )
        for person in reversed(people):
            tx.create(Assignment(case=case.id, person=person.id))
    first, second = vault.docket()
    assert (first.number, first.granted, first.granted_precision) == ("R-1", NOW, "day")
    assert first.assignee == "Ana Lind, Bo Marsh" and first.ended is None and first.determination is None
    assert first.last_entry == vault.entries(case.id)[0].at
    assert (second.case, second.granted, second.assignee, second.findings) == (plain.id, None, None, 0)


def test_settings_belong_to_no_case(vault: Vault) -> None:
    with vault.record("policy changed", person=SAM) as tx:
        tx.create(Setting(name="idle_minutes", value="15"))
    assert vault.find(Setting)[0].value == "15" and findings(vault) == []


def test_a_head_holds_names_and_digests_only() -> None:
    operation = Operation.new("create", Note, new_id(), marking="U", values={"body": "zebra"}, parents={"marking": ()})
    assert "zebra" not in operation.text and operation.examined_head() == operation.head
    assert isinstance(operation.closed().head, Head) and operation.closed().is_sealed
