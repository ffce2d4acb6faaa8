# SPDX-License-Identifier: Apache-2.0
"""From the start of the process to the unlock window, and from the passphrase to the docket, without a screen."""

import os
import statistics
import subprocess
import sys
import time

from bench import Figure, Figures
from bench._vaults import PASSPHRASE, vault

CASES = 10_000
RUNS = 7

# Runs in place of the event loop, with the same window, application and arguments that a person gets.
PAINTED = """
import os, sys, time

def painted(wanted=lambda: True):
    from PySide6.QtWidgets import QApplication
    app = QApplication.instance()
    while True:
        app.processEvents()
        for window in app.topLevelWidgets():
            if wanted() and window.isVisible() and window.windowHandle() and window.windowHandle().isExposed():
                window.repaint()
                return time.monotonic()
        time.sleep(0.001)  # as the event loop does: a second thread has the processor meanwhile

def told(*numbers):
    print(*numbers, flush=True)
    os._exit(0)
"""

# The window of PySide's first example: a label in its middle.
BARE = """
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QMainWindow
app = QApplication([])
window = QMainWindow()
window.setCentralWidget(QLabel("Reviewer", alignment=Qt.AlignmentFlag.AlignCenter))
window.show()
told(painted())
"""

OURS = """
from reviewer_app.ui.program import QApplication
from reviewer_app.__main__ import main
QApplication.exec = staticmethod(lambda: told(painted()))
main()
"""

DOCKET = """
import reviewer_app.services.vaults, reviewer_app.ui.workplace
from reviewer_app.__main__ import main
from reviewer_app.ui.program import Program
from reviewer_app.vault.slots import SlotFile

passphrase = sys.argv.pop()

def signed_in():
    painted()
    program = QApplication.instance().findChild(Program)
    door = program.entrance.page.door
    person = door.people[0].id
    time.sleep(2)  # what the vault needs is loaded while the person types
    begun = time.monotonic()
    program.entrance.unlock(person, passphrase)
    ended = painted(lambda: program.workplace and program.workplace.shell.isVisible())
    keys = time.monotonic()
    SlotFile.read(door.folder).unlock(person, passphrase)
    told(ended - begun, time.monotonic() - keys)

from PySide6.QtWidgets import QApplication
QApplication.exec = staticmethod(signed_in)
main()
"""


def unlock_window() -> Figures:
    """Process start to the first painted window, ours beside a bare one, turn by turn; medians."""
    with vault(0) as folder:
        bare, ours = [], []
        for _ in range(RUNS + 1):
            bare.append(_until_painted(BARE))
            ours.append(_until_painted(OURS, str(folder)))
    bare_one, our_one = statistics.median(bare[1:]), statistics.median(ours[1:])  # the first run warms the disk
    return {
        "process start to unlock window, against a bare window": Figure(our_one / bare_one, 1.5, "×"),
        "process start to unlock window": Figure(our_one, None),
        "process start to a bare PySide6 window": Figure(bare_one, None),
    }


def docket() -> Figures:
    """Passphrase typed to docket painted in a vault of 10,000 cases, less the derivation of the key; median of three."""
    with vault(CASES) as folder:
        runs = [[float(word) for word in _run(DOCKET, str(folder), PASSPHRASE).split()] for _ in range(3)]
    return {
        f"unlock to docket, {CASES:,} cases, key derivation aside": Figure(
            statistics.median(whole - derivation for whole, derivation in runs), 0.4
        ),
        "key derivation": Figure(statistics.median(derivation for _, derivation in runs), None),
    }


def _until_painted(script: str, *arguments: str) -> float:
    begun = time.monotonic()
    return float(_run(script, *arguments)) - begun


def _run(script: str, *arguments: str) -> str:
    command = [sys.executable, "-c", PAINTED + script, *arguments]
    environment = os.environ | {"QT_QPA_PLATFORM": "offscreen"}
    return subprocess.run(command, env=environment, check=True, capture_output=True, text=True, timeout=120).stdout
