# SPDX-License-Identifier: Apache-2.0
"""Laws of text on paper: whatever was typed, nothing is lost, nothing hides, and the drawing never stops."""

import re
import unicodedata

from hypothesis import given, settings
from hypothesis import strategies as st

from reviewer_app.memo.content import emphasised, joined
from reviewer_app.memo.paper import characters, lost, visible
from reviewer_app.memo.sections import observations
from tests.memo.test_layout import content_of, drawn, flat, make_memo_record

ANY_TEXT = st.text(st.characters(exclude_categories=("Cs",)), max_size=300)
CODE = re.compile(r"‹U\+([0-9A-F]{4,6})›")


def without_spaces(text: str) -> str:
    return "".join(text.split())


@given(ANY_TEXT)
def test_every_character_is_drawn_or_shown_by_its_code(text):
    shown = visible(text, characters())
    assert all(ord(each) in characters() for each in shown)
    assert not any(unicodedata.category(each) in ("Cc", "Cf", "Co", "Cn") for each in shown)
    back = CODE.sub(lambda found: chr(int(found[1], 16)), shown)
    assert without_spaces(back) == without_spaces(unicodedata.normalize("NFC", text))


@given(ANY_TEXT)
def test_what_is_lost_is_what_is_shown_by_its_code(text):
    shown = CODE.findall(visible(text, characters()))
    assert lost(text, characters()) == list(dict.fromkeys(chr(int(code, 16)) for code in shown))


@given(ANY_TEXT)
def test_making_visible_twice_changes_nothing(text):
    once = visible(text, characters())
    assert visible(once, characters()) == once


@given(st.text("ab *_\\", max_size=60))
def test_emphasis_takes_away_stars_and_nothing_else(text):
    left = joined(emphasised(text))
    assert left.replace("*", "") == text.replace("*", "")
    assert (left.count("*") - text.count("*")) % 2 == 0


@given(
    st.lists(st.sampled_from(["(U) ", "(S//NF) ", "- ", "  - ", "1. ", "\n", "\n\n", "word ", "(", ")"]), max_size=30)
)
def test_no_typed_word_is_lost_in_paragraphs_and_lists(parts):
    body = "".join(parts)
    entries = list(observations(body))
    assert sum(joined(entry.spans).count("word") for entry in entries) == body.count("word")


@settings(max_examples=25, deadline=None)
@given(ANY_TEXT)
def test_any_text_can_be_drawn(text):
    pdf = drawn(content_of(memo=make_memo_record(body="(U) Start " + text + " end-of-text", subject=text)))
    assert "end-of-text" in flat(pdf)
