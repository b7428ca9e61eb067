"""Who outside is told what a unit's tray shows: a unit's own system or mailbox, or a platform that serves all units.

A subscriber hears exactly what stands in the tray and no caller's message. The secret of its webhooks is stored nowhere:
it is made anew from the vault's index key whenever it is needed, as the secret of a citizen's link is.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from pydantic_core import from_json, to_json
from sqlalchemy import Connection, Engine, Row, insert, select, update

from hotline.databases import looking
from hotline.texts import known
from hotline.vault import Vault
from workers.gateways.addresses import webhook_target
from workers.gateways.signing import secret_of
from workers.outbox_tables import subscriptions

ALL = "*"
"""A subscriber that serves every unit."""
_MAIL = re.compile(r"mailto:[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?")


class NoSubscription(ValueError):
    """It cannot be subscribed like this; `code` says why: bad_target, unknown_kind, or one of ForbiddenTarget's."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Subscription:
    """`kinds` are those of `hotline.notices.Notice` without `unit_notice.`; none means all."""

    id: UUID
    recipient: str
    target: str
    kinds: tuple[str, ...]
    turn: int
    at: datetime
    ended: datetime | None
    ended_why: str | None

    @property
    def way(self) -> str:
        return "mail" if self.target.startswith("mailto:") else "webhook"

    @property
    def line(self) -> str:
        return f"hook:{self.id}"

    def wants(self, recipient: str, kind: str) -> bool:
        """Whether it is told of such a notice."""
        mine = recipient == self.recipient or (self.recipient == ALL and recipient.startswith("unit:"))
        return mine and (not self.kinds or kind.removeprefix("unit_notice.") in self.kinds)


class Subscriptions:
    """All of them, ended ones too: the delivery log speaks of them."""

    def __init__(self, engine: Engine, vault: Vault) -> None:
        self._engine, self._vault = engine, vault

    def add(
        self, recipient: str, target: str, at: datetime, *, kinds: Sequence[str] = (), allowed: Collection[str] = ()
    ) -> Subscription:
        """Subscribe a target to a recipient's notices from now on. Raises NoSubscription, ForbiddenTarget."""
        if len(target) > 500 or (recipient != ALL and not recipient.startswith("unit:")):
            raise NoSubscription("bad_target")
        if not target.startswith("mailto:"):
            webhook_target(target, allowed)
        elif not _MAIL.fullmatch(target):
            raise NoSubscription("bad_target")
        if not all(known(f"unit_notice.{kind}") for kind in kinds):
            raise NoSubscription("unknown_kind")
        made = Subscription(uuid4(), recipient, target, tuple(kinds), 1, at, None, None)
        row = {"id": made.id, "recipient": recipient, "target": target, "turn": 1, "at": at}
        with self._engine.begin() as connection:
            connection.execute(insert(subscriptions).values(**row, kinds=to_json(list(kinds)).decode()))
        return made

    def end(self, id_: UUID, at: datetime, why: str = "asked") -> bool:
        """Tell it nothing more; whether there was one to end."""
        mine = (subscriptions.c.id == id_, subscriptions.c.ended.is_(None))
        with self._engine.begin() as connection:
            return connection.execute(update(subscriptions).where(*mine).values(ended=at, ended_why=why)).rowcount > 0

    def turn(self, id_: UUID) -> Subscription | None:
        """Give it another secret; the old one is worth nothing from the next attempt on."""
        mine = (subscriptions.c.id == id_, subscriptions.c.ended.is_(None))
        with self._engine.begin() as connection:
            connection.execute(update(subscriptions).where(*mine).values(turn=subscriptions.c.turn + 1))
        return self.find(id_)

    def find(self, id_: UUID) -> Subscription | None:
        with looking(self._engine) as connection:
            row = connection.execute(select(subscriptions).where(subscriptions.c.id == id_)).first()
        return _read(row) if row else None

    def all(self) -> list[Subscription]:
        """Oldest first."""
        with looking(self._engine) as connection:
            return [_read(row) for row in connection.execute(select(subscriptions).order_by(subscriptions.c.at))]

    def secret(self, subscription: Subscription) -> str:
        """What its webhooks are signed with, as `whsec_…`."""
        return secret_of(bytes.fromhex(self._vault.blind("webhook", f"{subscription.id}:{subscription.turn}")))


def current(connection: Connection) -> list[Subscription]:
    """Those that are told, within the transaction that writes notices."""
    return [_read(row) for row in connection.execute(select(subscriptions).where(subscriptions.c.ended.is_(None)))]


def _read(row: Row[tuple[object, ...]]) -> Subscription:
    return Subscription(**{**row._mapping, "kinds": tuple(from_json(row.kinds))})
