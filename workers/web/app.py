"""The web application: routes, errors, and what surrounds every request, around one house."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from fastapi import FastAPI
from prometheus_client import CollectorRegistry

from workers.compose import House
from workers.web import errors
from workers.web.around import Around

BODY_LIMIT = 256 * 1024
Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]


def create_app(house: House, *, lifespan: Lifespan | None = None) -> FastAPI:
    """The application over a house.  ``lifespan`` is for whoever runs more in the same process (broker, relay …).

    ``app.state.checks`` holds what ``/readyz`` asks, by name: callables that return None or the reason why not.
    ``app.state.problem_page`` may be set to show problems as pages.
    """

    @asynccontextmanager
    async def living(app: FastAPI) -> AsyncIterator[None]:
        if lifespan is None:
            yield
            return
        async with lifespan(app):
            yield

    registry = CollectorRegistry()
    app = FastAPI(
        title="12345 热线 / 12345 hotline",
        version="1",
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        lifespan=living,
        max_body_size=BODY_LIMIT,
        redirect_slashes=False,
    )
    app.state.house = house
    app.state.registry = registry
    app.state.checks = {}
    app.state.problem_page = None
    errors.install(app)
    app.add_middleware(Around, registry=registry)
    return app
