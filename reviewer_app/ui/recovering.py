# SPDX-License-Identifier: Apache-2.0
"""Signing in with the recovery key: the notice, the officer, the key from its paper, and a new passphrase."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QCheckBox

from reviewer_app.errors import AppError, EntryError, PassphraseUsed, WeakPassphrase
from reviewer_app.policy import Policy, practice_policy
from reviewer_app.services import policies
from reviewer_app.services.door import Door
from reviewer_app.ui.doorstep import Page, with_code, yielding
from reviewer_app.ui.new_passphrase import NewPassphrase
from reviewer_app.ui.recovery_key import KeyField, refuse_key
from reviewer_app.ui.theme import GAP, STRONG
from reviewer_app.ui.unlock import OFFICER, READ_FIRST, chosen, notice_words, vault_title
from reviewer_app.ui.widgets.controls import button, choice, labelled
from reviewer_app.ui.widgets.layout import Pair, column, label, prose, row, start

TOLD = (
    "For an officer whose passphrase is lost or who is locked. The key is used up with it: next the vault's keys are "
    "changed, and you write down a new recovery key."
)


@dataclass(frozen=True, repr=False)
class RecoverForm:
    """Who signs in by the recovery key, the key as it was typed, and the new passphrase."""

    person: str
    key: str
    passphrase: str


class Recover(Page):
    """`recover_asked` carries a `RecoverForm`; `back_asked` leads back to the passphrase."""

    recover_asked = Signal(object)
    back_asked = Signal()

    def __init__(self, door: Door, *, read: bool) -> None:
        """`read`: the notice was acknowledged on the page before."""
        super().__init__()
        self.door, self.busy = door, False
        self.officers = [each for each in door.people if OFFICER in each.roles]
        self.notice = QCheckBox("I have read the notice")
        self.notice.setAccessibleName(self.notice.text())
        self.notice.setChecked(read)
        self.people = yielding(choice([each.told() for each in self.officers], "Officer"))
        self.key = KeyField()
        self.entry = labelled("Recovery key", self.key, "From its paper. Capitals, spaces and dashes do not matter.")
        self.new = NewPassphrase(self._flaws_of)
        self.go = button("Sign in and change the keys", "main", on=self.act)
        self.back = button("Back", "quiet", on=self.back_asked.emit)
        who = () if len(self.officers) == 1 else (self.people,)
        self.steps = (self.notice, *who, self.key, *self.new.fields)
        start(self.key.lines[0] if read and not who else self.people if read else self.notice)
        self.notice.toggled.connect(self._on_changed)
        self.people.currentIndexChanged.connect(self._on_changed)
        self.people.currentIndexChanged.connect(self.new.look_again)
        self.key.changed.connect(self._on_changed)
        self.new.changed.connect(self._on_changed)
        self._lay_out()
        self._on_changed()

    def _lay_out(self) -> None:
        form = column(
            vault_title(self.door),
            column(label("Use the recovery key", step=1, weight=STRONG), prose(TOLD, "soft", 58), gap=4),
            GAP,
            self.notice,
            chosen("Officer", self.people),
            self.entry,
            self.new,
            GAP,
            row(self.go, self.back, None),
            None,
            gap=12,
        )
        self.lay_out(Pair(notice_words(self.door), form, 640, gap=48), width=880)

    def _flaws_of(self, passphrase: str) -> Sequence[tuple[str, str]]:
        """The rules every office has; stricter ones of this office stand in the vault, and are told by its refusal."""
        front = self.door.policy
        policy = practice_policy() if front.practice else Policy(organisation=front.organisation)
        person = self.officers[max(self.people.currentIndex(), 0)].name if self.officers else ""
        return policies.passphrase_flaws(policy, passphrase, policies.names(policy, person, self.door.folder))

    @Slot()
    def _on_changed(self) -> None:
        self.go.setEnabled(not self.busy and self.notice.isChecked())
        self.go.setToolTip("" if self.notice.isChecked() else READ_FIRST)
        if not self.busy:
            self.entry.set_error("")
            self.key.set_wrong(0)

    @Slot()
    def act(self) -> None:
        """Ask to sign in, once notice, key and passphrase are there."""
        if self.busy:
            return
        if not self.notice.isChecked():
            self.notice.setFocus(Qt.FocusReason.TabFocusReason)
            self.entry.set_error(READ_FIRST)
        elif not self.key.go_on() and not self.new.flaws():
            person = self.officers[max(self.people.currentIndex(), 0)].id
            self.set_busy(True)
            self.recover_asked.emit(RecoverForm(person, self.key.text(), self.new.text()))

    def set_busy(self, busy: bool) -> None:
        """While the key is tried nothing can be changed."""
        self.busy = busy
        for widget in (self.people, self.key, self.new, self.notice, self.back):
            widget.setEnabled(not busy)
        self.new.hide_text()
        self.go.setText("Signing in …" if busy else "Sign in and change the keys")
        self._on_changed()

    def refuse(self, error: AppError) -> bool:
        """A key that is not right is told beside it, a passphrase that cannot be taken beside that."""
        if refuse_key(self.entry, self.key, error):
            return True
        if isinstance(error, WeakPassphrase | PassphraseUsed | EntryError):
            self.new.refuse(with_code(error))
            return True
        return False

    def forget(self) -> None:
        self.key.forget()
        self.new.forget()
