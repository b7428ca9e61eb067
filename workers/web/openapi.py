"""The interface's description: what FastAPI finds, with our problems in place of its own."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from workers.web.api.refusals import ProblemDocument, refusals

DESCRIPTION = """\
12345 热线的服务接口。 The service interface of the 12345 hotline.

* **Bearer token**: `hotline token issue`, or the session of `POST /api/v1/login`. What is outside your scope answers 404.
* **Writes** answer `{number, version, position}` and an `ETag`. Send it back as `If-Match` (428 without, 412 when a
  colleague was quicker; a citizen's urge or supplement does not spoil your form). Ask a view for `?after_position=` to
  see your own write (503 `view_behind` when it takes longer than two seconds, or nothing has been written there).
* **`Idempotency-Key`** is required where something is created, and may be sent with every action: after a lost reply
  send the same request with the same key for two days; it is done once and answered alike.
* **Refusals** are `application/problem+json` with a stable `code`, Chinese first; `Accept-Language: en` turns the order.
  Bodies are JSON (415), at most 256 KB (413), complete (400); an attachment is a form with one file of at most 8 MB.
  `GET /api/v1/problems` lists every code.
* Times are RFC 3339 with a zone. Lists go on in `Link: …; rel="next"`.
"""
_OURS = "#/components/schemas/ProblemDocument"


def describe(app: FastAPI) -> dict[str, Any]:
    """The whole description; made once."""
    if app.openapi_schema is None:
        found = get_openapi(
            title=app.title, version=app.version, description=DESCRIPTION, routes=app.routes, openapi_version="3.2.0"
        )
        schemas = found.setdefault("components", {}).setdefault("schemas", {})
        problem = ProblemDocument.model_json_schema(ref_template="#/components/schemas/{model}")
        schemas |= problem.pop("$defs", {}) | {"ProblemDocument": problem}
        for unused in ("HTTPValidationError", "ValidationError"):
            schemas.pop(unused, None)
        for operations in found["paths"].values():
            for operation in operations.values():
                _replace_validation_error(operation)
        app.openapi_schema = found
    return app.openapi_schema


def _replace_validation_error(operation: dict[str, Any]) -> None:
    responses = operation["responses"]
    if "HTTPValidationError" in str(responses.get("422")):
        responses["422"] = refusals(422)[422]
    if "requestBody" in operation:
        responses |= {str(status): told for status, told in refusals(400, 413, 415).items()}
