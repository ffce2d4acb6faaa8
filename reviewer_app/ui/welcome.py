# SPDX-License-Identifier: Apache-2.0
"""First run: open a vault, make one, or practise; and the recovery key that a new vault gives."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QCheckBox, QFileDialog, QHBoxLayout, QVBoxLayout, QWidget

from reviewer_app.paths import data_folder
from reviewer_app.services.door import SUFFIX, vault_folder
from reviewer_app.ui.theme import GAP, GROUP, STRONG
from reviewer_app.ui.unlock import PassphraseField, centred
from reviewer_app.ui.widgets.controls import Button, button, choice, field, labelled
from reviewer_app.ui.widgets.layout import (
    Item,
    beside,
    column,
    fill,
    label,
    picture,
    prose,
    row,
    rule,
    short,
    start,
)

FLOORS = ("UNCLASSIFIED", "CUI", "CONFIDENTIAL", "SECRET", "SECRET//NOFORN", "TOP SECRET", "TOP SECRET//SI//NOFORN")
LEAST = 15  # characters of a passphrase, APSC-DV-001680


class Welcome(QWidget):
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
        self.new = Way("vault", "Make a new vault", "For this workstation and the people who share it.", "main")
        self.open = Way("docket", "Open a vault", f"A folder whose name ends in {SUFFIX}.")
        self.practise = Way("note", "Practise first", "A vault with training marks; nothing in it is real.")
        for way, signal in (
            (self.new, self.new_asked),
            (self.open, self.open_asked),
            (self.practise, self.practice_asked),
        ):
            way.press.acted.connect(signal)
        parts: list[Item] = [row(picture("vault", "accent", 40), (title, 1), gap=GROUP), GAP, self.new, self.open]
        parts.append(self.practise)
        self.known = [self._known(folder) for folder in vaults]
        if self.known:
            parts += [GAP, rule(), label("On this computer", step=1, weight=STRONG)]
            parts += [
                row(picture("vault", "soft", 16), press, (short(where, "soft"), 1)) for press, where in self.known
            ]
        start(self.known[0][0] if self.known else self.new.press)
        card = column(*parts, gap=12, margins=(32, 32, 32, 32), role="card")
        fill(QVBoxLayout(self), (centred(card, 620),), 0)

    def _known(self, folder: Path) -> tuple[Button, str]:
        name = folder.name.removesuffix(SUFFIX)
        return button(name, "link", name=f"Open {name}", on=partial(self.vault_chosen.emit, folder)), str(folder.parent)


class Way(QWidget):
    """One way in: a verb, and what it is for."""

    def __init__(self, image: str, verb: str, told: str, kind: str = "") -> None:
        super().__init__()
        self.press = button(verb, kind, name=f"{verb}. {told}")
        words = column(row(self.press, None), label(told, "soft", wrap=True), gap=4)
        fill(QHBoxLayout(self), (beside(picture(image, "soft", 24), words, 12),), 0)


@dataclass(frozen=True)
class NewVaultForm:
    """What the form says: the vault's folder, its first person and passphrase, and what every window shows of it."""

    folder: Path
    person: str
    passphrase: str
    organisation: str
    floor: str
    practice: bool


