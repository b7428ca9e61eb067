"""A bearer is remembered for a moment, and no longer than that."""

from pathlib import Path

import pytest

from hotline.facts import Role
from workers.accounts import Accounts
from workers.web import auth
from workers.web.auth import REMEMBERED, Logins


@pytest.fixture
def accounts(tmp_path: Path) -> Accounts:
    found = Accounts.open(f"sqlite:///{tmp_path}/accounts.db")
    found.migrate()
    return found


def test_who_is_shut_out_here_is_out_at_once(accounts: Accounts) -> None:
    """Given a remembered token, when this process revokes it, then it is remembered no more."""
    logins, token = Logins(accounts), accounts.issue_token(Role.SUPERVISOR)
    login = logins.look_up(token)
    assert login is not None
    assert logins.remembered(token) == login
    accounts.revoke_token(login.actor.id)
    assert logins.remembered(token) is None
    assert logins.look_up(token) is None


def test_who_is_shut_out_elsewhere_is_out_a_second_later(
    accounts: Accounts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Given a remembered token, when another process revokes it, then it is good for one second at the most."""
    now = 100.0
    monkeypatch.setattr(auth, "monotonic", lambda: now)
    logins, token = Logins(accounts), accounts.issue_token(Role.SUPERVISOR)
    login = logins.look_up(token)
    assert login is not None
    elsewhere = Accounts.open(f"sqlite:///{tmp_path}/accounts.db")
    elsewhere.revoke_token(login.actor.id)
    now += REMEMBERED
    assert logins.remembered(token) is None
    assert logins.look_up(token) is None


def test_a_stranger_is_not_remembered(accounts: Accounts) -> None:
    """Given a token nobody issued, when it is tried, then nothing of it stays."""
    logins = Logins(accounts)
    assert logins.look_up("hl_nobody") is None
    assert logins.remembered("hl_nobody") is None
