"""One stored example per fact and version: how history looks on disk, kept so that it can always be read.

python -m tests.golden_facts --new      writes what is missing and never touches what is there
"""

from __future__ import annotations

import argparse
import importlib
import pkgutil
import types
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin
from uuid import UUID

from pydantic import AwareDatetime, BaseModel

import hotline
from hotline.clocks import Reading
from hotline.facts import Actor, Cause, Fact, FactMapper, Recorded, Role, loaded_facts

FOLDER = Path(__file__).parent / "golden"
STREAM = UUID("12345000-0000-4000-8000-000000000001")
AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
_EXAMPLES: dict[Any, Any] = {
    str: "example",
    int: 3,
    bool: True,
    float: 0.5,
    UUID: STREAM,
    datetime: AT,
    date: AT.date(),
    AwareDatetime: AT,
    Reading: {
        "clock": "unit:a1",
        "limit": {"amount": 3, "unit": "working_days"},
        "runs": [{"since": AT, "until": AT}, {"since": AT}],
        "due": AT,
        "provisional": True,
        "alarms": {"red": AT},
        "stopped_at": None,
    },
}
_SEALED = "s1.A.Z29sZGVu"


def fact_classes() -> list[type[Fact]]:
    """Every fact there is, found by importing everything in `hotline`."""
    for module in pkgutil.walk_packages(hotline.__path__, "hotline."):
        if module.name.startswith("hotline.reading.learning."):
            continue  # holds no facts, and needs what only those who train a model have
        importlib.import_module(module.name)
    return sorted(set(loaded_facts()), key=lambda c: c.TOPIC)


def example(cls: type[BaseModel]) -> dict[str, Any]:
    """Values for every field, none left out where one may stand."""
    return {name: _value(f.annotation, f.metadata) for name, f in cls.model_fields.items()}


def _value(annotation: Any, metadata: list[Any]) -> Any:
    if any(getattr(m, "pattern", None) for m in metadata):
        return _SEALED
    origin, args = get_origin(annotation), get_args(annotation)
    if origin is Literal:
        return args[0]
    if origin in (Union, types.UnionType):
        return _value(next(a for a in args if a is not type(None)), metadata)
    if getattr(annotation, "__metadata__", None) is not None:
        return _value(args[0], list(annotation.__metadata__))
    if origin is tuple:
        return [_value(args[0], [])]
    if annotation not in _EXAMPLES and issubclass(annotation, BaseModel):
        return example(annotation)
    return _EXAMPLES[annotation]


def stored(cls: type[Fact]) -> bytes:
    """The example as the log would hold it."""
    recorded = Recorded(
        originator_id=STREAM,
        originator_version=1,
        recorded_at=AT,
        happened_at=AT,
        by=Actor(id="op1", role=Role.OPERATOR, team="intake-day"),
        cause=Cause(correlation_id="golden", causation_id=f"{STREAM}:1", policy="golden@1"),
        fact=cls.model_validate(example(cls)),
    )
    return FactMapper().to_stored_event(recorded).state


def path_of(topic: str, version: int) -> Path:
    return FOLDER / f"{topic}.v{version}.json"


def write_missing() -> list[Path]:
    """Golden files for facts and versions that have none; the written paths."""
    FOLDER.mkdir(exist_ok=True)
    missing = [(path_of(c.TOPIC, c.VERSION), c) for c in fact_classes() if not path_of(c.TOPIC, c.VERSION).exists()]
    for path, cls in missing:
        path.write_bytes(stored(cls) + b"\n")
    return [path for path, _ in missing]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--new", action="store_true", required=True, help="write the files that are missing")
    parser.parse_args()
    for written in write_missing():
        print(written.name)
