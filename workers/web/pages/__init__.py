"""Pages for citizens and staff: server-rendered, complete without scripts."""

from __future__ import annotations

from fastapi import FastAPI

from workers.web.pages import attaching, filing, login, tracking
from workers.web.pages.showing import problem_page
from workers.web.routes import put


def install(app: FastAPI) -> None:
    """Put the pages into the application, and let it tell the problems of pages as pages."""
    put(app, filing.router)
    put(app, attaching.router)
    put(app, tracking.router)
    put(app, login.router)
    app.state.problem_page = problem_page
