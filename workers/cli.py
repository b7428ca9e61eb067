"""The command line, `hotline`. Each command parses, calls and prints; what it imports it imports when it runs."""

from __future__ import annotations

import importlib
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

import typer
import typer.core
import typer.main

from workers import backup_cli, single_cli
from workers.export_cli import export
from workers.opening import opened, settings, told
from workers.standin_police.cli import police_desk_standin

if TYPE_CHECKING:
    from hotline.facts import Role
    from workers.compose import House


class Group(typer.core.TyperGroup):
    """Groups of commands with a module of their own are imported when they are asked for: `up` needs none of them."""

    ELSEWHERE: ClassVar = {
        "analysts": "workers.analysts_cli",
        "bulletin": "workers.bulletin_cli",
        "dead": "workers.dead_cli",
        "hook": "workers.gateways.cli",
        "profile": "workers.profile_cli",
        "rates": "workers.rates_cli",
        "reading": "workers.reading_cli",
        "routing": "workers.routing_cli",
        "simulate": "workers.simulate.cli",
    }

    def list_commands(self, ctx: Any) -> list[str]:
        return [*super().list_commands(ctx), *self.ELSEWHERE]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name in self.ELSEWHERE:
            return typer.main.get_command(importlib.import_module(self.ELSEWHERE[cmd_name]).app)
        return super().get_command(ctx, cmd_name)


app = typer.Typer(
    name="hotline",
    cls=Group,
    help="12345 热线 / the 12345 hotline",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
user = typer.Typer(help="账号 / accounts", no_args_is_help=True)
token = typer.Typer(help="接口令牌 / API tokens", no_args_is_help=True)
app.add_typer(user, name="user")
app.add_typer(token, name="token")
app.command("police-desk-standin")(police_desk_standin)
single_cli.add_to(app)
backup_cli.add_to(app)
app.command()(export)

Port = Annotated[int | None, typer.Option(help="端口 / port", min=1, max=65535)]
Data = Annotated[Path | None, typer.Option(help="数据目录 / data directory", file_okay=False)]
RoleName = Annotated[str, typer.Option("--role", help="角色 / role, e.g. operator, dispatcher, unit_clerk")]
Unit = Annotated[str | None, typer.Option(help="承办单位 / handling unit, for a unit_clerk")]
District = Annotated[str | None, typer.Option(help="限于一个区县 / limit to one district")]
Team = Annotated[str | None, typer.Option(help="热线班组 / team of the hotline")]


@app.command()
def up(
    port: Port = None,
    data: Data = None,
    demo: Annotated[bool, typer.Option("--demo", help="同时模拟诉求 / feed simulated requests too")] = False,
) -> None:
    """一条命令运行整个热线 / run the whole hotline in one go."""
    from workers import up as running
    from workers.logging import configure

    os.umask(0o077)  # what is written here is nobody else's on this machine
    with told():
        given = settings(port=port, data=data)
        configure(given.log_level)
        running.up(given, demo=demo, out=lambda line: print(line, flush=True))


@app.command()
def migrate() -> None:
    """创建或升级数据表 / create or upgrade tables; safe to run from several places."""
    os.umask(0o077)
    with opened(create=True):
        typer.echo("数据表已就绪 / tables are ready")


@app.command()
def rebuild(names: Annotated[list[str] | None, typer.Argument(metavar="[VIEW]…")] = None) -> None:
    """重建视图：旁建、比对、切换 / rebuild views beside the live ones, compare, switch."""
    from workers import rebuilding

    with opened() as house:
        raise typer.Exit(rebuilding.rebuild(house, names or []))


@app.command()
def check() -> None:
    """检查存储与视图的不变量 / check the invariants of store and views; exit 1 when one is broken."""
    from workers.check import findings

    with opened() as house:
        broken = 0
        for finding in findings(house):
            typer.echo(finding)
            broken += 1
        if broken:
            raise typer.Exit(1)
        typer.echo("检查通过 / all is well")


@user.command("add")
def add_user(
    name: Annotated[str, typer.Option(help="登录名 / login name")],
    role: RoleName,
    unit: Unit = None,
    district: District = None,
    team: Team = None,
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="从标准输入读密码；否则生成 / read it; else one is made")
    ] = False,
) -> None:
    """新建账号；未给密码则生成并显示一次 / a new account; a password is made and shown once unless one is given."""
    import secrets
    import sys

    password = sys.stdin.readline().strip() if password_stdin else secrets.token_urlsafe(12)
    with opened() as house:
        house.accounts.add_user(name, password, _role(role), unit=_unit(house, unit), district=district, team=team)
    if not password_stdin:
        typer.echo(password)


@token.command("issue")
def issue_token(
    role: RoleName,
    unit: Unit = None,
    district: District = None,
    team: Team = None,
    days: Annotated[int | None, typer.Option(min=1, help="有效天数 / days it is good for")] = None,
    only: Annotated[str | None, typer.Option(help="仅限用途，如 calls / good for one thing only, e.g. calls")] = None,
) -> None:
    """签发令牌；标准输出只有令牌本身 / issue a token; standard output is the token alone."""
    with opened() as house:
        issued = house.accounts.issue_token(
            _role(role), unit=_unit(house, unit), district=district, team=team, days=days, only=only
        )
    typer.echo(issued)


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
