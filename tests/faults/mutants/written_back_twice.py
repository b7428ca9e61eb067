"""What an expert writes down and sends again under its `Idempotency-Key` becomes a second entry."""

from uuid import uuid4

CAUGHT_BY = "experts were told the truth"
ONLY = ("kill clock", "kill notify")
FAULTS = 8
PACE = 2.5
ASKERS = 4


def apply() -> None:
    from workers.web.api import knowledge

    setattr(knowledge, "uuid5", lambda *_: uuid4())  # noqa: B010  # a name it imports, not its own
    setattr(knowledge, "key_of", lambda _house, _scope, given, *_: None if given is None else _new())  # noqa: B010


def _new() -> object:
    from hotline.writing import Key

    return Key(key=f"mutant:{uuid4()}", body_hash="")
