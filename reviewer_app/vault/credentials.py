# SPDX-License-Identifier: Apache-2.0
"""One slot's keys: from a passphrase or the recovery key to the private seeds, and from those to the root keys."""

import hmac
import os
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA87PrivateKey, MLDSA87PublicKey
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM1024PrivateKey, MLKEM1024PublicKey

from reviewer_app.domain.canonical import new_id
from reviewer_app.errors import SignInRefused, SlotRefused, VaultError
from reviewer_app.vault.keychain import Keychain, WrongKey, derive, stretch, unwrap, wrap
from reviewer_app.vault.passphrases import PRACTICE, Rules, flaws, normal, refuse
from reviewer_app.vault.slotform import ACTIVE, PASSPHRASE, RECOVERY, REMEMBERED, Device, Epoch, SealedRoot, Slot

FLOOR = 600_000
CEILING = 20_000_000
"""Limits of the PBKDF2 rounds, checked before deriving: below is a downgrade, above a denial of service."""


DEVICE_LENGTH = 32
"""Bytes of a device secret."""
Random = Callable[[int], bytes]


@dataclass(frozen=True)
class NewPerson:
    """Who gets a slot: the person's permanent id, name, roles (`domain.people.Role`) and first passphrase.

    `until` (aware) is set where an officer gave the passphrase: it opens the slot before that moment only, and must be
    changed at once (APSC-DV-001790).
    """

    name: str
    roles: tuple[str, ...]
    passphrase: str = field(repr=False)
    id: str = field(default_factory=new_id)
    until: datetime | None = None


@dataclass(frozen=True)
class DeviceSecret:
    """32 random bytes in a key store of this computer, and where that is, in words; see `slotform.Device`."""

    secret: bytes = field(repr=False)
    backend: str
    system: str
    desktop: str
    kept_on: str

    def record_for(self, person: str) -> Device:
        """What the person's slot says of it."""
        return Device(self.backend, self.system, self.desktop, self.kept_on, device_check(self.secret, person))


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


def check_passphrase(passphrase: str, rules: Rules = PRACTICE) -> None:
    """Raises WeakPassphrase for one that does not meet the rules; the default is what no vault goes below."""
    refuse(flaws(passphrase, rules, earlier=None, words=()))


def passphrase_key(slot: Slot, passphrase: str, device: bytes | None = None) -> bytes:
    """The key that wraps the slot's seeds, from the passphrase and, where the slot names one, the device secret.

    Raises SlotRefused before deriving when the rounds are outside the limits, and SignInRefused when the device secret
    is lacking or is another one.
    """
    if slot.type != PASSPHRASE:
        raise SlotRefused(reason="a passphrase was asked for a slot of another type")
    if not FLOOR <= slot.rounds <= CEILING:
        raise SlotRefused(reason="the rounds of its key derivation are outside the limits")
    if slot.device is None:
        return derive(stretch(_octets(passphrase), slot.salt, slot.rounds), b"reviewer/1 seeds by passphrase", b"", 32)
    if device is None:
        raise SignInRefused(person=slot.name, reason="the slot also needs the device secret, which was not reached")
    if not hmac.compare_digest(device_check(device, slot.person), slot.device.check):
        raise SignInRefused(person=slot.name, reason="the key store gave another device secret than the slot's")
    stretched = stretch(_octets(passphrase), slot.salt, slot.rounds)
    return derive(stretched + device, b"reviewer/1 seeds by passphrase and device", b"", 32)


def device_check(secret: bytes, person: str) -> bytes:
    """8 bytes that tell another device secret from this one; of 256 random bits they give nothing away."""
    if len(secret) != DEVICE_LENGTH:
        raise ValueError("a device secret has 32 bytes")
    return derive(secret, b"reviewer/1 device secret check", bytes.fromhex(person), 8)


