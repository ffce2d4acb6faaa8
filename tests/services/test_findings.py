# SPDX-License-Identifier: Apache-2.0
import pytest

from reviewer_app.domain.evidence import Evidence
from reviewer_app.domain.findings import Finding, Known, Referral
from reviewer_app.errors import EntryError, MarkingError, Stale
from reviewer_app.services import attachments, findings
from reviewer_app.vault.journal import Transaction
from tests.desks import open_desk
from tests.factories import incoming, make_case, text_file


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    yield from open_desk(tmp_path_factory)


@pytest.fixture
def files(desk, case, tmp_path):
    paths = [text_file(tmp_path, f"{name}.txt", name) for name in "ab"]
    return [attachments.attach(desk, case, path, incoming()).attachment.id for path in paths]


def linked(desk, finding):
    return {link.attachment for link in findings.evidence_of(desk, finding)}


def test_title_and_marking_are_enough(desk, case):
    made = findings.add(desk, case, "  Path traversal ", "(CUI)")
    assert desk.vault.get(Finding, made.id) == made
    assert (made.number, made.title, made.marking, made.referral) == (1, "Path traversal", "CUI", Referral.NONE)
    assert (made.public, made.found_by) == (Known.NOT_RECORDED, desk.person.id)
    assert findings.add(desk, case, "Another", "U").number == 2
    assert findings.add(desk, make_case(desk).id, "Elsewhere", "U").number == 1


def test_a_finding_and_its_evidence_are_one_entry(desk, case, files):
    made = findings.add(desk, case, "Weakness", "CUI", evidence=[*files, files[0]], impact=" Files can be read. ")
    assert linked(desk, made) == set(files)
    assert made.impact == "Files can be read."
    assert {link.marking for link in findings.evidence_of(desk, made)} == {"CUI"}
    assert desk.vault.entries(case)[0].changes == 3


@pytest.mark.parametrize(
    ("title", "marking", "error"), [(" ", "U", EntryError), ("T", "", MarkingError), ("T", "XX", MarkingError)]
)
def test_what_is_missing_is_named_and_nothing_is_recorded(desk, case, title, marking, error):
    with pytest.raises(error):
        findings.add(desk, case, title, marking)
    made = findings.add(desk, case, "Weakness", "U")
    with pytest.raises(error):
        findings.edit(desk, made, title=title, marking=marking)
    assert desk.vault.find(Finding, case=case) == [made]


@pytest.mark.parametrize(
    "text", ["(CUI) first line", "see (CUI) there", "one\n - (CUI) two", "one\n(CUI) two", "( CUI ) x"]
)
def test_no_portion_hides_in_a_finding_under_its_marking(desk, case, text):
    with pytest.raises(EntryError, match=r"Impact: .*asks for more than \(U\), its marking"):
        findings.add(desk, case, "Weakness", "U", impact=text)
    made = findings.add(desk, case, "Weakness", "CUI", impact=text)
    with pytest.raises(EntryError, match="asks for more"):
        findings.edit(desk, made, marking="U")
    assert desk.vault.find(Finding, case=case) == [made]
    assert findings.add(desk, case, "Weakness(S)", "U", impact="made in (C) 2026 by Quay").marking == "U"


def test_a_fault_leaves_neither_finding_nor_links(desk, case, files, monkeypatch):
    def fail(*_):
        raise RuntimeError

    with monkeypatch.context() as patch:
        patch.setattr(Transaction, "flush", fail)
        with pytest.raises(RuntimeError):
            findings.add(desk, case, "Weakness", "U", evidence=files)
    assert desk.vault.find(Finding, case=case) == []
    assert desk.vault.find(Evidence, case=case) == []


def test_an_edit_records_only_what_differs(desk, case, files):
    made = findings.add(desk, case, "Weakness", "U", evidence=files[:1], vendor="Fictional Software")
    edited = findings.edit(desk, made, title="Weakness", marking="U", vendor="Other Software", evidence=files[1:])
    assert (edited.vendor, linked(desk, edited)) == ("Other Software", {files[1]})
    said = desk.vault.history_of(made.id)[-1]
    assert set(said.values) == {"vendor", "marking"}
    assert desk.vault.entries(case)[0].changes == 3


def test_an_edit_that_changes_nothing_is_no_entry(desk, case, files):
    made = findings.add(desk, case, "Weakness", "U", evidence=files)
    before = len(desk.vault.entries(case))
    assert findings.edit(desk, made, title="Weakness ", marking="(U)", evidence=files) == made
    assert findings.edit(desk, made, vendor="") == made
    assert len(desk.vault.entries(case)) == before


def test_an_edit_of_what_was_changed_since_is_refused_and_links_stay(desk, case, files):
    seen = findings.add(desk, case, "Weakness", "U", evidence=files)
    findings.edit(desk, seen, title="Changed by a colleague")
    with pytest.raises(Stale):
        findings.edit(desk, seen, title="Mine", evidence=[])
    assert linked(desk, seen) == set(files)


def test_the_way_of_a_referral_says_who_and_when(desk, case):
    made = findings.add(desk, case, "Weakness", "U")
    drafted = findings.draft_referral(desk, made)
    findings.edit(desk, drafted, vendor="Fictional Software")
    steps = findings.way_of(desk, drafted)
    assert [(step.state, step.by) for step in steps] == [(Referral.NONE, "R. Ibarra"), (Referral.DRAFTED, "R. Ibarra")]
    assert steps[0].taken < steps[1].taken
