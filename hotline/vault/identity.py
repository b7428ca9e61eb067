"""Who a person is: the only record of a name and a number in the whole house."""

from dataclasses import asdict, dataclass, field
from json import dumps, loads
from typing import Literal
from uuid import UUID

PersonId = UUID
"""Stands in facts in place of a person; says nothing by itself."""

PersonKind = Literal["person", "enterprise"]


@dataclass(frozen=True)
class Identity:
    """A person or enterprise as given on the line; `repr` shows no part of it."""

    person_id: PersonId
    name: str | None = field(repr=False)
    phone: str | None = field(repr=False)
    id_number: str | None = field(default=None, repr=False)
    kind: PersonKind = field(default="person", repr=False)

    def to_bytes(self) -> bytes:
        """What is sealed."""
        told = asdict(self)
        del told["person_id"]
        return dumps(told, ensure_ascii=False).encode()

    @classmethod
    def from_bytes(cls, person_id: PersonId, raw: bytes) -> "Identity":
        """The reverse of `to_bytes`."""
        return cls(person_id=person_id, **loads(raw))
