# SPDX-License-Identifier: Apache-2.0
"""Destroying a vault: two officers, nothing opens afterwards, and what was not reached is told."""

import pytest

from reviewer_app.domain.people import Role
from reviewer_app.errors import NeedsSecondPerson, NotAVault, NotConfirmed, VaultNotFound
from reviewer_app.paths import data_folder
from reviewer_app.services import attachments, confirming, destroying, signing_in
from reviewer_app.services.door import look
from reviewer_app.vault.slots import SlotFile
from tests.desks import PASSPHRASE, add_colleague, cheap_passphrases, leave_for, make_desk
from tests.factories import LOG, incoming, make_case


@pytest.fixture
def desk(tmp_path):
    with cheap_passphrases():
        yield make_desk(tmp_path)


def test_two_officers_destroy_a_vault_and_are_told_what_stays(desk):
    add_colleague(desk, "S. Officer", (Role.OFFICER,))
    attachments.attach(desk, make_case(desk).id, LOG, incoming())
    folder, count = desk.vault.folder, signing_in.count_beside(SlotFile.read(desk.vault.folder))
    assert count.exists() and count.is_relative_to(data_folder())
    made = destroying.destroy(desk, leave_for(desk, destroying.DESTROYED))
    assert made.failed == () and any("slots.a" in line for line in made.destroyed)
    assert any("backups" in line for line in made.beyond) and any("solid-state" in line for line in made.beyond)
    assert not count.exists()
    with pytest.raises((NotAVault, VaultNotFound)):
        look(folder)


def test_one_officer_alone_or_unconfirmed_destroys_nothing(desk):
    with pytest.raises(NotConfirmed):
        desk.allow(destroying.DESTROYED)
    add_colleague(desk, "S. Officer", (Role.OFFICER,))
    with pytest.raises(NeedsSecondPerson):
        confirming.grant(desk, destroying.DESTROYED, [(desk.person.id, PASSPHRASE)])
    assert look(desk.vault.folder).people and desk.vault.folder.exists()
