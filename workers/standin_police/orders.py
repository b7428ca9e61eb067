"""What the stand-in can be told to do, and how it behaves when nobody tells it: the same for the same seed."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from hotline.handoff.messages import Outcome, Urgency, Way

Seconds = Annotated[float, Field(ge=0, le=86_400)]


class _Order(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Behaviour(_Order):
    """What is done with an offer. `hear` says `received` and no more, `silent` nothing at all; `times` is how often the
    answer is sent; `progress`, `result` and `give_back` follow so many seconds after the acceptance was confirmed;
    `settle` is after how many seconds of dispute the platform that received the citizen first keeps the matter."""

    answer: Literal["accept", "dispute", "hear", "silent"] = "accept"
    after: Seconds = 0.0
    times: Annotated[int, Field(ge=1, le=5)] = 1
    progress: Seconds | None = None
    result: Seconds | None = None
    give_back: Seconds | None = None
    settle: Seconds = 10.0


class Next(Behaviour):
    """Behave like this towards the next offer that nobody has given orders for yet."""

    do: Literal["next"]


class Offer(_Order):
    """Offer a matter of our own; `first` names who received the citizen first, ourselves unless it is said."""

    do: Literal["offer"]
    text: str = "群众报警称楼下施工噪音扰民，经核实为夜间装修，属非警务求助。"
    place: str | None = "样例路 12 号"
    name: str | None = None
    phone: str | None = None
    way: Way = "push"
    danger: bool = False
    urgency: Urgency = "normal"
    first: str | None = None
    after: Seconds = 0.0
    times: Annotated[int, Field(ge=1, le=5)] = 1


class Say(_Order):
    """Say something about a matter, if it can be said by then. `return` offers it back to whoever gave it to us."""

    do: Literal["received", "accept", "dispute", "recall", "progress", "result", "return"]
    handoff: str
    after: Seconds = 0.0
    times: Annotated[int, Field(ge=1, le=5)] = 1
    words: str | None = None
    outcome: Outcome = "done"


class Away(_Order):
    """Go away: neither answer nor send, for so many seconds or until `back`."""

    do: Literal["away"]
    seconds: Seconds | None = None


class Back(_Order):
    do: Literal["back"]


class Lose(_Order):
    """Take the next messages as usual and cut the connection in place of an answer."""

    do: Literal["lose"]
    count: Annotated[int, Field(ge=1, le=1000)] = 1


Order = Next | Offer | Say | Away | Back | Lose
_ANY: TypeAdapter[Order] = TypeAdapter(Annotated[Order, Field(discriminator="do")])


def read(raw: bytes | str) -> Order:
    """One order. Raises pydantic.ValidationError."""
    return _ANY.validate_json(raw)


def read_file(path: Path) -> list[Order]:
    """One order a line; empty lines and lines that begin with # are left out. Raises pydantic.ValidationError."""
    lines = (line.strip() for line in path.read_text(encoding="utf-8").splitlines())
    return [read(line) for line in lines if line and not line.startswith("#")]


def by_chance(seed: int, handoff: str) -> Behaviour:
    """How an offer is dealt with: mostly accepted, now and then disputed, heard only, late or twice."""
    chance = Random(f"{seed}:{handoff}")
    answer: Any = chance.choices(("accept", "dispute", "hear"), (0.85, 0.1, 0.05))[0]
    after = chance.choice((0.0, chance.uniform(0, 3)))
    times = 2 if chance.random() < 0.2 else 1
    return Behaviour(answer=answer, after=after, times=times, progress=1.0, result=2.0, settle=3.0)


def mishap(seed: int, handoff: str) -> Order | None:
    """What goes wrong after an offer has come: it is away for a while, or an answer is lost."""
    chance = Random(f"mishap:{seed}:{handoff}")
    drawn = chance.random()
    if drawn < 0.05:
        return Away(do="away", seconds=chance.uniform(0.5, 3))
    return Lose(do="lose") if drawn < 0.2 else None
