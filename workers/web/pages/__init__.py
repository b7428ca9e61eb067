"""Pages for citizens: server-rendered, complete without scripts."""

from __future__ import annotations

from fastapi import FastAPI

from workers.web.pages import attaching, filing, tracking
from workers.web.pages.showing import problem_page


def install(app: FastAPI) -> None:
    """Put the pages into the application, and let it tell the problems of pages as pages."""
    app.include_router(filing.router)
    app.include_router(attaching.router)
    app.include_router(tracking.router)
    app.state.problem_page = problem_page
