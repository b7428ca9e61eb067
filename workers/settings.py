"""What may be set from outside: `HOTLINE_*` in the environment, listed in `deploy/env.example`.

With nothing set it is the embedded hotline: SQLite files in one directory, a nats-server of our own, this machine only.
With `HOTLINE_STORE=postgresql://…` every other store is a schema of its own in the same database unless it is named.
"""

from datetime import datetime
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote, urlsplit
from zoneinfo import ZoneInfo

from pydantic import AwareDatetime, Field, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

STORES = ("vault", "views", "access", "accounts", "outbox")
"""The stores beside the log. Each is apart, so that it can be backed up, guarded and thrown away on its own terms."""

_KINDS = ("sqlite", "postgresql")


class Settings(BaseSettings):
    """Frozen once read. A value that cannot be used is refused with the name of its variable and what to write instead."""

    model_config = SettingsConfigDict(
        env_prefix="HOTLINE_", frozen=True, extra="forbid", env_ignore_empty=True, hide_input_in_errors=True
    )

    data: Path = Path("var")
    """Everything the embedded hotline keeps; belongs to one running hotline at a time."""
    store: str = Field(repr=False)
    """The log, `sqlite:///path` or `postgresql://user:password@host:port/name`: the only truth."""
    vault: str = Field(repr=False)
    """Keys and names. Its backups must expire before those of the log."""
    views: str = Field(repr=False)
    access: str = Field(repr=False)
    accounts: str = Field(repr=False)
    outbox: str = Field(repr=False)
    attachments: Path
    """The directory of sealed files; all processes of one hotline share it."""
    master_key_file: Path
    """Mode 0600; made on the first start of the embedded hotline, never kept with a backup of the vault."""
    erasure_register: Path
    """What makes an erasure outlive an older backup; kept apart from the vault's backups."""
    cipher: Literal["A", "S"] = "A"
    """What new texts are sealed with: A is AES-256-GCM, S is SM4-GCM (GB/T 32907)."""
    nats_url: str | None = Field(default=None, repr=False)
    """None starts the embedded nats-server; several servers of one cluster stand with commas between them."""
    nats_replicas: int = Field(default=1, ge=1, le=5)
    """On how many servers of the cluster a message is kept; 3 needs three nodes."""
    profile: str = "sichuan-2025"
    """Name of a shipped profile, or the path of a TOML file."""
    calendar_tables: Path | None = None
    """A table of holidays, or a folder of them, for years that the library does not know yet."""
    formulas: Path | None = None
    """A city's own formulas of rates, a TOML file beside the shipped ones (docs/rates.md)."""
    host: str = "127.0.0.1"
    port: int = Field(default=8345, ge=1, le=65535)
    health_port: int | None = Field(default=None, ge=1, le=65535)
    """Where a process that runs one piece alone answers `/livez`, `/readyz` and `/metrics`; nowhere unless it is set."""
    public_url: str = ""
    """How citizens reach us: what links in messages begin with."""
    sms_url: str | None = Field(default=None, repr=False)
    """The gateway for text messages to callers (`workers.gateways.texts`); without one their messages wait."""
    sms_token_file: Path | None = None
    """Holds the gateway's bearer token; may be replaced at any time."""
    sms_per_second: float = Field(default=10.0, gt=0)
    smtp_url: str | None = Field(default=None, repr=False)
    """The server for mail to units: `smtps://`, `smtp://` (STARTTLS), or `smtp+plain://` for one on this machine."""
    smtp_from: str = "hotline@localhost"
    smtp_per_second: float = Field(default=5.0, gt=0)
    webhook_allow: str = ""
    """Hosts, or host:port, with commas between, that webhooks may reach inside and without TLS."""
    links: str = Field(default="", repr=False)
    """The platforms that matters are handed to and come from: `110=https://host/path water=nats:`, blanks between them
    (docs/handoff.md); `nats:` alone is the bus of our own."""
    link_keys: Path | None = None
    """A directory with a file for each of them, named like the platform, that holds what its messages are signed with."""
    access_kept_days: int = Field(default=366, ge=180)
    """How long it stays known who saw what; the law asks for at least half a year."""
    rate_limit_store: str = "memory://"
    """Where tries are counted (`limits` library); several web processes need one they share."""
    clock: Literal["system", "simulated"] = "system"
    clock_start: AwareDatetime = datetime(2026, 1, 1, tzinfo=ZoneInfo("Asia/Shanghai"))
    """Where a simulated clock begins on an empty log; on any other it goes on from the log's end."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"

    @model_validator(mode="before")
    @classmethod
    def _fill(cls, given: Any) -> Any:
        """What follows from `data`, `store` and `port` where it is not set."""
        data = Path(given.get("data") or cls.model_fields["data"].default)
        store = str(given.get("store") or _file(data, "log"))
        for name in STORES:
            given.setdefault(name, beside(store, data, name))
        port = given.get("port") or cls.model_fields["port"].default
        return {
            "master_key_file": data / "master.key",
            "erasure_register": data / "erasures",
            "attachments": data / "attachments",
            "public_url": f"http://127.0.0.1:{port}",
            **given,
            "store": store,
        }

    @field_validator("store", *STORES)
    @classmethod
    def _is_a_store(cls, url: str) -> str:
        if urlsplit(url).scheme not in _KINDS:
            raise ValueError("应为 sqlite:///路径 或 postgresql://… / must be sqlite:///path or postgresql://…")
        return url

    @field_validator("sms_url")
    @classmethod
    def _is_http(cls, url: str | None) -> str | None:
        if url is not None and (urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname):
            raise ValueError(
                "应为 http(s)://主机/路径，令牌另放 / must be http(s)://host/path; the token goes elsewhere"
            )
        return url

    @field_validator("links")
    @classmethod
    def _are_links(cls, links: str) -> str:
        for one in links.split():
            platform, _, address = one.partition("=")
            scheme, _, rest = address.partition(":")
            if not platform or scheme not in ("http", "https", "nats", "tls") or (scheme != "nats" and not rest):
                raise ValueError(
                    "应为 平台=地址，以空格分隔，如 110=https://主机/路径 / must be platform=address with blanks between,"
                    " such as 110=https://host/path"
                )
        return links

    @field_validator("smtp_url")
    @classmethod
    def _is_smtp(cls, url: str | None) -> str | None:
        if url is not None and urlsplit(url).scheme not in ("smtps", "smtp", "smtp+plain"):
            raise ValueError("应为 smtps://、smtp:// 或 smtp+plain:// / must be smtps://, smtp:// or smtp+plain://")
        return url

    @property
    def allowed_hosts(self) -> frozenset[str]:
        """`webhook_allow`, taken apart."""
        return frozenset(host.strip().lower() for host in self.webhook_allow.split(",") if host.strip())

    @property
    def linked(self) -> tuple[tuple[str, str], ...]:
        """`links`, taken apart: platform and address."""
        found = (one.partition("=") for one in self.links.split())
        return tuple((platform, address) for platform, _, address in found)

    @property
    def embedded(self) -> bool:
        """Whether the log is a SQLite file, which one process writes."""
        return self.store.startswith("sqlite:")

    @property
    def nats_directory(self) -> Path:
        return self.data / "nats"


def beside(store: str, data: Path, name: str) -> str:
    """The address of a store that is not set: a file beside the log, or a schema `hotline_<name>` in its database."""
    if not store.startswith("postgresql:"):
        return _file(data, name)
    joint = "&" if urlsplit(store).query else "?"
    return f"{store}{joint}options={quote(f'-csearch_path={schema_of(name)}', safe='')}"


def schema_of(name: str) -> str:
    return f"hotline_{name}"


def _file(data: Path, name: str) -> str:
    return f"sqlite:///{data / f'{name}.db'}"
