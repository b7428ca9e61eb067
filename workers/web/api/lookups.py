"""What forms are filled from: the profile in force, units, categories, templates, and every refusal there is."""

from typing import Any

from fastapi import APIRouter, Depends

from hotline import texts
from workers.web.api.refusals import refusals
from workers.web.auth import TheHouse, actor_of
from workers.web.errors import STATUS

router = APIRouter(tags=["look-ups"], dependencies=[Depends(actor_of)], responses=refusals(401, 403))
open_router = APIRouter(tags=["look-ups"])


@router.get("/profile", operation_id="profile")
def profile(house: TheHouse) -> dict[str, Any]:
    """The rules in force, as far as a form needs them; ``version`` is recorded with every fact."""
    rules = house.rules
    return {
        "id": rules.id,
        "name": rules.name,
        "version": rules.version,
        "note": rules.note,
        "sources": rules.sources,
        "timezone": rules.timezone,
        "calendar_known_until": rules.calendar.known_until,
        "text_max": rules.text_max,
        "review_checks": rules.review_checks,
        "extension": rules.extension,
        "contact": rules.contact,
        "contact_before_reply": rules.contact_before_reply,
        "districts": dict(rules.districts),
        "teams": list(rules.teams.values()),
        "routes": dict(rules.routes),
    }


@router.get("/units", operation_id="units")
def units(house: TheHouse) -> list[dict[str, Any]]:
    """The directory of handling units."""
    return [unit.model_dump(mode="json") for unit in house.rules.units.values()]


@router.get("/categories", operation_id="categories")
def categories(house: TheHouse) -> list[dict[str, Any]]:
    """The category tree; ``path`` is what a ticket is classified with."""
    rules = house.rules
    return [{**c.model_dump(mode="json"), "path": rules.category_path(c.code)} for c in rules.categories.values()]


@router.get("/templates", operation_id="templates")
def templates(house: TheHouse) -> list[dict[str, Any]]:
    """Texts to start a reply from."""
    return [template.model_dump(mode="json") for template in house.rules.templates.values()]


@open_router.get("/problems", operation_id="problems")
def problems() -> list[dict[str, Any]]:
    """Every named refusal: its code, its status, and its sentence in both languages."""
    codes = sorted(key.removeprefix("refused.") for key in texts.catalogue() if key.startswith("refused."))
    return [{"code": c, "status": STATUS.get(c, 409), **texts.catalogue()[f"refused.{c}"]} for c in codes]
