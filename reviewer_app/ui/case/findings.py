# SPDX-License-Identifier: Apache-2.0
"""The Findings tab: each finding with its facts, its evidence and its way to the clearinghouse."""

from collections.abc import Sequence
from typing import ClassVar

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QWidget

from reviewer_app.domain.evidence import Attachment
from reviewer_app.domain.findings import Finding, Known, Referral
from reviewer_app.domain.memos import Purpose
from reviewer_app.errors import AppError
from reviewer_app.services import findings
from reviewer_app.services.cases import CaseFile
from reviewer_app.ui.case.card_tab import CardTab
from reviewer_app.ui.case.evaluations import EvaluationsTab
from reviewer_app.ui.case.tab import CaseTab, MainAction, Workplace
from reviewer_app.ui.case.transfers import TransfersTab
from reviewer_app.ui.case.words import SILENT, counted, cut_name, since
from reviewer_app.ui.dialogs.finding import FindingDialog
from reviewer_app.ui.dialogs.strike_out import StrikeOutDialog
from reviewer_app.ui.theme import GAP, STRONG
from reviewer_app.ui.widgets.banner import Stamp
from reviewer_app.ui.widgets.controls import button
from reviewer_app.ui.widgets.drawing import Steps
from reviewer_app.ui.widgets.layout import (
    column,
    facts,
    heading,
    label,
    prose,
    row,
    rule,
    short,
)
from reviewer_app.ui.widgets.rows import Cell, Head, Row

RELEASE = "A referral holds findings only. What is withheld is listed with its reason before anything is written."


