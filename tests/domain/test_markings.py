# SPDX-License-Identifier: Apache-2.0
"""Markings against the tables of cases, and the cases that are easy to get wrong."""

import json
from pathlib import Path
from typing import Any

import pytest

from reviewer_app.domain.markings import MarkingRules, Profile
from reviewer_app.errors import MarkingError, RulesUnusable
from reviewer_app.paths import resource_text

RULES = MarkingRules.from_json(resource_text("rules/markings.json"))
TABLES = Path(__file__).parent.parent / "data" / "markings"
IC, DOD = Profile(), Profile(classification="DOD", cui="DOD")
PROFILES = [Profile(level, cui) for level in ("IC", "DOD") for cui in ("NARA", "DOD")]


def cases(table: str) -> list[Any]:
    """Every case of a table with every profile it must hold for."""
    found = []
    for case in json.loads((TABLES / f"{table}.json").read_text(encoding="utf-8")):
        for profile in PROFILES:
            axes = ("any", profile.classification, {"NARA": "NARA", "DOD": "DOD-CUI"}[profile.cui])
            if case["profile"] in axes:
                what = case.get("text") or " + ".join(case["portions"])
                found.append(pytest.param(case, profile, id=f"{what} {profile.classification} {profile.cui}"))
    return found


def errors(findings: list[Any]) -> list[str]:
    return [finding.text for finding in findings if finding.severity == "error"]


@pytest.mark.parametrize(("case", "profile"), cases("banners"))
def test_the_table_of_banners_holds(case: dict[str, Any], profile: Profile) -> None:
    found = errors(RULES.check_banner(case["text"], profile))
    assert (not found) == case["valid"], found


@pytest.mark.parametrize(("case", "profile"), cases("portions"))
def test_the_table_of_portions_holds(case: dict[str, Any], profile: Profile) -> None:
    found = errors(RULES.check_portion(case["text"], profile))
    assert (not found) == case["valid"], found


@pytest.mark.parametrize(("case", "profile"), cases("rollups"))
def test_the_table_of_roll_ups_holds(case: dict[str, Any], profile: Profile) -> None:
    assert RULES.roll_up(case["portions"], profile) == case["banner"]


def test_the_tables_are_complete() -> None:
    assert [len(json.loads((TABLES / f"{name}.json").read_text())) for name in ("banners", "portions", "rollups")] == [
        48,
        13,
        19,
    ]


# Register examples (CAPCO-2016 sections H.4 to H.9 and J).
@pytest.mark.parametrize(
    ("portion", "banner"),
    [
        ("(S//REL TO USA, FVEY/RELIDO)", "SECRET//REL TO USA, FVEY/RELIDO"),
        ("(TS//SI-G/TK//RS/OC/NF)", "TOP SECRET//SI-G/TK//RSEN/ORCON/NOFORN"),
        ("(TS//SI-ABC-DEF//OC/NF)", "TOP SECRET//SI-ABC-DEF//ORCON/NOFORN"),
        ("(TS//SI-G ABCD EFGH-XYZ//OC/NF)", "TOP SECRET//SI-G ABCD EFGH-XYZ//ORCON/NOFORN"),
        ("(TS//SAR-BP-123/CA-XYZ YYY//NF)", "TOP SECRET//SAR-BP-123/CA-XYZ YYY//NOFORN"),
        ("(TS//RD-CNWDI//NF)", "TOP SECRET//RD-CNWDI//NOFORN"),
        ("(S//FRD-SG 14 18//REL TO USA, ACGU)", "SECRET//FRD-SIGMA 14 18//REL TO USA, ACGU"),
        ("(TS//FGI DEU GBR//REL TO USA, DEU, GBR)", "TOP SECRET//FGI DEU GBR//REL TO USA, DEU, GBR"),
        ("(S//NF/PR)", "SECRET//NOFORN/PROPIN"),
        ("(U//FOUO/NF)", "UNCLASSIFIED//FOUO/NOFORN"),
        ("(S//IMC/NF)", "SECRET//IMCON/NOFORN"),
        ("(U//SBU-NF)", "UNCLASSIFIED//SBU NOFORN"),
        ("(S//NF//LES)", "SECRET//NOFORN//LES"),
        ("(U//SSI)", "UNCLASSIFIED//SSI"),
        ("(S//REL TO USA, ACGU//SSI)", "SECRET//REL TO USA, ACGU//SSI"),
        ("(S//DISPLAY ONLY AFG, IRQ)", "SECRET//DISPLAY ONLY AFG, IRQ"),
        ("(CUI//AC)", "CUI//Attorney-Client"),
        ("(S//CUI//SP-CTI//NF)", "SECRET//CUI//SP-CTI//NOFORN"),
    ],
)
def test_examples_of_the_register_are_valid_in_both_forms(portion: str, banner: str) -> None:
    assert errors(RULES.check_portion(portion)) == []
    assert errors(RULES.check_banner(banner)) == []
    assert RULES.banner_of_portion(portion) == banner == RULES.roll_up([portion])
    assert f"({RULES.portion_of_banner(banner)})" == portion


