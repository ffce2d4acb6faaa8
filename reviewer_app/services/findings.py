# SPDX-License-Identifier: Apache-2.0
"""Findings of a case, the evidence that supports them, and their way to the clearinghouse."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from reviewer_app.domain.evidence import Attachment, Evidence
from reviewer_app.domain.findings import Finding, Referral
from reviewer_app.errors import EntryError, RecordMissing
from reviewer_app.services import typed
from reviewer_app.services.desk import Desk
from reviewer_app.services.fields import called
from reviewer_app.vault.vault import Transaction

WAY = tuple(Referral)
"""The steps of a referral in their order."""


@dataclass(frozen=True)
class Step:
    """One step of a referral that was taken: when (UTC) and by whom."""

    state: Referral
    taken: datetime
    by: str


def add(desk: Desk, case: str, title: str, marking: str, *, evidence: Collection[str] = (), **facts: Any) -> Finding:
    """Records a finding and the attachments that support it, as one entry; `facts` are fields of `Finding`.

    Raises EntryError for a missing title and for a portion mark in a text that asks for more than the finding's own,
    MarkingError for an unknown marking.
    """
    title, mark = _title(title), desk.portion(marking)
    taken = [finding.number for finding in desk.records.find(Finding, case=case)]
    finding = Finding(
        marking=mark,
        case=case,
        number=max(taken, default=0) + 1,
        title=title,
        found=desk.moment(),
        found_by=desk.person.id,
        **_tidy(facts),
    )
    _known(desk, case, evidence)
    with desk.record("finding recorded", case=case, subject=finding.id) as tx:
        tx.create(finding)
        _link(tx, finding, evidence)
    return finding


def edit(desk: Desk, finding: Finding, *, evidence: Collection[str] | None = None, **facts: Any) -> Finding:
    """Changes what differs from the finding as the person saw it; `evidence` of None leaves the links alone.

    Raises EntryError and MarkingError as `add`, Stale when a field was changed since, InConflict while two
    workstations disagree on it.
    """
    if "title" in facts:
        facts["title"] = _title(facts["title"])
    if "marking" in facts:
        facts["marking"] = desk.portion(facts["marking"])
    changes = {name: value for name, value in _tidy(facts).items() if getattr(finding, name) != value}
    links = evidence_of(desk, finding)
    wanted = {link.attachment for link in links} if evidence is None else set(evidence)
    gone = [link for link in links if link.attachment not in wanted]
    new = [each for each in evidence or () if each not in {link.attachment for link in links}]
    if not (changes or gone or new):
        return finding
    _known(desk, finding.case, new)
    with desk.record("finding edited", case=finding.case, subject=finding.id) as tx:
        edited = tx.set(finding, **changes) if changes else finding
        for link in gone:
            tx.delete(link)
        _link(tx, edited, new)
    return edited


def draft_referral(desk: Desk, finding: Finding) -> Finding:
    """The finding is to go to the clearinghouse; writing the package moves it on."""
    with desk.record("referral drafted", case=finding.case, subject=finding.id) as tx:
        return tx.set(finding, referral=Referral.DRAFTED)


def way_of(desk: Desk, finding: Finding) -> list[Step]:
    """The steps this finding's referral has taken, in order of arrival."""
    steps: list[Step] = []
    for said in desk.records.history_of(finding.id):
        state = (said.values or {}).get("referral")
        if state and (not steps or steps[-1].state != state):
            steps.append(Step(Referral(state), said.entry.at, desk.name_of(said.entry.person)))
    return steps


def evidence_of(desk: Desk, finding: Finding) -> list[Evidence]:
    """The links from a finding to attachments."""
    return desk.records.find(Evidence, case=finding.case, supports=finding.id)


def _known(desk: Desk, case: str, attachments: Collection[str]) -> None:
    """SECURITY: evidence is a file of the same case; raises RecordMissing for any other id, whatever it belongs to."""
    for each in attachments:
        if not desk.records.count(Attachment, case=case, id=each):
            raise RecordMissing(kind="attachment")


def _link(tx: Transaction, finding: Finding, attachments: Collection[str]) -> None:
    for each in dict.fromkeys(attachments):
        tx.create(Evidence(marking=finding.marking, case=finding.case, supports=finding.id, attachment=each))


def _title(text: str) -> str:
    text = typed.line("Title", text)
    if not text:
        raise EntryError(field="Title", reason="the finding has no title; write one short sentence")
    return text


def _tidy(facts: dict[str, Any]) -> dict[str, Any]:
    return {name: _tidied(called(Finding.kind, name), value) for name, value in facts.items()}


def _tidied(name: str, value: Any) -> Any:
    if isinstance(value, datetime):
        return typed.dated(name, value)
    return typed.words(name, value) if type(value) is str else value
