# SPDX-License-Identifier: Apache-2.0
"""What a slot file says, as values, and its text: canonical JSON, its SHA-512, its seal.

Format: docs/formats.md, “Slot file”.
"""

import hashlib
import hmac
import re
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from reviewer_app.domain.canonical import canonical, digest, parse
from reviewer_app.errors import DiskFailed, NewerVault, NotAVault, SlotRefused, SlotsDamaged
from reviewer_app.vault.files import faults_named

FORMAT = 2
"""What is written; format 1 is read too."""

LONGEST = 8 * 1024 * 1024
"""Bytes a slot file may have: some 500 people while the root key is changed."""

COPIES = ("slots.a", "slots.b")
PASSPHRASE, RECOVERY = "passphrase", "recovery"
KDFS = {PASSPHRASE: "pbkdf2-hmac-sha512", RECOVERY: "kbkdf-hmac-sha512"}
ACTIVE, DISABLED = "active", "disabled"
OFFICER = "officer"
REMEMBERED = 6
"""Passphrases a slot knows again: the present one and the five before it (APSC-DV-001780)."""

_SEED_LENGTHS = {PASSPHRASE: (72, 40, 2592), RECOVERY: (72, 0, 0)}
"""Bytes of the wrapped ML-KEM-1024 seed, the wrapped ML-DSA-87 seed and the ML-DSA-87 public key."""


_NOT_IN_FORMAT_1: dict[str, Any] = {"since": "", "one_time": "", "earlier": [], "device": None}
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


class Unreadable(Exception):
    """The bytes are not a whole slot file: their digest does not fit."""


class Epoch(NamedTuple):
    """One root key's time: its number, and the 16 bytes SQLCipher keeps in front of the database written under it."""

    number: int
    salt: bytes


class SealedRoot(NamedTuple):
    """The root key of one epoch, encapsulated to a slot's ML-KEM-1024 key: 1,568 bytes, and 40 under the secret."""

    epoch: int
    ciphertext: bytes
    wrapped: bytes


class Device(NamedTuple):
    """Where the device secret is kept that a slot needs besides its passphrase, in the words of that place: the class of
    the key store, operating system, desktop, and the day it was kept. `check` (8 bytes) tells another secret from it.
    """

    backend: str
    system: str
    desktop: str
    kept_on: str
    check: bytes


class Slot(NamedTuple):
    """One person's access to this vault, or the recovery key's (which has no name, no role and no signing pair).

    `since` says when the passphrase was set ("" where format 1 did not), `one_time` until when one that an officer gave
    opens the slot ("" for the person's own). `earlier` has a keyed verifier of each passphrase that is known again.
    """

    person: str
    name: str
    roles: tuple[str, ...]
    state: str
    type: str
    salt: bytes
    rounds: int
    kem_public: bytes
    sign_public: bytes
    kem_seed: bytes
    sign_seed: bytes
    roots: tuple[SealedRoot, ...]
    since: str = ""
    one_time: str = ""
    earlier: tuple[bytes, ...] = ()
    device: Device | None = None


class Content(NamedTuple):
    """Everything a slot file says; the last epoch is the current one, one before it is being left."""

    vault: str
    generation: int
    epochs: tuple[Epoch, ...]
    policy: Mapping[str, str]
    slots: tuple[Slot, ...]


def seal(slot_key: bytes, text: str) -> str:
    """HMAC-SHA-512 of the text under `Keychain.slot_key`, as 128 hexadecimal digits."""
    return hmac.digest(slot_key, text.encode(), "sha512").hex()


def to_bytes(content: Content, slot_key: bytes) -> bytes:
    """The whole file: three lines, the text, its digest and its seal."""
    text = canonical(
        {
            "format": FORMAT,
            "vault": content.vault,
            "generation": content.generation,
            "epochs": [{"number": epoch.number, "salt": epoch.salt.hex()} for epoch in content.epochs],
            "policy": dict(content.policy),
            "slots": [_slot_to_json(slot) for slot in content.slots],
        }
    )
    return f"{text}\n{digest(text)}\n{seal(slot_key, text)}\n".encode()


def from_bytes(data: bytes) -> tuple[Content, str, str]:
    """What the file says, its text and its seal, whose check needs the key.

    Raises Unreadable for bytes whose digest does not fit, NewerVault, and SlotRefused for whole bytes that say
    something no slot file says.
    """
    lines = data.split(b"\n")
    if len(data) > LONGEST or len(lines) != 4 or lines[3] or len(lines[2]) != 128:
        raise Unreadable
    if hashlib.sha512(lines[0]).hexdigest().encode() != lines[1]:
        raise Unreadable
    try:
        text, sealed = lines[0].decode(), lines[2].decode("ascii")
        value = parse(text)
        if (found := _whole(value["format"], least=1)) > FORMAT:
            raise NewerVault(found=found, known=FORMAT)
        return _content_from_json(value, {} if found > 1 else _NOT_IN_FORMAT_1), text, sealed
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise SlotRefused(reason="its text is not a slot file's") from error


