# SPDX-License-Identifier: Apache-2.0
"""From an opened vault to its workplace: keys that are shown once, a passphrase that is due, a change of keys."""

import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from reviewer_app.errors import AppError
from reviewer_app.services import keys, people, vaults
from reviewer_app.services.attachments import Cancelled, Progress
from reviewer_app.services.desk import Desk
from reviewer_app.services.door import Door
from reviewer_app.services.keys import Plan
from reviewer_app.services.people import OneTime
from reviewer_app.ui.changing_keys import ChangingKeys
from reviewer_app.ui.doorstep import Losing, with_code
from reviewer_app.ui.idle import Idle, uptime
from reviewer_app.ui.new_vault import NewVaultForm
from reviewer_app.ui.one_time import OneTimePassphrase
from reviewer_app.ui.own_passphrase import OwnPassphrase
from reviewer_app.ui.parting import Parting, Reason
from reviewer_app.ui.recovering import RecoverForm
from reviewer_app.ui.recovery_key import FIRST_KEY, LOSE_FIRST, ON_PAPER, RecoveryKey
from reviewer_app.ui.tasks import Callback

if TYPE_CHECKING:
    from reviewer_app.ui.entrance import Entrance

SPENT = f"The recovery key was used, so it opens nothing any more once the vault has new keys. This is its successor. {ON_PAPER}"
NEXT_KEY = f"The vault gets a new recovery key with its new keys; the earlier one opens nothing then. {ON_PAPER}"
LOSE_SPENT = Losing(
    "Close before the keys are changed?",
    "You can sign in with your new passphrase. The recovery key that was used opens the vault until two officers change its "
    "keys on the page People; the new one shown here counts for nothing.",
    "Close",
    "Back to the key",
)
CHANGED = "The vault's keys were changed."
REMOVED = "The vault's keys were changed, and {name} was removed from this vault."
LOCKING = "Locking in half a minute: nobody has used this window. Press any key, or move the mouse, to go on."
STOPPED = "The vault's keys were not changed. {why}"
GOES_ON = "The change of the vault's keys stopped. {why} Sign in again: it goes on then."


@dataclass(frozen=True, repr=False)
class Came:
    """An opened vault, and what comes with it: the recovery key of a new one, one-time passphrases of other people, and the
    passphrase that was typed where it has to be changed now."""

    desk: Desk
    recovery_key: str = ""
    one_time: tuple[OneTime, ...] = field(default=())
    typed: str = ""


def unlock(door: Door, person: str, passphrase: str, progress: Progress, cancelled: Cancelled) -> Came:
    """Takes half a second, or as long as a change of keys that was begun."""
    desk = vaults.unlock(door, person, passphrase, progress=progress, cancelled=cancelled)
    return Came(desk, typed=passphrase if desk.must_change else "")


def create(form: NewVaultForm, _progress: object, _cancelled: object) -> Came:
    """The second officer gets that role alone: it opens no case, and more is given when somebody needs it (AC-6)."""
    from reviewer_app.domain.people import Role

    made = vaults.create(
        form.folder,
        person=form.person,
        passphrase=form.passphrase,
        policy=form.policy,
        colleagues=[(form.colleague, (Role.OFFICER,))] if form.colleague else (),
    )
    return Came(made.desk, made.recovery_key, made.one_time)


def recover(door: Door, form: RecoverForm, _progress: object, _cancelled: object) -> Came:
    """Takes about two seconds."""
    return Came(vaults.recover(door, form.key, form.person, form.passphrase))


