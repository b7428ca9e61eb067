"""Names and numbers with their middle covered: enough to recognise a caller one is talking to, not enough to find him."""

from __future__ import annotations


def masked_name(name: str) -> str:
    """The first character and two stars, however long the name is."""
    return f"{name[:1]}**"


def masked_phone(phone: str) -> str:
    """The last four digits of a long number, the last two of a short one."""
    shown = 4 if len(phone) >= 8 else 2
    return f"****{phone[-shown:]}"
