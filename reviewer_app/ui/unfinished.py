# SPDX-License-Identifier: Apache-2.0
"""Work that ends with the session: what is left of it is kept in the vault and done at the person's next sign-in."""

import json
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Slot

from reviewer_app.domain.evidence import Holding
from reviewer_app.errors import AppError
from reviewer_app.services import cases, preferences
from reviewer_app.services.attachments import Incoming, candidates
from reviewer_app.ui.case.attaching import Batch
from reviewer_app.ui.case.words import counted
from reviewer_app.ui.widgets.left import BROKEN

if TYPE_CHECKING:
    from reviewer_app.ui.workplace import Workplace

NAME = "unfinished"
"""The preference that says it."""
ATTACHING = "Attaching goes on where it was stopped: {files}, {case}."
CHECKING = "The check of the vault, which was stopped, begins again."


class Unfinished(QObject):
    """`is_checking`: the vault is being checked now."""

    def __init__(self, place: "Workplace") -> None:
        super().__init__(place.shell)
        self.place, self.is_checking = place, False

    def keep(self) -> None:
        """What has not ended, once no work runs any more. Raises AppError."""
        batches = [_written(batch) for batch in self.place.attaching.running if batch.waiting()]
        said = {"check": self.is_checking, "attach": batches}
        preferences.remember(self.place.desk, NAME, json.dumps(said) if any(said.values()) else "")

    @Slot()
    def go_on(self) -> None:
        """Do what is left, and say so; each thing is tried once."""
        kept = "" if self.place.leaving.is_over else preferences.recall(self.place.desk, NAME)
        if kept:
            preferences.remember(self.place.desk, NAME, "")
            check, batches = _read(kept)
            if check:
                self.place.say(CHECKING)
                self.place.check()
            for case, paths, incoming in batches:
                self._attach(case, paths, incoming)

    def _attach(self, case: str, paths: list[Path], incoming: Incoming) -> None:
        try:
            file = cases.case_file(self.place.desk, case)
        except AppError as error:
            self.place.tell(error)
            return
        self.place.say(ATTACHING.format(files=counted(len(paths), "file"), case=file.case.codename))
        self.place.attaching.start(file, candidates(paths), incoming)


def _written(batch: Batch) -> dict[str, Any]:
    return {
        "case": batch.file.case.id,
        "files": [str(path) for path in batch.waiting()],
        "incoming": asdict(batch.incoming),
    }


def _read(kept: str) -> tuple[bool, list[tuple[str, list[Path], Incoming]]]:
    """What `keep` wrote; nothing of what cannot be read."""
    with suppress(*BROKEN):
        said = json.loads(kept)
        return bool(said["check"]), [_batch(**each) for each in said["attach"]]
    return False, []


def _batch(case: str, files: list[str], incoming: dict[str, Any]) -> tuple[str, list[Path], Incoming]:
    return case, [Path(file) for file in files], Incoming(**{**incoming, "holding": Holding(incoming["holding"])})
