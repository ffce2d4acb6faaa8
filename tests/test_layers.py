# SPDX-License-Identifier: Apache-2.0
"""The house rule: imports go one way, absolute, and are looked for inside functions and TYPE_CHECKING blocks too."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "reviewer_app"
LOW = {"errors", "paths", "policy", "domain"}
SIDE_BY_SIDE = {"vault", "evaluations", "memo", "exchange"}
MAY_IMPORT = {
    "errors": set(),
    "paths": {"errors"},
    "policy": {"errors", "paths"},
    "domain": {"errors"},
    **dict.fromkeys(SIDE_BY_SIDE, LOW),
    "services": LOW | SIDE_BY_SIDE,
    "ui": LOW | {"services"},
    "app": LOW | SIDE_BY_SIDE | {"services", "ui"},
    "cli": LOW | SIDE_BY_SIDE | {"services"},
    "__main__": {"app", "cli", "evaluations"},
}
NETWORK = {"http", "urllib.request", "socketserver", "ftplib", "smtplib", "ssl", "asyncio", "requests", "aiohttp"}


def imports(source: str) -> Iterator[tuple[int, str]]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.lineno, "." * node.level + (node.module or "")


def breaches(room: str, source: str) -> list[str]:
    found = []
    for line, name in imports(source):
        first, _, rest = name.partition(".")
        if name.startswith("."):
            found.append(f"line {line}: {name} is relative")
        elif first in ("PySide6", "shiboken6") and room != "ui":
            found.append(f"line {line}: only ui imports {name}")
        elif first == "reviewer_app" and rest:
            other = rest.split(".")[0]
            if other != room and other not in MAY_IMPORT[room]:
                found.append(f"line {line}: {room} imports {other}")
        elif name in NETWORK or first in NETWORK:
            found.append(f"line {line}: {name} could reach a network")
    return found


FILES = sorted(PACKAGE.rglob("*.py"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(PACKAGE)))
def test_imports_go_one_way(file):
    room = file.relative_to(PACKAGE).parts[0].removesuffix(".py")
    if room != "__init__":
        assert breaches(room, file.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("room", "source"),
    [
        ("services", "def f():\n    from PySide6.QtCore import QObject"),
        ("vault", "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import reviewer_app.ui.shell"),
        ("ui", "from reviewer_app.vault.vault import Vault"),
        ("memo", "from reviewer_app.exchange import bag"),
        ("domain", "from .record import Record"),
        ("cli", "import reviewer_app.ui.shell"),
        ("vault", "import urllib.request"),
    ],
)
def test_a_planted_breach_is_found(room, source):
    assert len(breaches(room, source)) == 1
