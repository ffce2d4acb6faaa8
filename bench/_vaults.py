# SPDX-License-Identifier: Apache-2.0
"""A practice vault to measure on."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from reviewer_app.policy import practice_policy
from reviewer_app.services import cases, vaults

PERSON, PASSPHRASE = "R. Ibarra", "seven grey herons at the weir"


@contextmanager
def vault(count: int) -> Iterator[Path]:
    """A practice vault that holds this many cases, most with an open window."""
    with TemporaryDirectory() as place:
        folder = Path(place) / "Bench.vault"
        made = vaults.create(folder, person=PERSON, passphrase=PASSPHRASE, policy=practice_policy(), warm=False)
        granted = datetime.now(UTC)
        for number in range(count):
            new = cases.NewCase(
                codename=f"Heron {number}",
                developer=f"Developer {number % 40}",
                marking="U",
                number=f"P-2026-{number:05d}",
                granted=granted - timedelta(hours=number % 900),
                granted_source="Letter",
            )
            cases.create(made.desk, new)
        vaults.leave(made.desk)
        yield folder
