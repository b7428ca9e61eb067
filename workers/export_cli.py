"""`hotline export`: files for analysts, and the dictionary that says what is in them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Literal

import typer

from hotline.texts import say
from workers.opening import opened

Format = Literal["csv", "parquet"]


def export(
    out: Annotated[Path, typer.Option(help="输出目录 / directory to write to", file_okay=False)],
    what: Annotated[
        Literal["outcomes", "tickets", "facts"] | None, typer.Option(help="导出内容 / what to export")
    ] = None,
    form: Annotated[Format, typer.Option("--format", help="文件格式 / file format")] = "csv",
    month: Annotated[
        str | None, typer.Option(metavar="YYYY-MM", help="仅此月（北京时间）/ that month alone (Beijing time)")
    ] = None,
    bom: Annotated[
        bool, typer.Option("--bom", help="供电子表格识别编码 / for spreadsheets that guess encodings")
    ] = False,
    dictionary: Annotated[
        bool, typer.Option("--dictionary", help="同时写出数据字典 / write the data dictionary too")
    ] = False,
) -> None:
    """导出供分析的数据，不含个人信息 / export data for analysts; nothing in it points at a person."""
    from workers import export as exporting

    if what is None and not dictionary:
        raise typer.BadParameter(_both("nothing_asked"), param_hint="--what")
    if bom and form != "csv":
        raise typer.BadParameter(_both("no_bom"), param_hint="--bom")
    os.umask(0o077)
    with opened() as house:
        try:
            if what is not None:
                path, rows = exporting.export(house, what, out, form=form, month=month, bom=bom)
                typer.echo(f"{path}  {say('export.rows', rows=rows)} / {say('export.rows', 'en', rows=rows)}")
            if dictionary:
                for page in exporting.write_dictionary(house, out):
                    typer.echo(page)
        except exporting.NoMonth:
            raise typer.BadParameter(_both("no_month"), param_hint="--month") from None
        except exporting.NoPyarrow:
            raise typer.BadParameter(_both("no_pyarrow"), param_hint="--format") from None
        except OSError as error:
            raise typer.BadParameter(_both("cannot_write", why=error.strerror), param_hint="--out") from None


def _both(key: str, **slots: object) -> str:
    return f"{say(f'export.{key}', 'zh', **slots)} / {say(f'export.{key}', 'en', **slots)}"
