# SPDX-License-Identifier: Apache-2.0
"""The role × action matrix, cell by cell, and that nothing is recorded past it."""

import ast
import re
from datetime import timedelta
from pathlib import Path

import pytest

import reviewer_app
from reviewer_app.domain.people import Role
from reviewer_app.errors import NeedsSecondPerson, NotConfirmed, RecordMissing, RoleLacking
from reviewer_app.services import people, vaults
from reviewer_app.services.acts import ACTS, Asks
from reviewer_app.services.desk import CONFIRMED_FOR, Confirmation
from tests.desks import add_colleague, leave_for, make_desk, sign_in
from tests.factories import make_case

SERVICES = Path(reviewer_app.__file__).parent / "services"

# What each act takes, written down apart from the code: roles that may (R, S, O), the passphrases that are asked for
# again, and the role of a second person. "alone" = one officer may while there is no other; "consents" = the person it
# is about may be the second.
MATRIX = """
signed in                           R S O
signed out                          R S O
locked                              R S O
locked after no use                 R S O
locked with the desktop             R S O
slot file mended                    R S O
slot file taken                     R S O
refused tries journaled              R S O
change of keys finished             R S O
passphrase changed                  R S O
device secret changed               R S O  own
case created                        R S
case opened                         R S
note added                          R S
note edited                         R S
note settled                        R S
file attached                       R S
evaluation read                     R S
attachment opened                   R S
attachment verified                 R S
date recorded                       R S
date changed                        R S
track moved                         R S
determination recorded              R S
submission recorded                 R S
agreement recorded                  R S
checkpoint recorded                 R S
struck out                          R S
finding recorded                    R S
finding edited                      R S
referral drafted                    R S
draft memo kept                     R S
memo kept                           R S
memo copy begun                     R S
memo copy stopped                   R S
memo copied out                     R S    own
package begun                       R S
package stopped                     R S
package written                     R S    own + S
receipt recorded                    R S
end of access alert acknowledged    R S
memo signed                           S    own
assigned                              S
unassigned                            S
office details changed                S O
vault checked                           O
journal read                            O
recovery key used                       O
policy changed                          O  own
person disabled                         O  own
person enabled                          O  own
lock ended                              O  own
roles taken                             O  own
person added                            O  own + O alone
roles granted                           O  own + O alone
one-time passphrase given               O  own + O alone
officer disabled                        O  own + O consents
officer's role taken                    O  own + O consents
keys changed                            O  own + O alone consents
vault destroyed                         O  own + O alone
"""
LETTERS = dict(zip("RSO", Role, strict=True))


def row(line):
    verb, rest = line[:36].strip(), line[36:]
    who, _, asked = rest.partition("own")
    roles = frozenset(LETTERS[letter] for letter in who.split())
    second = frozenset(LETTERS[letter] for letter in re.sub("alone|consents|[+]", "", asked).split())
    asks = Asks.NOTHING if "own" not in rest else Asks.SECOND if second else Asks.OWN
    return verb, roles, asks, second, "alone" in asked, "consents" in asked


ROWS = [row(line) for line in MATRIX.strip().splitlines()]


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    made = make_desk(tmp_path_factory.mktemp("vault"))
    yield made
    vaults.leave(made)


@pytest.fixture(scope="module")
def case(desk):
    return make_case(desk).id


@pytest.fixture(scope="module")
def colleague(desk):
    return add_colleague(desk)


def test_the_matrix_has_every_act_and_no_other():
    assert [verb for verb, *_ in ROWS] == list(dict.fromkeys(verb for verb, *_ in ROWS))
    assert {verb for verb, *_ in ROWS} == set(ACTS)


@pytest.mark.parametrize(("verb", "roles", "asks", "second", "alone", "consents"), ROWS, ids=[row[0] for row in ROWS])
def test_an_act_says_what_the_matrix_says(verb, roles, asks, second, alone, consents):
    act = ACTS[verb]
    assert (act.roles, act.asks, act.second, act.alone, act.consents) == (roles, asks, second, alone, consents)


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize(("verb", "roles"), [(verb, roles) for verb, roles, *_ in ROWS], ids=[row[0] for row in ROWS])
def test_a_cell_of_the_matrix_is_held_at_the_door(desk, colleague, case, monkeypatch, verb, roles, role):
    """One role at a time, with everything that could be typed typed: only the role decides."""
    monkeypatch.setattr(desk, "roles", frozenset({role}))
    own = Confirmation(desk, desk.person.id, desk.roles, desk.clock())
    second = Confirmation(desk, colleague, frozenset(Role), desk.clock())
    entries = len(desk.vault.entries())
    if role in roles:
        with desk.record(verb, grant=desk.allow(verb, own=own, second=second)):
            pass
        assert desk.vault.entries(limit=1)[0].verb == verb
        return
    with pytest.raises(RoleLacking):
        desk.allow(verb, own=own, second=second)
    with pytest.raises(RoleLacking), desk.record(verb):
        pass
    assert len(desk.vault.entries()) == entries


