# SPDX-License-Identifier: Apache-2.0
"""The SQL of the tables as `vault.tables` declares them: what a vault made or migrated now must hold."""

from sqlalchemy.dialects import sqlite
from sqlalchemy.schema import CreateIndex, CreateTable

from reviewer_app.domain.record import Searchable
from reviewer_app.vault.tables import KINDS, METADATA, marked


def declared_schema() -> str:
    """One statement after the other, each ended by a semicolon and a new line."""
    statements = []
    for table in METADATA.sorted_tables:
        indexes = sorted(table.indexes, key=lambda index: str(index.name))
        made = [CreateTable(table), *map(CreateIndex, indexes)]
        statements += [str(each.compile(dialect=sqlite.dialect())).strip() for each in made]
    for kind in KINDS:
        if fields := ", ".join(f'"{field}"' for field in marked(kind, Searchable)):
            statements.append(
                f"CREATE VIRTUAL TABLE {kind}_search USING fts5({fields}, content='{kind}', content_rowid='rowid', "
                "prefix='2 3', tokenize=\"unicode61 tokenchars '-_.:'\")"
            )
            statements.append(f"INSERT INTO {kind}_search({kind}_search, rank) VALUES('secure-delete', 1)")
    lines = (line.rstrip().replace("\t", "    ") for line in ";\n".join([*statements, ""]).splitlines())
    return "\n".join(lines) + "\n"
