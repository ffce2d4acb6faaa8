# SPDX-License-Identifier: Apache-2.0
"""The tour: a practice vault, and the main job played through the real windows, from intake to package.

Everything in it is invented: developer, codename, people and markings. The evaluation logs were made with a mock
model. It leaves pictures of every page, the memo, the package and a summary of what it did.
"""

import os
import sys
import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from PySide6.QtWidgets import QAbstractButton, QApplication, QDialog

from reviewer_app.errors import AppError, EntryError
from reviewer_app.paths import resources
from reviewer_app.services import cases, confirming, docket, memos, reading
from reviewer_app.services.door import SUFFIX, Resident
from reviewer_app.ui.dialogs.write_package import WritePackage
from reviewer_app.ui.entrance import Entrance
from reviewer_app.ui.new_vault import NewVault
from reviewer_app.ui.one_time import OneTimePassphrase
from reviewer_app.ui.program import Program
from reviewer_app.ui.recovery_key import RecoveryKey
from reviewer_app.ui.shell import Shell
from reviewer_app.ui.stage import NotFound, Stage
from reviewer_app.ui.theme import application
from reviewer_app.ui.tour_office import OFFICER, OWN, REVIEWER, SUPERVISOR, Office
from reviewer_app.ui.workplace import Workplace

SIZE, SMALL = (1440, 900), (1024, 700)
OTHERS = (
    ("PAPER KITE", "Specimen Works", 28),
    ("SLOW RIVER", "Sample Systems", 26),
    ("TIN WHISTLE", "Placeholder AI", 21),
    ("GREY LANTERN", "Example Developer", 12),
    ("OLD ORCHARD", "Fictional Models", 3),
    ("COPPER KETTLE", "Fictional Models", 0),
)
"""Codename, developer and days since the grant of further cases, so that the docket is not empty."""
CANARIES = ("BLUE HERON", "First login succeeded from station 3", "Path traversal in archive import")
"""Texts of the story that may stand nowhere but in the vault and in what is written for a person."""
LOGS = ("security_guide_mock.eval", "security_guide_mock_second_run.json")

NOTE = """(U) Example Developer offered access voluntarily by letter. Access runs through the developer's hosted \
interface; no weights are held in this vault.

(S//NF) First login succeeded from station 3. The checkpoint identifies itself as bh-3, the build named in the access \
record."""

EDITED = (
    NOTE
    + """

(U) The rehearsal used mockllm/model, so its scores say nothing about BLUE HERON."""
)

MEMO = """(U) This memo records what was submitted, under which terms, and what the attached evaluation logs say.

(S//NF) Two runs with a mock model rehearsed the settings. They answer at random; no run against the checkpoint is \
recorded yet.

(U) One weakness in a third-party archive library was found while reading the output. It is recorded as finding 1."""


def run(out: Path) -> int:
    """Plays the tour into a new or empty folder; returns the exit code."""
    try:
        _prepare(out)
    except AppError as error:
        print(error, file=sys.stderr)
        return 1
    if sys.platform == "linux" and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    app = application(sys.argv[0])
    begun = time.monotonic()
    tour = Tour(app, out.resolve())
    try:
        tour.play()
    finally:
        tour.close()
    tour.summarise(time.monotonic() - begun)
    return 0


def _prepare(out: Path) -> None:
    try:
        out.mkdir(mode=0o700, parents=True, exist_ok=True)
        if any(out.iterdir()):
            raise EntryError(field="Folder", reason=f"“{out}” is not empty; name a new or empty folder")
    except OSError as error:
        raise EntryError(field="Folder", reason=f"“{out}” cannot be used ({error.strerror}); name another") from error


