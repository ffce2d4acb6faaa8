# SPDX-License-Identifier: Apache-2.0
"""Beside the memo: what a final one still waits for, and the memos that are kept."""

from collections.abc import Sequence

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from reviewer_app.domain.memos import Memo, MemoState
from reviewer_app.services.memos import GatePoint
from reviewer_app.ui.case.words import counted
from reviewer_app.ui.widgets.controls import button
from reviewer_app.ui.widgets.layout import beside, box, column, empty, fill, heading, label, picture, row, scroll
from reviewer_app.ui.widgets.strips import announce


class MemoGate(QWidget):
    """`paragraph_asked` carries the number of a paragraph, `memo_asked` and `copy_asked` the id of a kept memo."""

    paragraph_asked = Signal(int)
    memo_asked = Signal(str)
    copy_asked = Signal(str)
    final_asked = Signal()
    office_asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.points: tuple[GatePoint, ...] = ()
        self.told = label("Making the preview", "soft", wrap=True)
        self.listed, self.kept = column(gap=12), column(gap=12)
        self.final = button("Prepare final memo", "main", on=self.final_asked.emit)
        self.final.setEnabled(False)
        after = label("The final PDF has a line for each signature.", "soft", wrap=True)
        inside = column(
            heading("Before the final memo"), self.told, self.listed, self.final, after, self.kept, None, gap=12
        )
        fill(QVBoxLayout(self), ((scroll(inside, "Before the final memo"), 1),), 0)

    def show_points(self, points: Sequence[GatePoint]) -> None:
        """The checklist, open points first."""
        if tuple(points) == self.points:
            return
        self.points = tuple(points)
        waiting = sum(not point.ok for point in points)
        needs = "needs" if waiting == 1 else "need"
        text = f"{waiting} of {len(points)} points {needs} a person" if waiting else f"All {len(points)} points hold"
        self.told.setText(text)
        announce(self, text)
        self.final.setEnabled(not waiting)
        is_open = "point is open" if waiting == 1 else "points are open"
        self.final.setToolTip(f"{waiting} {is_open}" if waiting else "Kept as a government record")
        empty(self.listed)
        last = next((point for point in reversed(points) if point.office and not point.ok), None)
        for point in points:
            box(self.listed).addWidget(self._line(point, point is last))

    def _line(self, point: GatePoint, leads_to_office: bool) -> QWidget:
        words = column(label(point.what, wrap=True), gap=2)
        if point.step:
            box(words).addWidget(label(point.step, "soft", wrap=True))
        if point.where:
            link = button(f"Go to paragraph {point.where}", "link", on=self._on_paragraph)
            link.setProperty("paragraph", point.where)
            box(words).addWidget(row(link, None))
        if leads_to_office:  # one link for all of them
            box(words).addWidget(row(button("Change office details", "link", on=self.office_asked.emit), None))
        return beside(picture("check" if point.ok else "alert", "soft" if point.ok else "attention", 18), words)

    def show_memos(self, memos: Sequence[tuple[Memo, str]]) -> None:
        """The kept memos, newest first, each with its moment in words."""
        empty(self.kept)
        if memos:
            box(self.kept).addWidget(heading("Kept memos", counted(len(memos), "memo")))
        for memo, moment in memos:
            named = f"{'Final memo' if memo.state is MemoState.FINAL else 'Draft'} {memo.number}"
            opened = button(named, "link", "memos", name=f"Show {named}", on=self._on_memo)
            copy = button("Save a copy", "link", name=f"Save a copy of {named}", on=self._on_copy)
            for each in (opened, copy):
                each.setProperty("memo", memo.id)
            line = column(row(opened, None, copy), label(f"({memo.marking}) {moment}", "soft"), gap=0)
            box(self.kept).addWidget(line)

    @Slot()
    def _on_paragraph(self) -> None:
        if sender := self.sender():
            self.paragraph_asked.emit(sender.property("paragraph"))

    @Slot()
    def _on_memo(self) -> None:
        if sender := self.sender():
            self.memo_asked.emit(sender.property("memo"))

    @Slot()
    def _on_copy(self) -> None:
        if sender := self.sender():
            self.copy_asked.emit(sender.property("memo"))
