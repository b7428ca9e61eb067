"""The one place where a refusal becomes an answer: problem+json (RFC 9457), in two languages, without anything sent.

A page asks for HTML and gets a page instead: ``app.state.problem_page`` is called with the same ``Problem``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from eventsourcing.persistence import PersistenceError
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from sqlalchemy.exc import OperationalError
from starlette.exceptions import HTTPException

from hotline import texts
from hotline.command import Refused
from hotline.texts import Language
from hotline.vault import Erased, NotAPhone, Restricted
from workers.web.fields import field_errors, one_field

STATUS: Mapping[str, int] = {
    "bad_json": 400, "bad_key": 400, "bad_if_match": 400, "bad_cursor": 400,
    "signed_out": 401, "bad_credentials": 401,
    "wrong_role": 403, "outside_scope": 403, "restricted_token": 403, "bad_signature": 403, "attachment_hidden": 403,
    "not_found": 404, "no_such_ticket": 404, "no_such_page": 404, "no_such_letter": 404,
    "no_such_seat": 404, "no_such_consultation": 404, "no_such_knowledge": 404,
    "no_such_attachment": 404, "no_such_link": 404, "no_such_handoff": 404,
    "method_not_allowed": 405,
    "stale": 412,
    "too_large": 413, "attachment_too_large": 413,
    "wrong_content_type": 415, "multipart_needed": 415, "attachment_kind": 415,
    "invalid": 422, "key_reused": 422, "one_time": 422,
    "unknown_formula": 422, "unknown_rate": 422, "formula_not_in_force": 422, "no_formula_named": 422,
    "formula_of_another_rate": 422, "not_of_a_composite": 422, "ground_without_excluded": 422,
    "unknown_profile": 422, "profile_unsound": 422, "what_if_no_calls": 422, "what_if_two_rates": 422, "what_if_nothing": 422,
    "what_if_too_many": 422,
    "period_reversed": 422, "period_in_future": 422, "unknown_month": 422, "period_too_long": 422, "moment_in_future": 422, "past_board_unsettled": 422,
    "unknown_dimension": 422, "too_many_dimensions": 422, "unknown_filter_value": 422,
    "message_malformed": 422, "attachment_missing": 422, "attachment_broken": 422,
    "if_match_missing": 428, "key_missing": 428,
    "too_many_requests": 429, "too_many_tries": 429,
    "internal": 500,
    "busy": 503, "view_behind": 503, "bus_away": 503,
}  # fmt: skip
"""Every code that is not 409: possible in itself, but not now or not like this."""

_OF_HTTP = {
    400: "bad_json",
    404: "no_such_page",
    405: "method_not_allowed",
    413: "too_large",
    415: "wrong_content_type",
}
_RETRY_SECONDS = {"busy": 1, "view_behind": 1, "bus_away": 5, "too_many_requests": 60}


@dataclass(frozen=True)
class Problem:
    """What went wrong, ready to be told."""

    code: str
    details: Mapping[str, Any] = field(default_factory=dict)
    errors: tuple[Mapping[str, str], ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def status(self) -> int:
        return STATUS.get(self.code, 409)

    def title(self, language: Language) -> str:
        return texts.say(f"title.{self.status}", language)

    def detail(self, language: Language) -> str:
        return texts.sentence(self.code, language, **self.details)

    def document(self, language: Language, correlation: str) -> dict[str, Any]:
        """The members of RFC 9457 and ours: ``code`` is stable, ``instance`` is what to tell the administrator."""
        told: dict[str, Any] = {
            "type": f"urn:hotline:problem:{self.code}",
            "title": self.title(language),
            "status": self.status,
            "detail": self.detail(language),
            "detail_en": self.detail("en"),
            "instance": correlation,
            "code": self.code,
        }
        if "version" in self.details:
            told["version"] = self.details["version"]
        if "last" in self.details:
            told["last"] = self.details["last"]
        if self.errors:
            told["errors"] = list(self.errors)
        return told


def problem_of(error: Exception) -> Problem:
    """What a caught error means to the one who asked; ``internal`` for whatever nobody foresaw."""
    match error:
        case Refused(code=code, details=details):
            return Problem(code, details, headers=_headers(code, details))
        case RequestValidationError():
            if any(e["type"] == "json_invalid" for e in error.errors()):
                return Problem("bad_json")
            return Problem("invalid", errors=field_errors(error.errors()))
        case NotAPhone():
            return Problem("invalid", errors=one_field("caller.phone", "bad_phone"))
        case Erased() | Restricted():
            return Problem(error.code)
        case HTTPException() if error.status_code in _OF_HTTP:
            return Problem(_OF_HTTP[error.status_code], headers=error.headers or {})
        case OperationalError() | PersistenceError():
            return Problem("busy", headers=_headers("busy", {}))
        case _:
            return Problem("internal")


def _headers(code: str, details: Mapping[str, Any]) -> dict[str, str]:
    if STATUS.get(code) == 401:
        return {"WWW-Authenticate": 'Bearer realm="hotline"'}
    if code == "too_many_tries":
        return {"Retry-After": str(details["minutes"] * 60)}
    seconds = details.get("retry_after", _RETRY_SECONDS.get(code))
    return {"Retry-After": str(seconds)} if seconds is not None else {}


def answer(request: Request, problem: Problem) -> Response:
    """The problem as the one who asked can read it."""
    request.scope["problem_code"] = problem.code
    page = getattr(request.app.state, "problem_page", None)
    if page is not None and not _is_api(request) and "text/html" in request.headers.get("accept", ""):
        shown: Response = page(request, problem)
        return shown
    language = language_of(request)
    return JSONResponse(
        problem.document(language, request.scope.get("correlation", "")),
        status_code=problem.status,
        media_type="application/problem+json",
        headers={
            **problem.headers,
            "Content-Language": "en" if language == "en" else "zh-CN",
            "Cache-Control": "no-store",
        },
    )


def language_of(request: Request) -> Language:
    """Chinese unless ``Accept-Language`` puts English first."""
    best: tuple[float, Language] = (0.0, "zh")
    for tag, weight in re.findall(r"\b(zh|en)[\w-]*(?:\s*;\s*q=([\d.]+))?", request.headers.get("accept-language", "")):
        try:
            preference = float(weight or 1)
        except ValueError:
            continue
        if preference > best[0]:
            best = (preference, tag)
    return best[1]


def _is_api(request: Request) -> bool:
    return request.url.path.startswith("/api/")


def install(app: FastAPI) -> None:
    """Let every foreseen error be told; what nobody foresaw is caught around the whole application (around.py)."""

    def told(request: Request, error: Exception) -> Response:
        return answer(request, problem_of(error))

    for kind in (Refused, RequestValidationError, NotAPhone, Erased, Restricted, HTTPException,
                 OperationalError, PersistenceError):  # fmt: skip
        app.add_exception_handler(kind, told)
