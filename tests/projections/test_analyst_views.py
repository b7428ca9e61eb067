"""What analysts read with SQL, and that a rebuild or a new layout takes nothing of it from them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random
from threading import Event
from typing import Any
from uuid import UUID

import psycopg
import pytest
from psycopg.rows import dict_row
from sqlalchemy import Connection, text

from hotline.application import Hotline
from hotline.facts import Role
from hotline.rates.answer import Group
from hotline.rates.catalogue import load
from hotline.rates.outcome import FACETS
from hotline.rates.question import Asked
from hotline.ticket.facts import TicketReceived
from projections import analyst_views, beside, described
from projections.analyst_roles import ReadsOtherThings, grant, granted
from projections.analyst_sql import VIEWS as SQL_VIEWS
from projections.analyst_views import ViewInUse, lay
from projections.beside import StillRead
from projections.dossier import VIEW as DOSSIER
from projections.follow import catch_up
from projections.going_out import FIELDS
from projections.rates import snapshot
from projections.rebuild import rebuild
from projections.scoreboard import VIEW as SCOREBOARD
from projections.view import Views
from tests.hotline.rates.outcomes import any_outcome
from tests.outcomes import outcome, put
from tests.projections.filled import fill
from tests.projections.lives import life, ticket_id, together, write_down
from tests.support.roles import login, role_name
from tests.support.watching import eventually

SEEDS = tuple(range(500, 506))
MARCH = date(2026, 3, 2)


@pytest.fixture
def views(postgres_url: str) -> Iterator[Views]:
    """Empty views on PostgreSQL, with the analysts' views laid over them."""
    views = Views.open(postgres_url)
    views.migrate()
    yield views
    views.close()


@pytest.fixture
def role(postgres_url: str) -> Iterator[str]:
    with role_name(postgres_url) as name:
        yield name


def ask(url: str, query: str) -> list[dict[str, Any]]:
    with psycopg.connect(url, row_factory=dict_row) as connection:
        return connection.execute(query).fetchall()


def everything(url: str) -> dict[str, list[str]]:
    """All rows of all views."""
    return {view.name: sorted(str(row) for row in ask(url, f"SELECT * FROM {view.name}")) for view in SQL_VIEWS}


def follow(views: Views, hotline: Hotline) -> None:
    for view in (DOSSIER, SCOREBOARD):
        catch_up(views, view, hotline.facts_after)


def test_every_view_has_the_columns_that_are_described(views: Views, postgres_url: str) -> None:
    """Names and order are those of the description, and each column carries its meaning as a comment."""
    for view in SQL_VIEWS:
        found = ask(
            postgres_url,
            "SELECT attname, col_description(attrelid, attnum) AS told FROM pg_attribute"
            f" WHERE attrelid = '{view.name}'::regclass AND attnum > 0 ORDER BY attnum",
        )
        assert [(row["attname"], row["told"]) for row in found] == [
            (column.name, " / ".join(view.told.about(column).values())) for column in view.told.columns
        ]


def test_a_ticket_is_read_in_words_and_local_time(views: Views, postgres_url: str) -> None:
    """Facets stand in words, several grounds side by side, moments as the clock on the wall shows them."""
    put(
        views,
        [
            outcome(
                MARCH, closed=date(2026, 3, 9), unit="wuhou-housing", co_units=("a", "b"), satisfied="dissatisfied",
                cause="recurring", excluded=frozenset({"unreachable", "not_counted"}), type="complaint", returns=2,
            ),
            outcome(MARCH, kind="call", number=None),
        ],
    )  # fmt: skip

    (row,) = ask(postgres_url, "SELECT * FROM v_ticket")

    assert str(row["received_at"]) == "2026-03-02 12:00:00"
    assert (row["received_day"], row["closed_day"], row["due_day"]) == (MARCH, date(2026, 3, 9), None)
    assert row["excluded"] == "not_counted;unreachable"
    assert (row["satisfied"], row["cause"], row["type"]) == ("dissatisfied", "recurring", "complaint")
    assert (row["unit"], row["co_units"], row["returns"]) == ("wuhou-housing", "a;b", 2)


