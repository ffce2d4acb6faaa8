# SPDX-License-Identifier: Apache-2.0
"""The one style sheet. Widgets carry dynamic properties (`tone`, `role`, `kind`); only this file says how they look."""

from pathlib import Path

from reviewer_app.ui.tokens import Tokens, blend, is_light

SHEET = """
QWidget { outline: 0; }
QLabel[tone="soft"] { color: @soft; }
QLabel[tone="attention"] { color: @attention; }
QLabel[tone="danger"] { color: @danger; }
QLabel[tone="accent"] { color: @accent; }

QFrame[role="nav"] { background: @sunken; border: 0; border-right: 1px solid @line; }
QFrame[role="status"] { background: @sunken; border: 0; border-top: 1px solid @line; }
QFrame[role="side"] { background: @window; border: 0; border-left: 1px solid @line; }
QFrame[role="card"] { background: @surface; border: 1px solid @line; border-radius: 8px; }
QFrame[role="card"]:focus { border: 2px solid @accent; }
QFrame[role="rule"] { background: @line; border: 0; max-height: 1px; min-height: 1px; }
QFrame[role="alert"] { background: @attention_fill; border: 1px solid @attention_edge; border-radius: 6px; }
QFrame[role="alert"][tone="danger"] { background: @danger_fill; border-color: @danger_edge; }
QFrame[role="alert"][tone="plain"] { background: @surface; border-color: @line; }

QScrollArea, QScrollArea > QWidget > QWidget { background: transparent; border: 0; }
Pane, QScrollArea[role="reading"] { border: 2px solid transparent; }
Pane:focus, QScrollArea[role="reading"]:focus { border: 2px solid @accent; border-radius: 4px; }

QPushButton { background: @surface; color: @text; border: 1px solid @control; border-radius: 6px; padding: 5px 12px; }
QPushButton:hover { background: @hover; }
QPushButton:focus { border: 2px solid @accent; padding: 4px 11px; }
QPushButton[kind="main"] { background: @accent; color: @on_accent; border-color: @accent; font-weight: 600; }
QPushButton[kind="quiet"] { background: transparent; border-color: transparent; color: @accent; padding: 5px 8px; }
QPushButton[kind="quiet"]:hover { background: @hover; }
QPushButton[kind="quiet"]:focus { border: 2px solid @accent; padding: 4px 7px; }
QPushButton[kind="link"] { background: transparent; border: 2px solid transparent; color: @accent; padding: 1px 0; }
QPushButton[kind="link"]:hover { text-decoration: underline; }
QPushButton[kind="link"]:focus { border-color: @accent; border-radius: 4px; }
QPushButton[kind="view"] { background: transparent; border: 1px solid transparent; color: @soft; padding: 5px 10px; }
QPushButton[kind="view"]:hover { background: @hover; }
QPushButton[kind="view"]:checked { background: @surface; border: 1px solid @control; color: @text; font-weight: 600; }
QPushButton[kind="view"]:focus { border: 2px solid @accent; padding: 4px 9px; }
QPushButton[kind="danger"] { color: @danger; border-color: @danger; }
QPushButton:disabled, QPushButton[kind="main"]:disabled { background: @sunken; color: @soft; border: 1px dashed @line; }
QPushButton[kind="quiet"]:disabled, QPushButton[kind="link"]:disabled { background: transparent; border-color: transparent; }
QPushButton::menu-indicator { image: none; width: 0; }

QLineEdit, QComboBox, QAbstractSpinBox, QPlainTextEdit { background: @surface; color: @text; border: 1px solid @control;
  border-radius: 6px; padding: 5px 8px; placeholder-text-color: @soft;
  selection-background-color: @selection; selection-color: @on_selection; }
QLineEdit:focus, QComboBox:focus, QAbstractSpinBox:focus, QPlainTextEdit:focus { border: 2px solid @accent; padding: 4px 7px; }
QLineEdit[wrong="true"], QComboBox[wrong="true"], QAbstractSpinBox[wrong="true"], QPlainTextEdit[wrong="true"] {
  border-color: @danger; }
QLineEdit:disabled, QComboBox:disabled, QPlainTextEdit:disabled { background: @sunken; color: @soft; border: 1px dashed @line; }
QLineEdit[readOnly="true"], QPlainTextEdit[readOnly="true"] { background: @sunken; }
QComboBox::drop-down { border: 0; width: 28px; }
QComboBox::down-arrow { image: url("@down_arrow"); width: @icon_size; height: @icon_size; }
QComboBox QAbstractItemView { background: @surface; color: @text; border: 1px solid @control; padding: 4px;
  selection-background-color: @selection; selection-color: @on_selection; }
QAbstractSpinBox::up-button, QAbstractSpinBox::down-button { width: 0; border: 0; }

QTabBar { background: transparent; }
QTabBar::tab { background: transparent; color: @soft; border: 2px solid transparent; padding: 6px; margin-right: 8px; }
QTabBar::tab:hover { color: @text; }
QTabBar::tab:selected { color: @text; border-bottom-color: @accent; font-weight: 600; }
QTabBar::tab:selected:focus { border: 2px solid @accent; border-radius: 4px; }
QTabBar::scroller { width: 48px; }
QTabBar QToolButton { background: @surface; border: 1px solid @control; border-radius: 4px; }

QTableView { background: @surface; color: @text; border: 1px solid @line; border-radius: 8px; }
QTableView[role="popup"] { border-color: @control; }
QTableView[flat="true"] { border: 0; border-radius: 0; background: transparent; }
QHeaderView, QHeaderView::section { background: transparent; color: @soft; border: 0; font-weight: 400; }
QHeaderView::section { border-bottom: 1px solid @line; padding: 0 8px; }
QHeaderView::section:hover { color: @text; }
QTableView[flat="true"] QHeaderView::section:first { padding-left: 0; }

QScrollBar:vertical { background: transparent; width: 10px; margin: 0; }
QScrollBar:horizontal { background: transparent; height: 10px; margin: 0; }
QScrollBar::handle { background: @control; border-radius: 2px; margin: 3px; min-height: 32px; min-width: 32px; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }

QCheckBox::indicator, QRadioButton::indicator { width: @mark_size; height: @mark_size; border: 1px solid @control;
  border-radius: 3px; background: @surface; }
QRadioButton::indicator { border-radius: @mark_half; }
QCheckBox::indicator:checked { background: @accent; border-color: @accent; image: url("@tick"); }
QRadioButton::indicator:checked { border-color: @accent; background: qradialgradient(cx: 0.5, cy: 0.5, radius: 0.5,
  fx: 0.5, fy: 0.5, stop: 0 @accent, stop: 0.55 @accent, stop: 0.62 @surface, stop: 1 @surface); }
QCheckBox, QRadioButton { border: 2px solid transparent; border-radius: 4px; padding: 2px 4px 2px 0; spacing: 8px; }
QCheckBox:focus, QRadioButton:focus { border-color: @accent; }
QCheckBox:disabled, QRadioButton:disabled { color: @soft; }

QProgressBar { background: @surface; border: 1px solid @control; border-radius: 4px; min-height: 6px; max-height: 6px; }
QProgressBar:focus { border: 2px solid @accent; }
QProgressBar::chunk { background: @accent; border-radius: 3px; }
QMenu { background: @surface; color: @text; border: 1px solid @control; padding: 4px; }
QMenu::item { padding: 6px 24px 6px 12px; border-radius: 4px; }
QMenu::item:selected { background: @selection; color: @on_selection; }
QMenu::item:disabled { color: @soft; }
QMenu::separator { height: 1px; background: @line; margin: 4px 8px; }
QMenu::indicator { width: @icon_size; height: @icon_size; }
QMenu::indicator:checked { image: url("@menu_tick"); }
QDialog { background: @surface; }
QToolTip { background: @surface; color: @text; border: 1px solid @control; padding: 4px 8px; }
"""


def sheet(t: Tokens, icons: Path, icon_size: int) -> str:
    """The style sheet of one theme; `icons` is the folder of the marks, `icon_size` their size in pixels."""
    strength = 1.0 if t.is_hard else 0.28
    tick = "white" if is_light(t.on_accent) else "black"
    mark = icon_size - 2
    values = {
        **t._asdict(),
        "attention_edge": blend(t.attention, t.attention_fill, strength),
        "danger_edge": blend(t.danger, t.danger_fill, strength),
        "tick": (icons / f"tick-{tick}.svg").as_posix(),
        "menu_tick": (icons / f"tick-{'black' if is_light(t.surface) else 'white'}.svg").as_posix(),
        "down_arrow": (icons / f"down-{'dark' if is_light(t.surface) else 'light'}.svg").as_posix(),
        "icon_size": f"{icon_size}px",
        "mark_size": f"{mark}px",
        "mark_half": f"{mark // 2 + 1}px",
    }
    text = SHEET
    for name in sorted(values, key=len, reverse=True):  # longest first: @on_accent holds no @accent, @control_x would
        text = text.replace("@" + name, values[name])
    return text
