# SPDX-License-Identifier: Apache-2.0
"""The signed-in window: it joins the frame, the pages and the desk, and is the only way from one page to another."""

import json
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal, Slot
from PySide6.QtWidgets import QMainWindow

from reviewer_app.domain.people import Role
from reviewer_app.errors import AppError
from reviewer_app.services import cases, checking, docket, keys, notes, office, preferences
from reviewer_app.services.desk import Desk, Grant
from reviewer_app.services.destroying import DESTROYED
from reviewer_app.ui import returning
from reviewer_app.ui.administration import PEOPLE, Administration
from reviewer_app.ui.appearance import Appearance
from reviewer_app.ui.case.attaching import Attaching
from reviewer_app.ui.case.page import CasePage
from reviewer_app.ui.dialogs.confirm import Asked, ConfirmDialog
from reviewer_app.ui.dialogs.destroy import DestroyDialog
from reviewer_app.ui.dialogs.form import kept_forms
from reviewer_app.ui.dialogs.new_case import NewCaseDialog
from reviewer_app.ui.dialogs.office import OfficeDialog
from reviewer_app.ui.docket import Docket
from reviewer_app.ui.entrance import banner_words
from reviewer_app.ui.journal_page import JournalPage
from reviewer_app.ui.leaving import Leaving
from reviewer_app.ui.notify import show_error
from reviewer_app.ui.people_page import PeoplePage
from reviewer_app.ui.policy_page import PolicyPage
from reviewer_app.ui.shell import Shell
from reviewer_app.ui.tasks import Callback, Report, Tasks, Work
from reviewer_app.ui.unfinished import Unfinished
from reviewer_app.ui.vault_page import VaultPage
from reviewer_app.ui.widgets.left import Left
from reviewer_app.ui.widgets.nav import Place
from reviewer_app.ui.widgets.strips import Alert, Job

MINUTE = 60_000  # ms
KEPT = "What you typed in “{title}” is kept and not recorded yet. Open that form again to go on."
CREATED = "case created"
PLACES = (Place("docket", "docket", "Docket"), Place("vault", "vault", "Vault", below=True))


