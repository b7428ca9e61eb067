"""`hotline reading corrections`: what people decided otherwise than was proposed, to learn from."""

import json
from typing import Annotated

import typer

from hotline.facts import SYSTEM
from hotline.seeing import scope_of
from hotline.texts import LANGUAGES, say
from projections.corrections import Correction
from projections.corrections import corrections as corrected
from workers.opening import opened


def corrections(
    as_json: Annotated[bool, typer.Option("--json", help="每行一个 JSON / one JSON a line")] = False,
) -> None:
    """列出人工更正的读取结果（不含文字） / what people corrected, without a word of anybody's."""
    with opened() as house:
        found = corrected(house.views, scope_of(SYSTEM, house.rules))
    for one in found:
        typer.echo(one.model_dump_json() if as_json else _line(one))
    if not as_json:
        typer.echo(" / ".join(say("reading.corrections", language, count=len(found)) for language in LANGUAGES))


def _line(one: Correction) -> str:
    changes = "  ".join(f"{what}: {getattr(one.proposed, what)} → {getattr(one.decided, what)}" for what in one.what)
    return f"{one.number}  {one.at:%Y-%m-%d %H:%M}  {one.by}  {json.dumps(one.model)[1:-1]}  {changes}"
