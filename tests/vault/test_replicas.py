# SPDX-License-Identifier: Apache-2.0
"""J2, J4 and J6 between workstations: named cases, hostile packages, and random histories of three vaults."""

import random
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule
from sqlalchemy import text

from reviewer_app.domain.canonical import canonical, digest, new_id, parse
from reviewer_app.domain.cases import Access, Case
from reviewer_app.domain.evidence import Attachment, Holding
from reviewer_app.domain.findings import Finding
from reviewer_app.domain.notes import Note
from reviewer_app.domain.people import Person, Setting
from reviewer_app.domain.record import Record
from reviewer_app.errors import HistoryRefused, InConflict, Stale
from reviewer_app.vault import fold
from reviewer_app.vault.apply import apply
from reviewer_app.vault.fold import fold as folded
from reviewer_app.vault.merge import merge
from reviewer_app.vault.operation import Operation
from reviewer_app.vault.tables import KINDS
from reviewer_app.vault.vault import Vault
from tests.vault.histories import (
    ANA,
    BO,
    NOW,
    SAM,
    SUE,
    add_note,
    ask,
    conflicts,
    edit_note,
    findings,
    hand_over,
    lines_of,
    make_case,
    new_vault,
    note_of,
    tamper,
)


def file_of(case: str, name: str = "log.eval") -> Attachment:
    return Attachment(case=case, name=name, sha512="0" * 128, size=1, holding=Holding.GOVERNMENT_RECORD, received=NOW)


# --- named cases ---------------------------------------------------------------------------------------------------


def test_j4_two_heads_are_a_visible_conflict_which_a_person_resolves(vault: Vault, other: Vault) -> None:
    case = make_case(vault)
    note = add_note(vault, case.id, "one")
    hand_over(vault, other, case)
    edit_note(vault, note, body="mine", marking="S")
    edit_note(other, note, body="theirs", marking="C//NF")
    hand_over(vault, other, case)
    hand_over(other, vault, case)
    assert hand_over(other, vault, case) == 0
    seen = vault.get(Note, note.id)
    assert seen == other.get(Note, note.id)
    assert seen.marking == "S//NF" and seen.body in ("mine", "theirs")
    assert conflicts(vault) == {(note.id, "body"), (note.id, "marking")}
    assert {choice.values["body"] for choice in vault.conflicts(case.id)[0].choices} == {"mine", "theirs"}
    with pytest.raises(InConflict):
        edit_note(vault, seen, title="any field, while the marking is in conflict")
    with vault.record("conflict resolved", person=ANA, case=case.id) as tx:
        tx.resolve(seen, body="both", marking="S")
    hand_over(vault, other, case)
    assert conflicts(vault) == conflicts(other) == set()
    assert (other.get(Note, note.id).body, other.get(Note, note.id).marking) == ("both", "S")
    assert findings(vault) == findings(other) == []


def test_j4_heads_that_say_the_same_are_no_conflict(vault: Vault, other: Vault) -> None:
    case = make_case(vault)
    note = add_note(vault, case.id, "one")
    hand_over(vault, other, case)
    edit_note(vault, note, body="same")
    edit_note(other, note, body="same")
    hand_over(vault, other, case)
    assert conflicts(other) == set() and edit_note(other, other.get(Note, note.id), body="next").body == "next"


def test_j4_lowering_the_marking_beside_a_new_text_keeps_the_higher_one(vault: Vault, other: Vault) -> None:
    case = make_case(vault)
    note = add_note(vault, case.id, "one", marking="S")
    hand_over(vault, other, case)
    edit_note(vault, note, marking="U")
    edit_note(other, note, body="secret words")
    hand_over(other, vault, case)
    assert vault.get(Note, note.id).marking == "S" and conflicts(vault) == {(note.id, "marking")}


