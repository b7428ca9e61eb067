"""`hotline analysts`: a role that reads the views and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from click.testing import Result
from psycopg.errors import InsufficientPrivilege, ReadOnlySqlTransaction
from psycopg.sql import SQL, Identifier
from typer.testing import CliRunner

from hotline.ticket.receiving import Caller, Receive
from projections.analyst_sql import VIEWS
from tests.support.roles import login, role_name
from tests.tickets import OPERATOR
from workers.cli import app
from workers.compose import House


@pytest.fixture
def house(open_house: Callable[..., House], postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> House:
    """A house on PostgreSQL, each of its stores in a schema of its own, with one ticket."""
    house = open_house(store=postgres_url)
    house.hotline.receive(Receive(channel="phone", text="路灯不亮", caller=Caller(name="测试")), by=OPERATOR)
    house.catch_up()
    monkeypatch.setenv("HOTLINE_DATA", str(house.settings.data))
    monkeypatch.setenv("HOTLINE_STORE", postgres_url)
    return house


@pytest.fixture
def role(postgres_url: str) -> Iterator[str]:
    with role_name(postgres_url) as name:
        yield name


def analysts(*words: str) -> Result:
    return CliRunner().invoke(app, ["analysts", *words])


def test_an_analyst_reads_the_views_and_nothing_else(house: House, postgres_url: str, role: str) -> None:
    """Each view answers; the log, the vault, documents, accounts, the outbox and who looked at what are all refused."""
    assert analysts("grant", "--role", role).exit_code == 0

    with login(postgres_url, role) as analyst, psycopg.connect(analyst, autocommit=True) as connection:
        connection.execute("SET search_path = hotline_views")
        for view in VIEWS:
            connection.execute(f"SELECT * FROM {view.name}")
        tables = connection.execute(
            "SELECT schemaname, tablename FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
        ).fetchall()
        for schema, table in tables:
            with pytest.raises(InsufficientPrivilege):
                connection.execute(SQL("SELECT 1 FROM {}").format(Identifier(schema, table)))

    assert {schema for schema, _ in tables} == {
        "public", "hotline_vault", "hotline_views", "hotline_access", "hotline_accounts", "hotline_outbox",
    }  # fmt: skip
    assert {table for _, table in tables} >= {"hotline_events", "dossier_v2", "dossier_v2_timeline"}


def test_an_analyst_changes_nothing(house: House, postgres_url: str, role: str) -> None:
    """No row is changed through a view, no table is made, and a function of ours opens nothing."""
    assert analysts("grant", "--role", role).exit_code == 0

    with login(postgres_url, role) as analyst, psycopg.connect(analyst, autocommit=True) as connection:
        for statement in (
            "UPDATE hotline_views.v_ticket SET number = 'x'",
            "DELETE FROM hotline_views.v_ticket",
            "CREATE TABLE hotline_views.mine (n int)",
            "CREATE TABLE public.mine (n int)",
            "TRUNCATE hotline_views.scoreboard_v1_rows",
        ):
            with pytest.raises(InsufficientPrivilege):
                connection.execute(statement)


def test_a_login_of_the_role_itself_only_reads(house: House, postgres_url: str, role: str) -> None:
    """Made by the command, the role finds the views without naming their schema, and its transactions are read-only."""
    assert analysts("grant", "--role", role).exit_code == 0
    with psycopg.connect(postgres_url, autocommit=True) as admin:
        admin.execute(SQL("ALTER ROLE {} LOGIN PASSWORD 'known'").format(Identifier(role)))

    address = psycopg.conninfo.make_conninfo(postgres_url, user=role, password="known")
    with psycopg.connect(address, autocommit=True) as connection:
        assert connection.execute("SELECT channel, unit FROM v_ticket").fetchall() == [("phone", None)]
        with pytest.raises(ReadOnlySqlTransaction):
            connection.execute("CREATE TEMP TABLE mine (n int)")


def test_what_was_granted_is_listed_and_taken_back(house: House, postgres_url: str, role: str) -> None:
    """Granting twice is as granting once; a revoked role reads nothing, and revoking again says so."""
    for _ in range(2):
        assert analysts("grant", "--role", role).exit_code == 0
    assert analysts("list").stdout.split() == [role]

    with login(postgres_url, role) as analyst, psycopg.connect(analyst, autocommit=True) as connection:
        assert analysts("revoke", "--role", role).exit_code == 0
        with pytest.raises(InsufficientPrivilege):
            connection.execute("SELECT * FROM hotline_views.v_ticket")

    again = analysts("revoke", "--role", role)
    assert again.exit_code == 1
    assert role in again.output
    assert analysts("list").stdout.split() == []


@pytest.mark.parametrize("name", ["", "Robert'); DROP", "pg_read_all_data", "1st", "a" * 64, "分析"])
def test_a_name_that_is_none_is_refused(house: House, name: str) -> None:
    """Only plain names of roles are taken, and nothing of a wrong one reaches the database."""
    assert analysts("grant", "--role", name).exit_code == 2


def test_an_account_that_may_not_make_roles_says_who_can(
    house: House, postgres_url: str, role: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the hotline's own account may not make roles, the command names the statement for somebody who may."""
    with role_name(postgres_url, begin="t_owner") as owner:
        with psycopg.connect(postgres_url, autocommit=True) as admin:
            admin.execute(SQL("CREATE ROLE {} LOGIN PASSWORD 'known'").format(Identifier(owner)))
            for schema in (
                "public",
                "hotline_vault",
                "hotline_views",
                "hotline_access",
                "hotline_accounts",
                "hotline_outbox",
            ):
                for what in ("USAGE ON SCHEMA {}", "ALL ON ALL TABLES IN SCHEMA {}"):
                    admin.execute(SQL(f"GRANT {what} TO {{}}").format(Identifier(schema), Identifier(owner)))
        url = "postgresql://" + owner + ":known@" + postgres_url.partition("@")[2]
        monkeypatch.setenv("HOTLINE_STORE", url)

        refused = analysts("grant", "--role", role)

    assert refused.exit_code == 1
    assert f"CREATE ROLE {role}" in refused.output


def test_a_migration_says_on_which_view_something_rests(house: House, postgres_url: str) -> None:
    """Where others have built on a view whose columns change, `hotline migrate` names it and ends with 1."""
    with psycopg.connect(postgres_url) as admin:
        admin.execute("SET search_path = hotline_views")
        admin.execute("DROP VIEW v_ticket")
        admin.execute("CREATE VIEW v_ticket AS SELECT 1 AS old")
        admin.execute("CREATE VIEW mine AS SELECT old FROM v_ticket")

    refused = CliRunner().invoke(app, ["migrate"])

    assert refused.exit_code == 1
    assert "v_ticket" in refused.output


def test_on_the_embedded_store_there_is_nothing_to_grant(
    open_house: Callable[..., House], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On SQLite the command says what to use instead."""
    house = open_house()
    monkeypatch.setenv("HOTLINE_DATA", str(house.settings.data))

    refused = analysts("grant")

    assert refused.exit_code == 1
    assert "hotline export" in refused.output
