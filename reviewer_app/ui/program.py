# SPDX-License-Identifier: Apache-2.0
"""The running program: entrance, then the workplace, then lock or end. Whoever starts it needs no Qt."""

import os
import sys
import threading
from collections.abc import Callable
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QSize, Slot, qInstallMessageHandler
from PySide6.QtWidgets import QApplication

from reviewer_app.errors import AppError
from reviewer_app.ui.appearance import Appearance
from reviewer_app.ui.entrance import Entrance
from reviewer_app.ui.faults import FaultHook
from reviewer_app.ui.parting import Parting
from reviewer_app.ui.tasks import TaskRunner, Tasks
from reviewer_app.ui.theme import application

if TYPE_CHECKING:  # loaded while the person types
    from reviewer_app.services.desk import Desk, Grant
    from reviewer_app.services.keys import Plan
    from reviewer_app.ui.capture import Shield
    from reviewer_app.ui.session import Session
    from reviewer_app.ui.workplace import Workplace

SIZE, FRAME = QSize(1440, 900), QSize(16, 48)
PATIENCE = 15.0
"""Seconds that a lock may take before the process ends all the same."""

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
    "XDG_SESSION_ID",
    "XDG_SESSION_TYPE",
]


def start_successor(vault: Path, parting: Parting) -> None:
    """Starts a fresh process that shows the unlock window of the same vault; it gets a path and one fixed word."""
    import subprocess

    frozen = getattr(sys, "frozen", False)
    command = [sys.executable] if frozen else [sys.executable, "-m", "reviewer_app"]
    command += [str(vault), parting.option()]
    environment = {name: os.environ[name] for name in KEPT if name in os.environ}
    subprocess.Popen(command, env=environment, close_fds=True, stdin=subprocess.DEVNULL)


def end_process() -> None:
    """Ends this process at once: no key and no case text outlive the lock (security D8)."""
    os._exit(0)


