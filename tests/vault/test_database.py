# SPDX-License-Identifier: Apache-2.0
"""The encrypted database: each silent trap of the engine, and each fault under the right name."""

import errno
import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy.exc
import sqlcipher3.dbapi2 as sqlcipher
from sqlalchemy.pool import QueuePool

from reviewer_app.domain.notes import Note
from reviewer_app.errors import (
    AppError,
    DatabaseDamaged,
    DatabaseMissing,
    DiskFailed,
    NoPermission,
    NoSpace,
    RolledBack,
    UnsafeBuild,
    VaultDamaged,
    VaultExists,
    VaultInUse,
)
from reviewer_app.vault import database
from reviewer_app.vault.database import PRAGMAS, expected_fault, open_connection, require_safe_build
from reviewer_app.vault.vault import Vault
from tests.vault.histories import KEYS, add_note, ask, findings, make_case, new_vault, note_of


class OtherKeys:
    """Keys that differ from the fixed ones in one byte of one part."""

    def __init__(self, at: int) -> None:
        key = bytearray(KEYS.database_key)
        key[at] ^= 1
        self.database_key, self.journal_key = bytes(key), KEYS.journal_key


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A closed vault with a few notes."""
    vault = new_vault(tmp_path / "a.vault")
    case = make_case(vault)
    for number in range(20):
        add_note(vault, case.id, f"note {number} " + "word " * 100)
    vault.close()
    return tmp_path / "a.vault"


# --- opening -------------------------------------------------------------------------------------------------------


def test_a_new_vault_has_its_two_files_and_opens_again(tmp_path: Path) -> None:
    vault = Vault.create(tmp_path, KEYS)
    case = make_case(vault)
    vault.close()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["anchor", "vault.db"]
    assert {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()} == {0o600}
    again = Vault.open(tmp_path, KEYS)
    assert [each.id for each in again.find(type(case))] == [case.id] and findings(again) == []
    again.close()


def test_two_new_vaults_are_two_replicas(vault: Vault, other: Vault, tmp_path: Path) -> None:
    third = Vault.create(tmp_path, KEYS)
    assert len({vault.replica, other.replica, third.replica}) == 3
    third.close()


def test_an_existing_database_is_never_made_anew(folder: Path) -> None:
    before = (folder / "vault.db").read_bytes()
    with pytest.raises(VaultExists):
        Vault.create(folder, KEYS)
    assert (folder / "vault.db").read_bytes() == before


def test_a_missing_database_is_named_and_nothing_is_created(tmp_path: Path) -> None:
    with pytest.raises(DatabaseMissing):
        Vault.open(tmp_path, KEYS)
    with pytest.raises(DatabaseMissing):
        open_connection(tmp_path / "vault.db", KEYS.database_key)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("at", [0, 40])
def test_a_wrong_cipher_or_mac_key_is_a_damaged_database(folder: Path, at: int, capfd: pytest.CaptureFixture) -> None:
    with pytest.raises(DatabaseDamaged, match="first page"):
        Vault.open(folder, OtherKeys(at))
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize(
    ("content", "reason"),
    [(b"", "empty"), (b"SQLite format 3\0" + bytes(4080), "not encrypted"), (b"junk" * 2000, "first page")],
)
def test_what_is_no_database_of_ours_is_named_and_left_alone(folder: Path, content: bytes, reason: str) -> None:
    (folder / "vault.db").write_bytes(content)
    with pytest.raises(DatabaseDamaged, match=reason):
        Vault.open(folder, KEYS)
    assert (folder / "vault.db").read_bytes() == content


def test_an_encrypted_database_without_a_vault_in_it_is_refused(tmp_path: Path) -> None:
    database.make_file(tmp_path / "vault.db")
    connection = open_connection(tmp_path / "vault.db", KEYS.database_key)
    connection.execute("CREATE TABLE other(x)")
    connection.close()
    with pytest.raises(DatabaseDamaged, match="no vault"):
        Vault.open(tmp_path, KEYS)


@pytest.mark.parametrize("length", [31, 32, 48, 79, 81])
def test_a_key_of_another_length_never_reaches_the_engine(tmp_path: Path, length: int) -> None:
    with pytest.raises(ValueError, match="80 bytes"):
        open_connection(tmp_path / "vault.db", bytes(length))


@pytest.mark.skipif(os.name != "posix", reason="pipes")
@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir])
def test_what_is_no_file_is_refused_at_once(folder: Path, make: Callable[[Path], None]) -> None:
    (folder / "vault.db").unlink()
    make(folder / "vault.db")
    with pytest.raises(DatabaseDamaged, match="no file"):
        Vault.open(folder, KEYS)


@pytest.mark.skipif(os.name != "posix", reason="modes")
def test_a_log_that_was_left_read_only_is_mended(folder: Path) -> None:
    logs = [folder / f"vault.db{ending}" for ending in ("-wal", "-shm")]
    for log in logs:
        log.touch()
        log.chmod(0o400)
    database.require_file(folder / "vault.db")
    assert [log.stat().st_mode & 0o777 for log in logs] == [0o600, 0o600]


def test_a_database_that_may_not_be_written_is_refused_before_a_log_is_made(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path, flags: int, *rest: int) -> int:
        if path == folder / "vault.db" and flags & os.O_RDWR:
            raise PermissionError(errno.EACCES, "Permission denied")
        return genuine(path, flags, *rest)

    genuine = os.open
    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(NoPermission, match=r"vault\.db"):
        Vault.open(folder, KEYS)
    assert not (folder / "vault.db-wal").exists()


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="the superuser may open every file")
def test_a_file_without_permission_is_named(folder: Path) -> None:
    (folder / "vault.db").chmod(0)
    with pytest.raises(NoPermission):
        Vault.open(folder, KEYS)


@pytest.mark.parametrize("version", [(3, 40, 1), (3, 51, 1), (3, 51, 2)])
def test_an_engine_with_the_wal_reset_fault_is_refused(version: tuple[int, ...]) -> None:
    with pytest.raises(UnsafeBuild, match="SQLite 3"):
        require_safe_build(version)
    require_safe_build((3, 51, 3))
    require_safe_build()


def test_an_engine_that_does_not_encrypt_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import sqlite3

    database.make_file(tmp_path / "vault.db")
    monkeypatch.setattr(database.sqlcipher, "connect", sqlite3.connect)
    with pytest.raises(UnsafeBuild, match="does not encrypt"):
        open_connection(tmp_path / "vault.db", KEYS.database_key)
    assert (tmp_path / "vault.db").read_bytes() == b""


# --- the connection ------------------------------------------------------------------------------------------------


def test_every_pooled_connection_reads_back_its_pragmas(vault: Vault) -> None:
    first, second = vault.engine.connect(), vault.engine.connect()
    for connection in (first, second):
        for name, _, expected in (*PRAGMAS, ("journal_mode", "WAL", "wal"), ("synchronous", "FULL", "2")):
            assert str(connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()) == expected, name
        connection.close()


def test_the_engine_is_pooled_speaks_through_our_driver_and_shows_no_key(vault: Vault) -> None:
    assert isinstance(vault.engine.pool, QueuePool)
    assert vault.engine.dialect.dbapi is sqlcipher
    shown = f"{vault.engine!r} {vault.engine.url} {vault.engine.pool!r}"
    assert KEYS.database_key.hex()[:16] not in shown and str(vault.folder) not in shown


def test_an_error_never_shows_what_was_written(vault: Vault) -> None:
    with pytest.raises(sqlalchemy.exc.IntegrityError) as error, vault.changing() as connection:
        for _ in range(2):
            connection.exec_driver_sql("INSERT INTO blob(id, wrapped_key, size) VALUES ('canary', x'00', ?)", (1,))
    assert "canary" not in str(error.value.params) and "hide_parameters" in str(error.value)


def test_making_a_table_is_rolled_back_with_its_transaction(vault: Vault) -> None:
    with pytest.raises(ZeroDivisionError), vault.changing() as connection:
        connection.exec_driver_sql("CREATE TABLE half(x)")
        raise ZeroDivisionError
    assert ask(vault, "SELECT count(*) FROM sqlite_master WHERE name = 'half'") == [(0,)]


def test_a_reader_sees_the_old_state_beside_a_writer(vault: Vault) -> None:
    case = make_case(vault)
    with vault.record("note added", person="x", case=case.id) as tx:
        tx.create(note_of(case.id))
        tx.flush()
        assert vault.count(Note) == 0
    assert vault.count(Note) == 1


def test_nothing_of_a_case_is_readable_in_any_file(vault: Vault, tmp_path: Path) -> None:
    case = make_case(vault, codename="CANARYCODENAME")
    with vault.record("imported", person="x", case=case.id) as tx:
        for number in range(300):
            tx.create(note_of(case.id, f"CANARYBODY {number} " + "word " * 50))
    vault.save_draft("note", "x", "CANARYDRAFT")
    ask(vault, "SELECT DISTINCT body || title FROM note ORDER BY body DESC")
    assert len(vault.search("canarybody", limit=500)) == 300
    files = [path for path in (tmp_path / "a.vault").iterdir() if path.is_file()]
    assert {path.name for path in files} >= {"vault.db", "vault.db-wal", "vault.db-shm", "anchor"}
    assert not [path.name for path in files if b"CANARY" in path.read_bytes().upper()]
    vault.checkpoint()
    assert b"CANARY" not in (tmp_path / "a.vault/vault.db").read_bytes().upper()
    assert not (tmp_path / "a.vault/vault.db").read_bytes().startswith(b"SQLite format 3")


# --- faults --------------------------------------------------------------------------------------------------------


def flip(path: Path, at: int) -> None:
    content = bytearray(path.read_bytes())
    content[at] ^= 1
    path.write_bytes(content)


def test_a_flipped_bit_is_named_with_its_page(folder: Path) -> None:
    size = (folder / "vault.db").stat().st_size
    for page in range(20, size // 4096):
        flip(folder / "vault.db", page * 4096 + 100)
    try:
        vault = Vault.open(folder, KEYS)
    except DatabaseDamaged:
        return
    found = findings(vault)
    assert found and found[0].where == "vault.db" and "page 21" in found[0].what
    vault.close()


def test_pages_cut_off_at_the_end_are_noticed(folder: Path) -> None:
    size = (folder / "vault.db").stat().st_size
    os.truncate(folder / "vault.db", size - 2 * 4096)
    try:
        vault = Vault.open(folder, KEYS)
    except DatabaseDamaged:
        return
    assert findings(vault)[0].where == "vault.db"
    vault.close()


def copy_of_an_open_vault(vault: Vault, target: Path) -> Path:
    shutil.copytree(vault.folder, target)
    (target / "vault.db-shm").unlink()
    return target


@pytest.mark.parametrize("keep", [None, 0, 100, 0.5, -1])
def test_a_write_ahead_log_that_was_cut_or_lost_is_a_roll_back(
    vault: Vault, tmp_path: Path, keep: float | None
) -> None:
    vault.checkpoint()
    case = make_case(vault)
    for number in range(5):
        add_note(vault, case.id, str(number))
    copy = copy_of_an_open_vault(vault, tmp_path / "copy.vault")
    log = copy / "vault.db-wal"
    if keep is None:
        log.unlink()
    else:
        size = log.stat().st_size
        os.truncate(log, int(keep if keep >= 1 else size * keep if keep >= 0 else size + keep))
    with pytest.raises(RolledBack):
        Vault.open(copy, KEYS)


def test_a_flipped_bit_in_the_write_ahead_log_is_a_roll_back(vault: Vault, tmp_path: Path) -> None:
    vault.checkpoint()
    case = make_case(vault)
    for number in range(5):
        add_note(vault, case.id, str(number))
    copy = copy_of_an_open_vault(vault, tmp_path / "copy.vault")
    flip(copy / "vault.db-wal", (copy / "vault.db-wal").stat().st_size // 2)
    with pytest.raises(RolledBack):
        Vault.open(copy, KEYS)


@pytest.mark.parametrize(
    ("code", "error"),
    [
        (sqlcipher.SQLITE_FULL, NoSpace),
        (sqlcipher.SQLITE_IOERR, DiskFailed),
        (sqlcipher.SQLITE_IOERR | 10 << 8, DiskFailed),
        (sqlcipher.SQLITE_CORRUPT, DatabaseDamaged),
        (sqlcipher.SQLITE_NOTADB, DatabaseDamaged),
        (sqlcipher.SQLITE_READONLY, NoPermission),
        (sqlcipher.SQLITE_BUSY, VaultInUse),
        (sqlcipher.SQLITE_CANTOPEN, DatabaseMissing),
        (sqlcipher.SQLITE_CONSTRAINT, None),
        (sqlcipher.SQLITE_ERROR, None),
    ],
)
def test_each_fault_of_the_engine_has_its_meaning(tmp_path: Path, code: int, error: type[AppError] | None) -> None:
    raised = sqlcipher.OperationalError("…")
    raised.sqlite_errorcode = code
    assert type(expected_fault(raised, tmp_path / "vault.db")) is (error or type(None))


WRITER = """
import resource, sys
from pathlib import Path
from reviewer_app.errors import AppError
from reviewer_app.vault.vault import Vault
from tests.vault.histories import KEYS, add_note, make_case
vault = Vault.open(Path(sys.argv[1]), KEYS)
case = make_case(vault)
add_note(vault, case.id, "confirmed")
import signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
size = (vault.folder / "vault.db-wal").stat().st_size
resource.setrlimit(resource.RLIMIT_FSIZE, (size + int(sys.argv[2]), resource.RLIM_INFINITY))
try:
    add_note(vault, case.id, "refused " * 5000)
    print("saved")
