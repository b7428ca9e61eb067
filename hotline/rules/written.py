"""The words and values a profile may use: its vocabulary, how a limit is written, and what all its parts have in common."""

import re
from string import Formatter
from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints
from pydantic_core import PydanticCustomError

from hotline.counting import Limit

TicketType = Literal["consult", "help", "complaint", "report", "suggestion", "praise", "other"]
Urgency = Literal["normal", "urgent", "emergency"]
Tier = Literal["city", "district", "street", "section"]
ReviewCheck = Literal["contacted", "evidence", "to_the_point", "basis_cited", "public_text_clean"]
SmallName = Literal[
    "dispatch", "sign", "first_contact", "return_request", "adjudication", "extension_decision", "supplement", "review",
    "call_back", "deferral_max", "archive", "rework", "rework_contact", "triage", "reopen", "rating", "urge_interval", "unmask",
]  # fmt: skip
TYPES: tuple[TicketType, ...] = get_args(TicketType)
URGENCIES: tuple[Urgency, ...] = get_args(Urgency)
TIERS: tuple[Tier, ...] = get_args(Tier)
SMALL_NAMES: tuple[SmallName, ...] = get_args(SmallName)
PLACEHOLDERS = frozenset({"number", "received_on", "due", "unit", "result", "basis"})

_LIMIT = re.compile(r"(\d{1,5}) (working_days|days|hours|minutes|seconds)")


def _limit(written: Any) -> Any:
    if not isinstance(written, str):
        raise PydanticCustomError("limit_form", "not a limit")
    if written.strip().startswith("-"):
        raise PydanticCustomError("limit_negative", "a negative limit")
    if (match := _LIMIT.fullmatch(written)) is None:
        raise PydanticCustomError("limit_form", "not a limit")
    return {"amount": int(match[1]), "unit": match[2]}


def known_placeholders(text: str) -> str:
    """The template text itself, if it uses only placeholders that are filled in."""
    try:
        unknown = {name for _, name, _, _ in Formatter().parse(text) if name is not None} - PLACEHOLDERS
    except ValueError:  # a brace without its partner
        unknown = {"{ }"}
    if unknown:
        raise PydanticCustomError(
            "placeholder",
            "unknown placeholder",
            {"names": "、".join(sorted(unknown)), "known": " ".join(sorted(PLACEHOLDERS))},
        )
    return text


WrittenLimit = Annotated[Limit, BeforeValidator(_limit)]
"""A limit as a profile writes it: "3 working_days", "7 days", "2 hours", "30 minutes", "20 seconds"."""
Share = Annotated[float, Field(ge=0, le=1)]
Count = Annotated[int, Field(ge=1, le=1_000_000, strict=True)]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_.-]{0,62}$")]
Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]


class Part(BaseModel):
    """What all parts have in common: unknown keys are refused, and nothing changes after loading."""

    model_config = ConfigDict(frozen=True, extra="forbid")
