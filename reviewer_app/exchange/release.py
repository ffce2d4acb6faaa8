# SPDX-License-Identifier: Apache-2.0
"""What leaves in a referral and what is withheld, each with its reason: built up from an allow-list, never cut down."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import accumulate
from typing import Any

from reviewer_app.domain.cases import Agreement, Case, Checkpoint, Determination
from reviewer_app.domain.evidence import Attachment
from reviewer_app.domain.findings import Finding
from reviewer_app.domain.memos import Purpose
from reviewer_app.domain.people import Person
from reviewer_app.domain.record import Record
from reviewer_app.domain.seen import as_seen
from reviewer_app.errors import WithheldTextFound

ROLE = "reviewer"

_TERMS = "What was agreed stays between the developer and the government."
_IDENTITY = "No agreement on record lets the developer be named."
_POINTS_TO = "It points to the developer or to the office's own work."
_EVIDENCE = "Evidence and everything that describes it stays in the vault; ask the contact for it."
_OWN = "It is the office's own working record."
_VAULT = "It means something only inside the vault it comes from."

# By purpose: a whole kind, or one field of a kind, and why it stays. A list that does not depend on what the case
# holds, so that it says nothing about the case.
WITHHELD: dict[Purpose, dict[str, str]] = {
    Purpose.HAND_OVER: {
        "refused_try": "Who tried to sign in concerns this vault alone.",
        "setting": "The site policy belongs to its vault.",
    },
    Purpose.REFERRAL: {
        "agreement": _TERMS,
        "assignment": _OWN,
        "attachment": _EVIDENCE,
        "case.access": _POINTS_TO,
        "case.consultation": _POINTS_TO,
        "case.developer_contact": _POINTS_TO,
        "case.evaluation": _POINTS_TO,
        "case.material": _POINTS_TO,
        "case.opened": _POINTS_TO,
        "case.weights": _POINTS_TO,
        "checkpoint.access_mode": _POINTS_TO,
        "checkpoint.case": _VAULT,
        "checkpoint.entered_in_error": _VAULT,
        "checkpoint.runs_at": _POINTS_TO,
        "dated_fact": _POINTS_TO,
        "determination": "A determination is given out by the authority that made it.",
        "evaluation_summary": _EVIDENCE,
        "evidence": _EVIDENCE,
        "finding.case": _VAULT,
        "finding.entered_in_error": _VAULT,
        "finding.referral": _OWN,
        "memo": _OWN,
        "note": _OWN,
        "person": "People are named by their role.",
        "refused_try": _VAULT,
        "setting": _VAULT,
        "sign_off": _OWN,
        "submission": _POINTS_TO,
        "transfer": _OWN,
    },
}

# Withheld too, unless the agreement lets the developer be named.
IDENTITY = ("case.codename", "case.developer", "checkpoint.build", "checkpoint.safeguards")


def developer_may_be_named(records: Iterable[Record]) -> bool:
    """Whether the latest signed agreement says so; where several were signed at one moment, all of them must."""
    signed = [each for each in records if isinstance(each, Agreement) and each.signed and not _in_error(each)]
    last = max((each.signed for each in signed if each.signed), default=None)
    return bool(signed) and all(each.developer_may_be_named for each in signed if each.signed == last)


def withheld(purpose: Purpose, named: bool) -> list[dict[str, str]]:
    """What a package of this purpose leaves out, as case.json lists it."""
    reasons = dict(WITHHELD[purpose])
    if purpose is Purpose.REFERRAL and not named:
        reasons |= dict.fromkeys(IDENTITY, _IDENTITY)
    return [{"field": field, "reason": reason} for field, reason in sorted(reasons.items())]


def released(case: Case, records: Sequence[Record], named: bool, new_id: Callable[[], str]) -> Iterator[Record]:
    """The records of a referral under ids of their own; nothing that was entered in error."""
    kinds = (Finding, Case, Checkpoint) if named else (Finding,)
    for record in (case, *records):
        if isinstance(record, kinds) and not _in_error(record):
            yield record.model_copy(update={"id": new_id()})


def release_fields(fields: dict[str, Any]) -> dict[str, Any]:
    """The fields of one record of a referral, with people named by their role."""
    return {name: ROLE if name == "found_by" else value for name, value in fields.items()}


def _in_error(record: Record) -> bool:
    return getattr(record, "entered_in_error", None) is not None


# --- withheld words in free text -----------------------------------------------------------------------------------

LONG_NAME = 6  # letters and figures; a shorter name parted by a gap may be two other words
PLURALS = ("", "s", "es")

_WORD = re.compile(r"[^\W_]+")


def withheld_words(case: Case, records: Iterable[Record], named: bool) -> list[tuple[str, str]]:
    """Texts that a referral must not hold anywhere, each after what it is."""
    words = [("the developer's contact", case.developer_contact)]
    if not named:
        words += [("the developer's name", case.developer), ("the model's codename", case.codename)]
    for record in records:
        match record:
            case Checkpoint() if not named:
                words.append(("the name of a build", record.build))
            case Agreement():
                words.append(("the reference of an agreement", record.reference))
            case Determination():
                words.append(("the reference of a determination", record.reference))
            case Attachment():
                words += [("the name of a file", record.name), ("the SHA-512 of a file", record.sha512)]
            case Person():
                words.append(("the name of a person", record.name))
            case _:
                pass
    return words


def check_words(texts: Iterable[tuple[str, str]], words: Iterable[tuple[str, str]]) -> None:
    """Raises WithheldTextFound, with place and sort of word, for the first text that holds one of the words.

    Letter case, accents, letters that look alike, punctuation, gaps and a plural make no difference; only whole words
    count.
    """
    sought = [(what, _Words(word)) for what, word in words]
    for place, text in texts:
        inside = _Words(text)
        for what, words_sought in sought:
            if words_sought.joined and inside.hold(words_sought):
                raise WithheldTextFound(place=place, what=what)


class _Words:
    """The words of a text in lower case, as they are seen, joined; and where in the joined text one begins."""

    def __init__(self, text: str) -> None:
        words = _WORD.findall(as_seen(text)[0].casefold())
        self.joined = "".join(words)
        self.ends = set(accumulate(map(len, words)))
        self.starts = {0, *self.ends}

    def hold(self, sought: "_Words") -> bool:
        """Whether the words stand here whole. A long name may be parted anywhere: BLUEHERON, BLUE_HERON, B.L.U.E."""
        start = self.joined.find(sought.joined)
        while start >= 0:
            end = start + len(sought.joined)
            whole = start in self.starts and any(
                end + len(plural) in self.ends for plural in PLURALS if self.joined.startswith(plural, end)
            )
            gaps = {place - start for place in self.ends if start < place < end}
            if whole and (len(sought.joined) >= LONG_NAME or gaps <= sought.ends):
                return True
            start = self.joined.find(sought.joined, start + 1)
        return False
