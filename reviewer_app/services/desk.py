# SPDX-License-Identifier: Apache-2.0
"""The desk: one signed-in person at one open vault. Every service takes it first."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from reviewer_app.domain.clocks import Convention, Now, Until, trusted_now, written
from reviewer_app.domain.markings import MarkingRules, Profile
from reviewer_app.domain.notes import all_marks
from reviewer_app.domain.people import Person, Role
from reviewer_app.domain.record import Record
from reviewer_app.domain.wording import WordingRules
from reviewer_app.errors import EntryError, NeedsSecondPerson, NotConfirmed, PassphraseDue, RecordMissing, RoleLacking
from reviewer_app.evaluations.reader import Reader
from reviewer_app.policy import Policy
from reviewer_app.services.acts import ACTS, SUPERVISOR, Act, Asks, told
from reviewer_app.services.fields import called, is_portioned
from reviewer_app.vault.blobs import Blobs
from reviewer_app.vault.lock import ExclusiveLock
from reviewer_app.vault.queries import Reading
from reviewer_app.vault.slots import Opened, SlotFile, SlotPerson
from reviewer_app.vault.vault import Transaction, Vault

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """The machine's clock."""
    return datetime.now(UTC)


FIRST = frozenset(
    {"passphrase changed", "signed in", "signed out", "locked", "locked after no use", "locked with the desktop"}
    | {"slot file mended", "slot file taken", "refused tries journaled", "change of keys finished"}
)
"""What may be done before a passphrase that is due is changed."""
CONFIRMED_FOR = timedelta(minutes=2)
"""How long a passphrase that was typed again stands for the act it was typed for."""


@dataclass(frozen=True, eq=False, repr=False)
class Confirmation:
    """Somebody has typed their passphrase at this desk; made by `confirming.confirm` alone."""

    desk: "Desk"
    person: str
    roles: frozenset[Role]
    at: datetime


@dataclass(eq=False, repr=False)
class Grant:
    """That one act may be begun now, once, by the person at the desk; `second` is the other person who stands in for it,
    `about` the one it concerns. What was begun in time may take as long as it takes."""

    desk: "Desk"
    verb: str
    at: datetime
    case: str | None = None
    about: str | None = None
    second: str | None = None
    begun: bool = False
    spent: bool = False


