# SPDX-License-Identifier: Apache-2.0
"""The desktop's own lock, heard on real buses that a small program speaks on; and from messages built as Windows does."""

import ctypes
import os
import shutil
import subprocess
import sys
from ctypes import wintypes

import pytest

from reviewer_app.ui.desktop import session_path
from reviewer_app.ui.desktop_windows import LOCK, POWER, SESSION_CHANGE, THIS_SESSION, SessionMessages, register

needs_bus = pytest.mark.skipif(not shutil.which("dbus-run-session"), reason="dbus is not installed")

# Plays the login service and the screen saver of a desktop. Arguments: the bus, what it says, each `path interface name
# [yes|no]`. With `hold` it answers who wants to hold up sleep, and prints when that ends.
SPEAKER = """
import os
from PySide6.QtCore import QCoreApplication, QSocketNotifier
from PySide6.QtDBus import QDBusConnection, QDBusMessage, QDBusUnixFileDescriptor, QDBusVirtualObject

app = QCoreApplication([])
bus = QDBusConnection.sessionBus()
held, holder = os.pipe()

class Login(QDBusVirtualObject):
    def introspect(self, path):
        return ""

    def handleMessage(self, message, connection):
        print("asked", *message.arguments(), flush=True)
        connection.send(message.createReply([QDBusUnixFileDescriptor(holder)]))
        os.close(holder)
        return True

login = Login()
bus.registerVirtualObject("/org/freedesktop/login1", login)
assert bus.registerService("org.freedesktop.login1")
ended = QSocketNotifier(held, QSocketNotifier.Type.Read)
ended.activated.connect(lambda *_: (print("released", flush=True), ended.setEnabled(False)))

def say(line):
    path, interface, name, *said = line.split()
    message = QDBusMessage.createSignal(path, interface, name)
    message.setArguments([word == "yes" for word in said])
    bus.send(message)

def listen(lines):
    for line in lines:
        say(line)
    if not lines:
        app.quit()

listener = QSocketNotifier(0, QSocketNotifier.Type.Read)
listener.activated.connect(lambda *_: listen(os.read(0, 4096).decode().splitlines()))
print("ready", flush=True)
app.exec()
"""

# Hears for one window what the test lets the speaker say, as the program does, until it was locked so many times.
HEARER = """
import os, subprocess, sys
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QWidget
from reviewer_app.ui.desktop import Desktop
from reviewer_app.ui.tasks import TaskRunner

speaker, expected, *lines = sys.argv[1:]
app = QApplication([])
window, tasks, desktop = QWidget(), TaskRunner(), Desktop()
locks = []

def count():
    locks.append("locked")
    if len(locks) == int(expected):
        QTimer.singleShot(50, end)

desktop.locked.connect(count)
playing = subprocess.Popen([sys.executable, "-c", speaker], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
assert playing.stdout.readline() == "ready\\n"
desktop.watch(tasks, window)

def begin():
    if not desktop.buses.session:
        QTimer.singleShot(5, begin)
        return
    print("held" if desktop.buses.delay else "not held", playing.stdout.readline().strip(), flush=True)
    playing.stdin.write("".join(line + "\\n" for line in lines))
    playing.stdin.flush()

def end():
    desktop.buses = None
    playing.stdin.close()
    print(*locks, playing.stdout.read().strip(), sep=chr(10), flush=True)
    tasks.close()
    sys.stdout.flush()
    os._exit(0)

QTimer.singleShot(0, begin)
QTimer.singleShot(20000, lambda: os._exit(1))
app.exec()
"""

SAVER = "/org/freedesktop/ScreenSaver org.freedesktop.ScreenSaver ActiveChanged"
LAST = "/org/xfce/ScreenSaver org.xfce.ScreenSaver ActiveChanged yes"
GNOME = "/org/gnome/ScreenSaver org.gnome.ScreenSaver ActiveChanged"
OWN = "/org/freedesktop/login1/session/_32 org.freedesktop.login1.Session Lock"
OTHERS = "/org/freedesktop/login1/session/_37 org.freedesktop.login1.Session Lock"
SLEEP = "/org/freedesktop/login1 org.freedesktop.login1.Manager PrepareForSleep"


def heard(line, locks, session="2"):
    """What was heard of a line, and of one more that is always heard, on a bus that is the session's and the system's."""
    command = [
        "dbus-run-session",
        "--",
        "sh",
        "-c",
        'DBUS_SYSTEM_BUS_ADDRESS="$DBUS_SESSION_BUS_ADDRESS" exec "$@"',
        "sh",
    ]
    command += [sys.executable, "-c", HEARER, SPEAKER, str(locks + 1), line, LAST]
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "XDG_SESSION_ID": session}
    ran = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert ran.returncode == 0, ran.stderr[-2000:]
    return ran.stdout.splitlines()


