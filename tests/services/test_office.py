# SPDX-License-Identifier: Apache-2.0
from dataclasses import replace

import pytest

from reviewer_app.domain.people import Setting
from reviewer_app.errors import EntryError
from reviewer_app.policy import Policy, practice_policy
from reviewer_app.services import memos, office
from tests.factories import make_case

# --- what a vault may hold -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ceiling", "held", "refused"),
    [
        ("UNCLASSIFIED", ("U", "U//PR"), ("CUI", "C", "S//CUI")),
        ("CUI", ("U", "CUI", "CUI//NF", "CUI//PROPIN"), ("C", "S")),
        ("SECRET", ("CUI//NF", "C", "S", "S//OC", "S//PR", "S//CUI"), ("S//NF", "TS", "//GBR S")),
        ("SECRET//NOFORN", ("CUI", "S//NF", "S//OC/NF/PR", "S//REL TO USA, GBR", "S//CUI//NF"), ("TS", "S//SI//NF")),
        ("TOP SECRET//SI//NOFORN", ("TS", "TS//SI//NF", "S//SI//NF"), ("TS//SI/TK//NF", "TS//HCS-P//NF")),
        ("", ("CUI", "TS//SI/TK//NF"), ()),
    ],
)
def test_a_vault_holds_what_its_level_and_its_caveats_cover(desk, ceiling, held, refused):
    desk = replace(desk, policy=desk.policy.model_copy(update={"ceiling": ceiling}))
    assert [mark for mark in held if not desk.holds(mark)] == []
    for mark in refused:
        with pytest.raises(EntryError, match="highest marking this vault may hold"):
            desk.portion(mark)


def test_a_new_policy_holds_nothing_classified_and_a_practice_vault_everything():
    assert Policy().ceiling == "UNCLASSIFIED" and practice_policy().ceiling == ""


# --- what is printed of the office ---------------------------------------------------------------------------------


def test_changed_details_are_in_force_kept_and_journaled(desk):
    assert office.change(desk, contact="  Records desk, station 4 ", classified_by="J. Doe, reviewer")
    assert (desk.policy.contact, desk.policy.classified_by) == ("Records desk, station 4", "J. Doe, reviewer")
    kept = Policy.from_settings({setting.name: setting.value for setting in desk.vault.find(Setting)})
    assert kept == desk.policy
    assert desk.vault.entries(limit=1)[0].verb == "office details changed"
    assert dict(office.details(desk))["Contact"] == "Records desk, station 4"


def test_a_vault_made_before_a_setting_existed_gets_it(desk):
    (contact,) = (each for each in desk.vault.find(Setting) if each.name == "contact")
    with desk.record("office details changed") as tx:
        tx.set(contact, name="contact_before")
    assert office.change(desk, contact="Station 4")
    assert [each.value for each in desk.vault.find(Setting, name="contact")] == ['"Station 4"']


def test_unchanged_details_leave_no_entry_and_an_empty_letterhead_is_refused(desk):
    before = desk.vault.entries(limit=1)[0].number
    assert not office.change(desk, contact=desk.policy.contact)
    with pytest.raises(EntryError, match="Letterhead"):
        office.change(desk, letterhead=" ", contact="Station 4")
    assert desk.vault.entries(limit=1)[0].number == before


def test_the_checklist_names_what_the_office_has_to_fill_in(desk):
    case = make_case(desk).id
    office.change(desk, classified_by="", contact="")
    writing = replace(memos.opening(desk, case), body="(S//NF) One sentence.\n\n(CUI) Another.")
    waiting = [point for point in memos.points(desk, case, writing) if point.office and not point.ok]
    assert any("Classified By is empty" in point.what for point in waiting)
    office.change(desk, classified_by="J. Doe, reviewer", contact="Station 4")
    assert not [point for point in memos.points(desk, case, writing) if point.office and not point.ok]
