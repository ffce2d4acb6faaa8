# SPDX-License-Identifier: Apache-2.0
"""The signed-in window: it joins the frame, the pages and the desk, and is the only way from one page to another."""

import json
import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, QTimer, Signal, Slot
from PySide6.QtWidgets import QMainWindow

from reviewer_app.errors import AppError, place_of
from reviewer_app.services import cases, docket, notes, office, preferences, vaults
from reviewer_app.services.desk import Desk
from reviewer_app.ui.appearance import Appearance
from reviewer_app.ui.case.attaching import Attaching
from reviewer_app.ui.case.page import CasePage
from reviewer_app.ui.dialog import Question
from reviewer_app.ui.dialogs.form import FormDialog, kept_forms
from reviewer_app.ui.dialogs.new_case import NewCaseDialog
from reviewer_app.ui.dialogs.office import OfficeDialog
from reviewer_app.ui.docket import Docket
from reviewer_app.ui.entrance import banner_words
from reviewer_app.ui.notify import show_error
from reviewer_app.ui.shell import Shell
from reviewer_app.ui.tasks import Callback, Report, Tasks, Work
from reviewer_app.ui.vault_page import VaultPage
from reviewer_app.ui.widgets.nav import Place
from reviewer_app.ui.widgets.strips import Job

log = logging.getLogger("reviewer")

MINUTE = 60_000  # ms
LOSE = (
    "Close and lose your last lines?",
    "The vault did not take what you were writing, so it is in this window only. Free space on the vault's disk, then "
    "close the window again.",
    "Close and lose them",
    "Keep the window open",
)
KEPT = "What you typed in “{title}” is kept and not recorded yet. Open that form again to go on."
THE_VAULT = {"page": "vault"}
PLACES = (Place("docket", "docket", "Docket"), Place("vault", "vault", "Vault", below=True))


