# SPDX-License-Identifier: Apache-2.0
"""The window before a vault is open: choose or make a vault, read the notice, sign in."""

import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtGui import QCloseEvent, QKeyEvent, QPaintEvent
from PySide6.QtWidgets import QMainWindow, QWidget

from reviewer_app.errors import AppError
from reviewer_app.paths import data_folder
from reviewer_app.services.door import SUFFIX, Door, look, nearby
from reviewer_app.ui.doorstep import Page, with_code
from reviewer_app.ui.tasks import Tasks
from reviewer_app.ui.theme import GROUP
from reviewer_app.ui.unlock import Unlock
from reviewer_app.ui.widgets.banner import Banner
from reviewer_app.ui.widgets.layout import box, column, put_in, scroll

# The unlock window is what people wait for; the other pages, and what opens a vault, are loaded when they are needed.
if TYPE_CHECKING:
    from reviewer_app.services.desk import Desk
    from reviewer_app.ui.welcome import NewVaultForm
    from reviewer_app.ui.widgets.strips import AlertStrip

NO_VAULT = ("UNCLASSIFIED", "No vault is open", "")
"""The banner while no vault is chosen: nothing of a case can be on the screen then."""


def banner_words(floor: str, *, practice: bool) -> tuple[str, str, str]:
    """Marking, note and stamp of the banner strip for a vault with this system-high floor."""
    return (floor, "Markings for training only", "PRACTICE") if practice else (floor, "", "")


Opened = tuple["Desk", str]
"""An open vault, and the recovery key of one that was just made ("" otherwise)."""


