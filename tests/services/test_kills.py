# SPDX-License-Identifier: Apache-2.0
"""A kill at any moment of saving and attaching loses nothing confirmed and leaves nothing half done (faults row 1)."""

import os
import random
import signal
import subprocess
import sys
import time

from reviewer_app.domain.evidence import Attachment
from reviewer_app.domain.notes import Note
from reviewer_app.services import attachments, checking, vaults
from reviewer_app.services.door import look
from tests.desks import PASSPHRASE, cheap_passphrases, make_desk
from tests.factories import make_case

KILLS = int(os.environ.get("KILLS", "6"))


def killed_writer(folder, moment):
    """What the writer confirmed until it was killed, `moment` seconds after it was ready."""
    command = [sys.executable, "-m", "tests.services.writer", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout.readline() == "ready\n"
        time.sleep(moment)
        writer.send_signal(signal.SIGKILL)
        # A last line that was cut is a save nobody was told of.
        return [line.split() for line in writer.stdout if line.endswith("\n")]


def opened(folder):
    door = look(folder)
    with cheap_passphrases():
        return vaults.unlock(door, door.people[0].id, PASSPHRASE, warm=False)


def files_below(folder):
    return {path.name for path in folder.rglob("*") if path.is_file()}


def test_kills_lose_nothing_confirmed_and_leave_no_orphan(tmp_path):
    desk = make_desk(tmp_path)
    make_case(desk)
    folder = desk.vault.folder
    vaults.leave(desk)
    notes, files = 0, 0
    for kill in range(KILLS):
        confirmed = killed_writer(folder, random.Random(kill).random() * 0.8)
        desk = opened(folder)
        try:
            for kind, record, *sha512 in confirmed:
                if kind == "note":
                    assert desk.vault.get(Note, record)
                else:
                    attachment = desk.vault.get(Attachment, record)
                    with attachments.open_bytes(desk, attachment) as source:
                        assert source.verify() == attachment.sha512 == sha512[0]
            notes += sum(kind == "note" for kind, *_ in confirmed)
            files += sum(kind == "attachment" for kind, *_ in confirmed)
            assert checking.check(desk).told().endswith("Everything holds together.")
            assert files_below(folder / "blobs") == set(desk.vault.blobs())
        finally:
            vaults.leave(desk)
    print(f"{KILLS} kills, {notes} notes and {files} attachments confirmed, all there")
    assert notes and files
