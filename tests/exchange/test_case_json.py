# SPDX-License-Identifier: Apache-2.0
import contextlib
import importlib
import json
import pkgutil
from enum import StrEnum
from itertools import count
from typing import get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

import reviewer_app.domain
from reviewer_app.domain.cases import Agreement, Submission
from reviewer_app.domain.evidence import EvaluationSummary
from reviewer_app.domain.memos import Purpose
from reviewer_app.domain.notes import Note
from reviewer_app.domain.people import Person
from reviewer_app.domain.record import Record, Refers
from reviewer_app.errors import PackageError, PackageNotWritten
from reviewer_app.exchange.case_check import check_case, kinds, record_ids, references, schema, schema_text, strict_json
from reviewer_app.exchange.case_json import CaseContent, case_json, json_bytes
from reviewer_app.exchange.release import IDENTITY, WITHHELD

BOTH = [Purpose.HAND_OVER, Purpose.REFERRAL]


def record_kinds() -> list[type[Record]]:
    """Every kind of record the product declares."""
    for module in pkgutil.iter_modules(reviewer_app.domain.__path__):
        importlib.import_module(f"reviewer_app.domain.{module.name}")

    def below(parent):
        for child in parent.__subclasses__():
            yield child
            yield from below(child)

    return [kind for kind in below(Record) if kind.__module__.startswith("reviewer_app.domain.")]


def made(content, purpose=Purpose.HAND_OVER, **changes):
    settings = {"banner": "SECRET//NOFORN", "practice": False, "written": content.case.opened} | changes
    return case_json(content, purpose, **settings)


def with_records(content, *records):
    return CaseContent(content.case, [*content.records, *records])


def named_in_agreement(content):
    agreement = next(record for record in content.records if isinstance(record, Agreement))
    others = [record for record in content.records if record is not agreement]
    return CaseContent(content.case, [*others, agreement.model_copy(update={"developer_may_be_named": True})])


# --- what leaves ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", record_kinds(), ids=lambda kind: kind.kind)
@pytest.mark.parametrize("purpose", BOTH)
def test_every_field_of_every_kind_either_leaves_or_is_withheld_for_a_reason(kind, purpose):
    reasons = WITHHELD[purpose]
    allowed = kinds(purpose.value).get(kind.kind, {"properties": {}})["properties"]
    for field in kind.model_fields:
        both = f"{kind.kind}.{field}"
        leaves = field in allowed or both == "case.number"  # which every package says at its top
        stays = kind.kind in reasons or both in reasons
        assert leaves != stays, f"{both}: add it to the schema or, with a reason, to WITHHELD"
    assert set(allowed) <= set(kind.model_fields)


@pytest.mark.parametrize("purpose", BOTH)
def test_every_reason_is_about_a_field_that_exists(purpose):
    known = {kind.kind for kind in record_kinds()}
    known |= {f"{kind.kind}.{field}" for kind in record_kinds() for field in kind.model_fields}
    assert {*WITHHELD[purpose], *IDENTITY} <= known
    assert all(reason.endswith(".") for reason in WITHHELD[purpose].values())


@pytest.mark.parametrize(
    "kind",
    [kind for kind in record_kinds() if kind.kind not in WITHHELD[Purpose.HAND_OVER]],
    ids=lambda kind: kind.kind,
)
def test_the_schema_says_of_each_field_what_the_record_says(kind):
    properties = kinds("hand-over")[kind.kind]["properties"]
    for name, field in kind.model_fields.items():
        said = properties[name]
        refers = any(isinstance(each, Refers) for each in field.metadata)
        assert (said.get("$ref", "").endswith("reference")) == (refers or (kind.kind, name) == ("evidence", "supports"))
        if isinstance(field.annotation, type) and issubclass(field.annotation, StrEnum):
            assert said == {"enum": [each.value for each in field.annotation]}
        if name != "said":
            nullable = type(None) in get_args(field.annotation)
            assert Draft202012Validator({**said, "$defs": schema()["$defs"]}).is_valid(None) == nullable


def test_what_the_schema_knows_of_an_evaluation_is_what_the_readers_say():
    from reviewer_app.evaluations.said import Counts, Said, Score

    said = schema()["$defs"]["said"]["properties"]
    assert set(said) == set(Said.model_fields)
    assert set(said["counts"]["properties"]) == set(Counts.model_fields)
    assert set(said["scores"]["items"]["properties"]) == set(Score.model_fields)


# --- the schema itself ----------------------------------------------------------------------------------------------


def objects(value):
    if isinstance(value, dict):
        if value.get("type") == "object":
            yield value
        for each in value.values():
            yield from objects(each)
    if isinstance(value, list):
        for each in value:
            yield from objects(each)


def test_the_schema_is_a_valid_one_that_reaches_nothing_outside_itself():
    Draft202012Validator.check_schema(schema())
    found = json.dumps(schema())
    assert found.count('"$ref": "#/$defs/') == found.count('"$ref"')
    assert schema()["$id"] == "urn:mrc:schema:mrc-case:1"