@pytest.mark.parametrize(
    ("banner", "rule", "says"),
    [
        ("SECRET//NOFORN/RELIDO", "X1", "NOFORN does not stand with RELIDO"),
        ("SECRET//NOFORN/DISPLAY ONLY AFG", "X1", "NOFORN does not stand with DISPLAY ONLY"),
        ("SECRET//ORCON/RELIDO", "X2", "RELIDO does not stand with ORCON"),
        ("SECRET//ORCON/ORCON-USGOV/NOFORN", "X2", "ORCON does not stand with ORCON-USGOV"),
        ("SECRET//NOFORN//EXDIS/NODIS", "X2", "EXDIS does not stand with NODIS"),
        ("UNCLASSIFIED//ORCON", "X3", "ORCON goes with"),
        ("UNCLASSIFIED//SI", "X3", "SI goes with"),
        ("UNCLASSIFIED//RD//NOFORN", "X3", "RD goes with"),
        ("CONFIDENTIAL//TK", "X3", "TK goes with SECRET or TOP SECRET only"),
        ("CONFIDENTIAL//RSEN", "X3", "RSEN goes with"),
        ("CONFIDENTIAL//RSV-ABC", "X3", "RSV goes with"),
        ("CONFIDENTIAL//RD-CNWDI//NOFORN", "X3", "RD-CNWDI goes with"),
        ("SECRET//SI-G//ORCON/NOFORN", "X3", "SI with a compartment goes with TOP SECRET only"),
        ("SECRET//NOFORN//SBU", "X3", "SBU goes with UNCLASSIFIED only"),
        ("SECRET//SBU NOFORN", "X3", "SBU NOFORN goes with UNCLASSIFIED only"),
        ("TOP SECRET//HCS-O//NOFORN", "X4", "HCS-O needs ORCON"),
        ("TOP SECRET//HCS-P JJJ//NOFORN", "X4", "HCS-P with a sub-compartment needs ORCON"),
        ("TOP SECRET//SI-G//NOFORN", "X4", "SI-G needs ORCON"),
        ("TOP SECRET//SI-G//ORCON-USGOV", "X4", "ORCON-USGOV does not stand with SI-G"),
        ("TOP SECRET//TK-BLFH", "X4", "TK-BLFH needs NOFORN"),
        ("SECRET//EXDIS", "X5", "EXDIS needs NOFORN"),
        ("SECRET//REL TO USA, GBR//NODIS", "X5", "NODIS needs NOFORN"),
        ("SECRET//RSV", "G", "“RSV” is not in the register"),
        ("SECRET//TALENT KEYHOLE", "G", "“TALENT KEYHOLE”"),
        ("SECRET//NOT RELEASABLE TO FOREIGN NATIONALS", "G", "write NOFORN"),
        ("SECRET//ORCON//NOFORN", "G", "write SECRET//ORCON/NOFORN"),
        ("SECRET//REL TO USA, GB", "G", "“GB” is not a country"),
        ("SECRET//NOFORN//", "G", "write SECRET//NOFORN"),
        ("SECRET//NOFORN/NOFORN", "G", "write SECRET//NOFORN"),
        ("SECRET//CUI//FOUO//NOFORN", "X3", "FOUO goes with UNCLASSIFIED only"),
        ("SECRET//CONTROLLED//NOFORN", "G", "“CONTROLLED” is not"),
        ("UNCLASSIFIED//CUI", "G", "write CUI"),
        ("secret//noforn", "G", "upper case"),
        ("", "G", "begins with its level"),
    ],
)
def test_a_wrong_banner_is_told_why(banner: str, rule: str, says: str) -> None:
    found = [(finding.rule, finding.text) for finding in RULES.check_banner(banner) if finding.severity == "error"]
    assert any(name == rule and says in text for name, text in found), found


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("//JOINT SECRET CAN GBR USA//REL TO USA, CAN, GBR", "JOINT"),
        ("//COSMIC TOP SECRET//BOHEMIA", "NATO"),
        ("SECRET//USA/CAN/GBR EYES ONLY", "EYES ONLY"),
        ("UNCLASSIFIED//DOD UCNI", "UCNI"),
        ("//DEU SECRET", "non-US"),
    ],
)
def test_what_is_not_modelled_is_refused_by_name(text: str, says: str) -> None:
    (finding,) = (finding for finding in RULES.check_banner(text) if finding.rule == "SCOPE")
    assert finding.severity == "error"
    assert says in finding.text


