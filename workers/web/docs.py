"""The interface's description for people, under ``/docs``: from this machine alone, no other is asked for anything."""

from __future__ import annotations

from pathlib import Path

from fastapi import FastAPI
from fastapi.responses import HTMLResponse
from fastapi.staticfiles import StaticFiles

STATIC = Path(__file__).parent / "static"
_PAGE = """<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8"><title>12345 API</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="/static/vendor/swagger-ui.css"></head>
<body><div id="docs"></div>
<script src="/static/vendor/swagger-ui-bundle.js"></script><script src="/static/docs.js"></script></body></html>
"""
_POLICY = "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'"
"""Swagger UI writes styles into its elements and carries its icons with it; no other page of ours may."""


def install(app: FastAPI) -> None:
    """Serve ``/docs`` and what stands in ``static``."""

    def page() -> HTMLResponse:
        return HTMLResponse(_PAGE, headers={"Content-Security-Policy": _POLICY})

    app.add_api_route("/docs", page, include_in_schema=False)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
