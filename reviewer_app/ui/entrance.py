# SPDX-License-Identifier: Apache-2.0
"""The window before a vault is open: choose or make a vault, read the notice, sign in."""

import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QCloseEvent

from reviewer_app.errors import AppError
from reviewer_app.paths import data_folder
from reviewer_app.services.door import SUFFIX, Door, look, nearby
from reviewer_app.ui.doorframe import NO_VAULT, DoorFrame
from reviewer_app.ui.doorstep import Losing, Page
from reviewer_app.ui.tasks import Tasks
from reviewer_app.ui.unlock import Unlock

# The unlock window is what people wait for; the other pages, and what opens a vault, are loaded when they are needed.
if TYPE_CHECKING:
    from reviewer_app.services.attachments import Cancelled, Progress
    from reviewer_app.services.desk import Desk, Grant
    from reviewer_app.services.destroying import Destroyed
    from reviewer_app.services.keys import Plan
    from reviewer_app.ui.arrival import Arrival, Came
    from reviewer_app.ui.changing_keys import ChangingKeys
    from reviewer_app.ui.new_vault import NewVaultForm
    from reviewer_app.ui.recovering import RecoverForm


def banner_words(floor: str, *, practice: bool) -> tuple[str, str, str]:
    """Marking, note and stamp of the banner strip for a vault with this system-high floor."""
    return (floor, "Markings for training only", "PRACTICE") if practice else (floor, "", "")


Job = Callable[["Progress", "Cancelled"], "Came"]
"""What opens a vault, away from the window."""


