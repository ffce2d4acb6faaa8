# SPDX-License-Identifier: Apache-2.0
import pytest
from PySide6.QtCore import QEvent, QObject, QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QLineEdit, QMenu, QTabBar, QToolTip, QWidget

from reviewer_app.ui import theme
from reviewer_app.ui.dialog import Dialog, Question
from reviewer_app.ui.tokens import CONTRAST
from reviewer_app.ui.widgets.banner import Banner
from reviewer_app.ui.widgets.controls import button, field
from reviewer_app.ui.widgets.layout import Sided, column, label, panel, start
from reviewer_app.ui.widgets.table import Head, Table
from tests.ui.places import during, texts

Ctrl = Qt.KeyboardModifier.ControlModifier


def a_page():
    tabs = QTabBar()
    tabs.setAccessibleName("Parts of the case")
    for name in ("Overview", "Notes", "Evaluations"):
        tabs.addTab(name)
    table = start(Table((Head("Number", 92), Head("Codename", 0)), [("2026-0007", "BLUE HERON")], "Cases"))
    pane = panel("People", ("People", (("Reviewer", "R. Ibarra"),)))
    return Sided(column(label("BLUE HERON"), tabs, field(name="Filter"), table), pane)


@pytest.fixture
def page(shell, qtbot):
    shell.activateWindow()
    qtbot.waitUntil(shell.isActiveWindow)
    made = a_page()
    shell.show_page(made, "docket")
    return made


def test_the_frame_and_a_page_have_no_problems(shell, page, problems):
    assert problems(shell) == []


def test_the_banner_is_at_both_ends_and_never_hidden(shell, page, qapp):
    for size in ((1024, 700), (1920, 1080)):
        shell.resize(*size)
        qapp.processEvents()
        top, bottom = shell.banners
        assert (top.geometry().top(), top.width()) == (0, size[0])
        assert bottom.geometry().bottom() == size[1] - 1 and bottom.isVisible()


def test_the_title_names_the_vault_and_never_a_case(shell, page):
    assert shell.windowTitle() == "Reviewer, Practice vault"
    shell.set_status("M. Okafor, supervisor", "Office vault", "Clock not trusted")
    assert shell.windowTitle() == "Reviewer, Office vault" and shell.side.brand_name.text() == "Office vault"


def test_a_page_opens_where_it_asks_to(shell, page, qtbot):
    qtbot.waitUntil(lambda: isinstance(QApplication.focusWidget(), Table))
    assert shell.page() is page and shell.side.current() is shell.side.items["docket"]


def test_a_dropped_page_dies(shell, page, qtbot):
    with qtbot.waitSignal(page.destroyed):
        shell.drop_page(page)
    assert shell.page() is None


@pytest.mark.parametrize(
    ("width", "base", "collapsed"), [(1440, 13, False), (1099, 13, True), (1440, 26, True), (2300, 26, False)]
)
def test_the_side_bar_folds_when_the_window_is_narrow_for_its_text(shell, page, qapp, width, base, collapsed):
    shell.resize(width, 800)
    theme.apply(qapp, CONTRAST, base)
    assert shell.side.collapsed is collapsed
    theme.apply(qapp, theme.LIGHT, 13)


@pytest.mark.parametrize("base", [13, 26])
def test_the_window_fits_the_smallest_screen_at_every_text_size(shell, page, qapp, base):
    theme.apply(qapp, theme.LIGHT, base)
    shell.resize(1024, 700)
    qapp.processEvents()
    assert (shell.width(), shell.height()) == (1024, 700)
    theme.apply(qapp, theme.LIGHT, 13)


def test_a_place_is_chosen_and_told(shell, page, qtbot):
    with qtbot.waitSignal(shell.place_chosen) as chosen:
        shell.side.items["vault"].click()
    assert chosen.args == ["vault"]


def test_the_vault_is_locked_from_key_and_button(shell, page, qtbot):
    with qtbot.waitSignal(shell.lock_asked):
        QTest.keyClick(shell, Qt.Key.Key_L, Ctrl)
    lock = next(b for b in shell.status.findChildren(QWidget) if b.accessibleName() == "Lock the vault, Ctrl+L")
    with qtbot.waitSignal(shell.lock_asked):
        lock.click()


def test_the_map_names_the_key_that_saves(shell, page):
    seen = []

    def look(found):
        seen.extend(texts(found))
        found.reject()

    during(shell.show_map, look)
    assert {"Ctrl+Enter", "Ctrl+L", "F1"} <= set(seen)


def test_keys_change_the_text_size(shell, page, appearance):
    for key, size in ((Qt.Key.Key_Equal, 115), (Qt.Key.Key_Plus, 130), (Qt.Key.Key_Minus, 115), (Qt.Key.Key_0, 100)):
        QTest.keyClick(shell, key, Ctrl)
        assert appearance.percent == size


def test_the_view_menu_offers_every_theme_and_size_and_ticks_what_holds(shell, appearance):
    menu = shell.view.menu()
    menu.aboutToShow.emit()
    ticked = [action.text() for action in menu.actions() if action.isChecked()]
    assert ticked == ["Light theme", "Text 100 %"]
    next(action for action in menu.actions() if action.text() == "High contrast theme").trigger()
    next(action for action in menu.actions() if action.text() == "Text 150 %").trigger()
    assert (appearance.scheme, appearance.percent) == ("high contrast", 150)
    appearance.reset_size()


