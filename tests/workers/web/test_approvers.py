"""The second person of an exclusion over the API: an account that is here, and may approve."""

from collections.abc import Callable
from typing import Any

import pytest

from hotline.facts import Role
from tests.workers.web.desk import Desk
from workers.compose import House


def exclude(reviewer: Desk, number: str, approver: str) -> Any:
    return reviewer.act(number, "exclude", ground="unreasonable", reason="诉求无法律依据。", approver=approver)


@pytest.mark.parametrize("role", [Role.SUPERVISOR, Role.LEADER, Role.REVIEWER])
def test_a_colleague_with_an_account_or_a_token_approves(
    house: House, operator: Desk, reviewer: Desk, desk_of: Callable[..., Desk], role: Role
) -> None:
    """By the id that `/me` tells him; the fact says who it was."""
    by_token = desk_of(role).get("/me").json()["id"]
    by_password = house.accounts.add_user("shenpi", "long-enough-word", role).id
    for approver in (by_token, by_password):
        number = operator.receive().json()["number"]
        assert exclude(reviewer, number, approver).status_code == 200
        told = [e for e in reviewer.ticket(number)["timeline"] if e["topic"] == "ticket.excluded"]
        assert [e["details"]["approver"] for e in told] == [approver]


def test_who_is_not_here_or_may_not_approve_is_refused(
    house: House, operator: Desk, reviewer: Desk, desk_of: Callable[..., Desk]
) -> None:
    """A made-up name, an account that was shut, a token that was revoked or is for calls only, an operator, oneself:
    each refused by name, and nothing is written."""
    number = operator.receive().json()["number"]
    shut = house.accounts.add_user("tingyong", "long-enough-word", Role.SUPERVISOR).id
    house.accounts.disable_user("tingyong")
    revoked = desk_of(Role.SUPERVISOR).get("/me").json()["id"]
    house.accounts.revoke_token(revoked)
    login = house.accounts.login_of_token(house.accounts.issue_token(Role.SUPERVISOR, only="calls"))
    assert login is not None
    before = house.hotline.position()
    ids = (
        "zhang-san",
        shut,
        revoked,
        login.actor.id,
        operator.get("/me").json()["id"],
        reviewer.get("/me").json()["id"],
    )
    told = [exclude(reviewer, number, approver) for approver in ids]
    assert {answer.status_code for answer in told} == {409}
    assert [answer.json()["code"] for answer in told] == [
        *["no_such_approver"] * 4,
        "may_not_approve",
        "approve_another",
    ]
    assert house.hotline.position() == before
