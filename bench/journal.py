# SPDX-License-Identifier: Apache-2.0
"""The journal: a save, the check, the fold, a merge, and the docket of ten thousand cases."""

import gc
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import insert

from bench import Figure, Figures
from reviewer_app.domain.canonical import canonical, digest, new_id
from reviewer_app.domain.cases import Assignment, Case, DatedFact, FactKind
from reviewer_app.domain.findings import Finding
from reviewer_app.domain.notes import Note
from reviewer_app.domain.people import Person
from reviewer_app.domain.record import Record
from reviewer_app.vault.apply import apply, rebuild
from reviewer_app.vault.check import check
from reviewer_app.vault.journal import last_entry
from reviewer_app.vault.merge import export, merge
from reviewer_app.vault.operation import Entry, Operation
from reviewer_app.vault.soundness import check_entries, check_operations, check_tables
from reviewer_app.vault.tables import ENTRY
from reviewer_app.vault.vault import Vault

NOW = datetime(2026, 12, 3, 17, 0, tzinfo=UTC)
ANA = Person(name="Ana Lind")
TEXT = "word " * 60


class _Keys:
    database_key, journal_key = bytes(range(80)), bytes(64)


@contextmanager
def _vaults(number: int) -> Iterator[list[Vault]]:
    """New vaults in a temporary folder on this disk."""
    build = Path.cwd() / "build"
    build.mkdir(exist_ok=True)
    top = Path(tempfile.mkdtemp(prefix="reviewer-bench-", dir=build))
    folders = [top / str(name) for name in range(number)]
    for folder in folders:
        folder.mkdir(mode=0o700)
    vaults = [Vault.create(folder, _Keys()) for folder in folders]
    try:
        yield vaults
    finally:
        for vault in vaults:
            vault.close()
        shutil.rmtree(top)


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _case(number: int) -> Case:
    return Case(number=f"R-{number}", codename="Heron", developer="Quay", opened=NOW)


def _open_case(vault: Vault) -> Case:
    case = _case(1)
    with vault.record("case opened", person=ANA.id, case=case.id) as tx:
        tx.create(case)
    return case


def _note(case: Case) -> Note:
    return Note(case=case.id, title="First look", body=TEXT, author=ANA.id, written=NOW)


def _fill(vault: Vault, groups: list[tuple[Case, list[Record]]]) -> None:
    """Continues the chain as one act for each case would, without a commit for each."""
    rows: list[dict[str, object]] = []
    operations: list[tuple[str, Operation]] = []
    last_on: dict[str, str] = {}
    with vault.engine.begin() as connection:
        last = last_entry(connection, vault.replica)
        sequence, previous = last or (0, None)
        for case, values in groups:
            entry_id, said = new_id(), []
            for value in values:
                fields = value.scalars()
                record, marking = fields.pop("id"), fields.pop("marking")
                made = Operation.new(
                    "create", type(value), record, marking=marking, values=fields, parents={"marking": ()}
                )
                said.append(made.digest)
                operations.append((entry_id, made))
            sequence += 1
            entry = Entry(
                id=entry_id,
                replica=vault.replica,
                sequence=sequence,
                at="2026-12-03T17:00:00.000Z",
                person=ANA.id,
                second=None,
                verb="note added",
                case=case.id,
                subject=None,
                outcome="done",
                operations=said,
                previous=previous,
                case_previous=last_on.get(case.id, previous if last and len(groups) and case is groups[0][0] else None),
            )
            text = canonical(entry.model_dump())
            previous = last_on[case.id] = digest(text)
            rows.append({"text": text, "hash": previous})
        connection.execute(insert(ENTRY), rows)
        apply(connection, operations)
    vault.anchor.write(vault.replica, sequence, str(previous))