@dataclass(eq=False)
class Desk:
    """What a signed-in person works with. `clock` gives the machine's time in UTC; `remarks` are sentences on the vault
    that its person should read once. Only `policy` is ever replaced, by `office.change` and `policies.change`.

    While `must_change` holds, the person may choose a passphrase or leave, and nothing else. `recovered` says that the
    recovery key opened the vault for this person, `slots_ahead` that the slot file was newer than the vault knew.

    SECURITY: services read records through `records`, which knows the person's cases alone; `vault` knows everything.
    """

    vault: Vault
    blobs: Blobs
    lock: ExclusiveLock
    opened: Opened
    person: Person
    roles: frozenset[Role]
    policy: Policy
    rules: MarkingRules
    wording: WordingRules
    reader: Reader
    clock: Clock = utc_now
    remarks: tuple[str, ...] = ()
    last_sign_in: datetime | None = None
    must_change: bool = False
    recovered: bool = False
    slots_ahead: bool = False

    def __post_init__(self) -> None:
        # A supervisor sees the whole docket; everybody else, officers too, the cases they are assigned to.
        self._known = self.vault.seen_by(None if self.roles & SUPERVISOR else self.person.id)
        self._nothing = self.vault.seen_by("")

    @property
    def records(self) -> Reading:
        """What this person may know; nothing of any case before a passphrase that is due was changed."""
        return self._nothing if self.must_change else self._known

    @property
    def is_open(self) -> bool:
        """False once the vault was left, or a change of its keys closed it and could not open it again."""
        return self.lock.is_held

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

    # --- who may ---------------------------------------------------------------------------------------------------

    def may(self, verb: str) -> bool:
        """Whether a role of the signed-in person allows this act."""
        return bool(self.roles & ACTS[verb].roles)

    def seconds(self, verb: str, about: str | None = None) -> list[tuple[str, str]]:
        """Id and name of the people who could stand in for an act as the second person.

        Nobody stands in for what gives power to themselves; what takes it from them, they may agree to (`consents`).
        """
        act = ACTS[verb]
        apart = {self.person.id} if act.consents else {self.person.id, about}
        usable = [each for each in self._with_role(act.second) if each.is_usable and each.id not in apart]
        return [(each.id, each.name) for each in usable]

    def _with_role(self, roles: frozenset[Role]) -> list[SlotPerson]:
        wanted = {str(role) for role in roles}
        return [each for each in SlotFile.read(self.vault.folder).people if wanted & {*each.roles}]

    def may_alone(self, verb: str) -> bool:
        """Whether an act that takes two may be done by one: while nobody else has the role, not even a slot that is
        disabled or waits for its first sign-in; or after the recovery key opened the vault."""
        act = ACTS[verb]
        return act.alone and (
            self.recovered or not [each for each in self._with_role(act.second) if each.id != self.person.id]
        )

    def allow(
        self,
        verb: str,
        *,
        case: str | None = None,
        about: str | None = None,
        own: Confirmation | None = None,
        second: Confirmation | None = None,
    ) -> Grant:
        """Leave for one act, to be asked for before anything of it is done.

        Raises RoleLacking, RecordMissing for a case this person does not know, NotConfirmed where a passphrase has to
        be typed again (IA-11), NeedsSecondPerson (AC-5).
        """
        act = ACTS[verb]
        if self.must_change and verb not in FIRST:
            raise PassphraseDue
        if not self.roles & act.roles:
            raise RoleLacking(verb=verb, who=told(act.roles))
        if case is not None and not act.opens_case and not self.records.knows(case):
            raise RecordMissing(kind="case")
        if act.asks is not Asks.NOTHING and not self._stands(own, self.person.id):
            raise NotConfirmed(verb=verb)
        beside = self._second(act, verb, about, second) if act.second else None
        return Grant(self, verb, self.clock(), case, about, beside)

    def _second(self, act: Act, verb: str, about: str | None, second: Confirmation | None) -> str | None:
        if second is None and self.may_alone(verb):
            return None
        apart = {self.person.id} if act.consents else {self.person.id, about}
        if second is None or second.person in apart or not self._stands(second, second.person):
            raise NeedsSecondPerson(verb=verb, who=told(act.second))
        if not second.roles & act.second:
            raise NeedsSecondPerson(verb=verb, who=told(act.second))
        return second.person

    def _stands(self, confirmation: Confirmation | None, person: str) -> bool:
        """Whether a passphrase was typed by this person, at this desk, for what is done now."""
        if confirmation is None or confirmation.desk is not self or confirmation.person != person:
            return False
        return timedelta() <= self.clock() - confirmation.at <= CONFIRMED_FOR

    def require(self, grant: Grant, verb: str, case: str | None = None, about: str | None = None) -> None:
        """Begins an act with its leave. SECURITY: leave for one act, case and person is not leave for another, and serves
        once: ValueError, because no person can cause this. Raises NotConfirmed when it is older than two minutes."""
        if (grant.desk, grant.verb, grant.case, grant.about) != (self, verb, case, about) or grant.spent:
            raise ValueError("this leave is for another act")
        if not grant.begun and not timedelta() <= self.clock() - grant.at <= CONFIRMED_FOR:
            raise NotConfirmed(verb=verb)
        grant.begun = True

    def witness(self, verb: str, *, case: str | None = None) -> None:
        """The entry of an act that changes nothing and that a full disk must not prevent; raises what `allow` raises."""
        self.allow(verb, case=case)
        self.vault.witness(verb, person=self.person.id, case=case)

    @contextmanager
    def record(
        self,
        verb: str,
        *,
        case: str | None = None,
        subject: str | None = None,
        outcome: str = "done",
        grant: Grant | None = None,
    ) -> Iterator[Transaction]:
        """One act of the signed-in person; see `Vault.record`. What asks for a passphrase needs its grant.

        Raises what `allow` raises, and EntryError when a portion mark in a text asks for more than the record's
        marking; then nothing is recorded.
        """
        grant = grant or self.allow(verb, case=case)
        self.require(grant, verb, case, grant.about)
        me, second = self.person.id, grant.second
        with self.vault.record(verb, person=me, second=second, case=case, subject=subject, outcome=outcome) as tx:
            yield tx
            for value, fields in tx.written:
                self._covers_its_texts(value, fields)
        grant.spent = ACTS[verb].asks is not Asks.NOTHING

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

    def keep_slots(self, slots: SlotFile) -> None:
        """The vault learns which slot file is the newest, so that an older one is refused from now on."""
        self.vault.keep_slots(slots.generation, slots.epoch)

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
        found = self.records.get(Person, person)
        return found.name if found else person[:8]
