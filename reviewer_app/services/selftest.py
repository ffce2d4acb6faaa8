# SPDX-License-Identifier: Apache-2.0
"""The self-test: versions in use and known-answer tests of the cryptography, with their count (SI-6)."""

import platform
from importlib import metadata

from reviewer_app import __version__
from reviewer_app.vault import database, keychain


def run() -> str:
    """The result as text, one line each. Raises UnsafeBuild when a test or a version does not hold."""
    answers = keychain.self_test()
    database.require_safe_build()
    lines = [f"Reviewer {__version__}", f"Python {platform.python_version()} on {platform.system()}"]
    lines += [f"{name} {metadata.version(name)}" for name in ("sqlcipher3", "cryptography", "PySide6-Essentials")]
    lines.append(f"Known-answer tests: {answers} of {answers} hold")
    lines.append("FIPS-approved algorithms; no validated module is claimed")
    return "\n".join(lines)
