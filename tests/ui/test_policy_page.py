# SPDX-License-Identifier: Apache-2.0
"""Policy: read by everybody beside its rules, changed by an officer group by group, bounds refused beside their field."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QCheckBox, QComboBox, QLabel, QPlainTextEdit, QScrollArea

from reviewer_app.policy import Policy
from reviewer_app.services import policies, vaults
from reviewer_app.services.door import look
from reviewer_app.services.policies import ITEMS
from reviewer_app.ui.dialogs.policy import PolicyDialog
from tests.desks import cheap_passphrases, make_desk
from tests.factories import make_case
from tests.ui.offices import REVIEWER, SUPERVISOR, cancel, confirm, desk_as, in_turn, window
from tests.ui.places import press, says

REAL = Policy(organisation="Office", floor="SECRET", ceiling="SECRET")
OWN = "Heron-weir 7 lantern!"


@pytest.fixture(autouse=True)
def cheap():
    with cheap_passphrases():
        yield


@pytest.fixture
def desk(tmp_path):
    made = make_desk(tmp_path)
    yield made
    vaults.leave(made)


@pytest.fixture
def place(qtbot, desk, appearance, tasks):
    with window(qtbot, desk, appearance, tasks) as made:
        made.show_administration("policy")
        yield made


@pytest.fixture
def page(place):
    return place.administration.policy


def put(entry, value):
    if isinstance(entry, QCheckBox):
        entry.setChecked(value)
    elif isinstance(entry, QComboBox):
        entry.setCurrentText(str(value))
    elif isinstance(entry, QPlainTextEdit):
        entry.setPlainText(value)
    else:
        entry.setText(str(value))


def changing(**values):
    def act(dialog):
        assert isinstance(dialog, PolicyDialog)
        for name, value in values.items():
            put(dialog.entries[name], value)
        press(dialog, "Go on")

    return act


CHANGES = [
    ("Session", {"idle_minutes": 5, "officer_idle_minutes": 4}),
    ("Sign-in", {"attempts": 2, "lock_minutes": 30, "keyring": True, "notice": "Another notice.\nWith two lines."}),
    ("Passphrases", {"passphrase_length": 20, "passphrase_classes": True, "one_time_hours": 24}),
    ("Access window", {"access_days": 20, "first_day": 1, "to_end_of_day": True, "alert_hours": "48 12"}),
    ("Office", {"organisation": "Office of Trials", "office_prefix": "T-", "cui_profile": "DOD"}),
]


def test_every_setting_is_shown_in_words_beside_its_rule(page, desk, problems):
    assert problems(page.window()) == []
    for item in ITEMS.values():
        assert says(page, item.told) and says(page, item.said(getattr(desk.policy, item.name)))
        assert says(page, item.note)
    assert says(page, "never by itself") and says(page, "off, in a practice vault")


@pytest.mark.parametrize(("group", "values"), CHANGES, ids=[group for group, _ in CHANGES])
def test_a_group_is_changed_once_an_officer_has_read_and_confirmed_it(page, desk, group, values):
    before = desk.policy

    def read(dialog):
        for name, value in values.items():
            item = ITEMS[name]
            changed = f"{item.said(value)}, until now {item.said(getattr(before, name))}"
            told = "new text" if name == "notice" else changed
            assert f"{ITEMS[name].told}: {told}" in dialog_text(dialog)
        confirm("Change")(dialog)

    in_turn(lambda: press(page, f"Change {group.lower()}"), changing(**values), read)
    assert {name: getattr(desk.policy, name) for name in values} == values
    assert desk.vault.entries()[0].verb == policies.CHANGED
    for name, value in values.items():
        assert says(page, ITEMS[name].said(value))


def dialog_text(dialog):
    return "\n".join(each.accessibleName() or each.text() for each in dialog.findChildren(QLabel))


def test_what_is_needed_before_unlock_is_there_too(page, desk):
    in_turn(lambda: press(page, "Change sign-in"), changing(notice="Another notice.", attempts=2), confirm("Change"))
    door = look(desk.vault.folder)
    assert door.policy.notice == "Another notice." and door.policy.attempts == 2


def test_nothing_different_asks_for_nothing(page, desk):
    before = len(desk.vault.entries())
    in_turn(lambda: press(page, "Change session"), changing())
    assert len(desk.vault.entries()) == before


def test_what_is_not_confirmed_is_not_changed(page, desk):
    in_turn(lambda: press(page, "Change session"), changing(idle_minutes=5), cancel)
    assert desk.policy.idle_minutes == 15 and says(page, "15")


REFUSED = [
    ("Session", "idle_minutes", "16", "1 to 15"),
    ("Session", "idle_minutes", "0", "1 to 15"),
    ("Session", "idle_minutes", "ten", "Write a whole number"),
    ("Session", "officer_idle_minutes", "11", "1 to 10"),
    ("Sign-in", "attempts", "4", "1 to 3"),
    ("Sign-in", "attempt_minutes", "14", "15 to 1440"),
    ("Sign-in", "lock_minutes", "-1", "0 to 1440"),
    ("Sign-in", "dormant_days", "36", "1 to 35"),
    ("Sign-in", "notice", "  ", "This is missing"),
    ("Passphrases", "passphrase_length", "14", "15 to 128"),
    ("Passphrases", "passphrase_strength", "5", "3 or 4"),
    ("Passphrases", "passphrase_strength", "1", "3 or 4"),
    ("Passphrases", "passphrase_changed", "7", "8 to 128"),
    ("Passphrases", "passphrase_most_days", "61", "1 to 60"),
    ("Passphrases", "one_time_hours", "73", "1 to 72"),
    ("Access window", "access_days", "31", "1 to 30"),
    ("Access window", "alert_hours", "soon", "Write whole hours"),
    ("Access window", "alert_hours", "24 0", "This is missing"),
    ("Office", "organisation", "", "This is missing"),
    ("Office", "office_prefix", "lower", "capitals, digits and dashes"),
]


@pytest.mark.parametrize(("group", "name", "value", "said"), REFUSED)
def test_what_the_rule_does_not_allow_is_refused_beside_its_field(page, desk, group, name, value, said):
    def refused(dialog):
        put(dialog.entries[name], value)
        press(dialog, "Go on")
        entry = dialog.form.fields[ITEMS[name].told]
        told = {each: field.error.text() for each, field in dialog.form.fields.items() if field.error.text()}
        assert list(told) == [ITEMS[name].told] and said in told[ITEMS[name].told]
        assert entry.widget.hasFocus() and "_" not in told[ITEMS[name].told]
        put(dialog.entries[name], getattr(desk.policy, name))
        cancel(dialog)

    before = desk.policy
    in_turn(lambda: press(page, f"Change {group.lower()}"), refused)
    assert desk.policy == before


@pytest.mark.parametrize(
    ("values", "field", "said"),
    [
        (
            {"passphrase_classes": False},
            "",
            "Four kinds of characters are needed: only a practice vault does without them.",
        ),
        ({"passphrase_strength": "0"}, "passphrase_strength", "3 or 4"),
        ({"passphrase_least_days": "30", "passphrase_most_days": "20"}, "passphrase_least_days", "has to be less than"),
        ({"passphrase_least_days": "0"}, "passphrase_least_days", "1 to 30"),
        ({"passphrase_most_days": "0"}, "passphrase_most_days", "1 to 60"),
    ],
)
def test_a_real_vault_takes_no_less_than_the_rules(shell, tmp_path, values, field, said):
    desk = make_desk(tmp_path, REAL, passphrase=OWN)
    dialog = PolicyDialog(shell, desk, "Passphrases")
    for name, value in values.items():
        put(dialog.entries[name], value)
    dialog.accept()
    found = dialog.form.fields[ITEMS[field].told].error.text() if field else dialog.form.general.text()
    assert said in found and not dialog.made
    vaults.leave(desk)


def test_a_dormant_limit_belongs_to_a_real_vault(shell, tmp_path):
    desk = make_desk(tmp_path, REAL, passphrase=OWN)
    dialog = PolicyDialog(shell, desk, "Sign-in")
    put(dialog.entries["dormant_days"], "0")
    dialog.accept()
    assert "only a practice vault" in dialog.form.fields[ITEMS["dormant_days"].told].error.text().lower()
    vaults.leave(desk)


def test_the_docket_and_the_case_count_by_the_policy_in_force(place, page, desk):
    case = make_case(desk).id
    place.open_case(case)
    place.show_administration("policy")
    in_turn(lambda: press(page, "Change access window"), changing(first_day=1), confirm("Change"))
    place.show_docket()
    assert says(place.docket, "day of access is day 1")
    place.open_case(case)
    assert says(place.case, "day of access is day 1")


@pytest.mark.parametrize("name", [REVIEWER, SUPERVISOR])
def test_others_read_it_and_are_offered_no_change(qtbot, tmp_path, appearance, tasks, problems, name):
    desk, _ = desk_as(tmp_path, name)
    with window(qtbot, desk, appearance, tasks) as place:
        place.show_administration("policy")
        page = place.administration.policy
        assert problems(place.shell) == []
        assert [each for each in page.findChildren(QAbstractButton) if each.isVisibleTo(page)] == []
        assert says(page, "An officer changes it.")
        view = page.findChild(QScrollArea)
        assert view.hasFocus()  # keys scroll what has nothing to press
        QTest.keyClick(view, Qt.Key.Key_PageDown)
        assert view.verticalScrollBar().value() > 0
    vaults.leave(desk)


@pytest.mark.parametrize("percent", [100, 200])
def test_no_setting_is_cut_in_a_small_window(place, page, appearance, problems, percent):
    place.shell.resize(1024, 700)
    appearance.choose_size(percent)
    assert problems(place.shell) == []
    view = page.findChild(QScrollArea)
    assert view.widget().width() <= view.viewport().width()
    appearance.choose_size(100)