class Entrance(QMainWindow):
    """`entered` carries the desk of the person who signed in. One page at a time; the banners are always there.

    `painted` comes once, when the window can be seen.
    """

    entered = Signal(object)
    painted = Signal()

    def __init__(self, tasks: Tasks, vault: Path | None = None) -> None:
        super().__init__()
        self.tasks = tasks
        self.page: Page | None = None
        self.desk: Desk | None = None  # opened, not entered yet
        self.alerts: AlertStrip | None = None
        self._seen = False
        self.setWindowTitle("Reviewer")
        self.code = ""  # of what was refused last
        self.setMinimumSize(1024, 700)
        self.banners = (Banner(*NO_VAULT), Banner(*NO_VAULT))
        self.view = scroll(None, "")
        top, bottom = self.banners
        self.body = column(top, (self.view, 1), bottom, gap=0)
        self.setCentralWidget(self.body)
        found = [vault] if vault else nearby()
        if len(found) == 1:
            self.show_unlock(found[0])
        else:
            self.show_welcome()

    # --- pages -----------------------------------------------------------------------------------------------------

    @Slot()
    def show_welcome(self) -> None:
        """Open, make or practise."""
        from reviewer_app.ui.welcome import Welcome

        page = Welcome(nearby())
        page.vault_chosen.connect(self.show_unlock)
        page.open_asked.connect(self.choose_vault)
        page.new_asked.connect(self.show_new)
        page.practice_asked.connect(self.show_practice)
        self._put(page)

    @Slot()
    def show_new(self) -> None:
        """The form for a new vault."""
        self._show_form(practice=False)

    @Slot()
    def show_practice(self) -> None:
        """The form for a practice vault."""
        self._show_form(practice=True)

    def _show_form(self, *, practice: bool) -> None:
        from reviewer_app.ui.welcome import NewVault

        page = NewVault(practice=practice)
        page.create_asked.connect(self.make)
        page.back_asked.connect(self.show_welcome)
        self._put(page, banner_words("UNCLASSIFIED", practice=True) if practice else NO_VAULT)

    @Slot(object)
    def show_unlock(self, folder: Path) -> None:
        """The door of a vault; of a folder that cannot be opened, the welcome page and the reason."""
        try:
            door = look(folder)
        except AppError as error:
            self.show_welcome()
            self.refuse(error)
            return
        page = Unlock(door)
        page.unlock_asked.connect(self.unlock)
        page.other_asked.connect(self.show_welcome)
        self._put(page, banner_words(door.policy.floor, practice=door.policy.practice))

    @Slot()
    def choose_vault(self) -> None:
        """Ask for a vault's folder."""
        from reviewer_app.ui.files import choose_folder

        chosen = choose_folder(self, f"Open a vault (a folder ending in {SUFFIX})", data_folder())
        if chosen:
            self.show_unlock(chosen)

    def _put(self, page: Page, banner: tuple[str, str, str] = NO_VAULT) -> None:
        self.hush()
        for strip in self.banners:
            strip.show_marking(*banner)
        if self.page:
            self.page.forget()
        self.page = page
        put_in(self.view, page)
        if first := page.findChild(QWidget, "start"):
            first.setFocus(Qt.FocusReason.TabFocusReason)

    # --- what went wrong -------------------------------------------------------------------------------------------

    def tell(self, text: str) -> None:
        """Say above the page what went wrong; it stays until the next step or until it is dismissed."""
        from reviewer_app.ui.widgets.strips import Alert, AlertStrip

        if self.alerts is None:
            self.alerts = AlertStrip()
            box(self.body).insertWidget(1, self.alerts)
            box(self.alerts).setContentsMargins(GROUP, GROUP, GROUP, 0)
        self.alerts.add(Alert(text, tone="danger"))

    def refuse(self, error: AppError) -> None:
        """Tell an error in its own sentences, with the code that the help explains."""
        self.code = error.code
        self.tell(with_code(error))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """F1 explains what was refused last, or shows the guide."""
        if event.key() == Qt.Key.Key_F1:
            from reviewer_app.ui.help import show_help

            show_help(self, self.code)
        else:
            super().keyPressEvent(event)

    def hush(self) -> None:
        """Take away what was told."""
        if self.alerts:
            self.alerts.clear()

    # --- work ------------------------------------------------------------------------------------------------------
    # Key derivation takes half a second and the vault's own modules load with it: both away from the window.

    @Slot(str, str)
    def unlock(self, person: str, passphrase: str) -> None:
        """Sign in; `entered` follows, or the page says why not."""
        if isinstance(self.page, Unlock):
            self._open(partial(_unlock, self.page.door, person, passphrase))

    @Slot(object)
    def make(self, form: "NewVaultForm") -> None:
        """Make the vault of the form; its recovery key is shown next."""
        self._open(partial(_create, form))

    def _open(self, job: Callable[[], Opened]) -> None:
        self.hush()
        self.tasks.run(partial(self._hold, job), self._on_opened, self._on_refused)

    def _hold(self, job: Callable[[], Opened], _progress: object, _cancelled: object) -> Opened:
        """In the background. The desk is held from here on, so that it is left even if the window closes meanwhile."""
        self.desk, recovery_key = job()
        return self.desk, recovery_key

    @Slot(object)
    def _on_opened(self, opened: Opened) -> None:
        desk, recovery_key = opened
        self._settle()
        if not recovery_key:
            self._enter()
            return
        from reviewer_app.ui.welcome import RecoveryKey

        page = RecoveryKey(recovery_key)
        page.kept.connect(self._enter)
        self._put(page, banner_words(desk.policy.floor, practice=desk.policy.practice))

    @Slot()
    def _enter(self) -> None:
        desk, self.desk = self.desk, None
        if self.page:
            self.page.forget()
        self.entered.emit(desk)

    @Slot(object)
    def _on_refused(self, error: Exception) -> None:
        self._settle()
        self.code = error.code if isinstance(error, AppError) else ""
        if not isinstance(error, AppError):
            sys.excepthook(type(error), error, error.__traceback__)
        elif not (self.page and self.page.refuse(error)):
            self.refuse(error)

    def _settle(self) -> None:
        if self.page:
            self.page.set_busy(False)

    # --- the window ------------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._seen:
            self._seen = True
            QTimer.singleShot(0, self, self.painted.emit)

    def closeEvent(self, event: QCloseEvent) -> None:
        """A recovery key that nobody has kept is asked for; a vault that was not entered is left."""
        if self.desk is not None and not isinstance(self.page, Unlock) and not self._may_lose_key():
            event.ignore()
            return
        self.leave()
        super().closeEvent(event)

    def _may_lose_key(self) -> bool:
        from reviewer_app.ui.dialog import Question

        return Question.ask(
            self,
            "Close without the recovery key?",
            "It is shown only now. Without it nobody can open this vault when the passphrase is lost.",
            "Close without it",
            "Back to the key",
            dangerous=True,
        )

    def leave(self) -> None:
        """Closes a vault that was opened and not entered."""
        desk, self.desk = self.desk, None
        if desk is not None:
            from reviewer_app.services import vaults

            vaults.leave(desk)


def _unlock(door: Door, person: str, passphrase: str) -> Opened:
    from reviewer_app.services import vaults

    return vaults.unlock(door, person, passphrase), ""


def _create(form: "NewVaultForm") -> Opened:
    from reviewer_app.policy import Policy, practice_policy
    from reviewer_app.services import vaults

    real = Policy(
        organisation=form.organisation, floor=form.floor, ceiling=form.floor
    )  # system high: floor and ceiling
    policy = practice_policy() if form.practice else real
    made = vaults.create(form.folder, person=form.person, passphrase=form.passphrase, policy=policy)
    return made.desk, made.recovery_key
