# SPDX-License-Identifier: Apache-2.0
"""The Evaluations tab: every attachment of the case, and what the chosen one says and leaves open."""

from collections.abc import Callable
from functools import partial
from typing import ClassVar

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QWidget

from reviewer_app.domain.evidence import Attachment, EvaluationSummary
from reviewer_app.errors import AppError, Cancelled
from reviewer_app.services import reading
from reviewer_app.services.cases import CaseFile
from reviewer_app.services.desk import Desk
from reviewer_app.services.reading import Said, Samples
from reviewer_app.ui.case import log_card, log_words
from reviewer_app.ui.case.card_tab import rescue_focus
from reviewer_app.ui.case.custody import CustodyPart
from reviewer_app.ui.case.document import DocumentView, opening_of, pages_of
from reviewer_app.ui.case.samples import SamplesView
from reviewer_app.ui.case.sides import ListAndCard
from reviewer_app.ui.case.tab import CaseTab, Workplace
from reviewer_app.ui.case.words import since, size_text
from reviewer_app.ui.dialogs.strike_out import StrikeOutDialog
from reviewer_app.ui.shell import PageStack
from reviewer_app.ui.theme import EDGE, GROUP, STRONG, em, styled
from reviewer_app.ui.widgets.banner import Stamp
from reviewer_app.ui.widgets.controls import FilterField, button
from reviewer_app.ui.widgets.layout import box, column, empty, fill, label, row, rule, scroll, short, start
from reviewer_app.ui.widgets.left import Left
from reviewer_app.ui.widgets.rows import Cell, Head, Row
from reviewer_app.ui.widgets.strips import vacant
from reviewer_app.ui.widgets.table import Table

HEADS = (Head("Attachment", 0, least=140), Head("Kind", 96, drop=1), Head("Attached", 92, drop=2))


