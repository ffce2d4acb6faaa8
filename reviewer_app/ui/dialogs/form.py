# SPDX-License-Identifier: Apache-2.0
"""A dialog that records something: fields one below the other, errors beside them, and nothing typed is lost."""

import json
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeVar

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QCheckBox, QComboBox, QFrame, QLineEdit, QPlainTextEdit, QVBoxLayout, QWidget

from reviewer_app.domain.cases import Precision
from reviewer_app.errors import AppError, EntryError, MarkingError
from reviewer_app.services.desk import Desk
from reviewer_app.services.notes import draft, keep_draft
from reviewer_app.ui.dialog import Dialog, Question
from reviewer_app.ui.theme import GAP, em, font, styled
from reviewer_app.ui.widgets.controls import Labelled, choice, field, labelled, tick
from reviewer_app.ui.widgets.layout import Item, fill, heading, label, scroll
from reviewer_app.ui.widgets.moment import MomentEntry, Reading

Words = TypeVar("Words", bound=StrEnum)
MARKING = "Marking"
KEPT = "form:"
"""How the place of a form's draft begins."""


class TextBox(QPlainTextEdit):
    """A few lines of plain words; Tab leaves it."""

    def __init__(self, name: str, lines: int = 2) -> None:
        super().__init__()
        self.lines = lines
        self.setTabChangesFocus(True)
        self.setAccessibleName(name)
        styled(self, TextBox._fit)

    def _fit(self) -> None:
        self.setFont(font())
        self.setFixedHeight(em(17) * self.lines + 20)


class Form(QFrame):
    """Fields by the names that services use in their errors."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self.fields: dict[str, Labelled] = {}
        self.general = label(tone="danger", wrap=True)
        self.general.hide()
        self.box = QVBoxLayout(self)
        fill(self.box, (), 12)

    def lay(self, *items: Item) -> None:
        """Add what is no field: headings, sentences, space."""
        for item in items:
            if isinstance(item, QWidget):
                self.box.addWidget(item)
            elif isinstance(item, int):
                self.box.addSpacing(item)

    def section(self, title: str, note: str = "") -> None:
        """A titled part of the form."""
        self.lay(*([GAP] if self.box.count() else []), heading(title, note))

    def _add(self, entry: Labelled, name: str) -> None:
        self.fields[name] = entry
        self.lay(entry)

    def line(self, name: str, note: str = "", text: str = "", placeholder: str = "") -> QLineEdit:
        """One line of words."""
        made = field(text, placeholder, name)
        self._add(labelled(name, made, note), name)
        return made

    def words(self, name: str, note: str = "") -> TextBox:
        """A few lines of words."""
        made = TextBox(name)
        self._add(labelled(name, made, note), name)
        return made

    def choose(self, name: str, values: type[Words], current: Words, note: str = "") -> QComboBox:
        """One state of a track or kind; see `chosen`."""
        return self.pick(name, [value.capitalize() for value in values], current.capitalize(), note)

    def pick(self, name: str, values: Sequence[str], current: str, note: str = "") -> QComboBox:
        """One of a few words."""
        made = choice(values, name)
        made.setCurrentText(current)
        self._add(labelled(name, made, note), name)
        return made

    def tick(self, text: str, on: bool = False) -> QCheckBox:
        """Yes or no."""
        made = tick(text, on)
        self.lay(made)
        return made

    def moment(self, name: str, note: str = "", **now: Any) -> MomentEntry:
        """A date and time in the site's zone."""
        made = MomentEntry(name, self.desk.policy.zone, self.desk.policy.zone_name, note, **now)
        self._add(made, name)
        return made

    def marking(self, mark: str = "") -> QLineEdit:
        """The portion mark of what is recorded; its banner is read back."""
        made = self.line(MARKING, "Such as U, CUI or S//NF.", mark)
        made.textChanged.connect(self._on_marking)
        if mark:
            self._on_marking(mark)
        return made

    @Slot(str)
    def _on_marking(self, text: str) -> None:
        entry = self.fields[MARKING]
        entry.set_error("")
        try:
            mark = self.desk.portion(text) if text.strip() else ""
        except AppError:
            mark = ""
        entry.note.setText(f"Reads {self.desk.roll_up([mark])}" if mark else "Such as U, CUI or S//NF.")

    # --- errors --------------------------------------------------------------------------------------------------

    def show_error(self, error: AppError) -> QWidget:
        """Say it beside its field, which gets focus; what belongs to no field stands below the form. Returns where."""
        for entry in self.fields.values():
            entry.set_error("")
        self.general.hide()
        name, text = _told(error)
        entry_at = self.fields.get(name)
        if entry_at is None:
            self.general.setText(str(error))
            self.general.show()
            return self.general
        entry_at.set_error(text)
        entry_at.widget.setFocus(Qt.FocusReason.OtherFocusReason)
        return entry_at

    def needed(self, entry: MomentEntry, name: str) -> tuple[datetime, Precision]:
        """A moment that must be there. Raises EntryError when it is missing or cannot be read."""
        reading = self.readable(entry, name)
        if reading.moment is None:
            raise EntryError(field=name, reason="the date is missing; write it, then record again")
        return reading.moment, reading.precision

    def readable(self, entry: MomentEntry, name: str) -> Reading:
        """A moment that may be missing. Raises EntryError when it cannot be read."""
        reading = entry.reading()
        if reading.wrong:
            raise EntryError(field=name, reason=reading.wrong)
        return reading

    def typed(self) -> dict[str, str | int | bool]:
        """Everything that stands in the form, by what screen readers call it."""
        return {
            **{f"line {line.accessibleName()}": line.text() for line in self.findChildren(QLineEdit)},
            **{f"words {words.accessibleName()}": words.toPlainText() for words in self.findChildren(QPlainTextEdit)},
            **{f"choice {one.accessibleName()}": one.currentIndex() for one in self.findChildren(QComboBox)},
            **{f"tick {one.accessibleName() or one.text()}": one.isChecked() for one in self.findChildren(QCheckBox)},
        }

    def type_again(self, typed: dict[str, Any]) -> None:
        """Put back what `typed` gave; what the form no longer has is left out."""
        for line in self.findChildren(QLineEdit):
            line.setText(str(typed.get(f"line {line.accessibleName()}", line.text())))
        for words in self.findChildren(QPlainTextEdit):
            words.setPlainText(str(typed.get(f"words {words.accessibleName()}", words.toPlainText())))
        for one in self.findChildren(QComboBox):
            one.setCurrentIndex(int(typed.get(f"choice {one.accessibleName()}", one.currentIndex())))
        for each in self.findChildren(QCheckBox):
            each.setChecked(bool(typed.get(f"tick {each.accessibleName() or each.text()}", each.isChecked())))


