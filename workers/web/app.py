"""The web application: routes, errors, and what surrounds every request, around one house."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from threading import Timer
from typing import Any

from fastapi import Depends, FastAPI
from fastapi.responses import JSONResponse
from prometheus_client import CollectorRegistry

from workers.compose import House
from workers.web import docs, errors, operations, pages
from workers.web.api import (
    actions,
    attaching,
    bulletins,
    callers,
    calls,
    clock,
    consultations,
    custody,
    dead,
    handoffs,
    knowledge,
    link,
    login,
    lookups,
    notices,
    public,
    rates,
    readings,
    seats,
    tickets,
)
from workers.web.api.guarding import Tries, json_only
from workers.web.api.refusals import refusals
from workers.web.around import API, Around
from workers.web.auth import Logins
from workers.web.news import News
from workers.web.openapi import describe
from workers.web.routes import put

WARM_AFTER = 3.0
"""Seconds from the start until what reads requests is made: nobody waits for it but a request that comes sooner.  (ours)"""
Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]


def create_app(house: House, *, lifespan: Lifespan | None = None) -> FastAPI:
    """The application over a house.  ``lifespan`` is for whoever runs more in the same process (broker, relay …).

    Parts of ``app.state``: ``checks``, what ``/readyz`` asks by name, callables that give None or the reason why not;
    ``bus``, where dead letters are asked for; ``news``, whose ``close()`` ends open streams before the server is
    stopped; ``problem_page``, which may be set to show problems as pages.
    """
    app = FastAPI(
        title="12345 热线 / 12345 hotline",
        version="1",
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        lifespan=_living(house, lifespan),
        redirect_slashes=False,
    )
    registry = CollectorRegistry()
    app.state.house = house
    app.state.bus = None
    app.state.registry = registry
    app.state.checks = operations.checks(house)
    app.state.tries = Tries(house.settings.rate_limit_store, house.rules)
    app.state.logins = Logins(house.accounts)
    app.state.news = News(house)
    operations.install_gauges(registry, house)
    errors.install(app)
    _put_api(app, house)
    put(app, operations.router)
    docs.install(app)
    pages.install(app)
    app.openapi = lambda: describe(app)  # type: ignore[method-assign]  # FastAPI's own way to replace it
    app.add_api_route("/openapi.json", lambda: JSONResponse(app.openapi()), include_in_schema=False)
    app.add_middleware(Around, registry=registry)
    return app


def _put_api(app: FastAPI, house: House) -> None:
    parts = (
        public.router,
        public.own,
        tickets.router,
        actions.router(house.rules),
        login.router,
        callers.router,
        calls.router,
        lookups.router,
        notices.router,
        clock.router,
        dead.router,
        seats.router,
        consultations.router,
        knowledge.router,
        handoffs.router,
        custody.router,
        link.router,
        lookups.open_router,
        readings.router,
        rates.router,
        bulletins.router,
    )
    for part in parts:
        put(app, part, prefix=API, dependencies=[Depends(json_only)], responses=refusals(503))
    put(app, attaching.router, prefix=API)  # its bodies are forms, not JSON


def _living(house: House, lifespan: Lifespan | None) -> Callable[[FastAPI], Any]:
    @asynccontextmanager
    async def living(app: FastAPI) -> AsyncIterator[None]:
        app.state.news.start()
        warm = Timer(WARM_AFTER, house.read.warm)
        warm.daemon = True
        warm.start()
        try:
            if lifespan is None:
                yield
            else:
                async with lifespan(app):
                    yield
        finally:
            warm.cancel()
            app.state.news.close()

    return living
