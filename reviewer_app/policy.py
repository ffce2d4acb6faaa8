# SPDX-License-Identifier: Apache-2.0
"""The site policy: what an office decides for its vault. Kept in the vault, changed by the officer, journaled."""

import json
from collections.abc import Collection, Mapping
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from reviewer_app.errors import EntryError

NOTICE = (
    "You are about to open a government information system that holds case files of AI models offered for early "
    "access. It is for people named to this vault only. Use is recorded, including what is opened and read. "
    "By going on you accept this."
)

PRACTICE_NOTICE = (
    "This is a practice vault. Everything in it is invented: developers, models, markings and results. "
    "Do not enter real case content here."
)

# What a person must see before the vault is open, and so stands in the slot file too, under its MAC.
BEFORE_UNLOCK = (
    "organisation",
    "floor",
    "notice",
    "practice",
    "attempts",
    "attempt_minutes",
    "lock_minutes",
    "keyring",
)


class Policy(BaseModel):
    """One value for each setting; the defaults are the careful ones.

    `floor` and `ceiling` are banner texts: the system-high floor that every window shows, and the highest marking this
    vault may hold, "" where nothing in it is real and it takes every marking. `alert_hours` are hours before an end.
    Idle minutes by ASD STIG V-222389, an officer's by V-222390; attempts by V-222432: `lock_minutes` 0 means that only an
    officer or the recovery key ends a lock. Passphrases by APSC-DV-001680 to 001790; `dormant_days` by 000320: a slot not
    used for so long is disabled. 0 days are off, which a practice vault alone may have.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    organisation: str = "Office of Model Review"
    letterhead: str = "OFFICE OF MODEL REVIEW"
    office_prefix: str = Field(default="", max_length=12, pattern=r"^[A-Z0-9-]*$")
    floor: str = "UNCLASSIFIED"
    ceiling: str = "UNCLASSIFIED"
    classification_profile: Literal["IC", "DOD"] = "IC"
    cui_profile: Literal["NARA", "DOD"] = "NARA"
    zone: str = "America/New_York"
    zone_name: str = "Eastern time"
    access_days: int = Field(default=30, ge=1, le=30)
    first_day: int = Field(default=0, ge=0, le=1)
    to_end_of_day: bool = False
    alert_hours: str = "336 168 72 24 4"
    idle_minutes: int = Field(default=15, ge=1, le=15)
    officer_idle_minutes: int = Field(default=10, ge=1, le=10)
    attempts: int = Field(default=3, ge=1, le=3)
    attempt_minutes: int = Field(default=15, ge=15, le=1440)
    lock_minutes: int = Field(default=0, ge=0, le=1440)
    keyring: bool = False
    passphrase_length: int = Field(default=15, ge=15, le=128)
    passphrase_classes: bool = True
    passphrase_strength: int = Field(default=3, ge=0, le=4)
    passphrase_changed: int = Field(default=8, ge=8, le=128)
    passphrase_least_days: int = Field(default=1, ge=0, le=30)
    passphrase_most_days: int = Field(default=60, ge=0, le=60)
    passphrase_kept: int = Field(default=5, ge=5, le=5)
    one_time_hours: int = Field(default=72, ge=1, le=72)
    dormant_days: int = Field(default=35, ge=0, le=35)
    notice: str = NOTICE
    memo_addressee: str = "Director, Office of Model Review"
    classified_by: str = ""
    derived_from: str = ""
    declassify_on: str = ""
    clearinghouse: str = "Cybersecurity clearinghouse"
    contact: str = ""
    practice: bool = False

    @classmethod
    def from_settings(cls, settings: Mapping[str, str]) -> Self:
        """The policy from JSON texts by name; names this program does not know are left alone.

        Raises EntryError naming the first setting whose value cannot hold.
        """
        known = {name: json.loads(text) for name, text in settings.items() if name in cls.model_fields}
        try:
            return cls.model_validate(known)
        except ValidationError as error:
            first = error.errors()[0]
            raise EntryError(
                field=str(first["loc"][0]).replace("_", " "), reason="this value is not possible"
            ) from error

    def settings(self) -> dict[str, str]:
        """Every setting as JSON text by name."""
        return {name: json.dumps(value, ensure_ascii=False) for name, value in self.model_dump().items()}

    def before_unlock(self) -> dict[str, str]:
        """The part that the slot file repeats."""
        return {name: text for name, text in self.settings().items() if name in BEFORE_UNLOCK}

    def idle_limit(self, roles: Collection[str]) -> int:
        """Minutes without use after which whoever holds these roles is locked out; the shorter one for an officer."""
        return min(self.idle_minutes, self.officer_idle_minutes) if "officer" in roles else self.idle_minutes

    def alerts(self) -> tuple[int, ...]:
        """The alert thresholds in hours, largest first."""
        return tuple(sorted((int(word) for word in self.alert_hours.split()), reverse=True))


def practice_policy() -> Policy:
    """The policy of a practice vault: unclassified, and said so everywhere."""
    return Policy(
        organisation="Practice Office of Model Review",
        letterhead="PRACTICE OFFICE OF MODEL REVIEW",
        office_prefix="P-",
        floor="UNCLASSIFIED",
        ceiling="",
        notice=PRACTICE_NOTICE,
        memo_addressee="Director, Practice Office of Model Review",
        classified_by="R. Ibarra, reviewer",
        derived_from="Practice guide, Practice Office of Model Review, 20260701",
        declassify_on="20511101",
        clearinghouse="Practice clearinghouse",
        contact="Practice Office of Model Review, records desk",
        passphrase_classes=False,
        passphrase_strength=0,
        passphrase_least_days=0,
        passphrase_most_days=0,
        dormant_days=0,
        practice=True,
    )
