"""Rendering: templates, the catalogue in them, and problems as pages."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from hotline.texts import Language, say
from workers.web.errors import Problem
from workers.web.pages.staff import is_staff_page, pages_of, to_login

_TEMPLATES = Path(__file__).parent.parent / "templates"
_environment = Environment(
    loader=FileSystemLoader(_TEMPLATES),
    autoescape=select_autoescape(),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_environment.globals["say"] = say
_environment.globals["pages_of"] = pages_of


def page(template: str, *, status: int = 200, **given: Any) -> HTMLResponse:
    """A page; never kept by a cache, because what it shows belongs to one citizen."""
    text = _environment.get_template(template).render(**given)
    return HTMLResponse(text, status_code=status, headers={"Cache-Control": "no-store"})


def sentences(problem: Problem) -> list[dict[str, str]]:
    """A problem as the sentences a page shows: one a field where fields are wrong."""
    if problem.errors:
        return [
            {"zh": _about(e, "zh") + e["message_zh"], "en": _about(e, "en") + e["message_en"]} for e in problem.errors
        ]
    return [{"zh": problem.detail("zh"), "en": problem.detail("en")}]


def problem_page(request: Request, problem: Problem) -> Response:
    """Any problem of a page, with the way back; whoever is not signed in is asked to."""
    if problem.code == "signed_out":
        return to_login(request)
    back = "/login" if is_staff_page(request.url.path) else "/"
    shown = page("problem.html", status=problem.status, problem=sentences(problem)[0], back=back)
    shown.headers.update(problem.headers)
    return shown


_LABELS = {
    "text": "page.text",
    "caller.name": "page.name",
    "caller.phone": "page.phone",
    "place.address": "page.address",
    "place.district": "page.district",
    "resolution": "page.rate_resolved",
    "satisfaction": "page.rate_satisfied",
    "comment": "page.rate_comment",
    "from": "analyst.from",
    "to": "analyst.to",
    "as_of": "analyst.as_of",
    "happened_by": "analyst.happened_by",
    "a.as_of": "analyst.as_of_a",
    "a.happened_by": "analyst.happened_by_a",
    "b.as_of": "analyst.as_of_b",
    "b.happened_by": "analyst.happened_by_b",
}


def _about(error: Mapping[str, str], language: Language) -> str:
    """The label of the field an error is about, where it is about one that the form shows."""
    key = _LABELS.get(error["field"])
    return "" if key is None else say(key, language) + ("：" if language == "zh" else ": ")
