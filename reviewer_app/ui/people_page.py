# SPDX-License-Identifier: Apache-2.0
"""People: who can sign in to this vault and may do what; what an officer does about it; one's own passphrase."""

from collections.abc import Sequence
from datetime import UTC, datetime

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from reviewer_app.domain.people import Role
from reviewer_app.services.acts import MEANS, OFFICER
from reviewer_app.services.desk import Desk
from reviewer_app.services.people import Slotted
from reviewer_app.ui.case.sides import ListAndCard
from reviewer_app.ui.theme import GAP, GROUP, STRONG
from reviewer_app.ui.widgets.controls import Button, FilterField, button
from reviewer_app.ui.widgets.heads import page_head
from reviewer_app.ui.widgets.layout import (
    box,
    column,
    empty,
    facts,
    fill,
    label,
    page,
    row,
    rule,
    scroll,
    start,
)
from reviewer_app.ui.widgets.rows import Cell, Head, Row
from reviewer_app.ui.widgets.strips import Alert, AlertStrip
from reviewer_app.ui.widgets.table import Table

HEADS = (
    Head("Name", 0, least=130),
    # What a person may do stands above the role that allows it.
    Head("Assigned cases", 112),
    Head("Every case", 88),
    Head("People and keys", 122),
    Head("State", 124, drop=2),
    Head("Last sign-in", 168, drop=1),
)
LEAST = 760  # room for the list and a card, at 13 px body text
KEYS = 100  # width of the names on the card
NEVER = datetime.min.replace(tzinfo=UTC)
DUE = "The recovery key was used, and the vault's keys were not changed since. Until they are, its old sheet opens the vault."
ANOTHER = "Another officer does this for you."
CHOOSE = "Choose a person first."


