"""How a single statement is carried out."""

from collections.abc import Callable
from uuid import UUID

import pytest
from sqlalchemy import Column, MetaData, String, Table, Uuid, bindparam, select
from sqlalchemy.exc import OperationalError, ProgrammingError

from hotline.databases import at_once, connect_postgres, look
from projections.database import connect
from tests.spec import TICKET

things = Table("things", MetaData(), Column("id", Uuid, primary_key=True), Column("word", String))
OF_ONE = select(things.c.id, things.c.word).where(things.c.id == bindparam("thing"))


def test_a_look_is_the_same_on_either_store(store_url: str) -> None:
    """Given an id, the row under it with its id as an id; nothing where there is none."""
    engine = connect(store_url, synchronous="NORMAL")
    with engine.begin() as connection:
        things.create(connection)
        connection.execute(things.insert(), [{"id": TICKET, "word": "a"}])
    assert [tuple(row) for row in look(engine, OF_ONE, {"thing": TICKET})] == [(TICKET, "a")]
    assert look(engine, OF_ONE, {"thing": UUID(int=1)}) == []
    engine.dispose()


def test_a_look_over_a_lost_connection_fails_once(postgres_url: str) -> None:
    """As SQLAlchemy's own would: the server has ended every connection, one look is refused, the next opens another one."""
    engine = connect_postgres(postgres_url)

    with engine.connect() as one, engine.connect() as other:
        pids = [c.exec_driver_sql("SELECT pg_backend_pid()").scalar() for c in (one, other)]
    killer = connect_postgres(postgres_url)
    at_once(killer, "SELECT pg_terminate_backend(pid) FROM unnest(%(pids)s::int[]) AS pid", {"pids": pids})
    with pytest.raises(OperationalError) as failure:
        at_once(engine, "SELECT 1", {})
    assert failure.value.connection_invalidated
    assert list(at_once(engine, "SELECT 1", {})) == [(1,)]
    for made in (engine, killer):
        made.dispose()


def test_a_look_at_a_server_that_is_not_there_fails_as_any_statement_does(free_port: Callable[[], int]) -> None:
    """With the error that is answered as an outage."""
    engine = connect_postgres(f"postgresql://nobody@127.0.0.1:{free_port()}/nowhere")
    with pytest.raises(OperationalError):
        at_once(engine, "SELECT 1", {})


def test_a_connection_is_given_back_as_it_was(postgres_url: str) -> None:
    """After a look, and after one that ended half-way, a transaction on the same engine is one: it can be taken back."""
    engine = connect_postgres(postgres_url)
    with engine.begin() as connection:
        things.create(connection)
    at_once(engine, "SELECT 1", {})
    with pytest.raises(TypeError):
        at_once(engine, object(), {})  # type: ignore[arg-type]
    with engine.connect() as connection:
        connection.execute(things.insert(), [{"id": TICKET, "word": "a"}])
        connection.rollback()
    assert look(engine, OF_ONE, {"thing": TICKET}) == []
    engine.dispose()


def test_what_goes_wrong_with_a_statement_does_not_tell_what_was_asked_for(postgres_url: str) -> None:
    """The error is SQLAlchemy's, without the values."""
    engine = connect_postgres(postgres_url)
    with pytest.raises(ProgrammingError) as failure:
        at_once(engine, "SELECT %(word)s FROM nowhere", {"word": "13800138000"})
    assert "13800138000" not in str(failure.value)
    assert list(at_once(engine, "SELECT 1", {})) == [(1,)]
    engine.dispose()
