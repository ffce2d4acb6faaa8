# SPDX-License-Identifier: Apache-2.0
"""Vaults of every version open, and the tables are the declared ones however they came to be."""

import shutil
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection

from reviewer_app.domain.cases import Case, DatedFact, Precision
from reviewer_app.domain.evidence import Attachment
from reviewer_app.domain.notes import Note
from reviewer_app.domain.people import Person
from reviewer_app.errors import NewerVault, VaultDamaged
from reviewer_app.vault.migrations import APPLICATION_ID, STEPS, migrate
from reviewer_app.vault.vault import Vault
from tests.vault.histories import ANA, BO, KEYS, ask, findings, lines_of, make_case, merge, new_vault, tamper
from tests.vault.schema import declared_schema

STORED = sorted((Path(__file__).parents[1] / "data" / "vaults").glob("version-*"))
RELEASED = 1
"""The newest version of the tables that a release has; a vault of each is stored."""

TO_REPAIR = "The steps in vault/migrations.py lack what vault/tables.py or a record of domain declares"


def shape_of(execute: Any) -> dict[str, object]:
    """Tables with their columns, indexes with theirs, and the SQL of virtual tables, however they were written."""
    shape: dict[str, object] = {}
    for kind, name, sql in execute("SELECT type, name, sql FROM sqlite_master WHERE name NOT LIKE '%_search_%'"):
        if kind == "table":
            columns = execute(f'PRAGMA table_xinfo("{name}")')
            shape[name] = sql if name.endswith("_search") else [tuple(column)[1:] for column in columns]
        elif sql is not None:
            terms = [tuple(term)[2:] for term in execute(f'PRAGMA index_xinfo("{name}")')]
            shape[name] = (terms, "UNIQUE" in sql, sql.partition(" WHERE ")[2])
    return shape


def declared_shape() -> dict[str, object]:
    connection = sqlite3.connect(":memory:")
    connection.executescript(declared_schema().replace("INSERT INTO", "-- INSERT INTO"))
    shape = shape_of(lambda sql: connection.execute(sql).fetchall())
    connection.close()
    return shape


def vault_shape(vault: Vault) -> dict[str, object]:
    return shape_of(lambda sql: ask(vault, sql))


@pytest.fixture(params=STORED, ids=lambda path: path.name)
def stored(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    return Path(shutil.copytree(request.param, tmp_path / "stored.vault"))


def test_there_is_a_stored_vault_of_each_released_version() -> None:
    assert [path.name for path in STORED] == [f"version-{number}" for number in range(1, RELEASED + 1)]
    assert len(STEPS) >= RELEASED


def test_a_fresh_vaults_tables_are_the_declared_ones(tmp_path: Path) -> None:
    vault = Vault.create(tmp_path, KEYS)
    assert vault_shape(vault) == declared_shape(), TO_REPAIR
    assert ask(vault, "PRAGMA user_version") == [(len(STEPS),)]
    assert ask(vault, "PRAGMA application_id") == [(APPLICATION_ID,)]
    vault.close()


def test_a_stored_vault_opens_with_the_present_tables_and_holds_together(stored: Path) -> None:
    vault = Vault.open(stored, KEYS)
    assert vault_shape(vault) == declared_shape(), TO_REPAIR
    assert findings(vault) == []
    vault.close()


def test_a_stored_vault_says_what_was_written_into_it(stored: Path, other: Vault) -> None:
    vault = Vault.open(stored, KEYS)
    (case,), (note,), (fact,), (file,) = map(vault.find, (Case, Note, DatedFact, Attachment))
    assert (case.number, note.body, note.marking, fact.precision) == ("R-1", "[erased]", "C", Precision.DAY)
    assert vault.blob(file.id) == (bytes(40), 9) and vault.get(Person, ANA).name == "Ana Lind"
    assert vault.drafts(ANA)[0].text == "half a sentence" and vault.preference("columns") == "[1]"
    assert [said.values is None for said in vault.history_of(note.id)] == [True, True, False]
    assert merge(other, lines_of(vault, case), person=BO) == len(ask(vault, "SELECT id FROM operation"))
    assert findings(other) == []
    vault.close()


def test_a_stored_vault_comes_to_know_its_slot_file(stored: Path) -> None:
    vault = Vault.open(stored, KEYS)
    assert vault.known_slots() == (0, 0)
    vault.keep_slots(generation=7, epoch=2)
    vault.close()
    vault = Vault.open(stored, KEYS)
    assert vault.known_slots() == (7, 2) and findings(vault) == []
    vault.close()


def test_a_newer_vault_is_refused_and_untouched(tmp_path: Path) -> None:
    vault = new_vault(tmp_path / "a.vault")
    tamper(vault, f"PRAGMA user_version={len(STEPS) + 1}")
    vault.close()
    before = (tmp_path / "a.vault/vault.db").read_bytes()
    with pytest.raises(NewerVault, match=f"format {len(STEPS) + 1}"):
        Vault.open(tmp_path / "a.vault", KEYS)
    assert (tmp_path / "a.vault/vault.db").read_bytes() == before


def _add_table(connection: Connection) -> None:
    connection.exec_driver_sql("CREATE TABLE later(x)")


def _break_off(connection: Connection) -> None:
    _add_table(connection)
    raise ZeroDivisionError


def _break_at_once(_: Connection) -> None:
    raise ZeroDivisionError


def _break_a_row(connection: Connection) -> None:
    connection.exec_driver_sql("UPDATE \"case\" SET codename = 'Eagle'")


def versions(vault: Vault) -> tuple[object, ...]:
    later = ask(vault, "SELECT count(*) FROM sqlite_master WHERE name = 'later'")
    return (*ask(vault, "PRAGMA user_version")[0], *later[0])


def test_a_step_that_breaks_off_leaves_tables_and_version_and_a_retry_works(vault: Vault) -> None:
    with pytest.raises(ZeroDivisionError):
        migrate(vault.engine, [*STEPS, _break_off])
    assert versions(vault) == (len(STEPS), 0)
    migrate(vault.engine, [*STEPS, _add_table])
    assert versions(vault) == (len(STEPS) + 1, 1)
    migrate(vault.engine, [*STEPS, _add_table])


def test_steps_done_before_one_that_breaks_off_stay_done(vault: Vault) -> None:
    with pytest.raises(ZeroDivisionError):
        migrate(vault.engine, [*STEPS, _add_table, _break_at_once])
    assert versions(vault) == (len(STEPS) + 1, 1)


def test_a_step_after_which_tables_and_operations_differ_is_rolled_back(vault: Vault) -> None:
    case = make_case(vault)
    with pytest.raises(VaultDamaged, match=case.id):
        migrate(vault.engine, [*STEPS, _break_a_row])
    assert versions(vault) == (len(STEPS), 0) and findings(vault) == []
