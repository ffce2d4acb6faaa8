# SPDX-License-Identifier: Apache-2.0
"""Hears when the desktop session around the windows is locked, or the computer is about to sleep."""

import ctypes
import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from PySide6.QtCore import QCoreApplication, QObject, Signal, Slot
from PySide6.QtDBus import QDBus, QDBusConnection, QDBusMessage
from PySide6.QtWidgets import QWidget

from reviewer_app.ui.tasks import Tasks

SAVERS = ("org.freedesktop", "org.gnome", "org.cinnamon", "org.mate", "org.xfce")
"""Who says that the screen is locked, each as NAME.ScreenSaver."""
LOGIN, LOGIN_PATH = "org.freedesktop.login1", "/org/freedesktop/login1"
MANAGER, SESSION = f"{LOGIN}.Manager", f"{LOGIN}.Session"
SYSTEM_BUS = Path("/run/dbus/system_bus_socket")
ANSWER = 1000  # ms that the login service has to answer
WHY = ("sleep", "Reviewer", "The vault is locked first", "delay")


class Buses(NamedTuple):
    """The names of the connections that were opened, "" for none, and what holds sleep up until this process ends."""

    session: str = ""
    system: str = ""
    delay: QDBusMessage | None = None


class Desktop(QObject):
    """`locked`: whoever sits there may be somebody else when the screen comes back."""

    locked = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.buses = Buses()
        self._own = os.environ.get("XDG_SESSION_ID", "")

    def watch(self, tasks: Tasks, window: QWidget) -> None:
        """Begin; on Linux in the background: a bus that is not there is no error, one that hangs holds nothing up."""
        if sys.platform == "linux":
            tasks.run(_open, self._on_open, self._on_failed)
        elif sys.platform == "win32":
            from reviewer_app.ui import desktop_windows

            self._messages = desktop_windows.SessionMessages(self.locked.emit)
            QCoreApplication.instance().installNativeEventFilter(self._messages)
            desktop_windows.register(int(window.winId()), ctypes.WinDLL("wtsapi32"))

    @Slot(object)
    def _on_open(self, buses: Buses) -> None:
        self.buses = buses
        if buses.session:
            for name in SAVERS:
                self._hear(buses.session, ("", "", f"{name}.ScreenSaver", "ActiveChanged"), "on_active(bool)")
        if buses.system:
            # SECURITY: on this bus anybody may speak; only the login service is listened to.
            self._hear(buses.system, (LOGIN, "", SESSION, "Lock"), "on_session_lock(QDBusMessage)")
            self._hear(buses.system, (LOGIN, LOGIN_PATH, MANAGER, "PrepareForSleep"), "on_active(bool)")

    def _hear(self, bus: str, what: tuple[str, str, str, str], slot: str) -> None:
        """From here on a signal (service, path, interface, name; "" for any) calls a slot.

        WORKAROUND: Qt marks a slot by a 1 before its name, and the bytes that its typing asks for are refused.
        """
        QDBusConnection(bus).connect(*what, self, f"1{slot}")  # type: ignore[call-overload]

    @Slot(object)
    def _on_failed(self, error: Exception) -> None:
        raise error  # a fault of ours: the exception hook tells it

    @Slot(bool)
    def on_active(self, begins: bool) -> None:
        """The screen saver, or sleep, begins or ends."""
        if begins:
            self.locked.emit()

    @Slot(QDBusMessage)
    def on_session_lock(self, message: QDBusMessage) -> None:
        """A session was locked: ours, or one that may be ours where nobody knows."""
        if not self._own or message.path() == session_path(self._own):
            self.locked.emit()


def session_path(name: str) -> str:
    """The path of a login session on the bus: `2` is _32, `c1` is c1 (sd_bus_path_encode)."""
    coded = "".join(
        letter
        if letter.isascii() and letter.isalnum() and not (place == 0 and letter.isdigit())
        else f"_{ord(letter):02x}"
        for place, letter in enumerate(name)
    )
    return f"{LOGIN_PATH}/session/{coded}"


def _open(_progress: object, _cancelled: object) -> Buses:
    """In the background. Only addresses that are known: looking for a bus may start one, and wait for it."""
    session, system = (_first(found) for found in (_session_addresses(), _system_addresses()))
    login = _connected(system, "reviewer-login")
    return Buses(_connected(session, "reviewer-session"), login, _held_up(login) if login else None)


def _first(addresses: Iterable[str]) -> str:
    return next(iter(addresses), "")


def _session_addresses() -> Iterator[str]:
    if told := os.environ.get("DBUS_SESSION_BUS_ADDRESS"):
        yield told
    if (folder := os.environ.get("XDG_RUNTIME_DIR")) and (Path(folder) / "bus").exists():
        yield f"unix:path={folder}/bus"


def _system_addresses() -> Iterator[str]:
    if told := os.environ.get("DBUS_SYSTEM_BUS_ADDRESS"):
        yield told
    if SYSTEM_BUS.exists():
        yield f"unix:path={SYSTEM_BUS}"


def _connected(address: str, name: str) -> str:
    return name if address and QDBusConnection.connectToBus(address, name).isConnected() else ""


def _held_up(name: str) -> QDBusMessage | None:
    """Asks that sleep waits, some seconds at most, until this process is gone, and with it the key."""
    asked = QDBusMessage.createMethodCall(LOGIN, LOGIN_PATH, MANAGER, "Inhibit")
    asked.setArguments(list(WHY))
    answer = QDBusConnection(name).call(asked, QDBus.CallMode.Block, ANSWER)
    return answer if answer.type() == QDBusMessage.MessageType.ReplyMessage else None
