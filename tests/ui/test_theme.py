# SPDX-License-Identifier: Apache-2.0
import re
import subprocess
import sys

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QFontInfo
from PySide6.QtWidgets import QLabel
from shiboken6 import delete

from reviewer_app.paths import resources
from reviewer_app.ui import theme
from reviewer_app.ui.appearance import SIZES, Appearance, system_tokens
from reviewer_app.ui.sheet import SHEET, sheet
from reviewer_app.ui.tokens import CONTRAST, DARK, LIGHT, THEMES, blend, contrast_report, is_light, ratio
from reviewer_app.ui.widgets.banner import BANNERS, UNKNOWN
from reviewer_app.ui.widgets.controls import button
from reviewer_app.ui.widgets.layout import label


@pytest.mark.parametrize("tokens", THEMES.values(), ids=THEMES)
def test_every_pair_of_colours_that_meet_has_its_contrast(tokens):
    short = [(what, round(found, 2), needed) for what, found, needed in contrast_report(tokens) if found < needed]
    assert short == []
    assert {needed for _, _, needed in contrast_report(tokens)} == {4.5, 3.0}


@pytest.mark.parametrize("pair", [*BANNERS.values(), UNKNOWN])
def test_banner_words_stand_out_at_seven_to_one(pair):
    assert ratio(*pair) >= 7.0


def test_contrast_is_that_of_the_standard():
    assert ratio("#000000", "#ffffff") == pytest.approx(21)
    assert ratio("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
    assert ratio("#123456", "#123456") == 1


def test_colours_blend_and_their_lightness_is_known():
    assert blend("#ffffff", "#000000", 0.5) == "#808080"
    assert is_light("#ffffff") and not is_light("#2459a9")


@pytest.mark.parametrize("tokens", THEMES.values(), ids=THEMES)
def test_the_sheet_has_no_name_left_to_fill(tokens):
    text = sheet(tokens, resources() / "icons", 16)
    assert "@" not in text
    assert all((resources() / "icons" / name).exists() for name in re.findall(r"icons/([\w-]+\.svg)", text))
    assert tokens.accent in text


def test_the_sheet_names_only_tokens_and_marks():
    known = {
        *LIGHT._fields,
        "attention_edge",
        "danger_edge",
        "tick",
        "menu_tick",
        "down_arrow",
        "icon_size",
        "mark_size",
        "mark_half",
    }
    assert set(re.findall(r"@(\w+)", SHEET)) <= known


def test_every_icon_draws_in_the_ink_it_is_asked_for():
    for path in (resources() / "icons").glob("*.svg"):
        image = theme.icon(path.stem, "danger", 60).pixmap(60, 60).toImage()
        inks = {
            image.pixelColor(x, y).name() for x in range(60) for y in range(60) if image.pixelColor(x, y).alpha() == 255
        }
        assert inks, path.name
        if "currentColor" in path.read_text():
            assert LIGHT.danger in inks, path.name


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="bundled faces are for Linux")
@pytest.mark.parametrize(("mono", "family"), [(False, "Inter"), (True, "DejaVu Sans Mono")])
def test_the_bundled_faces_are_in_force(mono, family):
    assert QFontInfo(theme.font(mono=mono)).family() == family


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="bundled faces are for Linux")
def test_the_bundled_faces_have_the_weights_the_scale_asks_for():
    assert [QFontInfo(theme.font(0, weight)).weight() for weight in (400, 500, 600)] == [400, 500, 600]


def test_every_font_file_is_listed_with_its_licence():
    folder = resources() / "fonts"
    index = (folder / "INDEX.md").read_text()
    for path in (*folder.glob("*.otf"), *folder.glob("*.ttf")):
        family, _, style = path.stem.partition("-")
        assert path.name in index or (f"{family}-" in index and f"-{style}" in index), path.name
    assert all((folder / name).stat().st_size > 1000 for name in re.findall(r"`([\w-]+\.txt)`", index))


def test_an_open_window_follows_theme_and_text_size(qapp, qtbot):
    words, act = label("Access ends", step=3), button("Attach files", "main", "attach")
    for widget in (words, act):
        qtbot.addWidget(widget)
        widget.show()
    before = words.font().pixelSize(), act.iconSize().width(), act.sizeHint().width()
    theme.apply(qapp, DARK, 26)
    after = words.font().pixelSize(), act.iconSize().width(), act.sizeHint().width()
    assert after[0] == 47 and after[1] == 2 * before[1] and after[2] > 1.6 * before[2]
    assert qapp.palette().window().color().name() == DARK.window


def test_a_styled_widget_is_dressed_again_and_can_still_die(qapp):
    sizes = []
    made = theme.styled(QLabel(), lambda widget: sizes.append((type(widget), theme.em(10))))
    theme.apply(qapp, LIGHT, 26)
    assert sizes == [(QLabel, 10), (QLabel, 20)]
    gone = []
    made.destroyed.connect(lambda: gone.append(True))
    del made
    assert gone == [True]
    theme.apply(qapp, LIGHT, 13)
    assert len(sizes) == 2


def test_a_person_chooses_theme_and_size_and_is_told_what_to_keep(qapp, qtbot, appearance):
    with qtbot.waitSignal(appearance.changed):
        appearance.choose_scheme("high contrast")
    assert theme.LOOK.tokens is CONTRAST
    with qtbot.waitSignal(appearance.changed):
        appearance.enlarge()
    assert (appearance.percent, theme.LOOK.base) == (115, 15)
    for _ in SIZES:
        appearance.enlarge()
    assert (appearance.percent, theme.LOOK.base) == (200, 26)
    with qtbot.assertNotEmitted(appearance.changed):
        appearance.enlarge()
    for _ in SIZES:
        appearance.reduce()
    assert appearance.percent == 80
    appearance.reset_size()
    assert (appearance.percent, theme.LOOK.base) == (100, 13)


def test_unknown_choices_fall_back(qapp):
    made = Appearance(qapp, "sepia", 123, 13)
    assert (made.scheme, made.percent) == ("system", 100)
    delete(made)


@pytest.mark.parametrize(("scheme", "expected"), [("system", DARK), ("light", LIGHT)])
def test_the_system_is_followed_unless_a_theme_was_chosen(qapp, monkeypatch, scheme, expected):
    made = Appearance(qapp, scheme, 100, 13)
    monkeypatch.setattr("reviewer_app.ui.appearance.system_tokens", lambda: DARK)
    qapp.styleHints().colorSchemeChanged.emit(Qt.ColorScheme.Dark)
    assert theme.LOOK.tokens is expected
    delete(made)


def test_the_theme_is_light_where_the_system_says_nothing(qapp):
    assert system_tokens() is LIGHT


def test_icons_and_fonts_outlive_the_application_without_a_crash():
    script = (
        "from PySide6.QtWidgets import QApplication\n"
        "from reviewer_app.ui import theme\n"
        "app = QApplication([])\n"
        "theme.apply(app)\n"
        "theme.icon('lock'); theme.font(1)\n"
    )
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=False)
    assert (run.returncode, run.stderr) == (0, "")
