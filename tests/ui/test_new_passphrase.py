# SPDX-License-Identifier: Apache-2.0
"""Choosing a passphrase: the rules are ticked off as one types; and changing one's own, refused beside the right field."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel

from reviewer_app.errors import WrongPassphrase
from reviewer_app.policy import Policy, practice_policy
from reviewer_app.services import confirming, people, vaults
from reviewer_app.ui.dialogs.passphrase import PassphraseDialog
from reviewer_app.ui.new_passphrase import NewPassphrase
from reviewer_app.ui.shell import Shell
from tests.desks import PASSPHRASE, PERSON, cheap_passphrases, make_desk
from tests.ui.offices import WRONG
from tests.ui.places import press

REAL = Policy(organisation="Office", floor="SECRET", ceiling="SECRET")
OWN, NEXT = "Heron-weir 7 lantern!", "Quartz+otter 93 bridge"


@pytest.fixture(autouse=True)
def cheap():
    with cheap_passphrases():
        yield


def new_desk(folder, real):
    policy = REAL.model_copy(update={"passphrase_least_days": 1}) if real else practice_policy()
    return make_desk(folder, policy, passphrase=OWN if real else PASSPHRASE)


@pytest.fixture(params=[False, True], ids=["practice", "real"])
def real(request):
    return request.param


@pytest.fixture
def desk(tmp_path, real):
    made = new_desk(tmp_path, real)
    yield made
    vaults.leave(made)


@pytest.fixture
def dialog(shell: Shell, desk, tasks, qtbot):
    made = PassphraseDialog(shell, desk, tasks)
    made.show()
    made.activateWindow()
    qtbot.waitUntil(made.isActiveWindow)
    yield made
    made.done(0)


def rules(new: NewPassphrase) -> dict[str, bool]:
    """The rules that are shown, by their words, and whether each is met."""
    found = [each for each in new.rules.findChildren(QLabel) if each.text()]
    told = {each.text(): each.accessibleName().startswith("Met: ") for each in found}
    assert all(each.accessibleName().split(": ", 1)[1] == each.text() for each in found)
    return told


def typed(new: NewPassphrase, text: str, qtbot) -> dict[str, bool]:
    """The rules once somebody has typed and paused."""
    new.first.line.setText(text)
    qtbot.waitUntil(lambda: not new._wait.isActive())
    return rules(new)


# --- the rules -------------------------------------------------------------------------------------------------------


def test_before_anything_is_typed_every_rule_of_the_office_is_told(dialog, real):
    shown = rules(dialog.new)
    assert not any(shown.values()) and "0 of at least 15 characters" in shown
    assert len(shown) == (6 if real else 1)


@pytest.mark.parametrize("real", [True], indirect=True)
def test_rules_are_ticked_off_as_one_types_and_untick_again(dialog, qtbot):
    some = typed(dialog.new, "Heron", qtbot)
    assert {words for words, met in some.items() if met} == {"A capital letter", "A small letter"}
    assert "5 of at least 15 characters" in some
    assert all(typed(dialog.new, NEXT, qtbot).values())
    assert "No digit yet" in typed(dialog.new, "Quartz+otter bridge weir", qtbot)


@pytest.mark.parametrize("real", [False], indirect=True)
def test_what_can_only_be_wrong_is_told_when_it_is(dialog, qtbot):
    assert "Holds a name of yours or of the vault" in typed(dialog.new, f"{PERSON} walks the weir", qtbot)
    dialog.present.line.setText(PASSPHRASE)
    assert "1 of at least 8 characters changed" in typed(dialog.new, f"{PASSPHRASE}!", qtbot)
    assert "Holds a character that cannot be seen or typed" in typed(dialog.new, "a long pass\u202ephrase here", qtbot)
    assert rules(dialog.new) != typed(dialog.new, "quartz otter bridge weir", qtbot)


@pytest.mark.parametrize("real", [False], indirect=True)
def test_the_present_one_typed_later_is_compared_with_too(dialog, qtbot):
    typed(dialog.new, f"{PASSPHRASE}!", qtbot)
    assert all(rules(dialog.new).values())
    dialog.present.line.setText(PASSPHRASE)
    qtbot.waitUntil(lambda: not all(rules(dialog.new).values()))


def test_a_passphrase_can_be_seen_and_pasted(dialog, qapp):
    qapp.clipboard().setText(NEXT)
    dialog.new.first.line.setFocus()
    QTest.keyClick(dialog.new.first.line, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert dialog.new.text() == NEXT
    press(dialog, "Show: New passphrase")
    assert dialog.new.first.line.displayText() == NEXT
    dialog.new.hide_text()
    assert dialog.new.first.line.displayText() != NEXT
    qapp.clipboard().clear()


# --- changing one's own ----------------------------------------------------------------------------------------------


def fill(dialog, present, new, again=None):
    dialog.present.line.setText(present)
    dialog.new.first.line.setText(new)
    dialog.new.second.line.setText(new if again is None else again)


def opens(desk, passphrase):
    try:
        confirming.confirm(desk, desk.person.id, passphrase)
    except WrongPassphrase:
        return False
    return True


@pytest.mark.parametrize("real", [False], indirect=True)
def test_it_is_changed_once_and_the_earlier_one_opens_nothing(dialog, desk, problems):
    assert problems(dialog) == [] and not dialog.go.isEnabled()
    fill(dialog, PASSPHRASE, NEXT)
    press(dialog, "Change passphrase")
    assert dialog.changed and not dialog.isVisible()
    assert opens(desk, NEXT) and not opens(desk, PASSPHRASE)
    assert (dialog.present.text(), dialog.new.text(), dialog.new.second.text()) == ("", "", "")
    assert people.PASSPHRASE_CHANGED in [entry.verb for entry in desk.vault.entries()]


@pytest.mark.parametrize("real", [False], indirect=True)
@pytest.mark.parametrize(
    ("present", "new", "again", "where", "said"),
    [
        (WRONG, NEXT, NEXT, "present", "V-106"),
        (PASSPHRASE, NEXT, "something else here", "again", "not the same passphrase"),
        (PASSPHRASE, "short", "short", "new", "5 of at least 15 characters"),
        (PASSPHRASE, PERSON, PERSON, "new", "The rules below are not all met yet."),
        (PASSPHRASE, f"{PASSPHRASE}!", f"{PASSPHRASE}!", "new", "1 of at least 8 characters changed"),
    ],
)
def test_what_is_wrong_is_told_beside_its_field(dialog, desk, present, new, again, where, said):
    fill(dialog, present, new, again)
    dialog.accept()
    entries = {
        "present": dialog.present_entry,
        "new": dialog.new.first_entry,
        "again": dialog.new.second_entry,
    }
    assert {name for name, each in entries.items() if each.error.text()} == {where}
    assert said in entries[where].error.text() and entries[where].widget.line.hasFocus()
    assert not dialog.changed and opens(desk, PASSPHRASE)


@pytest.mark.parametrize("real", [False], indirect=True)
def test_one_used_before_is_refused(dialog, desk):
    people.change_passphrase(desk, PASSPHRASE, NEXT)
    fill(dialog, NEXT, PASSPHRASE)
    dialog.accept()
    assert "V-129" in dialog.new.first_entry.error.text() and not dialog.changed


@pytest.mark.parametrize("real", [True], indirect=True)
def test_one_that_is_too_young_is_told_so(dialog, desk):
    fill(dialog, OWN, NEXT)
    dialog.accept()
    assert "younger than a day" in dialog.new.first_entry.error.text() and opens(desk, OWN)


@pytest.mark.parametrize("real", [False], indirect=True)
def test_guessing_the_present_one_locks_the_vault(dialog, shell, qtbot):
    with qtbot.waitSignal(shell.lock_asked):
        for _ in range(3):
            fill(dialog, WRONG, NEXT)
            dialog.accept()
    assert not dialog.isVisible() and dialog.new.text() == ""
