# SPDX-License-Identifier: Apache-2.0
"""The full check: what was changed is named with its place, and half a check says nothing."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Connection

from reviewer_app.domain.cases import Case
from reviewer_app.domain.evidence import Attachment, Holding
from reviewer_app.domain.notes import Note
from reviewer_app.errors import CheckStopped, DatabaseDamaged, DatabaseMissing, RolledBack, VaultDamaged
from reviewer_app.vault.check import CheckFinding, check
from reviewer_app.vault.soundness import check_tables
from reviewer_app.vault.vault import Vault
from tests.vault.histories import (
    ANA,
    KEYS,
    NOW,
    SAM,
    SUE,
    add_note,
    ask,
    edit_note,
    findings,
    make_case,
    new_vault,
    note_of,
    tamper,
)

PAGE = 4096


def pages_of(path: Path) -> list[bytes]:
    content = path.read_bytes()
    return [content[start : start + PAGE] for start in range(0, len(content), PAGE)]


def replayed(folder: Path, before: list[bytes], wanted: Callable[[int], bool]) -> list[int]:
    """Puts old copies of pages back at their places, as somebody without any key can."""
    after = pages_of(folder / "vault.db")
    changed = [number for number, page in enumerate(before) if page != after[number] and wanted(number)]
    for number in changed:
        after[number] = before[number]
    (folder / "vault.db").write_bytes(b"".join(after))
    return changed


def root_page(vault: Vault, name: str) -> int:
    ((page,),) = ask(vault, "SELECT rootpage FROM sqlite_master WHERE name = :name", name=name)
    return page - 1  # type: ignore[operator]


def test_an_old_page_of_a_table_put_back_is_found(tmp_path: Path) -> None:
    folder = tmp_path / "a.vault"
    vault = new_vault(folder)
    case = make_case(vault)
    note = add_note(vault, case.id, "old text")
    vault.checkpoint()
    before, page = pages_of(folder / "vault.db"), root_page(vault, "note")
    edit_note(vault, note, body="new text")
    vault.close()
    assert replayed(folder, before, lambda number: number == page) == [page]
    vault = Vault.open(folder, KEYS)
    assert vault.get(Note, note.id).body == "old text"
    assert CheckFinding(f"note {note.id}", "the table does not say what the journal says") in check(vault)
    vault.close()


@pytest.mark.parametrize("table", ["entry", "operation"])
def test_an_old_page_of_the_journal_put_back_is_found(tmp_path: Path, table: str) -> None:
    folder = tmp_path / "a.vault"
    vault = new_vault(folder)
    case = make_case(vault)
    vault.checkpoint()
    before, page = pages_of(folder / "vault.db"), root_page(vault, table)
    add_note(vault, case.id)
    vault.close()
    assert replayed(folder, before, lambda number: number == page) == [page]
    try:
        vault = Vault.open(folder, KEYS)
    except (RolledBack, DatabaseDamaged):
        return
    found = check(vault)
    assert found and {finding.where.split()[0] for finding in found} & {"vault.db", "entry"}
    vault.close()


def test_a_row_changed_with_sql_and_a_deleted_entry_are_each_named(vault: Vault) -> None:
    case = make_case(vault)
    note = add_note(vault, case.id)
    add_note(vault, case.id)
    tamper(vault, f"UPDATE note SET title = 'x' WHERE id = '{note.id}'")
    first, *_ = findings(vault)
    assert first == CheckFinding(f"note {note.id}", "the table does not say what the journal says")
    ((third,),) = ask(vault, "SELECT id FROM entry WHERE number = 3")
    tamper(vault, "DELETE FROM entry WHERE number = 2")
    assert findings(vault)[0] == CheckFinding(f"entry {third}", "an entry before it is missing")


@pytest.mark.parametrize(
    "change",
    [
        "DELETE FROM entry WHERE number = (SELECT max(number) FROM entry)",
        "UPDATE entry SET hash = 'x' WHERE number = (SELECT max(number) FROM entry)",
    ],
)
def test_the_newest_entry_that_was_changed_behind_an_open_vault_is_not_built_upon(vault: Vault, change: str) -> None:
    case = make_case(vault)
    add_note(vault, case.id)
    before = vault.anchor.read()
    tamper(vault, change)
    with pytest.raises(VaultDamaged, match="newest entry was removed or changed"):
        add_note(vault, case.id)
    assert vault.anchor.read() == before
    assert findings(vault)


def test_a_vault_that_two_programs_have_open_says_so(vault: Vault) -> None:
    case = make_case(vault)
    second = Vault.open(vault.folder, KEYS)
    add_note(second, case.id)
    second.close()
    with pytest.raises(VaultDamaged, match="another program wrote into it"):
        add_note(vault, case.id)
    assert findings(vault) == []


def test_a_page_that_only_seemed_damaged_while_others_saved_is_no_finding(
    vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[bool] = []

    def moved_meanwhile(_: Connection) -> list[CheckFinding]:
        looks.append(vault._writer is not None)
        return [] if looks[-1] else [CheckFinding("vault.db", "HMAC verification failed for page 7")]

    monkeypatch.setattr("reviewer_app.vault.check.check_database", moved_meanwhile)
    assert findings(vault) == [] and looks == [False, True]


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ("INSERT INTO vault(replica) VALUES ('x')", "table vault"),
        ("INSERT INTO blob(id, wrapped_key, size) VALUES ('x', x'00', 1)", "blob x"),
    ],
)
def test_tables_outside_the_fold_are_looked_at_too(vault: Vault, change: str, where: str) -> None:
    tamper(vault, change)
    assert [finding.where for finding in findings(vault)] == [where]


@pytest.mark.parametrize(
    ("change", "where", "what"),
    [
        (
            "CREATE TRIGGER t AFTER INSERT ON blob BEGIN DELETE FROM blob WHERE id = new.id; END",
            "trigger t",
            "none of the program's",
        ),
        ("CREATE TABLE other(x)", "table other", "none of the program's"),
        ("CREATE INDEX note_body ON note(body)", "index note_body", "none of the program's"),
        ("DROP INDEX entry_at", "index entry_at", "missing"),
        ("ALTER TABLE blob ADD COLUMN more", "table blob", "changed"),
    ],
)
def test_what_is_not_the_programs_in_the_schema_is_named(vault: Vault, change: str, where: str, what: str) -> None:
    tamper(vault, change)
    (found,) = findings(vault)
    assert found.where == where and what in found.what


def attached(vault: Vault) -> Attachment:
    case = make_case(vault)
    made = Attachment.model_validate(
        {"case": case.id, "name": "log.eval", "sha512": "0" * 128, "size": 7, "detected": "pdf", "received": NOW}
        | {"holding": Holding.GOVERNMENT_RECORD, "source": "", "medium": ""}
    )
    with vault.record("file attached", person=ANA, case=case.id, subject=made.id) as tx:
        tx.create(made)
        tx.keep_blob(made.id, bytes(40), 7)
    return made


def test_a_key_deleted_behind_the_journal_is_named_and_a_destroyed_one_is_not(vault: Vault) -> None:
    lost, destroyed = attached(vault), attached(vault)
    tamper(vault, f"DELETE FROM blob WHERE id = '{lost.id}'")
    with vault.record("file destroyed", person=SAM, second=SUE, case=destroyed.case, subject=destroyed.id) as tx:
        tx.drop_blob(destroyed.id)
    assert [finding.where for finding in findings(vault)] == [f"attachment {lost.id}"]


def test_values_nobody_erased_are_missed_though_row_and_words_are_gone_with_them(vault: Vault) -> None:
    note = add_note(vault, make_case(vault).id)
    ((entry,),) = ask(vault, "SELECT entry FROM operation WHERE record = :note", note=note.id)
    tamper(
        vault,
        f"INSERT INTO note_search(note_search, rowid, title, body) SELECT 'delete', rowid, title, body FROM note "
        f"WHERE id = '{note.id}'",
        f"UPDATE operation SET values_text = NULL, salt = NULL WHERE record = '{note.id}'",
        f"DELETE FROM note WHERE id = '{note.id}'",
    )
    assert findings(vault) == [
        CheckFinding(f"entry {entry}", "the values of an operation are gone, and no two persons erased them")
    ]
    with vault.reading() as connection:
        assert f"note {note.id}" in [finding.where for finding in check_tables(connection)]


@pytest.mark.parametrize("name", ["vault.db", "anchor"])
@pytest.mark.parametrize("again", [False, True], ids=["removed", "replaced"])
def test_nothing_is_saved_into_a_file_that_has_lost_its_name(vault: Vault, name: str, again: bool) -> None:
    case, path = make_case(vault), vault.folder / name
    content = path.read_bytes()
    path.rename(path.with_suffix(".away"))
    if again:
        path.write_bytes(content)
    expected = DatabaseMissing if name == "vault.db" else VaultDamaged
    with pytest.raises(expected):
        add_note(vault, case.id)
    with pytest.raises(expected):
        vault.save_draft("note", ANA, "half")
    assert vault.count(Note) == 0 and findings(vault)[0].where == name
    path.unlink(missing_ok=True)
    path.with_suffix(".away").rename(path)
    assert add_note(vault, case.id) and findings(vault) == []


def test_files_of_attachments_are_checked_by_who_knows_them(vault: Vault) -> None:
    lost = CheckFinding("blob 7", "its file is missing")
    assert check(vault, blobs=lambda progress, cancelled: [lost]) == [lost]


def test_a_check_says_how_far_it_is_and_can_be_stopped(vault: Vault) -> None:
    case = make_case(vault)
    with vault.record("imported", person=ANA, case=case.id) as tx:
        for _ in range(1500):
            tx.create(note_of(case.id))
    told: list[float] = []
    assert check(vault, told.append) == []
    assert told == sorted(told) and len(told) > 3 and told[-1] == 1.0
    with pytest.raises(CheckStopped):
        check(vault, cancelled=lambda: len(told) > 3)


def test_a_check_beside_ongoing_work_finds_nothing(vault: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    case = make_case(vault)
    genuine = "reviewer_app.vault.check.check_database"

    def work_first(connection: Connection) -> list[CheckFinding]:
        connection.exec_driver_sql("SELECT count(*) FROM entry").scalar_one()
        add_note(vault, case.id)
        return []

    monkeypatch.setattr(genuine, work_first)
    assert check(vault) == [] and vault.count(Note) == 1 and vault.count(Case) == 1
