# SPDX-License-Identifier: Apache-2.0
"""The rules a memo is checked by, as the product ships them."""

import pytest

from reviewer_app.domain.markings import MarkingRules
from reviewer_app.domain.wording import WordingRules
from reviewer_app.paths import resource_text


@pytest.fixture(scope="session")
def rules() -> MarkingRules:
    return MarkingRules.from_json(resource_text("rules/markings.json"))


@pytest.fixture(scope="session")
def wording() -> WordingRules:
    return WordingRules.from_json(resource_text("rules/wording.json"))
