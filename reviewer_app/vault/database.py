# SPDX-License-Identifier: Apache-2.0
"""The encrypted database: how a connection is opened and proved safe, and what each of its faults means to a person.

The pragmas, their order and the silent traps they avoid are part of the security target: without a key SQLCipher makes
a plaintext file, with temporary files it writes case text to disk, with `mode=rwc` a missing vault is made anew.
"""

import contextlib
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import sqlcipher3.dbapi2 as sqlcipher
from sqlalchemy import Connection, Engine, ExceptionContext, create_engine, event
from sqlalchemy.pool import QueuePool

from reviewer_app.errors import (
    AppError,
    DatabaseDamaged,
    DatabaseMissing,
    DiskFailed,
    NoPermission,
    NoSpace,
    UnsafeBuild,
    VaultExists,
    VaultInUse,
)
from reviewer_app.vault.files import FILE_MODE, NO_WAIT, PLAIN, faults_named, is_plain, restrict, sync_folder
from reviewer_app.vault.place import free_bytes

KEY_LENGTH = 80
"""Bytes of the three-part raw key: cipher key (32), MAC key (32), salt (16)."""

PRAGMAS = (
    ("cipher_memory_security", "ON", "1"),
    ("temp_store", "MEMORY", "2"),
    ("foreign_keys", "ON", "1"),
    ("secure_delete", "ON", "1"),
    ("trusted_schema", "OFF", "0"),
    ("cell_size_check", "ON", "1"),
    ("cache_size", "-64000", "-64000"),
    ("busy_timeout", "5000", "5000"),
)
"""Name, value set, value read back."""

OLDEST_SAFE_SQLITE = (3, 51, 3)
"""Earlier ones can damage a database when two connections write and checkpoint at once (3.7.0 to 3.51.2)."""

LOG_INDEX = 32 * 1024
"""Bytes that the write-ahead log's index takes on the disk as soon as a database is opened."""

SALT_LENGTH = 16
"""Bytes in front of the file, which hold the salt that is the third part of its key."""

OWN = stat.S_IRUSR | stat.S_IWUSR
PLAINTEXT = b"SQLite format 3\0"


def make_file(path: Path) -> None:
    """An empty database file, mode 0600; raises VaultExists when there is one."""
    with faults_named("make", path.name):
        try:
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, FILE_MODE))
        except FileExistsError as error:
            raise VaultExists(name=path.name) from error
        sync_folder(path.parent)


def require_file(path: Path) -> bytes:
    """The salt in front of the file. Looks at the file before the engine does, which would take an empty one for a new
    database, and beside one that may not be written would leave a log that nobody can ever write.

    Raises DatabaseMissing, DatabaseDamaged or NoPermission.
    """
    try:
        descriptor = os.open(path, os.O_RDWR | PLAIN | NO_WAIT)
        try:
            if not is_plain(descriptor):
                raise DatabaseDamaged(reason="it is no file")
            start = os.read(descriptor, SALT_LENGTH)
        finally:
            os.close(descriptor)
        for log in (path.with_name(path.name + ending) for ending in ("-wal", "-shm")):
            if log.exists() and stat.S_IMODE(log.stat().st_mode) & OWN != OWN:
                restrict(log, FILE_MODE)
    except FileNotFoundError as error:
        raise DatabaseMissing from error
    except IsADirectoryError as error:
        raise DatabaseDamaged(reason="it is no file") from error
    except OSError as error:
        raise NoPermission(action="open", name=path.name) from error
    if not start:
        raise DatabaseDamaged(reason="its file is empty")
    if start == PLAINTEXT:
        raise DatabaseDamaged(reason="its file is not encrypted")
    return start


def require_safe_build(sqlite: tuple[int, ...] = sqlcipher.sqlite_version_info) -> None:
    """Raises UnsafeBuild when the library's SQLite is older than the correction of the WAL-reset bug."""
    if sqlite < OLDEST_SAFE_SQLITE:
        raise UnsafeBuild(reason=f"SQLite {'.'.join(map(str, sqlite))}")


