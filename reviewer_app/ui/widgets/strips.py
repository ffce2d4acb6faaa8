# SPDX-License-Identifier: Apache-2.0
"""Strips that speak quietly: alerts, progress with Cancel, tracks, and what an empty page says."""

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal, Slot
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QProgressBar,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from reviewer_app.ui.tasks import Callback, Tasks, Work, is_alive
from reviewer_app.ui.theme import GAP, GROUP, MEDIUM, STRONG, TIGHT, styled, wide
from reviewer_app.ui.widgets.controls import button
from reviewer_app.ui.widgets.layout import Item, column, fill, label, picture, prose, row, scroll, short

PATIENCE = 500  # ms of work before its progress is shown


def announce(widget: QWidget, text: str) -> None:
    """Let a screen reader say it."""
    QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(widget, text))


# --- alerts --------------------------------------------------------------------------------------------------------


class Alert(QFrame):
    """One line, one action, one dismiss. Amber means: a person should look."""

    acted = Signal()
    dismissed = Signal()

    def __init__(self, text: str, action: str = "", tone: str = "attention", *, closes: bool = True) -> None:
        """`tone` is attention, danger (an error, data loss) or plain (news); what only leads on does not close."""
        super().__init__()
        self.setProperty("role", "alert")
        self.setProperty("tone", tone)
        image = {"attention": "clock", "danger": "error"}.get(tone, "info")
        mark = picture(image, tone if tone != "plain" else "soft")
        steps: list[Item] = [button(action, "quiet", on=self.acted.emit)] if action else []
        if closes:
            steps.append(button("", "quiet", "close", name="Dismiss this alert", tip="Dismiss", on=self.dismissed.emit))
        self.words = label(wrap=True)
        fill(QHBoxLayout(self), (mark, (self.words, 1), *steps), GAP, (12, 2, TIGHT, 2))
        self.set_text(text)

    def set_text(self, text: str) -> None:
        """Say the same thing as of now, without announcing it again."""
        self.text = text
        self.words.setText(text)
        self.setAccessibleName("Alert: " + text)


class AlertStrip(QWidget):
    """The place under a page header where alerts stand, the newest first; empty it takes no room."""

    def __init__(self) -> None:
        super().__init__()
        self._box = QVBoxLayout(self)
        fill(self._box, (), GAP)
        self.hide()

    def add(self, alert: Alert, *, below: bool = False) -> Alert:
        """Show an alert until it is dismissed or acted on, above the others or `below` them."""
        self._box.insertWidget(-1 if below else 0, alert)
        alert.dismissed.connect(self._on_over)
        alert.acted.connect(self._on_over)
        self.show()
        announce(self, alert.text)
        return alert

    def clear(self) -> None:
        for alert in self.alerts():
            self._remove(alert)

    def alerts(self) -> list[Alert]:
        return [alert for alert in self.findChildren(Alert) if self._box.indexOf(alert) >= 0]

    @Slot()
    def _on_over(self) -> None:
        alert = self.sender()
        if isinstance(alert, Alert):
            self._remove(alert)

    def _remove(self, alert: Alert) -> None:
        self._box.removeWidget(alert)
        alert.hide()
        alert.deleteLater()
        self.setVisible(bool(self.alerts()))


# --- progress ------------------------------------------------------------------------------------------------------


class Job(QObject):
    """One piece of work on a progress strip."""

    def __init__(self, strip: "ProgressStrip", text: str, on_done: Callback, on_error: Callback) -> None:
        super().__init__(strip)
        self.strip, self.text, self.fraction, self.stopping = strip, text, 0.0, False
        self.cancel: Callable[[], None] = lambda: None
        self._on_done, self._on_error = on_done, on_error

    def progressed(self, fraction: float) -> None:
        self.fraction = fraction
        self.strip.refresh()

    def done(self, value: Any) -> None:
        self._end(self._on_done, value)

    def failed(self, error: Any) -> None:
        self._end(self._on_error, error)

    def _end(self, callback: Callback, value: Any) -> None:
        self.strip.remove(self)
        if is_alive(callback):
            callback(value)


