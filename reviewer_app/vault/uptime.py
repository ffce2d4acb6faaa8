# SPDX-License-Identifier: Apache-2.0
"""How long this computer has run since it was started: time that no clock setting moves."""

import re
import sys
import time
from functools import cache
from pathlib import Path
from typing import NamedTuple

BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
UNSURE = "?"
"""Begins a boot id under which the counter may have run on from an earlier one."""


class Instant(NamedTuple):
    """A moment of one run of this computer: the id of the boot, and the seconds since, sleep included."""

    boot: str
    seconds: float


def instant() -> Instant:
    """This moment, by CLOCK_BOOTTIME and the kernel's boot id on Linux, GetTickCount64 and BootId on Windows.

    The wall clock has no part in it. The Windows way has not been run. Elsewhere, and where the boot id cannot be
    read, the id is `?`, which only makes `elapsed` more careful.
    """
    return Instant(_boot(), _seconds())


def elapsed(since: Instant, now: Instant) -> float:
    """Seconds that have passed at least, on the computer where `since` was taken; never negative.

    Of a moment in an earlier boot only the time since this boot is certain. So a wait is never shortened, neither by
    a clock nor by a restart; a restart may lengthen it.
    """
    ran = now.seconds - since.seconds
    sure = not (since.boot.startswith(UNSURE) or now.boot.startswith(UNSURE))
    if since.boot != now.boot and (sure or ran < 0):
        return now.seconds
    return max(ran, 0.0)


if sys.platform == "win32":
    import ctypes
    import winreg

    _KEY = r"SYSTEM\CurrentControlSet\Control\Session Manager\Memory Management\PrefetchParameters"

    @cache
    def _boot() -> str:
        # BootId counts attempts to boot; after a fast start the tick counter runs on under the next number.
        try:
            with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, _KEY) as key:
                return f"{UNSURE}{int(winreg.QueryValueEx(key, 'BootId')[0])}"
        except (OSError, ValueError, TypeError):
            return UNSURE

    _ticks = ctypes.windll.kernel32.GetTickCount64
    _ticks.restype = ctypes.c_ulonglong

    def _seconds() -> float:
        return float(_ticks()) / 1000
else:
    _CLOCK = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)

    @cache
    def _boot() -> str:
        try:
            found = BOOT_ID.read_text(encoding="ascii").strip()
        except (OSError, ValueError):
            return UNSURE
        return found if re.fullmatch(r"[0-9a-f-]{36}", found) else UNSURE

    def _seconds() -> float:
        return time.clock_gettime(_CLOCK)
