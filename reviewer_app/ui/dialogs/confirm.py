# SPDX-License-Identifier: Apache-2.0
"""Before something that is defined for it: the passphrase again, and a second person's where the act needs one."""

from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QWidget

from reviewer_app.errors import AppError, NeedsSecondPerson
from reviewer_app.services import confirming
from reviewer_app.services.acts import ACTS, told
from reviewer_app.services.desk import Desk, Grant
from reviewer_app.ui.dialogs.proving import Proving
from reviewer_app.ui.doorstep import PassphraseField, with_code, yielding
from reviewer_app.ui.tasks import Tasks
from reviewer_app.ui.theme import GAP, MEDIUM, STRONG, TIGHT
from reviewer_app.ui.widgets.controls import choice, labelled
from reviewer_app.ui.widgets.layout import Item, column, label, prose, short

OWN, SECOND = "Your passphrase", "Passphrase of the second person"
WHY = "Asked for again, in case you left this workstation."
BESIDE = "This takes a second person, {who}. Ask them to come here and to type their own passphrase."
WHO = "Choose who is beside you"


class Asked(NamedTuple):
    """An act that asks for passphrases. `what` says what will be done (`Write a hand-over of 2026-0007`), `button` is its
    verb; `about` is the person it concerns. `effect` says what it means, where the words do not say it themselves;
    what cannot be undone is `dangerous`."""

    verb: str
    what: str
    button: str
    case: str | None = None
    about: str | None = None
    effect: str = ""
    dangerous: bool = False


class ConfirmDialog(Proving):
    """Answers with leave for the act. What is typed is proved away from the window, which takes half a second."""

    def __init__(self, parent: QWidget | None, desk: Desk, tasks: Tasks, asked: Asked) -> None:
        super().__init__("Confirm", parent, desk, tasks, 460)
        self.asked, self.wanted = asked, confirming.wanted(desk, asked.verb, asked.about)
        self.grant: Grant | None = None
        self.own, self.second = PassphraseField(OWN), PassphraseField(SECOND)
        self.people = yielding(choice([name for _, name in self.wanted.seconds], "Second person"))
        self.people.setPlaceholderText(WHO)
        self.people.setCurrentIndex(0 if len(self.wanted.seconds) == 1 else -1)
        self.own_entry, self.second_entry = labelled(OWN, self.own, WHY), labelled(SECOND, self.second)
        self.go = self.agree(asked.button, "danger" if asked.dangerous else "main")
        self.secrets, self.others = (self.own, self.second), (self.people, self.go)
        for line in (self.own.line, self.second.line):
            line.textChanged.connect(self._on_typed)
            line.returnPressed.connect(self._on_return)
        self.people.currentIndexChanged.connect(self._on_typed)
        self.lay_out(self._parts(), self.closer(), self.go)
        self._on_typed()
        self.own.setFocus(Qt.FocusReason.TabFocusReason)

    def _parts(self) -> Sequence[Item]:
        parts: list[Item] = [label(f"{self.asked.what}?", step=1, weight=STRONG, wrap=True)]
        parts += [prose(self.asked.effect, measure=60)] if self.asked.effect else []
        if not self.wanted.needs_second:
            return [*parts, self.own_entry]
        who = told(ACTS[self.asked.verb].second)
        if not self.wanted.seconds:  # nothing that is typed could help
            return [*parts, label(with_code(NeedsSecondPerson(verb=self.asked.verb, who=who)), "danger", wrap=True)]
        parts += [self.own_entry, GAP, label(BESIDE.format(who=who), wrap=True)]
        if len(self.wanted.seconds) == 1:
            name = short(self.wanted.seconds[0][1])
            return [*parts, column(label("Second person", weight=MEDIUM), name, gap=TIGHT), self.second_entry]
        return [*parts, labelled("Second person", self.people), self.second_entry]

    @property
    def _beside(self) -> str | None:
        """The id of the second person who is chosen."""
        place = self.people.currentIndex()
        return self.wanted.seconds[place][0] if self.wanted.needs_second and place >= 0 else None

    @property
    def _is_complete(self) -> bool:
        second = bool(self._beside and self.second.text()) if self.wanted.needs_second else True
        return bool(self.own.text()) and second

    @Slot()
    def _on_typed(self) -> None:
        self.go.setEnabled(self._is_complete and not self.is_busy)
        for entry in (self.own_entry, self.second_entry):
            entry.set_error("")

    @Slot()
    def _on_return(self) -> None:
        """Enter goes on to what is not filled in yet."""
        if self._is_complete or not self.wanted.needs_second:
            return
        rest = [(bool(self.own.text()), self.own), (bool(self._beside), self.people), (False, self.second)]
        next(field for filled, field in rest if not filled).setFocus(Qt.FocusReason.TabFocusReason)

    @Slot()
    def accept(self) -> None:
        """Prove what was typed; the dialog closes when the act may be done."""
        if self._is_complete:
            typed = [(self.desk.person.id, self.own.text())]
            if beside := self._beside:
                typed.append((beside, self.second.text()))
            asked = self.asked
            self.prove(partial(confirming.grant, self.desk, asked.verb, typed, case=asked.case, about=asked.about))

    def proved(self, value: Grant) -> None:
        self.grant = value
        super().accept()

    def refused(self, error: AppError) -> None:
        about_other = self._beside is not None and not self.is_own(error)
        self.say(self.second_entry if about_other else self.own_entry, with_code(error))

    @classmethod
    def ask(cls, parent: QWidget | None, desk: Desk, tasks: Tasks, asked: Asked) -> Grant | None:
        """Leave for the act, or None when it was not confirmed."""
        dialog = cls(parent, desk, tasks, asked)
        dialog.run()
        return dialog.grant
