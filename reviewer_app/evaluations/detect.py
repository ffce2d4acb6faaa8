# SPDX-License-Identifier: Apache-2.0
"""Which kind of file this is, judged by its content and never by its name."""

import codecs
import json
from collections.abc import Set as AbstractSet

from reviewer_app.evaluations.archive import Archive
from reviewer_app.evaluations.fields import Unreadable, Warnings
from reviewer_app.evaluations.jsonstream import CutOff, JsonFile, streamed
from reviewer_app.evaluations.source import SourceFile

HEAD = 4096

JSON_SIGNS: dict[str, tuple[frozenset[str], ...]] = {
    # From each set at least one key stands in the outermost object.
    "inspect-json": (frozenset({"eval"}), frozenset({"status"}), frozenset({"plan", "results"})),
}
ZIP_SIGNS: dict[str, frozenset[str]] = {
    # One of these members is there.
    "inspect-eval": frozenset({"header.json", "_journal/start.json"}),
}
NAMES = {
    "inspect-eval": "an Inspect log",
    "inspect-json": "an Inspect log in JSON",
    "pdf": "a PDF document",
    "zip": "a ZIP archive that is no evaluation log",
    "json": "JSON of a kind this program does not know",
    "text": "text",
    "empty": "an empty file: that can mean no findings or that nothing was run",
    "unknown": "of an unknown kind",
}


def detect(file: SourceFile) -> str:
    """A key of NAMES."""
    file.seek(0)
    head = file.read(HEAD)
    if not head:
        return "empty"
    if b"%PDF-" in head[:1024]:  # readers of PDF accept up to 1,024 bytes before it
        return "pdf"
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _zip_kind(file, head)
    text = _text(head)
    if text is None:
        return "unknown"
    if text.lstrip("\ufeff \t\r\n").startswith(("{", "[")):
        return _json_kind(file)
    return "text"


def _zip_kind(file: SourceFile, head: bytes) -> str:
    # The first member is enough for most logs, and for one that is cut off and so has lost its list of members.
    members: AbstractSet[str] = {head[30 : 30 + int.from_bytes(head[26:28], "little")].decode("utf-8", "replace")}
    if not any(signs & members for signs in ZIP_SIGNS.values()):
        try:
            members = Archive(file, Warnings()).members.keys()
        except Unreadable:
            return "zip"
    return next((kind for kind, signs in ZIP_SIGNS.items() if signs & members), "zip")


def _json_kind(file: SourceFile) -> str:
    def kind(stream: JsonFile) -> str:
        keys: set[str] = set()
        for key in stream.outermost():
            keys.add(key)
            for found, signs in JSON_SIGNS.items():
                if all(sign & keys for sign in signs):
                    return found
        return "text" if stream.followed else "json"  # one object a line, for instance

    try:
        return streamed(file, Warnings(), kind)
    except CutOff:
        return "json"
    except Unreadable:
        return "text"


def _text(head: bytes) -> str | None:
    """The head as text, if it is text in UTF-8, UTF-16 with its byte order mark, or JSON in any encoding of JSON."""
    encoding = json.detect_encoding(head)
    text = head.decode(encoding, "replace")
    if "16" in encoding or "32" in encoding:
        return text if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or text[0] in "{[" else None
    strange = text.count("\ufffd") + text.count("\0")
    return None if strange > len(text) // 20 else text
