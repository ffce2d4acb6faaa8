# SPDX-License-Identifier: Apache-2.0
"""What memos and packages print of the office: read and changed from the Vault page, kept as settings, journaled."""

from reviewer_app.policy import Policy
from reviewer_app.services import policies, typed
from reviewer_app.services.desk import Desk
from reviewer_app.services.facts import needed

DETAILS = {
    "letterhead": "Letterhead",
    "memo_addressee": "Memo addressee",
    "classified_by": "Classified by",
    "derived_from": "Derived from",
    "declassify_on": "Declassify on",
    "contact": "Contact",
    "clearinghouse": "Clearinghouse",
}
"""The settings an office fills in, by their names in the policy, and what a person calls them."""


def details(desk: Desk) -> list[tuple[str, str]]:
    """Name and value of every detail, as the Vault page shows them."""
    return [(told, getattr(desk.policy, name) or "not recorded") for name, told in DETAILS.items()]


def change(desk: Desk, **texts: str) -> bool:
    """Records new values of `DETAILS`; whether anything changed. What was printed before keeps its own words.

    Raises EntryError for an empty letterhead.
    """
    texts = {name: typed.line(DETAILS[name], text) for name, text in texts.items()}
    if "letterhead" in texts:
        needed(DETAILS["letterhead"], texts["letterhead"])
    changed = {name: text for name, text in texts.items() if text != getattr(desk.policy, name)}
    if not changed:
        return False
    policy = Policy.model_validate({**desk.policy.model_dump(), **changed})
    with desk.record("office details changed") as tx:
        policies.keep(tx, desk, policy, changed)
    desk.policy = policy
    return True
