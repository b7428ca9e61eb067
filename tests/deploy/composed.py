"""What `deploy/compose.yaml` starts, for tests that check it or start the very same by hand."""

from pathlib import Path
from typing import Any

import yaml

DEPLOY = Path(__file__).parents[2] / "deploy"
IMAGE = "hotline12345"


def compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
    return found


def ours() -> dict[str, dict[str, Any]]:
    """The services that are processes of the hotline, by name."""
    return {name: one for name, one in compose()["services"].items() if one.get("image") == IMAGE}


def nodes() -> dict[str, dict[str, Any]]:
    """The nodes of the bus, by name."""
    return {name: one for name, one in compose()["services"].items() if one["image"].startswith("nats:")}
