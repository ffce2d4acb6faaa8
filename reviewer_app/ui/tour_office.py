# SPDX-License-Identifier: Apache-2.0
"""The part of the tour that several people play: first sign-ins, People and Policy, confirming, a signature, new keys."""

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QDialog, QLineEdit

from reviewer_app.ui.dialogs.confirm import ConfirmDialog
from reviewer_app.ui.dialogs.person import OneTimeDialog
from reviewer_app.ui.stage import NotFound, Stage

if TYPE_CHECKING:
    from reviewer_app.ui.tour import Tour

REVIEWER, OFFICER, SUPERVISOR, LEAVER = "R. Ibarra", "M. Okafor", "T. Lindqvist", "N. Placeholder"
OWN = {
    REVIEWER: "practice passphrase",
    OFFICER: "grey weir, seven lanterns",
    SUPERVISOR: "tall orchard, nine kettles",
}  # of a vault in which nothing is real, told in its summary
SIZE = (1440, 900)


class Office:
    """What the people of the practice office do. `given` has the one-time passphrases by name."""

    def __init__(self, tour: "Tour") -> None:
        self.tour = tour
        self.given: dict[str, str] = {}

    @property
    def stage(self) -> Stage:
        return self.tour.stage

    # --- coming in -------------------------------------------------------------------------------------------------

    def come(self, name: str, *, wrong: bool = False) -> None:
        """Somebody signs in at the door of the vault that was locked last; whoever comes first chooses a passphrase."""
        stage, tour = self.stage, self.tour
        tour.begin_again()
        stage.press("I have read the notice")
        self._choose_person(name)
        if wrong:
            stage.write("Passphrase", "not the passphrase")
            stage.press("Unlock")
            stage.until(lambda: stage.shows(f"does not open {name}'s slot", tour.entrance), "the refusal")
            stage.picture("unlock", tour.entrance)
        first = self.given.pop(name, "")
        stage.write("Passphrase", first or OWN[name])
        stage.press("Unlock")
        if first:
            self._choose_own(name)
        stage.until(lambda: tour.program.workplace, "the workplace")
        tour.shell.resize(*SIZE)

    def _choose_person(self, name: str) -> None:
        words = next((each.told() for each in self.tour.people_at_the_door() if each.name == name), "")
        if not words:
            raise NotFound(f"{name} at the door")
        self.stage.choose("Person", words)

    def _choose_own(self, name: str) -> None:
        stage = self.stage
        stage.find(QLineEdit, "New passphrase")
        if name == OFFICER:
            stage.write("New passphrase", "too short")
            stage.until(lambda: stage.shows("9 of at least 15 characters", self.tour.entrance), "the rules")
            stage.picture("choose-a-passphrase", self.tour.entrance)
        stage.write("New passphrase", OWN[name])
        stage.write("New passphrase again", OWN[name])
        stage.press("Go on with this passphrase")

    def confirm(self, dialog: QDialog, *, second: str = "", picture: str = "") -> None:
        """Types the passphrases that an act asks for."""
        stage = self.stage
        if not isinstance(dialog, ConfirmDialog):
            raise NotFound("the question for a passphrase")
        stage.write("Your passphrase", OWN[self.tour.workplace.desk.person.name], dialog)
        if second:
            if len(dialog.wanted.seconds) > 1:
                stage.choose("Second person", second, dialog)
            stage.write("Passphrase of the second person", OWN[second], dialog)
        if picture:
            stage.picture(picture, dialog)
        dialog.go.click()
        stage.until(lambda: dialog.result() or not dialog.isVisible(), "the passphrases to be proved")

    # --- People and Policy -----------------------------------------------------------------------------------------

    def staff(self) -> None:
        """Two people are added by two officers, and a limit of the policy is changed."""
        tour, stage = self.tour, self.stage
        tour.workplace.show_administration("people")
        for name, role in ((SUPERVISOR, "Supervisor"), (LEAVER, "Reviewer")):
            self._add(name, role)
        stage.choose_row("People", SUPERVISOR)
        stage.picture("people", tour.shell)
        tour.tell(
            f"Added {SUPERVISOR} and {LEAVER} on the page People; {OFFICER}, the second officer, stood in for each role. "
            "Each got a one-time passphrase."
        )
        tour.workplace.show_administration("policy")
        stage.with_dialogs(lambda: stage.press("Change session"), [self._shorten, self.confirm])
        stage.picture("policy", tour.shell)
        tour.workplace.show_administration("journal")
        stage.picture("journal", tour.shell)
        tour.tell(
            "Set the vault to lock after 12 minutes without use, and looked at the journal, which holds no case text."
        )

    def _add(self, name: str, role: str) -> None:
        stage = self.stage
        sequence = [
            partial(self._fill_person, name=name, role=role),
            partial(self.confirm, second=OFFICER, picture="confirm" if name == SUPERVISOR else ""),
            partial(self._take_one_time, name=name),
        ]
        stage.with_dialogs(lambda: stage.press("Add a person"), sequence)

    def _fill_person(self, dialog: QDialog, *, name: str, role: str) -> None:
        stage = self.stage
        stage.write("Name", name, dialog)
        stage.press(role, dialog)
        if name == SUPERVISOR:
            stage.picture("add-a-person", dialog)
        stage.press("Go on", dialog)

    def _take_one_time(self, dialog: QDialog, *, name: str) -> None:
        if not isinstance(dialog, OneTimeDialog):
            raise NotFound("the one-time passphrase")
        self.given[name] = dialog.line.text()
        if name == SUPERVISOR:
            self.stage.picture("one-time-passphrase", dialog)
        dialog.accept()

    def _shorten(self, dialog: QDialog) -> None:
        stage = self.stage
        stage.write("Minutes without use until the vault locks", "12", dialog)
        stage.picture("change-policy", dialog)
        stage.press("Go on", dialog)

    # --- a signature, and new keys ---------------------------------------------------------------------------------

    def sign(self) -> None:
        """The supervisor, who is not its author, signs the memo."""
        tour, stage = self.tour, self.stage
        tour.workplace.open_case(tour.first_case(), "memos")
        stage.settle()
        stage.with_dialog(lambda: stage.press("Sign"), self.confirm)
        stage.picture("memo-signed", tour.shell)
        tour.tell(f"{SUPERVISOR} signed the final memo; its author could not have.")

    def change_keys(self) -> None:
        """Somebody leaves: the slot goes and the vault gets new keys, all attachments stay readable."""
        tour, stage = self.tour, self.stage
        tour.workplace.show_administration("people")
        stage.choose_row("People", LEAVER)
        stage.with_dialog(lambda: stage.press(f"Remove: {LEAVER}"), partial(self.confirm, second=OFFICER))
        stage.until(lambda: tour.program.entrance or tour.program.workplace, "the change of keys")
        if entrance := tour.program.entrance:
            stage.picture("changing-keys", entrance)
        stage.until(lambda: tour.program.workplace, "the workplace under the new keys")
        tour.shell.resize(*SIZE)
        tour.workplace.show_administration("people")
        stage.picture("people-after", tour.shell)
        tour.tell(f"Removed {LEAVER}: the vault has new keys, and that slot opens nothing, an old slot file included.")
