# SPDX-License-Identifier: Apache-2.0
"""The running program: entrance, then the workplace, then lock or end. Whoever starts it needs no Qt."""

import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QApplication

from reviewer_app.ui.appearance import Appearance
from reviewer_app.ui.entrance import Entrance
from reviewer_app.ui.notify import FaultHook
from reviewer_app.ui.tasks import TaskRunner, Tasks

# What the successor of a locked program gets of this one's environment: the desktop session, and nothing else.
KEPT = ["APPDATA", "DBUS_SESSION_BUS_ADDRESS", "DISPLAY", "HOME", "LANG", "LANGUAGE", "LC_ALL", "LC_CTYPE", "LC_TIME", "LOCALAPPDATA", "PATH", "PROGRAMDATA", "QT_QPA_PLATFORM", "QT_SCALE_FACTOR", "SYSTEMDRIVE", "SYSTEMROOT", "TEMP", "TMP", "TZ", "USER", "USERNAME", "USERPROFILE", "WAYLAND_DISPLAY", "WINDIR", "XAUTHORITY", "XDG_CURRENT_DESKTOP", "XDG_DATA_HOME", "XDG_RUNTIME_DIR", "XDG_SESSION_TYPE"]


def start_successor(vault: Path) -> None:
    """Starts a fresh process that shows the unlock window of the same vault; it gets a path and nothing secret."""
    frozen = getattr(sys, "frozen", False)
    command = [sys.executable, str(vault)] if frozen else [sys.executable, "-m", "reviewer_app", str(vault)]
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
        tasks: Tasks | None = None,
        succeed: Callable[[Path], object] = start_successor,
        end: Callable[[], object] = end_process,
    ) -> None:
        super().__init__(app)
        self.app, self._succeed, self._end = app, succeed, end
        self.appearance = Appearance(app)
        self.tasks = tasks or TaskRunner(self)
        self.entrance: Entrance | None = Entrance(self.tasks, vault)
        self.entrance.entered.connect(self.enter)
        self.workplace: object = None
        app.aboutToQuit.connect(self.tasks.close)

    def show(self) -> None:
        """The entrance in front; what the vault needs is loaded while the person types."""
        if self.entrance:
            self.entrance.show()
            self.tasks.run(_load, _nothing, _nothing)

    @Slot(object)
    def enter(self, desk: object) -> None:
        """The desk of the person who signed in becomes the workplace."""
        from reviewer_app.ui.workplace import Workplace

        workplace = Workplace(desk, self.appearance, self.tasks)  # type: ignore[arg-type]
        self.workplace = workplace
        workplace.locked.connect(self._on_locked)
        workplace.closed.connect(self._on_closed)
        workplace.shell.resize(1440, 900)
        workplace.shell.show()
        workplace.start()
        entrance, self.entrance = self.entrance, None
        if entrance:
            entrance.close()
            entrance.deleteLater()

    def _leave(self, verb: str) -> Path:
        from reviewer_app.services import vaults
        from reviewer_app.ui.workplace import Workplace

        if not isinstance(self.workplace, Workplace):
            raise TypeError("nobody is signed in")
        self.tasks.close()
        QApplication.clipboard().clear()
        folder: Path = self.workplace.desk.vault.folder
        vaults.leave(self.workplace.desk, verb)
        return folder

    @Slot()
    def _on_locked(self) -> None:
        self._succeed(self._leave("locked"))
        self._end()

    @Slot()
    def _on_closed(self) -> None:
        self._leave("signed out")


def _load(_progress: object, _cancelled: object) -> None:
    import reviewer_app.services.vaults
    import reviewer_app.ui.workplace  # noqa: F401


def _nothing(_value: object) -> None:
    pass


def run(arguments: Sequence[str]) -> int:
    """Opens the window; `arguments` may name a vault. Returns the exit code."""
    app = QApplication([sys.argv[0]])
    app.setApplicationName("Reviewer")
    app.setDesktopFileName("reviewer")
    FaultHook(app).install()
    program = Program(app, Path(arguments[0]) if arguments else None)
    program.show()
    return app.exec()
