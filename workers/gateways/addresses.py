"""Where a webhook may go: a public address over TLS, looked up by us and then connected to as it was looked up.

Whoever names a target could otherwise make this process knock at machines only it can reach (SSRF). The rules follow
the OWASP cheat sheet on server-side request forgery; the list of addresses is IANA's registries of special ones.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Collection
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import urlsplit

CLOSED = tuple(
    ip_network(network)
    for network in (
        "64:ff9b::/96",  # NAT64, 6to4, Teredo and IPv4-compatible addresses: an IPv4 one is hidden in each
        "64:ff9b:1::/48",
        "2002::/16",
        "2001::/32",
        "::/96",
        "192.0.0.0/24",
        "192.88.99.0/24",
        "168.63.129.16/32",  # a cloud's host machine, at a public address
    )
)
"""Refused beside everything that IANA does not list as global."""

Lookup = Callable[[str, int], list[str]]


class ForbiddenTarget(ValueError):
    """A target that we do not call; `code` says why, and names no address."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Target:
    """One URL taken apart. `host` is what certificate and Host header name; `path` begins with a slash."""

    secure: bool
    host: str
    port: int
    path: str

    @property
    def authority(self) -> str:
        """The Host header."""
        shown = f"[{self.host}]" if ":" in self.host else self.host
        return shown if self.port == (443 if self.secure else 80) else f"{shown}:{self.port}"


def target_of(url: str) -> Target:
    """A URL taken apart. Raises ForbiddenTarget: not_http, not_a_url, password_in_url."""
    if any(ord(c) <= 32 or ord(c) == 127 for c in url) or "\\" in url:
        raise ForbiddenTarget("not_a_url")
    try:
        parts = urlsplit(url)
        port = parts.port
        host = (parts.hostname or "").encode("idna").decode("ascii")
    except ValueError:  # UnicodeError is one
        raise ForbiddenTarget("not_a_url") from None
    if parts.scheme not in ("http", "https"):
        raise ForbiddenTarget("not_http")
    if not host or port == 0:
        raise ForbiddenTarget("not_a_url")
    if parts.username is not None or parts.password is not None:
        raise ForbiddenTarget("password_in_url")
    secure = parts.scheme == "https"
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if not path.isascii():
        raise ForbiddenTarget("not_a_url")
    return Target(secure, host, port or (443 if secure else 80), path)


def webhook_target(url: str, allowed: Collection[str] = ()) -> Target:
    """A target that may be subscribed to: https, unless its host (or `host:port`) is explicitly allowed.
    Raises ForbiddenTarget."""
    target = target_of(url)
    if not target.secure and not is_allowed(target, allowed):
        raise ForbiddenTarget("not_https")
    return target


def is_allowed(target: Target, allowed: Collection[str]) -> bool:
    """Whether whoever runs the hotline named this host: it may then be inside, and without TLS."""
    return target.host in allowed or f"{target.host}:{target.port}" in allowed


def resolve(target: Target, allowed: Collection[str] = (), lookup: Lookup | None = None) -> str:
    """The one address to connect to. Every address of the name must be public: one inside is one too many.
    Raises ForbiddenTarget("inside"); OSError when the name is not known."""
    found = (lookup or addresses_of)(target.host, target.port)
    if not is_allowed(target, allowed) and not all(is_public(address) for address in found):
        raise ForbiddenTarget("inside")
    return found[0]


def addresses_of(host: str, port: int) -> list[str]:
    """What the system's resolver says. Raises OSError."""
    return [str(info[4][0]) for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def is_public(address: str) -> bool:
    """Whether a packet to that address leaves every network of ours."""
    found: IPv4Address | IPv6Address = ip_address(address.partition("%")[0])
    if isinstance(found, IPv6Address) and found.ipv4_mapped is not None:
        found = found.ipv4_mapped
    if not found.is_global or found.is_multicast or found.is_reserved:
        return False
    return not any(found in network for network in CLOSED if network.version == found.version)
