"""What a process without pages answers over HTTP: `/livez`, `/readyz` and `/metrics`, nothing else."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

from fastapi import FastAPI
from prometheus_client import CollectorRegistry

from workers.compose import House
from workers.web import operations

Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]


def create_probes(house: House, *, lifespan: Lifespan, views: bool) -> FastAPI:
    """The application over a house; with `views` it also tells how far each view is behind the log."""
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, lifespan=lifespan)
    app.state.checks = {"store": lambda: None if house.hotline.position() >= 0 else "no log"}
    app.state.registry = CollectorRegistry()
    if views:
        operations.install_gauges(app.state.registry, house)
    app.include_router(operations.router)
    return app