def test_j4_delete_beside_edit_keeps_the_record_and_either_can_win(vault: Vault, other: Vault) -> None:
    case = make_case(vault)
    note, second = add_note(vault, case.id, "one"), add_note(vault, case.id, "two")
    hand_over(vault, other, case)
    for each in (note, second):
        with vault.record("note deleted", person=ANA, case=case.id) as tx:
            tx.delete(each)
        edit_note(other, each, body="kept")
    hand_over(other, vault, case)
    hand_over(vault, other, case)
    assert vault.get(Note, note.id).body == "kept" and conflicts(vault) == {
        (note.id, "marking"),
        (second.id, "marking"),
    }
    assert {choice.action for choice in vault.conflicts(case.id)[0].choices} == {"delete", "set"}
    with vault.record("kept", person=ANA, case=case.id) as tx:
        tx.resolve(vault.get(Note, note.id), body="kept")
        tx.delete(vault.get(Note, second.id))
    hand_over(vault, other, case)
    assert [kept.id for kept in other.find(Note)] == [note.id] and conflicts(other) == set()


def test_j4_missing_referents_and_case_numbers_given_twice_are_shown(vault: Vault, other: Vault) -> None:
    case, twin = make_case(vault), make_case(other)
    file, never = file_of(case.id), new_id()
    with vault.record("attached", person=ANA, case=case.id) as tx:
        tx.create(file)
        tx.create(note_of(case.id, about=file.id))
        tx.create(note_of(case.id, about=never))
        tx.delete(file)
    hand_over(vault, other, case)
    about = [(each.missing, each.why) for each in other.absent(case.id) if each.field == "about"]
    assert about == [(file.id, "deleted"), (never, "not received")]
    assert other.absent(twin.id) == [] and other.clashes() == ["R-1"] and findings(other) == []


def test_people_travel_with_a_case_and_settings_stay(vault: Vault, other: Vault) -> None:
    ana = Person(id=ANA, name="Ana Lind")
    with vault.record("person added", person=ANA) as tx:
        tx.create(ana)
    with vault.record("policy changed", person=SAM) as tx:
        tx.create(Setting(name="idle_minutes", value="15"))
    case = make_case(vault)
    hand_over(vault, other, case)
    with vault.record("person renamed", person=ANA) as tx:
        tx.set(ana, name="Ana Berg")
    hand_over(vault, other, case)
    assert other.get(Person, ANA).name == "Ana Berg" and other.find(Setting) == [] and findings(other) == []


def test_only_the_case_handed_over_arrives(vault: Vault, other: Vault) -> None:
    case, second = make_case(vault), make_case(vault, "R-2")
    add_note(vault, second.id, "of the second")
    add_note(vault, case.id)
    hand_over(vault, other, case)
    assert [each.id for each in other.find(Case)] == [case.id] and other.count(Note) == 1
    hand_over(vault, other, second)
    assert other.count(Note) == 2 and findings(other) == []


def test_j6_what_is_erased_stays_erased_wherever_it_comes_back(vault: Vault, other: Vault, tmp_path: Path) -> None:
    case = make_case(vault)
    note = add_note(vault, case.id, "zebra spilled", entered_in_error="wrong case")
    note = edit_note(vault, note, body="zebra again")
    before = lines_of(vault, case)
    merge(other, before, person=BO)
    edit_note(other, note, entered_in_error="other reason")
    with vault.record("spill erased", person=SAM, second=SUE, case=case.id) as tx:
        tx.erase(note, body="[erased]")
    merge(vault, before, person=BO)
    hand_over(vault, other, case)
    hand_over(other, vault, case)
    third = new_vault(tmp_path / "c.vault")
    hand_over(vault, third, case)
    merge(third, before, person=BO)
    for each in (vault, other, third):
        assert each.get(Note, note.id) == vault.get(Note, note.id)
        assert each.get(Note, note.id).body == "[erased]" and each.search("zebra") == []
        assert not [line for line in lines_of(each, case) if "zebra" in line]
        assert ask(each, "SELECT count(*) FROM operation WHERE values_text IS NULL") == [(2,)]
        assert findings(each) == []
    third.close()


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ("DELETE FROM entry WHERE number = 2", "it does not follow"),
        ("DELETE FROM entry WHERE number = 3", "took in were changed"),
        ("UPDATE entry SET text = json_set(text, '$.verb', 'x') WHERE number = 2", "text was changed"),
        ("DELETE FROM entry WHERE number = 1", "took in were changed"),
    ],
)
def test_j3_what_was_taken_in_is_covered_by_the_own_chain(vault: Vault, other: Vault, change: str, what: str) -> None:
    with vault.record("person added", person=ANA) as tx:
        tx.create(Person(id=ANA, name="Ana Lind"))
    case = make_case(vault)
    add_note(vault, case.id)
    hand_over(vault, other, case)
    # Entries arrive as 1 (person), 2 (case), 3 (note); 4 is the import.
    assert findings(other) == []
    tamper(other, change)
    assert any(what in finding.what for finding in findings(other))