@pytest.mark.parametrize("name", [name for name in FACETS if name not in ("answered_call", "waited")])
def test_every_value_of_a_facet_is_unpacked(views: Views, postgres_url: str, name: str) -> None:
    """Each value a facet can have comes out of the view as it went into the packed number."""
    facet = FACETS[name]
    put(views, [outcome(**{name: frozenset({value}) if facet.mask else value}) for value in facet.values])

    found = ask(postgres_url, f'SELECT "{name}" FROM v_ticket ORDER BY ticket_id')

    assert [row[name] for row in found] == list(facet.values)


def test_the_days_sums_are_read_in_words(views: Views, postgres_url: str) -> None:
    """A line of the sums says its day, dimension and value, its facets in words, and how many."""
    put(views, [outcome(MARCH, closed=MARCH, satisfied="silent", type="help", unit="wuhou-housing")] * 7)

    (row,) = ask(postgres_url, "SELECT * FROM v_daily WHERE dimension = 'unit' AND aspect = 'satisfaction'")

    assert (row["day"], row["dimension"], row["value"]) == (MARCH, "unit", "wuhou-housing")
    assert (row["satisfied"], row["n"]) == ("silent", 7)
    assert row["on_time"] is None  # of another aspect
    assert set(described.SUMMED) < set(row)
    assert "type" not in row


def test_every_formula_stands_in_the_view_as_it_is_answered(views: Views, hotline: Hotline, postgres_url: str) -> None:
    """Month by month and lead by lead the view gives what the API answers: the rate, its counts and its grounds."""
    chance = Random(6)
    fill(views, [(UUID(int=nth), any_outcome(chance)) for nth in range(1, 600)])
    catalogue, today = load(), ask(postgres_url, "SELECT current_date AS day")[0]["day"]
    asked = Asked(date(2017, 1, 1), today, by=("month", "unit"))
    found = ask(postgres_url, "SELECT * FROM v_rate")

    for formula in catalogue.page.formula:
        of_it = {(row["month"], row["unit"]): row for row in found if row["formula"] == formula.id}
        with snapshot(views, hotline, catalogue) as look:
            told = look.answer(formula, asked, datetime.now(UTC))
        assert {(g.key["month"], g.key["unit"]): _told(g) for g in told.groups} == {
            key: (
                None if row["value"] is None else f"{row['value']:.6f}", Decimal(row["numerator"]), row["denominator"],
                row["population"], row["excluded"], row["asked"], row["answered"],
            )
            for key, row in of_it.items()
        }  # fmt: skip
        assert {row["hash"] for row in of_it.values()} == {formula.hash}


@pytest.mark.parametrize(("closed_ago", "counts"), [(9, 0), (10, 1), (40, 1), (400, 1)])
def test_a_formula_of_age_counts_from_today(views: Views, postgres_url: str, closed_ago: int, counts: int) -> None:
    """Silence counts as satisfied from the tenth day on, whether its month is counted whole or by days."""
    (today,) = ask(postgres_url, "SELECT (now() AT TIME ZONE 'Asia/Shanghai')::date AS day")
    closed = today["day"] - timedelta(days=closed_ago)
    put(views, [outcome(closed, closed=closed, ended="closed", satisfied="silent", unit="u")])

    (row,) = ask(postgres_url, "SELECT * FROM v_rate WHERE formula = 'satisfaction.silence_after_10_days'")

    assert (row["month"], row["denominator"], row["population"]) == (f"{closed:%Y-%m}", counts, 1)


