# SPDX-License-Identifier: Apache-2.0
"""Attaching files: choose them, say what holds for them, then one job for all of them with progress and Cancel."""

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from reviewer_app.services.attachments import (
    Candidate,
    Incoming,
    Outcome,
    attach_all,
    candidates,
    shown_name,
)
from reviewer_app.services.cases import CaseFile
from reviewer_app.services.desk import Desk
from reviewer_app.ui.case.tab import Workplace
from reviewer_app.ui.case.words import counted
from reviewer_app.ui.dialogs.attach_details import AttachDetails, NotAttached
from reviewer_app.ui.files import choose_files
from reviewer_app.ui.tasks import Work
from reviewer_app.ui.widgets.table import Table


class Attaching:
    """The way in for files, from the main action, the keyboard or a drop."""

    def __init__(self, place: Workplace) -> None:
        self.place = place

    def ask(self, file: CaseFile, paths: Sequence[Path] = ()) -> None:
        """Ask for files, unless given, and for what holds for them; then attach them in the background."""
        found = candidates(paths or choose_files(self.place.window, "Attach files"))
        if not found:
            return
        taken = [each for each in found if not each.refusal]
        if not taken:
            self._tell(file, Outcome((), tuple(found)))
            return
        incoming = AttachDetails.ask(self.place.window, self.place.desk, file, found)
        if incoming:
            what = f"“{shown_name(taken[0].path)}”" if len(taken) == 1 else counted(len(taken), "file")
            self.place.run(f"Attaching {what}", _job(self.place.desk, file, found, incoming), self._on_done)

    def _on_done(self, value: tuple[CaseFile, Outcome]) -> None:
        file, outcome = value
        if outcome.attached:
            before = self.place.window.focusWidget()
            self.place.changed()
            self._hold_focus(before)
        if outcome.attached or outcome.cancelled:
            self.place.say(told(outcome))
        if outcome.refused:
            self._tell(file, outcome)

    def _hold_focus(self, before: QWidget | None) -> None:
        """What had the focus may be gone with the empty page; the list goes on with it."""
        here = self.place.window.focusWidget()
        shown = next((each for each in self.place.window.findChildren(Table, "start") if each.isVisible()), None)
        if shown and (here is not before or here is None or not here.isVisible()):
            shown.setFocus(Qt.FocusReason.OtherFocusReason)

    def _tell(self, file: CaseFile, outcome: Outcome) -> None:
        errors = [each.refusal for each in outcome.refused if each.refusal]
        if NotAttached.ask(self.place.window, errors):
            self.ask(file)


def _job(desk: Desk, file: CaseFile, files: Sequence[Candidate], incoming: Incoming) -> Work:
    def work(progress: Callable[[float], None], cancelled: Callable[[], bool]) -> tuple[CaseFile, Outcome]:
        return file, attach_all(desk, file.case.id, files, incoming, progress=progress, cancelled=cancelled)

    return work


def told(outcome: Outcome) -> str:
    """One line of news: `3 files attached; 1 was not: “x.eval”`."""
    there = counted(len(outcome.attached), "file")
    before = f"{there} attached before" if outcome.attached else "nothing was stored"
    text = f"Attaching was cancelled; {before}" if outcome.cancelled else f"{there} attached"
    unread = sum(bool(each.remark) for each in outcome.attached)
    if unread:
        text += f"; {unread} could not be read and {'is' if unread == 1 else 'are'} kept as evidence"
    if names := [f"“{shown_name(each.path)}”" for each in outcome.refused]:
        more = f" and {len(names) - 3} more" if len(names) > 3 else ""
        text += f"; {len(names)} {'was' if len(names) == 1 else 'were'} not: {', '.join(names[:3])}{more}"
    return text + "."
