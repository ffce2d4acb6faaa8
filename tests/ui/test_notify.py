# SPDX-License-Identifier: Apache-2.0
import pytest
from PySide6.QtWidgets import QWidget

from reviewer_app.errors import AppError, EntryError, FileVanished, NewerVault
from reviewer_app.ui.notify import ErrorDialog, sentences, show_error


@pytest.fixture
def shown(monkeypatch):
    """What the error dialogs said; each is answered with the last button."""
    seen = []

    def run(self):
        seen.append(
            (self.text, [w.text() for w in self.findChildren(QWidget) if hasattr(w, "text") and callable(w.text)])
        )
        return True

    monkeypatch.setattr(ErrorDialog, "run", run)
    return seen


@pytest.mark.parametrize(
    ("error", "first", "rest"),
    [
        (
            FileVanished(name="a. b.zip"),
            "“a. b.zip” is not there, or went away while it was read.",
            "Nothing was stored. Put it back, then choose it again.",
        ),
        (EntryError(field="Codename", reason="it is empty"), "Codename: it is empty.", ""),
    ],
)
def test_an_error_says_what_happened_then_what_to_do(error, first, rest):
    assert sentences(error) == (first, rest)


def test_every_error_is_cut_at_its_first_sentence():
    assert sentences(NewerVault(found=9, known=1))[1].startswith("Nothing was changed.")
    assert " ".join(part for part in sentences(AppError()) if part) == str(AppError())


def test_an_error_is_shown_with_its_code_and_a_way_on(qtbot, shown, shell):
    assert show_error(shell, FileVanished(name="log.eval"), "Choose another file") is True
    text, words = shown[0]
    assert text.startswith("“log.eval” is not there")
    assert "Code A-301, explained in the help (F1)" in words and "Choose another file" in words


def test_the_error_dialog_has_no_problems(qtbot, shell, problems):
    dialog = ErrorDialog(shell, "“log.eval” was not attached.", "Attach it again.", "Code A-300", "Choose another file")
    assert problems(dialog) == []
    assert dialog.accessibleDescription() == "“log.eval” was not attached. Attach it again."