def test_a_step_is_a_fact_without_words_and_persons(views: Views, hotline: Hotline, postgres_url: str) -> None:
    """Every fact of a ticket is a row in its order; of its fields only those that may go out, never who it was."""
    write_down(hotline, together(SEEDS))
    follow(views, hotline)

    steps = ask(postgres_url, "SELECT * FROM v_step ORDER BY position")

    assert [(row["position"], row["topic"]) for row in steps] == [
        (r.position, r.fact.TOPIC) for r in hotline.facts_after(0, 10_000) if r.fact.TOPIC.startswith("ticket.")
    ]
    of_one = [row for row in steps if row["ticket_id"] == ticket_id(SEEDS[0])]
    assert [(row["role"], row["unit"], row["version"]) for row in of_one] == [
        (r.by.role.value, r.by.unit, r.originator_version) for r in life(SEEDS[0])
    ]
    numbers = {r.originator_id: r.fact.number for r in together(SEEDS) if isinstance(r.fact, TicketReceived)}
    assert {row["ticket_id"]: row["number"] for row in steps} == numbers
    assert {name for row in steps for name in row["fields"] or {}} <= FIELDS
    assert any(row["fields"] for row in steps)
    told, accounts = str(steps), {r.by.id for r in together(SEEDS)} - set(Role)
    assert accounts
    assert not [account for account in accounts if f"'{account}'" in told]
    assert "s1.A." not in told


def test_a_rebuild_leaves_the_views_and_what_rests_on_them(
    views: Views, hotline: Hotline, postgres_url: str, role: str
) -> None:
    """After a rebuild analysts read on with the rights they had, also through views of their own, and old tables are gone."""
    write_down(hotline, together(SEEDS))
    follow(views, hotline)
    grant(views, role)
    with psycopg.connect(postgres_url) as connection:
        connection.execute("CREATE VIEW mine AS SELECT topic, count(*) FROM v_step GROUP BY topic")
    with login(postgres_url, role) as analyst:
        before = everything(analyst)
        mine = ask(postgres_url, "SELECT * FROM mine ORDER BY topic")

        for view in (DOSSIER, SCOREBOARD, DOSSIER, SCOREBOARD):
            assert rebuild(views, view, hotline).same is True

        assert all(before.values())
        assert everything(analyst) == before
        assert ask(postgres_url, "SELECT * FROM mine ORDER BY topic") == mine
    assert not ask(postgres_url, "SELECT 1 FROM pg_class WHERE relname LIKE '%\\_beside'")


