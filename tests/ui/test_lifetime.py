# SPDX-License-Identifier: Apache-2.0
"""Closed parts die by reference count: a cycle would be collected later, perhaps by a worker thread, and crash there."""

import gc
import weakref

import pytest
from PySide6.QtCore import QEvent

from reviewer_app.ui.changing_keys import ChangingKeys
from reviewer_app.ui.dialog import Question
from reviewer_app.ui.notify import ErrorDialog
from reviewer_app.ui.recovery_key import RecoveryKey
from reviewer_app.ui.widgets.charts import Intervals, Run
from reviewer_app.ui.widgets.controls import DropTarget, FilterField, Views, button, field, labelled
from reviewer_app.ui.widgets.drawing import AccessWindow
from reviewer_app.ui.widgets.editor import PortionEditor
from reviewer_app.ui.widgets.layout import column, facts, label, panel, prose
from reviewer_app.ui.widgets.nav import Place, SideBar
from reviewer_app.ui.widgets.sheet import Sheet
from reviewer_app.ui.widgets.strips import Alert, AlertStrip, ProgressStrip, tracks
from reviewer_app.ui.widgets.table import Head, Table


def a_table():
    return Table((Head("Case", 0),), [("BLUE HERON",)], "Cases")


def alerts():
    strip = AlertStrip()
    strip.add(Alert("Access ends", "Open case"))
    return strip


PARTS = {
    "alerts": alerts,
    "progress": ProgressStrip,
    "table": a_table,
    "filter": lambda: FilterField("Filter", a_table()),
    "views": lambda: Views(("All", "Mine")),
    "sheet": Sheet,
    "editor": lambda: PortionEditor("Note", "(U) text", (("(U)", "UNCLASSIFIED"),)),
    "field": lambda: labelled("Codename", field()),
    "chart": lambda: Intervals([Run("a", "mock", 2, 26)]),
    "window": lambda: AccessWindow("9 Nov", 3, ()),
    "side bar": lambda: SideBar("Vault", (Place("docket", "docket", "Docket"),)),
    "files": lambda: DropTarget(label("Drop files here")),
    "page": lambda: column(
        facts((("a", "b"),)), tracks((("a", "b"),)), prose("text"), panel("P"), button("Add", "main")
    ),
    "recovery key": lambda: RecoveryKey("AAAA-BBBB"),
    "change of keys": ChangingKeys,
    "question": lambda: Question(None, "Erase", "It cannot be undone.", "Erase", dangerous=True),
    "error": lambda: ErrorDialog(None, "It happened.", "Do this.", "Code R-000", "Try again"),
}


@pytest.mark.parametrize("make", PARTS.values(), ids=PARTS)
def test_a_closed_part_dies_without_the_collector(qapp, make):
    gc.disable()
    try:
        made = make()
        made.grab()
        kept = weakref.ref(made)
        made.deleteLater()
        del made
        qapp.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        assert kept() is None
    finally:
        gc.enable()
