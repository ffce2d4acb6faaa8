# SPDX-License-Identifier: Apache-2.0
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QBuffer, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest

from reviewer_app.ui import theme
from reviewer_app.ui.widgets.charts import Intervals, Run, interval_text, wilson
from reviewer_app.ui.widgets.drawing import AccessWindow, Limit, Steps
from reviewer_app.ui.widgets.sheet import Sheet, image_from

START = "9 Nov 2026 09:00 EST"
THIRTY = Limit(30, "30-day limit", "30-day limit · 9 Dec 09:00")
RELEASE = Limit(24.1, "partner release", "3 Dec 12:00 · partner release · 10 d 1 h")


@pytest.fixture
def spoken(qtbot, monkeypatch):
    """Paints a drawing at a width and returns (x, y, text, right end) of its words."""

    def paint(made, width):
        heard = []
        cls = type(made)
        original = cls.words

        def words(self, painter, at, text, tone="text", weight=400):
            from reviewer_app.ui.widgets.drawing import length

            x = max(0, min(at[0], self.width() - length(text, weight)))
            heard.append((x, at[1], text, x + length(text, weight)))
            original(self, painter, at, text, tone, weight)

        monkeypatch.setattr(cls, "words", words)
        qtbot.addWidget(made)
        made.resize(width, made.height())
        made.grab()
        return heard

    return paint


@pytest.mark.parametrize("base", [13, 26])
@pytest.mark.parametrize("width", [300, 420, 640, 1200])
@pytest.mark.parametrize("today", [None, -1, 0, 0.4, 3, 14.1, 24.0, 29.9, 33])
def test_words_on_the_access_window_never_lie_on_each_other(qapp, spoken, base, width, today):
    theme.apply(qapp, theme.LIGHT, base)
    heard = spoken(AccessWindow(START, today, (THIRTY, RELEASE)), width)
    for line in {y for _, y, _, _ in heard}:
        across = sorted((x, end) for x, y, _, end in heard if y == line)
        assert all(end <= x for (_, end), (x, _) in pairwise(across)), across
    if width == 1200 and base == 13:
        assert {text for _, _, text, _ in heard} >= {START, THIRTY.text, RELEASE.text}
    theme.apply(qapp, theme.LIGHT, 13)


def test_the_access_window_says_in_words_what_it_shows():
    made = AccessWindow(START, 14.1, (THIRTY, RELEASE))
    assert made.accessibleDescription() == (
        f"Access granted {START}. Today, day 14. Bites: {RELEASE.text}, day 24.1. {THIRTY.text}, day 30."
    )
    assert made.limits[0] is RELEASE


@pytest.mark.parametrize("limits", [(), (THIRTY,)])
def test_an_access_window_without_all_its_dates_still_paints(spoken, limits):
    assert (0, theme.em(54), START) in [heard[:3] for heard in spoken(AccessWindow(START, None, limits), 600)]


def test_steps_name_the_step_reached(spoken):
    made = Steps("Referral track", ("none", "drafted", "transferred", "acknowledged"), 1, ("18 Nov",))
    assert made.accessibleDescription() == "drafted, step 2 of 4"
    assert [text for _, _, text, _ in spoken(made, 800)] == ["none", "18 Nov", "drafted", "transferred", "acknowledged"]


# --- intervals -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("hits", "total", "low", "high"),
    [(2, 26, 0.021, 0.241), (0, 12, 0.0, 0.243), (44, 50, 0.762, 0.944), (12, 12, 0.757, 1.0), (1, 1, 0.207, 1.0)],
)
def test_intervals_are_those_of_wilson(hits, total, low, high):
    assert wilson(hits, total)[1:] == pytest.approx((low, high), abs=0.0006)


@given(st.integers(1, 10_000).flatmap(lambda total: st.tuples(st.integers(0, total), st.just(total))))
def test_an_interval_holds_its_share_and_stays_between_nought_and_one(counts):
    share, low, high = wilson(*counts)
    assert 0 <= low <= share + 1e-12 and share - 1e-12 <= high <= 1 and low < high


RUNS = (Run("a", "mock", 2, 26, shown=True), Run("b", "dates", 18, 38, 2), Run("c", "empty", 0, 0, 3))


def test_the_chart_says_its_numbers_in_words(qapp):
    assert Intervals(RUNS).accessibleDescription().endswith("empty: 0 of 0, no samples")
    assert [interval_text(run) for run in RUNS] == ["0.021–0.241", "0.325–0.627", "no samples"]


# --- pages ---------------------------------------------------------------------------------------------------------


def page_image(colour):
    image = QImage(85, 110, QImage.Format.Format_RGB32)
    image.fill(colour)
    return image


def test_pages_are_turned_by_button_and_say_where_they_are(qtbot, problems):
    sheet = Sheet("Memo preview")
    qtbot.addWidget(sheet)
    sheet.resize(500, 600)
    assert problems(sheet) == []
    sheet.set_images([page_image(Qt.GlobalColor.red), page_image(Qt.GlobalColor.green)])
    assert sheet.words.text() == "Page 1 of 2" and not sheet.previous.isEnabled()
    sheet.next.click()
    assert sheet.view.accessibleName() == "Page 2 of 2, memo preview" and not sheet.next.isEnabled()
    assert sheet.paper.grab().toImage().pixelColor(sheet.paper.rect().center()).name() == "#00ff00"
    sheet.set_images([page_image(Qt.GlobalColor.blue)])
    assert sheet.words.text() == "Page 1 of 1"


def test_pages_are_asked_for_one_by_one(qtbot):
    sheet = Sheet()
    qtbot.addWidget(sheet)
    with qtbot.waitSignal(sheet.wanted) as wanted:
        sheet.set_pages(3)
    assert wanted.args == [0] and sheet.paper.message == "Reading the page"
    with qtbot.waitSignal(sheet.wanted) as wanted:
        sheet.turn()
    assert wanted.args == [1]
    sheet.set_image(0, page_image(Qt.GlobalColor.red))
    assert sheet.paper.image.isNull()
    sheet.set_image(1, page_image(Qt.GlobalColor.red))
    assert not sheet.paper.image.isNull()


def test_the_full_width_of_a_page_scrolls(qtbot):
    sheet = Sheet()
    qtbot.addWidget(sheet)
    sheet.resize(900, 400)
    sheet.show()
    sheet.set_images([page_image(Qt.GlobalColor.red)])
    assert sheet.view.verticalScrollBar().maximum() == 0
    sheet.fit_width.click()
    assert sheet.view.verticalScrollBar().maximum() > 300
    QTest.keyClick(sheet.view, Qt.Key.Key_PageDown)
    assert sheet.view.verticalScrollBar().value() > 0


def test_only_the_format_that_was_agreed_is_decoded():
    data = QBuffer()
    data.open(QBuffer.OpenModeFlag.ReadWrite)
    page_image(Qt.GlobalColor.red).save(data, "BMP")
    bmp = bytes(data.data())
    assert image_from(bmp).isNull()
    assert image_from(bmp, "bmp").width() == 85
    assert image_from(b"%PDF-1.7 ...").isNull()
