"""Pages for citizens and staff: server-rendered, complete without scripts."""

from __future__ import annotations

from fastapi import FastAPI

from workers.web.pages import (
    analyst,
    analyst_bulletin,
    analyst_compare,
    analyst_tickets,
    attaching,
    filing,
    login,
    tracking,
)
from workers.web.pages.showing import problem_page
from workers.web.routes import put


def install(app: FastAPI) -> None:
    """Put the pages into the application, and let it tell the problems of pages as pages."""
    put(app, filing.router)
    put(app, attaching.router)
    put(app, tracking.router)
    put(app, login.router)
    put(app, analyst.router)
    put(app, analyst_tickets.router)
    put(app, analyst_compare.router)
    put(app, analyst_bulletin.router)
    app.state.problem_page = problem_page
