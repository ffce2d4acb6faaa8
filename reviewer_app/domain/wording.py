# SPDX-License-Identifier: Apache-2.0
"""The words the product never uses, because the order creates no license, approval, clearance or verdict."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError, field_validator

from reviewer_app.domain.seen import as_seen
from reviewer_app.errors import RulesUnusable

Span = tuple[int, int]
"""Start and end of a piece of text, in characters; the end is not part of it."""


@dataclass(frozen=True)
class WordingFinding:
    """A word that could be read as a verdict, where it stands, and what to write instead."""

    word: str
    start: int
    end: int
    use_instead: str

    @property
    def text(self) -> str:
        """The next step, for the person who typed it."""
        return f"Say it neutrally: {self.use_instead}."


class _Data(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Word(_Data):
    """A word or phrase with its forms. `typed_forms`: the forms looked for in what a person typed, where they differ.

    `when`: it is looked for only where the case has no recorded determination.
    """

    word: str
    forms: tuple[str, ...]
    use: str
    typed_forms: tuple[str, ...] | None = None
    when: Literal["no determination"] | None = None

    def looked_for(self, typed_by_person: bool) -> tuple[str, ...]:
        return self.typed_forms if typed_by_person and self.typed_forms is not None else self.forms


class Allowed(_Data):
    """An exact phrase in which a listed word is right, with the reason; `typed_only`: only in what a person typed."""

    phrase: str
    reason: str
    typed_only: bool = False


class WordingRules(_Data):
    """The rule file `rules/wording.json`. `advisory` is the fixed paragraph of every memo and report."""

    edition: str
    source: str
    advisory: str
    words: tuple[Word, ...]
    exceptions: tuple[Allowed, ...]
    markings: tuple[str, ...]

    @classmethod
    def from_json(cls, text: str) -> "WordingRules":
        """Read a rule file; raises RulesUnusable where it does not hold together."""
        try:
            return cls.model_validate_json(text)
        except (ValidationError, re.error) as error:
            reason = error.errors()[0]["msg"] if isinstance(error, ValidationError) else str(error)
            raise RulesUnusable(name="wording", reason=reason) from error

    @field_validator("markings")
    @classmethod
    def _are_patterns(cls, patterns: tuple[str, ...]) -> tuple[str, ...]:
        for pattern in patterns:
            re.compile(pattern)
        return patterns

    def check(
        self, text: str, *, typed_by_person: bool = False, quoted: Sequence[Span] = (), determined: bool = True
    ) -> list[WordingFinding]:
        """Every listed word in the text, in reading order.

        Left out are marking strings, the reviewed exceptions, the advisory paragraph and the `quoted` pieces: what a
        tool, an agreement or the developer said. SECURITY: the text is read as it looks: letters of another script,
        accents and what cannot be seen hide no word. `determined`: whether the case has a recorded determination,
        without which “not covered” must not be said.
        """
        seen, places = as_seen(text)
        left_out = [*quoted, *self._left_out(seen, places, typed_by_person)]
        findings = []
        for found in self._patterns[typed_by_person].finditer(seen):
            word = self._forms[typed_by_person][_plain(found[0])]
            begin, stop = _span(found, places)
            passed_over = determined and word.when is not None
            if not passed_over and not any(start <= begin and stop <= end for start, end in left_out):
                findings.append(WordingFinding(text[begin:stop], begin, stop, word.use))
        return findings

    def _left_out(self, seen: str, places: Sequence[int], typed_by_person: bool) -> Iterator[Span]:
        for pattern in (self._markings, self._exceptions[typed_by_person]):
            yield from (_span(found, places) for found in pattern.finditer(seen) if found[0])

    @cached_property
    def _forms(self) -> dict[bool, dict[str, Word]]:
        return {
            typed: {_plain(form): word for word in self.words for form in word.looked_for(typed)}
            for typed in (False, True)
        }

    @cached_property
    def _patterns(self) -> dict[bool, re.Pattern[str]]:
        return {typed: _whole(forms) for typed, forms in self._forms.items()}

    @cached_property
    def _exceptions(self) -> dict[bool, re.Pattern[str]]:
        always = [self.advisory, *(each.phrase for each in self.exceptions if not each.typed_only)]
        return {False: _whole(always), True: _whole([*always, *(each.phrase for each in self.exceptions)])}

    @cached_property
    def _markings(self) -> re.Pattern[str]:
        return re.compile("|".join(f"(?:{pattern})" for pattern in self.markings))


def _span(found: re.Match[str], places: Sequence[int]) -> Span:
    """Where in the text stands what was found in it as it is seen."""
    return places[found.start()], places[found.end() - 1] + 1


def _plain(words: str) -> str:
    """Lower case, one space between words: how forms are compared."""
    return " ".join(words.split()).lower()


def _whole(phrases: Iterable[str]) -> re.Pattern[str]:
    """Any of the phrases as whole words, the longest first; a line break is as good as a space."""
    longest_first = sorted(set(phrases), key=len, reverse=True)
    alternatives = "|".join(r"\s+".join(map(re.escape, phrase.split())) for phrase in longest_first)
    return re.compile(rf"(?<!\w)(?:{alternatives})(?!\w)", re.IGNORECASE)
