# SPDX-License-Identifier: Apache-2.0
"""The window before a vault is open: choose or make a vault, read the notice, sign in."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QFileDialog, QMainWindow, QStackedWidget, QWidget

from reviewer_app.errors import AppError, WrongPassphrase
from reviewer_app.paths import data_folder
from reviewer_app.services.door import SUFFIX, Door, look, nearby
from reviewer_app.ui.notify import show_error
from reviewer_app.ui.tasks import Tasks
from reviewer_app.ui.unlock import Unlock
from reviewer_app.ui.welcome import NewVault, NewVaultForm, RecoveryKey, Welcome
from reviewer_app.ui.widgets.banner import Banner
from reviewer_app.ui.widgets.layout import column, scroll

NO_VAULT = ("UNCLASSIFIED", "No vault is open", "")
"""The banner while no vault is chosen: nothing of a case can be on the screen then."""


def banner_words(floor: str, *, practice: bool) -> tuple[str, str, str]:
    """Marking, note and stamp of the banner strip for a vault with this system-high floor."""
    return (floor, "Markings for training only", "PRACTICE") if practice else (floor, "", "")


Page = Welcome | NewVault | RecoveryKey | Unlock


class Entrance(QMainWindow):
    """`entered` carries the desk of the person who signed in. One page at a time; the banners are always there."""

    entered = Signal(object)

    def __init__(self, tasks: Tasks, vault: Path | None = None) -> None:
        super().__init__()
        self.tasks = tasks
        self.page: Page | None = None
        self.view: QWidget | None = None
        self.made: Any = None
        self.setWindowTitle("Reviewer")
        self.setMinimumSize(1024, 700)
        self.banners = (Banner(*NO_VAULT), Banner(*NO_VAULT))
        self.stack = QStackedWidget()
        top, bottom = self.banners
        self.setCentralWidget(column(top, (self.stack, 1), bottom, gap=0))
        found = [vault] if vault else nearby()
        if vault or len(found) == 1:
            self.show_unlock(found[0])
        else:
            self.show_welcome()

    # --- pages -----------------------------------------------------------------------------------------------------

    @Slot()
    def show_welcome(self) -> None:
        """Open, make or practise."""
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
        page = NewVault(practice=practice)
        page.create_asked.connect(self.make)
        page.back_asked.connect(self.show_welcome)
        self._put(page, banner_words("UNCLASSIFIED", practice=True) if practice else NO_VAULT)

    @Slot(object)
    def show_unlock(self, folder: Path) -> None:
        """The door of a vault; a folder that is no vault leads back to the welcome page with its reason."""
        try:
            door = look(folder)
        except AppError as error:
            if self.page is None:
                self.show_welcome()
            show_error(self, error)
            return
        page = Unlock(door)
        page.unlock_asked.connect(self.unlock)
        page.other_asked.connect(self.show_welcome)
        self._put(page, banner_words(door.policy.floor, practice=door.policy.practice))

    @Slot()
    def choose_vault(self) -> None:
        """Ask for a vault's folder."""
        first = data_folder() if data_folder().is_dir() else Path.home()
        chosen = QFileDialog.getExistingDirectory(self, f"Open a vault (a folder ending in {SUFFIX})", str(first))
        if chosen:
            self.show_unlock(Path(chosen))

    def _put(self, page: Page, banner: tuple[str, str, str] = NO_VAULT) -> None:
        for strip in self.banners:
            strip.show_marking(*banner)
        before, self.page, self.view = self.view, page, scroll(page, "")
        self.stack.addWidget(self.view)
        self.stack.setCurrentWidget(self.view)
        if before:
            self.stack.removeWidget(before)
            before.deleteLater()
        if first := page.findChild(QWidget, "start"):
            first.setFocus(Qt.FocusReason.TabFocusReason)

    # --- work ------------------------------------------------------------------------------------------------------
    # Key derivation takes half a second and the vault's own modules load with it: both away from the window.

    @Slot(str, str)
    def unlock(self, person: str, passphrase: str) -> None:
        """Sign in; `entered` follows, or the page says why not."""
        if isinstance(self.page, Unlock):
            self._work(partial(_unlock, self.page.door, person, passphrase), self._on_unlocked)

    @Slot(object)
    def make(self, form: NewVaultForm) -> None:
        """Make the vault of the form; its recovery key is shown next."""
        self._work(partial(_create, form), self._on_created)

    def _work(self, job: Callable[[], Any], on_done: Callable[[Any], object]) -> None:
        self.tasks.run(lambda _progress, _cancelled: job(), on_done, self._on_refused, owner=self)

    @Slot(object)
    def _on_unlocked(self, desk: Any) -> None:
        if isinstance(self.page, Unlock):
            self.page.forget()
        self.entered.emit(desk)

    @Slot(object)
    def _on_created(self, created: Any) -> None:
        self.made = created.desk
        page = RecoveryKey(created.recovery_key)
        page.kept.connect(self._on_kept)
        policy = created.desk.policy
        self._put(page, banner_words(policy.floor, practice=policy.practice))

    @Slot()
    def _on_kept(self) -> None:
        desk, self.made = self.made, None
        self.entered.emit(desk)

    @Slot(object)
    def _on_refused(self, error: Exception) -> None:
        if isinstance(self.page, Unlock) and isinstance(error, WrongPassphrase):
            self.page.refuse(str(error))
            return
        if isinstance(self.page, (Unlock, NewVault)):
            self.page.set_busy(False)
        show_error(self, error)

    def closeEvent(self, event: QCloseEvent) -> None:
        """A vault that was made but not entered is closed too."""
        if self.made is not None:
            _leave(self.made)
            self.made = None
        super().closeEvent(event)


def _unlock(door: Door, person: str, passphrase: str) -> object:
    from reviewer_app.services import vaults

    return vaults.unlock(door, person, passphrase)


def _create(form: NewVaultForm) -> object:
    from reviewer_app.policy import Policy, practice_policy
    from reviewer_app.services import vaults

    policy = practice_policy() if form.practice else Policy(organisation=form.organisation, floor=form.floor)
    return vaults.create(form.folder, person=form.person, passphrase=form.passphrase, policy=policy)


def _leave(desk: Any) -> None:
    from reviewer_app.services import vaults

    vaults.leave(desk)
