"""How a command opens the house, and how it tells a person what is wrong with a setting, a key or a store."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import typer

from workers.compose import House, build
from workers.directory import CannotStart
from workers.settings import Settings

OTHERS = {"HOTLINE_NATS_SERVER", "HOTLINE_EVAL_FILE"}
"""Variables of ours that are no settings."""


def settings(**said: int | Path | None) -> Settings:
    """The settings, with what was said on the command line on top. Raises CannotStart."""
    from pydantic import ValidationError

    given = {name: value for name, value in said.items() if value is not None}
    try:
        found = Settings(**given)  # type: ignore[arg-type]
    except ValidationError as wrong:
        raise CannotStart("\n".join(_told(error) for error in wrong.errors(include_input=False))) from None
    known = {f"HOTLINE_{name.upper()}" for name in Settings.model_fields} | OTHERS
    for name in sorted(os.environ):
        if name.startswith("HOTLINE_") and name not in known and not name.startswith("HOTLINE_TEST_"):
            typer.echo(f"没有这个设置，已忽略 / no such setting, ignored: {name}", err=True)
    return found


@contextmanager
def opened(given: Settings | None = None, *, create: bool = False) -> Iterator[House]:
    """The house of this environment, or of these settings, closed afterwards; what is wrong is told and ends the command
    with 1."""
    from workers.behind import must_be_finished

    with told():
        found = given or settings()
        must_be_finished(found)
        house = build(found, create=create)
        try:
            yield house
        finally:
            house.close()


@contextmanager
def told() -> Iterator[None]:
    """Faults a person can mend are told in a sentence, without a traceback; the command ends with 1."""
    from eventsourcing.persistence import PersistenceError
    from sqlalchemy.exc import DBAPIError

    from hotline.rules import ProfileError
    from hotline.texts import LANGUAGES, say
    from hotline.vault import MasterKeyUnusable, RegisterDamaged
    from projections.analyst_views import ViewInUse
    from projections.database import is_loss
    from workers.accounts import AccountRefused
    from workers.nats_server import NatsServerError
    from workers.running import Left

    try:
        yield
    except Left as reason:
        _fail(
            f"数据库或消息总线已断开（{reason}），进程退出，等待重新启动。"
            f" / A database or the bus is out of reach ({reason}): this process ends, to be started again."
        )
    except (ProfileError, MasterKeyUnusable, RegisterDamaged, NatsServerError, CannotStart, AccountRefused) as reason:
        _fail(str(reason))
    except ViewInUse as view:
        _fail(" / ".join(say("analysts.view_in_use", language, view=view) for language in LANGUAGES))
    except FileNotFoundError as missing:
        _fail(
            f"找不到 {missing.filename}。若是首次使用，请先运行 hotline migrate 或 hotline up。"
            f" / {missing.filename} is not there. On first use run `hotline migrate` or `hotline up`."
        )
    except Exception as trouble:
        if not (isinstance(trouble, PersistenceError | DBAPIError) or is_loss(trouble)):
            raise
        _fail(
            "无法使用数据库。请确认其正在运行，并已执行 hotline migrate。"
            f" / The database cannot be used ({type(trouble).__name__}): is it running, and was `hotline migrate` run?"
        )
    else:
        return
    sys.exit(1)


def _told(error: Mapping[str, Any]) -> str:
    """Which variable is wrong, and what to write; never what was written: it may hold a password."""
    where = "_".join(str(part) for part in error["loc"]).upper()
    return f"HOTLINE_{where}: {error['msg'].removeprefix('Value error, ')}"


def _fail(sentence: str) -> None:
    typer.echo(sentence, err=True)
