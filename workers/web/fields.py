"""What is wrong with which field, in two languages: never with what was sent."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from hotline import texts

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,63}")
_SHOWN = 20
"""The most errors told at once; one mistake in a long list would otherwise fill the answer."""


def field_errors(errors: Iterable[Any]) -> tuple[Mapping[str, str], ...]:
    """pydantic's findings as ``{field, message_zh, message_en}``."""
    return tuple(_told(error) for error in list(errors)[:_SHOWN])


def one_field(name: str, key: str) -> tuple[Mapping[str, str], ...]:
    """One error with a sentence of the catalogue."""
    return (_error(name, texts.say(f"field.{key}", "zh"), texts.say(f"field.{key}", "en")),)


def _told(error: Mapping[str, Any]) -> Mapping[str, str]:
    name = _name(error["loc"])
    if error["type"] == "value_error":  # ours: the sentence is "中文 / English"
        zh, _, en = str(error.get("ctx", {}).get("error", "")).partition(" / ")
        return _error(name, zh, en or zh)
    key = f"field.{error['type']}"
    if not texts.known(key):
        key = "field.other"
    limits = error.get("ctx", {})
    return _error(name, texts.say(key, "zh", **limits), texts.say(key, "en", **limits))


def _error(name: str, zh: str, en: str) -> Mapping[str, str]:
    return {"field": name, "message_zh": zh, "message_en": en}


def _name(loc: Iterable[str | int]) -> str:
    """``caller.phone``, ``co[0]``; a key that cannot be a field's name is not repeated: it may be anything."""
    name = ""
    for step in list(loc)[1:]:
        if isinstance(step, int):
            name += f"[{step}]"
        else:
            name += ("." if name else "") + (step if _NAME.fullmatch(step) else "?")
    return name or "body"
