# SPDX-License-Identifier: Apache-2.0
"""Reading a marking's text: always to a value, never an exception, with findings about its form."""

import re
from dataclasses import dataclass, field, replace

from reviewer_app.domain.markings.data import Form, MarkingData, MarkingFinding, System
from reviewer_app.domain.markings.mark import SHORT_REL, Mark, Path, is_cui_alone, write

_FOREIGN = re.compile(r"(?P<codes>FGI|[A-Z]{3,4}(?: [A-Z]{3,4})*) (?P<level>[A-Z]+)")
_CODE = re.compile(r"[A-Z]{3,4}")


@dataclass
class _Draft:
    """What has been read so far."""

    level: str = ""
    sci: set[Path] = field(default_factory=set)
    sap: set[Path] = field(default_factory=set)
    aea: set[Path] = field(default_factory=set)
    fgi: set[str] | None = None
    concealed: bool = False
    cui: set[str] | None = None
    controls: set[str] = field(default_factory=set)
    release: set[str] | None = None
    unknown: set[str] = field(default_factory=set)
    foreign: bool = False
    findings: list[MarkingFinding] = field(default_factory=list)

    def mark(self) -> Mark:
        fgi = None if self.fgi is None else frozenset() if self.concealed else frozenset(self.fgi)
        return Mark(
            level=self.level,
            sci=frozenset(self.sci),
            sap=frozenset(self.sap),
            aea=frozenset(self.aea),
            fgi=fgi,
            cui=None if self.cui is None else frozenset(self.cui),
            controls=frozenset(self.controls),
            release=None if self.release is None else frozenset(self.release),
            unknown=frozenset(self.unknown),
            foreign=self.foreign,
        )


