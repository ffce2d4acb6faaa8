# SPDX-License-Identifier: Apache-2.0
"""The installed PySide6 does not lose references: some versions abort a process after thousands of signals."""

import subprocess
import sys

SCRIPT = """
from PySide6.QtCore import QObject, Signal
class Source(QObject):
    told = Signal(object)
source, heard = Source(), []
source.told.connect(heard.append)
for number in range(200_000):
    source.told.emit(None)
    source.setObjectName("name")
    if number % 1000 == 0:
        heard.clear()
"""


def test_two_hundred_thousand_signals_leave_the_process_alive():
    # In a process of its own: the abort may come only when the interpreter ends.
    run = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, timeout=120, check=False)
    assert (run.returncode, run.stderr) == (0, "")
