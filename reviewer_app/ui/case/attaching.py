# SPDX-License-Identifier: Apache-2.0
"""Attaching files: choose them, say what holds for them, then one job for all of them with progress and Cancel."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
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
from reviewer_app.ui.case.tab import Workplace
from reviewer_app.ui.case.words import counted
from reviewer_app.ui.dialogs.attach_details import AttachDetails, NotAttached
from reviewer_app.ui.files import choose_files
from reviewer_app.ui.widgets.strips import Job
from reviewer_app.ui.widgets.table import Table


@dataclass(eq=False)
class Batch:
    """Files on their way in together. A thread adds to `stored` what is on disk."""

    file: CaseFile
    files: Sequence[Candidate]
    incoming: Incoming
    stored: set[Path] = field(default_factory=set)
    job: Job | None = None

    def waiting(self) -> list[Path]:
        """What is still to be stored; nothing once a person cancelled."""
        if self.job and self.job.stopping:
            return []
        return [each.path for each in self.files if not each.refusal and each.path not in self.stored]


class Attaching:
    """The way in for files, from the main action, the keyboard or a drop. `running` is what has not ended."""

    def __init__(self, place: Workplace) -> None:
        self.place = place
        self.running: list[Batch] = []

    def ask(self, file: CaseFile, paths: Sequence[Path] = ()) -> None:
        """Ask for files, unless given, and for what holds for them; then attach them in the background."""
        found = candidates(paths or choose_files(self.place.window, "Attach files"))
        if not found:
            return
        if all(each.refusal for each in found):
            self._tell(file, Outcome((), tuple(found)))
            return
        incoming = AttachDetails.ask(self.place.window, self.place.desk, file, found)
        if incoming:
            self.start(file, found, incoming)

    def start(self, file: CaseFile, found: Sequence[Candidate], incoming: Incoming) -> None:
        """Attach files in the background, and tell at the end what became of them."""
        taken = [each for each in found if not each.refusal]
        what = f"“{shown_name(taken[0].path)}”" if len(taken) == 1 else counted(len(taken), "file")
        batch = Batch(file, found, incoming)
        self.running.append(batch)
        done, failed = partial(self._on_done, batch), partial(self._on_failed, batch)
        batch.job = self.place.run(f"Attaching {what}", partial(self._work, batch), done, failed)

    def _work(self, batch: Batch, progress: Callable[[float], None], cancelled: Callable[[], bool]) -> Outcome:
        return attach_all(
            self.place.desk,
            batch.file.case.id,
            batch.files,
            batch.incoming,
            progress=progress,
            cancelled=cancelled,
            stored=batch.stored.add,
        )

    def _on_failed(self, batch: Batch, error: Exception) -> None:
        self.running.remove(batch)
        self.place.tell(error)

    def _on_done(self, batch: Batch, outcome: Outcome) -> None:
        self.running.remove(batch)
        file = batch.file
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
