# SPDX-License-Identifier: Apache-2.0
"""The same as `desktop` on Windows: a window is told by a message when its session is locked or the computer sleeps."""

import ctypes
from collections.abc import Callable
from ctypes import wintypes
from typing import Any

from PySide6.QtCore import QAbstractNativeEventFilter, QByteArray

SESSION_CHANGE, POWER = 0x02B1, 0x0218
"""WM_WTSSESSION_CHANGE and WM_POWERBROADCAST."""
CONSOLE_DISCONNECT, REMOTE_DISCONNECT, LOG_OFF, LOCK = 0x2, 0x4, 0x6, 0x7
ENDS = {(SESSION_CHANGE, what) for what in (CONSOLE_DISCONNECT, REMOTE_DISCONNECT, LOG_OFF, LOCK)} | {(POWER, 0x4)}
"""What a session ends with: locked, disconnected or left; PBT_APMSUSPEND."""
THIS_SESSION = 0
"""NOTIFY_FOR_THIS_SESSION."""
KINDS = (b"windows_generic_MSG", b"windows_dispatcher_MSG")


class SessionMessages(QAbstractNativeEventFilter):
    """Calls `ended` for every message that ends the session. Install it as the application's native event filter."""

    def __init__(self, ended: Callable[[], object]) -> None:
        super().__init__()
        self._ended = ended

    def nativeEventFilter(self, kind: QByteArray | bytes | bytearray | memoryview, message: int) -> object:
        """Sees every native message first, and lets it pass."""
        if (kind.data() if isinstance(kind, QByteArray) else bytes(kind)) in KINDS:
            told = wintypes.MSG.from_address(int(message))
            if (told.message, told.wParam) in ENDS:
                self._ended()
        return False, 0


def register(window: int, wtsapi32: Any) -> bool:
    """Asks Windows to tell this window of its session; whether it will."""
    wtsapi32.WTSRegisterSessionNotification.argtypes = (ctypes.c_void_p, ctypes.c_uint32)
    wtsapi32.WTSRegisterSessionNotification.restype = ctypes.c_int
    return bool(wtsapi32.WTSRegisterSessionNotification(window, THIS_SESSION))