def read_newest(folder: Path) -> tuple[bytes, dict[str, str]]:
    """The newest whole copy of a vault's slot file, and what is wrong with a copy by its name: missing, damaged, older.

    Raises NotAVault, SlotsDamaged, NewerVault, NoPermission, or SlotRefused for whole copies that contradict each
    other. Nothing is written.
    """
    copies = {name: _read_copy(folder / name) for name in COPIES}
    whole = {name: copy for name, copy in copies.items() if isinstance(copy, bytes)}
    if not whole:
        if set(copies.values()) == {"missing"}:
            raise NotAVault(name=folder.name)
        raise SlotsDamaged
    generations = {name: from_bytes(data)[0].generation for name, data in whole.items()}
    newest = max(generations, key=lambda name: generations[name])
    flaws = {name: copy for name, copy in copies.items() if isinstance(copy, str)}
    for name, data in whole.items():
        if generations[name] < generations[newest]:
            flaws[name] = "older"
        elif data != whole[newest]:
            raise SlotRefused(reason="its two copies contradict each other")
    return whole[newest], flaws


def _read_copy(path: Path) -> bytes | str:
    """The bytes of a whole copy, or what is wrong with it."""
    try:
        if path.exists() and not path.is_file():
            return "damaged"  # a pipe would be waited for
        with faults_named("read", path.name), path.open("rb") as file:
            data = file.read(LONGEST + 1)
        from_bytes(data)
    except DiskFailed as error:
        return "missing" if isinstance(error.__cause__, FileNotFoundError) else "damaged"
    except Unreadable:
        return "damaged"
    return data


def _slot_to_json(slot: Slot) -> dict[str, Any]:
    return {
        "person": slot.person,
        "name": slot.name,
        "roles": list(slot.roles),
        "state": slot.state,
        "type": slot.type,
        "kdf": {"name": KDFS[slot.type], "salt": slot.salt.hex(), "rounds": slot.rounds},
        "kem_public": slot.kem_public.hex(),
        "sign_public": slot.sign_public.hex(),
        "kem_seed": slot.kem_seed.hex(),
        "sign_seed": slot.sign_seed.hex(),
        "roots": [
            {"epoch": root.epoch, "ciphertext": root.ciphertext.hex(), "wrapped": root.wrapped.hex()}
            for root in slot.roots
        ],
        "since": slot.since,
        "one_time": slot.one_time,
        "earlier": [verifier.hex() for verifier in slot.earlier],
        "device": slot.device and {**slot.device._asdict(), "check": slot.device.check.hex()},
    }


def _content_from_json(value: dict[str, Any], lacking: dict[str, Any]) -> Content:
    epochs = tuple(Epoch(_whole(one["number"], least=1), _octets(one["salt"], 16)) for one in value["epochs"])
    slots = tuple(_slot_from_json(one | lacking) for one in value["slots"])
    numbers = [epoch.number for epoch in epochs]
    if (
        numbers != sorted(set(numbers))
        or len(numbers) not in (1, 2)
        or len({slot.person for slot in slots}) != len(slots)
    ):
        raise ValueError("one epoch or two that ascend, and a person has one slot")
    policy = {_text(name): _text(setting) for name, setting in value["policy"].items()}
    return Content(_identity(value["vault"]), _whole(value["generation"], least=1), epochs, policy, slots)


def _slot_from_json(value: dict[str, Any]) -> Slot:
    kind = _text(value["type"])
    kdf = value["kdf"]
    if kdf["name"] != KDFS[kind] or value["state"] not in (ACTIVE, DISABLED):
        raise ValueError("an unknown derivation or state")
    if len(value["earlier"]) > REMEMBERED or (kind == RECOVERY and value["device"] is not None):
        raise ValueError("more passphrases than are known again, or a recovery slot that needs a device secret")
    kem_seed, sign_seed, sign_public = _SEED_LENGTHS[kind]
    return Slot(
        person=_identity(value["person"]),
        name=_text(value["name"]),
        roles=tuple(_text(role) for role in value["roles"]),
        state=value["state"],
        type=kind,
        salt=_octets(kdf["salt"], 32),
        rounds=_whole(kdf["rounds"], least=0),
        kem_public=_octets(value["kem_public"], 1568),
        sign_public=_octets(value["sign_public"], sign_public),
        kem_seed=_octets(value["kem_seed"], kem_seed),
        sign_seed=_octets(value["sign_seed"], sign_seed),
        roots=tuple(
            SealedRoot(_whole(one["epoch"], least=1), _octets(one["ciphertext"], 1568), _octets(one["wrapped"], 40))
            for one in value["roots"]
        ),
        since=_moment(value["since"]),
        one_time=_moment(value["one_time"]),
        earlier=tuple(_octets(one, 64) for one in value["earlier"]),
        device=None if value["device"] is None else _device_from_json(value["device"]),
    )


def _device_from_json(value: dict[str, Any]) -> Device:
    backend, system, desktop, kept_on = (_text(value[name]) for name in Device._fields[:-1])
    return Device(backend, system, desktop, kept_on, _octets(value["check"], 8))


def _moment(value: object) -> str:
    text = _text(value)
    if text and not (_MOMENT.fullmatch(text) and datetime.fromisoformat(text)):
        raise ValueError("not a moment of UTC to the millisecond")
    return text


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("not a text")
    return value


def _whole(value: object, *, least: int) -> int:
    if type(value) is not int or not least <= value < 2**32:
        raise ValueError("not a whole number in its range")
    return value


def _octets(value: object, length: int) -> bytes:
    octets = bytes.fromhex(_text(value))
    if len(octets) != length:
        raise ValueError("not as many bytes as belong there")
    return octets


def _identity(value: object) -> str:
    if _octets(value, 16).hex() != value:
        raise ValueError("not an id")
    return value
