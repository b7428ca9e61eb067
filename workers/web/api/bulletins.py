"""Monthly bulletins: as data, as a page for a printer, as a table for a spreadsheet."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Response
from pydantic import BaseModel, Field

from hotline.command import Moment
from hotline.facts import Actor
from hotline.rates.bulletin import Bulletin
from hotline.rates.month import Month
from hotline.rates.subject import READERS, Whose, allowed
from hotline.texts import Language
from projections.bulletin import bulletin
from workers.bulletin_csv import as_csv
from workers.bulletin_files import desk_of, name_of
from workers.bulletin_html import as_html, policy
from workers.bulletin_words import Words
from workers.web.api.reading import shows
from workers.web.api.refusals import refusals
from workers.web.auth import TheHouse, one_of

router = APIRouter(prefix="/bulletins", tags=["rates"], responses=refusals(401, 403))
MayRead = Annotated[Actor, Depends(one_of("bulletins", *READERS))]
_SHOWN: dict[int | str, dict[str, Any]] = {
    200: {"content": {"text/html": {"schema": {"type": "string"}}, "text/csv": {"schema": {"type": "string"}}}}
}


class Wanted(BaseModel):
    """Of whom, as of when, and in which form."""

    model_config = {"extra": "forbid"}

    district: str | None = Field(default=None, min_length=1, max_length=64, description="Of one district")
    unit: str | None = Field(default=None, min_length=1, max_length=64, description="Of one unit, as the lead")
    as_of: Moment | None = Field(default=None, description="As known then; without it as things stand")
    format: Literal["json", "html", "csv"] = "json"
    after_position: int | None = Field(default=None, ge=0, lt=2**62, description="Wait for this write to show")
    lang: Language = Field(default="zh", description="Of page and table; the data has both languages")


@router.get(
    "/{month}",
    operation_id="bulletin",
    response_model=Bulletin,
    responses={**_SHOWN, **refusals(409, 422, 503)},
)
def bulletin_of(month: str, wanted: Annotated[Wanted, Query()], house: TheHouse, actor: MayRead) -> Bulletin | Response:
    """A month's report on the city, a district or a unit. It names the moment it holds for; asked for again with that as
    `as_of` it is the same but for `computed_at`. Accounts of one district or unit get that one's."""
    if wanted.after_position is not None:
        shows(house, wanted.after_position, "scoreboard")
    whose = allowed(Whose(wanted.district, wanted.unit), actor, house.rules)
    found = bulletin(desk_of(house), Month.read(month), whose, wanted.as_of, house.now())
    words = Words(wanted.lang, house.rules)
    if wanted.format == "html":
        headers = {"Content-Security-Policy": policy(found, words)}
        return Response(as_html(found, words), media_type="text/html; charset=utf-8", headers=headers)
    if wanted.format == "csv":
        headers = {"Content-Disposition": f'attachment; filename="{name_of(found)}.csv"'}
        return Response(as_csv(found, words), media_type="text/csv; charset=utf-8", headers=headers)
    return found
