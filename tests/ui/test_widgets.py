# SPDX-License-Identifier: Apache-2.0
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QBoxLayout, QLabel, QPushButton, QWidget
from shiboken6 import delete

from reviewer_app.ui import theme
from reviewer_app.ui.clipboard import Clipboard, copy_text
from reviewer_app.ui.tokens import CONTRAST, DARK
from reviewer_app.ui.widgets.banner import BANNERS, UNKNOWN, Banner, Stamp, banner_colours
from reviewer_app.ui.widgets.controls import DropTarget, Views, button, choice, field, labelled, tick
from reviewer_app.ui.widgets.layout import (
    Pair,
    Pane,
    Sided,
    beside,
    capped,
    column,
    empty,
    facts,
    heading,
    label,
    line,
    panel,
    picture,
    prose,
    row,
    scroll,
    short,
    stacked_facts,
)
from reviewer_app.ui.widgets.nav import NavItem, Place, SideBar
from reviewer_app.ui.widgets.strips import Alert, AlertStrip, ProgressStrip, tracks, vacant


@pytest.fixture
def shown(qtbot):
    kept = []  # qtbot holds its widgets weakly

    def show(widget, width=600, height=300):
        kept.append(widget)
        qtbot.addWidget(widget)
        widget.resize(width, height)
        widget.show()
        return widget

    return show


# --- banner --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("marking", "expected"),
    [
        ("UNCLASSIFIED", BANNERS["UNCLASSIFIED"]),
        ("UNCLASSIFIED//FOUO", BANNERS["UNCLASSIFIED"]),
        ("CUI", BANNERS["CUI"]),
        ("CUI//SP-CTI//NOFORN", BANNERS["CUI"]),
        ("CONTROLLED", BANNERS["CUI"]),
        ("CONFIDENTIAL", BANNERS["CONFIDENTIAL"]),
        ("SECRET//NOFORN", BANNERS["SECRET"]),
        ("SECRET//SI//NOFORN", BANNERS["SECRET"]),
        ("//NATO SECRET", BANNERS["SECRET"]),
        ("TOP SECRET//NOFORN", BANNERS["TOP SECRET"]),
        ("TOP SECRET//ORCON", BANNERS["TOP SECRET"]),
        ("TOP SECRET//SI/TK//NOFORN", BANNERS["TOP SECRET//SCI"]),
        ("TOP SECRET//HCS-P//NOFORN", BANNERS["TOP SECRET//SCI"]),
        ("TOP SECRET//SCI", BANNERS["TOP SECRET//SCI"]),
        ("PRACTICE ONLY", UNKNOWN),
        ("", UNKNOWN),
    ],
)
def test_the_strip_takes_its_colour_from_the_words(marking, expected):
    assert banner_colours(marking) == expected


def test_the_strip_grows_rather_than_cut_its_words(shown, qapp):
    strip = Banner("TOP SECRET//SI/TK//REL TO USA, AUS, CAN, GBR, NZL", "Handle through joint channels", "PRACTICE")
    window = shown(column(strip, None), 1000, 300)
    one_line = strip.height()
    window.resize(420, 300)
    qapp.processEvents()
    assert strip.height() > one_line * 1.5
    assert strip.words.heightForWidth(strip.words.width()) <= strip.words.height()
    assert strip.accessibleName() == (
        "PRACTICE TOP SECRET//SI/TK//REL TO USA, AUS, CAN, GBR, NZL Handle through joint channels"
    )


def test_a_strip_changes_its_marking_and_has_a_twin(shown):
    strip = shown(Banner("UNCLASSIFIED", "Markings for training only", "PRACTICE"))
    assert all(stamp.isVisible() for stamp in strip.stamps)
    strip.show_marking("SECRET//NOFORN")
    twin = strip.twin()
    assert twin.words.text() == "SECRET//NOFORN" and twin.fill.name() == BANNERS["SECRET"][0]
    assert not any(stamp.isVisible() for stamp in strip.stamps)