class ProgressStrip(QFrame):
    """Says what is being worked on when it takes over half a second, with a Cancel that stops it."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "status")
        self.jobs: list[Job] = []
        self.words = short()
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName("Progress")
        self.stop = button("Cancel", on=self._on_cancel)
        fill(QHBoxLayout(self), (self.words, (self.bar, 1), self.stop), GROUP, (GROUP, TIGHT, GROUP, TIGHT))
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(PATIENCE)
        self._timer.timeout.connect(self._appear)
        self.hide()

    def run(self, tasks: Tasks, text: str, work: Work, on_done: Callback, on_error: Callback) -> Job:
        """Run work in the background and show it; `text` says what: "Attaching 3 files". Callbacks: bound methods.

        Work without a text is told by the page that asked for it.
        """
        job = Job(self, text, on_done, on_error)
        if text:
            self.jobs.append(job)
            self._timer.start()
        job.cancel = tasks.run(work, job.done, job.failed, job.progressed)
        self.refresh()
        return job

    def remove(self, job: Job) -> None:
        if job in self.jobs:
            self.jobs.remove(job)
        job.deleteLater()
        if not self.jobs:
            self._timer.stop()
            self.hide()
        self.refresh()

    def refresh(self) -> None:
        """Show the job that has run longest."""
        if self.jobs:
            job = self.jobs[0]
            self.words.setText("Stopping" if job.stopping else job.text)
            self.bar.setRange(0, 1000 if job.fraction else 0)  # no fraction yet: a moving bar
            self.bar.setValue(round(job.fraction * 1000))
            self.stop.setEnabled(not job.stopping)
            self.stop.setAccessibleName(f"Cancel: {job.text}")

    @Slot()
    def _appear(self) -> None:
        if self.jobs:
            self.show()
            announce(self, self.jobs[0].text)

    @Slot()
    def _on_cancel(self) -> None:
        if self.jobs:
            self.jobs[0].stopping = True
            self.jobs[0].cancel()
            self.refresh()


# --- states --------------------------------------------------------------------------------------------------------


class Tracks(QFrame):
    """Parallel tracks: the name in the second voice, the state as a plain word under it; folds when narrow."""

    def __init__(self, pairs: Sequence[tuple[str, str]], least: int = 112) -> None:
        """`least` is the room one track needs, at 13 px body text."""
        super().__init__()
        self._least, self._across = least, 0
        self._parts = [
            column(label(name, "soft"), label(state, weight=MEDIUM, wrap=True), None, gap=2) for name, state in pairs
        ]
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(GROUP)
        self._grid.setVerticalSpacing(12)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        styled(self, Tracks._fold)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fold()

    def _fold(self) -> None:
        count = len(self._parts)
        across = max(1, min(count, (self.width() + GROUP) // (wide(self._least) + GROUP)))
        across = -(-count // -(-count // across))  # even rows: six tracks stand 6, 3 + 3, 2 + 2 + 2
        if across != self._across:
            self._across = across
            for place, part in enumerate(self._parts):
                self._grid.addWidget(part, place // across, place % across)
            for place in range(count):
                self._grid.setColumnStretch(place, 1 if place < across else 0)


def tracks(pairs: Sequence[tuple[str, str]]) -> Tracks:
    return Tracks(pairs)


def vacant(image: str, title: str, text: str, *steps: QWidget, note: str = "") -> QScrollArea:
    """An empty page: what belongs here, and the first step."""
    parts: list[Item] = [None, picture(image, "soft", 40), GAP, label(title, step=2, weight=STRONG)]
    parts += [prose(text, "soft", 60)]
    if steps:
        parts += [GROUP, row(*steps, None)]
    if note:
        parts += [GAP, label(note, "soft", wrap=True)]
    return scroll(row(None, styled(column(*parts, None, None), _room_for_words), None), title)


def _room_for_words(made: QFrame) -> None:
    made.setMinimumWidth(wide(400))
