"""The blind index: a keyed digest by which a number or a name is found without standing anywhere."""

from hashlib import sha256
from hmac import digest as hmac_digest
from typing import Literal

from cryptography.hazmat.primitives.hashes import SM3
from cryptography.hazmat.primitives.hmac import HMAC

from hotline.vault.phones import NotAPhone, normalise_name, normalise_phone, visible

IndexAlgorithm = Literal["HMAC-SHA256", "HMAC-SM3"]


class BlindIndex:
    """HMAC over the kind and the normalised value. Its key outlives a change of the master key, since its digests
    stand in views and limits outside the vault too."""

    def __init__(self, secret: bytes, algorithm: IndexAlgorithm) -> None:
        self._secret = sha256(b"index" + secret).digest()
        self._algorithm = algorithm

    def __repr__(self) -> str:
        return "BlindIndex(…)"

    def digest(self, kind: str, value: str) -> str:
        """64 hexadecimal letters; equal for two spellings of one number ("phone") or one name ("name")."""
        told = f"{kind}\0{_spelled(kind, value)}".encode()
        if self._algorithm == "HMAC-SHA256":
            return hmac_digest(self._secret, told, "sha256").hex()
        maker = HMAC(self._secret, SM3())
        maker.update(told)
        return maker.finalize().hex()

    def person(self, phone: str, name: str | None) -> str:
        """The digest by which a caller is recognised as the same person: the number and the name together."""
        return self.digest("person", f"{_spelled('phone', phone)}\0{normalise_name(name or '')}")


def drawn(kind: str, value: str, index: BlindIndex | None) -> float:
    """From 0 up to 1, without 1, by the index's key; without an index by the value alone."""
    digest = index.digest(kind, value) if index is not None else sha256(f"{kind}\0{value}".encode()).hexdigest()
    return int(digest[:12], 16) / 16**12


def _spelled(kind: str, value: str) -> str:
    if kind == "name":
        return normalise_name(value)
    if kind == "phone":
        try:
            # One line, many desks: the extension does not make another caller.
            return normalise_phone(value).partition("#")[0]
        except NotAPhone:  # a withheld or broken caller id is still something to count by
            return visible(value).strip()
    return value
