"""Where webhooks may go: the table of what is refused, and that what was looked up is what is called."""

from __future__ import annotations

import pytest

from workers.gateways.addresses import ForbiddenTarget, is_public, resolve, target_of, webhook_target

INSIDE = [
    "127.0.0.1", "127.8.9.1", "0.0.0.0", "10.1.2.3", "172.16.0.1", "172.31.255.254", "192.168.1.1", "169.254.169.254",
    "100.64.0.1", "100.100.100.200", "192.0.0.192", "198.18.0.1", "192.0.2.1", "224.0.0.1", "240.0.0.1",
    "255.255.255.255", "168.63.129.16", "192.88.99.1", "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1",
    "fd00:ec2::254", "ff02::1", "2001:db8::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254",
    "64:ff9b::7f00:1", "64:ff9b:1::a00:1", "2002:7f00:1::", "2001:0:7f00:1::", "::7f00:1",
]  # fmt: skip
OUTSIDE = ["1.1.1.1", "114.114.114.114", "223.5.5.5", "2606:4700:4700::1111", "2400:3200::1", "::ffff:1.1.1.1"]


@pytest.mark.parametrize("address", INSIDE)
def test_an_address_inside_is_refused(address: str) -> None:
    """Loopback, private, link-local, shared, metadata, reserved, and every way to hide one of these in an IPv6 address."""
    assert not is_public(address)


@pytest.mark.parametrize("address", OUTSIDE)
def test_an_address_outside_is_not(address: str) -> None:
    """Public ones of both families."""
    assert is_public(address)


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("http://example.org/x", "not_https"),
        ("ftp://example.org/x", "not_http"),
        ("file:///etc/passwd", "not_http"),
        ("gopher://example.org/", "not_http"),
        ("//example.org/x", "not_http"),
        ("https:///x", "not_a_url"),
        ("https://user@example.org/", "password_in_url"),
        ("https://user:pw@example.org/", "password_in_url"),
        ("https://example.org:99999/", "not_a_url"),
        ("https://example.org:0/", "not_a_url"),
        ("https://example.org/a b", "not_a_url"),
        ("https://example.org\\@evil.example/", "not_a_url"),
        ("https://example.org/\r\nX-Evil: 1", "not_a_url"),
        ("https://[::1/", "not_a_url"),
        ("https://" + "a" * 64 + ".example/", "not_a_url"),
    ],
)
def test_a_url_that_is_no_target_is_refused(url: str, code: str) -> None:
    """By a code that says what to mend, and does not repeat the address."""
    with pytest.raises(ForbiddenTarget) as refused:
        webhook_target(url)
    assert refused.value.code == code
    assert "example" not in str(refused.value)


@pytest.mark.parametrize(
    "url",
    ["https://2130706433/", "https://0x7f.1/", "https://017700000001/", "https://127.1/", "https://[::ffff:7f00:1]/"],
)
def test_no_spelling_of_a_number_gets_inside(url: str) -> None:
    """However loopback is written, the system's resolver is asked what it means, and that is refused."""
    with pytest.raises((ForbiddenTarget, OSError)):
        resolve(webhook_target(url))


def test_one_address_inside_is_one_too_many() -> None:
    """A name with a public and a private address is refused, whatever their order."""
    target = webhook_target("https://both.example/")
    for found in (["1.1.1.1", "10.0.0.1"], ["10.0.0.1", "1.1.1.1"]):
        with pytest.raises(ForbiddenTarget):
            resolve(target, lookup=lambda host, port, found=found: found)  # type: ignore[misc]
    assert resolve(target, lookup=lambda host, port: ["1.1.1.1", "2606:4700:4700::1111"]) == "1.1.1.1"


def test_only_who_is_named_may_be_inside_and_without_tls() -> None:
    """A host or host:port in the setting, exactly; its other ports and its neighbours are not allowed by it."""
    allowed = {"127.0.0.1:9099", "inner.example"}
    assert resolve(webhook_target("http://127.0.0.1:9099/x", allowed), allowed) == "127.0.0.1"
    assert not webhook_target("http://inner.example/x", allowed).secure
    for url in ("http://127.0.0.1:9098/x", "http://127.0.0.1/x", "http://not-inner.example/x"):
        with pytest.raises(ForbiddenTarget):
            webhook_target(url, allowed)


def test_what_is_asked_for_stands_in_the_request() -> None:
    """Host header and path are those of the URL; an international name is spelled as the network wants it."""
    target = target_of("https://例子.example:8443/a?b=c#d")
    assert (target.authority, target.path) == ("xn--fsqu00a.example:8443", "/a?b=c")
    assert target_of("http://[2001:db8::1]/").authority == "[2001:db8::1]"