class EvaluationsTab(CaseTab):
    """The card is built when the tab is looked at, so that nothing is opened, and journaled as opened, unseen."""

    key: ClassVar[str] = "evaluations"
    name: ClassVar[str] = "Evaluations"

    def __init__(self, place: Workplace) -> None:
        super().__init__(place)
        self._told: tuple[object, ...] = ()
        self._reasons: dict[str, str] = {}
        self.table = start(Table(HEADS, (), "Attachments", empty="No attachment matches. Change the filter."))
        self.filter = FilterField("Filter attachments", self.table)
        self.filter.filtered.connect(self._on_filter)
        self.counted = label("", "soft")
        self.card = column(gap=12, margins=(GROUP, 12, GROUP, 12), role="card")
        self.view = scroll(self.card, "Attachment")
        self.document = DocumentView(place, "Pages")
        self.document.hide()
        styled(self.document, _page_height)
        self.samples = SamplesView()
        self.samples.left.connect(self._on_samples_left)
        self.right = PageStack()
        for page in (self.view, self.samples):
            self.right.addWidget(page)
        self.both = ListAndCard(self.table, self.right, (self.filter,), (self.counted,))
        self.both.chosen.connect(self._on_chosen)
        full = column((self.both, 1), margins=(EDGE, GROUP, EDGE, GROUP))
        self.stack = PageStack()
        for part in (full, self._nothing()):
            self.stack.addWidget(part)
        fill(self.box, ((self.stack, 1),), 0)

    def _nothing(self) -> QWidget:
        return vacant(
            "chart",
            "No attachments yet",
            "Evaluation logs and documents belong here, from the developer or from your own tools. Each is stored with "
            "its SHA-512; what a log says is shown with its denominators, and so is what it does not say.",
            button("Attach files", "main", "attach", on=self.act),
            note="You can also drop files anywhere on this page.",
        )

    def count(self, file: CaseFile) -> int | None:
        return len(file.attachments)

    # --- the list --------------------------------------------------------------------------------------------------

    def show_file(self, file: CaseFile) -> None:
        super().show_file(file)
        self._summaries = {each.attachment: each for each in file.summaries}
        newest_first = file.attachments[::-1]
        self.table.set_rows(self._row(each, file) for each in newest_first)
        self.both.show_names([(each.id, each.name) for each in newest_first])
        self.stack.setCurrentIndex(0 if file.attachments else 1)
        self._count()
        if self.isVisible():
            self._show_card()

    def left(self) -> Left:
        return {"filter": self.filter.text(), "row": self.table.current_key()}

    def go_back(self, left: Left) -> None:
        self.filter.put(left["filter"])
        self.table.select_key(left["row"])

    def show_attachment(self, attachment: str) -> None:
        """One attachment in front, as a link from elsewhere asks for it."""
        self.filter.clear()
        self._on_filter("")
        self.table.select_key(attachment)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._show_card()

    def _row(self, each: Attachment, file: CaseFile) -> Row:
        summary = self._summaries.get(each.id)
        unread = summary is None and reading.is_evaluation(each)
        image = "chart" if summary else "alert" if unread else "file"
        kind = log_words.tool_name(summary) if summary else "unread" if unread else log_words.kind_word(each.detected)
        return Row(
            each.id,
            (
                Cell(each.name, image=image, tip=f"({each.marking}) {each.name}", named=True),
                Cell(kind, "attention" if unread else "", tip=reading.kind_of(each)),
                Cell(
                    since(self.desk, each.received, file.now),
                    "soft",
                    tip=self.desk.written(each.received),
                    sort=each.received,
                ),
            ),
        )

    @Slot(str)
    def _on_filter(self, text: str) -> None:
        self.table.filter(text)
        self._count()

    def _count(self) -> None:
        size = sum(each.size for each in self.file.attachments) if self.file else 0
        self.counted.setText(f"{self.table.count_text('attachment')}, {size_text(size)}")

    @Slot(str)
    def _on_chosen(self, _key: str) -> None:
        if self.isVisible():
            self._show_card()

    def _chosen(self) -> Attachment | None:
        key = self.table.current_key()
        return next((each for each in self.file.attachments if each.id == key), None) if self.file else None

    # --- the card --------------------------------------------------------------------------------------------------

    def _show_card(self) -> None:
        """Build the card anew only when it would say something else: cursor and scroll position stay."""
        chosen = self._chosen()
        if chosen is None or self.file is None:
            return
        summary = self._summaries.get(chosen.id)
        told = (chosen, summary, self._reasons.get(chosen.id), self.file.summaries, self.file.checkpoints)
        if told == self._told:
            return
        another = not self._told or self._told[0] != chosen
        self._told = told
        self._build(self.file, chosen, summary)
        if summary is None and reading.is_evaluation(chosen) and chosen.id not in self._reasons:
            work = partial(_read, self.desk, chosen)
            self.place.run(f"Reading “{chosen.name}”", work, self._on_read, self._on_unread)
        if another:
            self.right.setCurrentWidget(self.view)
            self.view.verticalScrollBar().setValue(0)

    def _build(self, file: CaseFile, chosen: Attachment, summary: EvaluationSummary | None) -> None:
        rescue_focus(self.card, self.both)
        self.document.setParent(None)
        empty(self.card)
        self.view.setAccessibleName(f"Attachment {chosen.name}")
        said = reading.said_of(summary) if summary else None
        parts = [self._head(chosen, said)]
        if said:
            parts += self._log_parts(file, chosen, said)
        elif chosen.detected == "pdf":
            parts += [rule(), self._pages(chosen)]
        else:
            parts.append(self._unread(chosen))
        custody = CustodyPart(self.place, file, chosen)
        custody.strike_asked.connect(self._on_strike)
        for part in (*parts, rule(), custody):
            box(self.card).addWidget(part)
        self.document.setVisible(self.document in parts)
        box(self.card).addStretch(1)

    def _head(self, chosen: Attachment, said: Said | None) -> QWidget:
        name = short(chosen.name, step=2, weight=STRONG)
        act = [button("Show samples", image="eye", on=self._on_samples)] if said else []
        top = row(name, Stamp(f"({chosen.marking})", "text", dashed=False), None, *act)
        told = log_words.run_line(self.desk, said) if said else f"By its content it is {reading.kind_of(chosen)}."
        return column(top, label(told, "soft", wrap=True), gap=2)

    def _log_parts(self, file: CaseFile, chosen: Attachment, said: Said) -> list[QWidget]:
        parts = [rule(), log_card.figures(said), *log_card.all_scores(said), rule()]
        parts.append(log_card.said_and_silent(said, reading.silences(said, chosen)))
        runs, unlike = self._runs(file, chosen)
        if runs:
            compared, table = log_card.comparison(runs, unlike)
            table.opened.connect(self.show_attachment)
            parts += [rule(), compared]
        return parts

    def _runs(self, file: CaseFile, chosen: Attachment) -> tuple[list[log_card.LogRun], int]:
        """The logs of the case that give a share of samples, and how many others there are."""
        shares = {
            each.id: reading.share_of(reading.said_of(self._summaries[each.id]))
            for each in file.attachments
            if each.id in self._summaries
        }
        runs = [
            log_card.LogRun(each, share, shown=each.id == chosen.id)
            for each in reversed(file.attachments)
            if (share := shares.get(each.id))
        ]
        return runs, len(shares) - len(runs)

    def _pages(self, chosen: Attachment) -> QWidget:
        self.document.open(chosen.id, opening_of(self.desk, chosen), pages_of(self.desk, chosen))
        return self.document

    def _unread(self, chosen: Attachment) -> QWidget:
        if not reading.is_evaluation(chosen):
            return label("Kept as evidence, not read.", wrap=True)
        waiting = "Kept as evidence. It could not be read when it came in; looking for the reason."
        return label(self._reasons.get(chosen.id, waiting), "attention", wrap=True)

    @Slot(object)
    def _on_read(self, outcome: tuple[str, str]) -> None:
        attachment, reason = outcome
        if reason:
            self._reasons[attachment] = reason
            self._show_card()
        else:
            self.place.changed()

    @Slot(object)
    def _on_unread(self, error: Exception) -> None:
        if not isinstance(error, Cancelled):
            self.place.tell(error)

    # --- acts ------------------------------------------------------------------------------------------------------

    @Slot()
    def _on_samples(self) -> None:
        chosen = self._chosen()
        if chosen:
            self.place.run(
                f"Reading “{chosen.name}”", partial(_samples, self.desk, chosen), self._on_samples_read, self._on_unread
            )

    @Slot(object)
    def _on_samples_read(self, found: tuple[Attachment, Samples]) -> None:
        attachment, samples = found
        if self._chosen() == attachment:
            self.right.setCurrentWidget(self.samples)
            self.samples.show_samples(attachment.name, samples)

    @Slot()
    def _on_samples_left(self) -> None:
        self.right.setCurrentWidget(self.view)
        self.table.setFocus(Qt.FocusReason.OtherFocusReason)

    @Slot()
    def _on_strike(self) -> None:
        chosen = self._chosen()
        if chosen and StrikeOutDialog.ask(self.place.window, self.desk, chosen, chosen.name):
            self.place.changed()

    _summaries: dict[str, EvaluationSummary]


def _page_height(view: QWidget) -> None:
    view.setFixedHeight(em(560))


def _read(desk: Desk, attachment: Attachment, _progress: object, cancelled: Callable[[], bool]) -> tuple[str, str]:
    """The attachment, and why it still cannot be read, "" when it can."""
    try:
        reading.read_again(desk, attachment, cancelled=cancelled)
    except Cancelled:
        raise
    except AppError as error:
        return attachment.id, str(error)
    return attachment.id, ""


def _samples(
    desk: Desk, attachment: Attachment, progress: Callable[[float], None], cancelled: Callable[[], bool]
) -> tuple[Attachment, Samples]:
    return attachment, reading.open_samples(desk, attachment, progress=progress, cancelled=cancelled)
