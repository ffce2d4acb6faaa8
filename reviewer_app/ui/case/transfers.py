# SPDX-License-Identifier: Apache-2.0
"""The Transfers tab: packages that left the vault. Written is not received: only a receipt makes it so."""

from functools import partial
from pathlib import Path
from typing import Any, ClassVar

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QWidget

from reviewer_app.domain.memos import Purpose, Transfer
from reviewer_app.errors import AppError, Cancelled, PackageCancelled
from reviewer_app.services import packages
from reviewer_app.services.attachments import Cancelled as Stop
from reviewer_app.services.attachments import Progress
from reviewer_app.services.cases import CaseFile
from reviewer_app.services.desk import Desk
from reviewer_app.ui.case.sides import ListAndCard
from reviewer_app.ui.case.tab import CaseTab, MainAction, Workplace
from reviewer_app.ui.case.words import counted, grouped, since, size_text
from reviewer_app.ui.dialogs.record_receipt import RecordReceiptDialog
from reviewer_app.ui.dialogs.write_package import Order, WritePackage
from reviewer_app.ui.notify import show_error
from reviewer_app.ui.shell import PageStack
from reviewer_app.ui.theme import EDGE, GAP, GROUP, STRONG
from reviewer_app.ui.widgets.banner import Stamp
from reviewer_app.ui.widgets.controls import button
from reviewer_app.ui.widgets.layout import (
    box,
    capped,
    column,
    empty,
    facts,
    fill,
    heading,
    label,
    row,
    rule,
    scroll,
    short,
    start,
)
from reviewer_app.ui.widgets.rows import Cell, Head, Row
from reviewer_app.ui.widgets.strips import vacant
from reviewer_app.ui.widgets.table import Table

HEADS = (Head("Package", 0, least=150), Head("Purpose", 84, drop=2), Head("Written", 92, drop=1))
CHECK = ("sha512sum --strict --quiet -c tagmanifest-sha512.txt manifest-sha512.txt", "sha512sum tagmanifest-sha512.txt")


