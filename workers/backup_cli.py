"""`hotline backup`, `restore` and `repair`."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from workers.opening import settings, told
from workers.settings import Settings

if TYPE_CHECKING:
    from workers.bus import Bus

File = Annotated[Path, typer.Argument(help="备份文件；密钥另在 FILE.vault / the backup; its keys are in FILE.vault")]
Data = Annotated[Path | None, typer.Option(help="数据目录 / data directory", file_okay=False)]


def add_to(app: typer.Typer) -> None:
    for command in (backup, restore, repair):
        app.command()(command)


def backup(file: File, data: Data = None) -> None:
    """备份全部存储，运行中也可 / back up every store, also while the hotline runs."""
    from workers import backup as backing_up

    os.umask(0o077)
    with told():
        made = backing_up.backup(settings(data=data), file)
        keys = backing_up.keys_of(file)
        typer.echo(backing_up.both("made", file=file, keys=keys, position=made.position))


def restore(
    file: File,
    data: Data = None,
    replace: Annotated[bool, typer.Option("--replace", help="替换已有数据 / put it in place of what is there")] = False,
) -> None:
    """用备份恢复；先停止热线 / put a backup in place; stop the hotline first."""
    from workers.backup import both
    from workers.restoring import restore as put_back

    os.umask(0o077)
    with told():
        done = put_back(settings(data=data), file, replace=replace)
        typer.echo(
            both("restored", made_at=f"{done.manifest.made_at:%Y-%m-%d %H:%M}Z", position=done.manifest.position)
        )
        if done.kept:
            typer.echo(both("kept", names=", ".join(done.kept)))
        elif done.waiting:
            typer.echo(both("waiting", count=done.waiting))
        typer.echo(both("next"))


def repair(
    data: Data = None,
    give_up_keys: Annotated[
        bool,
        typer.Option("--give-up-keys", help="视无密钥的工单为已删除 / tickets whose keys are lost count as erased"),
    ] = False,
) -> None:
    """恢复之后使视图、发件箱、总线与日志一致 / after a restore, bring views, outbox and bus back to the log."""
    from workers import backup_sqlite
    from workers.backup import both
    from workers.compose import build
    from workers.directory import held
    from workers.repairing import repair as mend

    os.umask(0o077)
    with told():
        given = settings(data=data)
        with held(given.data) if given.embedded else nullcontext():
            begun = given.embedded and backup_sqlite.finish(given.data)
            with _bus(given) as bus:
                house = build(given)
                try:
                    mend(house, bus, typer.echo, give_up_keys=give_up_keys)
                finally:
                    house.close()
            if begun:
                backup_sqlite.settled(given.data)
                typer.echo(both("finished"))
            typer.echo(both("repaired"))


@contextmanager
def _bus(given: Settings) -> Iterator[Bus | None]:
    """The bus of these settings; the embedded one is started for as long as this takes, if it ever was."""
    from workers.bus import Bus
    from workers.nats_child import NatsChild

    if given.nats_url is not None or not given.nats_directory.exists():
        yield Bus.of(given) if given.nats_url is not None else None
        return
    child = NatsChild(given.nats_directory)
    try:
        yield Bus.of(given, child.start())
    finally:
        child.stop()
