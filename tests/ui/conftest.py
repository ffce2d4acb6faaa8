# SPDX-License-Identifier: Apache-2.0
"""Windows under test: offscreen, work done inline, and the standing checks that every page is held to."""

import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from collections import Counter
from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QPlainTextEdit, QTableView, QWidget
from shiboken6 import delete

from reviewer_app.ui import theme
from reviewer_app.ui.appearance import Appearance
from reviewer_app.ui.shell import Shell
from reviewer_app.ui.tasks import InlineTasks
from reviewer_app.ui.tokens import LIGHT
from reviewer_app.ui.widgets.nav import Place
from tests.ui.entering import enter, home  # noqa: F401  fixtures
from tests.ui.running import begin, did, quick, vault, working  # noqa: F401  fixtures

PLACES = (Place("docket", "docket", "Docket"), Place("vault", "vault", "Vault", below=True))


@pytest.fixture(autouse=True)
def look(qapp: QApplication) -> None:
    """Every test starts with the light theme and 13 px text."""
    if not qapp.styleSheet() or (theme.LOOK.tokens, theme.LOOK.base) != (LIGHT, 13):
        theme.apply(qapp, LIGHT, 13)


@pytest.fixture
def tasks() -> Iterator[InlineTasks]:
    inline = InlineTasks()
    yield inline
    inline.close()


@pytest.fixture
def appearance(qapp: QApplication) -> Iterator[Appearance]:
    made = Appearance(qapp, "light", 100, 13)
    yield made
    delete(made)


@pytest.fixture
def shell(qtbot, appearance: Appearance) -> Shell:
    """An open practice window without a page."""
    made = Shell(
        PLACES,
        appearance,
        marking="UNCLASSIFIED",
        note="Markings for training only",
        stamp="PRACTICE",
        person="R. Ibarra, reviewer",
        vault="Practice vault",
        clock="Clock trusted, checked today 08:12",
    )
    qtbot.addWidget(made)
    made.resize(1440, 900)
    made.show()
    return made


# --- standing checks -----------------------------------------------------------------------------------------------


def focus_stops(window: QWidget) -> list[QWidget]:
    """What Tab can reach now."""
    found = (window, *window.findChildren(QWidget))
    return [
        w
        for w in found
        if w.focusPolicy() & Qt.FocusPolicy.TabFocus and w.isVisible() and w.isEnabled() and not w.focusProxy()
    ]


def accessible_name(widget: QWidget) -> str:
    face = QAccessible.queryAccessibleInterface(widget)
    return widget.accessibleName() or (face.text(QAccessible.Text.Name) if face else "")


def nameless(window: QWidget) -> list[str]:
    return [f"no name: {type(w).__name__}" for w in focus_stops(window) if not accessible_name(w).strip()]


def doubled_mnemonics(window: QWidget) -> list[str]:
    shown = [w for w in window.findChildren(QWidget) if w.isVisible() and isinstance(w, QAbstractButton | QLabel)]
    keys = Counter(QKeySequence.mnemonic(w.text()).toString() for w in shown if "&" in w.text())
    return [f"two widgets answer {key}" for key, count in keys.items() if key and count > 1]


def tab_traps(window: QWidget) -> list[str]:
    found = []
    for widget in focus_stops(window):
        if isinstance(widget, QTableView | QPlainTextEdit):
            widget.setFocus()
            reached = QApplication.focusWidget() is widget
            QTest.keyClick(widget, Qt.Key.Key_Tab)
            if not reached:
                found.append(f"Tab does not reach: {accessible_name(widget)}")
            elif QApplication.focusWidget() is widget:
                found.append(f"keeps Tab: {accessible_name(widget)}")
    return found


@pytest.fixture
def problems(qtbot) -> Callable[[QWidget], list[str]]:
    """What is wrong with an open window for somebody without mouse or sight; [] when nothing is."""

    def look_for(window: QWidget) -> list[str]:
        window.show()
        window.activateWindow()
        qtbot.waitUntil(window.isActiveWindow)
        return nameless(window) + doubled_mnemonics(window) + tab_traps(window)

    return look_for