class Entrance(DoorFrame):
    """`entered` carries the desk of the person who signed in, `idled` how a vault that was opened and not entered has to
    be locked (`Parting`), because nobody uses the window.

    `uptime` gives the seconds that idle time is measured in, sleep included; None for the computer's own.
    """

    entered = Signal(object)
    finished = Signal()
    idled = Signal(object)

    def __init__(self, tasks: Tasks, vault: Path | None = None, uptime: Callable[[], float] | None = None) -> None:
        super().__init__()
        self.tasks, self.uptime = tasks, uptime
        self.door: Door | None = None  # that was shown last
        self.desk: Desk | None = None  # opened, not entered yet, and nothing works with it
        self.arrival: Arrival | None = None
        self._changing: ChangingKeys | None = None  # at unlock
        self._cancel: Callable[[], None] = _nothing
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
        self.show_page(page)

    @Slot()
    def show_new(self) -> None:
        """The form for a new vault."""
        self._show_form(practice=False)

    @Slot()
    def show_practice(self) -> None:
        """The form for a practice vault."""
        self._show_form(practice=True)

    def _show_form(self, *, practice: bool) -> None:
        from reviewer_app.ui.new_vault import NewVault

        page = NewVault(practice=practice)
        page.create_asked.connect(self.make)
        page.back_asked.connect(self.show_welcome)
        self.show_page(page, banner_words("UNCLASSIFIED", practice=True) if practice else NO_VAULT)

    @Slot(object)
    def show_unlock(self, folder: Path) -> None:
        """The door of a vault; of a folder that cannot be opened, the welcome page and the reason."""
        try:
            door = look(folder)
        except AppError as error:
            self.show_welcome()
            self.refuse(error)
            return
        self.door, page = door, Unlock(door)
        page.unlock_asked.connect(self.unlock)
        page.other_asked.connect(self.show_welcome)
        page.recovery_asked.connect(self.show_recover)
        self.show_page(page, banner_words(door.policy.floor, practice=door.policy.practice))

    @Slot()
    def show_recover(self) -> None:
        """The page that takes the recovery key of the vault whose door is shown."""
        from reviewer_app.ui.recovering import Recover

        if self.door is None or not isinstance(self.page, Unlock):
            return
        page = Recover(self.door, read=self.page.notice.isChecked())
        page.recover_asked.connect(self.recover)
        page.back_asked.connect(self._on_back)
        self.show_page(page, banner_words(self.door.policy.floor, practice=self.door.policy.practice))

    @Slot()
    def _on_back(self) -> None:
        if self.door:
            self.show_unlock(self.door.folder)

    @Slot()
    def choose_vault(self) -> None:
        """Ask for a vault's folder."""
        from reviewer_app.ui.files import choose_folder

        chosen = choose_folder(self, f"Open a vault (a folder ending in {SUFFIX})", data_folder())
        if chosen:
            self.show_unlock(chosen)

    def put(self, page: Page) -> None:
        """A page of the vault that is open or being opened."""
        policy = self.desk.policy if self.desk else self.door.policy if self.door else None
        self.show_page(page, banner_words(policy.floor, practice=policy.practice) if policy else NO_VAULT)

    # --- work ------------------------------------------------------------------------------------------------------
    # Key derivation takes half a second and the vault's own modules load with it: both away from the window.

    @Slot(str, str)
    def unlock(self, person: str, passphrase: str) -> None:
        """Sign in; `entered` follows, or a page with what has to be done before, or the page says why not."""
        if self.door:
            self._open(partial(_unlock, self.door, person, passphrase))

    @Slot(object)
    def recover(self, form: "RecoverForm") -> None:
        """Sign in by the recovery key; the change of keys comes next."""
        if self.door:
            self._open(partial(_recover, self.door, form))

    @Slot(object)
    def make(self, form: "NewVaultForm") -> None:
        """Make the vault of the form; its recovery key is shown next."""
        self._open(partial(_create, form))

    def change_keys(self, desk: "Desk", plan: "Plan") -> None:
        """Change the keys of an open vault; `entered` follows with the desk that takes this one's place, or with this."""
        from reviewer_app.ui.arrival import Arrival, Came

        self.desk = desk
        self.arrival = Arrival(self, Came(desk), plan)
        self.arrival.begin()

    def destroy_vault(self, desk: "Desk", leave: "Grant") -> None:
        """Destroy an open vault; a page says what became of it, and `finished` follows when it was read."""
        self.desk = desk
        self.put(Page())
        self.tasks.run(partial(_destroy, desk, leave), self._on_destroyed, self._on_not_destroyed)

    @Slot(object)
    def _on_not_destroyed(self, error: Exception) -> None:
        """The journal did not take it, so nothing was destroyed."""
        self.leave()
        if self.door:
            self.show_unlock(self.door.folder)
        self.on_refused(error)

    @Slot(object)
    def _on_destroyed(self, told: tuple[str, "Destroyed"]) -> None:
        from reviewer_app.ui.destroyed import DestroyedPage

        self.desk = None
        page = DestroyedPage(*told)
        page.end_asked.connect(self.finished)
        self.put(page)

    def _open(self, job: Job) -> None:
        self.hush()
        self._cancel = self.tasks.run(partial(self._hold, job), self._on_opened, self.on_refused, self._on_progress)

    def _hold(self, job: Job, progress: "Progress", cancelled: "Cancelled") -> "Came":
        """In the background. The desk is held from here on, so that it is left even if the window closes meanwhile."""
        came = job(progress, cancelled)
        self.desk = came.desk
        return came

    @Slot(float)
    def _on_progress(self, fraction: float) -> None:
        """Only a change of keys that goes on at unlock tells how far it is."""
        if self._changing is None:
            from reviewer_app.ui.changing_keys import RESUMED, ChangingKeys

            page = ChangingKeys(RESUMED)
            page.later_asked.connect(self._on_later)
            self.put(page)
            self._changing = page
        self._changing.show_fraction(fraction)

    @Slot()
    def _on_later(self) -> None:
        self._cancel()

    @Slot(object)
    def _on_opened(self, came: "Came") -> None:
        from reviewer_app.ui.arrival import Arrival

        self._settle()
        self.arrival = Arrival(self, came)
        self.arrival.begin()

    @Slot()
    def enter(self) -> None:
        """Hand the desk on. A workplace that cannot be shown leaves it, and the window leads to the door again."""
        self._end_arrival()
        desk, self.desk = self.desk, None
        page = self.page
        if page:
            page.forget()
        self.entered.emit(desk)
        if desk and self.isVisible() and not isinstance(page, Unlock):
            self.show_unlock(desk.vault.folder)

    @Slot(object)
    def on_refused(self, error: Exception) -> None:
        """Tell on the page, or above it, why it was not done."""
        if self._changing and self.door:
            self.show_unlock(self.door.folder)
        self._settle()
        self.code = error.code if isinstance(error, AppError) else ""
        if isinstance(error, AppError):
            self.refuse(error)
        else:
            sys.excepthook(type(error), error, error.__traceback__)

    def _settle(self) -> None:
        self._changing = None
        if self.page:
            self.page.set_busy(False)

    # --- the window ------------------------------------------------------------------------------------------------

    def closeEvent(self, event: QCloseEvent) -> None:
        """What would be lost, as a recovery key that nobody has kept, is asked for; a vault that was not entered is left."""
        losing = self.page.losing if self.page and self.desk is not None else None
        if losing and not self._may_lose(losing):
            event.ignore()
            return
        self.leave()
        super().closeEvent(event)

    def _may_lose(self, losing: Losing) -> bool:
        from reviewer_app.ui.dialog import Question

        return Question.ask(self, *losing, dangerous=True)

    def leave(self, verb: str = "signed out") -> None:
        """Closes a vault that was opened and not entered."""
        self._end_arrival()
        desk, self.desk = self.desk, None
        if desk is not None:
            from reviewer_app.services import vaults

            vaults.leave(desk, verb)

    def _end_arrival(self) -> None:
        arrival, self.arrival = self.arrival, None
        if arrival:
            arrival.end()


def _destroy(desk: "Desk", leave: "Grant", _progress: object, _cancelled: object) -> "tuple[str, Destroyed]":
    from reviewer_app.services import destroying

    return desk.vault.folder.name.removesuffix(SUFFIX), destroying.destroy(desk, leave)


def _nothing() -> None:
    pass


def _unlock(door: Door, person: str, passphrase: str, progress: "Progress", cancelled: "Cancelled") -> "Came":
    from reviewer_app.ui import arrival

    return arrival.unlock(door, person, passphrase, progress, cancelled)


def _recover(door: Door, form: "RecoverForm", progress: "Progress", cancelled: "Cancelled") -> "Came":
    from reviewer_app.ui import arrival

    return arrival.recover(door, form, progress, cancelled)


def _create(form: "NewVaultForm", progress: "Progress", cancelled: "Cancelled") -> "Came":
    from reviewer_app.ui import arrival

    return arrival.create(form, progress, cancelled)
