"""An application over a house of a test's own, and the people who use it, each with a token."""

from collections.abc import Callable, Iterator

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from hotline.facts import Role
from tests.workers.web.desk import Desk
from workers.compose import House
from workers.web.app import create_app


@pytest.fixture
def app(house: House) -> FastAPI:
    return create_app(house)


@pytest.fixture
def web(app: FastAPI) -> Iterator[TestClient]:
    """A client without an account; its requests go through everything but a socket."""
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client


@pytest.fixture
def desk_of(web: TestClient, house: House) -> Callable[..., Desk]:
    """`desk_of(Role.OPERATOR)`, `desk_of(Role.UNIT_CLERK, unit="…")`: somebody at work, over the API."""

    def made(role: Role, **scope: str) -> Desk:
        return Desk(web, house, house.accounts.issue_token(role, **scope))

    return made


@pytest.fixture
def operator(desk_of: Callable[..., Desk]) -> Desk:
    return desk_of(Role.OPERATOR)


@pytest.fixture
def dispatcher(desk_of: Callable[..., Desk]) -> Desk:
    return desk_of(Role.DISPATCHER)


@pytest.fixture
def reviewer(desk_of: Callable[..., Desk]) -> Desk:
    return desk_of(Role.REVIEWER)
