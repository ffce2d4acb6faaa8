# SPDX-License-Identifier: Apache-2.0
"""How the parts of a case say sizes, moments, counts and hashes."""

from datetime import datetime

from reviewer_app.services.desk import Desk

SILENT = "not recorded"


def size_text(size: int) -> str:
    """A number of bytes for a person, in decimal units: `640 bytes`, `3.2 MB`."""
    for unit, step in (("GB", 10**9), ("MB", 10**6), ("KB", 10**3)):
        if size >= step:
            return f"{size / step:.1f} {unit}"
    return f"{size} bytes"


def counted(number: int, noun: str, plural: str = "") -> str:
    """`1 file`, `3 files`."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def since(desk: Desk, moment: datetime, now: datetime) -> str:
    """A past moment in a narrow column: `today 09:51`, `20 Nov`, `20 Nov 2025`."""
    day, _, hour = _day_and_hour(desk, moment)
    today, _, _ = _day_and_hour(desk, now)
    if day == today:
        return f"today {hour}"
    date, _, year = day.rpartition(" ")
    return date if year == today.rpartition(" ")[2] else day


def _day_and_hour(desk: Desk, moment: datetime) -> tuple[str, str, str]:
    day, hour, zone = desk.written(moment).rsplit(" ", 2)
    return day, zone, hour


def grouped(digits: str, size: int = 8) -> str:
    """Hexadecimal digits in groups that the eye can compare."""
    return " ".join(digits[start : start + size] for start in range(0, len(digits), size))


def cut_name(name: str, most: int = 52) -> str:
    """A file's name for a link: a long one loses its middle, because its end says what sort of file it is."""
    return name if len(name) <= most else f"{name[: most - 17]}…{name[-16:]}"
