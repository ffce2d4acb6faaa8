# SPDX-License-Identifier: Apache-2.0
"""What one marking says, whichever form it was written in, and how it is written in either form."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from reviewer_app.domain.markings.data import Form, MarkingData

Path = tuple[str, ...]
"""A system, a system and compartment, or both and a sub-compartment: `("SI", "G", "ABCD")`."""

NOFORN = frozenset({"NOFORN"})
"""The release to nobody abroad."""

SHORT_REL = "REL"
"""The grant of a portion `(S//REL)`: to the list of a banner that is not known here."""


@dataclass(frozen=True)
class Mark:
    """One marking. Levels are in portion form, controls in banner form, whatever the text was.

    `fgi` and `cui` are None where absent; empty means a concealed source, and CUI without a category. `release` is
    None where nothing is said, else what was written: `NOFORN`, country codes, `RELIDO`, `DISPLAY ONLY xxx`.
    `unknown` holds what the rules do not know. `foreign`: written `//DEU S`.
    """

    level: str
    sci: frozenset[Path] = frozenset()
    sap: frozenset[Path] = frozenset()
    aea: frozenset[Path] = frozenset()
    fgi: frozenset[str] | None = None
    cui: frozenset[str] | None = None
    controls: frozenset[str] = frozenset()
    release: frozenset[str] | None = None
    unknown: frozenset[str] = frozenset()
    foreign: bool = field(default=False, compare=False)

    @property
    def names(self) -> frozenset[str]:
        """Every name the rule rows speak of: `SI`, `SI-G`, `SI-*`, `SI-G *`, `ORCON`, `REL TO`, `CUI`, …"""
        names = set(self.controls)
        for path in self.sci | self.aea:
            names.add(path[0] if len(path) == 1 else f"{path[0]}-{path[1]}" + " *" * (len(path) - 2))
            if len(path) == 2:
                names.add(f"{path[0]}-*")
        names |= {"SAR"} if self.sap else set()
        names |= {"CUI"} if self.cui is not None else set()
        names |= {"FGI"} if self.fgi is not None else set()
        if self.release is not None:
            names |= {_release_name(grant) for grant in self.release}
        return frozenset(names)


def _release_name(grant: str) -> str:
    if grant.startswith("DISPLAY ONLY"):
        return "DISPLAY ONLY"
    return grant if grant in ("NOFORN", "RELIDO") else "REL TO"


def ascending(text: str) -> tuple[int, int, str]:
    """Sort key: numbers first, by value, then words (register, A.6)."""
    return (0, int(text), text) if text.isdecimal() and text.isascii() else (1, 0, text)


def by_code_length(code: str) -> tuple[bool, str]:
    """Sort key of a country list: trigraphs A to Z, then tetragraphs A to Z."""
    return len(code) > 3, code


def write(mark: Mark, form: Form, data: MarkingData) -> str:
    """The marking's text in that form, without parentheses."""
    cui_alone = is_cui_alone(mark, data)
    level = mark.level if form == "portion" else data.level_word[mark.level]
    parts = ["CUI" if cui_alone else level]
    fgi = None if mark.fgi is None else sorted(mark.fgi, key=by_code_length)
    if mark.foreign and form == "portion" and fgi is not None:
        parts = [f"//{' '.join(fgi) or 'FGI'} {level}"]
        fgi = None
    words = data.portion_words if form == "portion" else {}
    parts += _paths(mark.sci, {})
    parts += [f"SAR-{part}" for part in _paths(mark.sap, {})]
    parts += _paths(mark.aea, words, tuple(data.aea))
    if fgi is not None:
        parts.append(" ".join(["FGI", *fgi]))
    if mark.cui is not None:
        parts += [] if cui_alone else ["CUI"]
        parts += _joined(sorted(mark.cui, key=lambda name: (not name.startswith("SP-"), name)))
    dissem = [name for name in mark.controls if data.control[name].group != "non-ic"]
    entries = [(data.order[name], _form_of(name, form, data)) for name in dissem]
    entries += _release(mark.release, form, data)
    parts += _joined([text for _, text in sorted(entries, key=lambda entry: (entry[1] if cui_alone else "", entry))])
    non_ic = sorted((name for name in mark.controls if name not in dissem), key=data.order.__getitem__)
    parts += _joined([_form_of(name, form, data) for name in non_ic])
    return "//".join([*parts, *sorted(mark.unknown)])


def is_cui_alone(mark: Mark, data: MarkingData) -> bool:
    """Unclassified, CUI, and nothing that CUI itself does not know: written without a level."""
    bare = not (mark.sci or mark.sap or mark.aea or mark.unknown or mark.fgi is not None)
    cui_only = all(data.control[name].group == "cui" for name in mark.controls)
    relido = mark.release is not None and "RELIDO" in mark.release
    return mark.cui is not None and data.rank[mark.level] == 0 and bare and cui_only and not relido


def _joined(entries: Collection[str]) -> list[str]:
    return ["/".join(entries)] if entries else []


def _form_of(name: str, form: Form, data: MarkingData) -> str:
    return data.control[name].portion if form == "portion" else name


def _release(release: frozenset[str] | None, form: Form, data: MarkingData) -> list[tuple[int, str]]:
    """The entries of a release grant with their places in the register."""
    if release is None:
        return []
    display = {grant for grant in release if _release_name(grant) == "DISPLAY ONLY"}
    countries = release - display - {"NOFORN", "RELIDO"}
    entries = [(data.order[name], _form_of(name, form, data)) for name in release & {"NOFORN", "RELIDO"}]
    if countries:
        codes = ", ".join(["USA", *sorted(countries, key=by_code_length)])
        entries.append((data.order["REL TO"], SHORT_REL if countries == {SHORT_REL} else f"REL TO {codes}"))
    if display:
        codes = ", ".join(sorted((grant.removeprefix("DISPLAY ONLY ") for grant in display), key=by_code_length))
        entries.append((data.order["DISPLAY ONLY"], f"DISPLAY ONLY {codes}"))
    return entries


def _paths(paths: Iterable[Path], words: dict[str, str], order: tuple[str, ...] = ()) -> list[str]:
    """One category: systems with `/`, compartments with `-`, sub-compartments with a space."""
    tree: dict[str, dict[str, set[str]]] = {}
    for path in paths:
        compartments = tree.setdefault(path[0], {})
        if len(path) > 1:
            compartments.setdefault(path[1], set()).update(path[2:])
    texts = []
    for system in sorted(tree, key=lambda name: (order.index(name) if order else 0, ascending(name))):
        text = system
        for compartment in sorted(tree[system], key=ascending):
            subs = sorted(tree[system][compartment], key=ascending)
            text += "-" + " ".join([words.get(compartment, compartment), *subs])
        texts.append(text)
    return _joined(texts)