@needs_bus
@pytest.mark.parametrize(
    ("line", "locks"),
    [
        (f"{SAVER} yes", 1),
        (f"{SAVER} no", 0),
        (f"{GNOME} yes", 1),
        (OWN, 1),
        (OTHERS, 0),
        (f"{SLEEP} yes", 1),
        (f"{SLEEP} no", 0),
    ],
)
def test_the_desktops_lock_is_heard_on_the_bus(line, locks):
    assert heard(line, locks).count("locked") == locks + 1


@needs_bus
def test_any_sessions_lock_counts_where_nobody_knows_ours():
    assert heard(OTHERS, 1, session="").count("locked") == 2


@needs_bus
def test_sleep_waits_for_the_lock_and_no_longer():
    said = heard(f"{SLEEP} yes", 1)
    assert said[0] == "held asked sleep Reviewer The vault is locked first delay"
    assert said[1:] == ["locked", "locked", "released"]


ALONE = """
import os, sys, time
from PySide6.QtWidgets import QApplication, QWidget
from reviewer_app.ui.desktop import Desktop
from reviewer_app.ui.tasks import InlineTasks
app = QApplication([])
begun = time.monotonic()
desktop = Desktop()
desktop.watch(InlineTasks(), QWidget())
print(*desktop.buses[:2], time.monotonic() - begun < 1)
sys.stdout.flush()
os._exit(0)
"""


@pytest.mark.parametrize(
    "told",
    [{}, {"DBUS_SESSION_BUS_ADDRESS": "unix:path=/nowhere/bus"}, {"XDG_RUNTIME_DIR": "{}"}, {"DISPLAY": ":99"}],
    ids=["no bus", "a bus that is gone", "a dead socket", "a display"],
)
def test_without_a_bus_there_is_no_error_and_no_wait(tmp_path, told):
    (tmp_path / "bus").touch()
    environment = {name: os.environ[name] for name in ("PATH", "PYTHONPATH", "HOME") if name in os.environ}
    environment |= {"QT_QPA_PLATFORM": "offscreen", "DBUS_SYSTEM_BUS_ADDRESS": "unix:path=/nowhere/system"}
    environment |= {name: text.format(tmp_path) for name, text in told.items()}
    ran = subprocess.run(
        [sys.executable, "-c", ALONE], env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert (ran.stdout.split(), ran.returncode, ran.stderr) == (["True"], 0, "")


@pytest.mark.parametrize(("name", "path"), [("2", "_32"), ("c1", "c1"), ("31", "_331"), ("a-b", "a_2db")])
def test_a_session_has_the_path_that_the_login_service_gives_it(name, path):
    assert session_path(name) == f"/org/freedesktop/login1/session/{path}"


# --- Windows -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("message", "what", "ends"),
    [
        (SESSION_CHANGE, LOCK, True),
        (SESSION_CHANGE, 0x6, True),  # WTS_SESSION_LOGOFF
        (SESSION_CHANGE, 0x8, False),  # WTS_SESSION_UNLOCK
        (POWER, 0x4, True),  # PBT_APMSUSPEND
        (POWER, 0x7, False),  # PBT_APMRESUMESUSPEND
        (0x0200, LOCK, False),  # WM_MOUSEMOVE
    ],
)
def test_a_message_of_windows_is_read(message, what, ends):
    told, heard_of = wintypes.MSG(message=message, wParam=what), []
    messages = SessionMessages(lambda: heard_of.append(True))
    assert messages.nativeEventFilter(b"windows_generic_MSG", ctypes.addressof(told)) == (False, 0)
    assert bool(heard_of) is ends


def test_a_message_of_another_system_is_not_touched():
    messages = SessionMessages(lambda: pytest.fail("it read what it cannot know"))
    assert messages.nativeEventFilter(b"xcb_generic_event_t", 1) == (False, 0)


def test_a_window_is_registered_for_its_own_session():
    class Function:
        def __call__(self, *arguments):
            self.called = arguments
            return 1

    class Wtsapi32:
        WTSRegisterSessionNotification = Function()

    assert register(7, Wtsapi32) is True
    assert Wtsapi32.WTSRegisterSessionNotification.called == (7, THIS_SESSION)
