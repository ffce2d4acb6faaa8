# SPDX-License-Identifier: Apache-2.0
"""Who works on which case. Whoever is not assigned does not know of it (need-to-know), supervisors apart."""

from dataclasses import dataclass

from reviewer_app.domain.cases import Assignment, Case
from reviewer_app.errors import EntryError
from reviewer_app.services.acts import CASEWORK
from reviewer_app.services.cases import fetched
from reviewer_app.services.desk import Desk
from reviewer_app.vault.slotform import ACTIVE
from reviewer_app.vault.slots import SlotFile, SlotPerson

ASSIGNED, UNASSIGNED = "assigned", "unassigned"


@dataclass(frozen=True)
class Candidate:
    """Somebody who could work on a case, and whether they do."""

    person: str
    name: str
    assigned: bool


def candidates(desk: Desk, case: str) -> list[Candidate]:
    """Everybody whose role in this vault is casework, and who is assigned already, by name."""
    found = {each.id: each.name for each in _caseworkers(desk)}
    assigned = {each.person for each in desk.records.find(Assignment, case=case)}
    found |= {person: desk.name_of(person) for person in assigned if person not in found}
    return sorted((Candidate(person, name, person in assigned) for person, name in found.items()), key=lambda c: c.name)


def assign(desk: Desk, case: str, people: set[str]) -> bool:
    """Makes exactly these people (ids) work on the case; whether anything changed.

    Raises RoleLacking for whoever is no supervisor, EntryError for somebody who has no casework role in this vault.
    """
    marking = fetched(desk, Case, case).marking
    held = {each.person: each for each in desk.records.find(Assignment, case=case)}
    known = {each.id for each in _caseworkers(desk)}
    for person in people - held.keys() - known:
        reason = f"{desk.name_of(person)} is neither reviewer nor supervisor in this vault; choose somebody who is"
        raise EntryError(field="Person", reason=reason)
    for person in sorted(people - held.keys()):
        with desk.record(ASSIGNED, case=case, subject=person) as tx:
            tx.create(Assignment(marking=marking, case=case, person=person))
    for person in sorted(held.keys() - people):
        with desk.record(UNASSIGNED, case=case, subject=person) as tx:
            tx.delete(held[person])
    return held.keys() != people


def _caseworkers(desk: Desk) -> list[SlotPerson]:
    roles = {str(role) for role in CASEWORK}
    return [each for each in SlotFile.read(desk.vault.folder).people if each.state == ACTIVE and roles & {*each.roles}]
