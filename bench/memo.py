# SPDX-License-Identifier: Apache-2.0
"""Memos from a frozen revision: content, gate and PDF together, as a person waits for them."""

import time

from bench import Figure, Figures
from reviewer_app.domain.markings import MarkingRules
from reviewer_app.domain.wording import WordingRules
from reviewer_app.memo.make import make_memo
from reviewer_app.memo.revision import freeze
from reviewer_app.paths import resource_text
from reviewer_app.policy import practice_policy
from tests.memo.practice import make_memo_record, make_records

SENTENCE = "The reviewers ran the agreed tests and recorded what they saw; this statement is advice. "


def memo_of_seven_pages() -> Figures:
    """A memo as offices write them."""
    return _made("7 pages", 56, 2, 0.5)


def memo_of_two_thousand_paragraphs() -> Figures:
    """The longest case file anybody is expected to print."""
    return _made("2,000 paragraphs", 2_000, 3, 1.5)


def _made(what: str, paragraphs: int, sentences: int, budget: float) -> Figures:
    rules = MarkingRules.from_json(resource_text("rules/markings.json"))
    wording = WordingRules.from_json(resource_text("rules/wording.json"))
    body = "\n\n".join(f"(S//NF) {number}. {SENTENCE * sentences}" for number in range(paragraphs))
    records = make_records(memo=make_memo_record(body=body))
    best, pages = float("inf"), 0
    for _ in range(3):
        begun = time.perf_counter()
        made = make_memo(freeze(records, practice_policy()), rules, wording, final=True)
        best, pages = min(best, time.perf_counter() - begun), made.pages
    return {f"memo, {what} ({pages} pages)": Figure(best, budget, "s")}
