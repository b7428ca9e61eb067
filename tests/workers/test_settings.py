"""Settings: what follows from what, and what is refused."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from workers.settings import STORES, Settings

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(f"HOTLINE_{name.upper()}", raising=False)


def test_nothing_set_is_one_directory_of_files() -> None:
    """With nothing set, every store is a SQLite file of its own beside the log, and the bus our own."""
    settings = Settings(data=Path("/d"))
    assert settings.store == "sqlite:////d/log.db"
    assert {getattr(settings, name) for name in STORES} == {f"sqlite:////d/{name}.db" for name in STORES}
    assert settings.master_key_file == Path("/d/master.key")
    assert settings.embedded
    assert settings.nats_url is None


def test_a_store_on_postgresql_takes_the_others_along() -> None:
    """With only the log's address set, each other store is a schema of its own in the same database."""
    settings = Settings(store="postgresql://u:p@h:5432/db", vault="postgresql://u:p@vault/db")
    assert settings.vault == "postgresql://u:p@vault/db"
    assert settings.views == "postgresql://u:p@h:5432/db?options=-csearch_path%3Dhotline_views"
    assert not settings.embedded


def test_the_environment_is_read_and_an_empty_value_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """HOTLINE_* variables set it; an empty one counts as not set."""
    monkeypatch.setenv("HOTLINE_PORT", "9000")
    monkeypatch.setenv("HOTLINE_STORE", "")
    settings = Settings()
    assert settings.port == 9000
    assert settings.public_url == "http://127.0.0.1:9000"
    assert settings.store.startswith("sqlite:")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("STORE", "mysql://u:secret@h/d"),
        ("PORT", "70000"),
        ("CLOCK", "sundial"),
        ("ACCESS_KEPT_DAYS", "10"),
        ("SMS_URL", "sms.example/secret"),
        ("SMTP_URL", "http://u:secret@h"),
    ],
)
def test_what_cannot_be_used_is_refused_without_being_quoted(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    """A bad value is refused by its name; the value, which may hold a password, is not repeated."""
    monkeypatch.setenv(f"HOTLINE_{name}", value)
    with pytest.raises(ValidationError) as refused:
        Settings()
    assert name.lower() in str(refused.value)
    assert value not in str(refused.value)


def test_passwords_in_addresses_are_not_shown() -> None:
    """Printing the settings shows no address with a password in it."""
    assert "secret" not in repr(
        Settings(store="postgresql://u:secret@h/d", nats_url="nats://u:secret@h", smtp_url="smtps://u:secret@h")
    )


def test_every_setting_is_listed_for_those_who_install() -> None:
    """deploy/env.example names every setting and no other."""
    lines = (ROOT / "deploy" / "env.example").read_text(encoding="utf-8").splitlines()
    listed = {line.removeprefix("#").split("=")[0].strip() for line in lines if "HOTLINE_" in line and "=" in line}
    assert listed == {f"HOTLINE_{name.upper()}" for name in Settings.model_fields} | {"HOTLINE_NATS_SERVER"}
