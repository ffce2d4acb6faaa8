# SPDX-License-Identifier: Apache-2.0
"""Between the door and the workplace: a new vault's keys, the recovery key at the door, a passphrase that is due."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from reviewer_app.domain.people import Role
from reviewer_app.errors import DiskFailed, NoSpace, RotationStopped
from reviewer_app.policy import Policy
from reviewer_app.services import keys, people, vaults
from reviewer_app.services.door import look
from reviewer_app.ui.changing_keys import ChangingKeys
from reviewer_app.ui.dialog import Question
from reviewer_app.ui.new_vault import NewVault
from reviewer_app.ui.one_time import OneTimePassphrase
from reviewer_app.ui.own_passphrase import OwnPassphrase
from reviewer_app.ui.recovering import Recover
from reviewer_app.ui.recovery_key import RecoveryKey
from reviewer_app.ui.tasks import TaskRunner
from reviewer_app.ui.unlock import READ_FIRST, Unlock
from reviewer_app.vault import recovery
from tests.desks import COLLEAGUES_PASSPHRASE, PASSPHRASE, PERSON, add_colleague, leave_for, make_desk
from tests.ui.entering import (
    OTHER,
    STRONG,
    alerts,
    banner,
    choose,
    fill_in,
    focused,
    keep_key,
    key,
    shown_key,
    sign_in,
    type_key,
)
from tests.ui.places import during, press, says
from tests.ui.running import nobody_holds

SECOND = "S. Officer"


@pytest.fixture(autouse=True)
def _quick(home):
    """Every test here opens a vault or makes one."""


def come(folder, person, passphrase):
    return vaults.unlock(look(folder), person, passphrase, warm=False)


def remarks_of(folder, person, passphrase=PASSPHRASE):
    desk = come(folder, person, passphrase)
    vaults.leave(desk)
    return " ".join(desk.remarks)


# --- a new vault ---------------------------------------------------------------------------------------------------


@pytest.fixture
def form(enter):
    """The form, filled in as it can be taken."""
    entrance = enter()
    press(entrance, "Make a new vault")
    fill_in(entrance.page)
    entrance.page.entrance = entrance
    return entrance.page


def test_a_first_vault_with_a_second_officer_is_made_by_keyboard_alone(enter, home):
    """From the welcome of a first start, when there is no data folder yet, to the open vault."""
    entrance = enter()
    key(entrance, Qt.Key.Key_Return)
    form = entrance.page
    assert focused(entrance) is form.name
    key(entrance, Qt.Key.Key_Return)
    assert focused(entrance) is form.organisation
    key(entrance, Qt.Key.Key_Return, Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Return, PERSON, Qt.Key.Key_Return)
    key(entrance, STRONG, Qt.Key.Key_Return, STRONG, Qt.Key.Key_Return)
    assert focused(entrance) is form.colleague
    key(entrance, SECOND, Qt.Key.Key_Return)
    page = entrance.page
    assert isinstance(page, RecoveryKey) and banner(entrance) == "CUI"
    assert form.new.text() == form.new.second.text() == ""
    text = shown_key(page)
    assert len(text) == 71 and focused(entrance) is page.written
    key(entrance, Qt.Key.Key_Return)
    assert not any(group.isVisible() for group in page.groups) and focused(entrance) is page.typed.lines[0]
    for letter in text.lower():
        key(entrance, letter)
    key(entrance, Qt.Key.Key_Return)
    handed = entrance.page
    assert isinstance(handed, OneTimePassphrase) and says(handed, f"One-time passphrase for {SECOND}")
    passphrase = handed.line.text()
    assert shown_key(page) == "-" * 7 and page.typed.text() == "" and len(passphrase) == 24
    key(entrance, Qt.Key.Key_Return)
    (desk,) = entrance.desks
    assert (desk.person.name, desk.policy.floor) == (PERSON, "CUI") and desk.vault.folder == home / "Reviews.vault"
    assert handed.line.text() == "" and entrance.arrival is None
    assert page.card.accessibleDescription() == handed.card.accessibleDescription() == ""
    roster = {each.name: each for each in people.roster(desk)}
    assert roster[SECOND].roles == (Role.OFFICER,) and roster[SECOND].one_time
    me, second = desk.person.id, roster[SECOND].id
    vaults.leave(entrance.desks.pop())
    assert "never typed back" not in remarks_of(home / "Reviews.vault", me, STRONG)
    there = come(home / "Reviews.vault", second, passphrase)
    assert there.must_change
    vaults.leave(there)


def test_nobody_needs_a_colleague_at_once_and_the_form_says_what_that_costs(form, home):
    assert says(form, "At least two officers") and says(form, "without both the vault is lost")
    form.act()
    keep_key(form.entrance.page)
    (desk,) = form.entrance.desks
    assert [each.name for each in people.roster(desk)] == [PERSON]
    assert any("only officer who can act" in advice for advice in people.advice(desk))


def test_the_rules_of_the_office_are_ticked_off_while_one_types(form):
    form.new.first.line.setText("seven grey herons")
    form.new.show_rules()
    assert says(form, "Long enough") and says(form, "No digit yet")
    form.new.first.line.setText(STRONG)
    form.new.show_rules()
    assert says(form, "A digit") and says(form, "Hard to guess")


def test_a_practice_vault_asks_for_its_length_alone_and_says_practice_from_the_form_on(enter):
    entrance = enter()
    press(entrance, "Practise first")
    assert banner(entrance).startswith("PRACTICE")
    fill_in(entrance.page, first=PASSPHRASE, second=PASSPHRASE)
    assert not entrance.page.organisation.isVisible() and says(entrance.page, "characters")
    assert not says(entrance.page, "capital")
    entrance.page.act()
    assert banner(entrance).startswith("PRACTICE")
    keep_key(entrance.page)
    assert entrance.desks[0].policy.practice


# --- the recovery key, shown and typed back --------------------------------------------------------------------------


@pytest.fixture
def page(form):
    form.act()
    form.entrance.page.entrance = form.entrance
    return form.entrance.page


def test_the_key_is_spelled_to_a_screen_reader(page):
    first = shown_key(page)[:8]
    assert page.card.focusPolicy() & Qt.FocusPolicy.TabFocus and page.card.accessibleName() == "Recovery key"
    assert page.card.accessibleDescription().startswith(f"group 1: {' '.join(first)}; group 2: ")


def test_a_mistyped_group_is_named_led_to_and_typed_again(page):
    text = shown_key(page)
    press(page, "I have written it down")
    wrong = text.split("-")
    wrong[2] = ("X" if wrong[2][0] != "X" else "Y") + wrong[2][1:]
    type_key(page.typed, "".join(wrong))
    page.go.click()
    third = page.typed.lines[2]
    assert says(page, "Group 3 of the recovery key is mistyped") and says(page, "(Code V-108)")
    assert page.window().focusWidget() is third and third.selectedText() == wrong[2]
    assert [line.property("wrong") or False for line in page.typed.lines] == [at == 2 for at in range(8)]
    assert "Group 3" in third.accessibleDescription() and page.entrance.desks == []
    key(page.entrance, text.split("-")[2], Qt.Key.Key_Return)
    assert len(page.entrance.desks) == 1


def test_another_key_is_not_taken_for_the_one_that_was_shown(page):
    page.written.click()
    type_key(page.typed, recovery.to_text(bytes(32)))
    page.go.click()
    assert says(page, "(Code V-107)") and page.entrance.desks == []


def test_the_way_back_shows_the_key_again_and_keeps_what_was_typed(page):
    text = shown_key(page)
    page.written.click()
    type_key(page.typed, text[:12])
    press(page, "Show it again")
    assert all(group.isVisible() for group in page.groups) and page.window().focusWidget() is page.written
    page.written.click()
    assert page.typed.text() == text[:12]


def test_enter_leads_to_the_group_that_is_empty(page):
    page.written.click()
    type_key(page.typed, shown_key(page)[:8])
    key(page.entrance, Qt.Key.Key_Return)
    assert focused(page.entrance) is page.typed.lines[1] and not page.entry.error.isVisible()


@pytest.mark.parametrize(("joint", "start"), [("-", 0), (" ", 0), ("", 0), ("\n", 3)])
def test_a_whole_key_can_be_pasted_in_any_form(page, joint, start):
    text = shown_key(page)
    page.written.click()
    page.typed.lines[start].setFocus()
    QApplication.clipboard().setText(joint.join(text.split("-")).lower())
    if start:  # what does not fit there is not lost: it is told
        page.typed.lines[start].paste()
        page.go.click()
        assert page.entrance.desks == []
        for line in page.typed.lines:
            line.setText("")
        page.typed.lines[0].setFocus()
    page.typed.lines[0].paste()
    QApplication.clipboard().clear()
    assert page.typed.text() == text
    page.go.click()
    assert len(page.entrance.desks) == 1


def test_typing_flows_from_group_to_group_and_back(page):
    page.written.click()
    lines = page.typed.lines
    key(page.entrance, "abcdefgh")
    assert lines[0].text() == "ABCDEFGH" and focused(page.entrance) is lines[0]
    key(page.entrance, "-")
    assert focused(page.entrance) is lines[1] and lines[0].text() == "ABCDEFGH"
    key(page.entrance, "1", Qt.Key.Key_Backspace, Qt.Key.Key_Backspace)
    assert focused(page.entrance) is lines[0] and lines[0].text() == "ABCDEFGH"
    key(page.entrance, Qt.Key.Key_Backspace, "hj")
    assert [line.text() for line in lines[:2]] == ["ABCDEFGH", "J"] and focused(page.entrance) is lines[1]
    lines[0].setCursorPosition(2)
    lines[0].setFocus()
    key(page.entrance, "x")
    assert [line.text() for line in lines[:2]] == ["ABXCDEFGH", "J"]  # one letter too many pushes no group away


def test_a_recovery_key_that_nobody_kept_is_asked_for_and_told_at_the_next_sign_in(page, home):
    entrance, shown = page.entrance, shown_key(page)
    during(entrance.close, lambda question: press(question, "Back to the key"))
    assert entrance.isVisible() and shown_key(entrance.page) == shown
    during(entrance.close, lambda question: press(question, "Close without it"))
    folder = home / "Reviews.vault"
    assert not entrance.isVisible() and nobody_holds(folder) and entrance.desks == []
    assert "never typed back" in remarks_of(folder, look(folder).people[0].id, STRONG)


def test_a_one_time_passphrase_that_is_not_handed_over_is_asked_for(form):
    fill_in(form, colleague=SECOND)
    form.act()
    keep_key(form.entrance.page)
    entrance = form.entrance
    during(entrance.close, lambda question: press(question, "Back to it"))
    assert isinstance(entrance.page, OneTimePassphrase) and entrance.isVisible()


def test_a_name_that_the_vault_does_not_take_is_told_beside_its_own_field(form):
    fill_in(form, colleague="S.\u200bOfficer")
    form.act()
    assert isinstance(form.entrance.page, NewVault)
    assert form.fields["colleague"].error.text().endswith("(Code F-800)")
    assert focused(form.entrance) is form.colleague and not form.fields["person"].error.isVisible()


# --- the door ------------------------------------------------------------------------------------------------------


@pytest.fixture
def two(home):
    """A vault with two officers and a reviewer; its folder, their ids by name, and its recovery key."""
    home.mkdir(parents=True)
    desk = make_desk(home)
    ids = {PERSON: desk.person.id}
    for name, role in ((SECOND, Role.OFFICER), ("N. Reviewer", Role.REVIEWER)):
        ids[name] = add_colleague(desk, name, (role,))
    plan = keys.plan(desk, leave_for(desk, keys.CHANGED), replace_recovery=True)
    desk = keys.change(desk, plan, typed=plan.recovery_key)
    vaults.leave(desk)
    return desk.vault.folder, ids, plan.recovery_key


def test_tries_are_counted_down_until_the_lock_and_told_beside_the_passphrase(enter, two):
    entrance = enter()
    told = entrance.page.typed.error
    for words in (
        "2 more tries are left before a lock. (Code V-106)",
        "One more try is left before a lock. (Code V-106)",
    ):
        sign_in(entrance, "not the passphrase", PERSON)
        assert told.isVisible() and told.text().endswith(words)
    sign_in(entrance, "not the passphrase", PERSON)
    assert (
        told.text().endswith("(Code V-124)")
        and "The lock ends when an officer or the recovery key ends it" in told.text()
    )
    assert alerts(entrance) == []
    entrance.page.people.setCurrentIndex(1)
    assert not told.isVisible()
    sign_in(entrance, COLLEAGUES_PASSPHRASE, SECOND)
    assert entrance.desks[0].person.name == SECOND


def test_a_disabled_slot_is_told_beside_the_passphrase(enter, two):
    folder, ids, _ = two
    entrance = enter()
    desk = come(folder, ids[PERSON], PASSPHRASE)
    people.set_active(desk, ids["N. Reviewer"], False, leave_for(desk, people.OFF, about=ids["N. Reviewer"]))
    vaults.leave(desk)
    sign_in(entrance, COLLEAGUES_PASSPHRASE, "N. Reviewer")
    assert "(Code V-118)" in entrance.page.typed.error.text() and alerts(entrance) == []


# --- the recovery key at the door --------------------------------------------------------------------------------------


def open_recovery(entrance, read=True):
    entrance.page.notice.setChecked(read)
    press(entrance, "Use the recovery key")
    return entrance.page


def recover(entrance, text, person=PERSON, passphrase=OTHER):
    page = open_recovery(entrance)
    page.people.setCurrentIndex([each.name for each in page.officers].index(person))
    type_key(page.key, text)
    choose(page.new, passphrase)
    page.act()


def test_an_officer_comes_back_by_the_recovery_key_and_the_vault_has_new_keys(enter, two, problems):
    folder, ids, text = two
    entrance = enter()
    for _ in range(3):
        sign_in(entrance, "not the passphrase", PERSON)
    page = open_recovery(entrance)
    assert [each.name for each in page.officers] == [PERSON, SECOND] and problems(entrance) == []
    type_key(page.key, text.lower())
    choose(page.new)
    page.act()
    shown = entrance.page
    assert isinstance(shown, RecoveryKey) and says(shown, "This is its successor")
    assert page.key.text() == page.new.text() == "" and problems(entrance) == []
    fresh = keep_key(shown)
    (desk,) = entrance.desks
    assert fresh != text and "The vault's keys were changed." in desk.remarks
    assert not keys.is_due(desk) and not any("spent" in told for told in desk.remarks)
    vaults.leave(entrance.desks.pop())
    for person, passphrase in ((PERSON, OTHER), (SECOND, COLLEAGUES_PASSPHRASE)):
        vaults.leave(come(folder, ids[person], passphrase))
    vaults.leave(vaults.recover(look(folder), fresh, ids[PERSON], STRONG, warm=False))


def test_the_recovery_key_is_used_by_keyboard_alone(enter, two):
    _, _, text = two
    entrance = enter()
    page = open_recovery(entrance, read=False)
    assert focused(entrance) is page.notice
    key(entrance, Qt.Key.Key_Return)
    assert focused(entrance) is page.people
    key(entrance, Qt.Key.Key_Return)
    assert focused(entrance) is page.key.lines[0]
    for letter in text:
        key(entrance, letter)
    key(entrance, Qt.Key.Key_Return, OTHER, Qt.Key.Key_Return, OTHER, Qt.Key.Key_Return)
    assert says(page, READ_FIRST) and focused(entrance) is page.notice and entrance.page is page
    key(entrance, Qt.Key.Key_Space)
    page.new.second.setFocus()
    key(entrance, Qt.Key.Key_Return)
    assert isinstance(entrance.page, RecoveryKey)


WRONG = {
    "mistyped": (lambda text: ("X" if text[0] != "X" else "Y") + text[1:], OTHER, "entry", "Group 1"),
    "of another vault": (lambda _text: recovery.to_text(bytes(32)), OTHER, "entry", "(Code V-107)"),
    "short passphrase": (lambda text: text, "short", "new", "5 of at least 15 characters"),
    "holds a name": (lambda text: text, "practice of ibarra here", "new", "Holds a name of yours"),
}


@pytest.mark.parametrize(("key_of", "passphrase", "beside", "words"), WRONG.values(), ids=WRONG)
def test_what_the_recovery_page_cannot_take_is_told_beside_its_field(enter, two, key_of, passphrase, beside, words):
    folder, ids, text = two
    entrance = enter()
    recover(entrance, key_of(text), passphrase=passphrase)
    page = entrance.page
    told = page.entry.error if beside == "entry" else page.new.first_entry.error
    assert isinstance(page, Recover) and told.isVisible() and words in told.text() and page.go.isEnabled()
    assert entrance.desks == [] and alerts(entrance) == []
    vaults.leave(come(folder, ids[PERSON], PASSPHRASE))


def test_a_stricter_rule_of_the_office_is_told_by_the_vault(enter, home):
    home.mkdir(parents=True)
    desk = make_desk(home, Policy(passphrase_length=40), passphrase=f"{STRONG} and a long walk home")
    plan = keys.plan(desk, leave_for(desk, keys.CHANGED), replace_recovery=True)
    vaults.leave(keys.change(desk, plan, typed=plan.recovery_key))
    entrance = enter()
    recover(entrance, plan.recovery_key)
    told = entrance.page.new.first_entry.error.text()
    assert "of at least 40 characters" in told and told.endswith("(Code V-119)")


def test_the_way_back_leads_to_the_passphrase(enter, two):
    entrance = enter()
    page = open_recovery(entrance)
    choose(page.new)
    press(page, "Back")
    assert isinstance(entrance.page, Unlock) and page.new.text() == ""


def test_who_closes_before_the_new_key_is_typed_back_is_told_what_is_due(enter, two):
    folder, ids, text = two
    entrance = enter()
    recover(entrance, text)
    during(entrance.close, lambda question: press(question, "Back to the key"))
    assert entrance.isVisible()
    during(entrance.close, lambda question: press(question, "Close"))
    assert nobody_holds(folder) and "until two officers change the keys" in remarks_of(folder, ids[PERSON], OTHER)


def test_a_change_that_cannot_begin_is_told_in_the_workplace_and_stays_due(enter, two, monkeypatch):
    _, _, text = two
    entrance = enter()

    def full(*_args, **_kwargs):
        raise NoSpace(needed="64 MB")

    recover(entrance, text)
    monkeypatch.setattr(keys.rotation, "begin", full)
    keep_key(entrance.page)
    (desk,) = entrance.desks
    assert desk.remarks[0].startswith("The vault's keys were not changed.") and "(Code V-115)" in desk.remarks[0]
    assert "until two officers change the keys" in desk.remarks[1] and keys.is_due(desk)


# --- a change of keys that goes on at the door ----------------------------------------------------------------------------


@pytest.fixture
def begun(two, monkeypatch):
    """A vault whose change of keys was stopped half way."""
    folder, ids, _ = two
    desk = come(folder, ids[PERSON], PASSPHRASE)
    with monkeypatch.context() as patch:
        patch.setattr(keys.rotation, "free_bytes", lambda _folder: 0)
        desk = keys.change(desk, keys.plan(desk, leave_for(desk, keys.CHANGED)))
    assert desk.opened.rotation_pending
    vaults.leave(desk)
    return folder, ids


@pytest.fixture
def pages(monkeypatch):
    """What the pages of a change of keys said while it ran."""
    seen, real = [], ChangingKeys.show_fraction

    def show(self, fraction):
        real(self, fraction)
        seen.append((self.bar.accessibleName(), self.window().isVisible(), fraction))

    monkeypatch.setattr(ChangingKeys, "show_fraction", show)
    return seen


def test_a_change_that_was_begun_goes_on_in_sight_at_the_next_sign_in(enter, begun, pages):
    entrance = enter()
    sign_in(entrance, person=PERSON)
    (desk,) = entrance.desks
    assert pages and {each[:2] for each in pages} == {("Going on with the change of keys", True)}
    assert not desk.opened.rotation_pending


def test_an_ordinary_sign_in_shows_no_change_of_keys(enter, two, pages):
    entrance = enter()
    sign_in(entrance, person=PERSON)
    assert pages == [] and len(entrance.desks) == 1


def test_it_can_be_left_for_later_and_the_vault_opens(enter, begun, monkeypatch, qtbot):
    runner = TaskRunner()
    entrance = enter(runner=runner)

    def wait(*_args, progress, cancelled, **_kwargs):
        progress(0.3)
        while not cancelled():
            pass
        raise RotationStopped(reason="it was cancelled")

    monkeypatch.setattr(keys.rotation, "rewrite", wait)
    sign_in(entrance, person=PERSON)
    qtbot.waitUntil(lambda: isinstance(entrance.page, ChangingKeys))
    page = entrance.page
    assert says(page, "30%") and focused(entrance) is page.bar
    press(page, "Go on later")
    qtbot.waitUntil(lambda: bool(entrance.desks))
    assert any("It goes on at the next sign-in" in told for told in entrance.desks[0].remarks)
    runner.close()


def test_an_error_while_it_goes_on_leads_back_to_the_door(enter, begun, monkeypatch):
    entrance = enter()

    def broken(_slots, _opened, _clock, progress, _cancelled):
        progress(0.3)
        raise DiskFailed(action="read", name="vault.db", reason="input/output error")

    with monkeypatch.context() as patch:
        patch.setattr(vaults, "resumed", broken)
        sign_in(entrance, person=PERSON)
    assert isinstance(entrance.page, Unlock) and alerts(entrance)[0].endswith("(Code V-116)")
    sign_in(entrance, person=PERSON)
    assert len(entrance.desks) == 1


# --- a passphrase that is due ----------------------------------------------------------------------------------------------


@pytest.fixture
def given(two):
    """A reviewer who gets a one-time passphrase: folder, id and the passphrase."""
    folder, ids, _ = two
    desk = come(folder, ids[PERSON], PASSPHRASE)
    about = ids["N. Reviewer"]
    one_time = people.give_passphrase(desk, about, leave_for(desk, people.GIVEN, about=about))
    vaults.leave(desk)
    return folder, about, one_time.passphrase


def test_who_was_given_a_passphrase_chooses_another_before_anything_else(enter, given, problems):
    folder, person, passphrase = given
    entrance = enter()
    sign_in(entrance, passphrase, "N. Reviewer")
    page = entrance.page
    assert isinstance(page, OwnPassphrase) and says(page, "a passphrase that an officer gave you")
    assert focused(entrance) is page.new.first.line and problems(entrance) == []
    key(entrance, OTHER, Qt.Key.Key_Return, OTHER, Qt.Key.Key_Return)
    (desk,) = entrance.desks
    assert desk.person.name == "N. Reviewer" and not desk.must_change
    assert (page.earlier, page.new.text(), entrance.arrival) == ("", "", None)
    vaults.leave(entrance.desks.pop())
    vaults.leave(come(folder, person, OTHER))


def test_a_passphrase_that_is_too_old_is_changed_first(enter, home, monkeypatch):
    home.mkdir(parents=True)
    vaults.leave(make_desk(home, Policy(), passphrase=STRONG))
    monkeypatch.setattr(vaults, "_must_change", lambda _desk: True)
    entrance = enter()
    sign_in(entrance, STRONG)
    page = entrance.page
    assert says(page, "older than the 60 days this office keeps one")
    choose(page.new, STRONG + "!")
    page.act()
    assert "1 of at least 8 characters changed" in page.new.first_entry.error.text()
    choose(page.new)
    page.act()
    assert len(entrance.desks) == 1


def test_a_passphrase_of_before_is_told_beside_its_field_and_another_is_taken(enter, given, monkeypatch):
    _, _, passphrase = given
    entrance = enter()
    sign_in(entrance, passphrase, "N. Reviewer")
    page = entrance.page
    with monkeypatch.context() as patch:
        patch.setattr("reviewer_app.vault.slots.is_known", lambda *_: True)
        choose(page.new)
        page.act()
    assert page.new.first_entry.error.text().endswith("(Code V-129)") and page.go.isEnabled()
    assert entrance.desk is not None and entrance.desk.must_change
    page.act()
    assert len(entrance.desks) == 1


def test_who_does_not_want_to_choose_now_signs_out_and_the_vault_is_left(enter, given):
    folder, _, passphrase = given
    entrance = enter()
    sign_in(entrance, passphrase, "N. Reviewer")
    page = entrance.page
    press(page, "Sign out")
    assert isinstance(entrance.page, Unlock) and nobody_holds(folder) and page.earlier == ""


def test_closing_the_window_instead_asks_nothing_and_leaves_the_vault(enter, given, monkeypatch):
    folder, _, passphrase = given
    entrance = enter()
    sign_in(entrance, passphrase, "N. Reviewer")
    monkeypatch.setattr(Question, "ask", lambda *_, **__: pytest.fail("it asked"))
    entrance.close()
    assert nobody_holds(folder)
