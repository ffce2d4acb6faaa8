# SPDX-License-Identifier: Apache-2.0
"""The marking rules as data: what `resources/rules/markings.json` holds, so that a security manager can replace it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from reviewer_app.errors import RulesUnusable

Form = Literal["banner", "portion"]
"""A banner spells its level and controls out; a portion mark abbreviates them."""


@dataclass(frozen=True)
class Profile:
    """Whose rules a site follows, on two independent axes; the defaults are the stricter ones."""

    classification: Literal["IC", "DOD"] = "IC"
    cui: Literal["NARA", "DOD"] = "NARA"


@dataclass(frozen=True)
class MarkingFinding:
    """One thing to say about a marking: the rule's id, a sentence for a person, and where the rule comes from."""

    rule: str
    severity: Literal["error", "warning"]
    text: str
    source: str


class _Data(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Rule(_Data):
    """One rule: its id, what it says in a sentence, and its source with edition."""

    id: str
    text: str
    source: str


class Level(_Data):
    """One level, in banner and portion form; the file lists them from lowest to highest."""

    banner: str
    portion: str


class Control(_Data):
    """One control, in both forms; the file lists them in register order.

    `gives_way_to`: with one of these beside it the control is left out. `carries_noforn_over`: it is this other
    control together with NOFORN. `counts_unmarked`: an unclassified portion that bears it counts as a portion
    without a release mark (table 2 of section B.3).
    """

    banner: str
    portion: str
    group: Literal["dissem", "release", "cui", "non-ic"]
    title: str
    gives_way_to: frozenset[str] = frozenset()
    carries_noforn_over: str | None = None
    counts_unmarked: bool = False


class System(_Data):
    """The shape of one SCI system or AEA marking.

    `compartments`: pattern of a compartment, and the pattern of its sub-compartments (empty: it has none).
    `alone`: it may stand without a compartment.
    """

    compartments: dict[str, str] = {}
    alone: bool = True


class Cui(_Data):
    """How CUI is written: its words, the pattern of a category, categories that share a name with a control."""

    words: tuple[str, ...]
    category: str
    shared_names: frozenset[str]


class Limit(_Data):
    """These markings go with these levels only."""

    rule: str
    names: tuple[str, ...]
    levels: tuple[str, ...]
    profile: Literal["IC", "DOD"] | None = None


class Pairing(_Data):
    """One marking, and others that it excludes or needs."""

    rule: str
    name: str
    others: tuple[str, ...]


class Advice(_Data):
    """A warning beside a marking, unless another stands with it."""

    rule: str
    name: str
    text: str
    unless: str | None = None
    profile: Literal["IC", "DOD"] | None = None


class NotModelled(_Data):
    """A pattern of markings these rules do not know, and what a person is told."""

    pattern: str
    text: str


class MarkingData(_Data):
    """The whole rule file."""

    edition: str
    rules: tuple[Rule, ...]
    levels: tuple[Level, ...]
    sci: dict[str, System]
    aea: dict[str, System]
    portion_words: dict[str, str]
    controls: tuple[Control, ...]
    cui: Cui
    expansions: dict[str, frozenset[str]]
    limits: tuple[Limit, ...]
    excludes: tuple[Pairing, ...]
    needs: tuple[Pairing, ...]
    advice: tuple[Advice, ...]
    not_modelled: tuple[NotModelled, ...]

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        patterns = [row.pattern for row in self.not_modelled] + [self.cui.category]
        for system in (*self.sci.values(), *self.aea.values()):
            patterns += [*system.compartments.keys(), *system.compartments.values()]
        for pattern in patterns:
            re.compile(pattern)
        rows: tuple[Limit | Pairing | Advice, ...] = (*self.limits, *self.excludes, *self.needs, *self.advice)
        used = {row.rule for row in rows}
        missing = sorted(used - set(self.rule_by_id))
        if missing:
            raise ValueError(f"rules without text: {', '.join(missing)}")
        return self

    @classmethod
    def from_json(cls, text: str) -> "MarkingData":
        """Read a rule file; raises RulesUnusable where it does not hold together."""
        try:
            return cls.model_validate_json(text)
        except (ValidationError, re.error) as error:
            reason = error.errors()[0]["msg"] if isinstance(error, ValidationError) else str(error)
            raise RulesUnusable(name="marking", reason=reason) from error

    @cached_property
    def rule_by_id(self) -> Mapping[str, Rule]:
        return {rule.id: rule for rule in self.rules}

    @cached_property
    def order(self) -> Mapping[str, int]:
        """The place of each control in the register, by banner form."""
        return {control.banner: place for place, control in enumerate(self.controls)}

    @cached_property
    def control(self) -> Mapping[str, Control]:
        """Controls by banner form."""
        return {control.banner: control for control in self.controls}

    @cached_property
    def rank(self) -> Mapping[str, int]:
        """Levels by portion form, lowest 0."""
        return {level.portion: place for place, level in enumerate(self.levels)}

    @cached_property
    def level_word(self) -> Mapping[str, str]:
        """The word of each level, by portion form."""
        return {level.portion: level.banner for level in self.levels}

    @cached_property
    def unclassified_only(self) -> frozenset[str]:
        """Controls that never stand in a classified marking."""
        lowest = self.levels[0].portion
        return frozenset(name for limit in self.limits if limit.levels == (lowest,) for name in limit.names)

    def finding(self, rule: str, text: str, severity: Literal["error", "warning"] = "error") -> MarkingFinding:
        return MarkingFinding(rule, severity, text, self.rule_by_id[rule].source)