def recovery_wrapping_key(slot: Slot, key: bytes) -> bytes:
    """The key that wraps the recovery slot's seed; 256 random bits need no stretching."""
    return derive(key, b"reviewer/1 seeds by recovery key", slot.salt, 32)


def _octets(passphrase: str) -> bytes:
    # A keyboard may send one letter as two code points; surrogates come from broken input and open nothing.
    return normal(passphrase).encode("utf-8", "surrogatepass")


# --- passphrases that are known again ------------------------------------------------------------------------------


def verifier(seeds: Seeds, passphrase: str) -> bytes:
    """64 bytes by which the person's slot knows a passphrase again; one derivation, of FLOOR rounds, serves for all.

    SECURITY: keyed by the person's own seed, so that who copied a slot file learns nothing from them.
    """
    salt = derive(seeds.kem, b"reviewer/1 earlier passphrases salt", b"", 32)
    key = derive(seeds.kem, b"reviewer/1 earlier passphrases", b"", 64)
    return hmac.digest(key, stretch(_octets(passphrase), salt, FLOOR), "sha512")


def is_known(slot: Slot, seeds: Seeds, passphrase: str) -> bool:
    """Whether it is the slot's present passphrase or one of those before that it knows again."""
    if not slot.earlier:
        return is_present(slot, seeds, passphrase)
    found = verifier(seeds, passphrase)
    return any(hmac.compare_digest(found, known) for known in slot.earlier)


def is_present(slot: Slot, seeds: Seeds, passphrase: str) -> bool:
    """Whether it is the slot's passphrase now."""
    if slot.earlier:
        return hmac.compare_digest(verifier(seeds, passphrase), slot.earlier[-1])
    try:  # a slot of format 1, which has no device secret either
        return unwrap(passphrase_key(slot, passphrase), slot.kem_seed) == seeds.kem
    except WrongKey:
        return False


# --- making slots --------------------------------------------------------------------------------------------------


def make_slot(
    person: NewPerson,
    keychains: Iterable[Keychain],
    rounds: int,
    *,
    since: str,
    one_time: str = "",
    random: Random = os.urandom,
) -> Slot:
    """A slot with new key pairs for the person, which reaches these root keys; raises WeakPassphrase."""
    blank = _blank_slot(person.id, person.name, person.roles, PASSPHRASE, since)._replace(one_time=one_time)
    seeds = Seeds(kem=random(64), sign=random(32))
    slot = lock_with_passphrase(blank, seeds, person.passphrase, rounds, random=random)
    return _reach(slot._replace(earlier=(verifier(seeds, person.passphrase),)), seeds, keychains)


def make_recovery_slot(key: bytes, keychains: Iterable[Keychain], since: str, random: Random = os.urandom) -> Slot:
    """The slot that the printed recovery key opens."""
    slot = _blank_slot(new_id(), "", (), RECOVERY, since)._replace(salt=random(32))
    seeds = Seeds(kem=random(64), sign=b"")
    return _reach(slot._replace(kem_seed=wrap(recovery_wrapping_key(slot, key), seeds.kem)), seeds, keychains)


def lock_with_passphrase(
    slot: Slot,
    seeds: Seeds,
    passphrase: str,
    rounds: int,
    *,
    device: bytes | None = None,
    random: Random = os.urandom,
) -> Slot:
    """The slot with its seeds wrapped anew, by the passphrase and, where it names one, the device secret.

    Public keys and sealed root keys stay. Raises WeakPassphrase, and SignInRefused for the device secret.
    """
    check_passphrase(passphrase)
    if not FLOOR <= rounds <= CEILING:
        raise ValueError(f"rounds lie between {FLOOR} and {CEILING}")
    slot = slot._replace(salt=random(32), rounds=rounds)
    key = passphrase_key(slot, passphrase, device)
    return slot._replace(kem_seed=wrap(key, seeds.kem), sign_seed=wrap(key, seeds.sign))


