# SPDX-License-Identifier: Apache-2.0
"""The process dies at each step that touches the disk; what is found afterwards is the old or the new, whole."""

import os
import subprocess
import sys

import pytest

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")

DIE = """
import os, sys
from pathlib import Path
from reviewer_app.errors import NotAVault, WrongPassphrase
from reviewer_app.vault import credentials, incoming
from reviewer_app.vault.blobs import Blobs
from reviewer_app.vault.credentials import NewPerson
from reviewer_app.vault.place import begin_folder, mend_layout
from reviewer_app.vault.slots import COPIES, SlotFile

credentials.FLOOR = 1_000
OPERATIONS = ("open", "write", "fsync", "fdatasync", "replace", "mkdir", "unlink")

def dies_at(step, work):
    "Whether the work, in a process of its own, met its end just before its operation number `step`."
    child = os.fork()
    if child == 0:
        count = 0
        def mortal(real):
            def operation(*args, **kwargs):
                nonlocal count
                count += 1
                if count == step:
                    os._exit(9)
                return real(*args, **kwargs)
            return operation
        for name in OPERATIONS:
            if hasattr(os, name):
                setattr(os, name, mortal(getattr(os, name)))
        work()
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9

def every_step(work, check):
    step = 1
    while dies_at(step, work):
        check(step)
        step += 1
    check(None)
    print(step - 1)

folder = Path(sys.argv[1]) / "case.vault"
begin_folder(folder)
mend_layout(folder)
"""

CHANGE = """
OLD, NEW = "bob reads the logs now", "bob has chosen another"
BOB = NewPerson("Bob", ("reviewer",), OLD)
SlotFile.create(folder, policy={}, people=[BOB], rounds=1_000)
before = {name: (folder / name).read_bytes() for name in COPIES}

def work():
    file = SlotFile.read(folder)
    file.change_passphrase(file.unlock(BOB.id, OLD), NEW, rounds=1_000)

def opens(passphrase):
    try:
        return SlotFile.read(folder).unlock(BOB.id, passphrase) is not None
    except WrongPassphrase:
        return False

def check(step):
    works = [passphrase for passphrase in (OLD, NEW) if opens(passphrase)]
    if len(works) != 1 or (step is None and works != [NEW]):
        raise SystemExit(f"step {step}: {works}")
    if len({(folder / name).read_bytes() for name in COPIES}) != 1:
        raise SystemExit(f"step {step}: not mended")
    for name, data in before.items():
        (folder / name).write_bytes(data)

every_step(work, check)
"""

CREATE = """
ANN = NewPerson("Ann", ("officer",), "ann keeps the keys here")

def work():
    SlotFile.create(folder, policy={}, people=[ANN], rounds=1_000)

def check(step):
    try:
        opened = SlotFile.read(folder).unlock(ANN.id, ANN.passphrase)
    except NotAVault:
        opened = None
    if step is None and not opened:
        raise SystemExit("nothing was made")
    for path in folder.glob("slots.*"):
        path.unlink()

every_step(work, check)
"""

ATTACH = """
incoming.SyncedFile.EVERY = incoming.Batches.SIZE
blobs = Blobs(folder, bytes(32))
kept = blobs.write_bytes(b"kept" * 100_000, "kept")
blobs.settle(kept.blob_id)
source = Path(sys.argv[1]) / "log.eval"
source.write_bytes(bytes(3_000_000))
ID = "e" * 32

def work():
    blobs.write(source, blob_id=ID)

def check(step):
    found = {path.name for path in blobs.folder.rglob("*") if path.is_file()} - {kept.blob_id}
    if found - {ID, ID + ".part", ID + ".begun"} or (step is None and found != {ID, ID + ".begun"}):
        raise SystemExit(f"step {step}: {found}")
    swept = blobs.sweep({kept.blob_id})
    if len(swept.removed) != len(found) or swept.missing or swept.aside:
        raise SystemExit(f"step {step}: {swept}")
    with blobs.open(kept.blob_id, kept.wrapped_key, kept.size, "kept") as reader:
        if reader.verify() != kept.sha512:
            raise SystemExit(f"step {step}: the kept file was harmed")

every_step(work, check)
"""

COUNT = """
from reviewer_app.vault.attempts import Attempts, Known, Limits
ANN, VAULT, KEY, LIMITS = "a" * 32, "e" * 32, bytes(64), Limits(3, 900.0, None)
beside = Path(sys.argv[1]) / "account"
places = [folder / "attempts.a", folder / "attempts.b", beside / VAULT]

def count(expected=True):
    return Attempts(folder, VAULT, beside=beside, expected=expected)

KNOWN = count(expected=False).settle(KEY, Known())
count().reserve(ANN, LIMITS)
before = {place: place.read_bytes() for place in places}

def check(step):
    failures, told = count().standing(ANN, LIMITS).failures, count().examine(KEY, KNOWN).told
    allowed = AFTER if step is None else {1, *AFTER}
    if failures not in allowed or set(told) - MAY_BE_TOLD:
        raise SystemExit(f"step {step}: {failures}, {told}")
    for place, data in before.items():
        place.write_bytes(data)
"""

FAIL = """
AFTER, MAY_BE_TOLD = {2}, set()

def work():
    count().reserve(ANN, LIMITS)

every_step(work, check)
"""

SETTLE = """
AFTER, MAY_BE_TOLD = {0}, {"attempts.b was older"}

def work():
    count().settle(KEY, count().examine(KEY, KNOWN).known, ended=[ANN])

every_step(work, check)
"""


@pytest.mark.parametrize(
    ("script", "least"),
    [(CHANGE, 12), (CREATE, 12), (ATTACH, 10), (COUNT + FAIL, 18), (COUNT + SETTLE, 18)],
    ids=["a new passphrase", "a new vault", "a file", "a wrong passphrase", "failures taken back"],
)
def test_killed_at_any_step_the_old_or_the_new_is_whole(tmp_path, script, least):
    command = [sys.executable, "-c", DIE + script, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert int(done.stdout) >= least
