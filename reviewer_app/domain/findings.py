# SPDX-License-Identifier: Apache-2.0
"""Findings: one vulnerability or weakness each, child of a case; never a verdict on the model."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from reviewer_app.domain.record import Id, Moment, Record, Refers, Searchable


class Referral(StrEnum):
    """Track of one finding: its way to the clearinghouse (sec. 2(d)). Acknowledged only with a receipt."""

    NONE = "none"
    DRAFTED = "drafted"
    TRANSFERRED = "transferred"
    ACKNOWLEDGED = "acknowledged"


class Known(StrEnum):
    """A yes or no that may be unknown; silence is a value."""

    NOT_RECORDED = "not recorded"
    YES = "yes"
    NO = "no"


class Finding(Record):
    """One vulnerability or weakness. `number` counts within the case, from 1."""

    kind = "finding"
    case: Annotated[Id, Refers("case")]
    number: Annotated[int, Field(ge=1)]
    title: Annotated[str, Searchable()]
    product: Annotated[str, Searchable()] = ""
    product_version: str = ""
    vendor: Annotated[str, Searchable()] = ""
    description: Annotated[str, Searchable()] = ""
    discovery: str = ""
    conditions: str = ""
    impact: Annotated[str, Searchable()] = ""
    public: Known = Known.NOT_RECORDED
    exploited: Known = Known.NOT_RECORDED
    vendor_contacted: Moment | None = None
    disclosure: Moment | None = None
    found: Moment
    found_by: Annotated[Id, Refers("person")]
    referral: Referral = Referral.NONE
    entered_in_error: str | None = None
