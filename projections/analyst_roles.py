"""Who may read the analysts' views: a role of PostgreSQL that can read these and nothing else."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, delete, insert, select, text
from sqlalchemy.exc import DBAPIError

from projections.analyst_sql import VIEWS
from projections.analyst_views import give, quoted, readers, sqlstate
from projections.view import Views

ROLE = "hotline_analyst"
"""The usual name."""
LONGEST = 63
"""PostgreSQL cuts longer names off."""
_PATIENCE = "10min"
"""How long one statement of a role we make may run: a rebuild waits at its end for whoever still reads."""
_NO_RIGHT = "42501"

_OTHERS = text(
    """
    SELECT n.nspname || '.' || c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND n.nspname NOT IN ('pg_catalog', 'information_schema')
      AND has_any_column_privilege(:role, c.oid, 'SELECT') AND c.oid <> ALL (CAST(:ours AS regclass[])) ORDER BY 1
    """
)


class MayNotMakeRoles(Exception):
    """The hotline's own account may not make roles; somebody who may has to."""


class ReadsOtherThings(Exception):
    """The role can read more than the views: ``args`` are some of what it can."""


class NoSuchRole(Exception):
    """The views were never granted to this role."""


def grant(views: Views, role: str) -> None:
    """Let a role read the views; it is made, without a login, where it is not there.

    Raises MayNotMakeRoles; ReadsOtherThings, and then nothing is granted.
    """
    with views.writing() as connection:
        if connection.scalar(text("SELECT 1 FROM pg_roles WHERE rolname = :role"), {"role": role}) is None:
            _make(connection, role)
        schema = str(connection.scalar(text("SELECT current_schema()")))
        connection.exec_driver_sql(f"GRANT USAGE ON SCHEMA {quoted(schema)} TO {quoted(role)}")
        for view in VIEWS:
            give(connection, view, role)
        others = _others(connection, role)
        if others:
            raise ReadsOtherThings(*others)
        connection.execute(delete(readers).where(readers.c.role == role))
        connection.execute(insert(readers).values(role=role))


def revoke(views: Views, role: str) -> None:
    """Take the views from a role again; the role itself stays.  Raises NoSuchRole."""
    with views.writing() as connection:
        if not connection.execute(delete(readers).where(readers.c.role == role)).rowcount:
            raise NoSuchRole(role)
        if connection.scalar(text("SELECT 1 FROM pg_roles WHERE rolname = :role"), {"role": role}) is not None:
            for view in VIEWS:
                connection.exec_driver_sql(f"REVOKE ALL ON {view.name} FROM {quoted(role)}")
            schema = str(connection.scalar(text("SELECT current_schema()")))
            connection.exec_driver_sql(f"REVOKE ALL ON SCHEMA {quoted(schema)} FROM {quoted(role)}")


def granted(views: Views) -> Sequence[str]:
    """The roles that may read the views."""
    with views.engine.connect() as connection:
        return list(connection.scalars(select(readers.c.role).order_by(readers.c.role)))


def _make(connection: Connection, role: str) -> None:
    name = quoted(role)
    schema = quoted(str(connection.scalar(text("SELECT current_schema()"))))
    try:
        connection.exec_driver_sql(f"CREATE ROLE {name} NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS")
        for setting in (
            "default_transaction_read_only = on",
            f"statement_timeout = '{_PATIENCE}'",
            f"search_path = {schema}",
        ):
            connection.exec_driver_sql(f"ALTER ROLE {name} SET {setting}")
    except DBAPIError as failure:
        if sqlstate(failure) == _NO_RIGHT:
            raise MayNotMakeRoles(role) from None
        raise


def _others(connection: Connection, role: str) -> Sequence[str]:
    found = connection.scalars(_OTHERS, {"role": role, "ours": [view.name for view in VIEWS]})
    return list(found)[:5]
