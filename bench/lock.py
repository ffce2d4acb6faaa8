# SPDX-License-Identifier: Apache-2.0
"""From the key that locks to blank windows, and to the unlock window of the process that takes over; without a screen."""

import os
import statistics
import subprocess
import sys
from pathlib import Path

from bench import Figure, Figures
from bench._vaults import PASSPHRASE, vault
from bench.start import OURS, PAINTED
from reviewer_app.domain.cases import Case
from reviewer_app.services import vaults
from reviewer_app.services.door import look

ENTRIES = 5_000
RUNS = 5

# The program as a person has it: the history of a case with all its lines, a form open over it, and Ctrl+L in that form.
# The successor gets what it always gets, and tells when it is painted.
LOCKED = """
import subprocess
from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from reviewer_app.__main__ import main
from reviewer_app.ui.leaving import Leaving
from reviewer_app.ui.program import Program

passphrase, successor = sys.argv.pop(), sys.argv.pop()
keep, start = Leaving._keep, subprocess.Popen

def kept(self, left):
    print(time.monotonic(), flush=True)  # the first act after the windows are blank
    keep(self, left)

def started(command, **facts):
    at = command.index("reviewer_app")
    return start([*command[:at - 1], "-c", successor, *command[at + 1:]], **facts)

def signed_in():
    painted()
    app = QApplication.instance()
    program = app.findChild(Program)
    program.entrance.unlock(program.entrance.page.door.people[0].id, passphrase)
    painted(lambda: program.workplace and program.workplace.shell.isVisible())
    place = program.workplace
    place.open_case(place.docket.lines[0].case, "history")
    history = place.case.part("history")
    while not history.earlier.isHidden():
        history._on_earlier()
    assert len(history.lines) >= ENTRIES
    painted()
    Leaving._keep, subprocess.Popen = kept, started
    QTimer.singleShot(0, lambda: QTimer.singleShot(300, press))  # once the form is there
    place.new_case()

def press():
    form = QApplication.activeModalWidget()
    print(time.monotonic(), flush=True)
    QTest.keyClick(form, Qt.Key.Key_L, Qt.KeyboardModifier.ControlModifier)

QApplication.exec = staticmethod(signed_in)
main()
"""


def lock() -> Figures:
    """A case of 5,000 history lines in front and a form over it; medians."""
    with vault(1) as folder:
        _fill(folder)
        runs = [_times(folder) for _ in range(RUNS + 1)][1:]  # the first run warms the disk
    blank = statistics.median(kept - pressed for pressed, kept, _ in runs)
    shown = statistics.median(painted - pressed for pressed, _, painted in runs)
    return {
        f"lock to blank, {ENTRIES:,} history lines and a form open": Figure(blank, 0.1),
        "lock to unlock window": Figure(shown, None),
    }


def _fill(folder: Path) -> None:
    door = look(folder)
    desk = vaults.unlock(door, door.people[0].id, PASSPHRASE, warm=False)
    (case,) = (each.id for each in desk.vault.find(Case))
    for _ in range(ENTRIES):
        desk.vault.witness("case opened", person=desk.person.id, case=case)
    vaults.leave(desk)


def _times(folder: Path) -> list[float]:
    """When the key was pressed, when the windows were blank, when the successor was painted (s, one clock)."""
    script = PAINTED + f"ENTRIES = {ENTRIES}\n" + LOCKED
    command = [sys.executable, "-c", script, str(folder), PAINTED + OURS, PASSPHRASE]
    environment = os.environ | {"QT_QPA_PLATFORM": "offscreen"}
    told = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE, text=True, timeout=120).stdout
    return [float(word) for word in told.split()]
