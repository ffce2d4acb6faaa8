# SPDX-License-Identifier: Apache-2.0
"""The desk: one signed-in person at one open vault. Every service takes it first."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from reviewer_app.domain.clocks import Convention, Now, Until, trusted_now, written
from reviewer_app.domain.markings import MarkingRules, Profile
from reviewer_app.domain.notes import all_marks
from reviewer_app.domain.people import Person, Role
from reviewer_app.domain.record import Record
from reviewer_app.domain.wording import WordingRules
from reviewer_app.errors import EntryError
from reviewer_app.evaluations.reader import Reader
from reviewer_app.policy import Policy
from reviewer_app.services.fields import called, is_portioned
from reviewer_app.vault.blobs import Blobs
from reviewer_app.vault.lock import ExclusiveLock
from reviewer_app.vault.vault import Transaction, Vault

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """The machine's clock."""
    return datetime.now(UTC)


@dataclass(eq=False)
class Desk:
    """What a signed-in person works with. `clock` gives the machine's time in UTC; `remarks` are sentences on the vault
    that its person should read once. Only `policy` is ever replaced, by `office.change`.
    """

    vault: Vault
    blobs: Blobs
    lock: ExclusiveLock
    person: Person
    roles: frozenset[Role]
    policy: Policy
    rules: MarkingRules
    wording: WordingRules
    reader: Reader
    clock: Clock = utc_now
    remarks: tuple[str, ...] = ()

    @property
    def profile(self) -> Profile:
        """The marking profile of the site."""
        return Profile(self.policy.classification_profile, self.policy.cui_profile)

    @property
    def convention(self) -> Convention:
        """How this site counts the access window."""
        policy = self.policy
        until = Until.END_OF_DAY if policy.to_end_of_day else Until.SAME_HOUR
        return Convention(policy.zone, policy.zone_name, policy.access_days, policy.first_day, until)

    @contextmanager
    def record(self, verb: str, *, case: str | None = None, subject: str | None = None) -> Iterator[Transaction]:
        """One act of the signed-in person; see `Vault.record`.

        Raises EntryError, and records nothing, when a portion mark in a text asks for more than the record's marking.
        """
        with self.vault.record(verb, person=self.person.id, case=case, subject=subject) as tx:
            yield tx
            for value, fields in tx.written:
                self._covers_its_texts(value, fields)

    def _covers_its_texts(self, value: Record, said: frozenset[str]) -> None:
        """SECURITY: a portion in a text is shown, printed and sent under the marking of its record."""
        own = self.rules.banner_of_portion(value.marking)
        for field in type(value).model_fields if "marking" in said else said:
            text = getattr(value, field)
            if type(text) is not str or field == "marking" or is_portioned(value.kind, field):
                continue
            for mark in all_marks(text):
                if not self.rules.covers(own, mark):
                    name = called(value.kind, field)
                    self._require_held(mark, name)
                    reason = f"{mark} stands in it and asks for more than ({value.marking}), its marking; "
                    raise EntryError(field=name, reason=f"{reason}raise that, or move the text to a note")

    def now(self) -> Now:
        """The moment deadlines are measured by: never before the last moment the journal has seen."""
        return trusted_now(self.clock(), self.vault.last_moment())

    def moment(self) -> datetime:
        """`now().moment`, for the fields of a record."""
        return self.now().moment

    def written(self, moment: datetime, *, weekday: bool = False) -> str:
        """A moment in the site's zone, `3 Dec 2026 12:00 EST`."""
        return written(moment, self.policy.zone, weekday=weekday)

    def portion(self, text: str, field: str = "Marking") -> str:
        """The portion mark a person typed, as records keep it.

        Raises MarkingError when the rules do not know it, EntryError when this vault may not hold it.
        """
        mark = self.rules.portion(text.strip(), self.profile)
        self._require_held(mark, field)
        return mark

    def _require_held(self, mark: str, field: str) -> None:
        if not self.holds(mark):
            raise EntryError(
                field=field,
                reason=f"({mark.strip('()')}) is above {self.policy.ceiling}, the highest marking this vault may hold. "
                "Take it to a vault that may hold it, and tell your security officer if it was typed here",
            )

    def holds(self, mark: str) -> bool:
        """Whether this vault may hold what bears this marking."""
        return not self.policy.ceiling or self.rules.holds(self.policy.ceiling, mark)

    def roll_up(self, marks: list[str]) -> str:
        """The banner of these portion marks under the site's profile; the floor where there are none."""
        return self.rules.roll_up(marks, self.profile) if marks else self.policy.floor

    def outside(self, folder: Path) -> Path:
        """A folder that takes what leaves the vault. Raises EntryError for one inside it."""
        vault = self.vault.folder.resolve()
        if vault in (folder.resolve(), *folder.resolve().parents):
            raise EntryError(field="Folder", reason="this lies inside the vault; choose one outside it")
        return folder

    def name_of(self, person: str) -> str:
        """The name of a person by id; the id of one whose record has not arrived."""
        found = self.vault.get(Person, person)
        return found.name if found else person[:8]