class Arrival(QObject):
    """Shows in its window, one page after the other, what comes before the workplace."""

    def __init__(self, entrance: "Entrance", came: Came, plan: Plan | None = None) -> None:
        """`plan` is a change of keys that officers asked for in the workplace."""
        super().__init__(entrance)
        self.entrance, self.came, self.plan = entrance, came, plan
        self.folder = came.desk.vault.folder
        self._cancel: Callable[[], None] = _nothing
        self._page: ChangingKeys | None = None
        self._is_warned = False
        self.idle = Idle(self._minutes, entrance.uptime or uptime, self)
        self.idle.warned.connect(self._on_warned)
        self.idle.resumed.connect(self._on_resumed)
        self.idle.passed.connect(self._on_passed)

    @property
    def desk(self) -> Desk:
        """The desk that will be entered."""
        return self.entrance.desk or self.came.desk

    def begin(self) -> None:
        """The first page, or the workplace at once."""
        desk = self.desk
        if self.plan:
            self._change(self.plan, NEXT_KEY, back=True)
        elif self.came.recovery_key:
            self._show_key(self.came.recovery_key, FIRST_KEY, losing=LOSE_FIRST).kept.connect(self._on_kept)
        elif desk.recovered:
            self._after_recovery(desk)
        elif desk.must_change:
            page = OwnPassphrase(desk, self.came.typed)
            self.came = Came(desk)
            page.chosen.connect(self._on_chosen)
            page.sign_out_asked.connect(self._on_sign_out)
            self.entrance.put(page)
        else:
            self.entrance.enter()

    def end(self) -> None:
        """The desk is somebody else's now, or left. SECURITY: no key and no passphrase is kept any longer."""
        self.idle.stop()
        self.came, self.plan = Came(self.came.desk), None

    # --- nobody is there ---------------------------------------------------------------------------------------------

    def _minutes(self) -> int:
        return self.came.desk.policy.idle_limit(self.came.desk.roles)

    @Slot()
    def _on_warned(self) -> None:
        if not self._is_warned:
            self._is_warned = True
            self.entrance.tell(LOCKING, "attention")

    @Slot()
    def _on_resumed(self) -> None:
        self._is_warned = False
        self.entrance.hush()

    @Slot()
    def _on_passed(self) -> None:
        """V-222389: also a vault that nobody has entered yet is locked, and with it a key on the screen."""
        self.entrance.blank()
        self.entrance.idled.emit(Parting(Reason.IDLE, self._minutes()))

    # --- a new vault -------------------------------------------------------------------------------------------------

    def _show_key(
        self, key: str, told: str, done: str = "Open the vault", *, back: bool = False, losing: Losing | None = None
    ) -> RecoveryKey:
        page = RecoveryKey(key, told, done, back=back)
        page.losing = losing
        self.entrance.put(page)
        return page

    @Slot(str)
    def _on_kept(self, typed: str) -> None:
        try:
            vaults.recovery_kept(self.desk, self.came.recovery_key, typed)
        except AppError as error:
            self.entrance.refuse(error)
            return
        if not self.came.one_time:
            self.entrance.enter()
            return
        given = self.came.one_time[0]
        until = self.desk.written(given.until, weekday=True)
        page = OneTimePassphrase(self.desk.name_of(given.person), given.passphrase, until)
        page.given.connect(self.entrance.enter)
        self.entrance.put(page)

    # --- a passphrase that is due ------------------------------------------------------------------------------------

    @Slot(str, str)
    def _on_chosen(self, earlier: str, passphrase: str) -> None:
        self._lend(partial(_choose, earlier, passphrase), self._on_ready, self.entrance.on_refused)

    @Slot(object)
    def _on_ready(self, _desk: Desk) -> None:
        self.entrance.enter()

    @Slot()
    def _on_sign_out(self) -> None:
        self.entrance.leave()
        self.entrance.show_unlock(self.folder)

    # --- a change of keys --------------------------------------------------------------------------------------------

    def _after_recovery(self, desk: Desk) -> None:
        try:
            plan = keys.plan_after_recovery(desk)
        except AppError as error:  # the one before it is not finished; it stays due
            desk.remarks = (STOPPED.format(why=with_code(error)), *desk.remarks)
            self.entrance.enter()
            return
        self._change(plan, SPENT, losing=LOSE_SPENT)

    def _change(self, plan: Plan, told: str, *, back: bool = False, losing: Losing | None = None) -> None:
        """A new recovery key is typed back before anything is changed."""
        self.plan = plan
        if plan.recovery_key:
            page = self._show_key(plan.recovery_key, told, "Change the keys", back=back, losing=losing)
            page.kept.connect(self._on_typed_back)
            page.left.connect(self.entrance.enter)
        else:
            self._run(plan, "")

    @Slot(str)
    def _on_typed_back(self, typed: str) -> None:
        if self.plan is None:
            return
        try:
            vaults.same_key(self.plan.recovery_key, typed)
        except AppError as error:
            self.entrance.refuse(error)
            return
        self._run(self.plan, typed)

    def _run(self, plan: Plan, typed: str) -> None:
        self._page = page = ChangingKeys(leaving=self.desk.name_of(plan.remove) if plan.remove else "")
        page.later_asked.connect(self._on_later)
        self.entrance.put(page)
        self._cancel = self._lend(partial(_change, plan, typed), self._on_changed, self._on_stopped, self._on_progress)

    @Slot(float)
    def _on_progress(self, fraction: float) -> None:
        """A window that works is in use."""
        self.idle.note()
        if self._page:
            self._page.show_fraction(fraction)

    @Slot()
    def _on_later(self) -> None:
        self._cancel()

    @Slot(object)
    def _on_changed(self, desk: Desk) -> None:
        """What was not finished is among the remarks of the new desk already."""
        if not desk.opened.rotation_pending:
            removed = self.plan.remove if self.plan else ""
            desk.remarks = (REMOVED.format(name=desk.name_of(removed)) if removed else CHANGED, *desk.remarks)
        self.entrance.enter()

    @Slot(object)
    def _on_stopped(self, error: Exception) -> None:
        """Before anything was written the desk can be used as it was; later the vault is closed, and the change goes on."""
        if not isinstance(error, AppError):
            sys.excepthook(type(error), error, error.__traceback__)
        why = with_code(error) if isinstance(error, AppError) else ""
        desk = self.entrance.desk
        if desk is not None:
            desk.remarks = (STOPPED.format(why=why).strip(), *desk.remarks)
            self.entrance.enter()
        else:
            self.end()
            self.entrance.show_unlock(self.folder)
            self.entrance.tell(GOES_ON.format(why=why).replace("  ", " "))

    # --- work --------------------------------------------------------------------------------------------------------

    def _lend(
        self,
        work: Callable[[Desk, Progress, Cancelled], Desk],
        on_done: Callback,
        on_error: Callback,
        on_progress: Callback | None = None,
    ) -> Callable[[], None]:
        """Work that needs the desk for itself: a window that is closed meanwhile leaves nothing that is in use."""
        desk, self.entrance.desk = self.desk, None
        return self.entrance.tasks.run(partial(self._work, desk, work), on_done, on_error, on_progress)

    def _work(
        self, desk: Desk, work: Callable[[Desk, Progress, Cancelled], Desk], progress: Progress, cancelled: Cancelled
    ) -> Desk:
        """In the background. Whatever comes of it, a vault that is open is in the window's hands again."""
        made = desk
        try:
            made = work(desk, progress, cancelled)
        finally:
            self.entrance.desk = made if made.is_open else None
        return made


def _nothing() -> None:
    pass


def _choose(earlier: str, passphrase: str, desk: Desk, _progress: object, _cancelled: object) -> Desk:
    people.change_passphrase(desk, earlier, passphrase)
    return desk


def _change(plan: Plan, typed: str, desk: Desk, progress: Progress, cancelled: Cancelled) -> Desk:
    return keys.change(desk, plan, typed=typed, progress=progress, cancelled=cancelled)