class PeoplePage(QWidget):
    """An officer's actions are about the chosen person. What each signal carries is that person's id.

    `device_asked` says whether the device secret is to be used from now on.
    """

    add_asked = Signal()
    roles_asked = Signal(str)
    passphrase_asked = Signal(str)
    state_asked = Signal(str)
    lock_ended = Signal(str)
    remove_asked = Signal(str)
    keys_asked = Signal()
    own_passphrase_asked = Signal()
    device_asked = Signal(bool)

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk, self.people = desk, dict[str, Slotted]()
        self.is_officer = bool(desk.roles & OFFICER)
        self.told = label("", "soft", wrap=True)
        self.alerts = AlertStrip()
        self.table = start(Table(HEADS if self.is_officer else HEADS[:4], (), "People", empty="Nobody is called so."))
        self.filter = FilterField("Filter people", self.table, width=220)
        self.filter.filtered.connect(self.table.filter)
        self.about = column(gap=12)
        self.change = button("Change passphrase", on=self.own_passphrase_asked.emit)
        self.device = button("Use a device secret", on=self._on_device)
        self.own = _stacked(self.change, self.device)
        self.roles = button("Change roles", on=self._on_roles)
        self.passphrase = button("Give a one-time passphrase", on=self._on_passphrase)
        self.lock = button("End the lock", on=self._on_lock)
        self.state = button("Disable", on=self._on_state)
        self.remove = button("Remove", "danger", on=self._on_remove)
        self.reason = label(ANOTHER, "soft", wrap=True)
        self.steps = (self.lock, self.roles, self.passphrase, self.state, self.remove)
        self.officers = column(rule(), _stacked(*self.steps), self.reason, gap=12)
        self.officers.setVisible(self.is_officer)
        self._lay_out()

    def _lay_out(self) -> None:
        card = column(self.about, self.own, self.officers, None, gap=12, margins=(GROUP, 12, GROUP, 12), role="card")
        self.view = scroll(card, "Person")
        self.both = ListAndCard(self.table, self.view, (row(self.filter, None),), least=LEAST, shares=(2, 1), cap=0)
        self.both.chosen.connect(self._on_chosen)
        actions: list[QWidget] = []
        if self.is_officer:
            keys = button("Change the vault's keys", "quiet", on=self.keys_asked.emit)
            actions = [keys, button("Add a person", "main", "plus", on=self.add_asked.emit)]
        head = page_head("People", self.told, *actions)
        fill(QVBoxLayout(self), ((page(head, self.alerts, (self.both, 1)), 1),), 0)

    def show_people(self, found: Sequence[Slotted], advice: Sequence[str] = (), *, keys_due: bool = False) -> None:
        """Show who can sign in; the chosen person stays chosen, oneself at first."""
        chosen = self.table.current_key() or self.desk.person.id
        self.people = {each.id: each for each in found}
        self.told.setText(_told(found))
        self._show_alerts(advice, keys_due)
        self.table.set_rows(self._row(each) for each in found)
        self.table.select_key(chosen)
        self.both.show_names([(each.id, self._in_a_line(each)) for each in self._listed()])

    def _show_alerts(self, advice: Sequence[str], keys_due: bool) -> None:
        self.alerts.clear()
        if not self.is_officer:
            return
        for text in advice:
            self.alerts.add(Alert(text, closes=False))
        if keys_due:
            self.alerts.add(Alert(DUE, "Change the vault's keys", closes=False)).acted.connect(self.keys_asked)

    # --- the list --------------------------------------------------------------------------------------------------

    def _row(self, each: Slotted) -> Row:
        cells = [Cell(self._name(each), tip=self._name(each))]
        cells += [Cell(role.capitalize() if role in each.roles else "") for role in Role]
        if self.is_officer:
            state, tone, _ = self._state(each)
            cells += [Cell(state, tone), Cell(self._when(each.last), "soft", sort=each.last or NEVER)]
        return Row(each.id, cells)

    def _listed(self) -> Sequence[Slotted]:
        """The people in the order of the list, without those the filter leaves out."""
        return [self.people[key] for key in self.table.rows.keys]

    def _in_a_line(self, each: Slotted) -> str:
        state, tone, _ = self._state(each)
        return f"{self._name(each)}: {roles_text(each.roles)}" + (f", {state.lower()}" if tone else "")

    def _name(self, each: Slotted) -> str:
        return f"{each.name} (you)" if each.id == self.desk.person.id else each.name

    def _state(self, each: Slotted) -> tuple[str, str, str]:
        """A person's state in a word, its tone, and in full."""
        if not each.active:
            return "Disabled", "soft", "Disabled: cannot sign in until an officer enables it again"
        if each.locked:
            told = f"Locked after too many wrong passphrases. The lock ends {each.how}."
            return "Locked", "attention", told
        if each.one_time:
            until = self.desk.written(each.one_time)
            return "Passphrase given", "", f"Has a one-time passphrase, good until {until}"
        if each.failures and each.id != self.desk.person.id:
            tries = "1 wrong try" if each.failures == 1 else f"{each.failures} wrong tries"
            return tries, "attention", f"{tries} since the last sign-in"
        return "Active", "", "Active"

    def _when(self, moment: datetime | None, otherwise: str = "never") -> str:
        return self.desk.written(moment) if moment else otherwise

    # --- the chosen person -----------------------------------------------------------------------------------------

    @Slot(str)
    def _on_chosen(self, key: str) -> None:
        each = self.people.get(key)
        own = key == self.desk.person.id
        empty(self.about)
        for part in self._about(each) if each else ():
            box(self.about).addWidget(part)
        self.own.setVisible(own)
        self.view.setAccessibleName(f"Person: {each.name}" if each else "Person")
        if each and own:
            self._offer_device(each)
        self._offer_steps(each, own)

    def _about(self, each: Slotted) -> Sequence[QWidget]:
        may = facts([(role.capitalize(), label(MEANS[role], wrap=True)) for role in each.roles], GAP, KEYS)
        parts: list[QWidget] = [label(self._name(each), step=1, weight=STRONG, wrap=True), may]
        own = each.id == self.desk.person.id
        if not (self.is_officer or own):
            return parts
        pairs = [("Passphrase set", self._when(each.since, "not recorded"))]
        pairs += [("Device secret", each.device[:1].upper() + each.device[1:])] if each.device else []
        if self.is_officer:
            _, tone, told = self._state(each)
            state = label(told, tone, wrap=True)
            return [
                *parts,
                rule(),
                facts([("State", state), ("Last sign-in", self._when(each.last)), *pairs], GAP, KEYS),
            ]
        return [*parts, rule(), facts(pairs, GAP, KEYS)]

    def _offer_device(self, you: Slotted) -> None:
        self.device.setVisible(bool(you.device) or self.desk.policy.keyring)
        self.device.setText("Stop using the device secret" if you.device else "Use a device secret")
        self.device.setAccessibleName(self.device.text())

    def _offer_steps(self, each: Slotted | None, own: bool) -> None:
        self.reason.setText(ANOTHER if own else CHOOSE)
        self.reason.setVisible(own or each is None)
        self.lock.setVisible(bool(each and each.locked))
        if each:
            self.state.setText("Disable" if each.active else "Enable")
        for step in self.steps:
            step.setEnabled(each is not None and not own)
            step.setToolTip("" if step.isEnabled() else self.reason.text())
            step.setAccessibleDescription(step.toolTip())
            step.setAccessibleName(f"{step.text()}: {each.name}" if each else step.text())

    @Slot()
    def _on_device(self) -> None:
        self.device_asked.emit(not self.people[self.desk.person.id].device)

    @Slot()
    def _on_roles(self) -> None:
        self.roles_asked.emit(self.table.current_key())

    @Slot()
    def _on_passphrase(self) -> None:
        self.passphrase_asked.emit(self.table.current_key())

    @Slot()
    def _on_state(self) -> None:
        self.state_asked.emit(self.table.current_key())

    @Slot()
    def _on_lock(self) -> None:
        self.lock_ended.emit(self.table.current_key())

    @Slot()
    def _on_remove(self) -> None:
        self.remove_asked.emit(self.table.current_key())


def roles_text(roles: Sequence[Role]) -> str:
    """`reviewer and officer`."""
    *rest, last = roles
    return f"{', '.join(rest)} and {last}" if rest else str(last)


def _told(found: Sequence[Slotted]) -> str:
    people = "1 person" if len(found) == 1 else f"{len(found)} people"
    counts = {"disabled": sum(not each.active for each in found), "locked": sum(each.locked for each in found)}
    return ", ".join((people, *(f"{count} {state}" for state, count in counts.items() if count)))


def _stacked(*steps: Button) -> QWidget:
    """Buttons one below the other, each as wide as its words; one that is hidden leaves no gap."""
    made = column(*steps, gap=GAP)
    for step in steps:
        box(made).setAlignment(step, Qt.AlignmentFlag.AlignLeft)
    return made
