# SPDX-License-Identifier: Apache-2.0
"""The site policy: how long somebody may leave the window alone, and that no value can loosen that."""

import pytest

from reviewer_app.domain.people import Role
from reviewer_app.errors import EntryError
from reviewer_app.policy import Policy


@pytest.mark.parametrize(
    ("given", "roles", "minutes"),
    [
        ({}, [Role.REVIEWER], 15),
        ({}, [Role.OFFICER], 10),
        ({}, list(Role), 10),
        ({}, [], 15),
        ({"idle_minutes": 5}, [Role.OFFICER], 5),
        ({"officer_idle_minutes": 2}, [Role.OFFICER, Role.REVIEWER], 2),
        ({"officer_idle_minutes": 2}, [Role.SUPERVISOR], 15),
    ],
)
def test_an_officer_gets_the_shorter_idle_limit(given, roles, minutes):
    assert Policy(**given).idle_limit(frozenset(roles)) == minutes


@pytest.mark.parametrize(
    ("name", "value"), [("idle_minutes", "16"), ("idle_minutes", "0"), ("officer_idle_minutes", "11")]
)
def test_an_idle_limit_is_never_loosened(name, value):
    with pytest.raises(EntryError):
        Policy.from_settings({name: value})


def test_a_vault_made_before_the_officers_limit_has_its_default():
    assert Policy.from_settings({"idle_minutes": "12"}).officer_idle_minutes == 10
