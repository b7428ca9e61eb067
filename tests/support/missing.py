"""What a test does when the machine lacks a part it needs."""

import os
from typing import NoReturn

import pytest

MISSING = "missing on this machine: "


def missing(what: str, remedy: str) -> NoReturn:
    """Skip loudly on a person's machine, fail where CI=true: there a skipped promise would look like a kept one."""
    sentence = f"{MISSING}{what}. {remedy}"
    if os.environ.get("CI", "").lower() in ("1", "true", "yes"):
        pytest.fail(sentence, pytrace=False)
    pytest.skip(sentence)
