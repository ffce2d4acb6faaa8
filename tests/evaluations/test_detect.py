# SPDX-License-Identifier: Apache-2.0
"""Detection by content alone."""

import json

import pytest

from reviewer_app.evaluations.detect import NAMES, detect
from reviewer_app.evaluations.source import SourceFile

LOG = {"eval": {}, "status": "success", "plan": {}}
FILES = {
    "inspect_eval/log_formats.eval": "inspect-eval",
    "generated/2026-11-23T14-44-41-00-00_security-guide-mock_YivUGo8LCUNyQsnMB7strG.eval": "inspect-eval",
    "derived_truncated/security-guide_first60pct.eval": "inspect-eval",
    "inspect_json/log_formats.json": "inspect-json",
    "inspect_json/data_with_llm_scoring.json": "inspect-json",
    "scanners/ms_defender__defender.zip": "zip",
    "scanners/nuclei__empty.jsonl": "empty",
    "documents/winobias_scale_final.pdf": "pdf",
}
CONTENTS = [
    (b"", "empty"),
    (b"%PDF-1.7\n", "pdf"),
    (b"\0" * 500 + b"%PDF-1.4", "pdf"),
    (b"PK\x03\x04 and then nothing of a ZIP", "zip"),
    (b"PK\x05\x06" + bytes(18), "zip"),
    (json.dumps(LOG).encode(), "inspect-json"),
    (json.dumps(LOG).encode("utf-16"), "inspect-json"),
    (json.dumps(LOG).encode("utf-16-be"), "inspect-json"),
    (b"\xef\xbb\xbf  \r\n" + json.dumps(LOG).encode(), "inspect-json"),
    (json.dumps({"samples": [float("nan")] * 9, "results": {}, "status": "x", "eval": {}}).encode(), "inspect-json"),
    (b'{"eval": {}, "status": "success"}', "json"),
    (b'{"nested": {"eval": {}, "status": "success", "plan": {}}}', "json"),
    (b'{"eval": {}, "stat', "json"),
    (b"[1, 2]", "json"),
    (b'{"a": 1}\n{"a": 2}\n', "text"),
    (b"{ no json }", "text"),
    ("Bericht – ä\n".encode(), "text"),
    ("Bericht".encode("utf-16"), "text"),
    (bytes(range(256)) * 8, "unknown"),
    (b"\x7fELF\x02\x01\x01" + bytes(60), "unknown"),
]


@pytest.mark.parametrize(("name", "kind"), FILES.items())
def test_files_are_known_by_their_content(make, name, kind):
    assert detect(SourceFile(make.source((make.files / name).read_bytes()))) == kind


@pytest.mark.parametrize(("content", "kind"), CONTENTS)
def test_contents_are_told_apart(make, content, kind):
    assert detect(SourceFile(make.source(content))) == kind
    assert kind in NAMES


def test_a_header_that_is_not_the_first_member_is_found(make):
    made = make.eval_bytes(None, None, **{"header.json": "{}"}).replace(b"_journal/start.json", b"_journal/other.json")
    assert detect(SourceFile(make.source(made))) == "inspect-eval"