def save(shown: int = 500) -> Figures:
    """One note saved, with its entry, its row, its words and the anchor on the disk."""
    with _vaults(1) as (vault,):
        case, times = _open_case(vault), []

        def add() -> None:
            note = _note(case)
            with vault.record("note added", person=ANA.id, case=case.id, subject=note.id) as tx:
                tx.create(note)

        times = sorted(_seconds(add) * 1000 for _ in range(shown))
        bare = vault.engine.raw_connection()

        def commit() -> None:
            bare.cursor().execute("BEGIN IMMEDIATE")
            bare.cursor().execute("INSERT INTO preference VALUES (hex(randomblob(8)), '')")
            bare.commit()

        commits = sorted(_seconds(commit) * 1000 for _ in range(200))
        bare.close()
        note = vault.find(Note)[0]

        def edit() -> None:
            nonlocal note
            with vault.record("note edited", person=ANA.id, case=case.id, subject=note.id) as tx:
                note = tx.set(note, body=TEXT + new_id())

        edits = [_seconds(edit) * 1000 for _ in range(300)]
        return {
            "save one note, p50": Figure(times[shown // 2], None, "ms"),
            "save one note, p95": Figure(times[shown * 95 // 100], 12, "ms"),
            "bare commit of one row, p50": Figure(commits[100], None, "ms"),
            "edit a note with 300 earlier edits": Figure(sorted(edits[-20:])[10], None, "ms"),
        }


def history(entries: int = 100_000) -> Figures:
    """A case of one hundred thousand entries: check, fold, rebuild, opening, the newest page of its history."""
    with _vaults(1) as (vault,):
        case = _open_case(vault)
        writing = _seconds(lambda: _fill(vault, [(case, [_note(case)]) for _ in range(entries)]))
        vault.checkpoint()
        size = (vault.folder / "vault.db").stat().st_size / 1e6
        with vault.reading() as connection:
            first = _seconds(lambda: list(check_entries(connection, vault.replica)))
            second = _seconds(lambda: list(check_operations(connection, vault.replica)))
            third = _seconds(lambda: list(check_tables(connection)))
        whole = _seconds(lambda: _require_sound(vault))
        page = _seconds(lambda: vault.entries(case.id, limit=100)) * 1000
        with vault.engine.begin() as connection:
            anew = _seconds(lambda: rebuild(connection))
        vault.close()
        opened = _seconds(lambda: Vault.open(vault.folder, _Keys()).close())
        vault.anchor = Vault.open(vault.folder, _Keys()).anchor
    return {
        f"write {entries:,} notes in one transaction": Figure(writing, None),
        "size of the database": Figure(size, None, "MB"),
        "check: entries": Figure(first, None),
        "check: operations": Figure(second, None),
        "check: fold and comparison with the tables": Figure(third, None),
        f"check of {entries:,} entries: journal and tables": Figure(first + second + third, 8),
        "the same with pages and search index": Figure(whole, None),
        "make all tables anew": Figure(anew, None),
        "newest 100 entries of the case": Figure(page, None, "ms"),
        "open, with the check at unlock": Figure(opened, 0.2),
    }


def _require_sound(vault: Vault) -> None:
    if found := check(vault):
        raise RuntimeError(f"the bench's own vault does not hold together: {found[0]}")


def hand_over(operations: int = 10_000) -> Figures:
    """A case of ten thousand operations in two thousand entries merged into an empty vault, and again."""
    with _vaults(2) as (source, target):
        case = _open_case(source)
        notes = [_note(case) for _ in range(operations // 2)]
        for start in range(0, len(notes), 5):
            with source.record("notes added", person=ANA.id, case=case.id) as tx:
                for note in notes[start : start + 5]:
                    tx.create(note)
        for start in range(0, len(notes), 5):
            with source.record("notes edited", person=ANA.id, case=case.id) as tx:
                for note in notes[start : start + 5]:
                    tx.set(note, body="changed")
        with source.reading() as connection:
            started = time.perf_counter()
            lines = list(export(connection, case.id))
            exported = time.perf_counter() - started
        first = _seconds(lambda: merge(target, lines, person=ANA.id))
        again = _seconds(lambda: merge(target, lines, person=ANA.id))
        return {
            f"export {operations:,} operations": Figure(exported, None),
            f"merge {operations:,} operations": Figure(first, 4),
            "the same again": Figure(again, None),
        }


def docket(cases: int = 10_000) -> Figures:
    """Ten thousand cases with three dates, an assignee and a finding each, as one line each."""
    with _vaults(1) as (vault,):
        with vault.record("person added", person=ANA.id) as tx:
            tx.create(ANA)
        groups: list[tuple[Case, list[Record]]] = []
        for number in range(cases):
            case = _case(number)
            dates = [
                DatedFact(
                    case=case.id, what=what, moment=NOW + timedelta(days=number % 30), zone="UTC", source="Letter"
                )
                for what in (FactKind.ACCESS_OFFERED, FactKind.ACCESS_GRANTED, FactKind.PARTNER_RELEASE_PLANNED)
            ]
            finding = Finding(case=case.id, number=1, title="Weak check", found=NOW, found_by=ANA.id)
            groups.append((case, [case, *dates, Assignment(case=case.id, person=ANA.id), finding]))
        _fill(vault, groups)
        vault.close()
        groups.clear()
        gc.collect()

        def unlock() -> None:
            nonlocal vault
            vault = Vault.open(vault.folder, _Keys())
            vault.docket()

        cold = _seconds(unlock)
        warm = min(_seconds(vault.docket) for _ in range(3))
        return {
            f"open the vault and read the docket of {cases:,} cases": Figure(cold, 0.4),
            "read it again": Figure(warm, None),
        }
