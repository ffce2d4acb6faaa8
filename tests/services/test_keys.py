# SPDX-License-Identifier: Apache-2.0
"""The change of keys as officers do it: a person removed, an old slot file put back, a change that stops and goes on."""

from contextlib import contextmanager

import pytest

from reviewer_app.domain.people import Role
from reviewer_app.errors import LastOfficer, NoSpace, SignInRefused, SlotRefused, VaultError
from reviewer_app.services import attachments, checking, journal, keys, people, seats, vaults
from reviewer_app.services.door import look
from reviewer_app.vault import rotation
from tests.desks import COLLEAGUES_PASSPHRASE, PASSPHRASE, add_colleague, cheap_passphrases, leave_for, make_desk
from tests.factories import LOG, incoming, make_case, make_note


@pytest.fixture(autouse=True)
def cheap():
    with cheap_passphrases():
        yield


@pytest.fixture
def four(tmp_path):
    """Two officers and two reviewers at one vault with a case, a note and an attachment."""
    desk = make_desk(tmp_path)
    ids = {
        "officer": add_colleague(desk, "S. Officer", (Role.OFFICER,)),
        "reviewer": add_colleague(desk, "N. Reviewer", (Role.REVIEWER,)),
        "leaver": add_colleague(desk, "L. Leaver", (Role.REVIEWER,)),
    }
    case = make_case(desk).id
    make_note(desk, case)
    attached = attachments.attach(desk, case, LOG, incoming()).attachment
    return desk, ids, attached


def come(desk, person, passphrase=COLLEAGUES_PASSPHRASE):
    return vaults.unlock(look(desk.vault.folder), person, passphrase, warm=False, clock=desk.clock)


def test_who_is_removed_opens_nothing_and_everything_else_stays(four):
    desk, ids, attached = four
    me, folder = desk.person.id, desk.vault.folder
    before = {name: (folder / name).read_bytes() for name in ("slots.a", "slots.b")}
    steps: list[float] = []
    plan = keys.plan(desk, leave_for(desk, keys.CHANGED, about=ids["leaver"]), remove=ids["leaver"])
    after = keys.change(desk, plan, progress=steps.append)
    assert steps[-1] == 1.0 and sorted(steps) == steps
    assert [each.name for each in people.roster(after)] == ["N. Reviewer", "R. Ibarra", "S. Officer"]
    with attachments.open_bytes(after, attached) as source:
        assert source.verify() == attached.sha512
    assert checking.check(after).sound
    told = [(line.what, line.about, line.outcome) for line in journal.lines(after)]
    assert ("keys changed", "L. Leaver", "person removed") in told and ("change of keys finished", "", "") in told
    assert all(line.beside == "S. Officer" for line in journal.lines(after) if line.what == "keys changed")
    make_case(after)
    vaults.leave(after)
    with pytest.raises(SignInRefused):
        come(after, ids["leaver"])
    now = {name: (folder / name).read_bytes() for name in before}
    for name, data in before.items():
        (folder / name).write_bytes(data)
    for person in (ids["leaver"], ids["officer"]):
        with pytest.raises(SlotRefused, match="before the last change of keys"):
            come(after, person)
    for name, data in now.items():
        (folder / name).write_bytes(data)
    for person, passphrase in (
        (me, PASSPHRASE),
        (ids["officer"], COLLEAGUES_PASSPHRASE),
        (ids["reviewer"], COLLEAGUES_PASSPHRASE),
    ):
        vaults.leave(come(after, person, passphrase))


@pytest.mark.parametrize("where", ["rewrite", "_swap", "_place_anchor", "_let_go"])
def test_a_change_that_stops_goes_on_at_the_next_sign_in(four, monkeypatch, where):
    desk, ids, attached = four
    me = desk.person.id
    plan = keys.plan(desk, leave_for(desk, keys.CHANGED, about=ids["leaver"]), remove=ids["leaver"])

    class Stopped(RuntimeError):
        pass

    def stop(*_args, **_kwargs):
        raise Stopped

    with monkeypatch.context() as patch:
        patch.setattr(rotation, where, stop)
        with pytest.raises(Stopped):
            keys.change(desk, plan)
    for person in (ids["reviewer"], me):
        there = come(desk, person, PASSPHRASE if person == me else COLLEAGUES_PASSPHRASE)
        assert not there.opened.rotation_pending
        vaults.leave(there)
    there = come(desk, me, PASSPHRASE)
    with attachments.open_bytes(there, attached) as source:
        assert source.verify() == attached.sha512
    assert checking.check(there).sound
    assert sum(line.what == "change of keys finished" for line in journal.lines(there)) == 1
    with pytest.raises(VaultError):
        come(there, ids["leaver"])
    vaults.leave(there)


