"""What PostgreSQL says of a store's schema, and what it said when the migrations had made it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection

# Everything that lives in our schema or hangs on a table in it. NOT NULL constraints (contype n, from PostgreSQL 18)
# are left out: the columns say the same on every version. Row types and their arrays come with each table.
_OBJECTS: Final = """
WITH ours AS (SELECT oid FROM pg_catalog.pg_namespace WHERE nspname = 'custody'),
     rel AS (SELECT c.* FROM pg_catalog.pg_class c JOIN ours ON c.relnamespace = ours.oid)
SELECT CASE relkind WHEN 'r' THEN 'table ' WHEN 'v' THEN 'view ' WHEN 'S' THEN 'sequence '
       ELSE 'relation ' END || relname,
       concat_ws(' ', relkind, relpersistence, relrowsecurity, relforcerowsecurity, relispartition,
                 array_to_string(reloptions, ','))
  FROM rel WHERE relkind NOT IN ('i', 'I')
UNION ALL
SELECT 'column ' || rel.relname || '.' || a.attname,
       concat_ws(' ', format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attgenerated, a.attidentity,
                 pg_get_expr(d.adbin, d.adrelid))
  FROM rel JOIN pg_catalog.pg_attribute a ON a.attrelid = rel.oid AND a.attnum > 0 AND NOT a.attisdropped
  LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
 WHERE rel.relkind NOT IN ('i', 'I')
UNION ALL
SELECT 'index ' || rel.relname, pg_get_indexdef(rel.oid) FROM rel WHERE relkind IN ('i', 'I')
UNION ALL
SELECT 'constraint ' || c.conname, pg_get_constraintdef(c.oid)
  FROM pg_catalog.pg_constraint c JOIN ours ON c.connamespace = ours.oid WHERE c.contype <> 'n'
UNION ALL
SELECT 'trigger ' || t.tgname || ' on ' || rel.relname, pg_get_triggerdef(t.oid)
  FROM rel JOIN pg_catalog.pg_trigger t ON t.tgrelid = rel.oid
UNION ALL
SELECT 'rule ' || r.rulename || ' on ' || rel.relname, pg_get_ruledef(r.oid)
  FROM rel JOIN pg_catalog.pg_rewrite r ON r.ev_class = rel.oid
UNION ALL
SELECT 'policy ' || p.polname || ' on ' || rel.relname, '' FROM rel JOIN pg_catalog.pg_policy p ON p.polrelid = rel.oid
UNION ALL
SELECT 'inheritance of ' || rel.relname, ''
  FROM rel JOIN pg_catalog.pg_inherits i ON rel.oid IN (i.inhrelid, i.inhparent)
UNION ALL
SELECT 'function ' || p.proname, '' FROM pg_catalog.pg_proc p JOIN ours ON p.pronamespace = ours.oid
UNION ALL
SELECT 'operator ' || o.oprname, '' FROM pg_catalog.pg_operator o JOIN ours ON o.oprnamespace = ours.oid
UNION ALL
SELECT 'type ' || t.typname, '' FROM pg_catalog.pg_type t JOIN ours ON t.typnamespace = ours.oid
 WHERE t.typtype <> 'c' AND t.typcategory <> 'A'
"""

_UNIQUE: Final = "CREATE UNIQUE INDEX {} ON custody.{} USING btree ({})"

EXPECTED: Final[Mapping[str, Mapping[str, str]]] = {
    "0001": {
        "column alembic_version.version_num": "character varying(32) t  ",
        "column ledger_entries.frame": "bytea t  ",
        "column ledger_entries.hash": "bytea t  ",
        "column ledger_entries.seq": "bigint t  ",
        "column sealed_records.body": "bytea t  ",
        "column sealed_records.digest": "bytea t  ",
        "constraint alembic_version_pkc": "PRIMARY KEY (version_num)",
        "constraint pk_ledger_entries": "PRIMARY KEY (seq)",
        "constraint pk_sealed_records": "PRIMARY KEY (digest)",
        "constraint uq_ledger_entries_hash": "UNIQUE (hash)",
        "index alembic_version_pkc": _UNIQUE.format("alembic_version_pkc", "alembic_version", "version_num"),
        "index pk_ledger_entries": _UNIQUE.format("pk_ledger_entries", "ledger_entries", "seq"),
        "index pk_sealed_records": _UNIQUE.format("pk_sealed_records", "sealed_records", "digest"),
        "index uq_ledger_entries_hash": _UNIQUE.format("uq_ledger_entries_hash", "ledger_entries", "hash"),
        "table alembic_version": "r p f f f",
        "table ledger_entries": "r p f f f",
        "table sealed_records": "r p f f f",
    },
}
"""By revision: each object's name and its definition."""


def find_objects(connection: Connection) -> dict[str, str]:
    """Each object in our schema: what it is, and its definition."""
    return {str(name): str(text) for name, text in connection.exec_driver_sql(_OBJECTS)}
