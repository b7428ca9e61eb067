"""What the vault may refuse; each sentence is for the person or the operator who meets it and names nobody."""

from collections.abc import Iterable
from uuid import UUID


class VaultError(Exception):
    """Root of the vault's own refusals; `code` is stable."""

    code = "vault"


class Erased(VaultError):
    """Something was to be written under a ticket whose key has been destroyed."""

    code = "erased"

    def __init__(self) -> None:
        super().__init__(
            "该工单的个人信息已删除，不能再写入，请另建工单。"
            "This ticket's personal data have been erased and nothing can be added: open a new ticket."
        )


class Restricted(VaultError):
    """The ticket is in its store-only stage (PIPL 47): kept for its retention time, processed by nobody."""

    code = "store_only"

    def __init__(self) -> None:
        super().__init__(
            "该工单的个人信息仅保存、不得使用，请勿再处理。"
            "This ticket's personal data are stored only and may not be used: leave them be."
        )


class VaultConflict(VaultError):
    """Another process made a key, or destroyed a person, at the same moment; what was sealed under the losing key
    must not be saved. Nothing is lost: reload, decide once more, seal again."""

    code = "vault_conflict"

    def __init__(self, tickets: Iterable[UUID]) -> None:
        self.tickets = frozenset(tickets)
        super().__init__("another process was first for these tickets: decide again")


class RegisterDamaged(VaultError):
    """A line of the erasure register cannot be read: opening the vault could bring an erased person back."""

    code = "register_damaged"