# --- words and layout ----------------------------------------------------------------------------------------------


HOSTILE = '<b>bold</b> <img src="file://server/share/x.png"> & &amp; "quoted"\nsecond'


@pytest.mark.parametrize("make", [label, short, lambda text: label(text, wrap=True)])
def test_labels_show_every_character_as_it_is(make):
    made = make(HOSTILE)
    assert made.text() == HOSTILE and made.textFormat() == Qt.TextFormat.PlainText


def test_prose_escapes_what_it_is_given():
    made = prose(HOSTILE)
    assert "<img" not in made.text() and "<b>" not in made.text()
    assert made.accessibleName() == HOSTILE


def test_a_short_label_gives_way_and_shows_all_on_hover(shown, qapp):
    words = short("Clock trusted, checked today 08:12")
    window = shown(row(words, gap=0), 500, 40)
    window.grab()
    assert words.toolTip() == ""
    window.resize(80, 40)
    window.grab()
    assert words.toolTip() == "Clock trusted, checked today 08:12"


@pytest.mark.parametrize(("width", "direction"), [(800, "LeftToRight"), (500, "TopToBottom")])
def test_a_pair_folds_below_its_least_width(shown, width, direction):
    pair = shown(Pair(QWidget(), QWidget(), 700, (7, 13), 16, cap=300, folded=(0, 1)), width)
    assert pair.layout_box.direction() == getattr(QBoxLayout.Direction, direction)
    assert (pair.first.maximumWidth() == 300) == (direction == "LeftToRight")


def test_a_pair_folds_when_the_text_grows(shown, qapp):
    pair = shown(Pair(QWidget(), QWidget(), 700), 800)
    theme.apply(qapp, DARK, 26)
    assert pair.layout_box.direction() == QBoxLayout.Direction.TopToBottom


def test_a_side_panel_leaves_a_narrow_page(shown):
    pane = panel("People", ("People", (("Reviewer", "R. Ibarra"),)))
    page = shown(Sided(QWidget(), pane), 1000)
    assert pane.isVisible()
    page.resize(800, 300)
    assert not pane.isVisible()


def test_a_row_can_be_emptied_and_filled_anew(shown):
    frame = shown(row(label("one"), None, label("two")))
    empty(frame)
    assert frame.layout().count() == 0 and not [w for w in frame.findChildren(QLabel) if w.isVisible()]


def test_the_parts_of_a_page_have_no_problems(shown, problems, qtbot):
    parts = (
        heading("Access window", "calendar days"),
        line(label("2026-0007", "soft", 1), label("BLUE HERON", step=3)),
        beside(picture("clock"), prose("Running text")),
        facts((("Agreed uses", "Evaluation"), ("Sharing", label("findings")))),
        stacked_facts((("Build", "r3"),)),
        labelled("&Codename", field()),
        labelled("&Marking", choice(("(U)",), "Marking")),
        tick("I have read the &notice"),
        row(button("&Add note", "main"), button("&Discard draft")),
        Pane(column(label("facts")), "Facts"),
        tracks((("Access", "active"), ("Evaluation", "running"))),
        capped(Stamp("DRAFT"), 200),
    )
    window = shown(scroll(column(*parts, None), "Page"), 900, 800)
    assert problems(window) == []


def test_the_standing_checks_can_find_something(shown, problems):
    bad = column(QPushButton("&Save"), QPushButton("&Search"), field())
    assert problems(shown(bad)) == ["no name: QLineEdit", "two widgets answer Alt+S"]


# --- controls ------------------------------------------------------------------------------------------------------


def test_what_a_button_does_is_called_without_arguments():
    called = []

    def act(value="none"):
        called.append(value)

    button("Attach files", on=act).click()
    assert called == ["none"]


def test_a_dead_page_is_not_kept_by_its_buttons(qapp):
    class Page(QWidget):
        def act(self):
            pass

    page, gone = Page(), []
    page.button = button("Attach", on=page.act)
    page.button.setParent(page)
    page.destroyed.connect(lambda: gone.append(True))
    delete(page)
    assert gone == [True]