# --- hostile and damaged packages ----------------------------------------------------------------------------------

Rewriting = Callable[[dict[str, Any], dict[str, Any], dict[str, Any]], None]


def rewritten(lines: list[str], number: int, change: Rewriting) -> list[str]:
    """The lines with entry `number` (and its first operation) changed, every hash and seal made to fit again."""
    acts: list[tuple[dict[str, Any], list[dict[str, Any]]]] = []
    for line in map(parse, lines):
        if "entry" in line:
            acts.append((parse(line["entry"]), []))
        else:
            acts[-1][1].append(line)
    previous: str | None = None
    made = []
    for at, (entry, operations) in enumerate(acts, 1):
        for line in operations:
            head, values = parse(line["head"]), parse(line["values"] or "{}")
            if at == number and line is operations[0] and line["values"]:
                change(entry, head, values)
                line["values"] = canonical(values)
                head["seal"] = digest(line["salt"] + line["values"])
                line["head"] = canonical(head)
        entry["operations"] = [digest(line["head"]) for line in operations]
        entry["previous"] = entry["case_previous"] = previous
        made.append(canonical({"entry": canonical(entry)}))
        made += map(canonical, operations)
        previous = digest(canonical(entry))
    return made


def say(**fields: Any) -> Rewriting:
    return lambda _entry, _head, values: values.update(fields)


def head(**fields: Any) -> Rewriting:
    return lambda _entry, head, _values: head.update(fields)


def enter(**fields: Any) -> Rewriting:
    return lambda entry, _head, _values: entry.update(fields)


def drop(name: str) -> Rewriting:
    return lambda _entry, _head, values: values.pop(name)


def parent(name: str, those: list[str]) -> Rewriting:
    return lambda _entry, head, _values: head["parents"].update({name: those})


def turn_into(kind: str) -> Rewriting:
    def change(_entry: dict[str, Any], head: dict[str, Any], values: dict[str, Any]) -> None:
        head.update(kind=kind, version=1)
        values.clear()
        values.update(name="idle_minutes", value="600")

    return change


STRANGER = "e" * 32
HOSTILE = {
    "an unknown field": (2, say(sneaked="x")),
    "a missing field": (2, drop("title")),
    "a number for text": (2, say(body=7)),
    "text for a number": (4, say(number="1")),
    "true for a number": (4, say(number=True)),
    "a number too small": (4, say(number=0)),
    "a number no column holds": (4, say(number=2**70)),
    "a list for text": (2, say(body=["x"])),
    "nothing where something must be": (2, say(body=None)),
    "a word outside the list": (1, say(access="granted")),
    "a moment without zone": (2, say(written="2026-12-03T17:00:00")),
    "a moment written otherwise": (2, say(written="2026-12-03T17:00:00+00:00")),
    "an id that is none": (2, say(author="../x")),
    "a marking that is none": (2, head(marking="hello")),
    "another case": (2, say(case=STRANGER)),
    "a case that is moved": (3, say(case=STRANGER)),
    "an unknown kind": (2, head(kind="gift")),
    "a kind of another table": (3, head(kind="memo")),
    "a newer version": (2, head(version=9)),
    "an unknown action": (3, head(action="replace")),
    "a field in the head that is not of the format": (3, head(text="x")),
    "a setting": (2, turn_into("setting")),
    "a person inside a case": (2, turn_into("person")),
    "a parent nobody has": (3, parent("body", [STRANGER])),
    "a parent of a field not said": (3, parent("title", [])),
    "a parent of a field that does not exist": (3, parent("sneaked", [])),
    "no parent at all": (3, parent("marking", [])),
    "a create beside the first": (3, head(action="create")),
    "erasing without the action": (3, head(erases=[STRANGER])),
    "the action without erasing": (3, head(action="erase")),
    "erasing what is not the record's": (3, head(action="erase", erases=[STRANGER])),
    "deleting with values": (3, head(action="delete")),
    "an entry of another case": (2, enter(case=STRANGER)),
    "an entry of no case": (2, enter(case=None)),
    "text in a verb": (2, enter(verb="Heron is the codename")),
    "a time that is none": (2, enter(at="yesterday")),
    "a sequence twice": (2, enter(sequence=1)),
    "a sequence that is none": (2, enter(sequence=0)),
    "a sequence no column holds": (4, enter(sequence=2**64)),
    "a field in the entry that is not of the format": (2, enter(note="x")),
}


