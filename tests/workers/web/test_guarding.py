"""Counting tries: exact when asked, and cheap however many are counted."""

import threading

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from limits import RateLimitItemPerSecond
from limits.strategies import MovingWindowRateLimiter

from hotline.facts import Role
from tests.workers.acting import receive
from tests.workers.web.desk import API
from workers.compose import House
from workers.web.api.guarding import storage_of

PASSWORD = "一个足够长的口令 2026"


def test_counting_begins_no_threads() -> None:
    """However often is counted, one thread sweeps; a limit holds at once all the same."""
    storage = storage_of("memory://")
    limiter, three = MovingWindowRateLimiter(storage), RateLimitItemPerSecond(3, 900)
    before = {thread.ident for thread in threading.enumerate()}
    taken = [limiter.hit(three, "code", str(n % 50)) for n in range(200)]
    assert taken == [True] * 150 + [False] * 50
    assert {thread.ident for thread in threading.enumerate()} <= before


def test_what_has_run_out_is_swept_away() -> None:
    """A count whose window is over is thrown away by the sweep, and one that still runs is not."""
    storage = storage_of("memory://")
    limiter = MovingWindowRateLimiter(storage)
    limiter.hit(RateLimitItemPerSecond(3, -1), "code", "over")
    limiter.hit(RateLimitItemPerSecond(3, 900), "code", "running")
    storage.timer.function()  # type: ignore[attr-defined]  # what the sweeper calls once a minute
    (left,) = (key for key, counts in storage.events.items() if counts)  # type: ignore[attr-defined]
    assert "running" in left


@pytest.mark.parametrize("blank", [" ", "\t", "\x1c", "\u3000"])
def test_blanks_around_a_name_are_no_fresh_tries(web: TestClient, house: House, blank: str) -> None:
    """However many blanks stand around it, a login name has ten wrong tries in all."""
    house.accounts.add_user("li", PASSWORD, Role.OPERATOR)
    names = [blank * before + "li" + blank * after for before in range(4) for after in range(3)]

    tries = [web.post(f"{API}/login", json={"name": name, "password": "wrong"}).status_code for name in names[:11]]

    assert tries == [401] * 10 + [429]


@pytest.mark.parametrize(
    ("one", "another", "same"),
    [("2001:db8:0:7::1", "2001:db8:0:7:ffff::2", True), ("fe80::1%eth0", "fe80::2", True),
     ("::ffff:192.0.2.1", "192.0.2.1", True), ("2001:db8:0:7::1", "2001:db8:0:8::1", False),
     ("::ffff:192.0.2.1", "::ffff:192.0.2.2", False), ("192.0.2.1", "192.0.2.2", False)],
)  # fmt: skip
def test_tries_are_counted_for_a_network_of_one_household(
    app: FastAPI, house: House, one: str, another: str, same: bool
) -> None:
    """Wrong codes from one IPv6 address count for all of its 64-bit network, which one connection has for itself; of IPv4
    each address counts alone, however it is written."""
    number = receive(house).answer["number"]
    first, second = (TestClient(app, client=(address, 50_000)) for address in (one, another))
    path, wrong = f"{API}/public/tickets/{number}", {"Query-Code": "WRONG234"}
    assert [first.get(path, headers=wrong).status_code for _ in range(6)] == [404] * 5 + [429]

    assert second.get(path, headers=wrong).status_code == (429 if same else 404)
