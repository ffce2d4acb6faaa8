# SPDX-License-Identifier: Apache-2.0
"""A signed-in window over a vault with several people, and how its passphrase dialogs are played."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog
from shiboken6 import delete

from reviewer_app.domain.people import Role
from reviewer_app.errors import AppError
from reviewer_app.policy import Policy
from reviewer_app.services import confirming
from reviewer_app.services.desk import Desk
from reviewer_app.ui.dialogs.confirm import ConfirmDialog
from reviewer_app.ui.workplace import Workplace
from tests.desks import COLLEAGUES_PASSPHRASE, PASSPHRASE, PERSON, add_colleague, make_desk, sign_in
from tests.ui.places import press, when_modal

WRONG = "not the passphrase"
OFFICER, REVIEWER, SUPERVISOR = "S. Officer", "N. Reviewer", "P. Supervisor"
Act = Callable[[Any], object]


def people_vault(desk: Desk) -> dict[str, str]:
    """Adds an officer, a reviewer and a supervisor; their ids by name."""
    roles = {OFFICER: Role.OFFICER, REVIEWER: Role.REVIEWER, SUPERVISOR: Role.SUPERVISOR}
    return {name: add_colleague(desk, name, (role,)) for name, role in roles.items()}


def desk_as(folder: Path, name: str, policy: Policy | None = None) -> tuple[Desk, dict[str, str]]:
    """The desk of one of them at a new vault, and everybody's id by name."""
    desk = make_desk(folder, policy)
    ids = people_vault(desk) | {PERSON: desk.person.id}
    return desk if name == PERSON else sign_in(desk, ids[name]), ids


@contextmanager
def window(qtbot, desk, appearance, tasks) -> Iterator[Workplace]:
    """The signed-in window in front, gone afterwards."""
    made = Workplace(desk, appearance, tasks)
    made.shell.resize(1440, 900)
    made.shell.show()
    made.shell.activateWindow()
    qtbot.waitUntil(made.shell.isActiveWindow)
    made.start()
    yield made
    for each in (made.shell, made):  # its timers would look into a vault that is left
        delete(each)


def in_turn(do: Callable[[], object], *acts: Act) -> list[QDialog]:
    """Do what opens one dialog after the other, inside or behind the one before, and play each."""
    played: list[QDialog] = []
    faults: list[Exception] = []

    def miss() -> None:
        faults.append(AssertionError(f"dialog {len(played) + 1} of {len(acts)} was not opened"))

    def play(found: QDialog) -> None:
        act = acts[len(played)]
        played.append(found)
        if len(played) < len(acts):
            when_modal(play, miss)
        try:
            act(found)
        except Exception as fault:  # noqa: BLE001  raised below, outside the dialog's own loop
            faults.append(fault)
        if faults and found.isVisible():
            found.done(0)

    when_modal(play, miss)
    do()
    while len(played) < len(acts) and not faults:
        QTest.qWait(5)
    if faults:
        raise faults[0]
    return played


def confirm(button: str, second: str = "", own: str = PASSPHRASE, beside: str = COLLEAGUES_PASSPHRASE) -> Act:
    """Types one's own passphrase, and that of a second person who is chosen by name, and presses the verb."""

    def act(dialog: ConfirmDialog) -> None:
        assert isinstance(dialog, ConfirmDialog)
        dialog.own.line.setText(own)
        if dialog.wanted.needs_second:
            if second:
                dialog.people.setCurrentText(second)
            dialog.second.line.setText(beside)
        press(dialog, button)

    return act


def cancel(dialog: QDialog) -> None:
    press(dialog, "Cancel")


def guess(desk: Desk, person: str, times: int = 3) -> None:
    """Somebody types wrong passphrases for a person."""
    for _ in range(times):
        try:
            confirming.confirm(desk, person, WRONG)
        except AppError:
            continue