except AppError as error:
    print(type(error).__name__)
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
add_note(vault, case.id, "after")
vault.close()
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the limit on the size of a file is POSIX")
@pytest.mark.parametrize("spare", [0, 1000, 5000, 20_000])
def test_a_save_refused_by_the_disk_leaves_nothing_half_done_and_the_next_one_works(tmp_path: Path, spare: int) -> None:
    new_vault(tmp_path / "a.vault").close()
    done = subprocess.run(
        [sys.executable, "-c", WRITER, str(tmp_path / "a.vault"), str(spare)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["DiskFailed"] and done.stderr == ""
    vault = Vault.open(tmp_path / "a.vault", KEYS)
    assert [note.body for note in vault.find(Note)] == ["confirmed", "after"] and findings(vault) == []
    vault.close()


def mounted(folder: Path, size: str) -> bool:
    folder.mkdir(mode=0o700)
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size},mode=700", "tmpfs", str(folder)]
    return shutil.which("mount") is not None and subprocess.run(mount, capture_output=True, check=False).returncode == 0


def test_a_full_disk_is_named_and_confirmed_saves_stay(tmp_path: Path) -> None:
    folder = tmp_path / "full.vault"
    if sys.platform != "linux" or not mounted(folder, "3m"):
        pytest.skip("a small volume can be mounted by the superuser only")
    try:
        vault = Vault.create(folder, KEYS)
        case, saved = make_case(vault), 0
        with pytest.raises(NoSpace):
            for number in range(1000):
                add_note(vault, case.id, f"{number} " + "word " * 4000)
                saved += 1
        assert saved and vault.count(Note) == saved and findings(vault) == []
        vault.close()
    finally:
        subprocess.run(["umount", str(folder)], check=True)


# --- the anchor ----------------------------------------------------------------------------------------------------


def damage(folder: Path, change: Callable[[bytes], bytes]) -> None:
    path = folder / "anchor"
    path.write_bytes(change(path.read_bytes()))


def test_a_torn_anchor_slot_leaves_the_other(vault: Vault, tmp_path: Path) -> None:
    make_case(vault)
    make_case(vault, "R-2")
    folder, newest = tmp_path / "a.vault", vault.anchor.read()
    whole = (folder / "anchor").read_bytes()
    for start in (0, 4096):
        (folder / "anchor").write_bytes(whole[:start] + bytes(300) + whole[start + 300 :])
        assert vault.anchor.read() in (newest, (newest.generation - 1, *newest[1:2], 1, vault.entries()[1].hash))
    (folder / "anchor").write_bytes(whole)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda _: b"", "whole"),
        (lambda _: bytes(8192), "whole"),
        (lambda whole: whole[:100], "whole"),
        (lambda whole: whole.replace(b'"', b"'"), "whole"),
    ],
)
def test_a_damaged_anchor_is_named_and_never_made_anew(
    folder: Path, change: Callable[[bytes], bytes], reason: str
) -> None:
    damage(folder, change)
    before = (folder / "anchor").read_bytes()
    with pytest.raises(VaultDamaged, match=reason):
        Vault.open(folder, KEYS)
    assert (folder / "anchor").read_bytes() == before


def test_a_missing_anchor_is_named_and_never_made_anew(folder: Path) -> None:
    (folder / "anchor").unlink()
    with pytest.raises(VaultDamaged, match=r"anchor.*missing"):
        Vault.open(folder, KEYS)
    assert not (folder / "anchor").exists()


def test_another_vaults_anchor_does_not_fit(folder: Path, tmp_path: Path) -> None:
    new_vault(tmp_path / "b.vault").close()
    shutil.copy(tmp_path / "b.vault/anchor", folder)
    with pytest.raises(RolledBack):
        Vault.open(folder, KEYS)
