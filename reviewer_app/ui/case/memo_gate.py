# SPDX-License-Identifier: Apache-2.0
"""Beside the memo: what a final one still waits for, and the memos that are kept."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from reviewer_app.domain.memos import Memo, MemoState
from reviewer_app.services.memos import GatePoint, Signed
from reviewer_app.ui.case.words import counted
from reviewer_app.ui.widgets.controls import button
from reviewer_app.ui.widgets.layout import beside, box, column, empty, fill, heading, label, picture, row, scroll
from reviewer_app.ui.widgets.strips import announce

NOT_SIGNED = "Not signed yet"
OTHERS = "A supervisor who did not write it signs it."
NO_FIT = "The signature of {by} of {at} does not fit this memo any more: one of the two was changed. Tell your security officer."
OTHER_KEY = "The key is not the one that {by} has here now: a lost passphrase was replaced since, or {by} has left."
OFFICE = "A supervisor or an officer changes office details."


class Kept(NamedTuple):
    """A kept memo: its moment in words, its signatures, each with its moment in words, and whether one may sign it."""

    memo: Memo
    moment: str
    signed: Sequence[tuple[Signed, str]] = ()
    may_sign: bool = False


class MemoGate(QWidget):
    """`paragraph_asked` carries the number of a paragraph; `memo_asked`, `copy_asked` and `sign_asked` the id of a kept
    memo. `office` says whether the person may change office details."""

    paragraph_asked = Signal(int)
    memo_asked = Signal(str)
    copy_asked = Signal(str)
    sign_asked = Signal(str)
    final_asked = Signal()
    office_asked = Signal()

    def __init__(self, *, office: bool = True) -> None:
        super().__init__()
        self._office = office
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
        if leads_to_office and self._office:  # one link for all of them
            box(words).addWidget(row(button("Change office details", "link", on=self.office_asked.emit), None))
        elif leads_to_office:
            box(words).addWidget(label(OFFICE, "soft", wrap=True))
        return beside(picture("check" if point.ok else "alert", "soft" if point.ok else "attention", 18), words)

    def show_memos(self, memos: Sequence[Kept]) -> None:
        """The kept memos, newest first."""
        empty(self.kept)
        if memos:
            box(self.kept).addWidget(heading("Kept memos", counted(len(memos), "memo")))
        for each in memos:
            box(self.kept).addWidget(self._kept(each))

    def _kept(self, each: Kept) -> QWidget:
        is_final = each.memo.state is MemoState.FINAL
        named = f"{'Final memo' if is_final else 'Draft'} {each.memo.number}"
        opened = self._link(named, f"Show {named}", each.memo, self._on_memo, "memos")
        copy = self._link("Save a copy", f"Save a copy of {named}", each.memo, self._on_copy)
        line = column(row(opened, None, copy), label(f"({each.memo.marking}) {each.moment}", "soft"), gap=0)
        for part in self._signatures(each, named) if is_final else ():
            box(line).addWidget(part)
        return line

    def _signatures(self, each: Kept, named: str) -> Sequence[QWidget]:
        if not each.signed:
            told = label(NOT_SIGNED if each.may_sign else f"{NOT_SIGNED}. {OTHERS}", "soft", wrap=True)
            if each.may_sign:
                return [row((told, 1), self._link("Sign", f"Sign {named}", each.memo, self._on_sign))]
            return [told]
        return [_signature(signed, at) for signed, at in each.signed]

    def _link(self, text: str, name: str, memo: Memo, on: Callable[[], object], image: str = "") -> QWidget:
        made = button(text, "link", image, name=name, on=on)
        made.setProperty("memo", memo.id)
        return made

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

    @Slot()
    def _on_sign(self) -> None:
        if sender := self.sender():
            self.sign_asked.emit(sender.property("memo"))


def _signature(signed: Signed, at: str) -> QWidget:
    if not signed.fits:
        return beside(picture("error", "danger", 18), label(NO_FIT.format(by=signed.by, at=at), "danger", wrap=True))
    said = column(label(f"Signed by {signed.by}, supervisor, {at}", wrap=True), gap=0)
    if not signed.known:
        box(said).addWidget(label(OTHER_KEY.format(by=signed.by), "soft", wrap=True))
    return said
