# SPDX-License-Identifier: Apache-2.0
import logging
import sys
import threading

import pytest
from PySide6.QtCore import QTimer

from reviewer_app.errors import FileVanished, place_of
from reviewer_app.ui.faults import FAULT_TITLE, FaultHook
from reviewer_app.ui.notify import ErrorDialog, show_error


@pytest.fixture
def shown(monkeypatch):
    """What the error dialogs said; each is closed at once."""
    seen = []
    monkeypatch.setattr(ErrorDialog, "run", lambda self: seen.append(self.text) or False)
    return seen


@pytest.fixture
def hook(qapp, monkeypatch):
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    made = FaultHook(qapp)
    made.install()
    return made


def raise_fault():
    secrets = {"BLUE HERON": 1}
    return secrets["GREY LANTERN"]


def test_a_fault_is_told_by_type_and_place_without_its_words():
    with pytest.raises(KeyError) as caught:
        raise_fault()
    told = place_of(caught.value)
    assert told.startswith("KeyError at test_faults.py:") and "LANTERN" not in told


def test_a_fault_is_logged_and_shown_once_without_case_content(hook, monkeypatch, caplog):
    nested = []

    def run_and_fail(self):
        nested.append(self.text)
        hook.handle(ValueError, ValueError("GREY LANTERN"), None)
        return False

    monkeypatch.setattr(ErrorDialog, "run", run_and_fail)
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
    assert shown[0].startswith("“log.eval” is not there")


def test_a_fault_on_another_thread_is_logged_and_opens_no_window(hook, shown, caplog):
    with caplog.at_level(logging.ERROR, "reviewer"):
        worker = threading.Thread(target=raise_fault)
        worker.start()
        worker.join()
    assert [record.getMessage()[:22] for record in caplog.records] == ["Fault: KeyError at test_faults.py"[:22]]
    assert shown == []
    caplog.clear()


def test_showing_a_fault_goes_through_the_hook(hook, shown, caplog):
    with caplog.at_level(logging.ERROR, "reviewer"):
        assert show_error(None, KeyError("GREY LANTERN")) is False
    assert "LANTERN" not in caplog.text and shown[0].startswith(FAULT_TITLE)
    caplog.clear()


@pytest.mark.qt_no_exception_capture
def test_an_exception_in_a_slot_reaches_the_hook(hook, shown, caplog, qtbot):
    with caplog.at_level(logging.ERROR, "reviewer"):
        QTimer.singleShot(0, raise_fault)
        qtbot.waitUntil(lambda: len(shown) == 1)
    caplog.clear()
