# SPDX-License-Identifier: Apache-2.0
"""Laws of markings on random portions: roll-up, join, covering and the floor, against an oracle of their own."""

import random
import re
import time

from hypothesis import example, given
from hypothesis import strategies as st

from reviewer_app.domain.markings import MarkingRules, Profile
from reviewer_app.paths import resource_text

RULES = MarkingRules.from_json(resource_text("rules/markings.json"))
PROFILES = st.builds(Profile, st.sampled_from(("IC", "DOD")), st.sampled_from(("NARA", "DOD")))
LEVELS = ("U", "C", "S", "TS")
BANNER_LEVELS = ("UNCLASSIFIED", "CONFIDENTIAL", "SECRET", "TOP SECRET")
FOREIGN = {"FVEY": {"AUS", "CAN", "GBR", "NZL"}, "ACGU": {"AUS", "CAN", "GBR"}, "TEYE": {"AUS", "GBR"}}

# --- random portions: drawn from the register, kept where they are valid ------------------------------------------

_PIECES = {
    "sci": ("SI", "SI/TK", "SI-G", "SI-G ABCD", "HCS-P", "HCS-O", "TK", "TK-BLFH", "TK-KAND", "RSV-ABC"),
    "aea": ("RD", "FRD", "RD-CNWDI", "RD-SG 14", "FRD-SG 15 18", "TFNI"),
    "fgi": ("FGI", "FGI DEU", "FGI GBR NATO"),
    "cui": ("CUI", "CUI//SP-CTI", "CUI//SP-CTI/PROPIN", "CUI//PROPIN"),
    "dissem": ("RS", "FOUO", "OC", "OC-USGOV", "IMC", "PR", "DSEN", "FISA"),
    "release": (
        *("NF",) * 6,
        *("RELIDO", "REL TO USA, GBR", "REL TO USA, FVEY", "REL TO USA, CAN, DEU", "REL TO USA, AUS, NATO"),
        *("REL TO USA, GBR/RELIDO", "DISPLAY ONLY AFG", "REL TO USA, TEYE", "REL TO USA, ACGU"),
    ),
    "non_ic": ("DS", "XD", "ND", "SBU", "SBU-NF", "LES", "LES-NF", "SSI"),
}
_ORDER = ("RS", "FOUO", "OC", "OC-USGOV", "IMC", "NF", "PR", "REL TO", "RELIDO", "DSEN", "FISA", "DISPLAY ONLY")


def _place(entry: str) -> int:
    return max(place for place, name in enumerate(_ORDER) if entry == name or entry.startswith(f"{name} "))


def _portion(choose: random.Random) -> str:
    parts = [choose.choice(LEVELS)]
    for group in ("sci", "aea", "fgi", "cui"):
        if choose.random() < 0.2:
            parts.append(choose.choice(_PIECES[group]))
    entries = [choose.choice(_PIECES["dissem"])] if choose.random() < 0.4 else []
    entries += choose.choice(_PIECES["release"]).split("/") if choose.random() < 0.5 else []
    parts += ["/".join(sorted(entries, key=_place))] if entries else []
    if choose.random() < 0.3:
        parts.append(choose.choice(_PIECES["non_ic"]))
    text = "//".join(parts)
    return text.removeprefix("U//") if text.startswith("U//CUI") and not entries and len(parts) < 4 else text


def _valid(profile: Profile) -> list[str]:
    choose = random.Random(14409)
    drawn = {_portion(choose) for _ in range(12000)}
    return sorted(
        text for text in drawn if all(f.severity != "error" for f in RULES.check_portion(f"({text})", profile))
    )


VALID = {(level, cui): _valid(Profile(level, cui)) for level in ("IC", "DOD") for cui in ("NARA", "DOD")}


def test_there_are_enough_valid_portions_of_every_kind() -> None:
    portions = VALID["IC", "NARA"]
    assert len(portions) > 300
    for group in _PIECES.values():
        for piece in group:
            assert any(piece in portion for portion in portions), piece


@st.composite
def documents(draw: st.DrawFn) -> tuple[Profile, list[str]]:
    profile = draw(PROFILES)
    portions = VALID[profile.classification, profile.cui]
    return profile, draw(st.lists(st.sampled_from(portions), min_size=1, max_size=5))


# --- the oracle: words and sets, nothing of the module -------------------------------------------------------------


