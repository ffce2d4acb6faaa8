# SPDX-License-Identifier: Apache-2.0
"""People, their roles, and the settings of a site."""

from enum import StrEnum
from typing import Annotated

from reviewer_app.domain.record import Record, Searchable


class Role(StrEnum):
    """What a person may do in one vault. Roles stand in the vault's slots and never travel."""

    REVIEWER = "reviewer"
    SUPERVISOR = "supervisor"
    OFFICER = "officer"


class Person(Record):
    """A permanent identity, known by name on every workstation."""

    kind = "person"
    name: Annotated[str, Searchable()]


class Setting(Record):
    """One value of the site policy of this vault, as JSON text; see `policy.Policy`."""

    kind = "setting"
    name: str
    value: str
