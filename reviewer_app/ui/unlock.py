# SPDX-License-Identifier: Apache-2.0
"""The door of a vault: the notice to acknowledge, the person, the passphrase."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QCheckBox, QComboBox, QWidget

from reviewer_app.errors import AppError, SignInLocked, SignInRefused, WrongPassphrase
from reviewer_app.services.door import Door
from reviewer_app.ui.doorstep import Page, PassphraseField, with_code, yielding
from reviewer_app.ui.theme import GAP, MEDIUM, STRONG, TIGHT
from reviewer_app.ui.widgets.controls import button, choice, labelled
from reviewer_app.ui.widgets.layout import Pair, beside, column, label, picture, prose, row, short, start

READ_FIRST = "Read the notice and say so first."
NOBODY = "Nobody can sign in to this vault: every slot is disabled. Ask your security officer."
OFFICER = "officer"


class Unlock(Page):
    """`unlock_asked` carries the person's id and the passphrase; `other_asked` leads back to the other vaults,
    `recovery_asked` to the page that takes the recovery key.

    The notice must be acknowledged before the passphrase is taken (AC-8; ASD STIG 000550).
    """

    unlock_asked = Signal(str, str)
    other_asked = Signal()
    recovery_asked = Signal()

    def __init__(self, door: Door) -> None:
        super().__init__()
        self.door = door
        self.busy = False
        self.notice = start(QCheckBox("I have read the notice"))
        self.notice.setAccessibleName(self.notice.text())
        self.notice.toggled.connect(self._on_changed)
        self.people = yielding(choice([each.told() for each in door.people], "Person"))
        if len(door.people) > 1:  # or the tries of whoever comes would count against the first
            self.people.setPlaceholderText("Choose your name")
            self.people.setCurrentIndex(-1)
        self.people.currentIndexChanged.connect(self._on_changed)
        self.passphrase = PassphraseField("Passphrase")
        self.passphrase.line.textChanged.connect(self._on_changed)
        self.typed = labelled("Passphrase", self.passphrase)
        self.go = button("Unlock", "main", on=self.act)
        self.other = button("Other vaults", "quiet", on=self.other_asked.emit)
        self.recovery = button("Use the recovery key", "quiet", on=self.recovery_asked.emit)
        self.recovery.setVisible(any(OFFICER in each.roles for each in door.people))
        self.steps = (
            (self.notice, self.passphrase) if len(door.people) == 1 else (self.notice, self.people, self.passphrase)
        )
        self._lay_out()
        self._on_changed()
        if not door.people:
            self.typed.set_error(NOBODY)

    def _lay_out(self) -> None:
        form = column(
            vault_title(self.door),
            GAP,
            self.notice,
            self._person(),
            self.typed,
            GAP,
            row(self.go, self.other, self.recovery, None),
            None,
            gap=12,
        )
        self.lay_out(Pair(notice_words(self.door), form, 640, gap=48), width=880)

    def _person(self) -> QWidget:
        """Who signs in: a choice only where there is one."""
        return chosen("Person", self.people)

    @Slot()
    def _on_changed(self) -> None:
        is_complete = bool(self.passphrase.text()) and self.people.currentIndex() >= 0
        self.go.setEnabled(not self.busy and self.notice.isChecked() and is_complete)
        self.go.setToolTip("" if self.notice.isChecked() else READ_FIRST)
        if self.door.people:
            self.typed.set_error("")

    @Slot()
    def act(self) -> None:
        """Ask to unlock, once notice and passphrase are there."""
        if self.go.isEnabled():
            self.set_busy(True)
            self.passphrase.hide_text()
            self.unlock_asked.emit(self.door.people[self.people.currentIndex()].id, self.passphrase.text())
        elif not self.busy and not self.notice.isChecked():
            self.notice.setFocus(Qt.FocusReason.TabFocusReason)
            self.typed.set_error(READ_FIRST)
        elif not self.busy and self.people.currentIndex() < 0:
            self.people.setFocus(Qt.FocusReason.TabFocusReason)

    def set_busy(self, busy: bool) -> None:
        """While the key is derived nothing can be changed."""
        self.busy = busy
        for widget in (self.people, self.passphrase, self.notice, self.other, self.recovery):
            widget.setEnabled(not busy)
        self.go.setText("Unlocking …" if busy else "Unlock")
        self._on_changed()

    def refuse(self, error: AppError) -> bool:
        """A passphrase that was not taken, or not tried, is told beside its field and can be typed again at once."""
        self.passphrase.line.selectAll()
        self.passphrase.line.setFocus()
        if not isinstance(error, WrongPassphrase | SignInLocked | SignInRefused):
            return False
        self.typed.set_error(with_code(error))
        return True

    def forget(self) -> None:
        self.passphrase.forget()


def vault_title(door: Door) -> QWidget:
    """The vault, and whose it is."""
    words = column(short(door.name, step=2, weight=STRONG), label(door.policy.organisation, "soft", wrap=True), gap=2)
    return beside(picture("vault", "accent", 28), words, 12)


def notice_words(door: Door) -> QWidget:
    """The office's notice."""
    title = beside(picture("info", "soft", 20), label("Notice", step=1, weight=STRONG))
    return column(title, prose(door.policy.notice, measure=62), None, gap=12)


def chosen(name: str, people: QComboBox) -> QWidget:
    """A choice of people; of one person only the name."""
    if people.count() == 1:
        return column(label(name, weight=MEDIUM), short(people.currentText()), gap=TIGHT)
    return labelled(name, people)