class Crash(RuntimeError):
    """The process ends here."""


def test_a_change_whose_entry_a_crash_cut_off_is_journaled_and_told(four, monkeypatch):
    desk, ids, _ = four
    plan, begin = (
        keys.plan(desk, leave_for(desk, keys.CHANGED, about=ids["leaver"]), remove=ids["leaver"]),
        rotation.begin,
    )

    def crash(*args, **kwargs):
        begin(*args, **kwargs)
        raise Crash

    with monkeypatch.context() as patch:
        patch.setattr(rotation, "begin", crash)
        with pytest.raises(Crash):
            keys.change(desk, plan)
    vaults.leave(desk)
    there = come(desk, ids["officer"])
    assert seats.AHEAD in there.remarks and not there.opened.rotation_pending
    verbs = [entry.verb for entry in there.vault.entries()]
    assert verbs.count("slot file taken") == verbs.count(keys.FINISHED) == 1 and keys.CHANGED not in verbs
    vaults.leave(there)
    there = come(desk, ids["officer"])
    assert seats.AHEAD not in there.remarks
    vaults.leave(there)


def test_a_disk_that_refuses_the_entry_of_a_change_that_is_written_does_not_stop_it(four, monkeypatch):
    desk, ids, attached = four
    plan, record = (
        keys.plan(desk, leave_for(desk, keys.CHANGED, about=ids["leaver"]), remove=ids["leaver"]),
        desk.record,
    )

    @contextmanager
    def full(verb, **given):
        with pytest.raises(Crash), record(verb, **given) as tx:  # rolled back, as by a commit that fails
            yield tx
            raise Crash
        raise NoSpace(needed="1 MB")

    monkeypatch.setattr(desk, "record", full)
    after = keys.change(desk, plan)
    assert after.remarks == (seats.AHEAD,) and not after.opened.rotation_pending
    verbs = [entry.verb for entry in after.vault.entries()]
    assert verbs[:2] == [keys.FINISHED, "slot file taken"] and keys.CHANGED not in verbs
    with attachments.open_bytes(after, attached) as source:
        assert source.verify() == attached.sha512
    vaults.leave(after)
    with pytest.raises(SignInRefused):
        come(after, ids["leaver"])
    vaults.leave(come(after, ids["reviewer"]))


def test_a_full_disk_leaves_the_earlier_keys_in_force_and_says_so(four, monkeypatch):
    desk, ids, attached = four
    plan = keys.plan(desk, leave_for(desk, keys.CHANGED))
    monkeypatch.setattr(rotation, "free_bytes", lambda _folder: 0)
    after = keys.change(desk, plan)
    assert after.opened.rotation_pending and "begun and not finished" in after.remarks[0]
    case = make_case(after).id
    with attachments.open_bytes(after, attached) as source:
        assert source.verify() == attached.sha512
    added = attachments.attach(after, case, LOG, incoming()).attachment
    vaults.leave(after)
    there = come(desk, ids["officer"])
    assert "begun and not finished" in there.remarks[0]
    vaults.leave(there)
    monkeypatch.undo()
    there = come(desk, desk.person.id, PASSPHRASE)
    assert not there.opened.rotation_pending
    with attachments.open_bytes(there, added) as source:
        assert source.verify() == added.sha512
    vaults.leave(there)


def test_the_last_officer_cannot_be_removed(tmp_path):
    desk = make_desk(tmp_path)
    other = add_colleague(desk, "S. Officer", (Role.OFFICER,))
    vaults.leave(desk)
    there = come(desk, other)
    me = desk.person.id
    plan = keys.plan(there, leave_for(there, keys.CHANGED, about=me), remove=me)
    there = keys.change(there, plan)
    with pytest.raises(LastOfficer):
        keys.plan(there, leave_for(there, keys.CHANGED, about=other), remove=other)
    vaults.leave(there)
