# SPDX-License-Identifier: Apache-2.0
"""The open vault: its one door for changes, and everything it answers."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol, Self

from sqlalchemy import Connection, Engine, Executable, delete, insert, select, tuple_, update
from sqlalchemy.dialects.sqlite import insert as upsert

from reviewer_app.domain.canonical import new_id
from reviewer_app.domain.record import moment_text
from reviewer_app.errors import DatabaseMissing, NotAnchored, RolledBack, SlotRefused, VaultDamaged, VaultError
from reviewer_app.vault import database
from reviewer_app.vault.anchor import Anchor
from reviewer_app.vault.files import is_same
from reviewer_app.vault.journal import Transaction, append, last_entry
from reviewer_app.vault.migrations import make_tables, migrate
from reviewer_app.vault.place import given_room
from reviewer_app.vault.queries import Reading
from reviewer_app.vault.soundness import check_entries, check_operations
from reviewer_app.vault.tables import DRAFT, ENTRY, PREFERENCE, VAULT

__all__ = ["Transaction", "Vault"]

DATABASE = "vault.db"
ANCHOR = "anchor"
SYSTEM = "system"
"""The person of entries the program makes by itself."""


class Keys(Protocol):
    """What a vault needs of its keychain: 80 bytes for the database, 64 for the anchor."""

    @property
    def database_key(self) -> bytes: ...

    @property
    def journal_key(self) -> bytes: ...


def _now() -> datetime:
    return datetime.now(UTC)


class Vault(Reading):
    """One open vault. Its folder's lock is held by whoever opens it; one process, any thread."""

    def __init__(self, folder: Path, engine: Engine, anchor: Anchor, replica: str, now: Callable[[], datetime]) -> None:
        self.folder, self.engine, self.anchor, self.replica = folder, engine, anchor, replica
        self._now, self._opened = now, (folder / DATABASE).stat()
        self._commit_lock = threading.Lock()
        self._writer: int | None = None
        self._ended: tuple[int, str] | None = None  # sequence and hash of this replica's newest entry
        self._log_holds_erased = False
        self.behind = 0
        """By how many entries the anchor was behind the journal when the vault was opened."""

    @classmethod
    def create(cls, folder: Path, keychain: Keys, *, now: Callable[[], datetime] = _now) -> Self:
        """Makes database and anchor in an existing folder of mode 0700, and opens the vault as a new replica.

        Raises VaultExists, NoSpace, DiskFailed, NoPermission.
        """
        path, replica = folder / DATABASE, new_id()
        database.make_file(path)
        engine = database.engine_of(path, keychain.database_key)
        try:
            make_tables(engine)
            with engine.begin() as connection:
                connection.execute(insert(VAULT), {"replica": replica})
        finally:
            engine.dispose()
        Anchor.create(folder / ANCHOR, keychain.journal_key, replica)
        return cls.open(folder, keychain, now=now)

    @classmethod
    def open(cls, folder: Path, keychain: Keys, *, now: Callable[[], datetime] = _now) -> Self:
        """Opens a vault, brings its tables to the present version and compares the journal with its anchor.

        Raises DatabaseMissing, DatabaseDamaged, NewerVault, RolledBack, VaultDamaged, UnsafeBuild, NoPermission, or
        SlotRefused for keys of another epoch than that of database and anchor.
        """
        path = folder / DATABASE
        is_of_epoch = database.require_file(path) == keychain.database_key[-database.SALT_LENGTH :]
        if not is_of_epoch and not Anchor.fits(folder / ANCHOR, keychain.journal_key):
            # The engine would call the database damaged. Where the anchor fits, the database alone is another, or is.
            raise SlotRefused(reason="it or the database beside it is from before the last change of keys")
        engine = database.engine_of(path, keychain.database_key)
        anchor: Anchor | None = None
        try:
            migrate(engine)
            anchor = Anchor(folder / ANCHOR, keychain.journal_key)
            with engine.execution_options(read_only=True).connect() as connection:
                replica = connection.execute(select(VAULT.c.replica)).scalar_one()
            vault = cls(folder, engine, anchor, replica, now)
            vault._catch_up()
        except BaseException:
            if anchor:
                anchor.close()
            engine.dispose()
            raise
        return vault

    @contextmanager
    def record(
        self,
        verb: str,
        *,
        person: str,
        second: str | None = None,
        case: str | None = None,
        subject: str | None = None,
        outcome: str = "done",
    ) -> Iterator[Transaction]:
        """One act of one person: its operations and its entry are committed together, then anchored.

        When the block ends without an error and the anchor is written, the act is saved. Raises NotAnchored when it is
        saved and only the anchor is not written. Acts that change nothing
        but matter (a case opened, a search) are recorded with an empty block. `verb` and `outcome` are fixed phrases
        in small letters, never case text; `person` and `second` are ids.
        """
        with self._writing():
            with self.engine.begin() as connection:
                tx = Transaction(connection, person=person, second=second, case=case, subject=subject)
                last = self._last_entry(connection)
                yield tx
                tx.flush()
                sequence, entry_hash = append(
                    connection,
                    self.replica,
                    self._now(),
                    last,
                    id=tx.entry,
                    person=person,
                    second=second,
                    verb=verb,
                    case=case,
                    subject=tx.subject,
                    outcome=outcome,
                    operations=tx.digests,
                )
                self.require_in_place()
            self._ended = (sequence, entry_hash)
            try:
                self.anchor.write(self.replica, sequence, entry_hash)
            except VaultError as error:
                raise NotAnchored from error
            if tx.destroyed or self._log_holds_erased:
                # J6: what was erased leaves the write-ahead log too, as soon as no reader needs it.
                self._log_holds_erased = not self.checkpoint()

    def _last_entry(self, connection: Connection) -> tuple[int, str] | None:
        """SECURITY: an entry that was removed behind an open vault must not be replaced by the next one."""
        last = last_entry(connection, self.replica)
        if last != self._ended:
            added = (last or (0,))[0] > (self._ended or (0,))[0]
            what = "another program wrote into it" if added else "its newest entry was removed or changed"
            raise VaultDamaged(part="journal", reason=f"{what} while it was open")
        return last

    def require_in_place(self) -> None:
        """Raises DatabaseMissing, or VaultDamaged for the anchor, when a file was removed or replaced while it is open:
        what is written into a file without a name is lost with its last user."""
        if not is_same(self._opened, self.folder / DATABASE):
            raise DatabaseMissing
        self.anchor.require_in_place()

    def checkpoint(self) -> bool:
        """Moves the write-ahead log into the database and empties it; False while a reader still needs it."""
        return database.checkpoint(self.engine, self.folder / DATABASE)

    def save_draft(self, place: str, person: str, text: str) -> None:
        """Keeps what a person has not saved yet, instead of what was kept for that place."""
        said = {"text": text, "saved_at": moment_text(self._now())}
        write = upsert(DRAFT).values(place=place, person=person, **said)
        self._keep(write.on_conflict_do_update(index_elements=["place", "person"], set_=said))

    def drop_draft(self, place: str, person: str) -> None:
        """Forgets a draft."""
        self._keep(delete(DRAFT).where(DRAFT.c.place == place, DRAFT.c.person == person))

    def set_preference(self, name: str, text: str) -> None:
        """Keeps a preference under a name."""
        write = upsert(PREFERENCE).values(name=name, text=text)
        self._keep(write.on_conflict_do_update(index_elements=["name"], set_={"text": text}))

    def _keep(self, statement: Executable) -> None:
        """What stands outside the journal is kept even on a full disk, while there is ballast."""

        def write() -> None:
            with self.changing() as connection:
                connection.execute(statement)

        given_room(self.folder, write)

    def keep_slots(self, generation: int, epoch: int) -> None:
        """Keeps which slot file the vault has known, once that file is on the disk; an older one changes nothing."""
        slots = {"slot_epoch": epoch, "slot_generation": generation}
        known = tuple_(VAULT.c.slot_epoch, VAULT.c.slot_generation)
        self._keep(update(VAULT).values(slots).where(known < tuple_(*slots.values())))

    def witness(self, verb: str, *, person: str, case: str | None = None) -> None:
        """The entry of an act that changes nothing and that a full disk must not prevent: coming, reading, leaving."""

        def write() -> None:
            with self.record(verb, person=person, case=case, subject=case):
                pass

        given_room(self.folder, write)

    def close(self) -> None:
        """Closes every connection and the anchor; the last connection empties the write-ahead log."""
        self.engine.dispose()
        self.anchor.close()

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """Held by one thread at a time from the first statement to the anchor."""
        if self._writer == threading.get_ident():
            raise RuntimeError("an act is recorded inside another one")
        with self._commit_lock:
            self._writer = threading.get_ident()
            try:
                yield
            finally:
                self._writer = None

    @contextmanager
    def changing(self) -> Iterator[Connection]:
        """A transaction of what stands outside the fold; acts wait meanwhile."""
        with self._writing(), self.engine.begin() as connection:
            yield connection
            self.require_in_place()

    def _catch_up(self) -> None:
        """A database ahead of its anchor by entries that continue the chain is a crash between two writes; one that
        lacks the anchored entry is a roll-back."""
        anchored = self.anchor.read()
        with self.reading() as connection:
            last = last_entry(connection, self.replica)
            at_anchor = select(ENTRY.c.hash).where(
                ENTRY.c.replica == self.replica, ENTRY.c.sequence == anchored.sequence
            )
            found = connection.execute(at_anchor).scalar() if anchored.sequence else ""
            if anchored.replica != self.replica or found != anchored.hash:
                raise RolledBack(sequence=anchored.sequence)
            self._ended = last
            if last is None or last[0] == anchored.sequence:
                return
            self.behind = last[0] - anchored.sequence
            replica, since = self.replica, anchored.sequence
            entries = check_entries(connection, replica, replicas=[replica], since=since)
            operations = check_operations(connection, replica, replica=replica, since=since)
            if fault := next(entries, None) or next(operations, None):
                raise VaultDamaged(part="journal", reason=f"{fault.where}: {fault.what}")
        with self.record("anchor advanced", person=SYSTEM, subject=last[1]):
            pass
