"""A stretch of text that points at a person."""

from typing import Literal, NamedTuple

Kind = Literal["phone", "id_card", "plate", "bank_card", "email", "wechat", "qq", "name", "door"]


class Span(NamedTuple):
    """Places in a text, end excluded."""

    start: int
    end: int
    kind: Kind
