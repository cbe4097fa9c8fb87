"""What a kept database is told to do after each test: say whether anything is odd, and forget all rows.

Owns the functions that are made in it, in a schema of their own. It must not know what is in the tables.
"""

import asyncpg

NOTHING = "nothing"  # odd was found
OTHERS = "others are connected"
LOCK_MILLISECONDS = 2_000
SMALL_BYTES = 10 * 8192  # PostgreSQL plans for an empty table as if it had ten pages

# All that makes a schema, and what names a row of it: of a changed one `xmin` is another.
_CATALOGS = {
    "attribute": "attrelid", "index": "indexrelid", "inherits": "inhrelid", "sequence": "seqrelid",
    "statistic": "starelid",
    **dict.fromkeys(("attrdef", "cast", "class", "collation", "constraint", "event_trigger", "extension", "namespace",
    "operator", "policy", "proc", "publication", "rewrite", "trigger", "type"), "oid"),
}  # fmt: skip
_FIRST_OF_OURS = 16_384  # those before are PostgreSQL's own
_OF_DATABASE = "datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()"
END_OTHERS = f"SELECT pg_terminate_backend(pid, $2) FROM pg_stat_activity WHERE {_OF_DATABASE} AND pid <> ALL ($1)"
# Whether settings of the database or the role hold on this connection, which may be others for the next test.
_MORE = "SELECT FROM pg_settings WHERE source IN ('database', 'user', 'database user')"
IS_TOLD_MORE = f"SELECT current_user <> session_user OR EXISTS ({_MORE})"  # a role is set like any other
_OF_IT_OR_ALL = """(SELECT count(*) FROM pg_db_role_setting WHERE setdatabase IN (0,
    (SELECT oid FROM pg_database WHERE datname = current_database())))"""
_TABLES = "SELECT oid::regclass::text FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
_SEQUENCES = _TABLES.replace("'r'", "'S'")


async def functions(db: asyncpg.Connection) -> list[str]:
    """What makes them, for the database as it is now."""
    tables = [row[0] for row in await db.fetch(_TABLES)]
    filled = [table for table in tables if await db.fetchval(f"SELECT EXISTS (SELECT FROM {table})")]
    sequences = [(row[0], *await db.fetchrow(f"SELECT last_value, is_called FROM {row[0]}"))
                 for row in await db.fetch(_SEQUENCES)]  # fmt: skip
    # What PostgreSQL would learn of one test's rows would make it plan otherwise in the next.
    unlearning = "SET (autovacuum_enabled = off, toast.autovacuum_enabled = off)"
    return [
        *(f"ALTER TABLE {table} {unlearning}" for table in tables),
        "CREATE SCHEMA kept",
        _likeness(filled),
        _emptied([table for table in tables if table not in filled], sequences),
    ]


def _likeness(filled: list[str]) -> str:
    """What changes when the schema does, or rows that the migrations have put in."""
    hashes = [
        f"(SELECT sum(hash_record_extended(ROW ({key}, xmin), 0)) FROM pg_{catalog} WHERE {key} >= {_FIRST_OF_OURS})"
        for catalog, key in _CATALOGS.items()
    ]
    hashes.append(f"(SELECT sum(reltuples) FROM pg_class WHERE oid >= {_FIRST_OF_OURS})")  # noted without a new xmin
    hashes += [f"(SELECT sum(hash_record_extended(t, 0)) FROM {table} t)" for table in filled]
    hashes += ["(SELECT count(*) FROM pg_largeobject_metadata)", _OF_IT_OR_ALL]
    listed = ", ".join(f"coalesce({one}, 0)" for one in hashes)
    return f"CREATE FUNCTION kept.likeness() RETURNS text LANGUAGE sql AS $$ SELECT concat_ws(' ', {listed}) $$"


def _emptied(tables: list[str], sequences: list[tuple[str, int, bool]]) -> str:
    """Says what is odd, and how the database is known from now on; if nothing is, all rows are gone. `own`: who may
    stay connected."""
    forget = "\n".join(
        f"size := pg_relation_size('{table}');"
        f"IF size > {SMALL_BYTES} THEN large := large || '{table}'::text;"
        f"ELSIF size > 0 THEN DELETE FROM {table}; END IF;"
        for table in tables
    )
    anew = "\n".join(f"PERFORM setval('{name}', {value}, {called});" for name, value, called in sequences)
    return f"""CREATE FUNCTION kept.emptied(own int[], INOUT likeness text, OUT oddity text) LANGUAGE plpgsql AS $$
    DECLARE size bigint; large text[];
    BEGIN
        IF EXISTS (SELECT FROM pg_stat_activity WHERE {_OF_DATABASE} AND pid <> ALL (own)) THEN
            oddity := '{OTHERS}'; RETURN;
        ELSIF EXISTS (SELECT FROM pg_locks WHERE pid = ANY (own)) THEN
            oddity := 'a lock'; RETURN;
        ELSIF kept.likeness() <> likeness THEN
            oddity := 'a changed schema'; RETURN;
        END IF;
        PERFORM set_config('lock_timeout', '{LOCK_MILLISECONDS}', true);
        PERFORM set_config('session_replication_role', 'replica', true);
        {forget}
        IF large IS NOT NULL THEN
            EXECUTE 'TRUNCATE ' || array_to_string(large, ', ') || ' CASCADE';
            likeness := kept.likeness();
        END IF;
        {anew}
        oddity := '{NOTHING}';
    END $$"""
