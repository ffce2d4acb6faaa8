# SPDX-License-Identifier: Apache-2.0
"""The recovery key: shown once as it should stand on paper, and typed back from there, group by group."""

import re

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QLineEdit, QWidget

from reviewer_app.errors import AppError, MistypedRecoveryKey, WrongRecoveryKey
from reviewer_app.ui.doorstep import Losing, Page, read_once, with_code
from reviewer_app.ui.theme import GAP, STRONG, font, styled
from reviewer_app.ui.widgets.controls import Labelled, button, labelled, mark_wrong
from reviewer_app.ui.widgets.layout import column, label, prose, row, start

GROUPS, LETTERS, ACROSS = 8, 8, 2
PARTED = re.compile(r"[\s-]+")
"""What people put between groups."""

ON_PAPER = (
    "It is shown only now, and this program keeps no copy. Write it on paper in the same order, compare it letter by "
    "letter, and keep it where your office keeps such papers. It has no letters I, L, O or U."
)
FIRST_KEY = f"With it an officer who lost the passphrase opens this vault. Whoever holds it can do the same. {ON_PAPER}"
TYPE_BACK = "Take it from your paper: then you know that what is written there opens the vault."
LOSE_FIRST = Losing(
    "Close without the recovery key?",
    "It is shown only now, and nobody has it until an officer changes the vault's keys. If every officer's passphrase is "
    "lost before that, nobody can open this vault.",
    "Close without it",
    "Back to the key",
)


class Group(QLineEdit):
    """One group; `emptied` comes when somebody goes on taking back where nothing is left."""

    emptied = Signal()

    def __init__(self, number: int) -> None:
        super().__init__()
        self.setAccessibleName(f"Recovery key, group {number} of {GROUPS}")
        styled(self, _mono)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Backspace and not self.text():
            self.emptied.emit()
        else:
            super().keyPressEvent(event)


def _mono(made: QWidget) -> None:
    made.setFont(font(0, mono=True))