def test_two_rebuilds_that_end_at_once_follow_one_another(
    views: Views, hotline: Hotline, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What one view shows to analysts reads tables of two: neither switch waits for the other for ever."""
    write_down(hotline, together(SEEDS))
    follow(views, hotline)
    follow_on, first = analyst_views.follow, Event()

    def in_between(connection: Connection, moved: Mapping[str, str]) -> None:
        """The one that comes first goes on once the other waits for it."""
        follow_on(connection, moved)
        if not first.is_set():
            first.set()
            eventually(lambda: waiting(connection), what="the second one waits")

    monkeypatch.setattr(analyst_views, "follow", in_between)
    with ThreadPoolExecutor(2) as pool:
        one = pool.submit(rebuild, views, SCOREBOARD, hotline)
        assert first.wait(30)
        two = pool.submit(rebuild, views, DOSSIER, hotline)
        assert (one.result().same, two.result().same) == (True, True)


def waiting(connection: Connection) -> int:
    """How many wait for a lock on this database."""
    query = "SELECT count(*) FROM pg_locks JOIN pg_database d ON d.oid = database WHERE NOT granted AND datname = current_database()"
    return int(connection.exec_driver_sql(query).scalar_one())


def test_a_rebuild_gives_way_to_somebody_who_reads_on_and_on(
    views: Views, hotline: Hotline, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The live view stands still no longer than a switch may wait; then all is as before, and the next try succeeds."""
    monkeypatch.setattr(beside, "PATIENCE", "200ms")
    write_down(hotline, together(SEEDS))
    follow(views, hotline)
    before = everything(postgres_url)

    with psycopg.connect(postgres_url) as reading:
        reading.execute("SELECT * FROM v_daily LIMIT 1")
        with pytest.raises(StillRead):
            rebuild(views, SCOREBOARD, hotline)
        assert catch_up(views, SCOREBOARD, hotline.facts_after) == 0
        assert everything(postgres_url) == before

    assert rebuild(views, SCOREBOARD, hotline).same is True
    assert everything(postgres_url) == before


def test_a_migration_touches_only_views_of_another_layout(views: Views, postgres_url: str) -> None:
    """Migrating again leaves the views as they are, so that it never waits for somebody who is reading."""
    with psycopg.connect(postgres_url) as reading:
        reading.execute("SELECT * FROM v_ticket")  # holds its lock until the end of this transaction
        with views.writing() as connection:
            connection.execute(text("SET LOCAL lock_timeout = '1s'"))
            lay(connection)


def test_a_view_of_other_columns_is_made_anew_for_the_same_readers(
    views: Views, postgres_url: str, role: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When a version of the hotline shows other columns, the view has them after migrating, and its readers still read."""
    grant(views, role)
    _older_layout(views)

    views.migrate()

    with login(postgres_url, role) as analyst:
        assert ask(analyst, "SELECT number, satisfied FROM v_ticket") == []
    assert granted(views) == [role]


def test_a_view_of_other_columns_that_is_in_use_is_told(views: Views, postgres_url: str) -> None:
    """What others built on a view whose columns change is never dropped: migrating says which view it is."""
    _older_layout(views)
    with psycopg.connect(postgres_url) as connection:
        connection.execute("CREATE VIEW mine AS SELECT old FROM v_ticket")

    with pytest.raises(ViewInUse, match="v_ticket"):
        views.migrate()

    assert ask(postgres_url, "SELECT * FROM mine") == [{"old": 1}]


def test_a_view_that_was_swept_away_comes_back_for_its_readers(views: Views, postgres_url: str, role: str) -> None:
    """After a restore, which drops the tables and all that rests on them, migrating gives the readers their views again."""
    grant(views, role)
    with psycopg.connect(postgres_url) as connection:
        connection.execute("DROP VIEW v_ticket, v_daily, v_step, v_rate CASCADE")

    views.migrate()

    with login(postgres_url, role) as analyst:
        assert [ask(analyst, f"SELECT * FROM {view.name}") for view in SQL_VIEWS] == [[]] * len(SQL_VIEWS)


def test_a_role_that_reads_other_things_is_given_nothing(views: Views, postgres_url: str, role: str) -> None:
    """A role that could read more than the views is refused with what it is, and stays without them."""
    with psycopg.connect(postgres_url) as connection:
        connection.execute(f"CREATE ROLE {role}")
        connection.execute(f"GRANT SELECT (doc) ON dossier_v2 TO {role}")

    with pytest.raises(ReadsOtherThings, match="dossier_v2"):
        grant(views, role)

    assert granted(views) == []
    assert ask(postgres_url, f"SELECT has_table_privilege('{role}', 'v_ticket', 'SELECT') AS may") == [{"may": False}]


def test_on_sqlite_there_are_no_such_views(tmp_path: Any) -> None:
    """The embedded hotline has no SQL views, and says nothing about it when tables are made."""
    views = Views.open(f"sqlite:///{tmp_path}/views.db")
    views.migrate()
    with views.engine.connect() as connection:
        assert not list(connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'view'"))
    views.close()


def test_every_column_and_value_is_told() -> None:
    """Each column and each table has its meaning in both languages, and each word a column can hold but plain numbers."""
    for told in (*described.FILES.values(), *(view.told for view in SQL_VIEWS)):
        assert set(told.told()) == {"zh", "en"}
        for column in told.columns:
            assert all(told.about(column).values())
            silent = [v for v in column.values if described.value_told(column, v) is None and not v.isdigit()]
            assert silent == []


def _told(group: Group) -> tuple[Any, ...]:
    numerator = Decimal(group.numerator or 0)
    counts = group.denominator, group.population, group.excluded, group.asked, group.answered
    return group.value, numerator, *counts


def _older_layout(views: Views) -> None:
    with views.writing() as connection:
        connection.exec_driver_sql("DROP VIEW v_ticket")
        connection.exec_driver_sql("CREATE VIEW v_ticket AS SELECT 1 AS old")
