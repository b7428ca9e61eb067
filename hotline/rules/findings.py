"""What is wrong with a profile, said so that the clerk who wrote it can put it right."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from hotline.rules.profile import Profile
from hotline.rules.written import TYPES
from hotline.texts import Language, known, say

_SAME = {
    "int_from_float": "int_type", "int_parsing": "int_type",
    "float_parsing": "float_type", "bool_parsing": "bool_type",
    "model_attributes_type": "model_type", "dict_type": "model_type",
    "date_from_datetime_parsing": "date_type", "date_from_datetime_inexact": "date_type", "date_parsing": "date_type",
    "time_parsing": "time_type",
}  # fmt: skip

LANGUAGES: tuple[Language, ...] = ("zh", "en")


@dataclass(frozen=True)
class Finding:
    """One thing wrong: where it stands, what it is in Chinese and English, and what to write instead."""

    where: str
    problem_zh: str
    problem_en: str
    what_to_do: str


class ProfileError(ValueError):
    """A profile that cannot be used. `findings` says why, each with what to do."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings = tuple(findings)
        super().__init__(
            "\n".join(f"{f.where}: {f.problem_zh} / {f.problem_en} → {f.what_to_do}" for f in self.findings)
        )


def finding(code: str, where: str, /, like: str = "", **details: object) -> Finding:
    """A finding in the words of the catalogue; `like` is what the clerk may have meant, if anything."""
    do = {language: say(f"profile_do.{code}", language, **details) for language in LANGUAGES}
    if like:
        do = {language: do[language] + say("profile_do.like", language, like=like) for language in LANGUAGES}
    problem = {language: say(f"profile.{code}", language, **details) for language in LANGUAGES}
    return Finding(where, problem["zh"], problem["en"], f"{do['zh']} / {do['en']}")


def of_form(error: ValidationError, data: Mapping[str, Any], form: type[BaseModel] = Profile) -> list[Finding]:
    """What pydantic found against the form of a profile, or of another file of the kind, in a clerk's words."""
    return list(dict.fromkeys(_said(details, data, form) for details in error.errors(include_url=False)))


def _said(details: ErrorDetails, data: Mapping[str, Any], form: type[BaseModel]) -> Finding:
    code, loc = _SAME.get(details["type"], details["type"]), details["loc"]
    where, ctx = place(loc, data), details.get("ctx", {})
    if loc and loc[-1] == "[key]":
        code, loc = "extra_forbidden", loc[:-1]
    if code == "extra_forbidden":
        return finding(code, where, name=loc[-1], like=like(str(loc[-1]), _known_keys(form)))
    if not known(f"profile.{code}"):
        code = "not_understood"
    return finding(code, where, name=loc[-1], value=str(details["input"])[:60], **ctx)


def place(loc: tuple[int | str, ...], data: Any) -> str:
    """Where something stands: `units[north-market].parent`, or the row's number where rows have no id."""
    where = ""
    for step in loc:
        if step == "[key]":
            break
        data = _step(data, step)
        if isinstance(step, int):
            where += f"[{data['id']}]" if isinstance(data, dict) and "id" in data else f"[#{step + 1}]"
        else:
            where += f".{step}" if where else step
    return where


def _step(data: Any, step: int | str) -> Any:
    try:
        return data[step]
    except (KeyError, IndexError, TypeError):
        return None


def like(word: str, words: Iterable[str]) -> str:
    """The word that looks most like the written one; empty if none does."""
    return next(iter(get_close_matches(word, words, n=1)), "")


@cache
def _known_keys(form: type[BaseModel]) -> tuple[str, ...]:
    schema = form.model_json_schema()
    parts = (schema, *schema["$defs"].values())
    names = (name for part in parts for name in part.get("properties", ()))
    if form is not Profile:
        return tuple(dict.fromkeys(names))
    small = schema["$defs"]["Limits"]["properties"]["small"].get("propertyNames", {}).get("enum", ())
    return tuple(dict.fromkeys((*names, *small, *TYPES)))
