# SPDX-License-Identifier: Apache-2.0
"""The door of a vault: what may be seen before it is unlocked. Loads little, so that the unlock window comes fast."""

from dataclasses import dataclass
from pathlib import Path

from reviewer_app.domain.people import Role
from reviewer_app.errors import SignInRefused
from reviewer_app.paths import data_folder
from reviewer_app.policy import Policy
from reviewer_app.vault.place import check_folder
from reviewer_app.vault.slots import SlotFile

SUFFIX = ".vault"


@dataclass(frozen=True)
class Resident:
    """Someone who may sign in."""

    id: str
    name: str
    roles: tuple[Role, ...]

    def told(self) -> str:
        """`R. Ibarra, reviewer`; who holds every role is told by name alone."""
        return self.name if len(self.roles) == len(Role) else f"{self.name}, {' and '.join(self.roles)}"


@dataclass(frozen=True)
class Door:
    """A vault from outside. Only a digest vouches for what stands here until the vault is open."""

    folder: Path
    people: tuple[Resident, ...]
    policy: Policy

    @property
    def name(self) -> str:
        """The vault's name without its ending."""
        return self.folder.name.removesuffix(SUFFIX)


def look(folder: Path) -> Door:
    """Reads the door of a vault; writes nothing.

    Raises NotAVault, SlotsDamaged, SlotRefused, NewerVault, OnNetworkPath or NoPermission.
    """
    folder = check_folder(folder)
    slots = SlotFile.read(folder)
    people = tuple(
        Resident(each.id, each.name, tuple(Role(role) for role in each.roles))
        for each in slots.people
        if each.state == "active"
    )
    return Door(folder, people, Policy.from_settings(slots.policy))


def person_named(door: Door, name: str) -> str:
    """The id of the person with this name, or of the only one. Raises SignInRefused when nobody fits."""
    if not name and len(door.people) == 1:
        return door.people[0].id
    for each in door.people:
        if each.name == name:
            return each.id
    raise SignInRefused(person=name or "Nobody", reason="there is no such person in this vault")


def vault_folder(parent: Path, name: str) -> Path:
    """The folder a vault of this name has."""
    return parent / (name.strip().removesuffix(SUFFIX) + SUFFIX)


def nearby(parent: Path | None = None) -> list[Path]:
    """The vaults in the person's data folder, by name; what cannot be read there is left out."""
    parent = parent or data_folder()
    try:
        return sorted(path for path in parent.glob(f"*{SUFFIX}") if path.is_dir())
    except OSError:
        return []