@pytest.mark.parametrize(
    "portion", ["(//JOINT S)", "(//NS)", "(//CTS//BOHEMIA)", "(TS//EYES)", "(//GBR R)", "(U//DCNI)"]
)
def test_portions_that_are_not_modelled_are_refused(portion: str) -> None:
    assert [finding.rule for finding in RULES.check_portion(portion)][:1] == ["SCOPE"]
    with pytest.raises(MarkingError) as caught:
        RULES.roll_up(["(U)", portion])
    assert portion in str(caught.value)


@pytest.mark.parametrize(
    ("portion", "banner"),
    [
        ("(//DEU S)", "SECRET//FGI DEU"),
        ("(//CAN DEU S//REL TO USA, CAN, DEU)", "SECRET//FGI CAN DEU//REL TO USA, CAN, DEU"),
        ("(//FGI TS//NF)", "TOP SECRET//FGI//NOFORN"),
    ],
)
def test_foreign_portions_are_accepted_and_roll_up(portion: str, banner: str) -> None:
    assert errors(RULES.check_portion(portion)) == []
    assert f"({RULES.portion(portion)})" == portion
    assert RULES.roll_up([portion, "(U)"]) == banner


@pytest.mark.parametrize(
    ("profile", "marking", "warned"),
    [
        (IC, "SECRET//RD", ["X5"]),
        (IC, "SECRET//RD//NOFORN", []),
        (IC, "SECRET//FRD", ["X5"]),
        (IC, "SECRET//NOFORN", []),
        (DOD, "SECRET//NOFORN", ["D1"]),
    ],
)
def test_warnings_are_not_errors(profile: Profile, marking: str, warned: list[str]) -> None:
    findings = RULES.check_banner(marking, profile)
    assert [finding.rule for finding in findings] == warned
    assert errors(findings) == []


