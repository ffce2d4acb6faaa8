# SPDX-License-Identifier: Apache-2.0
"""Classification and CUI markings: checking banners and portion marks, rolling them up, comparing them."""

from reviewer_app.domain.markings.data import MarkingFinding, Profile, Rule
from reviewer_app.domain.markings.rules import MarkingRules

__all__ = ["MarkingFinding", "MarkingRules", "Profile", "Rule"]
