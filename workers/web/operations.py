"""For whoever runs it: alive, ready, figures."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, PlainTextResponse, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest

from projections.registry import VIEWS
from workers.compose import House

FAR_BEHIND = 2_000
"""Facts a view may be behind the log while we still call ourselves ready; about two seconds of catching up.  (ours)"""

router = APIRouter(include_in_schema=False)


@router.get("/livez")
def livez() -> PlainTextResponse:
    """The process answers."""
    return PlainTextResponse("ok\n")


@router.get("/readyz")
def readyz(request: Request) -> Response:
    """200 when requests can be served; else 503 with what is wrong."""
    wrong = {name: told for name, check in _checks(request).items() if (told := check()) is not None}
    return JSONResponse({"ready": not wrong, "wrong": wrong}, status_code=503 if wrong else 200)


@router.get("/metrics")
def metrics(request: Request) -> Response:
    """Figures in Prometheus' format."""
    return Response(generate_latest(request.app.state.registry), media_type=CONTENT_TYPE_LATEST)


def install_gauges(registry: CollectorRegistry, house: House) -> None:
    """The log's end and how far each view is behind it, read when they are asked for."""
    Gauge("hotline_log_position", "Last position of the log", registry=registry).set_function(house.hotline.position)
    behind = Gauge("hotline_view_behind", "Facts a view is behind the log", ("view",), registry=registry)
    for name in VIEWS:
        behind.labels(name).set_function(lambda name=name: house.hotline.position() - house.views.position(name))
