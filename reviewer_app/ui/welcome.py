# SPDX-License-Identifier: Apache-2.0
"""First run: open a vault, make one, or practise; and the recovery key that a new vault gives."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QCheckBox, QFrame, QGridLayout, QWidget

from reviewer_app.errors import (
    AppError,
    DiskFailed,
    EntryError,
    NoPermission,
    NoSpace,
    OnNetworkPath,
    VaultExists,
    WeakPassphrase,
)
from reviewer_app.paths import data_folder
from reviewer_app.services.door import SUFFIX, name_flaw, vault_folder
from reviewer_app.ui.doorstep import Page, PassphraseField, with_code, yielding
from reviewer_app.ui.files import choose_folder
from reviewer_app.ui.theme import GAP, GROUP, STRONG
from reviewer_app.ui.widgets.controls import Button, button, choice, field, labelled
from reviewer_app.ui.widgets.layout import Item, column, label, picture, prose, row, rule, short, start

FLOORS = (
    "UNCLASSIFIED",
    "CUI",
    "CONFIDENTIAL",
    "SECRET",
    "SECRET//NOFORN",
    "TOP SECRET",
    "TOP SECRET//NOFORN",
    "TOP SECRET//SI//NOFORN",
)
FLOOR_NOTE = "Every window shows at least this banner, and the vault takes nothing that is marked higher."
LEAST = 15  # characters of a passphrase, APSC-DV-001680

BESIDE: dict[type[AppError], str] = {
    VaultExists: "name",
    EntryError: "person",
    OnNetworkPath: "folder",
    NoPermission: "folder",
    NoSpace: "folder",
    DiskFailed: "folder",
    WeakPassphrase: "first",
}
"""The field beside which an error of making a vault is told."""


class Welcome(Page):
    """What to do before any vault is open."""

    vault_chosen = Signal(object)
    open_asked = Signal()
    new_asked = Signal()
    practice_asked = Signal()

    def __init__(self, vaults: Sequence[Path]) -> None:
        super().__init__()
        title = column(
            label("Reviewer", step=3, weight=STRONG),
            label("Case files of AI models offered for early access", "soft", 1, wrap=True),
            gap=2,
        )
        self.known = [self._known(folder) for folder in vaults]
        self.open = button("Open a vault", on=self.open_asked.emit)
        self.new = button("Make a new vault", "" if vaults else "main", on=self.new_asked.emit)
        self.practise = button("Practise first", on=self.practice_asked.emit)
        start(self.known[0] if self.known else self.new)
        ways = _grid(
            (self.new, "For this workstation and the people who share it."),
            (self.open, f"A folder whose name ends in {SUFFIX}."),
            (self.practise, "A vault with training marks; nothing in it is real."),
        )
        parts: list[Item] = [row(picture("vault", "accent", 44), (title, 1), gap=GROUP), GAP]
        if self.known:
            pairs = zip(self.known, (str(folder.parent) for folder in vaults), strict=True)
            parts += [label("On this computer", step=1, weight=STRONG), _grid(*pairs), GAP, rule(), GAP]
        self.lay_out(*parts, ways, width=640)

    def _known(self, folder: Path) -> Button:
        name = folder.name.removesuffix(SUFFIX)
        return button(name, "main", name=f"Open {name}", on=partial(self.vault_chosen.emit, folder))


def _grid(*ways: tuple[Button, str]) -> QFrame:
    """Verbs of one width, and beside each what it is for."""
    frame, grid = QFrame(), QGridLayout()
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setHorizontalSpacing(GROUP)
    grid.setVerticalSpacing(GAP + 4)
    grid.setColumnStretch(1, 1)
    for place, (press, told) in enumerate(ways):
        press.setSizePolicy(press.sizePolicy().Policy.Minimum, press.sizePolicy().verticalPolicy())
        press.setAccessibleDescription(told)
        grid.addWidget(press, place, 0)
        grid.addWidget(label(told, "soft", wrap=True), place, 1, Qt.AlignmentFlag.AlignVCenter)
    frame.setLayout(grid)
    return frame


@dataclass(frozen=True, repr=False)
class NewVaultForm:
    """What the form says: the vault's folder, its first person and passphrase, and what every window shows of it."""

    folder: Path
    person: str
    passphrase: str
    organisation: str
    floor: str
    practice: bool


