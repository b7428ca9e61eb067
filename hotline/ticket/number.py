"""Ticket numbers: the day, an opaque part and a check digit; and the stream that makes each number unique.

``YYMMDD`` + seven digits drawn at random + one check digit (ISO 7064 MOD 11,10), fourteen digits in all.  The opaque
part tells nobody how many requests a day has.  A number is claimed by a stream of exactly one fact whose id is
made of the number, in the same transaction as the ticket: two tickets can never bear the same one.
"""

from __future__ import annotations

import re
import secrets
from datetime import datetime
from typing import ClassVar
from uuid import NAMESPACE_URL, UUID, uuid5

from hotline.facts import Fact

CODE_LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
"""Letters of a query code: none that look or sound alike."""
_FORM = re.compile(r"\d{14}", re.ASCII)


class NumberTaken(Exception):
    """Another ticket bears this number; draw again.  With 9,000 requests a day it happens a few times daily."""


class NumberClaimed(Fact):
    """This number belongs to this ticket."""

    TOPIC: ClassVar[str] = "number.claimed"
    number: str
    ticket: UUID


def draw(at: datetime) -> str:
    """A number for a ticket received at ``at``."""
    body = f"{at:%y%m%d}{secrets.randbelow(10**7):07d}"
    return body + str(_check_digit(body))


def draw_code() -> str:
    """A query code of eight letters, about 39 bits; the tries per ticket are limited as well."""
    return "".join(secrets.choice(CODE_LETTERS) for _ in range(8))


def is_number(text: str) -> bool:
    """Whether ``text`` can be a ticket number at all: its form and its check digit."""
    return _FORM.fullmatch(text) is not None and int(text[-1]) == _check_digit(text[:-1])


def stream_of(number: str) -> UUID:
    """The stream in which this number is claimed."""
    return uuid5(NAMESPACE_URL, f"hotline:number:{number}")


def _check_digit(body: str) -> int:
    rest = 10
    for digit in body:
        rest = (rest + int(digit)) % 10 or 10
        rest = rest * 2 % 11
    return (11 - rest) % 10
