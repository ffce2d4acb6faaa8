# SPDX-License-Identifier: Apache-2.0
"""The case and the facts of its early access: terms, builds, dates, tracks. Field list: EO 14409 sec. 3(b), 3(c)."""

from enum import StrEnum
from typing import Annotated

from reviewer_app.domain.record import Id, Moment, Record, Refers, Searchable


class Access(StrEnum):
    """Track: how far the government's early access has come. Withdrawal is neutral."""

    PROPOSED = "proposed"
    ARRANGED = "arranged"
    ACTIVE = "active"
    ENDED = "ended"
    WITHDRAWN = "withdrawn"


class Evaluation(StrEnum):
    """Track: the reviewers' own work."""

    PLANNED = "planned"
    RUNNING = "running"
    WRITTEN_UP = "written up"


class Consultation(StrEnum):
    """Track: choosing further trusted partners together with the developer (sec. 3(b)(iii))."""

    NONE = "none"
    UNDER_WAY = "under way"
    RECORDED = "recorded"


class Material(StrEnum):
    """Track: what becomes of the developer's material under the agreement."""

    NOT_RECORDED = "not recorded"
    HELD = "held"
    RETURN_DUE = "return due"
    RETURNED = "returned"
    DESTROYED = "destroyed"
    CERTIFICATE_RECORDED = "certificate recorded"


class Weights(StrEnum):
    """Whether the model's weights are published; reported scope leaves open-weight models outside the framework."""

    NOT_RECORDED = "not recorded"
    CLOSED = "closed"
    OPEN = "open"


class Case(Record):
    """The local file about one model offered for early access; everything else belongs to one."""

    kind = "case"
    number: str
    codename: Annotated[str, Searchable()]
    developer: Annotated[str, Searchable()]
    developer_contact: str = ""
    opened: Moment
    weights: Weights = Weights.NOT_RECORDED
    access: Access = Access.PROPOSED
    evaluation: Evaluation = Evaluation.PLANNED
    consultation: Consultation = Consultation.NONE
    material: Material = Material.NOT_RECORDED


class Submission(Record):
    """One act of offering or delivering by the developer: the recorded voluntary basis of the case."""

    kind = "submission"
    case: Annotated[Id, Refers("case")]
    offered_by: Annotated[str, Searchable()]
    offered: Moment
    document: str
    attachment: Annotated[Id | None, Refers("attachment")] = None
    checkpoint: Annotated[Id | None, Refers("checkpoint")] = None
    entered_in_error: str | None = None


class Agreement(Record):
    """The terms of access as agreed with the developer, one record for each version."""

    kind = "agreement"
    case: Annotated[Id, Refers("case")]
    reference: str
    edition: str = "1"
    signed: Moment | None = None
    uses: Annotated[str, Searchable()] = ""
    people: str = ""
    sharing: str = ""
    developer_may_be_named: bool = False
    return_duty: str = ""
    attachment: Annotated[Id | None, Refers("attachment")] = None
    entered_in_error: str | None = None


class AccessMode(StrEnum):
    """How the government reaches the model."""

    NOT_RECORDED = "not recorded"
    HOSTED = "developer's hosted interface"
    API = "developer's API"
    ON_PREMISES = "on premises"
    WEIGHTS = "weights delivered"


class Safeguards(StrEnum):
    """Whether this build answers with its safeguards in place."""

    NOT_RECORDED = "not recorded"
    AS_PLANNED = "as planned for release"
    REDUCED = "reduced"


class Checkpoint(Record):
    """One exact build of the model; evidence ties to it."""

    kind = "checkpoint"
    case: Annotated[Id, Refers("case")]
    build: Annotated[str, Searchable()]
    safeguards: Safeguards = Safeguards.NOT_RECORDED
    access_mode: AccessMode = AccessMode.NOT_RECORDED
    runs_at: str = ""
    entered_in_error: str | None = None


class FactKind(StrEnum):
    """What a dated fact is about. The anchor of the access window is the planned release to trusted partners."""

    INQUIRY = "inquiry"
    ACCESS_OFFERED = "access offered"
    ACCESS_GRANTED = "access granted"
    EXTENSION_AGREED = "extension agreed in writing"
    ACCESS_ENDED = "access ended"
    PARTNER_RELEASE_PLANNED = "planned partner release"
    PARTNER_RELEASE = "partner release"
    PUBLIC_RELEASE_PLANNED = "planned public release"
    PUBLIC_RELEASE = "public release"
    WITHDRAWAL = "withdrawal"
    RETURN_DUE = "return of material due"
    RETURNED = "material returned or destroyed"


class Precision(StrEnum):
    """How exactly the source gives the moment."""

    MINUTE = "minute"
    DAY = "day"


class DatedFact(Record):
    """One date of the case with its source. Earlier values live in the journal; `reason` says why this one holds.

    `zone` is the IANA name of the zone in which the source gives the moment; with day precision the moment is the
    first of that day there. `extension agreed` holds the new last moment of access.
    """

    kind = "dated_fact"
    case: Annotated[Id, Refers("case")]
    what: FactKind
    moment: Moment
    zone: str
    precision: Precision = Precision.MINUTE
    source: Annotated[str, Searchable()]
    attachment: Annotated[Id | None, Refers("attachment")] = None
    reason: str = ""
    entered_in_error: str | None = None


class Answer(StrEnum):
    """Track: NSA's determination (sec. 3(a)); recorded, never computed. No record at all reads "none recorded"."""

    NOT_REQUESTED = "not requested"
    REQUESTED = "requested"
    COVERED = "covered"
    NOT_COVERED = "not covered"
    NO_ANSWER = "no answer received"


class Determination(Record):
    """The record of NSA's answer, with date, authority and the reference of the record held elsewhere."""

    kind = "determination"
    case: Annotated[Id, Refers("case")]
    answer: Answer
    moment: Moment
    authority: str
    reference: str
    entered_in_error: str | None = None


class Assignment(Record):
    """One person works on one case."""

    kind = "assignment"
    case: Annotated[Id, Refers("case")]
    person: Annotated[Id, Refers("person")]
