# SPDX-License-Identifier: Apache-2.0
"""Files of a case and what they say."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from reviewer_app.domain.record import Id, Moment, Record, Refers, Searchable


class Holding(StrEnum):
    """Whose the file is: returned or destroyed under the agreement, or kept by a retention rule."""

    DEVELOPER_MATERIAL = "developer material"
    GOVERNMENT_RECORD = "government record"


class Attachment(Record):
    """A stored file. Its bytes lie in the vault's blob of the same id; size in bytes, SHA-512 of the plaintext."""

    kind = "attachment"
    case: Annotated[Id, Refers("case")]
    name: Annotated[str, Searchable()]
    sha512: Annotated[str, Field(pattern="^[0-9a-f]{128}$")]
    size: Annotated[int, Field(ge=0)]
    detected: str = "unknown"
    holding: Holding
    source: Annotated[str, Searchable()] = ""
    received: Moment
    medium: str = ""
    checkpoint: Annotated[Id | None, Refers("checkpoint")] = None
    entered_in_error: str | None = None


class EvaluationSummary(Record):
    """What an evaluation file said when it was read. `said` is the JSON text of `evaluations.said.Said`."""

    kind = "evaluation_summary"
    case: Annotated[Id, Refers("case")]
    attachment: Annotated[Id, Refers("attachment")]
    format: str
    tool: str | None
    task: Annotated[str | None, Searchable()]
    model: Annotated[str | None, Searchable()]
    status: str | None
    run_at: Moment | None
    said: str


class Evidence(Record):
    """A link from a finding or a note to the file, and the place in it, that supports it."""

    kind = "evidence"
    case: Annotated[Id, Refers("case")]
    supports: Id
    attachment: Annotated[Id, Refers("attachment")]
    place: str = ""
    remark: Annotated[str, Searchable()] = ""
