"""Sealed text: a readable envelope around ciphertext, fit to stand in a fact or a view.

`s1.A.<base64url>` is envelope version 1, cipher A, then nonce, ciphertext and tag. The cipher's letter is stored so
that texts sealed with an older cipher stay readable after the setting changes:
A = AES-256-GCM, S = SM4-GCM (GB/T 32907). This module knows keys and bytes only; whose key it is, the vault knows.
"""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import sha256
from os import urandom
from typing import Annotated, Literal

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pydantic import StringConstraints

_ENVELOPE = re.compile(r"s1\.[AS]\.[A-Za-z0-9_-]+")

Sealed = Annotated[str, StringConstraints(pattern=r"^s1\.[AS]\.[A-Za-z0-9_-]+$")]
"""A field of a fact that may only ever hold an envelope: plain text in it is refused when the fact is made."""

CipherName = Literal["A", "S"]

_HEADS = ("s1.A.", "s1.S.")
_NONCE = 12
_TAG = 16


class Tampered(Exception):
    """The bytes, the label or the ticket are not those this text was sealed with."""


def is_sealed(text: object) -> bool:
    """Whether the text looks like an envelope; says nothing of whether it can be opened."""
    return isinstance(text, str) and _ENVELOPE.fullmatch(text) is not None


class SealingKey:
    """One 32-byte secret, ready to seal and open; the cipher objects are made once because that is what costs."""

    __slots__ = ("_aes", "_secret", "_sm4")

    def __init__(self, secret: bytes) -> None:
        if len(secret) != 32:
            raise ValueError("a sealing key is 32 bytes")
        self._secret = secret
        self._aes = AESGCM(secret)
        # Separate derivation: one secret must never key two ciphers directly.
        self._sm4 = algorithms.SM4(sha256(b"sm4" + secret).digest()[:16])

    def __repr__(self) -> str:
        return "SealingKey(…)"

    @classmethod
    def fresh(cls) -> "SealingKey":
        """A new random key."""
        return cls(urandom(32))

    def sealed_by(self, outer: "SealingKey", aad: bytes, cipher: CipherName) -> str:
        """This key, wrapped by another: the only form in which it may be written down."""
        return outer.seal(self._secret, aad, cipher)

    @classmethod
    def unwrap(cls, wrapped: str, outer: "SealingKey", aad: bytes) -> "SealingKey":
        """The reverse of `sealed_by`. Raises Tampered."""
        return cls(outer.open(wrapped, aad))

    def seal(self, plain: bytes, aad: bytes, cipher: CipherName = "A") -> str:
        """The envelope of `plain`; `aad` must be given again to open it."""
        return f"s1.{cipher}." + urlsafe_b64encode(self._sealed(plain, aad, cipher)).rstrip(b"=").decode()

    def seal_bytes(self, plain: bytes, aad: bytes, cipher: CipherName = "A") -> bytes:
        """The same envelope for a file: its head, then the bytes as they are."""
        return f"s1.{cipher}.".encode() + self._sealed(plain, aad, cipher)

    def open(self, sealed: str, aad: bytes) -> bytes:
        """The text of the envelope. Raises Tampered when a byte, the `aad` or the key differs."""
        return self._opened(*_parts(sealed), aad)

    def open_bytes(self, sealed: bytes, aad: bytes) -> bytes:
        """The content of a file made by `seal_bytes`. Raises Tampered."""
        head, raw = sealed[:5].decode("latin-1"), sealed[5:]
        if head not in _HEADS or len(raw) < _NONCE + _TAG:
            raise Tampered("not a sealed file")
        return self._opened(head[3], raw, aad)

    def _sealed(self, plain: bytes, aad: bytes, cipher: CipherName) -> bytes:
        nonce, bound = urandom(_NONCE), cipher.encode() + aad
        return nonce + (
            self._aes.encrypt(nonce, plain, bound) if cipher == "A" else self._sm4_seal(nonce, plain, bound)
        )

    def _opened(self, cipher: str, raw: bytes, aad: bytes) -> bytes:
        nonce, body, bound = raw[:_NONCE], raw[_NONCE:], cipher.encode() + aad
        try:
            return self._aes.decrypt(nonce, body, bound) if cipher == "A" else self._sm4_open(nonce, body, bound)
        except InvalidTag:
            raise Tampered("a sealed text does not open with its ticket's key and label") from None

    def _sm4_seal(self, nonce: bytes, plain: bytes, bound: bytes) -> bytes:
        sealer = Cipher(self._sm4, modes.GCM(nonce)).encryptor()
        sealer.authenticate_additional_data(bound)
        return sealer.update(plain) + sealer.finalize() + sealer.tag

    def _sm4_open(self, nonce: bytes, body: bytes, bound: bytes) -> bytes:
        opener = Cipher(self._sm4, modes.GCM(nonce, body[-_TAG:])).decryptor()
        opener.authenticate_additional_data(bound)
        return opener.update(body[:-_TAG]) + opener.finalize()


def _parts(sealed: str) -> tuple[str, bytes]:
    if sealed[:5] not in _HEADS:
        raise Tampered("not a sealed text")
    letters = sealed[5:]
    try:
        raw = urlsafe_b64decode(letters + "=" * (-len(letters) % 4))
    except ValueError:
        raise Tampered("not a sealed text") from None
    # The decoder forgives stray letters and bits, which would give one text several spellings: only one is accepted.
    if len(raw) < _NONCE + _TAG or urlsafe_b64encode(raw).rstrip(b"=").decode() != letters:
        raise Tampered("not a sealed text")
    return sealed[3], raw
