# SPDX-License-Identifier: Apache-2.0
"""One root key becomes one key per purpose; key wrapping; and the known-answer tests of all cryptography we rely on.

Formats: docs/formats.md, “Key derivation”.
"""

import hashlib
import hmac
from collections.abc import Callable
from functools import cached_property

from cryptography.exceptions import InvalidSignature, InvalidTag, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA87PrivateKey
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM1024PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.kbkdf import KBKDFHMAC, CounterLocation, Mode
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap

from reviewer_app.errors import UnsafeBuild

ROOT_LENGTH = 32


class WrongKey(Exception):
    """The wrapping key is not the one the key was wrapped with, or the wrapped key was changed."""


def derive(key: bytes, label: bytes, context: bytes, length: int) -> bytes:
    """`length` bytes for one purpose: KBKDF in counter mode with HMAC-SHA-512 (SP 800-108r1, section 4.1).

    The counter and the output length in bits are 32-bit big-endian numbers; the counter stands first.
    """
    return KBKDFHMAC(
        algorithm=hashes.SHA512(),
        mode=Mode.CounterMode,
        length=length,
        rlen=4,
        llen=4,
        location=CounterLocation.BeforeFixed,
        label=label,
        context=context,
        fixed=None,
    ).derive(key)


def stretch(passphrase: bytes, salt: bytes, rounds: int) -> bytes:
    """32 bytes from a passphrase by PBKDF2-HMAC-SHA512 (SP 800-132); other threads run on meanwhile."""
    return PBKDF2HMAC(algorithm=hashes.SHA512(), length=32, salt=salt, iterations=rounds).derive(passphrase)


def wrap(wrapping_key: bytes, key: bytes) -> bytes:
    """The key under AES-KW (SP 800-38F, RFC 3394): 8 bytes longer than it was."""
    return aes_key_wrap(wrapping_key, key)


def unwrap(wrapping_key: bytes, wrapped: bytes) -> bytes:
    """The key that was wrapped; raises WrongKey."""
    try:
        return aes_key_unwrap(wrapping_key, wrapped)
    except InvalidUnwrap as error:
        raise WrongKey from error


class Keychain:
    """The keys of one vault in one epoch, derived from its root key when first asked for.

    `vault` is the vault's id (32 hexadecimal digits), `salt` the 16 bytes SQLCipher keeps in front of the database.
    """

    def __init__(self, root: bytes, vault: str, epoch: int, salt: bytes) -> None:
        if len(root) != ROOT_LENGTH or len(salt) != 16:
            raise ValueError("a root key has 32 bytes and a database salt 16")
        self.root = root
        self.vault = vault
        self.epoch = epoch
        self.salt = salt

    def __repr__(self) -> str:
        # SECURITY: keys never reach a log or a traceback.
        return f"<Keychain of vault {self.vault}, epoch {self.epoch}>"

    def _key(self, purpose: bytes, length: int) -> bytes:
        context = bytes.fromhex(self.vault) + self.epoch.to_bytes(4)
        return derive(self.root, b"reviewer/1 " + purpose, context, length)

    @cached_property
    def database_key(self) -> bytes:
        """80 bytes, SQLCipher's three-part raw key: cipher key (32), MAC key (32), salt (16)."""
        return self._key(b"database cipher", 32) + self._key(b"database mac", 32) + self.salt

    @cached_property
    def journal_key(self) -> bytes:
        """64 bytes for the HMAC-SHA-512 of the journal's anchor."""
        return self._key(b"journal anchor", 64)

    @cached_property
    def blob_key(self) -> bytes:
        """32 bytes that wrap the key of each attachment."""
        return self._key(b"blob wrapping", 32)

    @cached_property
    def slot_key(self) -> bytes:
        """64 bytes for the HMAC-SHA-512 of the slot file."""
        return self._key(b"slot file", 64)

    @cached_property
    def attempts_key(self) -> bytes:
        """64 bytes for the HMAC-SHA-512 by which refused sign-ins are taken back."""
        return self._key(b"attempts", 64)


# --- known-answer tests --------------------------------------------------------------------------------------------

EXPECTED_TESTS = 10
"""How many known-answer tests there are: a test taken out is noticed."""


def self_test() -> int:
    """Runs the known-answer tests and returns their number; raises UnsafeBuild naming the first that goes wrong."""
    for name, holds in KNOWN_ANSWERS.items():
        try:
            right = holds()
        except (InvalidSignature, InvalidTag, UnsupportedAlgorithm, WrongKey) as error:
            raise UnsafeBuild(reason=f"{name} does not work") from error
        if not right:
            raise UnsafeBuild(reason=f"{name} gives a wrong result")
    if len(KNOWN_ANSWERS) != EXPECTED_TESTS:
        raise UnsafeBuild(reason=f"{len(KNOWN_ANSWERS)} of {EXPECTED_TESTS} cryptographic tests are present")
    return len(KNOWN_ANSWERS)


def _sha_512() -> bool:
    """FIPS 180-4, the example “abc”, through both libraries in use."""
    other = hashes.Hash(hashes.SHA512())
    other.update(b"abc")
    expected = bytes.fromhex(
        "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
        "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"
    )
    return hashlib.sha512(b"abc").digest() == expected == other.finalize()


