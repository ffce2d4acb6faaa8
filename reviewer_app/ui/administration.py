# SPDX-License-Identifier: Apache-2.0
"""People, Policy and Journal in the signed-in window: it shows the pages and carries out what they ask for."""

from collections.abc import Callable, Mapping
from typing import Protocol

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QMainWindow, QWidget

from reviewer_app.errors import AppError
from reviewer_app.policy import Policy
from reviewer_app.services import journal, keys, people, policies
from reviewer_app.services.acts import OFFICER
from reviewer_app.services.desk import Desk, Grant
from reviewer_app.ui.dialog import Notice
from reviewer_app.ui.dialogs.confirm import Asked
from reviewer_app.ui.dialogs.device import DeviceDialog
from reviewer_app.ui.dialogs.passphrase import PassphraseDialog
from reviewer_app.ui.dialogs.person import OneTimeDialog, PersonDialog
from reviewer_app.ui.dialogs.policy import PolicyDialog
from reviewer_app.ui.journal_page import JournalPage
from reviewer_app.ui.people_page import PeoplePage, roles_text
from reviewer_app.ui.policy_page import PolicyPage
from reviewer_app.ui.tasks import Tasks
from reviewer_app.ui.widgets.nav import Place

PEOPLE = Place("people", "people", "People", below=True)
POLICY = Place("policy", "policy", "Policy", below=True)
JOURNAL = Place("journal", "journal", "Journal", below=True)

ADDING = "You get a one-time passphrase to hand over in person."
GIVING = "The present passphrase opens nothing any more, and a lock ends. You get the new one to hand over in person."
DISABLING = "Nobody signs in by this name until an officer enables it again. What was recorded stays."
ENABLING = "The person signs in with the passphrase there was before."
ENDING = "Ask the person first who typed the wrong passphrases: it may have been somebody else."
REMOVING = (
    "It cannot be taken back. What was recorded stays under the name. A copy of the vault that the person may have kept "
    "stays readable with the keys of then."
)
CHANGING = (
    "Everybody goes on signing in as before, and all that is in the vault stays readable. A copy that was taken before "
    "stays readable with the keys of then."
)
LEFT = "The old secret is still {kept}. It opens nothing any more; you may take it out there."


class Around(Protocol):
    """What these pages need of the window around them; `ui.workplace` is the real one."""

    desk: Desk
    tasks: Tasks

    @property
    def window(self) -> QMainWindow: ...

    def confirm(self, asked: Asked) -> Grant | None: ...

    def tell(self, error: Exception) -> None: ...


