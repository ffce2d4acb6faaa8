# SPDX-License-Identifier: Apache-2.0
"""The database written anew under the keys of another epoch, the keys of attachments with it, and proved to say the same.

SECURITY: the engine's backup copies a page whose MAC does not fit as an empty page with a fitting one, so that damage
would be made good for ever. Its export reads as a query does and refuses; and every page is looked at before.
"""

import hashlib
import os
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

import sqlcipher3.dbapi2 as sqlcipher

from reviewer_app.errors import DatabaseDamaged, DiskFailed, RotationStopped
from reviewer_app.vault.database import expected_fault, make_file, open_connection
from reviewer_app.vault.files import PLAIN, faults_named, sync_folder
from reviewer_app.vault.keychain import Keychain, WrongKey, unwrap, wrap

Progress = Callable[[float], None]
Cancelled = Callable[[], bool]

CANCELLED = "it was cancelled"
LOOKED, COPIED, COMPARED = 0.08, 0.4, 0.5
"""How far the work is after its first parts; the last and longest is the engine's own check, which tells no progress."""

STEPS = 2_000
"""Instructions of the engine between two looks at whether to stop; some milliseconds."""

TOLD_IN_WORDS = {
    "database or disk is full": sqlcipher.SQLITE_FULL,
    "disk I/O error": sqlcipher.SQLITE_IOERR,
    "database disk image is malformed": sqlcipher.SQLITE_CORRUPT,
}
"""What the export reports without its code."""


def rewrite(
    source: Path, old: Keychain, target: Path, new: Keychain, *, progress: Progress, cancelled: Cancelled
) -> None:
    """Writes the closed database `source` to the new file `target`, whole and on the disk; nobody may write meanwhile.

    Rows keep their numbers. An attachment's key that did not fit before stays as it is. Raises DatabaseDamaged naming the
    page, RotationStopped when cancelled or when the two differ, NoSpace, DiskFailed or NoPermission; the file is then
    junk.
    """
    with closing(open_connection(source, old.database_key)) as connection, _faults_told(target):
        if page := _bad_page(connection):
            raise DatabaseDamaged(reason=page)
        progress(LOOKED)
        _require_going(cancelled)
        make_file(target)
        _watch(connection, target, source.stat().st_size, progress, cancelled)
        _copy(connection, target, new)
        _rewrap(connection, old, new)
        connection.execute("DETACH fresh")
        said = _said(connection, old)
    progress(COPIED)
    with closing(open_connection(target, new.database_key)) as connection, _faults_told(target):
        connection.set_progress_handler(lambda: int(cancelled()), STEPS)
        if _said(connection, new) != said:
            raise RotationStopped(reason="the database under the new keys does not say the same as the one before")
        if _bad_page(connection):
            raise DiskFailed(action="keep", name=target.name, reason="it reads back differently")
        progress(COMPARED)
        _require_going(cancelled)
        for (line,) in connection.execute("PRAGMA integrity_check(1)"):
            if line != "ok":
                raise DatabaseDamaged(reason=line)
    with faults_named("write", target.name):
        _sync(target)
    progress(1.0)


def _bad_page(connection: Any) -> str:
    """The first page whose MAC does not fit, in the engine's words, or nothing."""
    found = connection.execute("PRAGMA cipher_integrity_check").fetchone()
    return str(found[0]) if found else ""


def _require_going(cancelled: Cancelled) -> None:
    if cancelled():
        raise RotationStopped(reason=CANCELLED)


def _watch(connection: Any, target: Path, whole: int, progress: Progress, cancelled: Cancelled) -> None:
    """Lets statements of the connection be cancelled, and tells how much of `whole` bytes is written."""

    def look() -> int:
        with suppress(OSError):
            progress(LOOKED + (COPIED - LOOKED) * min(target.stat().st_size / whole, 1.0))
        return int(cancelled())

    connection.set_progress_handler(look, STEPS)


@contextmanager
def _faults_told(target: Path) -> Iterator[None]:
    try:
        yield
    except sqlcipher.Error as error:
        if str(error) == "interrupted":
            raise RotationStopped(reason=CANCELLED) from error
        error.sqlite_errorcode = TOLD_IN_WORDS.get(str(error), getattr(error, "sqlite_errorcode", 0))
        if ours := expected_fault(error, target):
            raise ours from error
        raise


def _copy(connection: Any, target: Path, new: Keychain) -> None:
    key = f"x'{new.database_key.hex()}'"
    connection.execute("ATTACH DATABASE ? AS fresh KEY ?", (f"{target.as_uri()}?mode=rw", key))
    # The file is nothing until it is whole: it needs no journal, and is put on the disk once.
    connection.execute("PRAGMA fresh.journal_mode=OFF").fetchone()
    connection.execute("PRAGMA fresh.synchronous=OFF")
    connection.execute("SELECT sqlcipher_export('fresh')").fetchone()
    for name in ("application_id", "user_version"):
        (number,) = connection.execute(f"PRAGMA main.{name}").fetchone()
        connection.execute(f"PRAGMA fresh.{name}={int(number)}")


def _rewrap(connection: Any, old: Keychain, new: Keychain) -> None:
    """Wraps the keys of attachments by the new epoch's key, 40 bytes each."""

    def wrapped_anew() -> Iterator[tuple[bytes, str]]:
        for blob, wrapped in connection.execute("SELECT id, wrapped_key FROM main.blob"):
            with suppress(WrongKey):
                yield wrap(new.blob_key, unwrap(old.blob_key, wrapped)), blob

    connection.execute("BEGIN")
    connection.executemany("UPDATE fresh.blob SET wrapped_key = ? WHERE id = ?", wrapped_anew())
    connection.execute("COMMIT")


class Said(NamedTuple):
    """What a database says, as far as two of them are compared."""

    version: tuple[int, int]
    schema: list[tuple[str, ...]]
    rows: dict[str, int]
    heads: list[tuple[object, ...]]
    blob_keys: str


def _said(connection: Any, keys: Keychain) -> Said:
    (version,), (application,) = (
        connection.execute(f"PRAGMA main.{name}").fetchone() for name in ("user_version", "application_id")
    )
    schema = connection.execute(
        "SELECT type, name, tbl_name, sql FROM main.sqlite_master ORDER BY type, name"
    ).fetchall()
    tables = [name for kind, name, *_ in schema if kind == "table"]
    # Names are those of the program's own tables.
    rows = {name: connection.execute(f'SELECT count(*) FROM main."{name}"').fetchone()[0] for name in tables}  # noqa: S608
    heads = "SELECT replica, max(sequence), hash FROM main.entry GROUP BY replica ORDER BY replica"
    return Said(
        (version, application), schema, rows, connection.execute(heads).fetchall(), _digest_of_keys(connection, keys)
    )


def _digest_of_keys(connection: Any, keys: Keychain) -> str:
    """One digest over the keys of all attachments as they open, so that a wrapping that went wrong is seen."""
    whole = hashlib.sha512()
    for blob, wrapped in connection.execute("SELECT id, wrapped_key FROM main.blob ORDER BY id"):
        whole.update(blob.encode())
        with suppress(WrongKey):
            whole.update(unwrap(keys.blob_key, wrapped))
    return whole.hexdigest()


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDWR | PLAIN)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    sync_folder(path.parent)
