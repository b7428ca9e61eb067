"""`hotline user` and `hotline token`, as an administrator shuts somebody out with them."""

from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient
from typer.testing import CliRunner, Result

from hotline.facts import Role
from tests.workers.web.conftest import app, web
from tests.workers.web.desk import API
from workers.cli import app as hotline
from workers.compose import House

__all__ = ["app", "web"]
NAME, PASSWORD, OTHER = "li", "一个足够长的口令 2026", "另一个足够长的口令 2026"
Run = Callable[..., Result]


@pytest.fixture
def run(house: House, monkeypatch: pytest.MonkeyPatch) -> Run:
    """A command of another process over the same stores: here nobody is told that somebody was shut out."""
    monkeypatch.setenv("HOTLINE_DATA", str(house.settings.data))
    monkeypatch.setattr("workers.web.auth.REMEMBERED", 0.0)

    def run_(*words: str, given: str | None = None) -> Result:
        return CliRunner().invoke(hotline, words, input=given)

    return run_


@pytest.fixture
def session(house: House, web: TestClient) -> dict[str, str]:
    house.accounts.add_user(NAME, PASSWORD, Role.SUPERVISOR)
    return log_in(web, PASSWORD)


def log_in(web: TestClient, password: str) -> dict[str, str]:
    answer = web.post(f"{API}/login", json={"name": NAME, "password": password})
    return {"Authorization": f"Bearer {answer.json().get('token')}"}


def status(web: TestClient, headers: dict[str, str]) -> int:
    return web.get(f"{API}/me", headers=headers).status_code


def test_a_disabled_account_is_out_and_its_old_sessions_never_come_back(
    web: TestClient, session: dict[str, str], run: Run
) -> None:
    """Given somebody at work, when `user disable` is said, then session and password are worth nothing; `user enable` lets
    him log in anew, and the session from before stays worth nothing."""
    assert status(web, session) == 200

    assert run("user", "disable", "--name", NAME).exit_code == 0
    assert status(web, session) == 401
    assert status(web, log_in(web, PASSWORD)) == 401
    assert "停用" in run("user", "list").stdout

    assert run("user", "enable", "--name", f" {NAME} ").exit_code == 0
    assert status(web, log_in(web, PASSWORD)) == 200
    assert status(web, session) == 401


def test_another_password_ends_the_sessions_of_the_old_one(web: TestClient, session: dict[str, str], run: Run) -> None:
    """A changed password, given or made, is the only one that opens, and nobody goes on with a session of the old one."""
    assert run("user", "password", "--name", NAME, "--password-stdin", given="short\n").exit_code == 1
    assert status(web, session) == 200

    changed = run("user", "password", "--name", NAME, "--password-stdin", given=f"{OTHER}\n")
    assert (changed.exit_code, changed.stdout) == (0, "")
    assert status(web, session) == 401
    assert status(web, log_in(web, PASSWORD)) == 401
    assert status(web, log_in(web, OTHER)) == 200

    made = run("user", "password", "--name", NAME).stdout.strip()
    assert status(web, log_in(web, made)) == 200


def test_a_token_is_revoked_by_the_id_it_was_issued_with(web: TestClient, run: Run) -> None:
    """`token issue` tells the id beside the token, `token list` shows it and never the token, `token revoke` ends it."""
    issued = run("token", "issue", "--role", "operator", "--days", "3")
    token, id_ = issued.stdout.strip(), issued.stderr.split()[-1]
    headers = {"Authorization": f"Bearer {token}"}
    assert status(web, headers) == 200
    shown = run("token", "list").stdout
    assert id_ in shown
    assert "good until" in shown
    assert token not in shown

    assert run("token", "revoke", id_).exit_code == 0

    assert status(web, headers) == 401
    assert "shut" in run("token", "list").stdout


@pytest.mark.parametrize(
    "words",
    [("user", "disable", "--name", "nobody"), ("user", "enable", "--name", "nobody"),
     ("user", "password", "--name", "nobody"), ("token", "revoke", "t-nobody")],
)  # fmt: skip
def test_whoever_does_not_exist_is_said_not_to(run: Run, words: tuple[str, ...]) -> None:
    """A wrong name or id ends the command with 1 and a sentence: nobody believes somebody shut out who is not."""
    told = run(*words)
    assert told.exit_code == 1
    assert "There is no such" in told.stderr or "No token of this id" in told.stderr
    assert told.stdout == ""
