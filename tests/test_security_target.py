# SPDX-License-Identifier: Apache-2.0
"""The security target keeps to the program: every rule stands in it, and acts and tests named in it are really there."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from xml.etree import ElementTree

import pytest

from reviewer_app.domain.people import Role
from reviewer_app.services.acts import ACTS, Asks

ROOT = Path(__file__).parent.parent
TARGET = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
PICTURE = ROOT / "docs" / "pictures" / "keys.svg"

# What a site is asked for, by the chapter that answers it: controls of SP 800-53 r5, V-numbers and rules of the STIG.
RULES = {
    "Access and sign-in": """
        AC-7 V-222432 000530 V-222433 000540    AC-11 AC-12 V-222389 V-222390    AC-10 000010    000090 000100
        000060 V-222388    AC-8 000550 000560    AC-9 V-222437 000580    AC-3 AC-6 000460 000500 000510    AC-5
        AC-4 000480 000490    AC-2 000300 000320 000340 to 000430 000880    001800 000290    IA-11 001520""",
    "Identification and authenticators": """
        IA-2 001540    IA-2(1) IA-2(2) 001590 001600 001560 001570    IA-5 001680 001690 to 001720 001730 001760 001770
        001780 001790 001795    IA-6 001740 001850 003110 003280    IA-7 001860""",
    "Cryptography, integrity, media, recovery": """
        SC-13 002010    002020 002030 002040 002290    SC-28 SC-28(1) 002330 to 002350    SC-8 002440 002460 002470
        SC-12    SC-24 002310 002320    SI-11 002570 002580    SI-10 002530 002540 002550 002560 001995
        SI-6 002760 to 002780    SI-7 001430 003140 001360 001370    CM-7 001500 001510    002960
        MP-3 AC-16 003120 000110 to 000130 V-222393 003290 V-222664    MP-6    CP-9 CP-10 003060 003070
        003180 003230 003190 003170 003160    003240 003250""",
    "Audit": """
        AU-3 000980 000990 001010 001020 001030    AU-2 AU-12 000740 to 000880 000910 000940 000960 000970 V-222464
        V-222445    AU-8 001250 to 001270    AU-9 AU-9(3) 001280 to 001300 001350    AU-4 AU-5 001090 001110 001120
        AU-9(2) 001340 001070    AU-6 AU-7 001140 to 001220    AU-11 002900    AU-10 000590""",
}
FAULTS = (9, 10, 11, 13, 14, 15, 16, 17, 18, 22)
CHAPTERS = (*RULES, "Faults and attacks")


def rules(text: str) -> set[str]:
    """Every rule named in a text; of `000740 to 000880` each one by tens."""
    found = set(re.findall(r"\bV-\d{6}\b|\b[A-Z]{2}-\d+(?:\(\d+\))?|\b\d{6}\b", text))
    for first, last in re.findall(r"\b(\d{6})\s+to\s+(\d{6})\b", text):
        found |= {f"{number:06}" for number in range(int(first), int(last) + 1, 10)}
    return found


def chapter(title: str) -> str:
    """A chapter without its heading, up to the next one of its level or a higher one."""
    level, rest = re.search(rf"^(#+) {re.escape(title)}\n(.*)", TARGET, re.MULTILINE | re.DOTALL).groups()
    return re.split(rf"^#{{1,{len(level)}}} ", rest, maxsplit=1, flags=re.MULTILINE)[0]


def blocks() -> Iterator[tuple[str, str]]:
    """Each rule and each fault: its heading and what is said of it."""
    for title in CHAPTERS:
        for block in chapter(title).split("\n#### ")[1:]:
            heading, _, said = block.partition("\n")
            yield heading, said


BLOCKS = list(blocks())
named = pytest.mark.parametrize("said", [said for _, said in BLOCKS], ids=[heading for heading, _ in BLOCKS])

# --- rules -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("title", RULES)
def test_every_rule_stands_in_its_chapter(title):
    assert sorted(rules(RULES[title]) - rules(chapter(title))) == []


def test_a_range_of_rules_is_each_of_them():
    assert rules("AC-2(1), V-222432 (II); 000300 to 000320") == {"AC-2(1)", "V-222432", "000300", "000310", "000320"}


@named
def test_a_rule_is_shown_by_a_test_or_left_open(said):
    assert re.search(r"`tests/|\*\*Open\s+O\d+|[Ll]ater,\s+audit", said)


def test_every_open_finding_is_told_once_and_meant_somewhere():
    told = re.findall(r"^\| (O\d+) \|", chapter("Open findings"), re.MULTILINE)
    assert told == [f"O{number}" for number in range(1, len(told) + 1)]
    assert set(re.findall(r"\*\*Open\s+(O\d+)", "".join(map(chapter, CHAPTERS)))) == set(told)


def test_every_fault_has_its_row():
    assert tuple(int(number) for number in re.findall(r"^#### Row (\d+):", TARGET, re.MULTILINE)) == FAULTS


# --- tests -------------------------------------------------------------------------------------------------------------


@cache
def written_in(file: str) -> set[str]:
    path = ROOT / file
    body = ast.parse(path.read_text(encoding="utf-8")).body if path.is_file() else []
    return {node.name for node in body if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")}


def test_every_named_test_is_there():
    mentioned = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", TARGET)
    assert len(mentioned) > 100
    assert sorted({f"{file}::{name}" for file, name in mentioned if name not in written_in(file)}) == []
    assert TARGET.count("`tests/") == len(mentioned), "each is written as `tests/….py::test_…`"


# --- acts --------------------------------------------------------------------------------------------------------------

Row = tuple[set[Role], Asks, set[Role], bool, bool]
ROW = re.compile(r"^\| (`[^|]+`) \| (yes|no) \| (yes|no) \| (yes|no) \| (\w+) \| ([^|]+) \|$", re.MULTILINE)
ALONE, CONSENTS = ", none while there is no other", ", also the one it is about"


def acts_of_the_table() -> Iterator[tuple[str, Row]]:
    for acts, *may, asked, second in ROW.findall(chapter("People")):
        roles = {role for role, answer in zip(Role, may, strict=True) if answer == "yes"}
        who = {role for role in Role if role == second.removesuffix(ALONE).removesuffix(CONSENTS)}
        assert who or second == "none"
        asks = Asks.NOTHING if asked == "none" else Asks.SECOND if who else Asks.OWN
        for act in re.findall(r"`([^`]+)`", acts):
            yield act, (roles, asks, who, second.endswith(ALONE), CONSENTS in second)


def test_the_table_of_acts_is_the_programs():
    table = list(acts_of_the_table())
    assert len(table) == len(dict(table)), "an act stands there once"
    program = {verb: (act.roles, act.asks, act.second, act.alone, act.consents) for verb, act in ACTS.items()}
    assert dict(table) == program


# --- words and picture -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["docs/security.md", "README.md"])
def test_the_documents_say_what_the_encryption_is_for(name):
    words = " ".join((ROOT / name).read_text(encoding="utf-8").split())
    assert "Encryption here separates need-to-know inside an accredited system. It is not the only protection" in words


def test_the_picture_of_the_keys_has_words_and_needs_nothing_else():
    top = ElementTree.fromstring(PICTURE.read_text(encoding="utf-8"))
    inside = {part.tag.rpartition("}")[2]: (part.text or "").strip() for part in top}
    assert top.get("role") == "img" and inside["title"] and len(inside["desc"]) > 100
    assert "prefers-color-scheme: dark" in inside["style"]
    assert re.search(r"!\[[^\]]{100,}\]\(pictures/keys\.svg\)", TARGET)
    assert not re.search(r"href|url\((?!#)|@import|<image|<script", PICTURE.read_text(encoding="utf-8"))
