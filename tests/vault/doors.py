# SPDX-License-Identifier: Apache-2.0
"""A vault's folder with a count of refused sign-ins, on a computer whose clocks a test sets."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from reviewer_app.vault.attemptform import COPIES
from reviewer_app.vault.attempts import Attempts, Known, Limits, Reserved, Standing
from reviewer_app.vault.uptime import Instant

VAULT, ANN, BOB = "e" * 32, "a" * 32, "b" * 32
KEY, NEXT_KEY = b"k" * 64, b"n" * 64
MINUTE = 60.0
FOR_EVER = Limits(3, 15 * MINUTE, None)
FOR_A_TIME = Limits(3, 15 * MINUTE, 15 * MINUTE)


@dataclass
class Door:
    """Every call looks at the files anew, as a program that was just started does."""

    root: Path
    known: Known = field(default_factory=Known)
    boot: str = "boot-1"
    seconds: float = 5000.0
    wall: datetime = field(default=datetime(2026, 12, 3, 17, tzinfo=UTC))
    beside: bool = True
    expected: bool = True

    def __post_init__(self) -> None:
        self.folder.mkdir(exist_ok=True)
        self.known = self.count(expected=False).settle(KEY, self.known)

    @property
    def folder(self) -> Path:
        return self.root / "case.vault"

    @property
    def account(self) -> Path:
        return self.root / "account" / "attempts"

    @property
    def places(self) -> list[Path]:
        """Every copy there is."""
        return [*(self.folder / name for name in COPIES), *([self.account / VAULT] if self.beside else [])]

    def count(self, *, expected: bool | None = None) -> Attempts:
        return Attempts(
            self.folder,
            VAULT,
            beside=self.account if self.beside else None,
            expected=self.expected if expected is None else expected,
            now=lambda: self.wall,
            instant=lambda: Instant(self.boot, self.seconds),
        )

    def wait(self, seconds: float) -> None:
        self.seconds += seconds
        self.wall += timedelta(seconds=seconds)

    def restart(self, boot: str = "boot-2", seconds: float = 30.0) -> None:
        self.boot, self.seconds = boot, seconds

    # --- what a person does ---

    def type_wrong(self, person: str = ANN, limits: Limits = FOR_EVER) -> Reserved:
        return self.count().reserve(person, limits)

    def standing(self, person: str = ANN, limits: Limits = FOR_EVER) -> Standing:
        return self.count().standing(person, limits)

    def is_locked(self, person: str = ANN, limits: Limits = FOR_EVER) -> bool:
        return self.standing(person, limits).locked

    def enter(self, *ended: str, key: bytes = KEY) -> tuple[str, ...]:
        """What an unlocked vault is told; then the failures of those who come in are taken back."""
        found = self.count().examine(key, self.known)
        self.known = self.count().settle(key, found.known, ended=ended)
        return found.told

    # --- what is done to the files ---

    def files(self) -> dict[Path, bytes]:
        return {place: place.read_bytes() for place in self.places if place.exists()}

    def put_back(self, files: dict[Path, bytes]) -> None:
        for place, data in files.items():
            place.write_bytes(data)
