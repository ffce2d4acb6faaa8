# SPDX-License-Identifier: Apache-2.0
"""A large JSON file as a stream: only what is asked for is built, the rest is passed over.

NaN, Infinity and -Infinity come out as these words; `fields` knows them. A key that stands twice keeps its last value.
"""

import codecs
import json
import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any, TypeVar

import ijson

from reviewer_app.evaluations.fields import Unreadable, Warnings
from reviewer_app.evaluations.jsontext import DEEPEST, NOT_JSON, TOO_DEEP, NotJson, warn_replaced, warn_twice
from reviewer_app.evaluations.source import SourceFile

PIECE = 64 * 1024
T = TypeVar("T")
_BREAKS_OFF = "its JSON breaks off: the file is cut off"


class CutOff(Unreadable):
    """The bytes are JSON as far as they go, and end before it does."""


def streamed(file: SourceFile, warnings: Warnings, work: Callable[["JsonFile"], T]) -> T:
    """What `work` makes of the file's JSON, read from its start.

    WORKAROUND: ijson refuses NaN and Infinity, which evaluation tools write. Only when it stumbles is the file read
    again with these words put in quotation marks, because looking for them costs more than parsing.
    """
    try:
        return work(JsonFile(file, warnings, quoting=False))
    except NotJson:
        return work(JsonFile(file, warnings, quoting=True))


class JsonFile:
    """One JSON text as a stream of events. `outermost` walks the keys of the outermost object; after each key its value is taken by
    `value` or `items`, or else skipped. At its end `followed` tells whether something comes after it."""

    def __init__(self, file: SourceFile, warnings: Warnings, quoting: bool) -> None:
        self._warnings = warnings
        self._pending = False
        self.followed = False
        self._text = _Utf8(file, warnings, quoting)
        self._parsed = ijson.basic_parse(self._text, buf_size=PIECE)

    def outermost(self) -> Iterator[str]:
        """The keys of the outermost object, none if it is something else. Raises NotJson or CutOff where they stop."""
        if self._next()[0] != "start_map":
            return
        seen = set()
        while True:
            event, key = self._next()
            if event == "end_map":
                self.followed = self._is_followed()
                return
            if key in seen:
                warn_twice(key, self._warnings)
            seen.add(key)
            self._pending = True
            yield key
            if self._pending:
                self.skip()

    def _is_followed(self) -> bool:
        try:
            next(self._parsed)
        except StopIteration:
            return False
        except ijson.JSONError:
            return True
        return True

    def skip(self) -> None:
        """Pass over the value that comes next."""
        self._pending = False
        depth = _STEPS.get(self._next()[0], 0)
        while depth:
            depth += _STEPS.get(self._next()[0], 0)

    def value(self) -> Any:
        """The value that comes next, whole."""
        self._pending = False
        return self._build(*self._next())

    def items(self) -> Iterator[Any]:
        """The items of the list that comes next, one at a time; none if it is something else."""
        self._pending = False
        event, value = self._next()
        if event != "start_array":
            self._build(event, value)
            return
        while (first := self._next())[0] != "end_array":
            yield self._build(*first)

    def _next(self) -> tuple[str, Any]:
        try:
            event, value = next(self._parsed)
        except StopIteration as error:
            raise CutOff(_BREAKS_OFF) from error
        except (ijson.JSONError, ValueError) as error:
            if self._text.ended:  # only then does the parser miss what should have followed
                raise CutOff(_BREAKS_OFF) from error
            raise NotJson(NOT_JSON) from error
        return event, float(value) if isinstance(value, Decimal) else value

    def _build(self, event: str, value: Any) -> Any:
        if event not in _OPENED:
            return value
        top: Any = _OPENED[event]()
        open_: list[Any] = [top]
        keys: list[str] = [""]
        while open_:
            event, value = self._next()
            if event == "map_key":
                if value in open_[-1]:
                    warn_twice(value, self._warnings)
                keys[-1] = value
            elif event in _CLOSING:
                open_.pop()
                keys.pop()
            else:
                made = _OPENED[event]() if event in _OPENED else value
                if isinstance(open_[-1], list):
                    open_[-1].append(made)
                else:
                    open_[-1][keys[-1]] = made
                if event in _OPENED:
                    open_.append(made)
                    keys.append("")
            if len(open_) > DEEPEST:
                raise Unreadable(TOO_DEEP)
        return top


_OPENED: dict[str, Callable[[], Any]] = {"start_map": dict, "start_array": list}
_CLOSING = ("end_map", "end_array")
_STEPS = {"start_map": 1, "start_array": 1, "end_map": -1, "end_array": -1}


class _Utf8:
    """The file's text as UTF-8, whatever it was; with `quoting`, NaN and Infinity stand in quotation marks."""

    _TOKEN = re.compile(r'\\.|"|NaN|-?Infinity', re.DOTALL)
    _LONGEST_TOKEN = 9

    def __init__(self, file: SourceFile, warnings: Warnings, quoting: bool) -> None:
        file.seek(0)
        self._file = file
        self._warnings = warnings
        self._encoding = json.detect_encoding(file.read(4))
        file.seek(0)
        self._decode = codecs.getincrementaldecoder(self._encoding)("replace").decode
        self.ended = False
        self._quoting = quoting
        self._in_string = False
        self._held = ""

    def read(self, size: int) -> bytes:
        """Some bytes; none only at the end, or when none were asked for."""
        while size:
            data = self._file.read(PIECE)
            text = self._decode(data, not data)
            warn_replaced(text, data, self._encoding, self._warnings)
            if self._quoting:
                text = self._quoted(text, last=not data)
            if text:
                return text.encode()
            if not data:
                self.ended = True
                break
        return b""

    def _quoted(self, text: str, last: bool) -> str:
        text = self._held + text
        settled = len(text) if last else len(text) - self._LONGEST_TOKEN
        parts, done = [], 0
        for token in self._TOKEN.finditer(text):
            if token.start() >= settled:
                break
            parts.append(text[done : token.start()])
            word = token[0]
            if word == '"':
                self._in_string = not self._in_string
            quote = '"' if word[-1] in "Ny" and word[0] != "\\" and not self._in_string else ""
            parts.append(f"{quote}{word}{quote}")
            done = token.end()
        cut = max(done, settled, 0)
        self._held = text[cut:]
        return "".join(parts) + text[done:cut]
