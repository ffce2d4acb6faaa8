# SPDX-License-Identifier: Apache-2.0
"""Changes the keys of a vault in a process that dies at a numbered step, and looks what the next one finds; for all of
them. Run by test_rotation; prints the number of steps and the states met.

Every operation on files is such a step, and so is every 40th of those inside the engine (a statement begins, some
instructions are done); EVERY=1 in the environment takes all of them.
"""

import os
import shutil
import sys
from collections.abc import Callable
from itertools import cycle
from pathlib import Path
from typing import Any

from reviewer_app.errors import SignInRefused
from reviewer_app.vault import anchor, credentials, database, rewrite, rotation
from reviewer_app.vault.slots import NewPerson, SlotFile
from tests.vault.offices import ANN, BOB, CAS, EVE, ROUNDS, Office, make_office

OPERATIONS = ("open", "write", "fsync", "fdatasync", "replace", "unlink", "ftruncate")
EVERY = int(os.environ.get("EVERY", "40"))


def main(top: Path) -> None:
    credentials.FLOOR, rewrite.STEPS = ROUNDS, 1000
    office = make_office(top / "made.vault")
    states, resumers, steps = set(), cycle((CAS, EVE, ANN)), 0
    for kind, stride in (("files", 1), ("engine", EVERY)):
        died, step = True, 1
        while died:
            there = office.copy(top / "case.vault")
            died = dies_at(kind, step, there)
            states.add(state_of(there))
            finish(there, next(resumers), f"{kind} {step}")
            shutil.rmtree(there.folder)
            step, steps = step + stride, steps + 1
    print(steps)
    print(*states)


def dies_at(kind: str, step: int, office: Office) -> bool:
    """Whether the change, in a process of its own, met its end at this step of this kind."""
    child = os.fork()
    if child == 0:
        counts = {"files": 0, "engine": 0}

        def tick(what: str) -> bool:
            counts[what] += 1
            if counts[kind] >= step:
                os._exit(9)
            return False

        def mortal(real: Callable[..., Any]) -> Callable[..., Any]:
            def operation(*args: Any, **kwargs: Any) -> Any:
                tick("files")
                return real(*args, **kwargs)

            return operation

        opening = database.open_connection

        def traced(*args: Any) -> Any:
            connection = opening(*args)
            connection.set_trace_callback(lambda _statement: tick("engine"))
            return connection

        for name in OPERATIONS:
            if hasattr(os, name):
                setattr(os, name, mortal(getattr(os, name)))
        anchor._sync = os.fsync
        database.open_connection = rewrite.open_connection = traced
        opened, _ = office.begin(BOB)
        rotation.resume(office.folder, opened, cancelled=lambda: tick("engine"))
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9


def state_of(office: Office) -> str:
    slots = SlotFile.read(office.folder)
    if slots.generation == 1:
        return "before"
    if len(slots.content.epochs) == 1:
        return "after"
    salt = rotation._salt(office.folder / "vault.db")
    return {b"": "between", slots.content.epochs[0].salt: "earlier", slots.content.epochs[1].salt: "later"}[salt]


def finish(office: Office, person: NewPerson, step: str) -> None:
    """The next to unlock finishes what was begun; then everything holds for everyone left."""
    opened = office.unlock(person)
    was_begun = SlotFile.read(office.folder).generation > 1
    opened = rotation.resume(office.folder, opened)
    faults = office.faults(opened.keychain)
    stayed = {name for name in office.names() if name.endswith((".new", ".old", "-wal", "-shm"))}
    faults += [f"{name} stayed" for name in stayed - {"slots.a.new", "slots.b.new"}]  # the next change takes these
    for each in (ANN, EVE, CAS):
        if office.unlock(each).keychain.root != opened.keychain.root:
            faults.append(f"{each.name} reaches another root key")
    if SlotFile.read(office.folder).unlock_with_recovery(office.recovery_key).keychain.root != opened.keychain.root:
        faults.append("the recovery key reaches another root key")
    try:
        office.unlock(BOB)
        if was_begun:
            faults.append("who left still has a slot")
    except SignInRefused:
        pass
    if faults:
        raise SystemExit(f"step {step}: {faults}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
