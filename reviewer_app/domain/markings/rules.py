# SPDX-License-Identifier: Apache-2.0
"""The marking rules as the rest of the product uses them; made from the text of `rules/markings.json`."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from reviewer_app.domain.markings.data import MarkingData, MarkingFinding, Profile, Rule
from reviewer_app.domain.markings.mark import SHORT_REL, Mark, is_cui_alone, write
from reviewer_app.domain.markings.reading import Reader, without_parentheses
from reviewer_app.domain.markings.rollup import covers, merge
from reviewer_app.errors import MarkingError

STRICT = Profile()


class MarkingRules:
    """One edition of the rules. `edition` is shown to people: the rules claim no authority of their own."""

    def __init__(self, data: MarkingData) -> None:
        self.edition = data.edition
        self._data = data
        self._reader = Reader(data)

    @classmethod
    def from_json(cls, text: str) -> "MarkingRules":
        """Read a rule file; raises RulesUnusable where it does not hold together."""
        return cls(MarkingData.from_json(text))

    @property
    def rules(self) -> Sequence[Rule]:
        """Every rule with its id, its sentence and its source, for help and for the checks of whole documents."""
        return self._data.rules

    def rule(self, name: str) -> Rule:
        """One rule by its id, such as `P4`; raises KeyError where the edition has none of that name."""
        return self._data.rule_by_id[name]

    # --- checking ----------------------------------------------------------------------------------------------

    def check_banner(self, text: str, profile: Profile = STRICT) -> list[MarkingFinding]:
        """Everything to say about a banner line; no error among the findings means that it is valid."""
        mark, findings = self._reader.examine(text, "banner")
        return findings + self._banner_cui(mark, profile) + self._relations(mark, profile)

    def check_portion(self, text: str, profile: Profile = STRICT) -> list[MarkingFinding]:
        """Everything to say about a portion mark with its parentheses."""
        if not (text.startswith("(") and text.endswith(")") and len(text) > 2):
            return [self._data.finding("P1", f"A portion mark stands in parentheses: ({text.strip('()')}).")]
        mark, findings = self._reader.examine(text[1:-1], "portion")
        if profile.cui == "DOD" and self._needs_cui_block(mark):
            findings = [*findings, self._data.finding("D2", self._data.rule_by_id["D2"].text, "warning")]
        if _is_short(mark):
            text = "REL alone is right only where its list is the list of the banner."
            findings = [*findings, self._data.finding("G", text, "warning")]
        return findings + self._relations(mark, profile)

    def portion(self, text: str, profile: Profile = STRICT) -> str:
        """The canonical portion mark without parentheses, from a text with or without them.

        Raises MarkingError with the first reason, also for `REL` alone, whose list nothing outside a document tells.
        """
        bare = without_parentheses(text)
        self._refuse(f"({bare})", text, profile)
        mark = self._reader.read(bare)
        if _is_short(mark):
            raise MarkingError(text=text, reason="REL alone does not say to whom; write REL TO with its list")
        return write(mark, "portion", self._data)

    def _refuse(self, portion: str, text: str, profile: Profile) -> None:
        for finding in self.check_portion(portion, profile):
            if finding.severity == "error":
                raise MarkingError(text=text, reason=finding.text.rstrip("."))

    def _banner_cui(self, mark: Mark, profile: Profile) -> list[MarkingFinding]:
        classified = mark.cui is not None and self._data.rank[mark.level] > 0
        if profile.cui == "DOD" and (classified or self._needs_cui_block(mark)):
            text = "A DoD banner says CUI alone, or the classification without CUI; the rest stands in the CUI block."
            return [self._data.finding("CUI", text)]
        return []

    def _needs_cui_block(self, mark: Mark) -> bool:
        """Whether it says of CUI what the DoD writes in the designation block only."""
        limited = any(self._data.control[name].group == "cui" for name in mark.controls)
        released = is_cui_alone(mark, self._data) and mark.release is not None
        return bool(mark.cui) or limited or released

    def _relations(self, mark: Mark, profile: Profile) -> list[MarkingFinding]:
        """Rules X1 to X5 and what the site's profile adds."""
        data, names = self._data, mark.names
        findings = []
        for limit in data.limits:
            if mark.level not in limit.levels and limit.profile in (None, profile.classification):
                levels = " or ".join(data.level_word[level] for level in limit.levels)
                findings += [
                    data.finding(limit.rule, f"{_spoken(name)} goes with {levels} only.")
                    for name in limit.names
                    if name in names
                ]
        for row in data.excludes:
            for other in row.others:
                if {row.name, other} <= names:
                    findings.append(
                        data.finding(row.rule, f"{_spoken(row.name)} does not stand with {_spoken(other)}.")
                    )
        for row in data.needs:
            for other in row.others:
                if row.name in names and other not in names:
                    findings.append(data.finding(row.rule, f"{_spoken(row.name)} needs {other}."))
        for name in mark.controls:
            for other in data.control[name].gives_way_to & names:
                findings.append(data.finding("R2", f"{name} gives way to {other} and is left out.", "warning"))
        for advice in data.advice:
            if advice.name in names and advice.unless not in names and advice.profile in (None, profile.classification):
                findings.append(data.finding(advice.rule, advice.text, "warning"))
        return findings

    # --- rolling up --------------------------------------------------------------------------------------------

    def roll_up(self, portions: Iterable[str], profile: Profile = STRICT) -> str:
        """The banner of a document with these portions, with or without parentheses; UNCLASSIFIED for none.

        Raises MarkingError that names a portion which is not valid or not modelled.
        """
        marks = {text: self._portion_mark(text, profile) for text in set(portions)}
        short = sorted(text for text, mark in marks.items() if _is_short(mark))
        if short:
            release = self._merge((marks[text] for text in marks if text not in short), profile).release
            if release is None or "NOFORN" in release:
                reason = "the other portions do not tell which list its REL stands for; write REL TO with its list"
                raise MarkingError(text=short[0], reason=reason)
            marks |= {text: replace(marks[text], release=release) for text in short}
        return self._banner(self._merge(marks.values(), profile), profile)

    def _portion_mark(self, text: str, profile: Profile) -> Mark:
        bare = without_parentheses(text)
        self._refuse(f"({bare})", text, profile)
        mark = self._reader.read(bare)
        if mark.sap and profile.classification == "DOD":
            raise MarkingError(text=text, reason=self._data.rule_by_id["D3"].text.rstrip("."))
        return mark

    def _merge(self, marks: Iterable[Mark], profile: Profile = STRICT) -> Mark:
        return merge(list(marks), self._reader, self._data, profile.classification)

    def _banner(self, mark: Mark, profile: Profile = STRICT) -> str:
        return write(self._of_profile(mark, profile), "banner", self._data)

    def _of_profile(self, mark: Mark, profile: Profile) -> Mark:
        """A DoD banner has CUI alone, or a classification without CUI; what else CUI says stands in its block.

        In an unclassified banner PROPIN beside CUI is the category, since the banner cannot tell it from the control.
        """
        if mark.cui is not None and self._data.rank[mark.level] == 0:
            shared = mark.controls & self._data.cui.shared_names
            mark = replace(mark, cui=mark.cui | shared, controls=mark.controls - shared)
        if profile.cui == "NARA" or mark.cui is None:
            return mark
        others = frozenset(name for name in mark.controls if self._data.control[name].group != "cui")
        if self._data.rank[mark.level] > 0:
            return replace(mark, cui=None, controls=others)
        bare = replace(mark, cui=frozenset(), controls=others)
        return replace(bare, release=None) if is_cui_alone(bare, self._data) else bare

    def join(self, markings: Iterable[str]) -> str:
        """The portion mark, without parentheses, that covers all of these; one alone is left as it is.

        For the journal: it takes any text, depends on the set of texts alone and never on a site's profile, and
        joining the result in again changes nothing. What is not known is kept; a level that is not known counts as
        the highest.
        """
        texts = set(markings)
        if len(texts) == 1:
            return texts.pop()
        return write(self._merge(self._reader.read(text) for text in texts), "portion", self._data)

    # --- comparing and showing ---------------------------------------------------------------------------------

    def covers(self, banner: str, portion_or_banner: str) -> bool:
        """Whether the banner protects at least as much as the other marking asks for (IC and NARA reading)."""
        return covers(self._reader.read(banner), self._reader.read(portion_or_banner), self._reader, self._data)

    def holds(self, ceiling: str, marking: str) -> bool:
        """Whether a place that may hold up to this banner may hold a marking.

        SCI, SAP, AEA, FGI and the release of what is classified decide beside the level. Handling controls and CUI
        ask for care in the same place, so only an UNCLASSIFIED place holds no CUI.
        """
        mark, data = self._reader.read(marking), self._data
        released = mark.release if data.rank[mark.level] > 0 else None
        bare = replace(mark, cui=None, controls=frozenset(), release=released)
        is_place_for_cui = self.level(ceiling) != data.level_word[data.levels[0].portion]
        return (mark.cui is None or is_place_for_cui) and covers(self._reader.read(ceiling), bare, self._reader, data)

    def highest(self, banner: str, floor: str) -> str:
        """The banner to show where the floor is the system-high marking: it covers both; any text is taken."""
        if self.covers(banner, floor):
            return self.banner_of_portion(banner)
        if self.covers(floor, banner):
            return self.banner_of_portion(floor)
        return self._banner(self._merge([self._reader.read(banner), self._reader.read(floor)]))

    def banner_of_portion(self, portion: str) -> str:
        """One marking in banner form; what is not known is kept."""
        return self._banner(self._reader.read(portion))

    def portion_of_banner(self, banner: str) -> str:
        """One marking in portion form, without parentheses; what is not known is kept."""
        return write(self._reader.read(banner), "portion", self._data)

    def level(self, text: str) -> str:
        """The level's word, of a banner or portion: UNCLASSIFIED, CUI, CONFIDENTIAL, SECRET, TOP SECRET.

        `TOP SECRET//SCI` where TOP SECRET stands with SCI, which has a banner color of its own. SECURITY: a level
        that is not known is TOP SECRET.
        """
        mark = self._reader.read(text)
        word = self._data.level_word[mark.level]
        if mark.cui is not None and self._data.rank[mark.level] == 0:
            return self._data.cui.words[0]
        return f"{word}//SCI" if mark.sci and mark.level == self._data.levels[-1].portion else word


def _is_short(mark: Mark) -> bool:
    """Whether it is released to the list of the banner it stands under."""
    return mark.release is not None and SHORT_REL in mark.release


def _spoken(name: str) -> str:
    """A rule row's name as a person reads it."""
    if name.endswith(" *"):
        return f"{name.removesuffix(' *')} with a sub-compartment"
    return f"{name.removesuffix('-*')} with a compartment" if name.endswith("-*") else name
