"""The envelope around a sealed text."""

from typing import cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from hotline.sealing import CipherName, Sealed, SealingKey, Tampered, is_sealed

CIPHERS = ("A", "S")
KEY = SealingKey(bytes(range(32)))


@pytest.mark.parametrize("cipher", CIPHERS)
@given(text=st.text(max_size=300), aad=st.binary(max_size=40))
@settings(max_examples=60)
def test_a_text_comes_back_as_it_was(cipher: str, text: str, aad: bytes) -> None:
    """Whatever a citizen says is sealed and opened without a letter lost, by either cipher."""
    sealed = KEY.seal(text.encode(), aad, cast(CipherName, cipher))
    assert is_sealed(sealed)
    assert sealed.startswith(f"s1.{cipher}.")
    assert KEY.open(sealed, aad).decode() == text


@pytest.mark.parametrize("cipher", CIPHERS)
def test_no_letter_of_the_envelope_can_be_changed(cipher: str) -> None:
    """An envelope with any one letter replaced does not open."""
    sealed = KEY.seal("窗户漏水".encode(), b"aad", cast(CipherName, cipher))
    for place, letter in enumerate(sealed):
        other = "B" if letter != "B" else "C"
        with pytest.raises(Tampered):
            KEY.open(sealed[:place] + other + sealed[place + 1 :], b"aad")


@pytest.mark.parametrize("bad", ["", "s1.A.", "s1.A.AAAA", "plain words", "s1.X." + "A" * 60, "s1.A." + "é" * 60])
def test_what_is_no_envelope_is_refused(bad: str) -> None:
    """Text that was never sealed is called tampered, not shown and not crashed upon."""
    with pytest.raises(Tampered):
        KEY.open(bad, b"aad")


def test_one_text_has_one_spelling() -> None:
    """Padding, line ends and stray letters that a lenient decoder forgives are refused."""
    sealed = KEY.seal(b"x", b"")
    for variant in (sealed + "=", sealed + "\n", sealed[:9] + "\n" + sealed[9:], " " + sealed):
        with pytest.raises(Tampered):
            KEY.open(variant, b"")


def test_other_key_or_other_binding_does_not_open() -> None:
    """Neither another key nor another ticket's or label's binding opens a text."""
    sealed = KEY.seal(b"x", b"ticket 1, text")
    with pytest.raises(Tampered):
        KEY.open(sealed, b"ticket 2, text")
    with pytest.raises(Tampered):
        SealingKey.fresh().open(sealed, b"ticket 1, text")


def test_sealing_twice_shows_no_likeness() -> None:
    """The same words sealed twice look different, so that nobody learns that two citizens said the same."""
    assert KEY.seal(b"x", b"") != KEY.seal(b"x", b"")


def test_a_sealed_field_refuses_plain_text() -> None:
    """A fact whose field is Sealed cannot be made with plain text in it."""

    class Told(BaseModel):
        text: Sealed

    assert Told(text=KEY.seal(b"x", b"")).text.startswith("s1.")
    for plain in ("路灯坏了", "s1.A.路灯", "s1.A.AAAA\n坏了"):
        with pytest.raises(ValidationError):
            Told(text=plain)


def test_a_key_does_not_show_itself() -> None:
    """The secret does not come out by printing, and a key of the wrong length is refused."""
    assert repr(KEY) == "SealingKey(…)"
    with pytest.raises(ValueError, match="32 bytes"):
        SealingKey(b"short")