class Tour:
    """The story, one method for each act. `told` collects what was done, for the summary."""

    def __init__(self, app: QApplication, out: Path) -> None:
        self.app, self.out = app, out
        self.stage = Stage(app, out)
        self.told: list[tuple[str, ...]] = []
        self.locked: list[Path] = []
        self.office = Office(self)
        self.now = datetime.now(ZoneInfo("America/New_York")).replace(second=0, microsecond=0)
        self.program = self._program(None)

    def _program(self, vault: Path | None) -> Program:
        """The real program; where locking would replace the process, the tour notes it and goes on."""
        program = Program(self.app, vault, succeed=self._on_locked, end=_go_on)
        program.appearance.choose_scheme("light")
        program.appearance.choose_size(100)
        return program

    def _on_locked(self, vault: Path, _parting: object) -> None:
        self.locked.append(vault)

    @property
    def entrance(self) -> Entrance:
        """The window in front while no vault is open."""
        if self.program.entrance is None:
            raise NotFound("the entrance")
        return self.program.entrance

    @property
    def workplace(self) -> Workplace:
        """The window in front while a vault is open."""
        if self.program.workplace is None:
            raise NotFound("the workplace")
        return self.program.workplace

    @property
    def shell(self) -> Shell:
        """The frame of the workplace."""
        return self.workplace.shell

    def play(self) -> None:
        """From the first run to the lock."""
        self.first_run()
        self.sign_in()
        self.office.staff()
        self.change_turns(SUPERVISOR)
        self.change_turns(REVIEWER)
        self.intake()
        self.evidence()
        self.note()
        self.finding()
        self.memo()
        self.package()
        self.looking_back()
        self.supervisor()
        self.looks()
        self.lock()

    def close(self) -> None:
        """Ends what is still open, also when the story stopped half way."""
        self.program.quit()

    def tell(self, sentence: str, *under: str) -> None:
        """One step of the summary, and the lines that belong under it."""
        self.told.append((sentence, *under))

    def summarise(self, seconds: float) -> None:
        """What was done and what lies where."""
        lines = [
            "PRACTICE, UNCLASSIFIED, MARKINGS FOR TRAINING ONLY",
            "",
            "What the tour did, through the windows:",
        ]
        for number, (sentence, *under) in enumerate(self.told, 1):
            lines += [f"{number:2}. {sentence}", *(f"      {line}" for line in under)]
        lines += [
            "",
            "Passphrases of the practice vault:",
            *(f"    {name}: {passphrase}" for name, passphrase in OWN.items()),
            "From the source tree, this opens it:",
            f'    ./dev run "{self.out / f"Practice{SUFFIX}"}"',
            "memo.pdf is the final memo. package/ is the written package under a short name, as a receiver gets it;",
            "from the source tree, this checks it:",
            f'    ./dev exec reviewer-app package verify "{self.out / "package"}"',
            "On Windows write dev for ./dev. Where Reviewer is built, reviewer-app stands for ./dev run and ./dev exec reviewer-app.",
            f"Pictures: {len(self.stage.pictures)}. Time: {seconds:.1f} s.",
        ]
        (self.out / "summary.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
        print("\n".join(lines))

    # --- the door --------------------------------------------------------------------------------------------------

    def first_run(self) -> None:
        """A practice vault is made and its recovery key shown; then it is locked."""
        stage, entrance = self.stage, self.entrance
        entrance.resize(*SIZE)
        entrance.show_welcome()
        entrance.show()
        stage.picture("welcome", entrance)
        stage.press("Practise first")
        page = entrance.page
        if not isinstance(page, NewVault):
            raise NotFound("the form for a new vault")
        page.choose_folder(self.out)
        stage.write("Vault name", "Practice")
        for name in ("Passphrase", "Passphrase again"):
            stage.write(name, OWN[REVIEWER])
        stage.write("Second officer's name", OFFICER)
        stage.picture("new-vault", entrance)
        stage.press("Make the vault")
        stage.find(QAbstractButton, "I have written")
        stage.picture("recovery-key", entrance)
        if isinstance(entrance.page, RecoveryKey):
            groups = [group.text() for group in entrance.page.groups]
            stage.press("I have written")
            for number, group in enumerate(groups, 1):
                stage.write(f"Recovery key, group {number} of 8", group)
        stage.press(self._after_key())
        self.office.given[OFFICER] = self._one_time()
        stage.until(lambda: self.program.workplace, "the workplace")
        self.shell.resize(*SIZE)
        stage.picture("empty-docket", self.shell)
        self.tell("Made a practice vault with a second officer; its recovery key was shown once, and typed back.")
        self.lock()

    def _after_key(self) -> str:
        page = self.entrance.page
        if not isinstance(page, RecoveryKey):
            raise NotFound("the recovery key")
        return page.go.accessibleName() or page.go.text()

    def _one_time(self) -> str:
        """The second officer's first passphrase, shown once."""
        stage, entrance = self.stage, self.entrance
        stage.until(lambda: isinstance(entrance.page, OneTimePassphrase), "the one-time passphrase")
        page = entrance.page
        if not isinstance(page, OneTimePassphrase):
            raise NotFound("the one-time passphrase")
        passphrase = page.line.text()
        stage.press("I have written it down", page)
        return passphrase

    def sign_in(self) -> None:
        """The second officer comes first and chooses a passphrase; then the reviewer, as on any morning."""
        self.office.come(OFFICER)
        self.tell(f"{OFFICER}, the second officer, signed in once with a one-time passphrase and chose another.")
        self.lock()
        self.office.come(REVIEWER, wrong=True)
        self.tell("Acknowledged the notice; a wrong passphrase was refused, the right one opened the vault.")

    def begin_again(self) -> None:
        """The successor of the locked program: its unlock window."""
        self.program = self._program(self.locked[-1])
        self.entrance.resize(*SIZE)
        self.entrance.show()

    def people_at_the_door(self) -> Sequence[Resident]:
        """Who may sign in, as the door says."""
        return self.entrance.door.people if self.entrance.door else ()

    def supervisor(self) -> None:
        """The supervisor signs; then an officer removes somebody who leaves."""
        self.change_turns(SUPERVISOR)
        self.office.sign()
        self.change_turns(REVIEWER)
        self.office.change_keys()

    def change_turns(self, name: str) -> None:
        """Whoever sits there locks the vault, and somebody else signs in."""
        self.lock()
        self.office.come(name)

    # --- the case --------------------------------------------------------------------------------------------------

    def intake(self) -> None:
        """A case is opened by its form: model, basis, agreement, checkpoint, dates."""
        self.workplace.show_docket()
        self.stage.with_dialog(lambda: self.stage.press("Record the first case"), self._fill_case)
        self.stage.until(lambda: self.workplace.case, "the case page")
        self._later_date()
        self.stage.picture("overview", self.shell)
        number = self._file().case.number
        self.tell(f"Recorded case {number}: voluntary basis, agreement, checkpoint, dates; moved the planned release.")

    def _fill_case(self, dialog: QDialog) -> None:
        write = partial(self.stage.write, inside=dialog)
        write("Codename", "BLUE HERON")
        write("Developer", "Example Developer")
        write("Marking", "S//NF")
        write("Developer contact", "J. Placeholder, Example Developer")
        write("Offered by", "J. Placeholder")
        write("Offered on", self._day(-26, 16))
        write("Document of the offer", "Developer letter, practice document 1")
        write("Agreement reference", "EX-114")
        self.stage.write_lines("Agreed uses", "Evaluation of cyber capabilities by the named people", dialog)
        self.stage.write_lines("Agreed people", "R. Ibarra, T. Lindqvist, M. Okafor", dialog)
        self.stage.write_lines("Sharing", "Findings to the clearinghouse without the developer's name", dialog)
        self.stage.write_lines("Return or destroy", "Material returned within 30 days of the end of access", dialog)
        write("Build", "bh-3")
        self.stage.choose("Safeguards", "Reduced", dialog)
        self.stage.choose("Access mode", "Developer's hosted interface", dialog)
        write("Runs at", "Developer's enclave")
        write("Access granted", self._day(-14, 9))
        write("Source of the grant", "Access record AR-0001")
        write("Planned partner release", self._day(14, 12))
        write("Source of the release date", "Developer letter, practice document 1")
        self.stage.picture("new-case", dialog)
        self.stage.press("Record case", dialog)

    def _later_date(self) -> None:
        """The developer brings the partner release forward: the earlier value stays with its reason."""
        stage = self.stage
        stage.choose_row("Dated facts", "Planned partner release")
        stage.with_dialog(lambda: stage.press("Change the chosen date"), self._fill_date)

    def _fill_date(self, dialog: QDialog) -> None:
        stage = self.stage
        stage.write("Date and hour", self._day(10, 12), dialog)
        stage.write("Source document", "Developer message, practice document 2", dialog)
        stage.write("Reason for the change", "Brought forward by the developer", dialog)
        stage.picture("change-a-date", dialog)
        stage.press("Change date", dialog)

    def _day(self, days: int, hour: int) -> str:
        """A date some days from now, as a person types it."""
        return f"{self.now + timedelta(days=days):%Y-%m-%d} {hour:02d}:00"

    # --- evidence --------------------------------------------------------------------------------------------------

    def evidence(self) -> None:
        """Two logs of a mock model are attached together and read."""
        stage = self.stage
        self.workplace.show_tab("evaluations")
        stage.picture("no-attachments", self.shell)
        logs = [resources() / "practice" / name for name in LOGS]
        stage.with_dialog(lambda: self.workplace.attach_files(logs), self._fill_details)
        stage.until(lambda: self._file().summaries[1:], "two logs, read")
        stage.settle()
        stage.choose_row("Attachments", LOGS[0])
        stage.picture("evaluations", self.shell)
        stage.press("Show samples")
        stage.find(QAbstractButton, "Back to the log")
        stage.picture("samples", self.shell)
        stage.press("Back to the log")
        read = [reading.said_of(summary) for summary in self._file().summaries]
        self.tell(
            "Attached two evaluation logs and read them in the reader process:",
            *(
                f"{said.task}, {said.model}: {said.counts.completed} of {said.counts.planned} completed"
                for said in read
            ),
        )

    def _fill_details(self, dialog: QDialog) -> None:
        stage = self.stage
        stage.write("Marking", "U", dialog)
        stage.choose("Whose it is", "Government record", dialog)
        stage.write("Source", "Evaluation host 3, written by R. Ibarra", dialog)
        stage.write("Medium", "Disc P-17", dialog)
        stage.picture("attach", dialog)
        stage.press("Attach", dialog)

    # --- notes and findings ------------------------------------------------------------------------------------------

    def note(self) -> None:
        """A note is written behind portion marks, then edited: a second revision."""
        stage = self.stage
        self.workplace.show_tab("notes")
        stage.write("Title: new note", "Access arrangement and first login")
        stage.write_lines("Text: new note", NOTE)
        stage.press("Add note")
        stage.until(lambda: self._file().notes, "the note")
        stage.press("Edit")
        stage.write_lines("Text: ", EDITED)
        stage.press("Save revision")
        stage.until(lambda: self._file().notes[0].body.endswith("HERON."), "the revision")
        stage.write_lines("Text: new note", "(U) Settings of the next run to be agreed with the developer.\n\n(S")
        stage.settle()
        stage.picture("notes", self.shell)
        self.tell(
            "Wrote a note in portion-marked paragraphs, edited it as a new revision, left a second one as a draft."
        )

    def finding(self) -> None:
        """A weakness is recorded with the log that supports it."""
        stage = self.stage
        self.workplace.show_tab("findings")
        stage.with_dialog(lambda: stage.press("Record the first finding"), self._fill_finding)
        stage.until(lambda: self._file().findings, "the finding")
        stage.picture("findings", self.shell)
        self.tell("Recorded finding 1 with a log as its evidence.")

    def _fill_finding(self, dialog: QDialog) -> None:
        write = partial(self.stage.write, inside=dialog)
        write("Title", "Path traversal in archive import")
        write("Marking", "U")
        write("Product", "example-archiver")
        write("Version", "2.4.1")
        write("Vendor", "Fictional Software")
        self.stage.write_lines("Impact", "Files outside the target folder can be read", dialog)
        self.stage.press("Evidence: security_guide_mock.eval", dialog)
        self.stage.picture("record-a-finding", dialog)
        self.stage.press("Record", dialog)

    # --- memo and package --------------------------------------------------------------------------------------------

    def memo(self) -> None:
        """The memo is written beside its preview and checklist, and prepared as final."""
        stage = self.stage
        self.workplace.show_tab("memos")
        stage.write_lines("Memo text", MEMO)
        stage.until(lambda: stage.shows("Page 1 of", self.shell), "the preview")
        stage.until(lambda: stage.is_enabled("Prepare final memo", self.shell), "a checklist without open points")
        stage.picture("memo", self.shell)
        stage.with_dialog(
            lambda: stage.press("Prepare final memo"), lambda dialog: stage.press("Prepare final memo", dialog)
        )
        stage.until(lambda: self._file().memos, "the memo")
        stage.settle()
        self._copy_out()
        self.tell("Wrote the memo beside its checklist, prepared it as final and saved a copy as memo.pdf.")

    def _copy_out(self) -> None:
        """The memo is copied out of the vault; the folder is the tour's, for no window of the desktop is played."""
        desk, memo = self.workplace.desk, self._file().memos[0]
        typed = [(desk.person.id, OWN[REVIEWER])]
        leave = confirming.grant(desk, memos.COPIED_OUT, typed, case=memo.case)
        memos.save_copy(desk, memo, self.out, leave).rename(self.out / "memo.pdf")

    def package(self) -> None:
        """The case is handed over: a package is previewed and written."""
        stage = self.stage
        self.workplace.show_tab("transfers")
        released = partial(self.office.confirm, second=SUPERVISOR, picture="release")
        stage.with_dialogs(lambda: stage.press("Write the first package"), [self._fill_package, released])
        stage.until(lambda: self._file().transfers, "the transfer")
        stage.picture("transfers", self.shell)
        written = self._file().transfers[0].package
        (self.out / written).rename(self.out / "package")
        self.tell(f"Wrote the hand-over {written}, which is package/ here; the transfer is recorded.")

    def _fill_package(self, dialog: QDialog) -> None:
        stage = self.stage
        if not isinstance(dialog, WritePackage):
            raise NotFound("the form for a package")
        stage.write("Recipient", "Practice Office of Model Review, second station", dialog)
        dialog.choose_folder(self.out)
        stage.picture("write-a-package", dialog)
        stage.press("Write the package", dialog)

    # --- looking back ------------------------------------------------------------------------------------------------

    def looking_back(self) -> None:
        """History, docket and the check of the vault."""
        stage = self.stage
        self.workplace.show_tab("history")
        stage.picture("history", self.shell)
        for name, developer, days in OTHERS:
            self._other_case(name, developer, days)
        self.workplace.show_docket()
        stage.picture("docket", self.shell)
        self.workplace.show_vault()
        stage.press("Check everything")
        stage.until(lambda: stage.shows("Everything holds together", self.shell), "the check")
        stage.picture("vault", self.shell)
        self.tell(
            f"Looked at history and docket ({len(OTHERS)} more cases, made without their forms); checked the vault: "
            "everything holds together."
        )

    def _other_case(self, codename: str, developer: str, days: int) -> None:
        granted = self.now - timedelta(days=days) if days else None
        source = f"Access record for {codename}" if granted else ""
        new = cases.NewCase(codename=codename, developer=developer, marking="U", granted=granted, granted_source=source)
        cases.create(self.workplace.desk, new)

    def looks(self) -> None:
        """The same pages in other themes, at twice the text size and in a small window."""
        every = ("overview", "notes", "evaluations", "memos")
        self._look("dark", 100, SIZE, ("overview", "evaluations", "memos"))
        self._look("high contrast", 100, SIZE, ("overview", "notes"))
        self._look("light", 200, SIZE, every)
        self._look("dark", 200, SIZE, ("overview",))
        self._look("light", 100, SMALL, every)
        self.program.appearance.choose_size(100)
        self.shell.resize(*SIZE)

    def _look(self, scheme: str, percent: int, size: tuple[int, int], tabs: Sequence[str]) -> None:
        stage, appearance = self.stage, self.program.appearance
        appearance.choose_scheme(scheme)
        appearance.choose_size(percent)
        self.shell.resize(*size)
        suffix = f"{scheme.replace(' ', '-')}-{percent}{'-small' if size == SMALL else ''}"
        self.workplace.show_docket()
        stage.picture(f"docket-{suffix}", self.shell)
        self.workplace.open_case(self.first_case())
        for tab in tabs:
            self.workplace.show_tab(tab)
            stage.settle()
            if tab == "evaluations":
                stage.choose_row("Attachments", LOGS[0])
            if tab == "memos" and percent == 100:
                stage.until(lambda: stage.shows("Page 1 of", self.shell), "the preview")
            stage.picture(f"{tab}-{suffix}", self.shell)

    def lock(self) -> None:
        """Ctrl+L: the windows blank, the vault is left, the unlock window would follow."""
        before = len(self.locked)
        self.stage.press("Lock the vault")
        self.stage.until(lambda: len(self.locked) > before, "the lock")

    def _file(self) -> cases.CaseFile:
        """The case as it stands in the vault."""
        return cases.case_file(self.workplace.desk, self.first_case())

    def first_case(self) -> str:
        return min(docket.lines(self.workplace.desk), key=lambda line: line.number).case


def _go_on() -> None:
    """The tour is not the successor: it plays on in the same process."""
