# SPDX-License-Identifier: Apache-2.0
"""The Memos tab: the text at the left, the page as it will print in the middle, the checklist at the right."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, ClassVar

from PySide6.QtCore import Slot
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QWidget

from reviewer_app.domain.memos import Memo
from reviewer_app.errors import AppError, Cancelled
from reviewer_app.services import memos, notes, reading
from reviewer_app.services.attachments import Cancelled as Stop
from reviewer_app.services.cases import CaseFile
from reviewer_app.services.desk import Desk
from reviewer_app.services.memos import Made, Writing
from reviewer_app.services.reading import PageImages
from reviewer_app.ui.case.document import WIDTH, DocumentView, Draw, opening_of, pages_of
from reviewer_app.ui.case.memo_draft import MemoDraft
from reviewer_app.ui.case.memo_gate import Kept, MemoGate
from reviewer_app.ui.case.tab import CaseTab, MainAction, Workplace
from reviewer_app.ui.case.words import since
from reviewer_app.ui.dialog import Question
from reviewer_app.ui.dialogs.confirm import Asked
from reviewer_app.ui.dialogs.office import OfficeDialog
from reviewer_app.ui.files import choose_folder
from reviewer_app.ui.notify import show_error
from reviewer_app.ui.theme import EDGE, GAP, GROUP, styled, wide
from reviewer_app.ui.widgets.controls import Views, button
from reviewer_app.ui.widgets.layout import UNLIMITED, column, label, row
from reviewer_app.ui.widgets.left import Left

LEAST = 820  # room for all three parts side by side, at 13 px body text
PARTS = ("Text", "Preview", "Before the final memo")
FINAL = (
    "The PDF is kept as a government record, with a line for each signature. A final memo is never changed; a later one "
    "takes its place."
)
SIGNING = (
    "You sign, in your own name, the memo as it is kept: its PDF, known by its SHA-512. The signature says nothing about "
    "the model. A memo is signed once."
)


@dataclass(frozen=True)
class Shown:
    """One preview: what was written, what became of it, and the page in front."""

    writing: Writing
    made: Made
    pages: PageImages


class MemosTab(CaseTab):
    """Previews are made one at a time, in the background, and only while the tab is looked at."""

    key: ClassVar[str] = "memos"
    name: ClassVar[str] = "Memos"
    action: ClassVar[MainAction] = MainAction("Save as draft PDF", "memos")

    def __init__(self, place: Workplace) -> None:
        super().__init__(place)
        self._stale, self._making, self._count = True, False, 0
        self._copied: Memo | None = None
        self.draft, self.gate = MemoDraft(), MemoGate(office=self.desk.may("office details changed"))
        self.draft.paused.connect(self._on_paused)
        self.draft.keep_asked.connect(self.keep)
        self.document = DocumentView(place, "Preview", "Making the preview")
        self.back = button("Back to the draft", "quiet", on=self._on_back)
        self.named = label("", "soft")
        self.paper = column(row(self.named, None, self.back), (self.document, 1), gap=GAP)
        self.gate.paragraph_asked.connect(self._on_paragraph)
        self.gate.memo_asked.connect(self._on_memo)
        self.gate.copy_asked.connect(self._on_copy)
        self.gate.sign_asked.connect(self._on_sign)
        self.gate.final_asked.connect(self._on_final)
        self.gate.office_asked.connect(self._on_office)
        self.views = Views(PARTS, "Part of the memo")
        self.views.chosen.connect(self._on_part)
        self.parts: tuple[QWidget, ...] = (self.draft, self.paper, self.gate)
        three = row((self.draft, 5), (self.paper, 6), self.gate, gap=EDGE)
        self.box.addWidget(column(self.views, (three, 1), margins=(EDGE, GROUP, EDGE, GROUP)))
        self._show_draft_head()
        styled(self, MemosTab._fold)

    def count(self, file: CaseFile) -> int | None:
        return len(file.memos)

    def show_file(self, file: CaseFile) -> None:
        first = self.file is None
        super().show_file(file)
        if first:
            self.draft.show_writing(memos.kept_writing(self.desk, file.case.id))
        self.draft.offer_marks(notes.portion_marks(self.desk, [each.marking for each in file.attachments]))
        newest_first = sorted(file.memos, key=lambda memo: -memo.number)
        self.gate.show_memos([self._kept(each, file.now) for each in newest_first])
        self._on_paused()

    def _kept(self, memo: Memo, now: datetime) -> Kept:
        signed = [(each, self.desk.written(each.at)) for each in memos.signed(self.desk, memo)]
        return Kept(memo, since(self.desk, memo.dated, now), signed, memos.may_sign(self.desk, memo))

    def keep(self) -> None:
        """Keep what was typed since it was last kept."""
        if self.file and self.draft.typed:
            memos.keep_writing(self.desk, self.file.case.id, self.draft.writing())
            hour = self.desk.written(self.desk.clock()).rsplit(" ", 2)[1]
            self.draft.kept(f"Kept in the vault {hour}")

    def left(self) -> Left:
        return {"part": self.views.current(), "draft": self.draft.left()}

    def go_back(self, left: Left) -> None:
        self._show_part(left["part"])
        self.draft.go_back(left["draft"])

    def take_focus(self) -> bool:
        return self.draft.take_focus()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._make()

    # --- room ------------------------------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fold()

    def _fold(self) -> None:
        """All three parts where there is room, otherwise the chosen one."""
        across = self.width() >= wide(LEAST)
        self.views.setVisible(not across)
        for place, part in enumerate(self.parts):
            part.setVisible(across or place == self.views.current())
        width = wide(240)
        self.gate.setMinimumWidth(width)
        self.gate.setMaximumWidth(width if across else UNLIMITED)

    @Slot(int)
    def _on_part(self, _place: int) -> None:
        self._fold()

    def _show_part(self, place: int) -> None:
        self.views.buttons[place].setChecked(True)
        self._fold()

    # --- the preview -----------------------------------------------------------------------------------------------

    @Slot()
    def _on_paused(self) -> None:
        self._stale = True
        self._make()

    def _make(self) -> None:
        if self.file and self._stale and not self._making and self.isVisible():
            self._stale, self._making = False, True
            page = self.document.sheet.page if self._is_draft() else 0
            work = partial(_preview, self.desk, self.file.case.id, self.draft.writing(), page)
            if self._is_draft():
                self.named.setText("As it will print, being made anew")
            self.place.run("", work, self._on_made, self._on_unmade)  # the progress strip would shift what one types

    def _is_draft(self) -> bool:
        return self.back.isHidden()

    @Slot(object)
    def _on_made(self, shown: Shown) -> None:
        self._making = False
        self.gate.show_points(shown.made.points)
        self.draft.tint(point.where for point in shown.made.points if point.where and not point.ok)
        self._shown = shown
        if self._is_draft():
            self._show_draft()
        self._make()

    @Slot(object)
    def _on_unmade(self, error: Exception) -> None:
        self._making = False
        if isinstance(error, AppError):
            stopped = "The preview was cancelled; it is made anew when you type on."
            self.named.setText(stopped if isinstance(error, Cancelled) else str(error))
        else:
            self.place.tell(error)

    def _show_draft(self) -> None:
        if self._shown:
            self._count += 1
            draw = _drawing(self.desk, self._shown.made.pdf)
            self.document.show_made(f"draft {self._count}", self._shown.pages, draw)
        self._show_draft_head()

    def _show_draft_head(self) -> None:
        self.named.setText("As it will print")
        self.back.hide()

    @Slot(str)
    def _on_memo(self, memo: str) -> None:
        found = self._memo(memo)
        if found:
            try:
                file = memos.file_of(self.desk, found)
            except AppError as error:
                self.place.tell(error)
                return
            self.named.setText(file.name)
            self.back.show()
            self._show_part(1)
            self.document.open(file.id, opening_of(self.desk, file), pages_of(self.desk, file))

    @Slot()
    def _on_back(self) -> None:
        self.document.sheet.page = 0
        self._show_draft()
        self._on_paused()

    @Slot(int)
    def _on_paragraph(self, paragraph: int) -> None:
        self._show_part(0)
        self.draft.go_to(paragraph)

    @Slot()
    def _on_office(self) -> None:
        if OfficeDialog.ask(self.place.window, self.desk):
            self._on_paused()

    # --- keeping ---------------------------------------------------------------------------------------------------

    @Slot()
    def act(self) -> None:
        """Keep the memo as a draft PDF."""
        self._keep_memo(final=False)

    @Slot()
    def _on_final(self) -> None:
        if Question.ask(self.place.window, "Prepare the final memo?", FINAL, "Prepare final memo"):
            self._keep_memo(final=True)

    def _keep_memo(self, *, final: bool) -> None:
        if self.file:
            self.keep()
            work = partial(_keep, self.desk, self.file.case.id, self.draft.writing(), final)
            self.place.run("Keeping the final memo" if final else "Keeping the draft", work, self._on_kept)

    @Slot(object)
    def _on_kept(self, memo: Memo) -> None:
        self.place.changed()
        what = "Final memo" if memo.state.value == "final" else "Draft"
        self.place.say(f"{what} {memo.number} is kept in the vault as a PDF.")

    @Slot(str)
    def _on_sign(self, memo: str) -> None:
        """A supervisor's own signature on a final memo of somebody else."""
        found = self._memo(memo)
        if found is None:
            return
        asked = Asked(memos.SIGNED, f"Sign final memo {found.number}", "Sign", found.case, effect=SIGNING)
        leave = self.place.confirm(asked)
        try:
            if leave:
                memos.sign(self.desk, found, leave)
                self.place.changed()
                self.place.say(f"Final memo {found.number} is signed.")
        except AppError as error:
            self.place.tell(error)

    @Slot(str)
    def _on_copy(self, memo: str) -> None:
        found = self._memo(memo)
        folder = choose_folder(self.place.window, "Folder for the copy") if found else None
        what = f"Copy memo {found.number} out of the vault" if found else ""
        leave = self.place.confirm(Asked(memos.COPIED_OUT, what, "Copy", found.case)) if found and folder else None
        if found and folder and leave:
            try:
                path = memos.save_copy(self.desk, found, folder, leave)
            except AppError as error:
                if show_error(self.place.window, error, "Choose another folder"):
                    self._on_copy(memo)
                return
            self.place.say(f"Copied out of the vault: {path}. The journal says so.")

    def _memo(self, memo: str) -> Memo | None:
        return next((each for each in self.file.memos if each.id == memo), None) if self.file else None

    _shown: Shown | None = None


def _preview(desk: Desk, case: str, writing: Writing, page: int, _progress: object, cancelled: Stop) -> Shown:
    made = memos.preview(desk, case, writing)
    pages = reading.pages_of(desk, made.pdf, [min(page, made.pages - 1)], WIDTH, cancelled=cancelled)
    return Shown(writing, made, pages)


def _drawing(desk: Desk, pdf: bytes) -> Draw:
    return lambda number, cancelled: reading.pages_of(desk, pdf, [number], WIDTH, cancelled=cancelled)


def _keep(desk: Desk, case: str, writing: Writing, final: bool, _progress: Any, _cancelled: Any) -> Memo:
    return memos.keep(desk, case, writing, final=final)[0]
