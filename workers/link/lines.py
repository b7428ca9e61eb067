"""Which platforms are linked, and how: the profile says who they are, the settings where, a file what proves them.

`HOTLINE_LINKS` names an address for each platform; `HOTLINE_LINK_KEYS` is a directory with a file for each, named like
the platform: one secret a line, the first signs, any of them proves, so that a secret can be changed without a gap.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from hotline.rules import Rules
from hotline.texts import say
from workers.directory import CannotStart
from workers.gateways.signing import PREFIX
from workers.settings import Settings

SHORTEST = 24
"""Bytes of a secret, after Standard Webhooks."""
SCHEMES = {"http": ("http", "https"), "nats": ("nats", "tls")}


@dataclass(frozen=True, slots=True)
class Line:
    """One linked platform. `own` is our name to it; `address` is empty for the bus of our own."""

    platform: str
    own: str
    by: str
    address: str
    secrets_file: Path

    @property
    def secrets(self) -> tuple[str, ...]:
        """Read each time: one that is replaced counts at once. Raises OSError, ValueError."""
        found = tuple(self.secrets_file.read_text(encoding="ascii").split())
        if not found or any(len(_raw(one)) < SHORTEST for one in found):
            raise ValueError(f"a secret is {PREFIX} and the base64 of {SHORTEST} bytes or more")
        return found


def linked(settings: Settings, rules: Rules) -> dict[str, Line]:
    """The platforms that are set up, by name. Raises CannotStart for a setting that does not fit the profile."""
    found = {}
    for platform, address in settings.linked:
        told = rules.platforms.lines.get(platform)
        if told is None or told.link == "none":
            _refuse("not_linked", platform=platform)
        scheme, _, rest = address.partition(":")
        if scheme not in SCHEMES[told.link]:
            _refuse("other_way", platform=platform, way=told.link)
        if settings.link_keys is None:
            _refuse("no_secrets", platform=platform)
        place = "" if told.link == "nats" and not rest else address
        line = Line(platform, rules.platforms.own, told.link, place, settings.link_keys / platform)
        try:
            assert line.secrets
        except (OSError, ValueError):
            _refuse("no_secrets", platform=platform)
        found[platform] = line
    return found


def missing(settings: Settings, rules: Rules) -> Iterator[str]:
    """Platforms the profile links to and nobody has set up: what is said to them waits."""
    there = {platform for platform, _ in settings.linked}
    for platform, told in rules.platforms.lines.items():
        if told.link != "none" and platform not in there:
            yield platform


def _raw(secret: str) -> bytes:
    try:
        return base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except binascii.Error:
        return b""


def _refuse(code: str, **slots: object) -> NoReturn:
    raise CannotStart(f"{say(f'link.{code}', 'zh', **slots)} / {say(f'link.{code}', 'en', **slots)}")