class KeyField(QFrame):
    """The recovery key as it stands on paper. Typing flows from group to group; a whole key is pasted into any of them."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        grid = _grid(self)
        self.lines = [Group(number + 1) for number in range(GROUPS)]
        for at, each in enumerate(self.lines):
            each.textEdited.connect(self._on_typed)
            each.emptied.connect(self._on_emptied)
            _put(grid, at, each)
        self.setFocusProxy(self.lines[0])

    def text(self) -> str:
        """What was typed."""
        return "-".join(line.text() for line in self.lines).strip("-")

    def go_on(self) -> bool:
        """Lead to the first group that is empty; False when there is none."""
        empty = next((line for line in self.lines if not line.text()), None)
        if empty:
            empty.setFocus(Qt.FocusReason.OtherFocusReason)
        return empty is not None

    def set_wrong(self, group: int, why: str = "") -> None:
        """Lead to a group that is not right, 1 to 8; 0 for none."""
        for at, line in enumerate(self.lines, 1):
            mark_wrong(line, at == group)
            line.setAccessibleDescription(why if at == max(group, 1) else "")
        if group:
            self.lines[group - 1].selectAll()
            self.lines[group - 1].setFocus(Qt.FocusReason.OtherFocusReason)

    def forget(self) -> None:
        """SECURITY: `setText` takes the history of a field with it."""
        for line in self.lines:
            line.setText("")

    @Slot(str)
    def _on_typed(self, text: str) -> None:
        here = self.sender()
        if isinstance(here, Group):
            self._spread(self.lines.index(here), text)
        self.changed.emit()

    def _spread(self, at: int, text: str) -> None:
        """Capitals, no separators; what is more than one group goes to the next ones."""
        line, rest = self.lines[at], PARTED.sub("", text).upper()
        is_full = len(rest) >= LETTERS and text != text.rstrip(" -")  # a separator behind a group leads on
        if len(rest) > LETTERS:
            parts = [rest[place : place + LETTERS] for place in range(0, len(rest), LETTERS)]
            following = self.lines[at : at + len(parts)]
            if len(parts) == 2 and len(parts[1]) == 1 and following[-1].text():  # one letter pushes no group away
                parts, following = [rest], following[:1]
            for each, part in zip(following, parts, strict=False):
                each.setText(part)
            following[-1].setFocus(Qt.FocusReason.OtherFocusReason)
            return
        if rest != text:
            place = line.cursorPosition() - (len(text) - len(rest))
            line.setText(rest)
            line.setCursorPosition(max(place, 0))
        if is_full and at + 1 < GROUPS:
            self.lines[at + 1].setFocus(Qt.FocusReason.OtherFocusReason)

    @Slot()
    def _on_emptied(self) -> None:
        here = self.sender()
        at = self.lines.index(here) if isinstance(here, Group) else 0
        if at:
            self.lines[at - 1].setFocus(Qt.FocusReason.OtherFocusReason)
            self.lines[at - 1].end(False)


def _grid(frame: QFrame) -> QGridLayout:
    """The same places where a key is shown and where it is typed, so that groups are found again."""
    grid = QGridLayout(frame)
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setHorizontalSpacing(GAP)
    grid.setVerticalSpacing(GAP)
    for at in range(ACROSS):
        grid.setColumnStretch(2 * at + 1, 1)
    return grid


def _put(grid: QGridLayout, at: int, what: QWidget) -> None:
    number = label(str(at + 1), "soft")
    number.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    grid.addWidget(number, at // ACROSS, 2 * (at % ACROSS))
    grid.addWidget(what, at // ACROSS, 2 * (at % ACROSS) + 1)


def refuse_key(entry: Labelled, typed: KeyField, error: AppError) -> bool:
    """Tell a key that is not right beside it, and lead to the group that is mistyped; False for another error."""
    if not isinstance(error, MistypedRecoveryKey | WrongRecoveryKey):
        return False
    entry.set_error(with_code(error))
    group = error.facts.get("group", 0)
    typed.set_wrong(group if isinstance(group, int) else 0, with_code(error))
    return True


class RecoveryKey(Page):
    """Shows a recovery key, then asks for it. `kept` carries it as it was typed back; `left` asks for the page before."""

    kept = Signal(str)
    left = Signal()

    def __init__(self, key: str, told: str = FIRST_KEY, done: str = "Open the vault", *, back: bool = False) -> None:
        """`done` is the verb behind the last step; `back` offers a way back before anything has changed."""
        super().__init__()
        self.done = done
        self.groups = [label(group, step=2, mono=True) for group in key.split("-")]
        self.written = start(button("I have written it down", "main", on=self.ask))
        self.back = button("Back", "quiet", on=self.left.emit)
        self.back.setVisible(back)
        self.typed = KeyField()
        self.typed.changed.connect(self._on_typed)
        self.entry = labelled(
            "Recovery key", self.typed, "Capitals, spaces and dashes do not matter. It can be pasted."
        )
        self.go = button(done, "main", on=self.act)
        self.again = button("Show it again", "quiet", on=self.show_key)
        self.first, self.second = self._first(told), self._second()
        self.second.hide()
        self.lay_out(self.first, self.second, width=560)

    def _first(self, told: str) -> QFrame:
        shown = QFrame()
        grid = _grid(shown)
        for at, group in enumerate(self.groups):
            _put(grid, at, group)
        spelled = "; ".join(f"group {at}: {' '.join(group.text())}" for at, group in enumerate(self.groups, 1))
        self.card = read_once(shown, "Recovery key", spelled)
        return column(
            label("Step 1 of 2", "soft"),
            label("Write the recovery key down", step=2, weight=STRONG),
            prose(told, measure=66),
            GAP,
            self.card,
            GAP,
            row(self.written, self.back, None),
            gap=12,
        )

    def _second(self) -> QFrame:
        return column(
            label("Step 2 of 2", "soft"),
            label("Type the recovery key back", step=2, weight=STRONG),
            prose(TYPE_BACK, measure=66),
            GAP,
            self.entry,
            GAP,
            row(self.go, self.again, None),
            gap=12,
        )

    @Slot()
    def ask(self) -> None:
        """Hide the key and ask for it."""
        self.first.hide()
        self.second.show()
        self.typed.lines[0].setFocus(Qt.FocusReason.TabFocusReason)

    @Slot()
    def show_key(self) -> None:
        """Back to the key; what was typed stays."""
        self.second.hide()
        self.first.show()
        self.written.setFocus(Qt.FocusReason.TabFocusReason)

    @Slot()
    def _on_typed(self) -> None:
        self.entry.set_error("")
        self.typed.set_wrong(0)

    @Slot()
    def act(self) -> None:
        """Go on with what was typed."""
        if self.second.isVisibleTo(self) and not self.typed.go_on():
            self.kept.emit(self.typed.text())

    def refuse(self, error: AppError) -> bool:
        """A key that is not the one that was shown is told beside it, and its wrong group is led to."""
        return refuse_key(self.entry, self.typed, error)

    def forget(self) -> None:
        self.typed.forget()
        self.card.setAccessibleDescription("")
        for group in self.groups:
            group.clear()
