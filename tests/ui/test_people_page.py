# SPDX-License-Identifier: Apache-2.0
"""People: who may do what at a glance, each act of an officer through its dialogs, and what others see and change."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton

from reviewer_app.domain.people import Role
from reviewer_app.errors import LastOfficer, SignInRefused, WrongPassphrase
from reviewer_app.services import confirming, keys, people, vaults
from reviewer_app.ui.dialogs.person import OneTimeDialog, PersonDialog
from tests.desks import (
    COLLEAGUES_PASSPHRASE,
    PERSON,
    add_colleague,
    cheap_passphrases,
    leave_for,
    make_desk,
)
from tests.ui.offices import (
    OFFICER,
    REVIEWER,
    SUPERVISOR,
    WRONG,
    cancel,
    confirm,
    desk_as,
    guess,
    in_turn,
    people_vault,
    window,
)
from tests.ui.places import press, says, texts

OWN = "quartz otter bridge weir"


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
def ids(desk):
    return people_vault(desk)


@pytest.fixture
def place(qtbot, desk, ids, appearance, tasks):
    with window(qtbot, desk, appearance, tasks) as made:
        made.show_administration("people")
        yield made


@pytest.fixture
def page(place):
    return place.administration.people


@pytest.fixture
def told(place, monkeypatch):
    """The errors that are shown in a dialog of their own."""
    errors: list[Exception] = []
    monkeypatch.setattr(place, "tell", errors.append)
    return errors


def choose(page, person):
    page.table.select_key(person)
    return page.people[person]


def row(page, person):
    line = page.table.rows.keys.index(person)
    return [page.table.rows.cell(line, column).text for column in range(len(page.table.heads))]


def offered(page):
    """What can be pressed on the page now."""
    found = [each for each in page.findChildren(QAbstractButton) if each.isVisibleTo(page) and each.isEnabled()]
    return {each.accessibleName() for each in found if each.accessibleName()}


def verbs(desk):
    return [entry.verb for entry in desk.vault.entries()]


# --- at a glance -----------------------------------------------------------------------------------------------------


def test_a_row_says_what_a_person_may_do_and_how_they_stand(page, ids, desk, problems):
    assert problems(page.window()) == []
    assert row(page, ids[REVIEWER]) == [REVIEWER, "Reviewer", "", "", "Active", "never"]
    assert row(page, ids[SUPERVISOR])[1:4] == ["", "Supervisor", ""]
    assert row(page, ids[OFFICER])[1:4] == ["", "", "Officer"]
    assert row(page, desk.person.id)[:4] == [f"{PERSON} (you)", "Reviewer", "Supervisor", "Officer"]
    assert [head.text for head in page.table.heads[1:4]] == ["Assigned cases", "Every case", "People and keys"]
    assert says(page, "4 people") and page.table.current_key() == desk.person.id


@pytest.mark.parametrize(
    ("make", "short", "full"),
    [
        (lambda desk, who: guess(desk, who, 1), "1 wrong try", "1 wrong try since the last sign-in"),
        (lambda desk, who: guess(desk, who, 2), "2 wrong tries", "2 wrong tries since the last sign-in"),
        (guess, "Locked", "The lock ends when an officer or the recovery key ends it."),
        (
            lambda desk, who: people.set_active(desk, who, False, leave_for(desk, people.OFF, about=who)),
            "Disabled",
            "cannot sign in until an officer enables it again",
        ),
        (
            lambda desk, who: people.give_passphrase(desk, who, leave_for(desk, people.GIVEN, about=who)),
            "Passphrase given",
            "good until 26 Nov 2026 10:40 EST",
        ),
    ],
)
def test_a_state_is_a_word_in_the_list_and_a_sentence_on_the_card(place, page, desk, ids, make, short, full):
    make(desk, ids[REVIEWER])
    place.show_administration("people")
    choose(page, ids[REVIEWER])
    assert row(page, ids[REVIEWER])[4] == short and says(page.view, full)
    if short in ("Locked", "Disabled"):
        assert says(page, f"4 people, 1 {short.lower()}")
        assert f"{REVIEWER}: reviewer, {short.lower()}" in [page.both.line.itemText(at) for at in range(4)]


def test_sixty_people_are_filtered_by_name_and_role(place, page, desk, qtbot):
    for number in range(56):
        add_colleague(desk, f"Person {number:02d}", (Role.REVIEWER,))
    place.show_administration("people")
    assert says(page, "60 people")
    page.table.setFocus()
    QTest.keyClicks(page.table, "o")
    QTest.keyClicks(page.filter, "fficer")
    qtbot.waitUntil(lambda: len(page.table.rows.keys) == 2)
    page.filter.put("nobody of this name")
    assert page.table.current_key() == "" and not page.roles.isEnabled()


def test_a_person_stays_chosen_when_the_page_is_shown_anew(place, page, ids):
    choose(page, ids[SUPERVISOR])
    place.show_vault()
    place.show_administration("people")
    assert page.table.current_key() == ids[SUPERVISOR]


def test_acts_belong_to_the_chosen_row_and_say_so_otherwise(page, ids, desk):
    choose(page, ids[REVIEWER])
    named = {step.accessibleName() for step in page.steps if step.isVisible()}
    assert named == {
        f"{verb}: {REVIEWER}" for verb in ("Change roles", "Give a one-time passphrase", "Disable", "Remove")
    }
    assert all(step.isEnabled() for step in page.steps) and not page.reason.isVisible()
    choose(page, desk.person.id)
    assert not any(step.isEnabled() for step in page.steps)
    assert says(page, "Another officer does this for you.")
    assert {step.accessibleDescription() for step in page.steps} == {"Another officer does this for you."}


def test_one_officer_is_told_to_add_a_second(qtbot, desk, appearance, tasks):
    with window(qtbot, desk, appearance, tasks) as place:
        place.show_administration("people")
        page = place.administration.people
        assert says(page, f"{PERSON} is the only officer who can act. Add a second one")
        add_colleague(desk, OFFICER, (Role.OFFICER,))
        place.show_administration("people")
        assert not says(page, "only officer")


# --- what an officer does --------------------------------------------------------------------------------------------


def name_and_roles(name, *roles):
    def act(dialog):
        assert isinstance(dialog, PersonDialog)
        if name:
            dialog.line.setText(name)
        for role, tick in dialog.ticks.items():
            tick.setChecked(role in roles)
        press(dialog, "Go on")

    return act


def test_a_person_is_added_by_two_officers_and_the_passphrase_is_shown_once(page, desk):
    shown = []

    def hand_over(dialog):
        assert isinstance(dialog, OneTimeDialog) and says(dialog, "Give it to Ana Müller in person")
        shown.append((dialog.line, dialog.line.text()))
        press(dialog, "I have given it")

    asked = []

    def two_officers(dialog):
        asked.extend(texts(dialog))
        confirm("Add the person", OFFICER)(dialog)

    in_turn(
        lambda: press(page, "Add a person"),
        name_and_roles("Ana Müller", Role.REVIEWER, Role.SUPERVISOR),
        two_officers,
        hand_over,
    )
    assert "Add Ana Müller as reviewer and supervisor?" in asked  # the second officer reads what it is about
    entry = desk.vault.entries()[0]
    assert (entry.verb, entry.person) == (people.ADDED, desk.person.id) and entry.second
    new = page.people[page.table.current_key()]
    assert new.name == "Ana Müller" and new.roles == (Role.REVIEWER, Role.SUPERVISOR) and new.one_time
    assert shown[0][0].text() == "" and shown[0][0].accessibleName() == ""
    with pytest.raises(SignInRefused, match="one-time passphrase is changed first"):  # it opens the slot
        confirming.confirm(desk, new.id, shown[0][1])


@pytest.mark.parametrize(
    ("name", "roles", "field", "said"),
    [
        ("", (Role.REVIEWER,), "Name", "This is empty"),
        ("r.  ibarra", (Role.REVIEWER,), "Name", "already somebody called"),
        ("over\u202eride", (Role.REVIEWER,), "Name", "cannot be seen"),
        ("Ana Müller", (), "", "Roles: none is chosen; choose at least one."),
    ],
)
def test_a_name_or_role_is_refused_before_any_passphrase_is_asked_for(page, desk, name, roles, field, said):
    def refused(dialog):
        name_and_roles(name, *roles)(dialog)
        found = dialog.form.fields[field].error.text() if field else dialog.form.general.text()
        assert said in found and dialog.isVisible()
        for tick in dialog.ticks.values():
            tick.setChecked(False)
        dialog.line.clear()
        cancel(dialog)

    before = len(page.people)
    in_turn(lambda: press(page, "Add a person"), refused)
    assert len(people.roster(desk)) == before


def test_what_is_cancelled_at_the_passphrases_is_not_done(page, desk):
    before = verbs(desk)
    in_turn(lambda: press(page, "Add a person"), name_and_roles("Ana Müller", Role.REVIEWER), cancel)
    assert verbs(desk) == before


@pytest.mark.parametrize(
    ("roles", "verb", "second"),
    [
        ((Role.REVIEWER, Role.SUPERVISOR), people.GRANTED, OFFICER),
        ((Role.SUPERVISOR,), people.GRANTED, OFFICER),
        ((Role.REVIEWER,), None, ""),
    ],
)
def test_roles_are_granted_by_two(page, desk, ids, roles, verb, second):
    choose(page, ids[REVIEWER])
    steps = [name_and_roles("", *roles), *([confirm("Change roles", second)] if verb else [])]
    in_turn(lambda: press(page, f"Change roles: {REVIEWER}"), *steps)
    assert page.people[ids[REVIEWER]].roles == roles
    assert (verbs(desk)[0] == verb) == bool(verb)


def test_a_role_is_taken_by_one_and_what_changes_is_told(page, desk, ids):
    both = add_colleague(desk, "B. Both", (Role.REVIEWER, Role.SUPERVISOR))
    page.show_people(people.roster(desk))
    choose(page, both)

    def alone(dialog):
        assert not dialog.wanted.needs_second
        assert says(dialog, "From reviewer and supervisor to supervisor, from the next sign-in on.")
        confirm("Change roles")(dialog)

    in_turn(lambda: press(page, "Change roles: B. Both"), name_and_roles("", Role.SUPERVISOR), alone)
    assert page.people[both].roles == (Role.SUPERVISOR,) and verbs(desk)[0] == people.TAKEN


def test_a_lost_passphrase_is_replaced_by_one_that_is_shown_once(page, desk, ids):
    choose(page, ids[REVIEWER])
    given = []

    def hand_over(dialog):
        given.append(dialog.line.text())
        press(dialog, "I have given it")

    in_turn(lambda: press(page, f"Give a one-time passphrase: {REVIEWER}"), confirm("Give it", OFFICER), hand_over)
    with pytest.raises(SignInRefused, match="one-time"):
        confirming.confirm(desk, ids[REVIEWER], given[0])
    with pytest.raises(WrongPassphrase):
        confirming.confirm(desk, ids[REVIEWER], COLLEAGUES_PASSPHRASE)


def test_a_person_is_disabled_and_enabled_again(page, desk, ids):
    choose(page, ids[REVIEWER])
    in_turn(lambda: press(page, f"Disable: {REVIEWER}"), confirm("Disable"))
    assert row(page, ids[REVIEWER])[4] == "Disabled"
    in_turn(lambda: press(page, f"Enable: {REVIEWER}"), confirm("Enable"))
    assert row(page, ids[REVIEWER])[4] == "Active"
    assert confirming.confirm(desk, ids[REVIEWER], COLLEAGUES_PASSPHRASE)
    assert [verb for verb in verbs(desk) if verb in (people.OFF, people.ON)] == [people.ON, people.OFF]


def test_a_lock_is_ended_and_its_button_leaves(place, page, desk, ids):
    assert not page.lock.isVisible()
    guess(desk, ids[REVIEWER])
    place.show_administration("people")
    choose(page, ids[REVIEWER])
    in_turn(lambda: press(page, f"End the lock: {REVIEWER}"), confirm("End the lock"))
    assert not page.lock.isVisible() and not page.people[ids[REVIEWER]].locked
    assert people.LOCK_ENDED in verbs(desk)


def test_removing_asks_for_two_officers_and_hands_the_leave_on(place, page, desk, ids, qtbot):
    choose(page, ids[REVIEWER])
    with qtbot.waitSignal(place.administration.keys_asked) as asked:
        in_turn(lambda: press(page, f"Remove: {REVIEWER}"), confirm("Remove", OFFICER))
    person, leave = asked.args
    assert person == ids[REVIEWER] and leave.verb == keys.CHANGED and leave.second == ids[OFFICER]
    assert keys.plan(desk, leave, remove=person).remove == person
    with qtbot.assertNotEmitted(place.administration.keys_asked):
        in_turn(lambda: press(page, f"Remove: {REVIEWER}"), cancel)


def test_the_vaults_keys_are_changed_by_two_officers(place, page, ids, qtbot):
    with qtbot.waitSignal(place.administration.keys_asked) as asked:
        in_turn(lambda: press(page, "Change the vault's keys"), confirm("Change keys", OFFICER))
    assert asked.args[0] == "" and asked.args[1].second == ids[OFFICER]


def test_a_used_recovery_key_asks_for_other_keys(place, page, desk, qtbot):
    desk.vault.set_preference(keys.DUE, "yes")
    place.show_administration("people")
    assert says(page, "The recovery key was used, and the vault's keys were not changed since.")
    with qtbot.waitSignal(place.administration.keys_asked):
        in_turn(
            page.alerts.alerts()[0].acted.emit,
            confirm("Change keys", OFFICER),
        )


def test_what_the_vault_refuses_is_told_and_the_page_shows_what_holds(place, page, told, ids, monkeypatch):
    def last(*_said):
        raise LastOfficer

    monkeypatch.setattr(people, "set_active", last)
    choose(page, ids[OFFICER])
    in_turn(lambda: press(page, f"Disable: {OFFICER}"), confirm("Disable"))
    assert isinstance(told[0], LastOfficer) and row(page, ids[OFFICER])[4] == "Active"


def test_guessing_in_an_officers_dialog_locks_the_window(place, page, ids, qtbot):
    choose(page, ids[REVIEWER])

    def guessing(dialog):
        for _ in range(3):
            confirm("Disable", own=WRONG)(dialog)

    with qtbot.waitSignal(place.locked):
        in_turn(lambda: press(page, f"Disable: {REVIEWER}"), guessing)
    assert place.leaving.is_over and not place.shell.body.isVisible()


# --- oneself ---------------------------------------------------------------------------------------------------------


def test_everybody_changes_their_own_passphrase(qtbot, tmp_path, appearance, tasks):
    desk, ids = desk_as(tmp_path, REVIEWER)

    def change(dialog):
        dialog.present.line.setText(COLLEAGUES_PASSPHRASE)
        dialog.new.first.line.setText(OWN)
        dialog.new.second.line.setText(OWN)
        press(dialog, "Change passphrase")

    with window(qtbot, desk, appearance, tasks) as place:
        place.show_administration("people")
        in_turn(lambda: press(place.administration.people, "Change passphrase"), change)
        assert confirming.confirm(desk, ids[REVIEWER], OWN)
    vaults.leave(desk)


@pytest.mark.parametrize("name", [REVIEWER, SUPERVISOR])
def test_who_is_no_officer_sees_names_and_roles_and_changes_nothing_of_others(
    qtbot, tmp_path, appearance, tasks, problems, name
):
    desk, ids = desk_as(tmp_path, name)
    guess(desk, ids[OFFICER])
    with window(qtbot, desk, appearance, tasks) as place:
        place.show_administration("people")
        page = place.administration.people
        assert problems(place.shell) == []
        assert [head.text for head in page.table.heads] == ["Name", "Assigned cases", "Every case", "People and keys"]
        assert "Change passphrase" in offered(page)
        choose(page, ids[OFFICER])
        assert offered(page) <= {"Dismiss this alert"} and not says(page, "Locked") and not says(page, "sign-in")
        assert page.alerts.alerts() == []
        assert [item for item in place.shell.side.items if item in ("people", "policy", "journal")] == [
            "people",
            "policy",
        ]
    vaults.leave(desk)


def test_without_leave_of_the_policy_there_is_no_button(page, desk):
    choose(page, desk.person.id)
    assert not page.device.isVisible()


# --- room ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scheme", ["light", "dark", "contrast"])
def test_a_small_window_with_large_text_names_one_person_at_a_time(place, page, ids, appearance, problems, scheme):
    place.shell.resize(1024, 700)
    appearance.choose_scheme(scheme)
    appearance.choose_size(200)
    assert page.both.line.isVisible() and not page.table.isVisible()
    page.both.line.setCurrentIndex(page.both.line.findData(ids[OFFICER]))
    page.both.line.activated.emit(page.both.line.currentIndex())
    assert page.table.current_key() == ids[OFFICER] and says(page.view, OFFICER)
    assert problems(place.shell) == []
    QTest.keyClick(page.both.line, Qt.Key.Key_Tab)
    appearance.choose_size(100)
    appearance.choose_scheme("light")
