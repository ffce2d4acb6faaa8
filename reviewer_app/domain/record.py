# SPDX-License-Identifier: Apache-2.0
"""What every record of a case file is: a frozen value with an id and a marking, each field declared once."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, PlainSerializer, StringConstraints

from reviewer_app.domain.canonical import new_id


@dataclass(frozen=True)
class Refers:
    """The field holds the id of a record of this kind, which may not have arrived yet."""

    kind: str


@dataclass(frozen=True)
class Searchable:
    """The field's words are found by search."""


def moment_text(moment: datetime) -> str:
    """UTC to the millisecond, `2026-12-03T17:00:00.000Z`; the order of texts is the order of moments."""
    moment = moment.astimezone(UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def to_utc_milliseconds(moment: datetime) -> datetime:
    """The same moment in UTC, cut to the millisecond, which is all the journal keeps."""
    moment = moment.astimezone(UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


Id = Annotated[str, StringConstraints(pattern="^[0-9a-f]{32}$")]
"""A UUIDv4 without its dashes."""

Marking = Annotated[str, StringConstraints(pattern=r"^(//)?[A-Z][A-Z0-9 /,.\-]*$", max_length=4000)]
"""A portion mark without its parentheses: `U`, `S//NF`, `CUI//SP-CTI`. The rules themselves: `domain.markings`."""

Moment = Annotated[AwareDatetime, AfterValidator(to_utc_milliseconds), PlainSerializer(moment_text, when_used="json")]
"""A point in time, kept in UTC to the millisecond."""


class Record(BaseModel):
    """One record. Subclasses name their `kind` (the table) and `version` (of the fields; see `vault.fold.UPCASTERS`)."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    kind: ClassVar[str]
    version: ClassVar[int] = 1
    id: Id = Field(default_factory=new_id)
    marking: Marking = "U"

    def scalars(self) -> dict[str, Any]:
        """The fields as the journal writes them: text, whole numbers, true, false and null."""
        return self.model_dump(mode="json")
