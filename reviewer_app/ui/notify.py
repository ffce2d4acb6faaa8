# SPDX-License-Identifier: Apache-2.0
"""How people hear of an expected error: in its own sentences, with the code that the help explains."""

import sys

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from reviewer_app.errors import AppError
from reviewer_app.ui.dialog import Dialog
from reviewer_app.ui.theme import STRONG
from reviewer_app.ui.widgets.layout import Item, beside, column, label, picture, prose


class ErrorDialog(Dialog):
    """What happened, why, what to do; a code that the help explains; optionally one way on."""

    def __init__(self, parent: QWidget | None, title: str, text: str, code: str, action: str = "") -> None:
        super().__init__("Reviewer", parent)
        parts: list[Item] = [label(title, step=1, weight=STRONG, wrap=True)]
        parts += [prose(text, measure=58)] if text else []
        words = column(*parts, label(code, "soft", wrap=True))
        self.text = f"{title} {text}".strip()
        self.setAccessibleDescription(self.text)
        close = self.closer("Close")
        steps = (close, self.agree(action)) if action else (close,)
        self.fill(beside(picture("error", "danger", 24), words, 12), *steps)
        steps[-1].setDefault(True)
        steps[-1].setFocus(Qt.FocusReason.TabFocusReason)


def sentences(error: AppError) -> tuple[str, str]:
    """(what happened, the rest). The class's own sentence is cut before it is filled: a file's name may hold a stop."""
    first, stop, rest = error.sentence.partition(". ")
    return (first + stop).strip().format(**error.facts), rest.format(**error.facts)


def show_error(parent: QWidget | None, error: Exception, action: str = "") -> bool:
    """Show an error; True when the person took the way on that `action` names ("Choose another file").

    Anything that is not an AppError is a fault of the program: it goes to the excepthook.
    """
    if not isinstance(error, AppError):
        sys.excepthook(type(error), error, error.__traceback__)
        return False
    what, rest = sentences(error)
    dialog = ErrorDialog(parent, what, rest, f"Code {error.code}, explained in the help (F1)", action)
    dialog.code = error.code
    return dialog.run()
