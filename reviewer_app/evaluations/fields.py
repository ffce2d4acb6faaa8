# SPDX-License-Identifier: Apache-2.0
"""Reading untrusted JSON tolerantly: a known field of the wrong type becomes a warning and None, never a zero."""

import json
import math
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

MOST_WARNINGS = 200
LONGEST_TEXT = 2_000
LARGEST_COUNT = 2**53


class Unreadable(Exception):
    """The file cannot be read at all. Its text is the reason, a clause that can follow a colon."""


class Warnings:
    """Sentences about one file, each once, in the order they came up."""

    def __init__(self) -> None:
        self._sentences: dict[str, None] = {}

    def add(self, sentence: str) -> None:
        if len(self._sentences) < MOST_WARNINGS:
            self._sentences[sentence] = None

    def all(self) -> list[str]:
        return list(self._sentences)


def short(value: object, most: int = 80) -> str:
    """Any JSON value on one line, cut to `most` characters."""
    text = " ".join((value if isinstance(value, str) else as_json(value))[: 4 * most].split())
    return text if len(text) <= most else text[: most - 1] + "…"


def as_json(value: object) -> str:
    """JSON text of a value read from JSON."""
    return json.dumps(value, ensure_ascii=False)


def is_not_a_number(value: object) -> bool:
    """NaN and infinity, which the readers of JSON hand on as the words the file writes."""
    return value in ("NaN", "Infinity", "-Infinity") or (isinstance(value, float) and not math.isfinite(value))


class Fields:
    """One JSON object, read field by field; `path` names it in warnings."""

    def __init__(self, values: Mapping[str, Any], path: str, warnings: Warnings) -> None:
        self.values = values
        self.warnings = warnings
        self._path = path

    def __contains__(self, key: str) -> bool:
        return self.values.get(key) is not None

    def raw(self, key: str) -> Any:
        """The value as it stands."""
        return self.values.get(key)

    def text(self, key: str) -> str | None:
        """A text, not empty; a number is taken as its digits."""
        value = self.values.get(key)
        if isinstance(value, str):
            return value[:LONGEST_TEXT] or None
        if isinstance(value, int | float) and not isinstance(value, bool):
            return str(value)
        self._refuse(key, "a text")
        return None

    def count(self, key: str) -> int | None:
        """A whole number, zero or more."""
        value = self.values.get(key)
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < LARGEST_COUNT:
            return value
        self._refuse(key, "a count")
        return None

    def number(self, key: str) -> float | None:
        """A finite number."""
        value = self.values.get(key)
        if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
            return float(value)
        if is_not_a_number(value):
            self.warnings.add(f"“{self._name(key)}” is not a number in the file ({short(value)}).")
            return None
        self._refuse(key, "a number")
        return None

    def moment(self, key: str) -> str | None:
        """An ISO 8601 date and time with its zone."""
        text = self.text(key)
        if text is None:
            return None
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            self._refuse(key, "a date and time")
            return None
        if moment.utcoffset() is None:
            self.warnings.add(f"“{self._name(key)}” gives a date without a time zone: {short(text)}.")
            return None
        return moment.isoformat()

    def part(self, key: str) -> "Fields":
        """The object under the key; an empty one when there is none."""
        value = self.values.get(key)
        if not isinstance(value, dict):
            self._refuse(key, "an object")
            value = {}
        return Fields(value, self._name(key), self.warnings)

    def parts(self, key: str) -> list["Fields"]:
        """The objects of the list under the key; anything else in it is named and left out."""
        value = self.values.get(key)
        if not isinstance(value, list):
            self._refuse(key, "a list")
            return []
        found = [
            Fields(item, f"{self._name(key)}[{i}]", self.warnings)
            for i, item in enumerate(value)
            if isinstance(item, dict)
        ]
        if len(found) < len(value):
            self.warnings.add(f"“{self._name(key)}” holds {len(value) - len(found)} entries that are not objects.")
        return found

    def named_parts(self, key: str) -> Iterator[tuple[str, "Fields"]]:
        """The objects of the object under the key, with their names."""
        inside = self.part(key)
        for name in inside.values:
            yield name, inside.part(name)

    def _name(self, key: str) -> str:
        return short(f"{self._path}.{key}" if self._path else key)

    def _refuse(self, key: str, wanted: str) -> None:
        value = self.values.get(key)
        if value is not None and value != "":
            self.warnings.add(
                f"“{self._name(key)}” is not {wanted} in the file ({short(value, 40)}); it is shown as absent."
            )
