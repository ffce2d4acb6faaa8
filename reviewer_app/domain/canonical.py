# SPDX-License-Identifier: Apache-2.0
"""One byte string for one value, the one hash, and new ids."""

import hashlib
import json
import os
import unicodedata
from typing import Any, NoReturn


def _refuse_float(text: str) -> NoReturn:
    raise ValueError(f"no floating point in canonical JSON: {text}")


_encode = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode
_decode = json.JSONDecoder(parse_float=_refuse_float, parse_constant=_refuse_float).decode


def canonical(value: object) -> str:
    """JSON text with sorted keys, no spaces, NFC and no floats; stored and hashed as it is, as UTF-8.

    Raises ValueError for text that has no UTF-8 form (a lone surrogate) and TypeError for what JSON cannot say.
    """
    text = _encode(value)
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
        text.encode()
    return text


def parse(text: str) -> Any:
    """The value of JSON text; raises ValueError on anything that is not JSON, and on floats."""
    return _decode(text)


def digest(text: str) -> str:
    """SHA-512 of the UTF-8 text, as 128 hexadecimal digits."""
    return hashlib.sha512(text.encode()).hexdigest()


def new_id() -> str:
    """A UUIDv4 as 32 hexadecimal digits, from the operating system's random source."""
    number = bytearray(os.urandom(16))
    number[6], number[8] = number[6] & 0x0F | 0x40, number[8] & 0x3F | 0x80
    return number.hex()