@pytest.mark.parametrize(
    ("portions", "profile", "banner"),
    [
        ([], IC, "UNCLASSIFIED"),
        (["(S//XD/NF)"], IC, None),
        (["(S//REL TO USA, DEU)", "(S//REL TO USA, GBR)"], DOD, "SECRET"),
        (["(S//REL TO USA, GBR)", "(S)"], IC, "SECRET//NOFORN"),
        (["(S//REL TO USA, GBR)", "(S)", "(U//NF)"], DOD, "SECRET//NOFORN"),
        (["(S//REL TO USA, GBR)", "(U//PR)"], IC, "SECRET//PROPIN/REL TO USA, GBR"),
        (["(S//REL TO USA, GBR)", "(U//SSI)"], IC, "SECRET//NOFORN//SSI"),
        (["(S//REL TO USA, GBR)", "(CUI)"], IC, "SECRET//CUI//NOFORN"),
        (["(S//REL TO USA, FVEY)", "(C//REL TO USA, FVEY)"], IC, "SECRET//REL TO USA, FVEY"),
        (["(S//REL TO USA, FVEY)", "(C//REL TO USA, TEYE)"], IC, "SECRET//REL TO USA, AUS, GBR"),
        (["(S//REL TO USA, GBR)", "(S//RELIDO)"], DOD, "SECRET//NOFORN"),
        (["(S//RELIDO)", "(S)"], IC, "SECRET//NOFORN"),
        (["(S//RELIDO)", "(S//REL TO USA, AUS, CAN/RELIDO)"], IC, "SECRET//RELIDO"),
        (["(S//DISPLAY ONLY AFG)", "(S//REL TO USA, AFG)"], IC, "SECRET//NOFORN"),
        (["(S//OC/NF)", "(S//OC-USGOV/NF)"], IC, "SECRET//ORCON/NOFORN"),
        (["(U//FOUO)", "(U)"], IC, "UNCLASSIFIED//FOUO"),
        (["(U//FOUO)", "(U//REL TO USA, GBR)"], IC, "UNCLASSIFIED//FOUO/REL TO USA, GBR"),
        (["(U//FOUO)", "(CUI)"], IC, "CUI"),
        (["(U//DS)", "(S)"], IC, "SECRET"),
        (["(U//LES-NF)", "(U//FOUO)"], IC, "UNCLASSIFIED//LES NOFORN"),
        (["(U//LES-NF)", "(S//REL TO USA, FVEY)"], IC, "SECRET//NOFORN//LES"),
        (["(U//LES-NF)", "(U//REL TO USA, GBR)"], IC, "UNCLASSIFIED//NOFORN//LES"),
        (["(U//SBU)", "(U//SBU-NF)"], IC, "UNCLASSIFIED//SBU NOFORN"),
        (["(U//SSI)", "(S)"], IC, "SECRET//SSI"),
        (["(U//SBU)", "(U//NF//XD)"], IC, "UNCLASSIFIED//NOFORN//EXDIS"),
        (["(TS//SI-G ABCD//OC/NF)", "(S//SI//NF)"], IC, "TOP SECRET//SI-G ABCD//ORCON/NOFORN"),
        (["(S//RD-SG 15//NF)", "(S//FRD-SG 14//NF)", "(S//TFNI//NF)"], IC, "SECRET//RD-SIGMA 14 15//NOFORN"),
        (["(S//FRD//NF)", "(S//TFNI//NF)"], IC, "SECRET//FRD//NOFORN"),
        (["(CUI//SP-CTI)", "(CUI//PROPIN//FEDCON)"], IC, "CUI//SP-CTI/PROPIN//FEDCON"),
        (["(CUI//SP-CTI//NF)", "(U)"], DOD, "CUI"),
        (["(CUI//SP-CTI)", "(U//PR)"], IC, "CUI//SP-CTI/PROPIN"),
        (["(CUI)", "(U//FISA)"], IC, "UNCLASSIFIED//CUI//FISA"),
        (["(CUI//NF)", "(U//PR)"], DOD, "CUI"),
        (["(S//REL)", "(S//REL TO USA, GBR)"], IC, "SECRET//REL TO USA, GBR"),
        (["(S//REL)", "(S//NF)"], IC, None),
        (["(S//REL)"], IC, None),
        (["(S//SAR-BP//NF)"], IC, "SECRET//SAR-BP//NOFORN"),
        (["(S//SAR-BP//NF)"], DOD, None),
        (["(S)", "(Q)"], IC, None),
    ],
)
def test_roll_up_beyond_the_table(portions: list[str], profile: Profile, banner: str | None) -> None:
    if banner is None:
        with pytest.raises(MarkingError) as caught:
            RULES.roll_up(portions, profile)
        assert any(portion in str(caught.value) for portion in portions)
    else:
        assert RULES.roll_up(portions, profile) == banner
        assert RULES.roll_up([portion.strip("()") for portion in portions], profile) == banner
        assert errors(RULES.check_banner(banner, profile)) == []


@pytest.mark.parametrize(
    ("given", "canonical"),
    [("(S//NF)", "S//NF"), ("S//NF", "S//NF"), ("(CUI//NOFORN)", "CUI//NF"), (" U ", "U"), ("CUI", "CUI")],
)
def test_a_portion_is_taken_with_or_without_parentheses(given: str, canonical: str) -> None:
    assert RULES.portion(given) == canonical


@pytest.mark.parametrize("text", ["SECRET", "(S//NOFORN)", "", "()", "(S//REL)", "S//NF/PR/OC", "(u)"])
def test_a_portion_that_is_not_valid_is_refused_with_a_reason(text: str) -> None:
    with pytest.raises(MarkingError) as caught:
        RULES.portion(text)
    assert f"“{text}”" in str(caught.value)


@pytest.mark.parametrize(
    ("profile", "portion", "rules"),
    [(DOD, "(CUI//SP-CTI)", ["D2"]), (DOD, "(CUI)", []), (IC, "(CUI//SP-CTI)", []), (IC, "(S//REL)", ["G"])],
)
def test_portions_can_be_right_with_a_warning(profile: Profile, portion: str, rules: list[str]) -> None:
    findings = RULES.check_portion(portion, profile)
    assert [(finding.rule, finding.severity) for finding in findings] == [(rule, "warning") for rule in rules]


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("UNCLASSIFIED//FOUO", "UNCLASSIFIED"),
        ("(U)", "UNCLASSIFIED"),
        ("CUI//SP-CTI", "CUI"),
        ("U//CUI//PR", "CUI"),
        ("S//CUI//SP-CTI", "SECRET"),
        ("CONFIDENTIAL", "CONFIDENTIAL"),
        ("(TS//NF)", "TOP SECRET"),
        ("TOP SECRET//SI//NOFORN", "TOP SECRET//SCI"),
        ("SECRET//SI", "SECRET"),
        ("something else", "TOP SECRET"),
    ],
)
def test_the_level_chooses_the_banner_color(text: str, level: str) -> None:
    assert RULES.level(text) == level