def hostile_source(vault: Vault) -> tuple[Case, list[str]]:
    case = make_case(vault)
    note = add_note(vault, case.id, "one")
    edit_note(vault, note, body="two")
    with vault.record("finding added", person=ANA, case=case.id) as tx:
        tx.create(Finding(case=case.id, number=1, title="Weak check", found=NOW, found_by=ANA))
    return case, lines_of(vault, case)


def test_a_rewritten_package_that_says_the_same_is_taken(vault: Vault, other: Vault) -> None:
    case, lines = hostile_source(vault)
    assert merge(other, rewritten(lines, 2, say(body="another text")), person=BO) == 4
    assert other.get(Case, case.id) and findings(other) == []


@pytest.mark.parametrize("name", HOSTILE)
def test_a_package_with_something_wrong_in_it_is_refused_whole(vault: Vault, other: Vault, name: str) -> None:
    case, lines = hostile_source(vault)
    number, change = HOSTILE[name]
    entries = ask(other, "SELECT count(*) FROM entry")
    with pytest.raises(HistoryRefused):
        merge(other, rewritten(lines, number, change), person=BO)
    assert other.get(Case, case.id) is None and ask(other, "SELECT count(*) FROM entry") == entries
    assert findings(other) == []


@pytest.mark.parametrize(
    "change",
    [
        lambda lines: lines[1:],
        lambda lines: lines[:1] + lines[2:],
        lambda lines: lines[:2] + lines[4:],
        lambda lines: [*lines[:2], *lines[4:6], *lines[2:4], *lines[6:]],
        lambda lines: [*lines, *lines[-2:]],
        lambda lines: [line.replace("Heron", "Eagle") for line in lines],
        lambda lines: [line.replace(ANA, BO) for line in lines[2:]],
        lambda lines: [line.replace('\\"', '\\" ', 1) for line in lines],
        lambda lines: [*lines, "[]"],
        lambda lines: [*lines, "{"],
        lambda lines: [*lines, "7"],
        lambda lines: [*lines, '{"entry": 7}'],
        lambda lines: [*lines, '{"head": null, "values": null, "salt": null}'],
        lambda lines: [*lines, "[" * 100_000],
        lambda lines: [line.replace('"salt":"', '"salt":"0') for line in lines],
        lambda lines: [canonical({**parse(line), "salt": None}) if "salt" in line else line for line in lines],
        lambda lines: [
            canonical({**parse(line), "salt": None, "values": None}) if "salt" in line else line for line in lines
        ],
    ],
)
def test_a_changed_package_is_refused_whole(
    vault: Vault, other: Vault, change: Callable[[list[str]], list[str]]
) -> None:
    case, lines = hostile_source(vault)
    with pytest.raises(HistoryRefused):
        merge(other, change(lines), person=BO)
    assert other.get(Case, case.id) is None and other.entries() == [] and findings(other) == []


