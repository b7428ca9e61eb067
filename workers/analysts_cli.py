"""`hotline analysts`: who may read the SQL views on PostgreSQL (docs/analysts.md)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, NoReturn

import typer

from hotline.texts import say
from projections.analyst_roles import LONGEST, ROLE, MayNotMakeRoles, NoSuchRole, ReadsOtherThings, granted
from projections.analyst_roles import grant as grant_to
from projections.analyst_roles import revoke as revoke_from
from projections.analyst_sql import VIEWS
from projections.view import Views
from workers.opening import opened

app = typer.Typer(help="分析人员的 SQL 视图 / SQL views for analysts", no_args_is_help=True)

_NAME = re.compile(rf"[a-z_][a-z0-9_]{{0,{LONGEST - 1}}}")


def _named(role: str) -> str:
    if not _NAME.fullmatch(role) or role.startswith("pg_"):
        raise typer.BadParameter(_both("bad_role", longest=LONGEST))
    return role


Role = Annotated[str, typer.Option(help="数据库角色 / role of the database", callback=_named)]


@app.command()
def grant(role: Role = ROLE) -> None:
    """准许一个角色只读这些视图；没有该角色则新建 / let a role read the views and nothing else; it is made where there is none."""
    with _views() as views:
        try:
            grant_to(views, role)
        except MayNotMakeRoles:
            _refuse("may_not_make_roles", role=role)
        except ReadsOtherThings as others:
            _refuse("reads_other_things", role=role, others=", ".join(others.args))
        typer.echo(_both("granted", role=role, views=", ".join(view.name for view in VIEWS)))


@app.command()
def revoke(role: Role = ROLE) -> None:
    """收回 / take the views from a role again."""
    with _views() as views:
        try:
            revoke_from(views, role)
        except NoSuchRole:
            _refuse("never_granted", role=role)
        typer.echo(_both("revoked", role=role))


@app.command("list")
def list_() -> None:
    """列出有权的角色 / list the roles that may read them."""
    with _views() as views:
        for role in granted(views):
            typer.echo(role)


@contextmanager
def _views() -> Iterator[Views]:
    with opened() as house:
        if house.views.sqlite:
            _refuse("no_views_on_sqlite")
        yield house.views


def _refuse(key: str, **slots: object) -> NoReturn:
    typer.echo(_both(key, **slots), err=True)
    raise typer.Exit(1)


def _both(key: str, **slots: object) -> str:
    return f"{say(f'analysts.{key}', 'zh', **slots)} / {say(f'analysts.{key}', 'en', **slots)}"