def _hmac_sha_512() -> bool:
    """RFC 4231, test case 2."""
    return hmac.digest(b"Jefe", b"what do ya want for nothing?", "sha512") == bytes.fromhex(
        "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554"
        "9758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737"
    )


def _pbkdf2() -> bool:
    """Password “password”, salt “salt”, 2 rounds: the first 32 bytes of the published 64."""
    expected = "e1d9c16aa681708a45f5c7c4e215ceb66e011a2e9f0040713f18aefdb866d53c"
    return stretch(b"password", b"salt", 2).hex() == expected


def _kbkdf() -> bool:
    """The last 32 of 80 bytes, computed from the formula of SP 800-108r1 with the standard library's HMAC."""
    expected = "ff9e59c493c364957e4a9753cb61d049557e9498038355f5c6511af84821e6a7"
    return derive(bytes(range(32)), b"label", b"context", 80)[48:].hex() == expected


def _aes_kw() -> bool:
    """RFC 3394, section 4.6, and a changed byte is refused."""
    kek = bytes(range(32))
    key = bytes.fromhex("00112233445566778899aabbccddeeff000102030405060708090a0b0c0d0e0f")
    wrapped = bytes.fromhex("28c9f404c4b810f4cbccb35cfb87f8263f5786e2d80ed326cbc7f0e71a99f43bfb988b9b7a02dd21")
    try:
        unwrap(kek, wrapped[:-1] + b"\x20")
    except WrongKey:
        return wrap(kek, key) == wrapped and unwrap(kek, wrapped) == key
    return False


_GCM_KEY = bytes.fromhex("feffe9928665731c6d6a8f9467308308" * 2)
_GCM_NONCE = bytes.fromhex("cafebabefacedbaddecaf888")
_GCM_DATA = bytes.fromhex("feedfacedeadbeeffeedfacedeadbeefabaddad2")
_GCM_PLAIN = bytes.fromhex(
    "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
    "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39"
)
_GCM_SEALED = bytes.fromhex(
    "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
    "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f66276fc6ece0f4e1768cddf8853bb2d551b"
)


def _aes_gcm() -> bool:
    """Test case 16 of the GCM specification (McGrew, Viega), with a 256-bit key."""
    cipher = AESGCM(_GCM_KEY)
    sealed = cipher.encrypt(_GCM_NONCE, _GCM_PLAIN, _GCM_DATA)
    return sealed == _GCM_SEALED and cipher.decrypt(_GCM_NONCE, sealed, _GCM_DATA) == _GCM_PLAIN


def _aes_gcm_refuses() -> bool:
    """The same sealed text with one changed byte."""
    try:
        AESGCM(_GCM_KEY).decrypt(_GCM_NONCE, _GCM_SEALED[:-1] + b"\x1a", _GCM_DATA)
    except InvalidTag:
        return True
    return False


def _ml_kem() -> bool:
    """Key generation from a fixed seed, agreement of both sides, and implicit rejection (FIPS 203, algorithm 18)."""
    seed = bytes(range(64))
    private = MLKEM1024PrivateKey.from_seed_bytes(seed)
    public = private.public_key()
    secret, sealed = public.encapsulate()
    junk = bytes(1568)
    return (
        hashlib.sha512(public.public_bytes_raw()).hexdigest()
        == "fa89da86bca130d9935ce30123d180f990ff49b885b4c30bcc61e001c0ef58ac"
        "99c3b381c9b4b185f544bd4030e586e1dee22144600fbe692c0f176526330c4b"
        and private.decapsulate(sealed) == secret
        and private.decapsulate(junk) == hashlib.shake_256(seed[32:] + junk).digest(32)
    )


def _ml_dsa() -> bool:
    """Key generation from a fixed seed; a signature that holds."""
    private = MLDSA87PrivateKey.from_seed_bytes(bytes(range(32)))
    public = private.public_key()
    public.verify(private.sign(b"message"), b"message")
    return (
        hashlib.sha512(public.public_bytes_raw()).hexdigest()
        == "31ff0591a266672f9c8fcf07bab8a4377486e42592fb0788d6daa32e676568a9"
        "17f4306035281ab54fd71a6f38fa245ee38f2e7848dd355ccba8c4a2c7645eca"
    )


def _ml_dsa_refuses() -> bool:
    """A signature over other bytes."""
    private = MLDSA87PrivateKey.from_seed_bytes(bytes(range(32)))
    try:
        private.public_key().verify(private.sign(b"message"), b"massage")
    except InvalidSignature:
        return True
    return False


KNOWN_ANSWERS: dict[str, Callable[[], bool]] = {
    "SHA-512": _sha_512,
    "HMAC-SHA-512": _hmac_sha_512,
    "PBKDF2-HMAC-SHA512": _pbkdf2,
    "KBKDF": _kbkdf,
    "AES-KW": _aes_kw,
    "AES-GCM": _aes_gcm,
    "AES-GCM's refusal": _aes_gcm_refuses,
    "ML-KEM-1024": _ml_kem,
    "ML-DSA-87": _ml_dsa,
    "ML-DSA-87's refusal": _ml_dsa_refuses,
}
