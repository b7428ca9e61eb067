"""What holds for the whole interface: bodies are JSON, and too many logins or requests from one place are turned away."""

from functools import lru_cache
from ipaddress import IPv6Address, IPv6Network
from threading import Timer
from urllib.parse import urlsplit

from fastapi import Request
from limits import RateLimitItem, RateLimitItemPerHour, RateLimitItemPerMinute, RateLimitItemPerSecond
from limits.storage import MemoryStorage, Storage, storage_from_string
from limits.strategies import MovingWindowRateLimiter

from hotline.command import Refused
from hotline.rules import Rules

LOGIN_FAILURES = RateLimitItemPerMinute(10, 15)
"""Wrong passwords for one name from one address.  (ours)"""
LOGINS_FAILED = RateLimitItemPerMinute(100, 15)
"""Wrong passwords from one address, behind which a whole call centre may sit.  (ours)"""
REQUESTS = RateLimitItemPerHour(30)
"""Requests filed from one address: a family or an office behind one router, not a flood.  (ours)"""
SWEEP_SECONDS = 60.0
"""How often counts that have run out are thrown away; whether one has is looked at whenever it is asked for.  (ours)"""


async def json_only(request: Request) -> None:
    """A body is JSON and says so.  Raises Refused ``wrong_content_type``."""
    sends = request.headers.get("content-length", "0") != "0" or "transfer-encoding" in request.headers
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if sends and kind != "application/json":
        raise Refused("wrong_content_type")


def from_here(request: Request) -> None:
    """What a page of ours sends, not one of another site's: a cookie proves nothing where another page made the browser send
    it, and a sibling of our domain can.  Raises Refused ``other_origin``.

    Browsers say where a request was sent from; programs that say nothing send no cookies either.
    """
    origin = request.headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != request.headers.get("host"):
        raise Refused("other_origin")


def address_of(request: Request) -> str:
    """Where a request comes from, as tries are counted; the server in front must pass it on
    (``uvicorn --forwarded-allow-ips``)."""
    host = request.client.host if request.client else "-"
    return _household(host) if ":" in host else host


@lru_cache(maxsize=4096)
def _household(host: str) -> str:
    """The network of 64 bits an IPv6 address lies in: one connection has all of it, RFC 6177 and RFC 4291."""
    try:
        address = IPv6Address(host.partition("%")[0])
    except ValueError:
        return host
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(IPv6Network((int(address), 64), strict=False))


class _Sweeper(Timer):
    """Sweeps again and again.  The library would begin a thread that looks through all counts after nearly every hit:
    a third of what a look-up costs, and the more the more addresses try."""

    def __init__(self, storage: MemoryStorage) -> None:
        super().__init__(SWEEP_SECONDS, storage._MemoryStorage__expire_events)  # type: ignore[attr-defined]
        self.daemon = True

    def run(self) -> None:
        while not self.finished.wait(self.interval):
            self.function()


def storage_of(uri: str) -> Storage:
    """Where tries are counted: ``memory://`` for one process, else what `limits` knows.  Raises its ConfigurationError."""
    storage = storage_from_string(uri)
    assert isinstance(storage, Storage), "the ways of `limits` that are for the loop alone are not ours"
    if isinstance(storage, MemoryStorage):
        storage.timer.cancel()
        storage.timer = _Sweeper(storage)
        storage.timer.start()
    return storage


class Tries:
    """Counts what must not be tried without end.  Only addresses and ticket numbers are kept, for the window alone."""

    def __init__(self, storage: str, rules: Rules) -> None:
        self._limiter = MovingWindowRateLimiter(storage_of(storage))
        window = rules.public.window
        seconds = {"seconds": 1, "minutes": 60, "hours": 3600, "days": 86_400}.get(window.unit, 86_400) * window.amount
        self._minutes = max(1, seconds // 60)
        self._pair: RateLimitItem = RateLimitItemPerSecond(rules.public.tries, seconds)
        self._address: RateLimitItem = RateLimitItemPerSecond(rules.public.tries_per_address, seconds)

    def before_code(self, number: str, address: str) -> None:
        """Count a try with a query code before it is judged, so that many at once are no way around the limit.
        Raises Refused ``too_many_tries``, whether the number exists or not."""
        if not self._limiter.test(self._address, "codes", address) or not self._limiter.hit(
            self._pair, "code", number, address
        ):
            raise Refused("too_many_tries", minutes=self._minutes)

    def after_code(self, number: str, address: str, *, right: bool) -> None:
        """A right code wipes the slate of its own pair; a wrong one counts for the address too."""
        if right:
            self._limiter.clear(self._pair, "code", number, address)
        else:
            self._limiter.hit(self._address, "codes", address)

    def before_login(self, name: str, address: str) -> None:
        """Raises Refused ``too_many_requests`` after too many wrong passwords."""
        if not self._limiter.hit(LOGIN_FAILURES, "login", name, address) or not self._limiter.test(
            LOGINS_FAILED, "logins", address
        ):
            raise Refused("too_many_requests", retry_after=900)

    def after_login(self, name: str, address: str, *, right: bool) -> None:
        """The right password wipes the slate of its own name; a wrong one counts for the address too."""
        if right:
            self._limiter.clear(LOGIN_FAILURES, "login", name, address)
        else:
            self._limiter.hit(LOGINS_FAILED, "logins", address)

    def request_filed(self, address: str) -> None:
        """Count one request filed in public.  Raises Refused ``too_many_requests``."""
        if not self._limiter.hit(REQUESTS, "file", address):
            raise Refused("too_many_requests", retry_after=3600)
