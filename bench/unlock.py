# SPDX-License-Identifier: Apache-2.0
"""What an unlock is made of, part by part, in a vault of 1,000 cases; and a passphrase typed again."""

import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench import Figure, Figures
from bench._vaults import PASSPHRASE, vault
from reviewer_app.services import confirming, docket, signing_in, vaults
from reviewer_app.services.door import look
from reviewer_app.vault.attempts import Attempts, Known, Limits
from reviewer_app.vault.credentials import passphrase_key
from reviewer_app.vault.slots import SlotFile
from reviewer_app.vault.vault import Vault

CASES, RUNS = 1_000, 5


def unlock() -> Figures:
    """The parts in their order, each by itself; medians of five. The sum of the parts is not the whole: what is read
    first is slower."""
    with vault(CASES) as folder:
        times: dict[str, list[float]] = {}

        def timed(what: str, do: Callable[[], Any]) -> Any:
            begun = time.perf_counter()
            made = do()
            times.setdefault(what, []).append(time.perf_counter() - begun)
            return made

        for _ in range(RUNS):
            _parts(folder, timed)
    return {what: Figure(statistics.median(each), None) for what, each in times.items()}


def _parts(folder: Path, timed: Callable[[str, Callable[[], Any]], Any]) -> None:
    slots = timed("read the slot file", lambda: SlotFile.read(folder))
    person, now = slots.people[0].id, datetime.now(UTC)
    limits = Limits(3, 900, None)
    counter = Attempts(folder, slots.vault)
    timed("count the try, on the disk", lambda: counter.reserve(person, limits))
    timed("derive the key from the passphrase", lambda: passphrase_key(slots.slot_of(person), PASSPHRASE))
    opened = timed("open the slot, the derivation included", lambda: slots.unlock(person, PASSPHRASE, now=now))
    opened_vault = timed("open the database, compare the anchor", lambda: Vault.open(folder, opened.keychain))
    try:
        timed("take the count back", lambda: counter.settle(opened.keychain.attempts_key, Known(), ended=[person]))
    finally:
        opened_vault.close()
    desk = timed("sign in, all of it", lambda: vaults.unlock(look(folder), person, PASSPHRASE, warm=False))
    try:
        timed(f"the docket, {CASES:,} cases", lambda: docket.lines(desk))
        timed("a passphrase typed again", lambda: confirming.confirm(desk, person, PASSPHRASE))
        timed("the ages of slot and passphrase", lambda: signing_in.is_dormant(desk, person, 35))
    finally:
        vaults.leave(desk)
