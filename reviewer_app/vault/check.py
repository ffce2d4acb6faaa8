# SPDX-License-Identifier: Apache-2.0
"""The full check of a vault: database pages, journal, tables, search index, keys of attachments, and their files."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass

from sqlalchemy import Connection, func, select, text

from reviewer_app.domain.record import Searchable
from reviewer_app.errors import CheckStopped, DatabaseDamaged, DatabaseMissing, VaultError
from reviewer_app.vault.anchor import Anchored
from reviewer_app.vault.migrations import made_schema, schema
from reviewer_app.vault.soundness import (
    CheckFinding,
    Tick,
    check_anchor,
    check_entries,
    check_imports,
    check_operations,
    check_tables,
)
from reviewer_app.vault.tables import ENTRY, KINDS, OPERATION, VAULT, marked
from reviewer_app.vault.vault import ANCHOR, DATABASE, Vault

__all__ = ["CheckFinding", "check"]

Progress = Callable[[float], None]
Cancelled = Callable[[], bool]
BlobCheck = Callable[[Progress, Cancelled], Iterable[CheckFinding]]
"""Checks the attachments' files; `vault.blobs` has it."""


def check(
    vault: Vault,
    progress: Progress = lambda _: None,
    cancelled: Cancelled = lambda: False,
    *,
    blobs: BlobCheck | None = None,
) -> list[CheckFinding]:
    """Everything that does not hold, the worst first; empty for a sound vault.

    `progress` takes a fraction from 0 to 1. Work goes on meanwhile: what is saved later is not looked at. Raises
    CheckStopped when `cancelled` says so, for half a check says nothing.
    """
    anchored = vault.anchor.read()
    with vault.reading() as connection:
        pace = _Pace(progress, cancelled, _size(connection))
        findings = list(check_files(vault))
        is_in_place = not findings
        findings += check_pages(vault, connection)
        findings += _until_damage(check_journal(connection, vault.replica, anchored, pace.tick))
        findings += _until_damage(check_schema(connection))
    if is_in_place:  # this part is a write
        findings += _until_damage(check_search(vault, pace.tick))
    if blobs:
        findings += blobs(progress, cancelled)
    progress(1.0)
    return findings


@dataclass
class _Pace:
    """Passes on how far the check is and stops it."""

    progress: Progress
    cancelled: Cancelled
    steps: int
    done: int = 0

    def tick(self) -> None:
        self.done += 1
        if self.done % 500 == 0:
            if self.cancelled():
                raise CheckStopped
            self.progress(min(self.done / self.steps, 1.0))


def _size(connection: Connection) -> int:
    entries, operations = (
        connection.execute(select(func.count()).select_from(table)).scalar_one() for table in (ENTRY, OPERATION)
    )
    return entries + 2 * operations + 1


def _until_damage(findings: Iterator[CheckFinding]) -> Iterator[CheckFinding]:
    """The findings, and a last one in place of a damaged page that cannot be read past."""
    try:
        yield from findings
    except DatabaseDamaged as error:
        yield CheckFinding(DATABASE, str(error.facts["reason"]))


def check_files(vault: Vault) -> Iterator[CheckFinding]:
    """Whether database and anchor still lie where they were opened."""
    try:
        vault.require_in_place()
    except VaultError as error:
        yield CheckFinding(DATABASE if isinstance(error, DatabaseMissing) else ANCHOR, str(error))


def check_schema(connection: Connection) -> Iterator[CheckFinding]:
    """Whether tables, indexes and their like are exactly the program's: a trigger could undo each later save."""
    found, expected = schema(connection), made_schema()
    for kind, name in sorted(found.keys() | expected.keys()):
        shown = "".join(each if each.isprintable() else "?" for each in name[:60])
        if (kind, name) not in expected:
            yield CheckFinding(f"{kind} {shown}", "it is none of the program's and may change what is saved")
        elif (kind, name) not in found:
            yield CheckFinding(f"{kind} {shown}", "it is missing")
        elif found[kind, name] != expected[kind, name]:
            yield CheckFinding(f"{kind} {shown}", "it was changed")