@pytest.mark.parametrize("verb", [verb for verb, _, asks, *_ in ROWS if asks is not Asks.NOTHING])
def test_what_asks_for_the_passphrase_is_not_done_without_it(desk, colleague, verb):
    own, second = (Confirmation(desk, who, frozenset(Role), desk.clock()) for who in (desk.person.id, colleague))
    for given in (None, second):
        with pytest.raises(NotConfirmed):
            desk.allow(verb, own=given, second=second)
    with pytest.raises(NotConfirmed), desk.record(verb):
        pass
    late = Confirmation(desk, desk.person.id, frozenset(Role), desk.clock() - CONFIRMED_FOR - timedelta(seconds=1))
    ahead = Confirmation(desk, desk.person.id, frozenset(Role), desk.clock() + timedelta(hours=1))
    for given in (late, ahead):
        with pytest.raises(NotConfirmed):
            desk.allow(verb, own=given, second=second)
    with (
        pytest.raises(ValueError, match="another act"),
        desk.record("vault checked", grant=desk.allow(verb, own=own, second=second)),
    ):
        pass


@pytest.mark.parametrize(("verb", "second"), [(verb, second) for verb, _, _, second, *_ in ROWS if second])
def test_the_second_person_is_somebody_else_with_the_role(desk, colleague, verb, second):
    own = Confirmation(desk, desk.person.id, frozenset(Role), desk.clock())
    lacking = Confirmation(desk, colleague, frozenset(Role) - second, desk.clock())
    for given in (None, own, lacking):
        with pytest.raises(NeedsSecondPerson):
            desk.allow(verb, own=own, second=given)
    good = Confirmation(desk, colleague, second, desk.clock())
    assert desk.allow(verb, own=own, second=good).second == colleague


def test_nobody_is_second_in_what_is_about_them(desk, colleague):
    own, second = (Confirmation(desk, who, frozenset(Role), desk.clock()) for who in (desk.person.id, colleague))
    third = add_colleague(desk, "M. Okafor", (Role.OFFICER,))
    with pytest.raises(NeedsSecondPerson):
        desk.allow("roles granted", about=colleague, own=own, second=second)
    assert third in dict(desk.seconds("roles granted", colleague))
    assert colleague not in dict(desk.seconds("roles granted", colleague))


def test_the_first_officer_may_alone_until_there_is_another_whatever_that_ones_state(tmp_path):
    desk = make_desk(tmp_path)
    own = Confirmation(desk, desk.person.id, desk.roles, desk.clock())
    assert desk.allow("person added", own=own).second is None
    with pytest.raises(NeedsSecondPerson):  # but a package is never released by its preparer
        desk.allow("package written", own=own)
    add_colleague(desk, roles=(Role.REVIEWER,))
    assert desk.allow("person added", own=own).second is None
    people.add(desk, "M. Okafor", (Role.OFFICER,), leave_for(desk, people.ADDED))  # who has not signed in yet
    for verb in ("person added", "one-time passphrase given", "roles granted", "keys changed", "vault destroyed"):
        with pytest.raises(NeedsSecondPerson):
            desk.allow(verb, own=Confirmation(desk, desk.person.id, desk.roles, desk.clock()))
    vaults.leave(desk)


def test_one_officer_of_two_does_not_become_both(tmp_path):
    """No way for one officer to be rid of the other, or to act as the other, without a third person or the recovery key."""
    desk = make_desk(tmp_path)
    other = add_colleague(desk, "S. Officer", (Role.OFFICER,))

    def alone(verb, about=None):
        own = Confirmation(desk, desk.person.id, desk.roles, desk.clock())
        return desk.allow(verb, about=about, own=own)

    for act in (
        lambda: alone("one-time passphrase given", other),
        lambda: alone("keys changed", other),
        lambda: alone(people.state_act(desk, other, False), other),
        lambda: alone(people.roles_act(desk, other, (Role.REVIEWER,)), other),
        lambda: alone("roles granted", other),
    ):
        with pytest.raises(NeedsSecondPerson):
            act()
    agreed = Confirmation(desk, other, frozenset({Role.OFFICER}), desk.clock())
    own = Confirmation(desk, desk.person.id, desk.roles, desk.clock())
    assert desk.allow("officer disabled", about=other, own=own, second=agreed).second == other
    with pytest.raises(NeedsSecondPerson):  # nobody agrees to more power for themselves
        desk.allow("roles granted", about=other, own=own, second=agreed)
    desk.recovered = True
    assert alone("one-time passphrase given", other).second is None
    vaults.leave(desk)