class Administration(QObject):
    """`keys_asked` carries the person to remove ("" for nobody) and leave for it when the vault's keys are to be changed.

    `policy_changed` says that pages which show settings show them anew.
    """

    keys_asked = Signal(str, object)
    policy_changed = Signal()

    def __init__(self, place: Around, parent: QObject) -> None:
        super().__init__(parent)
        self.place, self.desk = place, place.desk
        self.people, self.policy = PeoplePage(self.desk), PolicyPage(self.desk)
        self.journal = JournalPage(self.desk) if self.desk.roles & OFFICER else None
        page = self.people
        page.add_asked.connect(self.add)
        page.roles_asked.connect(self.change_roles)
        page.passphrase_asked.connect(self.give_passphrase)
        page.state_asked.connect(self.change_state)
        page.lock_ended.connect(self.end_lock)
        page.remove_asked.connect(self.remove)
        page.keys_asked.connect(self.change_keys)
        page.own_passphrase_asked.connect(self.change_passphrase)
        page.device_asked.connect(self.change_device)
        self.policy.change_asked.connect(self.change_policy)
        if self.journal:
            self.journal.earlier_asked.connect(self.show_earlier)

    @property
    def places(self) -> tuple[Place, ...]:
        """The entries of the side bar that this person has."""
        return (PEOPLE, POLICY, JOURNAL) if self.journal else (PEOPLE, POLICY)

    def open(self, key: str) -> QWidget | None:
        """The page of an entry, filled; None for an entry of others. Raises AppError when it cannot be read."""
        if key == PEOPLE.key:
            self._show_people()
            return self.people
        if key == POLICY.key:
            self.policy.show_policy(self.desk.policy)
            return self.policy
        if key == JOURNAL.key and self.journal:
            journal.opened(self.desk)
            self.journal.show_lines(journal.lines(self.desk))
            return self.journal
        return None

    def _show_people(self) -> None:
        self.people.show_people(people.roster(self.desk), people.advice(self.desk), keys_due=keys.is_due(self.desk))

    @Slot()
    def show_earlier(self) -> None:
        """The entries before the oldest that is shown."""
        page = self.journal
        if page and page.lines:
            self._try(lambda: page.show_lines(journal.lines(self.desk, before=page.lines[-1].number), more=True))

    def _try(self, act: Callable[[], object]) -> bool:
        """Does it, and shows an expected error in its own sentences."""
        try:
            act()
        except AppError as error:
            self.place.tell(error)
            return False
        return True

    def _do(self, asked: Asked, act: Callable[[Grant], object]) -> bool:
        """Asks for the passphrases of an act about a person, does it and shows the people anew."""
        leave = self.place.confirm(asked)
        done = leave is not None and self._try(lambda: act(leave))
        self._try(self._show_people)
        return done

    # --- people ----------------------------------------------------------------------------------------------------

    @Slot()
    def add(self) -> None:
        """A new person: name and roles, the passphrases of two officers, then the one-time passphrase."""
        asked = PersonDialog.ask(self.place.window, self.desk)
        if asked:
            name, roles = asked
            self._hand_over(
                name,
                Asked(people.ADDED, f"Add {name} as {roles_text(roles)}", "Add the person", effect=ADDING),
                lambda leave: people.add(self.desk, name, roles, leave),
            )

    @Slot(str)
    def give_passphrase(self, person: str) -> None:
        """A one-time passphrase for somebody who lost theirs."""
        name = self.people.people[person].name
        asked = Asked(people.GIVEN, f"Give {name} a one-time passphrase", "Give it", about=person, effect=GIVING)
        self._hand_over(name, asked, lambda leave: people.give_passphrase(self.desk, person, leave))

    def _hand_over(self, name: str, asked: Asked, act: Callable[[Grant], people.OneTime]) -> None:
        given: list[people.OneTime] = []
        if self._do(asked, lambda leave: given.append(act(leave))):
            self.people.table.select_key(given[0].person)
            OneTimeDialog(self.place.window, self.desk, name, given[0]).run()

    @Slot(str)
    def change_roles(self, person: str) -> None:
        """Other roles for somebody; granting one needs a second officer."""
        each = self.people.people[person]
        asked = PersonDialog.ask(self.place.window, self.desk, each.name, each.roles)
        if not asked or set(asked[1]) == set(each.roles):
            return
        roles = asked[1]
        effect = f"From {roles_text(each.roles)} to {roles_text(roles)}, from the next sign-in on."
        verb = people.roles_act(self.desk, person, roles)
        question = Asked(verb, f"Change the roles of {each.name}", "Change roles", about=person, effect=effect)
        self._do(question, lambda leave: people.set_roles(self.desk, person, roles, leave))

    @Slot(str)
    def change_state(self, person: str) -> None:
        """Disable a person's way in, or enable it again."""
        each = self.people.people[person]
        verb = people.state_act(self.desk, person, not each.active)
        button, effect = ("Disable", DISABLING) if each.active else ("Enable", ENABLING)
        question = Asked(verb, f"{button} {each.name}", button, about=person, effect=effect)
        self._do(question, lambda leave: people.set_active(self.desk, person, not each.active, leave))

    @Slot(str)
    def end_lock(self, person: str) -> None:
        """Somebody who is locked may try again."""
        what = f"Let {self.people.people[person].name} try to sign in again"
        question = Asked(people.LOCK_ENDED, what, "End the lock", about=person, effect=ENDING)
        self._do(question, lambda leave: people.end_lock(self.desk, person, leave))

    @Slot(str)
    def remove(self, person: str) -> None:
        """Take somebody's way in away for good and change the vault's keys."""
        what = f"Remove {self.people.people[person].name} and change the vault's keys"
        leave = self.place.confirm(Asked(keys.CHANGED, what, "Remove", None, person, REMOVING, dangerous=True))
        if leave:
            self.keys_asked.emit(person, leave)

    @Slot()
    def change_keys(self) -> None:
        """Change the vault's keys for the people there are."""
        leave = self.place.confirm(Asked(keys.CHANGED, "Change the vault's keys", "Change keys", effect=CHANGING))
        if leave:
            self.keys_asked.emit("", leave)

    # --- oneself ---------------------------------------------------------------------------------------------------

    @Slot()
    def change_passphrase(self) -> None:
        """One's own passphrase."""
        if PassphraseDialog.ask(self.place.window, self.desk, self.place.tasks):
            self._try(self._show_people)

    @Slot(bool)
    def change_device(self, on: bool) -> None:
        """One's own device secret, from now on or no longer."""
        kept = DeviceDialog.ask(self.place.window, self.desk, self.place.tasks, on=on)
        if kept is None:
            return
        self._try(self._show_people)
        if kept and not on:
            Notice(self.place.window, "You no longer use a device secret.", LEFT.format(kept=kept)).run()

    # --- policy ----------------------------------------------------------------------------------------------------

    @Slot(str)
    def change_policy(self, group: str) -> None:
        """One group of settings, once an officer has confirmed it."""
        values = PolicyDialog.ask(self.place.window, self.desk, group)
        if not values:
            return
        leave = self.place.confirm(
            Asked(policies.CHANGED, "Change the policy", "Change", effect=_listed(values, self.desk.policy))
        )
        if leave and self._try(lambda: policies.change(self.desk, leave, **values)):
            self.policy.show_policy(self.desk.policy)
            self.policy_changed.emit()


def _listed(values: Mapping[str, object], policy: Policy) -> str:
    """What an officer is about to confirm, one setting a line; a long text by its name alone."""
    return "\n".join(f"{policies.ITEMS[name].told}: {_from_to(name, value, policy)}" for name, value in values.items())


def _from_to(name: str, value: object, policy: Policy) -> str:
    said = policies.ITEMS[name].said
    return "new text" if name == "notice" else f"{said(value)}, until now {said(getattr(policy, name))}"