def test_an_erasure_without_a_second_person_is_refused(vault: Vault, other: Vault) -> None:
    case = make_case(vault)
    note = add_note(vault, case.id, "zebra")
    hand_over(vault, other, case)
    with vault.record("spill erased", person=SAM, second=SUE, case=case.id) as tx:
        tx.erase(note, body="[erased]")
    lines = lines_of(vault, case)
    for second in (None, SAM):
        with pytest.raises(HistoryRefused, match="second person"):
            merge(other, rewritten(lines, 3, enter(second=second)), person=BO)
    assert other.get(Note, note.id) == note and findings(other) == []


def test_entries_this_workstation_never_made_are_refused(vault: Vault, other: Vault) -> None:
    _, lines = hostile_source(vault)
    forged = rewritten(lines, 1, enter(replica=other.replica))
    with pytest.raises(HistoryRefused, match="never made here"):
        merge(other, forged, person=BO)


def test_an_entry_known_with_other_content_is_refused(vault: Vault, other: Vault) -> None:
    case, lines = hostile_source(vault)
    merge(other, lines, person=BO)
    with pytest.raises(HistoryRefused, match="known with other content"):
        merge(other, rewritten(lines, 4, say(title="Strong check")), person=BO)
    assert findings(other) == [] and other.get(Case, case.id)


def test_an_operation_under_a_second_entry_is_refused(vault: Vault, other: Vault) -> None:
    _, lines = hostile_source(vault)
    merge(other, lines, person=BO)
    again = rewritten(lines, 1, enter(replica=STRANGER))
    ids = {parse(parse(line)["entry"])["id"]: new_id() for line in again if "entry" in line}
    for old, new in ids.items():
        again = [line.replace(old, new) for line in again]
    with pytest.raises(HistoryRefused):
        merge(other, rewritten(again, 1, enter()), person=BO)
    assert findings(other) == []


# --- random histories of three workstations ------------------------------------------------------------------------

REPLICAS = st.integers(0, 2)
MARKINGS = st.sampled_from(["U", "C", "S//NF", "TS//SI"])
BODIES = st.sampled_from(["alpha", "beta", "gamma", "Caf\u00e9"])


def tables(vault: Vault) -> dict[str, set[tuple[object, ...]]]:
    columns = {kind: ", ".join(f'"{field}"' for field in value.model_fields) for kind, value in KINDS.items()}
    columns["conflict"] = "record, field, operation"
    return {kind: set(ask(vault, f'SELECT {names} FROM "{kind}"')) for kind, names in columns.items()}


class OldNote(Record):
    """A note of version 1, which called its body a text and had no title."""

    kind = "note"


