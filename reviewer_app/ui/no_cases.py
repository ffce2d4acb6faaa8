# SPDX-License-Identifier: Apache-2.0
"""What stands in the docket while it shows no case: what belongs there for this person, and the first step."""

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from reviewer_app.domain.people import Role
from reviewer_app.services.acts import CASEWORK, OFFICER, REVIEWER, SUPERVISOR
from reviewer_app.ui.widgets.controls import button
from reviewer_app.ui.widgets.strips import vacant

WORDS = {
    SUPERVISOR: (
        "No cases yet",
        "A case is the file of one model that a developer has offered for early access: its terms, dates, evaluation logs, "
        "findings, notes and memos.",
        "Record the first case",
    ),
    REVIEWER: (
        "No case of yours yet",
        "You see the cases that you are assigned to; a supervisor assigns people. A case is the file of one model that a "
        "developer has offered for early access: its terms, dates, evaluation logs, findings, notes and memos.",
        "Record a case",
    ),
    OFFICER: (
        "Cases are for reviewers and supervisors",
        "An officer looks after the people, the policy and the keys of this vault, checks it and reads its journal. There "
        "a case is a number; what is in it is not shown to officers.",
        "Show the people",
    ),
}
"""What stands where no case is shown, by the role that decides it: title, words and the first step."""
KEPT = "Everything you enter is kept in this vault alone."
WHERE = "People, Policy, Journal and Vault stand at the lower left."


def no_cases(roles: frozenset[Role], new: Callable[[], object], people: Callable[[], object]) -> QWidget:
    """`new` records a case, `people` shows that page to somebody who has no cases."""
    title, words, first = WORDS[next(role for role in (SUPERVISOR, REVIEWER, OFFICER) if role & roles)]
    if roles & CASEWORK:
        return vacant("docket", title, words, button(first, "main", "plus", on=new), note=KEPT)
    return vacant("docket", title, words, button(first, "main", "people", on=people), note=WHERE)