def set_passphrase(slot: Slot, seeds: Seeds, passphrase: str, since: str) -> Slot:
    """What a slot says of a new passphrase of the person's own; it is locked with it apart from this."""
    earlier = (*slot.earlier, verifier(seeds, passphrase))[-REMEMBERED:]
    return slot._replace(since=since, one_time="", earlier=earlier)


def seal_root(slot: Slot, keychain: Keychain) -> SealedRoot:
    """The root key of one epoch, sealed to the slot's public key; nothing secret of the slot is needed."""
    secret, ciphertext = MLKEM1024PublicKey.from_public_bytes(slot.kem_public).encapsulate()
    key = _root_wrapping_key(secret, slot.person, keychain.vault, keychain.epoch)
    return SealedRoot(keychain.epoch, ciphertext, wrap(key, keychain.root))


def _blank_slot(person: str, name: str, roles: tuple[str, ...], kind: str, since: str) -> Slot:
    return Slot(person, name, tuple(roles), ACTIVE, kind, b"", 0, b"", b"", b"", b"", (), since)


def _reach(slot: Slot, seeds: Seeds, keychains: Iterable[Keychain]) -> Slot:
    """The slot with its public keys and the root keys sealed to them."""
    kem_public, sign_public = _public_keys(seeds)
    slot = slot._replace(kem_public=kem_public, sign_public=sign_public)
    return slot._replace(roots=tuple(seal_root(slot, keychain) for keychain in keychains))


# --- opening slots -------------------------------------------------------------------------------------------------


def open_seeds(slot: Slot, key: bytes, wrong: VaultError) -> Seeds:
    """The private seeds; raises `wrong` when the key does not open them, SlotRefused when they are not the slot's."""
    try:
        seeds = Seeds(unwrap(key, slot.kem_seed), unwrap(key, slot.sign_seed) if slot.sign_seed else b"")
    except WrongKey as error:
        raise wrong from error
    if _public_keys(seeds) != (slot.kem_public, slot.sign_public):
        raise SlotRefused(reason="a public key in it is not its owner's")
    return seeds


def open_root(slot: Slot, seeds: Seeds, vault: str, epoch: Epoch) -> Keychain:
    """The keys of an epoch; raises SlotRefused when the slot does not reach it or comes from elsewhere."""
    sealed = next((root for root in slot.roots if root.epoch == epoch.number), None)
    if sealed is None:
        raise SlotRefused(reason="a slot in it belongs to another epoch")
    secret = MLKEM1024PrivateKey.from_seed_bytes(seeds.kem).decapsulate(sealed.ciphertext)
    try:
        root = unwrap(_root_wrapping_key(secret, slot.person, vault, epoch.number), sealed.wrapped)
    except WrongKey as error:
        raise SlotRefused(reason="a slot in it belongs to another vault or person") from error
    return Keychain(root, vault, epoch.number, epoch.salt)


def verifies(public: bytes, signature: bytes, data: bytes) -> bool:
    """Whether this is the ML-DSA-87 signature of these bytes under this public key."""
    try:
        MLDSA87PublicKey.from_public_bytes(public).verify(signature, data)
    except (InvalidSignature, ValueError):
        return False
    return True


def _public_keys(seeds: Seeds) -> tuple[bytes, bytes]:
    kem = MLKEM1024PrivateKey.from_seed_bytes(seeds.kem).public_key().public_bytes_raw()
    if not seeds.sign:
        return kem, b""
    return kem, MLDSA87PrivateKey.from_seed_bytes(seeds.sign).public_key().public_bytes_raw()


def _root_wrapping_key(secret: bytes, person: str, vault: str, epoch: int) -> bytes:
    # SECURITY: bound to vault, epoch and person, so that a slot put elsewhere opens nothing.
    context = bytes.fromhex(vault) + epoch.to_bytes(4) + bytes.fromhex(person)
    return derive(secret, b"reviewer/1 root key", context, 32)
