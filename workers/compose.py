"""THE composition root: settings in, one house out. Nothing else opens a store."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from hotline.application import Hotline
from hotline.rates import catalogue, grading
from hotline.rates.catalogue import Catalogue
from hotline.reading.ready import Ready
from hotline.rules import ProfileError, Rules, load
from hotline.vault import MasterKey, MasterKeyUnusable, Options, Vault
from projections.access import AccessLog
from projections.follow import keep_up
from projections.registry import VIEWS
from projections.view import Views
from workers.accounts import Accounts
from workers.attachments import Attachments
from workers.outbox import Outbox
from workers.settings import STORES, Settings, schema_of
from workers.simulated import Clock

_MIGRATING = (12345, 0)
"""The advisory lock on PostgreSQL that lets one process make tables at a time."""


@dataclass(frozen=True)
class House:
    """Everything a process of the hotline works with. `now` is the one clock; a simulated one is a `simulated.Clock`."""

    settings: Settings
    hotline: Hotline
    views: Views
    access: AccessLog
    accounts: Accounts
    outbox: Outbox
    now: Callable[[], datetime]
    read: Ready
    """What reads requests; made when it is first needed."""
    formulas: Catalogue

    @property
    def rules(self) -> Rules:
        return self.hotline.rules

    @property
    def attachments(self) -> Attachments:
        return Attachments(self.settings.attachments)

    @property
    def vault(self) -> Vault:
        return self.hotline.vault

    def catch_up(self) -> int:
        """Bring all views to the end of the log, here and now; returns how many facts were read for it (tests, CLI)."""
        return keep_up(self.views, tuple(VIEWS.values()), self.hotline.facts_after)

    def close(self) -> None:
        """Give every store back. Nobody may work in the house any more."""
        for store in (self.outbox, self.accounts, self.access, self.views, self.vault, self.hotline):
            store.close()


def build(settings: Settings, *, now: Callable[[], datetime] | None = None, create: bool = True) -> House:
    """Open every store. With `create`, what is missing is made: directory, master key, tables; safe from several places.

    Raises hotline.rules.ProfileError, hotline.vault.MasterKeyUnusable, RegisterDamaged, FileNotFoundError (no master key).
    """
    rules = load(settings.profile, calendar_tables=settings.calendar_tables)
    formulas = catalogue.load(settings.formulas)
    if mistakes := tuple(grading.unknown(rules.bulletin, formulas)):
        raise ProfileError(mistakes)
    clock = now or _clock(settings)
    with _making(settings) if create else _nothing():
        vault = _open_vault(settings, clock, create)
        read = Ready(rules)
        views, access, accounts, outbox = _open_rest(settings, vault, create)
        hotline = Hotline(
            settings.store, rules=rules, vault=vault, now=clock, create=create, staff=accounts.account, read=read
        )
        if isinstance(clock, Clock):
            _go_on(clock, hotline)
        return House(settings, hotline, views, access, accounts, outbox, now=clock, read=read, formulas=formulas)


def _open_rest(settings: Settings, vault: Vault, create: bool) -> tuple[Views, AccessLog, Accounts, Outbox]:
    views, access = Views.open(settings.views), AccessLog.open(settings.access)
    accounts, outbox = Accounts.open(settings.accounts), Outbox.open(settings.outbox, vault)
    if create:
        for store in (views, access, accounts, outbox):
            store.migrate()
    return views, access, accounts, outbox


def _clock(settings: Settings) -> Callable[[], datetime]:
    return Clock(settings.clock_start) if settings.clock == "simulated" else _utc_now


def _utc_now() -> datetime:
    return datetime.now(UTC)


def _go_on(clock: Clock, hotline: Hotline) -> None:
    """A simulated clock takes up where the log ends: time is never written twice."""
    end = hotline.position()
    for last in hotline.facts_after(end - 1, 1) if end else ():
        clock.set(last.recorded_at)


def _open_vault(settings: Settings, clock: Callable[[], datetime], create: bool) -> Vault:
    path = settings.master_key_file
    fresh = create and not path.exists()
    master = MasterKey.create(path) if fresh else MasterKey.load(path)
    try:
        options = Options(cipher=settings.cipher, clock=clock, foreseen=isinstance(clock, Clock))
        vault = Vault.open(settings.vault, master, settings.erasure_register, options)
        if create:
            vault.migrate()
    except MasterKeyUnusable:
        if fresh:  # the vault was made with another key that is not here: ours would only stand in its way
            path.unlink()
        raise
    return vault


@contextmanager
def _making(settings: Settings) -> Iterator[None]:
    """Room for what is to be made: the directory, the schemas, and no other process making the same."""
    settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    if settings.embedded:
        yield
        return
    import psycopg
    from psycopg.sql import SQL, Identifier

    with psycopg.connect(settings.store, autocommit=True) as admin:
        admin.execute("SELECT pg_advisory_lock(%s, %s)", _MIGRATING)
        for name in STORES:
            if schema_of(name) in getattr(settings, name):
                admin.execute(SQL("CREATE SCHEMA IF NOT EXISTS {}").format(Identifier(schema_of(name))))
        yield


@contextmanager
def _nothing() -> Iterator[None]:
    yield