def open_connection(path: Path, key: bytes) -> Any:
    """A connection to an existing file, ready and proved; raises UnsafeBuild, DatabaseDamaged, DatabaseMissing."""
    if len(key) != KEY_LENGTH:
        # SECURITY: a raw key of another length is silently taken for a passphrase.
        raise ValueError("a database key has 80 bytes")
    require_safe_build()
    with faults_decided(path):
        # Statements that are kept fill the engine's slots for small pieces of memory. Without a free one each row takes,
        # locks, wipes and gives back memory of its own: measured, a merge takes twice as long, a save a third longer.
        connection = sqlcipher.connect(
            f"{path.as_uri()}?mode=rw",
            uri=True,
            timeout=5,
            isolation_level=None,
            check_same_thread=False,
            cached_statements=0,
        )
        try:
            _prepare(connection, key)
        except BaseException:
            connection.close()
            raise
    return connection


def _prepare(connection: Any, key: bytes) -> None:
    connection.execute("PRAGMA cipher_log_level=NONE")  # SECURITY: it writes to stderr otherwise
    connection.execute(f"PRAGMA key=\"x'{key.hex()}'\"")
    for name, value, _ in PRAGMAS:
        connection.execute(f"PRAGMA {name}={value}")
    connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if not connection.execute("PRAGMA cipher_version").fetchone():
        raise UnsafeBuild(reason="it does not encrypt")
    for name, _, expected in PRAGMAS:
        if str(connection.execute(f"PRAGMA {name}").fetchone()[0]) != expected:
            raise UnsafeBuild(reason=f"it does not take {name}")
    if connection.execute("PRAGMA journal_mode=WAL").fetchone()[0] != "wal":
        raise DatabaseDamaged(reason="it cannot write ahead")
    connection.execute("PRAGMA synchronous=FULL")


def engine_of(path: Path, key: bytes) -> Engine:
    """The pool of connections to a vault's database. Writers begin at once; a connection with the execution option
    `read_only` begins as a reader."""
    # SECURITY: parameters are case text; they never stand in an error.
    engine = create_engine(
        "sqlite://",
        creator=lambda: open_connection(path, key),
        module=sqlcipher,
        poolclass=QueuePool,
        pool_size=3,
        hide_parameters=True,
    )

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        reading = connection.get_execution_options().get("read_only", False)
        connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")

    @event.listens_for(engine, "handle_error")
    def _decide(context: ExceptionContext) -> AppError | None:
        return expected_fault(context.original_exception, path)

    return engine


def checkpoint(engine: Engine, path: Path) -> bool:
    """Moves the write-ahead log into the database and empties it; False while a reader still needs it."""
    with faults_decided(path), contextlib.closing(engine.raw_connection()) as connection:
        cursor = connection.cursor()
        busy = bool(cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0])
        cursor.close()
    return not busy


@contextlib.contextmanager
def faults_decided(path: Path) -> Iterator[None]:
    """Turns the driver's errors inside the block into ours, where they are expected ones."""
    try:
        yield
    except sqlcipher.Error as error:
        if ours := expected_fault(error, path):
            raise ours from error
        raise


def expected_fault(error: BaseException, path: Path) -> AppError | None:
    """What an error of the driver means to a person; None when it is our own mistake."""
    name = path.name
    ours: AppError | None = None
    match getattr(error, "sqlite_errorcode", 0) & 0xFF:
        case sqlcipher.SQLITE_FULL:
            ours = NoSpace(needed="at least 64 MB")
        case sqlcipher.SQLITE_IOERR if _has_no_room(path.parent):
            ours = NoSpace(needed="at least 64 MB")
        case sqlcipher.SQLITE_IOERR:
            ours = DiskFailed(action="read or write", name=name, reason="input or output error")
        case sqlcipher.SQLITE_CORRUPT:
            ours = DatabaseDamaged(reason="a page of it is damaged")
        case sqlcipher.SQLITE_NOTADB:
            ours = DatabaseDamaged(reason="its first page is damaged or is not this vault's")
        case sqlcipher.SQLITE_CANTOPEN:
            ours = NoPermission(action="open", name=name) if path.exists() else DatabaseMissing()
        case sqlcipher.SQLITE_READONLY | sqlcipher.SQLITE_PERM:
            ours = NoPermission(action="write", name=name)
        case sqlcipher.SQLITE_BUSY | sqlcipher.SQLITE_LOCKED:
            ours = VaultInUse(holder="another program is writing in it")
    return ours


def _has_no_room(folder: Path) -> bool:
    """A full disk is told as an input or output error where the index of the write-ahead log finds no room."""
    with contextlib.suppress(AppError):
        return free_bytes(folder) < LOG_INDEX
    return False
