# SPDX-License-Identifier: Apache-2.0
"""The change of the root key: what it costs by size of the database and by number of attachments."""

import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from bench import Figure, Figures
from reviewer_app.domain.cases import Case
from reviewer_app.domain.notes import Note
from reviewer_app.vault.keychain import Keychain, wrap
from reviewer_app.vault.place import begin_folder, mend_layout
from reviewer_app.vault.slots import NewPerson, SlotFile
from reviewer_app.vault.vault import Vault

NOW = datetime(2026, 11, 24, tzinfo=UTC)
ANA = NewPerson("Ana Lind", ("officer",), "ana keeps the keys here")
SIZE = 128 * 1024 * 1024
NOTES = 10_000
ATTACHMENTS = 10_000
WORDS = [f"{start}{end}" for start in "abcdefghijklmnopqrst" for end in range(250)]

CHANGE = """
import resource, sys, time
from datetime import UTC, datetime
from pathlib import Path
from reviewer_app.vault import rotation
from reviewer_app.vault.slots import SlotFile
from reviewer_app.vault.vault import Vault
folder = Path(sys.argv[1])
slots = SlotFile.read(folder)
opened = slots.unlock(*sys.argv[2:])
start = time.perf_counter()
opened = rotation.begin(slots, opened, rotation.prepare(slots, opened, now=datetime.now(UTC)))
opened = rotation.resume(folder, opened)
print(time.perf_counter() - start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
Vault.open(folder, opened.keychain).close()
"""


class _Place(NamedTuple):
    folder: Path
    slots: SlotFile
    vault: Vault
    keychain: Keychain


def database() -> Figures:
    """A database of notes of 2 KB under new keys, in a process of its own; beside it a plain copy of the file."""
    with _vault() as made:
        case = _case(made.vault)
        path = made.folder / "vault.db"
        while path.stat().st_size < SIZE:
            with made.vault.record("notes added", person=ANA.id, case=case.id) as tx:
                for _ in range(NOTES):
                    body = "(U) " + " ".join(random.choices(WORDS, k=400))
                    tx.create(Note(case=case.id, title="Note", body=body, author=ANA.id, written=NOW))
            made.vault.checkpoint()
        made.vault.close()
        gigabytes = path.stat().st_size / 1e9
        copied = _copy(path)
        seconds, megabytes = _change(made)
    return {
        "change of keys, seconds per GB of database": Figure(seconds / gigabytes, None),
        "change of keys against cp + sync": Figure(seconds / copied, None, "×"),
        "memory of its process": Figure(megabytes, None, "MB"),
        "database measured": Figure(gigabytes, None, "GB"),
    }


def attachments() -> Figures:
    """A small vault, and the same with the keys of 10,000 attachments."""
    with _vault() as made:
        made.vault.close()
        bare, _ = _change(made)
    with _vault() as made:
        case = _case(made.vault)
        with made.vault.record("files attached", person=ANA.id, case=case.id) as tx:
            for number in range(ATTACHMENTS):
                tx.keep_blob(f"{number:032x}", wrap(made.keychain.blob_key, os.urandom(32)), 1)
        made.vault.close()
        seconds, _ = _change(made)
    return {
        "change of keys of an empty vault": Figure(bare, None),
        f"added by {ATTACHMENTS:,} attachments": Figure(seconds - bare, None),
    }


@contextmanager
def _vault() -> Iterator[_Place]:
    build = Path.cwd() / "build"
    build.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="reviewer-bench-", dir=build) as top:
        folder = Path(top) / "bench.vault"
        begin_folder(folder)
        mend_layout(folder)
        slots, keychain, _ = SlotFile.create(folder, policy={}, people=[ANA], rounds=600_000)
        yield _Place(folder, slots, Vault.create(folder, keychain), keychain)


def _case(vault: Vault) -> Case:
    case = Case(number="B-1", codename="BENCH", developer="Bench", opened=NOW)
    with vault.record("case opened", person=ANA.id, case=case.id) as tx:
        tx.create(case)
    return case


def _change(made: _Place) -> tuple[float, float]:
    """Seconds from the beginning of the change, keys at hand, to its end; and the megabytes the process had at most."""
    command = [sys.executable, "-c", CHANGE, str(made.folder), ANA.id, ANA.passphrase]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.split()
    return float(done[0]), float(done[1]) / 1024


def _copy(path: Path) -> float:
    copy = path.with_suffix(".copy")
    start = time.perf_counter()
    subprocess.run(["cp", path, copy], check=True)
    subprocess.run(["sync", copy], check=True)
    seconds = time.perf_counter() - start
    copy.unlink()
    return seconds
