# SPDX-License-Identifier: Apache-2.0
"""Choosing a passphrase: two fields that can be seen and pasted into, and the rules, ticked off as one types."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from reviewer_app.ui.doorstep import PassphraseField
from reviewer_app.ui.theme import TIGHT
from reviewer_app.ui.widgets.controls import labelled
from reviewer_app.ui.widgets.layout import beside, box, empty, fill, label, picture

Check = Callable[[str], Sequence[tuple[str, str]]]
"""The rules a passphrase does not meet yet: (permanent name, short sentence). For an empty one, all it could."""
DELAY = 200  # ms after the last key; judging the strength takes up to 0.2 s
ADVICE = "Several words that do not belong together are easiest to keep. Nobody can tell you the passphrase later."
UNMET = "The rules below are not all met yet."
DIFFERENT = "This is not the same passphrase."


class NewPassphrase(QFrame):
    """`changed` comes with every key. Before the passphrase is used, `flaws` has to be False."""

    changed = Signal()

    def __init__(self, check: Check, name: str = "New passphrase") -> None:
        super().__init__()
        self.check, self.name, self.again = check, name, f"{name} again"
        self.first, self.second = PassphraseField(name), PassphraseField(self.again)
        self.first_entry = labelled(name, self.first, ADVICE)
        self.second_entry = labelled(self.again, self.second)
        self.rules = QFrame()
        self.rules.setAccessibleName("Rules for the passphrase")
        fill(QVBoxLayout(self.rules), (), TIGHT)
        self._wait = QTimer(self)
        self._wait.setSingleShot(True)
        self._wait.setInterval(DELAY)
        self._wait.timeout.connect(self.show_rules)
        for line in (self.first.line, self.second.line):
            line.textChanged.connect(self._on_typed)
        fill(QVBoxLayout(self), (self.first_entry, self.rules, self.second_entry), 12)
        self.show_rules()

    @property
    def fields(self) -> tuple[QWidget, QWidget]:
        """Both fields, in the order in which Enter walks them."""
        return self.first, self.second

    def text(self) -> str:
        """What was typed."""
        return self.first.text()

    @Slot()
    def _on_typed(self) -> None:
        self.first_entry.set_error("")
        self.second_entry.set_error("")
        self.look_again()
        self.changed.emit()

    def look_again(self) -> None:
        """What the rules compare with has changed: tick them off anew in a moment."""
        self._wait.start()

    @Slot()
    def show_rules(self) -> None:
        """Tick off the rules that are met; each says so by a sign and to a screen reader by a word."""
        open_ones = dict(self.check(self.first.text()))
        every = dict(self.check("")) | open_ones
        empty(self.rules)
        for rule, sentence in every.items():
            met = bool(self.first.text()) and rule not in open_ones
            words = label(MET.get(rule, sentence) if met else sentence[0].upper() + sentence[1:], "soft", wrap=True)
            words.setAccessibleName(f"{'Met' if met else 'Not met yet'}: {words.text()}")
            sign = picture("check" if met else "dots", "accent" if met else "soft", 16)
            box(self.rules).addWidget(beside(sign, words, 6))

    def flaws(self) -> bool:
        """Whether something is wrong with it; then it is said beside its field, which takes the focus."""
        found = self.check(self.first.text())
        self.show_rules()
        if found:
            self.refuse(UNMET if len(found) > 1 else f"{found[0][1][0].upper()}{found[0][1][1:]}.")
            return True
        if self.second.text() != self.first.text():
            self.second_entry.set_error(DIFFERENT)
            self.second.setFocus()
            return True
        return False

    def refuse(self, text: str) -> None:
        """Say beside the first field why it was not taken."""
        self.first_entry.set_error(text)
        self.first.setFocus()

    def hide_text(self) -> None:
        """Bullets again."""
        self.first.hide_text()
        self.second.hide_text()

    def forget(self) -> None:
        """SECURITY: what was typed leaves the fields and their histories."""
        self.first.forget()
        self.second.forget()
        self._wait.stop()


MET = {
    "length": "Long enough",
    "capital": "A capital letter",
    "small": "A small letter",
    "digit": "A digit",
    "special": "A special character",
    "strength": "Hard to guess",
}
"""What a rule that is met is called."""
