"""The places of a city as a profile writes them: districts, the street offices in them, and the names people use."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from hotline.rules.written import Part, Slug, Text


def _listed(written: Any) -> Any:
    return written.split() if isinstance(written, str) else written


Names = Annotated[tuple[Text, ...], BeforeValidator(_listed)]
"""Names of places, written with spaces between."""


class Street(Part):
    """The area of a street office or town: its name, other names for all of it, and the roads, estates and landmarks
    `within`. `at` is roughly its middle: latitude and longitude in degrees. Its key is the last word of its unit's id."""

    zh: Text
    aliases: Names = ()
    within: Names = ()
    at: tuple[Annotated[float, Field(ge=-90, le=90)], Annotated[float, Field(ge=-180, le=180)]] | None = None


class DistrictPlaces(Part):
    """What is known of a district beside its name."""

    aliases: Names = ()
    streets: Mapping[Slug, Street] = Field(default_factory=dict)


class Gazetteer(Part):
    """All places of a profile. In each group of `alike` stand characters that are typed for one another; they are read as
    the group's first."""

    alike: Names = ()
    districts: Mapping[Slug, DistrictPlaces] = Field(default_factory=dict)
