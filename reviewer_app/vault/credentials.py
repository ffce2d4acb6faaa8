# SPDX-License-Identifier: Apache-2.0
"""One slot's keys: from a passphrase or the recovery key to the private seeds, and from those to the root key."""

import os
import time
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA87PrivateKey
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM1024PrivateKey, MLKEM1024PublicKey

from reviewer_app.domain.canonical import new_id
from reviewer_app.errors import SlotRefused, VaultError, WeakPassphrase
from reviewer_app.vault.keychain import Keychain, WrongKey, derive, stretch, unwrap, wrap
from reviewer_app.vault.slotform import ACTIVE, PASSPHRASE, RECOVERY, SealedRoot, Slot

FLOOR = 600_000
CEILING = 20_000_000
"""Limits of the PBKDF2 rounds, checked before deriving: below is a downgrade, above a denial of service."""

LEAST_CHARACTERS = 15
"""Of a passphrase, after normalisation (APSC-DV-001680)."""

Random = Callable[[int], bytes]


@dataclass(frozen=True)
class NewPerson:
    """Who gets a slot: the person's permanent id, name, roles (`domain.people.Role`) and first passphrase."""

    name: str
    roles: tuple[str, ...]
    passphrase: str = field(repr=False)
    id: str = field(default_factory=new_id)


@dataclass(frozen=True, repr=False)
class Seeds:
    """A person's private keys as seeds: ML-KEM-1024 (64 bytes) and ML-DSA-87 (32; none behind the recovery key)."""

    kem: bytes
    sign: bytes


def calibrate(*, seconds: float = 0.5, clock: Callable[[], float] = time.perf_counter) -> int:
    """Rounds that take about so many seconds here, in whole ten thousands and within the limits."""
    sample = 100_000
    start = clock()
    stretch(b"calibration", bytes(32), sample)
    rounds = int(sample * seconds / max(clock() - start, 1e-6)) // 10_000 * 10_000
    return min(max(rounds, FLOOR), CEILING)


def check_passphrase(passphrase: str) -> None:
    """Raises WeakPassphrase for one that is too short."""
    found = len(unicodedata.normalize("NFKC", passphrase))
    if found < LEAST_CHARACTERS:
        raise WeakPassphrase(found=found, least=LEAST_CHARACTERS)


def passphrase_key(slot: Slot, passphrase: str) -> bytes:
    """The key that wraps the slot's seeds; raises SlotRefused before deriving when the rounds are outside the limits."""
    if slot.type != PASSPHRASE:
        raise SlotRefused(reason="a passphrase was asked for a slot of another type")
    if not FLOOR <= slot.rounds <= CEILING:
        raise SlotRefused(reason="the rounds of its key derivation are outside the limits")
    # A keyboard may send one letter as two code points; surrogates come from broken input and open nothing.
    octets = unicodedata.normalize("NFKC", passphrase).encode("utf-8", "surrogatepass")
    return derive(stretch(octets, slot.salt, slot.rounds), b"reviewer/1 seeds by passphrase", b"", 32)


def recovery_wrapping_key(slot: Slot, key: bytes) -> bytes:
    """The key that wraps the recovery slot's seed; 256 random bits need no stretching."""
    return derive(key, b"reviewer/1 seeds by recovery key", slot.salt, 32)


# --- making slots --------------------------------------------------------------------------------------------------


def make_slot(person: NewPerson, keychain: Keychain, rounds: int, random: Random = os.urandom) -> Slot:
    """A slot with new key pairs for the person; raises WeakPassphrase."""
    blank = _blank_slot(person.id, person.name, person.roles, PASSPHRASE)
    seeds = Seeds(kem=random(64), sign=random(32))
    return _reach(lock_with_passphrase(blank, seeds, person.passphrase, rounds, random), seeds, keychain)


def make_recovery_slot(key: bytes, keychain: Keychain, random: Random = os.urandom) -> Slot:
    """The slot that the printed recovery key opens."""
    slot = _blank_slot(new_id(), "", (), RECOVERY)._replace(salt=random(32))
    seeds = Seeds(kem=random(64), sign=b"")
    return _reach(slot._replace(kem_seed=wrap(recovery_wrapping_key(slot, key), seeds.kem)), seeds, keychain)


def lock_with_passphrase(slot: Slot, seeds: Seeds, passphrase: str, rounds: int, random: Random = os.urandom) -> Slot:
    """The slot with its seeds wrapped anew; public keys and sealed root keys stay. Raises WeakPassphrase."""
    check_passphrase(passphrase)
    if not FLOOR <= rounds <= CEILING:
        raise ValueError(f"rounds lie between {FLOOR} and {CEILING}")
    slot = slot._replace(salt=random(32), rounds=rounds)
    key = passphrase_key(slot, passphrase)
    return slot._replace(kem_seed=wrap(key, seeds.kem), sign_seed=wrap(key, seeds.sign))


def _blank_slot(person: str, name: str, roles: tuple[str, ...], kind: str) -> Slot:
    return Slot(person, name, tuple(roles), ACTIVE, kind, b"", 0, b"", b"", b"", b"", ())


def _reach(slot: Slot, seeds: Seeds, keychain: Keychain) -> Slot:
    """The slot with its public keys and the root key sealed to them."""
    kem_public, sign_public = _public_keys(seeds)
    secret, ciphertext = MLKEM1024PublicKey.from_public_bytes(kem_public).encapsulate()
    key = _root_wrapping_key(secret, slot.person, keychain.vault, keychain.epoch)
    root = SealedRoot(keychain.epoch, ciphertext, wrap(key, keychain.root))
    return slot._replace(kem_public=kem_public, sign_public=sign_public, roots=(root,))


# --- opening slots -------------------------------------------------------------------------------------------------


def open_slot(slot: Slot, key: bytes, vault: str, epoch: int, wrong: VaultError) -> tuple[Seeds, bytes]:
    """The private seeds and the root key of the epoch.

    Raises `wrong` when the key does not open the seeds, and SlotRefused when the parts do not belong together.
    """
    try:
        seeds = Seeds(unwrap(key, slot.kem_seed), unwrap(key, slot.sign_seed) if slot.sign_seed else b"")
    except WrongKey as error:
        raise wrong from error
    if _public_keys(seeds) != (slot.kem_public, slot.sign_public):
        raise SlotRefused(reason="a public key in it is not its owner's")
    sealed = next((root for root in slot.roots if root.epoch == epoch), None)
    if sealed is None:
        raise SlotRefused(reason="a slot in it belongs to another epoch")
    secret = MLKEM1024PrivateKey.from_seed_bytes(seeds.kem).decapsulate(sealed.ciphertext)
    try:
        return seeds, unwrap(_root_wrapping_key(secret, slot.person, vault, epoch), sealed.wrapped)
    except WrongKey as error:
        raise SlotRefused(reason="a slot in it belongs to another vault or person") from error


def _public_keys(seeds: Seeds) -> tuple[bytes, bytes]:
    kem = MLKEM1024PrivateKey.from_seed_bytes(seeds.kem).public_key().public_bytes_raw()
    if not seeds.sign:
        return kem, b""
    return kem, MLDSA87PrivateKey.from_seed_bytes(seeds.sign).public_key().public_bytes_raw()


def _root_wrapping_key(secret: bytes, person: str, vault: str, epoch: int) -> bytes:
    # SECURITY: bound to vault, epoch and person, so that a slot put elsewhere opens nothing.
    context = bytes.fromhex(vault) + epoch.to_bytes(4) + bytes.fromhex(person)
    return derive(secret, b"reviewer/1 root key", context, 32)