def check_pages(vault: Vault, connection: Connection) -> list[CheckFinding]:
    """What `check_database` finds, looked at again while nothing is saved: a page that was just moved out of the
    write-ahead log while the file was read only seemed damaged."""
    findings = list(_until_damage(check_database(connection)))
    if findings:
        with suppress(VaultError), vault.changing() as alone:
            findings = list(_until_damage(check_database(alone)))
    return findings


def check_database(connection: Connection) -> Iterator[CheckFinding]:
    """The pages: each MAC, then the structure, which alone notices pages cut off at the end."""
    for (page,) in connection.exec_driver_sql("PRAGMA cipher_integrity_check"):
        yield CheckFinding(DATABASE, page)
    for (line,) in connection.exec_driver_sql("PRAGMA integrity_check(10)"):
        if line != "ok":
            yield CheckFinding(DATABASE, line)


def check_journal(connection: Connection, own: str, anchored: Anchored, tick: Tick) -> Iterator[CheckFinding]:
    """Entries, anchor, imports and operations; then, of a sound journal only, the tables."""
    sound = True
    for finding in _history(connection, own, anchored, tick):
        sound = False
        yield finding
    if sound:
        yield from check_tables(connection, tick)
        yield from check_outside(connection, own)


def _history(connection: Connection, own: str, anchored: Anchored, tick: Tick) -> Iterator[CheckFinding]:
    yield from check_entries(connection, own, tick=tick)
    yield from check_anchor(connection, own, anchored)
    yield from check_imports(connection, own)
    yield from check_operations(connection, own, tick=tick)


def check_outside(connection: Connection, own: str) -> Iterator[CheckFinding]:
    """What can be said of the tables outside the fold: one replica, keys that belong to an attachment, and a key for
    each attachment that was taken in here."""
    if connection.execute(select(func.count()).select_from(VAULT)).scalar_one() != 1:
        yield CheckFinding("table vault", "it does not name one replica")
    lone = "SELECT id FROM blob WHERE id NOT IN (SELECT record FROM operation)"
    for blob in connection.execute(text(lone)).scalars():
        yield CheckFinding(f"blob {blob}", "its key belongs to no attachment")
    other = "SELECT blob.id FROM blob JOIN attachment USING (id) WHERE blob.size <> attachment.size"
    for blob in connection.execute(text(other)).scalars():
        yield CheckFinding(f"blob {blob}", "its size is not the attachment's")
    for attachment in connection.execute(text(_KEYLESS), {"own": own}).scalars():
        yield CheckFinding(f"attachment {attachment}", "its key is gone, and no two persons destroyed it")


# Attachments from elsewhere may have come without their files.
_KEYLESS = """SELECT id FROM attachment WHERE id NOT IN (SELECT id FROM blob) AND EXISTS (
    SELECT 1 FROM operation JOIN entry ON entry.id = operation.entry
    WHERE operation.record = attachment.id AND operation.action = 'create' AND entry.replica = :own
) AND NOT EXISTS (
    SELECT 1 FROM entry WHERE entry."case" = attachment."case"
    AND json_extract(text, '$.second') <> json_extract(text, '$.person')
    AND json_extract(text, '$.subject') = attachment.id
)"""


def check_search(vault: Vault, tick: Tick) -> Iterator[CheckFinding]:
    """Whether the words found are those of the rows. The engine does this as a write, so saving waits meanwhile."""
    for kind in KINDS:
        if marked(kind, Searchable):
            tick()
            try:
                with vault.changing() as connection:
                    connection.exec_driver_sql(
                        f"INSERT INTO {kind}_search({kind}_search, rank) VALUES('integrity-check', 1)"
                    )
            except DatabaseDamaged:
                yield CheckFinding(f"search {kind}", "the words found are not those of the records")
