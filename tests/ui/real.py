# SPDX-License-Identifier: Apache-2.0
"""The real program in a process of its own, without a screen, driven through its windows by lines on a pipe."""

import json
import os
import select
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent.parent
WAIT = 30  # seconds for one act

# Reads `verb argument` from its input, acts through the windows as a person would, and answers with a line of JSON.
CHILD = """
import json, os, sys
from PySide6.QtCore import QSocketNotifier, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog
from reviewer_app.__main__ import main
from reviewer_app.ui.program import Program

Ctrl, Shift = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier

def answer(**said):
    print(json.dumps(said), flush=True)

def program():
    return QApplication.instance().findChild(Program)

def when(ready, then):
    if ready():
        then()
    else:
        QTimer.singleShot(5, lambda: when(ready, then))

def sign_in(passphrase):
    page = program().entrance.page
    page.notice.setChecked(True)
    page.passphrase.line.setFocus()
    QTest.keyClicks(page.passphrase.line, passphrase)
    QTest.keyClick(page.passphrase.line, Qt.Key.Key_Return)
    when(lambda: program().workplace, answer)

def write(text):
    place = program().workplace
    place.open_case(place.docket.lines[0].case, "notes")
    editor = place.case.part("notes").editor
    editor.text.setFocus()
    QTest.keyClicks(editor.text, text)
    QTest.keyClick(editor.text, Qt.Key.Key_A, Ctrl)
    QTest.keyClick(editor.text, Qt.Key.Key_C, Ctrl)
    when(lambda: editor.kept.text().startswith("Kept"), lambda: answer(copied=QApplication.clipboard().text()))

def attach(folder):
    from reviewer_app.ui.files import choose_files
    shell = program().workplace.shell
    def leave():
        QApplication.activeModalWidget().reject()
        program().workplace.show_tab("evaluations")
        answer()
    QTimer.singleShot(100, leave)
    choose_files(shell, "Attach files", __import__("pathlib").Path(folder))

def look(_):
    app = QApplication.instance()
    windows = [type(each).__name__ for each in app.topLevelWidgets() if each.isVisible()]
    page = type(program().entrance.page).__name__ if program().entrance else ""
    answer(windows=windows, page=page, clipboard=app.clipboard().text())

def lock(_):
    QTest.keyClick(program().workplace.shell, Qt.Key.Key_L, Ctrl)

def listen():
    verb, _, said = os.read(0, 4096).decode().strip().partition(" ")
    {"sign-in": sign_in, "write": write, "attach": attach, "look": look, "lock": lock}.get(verb, lambda _: os._exit(3))(said)

real = QApplication.exec

def run():
    QApplication.instance().listener = QSocketNotifier(0, QSocketNotifier.Type.Read)
    QApplication.instance().listener.activated.connect(lambda *_: listen())
    when(lambda: program().entrance.isVisible(), answer)
    return real()

QApplication.exec = staticmethod(run)
sys.exit(main())
"""


class RealProgram:
    """One running program. `home` is all it knows of the account it runs in."""

    def __init__(self, vault: Path, home: Path) -> None:
        environment = {
            "HOME": str(home),
            "TMPDIR": str(home / "tmp"),
            "XDG_RUNTIME_DIR": str(home / "run"),
            "PATH": os.environ["PATH"],
            "LANG": "C.UTF-8",
            "QT_QPA_PLATFORM": "offscreen",
        }
        self.process = subprocess.Popen(
            [sys.executable, "-c", CHILD, str(vault)],
            env=environment,
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._answer()

    def tell(self, line: str) -> None:
        """Let it do something that ends it."""
        assert self.process.stdin is not None
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def ask(self, line: str) -> dict[str, Any]:
        """Let it do something, and wait until that is done."""
        self.tell(line)
        return self._answer()

    def _answer(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        ready, *_ = select.select([self.process.stdout], [], [], WAIT)
        assert ready, "it does not answer"
        line = self.process.stdout.readline()
        assert line, f"it ended with {self.process.wait(WAIT)}"
        return dict(json.loads(line))


@contextmanager
def running(vault: Path, home: Path) -> Iterator[RealProgram]:
    """A program that is killed at the end, if it runs still."""
    for folder in (home, home / "tmp", home / "run"):
        folder.mkdir(mode=0o700, exist_ok=True)
    made = RealProgram(vault, home)
    try:
        yield made
    finally:
        made.process.kill()
        made.process.wait(WAIT)
        for pipe in (made.process.stdin, made.process.stdout):
            if pipe:
                pipe.close()