@pytest.mark.parametrize(
    ("banner", "other", "covered"),
    [
        ("SECRET//NOFORN", "(S//NF)", True),
        ("SECRET//NOFORN", "(S//REL TO USA, GBR)", True),
        ("SECRET//NOFORN", "(TS)", False),
        ("SECRET", "(S//NF)", False),
        ("SECRET", "(S//REL TO USA, GBR)", True),
        ("SECRET//REL TO USA, GBR", "(S)", False),
        ("SECRET//REL TO USA, GBR", "(U)", True),
        ("SECRET//REL TO USA, GBR", "(S//REL TO USA, FVEY)", True),
        ("SECRET//REL TO USA, FVEY", "(S//REL TO USA, GBR)", False),
        ("SECRET//NOFORN", "(U//FOUO)", True),
        ("SECRET//NOFORN", "(U//PR)", False),
        ("SECRET", "(CUI)", False),
        ("SECRET//CUI//PROPIN", "(S//PR)", True),
        ("TOP SECRET//SI-G//ORCON/NOFORN", "(S//SI//OC-USGOV)", True),
        ("TOP SECRET//SI//NOFORN", "(TS//SI-G//OC/NF)", False),
        ("SECRET//FGI", "(//DEU S)", True),
        ("SECRET//FGI DEU", "(//FGI S)", False),
        ("SECRET//RD//NOFORN", "(S//FRD//NF)", True),
    ],
)
def test_what_a_banner_covers(banner: str, other: str, covered: bool) -> None:
    assert RULES.covers(banner, other) is covered


@pytest.mark.parametrize(
    ("banner", "floor", "shown"),
    [
        ("UNCLASSIFIED", "SECRET//NOFORN", "SECRET//NOFORN"),
        ("SECRET//REL TO USA, GBR", "SECRET", "SECRET"),
        ("SECRET//REL TO USA, GBR", "UNCLASSIFIED", "SECRET//REL TO USA, GBR"),
        ("TOP SECRET//SI//REL TO USA, GBR", "SECRET//NOFORN", "TOP SECRET//SI//NOFORN"),
        ("SECRET//PROPIN", "SECRET//NOFORN", "SECRET//NOFORN/PROPIN"),
        ("CUI", "UNCLASSIFIED", "CUI"),
        ("?", "SECRET//NOFORN", "TOP SECRET//NOFORN//?"),
    ],
)
def test_the_banner_shown_never_falls_below_the_floor(banner: str, floor: str, shown: str) -> None:
    assert RULES.highest(banner, floor) == shown


def test_every_rule_has_a_sentence_and_a_source_and_the_edition_is_named() -> None:
    assert {rule.id for rule in RULES.rules} >= {"B1", "B5", "P1", "P4", "X1", "X5", "R1", "R9", "CUI"}
    assert all(rule.text.endswith(".") and rule.source for rule in RULES.rules)
    assert RULES.rule("P4").source == "32 CFR 2001.24(k)"
    assert "2016" in RULES.edition


@pytest.mark.parametrize(
    "damage", [("edition", None), ("rules", []), ("levels", "none"), ("sci", {"SI": {"compartments": {"(": ""}}})]
)
def test_a_rule_file_that_does_not_hold_together_is_refused(damage: tuple[str, Any]) -> None:
    data = json.loads(resource_text("rules/markings.json"))
    data[damage[0]] = damage[1]
    with pytest.raises(RulesUnusable):
        MarkingRules.from_json(json.dumps(data))
    with pytest.raises(RulesUnusable):
        MarkingRules.from_json("{")


def test_a_security_manager_can_add_a_control() -> None:
    data = json.loads(resource_text("rules/markings.json"))
    data["controls"].insert(1, {"banner": "NEWCTL", "portion": "NC", "group": "dissem", "title": "NEW CONTROL"})
    rules = MarkingRules.from_json(json.dumps(data))
    assert rules.roll_up(["(S//NC/NF)"]) == "SECRET//NEWCTL/NOFORN"
    assert errors(RULES.check_portion("(S//NC/NF)")) != []