def _words(text: str) -> set[str]:
    return {entry for part in text.split("//")[1:] for entry in part.split("/")}


def _released_to(text: str) -> set[str] | None:
    """Who may have it by name; None where no list is given."""
    found = re.search(r"REL TO USA, ([A-Z, ]+)", text)
    if found is None:
        return None
    return {country for code in found[1].split(", ") for country in FOREIGN.get(code, {code})}


def _level(text: str, words: tuple[str, ...]) -> int:
    head = text.split("//", maxsplit=1)[0]
    return 0 if head == "CUI" else words.index(head)


MUST_STAY = {"OC": "ORCON", "PR": "PROPIN", "FISA": "FISA", "IMC": "IMCON", "RS": "RSEN", "DSEN": "DSEN", "SSI": "SSI"}


@given(documents())
def test_a_roll_up_is_never_below_any_portion(document: tuple[Profile, list[str]]) -> None:
    profile, portions = document
    banner = RULES.roll_up(portions, profile)
    words = _words(banner)
    for portion in portions:
        assert _level(banner, BANNER_LEVELS) >= _level(portion, LEVELS)
        kept_in_block = profile.cui == "DOD" and re.search(r"(^|//)CUI(//|$)", banner) is not None
        for short, long in MUST_STAY.items():
            if not (short == "PR" and kept_in_block):
                assert short not in _words(portion) or long in words, (portion, banner)
        if "NF" in _words(portion) and not kept_in_block:
            assert "NOFORN" in banner
        if _released_to(banner) is not None and _released_to(portion) is not None:
            assert _released_to(banner) <= _released_to(portion)  # type: ignore[operator]
        if _released_to(banner) is not None and portion in ("C", "S", "TS"):
            raise AssertionError(f"{portion} is not released, {banner} is")
        for system in ("SI", "TK", "HCS", "RSV"):
            assert not re.search(rf"\b{system}\b", portion) or re.search(rf"\b{system}\b", banner)
        if profile.cui == "NARA" and "CUI" in portion:
            assert "CUI" in banner
    if any(name in "//".join(portions) for name in ("XD", "ND")):
        assert "NOFORN" in banner and "REL TO" not in banner


@given(documents(), st.randoms(use_true_random=False))
def test_a_roll_up_depends_on_the_set_of_portions_alone(
    document: tuple[Profile, list[str]], order: random.Random
) -> None:
    profile, portions = document
    again = [*portions, order.choice(portions)]
    order.shuffle(again)
    assert RULES.roll_up(again, profile) == RULES.roll_up(portions, profile)


@given(documents())
def test_a_roll_up_is_a_valid_banner(document: tuple[Profile, list[str]]) -> None:
    profile, portions = document
    banner = RULES.roll_up(portions, profile)
    assert [finding for finding in RULES.check_banner(banner, profile) if finding.severity == "error"] == []


@given(documents())
def test_a_roll_up_covers_every_portion(document: tuple[Profile, list[str]]) -> None:
    _, portions = document
    portions = [portion for portion in portions if portion in VALID["IC", "NARA"]]
    banner = RULES.roll_up(portions)
    assert all(RULES.covers(banner, portion) for portion in portions), (banner, portions)


@given(documents())
def test_the_forms_translate_into_each_other(document: tuple[Profile, list[str]]) -> None:
    _, (portion, *_) = document
    if "CUI" not in portion:
        assert RULES.portion_of_banner(RULES.banner_of_portion(portion)) == portion
    assert RULES.portion(portion) == portion


# --- any text at all ----------------------------------------------------------------------------------------------

TOKENS = st.sampled_from(
    [
        *(
            "U",
            "C",
            "S",
            "TS",
            "CUI",
            "SECRET",
            "",
            "X",
            "NF",
            "NOFORN",
            "FOO",
            "SP-CTI",
            "PROPIN",
            "PR",
            "FOUO",
            "SBU-NF",
        ),
        *(
            "LES-NF",
            "LES",
            "SBU",
            "XD",
            "ND",
            "FEDCON",
            "AC",
            "REL",
            "REL TO USA",
            "REL TO USA, GBR",
            "REL TO USA, FVEY",
        ),
        *(
            "RELIDO",
            "DISPLAY ONLY AFG",
            "SI",
            "SI-G",
            "SI-",
            "TK",
            "RD",
            "FRD-SG 14",
            "RD-SIGMA 2",
            "SAR-A",
            "SAR-",
            "SAR--B",
        ),
        *(
            "FGI",
            "FGI DEU",
            "FGI-",
            "DEU S",
            "FGI S",
            "SG",
            "CONTROLLED",
            "DISPLAY ONLY",
            "REL TO ,",
            "A B",
            "s",
            "DS",
            "SSI",
        ),
    ]
)
MARKINGS = st.one_of(
    st.sampled_from(VALID["IC", "NARA"]),
    st.builds("".join, st.lists(st.one_of(TOKENS, st.sampled_from(["/", "//", "//"])), max_size=9)),
    st.from_regex(r"\A[A-Z][A-Z0-9 /,.\-]{0,30}\Z"),
    st.text(max_size=12),
)