def test_an_error_stands_by_its_field_and_is_heard_with_it(shown):
    entry = shown(labelled("Codename", field(), "Two words in capitals"))
    assert not entry.error.isVisible() and entry.widget.accessibleName() == "Codename"
    entry.set_error("Codename: write it in capitals.")
    assert entry.error.isVisible() and entry.widget.accessibleDescription() == "Codename: write it in capitals."
    assert entry.widget.property("wrong") is True
    entry.set_error("")
    assert not entry.error.isVisible() and entry.widget.accessibleDescription() == "Two words in capitals"


def test_views_fold_into_one_choice_and_stay_in_step(shown, qtbot):
    views = shown(Views(("All 18", "Mine 6", "Waiting on the developer 4")), 600)
    assert views.wide.isVisible() and not views.narrow.isVisible()
    with qtbot.waitSignal(views.chosen) as chosen:
        views.buttons[1].click()
    assert chosen.args == [1] and views.narrow.currentIndex() == 1
    views.resize(200, 40)
    assert views.narrow.isVisible() and not views.wide.isVisible()
    with qtbot.waitSignal(views.chosen) as chosen:
        views.narrow.activated.emit(2)
    assert chosen.args == [2] and views.current() == 2
    views.set_names(("All 19", "Mine 7", "Waiting on the developer 4"))
    assert views.buttons[1].text() == views.narrow.itemText(1) == "Mine 7"


