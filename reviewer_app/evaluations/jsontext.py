# SPDX-License-Identifier: Apache-2.0
"""JSON from untrusted bytes, held whole or as a list item by item, in whatever encoding it comes.

NaN, Infinity and -Infinity come out as these words; `fields` knows them. A key that stands twice keeps its last value.
"""

import codecs
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from reviewer_app.evaluations.fields import Unreadable, Warnings, short

DEEPEST = 200
LONGEST_ITEM = 16 * 1024 * 1024
NOT_JSON = "what should be JSON is not"
TOO_DEEP = f"its JSON is nested more than {DEEPEST} levels deep"
_SPACE = re.compile(r"[ \t\n\r]*")
_OPENED_LIST = re.compile(r"[ \t\n\r]*\[[ \t\n\r]*")
_NEXT_ITEM = re.compile(r"[ \t\n\r]*(?:,[ \t\n\r]*|(?=\]))")


class NotJson(Unreadable):
    """The bytes are not JSON."""


def parse(data: bytes | bytearray, warnings: Warnings) -> Any:
    """The value of a JSON text that is held in memory. Raises NotJson."""
    encoding = json.detect_encoding(data)
    text = data.decode(encoding, "replace")
    warn_replaced(text, data, encoding, warnings)
    try:
        value = _decoder(warnings).decode(text)
    except RecursionError as error:
        raise NotJson(TOO_DEEP) from error
    except ValueError as error:
        raise NotJson(NOT_JSON) from error
    if _depth(value) > DEEPEST:
        raise NotJson(TOO_DEEP)
    return value


def parse_items(pieces: Iterable[bytes], warnings: Warnings) -> Iterator[Any]:
    """The items of a JSON list that comes in pieces, one at a time, so that only one item need be held.

    Raises NotJson, also where it is no list or an item is longer than LONGEST_ITEM characters.
    """
    texts, decoder = _texts(pieces, warnings), _decoder(warnings)
    held = next(texts, "")
    opened = _OPENED_LIST.match(held)
    place = opened.end() if opened else len(held)
    while opened:
        place = _after_space(held, place)
        if held.startswith("]", place):
            for _ in texts:
                pass  # whoever gives the pieces may find out at their end that they are damaged
            return
        value, end = _decoded_if_whole(held, place, decoder)
        if end:
            yield value
            place = end
            continue
        # As much again as is held already, so that a long item is tried only a few times.
        held, place = held[place:], 0
        before = len(held)
        while len(held) <= 2 * before and (more := next(texts, "")):
            held += more
        if len(held) == before or before > LONGEST_ITEM:
            break
    raise NotJson(NOT_JSON)


def _texts(pieces: Iterable[bytes], warnings: Warnings) -> Iterator[str]:
    decode = None
    for piece in filter(None, pieces):
        if decode is None:
            encoding = json.detect_encoding(piece)
            decode = codecs.getincrementaldecoder(encoding)("replace").decode
        if text := decode(piece):
            warn_replaced(text, piece, encoding, warnings)
            yield text


def _decoded_if_whole(text: str, start: int, decoder: json.JSONDecoder) -> tuple[Any, int]:
    """An item and where the next one or the end of the list begins; 0 for that if the text may not reach so far."""
    try:
        value, end = decoder.raw_decode(text, start)
    except RecursionError as error:
        raise NotJson(TOO_DEEP) from error
    except ValueError:
        return None, 0
    if _depth(value) > DEEPEST:
        raise NotJson(TOO_DEEP)
    found = _NEXT_ITEM.match(text, end)
    return value, found.end() if found else 0


def _decoder(warnings: Warnings) -> json.JSONDecoder:
    def no_key_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            # WORKAROUND: Counter.most_common imports a module, which the sandboxed reader may not
            # https://github.com/python/cpython/blob/3.11/Lib/collections/__init__.py
            counts = Counter(key for key, _ in pairs)
            warn_twice(max(counts, key=counts.__getitem__), warnings)
        return found

    return json.JSONDecoder(object_pairs_hook=no_key_twice, parse_constant=str)


def _after_space(text: str, start: int) -> int:
    found = _SPACE.match(text, start)
    return found.end() if found else start


def _depth(value: Any) -> int:
    """How many lists and objects stand inside each other, counted level by level without recursion."""
    depth, level = 0, [value]
    while level := [item for item in level if isinstance(item, dict | list)]:
        depth += 1
        level = [inner for item in level for inner in (item.values() if isinstance(item, dict) else item)]
    return depth


def warn_replaced(text: str, data: bytes | bytearray, encoding: str, warnings: Warnings) -> None:
    """Say so when decoding put � where the bytes were wrong."""
    genuine = data.count("\ufffd".encode()) if encoding.startswith("utf-8") else 0
    if text.count("\ufffd") > genuine:
        warnings.add(f"Some bytes are not valid {encoding.removesuffix('-sig').upper()}; they are shown as �.")


def warn_twice(key: str, warnings: Warnings) -> None:
    """Say that a key stands twice in one object."""
    warnings.add(f"The key “{short(key)}” stands twice in one object; the last value is shown.")