class NewVault(QWidget):
    """`create_asked` carries a `NewVaultForm`."""

    create_asked = Signal(object)
    back_asked = Signal()

    def __init__(self, *, practice: bool) -> None:
        super().__init__()
        self.practice, self.parent_folder = practice, data_folder()
        self.name = start(field("Practice" if practice else "Reviews", name="Vault name"))
        self.person = field("R. Ibarra" if practice else "", "As colleagues know you", name="Your name")
        self.organisation = field(f"{'Practice ' if practice else ''}Office of Model Review", name="Organisation")
        self.floor = choice(FLOORS, "System-high marking")
        self.first, self.second = PassphraseField("Passphrase"), PassphraseField("Passphrase again")
        self.go = button("Make the vault", "main", on=self._on_create)
        self.place = short(str(self.parent_folder), "soft")
        note = f"At least {LEAST} characters; several words are easiest to keep. Nobody can reset it for you."
        self.fields = {
            "name": labelled("Vault name", self.name),
            "person": labelled("Your name", self.person, "You hold every role until others join."),
            "organisation": labelled("Organisation", self.organisation),
            "floor": labelled("System-high marking", self.floor, "Every window shows at least this banner."),
            "first": labelled("Passphrase", self.first, note),
            "second": labelled("Passphrase again", self.second),
        }
        self._lay_out(practice)

    def _lay_out(self, practice: bool) -> None:
        shown = [each for name, each in self.fields.items() if not (practice and name in ("organisation", "floor"))]
        where = row(
            (self.place, 1),
            button("Choose folder", "quiet", name="Choose the folder for the vault", on=self._on_folder),
        )
        title = "New practice vault" if practice else "New vault"
        told = (
            "For learning. It says PRACTICE on every window, memo and package, and real vaults refuse its packages."
            if practice
            else "A vault is one encrypted folder on a disk of this computer. It holds the case files of this workstation."
        )
        card = column(
            label(title, step=2, weight=STRONG),
            prose(told, "soft", 66),
            GAP,
            *shown[:1],
            labelled("Folder", where),
            *shown[1:],
            GAP,
            row(self.go, button("Back", "quiet", on=self.back_asked.emit), None),
            gap=12,
            margins=(32, 32, 32, 32),
            role="card",
        )
        fill(QVBoxLayout(self), (centred(card, 560),), 0)

    @Slot()
    def _on_folder(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self, "Folder for the vault", str(self.parent_folder))
        if chosen:
            self.parent_folder = Path(chosen)
            self.place.setText(chosen)

    @Slot()
    def _on_create(self) -> None:
        found = {
            "name": "" if self.name.text().strip() else "Write a name for the vault.",
            "person": "" if self.person.text().strip() else "Write the name that colleagues know you by.",
            "first": ""
            if len(self.first.text()) >= LEAST
            else f"{len(self.first.text())} of at least {LEAST} characters.",
            "second": "" if self.second.text() == self.first.text() else "This is not the same passphrase.",
        }
        for name, text in found.items():
            self.fields[name].set_error(text)
        if any(found.values()):
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

    def set_busy(self, busy: bool) -> None:
        """While the vault is made nothing can be changed."""
        for each in self.fields.values():
            each.setEnabled(not busy)
        self.go.setText("Making the vault …" if busy else "Make the vault")
        self.go.setEnabled(not busy)


class RecoveryKey(QWidget):
    """Shows the recovery key once; the vault opens when the person has said that it is kept."""

    kept = Signal()

    def __init__(self, key: str) -> None:
        super().__init__()
        self.go = button("Open the vault", "main", on=self.kept.emit)
        self.go.setEnabled(False)
        self.agree = start(QCheckBox("I have written the recovery key down and put it away"))
        self.agree.setAccessibleName(self.agree.text())
        self.agree.toggled.connect(self.go.setEnabled)
        lines = [label(line, step=1, mono=True) for line in key_lines(key)]
        card = column(
            label("Recovery key", step=2, weight=STRONG),
            prose(
                "It opens this vault when a passphrase is lost, and it is shown only now. Write it on paper, compare it "
                "letter by letter, and keep it where your office keeps such papers.",
                measure=66,
            ),
            GAP,
            column(*lines, gap=4, margins=(GROUP, 12, GROUP, 12), role="card"),
            GAP,
            self.agree,
            row(self.go, None),
            gap=12,
            margins=(32, 32, 32, 32),
            role="card",
        )
        fill(QVBoxLayout(self), (centred(card, 600),), 0)


def key_lines(key: str, groups: int = 4) -> list[str]:
    """The groups of the key, four to a line."""
    parts = key.replace("\n", " ").split()
    if len(parts) == 1:
        parts = key.split("-")
    return ["   ".join(parts[at : at + groups]) for at in range(0, len(parts), groups)]
