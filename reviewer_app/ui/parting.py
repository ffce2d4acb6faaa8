# SPDX-License-Identifier: Apache-2.0
"""Why a program gave its vault up: one fixed word for its successor, one verb for the journal, one sentence to read."""

from enum import StrEnum
from typing import NamedTuple

OPTION = "--after="
"""Begins the one argument that a successor gets beside the vault's path."""
LONGEST = 15  # minutes, the longest idle limit there is
UNKEPT = "-unkept"
KEPT_TOLD = "Anything you were writing is kept."
UNKEPT_TOLD = (
    "The disk did not take the text you were writing; what was saved before is kept. Check the space on the vault's "
    "disk, sign in, and write the last lines again."
)


class Reason(StrEnum):
    """What ended the session."""

    ASKED = "asked"  # Lock
    IDLE = "idle"
    DESKTOP = "desktop"  # the desktop session was locked, or the computer goes to sleep
    SIGNED_OUT = "signed-out"


VERBS = {
    Reason.ASKED: "locked",
    Reason.IDLE: "locked after no use",
    Reason.DESKTOP: "locked with the desktop",
    Reason.SIGNED_OUT: "signed out",
}
TOLD = {
    Reason.ASKED: "The vault is locked.",
    Reason.DESKTOP: "The vault was locked because this desktop session was, or because the computer went to sleep.",
    Reason.SIGNED_OUT: "You are signed out.",
}


class Parting(NamedTuple):
    """How a session ended; `minutes` without use count for IDLE alone. `kept`: the vault took every draft."""

    reason: Reason
    minutes: int = 0
    kept: bool = True

    @property
    def verb(self) -> str:
        """What the journal calls it."""
        return VERBS[self.reason]

    def option(self) -> str:
        """The successor's argument. SECURITY: a fixed word, never anything that was typed or read."""
        minutes = f"-{self.minutes}" if self.reason is Reason.IDLE else ""
        return f"{OPTION}{self.reason}{minutes}{UNKEPT if not self.kept else ''}"

    @classmethod
    def of(cls, option: str) -> "Parting | None":
        """What `option` said; None for any other text."""
        return ALL.get(option)

    def told(self) -> str:
        """What the unlock window says of it."""
        first = TOLD.get(self.reason) or f"Locked after {_minutes(self.minutes)} without use."
        return f"{first} {KEPT_TOLD if self.kept else UNKEPT_TOLD}"


def _minutes(count: int) -> str:
    return "1 minute" if count == 1 else f"{count} minutes"


ALL = {
    parting.option(): parting
    for kept in (True, False)
    for parting in (
        *(Parting(reason, kept=kept) for reason in Reason if reason is not Reason.IDLE),
        *(Parting(Reason.IDLE, minutes, kept) for minutes in range(1, LONGEST + 1)),
    )
}
"""Every parting there can be, by its argument."""