class NewVault(Page):
    """`create_asked` carries a `NewVaultForm`."""

    create_asked = Signal(object)
    back_asked = Signal()

    def __init__(self, *, practice: bool) -> None:
        super().__init__()
        self.practice, self.parent_folder = practice, data_folder()
        self.name = start(field("Practice" if practice else "Reviews", name="Vault name"))
        self.person = field("R. Ibarra" if practice else "", "As colleagues know you", name="Your name")
        self.organisation = field(f"{'Practice ' if practice else ''}Office of Model Review", name="Organisation")
        self.floor = yielding(choice(FLOORS, "System-high marking"))
        if not practice:  # a level that nobody chose would mark everything too low
            self.floor.setPlaceholderText("Choose the marking")
            self.floor.setCurrentIndex(-1)
        self.first, self.second = PassphraseField("Passphrase"), PassphraseField("Passphrase again")
        self.place = short(str(self.parent_folder), "soft")
        self.choose = button("Choose folder", "quiet", name="Choose the folder for the vault", on=self._on_folder)
        self.go = button("Make the vault", "main", on=self.act)
        self.back = button("Back", "quiet", on=self.back_asked.emit)
        note = f"At least {LEAST} characters; several words are easiest to keep. Nobody can reset it for you."
        self.fields = {
            "name": labelled("Vault name", self.name),
            "folder": labelled("Folder", row((self.place, 1), self.choose)),
            "person": labelled("Your name", self.person, "You hold every role until others join."),
            "organisation": labelled("Organisation", self.organisation),
            "floor": labelled("System-high marking", self.floor, FLOOR_NOTE),
            "first": labelled("Passphrase", self.first, note),
            "second": labelled("Passphrase again", self.second),
        }
        asked = [name for name in self.fields if not (practice and name in ("organisation", "floor"))]
        inputs = {"name": self.name, "person": self.person, "organisation": self.organisation, "floor": self.floor}
        inputs |= {"first": self.first, "second": self.second}
        self.steps = [inputs[name] for name in asked if name in inputs]
        self._lay_out([self.fields[name] for name in asked])

    def _lay_out(self, shown: Sequence[QWidget]) -> None:
        title = "New practice vault" if self.practice else "New vault"
        told = (
            "For learning. It says PRACTICE on every window, memo and package, and real vaults refuse its packages."
            if self.practice
            else "A vault is one encrypted folder on a disk of this computer. It holds the case files of this workstation."
        )
        self.lay_out(
            label(title, step=2, weight=STRONG),
            prose(told, "soft", 66),
            GAP,
            *shown,
            GAP,
            row(self.go, self.back, None),
            width=560,
        )

    @Slot()
    def _on_folder(self) -> None:
        chosen = choose_folder(self, "Folder for the vault", self.parent_folder)
        if chosen:
            self.choose_folder(chosen)

    def choose_folder(self, folder: Path) -> None:
        """Where the vault's folder will be made."""
        self.parent_folder = folder
        self.place.setText(str(folder))
        self.fields["folder"].set_error("")

    @Slot()
    def act(self) -> None:
        """Ask for the vault, once every field is as it can be taken."""
        flaws = self._flaws()
        for name, labelled_field in self.fields.items():
            labelled_field.set_error(flaws.get(name, ""))
        if flaws:
            self._go_to(next(name for name in self.fields if name in flaws))
            return
        form = NewVaultForm(
            folder=vault_folder(self.parent_folder, self.name.text()),
            person=self.person.text().strip(),
            passphrase=self.first.text(),
            organisation=self.organisation.text().strip(),
            floor=self.floor.currentText(),
            practice=self.practice,
        )
        self.set_busy(True)
        self.create_asked.emit(form)

    def _flaws(self) -> dict[str, str]:
        """What is wrong with the form, by field."""
        length = len(self.first.text())
        found = {
            "name": name_flaw(self.name.text()),
            "person": "" if self.person.text().strip() else "Write the name that colleagues know you by.",
            "floor": "" if self.floor.currentText() else "Choose the highest marking this vault may hold.",
            "first": "" if length >= LEAST else f"{length} of at least {LEAST} characters. Add words.",
            "second": "" if self.second.text() == self.first.text() else "This is not the same passphrase.",
        }
        return {name: text for name, text in found.items() if text}

    def _go_to(self, name: str) -> None:
        where = self.choose if name == "folder" else self.fields[name].widget
        where.setFocus(Qt.FocusReason.TabFocusReason)

    def set_busy(self, busy: bool) -> None:
        """While the vault is made nothing can be changed."""
        for each in (*self.fields.values(), self.back):
            each.setEnabled(not busy)
        self.first.hide_text()
        self.second.hide_text()
        self.go.setText("Making the vault …" if busy else "Make the vault")
        self.go.setEnabled(not busy)

    def refuse(self, error: AppError) -> bool:
        name = BESIDE.get(type(error))
        if name is None:
            return False
        self.fields[name].set_error(with_code(error))
        self._go_to(name)
        return True

    def forget(self) -> None:
        self.first.forget()
        self.second.forget()


class RecoveryKey(Page):
    """Shows the recovery key once; the vault opens when the person has said that it is kept."""

    kept = Signal()

    def __init__(self, key: str) -> None:
        super().__init__()
        self.go = button("Open the vault", "main", on=self.act)
        self.go.setEnabled(False)
        self.agree = start(QCheckBox("I have written the recovery key down and put it away"))
        self.agree.setAccessibleName(self.agree.text())
        self.agree.toggled.connect(self.go.setEnabled)
        self.steps = (self.agree,)
        self.lines = [label(line, step=1, mono=True) for line in key_lines(key)]
        for line in self.lines:
            line.setAccessibleName(f"Recovery key: {line.text()}")
        told = (
            "It leads to the keys of this vault when a passphrase is lost. Signing in with it comes with a later version. "
            "It is shown only now: write it on paper, compare it letter by letter, and keep it where your office keeps such "
            "papers. It has no letters I, L, O or U."
        )
        self.lay_out(
            label("Recovery key", step=2, weight=STRONG),
            prose(told, measure=66),
            GAP,
            column(*self.lines, gap=GAP, margins=(GROUP, GROUP, GROUP, GROUP), role="card"),
            GAP,
            self.agree,
            row(self.go, None),
            width=600,
        )

    @Slot()
    def act(self) -> None:
        """Go on to the vault, once the key is kept."""
        if self.go.isEnabled():
            self.kept.emit()

    def forget(self) -> None:
        for line in self.lines:
            line.clear()


def key_lines(key: str, groups: int = 2) -> list[str]:
    """The groups of the key, some to a line."""
    parts = key.split("-")
    return ["   ".join(parts[at : at + groups]) for at in range(0, len(parts), groups)]
