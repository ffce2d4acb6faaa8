# SPDX-License-Identifier: Apache-2.0
"""Saves notes and attaches files until it is killed; prints the id of each that was confirmed saved."""

import os
import sys
from pathlib import Path

from reviewer_app.domain.cases import Case
from reviewer_app.services import attachments, notes, vaults
from reviewer_app.services.door import look
from tests.desks import PASSPHRASE, cheap_passphrases
from tests.factories import incoming


def main(folder: Path) -> None:
    door = look(folder)
    with cheap_passphrases():
        desk = vaults.unlock(door, door.people[0].id, PASSPHRASE, warm=False)
    case = desk.vault.find(Case)[0]
    source = folder.parent / f"source-{os.getpid()}.bin"
    print("ready", flush=True)
    while True:
        note = notes.add(desk, case.id, "Saved", "(U) A confirmed note.")
        print(f"note {note.id}", flush=True)
        source.write_bytes(os.urandom(700_000))
        attached = attachments.attach(desk, case.id, source, incoming()).attachment
        print(f"attachment {attached.id} {attached.sha512}", flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
