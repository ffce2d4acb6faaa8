# SPDX-License-Identifier: Apache-2.0
"""The Transfers tab: packages that left the vault. Written is not received: only a receipt makes it so."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QWidget

from reviewer_app.domain.memos import Purpose, Transfer
from reviewer_app.errors import AppError, Cancelled, PackageCancelled
from reviewer_app.services import packages
from reviewer_app.services.cases import CaseFile
from reviewer_app.services.desk import Desk, Grant
from reviewer_app.ui.case.card_tab import CardTab
from reviewer_app.ui.case.tab import MainAction, Workplace
from reviewer_app.ui.case.words import counted, grouped, since, size_text
from reviewer_app.ui.dialogs.confirm import Asked
from reviewer_app.ui.dialogs.record_receipt import RecordReceiptDialog
from reviewer_app.ui.dialogs.write_package import Order, WritePackage
from reviewer_app.ui.notify import show_error
from reviewer_app.ui.theme import GAP, STRONG
from reviewer_app.ui.widgets.banner import Stamp
from reviewer_app.ui.widgets.controls import button
from reviewer_app.ui.widgets.layout import (
    capped,
    column,
    facts,
    heading,
    label,
    row,
    rule,
    short,
)
from reviewer_app.ui.widgets.rows import Cell, Head, Row

CHECK = ("sha512sum --strict --quiet -c tagmanifest-sha512.txt manifest-sha512.txt", "sha512sum tagmanifest-sha512.txt")


class TransfersTab(CardTab[Transfer]):
    """Where a package was written to is known only until the page is left: the vault keeps no paths."""

    key: ClassVar[str] = "transfers"
    name: ClassVar[str] = "Transfers"
    action: ClassVar[MainAction] = MainAction("Write a package", "transfers")
    heads: ClassVar[Sequence[Head]] = (
        Head("Package", 0, least=150),
        Head("Purpose", 84, drop=2),
        Head("Written", 92, drop=1),
    )
    one: ClassVar[str] = "package"
    nothing: ClassVar[tuple[str, str, str, str]] = (
        "transfers",
        "Nothing has left this case",
        "A package carries the case to an office that works on it, or its findings to the clearinghouse. It is a "
        "plain folder that its receiver can check without this program.",
        "Write the first package",
    )

    def __init__(self, place: Workplace) -> None:
        super().__init__(place)
        self._paths: dict[str, Path] = {}
        self._order: Order | None = None

    def records(self, file: CaseFile) -> Sequence[Transfer]:
        return file.transfers[::-1]  # newest first

    def row(self, each: Transfer, file: CaseFile) -> Row:
        called = Cell(each.package, tip=f"({each.marking}) {each.package}", named=True)
        when = since(self.desk, each.written, file.now)
        written = Cell(when, "soft", tip=self.desk.written(each.written), sort=each.written)
        return Row(each.id, (called, each.purpose, written))

    def called(self, each: Transfer) -> str:
        return each.package

    def says(self, each: Transfer) -> tuple[object, ...]:
        return (self._paths.get(each.id),)

    def parts(self, each: Transfer, file: CaseFile) -> Sequence[QWidget]:
        mark = Stamp(f"({each.marking})", "text", dashed=False)
        top = row(short(each.package, step=2, weight=STRONG), mark, None)
        receipt = "Received." if each.receipt else "Written; no receipt. Written is not received."
        ask = () if each.receipt else (button("Record a receipt", "quiet", on=self._on_receipt),)
        return (
            column(top, row((label(receipt, "soft", wrap=True), 1), *ask), gap=2),
            rule(),
            self._facts(file, each),
            rule(),
            _checking(),
        )

    # --- the card --------------------------------------------------------------------------------------------------

    def _facts(self, file: CaseFile, chosen: Transfer) -> QWidget:
        by = file.names.get(chosen.prepared_by) or self.desk.name_of(chosen.prepared_by)
        path = self._paths.get(chosen.id)
        there = [("Folder", label(str(path), wrap=True))] if path else []
        return facts(
            [
                ("Purpose", chosen.purpose.value),
                ("Recipient", chosen.recipient),
                ("Written", f"{self.desk.written(chosen.written)} by {by}"),
                ("Released by", packages.released_by(self.desk, chosen) or "not recorded"),
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
        chosen = self.chosen()
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
        what = f"Write a {order.purpose} package of {self.file.case.number}" if order else ""
        case = self.file.case.id
        leave = self.place.confirm(Asked(packages.WRITTEN, what, "Write the package", case)) if order else None
        if order and leave:
            self._order = order
            work = partial(_write, self.desk, case, order, leave)
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


def _write(desk: Desk, case: str, order: Order, leave: Grant, *how: Any) -> tuple[Transfer, Any]:
    progress, cancelled = how
    transfer, written = packages.write(
        desk,
        case,
        order.purpose,
        order.recipient,
        order.folder,
        grant=leave,
        progress=progress,
        cancelled=cancelled,
    )
    return transfer, written.path
