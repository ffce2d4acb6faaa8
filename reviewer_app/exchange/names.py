# SPDX-License-Identifier: Apache-2.0
"""The one gate for names that come from outside: what a file inside a package may be called."""

import re
from collections.abc import Iterable

from reviewer_app.errors import PackageError

DEEPEST = 6
LONGEST = 128  # characters of one part: evidence is named by its SHA-512 in hexadecimal digits
SHOWN = 150

# SECURITY: ASCII only, so every name is in NFC, has no hidden or bidirectional character and means the same on every
# system. No backslash, colon or per cent sign: no drive, stream, escape or Windows path. No part begins with a dot.
_PART = rf"[A-Za-z0-9][A-Za-z0-9._-]{{0,{LONGEST - 1}}}"
_NAME = re.compile(rf"{_PART}(?:/{_PART}){{0,{DEEPEST - 1}}}")

# Windows opens a device for these, with any ending: "Naming Files, Paths, and Namespaces", Microsoft.
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\..*)?", re.IGNORECASE)


def check_name(name: str) -> None:
    """Raises PackageError unless `name` is a plain relative path that every file system keeps as it is."""
    if not _NAME.fullmatch(name):
        raise PackageError(reason=f"“{shown(name)}” is not a name a package may hold")
    for part in name.split("/"):
        if _RESERVED.fullmatch(part) or part.endswith("."):
            raise PackageError(reason=f"“{shown(name)}” is a name Windows keeps for itself")


def check_names(names: Iterable[str]) -> None:
    """`check_name` for each; and no file or folder may differ from another only in its case, or be both."""
    files: set[str] = set()
    folders: dict[str, str] = {}
    for name in names:
        check_name(name)
        if name.casefold() in files:
            raise PackageError(reason=f"“{shown(name)}” stands there twice")
        files.add(name.casefold())
        parts = name.split("/")
        for depth in range(1, len(parts)):
            folder = "/".join(parts[:depth])
            if folders.setdefault(folder.casefold(), folder) != folder:
                raise PackageError(reason=f"the folder “{shown(folder)}” stands there twice")
    for both in sorted(files & folders.keys()):
        raise PackageError(reason=f"“{shown(both)}” is a file and a folder at once")


def shown(name: str) -> str:
    """An untrusted name as it may be printed: ASCII with escapes, cut when it is long."""
    text = ascii(name)[1:-1]
    return text if len(text) <= SHOWN else text[:SHOWN] + "…"
