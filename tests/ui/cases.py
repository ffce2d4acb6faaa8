# SPDX-License-Identifier: Apache-2.0
"""An open case in a real window, and a way to act on the dialogs it opens."""

from typing import Any

from PySide6.QtWidgets import QAbstractButton, QLabel, QWidget

from reviewer_app.services import cases
from reviewer_app.services.desk import Desk
from reviewer_app.ui.case.page import CasePage
from reviewer_app.ui.shell import Shell
from reviewer_app.ui.tasks import Tasks
from tests.ui.places import TabPlace

BARE: dict[str, Any] = {
    **dict.fromkeys(("offered", "granted", "partner_release")),
    **dict.fromkeys(
        ("offered_by", "offer_document", "agreement", "build", "granted_source", "partner_release_source"), ""
    ),
}
"""What `make_case` takes for a case of which only the three needed things are known."""


class CasePlace(TabPlace):
    """Implements `ui.case.tab.Workplace` around a whole case page."""

    def __init__(self, shell: Shell, desk: Desk, tasks: Tasks, case: str) -> None:
        super().__init__(shell, desk, tasks, case)
        self.page = CasePage(self)
        self.page.show_file(cases.case_file(desk, case))
        shell.show_page(self.page, "docket")

    def changed(self) -> None:
        self.page.show_file(cases.case_file(self.desk, self.case))

    def show_tab(self, key: str) -> None:
        super().show_tab(key)
        self.page.show_tab(key)

    def say(self, text: str) -> None:
        super().say(text)
        self.page.say(text)


def press(inside: QWidget, name: str) -> None:
    """Press the button of this name or text."""
    found = [
        each
        for each in inside.findChildren(QAbstractButton)
        if name in (each.accessibleName(), each.text().strip()) and each.isVisible()
    ]
    assert found, f"no button {name}: {[b.accessibleName() for b in inside.findChildren(QAbstractButton)]}"
    assert found[0].isEnabled(), f"{name} cannot be pressed"
    found[0].click()


def texts(inside: QWidget) -> str:
    """Every word that labels show now, one after the other."""
    shown = [each for each in inside.findChildren(QLabel) if each.isVisible()]
    return "\n".join(each.accessibleName() or each.text() for each in shown)
