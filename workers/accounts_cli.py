"""`hotline user` and `hotline token`: who may work here, and who may no longer."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from workers.opening import opened

if TYPE_CHECKING:
    from hotline.facts import Role
    from workers.accounts import Entry
    from workers.compose import House

user = typer.Typer(help="账号 / accounts", no_args_is_help=True)
token = typer.Typer(help="接口令牌 / API tokens", no_args_is_help=True)

RoleName = Annotated[str, typer.Option("--role", help="角色 / role, e.g. operator, dispatcher, unit_clerk")]
Unit = Annotated[str | None, typer.Option(help="承办单位 / handling unit, for a unit_clerk")]
District = Annotated[str | None, typer.Option(help="限于一个区县 / limit to one district")]
Team = Annotated[str | None, typer.Option(help="热线班组 / team of the hotline")]
Name = Annotated[str, typer.Option(help="登录名 / login name")]
FromStdin = Annotated[
    bool, typer.Option("--password-stdin", help="从标准输入读密码；否则生成 / read it; else one is made")
]


def add_to(app: typer.Typer) -> None:
    app.add_typer(user, name="user")
    app.add_typer(token, name="token")


@user.command("add")
def add_user(
    name: Name,
    role: RoleName,
    unit: Unit = None,
    district: District = None,
    team: Team = None,
    password_stdin: FromStdin = False,
) -> None:
    """新建账号；未给密码则生成并显示一次 / a new account; a password is made and shown once unless one is given."""
    password = _password(password_stdin)
    with opened() as house:
        house.accounts.add_user(name, password, _role(role), unit=_unit(house, unit), district=district, team=team)
    if not password_stdin:
        typer.echo(password)


@user.command("list")
def list_users() -> None:
    """列出账号 / list accounts: id, login name, role and scope, since when, and whether disabled."""
    with opened() as house:
        _list(house.accounts.listed_users(), house.accounts.now())


@user.command("disable")
def disable_user(name: Name) -> None:
    """停用账号：密码与会话立即失效 / shut an account: its password and its sessions are good for nothing any more."""
    with opened() as house:
        _told(house.accounts.disable_user(name), "no_account", "account_disabled")


@user.command("enable")
def enable_user(name: Name) -> None:
    """恢复账号；须重新登录 / open a shut account again; one has to log in anew."""
    with opened() as house:
        _told(house.accounts.enable_user(name), "no_account", "account_enabled")


@user.command("password")
def set_password(name: Name, password_stdin: FromStdin = False) -> None:
    """更换密码；已有会话立即失效 / another password; sessions of the old one end. It is made and shown once unless one is given."""
    password = _password(password_stdin)
    with opened() as house:
        _told(house.accounts.set_password(name, password), "no_account", "password_changed")
    if not password_stdin:
        typer.echo(password)


@token.command("issue")
def issue_token(
    role: RoleName,
    unit: Unit = None,
    district: District = None,
    team: Team = None,
    days: Annotated[int | None, typer.Option(min=1, max=36_500, help="有效天数 / days it is good for")] = None,
    only: Annotated[str | None, typer.Option(help="仅限用途，如 calls / good for one thing only, e.g. calls")] = None,
) -> None:
    """签发令牌；标准输出只有令牌本身，编号在标准错误 / issue a token; standard output is the token alone, its id goes to standard error."""
    with opened() as house:
        issued = house.accounts.issue_token(
            _role(role), unit=_unit(house, unit), district=district, team=team, days=days, only=only
        )
        login = house.accounts.login_of_token(issued)
        assert login is not None, "it was issued a moment ago"
        typer.echo(_both("token_issued", id=login.actor.id), err=True)
    typer.echo(issued)


@token.command("list")
def list_tokens() -> None:
    """列出令牌（不含令牌本身） / list tokens, never what they open with: id, restriction, role and scope, and until when."""
    with opened() as house:
        _list(house.accounts.listed_tokens(), house.accounts.now())


@token.command("revoke")
def revoke_token(
    id_: Annotated[str, typer.Argument(metavar="ID", help="编号，见 token list / its id, as `token list` shows it")],
) -> None:
    """吊销令牌，立即失效 / end a token at once."""
    with opened() as house:
        _told(house.accounts.revoke_token(id_), "no_token", "token_revoked")


def _list(entries: Iterable[Entry], now: datetime) -> None:
    none = True
    for entry in entries:
        none, actor = False, entry.actor
        scope = [f"{name}={value}" for name in ("unit", "district", "team") if (value := getattr(actor, name))]
        words = (actor.id, entry.name or "-", actor.role.value, *scope, _day(entry.made_at), _standing(entry, now))
        typer.echo("  ".join(words))
    if none:
        typer.echo(_both("none"))


def _standing(entry: Entry, now: datetime) -> str:
    if entry.shut_at is not None:
        return _both("shut", at=_day(entry.shut_at))
    if entry.ends_at is None:
        return _both("good")
    ends = entry.ends_at.replace(tzinfo=entry.ends_at.tzinfo or now.tzinfo)  # SQLite keeps no zone
    return _both("good_until" if ends > now else "ran_out", at=_day(ends))


def _told(done: bool, unknown: str, did: str) -> None:
    if not done:
        typer.echo(_both(unknown), err=True)
        raise typer.Exit(1)
    typer.echo(_both(did), err=True)


def _day(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M}"


def _both(key: str, **slots: object) -> str:
    from hotline.texts import say

    return f"{say(f'accounts.{key}', 'zh', **slots)} / {say(f'accounts.{key}', 'en', **slots)}"


def _password(from_stdin: bool) -> str:
    import secrets
    import sys

    return sys.stdin.readline().strip() if from_stdin else secrets.token_urlsafe(12)


def _role(name: str) -> Role:
    from hotline.facts import Role

    try:
        return Role(name)
    except ValueError:
        raise typer.BadParameter(f"没有这个角色 / no such role: {name}. " + ", ".join(Role)) from None


def _unit(house: House, unit: str | None) -> str | None:
    if unit is not None and unit not in house.rules.units:
        raise typer.BadParameter(f"没有这个承办单位，见 hotline profile show / no such unit: {unit}")
    return unit
