# SPDX-License-Identifier: Apache-2.0
"""The help explains every section of the guide and every code, from any window."""

import pytest
from PySide6.QtCore import QEvent, Qt, QUrl
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from reviewer_app.ui.dialog import Dialog
from reviewer_app.ui.help import Help, sections
from reviewer_app.ui.notify import ErrorDialog
from tests.test_errors import KINDS


@pytest.fixture
def opened(qtbot, shell):
    made = Help(shell)
    qtbot.addWidget(made)
    made.show()
    return made


def test_guide_and_messages_are_there_and_the_first_topic_is_shown(opened):
    titles = [section.title for section in sections()]
    assert titles[0] == "The first time" and "Messages: vault" in titles
    assert "Practise first" in opened.text.toPlainText()


def test_every_code_is_found_and_chosen(opened):
    for code in sorted({kind.code for kind in KINDS}):
        opened.explain(code)
        assert opened.text.textCursor().selectedText() == code


def test_search_narrows_the_topics_and_shows_the_word(opened):
    opened.filter.setText("recovery key")
    opened._on_filter("recovery key")
    assert 1 <= opened.topics.model().rowCount() < len(opened.sections)
    assert opened.text.textCursor().selectedText().casefold() == "recovery"
    opened._on_filter("no such word anywhere")
    assert opened.topics.model().rowCount() == 0


def test_a_link_leads_to_its_section_and_nowhere_outside(opened):
    opened._on_link(QUrl("#packages"))
    assert opened.topics.current_key() == "packages"
    opened._on_link(QUrl("https://example.org/#nothing"))
    assert opened.topics.current_key() == "packages"


def test_f1_in_an_error_explains_its_code(shell, qtbot):
    dialog = ErrorDialog(shell, "It happened.", "Do this.", "Code V-115")
    dialog.code = "V-115"
    with qtbot.waitActive(dialog):
        dialog.open()
    QTest.keyClick(dialog, Qt.Key.Key_F1)
    found = dialog.findChild(Help)
    assert found.text.textCursor().selectedText() == "V-115"
    found.close()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    dialog.close()


def test_it_opens_once_and_keeps_the_size_a_person_gives_it(opened, qapp):
    QTest.keyClick(opened, Qt.Key.Key_F1)
    assert opened.findChildren(Help) == []
    opened.resize(720, 520)
    opened.explain("V-115")
    qapp.processEvents()
    assert (opened.width(), opened.height()) == (720, 520)


def test_the_help_carries_the_banner_of_its_window(opened, shell):
    assert isinstance(opened, Dialog) and opened.parent() is shell
    assert "PRACTICE" in opened.findChild(type(shell.banners[0])).accessibleName()
