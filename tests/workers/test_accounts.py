"""Accounts and tokens: who may come in."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from hotline.facts import Role
from tests.support.clock import SettableClock
from workers.accounts import AccountRefused, Accounts

PASSWORD = "一个足够长的口令 2026"


@pytest.fixture
def accounts(store_url: str, clock: SettableClock) -> Iterator[Accounts]:
    opened = Accounts.open(store_url, now=clock)
    opened.migrate()
    opened.migrate()
    yield opened
    opened.close()


def test_the_right_password_is_the_account(accounts: Accounts) -> None:
    """Whoever knows the password is the account, with its scope; anybody else is nobody."""
    made = accounts.add_user("clerk", PASSWORD, Role.UNIT_CLERK, unit="jinjiang-housing")

    assert accounts.check_password("clerk", PASSWORD) == made
    assert made.unit == "jinjiang-housing"
    assert accounts.check_password("clerk", PASSWORD + "x") is None
    assert accounts.check_password("nobody", PASSWORD) is None


def test_a_shut_account_is_worth_nothing(accounts: Accounts) -> None:
    """A disabled account can neither log in nor go on with a session."""
    made = accounts.add_user("operator", PASSWORD, Role.OPERATOR)

    assert accounts.disable_user("operator")

    assert accounts.check_password("operator", PASSWORD) is None
    assert accounts.user(made.id) is None


@pytest.mark.parametrize(
    ("name", "password", "role"),
    [("a", "short", Role.OPERATOR), (" ", PASSWORD, Role.OPERATOR), ("c", PASSWORD, Role.UNIT_CLERK),
     ("d", PASSWORD, Role.CITIZEN)],
)  # fmt: skip
def test_an_impossible_account_is_refused(accounts: Accounts, name: str, password: str, role: Role) -> None:
    """A short password, an empty name, a clerk without a unit and a citizen's account are refused; nothing is made."""
    with pytest.raises(AccountRefused):
        accounts.add_user(name, password, role)

    assert not accounts.has_users()


def test_a_login_name_is_taken_once(accounts: Accounts) -> None:
    """Two accounts never share a login name."""
    accounts.add_user("operator", PASSWORD, Role.OPERATOR)

    with pytest.raises(AccountRefused):
        accounts.add_user("operator", PASSWORD, Role.OPERATOR)


def test_a_token_is_its_actor_until_it_ends(accounts: Accounts, clock: SettableClock) -> None:
    """A token is good until its day, or until it is revoked; a made-up one never."""
    for_ever, for_a_day = accounts.issue_token(Role.REVIEWER), accounts.issue_token(Role.OPERATOR, days=1)
    first = accounts.actor_of_token(for_ever)
    assert first is not None
    assert first.role is Role.REVIEWER
    assert accounts.actor_of_token(for_a_day) is not None

    clock.advance(days=1)
    assert accounts.actor_of_token(for_a_day) is None
    assert accounts.actor_of_token(for_ever) == first
    assert accounts.revoke_token(first.id)
    assert accounts.actor_of_token(for_ever) is None
    assert accounts.actor_of_token("hl_made-up") is None


def test_a_restricted_token_is_no_actor(accounts: Accounts) -> None:
    """A token for one thing only is good for nothing else."""
    token = accounts.issue_token(Role.SYSTEM, only="calls")

    login = accounts.login_of_token(token)

    assert login is not None
    assert login.only == "calls"
    assert accounts.actor_of_token(token) is None


def test_no_secret_stands_in_the_store(accounts: Accounts) -> None:
    """Neither a password nor a token can be read from the store."""
    token = accounts.issue_token(Role.OPERATOR)
    accounts.add_user("operator", PASSWORD, Role.OPERATOR)

    with accounts._engine.connect() as connection:
        kept = str([connection.exec_driver_sql(f"SELECT * FROM accounts_{t}").all() for t in ("users", "tokens")])

    assert PASSWORD not in kept
    assert token not in kept
    assert token.removeprefix("hl_") not in kept


def test_sessions_are_signed_with_one_key(accounts: Accounts, store_url: str) -> None:
    """Every process signs sessions with the same key."""
    other = Accounts.open(store_url, now=lambda: datetime.now(UTC))

    assert other.session_key == accounts.session_key
    other.close()


def test_a_session_that_was_ended_stays_ended(accounts: Accounts, clock: SettableClock) -> None:
    """Given a session somebody signed out of, it is over until it would have run out by itself, however often he does; no other
    is touched, and what has run out is not kept."""
    until = clock() + timedelta(hours=12)
    accounts.end_session("one", until)
    accounts.end_session("one", until)

    assert (accounts.has_ended("one"), accounts.has_ended("another")) == (True, False)
    clock.advance(hours=13)
    accounts.end_session("another", clock() + timedelta(hours=12))
    assert (accounts.has_ended("one"), accounts.has_ended("another")) == (False, True)
