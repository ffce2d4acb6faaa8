# SPDX-License-Identifier: Apache-2.0
"""Findings of a case, the evidence that supports them, and their way to the clearinghouse."""

from typing import Any

from reviewer_app.domain.evidence import Evidence
from reviewer_app.domain.findings import Finding
from reviewer_app.errors import EntryError
from reviewer_app.services.desk import Desk


def add(desk: Desk, case: str, title: str, marking: str, *, evidence: tuple[str, ...] = (), **facts: Any) -> Finding:
    """Records a finding and the attachments that support it, as one entry.

    Raises EntryError for a missing title, MarkingError for an unknown marking.
    """
    if not title.strip():
        raise EntryError(field="Title", reason="the finding has no title; write one short sentence")
    taken = [finding.number for finding in desk.vault.find(Finding, case=case)]
    finding = Finding(
        marking=desk.portion(marking),
        case=case,
        number=max(taken, default=0) + 1,
        title=title.strip(),
        found=desk.moment(),
        found_by=desk.person.id,
        **facts,
    )
    with desk.record("finding recorded", case=case, subject=finding.id) as tx:
        tx.create(finding)
        for attachment in evidence:
            tx.create(Evidence(marking=finding.marking, case=case, supports=finding.id, attachment=attachment))
    return finding


def edit(desk: Desk, finding: Finding, **changes: Any) -> Finding:
    """Changes fields of a finding as the person saw it; a marking is checked as at recording."""
    if "marking" in changes:
        changes["marking"] = desk.portion(changes["marking"])
    with desk.record("finding edited", case=finding.case, subject=finding.id) as tx:
        return tx.set(finding, **changes)


def evidence_of(desk: Desk, finding: Finding) -> list[Evidence]:
    """The links from a finding to attachments."""
    return [link for link in desk.vault.find(Evidence, case=finding.case) if link.supports == finding.id]
