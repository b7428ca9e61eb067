"""Whether the keyed index still knows a name: nobody is to be found by one, and a name that is gone must be gone there too."""

from uuid import UUID

from hotline.vault import Vault


def known_by_name(vault: Vault, name: str) -> list[UUID]:
    """Callers known under exactly that name."""
    return list(vault._people.find(vault.blind("name", name)))
