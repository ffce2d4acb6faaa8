# SPDX-License-Identifier: Apache-2.0
"""Memos made from a case, and the packages that carry parts of it."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from reviewer_app.domain.record import Id, Moment, Record, Refers, Searchable


class MemoState(StrEnum):
    """A draft says DRAFT on every page; a final memo changes only by a superseding memo."""

    DRAFT = "draft"
    FINAL = "final"


class Memo(Record):
    """A memo of a case. `body` is text in portion-marked paragraphs, as in a note.

    `revision` is the SHA-512 of the canonical case revision it was made from, `pdf` the attachment that holds it;
    both are set when the PDF is kept.
    """

    kind = "memo"
    case: Annotated[Id, Refers("case")]
    number: Annotated[int, Field(ge=1)]
    subject: Annotated[str, Searchable()]
    addressee: str
    sender: str
    body: Annotated[str, Searchable()]
    author: Annotated[Id, Refers("person")]
    state: MemoState = MemoState.DRAFT
    revision: str | None = None
    pdf: Annotated[Id | None, Refers("attachment")] = None
    dated: Moment
    entered_in_error: str | None = None


class SignOff(Record):
    """A supervisor's signature on a final memo, over its PDF's SHA-512: ML-DSA-87 key and signature as hexadecimal digits."""

    kind = "sign_off"
    case: Annotated[Id, Refers("case")]
    memo: Annotated[Id, Refers("memo")]
    person: Annotated[Id, Refers("person")]
    signed: Moment
    key: Annotated[str, Field(pattern="^[0-9a-f]{5184}$")]
    signature: Annotated[str, Field(pattern="^[0-9a-f]{9254}$")]


class Purpose(StrEnum):
    """Why a package leaves the vault."""

    HAND_OVER = "hand-over"
    REFERRAL = "referral"
    MEMO_DELIVERY = "memo delivery"


class Transfer(Record):
    """One package that left the vault. Written is not received: only a receipt makes it acknowledged."""

    kind = "transfer"
    case: Annotated[Id, Refers("case")]
    package: str
    purpose: Purpose
    profile: str
    recipient: str
    written: Moment
    prepared_by: Annotated[Id, Refers("person")]
    manifest: Annotated[str, Field(pattern="^[0-9a-f]{128}$")]
    files: Annotated[int, Field(ge=0)]
    size: Annotated[int, Field(ge=0)]
    receipt: str | None = None
    entered_in_error: str | None = None
