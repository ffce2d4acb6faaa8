# SPDX-License-Identifier: Apache-2.0
"""Composition: what is set before the first window, and which windows are started."""

import argparse
import logging
import os
import sys
from pathlib import Path


def main(arguments: list[str]) -> int:
    """The application with an optional vault, or the tour; returns the exit code."""
    harden()
    if arguments[:1] == ["tour"]:
        return _tour(arguments[1:])
    from reviewer_app.ui import program

    return program.run(arguments)


def harden() -> None:
    """Private files, no core dumps (security notes 11), diagnostics without case content on standard error."""
    os.umask(0o077)
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(message)s")
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        import ctypes

        pr_set_dumpable = 4
        ctypes.CDLL(None, use_errno=True).prctl(pr_set_dumpable, 0, 0, 0, 0)


def _tour(arguments: list[str]) -> int:
    told = "A practice vault, and the main job played through the real windows: pictures, memo, package, summary."
    parser = argparse.ArgumentParser(prog="reviewer-app tour", description=told)
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="a new or empty folder")
    options = parser.parse_args(arguments)
    from reviewer_app.ui import tour

    return tour.run(options.out)
