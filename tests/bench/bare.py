"""The least that a boot at head could be: it connects, hashes the catalog, and reads the version.

``python bare.py KIND NAME [HOST PORT USER]``: a whole process, and the limit that boots are held to.
"""

import sys

VERSION = "SELECT version_num FROM alembic_version"
POSTGRESQL = """
    SELECT md5(string_agg(concat_ws(' ', relname, attname, atttypid, atttypmod, attnotnull), ';'
               ORDER BY c.oid, attnum))
    FROM pg_class c JOIN pg_attribute a ON attrelid = c.oid
    WHERE relnamespace = 'public'::regnamespace AND attnum > 0
"""
MARIADB = """
    SELECT BIT_XOR(CRC32(CONCAT_WS(' ', table_name, column_name, column_type, is_nullable,
                                   column_default, column_key, extra)))
    FROM information_schema.columns WHERE table_schema = DATABASE()
"""
SQLITE = "SELECT group_concat(sql, ';') FROM sqlite_master"


async def postgresql(name: str, host: str, port: str, user: str) -> None:
    """With asyncpg."""
    import asyncpg

    connection = await asyncpg.connect(host=host, port=int(port), user=user, database=name)
    await connection.fetchval(POSTGRESQL)
    await connection.fetchval(VERSION)
    await connection.close()


async def mariadb(name: str, host: str, port: str, user: str) -> None:
    """With aiomysql."""
    import aiomysql

    connection = await aiomysql.connect(host=host, port=int(port), user=user, db=name)
    async with connection.cursor() as cursor:
        for query in (MARIADB, VERSION):
            await cursor.execute(query)
            await cursor.fetchall()
    connection.close()


def sqlite(name: str) -> None:
    """With Python's own module."""
    import sqlite3
    from hashlib import sha256

    connection = sqlite3.connect(name)
    [(schema,)] = connection.execute(SQLITE)
    sha256(schema.encode()).hexdigest()
    connection.execute(VERSION).fetchall()
    connection.close()


def main(kind: str, *place: str) -> None:
    """Do it, for one kind of database."""
    if kind == "sqlite":
        sqlite(*place)
        return
    import asyncio

    asyncio.run({"postgresql": postgresql, "mariadb": mariadb}[kind](*place))


if __name__ == "__main__":
    main(*sys.argv[1:])
