# SPDX-License-Identifier: Apache-2.0
"""Composition: what is set before the first window, and which windows are started."""

import gc
import logging
import os
import sys
from pathlib import Path

USAGE = "usage: reviewer-app [VAULT], or reviewer-app VERB … (reviewer-app --help lists the verbs)"
NO_DISPLAY = "There is no display to open the window on. Start Reviewer in a desktop session."


def main(arguments: list[str]) -> int:
    """The application with an optional vault, or the tour; returns the exit code."""
    gc.disable()  # what is loaded before the first window stays; `TaskRunner` collects from then on
    if arguments[:1] == ["tour"]:
        return _tour(arguments[1:])
    from reviewer_app.ui import program
    from reviewer_app.ui.parting import Parting

    before = [parting for argument in arguments if (parting := Parting.of(argument))]
    vaults = [argument for argument in arguments if Parting.of(argument) is None]
    if len(before) > 1 or len(vaults) > 1 or not all(_may_be_vault(vault) for vault in vaults):
        print(USAGE, file=sys.stderr)
        return 2
    if not _has_display():
        print(NO_DISPLAY, file=sys.stderr)
        return 1
    return program.run(Path(vaults[0]) if vaults else None, before[0] if before else None)


def _may_be_vault(argument: str) -> bool:
    """Not a mistyped verb: something is there, or it is written as a path."""
    return Path(argument).exists() or Path(argument).suffix != "" or len(Path(argument).parts) > 1


def _has_display() -> bool:
    """Qt would end the process with a page of advice on its plugins."""
    places = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    return sys.platform != "linux" or any(os.environ.get(place) for place in places)


def harden() -> None:
    """Private files, no core dumps (security notes 11), diagnostics without case content on standard error."""
    os.umask(0o077)
    _log_our_own_words()
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        import ctypes

        pr_set_dumpable = 4
        ctypes.CDLL(None, use_errno=True).prctl(pr_set_dumpable, 0, 0, 0, 0)


def _log_our_own_words() -> None:
    told = logging.StreamHandler()
    told.setFormatter(logging.Formatter("%(levelname)s %(message)s"))
    logging.getLogger("reviewer").addHandler(told)
    # SECURITY: a library's message or warning may quote a case, so it goes nowhere.
    logging.getLogger().addHandler(logging.NullHandler())
    logging.captureWarnings(capture=True)


def _tour(arguments: list[str]) -> int:
    import argparse

    told = "A practice vault, and the main job played through the real windows: pictures, memo, package, summary."
    parser = argparse.ArgumentParser(prog="reviewer-app tour", description=told)
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="a new or empty folder")
    options = parser.parse_args(arguments)
    from reviewer_app.ui import tour

    return tour.run(options.out)