class TransfersTab(CaseTab):
    """Where a package was written to is known only until the page is left: the vault keeps no paths."""

    key: ClassVar[str] = "transfers"
    name: ClassVar[str] = "Transfers"
    action: ClassVar[MainAction] = MainAction("Write a package", "transfers")

    def __init__(self, place: Workplace) -> None:
        super().__init__(place)
        self._paths: dict[str, Path] = {}
        self._told: tuple[object, ...] = ()
        self._order: Order | None = None
        self.table = start(Table(HEADS, (), "Transfers"))
        self.counted = label("", "soft")
        self.card = column(gap=GROUP, margins=(GROUP, 12, GROUP, 12), role="card")
        self.view = scroll(self.card, "Transfer")
        self.both = ListAndCard(self.table, self.view, (), (self.counted,))
        self.both.chosen.connect(self._on_chosen)
        full = column((self.both, 1), margins=(EDGE, GROUP, EDGE, GROUP))
        nothing = vacant(
            "transfers",
            "Nothing has left this case",
            "A package carries the case to an office that works on it, or its findings to the clearinghouse. It is a "
            "plain folder that its receiver can check without this program.",
            button("Write the first package", "main", "transfers", on=self.act),
        )
        self.stack = PageStack()
        for part in (full, nothing):
            self.stack.addWidget(part)
        fill(self.box, ((self.stack, 1),), 0)

    def count(self, file: CaseFile) -> int | None:
        return len(file.transfers)

    def show_file(self, file: CaseFile) -> None:
        super().show_file(file)
        newest_first = file.transfers[::-1]
        self.table.set_rows(self._row(each, file) for each in newest_first)
        self.both.show_names([(each.id, each.package) for each in newest_first])
        self.counted.setText(counted(len(file.transfers), "package"))
        self.stack.setCurrentIndex(0 if file.transfers else 1)
        self._show_card()

    def _row(self, each: Transfer, file: CaseFile) -> Row:
        written = Cell(
            since(self.desk, each.written, file.now), "soft", tip=self.desk.written(each.written), sort=each.written
        )
        return Row(
            each.id, (Cell(each.package, tip=f"({each.marking}) {each.package}", named=True), each.purpose, written)
        )

    @Slot(str)
    def _on_chosen(self, _key: str) -> None:
        self._show_card()

    # --- the card --------------------------------------------------------------------------------------------------

    def _show_card(self) -> None:
        """Build the card anew only when it would say something else."""
        key = self.table.current_key()
        chosen = next((each for each in self.file.transfers if each.id == key), None) if self.file else None
        if chosen is None or self.file is None or (chosen, self._paths.get(key)) == self._told:
            return
        self._told = (chosen, self._paths.get(key))
        empty(self.card)
        self.view.setAccessibleName(f"Package {chosen.package}")
        top = row(
            short(chosen.package, step=2, weight=STRONG), Stamp(f"({chosen.marking})", "text", dashed=False), None
        )
        receipt = "Received." if chosen.receipt else "Written; no receipt. Written is not received."
        ask = () if chosen.receipt else (button("Record a receipt", "quiet", on=self._on_receipt),)
        parts = (
            column(top, row((label(receipt, "soft", wrap=True), 1), *ask), gap=2),
            rule(),
            self._facts(self.file, chosen),
            rule(),
            _checking(),
        )
        for part in parts:
            box(self.card).addWidget(part)
        box(self.card).addStretch(1)

    def _facts(self, file: CaseFile, chosen: Transfer) -> QWidget:
        by = file.names.get(chosen.prepared_by) or self.desk.name_of(chosen.prepared_by)
        path = self._paths.get(chosen.id)
        there = [("Folder", label(str(path), wrap=True))] if path else []
        return facts(
            [
                ("Purpose", chosen.purpose.value),
                ("Recipient", chosen.recipient),
                ("Written", f"{self.desk.written(chosen.written)} by {by}"),
                *there,
                ("Content", f"{counted(chosen.files, 'file')}, {size_text(chosen.size)}"),
                ("Receipt", chosen.receipt or "no receipt"),
                ("Manifest", capped(label(grouped(chosen.manifest), wrap=True, mono=True), 620)),
            ],
            6,
            88,
        )

    @Slot()
    def _on_receipt(self) -> None:
        key = self.table.current_key()
        chosen = next((each for each in self.file.transfers if each.id == key), None) if self.file else None
        if chosen and RecordReceiptDialog.ask(self.place.window, self.desk, chosen):
            self.place.changed()
            self.place.say(f"Receipt of {chosen.package} recorded.")

    # --- writing ---------------------------------------------------------------------------------------------------

    @Slot()
    def act(self) -> None:
        self.write(Purpose.HAND_OVER)

    def write(self, purpose: Purpose, before: Order | None = None) -> None:
        """Ask what is to be written, then write it in the background."""
        if self.file is None:
            return
        order = WritePackage.ask(self.place.window, self.desk, self.file.case.id, purpose, before)
        if order:
            self._order = order
            work = partial(_write, self.desk, self.file.case.id, order)
            self.place.run(f"Writing a {order.purpose} package", work, self._on_written, self._on_error)

    @Slot(object)
    def _on_written(self, made: tuple[Transfer, Path]) -> None:
        transfer, path = made
        self._paths[transfer.id] = path
        self.place.changed()
        self.table.select_key(transfer.id)
        self.place.say(
            f"Package {transfer.package} written: {counted(transfer.files, 'file')}, {size_text(transfer.size)}."
        )

    @Slot(object)
    def _on_error(self, error: Exception) -> None:
        order = self._order
        if isinstance(error, Cancelled | PackageCancelled):
            self.place.say("Writing was cancelled. Nothing of the package is left.")
        elif not isinstance(error, AppError) or order is None:
            self.place.tell(error)
        elif show_error(self.place.window, error, "Change and write again"):
            self.write(order.purpose, order)


def _checking() -> QWidget:
    lines = [label(command, wrap=True, mono=True) for command in CHECK]
    first = label(
        "In the folder of the package; silence means that every listed file is there and unchanged:", wrap=True
    )
    second = label("Compare with the manifest's SHA-512 above, which stands for every byte:", wrap=True)
    more = label("reviewer-app package verify checks the same and more, without a vault.", "soft", wrap=True)
    return column(heading("How its receiver checks it"), first, lines[0], second, lines[1], more, gap=GAP)


def _write(desk: Desk, case: str, order: Order, progress: Progress, cancelled: Stop) -> tuple[Transfer, Any]:
    transfer, written = packages.write(
        desk, case, order.purpose, order.recipient, order.folder, progress=progress, cancelled=cancelled
    )
    return transfer, written.path
