# SPDX-License-Identifier: Apache-2.0
"""Who may do what: the role × action matrix. Every entry of the journal bears a verb that stands here.

The verbs are also the list of audited events (AU-2, AU-12). `vault created`, `anchor advanced` and `package merged` are
the vault's own and nobody's to do.
"""

from dataclasses import dataclass
from enum import StrEnum

from reviewer_app.domain.people import Role


class Asks(StrEnum):
    """Which passphrases an act asks for again (IA-11; APSC-DV-001520)."""

    NOTHING = "nothing"
    OWN = "one's own"
    SECOND = "one's own and another person's"


@dataclass(frozen=True)
class Act:
    """`roles` may do it. A `second` person of one of those roles stands in for it too (AC-5), and is somebody else.

    `alone` says that one person may do it while nobody else in the vault has that role; `consents`, that the person it
    is about may be the second.
    """

    roles: frozenset[Role]
    asks: Asks = Asks.NOTHING
    second: frozenset[Role] = frozenset()
    alone: bool = False
    consents: bool = False
    opens_case: bool = False


REVIEWER, SUPERVISOR, OFFICER = (frozenset({role}) for role in Role)
CASEWORK = REVIEWER | SUPERVISOR
EVERYBODY = CASEWORK | OFFICER
MEANS = {
    Role.REVIEWER: "Works on assigned cases: evidence, notes, findings, memos, packages.",
    Role.SUPERVISOR: "Works on every case, assigns people, signs memos, releases packages that others prepared.",
    Role.OFFICER: "Looks after people, policy and keys, checks the vault, reads the journal. Sees no case, only case numbers.",
}
"""What each role is for, in a sentence for people."""

_EVERYBODY = (
    "signed in",
    "signed out",
    "locked",
    "locked after no use",
    "locked with the desktop",
    "slot file mended",
    "slot file taken",
    "refused tries journaled",
    "change of keys finished",
)
_CASEWORK = (
    "case opened",
    "note added",
    "note edited",
    "note settled",
    "file attached",
    "evaluation read",
    "attachment opened",
    "attachment verified",
    "date recorded",
    "date changed",
    "track moved",
    "determination recorded",
    "submission recorded",
    "agreement recorded",
    "checkpoint recorded",
    "struck out",
    "finding recorded",
    "finding edited",
    "referral drafted",
    "draft memo kept",
    "memo kept",
    "memo copy begun",
    "memo copy stopped",
    "package begun",
    "package stopped",
    "receipt recorded",
    "end of access alert acknowledged",
)
ACTS: dict[str, Act] = {
    **{verb: Act(EVERYBODY) for verb in _EVERYBODY},
    **{verb: Act(CASEWORK) for verb in _CASEWORK},
    "case created": Act(CASEWORK, opens_case=True),
    "memo copied out": Act(CASEWORK, Asks.OWN),
    # The preparer is never the releaser, and an author never the signing supervisor.
    "package written": Act(CASEWORK, Asks.SECOND, second=SUPERVISOR),
    "memo signed": Act(SUPERVISOR, Asks.OWN),
    "assigned": Act(SUPERVISOR),
    "unassigned": Act(SUPERVISOR),
    "office details changed": Act(SUPERVISOR | OFFICER),
    "passphrase changed": Act(EVERYBODY),
    "device secret changed": Act(EVERYBODY, Asks.OWN),
    "vault checked": Act(OFFICER),
    "journal read": Act(OFFICER),
    "policy changed": Act(OFFICER, Asks.OWN),
    "recovery key used": Act(OFFICER),
    "person disabled": Act(OFFICER, Asks.OWN),
    "person enabled": Act(OFFICER, Asks.OWN),
    "lock ended": Act(OFFICER, Asks.OWN),
    "roles taken": Act(OFFICER, Asks.OWN),
    # A grant of a role needs a second person; the first officer has nobody yet who could be one.
    "person added": Act(OFFICER, Asks.SECOND, second=OFFICER, alone=True),
    "roles granted": Act(OFFICER, Asks.SECOND, second=OFFICER, alone=True),
    "one-time passphrase given": Act(OFFICER, Asks.SECOND, second=OFFICER, alone=True),
    # Whoever could turn the other officer off alone would then have nobody beside them.
    "officer disabled": Act(OFFICER, Asks.SECOND, second=OFFICER, consents=True),
    "officer's role taken": Act(OFFICER, Asks.SECOND, second=OFFICER, consents=True),
    "keys changed": Act(OFFICER, Asks.SECOND, second=OFFICER, alone=True, consents=True),
    "vault destroyed": Act(OFFICER, Asks.SECOND, second=OFFICER, alone=True),
}
"""By verb; a verb that is not here cannot be recorded."""


def told(roles: frozenset[Role]) -> str:
    """The roles in words: `a reviewer or a supervisor`."""
    words = [f"{'an' if role is Role.OFFICER else 'a'} {role}" for role in Role if role in roles]
    return " or ".join(words)