def test_leave_serves_once_soon_and_for_one_person(desk, colleague):
    def leave(about=None):
        own = Confirmation(desk, desk.person.id, frozenset(Role), desk.clock())
        return desk.allow("lock ended", about=about, own=own)

    used = leave(colleague)
    people.end_lock(desk, colleague, used)
    with pytest.raises(ValueError, match="another act"):
        people.end_lock(desk, colleague, used)
    with pytest.raises(ValueError, match="another act"):
        people.end_lock(desk, desk.person.id, leave(colleague))
    late = leave(colleague)
    late.at -= CONFIRMED_FOR + timedelta(seconds=1)
    with pytest.raises(NotConfirmed):
        people.end_lock(desk, colleague, late)


def test_leave_belongs_to_one_desk_one_act_and_one_case(desk, colleague, case):
    own = Confirmation(desk, desk.person.id, frozenset(Role), desk.clock())
    leave = desk.allow("memo copied out", case=case, own=own)
    with pytest.raises(ValueError, match="another act"):
        desk.require(leave, "memo copied out", make_case(desk).id)
    desk.require(leave, "memo copied out", case)


def test_a_case_somebody_does_not_know_is_no_case_for_any_act(tmp_path):
    desk = make_desk(tmp_path)
    stranger = add_colleague(desk, "N. Reviewer", (Role.REVIEWER,))
    case = make_case(desk).id
    there = sign_in(desk, stranger)
    for verb, act in ACTS.items():
        if Role.REVIEWER in act.roles and not act.opens_case:
            with pytest.raises(RecordMissing, match="case"):
                there.allow(verb, case=case)
    vaults.leave(there)


# --- nothing goes past the door ------------------------------------------------------------------------------------


def calls(module):
    return [node for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)]


def spelled(node):
    return ast.unparse(node.func)


@pytest.mark.parametrize("module", sorted(SERVICES.glob("*.py")), ids=lambda path: path.name)
def test_services_record_at_the_desk_alone(module):
    past = {spelled(call) for call in calls(module) if spelled(call).endswith(("vault.record", "vault.witness"))}
    allowed = {
        "desk.py": {"self.vault.record", "self.vault.witness"},
        # What the program does by itself, and the coming and going of people.
        "signing_in.py": {"vault.record"},
        "vaults.py": {"vault.record", "desk.vault.record"},
    }
    assert past <= allowed.get(module.name, set())


WHOLE = {
    # Who may read past the person's own cases, and what for.
    ("cases.py", "find"): "the numbers of all cases: each is given once",
    ("cases.py", "count"): "whether a number is given",
    ("attachments.py", "blob"): "whether a file that was just stored is on record",
    ("seats.py", "get"): "the person who sits down",
    ("seats.py", "find"): "the policy",
    ("signing_in.py", "get"): "whether a refused try is journaled already",
    ("checking.py", "get"): "an officer's check of the whole vault",
    ("checking.py", "blob"): "an officer's check of the whole vault",
    ("checking.py", "blobs"): "an officer's check, and the number of all attachments for officers and supervisors",
    ("checking.py", "entries"): "the last check",
}
READS = (
    "find",
    "get",
    "count",
    "entries",
    "history_of",
    "search",
    "docket",
    "conflicts",
    "absent",
    "clashes",
    "blob",
    "blobs",
)


def test_services_read_what_the_person_may_know():
    found = {
        (module.name, call.func.attr)
        for module in (*SERVICES.glob("*.py"), *SERVICES.parent.glob("ui/**/*.py"))
        for call in calls(module)
        if isinstance(call.func, ast.Attribute)
        and ast.unparse(call.func.value).endswith("vault")
        and call.func.attr in READS
    }
    assert {each for each in found if each[0] not in ("vaults.py", "people.py", "journal.py")} == set(WHOLE)
