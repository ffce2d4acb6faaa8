# SPDX-License-Identifier: Apache-2.0
"""A closed vault of two officers and two reviewers, with a history and attachments, for what changes its keys."""

import shutil
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from reviewer_app.domain.evidence import Attachment, Holding
from reviewer_app.vault import rotation
from reviewer_app.vault.blobs import Blobs
from reviewer_app.vault.check import check
from reviewer_app.vault.credentials import NewPerson
from reviewer_app.vault.journal import last_entry
from reviewer_app.vault.keychain import Keychain
from reviewer_app.vault.place import begin_folder, mend_layout
from reviewer_app.vault.slots import COPIES, Opened, SlotFile
from reviewer_app.vault.vault import Vault
from tests.vault.histories import ANA, BO, NOW, SAM, SUE, add_note, ask, edit_note, make_case

ANN = NewPerson("Ann Officer", ("officer",), "ann keeps the keys here", ANA)
EVE = NewPerson("Eve Officer", ("officer", "reviewer"), "eve keeps them as well", SUE)
BOB = NewPerson("Bob Reviewer", ("reviewer",), "bob reads the logs now", BO)
CAS = NewPerson("Cas Reviewer", ("reviewer",), "cas signs every memo", SAM)
PEOPLE = (ANN, EVE, BOB, CAS)
ROUNDS = 1_000
FILES = (b"", b"evaluation log\n" * 100, bytes(range(256)) * 3000)


class Office(NamedTuple):
    """A vault that nobody has open. `head` is the journal's newest entry, `kept` the attachments by id."""

    folder: Path
    recovery_key: str
    head: tuple[int, str]
    kept: dict[str, bytes]

    def copy(self, folder: Path) -> "Office":
        """The same vault in another folder, as after a whole copy of its own."""
        shutil.copytree(self.folder, folder)
        return self._replace(folder=folder)

    def unlock(self, person: NewPerson) -> Opened:
        return SlotFile.read(self.folder).unlock(person.id, person.passphrase)

    def slot_files(self) -> dict[str, bytes]:
        return {name: (self.folder / name).read_bytes() for name in COPIES}

    def put_back(self, files: dict[str, bytes]) -> None:
        for name, data in files.items():
            (self.folder / name).write_bytes(data)

    def begin(self, *leaving: NewPerson, by: NewPerson = ANN, replace_recovery: bool = False) -> tuple[Opened, str]:
        """Begins a change of keys; what is open then, and the new recovery key."""
        slots = SlotFile.read(self.folder)
        opened = slots.unlock(by.id, by.passphrase)
        remove = [person.id for person in leaving]
        prepared = rotation.prepare(slots, opened, remove=remove, replace_recovery=replace_recovery, now=NOW)
        return rotation.begin(slots, opened, prepared, typed=prepared.recovery_key), prepared.recovery_key

    def names(self) -> list[str]:
        return sorted(path.name for path in self.folder.iterdir())

    def faults(self, keychain: Keychain) -> list[str]:
        """What does not hold: the vault check, the journal's head, the attachments byte by byte."""
        with closing(Vault.open(self.folder, keychain)) as vault:
            found = [f"{finding.where}: {finding.what}" for finding in check(vault)]
            with vault.reading() as connection:
                if last_entry(connection, vault.replica) != self.head:
                    found.append("the journal ends otherwise")
            blobs = Blobs(self.folder, keychain.blob_key)
            for blob, data in self.kept.items():
                wrapped, size = vault.blob(blob) or (b"", 0)
                with blobs.open(blob, wrapped, size, blob) as reader:
                    if reader.read_at(0, size) != data:
                        found.append(f"attachment {blob} is another one")
        return found


def make_office(folder: Path) -> Office:
    """A new vault with every kind of act in its journal; the caller has lowered the floor of the rounds."""
    begin_folder(folder)
    mend_layout(folder)
    slots, keychain, recovery_key = SlotFile.create(folder, policy={}, people=PEOPLE, rounds=ROUNDS, now=NOW)
    blobs, kept = Blobs(folder, keychain.blob_key), {}
    with closing(Vault.create(folder, keychain, now=lambda: NOW)) as vault:
        vault.keep_slots(slots.generation, slots.epoch)
        case = make_case(vault)
        for number, data in enumerate(FILES):
            stored = blobs.write_bytes(data, f"log {number}")
            kept[stored.blob_id] = data
            attachment = Attachment(
                id=stored.blob_id,
                case=case.id,
                name=f"log {number}.eval",
                sha512=stored.sha512,
                size=stored.size,
                holding=Holding.GOVERNMENT_RECORD,
                received=NOW,
            )
            with vault.record("file attached", person=ANA, case=case.id, subject=attachment.id) as tx:
                tx.create(attachment)
                tx.keep_blob(stored.blob_id, stored.wrapped_key, stored.size)
            blobs.settle(stored.blob_id)
        for number in range(30):
            note = add_note(vault, case.id, f"note {number} " + "word " * 200)
            if number % 3 == 0:
                with vault.record("note deleted", person=ANA, case=case.id, subject=note.id) as tx:
                    tx.delete(note)
            elif number % 3 == 1:
                edit_note(vault, note, body="Café and 10.0.0.1")
        with vault.record("spill erased", person=SAM, second=SUE, case=case.id, subject=note.id) as tx:
            tx.erase(note, body="[erased]")
        vault.save_draft("case/note", ANA, "half a sentence")
        vault.set_preference("columns", "[1]")
        with vault.reading() as connection:
            head = last_entry(connection, vault.replica)
    assert head is not None
    return Office(folder, recovery_key, head, kept)


def rows_of(vault: Vault) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table with its number, but for the wrapped keys."""
    tables = [str(name) for (name,) in ask(vault, "SELECT name FROM sqlite_master WHERE type = 'table'")]
    found = {}
    for name in tables:
        numbered = not name.endswith(("_idx", "_config"))
        columns = "id, size" if name == "blob" else "rowid AS number, *" if numbered else "*"
        found[name] = ask(vault, f'SELECT {columns} FROM "{name}" ORDER BY 1, 2')
    return found