class Workstations(RuleBasedStateMachine):
    """Three vaults that create, edit, delete, refer, conflict, resolve, erase, upcast and hand over at random."""

    @initialize()
    def start(self) -> None:
        Note.version = 2
        rename, add = fold.rename("text", "body"), fold.add("title", "Untitled")
        fold.UPCASTERS["note", 1] = lambda operation, said: add(operation, rename(operation, said))
        self.folder = Path(tempfile.mkdtemp())
        self.vaults = [new_vault(self.folder / f"{name}.vault") for name in "abc"]
        self.case = make_case(self.vaults[0])
        self.packages: list[list[str]] = []
        for target in (1, 2):
            self.hand_over(0, target)

    def act(self, replica: int, second: str | None = None) -> Any:
        return self.vaults[replica].record("did", person=ANA, second=second, case=self.case.id)

    def some(self, replica: int, data: st.DataObject, kind: type[Record] = Note) -> Any:
        found = self.vaults[replica].find(kind)
        return data.draw(st.sampled_from(found)) if found else None

    @rule(replica=REPLICAS, body=BODIES, marking=MARKINGS, data=st.data())
    def create_note(self, replica: int, body: str, marking: str, data: st.DataObject) -> None:
        file = self.some(replica, data, Attachment)
        with self.act(replica) as tx:
            tx.create(note_of(self.case.id, body, marking=marking, about=file and file.id))

    @rule(replica=REPLICAS, name=BODIES)
    def create_attachment(self, replica: int, name: str) -> None:
        with self.act(replica) as tx:
            tx.create(file := file_of(self.case.id, name))
            tx.keep_blob(file.id, bytes(40), file.size)

    @rule(replica=REPLICAS, body=BODIES)
    def an_older_program_writes(self, replica: int, body: str) -> None:
        said = note_of(self.case.id).scalars()
        record = said.pop("id")
        for name in ("marking", "title", "body"):
            del said[name]
        made = Operation.new(
            "create", OldNote, record, marking="C", values={**said, "text": body}, parents={"marking": ()}
        )
        heads = dict.fromkeys(("marking", "text"), (made.head.id,))
        edit = Operation.new("set", OldNote, record, marking="C", values={"text": f"{body} older"}, parents=heads)
        with self.act(replica) as tx:
            apply(tx.connection, [(tx.entry, operation) for operation in (made, edit)])
            tx.digests += [made.digest, edit.digest]

    @rule(replica=REPLICAS, access=st.sampled_from(Access))
    def move_a_track(self, replica: int, access: Access) -> None:
        case = self.vaults[replica].get(Case, self.case.id)
        with self.act(replica) as tx:
            tx.resolve(case, access=access)

    @rule(replica=REPLICAS, data=st.data(), body=BODIES, marking=st.none() | MARKINGS)
    def edit(self, replica: int, data: st.DataObject, body: str, marking: str | None) -> None:
        if note := self.some(replica, data):
            changes = {"body": body} | ({"marking": marking} if marking else {})
            try:
                with self.act(replica) as tx:
                    tx.set(note, **changes)
            except InConflict:
                with self.act(replica) as tx:
                    tx.resolve(note, **changes)

    @rule(replica=REPLICAS, data=st.data(), body=BODIES)
    def edit_what_was_seen_before(self, replica: int, data: st.DataObject, body: str) -> None:
        if note := self.some(replica, data):
            edited = note.model_copy(update={"body": "unseen"})
            try:
                with self.act(replica) as tx:
                    tx.set(edited, body=body)
            except (InConflict, Stale):
                return
            raise AssertionError("a stale edit was taken")

    @rule(replica=REPLICAS, data=st.data(), kind=st.sampled_from([Note, Attachment]))
    def delete(self, replica: int, data: st.DataObject, kind: type[Record]) -> None:
        if value := self.some(replica, data, kind):
            with self.act(replica) as tx:
                tx.delete(value)

    @rule(replica=REPLICAS, data=st.data())
    def erase(self, replica: int, data: st.DataObject) -> None:
        if note := self.some(replica, data):
            with self.act(replica, second=SUE) as tx:
                tx.erase(note, body="[erased]")

    @rule(source=REPLICAS, to=REPLICAS)
    def hand_over(self, source: int, to: int) -> None:
        self.packages.append(lines_of(self.vaults[source], self.case))
        merge(self.vaults[to], self.packages[-1], person=BO)

    @rule(to=REPLICAS, data=st.data())
    def an_old_package_arrives_again(self, to: int, data: st.DataObject) -> None:
        merge(self.vaults[to], data.draw(st.sampled_from(self.packages)), person=BO)

    @rule(replica=REPLICAS, seed=st.integers())
    def fold_ignores_order(self, replica: int, seed: int) -> None:
        by_record: dict[object, list[Operation]] = {}
        with self.vaults[replica].reading() as connection:
            for record, *stored in connection.execute(text("SELECT record, text, values_text, salt FROM operation")):
                by_record.setdefault(record, []).append(Operation(*stored))
        for those in by_record.values():
            assert folded(those) == folded(random.Random(seed).sample(those, len(those)))

    def teardown(self) -> None:
        if not hasattr(self, "vaults"):
            return
        try:
            for source, target in ((0, 1), (1, 2), (2, 0), (2, 1)):
                self.hand_over(source, target)
            first, *others = map(tables, self.vaults)
            assert all(first == each for each in others)
            assert [findings(vault) for vault in self.vaults] == [[], [], []]
        finally:
            for vault in self.vaults:
                vault.close()
            shutil.rmtree(self.folder)
            Note.version = 1
            del fold.UPCASTERS["note", 1]


Workstations.TestCase.settings = settings(
    max_examples=20, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
)
TestWorkstations = Workstations.TestCase
