# SPDX-License-Identifier: Apache-2.0
"""One's own device secret in the window: taken in, given up, a keyring that is not there, an entry that is there."""

import threading

import pytest

from reviewer_app.errors import EntryError
from reviewer_app.policy import practice_policy
from reviewer_app.services import confirming, people, vaults
from reviewer_app.vault import keyrings
from tests.desks import PASSPHRASE, cheap_passphrases, make_desk
from tests.ui.offices import WRONG, cancel, in_turn, window
from tests.ui.places import press, says, texts
from tests.vault.test_device import Fake, offer


@pytest.fixture(autouse=True)
def cheap():
    with cheap_passphrases():
        yield


@pytest.fixture
def keyring(monkeypatch):
    fake = Fake()
    offer(monkeypatch, {"Secret Service": lambda: fake})
    monkeypatch.setattr(keyrings, "_turn", threading.Lock())
    return fake


@pytest.fixture
def own(qtbot, tmp_path, appearance, tasks, keyring):
    """The page of a person whose office takes device secrets."""
    desk = make_desk(tmp_path, practice_policy().model_copy(update={"keyring": True}))
    with window(qtbot, desk, appearance, tasks) as place:
        place.show_administration("people")
        yield place.administration.people
    vaults.leave(desk)


def own_passphrase(button, passphrase=PASSPHRASE):
    def act(dialog):
        dialog.own.line.setText(passphrase)
        press(dialog, button)

    return act


def test_a_device_secret_is_taken_in_and_given_up_again(own, keyring, problems):
    def use(dialog):
        assert says(dialog, "your sign-in needs it besides your passphrase") and problems(dialog) == []
        own_passphrase("Use it")(dialog)

    in_turn(lambda: press(own, "Use a device secret"), use)
    desk = own.desk
    assert len(keyring.entries) == 1 and says(own, "Kept in the Secret Service on ")
    assert confirming.confirm(desk, desk.person.id, PASSPHRASE)
    in_turn(lambda: press(own, "Stop using the device secret"), own_passphrase("Stop using it"))
    assert keyring.entries == {} and not says(own, "Kept in") and own.device.text() == "Use a device secret"
    assert [entry.verb for entry in desk.vault.entries()].count(people.DEVICE_CHANGED) == 2
    assert confirming.confirm(desk, desk.person.id, PASSPHRASE)


def test_a_keyring_that_is_not_there_is_told_and_nothing_is_changed(own, monkeypatch):
    offer(monkeypatch, {})
    seen = []

    def refused(dialog):
        own_passphrase("Use it")(dialog)
        seen.append(dialog.own_entry.error.text())
        assert dialog.own.line.hasFocus() or dialog.isVisible()
        cancel(dialog)

    in_turn(lambda: press(own, "Use a device secret"), refused)
    assert "cannot be used" in seen[0] and "you sign in as before" in seen[0] and "V-125" in seen[0]
    assert own.people[own.desk.person.id].device == ""


@pytest.mark.parametrize("replace", [False, True])
def test_an_entry_that_is_there_is_written_over_only_when_a_person_says_so(own, keyring, replace):
    in_turn(lambda: press(own, "Use a device secret"), own_passphrase("Use it"))
    kept = dict(keyring.entries)
    in_turn(lambda: press(own, "Stop using the device secret"), own_passphrase("Stop using it"))
    keyring.entries.update(kept)  # as a copy of the vault left it

    def answer(question):
        assert says(question, "already holds a device secret of yours")
        press(question, "Replace it" if replace else "Keep it")

    def use(dialog):
        own_passphrase("Use it")(dialog)
        if dialog.isVisible():
            cancel(dialog)

    in_turn(lambda: press(own, "Use a device secret"), use, answer)
    assert (keyring.entries == kept) != replace
    assert bool(own.people[own.desk.person.id].device) == replace


def test_an_old_secret_that_stays_in_the_keyring_is_told(own, keyring):
    in_turn(lambda: press(own, "Use a device secret"), own_passphrase("Use it"))
    keyring.delete_password = lambda *_said: None

    def told(dialog):
        assert says(dialog, "You no longer use a device secret.") and any("Secret Service" in t for t in texts(dialog))
        press(dialog, "Close")

    in_turn(lambda: press(own, "Stop using the device secret"), own_passphrase("Stop using it"), told)
    assert confirming.confirm(own.desk, own.desk.person.id, PASSPHRASE)


def test_guessing_in_the_device_dialog_locks_the_window(own, qtbot):
    def guessing(dialog):
        for _ in range(3):
            own_passphrase("Use it", WRONG)(dialog)

    with qtbot.waitSignal(own.window().lock_asked):
        in_turn(lambda: press(own, "Use a device secret"), guessing)


def test_an_entry_that_the_slot_needs_is_never_written_over(own, keyring):
    in_turn(lambda: press(own, "Use a device secret"), own_passphrase("Use it"))
    kept, desk = dict(keyring.entries), own.desk
    leave = confirming.grant(desk, people.DEVICE_CHANGED, [(desk.person.id, PASSPHRASE)])
    with pytest.raises(EntryError, match="you use it already"):
        people.use_device(desk, PASSPHRASE, True, leave, replace=True)
    assert keyring.entries == kept and confirming.confirm(desk, desk.person.id, PASSPHRASE)
