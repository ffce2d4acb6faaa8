# SPDX-License-Identifier: Apache-2.0
"""Where a person was: page, part of the case, cursor, filter and chosen row; kept in the vault, found again there."""

import json
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from reviewer_app.errors import AppError
from reviewer_app.services import preferences
from reviewer_app.ui.widgets.left import BROKEN, Left

if TYPE_CHECKING:
    from reviewer_app.ui.workplace import Workplace

PLACE = "place"
"""The preference that says it."""


def _others(place: "Workplace") -> dict[str, tuple[QWidget, Callable[[], object]]]:
    """Every page beside docket and case by its key, and the way to it."""
    administration = place.administration
    pages: dict[str, QWidget] = {"people": administration.people, "policy": administration.policy}
    if administration.journal:
        pages["journal"] = administration.journal
    ways = {key: (page, partial(place.show_administration, key)) for key, page in pages.items()}
    return {"vault": (place.vault_page, place.show_vault), **ways}


def left(place: "Workplace") -> str:
    """Where the person is now, for `go_back`."""
    said: Left = {"docket": place.docket.left()}
    page, case = place.shell.page(), place.case
    if case and case.file and page is case:
        said |= {"page": "case", "case": case.file.case.id, "tab": case.tab(), "parts": case.left()}
    else:
        said["page"] = next((key for key, (other, _) in _others(place).items() if page is other), "docket")
    return json.dumps(said)


def go_back(place: "Workplace") -> bool:
    """Show again what `left` said; True when a case is in front. What is no more ends at the docket."""
    said: Left = {}
    with suppress(*BROKEN):
        said = dict(json.loads(preferences.recall(place.desk, PLACE)))
        place.docket.go_back(said["docket"])
    place.show_docket()
    page, case, tab, parts = (said.get(name) for name in ("page", "case", "tab", "parts"))
    with suppress(AppError):
        for key, (_, show) in _others(place).items():
            if key == page:
                show()
        if page in ("case", None) and any(line.case == case for line in place.docket.lines):
            place.open_case(str(case), str(tab), parts if isinstance(parts, dict) else {})
            return place.case is not None and place.shell.page() is place.case
    return False