class Reader:
    """Reads texts by one rule file. The forms may be mixed while reading; the findings say where that is wrong."""

    def __init__(self, data: MarkingData) -> None:
        self._data = data
        self._levels = {word: level.portion for level in data.levels for word in (level.banner, level.portion)}
        self._names = {
            word.upper(): control.banner
            for control in data.controls
            for word in (control.banner, control.portion)
            if control.banner not in ("REL TO", "DISPLAY ONLY")
        }
        self._titles = {control.title: control.banner for control in data.controls}
        self._banner_words = {control.banner.upper() for control in data.controls}
        self._portion_words = {control.portion for control in data.controls}
        self._category = re.compile(data.cui.category)
        self._not_modelled = [(re.compile(row.pattern), row.text) for row in data.not_modelled]
        self._long_words = {short: long for long, short in data.portion_words.items()}

    def read(self, text: str) -> Mark:
        """What the text says, in either form, with or without parentheses."""
        return self.with_categories(self._draft(without_parentheses(text), None).mark())

    def examine(self, text: str, form: Form) -> tuple[Mark, list[MarkingFinding]]:
        """What the text (without parentheses) says, and every finding about its form."""
        scope = self._out_of_scope(text, form)
        draft = self._draft(text, form)
        mark = draft.mark()
        if scope:
            return mark, [scope]
        findings = draft.findings
        canonical = write(mark, form, self._data)
        if not findings and text not in self._spellings(mark, canonical, form):
            findings = [self._misplaced(text, canonical, form)]
        return mark, findings

    def is_category(self, entry: str) -> bool:
        """Whether this could be the name of a CUI category: the right shape, and not a name of something else."""
        known = entry in self._names or entry in self._levels or entry in self._data.cui.words
        known |= entry.partition("-")[0] in (*self._data.sci, *self._data.aea, "SAR", "FGI", SHORT_REL)
        return self._category.fullmatch(entry) is not None and (not known or entry in self._data.cui.shared_names)

    def with_categories(self, mark: Mark) -> Mark:
        """Beside CUI, what is not known but could be a category is taken for one, as it will be read again."""
        found = frozenset(filter(self.is_category, mark.unknown))
        if mark.cui is None or not found:
            return mark
        return replace(mark, cui=mark.cui | found, unknown=mark.unknown - found)

    # --- the whole text ----------------------------------------------------------------------------------------

    def _draft(self, text: str, form: Form | None) -> _Draft:
        draft = _Draft()
        foreign = text.startswith("//")
        head, *segments = text.upper().removeprefix("//").split("//")
        first, *beside = (part.strip() for part in head.split("/"))
        if not (foreign and self._foreign_level(first, draft)):
            self._level(first, form, draft)
        after_cui = draft.cui is not None
        for parts in filter(None, (beside, *(segment.split("/") for segment in segments))):
            entries = [part.strip() for part in parts]
            self._segment(entries, after_cui, form, draft)
            after_cui = entries[-1] == "CUI"
        return draft

    def _foreign_level(self, head: str, draft: _Draft) -> bool:
        found = _FOREIGN.fullmatch(head)
        if not found or found["level"] not in self._data.rank:
            return False
        draft.level, draft.foreign = found["level"], True
        self._fgi(found["codes"].removeprefix("FGI"), draft)
        return True

    def _level(self, head: str, form: Form | None, draft: _Draft) -> None:
        """SECURITY: a level that is not known counts as the highest, so nothing unreadable is ever shown as low."""
        if head in self._data.cui.words:
            draft.level, draft.cui = self._data.levels[0].portion, set()
            if form == "portion" and head != "CUI":
                draft.findings.append(
                    self._data.finding("P1", f"The word {head} is not used in portions: write (CUI).")
                )
            return
        draft.level = self._levels.get(head, self._data.levels[-1].portion)
        right = head in (self._data.level_word.values() if form == "banner" else self._data.rank)
        if form is not None and not right:
            draft.findings.append(self._level_finding(head, form))
        if head and head not in self._levels:
            self._segment([head], False, None, draft)

    def _level_finding(self, head: str, form: Form) -> MarkingFinding:
        if head in self._levels:
            right = self._data.level_word[self._levels[head]] if form == "banner" else self._levels[head]
            way = "spelled out in a banner" if form == "banner" else "abbreviated in a portion mark"
            return self._data.finding("G", f"The level is {way}: write {right}, not {head}.")
        if any(head.startswith(f"{word} ") for word in self._levels):
            return self._data.finding("B4", f"No other word stands with the level: {head}.")
        words = self._data.level_word.values() if form == "banner" else self._data.rank
        return self._data.finding("G", f"A marking begins with its level ({', '.join(words)} or CUI), not “{head}”.")

    def _segment(self, entries: list[str], after_cui: bool, form: Form | None, draft: _Draft) -> None:
        in_sap = False
        shared = frozenset() if all(map(self.is_category, entries)) else self._data.cui.shared_names
        for entry in filter(None, entries):
            if in_sap or entry.startswith("SAR-"):
                in_sap = in_sap or entry == entries[0]
                self._sap(entry.removeprefix("SAR-"), entry, draft)
            elif after_cui and self.is_category(entry) and entry not in shared:
                draft.cui = (draft.cui or set()) | {entry}
            else:
                self._entry(entry, form, draft)

    # --- one entry ---------------------------------------------------------------------------------------------

    def _entry(self, entry: str, form: Form | None, draft: _Draft) -> None:
        word = entry.replace("-", " ").partition(" ")[0]
        if word in self._data.sci and self._system(entry, self._data.sci[word], draft.sci):
            return
        if word in self._data.aea and self._system(self._long(entry, form), self._data.aea[word], draft.aea):
            return
        if word == "FGI":
            self._fgi(entry.removeprefix("FGI"), draft, form)
        elif entry == "CUI":
            draft.cui = draft.cui or set()
        elif entry == SHORT_REL and form != "banner":
            draft.release = (draft.release or set()) | {SHORT_REL}
        elif entry.startswith(("REL TO ", "DISPLAY ONLY ")):
            self._list(entry, draft, form)
        elif entry in self._names and self._right_form(entry, form, draft):
            self._control(self._names[entry], draft)
        else:
            draft.unknown.add(entry)
            if form is not None:
                draft.findings.append(self._unknown(entry, form))

    def _control(self, name: str, draft: _Draft) -> None:
        if name in ("NOFORN", "RELIDO"):
            draft.release = (draft.release or set()) | {name}
        else:
            draft.controls.add(name)

    def _right_form(self, entry: str, form: Form | None, draft: _Draft) -> bool:
        """Whether the control is written as this form wants it; CUI's own portions may spell controls out."""
        if form is None:
            return True
        if entry in (self._banner_words if form == "banner" else self._portion_words):
            return True
        control = self._data.control[self._names[entry]]
        return form == "portion" and draft.cui is not None and control.group in ("cui", "release")

    def _system(self, entry: str, system: System, paths: set[Path]) -> bool:
        name, *compartments = entry.split("-")
        found: set[Path] = {(name,)}
        for text in compartments:
            compartment, *subs = text.split(" ")
            shapes = [sub for pattern, sub in system.compartments.items() if re.fullmatch(pattern, compartment)]
            if not shapes or not all(shapes[0] and re.fullmatch(shapes[0], sub) for sub in subs):
                return False
            found |= {(name, compartment), *((name, compartment, sub) for sub in subs)}
        if " " in name or not (compartments or system.alone):
            return False
        paths |= found
        return True

    def _long(self, entry: str, form: Form | None) -> str:
        """The entry with its words in banner form (`SIGMA`, not `SG`)."""
        if form == "banner":
            return entry
        return re.sub(r"(?<=-)[A-Z]+", lambda found: self._long_words.get(found[0], found[0]), entry)

    def _sap(self, program: str, entry: str, draft: _Draft) -> None:
        name, *compartments = program.split("-")
        split = [text.split() for text in compartments]
        if not name.strip() or not all(split):
            draft.unknown.add(entry)
            draft.findings.append(self._data.finding("G", f"“{entry}” does not name a special access program."))
            return
        name = " ".join(name.split())
        draft.sap.add((name,))
        for compartment, *subs in split:
            draft.sap |= {(name, compartment), *((name, compartment, sub) for sub in subs)}

    def _fgi(self, codes: str, draft: _Draft, form: Form | None = None) -> None:
        listed = codes.split()
        draft.fgi = (draft.fgi or set()) | set(listed)
        draft.concealed |= not listed
        self._codes(listed, form, draft)

    def _list(self, entry: str, draft: _Draft, form: Form | None) -> None:
        name = "REL TO" if entry.startswith("REL TO ") else "DISPLAY ONLY"
        codes = [code for code in re.split(r"[ ,]+", entry.removeprefix(name)) if code]
        others = [code for code in codes if code != "USA"]
        if form is not None and not others:
            draft.findings.append(
                self._data.finding("G", f"{name} USA alone is not a list: name who else may have it.")
            )
        prefix = "" if name == "REL TO" else f"{name} "
        granted = {prefix + code for code in others} or {"NOFORN"}
        draft.release = (draft.release or set()) | granted
        self._codes(others, form, draft)

    def _codes(self, codes: list[str], form: Form | None, draft: _Draft) -> None:
        for code in codes:
            if form is not None and not _CODE.fullmatch(code):
                draft.findings.append(
                    self._data.finding("G", f"“{code}” is not a country or organization code of three or four letters.")
                )

    # --- findings about the form -------------------------------------------------------------------------------

    def _out_of_scope(self, text: str, form: Form) -> MarkingFinding | None:
        for pattern, reason in self._not_modelled:
            if pattern.search(text.upper()):
                return self._data.finding("SCOPE", f"{reason}.")
        if text.startswith("//") and form == "banner":
            return self._data.finding(
                "SCOPE", "A banner that begins with // is of a non-US or JOINT document, which is not modelled here."
            )
        return None

    def _unknown(self, entry: str, form: Form) -> MarkingFinding:
        control = self._data.control.get(self._names.get(entry, self._titles.get(entry, "")))
        if control is not None:
            right = control.banner if form == "banner" else control.portion
            place = "a banner" if form == "banner" else "a portion mark"
            return self._data.finding("G", f"In {place} write {right}, not {entry}.")
        return self._data.finding("G", f"“{entry}” is not in the register these rules know.")

    def _spellings(self, mark: Mark, canonical: str, form: Form) -> set[str]:
        """The good texts: CUI alone may be called CONTROLLED in a banner, and spell its controls out in a portion."""
        if not is_cui_alone(mark, self._data):
            return {canonical}
        if form == "portion":
            return {canonical, write(mark, "banner", self._data)}
        return {word + canonical.removeprefix("CUI") for word in self._data.cui.words}

    def _misplaced(self, text: str, canonical: str, form: Form) -> MarkingFinding:
        right = canonical if form == "banner" else f"({canonical})"
        if text.upper() == canonical.upper():
            return self._data.finding("G", f"Markings are written in upper case: {right}.")
        if re.sub(r"\s", "", text) == re.sub(r"\s", "", canonical):
            return self._data.finding("G", f"The spaces are not where they belong: write {right}.")
        if re.sub("/+", "/", text) == re.sub("/+", "/", canonical):
            return self._data.finding(
                "G", f"Categories are parted by //, controls of one category by /: write {right}."
            )
        return self._data.finding("G", f"The parts are not in the order and form of the register: write {right}.")


def without_parentheses(text: str) -> str:
    """The text of a portion mark; a banner is left as it is."""
    text = text.strip()
    return text[1:-1] if text.startswith("(") and text.endswith(")") else text