def test_no_object_of_the_schema_takes_unknown_keys():
    records = schema()["properties"]["records"]
    for each in objects(schema()):
        assert each is records or "additionalProperties" in each
        assert each.get("additionalProperties") is not True
    assert schema()["then"]["properties"]["records"] and schema()["else"]["properties"]["records"]


def test_the_schema_file_is_plain_text():
    assert schema_text().isascii() and "\r" not in schema_text()


# --- the document ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("purpose", BOTH)
def test_the_document_follows_the_published_schema(content, purpose):
    for each in (content, named_in_agreement(content)):
        document = json.loads(made(each, purpose))
        Draft202012Validator(schema()).validate(document)
        assert all("marking" in record for records in document["records"].values() for record in records)


def test_the_bytes_have_one_form(content):
    made_once = made(content)
    shuffled = CaseContent(content.case, content.records[::-1])
    assert made(shuffled) == made_once
    assert made_once.startswith(b'{\n  "banner": "SECRET//NOFORN",\n  "case_number"')
    assert made_once.endswith(b"}\n") and b"\r" not in made_once
    assert made_once == json_bytes(json.loads(made_once))
    assert "Ünïcode".encode() in made_once


def test_figures_of_an_evaluation_are_kept_digit_by_digit(content):
    (summary,) = json.loads(made(content))["records"]["evaluation_summary"]
    assert summary["said"]["scores"][0]["value"] == "0.07692307692307693"
    assert summary["said"]["settings"] == {"limit": 3, "seed": "9223372036854775808", "temperature": "0.5"}
    assert summary["said"]["counts"] == {"dataset": 26, "planned": None}


@pytest.mark.parametrize("said", ["", "{", '{"format": "x", "secret": 1}', "[]", '"x"', '{"format": NaN}'])
def test_a_summary_that_is_not_one_is_not_written(content, said):
    summary = next(record for record in content.records if isinstance(record, EvaluationSummary))
    broken = summary.model_copy(update={"id": "0" * 32, "said": said})
    with pytest.raises(PackageNotWritten):
        made(with_records(content, broken))


def test_texts_leave_as_they_were_typed(content):
    text = 'e\u0301 \u202e \x00 \u2028 <script> \\ " \U0001f600\n\tend '
    note = Note(case=content.case.id, title="t", body=text, author="1" * 32, written=content.case.opened)
    document = json.loads(made(with_records(content, note)))
    assert text in [each["body"] for each in document["records"]["note"]]


def test_a_policy_never_travels(content):
    document = json.loads(made(content))
    assert "setting" not in document["records"]
    assert {each["field"] for each in document["withheld"]} == {"refused_try", "setting"}


# --- references -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("purpose", BOTH)
@pytest.mark.parametrize("named", [False, True])
def test_nothing_refers_to_what_is_not_there(content, purpose, named):
    document = json.loads(made(named_in_agreement(content) if named else content, purpose))
    ids = set(record_ids(document))
    assert document["missing"] == []
    assert set(references(document)) <= ids
    assert bool(set(references(document))) == (purpose is Purpose.HAND_OVER)
    hexadecimal = {
        value
        for records in document["records"].values()
        for record in records
        for value in record.values()
        if isinstance(value, str) and len(value) == 32
    }
    assert hexadecimal == ids  # whatever looks like an id is one of those


def test_what_has_not_arrived_is_named_as_missing(content):
    without = CaseContent(content.case, [each for each in content.records if not isinstance(each, Person)])
    (person,) = (each for each in content.records if isinstance(each, Person))
    assert json.loads(made(without))["missing"] == [person.id]


# --- reading what nobody vouches for --------------------------------------------------------------------------------


def test_a_document_is_read_back(content):
    assert check_case(made(content)) == json.loads(made(content))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"1",
        b'"x"',
        b"\xef\xbb\xbf{}",
        '{"a": 1}'.encode("utf-16"),
        b'{"a": "\xff"}',
        b'{"a": 1, "a": 2}',
        b'{"b": {"a": 1, "a": 1}}',
        b'{"a": 1.5}',
        b'{"a": 1e3}',
        b'{"a": NaN}',
        b'{"a": -Infinity}',
        b'{"a": 1} {}',
        b'{"a": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'{"a": ' + b"[" * 40 + b"]" * 40 + b"}",
        b'{"a": ' + b'{"a": ' * 40 + b"1" + b"}" * 40 + b"}",
        b'{"a": ' + b"9" * 10_000 + b"}",
        b'{"a": "\\ud800"}',
        b'{"\\udc00": "a"}',
    ],
    ids=lambda content: repr(content[:24]),
)
def test_loose_json_is_refused(content):
    with pytest.raises(PackageError, match="“x”"):
        strict_json(content, "x")


def test_escaped_pairs_and_texts_about_escapes_are_taken():
    assert strict_json(b'{"a": "\\ud83d\\ude00", "b": "\\\\ud800"}', "x") == {"a": "\U0001f600", "b": "\\ud800"}


