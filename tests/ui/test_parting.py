# SPDX-License-Identifier: Apache-2.0
"""How a session ended: one fixed word on the way to the successor, one sentence for the person, one verb of the journal."""

import re

import pytest

from reviewer_app.policy import Policy
from reviewer_app.ui.parting import ALL, KEPT_TOLD, LONGEST, UNKEPT_TOLD, Parting, Reason


def test_every_word_reads_back_as_what_was_meant():
    assert all(Parting.of(parting.option()) == parting for parting in ALL.values())
    assert {parting.reason for parting in ALL.values()} == set(Reason)


def test_the_words_are_few_and_fixed():
    assert len(ALL) == 2 * (LONGEST + 3)
    assert all(re.fullmatch(r"--after=[a-z]+(-out)?(-\d+)?(-unkept)?", word) for word in ALL)


def test_the_longest_limit_that_policy_knows_has_its_word():
    with_limits = [Policy(idle_minutes=minutes).idle_limit(()) for minutes in range(1, 16)]
    assert max(with_limits) == LONGEST
    with pytest.raises(ValueError):
        Policy(idle_minutes=LONGEST + 1)


@pytest.mark.parametrize("text", ["", "--after=", "--after=idle", "--after=idle-16", "--after=idle-1 0", "a.vault"])
def test_any_other_text_is_no_word(text):
    assert Parting.of(text) is None


@pytest.mark.parametrize(
    ("parting", "said", "verb"),
    [
        (Parting(Reason.ASKED), "The vault is locked.", "locked"),
        (Parting(Reason.IDLE, 1), "Locked after 1 minute without use.", "locked after no use"),
        (Parting(Reason.IDLE, 15), "Locked after 15 minutes without use.", "locked after no use"),
        (Parting(Reason.DESKTOP), "this desktop session was", "locked with the desktop"),
        (Parting(Reason.SIGNED_OUT), "You are signed out.", "signed out"),
    ],
)
def test_a_parting_is_said_and_named(parting, said, verb):
    assert said in parting.told() and parting.told().endswith(KEPT_TOLD) and parting.verb == verb
    lost = parting._replace(kept=False)
    assert said in lost.told() and lost.told().endswith(UNKEPT_TOLD)
