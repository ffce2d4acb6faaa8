# SPDX-License-Identifier: Apache-2.0
"""Recording a finding, or changing one: only title and marking are needed, the rest can come later."""

from typing import Any

from PySide6.QtWidgets import QCheckBox, QWidget

from reviewer_app.domain.findings import Finding, Known
from reviewer_app.services import findings
from reviewer_app.services.cases import CaseFile
from reviewer_app.services.desk import Desk
from reviewer_app.ui.case.words import cut_name
from reviewer_app.ui.dialogs.form import FormDialog, TextBox, chosen
from reviewer_app.ui.theme import styled
from reviewer_app.ui.widgets.layout import label

LINES = 4  # of a text that may run longer
NAMED = 42  # letters of a file's name that a narrow screen shows with large text


class FindingDialog(FormDialog):
    """Answers with the finding as it was recorded. `finding` of None records a new one."""

    discard = "this finding"

    def __init__(self, parent: QWidget | None, desk: Desk, file: CaseFile, finding: Finding | None = None) -> None:
        super().__init__(
            "Edit the finding" if finding else "Record a finding", parent, desk, 600, about=(finding or file.case).id
        )
        self.file, self.finding = file, finding
        said = finding or Finding(case=file.case.id, number=1, title="-", found=file.now, found_by=desk.person.id)
        self._what(said, finding)
        self._known(said)
        self.ticks = self._evidence(finding)
        self.finish("Save changes" if finding else "Record", by_enter=False)

    def _what(self, said: Finding, finding: Finding | None) -> None:
        form = self.form
        form.section("The finding")
        self.title_line = form.line("Title", "One short sentence.", finding.title if finding else "")
        self.mark = form.marking(finding.marking if finding else self.file.case.marking)
        self.description = self._words("Description", said.description)
        form.section("Product", "as its vendor calls it")
        self.product = form.line("Product", text=said.product)
        self.version = form.line("Version", text=said.product_version)
        self.vendor = form.line("Vendor", text=said.vendor)
        form.section("How and under which conditions")
        self.discovery = self._words("Discovery", said.discovery)
        self.conditions = self._words("Conditions", said.conditions)
        self.impact = self._words("Impact", said.impact)

    def _known(self, said: Finding) -> None:
        form = self.form
        form.section("What is known of it")
        self.public = form.choose("Publicly known", Known, said.public)
        self.exploited = form.choose("Exploited", Known, said.exploited)
        self.contacted = form.moment("Vendor contacted", moment=said.vendor_contacted)
        self.disclosure = form.moment("Planned disclosure", moment=said.disclosure)

    def _words(self, name: str, text: str) -> TextBox:
        made = self.form.words(name)
        made.lines = LINES
        styled(made, TextBox._fit)
        made.setPlainText(text)
        return made

    def _evidence(self, finding: Finding | None) -> dict[str, QCheckBox]:
        self.form.section("Evidence", "attachments of this case")
        linked = {link.attachment for link in findings.evidence_of(self.desk, finding)} if finding else set()
        ticks = {}
        for each in self.file.attachments:
            ticks[each.id] = self.form.tick(cut_name(each.name, NAMED).replace("&", "&&"))
            ticks[each.id].setAccessibleName(f"Evidence: {each.name}")
            ticks[each.id].setToolTip(each.name)
            ticks[each.id].setChecked(each.id in linked)
        if not ticks:
            self.form.lay(label("No file is attached yet; evidence can be added later.", "soft", wrap=True))
        self._unlisted = linked - ticks.keys()
        return ticks

    def save(self) -> Finding:
        form = self.form
        facts: dict[str, Any] = {
            "title": self.title_line.text(),
            "marking": self.mark.text(),
            "product": self.product.text(),
            "product_version": self.version.text(),
            "vendor": self.vendor.text(),
            "description": self.description.toPlainText(),
            "discovery": self.discovery.toPlainText(),
            "conditions": self.conditions.toPlainText(),
            "impact": self.impact.toPlainText(),
            "public": chosen(self.public, Known),
            "exploited": chosen(self.exploited, Known),
            "vendor_contacted": form.readable(self.contacted, "Vendor contacted").moment,
            "disclosure": form.readable(self.disclosure, "Planned disclosure").moment,
            "evidence": [*self._unlisted, *(each for each, box in self.ticks.items() if box.isChecked())],
        }
        if self.finding:
            return findings.edit(self.desk, self.finding, **facts)
        return findings.add(self.desk, self.file.case.id, **facts)

    @classmethod
    def ask(cls, parent: QWidget | None, desk: Desk, file: CaseFile, finding: Finding | None = None) -> Finding | None:
        """The finding as it was recorded, or None."""
        dialog = cls(parent, desk, file, finding)
        return dialog.made if dialog.run() else None