def test_a_document_that_is_too_large_is_refused(monkeypatch):
    monkeypatch.setattr("reviewer_app.exchange.case_check.LARGEST_CASE", 10)
    with pytest.raises(PackageError, match="larger"):
        strict_json(b'{"a": "bcdef"}', "x")


def at(document, path):
    for step in path:
        document = document[step]
    return document


@pytest.mark.parametrize(
    ("path", "value", "reason"),
    [
        (["schema"], "mrc-case/2", r"is mrc-case/2 and this program knows mrc-case/1"),
        (["schema"], "other/1", r"at \$\.schema"),
        (["banner"], "", r"at \$\.banner"),
        (["more"], 1, r"at \$"),
        (["records", "verdict"], [], r"at \$\.records"),
        (["records", "case"], [], r"at \$\.records\.case"),
        (["records", "note", 0, "body"], 5, r"at \$\.records\.note\[0\]\.body"),
        (["records", "note", 0, "extra"], 5, r"at \$\.records\.note\[0\]"),
        (["records", "note", 0, "marking"], "secret", r"at \$\.records\.note\[0\]\.marking"),
        (["records", "note", 0, "id"], "0" * 32 + "\n", r"at \$\.records\.note\[0\]\.id"),
        (["records", "case", 0, "access"], "granted", r"at \$\.records\.case\[0\]\.access"),
        (["records", "finding", 0, "number"], 0, r"at \$\.records\.finding\[0\]\.number"),
        (["records", "finding", 0, "number"], 2**60, r"at \$\.records\.finding\[0\]\.number"),
        (["records", "finding", 0, "found"], "2026-11-24", r"at \$\.records\.finding\[0\]\.found"),
        (["records", "attachment", 0, "sha512"], "../x", r"at \$\.records\.attachment\[0\]\.sha512"),
        (["records", "note", 0, "author"], "f" * 32, "neither there nor named as missing"),
        (["purpose"], "referral", r"at \$\.records"),
        (["purpose"], "memo delivery", r"at \$\.purpose"),
        (["written"], "yesterday", r"at \$\.written"),
    ],
)
def test_a_document_that_breaks_the_schema_is_refused_by_place(content, path, value, reason):
    document = json.loads(made(content))
    at(document, path[:-1])[path[-1]] = value
    with pytest.raises(PackageError, match=reason):
        check_case(json_bytes(document))


def test_one_id_for_two_records_is_refused(content):
    document = json.loads(made(content))
    document["records"]["note"][0]["id"] = document["records"]["finding"][0]["id"]
    with pytest.raises(PackageError, match="one id to two records"):
        check_case(json_bytes(document))


def test_a_refusal_never_repeats_what_stands_in_the_file(content):
    document = json.loads(made(content))
    document["records"]["note"][0]["body"] = ["a secret sentence"]
    with pytest.raises(PackageError) as caught:
        check_case(json_bytes(document))
    assert "secret sentence" not in str(caught.value)


def test_a_case_that_a_receiver_would_refuse_is_not_written(content):
    twice = with_records(content, content.records[0])
    with pytest.raises(PackageNotWritten, match="one id to two records"):
        made(twice)


def test_a_record_entered_in_error_goes_with_the_whole_case(content):
    struck = Submission(
        case=content.case.id, offered_by="x", offered=content.case.opened, document="x", entered_in_error="Wrong case."
    )
    document = json.loads(made(with_records(content, struck)))
    assert "Wrong case." in [each["entered_in_error"] for each in document["records"]["submission"]]


def test_ids_of_a_referral_are_its_own(content):
    numbers = count(1)
    document = json.loads(made(content, Purpose.REFERRAL, make_id=lambda: f"{next(numbers):032x}"))
    own = {content.case.id, *(record.id for record in content.records)}
    assert record_ids(document) == [f"{1:032x}"]
    assert not own & set(record_ids(document))
    assert not any(each.encode() in made(content, Purpose.REFERRAL) for each in own)


def places(value, path=()):
    yield path
    if isinstance(value, dict):
        for key, each in value.items():
            yield from places(each, (*path, key))
    if isinstance(value, list):
        for key, each in enumerate(value):
            yield from places(each, (*path, key))


LEAVES = (
    st.none() | st.booleans() | st.integers() | st.text() | st.sampled_from(["referral", "0" * 32, "U", "mrc-case/2"])
)
VALUES = st.recursive(LEAVES, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=5)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_document_changed_anywhere_is_taken_or_refused_and_never_breaks_the_program(content, data):
    document = json.loads(made(content, data.draw(st.sampled_from(BOTH))))
    *above, last = data.draw(st.sampled_from([path for path in places(document) if path]))
    if data.draw(st.booleans()):
        del at(document, above)[last]
    else:
        at(document, above)[last] = data.draw(VALUES)
    try:
        assert check_case(json_bytes(document)) == document
    except PackageError as error:
        assert str(error).isprintable()


@given(st.binary(max_size=200))
def test_any_bytes_are_taken_or_refused(junk):
    for read in (lambda: strict_json(junk, "x"), lambda: check_case(b'{"schema": ' + junk + b"}")):
        with contextlib.suppress(PackageError):
            read()
