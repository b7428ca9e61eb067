"""Roles of the tests' PostgreSQL: they belong to the whole server, so each test has names of its own and drops them."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg.conninfo import make_conninfo
from psycopg.sql import SQL, Identifier, Literal


@contextmanager
def role_name(url: str, *, begin: str = "t_analyst") -> Iterator[str]:
    """A name that no role has; a role that is made under it is gone afterwards."""
    name = f"{begin}_{secrets.token_hex(4)}"
    yield name
    with psycopg.connect(url, autocommit=True) as admin:
        if admin.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (name,)).fetchone():
            admin.execute(SQL("DROP OWNED BY {}").format(Identifier(name)))
            admin.execute(SQL("DROP ROLE {}").format(Identifier(name)))


@contextmanager
def login(url: str, member_of: str) -> Iterator[str]:
    """The address of the database for somebody who is nothing but a member of a role."""
    secret = secrets.token_hex(8)
    with role_name(url, begin="t_login") as name:
        with psycopg.connect(url, autocommit=True) as admin:
            made = SQL("CREATE ROLE {} LOGIN PASSWORD {} IN ROLE {}")
            admin.execute(made.format(Identifier(name), Literal(secret), Identifier(member_of)))
        yield make_conninfo(url, user=name, password=secret)
