"""The description of the bus (AsyncAPI 3), made of the facts themselves: `python -m workers.asyncapi > docs/asyncapi.json`.

A message's body is the fact exactly as it is stored, of the newest version or an older one; readers that keep to
`version` and to names they know are never surprised.
"""

from __future__ import annotations

import importlib
import json
import pkgutil
from typing import Any

from pydantic.json_schema import models_json_schema

import hotline
from hotline.facts import Actor, Cause, Fact, loaded_facts
from workers.bus import DEAD, DEAD_STREAM, STREAM
from workers.notifier import NAME
from workers.wire import FACTS, POSITION, SOURCE, subject

DESCRIPTION = """\
每一条事实（CloudEvents 1.0 二进制模式）按日志顺序进入 JetStream。 Every fact, in the order of the log, as CloudEvents 1.0 in
binary mode on JetStream. The stream is a copy of the log that is rebuilt when it was lost: a fact may come again, so keep
the `ce-id` of what you have dealt with. Nothing personal travels: sealed fields stay sealed.
"""
_SCHEMAS = "#/components/schemas/"
_TIME = {"type": "string", "format": "date-time"}


def describe() -> dict[str, Any]:
    """The whole document; the same for the same program."""
    facts = fact_classes()
    return {
        "asyncapi": "3.0.0",
        "info": {"title": "12345 热线总线 / the bus of the 12345 hotline", "version": "1", "description": DESCRIPTION},
        "defaultContentType": "application/json",
        "channels": {
            "facts": {
                "address": f"{FACTS}.{{topic}}",
                "title": f"JetStream stream {STREAM}",
                "parameters": {"topic": {"description": "The fact's name", "enum": [fact.TOPIC for fact in facts]}},
                "messages": {fact.TOPIC: {"$ref": f"#/components/messages/{fact.TOPIC}"} for fact in facts},
            },
            "dead": {
                "address": f"{DEAD}.{{consumer}}",
                "title": f"JetStream stream {DEAD_STREAM}",
                "parameters": {"consumer": {"description": "Who gave up on it", "enum": [NAME]}},
                "messages": {"dead": {"$ref": "#/components/messages/dead"}},
            },
        },
        "operations": {
            "tell": {"action": "send", "channel": {"$ref": "#/channels/facts"}},
            NAME: {"action": "receive", "channel": {"$ref": "#/channels/facts"}},
            "bury": {"action": "send", "channel": {"$ref": "#/channels/dead"}},
        },
        "components": {
            "messages": {fact.TOPIC: _message(fact) for fact in facts} | {"dead": _dead_letter()},
            "schemas": _schemas(facts),
        },
    }


def fact_classes() -> list[type[Fact]]:
    """Every fact there is, found by importing everything in `hotline`."""
    for module in pkgutil.walk_packages(hotline.__path__, "hotline."):
        if module.name.startswith("hotline.reading.learning."):
            continue  # holds no facts, and needs what only those who train a model have
        importlib.import_module(module.name)
    return sorted(set(loaded_facts()), key=lambda c: c.TOPIC)


def _message(fact: type[Fact]) -> dict[str, Any]:
    return {
        "name": fact.TOPIC,
        "summary": (fact.__doc__ or "").strip().partition("\n")[0],
        "contentType": "application/json",
        "headers": {"$ref": f"{_SCHEMAS}Headers"},
        "payload": {
            "type": "object",
            "properties": {
                "version": {"type": "integer", "minimum": 1, "maximum": fact.VERSION},
                "recorded_at": _TIME | {"description": "When it was known; never goes back along the log"},
                "happened_at": {
                    "anyOf": [_TIME, {"type": "null"}],
                    "description": "When it was so, if at another time",
                },
                "by": {"$ref": f"{_SCHEMAS}Actor"},
                "cause": {"$ref": f"{_SCHEMAS}Cause"},
                "fact": {"$ref": f"{_SCHEMAS}{fact.__name__}"},
            },
            "required": ["version", "recorded_at", "happened_at", "by", "cause", "fact"],
        },
        "x-subject": subject(fact.TOPIC),
    }


def _dead_letter() -> dict[str, Any]:
    ours = {
        "hotline-consumer": {"type": "string", "description": "Who gave up on it"},
        "hotline-reason": {"type": "string", "description": "The kind of error, never its words"},
    }
    headers = {"type": "object", "properties": ours, "required": list(ours)}
    return {
        "name": "dead",
        "summary": "A message that could not be dealt with, body and ce-* headers as they came.",
        "headers": {"allOf": [{"$ref": f"{_SCHEMAS}Headers"}, headers]},
        "payload": {"description": "As it came; it may be no fact at all"},
    }


def _schemas(facts: list[type[Fact]]) -> dict[str, Any]:
    models = [(model, "serialization") for model in (Actor, Cause, *facts)]
    _, definitions = models_json_schema(models, ref_template=_SCHEMAS + "{model}")  # type: ignore[arg-type]
    return {**definitions["$defs"], "Headers": _headers()}


def _headers() -> dict[str, Any]:
    text = {"type": "string"}
    plain: dict[str, Any] = {
        "ce-specversion": {"const": "1.0"},
        "ce-id": text | {"description": "Stream and version, `<uuid>:<n>`: the fact's name for ever"},
        "ce-source": {"const": SOURCE},
        "ce-type": text | {"description": "The fact's name"},
        "ce-subject": {"type": "string", "format": "uuid", "description": "The stream, for most facts a ticket"},
        "ce-time": _TIME,
        POSITION: {"type": "string", "pattern": "^[0-9]+$", "description": "The place in the log"},
        "content-type": {"const": "application/json"},
        "Nats-Msg-Id": text | {"description": "As `ce-id`"},
    }
    return {"type": "object", "properties": plain, "required": list(plain)}


def written() -> str:
    """The document as it is kept."""
    return json.dumps(describe(), ensure_ascii=False, indent=2, sort_keys=True) + "\n"


if __name__ == "__main__":
    print(written(), end="")
