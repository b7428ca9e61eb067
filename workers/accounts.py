"""Who may work here: local accounts with passwords, and API tokens, in a store of their own.

Passwords are kept as argon2id hashes (m = 19 MiB, t = 2, OWASP's first choice), tokens as SHA-256: a token is 256 random
bits, so nothing slower is needed.  An account's ``id`` stands in facts and logs; its login name does not.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from threading import Semaphore
from typing import Any, Self

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import Engine, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from hotline.databases import looking
from hotline.facts import Actor, Role
from workers.accounts_sessions import SCOPED, Sessions, end_all, of_row
from workers.accounts_tables import connect, create_all, tokens, users

PASSWORD_SHORTEST = 10
TOKEN_PREFIX = "hl_"

_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_at_once = Semaphore(4)
"""Passwords checked at the same time: each takes 19 MiB, and a crowd at the door must not take all memory."""


class AccountRefused(ValueError):
    """An account or token that cannot be made; the sentence says what to do."""


@dataclass(frozen=True, slots=True)
class Login:
    """Who a token stands for.  ``only`` names the one thing a restricted token is good for, such as ``calls``."""

    actor: Actor
    only: str | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """An account or a token in a list.  ``name`` is the login name, or what a token is restricted to; ``shut_at`` when it
    was disabled or revoked; ``ends_at`` when a token runs out."""

    actor: Actor
    name: str | None
    made_at: datetime
    shut_at: datetime | None
    ends_at: datetime | None


class Accounts(Sessions):
    """Local accounts and API tokens.  ``now`` is the real time, also when the hotline's clock is a simulated one."""

    def __init__(self, engine: Engine, now: Callable[[], datetime]) -> None:
        super().__init__(engine, now)
        self._nobody = _hasher.hash(secrets.token_urlsafe())
        self.shut_out = 0
        """How often this process has shut an account or ended a token: whoever remembers a login looks again."""

    @classmethod
    def open(cls, url: str, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> Self:
        """Open ``sqlite:///…`` or ``postgresql://…``."""
        return cls(connect(url), now)

    def migrate(self) -> None:
        """Create what is missing; harmless when nothing is."""
        create_all(self._engine, session_key=secrets.token_urlsafe(48))

    def close(self) -> None:
        self._engine.dispose()

    # -- people ----------------------------------------------------------------------------------------------------
    def add_user(
        self,
        name: str,
        password: str,
        role: Role,
        *,
        unit: str | None = None,
        district: str | None = None,
        team: str | None = None,
    ) -> Actor:
        """A new account that logs in with ``name``.  Raises AccountRefused."""
        if not login_name(name) or len(name) > 64:
            raise AccountRefused("登录名应为 1 至 64 个字符 / a login name has 1 to 64 characters")
        actor = _actor(f"u{secrets.token_hex(6)}", role, unit, district, team)
        row = {"name": login_name(name), "password": _kept(password), "created_at": self.now(), **_columns(actor)}
        try:
            with self._engine.begin() as connection:
                connection.execute(insert(users).values(**row))
        except IntegrityError as taken:
            raise AccountRefused("登录名已被使用，请换一个 / this login name is taken; choose another") from taken
        return actor

    def check_password(self, name: str, password: str) -> Actor | None:
        """The account, or None.  An unknown name takes as long as a wrong password."""
        with looking(self._engine) as connection:
            row = connection.execute(select(users).where(users.c.name == login_name(name))).mappings().first()
        with _at_once:
            right = _verified(row["password"] if row else self._nobody, password)
        return of_row(row) if row and right and row["disabled_at"] is None else None

    def user(self, actor_id: str) -> Actor | None:
        """An account that has not been shut."""
        shut = users.c.disabled_at.is_not(None)
        with looking(self._engine) as connection:
            row = connection.execute(select(users).where(users.c.id == actor_id, ~shut)).mappings().first()
        return of_row(row) if row else None

    def account(self, actor_id: str) -> Actor | None:
        """Who works here under that id, with an account or an unrestricted token; None when shut, ended or unknown."""
        held = tokens.c.revoked_at.is_(None), tokens.c.only.is_(None)
        with looking(self._engine) as connection:
            row = connection.execute(select(tokens).where(tokens.c.id == actor_id, *held)).mappings().first()
        if row is not None and (row["expires_at"] is None or _aware(row["expires_at"]) > self.now()):
            return of_row(row)
        return self.user(actor_id)

    def disable_user(self, name: str) -> bool:
        """Shut an account: its password and its running sessions are worth nothing from now on."""
        return self._change(name, disabled_at=self.now())

    def enable_user(self, name: str) -> bool:
        """Open a shut account again; sessions from before stay worth nothing."""
        return self._change(name, disabled_at=None)

    def set_password(self, name: str, password: str) -> bool:
        """Another password for an account; sessions that the old one began are over.  Raises AccountRefused."""
        return self._change(name, password=_kept(password))

    def _change(self, name: str, **values: Any) -> bool:
        """Change an account and end its sessions, in one; False when there is none of that name."""
        with self._engine.begin() as connection:
            mine = users.c.name == login_name(name)
            done = connection.execute(update(users).where(mine).values(**values)).rowcount > 0
            for id_ in connection.scalars(select(users.c.id).where(mine)).all():
                end_all(connection, id_)
        self.shut_out += 1
        return done

    def has_users(self) -> bool:
        with looking(self._engine) as connection:
            return bool(connection.scalar(select(func.count()).select_from(users)))

    def listed_users(self) -> list[Entry]:
        """Every account, in the order they were made."""
        with looking(self._engine) as connection:
            rows = connection.execute(select(users).order_by(users.c.created_at, users.c.id)).mappings().all()
        return [Entry(of_row(row), row["name"], row["created_at"], row["disabled_at"], None) for row in rows]

    # -- programs --------------------------------------------------------------------------------------------------
    def issue_token(
        self,
        role: Role,
        *,
        unit: str | None = None,
        district: str | None = None,
        team: str | None = None,
        only: str | None = None,
        days: int | None = None,
        known_as: str | None = None,
    ) -> str:
        """A new API token, shown this once; ``days`` is how long it is good, None until revoked; ``known_as`` is an id to
        stand in facts, of simulated people.  Raises AccountRefused."""
        token = TOKEN_PREFIX + secrets.token_urlsafe(32)
        actor = _actor(known_as or f"t{secrets.token_hex(6)}", role, unit, district, team)
        ends = self.now() + timedelta(days=days) if days else None
        row = {"hash": _hash(token), "only": only, "created_at": self.now(), "expires_at": ends, **_columns(actor)}
        with self._engine.begin() as connection:
            connection.execute(insert(tokens).values(**row))
        return token

    def listed_tokens(self) -> list[Entry]:
        """Every token that was issued, without what it opens with, in the order they were issued."""
        with looking(self._engine) as connection:
            rows = connection.execute(select(tokens).order_by(tokens.c.created_at, tokens.c.id)).mappings().all()
        return [Entry(of_row(r), r["only"], r["created_at"], r["revoked_at"], r["expires_at"]) for r in rows]

    def login_of_token(self, token: str) -> Login | None:
        """Whom an API token stands for; None when it is unknown, revoked or has run out."""
        with looking(self._engine) as connection:
            row = connection.execute(select(tokens).where(tokens.c.hash == _hash(token))).mappings().first()
        if row is None or row["revoked_at"] is not None:
            return None
        if row["expires_at"] is not None and _aware(row["expires_at"]) <= self.now():
            return None
        return Login(of_row(row), row["only"])

    def actor_of_token(self, token: str) -> Actor | None:
        """The actor of an unrestricted API token."""
        login = self.login_of_token(token)
        return login.actor if login and login.only is None else None

    def revoke_token(self, actor_id: str) -> bool:
        """End a token by the id of its actor; False when no token of that id is still held."""
        with self._engine.begin() as connection:
            held = tokens.c.id == actor_id, tokens.c.revoked_at.is_(None)
            done = connection.execute(update(tokens).where(*held).values(revoked_at=self.now()))
        self.shut_out += 1
        return done.rowcount > 0


def _actor(id_: str, role: Role, unit: str | None, district: str | None, team: str | None) -> Actor:
    if role is Role.UNIT_CLERK and unit is None:
        raise AccountRefused("经办人账号须指明承办单位（--unit） / a unit clerk needs a unit (--unit)")
    if role is Role.CITIZEN:
        raise AccountRefused("市民不需要账号，请另选角色 / citizens need no account; choose another role")
    return Actor(id=id_, role=role, unit=unit, district=district, team=team)


def login_name(typed: str) -> str:
    """The one form of a login name, whatever blanks were typed around it."""
    return typed.strip()


def _kept(password: str) -> str:
    if len(password) < PASSWORD_SHORTEST:
        raise AccountRefused(
            f"密码至少 {PASSWORD_SHORTEST} 位，请换一个 / use a password of at least {PASSWORD_SHORTEST} characters"
        )
    return _hasher.hash(password)


def _columns(actor: Actor) -> dict[str, Any]:
    return {"id": actor.id, "role": actor.role.value, **{name: getattr(actor, name) for name in SCOPED}}


def _verified(kept: str, password: str) -> bool:
    try:
        return _hasher.verify(kept, password)
    except (VerificationError, InvalidHashError):
        return False


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _aware(at: datetime) -> datetime:
    return at if at.tzinfo else at.replace(tzinfo=UTC)
