# SPDX-License-Identifier: Apache-2.0
"""Where resources, data and logs are: in a source tree, an installed package or a frozen program."""

import sys
from functools import cache
from pathlib import Path

from reviewer_app.errors import DiskFailed


@cache
def resources() -> Path:
    """The folder of icons, fonts, rule data and templates."""
    here = Path(__file__).resolve().parent
    places = (Path(getattr(sys, "_MEIPASS", here)) / "resources", here / "resources", here.parent / "resources")
    for place in places:
        if place.is_dir():
            return place
    raise DiskFailed(action="find", name="resources", reason="the program's own files are incomplete")


def resource_text(name: str) -> str:
    """The UTF-8 text of one resource, named by its path below `resources`."""
    return (resources() / name).read_text(encoding="utf-8")


def document_text(name: str) -> str:
    """The UTF-8 text of a document that the help shows, `guide.md` or `errors.md`."""
    here = Path(__file__).resolve().parent
    for place in (Path(getattr(sys, "_MEIPASS", here)) / "docs", here / "docs", here.parent / "docs"):
        if (place / name).is_file():
            return (place / name).read_text(encoding="utf-8")
    raise DiskFailed(action="find", name=name, reason="the program's own files are incomplete")


def data_folder() -> Path:
    """Where a new vault is offered a home: the person's data folder on this computer's disk."""
    import platformdirs

    return Path(platformdirs.user_data_path("Reviewer", appauthor=False, roaming=False))


def log_folder() -> Path:
    """Where diagnostics go; they never hold case content."""
    import platformdirs

    return Path(platformdirs.user_log_path("Reviewer", appauthor=False))
