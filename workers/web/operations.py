"""For whoever runs it: alive, ready, figures."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, PlainTextResponse, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest

from hotline.store import stamp_of
from projections.registry import VIEWS
from workers.compose import House

FAR_BEHIND = 2_000
"""Facts a view may be behind the log while we still call ourselves ready: about a second of catching up.  (ours)"""

Check = Callable[[], str | None]
router = APIRouter(include_in_schema=False)


@router.get("/livez")
def livez() -> PlainTextResponse:
    """The process answers."""
    return PlainTextResponse("ok\n")


@router.get("/readyz")
def readyz(request: Request) -> Response:
    """200 when requests can be served; else 503 with what is wrong, by the name of the check. `notes` tell of what is no
    fault and somebody may want to know."""
    wrong = {name: told for name, check in request.app.state.checks.items() if (told := _told(check)) is not None}
    notes = getattr(request.app.state, "notes", {})
    noted = {name: told for name, note in notes.items() if (told := _told(note)) is not None}
    answer = {"ready": not wrong, "wrong": wrong} | ({"notes": noted} if noted else {})
    return JSONResponse(answer, status_code=503 if wrong else 200)


@router.get("/metrics")
def metrics(request: Request) -> Response:
    """Figures in Prometheus' format."""
    return Response(generate_latest(request.app.state.registry), media_type=CONTENT_TYPE_LATEST)


def checks(house: House) -> dict[str, Check]:
    """What is asked of every web process; whoever runs more in it adds its own."""
    return {
        "store": lambda: None if house.hotline.position() >= 0 else "no log",
        "accounts": lambda: None if house.accounts.session_key else "no key",
        **{f"view:{name}": partial(_near, house, name) for name in VIEWS},
    }


def install_gauges(registry: CollectorRegistry, house: House) -> None:
    """The log's end and how far each view is behind it, read when they are asked for."""
    gauge(registry, "hotline_log_position", "Last position of the log", house.hotline.position)
    behind = Gauge("hotline_view_behind", "Facts a view is behind the log", ("view",), registry=registry)
    lag = Gauge("hotline_view_lag_seconds", "Age of the oldest fact not in a view yet", ("view",), registry=registry)
    for name in VIEWS:
        behind.labels(name).set_function(partial(or_nan, partial(_behind, house, name)))
        lag.labels(name).set_function(partial(or_nan, partial(_lag, house, name)))


def gauge(registry: CollectorRegistry, name: str, told: str, read: Callable[[], float]) -> None:
    """A figure that is read when somebody asks for it."""
    Gauge(name, told, registry=registry).set_function(partial(or_nan, read))


def or_nan(read: Callable[[], float]) -> float:
    """A store that is away must not take the other figures with it."""
    try:
        return float(read())
    except Exception:  # noqa: BLE001  # whatever the store's driver raises
        return float("nan")


def lag_after(house: House, position: int) -> float:
    """Seconds since the fact after a position of the log was recorded; 0 at its end."""
    found = house.hotline.store.select_notifications(position, 1, inclusive_of_start=False)
    return max(0.0, (house.now() - stamp_of(found[0].state)).total_seconds()) if found else 0.0


def _lag(house: House, view: str) -> float:
    return lag_after(house, house.views.position(view))


def _told(check: Check) -> str | None:
    try:
        return check()
    except Exception as failure:  # noqa: BLE001  # a check that fails is the answer; its message may hold an address
        return type(failure).__name__


def _behind(house: House, view: str) -> int:
    position: int = house.views.position(view)
    return max(0, house.hotline.position() - position)


def _near(house: House, view: str) -> str | None:
    behind = _behind(house, view)
    return f"{behind} facts behind" if behind > FAR_BEHIND else None
