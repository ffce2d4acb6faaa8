# SPDX-License-Identifier: Apache-2.0
"""The recovery key as a person prints it and types it back: 8 groups of 8 characters, each group with its own check.

Format: docs/formats.md, “Recovery key”. The check of a group is a weighted sum in the field of 32 elements, so one
mistyped character, two characters changed about in a group, or two groups changed about are found always, and a
24-bit checksum over the whole key finds the rest.
"""

import hashlib

from reviewer_app.errors import MistypedRecoveryKey, WrongRecoveryKey

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's 32 characters: no I, L, O or U."""

KEY_LENGTH = 32
GROUPS = 8
GROUP_LENGTH = 8
_CHECKSUM_LENGTH = 3
_DIGIT_BITS = 5
_DATA_BITS = _DIGIT_BITS * (GROUP_LENGTH - 1)
_LOOKALIKES = str.maketrans({"O": "0", "I": "1", "L": "1", " ": None, "-": None, "\n": None, "\t": None, "\r": None})


def to_text(key: bytes) -> str:
    """The 256-bit key as printed: 8 groups of 8 characters with dashes between them."""
    if len(key) != KEY_LENGTH:
        raise ValueError("a recovery key has 32 bytes")
    number = int.from_bytes(key + _checksum(key))
    groups = []
    for group in range(GROUPS):
        part = number >> _DATA_BITS * (GROUPS - 1 - group)
        digits = [part >> _DIGIT_BITS * (GROUP_LENGTH - 2 - place) & 31 for place in range(GROUP_LENGTH - 1)]
        groups.append("".join(ALPHABET[digit] for digit in [*digits, _check(group, digits)]))
    return "-".join(groups)


def from_text(text: str) -> bytes:
    """The key a person typed; case, spaces and dashes do not matter, and O, I and L count as the digits they resemble.

    Raises MistypedRecoveryKey with the number of the first group whose check does not fit, or WrongRecoveryKey when
    every group fits and the whole does not.
    """
    typed = text.upper().translate(_LOOKALIKES)
    number = 0
    for group in range(GROUPS):
        characters = typed[group * GROUP_LENGTH : (group + 1) * GROUP_LENGTH]
        digits = [ALPHABET.find(character) for character in characters]
        if len(digits) != GROUP_LENGTH or -1 in digits or digits[-1] != _check(group, digits[:-1]):
            raise MistypedRecoveryKey(group=group + 1)
        for digit in digits[:-1]:
            number = number << _DIGIT_BITS | digit
    if len(typed) != GROUPS * GROUP_LENGTH:
        raise MistypedRecoveryKey(group=GROUPS)
    data = number.to_bytes(KEY_LENGTH + _CHECKSUM_LENGTH)
    key = data[:KEY_LENGTH]
    if data[KEY_LENGTH:] != _checksum(key):
        raise WrongRecoveryKey
    return key


def _checksum(key: bytes) -> bytes:
    return hashlib.sha512(b"reviewer/1 recovery key" + key).digest()[:_CHECKSUM_LENGTH]


def _check(group: int, digits: list[int]) -> int:
    """Group number + sum of 2^(place+1) × digit, in the field of 32 elements: every weight differs and none is 1.

    The check itself stands with weight 1, so a change about with its neighbour is found as well.
    """
    total = group
    weight = 2
    for digit in digits:
        total ^= _times(weight, digit)
        weight = _times(weight, 2)
    return total


def _times(left: int, right: int) -> int:
    """The product in the field of 32 elements, polynomials modulo x^5 + x^2 + 1."""
    product = 0
    for bit in range(_DIGIT_BITS):
        if right >> bit & 1:
            product ^= left << bit
    for bit in range(2 * _DIGIT_BITS - 2, _DIGIT_BITS - 1, -1):
        if product >> bit & 1:
            product ^= 0b100101 << bit - _DIGIT_BITS
    return product
