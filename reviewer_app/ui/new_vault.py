# SPDX-License-Identifier: Apache-2.0
"""The form for a new vault: its folder and marking, its first person, and a second officer beside that person."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QWidget

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
from reviewer_app.policy import Policy, practice_policy
from reviewer_app.services import policies
from reviewer_app.services.door import name_flaw, vault_folder
from reviewer_app.ui.doorstep import Page, with_code, yielding
from reviewer_app.ui.files import choose_folder
from reviewer_app.ui.new_passphrase import NewPassphrase
from reviewer_app.ui.recovery_key import LOSE_FIRST
from reviewer_app.ui.theme import GAP, STRONG
from reviewer_app.ui.widgets.controls import button, choice, field, labelled
from reviewer_app.ui.widgets.layout import column, label, prose, row, rule, short, start

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
TWO_OFFICERS = (
    "At least two officers: what gives power or changes keys takes both. A one-time passphrase to hand over is shown "
    "next. The person gets the role of officer alone, which opens no case; more roles can be given on the page People."
)
ALONE = (
    "May stay empty. Then nobody but the recovery key helps when you forget your passphrase, and without both the vault is "
    "lost. A second officer can be added later."
)

BESIDE: dict[type[AppError], str] = {
    VaultExists: "name",
    EntryError: "person",
    OnNetworkPath: "folder",
    NoPermission: "folder",
    NoSpace: "folder",
    DiskFailed: "folder",
    WeakPassphrase: "passphrase",
}
"""The field beside which an error of making a vault is told."""


@dataclass(frozen=True, repr=False)
class NewVaultForm:
    """What the form says: the vault's folder, its first person and passphrase, what the office decides for it, and the
    name of the second officer ("" for none)."""

    folder: Path
    person: str
    passphrase: str
    policy: Policy
    colleague: str = ""


class NewVault(Page):
    """`create_asked` carries a `NewVaultForm`."""

    create_asked = Signal(object)
    back_asked = Signal()
    losing = LOSE_FIRST  # made, and its key not shown yet

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
        self.new = NewPassphrase(self._flaws_of, "Passphrase")
        for line in (self.name, self.organisation, self.person):
            line.textChanged.connect(self.new.look_again)  # none of these names may stand in it
        self.colleague = field("", "As colleagues know the person", name="Second officer's name")
        self.place = short(str(self.parent_folder), "soft")
        self.choose = button("Choose folder", "quiet", name="Choose the folder for the vault", on=self._on_folder)
        self.go = button("Make the vault", "main", on=self.act)
        self.back = button("Back", "quiet", on=self.back_asked.emit)
        self.fields = {
            "name": labelled("Vault name", self.name),
            "folder": labelled("Folder", row((self.place, 1), self.choose)),
            "organisation": labelled("Organisation", self.organisation),
            "floor": labelled("System-high marking", self.floor, FLOOR_NOTE),
            "person": labelled("Your name", self.person, "You hold every role at first."),
            "colleague": labelled("Second officer's name", self.colleague, ALONE),
        }
        self.steps = [self.name, self.organisation, self.floor, self.person, *self.new.fields, self.colleague]
        if practice:
            self.steps = [step for step in self.steps if step not in (self.organisation, self.floor)]
        self._lay_out()

    def _lay_out(self) -> None:
        title = "New practice vault" if self.practice else "New vault"
        told = (
            "For learning. It says PRACTICE on every window, memo and package, and real vaults refuse its packages."
            if self.practice
            else "A vault is one encrypted folder on a disk of this computer. It holds the case files of this workstation."
        )
        office: list[QWidget] = [] if self.practice else [self.fields["organisation"], self.fields["floor"]]
        self.lay_out(
            label(title, step=2, weight=STRONG),
            prose(told, "soft", 66),
            GAP,
            self.fields["name"],
            self.fields["folder"],
            *office,
            self.fields["person"],
            self.new,
            rule(),
            column(label("A second officer", step=1, weight=STRONG), prose(TWO_OFFICERS, "soft", 66), gap=4),
            self.fields["colleague"],
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

    # --- what it says ----------------------------------------------------------------------------------------------

    def _folder(self) -> Path:
        return vault_folder(self.parent_folder, self.name.text())

    def _policy(self) -> Policy:
        """The careful defaults of a new office; system high means that floor and ceiling are one."""
        if self.practice:
            return practice_policy()
        floor = self.floor.currentText() or FLOORS[0]
        return Policy(organisation=self.organisation.text().strip(), floor=floor, ceiling=floor)

    def _flaws_of(self, passphrase: str) -> Sequence[tuple[str, str]]:
        policy = self._policy()
        names = policies.names(policy, self.person.text(), self._folder())
        return policies.passphrase_flaws(policy, passphrase, names)

    @Slot()
    def act(self) -> None:
        """Ask for the vault, once every field is as it can be taken."""
        flaws = self._flaws()
        for name, labelled_field in self.fields.items():
            labelled_field.set_error(flaws.get(name, ""))
        unfit = self.new.flaws()
        first = next((name for name in self.fields if name in flaws), "")
        if first and not (unfit and first == "colleague"):  # that stands below the passphrase
            self._go_to(first)
        elif not (flaws or unfit):
            self.set_busy(True)
            person, colleague = self.person.text().strip(), self.colleague.text().strip()
            self.create_asked.emit(NewVaultForm(self._folder(), person, self.new.text(), self._policy(), colleague))

    def _flaws(self) -> dict[str, str]:
        """What is wrong with the form, by field; the passphrase has its own rules."""
        person, colleague = self.person.text().strip(), self.colleague.text().strip()
        found = {
            "name": name_flaw(self.name.text()),
            "organisation": "" if self.organisation.text().strip() else "Write what your office is called.",
            "floor": "" if self.floor.currentText() else "Choose the highest marking this vault may hold.",
            "person": "" if person else "Write the name that colleagues know you by.",
            "colleague": "This is your own name. A second officer is somebody else; leave it empty for now."
            if colleague and colleague.casefold() == person.casefold()
            else "",
        }
        return {name: text for name, text in found.items() if text}

    def _go_to(self, name: str) -> None:
        where = self.choose if name == "folder" else self.fields[name].widget
        where.setFocus(Qt.FocusReason.TabFocusReason)

    def set_busy(self, busy: bool) -> None:
        """While the vault is made nothing can be changed."""
        for each in (*self.fields.values(), self.new, self.back):
            each.setEnabled(not busy)
        self.new.hide_text()
        self.go.setText("Making the vault …" if busy else "Make the vault")
        self.go.setEnabled(not busy)

    def refuse(self, error: AppError) -> bool:
        """An error is told beside the field it belongs to."""
        name = "colleague" if error.facts.get("field") == "Name" else BESIDE.get(type(error))
        if name is None:
            return False
        if name == "passphrase":
            self.new.refuse(with_code(error))
        else:
            self.fields[name].set_error(with_code(error))
            self._go_to(name)
        return True

    def forget(self) -> None:
        self.new.forget()
