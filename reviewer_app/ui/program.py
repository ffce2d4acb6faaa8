# SPDX-License-Identifier: Apache-2.0
"""The running program: entrance, then the workplace, then lock or end. Whoever starts it needs no Qt."""

import os
import sys
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QSize, Slot, qInstallMessageHandler
from PySide6.QtWidgets import QApplication

from reviewer_app.ui.appearance import Appearance
from reviewer_app.ui.entrance import Entrance
from reviewer_app.ui.faults import FaultHook
from reviewer_app.ui.tasks import TaskRunner, Tasks
from reviewer_app.ui.theme import application

if TYPE_CHECKING:  # loaded while the person types
    from reviewer_app.services.desk import Desk
    from reviewer_app.ui.workplace import Workplace

SIZE, FRAME = QSize(1440, 900), QSize(16, 48)
DRAFT_NOT_KEPT = "--draft-not-kept"
"""Argument of a successor: the unlock window has to say that a draft was lost."""
NOT_KEPT = (
    "The vault was locked, but its disk did not take the text you were writing. What was saved before is kept. Check "
    "the space on the disk, sign in, and write the last lines again."
)

# What the successor of a locked program gets of this one's environment: the desktop session, and nothing else.
KEPT = [
    "APPDATA",
    "DBUS_SESSION_BUS_ADDRESS",
    "DISPLAY",
    "HOME",
    "LANG",
    "LANGUAGE",
    "LC_ALL",
    "LC_CTYPE",
    "LC_TIME",
    "LOCALAPPDATA",
    "PATH",
    "PROGRAMDATA",
    "QT_QPA_PLATFORM",
    "QT_SCALE_FACTOR",
    "SYSTEMDRIVE",
    "SYSTEMROOT",
    "TEMP",
    "TMP",
    "TZ",
    "USER",
    "USERNAME",
    "USERPROFILE",
    "WAYLAND_DISPLAY",
    "WINDIR",
    "XAUTHORITY",
    "XDG_CURRENT_DESKTOP",
    "XDG_DATA_HOME",
    "XDG_RUNTIME_DIR",
    "XDG_SESSION_TYPE",
]


def start_successor(vault: Path, draft_kept: bool) -> None:
    """Starts a fresh process that shows the unlock window of the same vault; it gets a path and nothing secret."""
    import subprocess

    frozen = getattr(sys, "frozen", False)
    command = [sys.executable] if frozen else [sys.executable, "-m", "reviewer_app"]
    command += [str(vault), *([] if draft_kept else [DRAFT_NOT_KEPT])]
    environment = {name: os.environ[name] for name in KEPT if name in os.environ}
    subprocess.Popen(command, env=environment, close_fds=True, stdin=subprocess.DEVNULL)


def end_process() -> None:
    """Ends this process at once: no key and no case text outlive the lock (security D8)."""
    os._exit(0)


class Program(QObject):
    """Joins the two windows. `succeed` and `end` are how locking replaces the process; tests give others."""

    def __init__(
        self,
        app: QApplication,
        vault: Path | None = None,
        *,
        draft_kept: bool = True,
        tasks: Tasks | None = None,
        succeed: Callable[[Path, bool], object] = start_successor,
        end: Callable[[], object] = end_process,
    ) -> None:
        super().__init__(app)
        self.app, self._succeed, self._end = app, succeed, end
        self.appearance = Appearance(app)
        self.tasks = tasks or TaskRunner(self)
        self.desk: Desk | None = None
        self.workplace: Workplace | None = None
        self.entrance: Entrance | None = Entrance(self.tasks, vault)
        self.entrance.entered.connect(self.enter)
        self.entrance.painted.connect(self._on_painted)
        if not draft_kept:
            self.entrance.tell(NOT_KEPT)
        app.aboutToQuit.connect(self.quit)

    def show(self) -> None:
        """The entrance in front."""
        if self.entrance:
            # A frame around the window must not push the lower banner off the screen.
            space = self.entrance.screen().availableSize() - FRAME
            self.entrance.resize(SIZE.boundedTo(space))
            self.entrance.show()

    @Slot()
    def _on_painted(self) -> None:
        """What the vault needs is loaded while the person reads and types."""
        self.tasks.run(_load, _nothing, _nothing)

    @Slot(object)
    def enter(self, desk: "Desk") -> None:
        """The desk of the person who signed in becomes the workplace; when that goes wrong the vault is left again."""
        from reviewer_app.ui.clipboard import the_clipboard
        from reviewer_app.ui.workplace import Workplace

        the_clipboard()
        self.desk = desk
        with ExitStack() as undo:
            undo.callback(self._leave, "signed out")
            workplace = Workplace(desk, self.appearance, self.tasks)
            undo.callback(workplace.shell.deleteLater)
            workplace.locked.connect(self._on_locked)
            workplace.closed.connect(self._on_closed)
            workplace.start()
            undo.pop_all()
        self.workplace = workplace
        entrance, self.entrance = self.entrance, None
        if entrance:
            workplace.shell.restoreGeometry(entrance.saveGeometry())
        workplace.shell.show()
        if entrance:
            entrance.close()
            entrance.deleteLater()

    def _leave(self, verb: str) -> None:
        """Closes the vault of the person who is signed in, if anybody is."""
        desk, self.desk = self.desk, None
        if desk is not None:
            from reviewer_app.services import vaults

            vaults.leave(desk, verb)

    @Slot(bool)
    def _on_locked(self, draft_kept: bool) -> None:
        """The windows are blank by now. SECURITY: whatever goes wrong on the way, this process ends."""
        if self.desk is None:
            return
        folder = self.desk.vault.folder
        with ExitStack() as last:
            last.callback(self._end)
            last.callback(self._succeed, folder, draft_kept)
            last.callback(_clear_clipboard, self.app)
            last.callback(self._leave, "locked")
            self.tasks.close()

    @Slot()
    def _on_closed(self) -> None:
        self.tasks.close()
        _clear_clipboard(self.app)
        self._leave("signed out")

    @Slot()
    def quit(self) -> None:
        """However the program ends, the vault is left; a key that is just being derived is waited for."""
        self.tasks.close()
        if self.entrance:
            self.entrance.leave()
        self._leave("signed out")


def _clear_clipboard(app: QApplication) -> None:
    """SECURITY: what was copied here does not outlive the session; what others put there stays."""
    from reviewer_app.ui.clipboard import Clipboard

    board = app.clipboard()
    for kept in app.findChildren(Clipboard):
        kept.clear()
    if board.ownsClipboard():
        board.clear()


def _load(_progress: object, _cancelled: object) -> None:
    import reviewer_app.services.vaults
    import reviewer_app.ui.workplace  # noqa: F401


def _nothing(_value: object) -> None:
    pass


def _no_message(*_message: object) -> None:
    """SECURITY: a message of Qt may quote what a window shows."""


def run(vault: Path | None = None, *, draft_kept: bool = True) -> int:
    """Opens the window, of a vault where one is named. Returns the exit code."""
    app = application(sys.argv[0])
    app.setApplicationName("Reviewer")
    app.setDesktopFileName("reviewer")
    FaultHook(app).install()
    qInstallMessageHandler(_no_message)
    program = Program(app, vault, draft_kept=draft_kept)
    program.show()
    return app.exec()
