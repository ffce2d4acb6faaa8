# SPDX-License-Identifier: Apache-2.0
"""The receipt of a package, as its receiver gave it: until then a package is written, not received."""

from PySide6.QtWidgets import QWidget

from reviewer_app.domain.memos import Transfer
from reviewer_app.services import packages
from reviewer_app.services.desk import Desk
from reviewer_app.ui.dialogs.form import FormDialog
from reviewer_app.ui.theme import STRONG
from reviewer_app.ui.widgets.layout import label, prose

TOLD = "Record it once its receiver has said so. The findings of a referral are acknowledged with it."


class RecordReceiptDialog(FormDialog):
    """Answers with True when the receipt was recorded."""

    def __init__(self, parent: QWidget | None, desk: Desk, transfer: Transfer) -> None:
        super().__init__("Record a receipt", parent, desk, about=transfer.id)
        self.transfer = transfer
        self.form.lay(label(transfer.package, step=1, weight=STRONG, wrap=True), prose(TOLD, "soft"))
        self.receipt = self.form.line("Receipt", "Who received it, when, and their reference.")
        self.finish("Record receipt")

    def save(self) -> Transfer:
        return packages.record_receipt(self.desk, self.transfer, self.receipt.text())

    @classmethod
    def ask(cls, parent: QWidget | None, desk: Desk, transfer: Transfer) -> bool:
        """Whether the receipt was recorded."""
        dialog = cls(parent, desk, transfer)
        return bool(dialog.run())