def test_numbers_choose_the_parts_of_a_case(shell, page):
    tabs = page.findChild(QTabBar)
    for key, place in ((Qt.Key.Key_3, 2), (Qt.Key.Key_1, 0), (Qt.Key.Key_9, 0)):
        QTest.keyClick(shell, key, Ctrl)
        assert tabs.currentIndex() == place


def test_f6_goes_round_the_regions_and_back(shell, page):
    def region():
        here = QApplication.focusWidget()
        pane = page.pane
        if pane is here or pane.isAncestorOf(here):
            return "pane"
        return next(
            n for n, w in (("side", shell.side), ("page", page), ("status", shell.status)) if w.isAncestorOf(here)
        )

    seen = []
    for _ in range(4):
        QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_F6)
        seen.append(region())
    assert seen == ["pane", "status", "side", "page"]
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_F6, Qt.KeyboardModifier.ShiftModifier)
    assert region() == "side"


def test_a_question_mark_shows_every_key_but_is_typed_in_a_field(shell, page, monkeypatch):
    shell.command("Ctrl+K", "Search everything", shell.close)
    texts = []
    monkeypatch.setattr(Dialog, "run", lambda self: texts.extend(w.text() for w in self.findChildren(type(label()))))
    QTest.keyClick(shell, Qt.Key.Key_Question)
    assert {"Ctrl+K", "Search everything", "F6", "Ctrl+1 … Ctrl+7", "Lock the vault"} <= set(texts)
    typed = page.findChild(QLineEdit)
    texts.clear()
    typed.setFocus()
    QTest.keyClick(typed, Qt.Key.Key_Question)
    assert typed.text() == "?" and texts == []


def test_a_blanked_window_shows_its_banners_alone(shell, page):
    question = Question(shell, "Erase 14 attachments", "They cannot be brought back.", "Erase", dangerous=True)
    question.show()
    shell.blank()
    assert not page.isVisible() and not shell.status.isVisible() and not question.isVisible()
    assert all(banner.isVisible() for banner in shell.banners)


@pytest.mark.qt_log_ignore("does not support", extend=True)  # offscreen knows no raising and grabbing
def test_blanking_takes_every_other_window_and_paints_at_once(shell, page, qapp):
    """What follows a lock keeps the event loop waiting, so nothing may be left to it."""

    class Painted(QObject):
        seen = 0

        def eventFilter(self, _watched, event):
            self.seen += event.type() == QEvent.Type.Paint
            return False

    menu, choice = QMenu(shell), QComboBox(page)
    choice.addItems(["BLUE HERON", "GREY OWL"])
    menu.addAction("BLUE HERON")
    choice.show()
    choice.showPopup()
    menu.popup(shell.mapToGlobal(QPoint(9, 9)))
    QToolTip.showText(QPoint(9, 9), "(S//NF) BLUE HERON", shell)
    others = [each for each in qapp.topLevelWidgets() if each is not shell and each.isVisible()]
    assert len(others) >= 3
    painted = Painted()
    shell.centralWidget().installEventFilter(painted)
    painted.seen = 0
    shell.blank()
    assert painted.seen and not any(each.isVisible() for each in others)


# --- dialogs -------------------------------------------------------------------------------------------------------


def test_a_dialog_repeats_the_banner_of_its_window(shell, page):
    shell.set_banner("SECRET//NOFORN", "", "PRACTICE")
    dialog = Question(page, "Close the case", "It stays in the docket.", "Close it")
    banners = dialog.findChildren(Banner)
    assert [banner.accessibleName() for banner in banners] == ["PRACTICE SECRET//NOFORN"] * 2


@pytest.mark.parametrize("dangerous", [True, False])
def test_what_cannot_be_undone_defaults_to_the_way_back(shell, qtbot, problems, dangerous):
    dialog = Question(
        shell, "Erase 14 attachments", "They cannot be brought back.", "Erase", "Keep", dangerous=dangerous
    )
    assert problems(dialog) == []
    QTest.keyClick(dialog, Qt.Key.Key_Return)
    assert dialog.result() == (0 if dangerous else 1)


def test_a_dialog_is_answered_by_one_call_and_dies(shell, qtbot, monkeypatch):
    gone = []

    def press(self):
        self.destroyed.connect(lambda: gone.append(True))
        self.accept()
        return self.result()

    monkeypatch.setattr(Question, "exec", press)
    assert Question.ask(shell, "Close the case", "It stays in the docket.", "Close it") is True
    qtbot.waitUntil(lambda: gone == [True])
    assert shell.findChildren(Dialog) == []


def test_a_dialog_grows_with_its_words_and_with_the_text_size(shell, qapp, qtbot):
    dialog = Dialog("Add an agreement", shell)
    note = label("", wrap=True)
    dialog.fill(column(label("Reference"), note), dialog.closer(), dialog.agree("Add"))
    dialog.show()
    first = dialog.height()
    note.setText("Reference: it is missing. Write the reference of the agreement as it stands on its first page. " * 3)
    qtbot.waitUntil(lambda: dialog.height() > first)
    second = dialog.height()
    theme.apply(qapp, theme.LIGHT, 26)
    qtbot.waitUntil(lambda: dialog.height() > second)
    assert button("x").text() == "x"
