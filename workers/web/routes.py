"""Routes of several files, put into the application side by side.

A router inside a router is looked through again at every level and for every request: with a hundred routes that took a
sixth of a quick answer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.params import Depends
from fastapi.routing import APIRoute

_AS_THEY_ARE = (
    "response_model",
    "status_code",
    "tags",
    "summary",
    "description",
    "response_description",
    "deprecated",
    "methods",
    "operation_id",
    "response_model_include",
    "response_model_exclude",
    "response_model_by_alias",
    "response_model_exclude_unset",
    "response_model_exclude_defaults",
    "response_model_exclude_none",
    "include_in_schema",
    "response_class",
    "name",
    "openapi_extra",
)


def put(
    app: FastAPI,
    router: APIRouter,
    *,
    prefix: str = "",
    dependencies: Sequence[Depends] = (),
    responses: Mapping[int | str, dict[str, Any]] | None = None,
) -> None:
    """Add a router's routes, each as it was declared; ``dependencies`` come before its own."""
    for route in router.routes:
        assert isinstance(route, APIRoute), "a router holds routes and no other router"
        app.router.add_api_route(
            prefix + route.path,
            route.endpoint,
            dependencies=[*dependencies, *route.dependencies],
            responses={**(responses or {}), **route.responses},
            **{name: getattr(route, name) for name in _AS_THEY_ARE},
        )
