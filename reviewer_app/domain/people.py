# SPDX-License-Identifier: Apache-2.0
"""People, their roles, and the settings of a site."""

from enum import StrEnum
from typing import Annotated

from reviewer_app.domain.record import Id, Moment, Record, Refers, Searchable


class Role(StrEnum):
    """What a person may do in one vault. Roles stand in the vault's slots and never travel."""

    REVIEWER = "reviewer"
    SUPERVISOR = "supervisor"
    OFFICER = "officer"


class Person(Record):
    """A permanent identity, known by name on every workstation."""

    kind = "person"
    name: Annotated[str, Searchable()]


class RefusedTry(Record):
    """A try to sign in that was refused: whose slot, why in fixed words, and the machine's time then.

    Kept outside the vault until the next unlock journals it; `id` is the one it had there, so that it is journaled once.
    """

    kind = "refused_try"
    person: Annotated[Id, Refers("person")]
    why: str
    tried: Moment


class Setting(Record):
    """One value of the site policy of this vault, as JSON text; see `policy.Policy`."""

    kind = "setting"
    name: str
    value: str