def drop(target, urls, event=QDropEvent):
    data = QMimeData()
    data.setUrls([QUrl(url) for url in urls])
    place = QPointF(5, 5) if event is QDropEvent else QPoint(5, 5)
    sent = event(place, Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    sent.setAccepted(False)
    QApplication.sendEvent(target, sent)
    return sent.isAccepted()


def test_dropped_files_arrive_as_paths(shown, qtbot):
    target = shown(DropTarget(label("Drop files here")))
    assert drop(target, ["file:///evidence/a.eval", "file:///evidence/b.json"], QDragEnterEvent)
    assert not drop(target, ["https://example.org/a.eval"], QDragEnterEvent)
    with qtbot.waitSignal(target.files_dropped) as dropped:
        drop(target, ["file:///evidence/a.eval", "file:///evidence/b.json"])
    assert dropped.args == [[Path("/evidence/a.eval"), Path("/evidence/b.json")]]


# --- strips --------------------------------------------------------------------------------------------------------


def test_alerts_stand_newest_first_and_leave_no_gap(shown, qtbot):
    strip = AlertStrip()
    shown(column(strip, None))
    assert not strip.isVisible()
    first, second = strip.add(Alert("first", "Open case")), strip.add(Alert("second"))
    assert strip.isVisible() and strip.layout().itemAt(0).widget() is second
    with qtbot.waitSignal(first.acted):
        first.findChildren(QPushButton)[0].click()
    assert strip.alerts() == [second]
    second.findChildren(QPushButton)[0].click()
    assert strip.alerts() == [] and not strip.isVisible()


def test_short_work_shows_no_progress(shown, tasks):
    strip = ProgressStrip()
    shown(column(strip, None))
    seen = []
    strip.run(tasks, "Attaching 3 files", lambda _p, _c: 7, seen.append, seen.append)
    assert seen == [7] and strip.jobs == [] and not strip.isVisible()


def test_long_work_shows_its_progress_and_can_be_stopped(shown, qtbot):
    class Waiting:
        def run(self, work, on_done, on_error, on_progress=None, owner=None):
            self.done, self.progress, self.cancelled = on_done, on_progress, False
            return self.cancel

        def cancel(self):
            self.cancelled = True

    strip, tasks, seen = ProgressStrip(), Waiting(), []
    shown(column(strip, None))
    strip.run(tasks, "Attaching 3 files", None, seen.append, seen.append)
    assert not strip.isVisible()
    qtbot.waitUntil(strip.isVisible, timeout=3000)
    tasks.progress(0.25)
    assert strip.bar.value() == 250 and strip.words.text() == "Attaching 3 files"
    strip.stop.click()
    assert tasks.cancelled and strip.words.text() == "Stopping" and not strip.stop.isEnabled()
    tasks.done("cancelled")
    assert seen == ["cancelled"] and not strip.isVisible()


@pytest.mark.parametrize(("width", "lines"), [(900, 1), (500, 2), (300, 3)])
def test_tracks_fold_into_even_rows(shown, width, lines):
    made = shown(tracks([(f"Track {n}", "held") for n in range(6)]), width)
    assert {made.layout().getItemPosition(at)[0] for at in range(6)} == set(range(lines))


def test_an_empty_page_offers_the_first_step(shown, problems):
    page = shown(
        vacant("docket", "No cases yet", "A case is …", button("Record the first case", "main"), note="Or drop")
    )
    assert problems(page) == []


# --- side bar ------------------------------------------------------------------------------------------------------


def test_the_side_bar_is_one_stop_and_tells_the_place(shown, qtbot, problems):
    bar = shown(
        SideBar("Practice vault", (Place("docket", "docket", "Docket"), Place("vault", "vault", "Vault", below=True)))
    )
    bar.choose("docket")
    bar.set_count("docket", "18")
    assert bar.items["docket"].accessibleName() == "Docket, 18"
    with qtbot.waitSignal(bar.chosen) as chosen:
        bar.items["vault"].click()
    assert chosen.args == ["vault"] and bar.current() is bar.items["vault"]
    bar.collapse(True)
    assert bar.width() == 54 and bar.items["docket"].toolTip() == "Docket" and not bar.brand.isVisible()
    assert problems(bar) == []


def test_an_entry_paints_in_every_state(shown, qapp):
    item = shown(NavItem("docket", "Docket", "18"), 200, 32)
    pictures = [item.grab().toImage()]
    item.setChecked(True)
    pictures.append(item.grab().toImage())
    theme.apply(qapp, CONTRAST, 13)
    pictures.append(item.grab().toImage())
    assert len({bytes(picture.constBits()) for picture in pictures}) == 3


# --- clipboard -----------------------------------------------------------------------------------------------------


def test_copied_text_is_taken_back_only_while_it_is_ours(qapp):
    board = Clipboard(seconds=3600)
    board.put("2026-0007")
    assert QGuiApplication.clipboard().mimeData().hasFormat("ExcludeClipboardContentFromMonitorProcessing")
    QGuiApplication.clipboard().setText("somebody else's")
    board.clear()
    assert QGuiApplication.clipboard().text() == "somebody else's"
    board.put("2026-0007")
    board.clear()
    assert QGuiApplication.clipboard().text() == ""


def test_what_a_field_copies_by_itself_is_replaced_by_plain_text_with_the_hint(qtbot, monkeypatch):
    board = Clipboard()
    monkeypatch.setattr(board, "is_ours", lambda: True)
    foreign = QMimeData()
    foreign.setText("BLUE HERON")
    foreign.setHtml("<b>BLUE HERON</b>")
    QGuiApplication.clipboard().setMimeData(foreign)
    data = QGuiApplication.clipboard().mimeData()
    assert data.text() == "BLUE HERON" and data.hasFormat("x-kde-passwordManagerHint") and not data.hasHtml()
    board.clear()
    assert QGuiApplication.clipboard().text() == ""


def test_one_clipboard_serves_the_whole_application(qapp):
    copy_text("a")
    copy_text("b")
    assert len(qapp.findChildren(Clipboard)) == 1
    qapp.findChild(Clipboard).clear()
    assert QGuiApplication.clipboard().text() == ""


def test_a_focused_main_button_shows_a_ring_inside_its_fill(shown):
    act = shown(row(button("Attach files", "main")), 300, 60).findChild(QPushButton)
    before = act.grab().toImage()
    act.window().activateWindow()
    act.setFocus()
    QTest.qWait(0)
    assert act.grab().toImage() != before
