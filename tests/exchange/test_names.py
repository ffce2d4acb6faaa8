# SPDX-License-Identifier: Apache-2.0
import string
from pathlib import PurePosixPath, PureWindowsPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer_app.errors import PackageError
from reviewer_app.exchange.names import DEEPEST, LONGEST, check_name, check_names, shown

PART = string.ascii_letters + string.digits + "._-"


def taken(name: str) -> bool:
    try:
        check_name(name)
    except PackageError:
        return False
    return True


@pytest.mark.parametrize(
    "name",
    ["bagit.txt", "data/case.json", "data/evidence/" + "a" * LONGEST, "a/b/c/d/e/f", "0", "x-1_2.tar", "console.txt"],
)
def test_plain_names_are_taken(name):
    check_name(name)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "..",
        "../x",
        "data/../x",
        "data/../../x",
        "./x",
        "/abs",
        "data//x",
        "data/",
        "\\\\server\\x",
        "data\\x",
        "C:x",
        "C:/x",
        "data/x:stream",
        "data/%2e%2e/x",
        "data/%0d",
        ".hidden",
        "data/.git",
        "-rf",
        "data/x\n",
        "data/x y",
        "data/x\x00",
        "data/x\x1b[2J",
        "data/caf\u00e9",
        "data/cafe\u0301",
        "data/\u202egnp.exe",
        "data/\uff0e\uff0e/x",
        "data/\udcff",
        "a/b/c/d/e/f/g",
        "a" * (LONGEST + 1),
        "con",
        "data/NUL",
        "data/aux.txt",
        "data/Com1.tar.gz",
        "lpt9",
        "data/x.",
    ],
)
def test_other_names_are_refused(name):
    with pytest.raises(PackageError):
        check_name(name)


@pytest.mark.parametrize(
    "names",
    [
        ["data/a", "data/a"],
        ["data/a", "data/A"],
        ["data/a", "DATA/b"],
        ["data/a", "data/a/b"],
        ["data/A/b", "data/a"],
        ["good", "../bad"],
    ],
)
def test_names_that_some_system_takes_for_one_are_refused(names):
    with pytest.raises(PackageError):
        check_names(names)
    with pytest.raises(PackageError):
        check_names(reversed(names))


@given(st.one_of(st.text(max_size=30), st.text(alphabet=PART + "/", max_size=300)))
def test_a_taken_name_means_the_same_everywhere_and_stays_inside(name):
    if not taken(name):
        return
    posix, windows = PurePosixPath(name), PureWindowsPath(name)
    assert str(posix) == name == windows.as_posix()
    assert not posix.is_absolute() and not windows.drive and not windows.root
    assert ".." not in posix.parts and len(posix.parts) <= DEEPEST
    assert name.isascii() and name.isprintable()
    assert all(len(part) <= LONGEST for part in posix.parts)


@given(st.lists(st.text(alphabet=PART, min_size=1, max_size=LONGEST), min_size=1, max_size=DEEPEST))
def test_every_name_of_plain_parts_is_taken_unless_a_system_would_change_it(parts):
    changed = any(
        not part[0].isalnum()
        or part.endswith(".")
        or part.split(".")[0].lower()[:3] in ("con", "prn", "aux", "nul", "com", "lpt")
        for part in parts
    )
    assert changed or taken("/".join(parts))


def test_an_odd_name_is_shown_in_plain_characters():
    assert shown("a\u202e\n\udcff") == "a\\u202e\\n\\udcff"
    assert len(shown("x" * 1_000)) < 200
