"""Rules are data: one TOML file per city and year, read into `Rules`, checked by `check`."""

from hotline.rules.checking import check
from hotline.rules.findings import Finding, ProfileError
from hotline.rules.loading import load
from hotline.rules.parts import (
    CallBackRule,
    Category,
    ReplyTemplate,
    Route,
    StatutoryLimit,
    Unit,
)
from hotline.rules.rules import Rules
from hotline.rules.sources import profile_names

__all__ = [
    "CallBackRule", "Category", "Finding", "ProfileError", "ReplyTemplate", "Route", "Rules", "StatutoryLimit", "Unit",
    "check", "load", "profile_names",
]  # fmt: skip
