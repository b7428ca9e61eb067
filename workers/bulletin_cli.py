"""`hotline bulletin`: a month's report on the city, a district or a unit, as a page and as a table."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Literal

import typer

from hotline.command import Refused
from hotline.rates.bulletin import Bulletin
from hotline.rates.month import Month
from hotline.rates.subject import Whose
from hotline.texts import LANGUAGES, Language, say, sentence
from projections.bulletin import bulletin, bulletins
from workers.bulletin_files import desk_of, write
from workers.bulletin_words import Words
from workers.opening import opened
from workers.rates_said import moment

app = typer.Typer(name="bulletin", help="月报 / monthly bulletins", add_completion=False)


@app.command()
def write_bulletin(
    month: Annotated[str, typer.Option(metavar="YYYY-MM", help="月份 / the month")],
    out: Annotated[Path, typer.Option(help="输出目录 / directory to write to", file_okay=False)],
    district: Annotated[str | None, typer.Option(help="某一区县 / of one district")] = None,
    unit: Annotated[str | None, typer.Option(help="某一承办单位 / of one unit")] = None,
    each: Annotated[
        Literal["unit", "district"] | None,
        typer.Option(help="每个单位或区县各一份 / one for every unit or district of which there is anything"),
    ] = None,
    as_of: Annotated[
        str | None,
        typer.Option(
            "--as-of", metavar="TIME", help="截至该时刻所知，如 / as known at, e.g. 2026-11-05T00:00:00+08:00"
        ),
    ] = None,
    lang: Annotated[Language, typer.Option(help="文字 / language")] = "zh",
) -> None:
    """生成月报（HTML 与 CSV） / write monthly bulletins as HTML and CSV."""
    if each and (district or unit):
        raise typer.BadParameter("--each 不与 --district、--unit 同用 / --each goes without them", param_hint="--each")
    os.umask(0o077)
    when = moment(as_of, "--as-of")
    with opened() as house:
        house.catch_up()
        desk, words = desk_of(house), Words(lang, house.rules)
        try:
            asked, whose = Month.read(month), Whose(district, unit)
            found: Iterable[Bulletin]
            if each:
                found = bulletins(desk, asked, each, when, house.now())
            else:
                found = (bulletin(desk, asked, whose, when, house.now()),)
            count = 0
            for one in found:
                for path in write(out, one, words):
                    typer.echo(str(path))
                count += 1
        except Refused as refused:
            typer.echo(" / ".join(sentence(refused.code, lang, **refused.details) for lang in LANGUAGES), err=True)
            raise typer.Exit(1) from None
        except OSError as error:
            raise typer.BadParameter(
                f"无法写入该目录 / cannot write there: {error.strerror}", param_hint="--out"
            ) from None
    typer.echo(" / ".join(say("bulletin.written", lang, count=count) for lang in LANGUAGES))