class Workplace(QObject):
    """`locked` says that the person asked to lock, and whether drafts are kept; `closed` that the window was closed."""

    locked = Signal(bool)
    closed = Signal()

    def __init__(self, desk: Desk, appearance: Appearance, tasks: Tasks) -> None:
        super().__init__()
        self.desk, self.appearance, self.tasks = desk, appearance, tasks
        marking, note, stamp = banner_words(desk.policy.floor, practice=desk.policy.practice)
        self.shell = Shell(PLACES, appearance, marking=marking, note=note, stamp=stamp)
        self.shell.place_chosen.connect(self._on_place)
        self.shell.lock_asked.connect(self._on_lock)
        self.shell.back_asked.connect(self._on_back)
        self.shell.installEventFilter(self)
        self.docket = Docket(desk.person.name, desk.convention)
        self.docket.case_opened.connect(self.open_case)
        self.docket.new_asked.connect(self.new_case)
        self.vault_page = VaultPage()
        self.vault_page.check_asked.connect(self._on_check)
        self.vault_page.office_asked.connect(self._on_office)
        self.case: CasePage | None = None
        self.attaching = Attaching(self)
        self.shell.command("Ctrl+N", "New case", self.new_case)
        self.shell.command("Ctrl+O", "Attach files to the case", self.attach_files)
        self.shell.command("Ctrl+Shift+N", "New note", self._on_new_note)
        self._restyle(preferences.recall(desk, "appearance"))
        appearance.changed.connect(self._on_restyled)
        self._minute = QTimer(self)
        self._minute.setInterval(MINUTE)
        self._minute.timeout.connect(self._on_minute)
        self._minute.start()

    @property
    def window(self) -> QMainWindow:
        """The window, as the parent of dialogs."""
        return self.shell

    def start(self) -> None:
        """Show where the person left: a case at its tab, the vault, or the docket."""
        self._show_status()
        kept = tuple(KEPT.format(title=title) for title in kept_forms(self.desk))
        self.docket.remarks = (*self.desk.remarks, *kept)
        left = preferences.recall(self.desk, "place")
        self.show_docket()
        if left:
            with suppress(ValueError, KeyError, TypeError, AppError):
                there = json.loads(left)
                if there == THE_VAULT:
                    self.show_vault()
                elif any(line.case == there["case"] for line in self.docket.lines):
                    self.open_case(there["case"], there["tab"])
                    self._go_on_writing(there["case"])
                    for told in kept:
                        self.say(told)

    def _go_on_writing(self, case: str) -> None:
        if self.case and self.case.tab() == "notes" and notes.draft(self.desk, notes.place(case)):
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
    def open_case(self, case: str, tab: str = "overview") -> None:
        """A case in front, at one of its tabs; the visit is an entry of the journal."""
        if not self._may_leave():
            return
        try:
            file = cases.visit(self.desk, case)
        except AppError as error:
            self.tell(error)
            return
        before, self.case = self.case, CasePage(self)
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
        self.vault_page.show_health(vaults.health(self.desk))
        self.vault_page.show_office(office.details(self.desk))
        self.shell.show_page(self.vault_page, "vault")

    @Slot(str)
    def _on_place(self, key: str) -> None:
        if key == "vault":
            self.show_vault()
        else:
            self.show_docket()

    def changed(self) -> None:
        """A service changed the case in front: show it anew."""
        if self.case and self.case.file:
            self.case.show_file(cases.case_file(self.desk, self.case.file.case.id))

    def _may_leave(self) -> bool:
        """Keeps what is being written; where the vault does not take it, the page with the text stays in front."""
        try:
            self._keep_drafts()
        except AppError as error:
            self.shell.side.choose("docket")
            self.tell(error)
            return False
        return True

    def _keep_drafts(self) -> None:
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
    def _on_office(self) -> None:
        if OfficeDialog.ask(self.shell, self.desk):
            self.vault_page.show_office(office.details(self.desk))

    @Slot()
    def _on_check(self) -> None:
        self.vault_page.set_busy(True)
        self.run("Checking the vault", self._check, self._on_checked, self._on_check_ended)

    def _check(self, progress: Report, cancelled: Callable[[], bool]) -> object:
        return vaults.check(self.desk, progress, cancelled)

    @Slot(object)
    def _on_checked(self, report: vaults.Report) -> None:
        self.vault_page.set_busy(False)
        self.vault_page.show_health(vaults.health(self.desk))
        self.vault_page.show_report(report)

    @Slot(object)
    def _on_check_ended(self, error: Exception) -> None:
        self.vault_page.set_busy(False)
        self.tell(error)

    def run(self, text: str, work: Work, on_done: Callback, on_error: Callback | None = None) -> Job:
        """Work in the background on the progress strip; errors are shown unless `on_error` takes them."""
        return self.shell.progress.run(self.tasks, text, work, on_done, on_error or self.tell)

    @Slot(object)
    def tell(self, error: Exception) -> None:
        """Show an error in its own sentences."""
        show_error(self.shell, error)

    def say(self, text: str) -> None:
        """One quiet line of news under the case header."""
        if self.case:
            self.case.say(text)

    # --- leaving -----------------------------------------------------------------------------------------------------

    def keep(self) -> None:
        """Keep drafts and place in the vault, as before locking or closing."""
        self._keep_drafts()
        for form in self.shell.findChildren(FormDialog):
            form.keep()
        with suppress(AppError):  # no text is lost with it
            preferences.remember(self.desk, "place", json.dumps(there) if (there := self._there()) else "")

    def _there(self) -> dict[str, str]:
        """Where the person is, as `start` finds it again."""
        page = self.shell.page()
        if page is self.vault_page:
            return THE_VAULT
        if self.case and self.case.file and page is self.case:
            return {"case": self.case.file.case.id, "tab": self.case.tab()}
        return {}

    @Slot()
    def _on_lock(self) -> None:
        self.shell.blank()
        self.shell.removeEventFilter(self)  # from here on nothing asks a person anything
        self.locked.emit(self._kept())

    def _kept(self) -> bool:
        """Keeps drafts; SECURITY: locking goes on whatever happens here, and the unlock window says what was lost."""
        self._minute.stop()
        try:
            self.keep()
        except Exception as error:  # noqa: BLE001  see above
            log.error("A draft was not kept: %s", place_of(error))
            return False
        return True

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Closing the window keeps what was not saved, and asks before it would be lost."""
        if event.type() == QEvent.Type.Close and watched is self.shell:
            if not self._kept() and not Question.ask(self.shell, *LOSE, dangerous=True):
                event.ignore()
                self._minute.start()
                return True
            self.closed.emit()
        return False

    # --- what is remembered --------------------------------------------------------------------------------------------

    @Slot()
    def _on_minute(self) -> None:
        """The clock goes on while nothing changes."""
        self._show_status()
        if self.shell.page() is self.docket:
            self._show_lines()

    @Slot()
    def _show_status(self) -> None:
        now = self.desk.now()
        checked = self.desk.written(self.desk.clock()).split(" ", 3)[3]
        clock = "Clock behind the journal" if now.set_back else f"Clock trusted, {checked}"
        roles = (
            "" if len(self.desk.roles) == len(type(next(iter(self.desk.roles)))) else ", " + ", ".join(self.desk.roles)
        )
        self.shell.set_status(self.desk.person.name + roles, self.desk.vault.folder.name.removesuffix(".vault"), clock)

    def _restyle(self, kept: str) -> None:
        with suppress(ValueError, KeyError, TypeError):
            there = json.loads(kept)
            self.appearance.choose_scheme(there["scheme"])
            self.appearance.choose_size(there["percent"])

    @Slot()
    def _on_restyled(self) -> None:
        there = {"scheme": self.appearance.scheme, "percent": self.appearance.percent}
        preferences.remember(self.desk, "appearance", json.dumps(there))
