"""Whether `hotline migrate` has been run for this version: asked before a process begins, so that it says so at once."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from hotline.vault import tables as vault_tables
from projections import access_tables, view
from projections.registry import VIEWS
from workers import accounts_tables, outbox_tables
from workers.directory import CannotStart
from workers.settings import Settings

_LOG = ("hotline_events", "hotline_replies", "hotline_inbox")


def must_be_migrated(given: Settings) -> None:
    """Raises CannotStart when a table is not there, psycopg.OperationalError when a database cannot be asked."""
    import psycopg

    for store, tables in _tables().items():
        with psycopg.connect(getattr(given, store), autocommit=True, connect_timeout=5) as connection:
            for table in sorted(tables):
                found = connection.execute("SELECT to_regclass(%s)", (f'"{table}"',)).fetchone()
                if found is None or found[0] is None:
                    raise CannotStart(
                        f"数据库（{store}）缺少数据表 {table}。请先运行 hotline migrate，再启动本进程。"
                        f" / The table {table} is missing ({store}). Run `hotline migrate`, then start this process."
                    )


def _tables() -> Mapping[str, Collection[str]]:
    assert VIEWS, "importing them is what declares their tables"
    return {
        "store": _LOG,
        "vault": vault_tables.metadata.tables,
        "views": view.metadata.tables,
        "access": access_tables.metadata.tables,
        "accounts": accounts_tables.metadata.tables,
        "outbox": outbox_tables.metadata.tables,
    }
