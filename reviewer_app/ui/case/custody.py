# SPDX-License-Identifier: Apache-2.0
"""Where a file comes from, and that its stored bytes are still the ones that came."""

from datetime import datetime
from functools import partial

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from reviewer_app.domain.evidence import Attachment
from reviewer_app.errors import AppError, Cancelled
from reviewer_app.services import attachments
from reviewer_app.services.cases import CaseFile
from reviewer_app.services.desk import Desk
from reviewer_app.ui.case.tab import Workplace
from reviewer_app.ui.case.words import SILENT, grouped, size_text
from reviewer_app.ui.theme import GAP
from reviewer_app.ui.widgets.controls import button
from reviewer_app.ui.widgets.layout import capped, column, facts, fill, heading, label, row, set_tone


class CustodyPart(QWidget):
    """`struck` asks to strike the file out as entered in error."""

    strike_asked = Signal()

    def __init__(self, place: Workplace, file: CaseFile, attachment: Attachment) -> None:
        super().__init__()
        self.place, self.desk, self.attachment = place, place.desk, attachment
        known = attachments.custody(self.desk, attachment)
        builds = {each.id: each.build for each in file.checkpoints}
        self.hash = label(grouped(attachment.sha512), wrap=True, mono=True)
        self.verify = button("Verify now", name="Verify the stored file now", on=self._on_verify)
        self.told = label("", "soft", wrap=True)
        self._tell(known.verified)
        pairs = [
            ("Received", f"{self.desk.written(attachment.received)} by {known.by}"),
            ("Source", attachment.source or SILENT),
            ("Medium", attachment.medium or SILENT),
            ("Held as", attachment.holding.value),
            ("Checkpoint", builds.get(attachment.checkpoint or "", SILENT)),
            (
                "Size",
                f"{attachment.size:,} bytes" + (f" ({size_text(attachment.size)})" if attachment.size > 999 else ""),
            ),
            ("SHA-512", capped(self.hash, 620)),
        ]
        strike = button(
            "Entered in error", "quiet", name=f"Entered in error: {attachment.name}", on=self.strike_asked.emit
        )
        parts = (heading("Custody"), facts(pairs, 6, 88), row(self.verify, (self.told, 1), strike))
        fill(QVBoxLayout(self), (column(*parts, gap=GAP),), 0)

    def _tell(self, verified: datetime | None) -> None:
        text = (
            f"Verified {self.desk.written(verified)}: the stored bytes give this SHA-512."
            if verified
            else "Not verified since it came in."
        )
        set_tone(self.told, "soft")
        self.told.setText(text)

    @Slot()
    def _on_verify(self) -> None:
        self.verify.setEnabled(False)
        self.told.setText("Reading the whole file")
        work = partial(_verify, self.desk, self.attachment)
        self.place.run(f"Verifying “{self.attachment.name}”", work, self._on_verified, self._on_error)

    @Slot(object)
    def _on_verified(self, moment: datetime) -> None:
        self.verify.setEnabled(True)
        self._tell(moment)

    @Slot(object)
    def _on_error(self, error: Exception) -> None:
        self.verify.setEnabled(True)
        if isinstance(error, Cancelled):
            self.told.setText("Verifying was cancelled, so it says nothing.")
        elif isinstance(error, AppError):
            set_tone(self.told, "danger")
            self.told.setText(str(error))
        else:
            self.place.tell(error)


def _verify(
    desk: Desk, attachment: Attachment, progress: attachments.Progress, cancelled: attachments.Cancelled
) -> datetime:
    return attachments.verify(desk, attachment, progress=progress, cancelled=cancelled)
