"""How refusals stand in the interface's description."""

from typing import Any

from pydantic import BaseModel, Field

from hotline import texts


class FieldError(BaseModel):
    """One field that is wrong, and what to do."""

    field: str = Field(examples=["caller.phone"])
    message_zh: str
    message_en: str


class ProblemDocument(BaseModel):
    """RFC 9457.  ``code`` is stable; ``GET /api/v1/problems`` lists all of them."""

    type: str = Field(examples=["urn:hotline:problem:too_late"])
    title: str
    status: int
    detail: str
    detail_en: str
    instance: str = Field(description="Correlation id: what to tell the administrator")
    code: str = Field(examples=["too_late"])
    version: int | None = Field(default=None, description="With `stale`: the version the ticket has now")
    last: int | None = Field(default=None, description="To a platform: the number of its last message that was taken")
    errors: list[FieldError] | None = None


def refusals(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The documented refusals of a route.  400, 413 and 415 can be met wherever a body is sent."""
    return {
        status: {
            "description": texts.say(f"title.{status}", "en"),
            "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/ProblemDocument"}}},
        }
        for status in statuses
    }
