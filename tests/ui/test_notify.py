# SPDX-License-Identifier: Apache-2.0
import logging
import sys
import threading

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QWidget

from reviewer_app.errors import AppError, EntryError, FileVanished, NewerVault
from reviewer_app.ui import notify
from reviewer_app.ui.notify import ErrorDialog, FaultHook, place_of, sentences, show_error


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


@pytest.fixture
def hook(qapp, monkeypatch):
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    made = FaultHook(qapp)
    made.install()
    return made


@pytest.mark.parametrize(
    ("error", "first", "rest"),
    [
        (
            FileVanished(name="a. b.zip"),
            "“a. b.zip” went away while it was read, so nothing was stored.",
            "Put the file or medium back and attach it again.",
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
    assert text.startswith("“log.eval” went away")
    assert "Code A-301, explained in the help (F1)" in words and "Choose another file" in words


def test_the_error_dialog_has_no_problems(qtbot, shell, problems):
    dialog = ErrorDialog(shell, "“log.eval” was not attached.", "Attach it again.", "Code A-300", "Choose another file")
    assert problems(dialog) == []
    assert dialog.accessibleDescription() == "“log.eval” was not attached. Attach it again."


def raise_fault():
    secrets = {"BLUE HERON": 1}
    return secrets["GREY LANTERN"]


def test_a_fault_is_told_by_type_and_place_without_its_words():
    with pytest.raises(KeyError) as caught:
        raise_fault()
    told = place_of(caught.value)
    assert told.startswith("KeyError at test_notify.py:") and "LANTERN" not in told


def test_a_fault_is_logged_and_shown_once_without_case_content(hook, shown, caplog):
    nested = []

    def run_and_fail(self):
        nested.append(self.text)
        hook.handle(ValueError, ValueError("GREY LANTERN"), None)
        return False

    notify.ErrorDialog.run = run_and_fail
    with caplog.at_level(logging.ERROR, "reviewer"):
        try:
            raise_fault()
        except KeyError as error:
            sys.excepthook(type(error), error, error.__traceback__)
    assert len(nested) == 1 and "LANTERN" not in nested[0]
    messages = [record.getMessage() for record in caplog.records]
    assert len(messages) == 2 and not any("LANTERN" in message for message in messages)
    caplog.clear()


def test_an_expected_error_that_nobody_caught_is_shown_in_its_own_words(hook, shown):
    sys.excepthook(FileVanished, FileVanished(name="log.eval"), None)
    assert shown[0][0].startswith("“log.eval” went away")


def test_a_fault_on_another_thread_is_logged_and_opens_no_window(hook, shown, caplog):
    with caplog.at_level(logging.ERROR, "reviewer"):
        worker = threading.Thread(target=raise_fault)
        worker.start()
        worker.join()
    assert [record.getMessage()[:22] for record in caplog.records] == ["Fault: KeyError at test_notify.py"[:22]]
    assert shown == []
    caplog.clear()


def test_showing_a_fault_goes_through_the_hook(hook, shown, caplog):
    with caplog.at_level(logging.ERROR, "reviewer"):
        assert show_error(None, KeyError("GREY LANTERN")) is False
    assert "LANTERN" not in caplog.text and shown[0][0].startswith(notify.FAULT_TITLE)
    caplog.clear()


@pytest.mark.qt_no_exception_capture
def test_an_exception_in_a_slot_reaches_the_hook(hook, shown, caplog, qtbot):
    with caplog.at_level(logging.ERROR, "reviewer"):
        QTimer.singleShot(0, raise_fault)
        qtbot.waitUntil(lambda: len(shown) == 1)
    caplog.clear()
