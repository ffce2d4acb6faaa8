# SPDX-License-Identifier: Apache-2.0
"""From an empty file to the present tables: an ordered list of steps, each in one transaction with its version.

Every released step and its SQL stay as they are for ever; a change of the tables is a new step. A step that changes
what operations say adds an upcaster in `fold`; the last step ends with the comparison of tables and operations.
"""

from collections.abc import Callable, Sequence

import sqlcipher3.dbapi2 as sqlcipher
from sqlalchemy import Connection, Engine, create_engine

from reviewer_app.errors import DatabaseDamaged, NewerVault, VaultDamaged
from reviewer_app.paths import resource_text
from reviewer_app.vault.soundness import check_tables

APPLICATION_ID = 0x52565752
"""“RVWR”, in the header of every vault's database."""

Step = Callable[[Connection], None]


def _version_1(connection: Connection) -> None:
    """The first issue's tables."""
    _execute(connection, "schema/1.sql")
    connection.exec_driver_sql(f"PRAGMA application_id={APPLICATION_ID}")


def _version_2(connection: Connection) -> None:
    """Several people: what the vault knows of its slot file, signatures on memos, tries to sign in that were refused."""
    _execute(connection, "schema/2.sql")


def _execute(connection: Connection, resource: str) -> None:
    for statement in resource_text(resource).split(";\n"):
        if statement.strip():
            connection.exec_driver_sql(statement)


STEPS: Sequence[Step] = (_version_1, _version_2)


def version_of(connection: Connection) -> int:
    """The version of the tables; raises DatabaseDamaged for a database that holds no vault."""
    version, application = (
        connection.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in ("user_version", "application_id")
    )
    if application != APPLICATION_ID or version < 1:
        raise DatabaseDamaged(reason="it holds no vault")
    return int(version)


def schema(connection: Connection) -> dict[tuple[str, str], str | None]:
    """The SQL of everything in a database (tables, indexes, triggers, views), by kind and name."""
    rows = connection.exec_driver_sql("SELECT type, name, sql FROM sqlite_master")
    return {(kind, name): sql for kind, name, sql in rows}


def made_schema() -> dict[tuple[str, str], str | None]:
    """`schema` of a vault as the steps make it, from an empty database in memory that never holds a case."""
    engine = create_engine("sqlite://", creator=lambda: sqlcipher.connect(":memory:"), module=sqlcipher)
    with engine.connect() as connection:
        for step in STEPS:
            step(connection)
        return schema(connection)


def make_tables(engine: Engine, steps: Sequence[Step] = STEPS) -> None:
    """Brings an empty database to the present version."""
    _migrate(engine, 0, steps)


def migrate(engine: Engine, steps: Sequence[Step] = STEPS) -> None:
    """Brings a vault's database to the present version; raises NewerVault, leaving it untouched, when it is newer."""
    with engine.execution_options(read_only=True).connect() as connection:
        version = version_of(connection)
    if version > len(steps):
        raise NewerVault(found=version, known=len(steps))
    _migrate(engine, version, steps)


def _migrate(engine: Engine, version: int, steps: Sequence[Step]) -> None:
    for number, step in enumerate(steps[version:], version + 1):
        with engine.begin() as connection:
            step(connection)
            connection.exec_driver_sql(f"PRAGMA user_version={number}")
            if number == len(steps) and (found := next(check_tables(connection), None)):
                raise VaultDamaged(part="tables", reason=f"{found.where}: {found.what}")
