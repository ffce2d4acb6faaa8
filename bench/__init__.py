# SPDX-License-Identifier: Apache-2.0
"""The measured budgets: `./dev bench` runs every public function of the modules in this folder.

A module `bench/NAME.py` holds what is measured for one room. Each of its public functions takes no arguments, measures
in a temporary folder and returns `Figures`: what was measured, by the words that the table shows. A ratio against a
bare tool or library is worth more than seconds, because it means the same on another machine.
"""

from typing import NamedTuple


class Figure(NamedTuple):
    """One measured number beside its budget.

    `unit` is what both are counted in: "s", "ms", "MB", "× cp". A ceiling holds when `measured` is not above `budget`,
    a floor (`at_least`) when it is not below. A budget of None is told without judging.
    """

    measured: float
    budget: float | None
    unit: str = "s"
    at_least: bool = False

    def is_within(self) -> bool:
        """Whether the measured number keeps its budget."""
        if self.budget is None:
            return True
        return self.measured >= self.budget if self.at_least else self.measured <= self.budget


Figures = dict[str, Figure]