class Program(QObject):
    """Joins the two windows. `before` is how the session before this process ended.

    `succeed` and `end` are how locking replaces the process, `uptime` gives the seconds that idle time is measured in,
    sleep included; tests give others.
    """

    def __init__(
        self,
        app: QApplication,
        vault: Path | None = None,
        before: Parting | None = None,
        *,
        tasks: Tasks | None = None,
        succeed: Callable[[Path, Parting], object] = start_successor,
        end: Callable[[], object] = end_process,
        uptime: Callable[[], float] | None = None,
    ) -> None:
        super().__init__(app)
        self.app, self._succeed, self._end, self._uptime = app, succeed, end, uptime
        self.appearance = Appearance(app)
        self._shield = _shield(app)
        self.tasks = tasks or TaskRunner(self)
        self.desk: Desk | None = None
        self.workplace: Workplace | None = None
        self.session: Session | None = None
        self.entrance: Entrance | None = self._door(vault)
        self.entrance.painted.connect(self._on_painted)
        self._before = before
        if before:
            self.entrance.tell(before.told(), "plain" if before.kept else "danger")
        app.aboutToQuit.connect(self.quit)

    def _door(self, vault: Path | None) -> Entrance:
        made = Entrance(self.tasks, vault, self._uptime)
        made.entered.connect(self.enter)
        made.idled.connect(self._on_idled)
        return made

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
        if self._before and self.entrance:
            from reviewer_app.ui.widgets.strips import announce

            announce(self.entrance, self._before.told())  # nobody heard it before there was a window

    @Slot(object)
    def enter(self, desk: "Desk") -> None:
        """The desk of the person who signed in becomes the workplace; when that goes wrong the vault is left again."""
        from reviewer_app.ui.clipboard import the_clipboard
        from reviewer_app.ui.session import Session
        from reviewer_app.ui.workplace import Workplace

        the_clipboard()
        self.desk = desk
        with ExitStack() as undo:
            undo.callback(self._leave, "signed out")
            workplace = Workplace(desk, self.appearance, self.tasks)
            undo.callback(workplace.shell.deleteLater)
            workplace.locked.connect(self._on_locked)
            workplace.closed.connect(self._on_closed)
            workplace.keys_planned.connect(self._on_keys_planned)
            workplace.destroy_asked.connect(self._on_destroy_asked)
            workplace.start()
            session = Session(workplace, self._uptime, self._shield)
            undo.pop_all()
        self.workplace, self.session = workplace, session
        entrance, self.entrance = self.entrance, None
        if entrance:
            workplace.shell.restoreGeometry(entrance.saveGeometry())
        workplace.shell.show()
        if entrance:
            entrance.close()
            entrance.deleteLater()

    @Slot(object)
    def _on_keys_planned(self, plan: "Plan") -> None:
        """The vault is closed for its new keys: the workplace goes, what it worked on waits in the vault, and the window
        before a workplace shows the change."""
        if back := self._back_to_entrance():
            desk, entrance = back
            entrance.change_keys(desk, plan)

    @Slot(object)
    def _on_destroy_asked(self, leave: "Grant") -> None:
        """The vault is destroyed: the workplace goes, and the window before one says what became of it."""
        if back := self._back_to_entrance():
            desk, entrance = back
            entrance.finished.connect(self._on_finished)
            entrance.destroy_vault(desk, leave)

    @Slot()
    def _on_finished(self) -> None:
        """SECURITY: the keys of what was destroyed do not outlive it in this process."""
        _clear_clipboard(self.app)
        self._end()

    def _back_to_entrance(self) -> "tuple[Desk, Entrance] | None":
        workplace, desk, session = self.workplace, self.desk, self.session
        if workplace is None or desk is None:
            return None
        self.tasks.halt()
        self._keep_unfinished()
        self.workplace = self.desk = self.session = None
        if session:
            session.idle.stop()
        self.entrance = entrance = self._door(desk.vault.folder)
        entrance.restoreGeometry(workplace.shell.saveGeometry())
        entrance.show()
        workplace.end()
        return desk, entrance

    def _leave(self, verb: str) -> None:
        """Closes the vault of the person who is signed in, if anybody is."""
        desk, self.desk = self.desk, None
        if desk is not None:
            from reviewer_app.services import vaults

            vaults.leave(desk, verb)

    @Slot(object)
    def _on_locked(self, parting: Parting) -> None:
        """The windows are blank by now. SECURITY: whatever goes wrong on the way, this process ends."""
        if self.desk is None:
            return
        folder = self.desk.vault.folder
        hung = threading.Timer(PATIENCE, self._replace, (folder, parting))
        hung.daemon = True
        hung.start()
        with ExitStack() as last:
            last.callback(self._replace, folder, parting)
            last.callback(hung.cancel)
            last.callback(_clear_clipboard, self.app)
            last.callback(self._leave, parting.verb)
            last.callback(self._keep_unfinished)
            self.tasks.close()

    def _replace(self, vault: Path, parting: Parting) -> None:
        """The last act, also from another thread when something before it does not come to its end."""
        with ExitStack() as last:
            last.callback(self._end)
            last.callback(self._succeed, vault, parting)

    @Slot(object)
    def _on_idled(self, parting: Parting) -> None:
        """The window before the workplace is blank by now, and its vault is open."""
        entrance = self.entrance
        if entrance is None or entrance.arrival is None:
            return
        folder = entrance.arrival.folder
        with ExitStack() as last:
            last.callback(self._replace, folder, parting)
            last.callback(_clear_clipboard, self.app)
            last.callback(entrance.leave, parting.verb)
            self.tasks.close()

    @Slot()
    def _on_closed(self) -> None:
        with ExitStack() as last:
            last.callback(self._leave, "signed out")
            last.callback(_clear_clipboard, self.app)
            last.callback(self._keep_unfinished)
            self.tasks.close()

    def _keep_unfinished(self) -> None:
        """Work was stopped; what is left of it waits in the vault for its person. A full disk keeps nobody here."""
        if self.workplace:
            with suppress(AppError):
                self.workplace.unfinished.keep()

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


def _shield(app: QApplication) -> "Shield | None":
    """Before the first window: on Windows pictures of the screen leave out every window."""
    if sys.platform == "win32":
        from reviewer_app.ui import capture

        return capture.shield(app)
    return None


def _load(_progress: object, _cancelled: object) -> None:
    import reviewer_app.services.vaults
    import reviewer_app.ui.arrival
    import reviewer_app.ui.session
    import reviewer_app.ui.workplace  # noqa: F401


def _nothing(_value: object) -> None:
    pass


def _no_message(*_message: object) -> None:
    """SECURITY: a message of Qt may quote what a window shows."""


def run(vault: Path | None = None, before: Parting | None = None) -> int:
    """Opens the window, of a vault where one is named, and says how the session before ended. Returns the exit code."""
    app = application(sys.argv[0])
    app.setApplicationName("Reviewer")
    app.setDesktopFileName("reviewer")
    FaultHook(app).install()
    qInstallMessageHandler(_no_message)
    program = Program(app, vault, before)
    program.show()
    return app.exec()