class FindingsTab(CardTab[Finding]):
    """One vulnerability or weakness each, never a word about the model as a whole."""

    key: ClassVar[str] = "findings"
    name: ClassVar[str] = "Findings"
    action: ClassVar[MainAction] = MainAction("Record a finding", "plus")
    heads: ClassVar[Sequence[Head]] = (Head("No.", 44), Head("Finding", 0, least=140), Head("Referral", 110, drop=1))
    one: ClassVar[str] = "finding"
    nothing: ClassVar[tuple[str, str, str, str]] = (
        "finding",
        "No findings yet",
        "A finding is one vulnerability or weakness, with the product it is in and the evidence for it. It can be "
        "referred to the clearinghouse; it says nothing about the model as a whole.",
        "Record the first finding",
    )

    def __init__(self, place: Workplace) -> None:
        super().__init__(place)
        self.table.opened.connect(self._on_opened)

    def records(self, file: CaseFile) -> Sequence[Finding]:
        return file.findings

    def row(self, each: Finding, file: CaseFile) -> Row:  # noqa: ARG002
        number = Cell(f"F-{each.number}", "soft", sort=each.number)
        return Row(each.id, (number, Cell(each.title, tip=f"({each.marking}) {each.title}"), each.referral))

    def called(self, each: Finding) -> str:
        return f"F-{each.number} {each.title}"

    def says(self, each: Finding) -> tuple[object, ...]:
        return tuple(self._evidence_of(each))

    def parts(self, each: Finding, file: CaseFile) -> Sequence[QWidget]:
        evidence = self._evidence_of(each)
        return (
            self._head(file, each, evidence),
            rule(),
            *self._facts(each),
            rule(),
            self._evidence(evidence),
            rule(),
            self._referral(file, each),
        )

    def _evidence_of(self, each: Finding) -> list[Attachment]:
        linked = {link.attachment for link in findings.evidence_of(self.desk, each)}
        return [file for file in self.file.attachments if file.id in linked] if self.file else []

    @Slot()
    def act(self) -> None:
        if self.file:
            made = FindingDialog.ask(self.place.window, self.desk, self.file)
            if made:
                self.place.changed()
                self.table.select_key(made.id)
                self.place.say(f"Finding F-{made.number} recorded.")

    @Slot(str)
    def _on_opened(self, _key: str) -> None:
        self._on_edit()

    # --- the card --------------------------------------------------------------------------------------------------

    def _head(self, file: CaseFile, chosen: Finding, evidence: list[Attachment]) -> QWidget:
        number = label(f"F-{chosen.number}", "soft", 2)
        mark = Stamp(f"({chosen.marking})", "text", dashed=False)
        edit = button("Edit", name=f"Edit finding F-{chosen.number}", on=self._on_edit)
        by = file.names.get(chosen.found_by) or self.desk.name_of(chosen.found_by)
        told = f"Found by {by}, {self.desk.written(chosen.found)}; evidence: {counted(len(evidence), 'attachment')}"
        top = row(number, short(chosen.title, step=2, weight=STRONG), mark, None, edit)
        return column(top, label(told, "soft", wrap=True), gap=2)

    def _facts(self, chosen: Finding) -> list[QWidget]:
        product = " ".join(filter(None, (chosen.product, chosen.product_version)))
        contacted, disclosure = chosen.vendor_contacted, chosen.disclosure
        asked = f"contacted {self.desk.written(contacted)}" if contacted else f"contact {SILENT}"
        pairs = [
            ("Product", product or SILENT),
            ("Vendor", f"{chosen.vendor or SILENT}; {asked}"),
            ("Discovery", chosen.discovery or SILENT),
            ("Conditions", chosen.conditions or SILENT),
            ("Impact", chosen.impact or SILENT),
            ("Public", _known(chosen)),
            ("Disclosure", f"planned {self.desk.written(disclosure)}" if disclosure else SILENT),
        ]
        described = [column(heading("Description"), prose(chosen.description), gap=GAP)] if chosen.description else []
        return [*described, facts(pairs, 6, 96)]

    def _evidence(self, evidence: list[Attachment]) -> QWidget:
        links = [row(self._link(each), None) for each in evidence]
        nothing = [label("None linked yet; Edit links attachments of this case.", "soft", wrap=True)]
        return column(heading("Evidence"), *(links or nothing), gap=GAP)

    def _link(self, evidence: Attachment) -> QWidget:
        made = button(
            cut_name(evidence.name).replace("&", "&&"),
            "link",
            "attach",
            evidence.name,
            evidence.name,
            on=self._on_evidence,
        )
        made.setProperty("attachment", evidence.id)
        return made

    def _referral(self, file: CaseFile, chosen: Finding) -> QWidget:
        taken = {step.state: step for step in findings.way_of(self.desk, chosen)}
        notes = []
        for state in findings.WAY:
            step = taken.get(state)
            passed = findings.WAY.index(state) < findings.WAY.index(chosen.referral)
            otherwise = "no receipt" if state is Referral.ACKNOWLEDGED else "not recorded" if passed else "not yet"
            notes.append(f"{step.by}, {since(self.desk, step.taken, file.now)}" if step else otherwise)
        track = Steps("Referral", [str(state) for state in findings.WAY], findings.WAY.index(chosen.referral), notes)
        strike = button(
            "Entered in error", "quiet", name=f"Entered in error: finding F-{chosen.number}", on=self._on_strike
        )
        told = label(RELEASE, "soft", wrap=True)
        if chosen.referral is Referral.NONE:
            act = button("Draft a referral", image="transfers", on=self._on_draft)
        else:
            act = button("Write a referral package", image="transfers", on=self._on_package)
        return column(heading("Referral", "to the clearinghouse"), track, row(act, (told, 1), strike), gap=12)

    # --- acts ------------------------------------------------------------------------------------------------------

    @Slot()
    def _on_edit(self) -> None:
        chosen = self.chosen()
        if chosen and self.file and FindingDialog.ask(self.place.window, self.desk, self.file, chosen):
            self.place.changed()

    @Slot()
    def _on_draft(self) -> None:
        chosen = self.chosen()
        if chosen:
            try:
                findings.draft_referral(self.desk, chosen)
            except AppError as error:
                self.place.tell(error)
                return
            self.place.changed()

    @Slot()
    def _on_package(self) -> None:
        self.place.show_tab("transfers")
        tab = self._sibling(TransfersTab)
        if isinstance(tab, TransfersTab):
            tab.write(Purpose.REFERRAL)

    @Slot()
    def _on_strike(self) -> None:
        chosen = self.chosen()
        if chosen and StrikeOutDialog.ask(self.place.window, self.desk, chosen, f"finding F-{chosen.number}"):
            self.place.changed()

    @Slot()
    def _on_evidence(self) -> None:
        link = self.sender()
        self.place.show_tab("evaluations")
        tab = self._sibling(EvaluationsTab)
        if link and isinstance(tab, EvaluationsTab):
            tab.show_attachment(link.property("attachment"))

    def _sibling(self, kind: type[CaseTab]) -> object:
        """Another tab of the same case page."""
        page = self.parentWidget()
        return page.findChild(kind) if page else None


def _known(chosen: Finding) -> str:
    public = SILENT if chosen.public is Known.NOT_RECORDED else chosen.public
    exploited = {
        Known.NOT_RECORDED: f"exploitation {SILENT}",
        Known.YES: "known to be exploited",
        Known.NO: "not known to be exploited",
    }
    return f"{public}; {exploited[chosen.exploited]}"