class Workplace(QObject):
    """`locked` carries how the session ended (`Parting`), windows blank by then; `closed`: the window was closed.

    `keys_planned` carries a change of keys (`keys.Plan`): all is kept, and this workplace is ended for it.
    """

    locked = Signal(object)
    closed = Signal()
    destroy_asked = Signal(object)  # leave for it
    keys_planned = Signal(object)

    def __init__(self, desk: Desk, appearance: Appearance, tasks: Tasks) -> None:
        super().__init__()
        self.desk, self.appearance, self.tasks = desk, appearance, tasks
        # Before anything is made: Qt puts the first font of a widget back when it is shown for the first time.
        self._restyle(preferences.recall(desk, "appearance"))
        marking, note, stamp = banner_words(desk.policy.floor, practice=desk.policy.practice)
        self.administration = Administration(self, self)
        self.administration.keys_asked.connect(self._on_keys)
        docket_place, vault_place = PLACES
        places = (docket_place, *self.administration.places, vault_place)
        self.shell = Shell(places, appearance, marking=marking, note=note, stamp=stamp)
        self.shell.place_chosen.connect(self._on_place)
        self.shell.back_asked.connect(self._on_back)
        self.leaving = Leaving(self)
        self.docket = Docket(desk.person.name, desk.convention, desk.roles)
        self.docket.case_opened.connect(self.open_case)
        self.docket.new_asked.connect(self.new_case)
        self.docket.people_asked.connect(partial(self.show_administration, PEOPLE.key))
        self.administration.policy_changed.connect(self._on_policy)
        self.vault_page = VaultPage(desk)
        self.vault_page.check_asked.connect(self.check)
        self.vault_page.office_asked.connect(self._on_office)
        self.vault_page.destroy_asked.connect(self._on_destroy)
        self.case: CasePage | None = None
        self.attaching = Attaching(self)
        self.unfinished = Unfinished(self)
        if desk.may(CREATED):  # an officer alone has no cases
            self.shell.command("Ctrl+N", "New case", self.new_case)
            self.shell.command("Ctrl+O", "Attach files to the case", self.attach_files)
            self.shell.command("Ctrl+Shift+N", "New note", self._on_new_note)
        appearance.changed.connect(self._on_restyled)
        self._minute = QTimer(self.shell)  # dies with the window, whoever else still knows this object
        self._minute.setInterval(MINUTE)
        self._minute.timeout.connect(self._on_minute)
        self._minute.start()

    @property
    def window(self) -> QMainWindow:
        """The window, as the parent of dialogs."""
        return self.shell

    def start(self) -> None:
        """Show where the person left: a case at its tab, the vault, or the docket; then go on with work that was cut."""
        self._show_status()
        kept = tuple(KEPT.format(title=title) for title in kept_forms(self.desk))
        self.docket.remarks = (*self.desk.remarks, *kept)
        if returning.go_back(self):
            self._go_on_writing()
        self._repeat_remarks()
        QTimer.singleShot(0, self.unfinished, self.unfinished.go_on)  # once the window is shown

    def _repeat_remarks(self) -> None:
        """They stand above the cases until they are dismissed, and once more where the person is now (AC-9)."""
        page = self.shell.page()
        if page is self.docket:
            return
        for told in reversed(self.docket.remarks):  # a strip puts the newest first
            if isinstance(page, CasePage):
                page.remark(told)
            else:
                self.say(told)

    def _go_on_writing(self) -> None:
        """The cursor where it was; in a note that was begun, also where nobody knows."""
        if self.case and self.case.file and not self.case.take_focus():
            begun = self.case.tab() == "notes" and notes.draft(self.desk, notes.place(self.case.file.case.id))
            if begun:
                self.case.act()

    # --- pages -----------------------------------------------------------------------------------------------------

    @Slot()
    def show_docket(self) -> None:
        """The list of cases in front."""
        if self._may_leave():
            self._show_lines()
            self.shell.show_page(self.docket, "docket")

    def _show_lines(self) -> None:
        lines = docket.lines(self.desk)
        self.docket.show_lines(lines, self.desk.moment())
        self.shell.side.set_count("docket", str(len(lines)) if lines else "")

    @Slot(str)
    def open_case(self, case: str, tab: str = "overview", left: Left | None = None) -> None:
        """A case in front, at one of its tabs, as it was `left`; the visit is an entry of the journal."""
        if not self._may_leave():
            return
        try:
            file = cases.visit(self.desk, case)
        except AppError as error:
            self.tell(error)
            return
        before, self.case = self.case, CasePage(self)
        self.case.go_back(left or {})
        self.case.show_file(file)
        self.case.show_tab(tab)
        self.shell.show_page(self.case, "docket")
        if before:
            self.shell.drop_page(before)

    def show_tab(self, key: str) -> None:
        """Another tab of the case in front."""
        if self.case:
            self.case.show_tab(key)

    @Slot()
    def show_vault(self) -> None:
        """The state of the vault in front."""
        if not self._may_leave():
            return
        self.vault_page.show_health(checking.health(self.desk))
        self.vault_page.show_office(office.details(self.desk))
        self.shell.show_page(self.vault_page, "vault")

    @Slot(str)
    def _on_place(self, key: str) -> None:
        if key == "vault":
            self.show_vault()
        elif key == "docket":
            self.show_docket()
        else:
            self.show_administration(key)

    def show_administration(self, key: str) -> None:
        """People, Policy or Journal in front."""
        if not self._may_leave():
            return
        try:
            page = self.administration.open(key)
        except AppError as error:
            self.tell(error)
            return
        if page:
            self.shell.show_page(page, key)

    def changed(self) -> None:
        """A service changed the case in front: show it anew."""
        if self.case and self.case.file:
            self.case.show_file(cases.case_file(self.desk, self.case.file.case.id))

    def _may_leave(self) -> bool:
        """Keeps what is being written; where the vault does not take it, the page with the text stays in front."""
        try:
            self.keep_drafts()
        except AppError as error:
            self.shell.side.choose("docket")
            self.tell(error)
            return False
        return True

    def keep_drafts(self) -> None:
        """Keep what is typed in the case in front. Raises AppError."""
        if self.case:
            self.case.keep()

    # --- what a person asks for from anywhere ------------------------------------------------------------------------

    @Slot()
    def new_case(self) -> None:
        """The form for a new case; it opens when it was recorded."""
        made = NewCaseDialog.ask(self.shell, self.desk)
        if made:
            self.open_case(made.id)

    @Slot()
    def attach_files(self, paths: Sequence[Path] = ()) -> None:
        """Ask for files (unless given) and their marking, then attach them one by one with progress and Cancel."""
        if self.case and self.case.file and self.shell.page() is self.case:
            self.attaching.ask(self.case.file, paths)

    @Slot()
    def _on_back(self) -> None:
        if self.shell.page() is not self.docket:
            self.show_docket()

    @Slot()
    def _on_new_note(self) -> None:
        if self.case and self.shell.page() is self.case:
            self.case.show_tab("notes")
            self.case.act()

    @Slot()
    def _on_destroy(self) -> None:
        name = self.desk.vault.folder.name.removesuffix(".vault")
        if DestroyDialog.ask(self.shell, name):
            leave = self.confirm(Asked(DESTROYED, f"Destroy the vault {name} for good", "Destroy", dangerous=True))
            if leave:
                self.destroy_asked.emit(leave)

    def _on_policy(self) -> None:
        """Cases are counted by the policy in force."""
        self.docket.show_convention(self.desk.convention)
        self.changed()

    @Slot()
    def _on_office(self) -> None:
        if OfficeDialog.ask(self.shell, self.desk):
            self.vault_page.show_office(office.details(self.desk))

    @Slot(str, object)
    def _on_keys(self, person: str, grant: Grant) -> None:
        """A change of keys closes the vault: what cannot be is told here, before anything goes."""
        try:
            plan = keys.plan(self.desk, grant, remove=person)
            self.keep()
        except AppError as error:
            self.tell(error)
        else:
            self.keys_planned.emit(plan)

    @Slot()
    def check(self) -> None:
        """Check the whole vault in the background."""
        self.unfinished.is_checking = True
        self.vault_page.set_busy(True)
        self.run("Checking the vault", self._check, self._on_checked, self._on_check_ended)

    def _check(self, progress: Report, cancelled: Callable[[], bool]) -> object:
        return checking.check(self.desk, progress, cancelled)

    @Slot(object)
    def _on_checked(self, report: checking.Report) -> None:
        self.unfinished.is_checking = False
        self.vault_page.set_busy(False)
        self.vault_page.show_health(checking.health(self.desk))
        self.vault_page.show_report(report)

    @Slot(object)
    def _on_check_ended(self, error: Exception) -> None:
        self.unfinished.is_checking = False
        self.vault_page.set_busy(False)
        self.tell(error)

    def run(self, text: str, work: Work, on_done: Callback, on_error: Callback | None = None) -> Job:
        """Work in the background on the progress strip; errors are shown unless `on_error` takes them."""
        return self.shell.progress.run(self.tasks, text, work, on_done, on_error or self.tell)

    def confirm(self, asked: Asked) -> Grant | None:
        """Ask for the passphrases that an act needs; leave for it, or None when it was not confirmed."""
        return ConfirmDialog.ask(self.shell, self.desk, self.tasks, asked)

    @Slot(object)
    def tell(self, error: Exception) -> None:
        """Show an error in its own sentences."""
        show_error(self.shell, error)

    def say(self, text: str) -> None:
        """One quiet line of news: under the header of the page in front, or above the cases."""
        page = self.shell.page()
        if isinstance(page, CasePage):
            page.say(text)
        elif isinstance(page, VaultPage | PeoplePage | PolicyPage | JournalPage):
            page.alerts.add(Alert(text, tone="plain"))
        else:
            self.docket.remark(text)

    def keep(self) -> None:
        """Keep drafts, open forms and place in the vault, as before locking or closing. Raises AppError."""
        self.leaving.keep()

    def end(self) -> None:
        """Take the window away, once everything is kept; the desk stays open."""
        self.leaving.is_over = True
        self._minute.stop()
        self.appearance.changed.disconnect(self._on_restyled)
        self.shell.hide()
        self.shell.deleteLater()
        self.deleteLater()

    # --- what is remembered --------------------------------------------------------------------------------------------

    @Slot()
    def _on_minute(self) -> None:
        """The clock goes on while nothing changes."""
        if self.leaving.is_over:
            return
        self._show_status()
        if self.shell.page() is self.docket:
            self._show_lines()

    @Slot()
    def _show_status(self) -> None:
        now = self.desk.now()
        checked = self.desk.written(self.desk.clock()).split(" ", 3)[3]
        clock = "Clock behind the journal" if now.set_back else f"Clock trusted, {checked}"
        held = [role for role in Role if role in self.desk.roles]
        roles = "" if len(held) == len(Role) else ", " + ", ".join(held)
        last = self.desk.last_sign_in
        seen = f"last sign-in {self.desk.written(last)}" if last else "first sign-in"
        vault = self.desk.vault.folder.name.removesuffix(".vault")
        self.shell.set_status(self.desk.person.name + roles, vault, clock, seen)

    def _restyle(self, kept: str) -> None:
        with suppress(ValueError, KeyError, TypeError):
            there = json.loads(kept)
            self.appearance.choose_scheme(there["scheme"])
            self.appearance.choose_size(there["percent"])

    @Slot()
    def _on_restyled(self) -> None:
        there = {"scheme": self.appearance.scheme, "percent": self.appearance.percent}
        preferences.remember(self.desk, "appearance", json.dumps(there))
