# SPDX-License-Identifier: Apache-2.0
"""What a passphrase must be: the rules of the ASD STIG V6R4 (APSC-DV-001680 to 001790), as pure functions.

SECURITY: a flaw says which rule is not met, never by which characters; nothing here keeps or quotes a passphrase.
Characters are code points after NFKC, which is also what the key is derived from.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from reviewer_app.errors import WeakPassphrase

LONGEST = 500
"""Characters of a passphrase at most, so that a file pasted by mistake is noticed at once and never derived from."""

ESTIMATED = 40
"""Characters whose strength is estimated. Substitutes like `4` for `a` double the work with each kind of them:
40 characters of nothing else take 0.1 s, 100 take 0.7 s."""

LIMITS = {
    "length": (15, 128),  # 001680
    "strength": (3, 4),  # zxcvbn's score; 4 is 10**10 guesses, what a copied vault should stand
    "changed": (8, 128),  # 001730
    "least_days": (1, 30),  # 001760
    "most_days": (1, 60),  # 001770
    "kept": (5, 50),  # 001780
    "one_time_hours": (1, 72),  # 001790; the hours are those of a temporary account, 000300
}
"""The least and the greatest value of each rule."""

OFF_IN_PRACTICE = ("strength", "least_days", "most_days")


@dataclass(frozen=True)
class Rules:
    """What a vault demands: without arguments what the STIG does, with arguments more, never less.

    `classes` asks for a capital and a small letter, a digit and a special character (001690 to 001720). `changed` counts
    characters, `kept` earlier passphrases that may not return. Only where `practice` says that nothing in the vault is
    real may `classes` be off, and `strength`, `least_days` and `most_days` be 0, which is off. Raises ValueError.
    """

    length: int = 15
    classes: bool = True
    strength: int = 4
    changed: int = 8
    least_days: int = 1
    most_days: int = 60
    kept: int = 5
    one_time_hours: int = 72
    practice: bool = False

    def __post_init__(self) -> None:
        for name, (low, high) in LIMITS.items():
            value = getattr(self, name)
            if not low <= value <= high and not (self.practice and value == 0 and name in OFF_IN_PRACTICE):
                raise ValueError(f"{name} lies between {low} and {high}")
        if not self.classes and not self.practice:
            raise ValueError("only a practice vault does without classes of characters")
        if self.most_days and self.least_days > self.most_days:
            raise ValueError("least_days lies before most_days")


PRACTICE = Rules(practice=True, classes=False, strength=0, least_days=0, most_days=0)
"""Length, change and history alone; also the least that any vault takes."""


class Flaw(NamedTuple):
    """One rule that is not met: its permanent name and a short sentence for people."""

    rule: str
    sentence: str


def flaws(passphrase: str, rules: Rules, *, earlier: str | None, words: Sequence[str]) -> list[Flaw]:
    """Every rule that the passphrase does not meet, in a fixed order; for an empty one, all that it could.

    `earlier` is the passphrase it replaces, where that was typed too; `words` are names of the person and the vault,
    whose parts may not stand in it. What is too long is not looked at any further. Takes 0.2 s at most.
    """
    if len(passphrase) > LONGEST or len(text := normal(passphrase)) > LONGEST:
        return [Flaw("longest", f"more than {LONGEST} characters")]
    parts = _parts(words)
    found = [
        Flaw("length", f"{len(text)} of at least {rules.length} characters") if len(text) < rules.length else None,
        *(_missing_classes(text) if rules.classes else ()),
        _unsure(text),
        _guessable(text, rules.strength, parts),
        _unchanged(earlier, text, rules.changed),
        _named(text, parts),
    ]
    return [flaw for flaw in found if flaw]


def reused(rules: Rules) -> Flaw:
    """The flaw of a passphrase that opens one of the verifiers kept of earlier ones (001780)."""
    return Flaw("reused", f"used before, among the last {rules.kept}")


def too_soon(rules: Rules) -> Flaw:
    """The flaw of a change before `may_change` (001760)."""
    return Flaw("age", f"the present one is younger than {_days(rules.least_days)}")


def refuse(found: Sequence[Flaw]) -> None:
    """Raises WeakPassphrase, which names every flaw, where there is one."""
    if found:
        raise WeakPassphrase(reason="; ".join(flaw.sentence for flaw in found))


def cautions(passphrase: str) -> list[str]:
    """What is allowed and may yet lock its owner out elsewhere."""
    if normal(passphrase[:LONGEST]).isascii():
        return []
    return ["Holds characters that another keyboard may not offer."]


def normal(text: str) -> str:
    """NFKC: one letter typed as one or as two code points is one letter."""
    return unicodedata.normalize("NFKC", text)


def count_changed(old: str, new: str) -> int:
    """How many characters are changed between two passphrases: the least number of characters put in, taken out or
    exchanged that turns one into the other (Levenshtein's distance). Takes 0.1 s for twice 500 characters."""
    old, new = normal(old), normal(new)
    row = list(range(len(new) + 1))
    for taken, before in enumerate(old, 1):
        above, row = row, [taken]
        for place, after in enumerate(new):
            row.append(min(above[place + 1] + 1, row[place] + 1, above[place] + (before != after)))
    return row[-1]


# --- one rule each -------------------------------------------------------------------------------------------------

CLASSES = (
    ("capital", "no capital letter yet", ("Lu", "Lt")),
    ("small", "no small letter yet", ("Ll",)),
    ("digit", "no digit yet", ("Nd",)),
    ("special", "no special character yet (a space is none)", ("Pc", "Pd", "Ps", "Pe", "Pi", "Pf", "Po", "Sm", "Sc", "Sk", "So")),
)  # fmt: skip
"""Rules 001690 to 001720 by Unicode categories, so that every script counts. A letter of a script without capitals is
neither capital nor small: the rules ask for both, and taking one letter for both would loosen them."""

UNSURE = frozenset({"Cc", "Cs", "Cn", "Zl", "Zp", "Cf"})
"""Categories of what a keyboard does not send or a person does not see: controls, halves of characters, line ends,
formats; and unassigned code points, which a later Unicode may normalise to others."""
JOINERS = "\u200c\u200d"
"""Formats that belong to the spelling of some scripts, and are on their keyboards."""


def _missing_classes(text: str) -> Iterator[Flaw]:
    kinds = {unicodedata.category(each) for each in text}
    without_case = " (letters without capitals are neither)" if "Lo" in kinds else ""
    for rule, sentence, categories in CLASSES:
        if kinds.isdisjoint(categories):
            yield Flaw(rule, sentence + (without_case if rule in ("capital", "small") else ""))


def _unsure(text: str) -> Flaw | None:
    if any(unicodedata.category(each) in UNSURE and each not in JOINERS for each in text):
        return Flaw("characters", "holds a character that cannot be seen or typed")
    return None


def _guessable(text: str, least: int, parts: Sequence[str]) -> Flaw | None:
    """The strength by zxcvbn, which knows common words, names, dates, rows of keys, repeats and substitutes."""
    if not least:
        return None
    from zxcvbn_rs_py import zxcvbn

    start = text[:ESTIMATED].encode("utf-8", "replace").decode()  # it takes no halves of characters
    found = int(zxcvbn(start, list(parts)).score)
    if found >= least:
        return None
    return Flaw("strength", f"easy to guess (strength {found} of at least {least}), so add unrelated words")


def _unchanged(earlier: str | None, text: str, least: int) -> Flaw | None:
    if earlier is None:
        return None
    # Nothing that long was ever taken as a passphrase: of a pasted file the beginning is enough.
    changed = count_changed(normal(earlier[: 2 * LONGEST])[: 2 * LONGEST], text)
    return Flaw("changed", f"{changed} of at least {least} characters changed") if changed < least else None


def _parts(words: Sequence[str]) -> list[str]:
    """The words of names, folded. Very short ones would be found in anything: `Li`, `of`, initials."""
    names = " ".join(normal(word).casefold() for word in words)
    found = re.split(r"[\s!-/:-@\[-`{-~]+", names)
    return [part for part in found if len(part) >= (3 if part.isascii() else 2)]


def _named(text: str, parts: Sequence[str]) -> Flaw | None:
    folded = text.casefold()
    return Flaw("words", "holds a name of yours or of the vault") if any(part in folded for part in parts) else None


# --- age -----------------------------------------------------------------------------------------------------------
#
# `since` and `now` are aware moments of any zone. `now` is the trusted one, never earlier than anything recorded, and
# a jump of the clock enters it only when a person confirmed it: these functions cannot tell a jump from time that went
# by. A `since` after `now` was written while the clock was wrong, and holds nobody up.


def may_change(since: datetime, now: datetime, rules: Rules) -> bool:
    """Whether a passphrase set at `since` is old enough to be changed by its owner (001760)."""
    age = now.astimezone(UTC) - since.astimezone(UTC)
    return age < timedelta() or age >= timedelta(days=rules.least_days)


def expires(since: datetime, rules: Rules) -> datetime | None:
    """From when a passphrase set at `since` must be changed before anything else (001770), in UTC; None for never."""
    return _later(since, timedelta(days=rules.most_days)) if rules.most_days else None


def one_time_ends(since: datetime, rules: Rules) -> datetime:
    """Until when, exclusively, a one-time passphrase set at `since` opens its slot, in UTC (001790)."""
    return _later(since, timedelta(hours=rules.one_time_hours))


def _later(since: datetime, span: timedelta) -> datetime:
    try:
        return since.astimezone(UTC) + span
    except OverflowError:
        return datetime.max.replace(tzinfo=UTC)


def _days(number: int) -> str:
    return "a day" if number == 1 else f"{number} days"
