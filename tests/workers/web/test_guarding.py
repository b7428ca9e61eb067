"""Counting tries: exact when asked, and cheap however many are counted."""

import threading

from limits import RateLimitItemPerSecond
from limits.strategies import MovingWindowRateLimiter

from workers.web.api.guarding import storage_of


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
