"""Identities, per-ticket keys and the blind index: the only place where personal data live."""

from hotline.vault.errors import Erased, RegisterDamaged, Restricted, VaultConflict, VaultError
from hotline.vault.identity import Identity, PersonId, PersonKind
from hotline.vault.master import MasterKey, MasterKeyUnusable
from hotline.vault.options import Options, Purpose
from hotline.vault.phones import NotAPhone, normalise_name, normalise_phone, phone_or_none
from hotline.vault.vault import Vault

__all__ = [
    "Erased",
    "Identity",
    "MasterKey",
    "MasterKeyUnusable",
    "NotAPhone",
    "Options",
    "PersonId",
    "PersonKind",
    "Purpose",
    "RegisterDamaged",
    "Restricted",
    "Vault",
    "VaultConflict",
    "VaultError",
    "normalise_name",
    "normalise_phone",
    "phone_or_none",
]
