# SPDX-License-Identifier: Apache-2.0
"""Several markings become one: the lowest marking that covers them all."""

from collections.abc import Collection
from dataclasses import replace
from typing import Literal

from reviewer_app.domain.markings.data import MarkingData
from reviewer_app.domain.markings.mark import NOFORN, Mark, Path
from reviewer_app.domain.markings.reading import Reader


def merge(
    marks: Collection[Mark], reader: Reader, data: MarkingData, classification: Literal["IC", "DOD"] = "IC"
) -> Mark:
    """Rules B1 and R1 to R9. Neither order nor repetition matters; merging the result in again changes nothing."""
    level = max((mark.level for mark in marks), key=data.rank.__getitem__, default=data.levels[0].portion)
    fgi = [mark.fgi for mark in marks if mark.fgi is not None]
    cui = [mark.cui for mark in marks if mark.cui is not None]
    united = Mark(
        level=level,
        sci=frozenset[Path]().union(*(mark.sci for mark in marks)),
        sap=frozenset[Path]().union(*(mark.sap for mark in marks)),
        aea=_atomic(frozenset[Path]().union(*(mark.aea for mark in marks)), data),
        fgi=None if not fgi else frozenset() if frozenset() in fgi else frozenset[str]().union(*fgi),
        cui=frozenset[str]().union(*cui) if cui else None,
        unknown=frozenset[str]().union(*(mark.unknown for mark in marks)),
    )
    controls = frozenset[str]().union(*(mark.controls for mark in marks))
    needed = any(row.name in united.names | controls and "NOFORN" in row.others for row in data.needs)
    marked = needed or data.rank[level] > 0 or any(mark.release is not None for mark in marks)
    release = NOFORN if needed else _release(marks, marked, data, classification)
    kept = _controls(controls, united, marked, data)
    return reader.with_categories(replace(united, controls=kept, release=release))


def covers(banner: Mark, portion: Mark, reader: Reader, data: MarkingData) -> bool:
    """Whether the first marking protects what the second asks for, on the stricter (IC, NARA) reading."""
    alone = merge([banner], reader, data)
    both = merge([banner, portion], reader, data)
    released = _release_covers(banner, portion, data)
    return released and _without_release(both, data) == _without_release(alone, data)


def _without_release(mark: Mark, data: MarkingData) -> Mark:
    """PROPIN counts as one word, whether it is the IC control or the CUI category: a banner cannot tell them apart."""
    cui = None if mark.cui is None else mark.cui | (mark.controls & data.cui.shared_names)
    controls = frozenset(data.control[name].carries_noforn_over or name for name in mark.controls)
    return replace(mark, release=None, cui=cui, controls=controls - (cui or frozenset()))


def _atomic(paths: frozenset[Path], data: MarkingData) -> frozenset[Path]:
    """R1: the first in register order takes the place of the others and takes over their SIGMA numbers."""
    first = next((name for name in data.aea if any(path[0] == name for path in paths)), "")
    return frozenset((first, *path[1:]) for path in paths)


def _controls(names: frozenset[str], united: Mark, marked: bool, data: MarkingData) -> frozenset[str]:
    """R2, R7, R9: what gives way to another, what never stands in a classified marking, LES NOFORN beside NOFORN."""
    beside = names | ({"CUI"} if united.cui is not None else frozenset())
    kept = {name for name in names if not data.control[name].gives_way_to & beside}
    if data.rank[united.level] > 0:
        kept -= data.unclassified_only
    if marked:
        kept = {data.control[name].carries_noforn_over or name for name in kept}
    return frozenset(kept)


# --- who may have it abroad --------------------------------------------------------------------------------------


def _own_release(mark: Mark, data: MarkingData) -> frozenset[str] | None:
    if any(data.control[name].carries_noforn_over for name in mark.controls):
        return NOFORN
    return NOFORN if mark.release is not None and "NOFORN" in mark.release else mark.release


def _counts(mark: Mark, data: MarkingData) -> bool:
    """Whether a portion without a release mark weighs against the release marks of others (register, B.3 table 2)."""
    if data.rank[mark.level] > 0 or mark.fgi is not None or mark.cui is not None or mark.unknown:
        return True
    controls = (data.control[name] for name in mark.controls)
    return any(control.group in ("non-ic", "cui") or control.counts_unmarked for control in controls)


def _release(
    marks: Collection[Mark], marked: bool, data: MarkingData, classification: Literal["IC", "DOD"]
) -> frozenset[str] | None:
    """R3 to R6 and R9. Where DISPLAY ONLY meets anything but itself the result is NOFORN."""
    own = {mark: _own_release(mark, data) for mark in marks}
    if NOFORN in own.values():
        return NOFORN if marked else None
    said = {release for release in own.values() if release is not None}
    silent = any(release is None and _counts(mark, data) for mark, release in own.items())
    if not said:
        return None
    common = _common(said, data)
    if common and not silent:
        return common
    lists_only = all(len(grant) <= 4 and grant.isalpha() for release in said for grant in release)
    return None if classification == "DOD" and lists_only else NOFORN


def _common(lists: set[frozenset[str]], data: MarkingData) -> frozenset[str]:
    """What stands in all lists; a tetragraph stays as written where all have it, else it is expanded."""
    written = frozenset.intersection(*lists)
    expanded = frozenset.intersection(*(_expanded(each, data) for each in lists))
    return written | (expanded - _expanded(written, data))


def _expanded(grants: frozenset[str], data: MarkingData) -> frozenset[str]:
    return frozenset(code for grant in grants for code in data.expansions.get(grant, {grant}))


def _release_covers(banner: Mark, portion: Mark, data: MarkingData) -> bool:
    wide, narrow = _own_release(banner, data), _own_release(portion, data)
    if wide == NOFORN or (narrow is None and not _counts(portion, data)):
        return True
    if wide is None:
        return narrow != NOFORN and (narrow is None or _counts(banner, data))
    return narrow is not None and _expanded(wide, data) <= _expanded(narrow, data)
