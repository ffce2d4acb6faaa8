# SPDX-License-Identifier: Apache-2.0
"""The door of a vault: what may be seen before it is unlocked. Loads little, so that the unlock window comes fast."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from reviewer_app.errors import EntryError, NotAVault, SignInRefused, SlotRefused, VaultNotFound
from reviewer_app.paths import data_folder
from reviewer_app.vault.place import check_folder
from reviewer_app.vault.slotform import ACTIVE, PASSPHRASE, Slot, from_bytes, read_newest

SUFFIX = ".vault"
ALL_ROLES = 3
NOT_IN_NAMES = '/\\:*?"<>|'
LONGEST_NAME = 200  # bytes; file systems take 255


class Resident(NamedTuple):
    """Someone who may sign in."""

    id: str
    name: str
    roles: tuple[str, ...]

    def told(self) -> str:
        """`R. Ibarra, reviewer`; who holds every role is told by name alone."""
        return self.name if len(self.roles) == ALL_ROLES else f"{self.name}, {' and '.join(self.roles)}"


class Front(NamedTuple):
    """The part of the policy that is needed before unlock: organisation, system-high floor, notice, practice; how many
    refused tries within how many minutes lock a person, and for how many (0: until somebody ends it); whether device
    secrets may be used. What an earlier program did not write has its default."""

    organisation: str
    floor: str
    notice: str
    practice: bool
    attempts: int = 3
    attempt_minutes: int = 15
    lock_minutes: int = 0
    keyring: bool = False

    @classmethod
    def from_settings(cls, settings: Mapping[str, str]) -> "Front":
        """From JSON texts by name; raises SlotRefused when one is missing or of another type."""
        try:
            found = cls(**{name: json.loads(settings[name]) for name in cls._fields if name in settings})
        except (TypeError, ValueError, RecursionError) as error:
            raise SlotRefused(reason="its policy is not complete") from error
        if any(type(value) is not kind for value, kind in zip(found, _KINDS, strict=True)):
            raise SlotRefused(reason="its policy is not complete")
        return found


_KINDS = (str, str, str, bool, int, int, int, bool)


class Door(NamedTuple):
    """A vault from outside. Only a digest vouches for what stands here until the vault is open."""

    folder: Path
    people: tuple[Resident, ...]
    policy: Front

    @property
    def name(self) -> str:
        """The vault's name without its ending."""
        return self.folder.name.removesuffix(SUFFIX)


def look(folder: Path) -> Door:
    """Reads the door of a vault; writes nothing.

    Raises VaultNotFound, NotAVault, SlotsDamaged, SlotRefused, NewerVault, OnNetworkPath or NoPermission.
    """
    folder = check_folder(folder)
    if not folder.exists():
        raise VaultNotFound(name=folder.name)
    if folder.is_file():
        raise NotAVault(name=folder.name)
    content, *_ = from_bytes(read_newest(folder)[0])
    people = tuple(Resident(slot.person, slot.name, slot.roles) for slot in content.slots if _is_resident(slot))
    return Door(folder, people, Front.from_settings(content.policy))


def _is_resident(slot: Slot) -> bool:
    return slot.type == PASSPHRASE and slot.state == ACTIVE


def person_named(door: Door, name: str) -> str:
    """The id of the person with this name, or of the only one. Raises SignInRefused when nobody fits."""
    if not name and len(door.people) == 1:
        return door.people[0].id
    for each in door.people:
        if each.name == name:
            return each.id
    if not name:
        raise EntryError(field="Person", reason="several people have a slot in this vault; name one of them")
    raise SignInRefused(person=name, reason="there is no such person in this vault")


def name_flaw(name: str) -> str:
    """What is wrong with a vault's name, for the person who typed it; "" for one that every system can hold."""
    name = name.strip().removesuffix(SUFFIX).strip()
    if not name:
        return "Write a name for the vault."
    if any(character in NOT_IN_NAMES or not character.isprintable() for character in name) or name[0] == ".":
        return f"Leave out {' '.join(NOT_IN_NAMES)} and a dot at the beginning: not every disk takes them."
    if len(name.encode()) > LONGEST_NAME:
        return "This is too long for a folder's name. Shorten it."
    return ""


def vault_folder(parent: Path, name: str) -> Path:
    """The folder a vault of this name has."""
    return parent / (name.strip().removesuffix(SUFFIX).strip() + SUFFIX)


def nearby(parent: Path | None = None) -> list[Path]:
    """The vaults in the person's data folder, by name; what cannot be read there is left out."""
    parent = parent or data_folder()
    try:
        return sorted(path for path in parent.glob(f"*{SUFFIX}") if path.is_dir())
    except OSError:
        return []