def _told(error: AppError) -> tuple[str, str]:
    if isinstance(error, EntryError):
        reason = str(error.facts["reason"])
        return str(error.facts["field"]), f"{reason[0].upper()}{reason[1:]}."
    return (MARKING if isinstance(error, MarkingError) else ""), str(error)


def chosen(box: QComboBox, values: type[Words]) -> Words:
    """The value of a choice made by `Form.choose`."""
    return list(values)[box.currentIndex()]


class FormDialog(Dialog):
    """Subclasses fill `form` and then call `finish`; `save` records and returns what was made.

    An expected error is shown in the form and the dialog stays open. `discard` names what closing would lose once
    something was typed. `about` is the id of what the form is about: by it, what was typed when the vault was locked is
    found again. A form without it is not kept.
    """

    discard = "what you typed"

    def __init__(
        self, title: str, parent: QWidget | None, desk: Desk, width: int = 460, *, about: str | None = None
    ) -> None:
        super().__init__(title, parent, width)
        self.desk, self.form = desk, Form(desk)
        self.made: Any = None
        self._blank: dict[str, str | int | bool] = {}
        self._place = f"{KEPT}{title}:{about}" if about else ""
        self._is_kept = False

    def finish(self, verb: str, *, by_enter: bool = True) -> None:
        """Lay the dialog out; Ctrl+Enter records, and Enter too unless the form is long."""
        self.form.lay(self.form.general)
        agree = self.agree(verb)
        agree.setDefault(by_enter)
        agree.setToolTip("Ctrl+Enter")
        for keys in ("Ctrl+Return", "Ctrl+Enter"):
            QShortcut(QKeySequence(keys), self).activated.connect(self.accept)
        self._view = scroll(self.form, self.windowTitle())
        self.fill(self._view, self.closer(), agree)
        self._blank = self.form.typed()
        self._go_on()

    def _go_on(self) -> None:
        """What was typed when the vault was locked stands there again."""
        kept = draft(self.desk, self._place) if self._place else ""
        self._is_kept = bool(kept)
        with suppress(ValueError, TypeError):
            if kept:
                self.form.type_again(json.loads(kept))
                self.form.box.insertWidget(0, label("As you left it; not recorded yet.", "soft", wrap=True))

    def keep(self) -> None:
        """Keep what was typed in the vault, as before it is locked; nothing of a dialog that was closed."""
        if self._place:
            typed, self._is_kept = self.form.typed(), True
            keep_draft(self.desk, self._place, "" if typed == self._blank else json.dumps(typed))

    def done(self, result: int) -> None:
        """However the dialog closes, there is nothing more to keep of it."""
        if self._is_kept:
            with suppress(AppError):
                keep_draft(self.desk, self._place, "")
        self._place, self._is_kept = "", False
        super().done(result)

    def save(self) -> Any:
        """Record what stands in the form. Raises AppError for what a person has to change."""
        raise NotImplementedError

    @Slot()
    def accept(self) -> None:
        """Record, and close when it is recorded."""
        try:
            self.made = self.save()
        except AppError as error:
            told = self.form.show_error(error)
            self.fit()  # the sentence takes room that the dialog may still have
            self._view.ensureWidgetVisible(told)
            return
        super().accept()

    @Slot()
    def reject(self) -> None:
        """Close without recording, asking first where something was typed."""
        if self.form.typed() != self._blank:
            question = f"Discard {self.discard}?"
            text = "It is not recorded anywhere yet."
            if not Question.ask(self, question, text, "Discard", "Keep", dangerous=True):
                return
        super().reject()


def kept_forms(desk: Desk) -> list[str]:
    """The titles of the forms that were open when the vault was locked."""
    places = (each.place for each in desk.records.drafts(desk.person.id) if each.place.startswith(KEPT))
    return [place.removeprefix(KEPT).rsplit(":", 1)[0] for place in places]