@given(st.lists(MARKINGS, min_size=1, max_size=5), st.randoms(use_true_random=False))
@example(["CUI", "U//FOO"], random.Random(1))
@example(["CUI", "U//PR"], random.Random(1))
@example(["U//LES-NF", "U//XD"], random.Random(1))
@example(["NF", "S"], random.Random(1))
@example(["S//SAR--X", "S//ZZZ"], random.Random(1))
def test_join_takes_anything_and_keeps_its_laws(markings: list[str], order: random.Random) -> None:
    joined = RULES.join(markings)
    again = [*markings, order.choice(markings)]
    order.shuffle(again)
    assert RULES.join(again) == joined
    assert RULES.join([joined]) == joined
    assert RULES.join([*markings, joined]) == joined


@given(st.lists(st.sampled_from(VALID["IC", "NARA"]), min_size=2, max_size=5), st.integers(1, 4))
def test_join_may_be_taken_in_any_grouping(markings: list[str], cut: int) -> None:
    parts = [part for part in (markings[:cut], markings[cut:]) if part]
    assert RULES.join(RULES.join(part) for part in parts) in (RULES.join(markings), RULES.join([*markings, "U"]))


@given(st.lists(st.sampled_from(VALID["IC", "NARA"]), min_size=1, max_size=4))
def test_join_and_roll_up_say_the_same(markings: list[str]) -> None:
    assert RULES.roll_up([RULES.join(markings)]) == RULES.roll_up(markings)


def test_join_keeps_what_it_does_not_know() -> None:
    assert RULES.join(["S//NEW", "C//OLD"]) == "S//NEW//OLD"
    assert RULES.join(["S//REL TO USA, GBR", "S//REL TO USA, DEU"]) == "S//NF"
    assert RULES.join(["U//PR", "S"]) == "S//PR"
    assert RULES.join(["ODD", "S"]) == "TS//ODD"
    assert RULES.join(["S//NF"] * 3) == "S//NF"


def test_join_of_one_marking_is_quick() -> None:
    start = time.perf_counter()
    for _ in range(100_000):
        RULES.join(["S//NF"])
    assert time.perf_counter() - start < 2


@given(MARKINGS, PROFILES)
def test_checking_takes_anything(text: str, profile: Profile) -> None:
    for finding in (
        *RULES.check_banner(text, profile),
        *RULES.check_portion(text, profile),
        *RULES.check_portion(f"({text})", profile),
    ):
        assert finding.text.endswith(".")
        assert finding.source


@given(st.text(), PROFILES)
def test_a_text_that_is_no_marking_is_never_valid(text: str, profile: Profile) -> None:
    if not re.match(r"(UNCLASSIFIED|CONFIDENTIAL|SECRET|TOP SECRET|CUI|CONTROLLED)(//|\Z)", text):
        assert any(finding.severity == "error" for finding in RULES.check_banner(text, profile))


@given(MARKINGS, MARKINGS)
def test_the_banner_shown_covers_the_floor_and_the_content(banner: str, floor: str) -> None:
    shown = RULES.highest(banner, floor)
    rank = {"UNCLASSIFIED": 0, "CUI": 0, "CONFIDENTIAL": 1, "SECRET": 2, "TOP SECRET": 3, "TOP SECRET//SCI": 3}
    assert rank[RULES.level(shown)] == max(rank[RULES.level(banner)], rank[RULES.level(floor)])
    assert RULES.highest(shown, floor) == shown
    if "NOFORN" in _words(RULES.banner_of_portion(floor)):
        assert re.search(r"\bNOFORN\b", shown)
