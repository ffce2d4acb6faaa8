# SPDX-License-Identifier: Apache-2.0
"""Stores a vault of the present version (version-N/, beside this file; its keys are those of tests/vault/histories.py).

Run it with `./dev exec python -m tests.data.vaults.make` at a release, and never again for that version: stored vaults
and the SQL in resources/schema stay as they are. A change of the tables is a new step in `vault/migrations.py`.
"""

from datetime import timedelta
from pathlib import Path

from reviewer_app.domain.cases import Assignment, DatedFact, FactKind, Precision
from reviewer_app.domain.evidence import Attachment, Holding
from reviewer_app.domain.people import Person
from reviewer_app.vault.migrations import STEPS
from reviewer_app.vault.vault import Vault
from tests.vault.histories import ANA, KEYS, NOW, SAM, SUE, add_note, edit_note, make_case

HERE = Path(__file__).resolve().parent
STORED = HERE / f"version-{len(STEPS)}"


def make_vault(folder: Path) -> None:
    """A small vault with every action, an erased value, a deleted record, a blob key, a draft and a preference."""
    folder.mkdir(mode=0o700, exist_ok=True)
    for name in ("vault.db", "anchor"):
        (folder / name).unlink(missing_ok=True)
    vault = Vault.create(folder, KEYS, now=lambda: NOW)
    with vault.record("person added", person=ANA) as tx:
        tx.create(Person(id=ANA, name="Ana Lind"))
    case = make_case(vault, "R-1")
    file = Attachment(
        case=case.id, name="log.eval", sha512="0" * 128, size=9, holding=Holding.GOVERNMENT_RECORD, received=NOW
    )
    with vault.record("file attached", person=ANA, case=case.id, subject=file.id) as tx:
        tx.create(file)
        tx.keep_blob(file.id, bytes(40), file.size)
    fact = DatedFact(case=case.id, what=FactKind.ACCESS_GRANTED, moment=NOW, zone="UTC", source="Letter")
    with vault.record("dates recorded", person=ANA, case=case.id) as tx:
        tx.create(fact)
        tx.set(fact, moment=NOW + timedelta(days=1), precision=Precision.DAY)
        tx.create(Assignment(case=case.id, person=ANA))
    note = add_note(vault, case.id, "zebra spilled", about=file.id)
    note = edit_note(vault, note, body="Caf\u00e9 and 10.0.0.1", marking="C")
    with vault.record("spill erased", person=SAM, second=SUE, case=case.id, subject=note.id) as tx:
        tx.erase(note, body="[erased]")
    gone = add_note(vault, case.id, "deleted")
    with vault.record("note deleted", person=ANA, case=case.id, subject=gone.id) as tx:
        tx.delete(gone)
    vault.save_draft("case/note", ANA, "half a sentence")
    vault.set_preference("columns", "[1]")
    vault.close()


if __name__ == "__main__":
    make_vault(STORED)
