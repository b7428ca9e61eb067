"""The command line, `hotline`. Each command parses, calls and prints; what it imports it imports when it runs."""

from __future__ import annotations

import importlib
import os
from pathlib import Path
from typing import Annotated, Any, ClassVar

import typer
import typer.core
import typer.main

from workers import accounts_cli, backup_cli, single_cli
from workers.export_cli import export
from workers.opening import opened, settings, told
from workers.standin_police.cli import police_desk_standin


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
app.command("police-desk-standin")(police_desk_standin)
accounts_cli.add_to(app)
single_cli.add_to(app)
backup_cli.add_to(app)
app.command()(export)

Port = Annotated[int | None, typer.Option(help="端口 / port", min=1, max=65535)]
Data = Annotated[Path | None, typer.Option(help="数据目录 / data directory", file_okay=False)]


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
