# SPDX-License-Identifier: Apache-2.0
"""Vaults, records and acts for the journal's tests."""

import shutil
import tempfile
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from sqlalchemy import text, update

from reviewer_app.domain.canonical import new_id
from reviewer_app.domain.cases import Case
from reviewer_app.domain.notes import Note
from reviewer_app.domain.record import Record
from reviewer_app.vault import database
from reviewer_app.vault.anchor import Anchor
from reviewer_app.vault.check import CheckFinding, check
from reviewer_app.vault.merge import export, merge
from reviewer_app.vault.tables import VAULT
from reviewer_app.vault.vault import Vault

ANA, BO, SAM, SUE = "a" * 32, "b" * 32, "c" * 32, "d" * 32
NOW = datetime(2026, 12, 3, 17, 0, tzinfo=UTC)


class Keys:
    """Fixed keys, for tests only."""

    database_key = bytes(range(80))
    journal_key = bytes(range(64))


KEYS = Keys()


@cache
def _template() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="reviewer-tests-"))
    Vault.create(folder, KEYS).close()
    return folder


def new_vault(folder: Path) -> Vault:
    """A vault as `Vault.create` makes it, a replica of its own, made quickly from a copy."""
    folder.mkdir(mode=0o700)
    shutil.copy(_template() / "vault.db", folder)
    engine, replica = database.engine_of(folder / "vault.db", KEYS.database_key), new_id()
    with engine.begin() as connection:
        connection.execute(update(VAULT).values(replica=replica))
    engine.dispose()
    Anchor.create(folder / "anchor", KEYS.journal_key, replica)
    return Vault.open(folder, KEYS)


def make_case(vault: Vault, number: str = "R-1", **fields: object) -> Case:
    case = Case.model_validate({"number": number, "codename": "Heron", "developer": "Quay", "opened": NOW, **fields})
    with vault.record("case opened", person=ANA, case=case.id) as tx:
        tx.create(case)
    return case


def note_of(case: str, body: str = "seen", **fields: object) -> Note:
    return Note.model_validate(
        {"case": case, "title": "First look", "body": body, "author": ANA, "written": NOW, **fields}
    )


def add_note(vault: Vault, case: str, body: str = "seen", **fields: object) -> Note:
    note = note_of(case, body, **fields)
    with vault.record("note added", person=ANA, case=case, subject=note.id) as tx:
        tx.create(note)
    return note


def edit_note(vault: Vault, note: Note, **changes: object) -> Note:
    with vault.record("note edited", person=ANA, case=note.case, subject=note.id) as tx:
        return tx.set(note, **changes)


def lines_of(vault: Vault, case: Record) -> list[str]:
    with vault.reading() as connection:
        return list(export(connection, case.id))


def hand_over(source: Vault, target: Vault, case: Record) -> int:
    return merge(target, lines_of(source, case), person=BO)


def findings(vault: Vault) -> list[CheckFinding]:
    return check(vault)


def tamper(vault: Vault, *statements: str) -> None:
    """Changes the database as somebody with the key could, behind the journal."""
    with vault.engine.begin() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)


def ask(vault: Vault, sql: str, **values: object) -> list[tuple[object, ...]]:
    with vault.reading() as connection:
        return [tuple(row) for row in connection.execute(text(sql), values)]


def conflicts(vault: Vault) -> set[tuple[object, ...]]:
    return set(ask(vault, "SELECT record, field FROM conflict"))
