"""What a file is, and what of a photo is kept."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.pictures import Broken, kind_of, without_traces
from tests import pictures as p

MADE = {"jpeg": p.jpeg(), "png": p.png(), "webp": p.webp(), "pdf": p.PDF}


@pytest.mark.parametrize("kind", MADE)
def test_a_file_is_what_its_first_bytes_say(kind: str) -> None:
    """Whatever it is called."""
    assert kind_of(MADE[kind]) == kind


@pytest.mark.parametrize(
    "content", [b"", b"GIF89a", b"MZ\x90\0", b"<svg/>", b"RIFF\0\0\0\0WAVE", b"PK\3\4", b"\xff\xd8"]
)
def test_everything_else_is_not_taken(content: bytes) -> None:
    """Programs, archives, drawings with scripts in them."""
    assert kind_of(content) is None


@pytest.mark.parametrize("kind", ["jpeg", "png", "webp"])
def test_nothing_tells_where_a_photo_was_taken(kind: str) -> None:
    """EXIF, XMP, IPTC, comments, texts, previews and whatever follows the end are gone; twice changes nothing."""
    kept = without_traces(MADE[kind], kind)  # type: ignore[arg-type]
    assert p.GPS in MADE[kind]
    assert p.GPS not in kept
    assert b"30.6586N" not in kept
    assert without_traces(kept, kind) == kept  # type: ignore[arg-type]


def test_a_photo_keeps_what_it_is_shown_by() -> None:
    """Tables, every scan, colour profile, the side that is up: those and nothing more."""
    kept = without_traces(p.jpeg(b"colours"), "jpeg")
    assert kept.count(p.SCAN) == 2
    assert p.TABLES in kept
    assert b"colours" in kept
    assert kept.endswith(b"\xff\xd9")
    assert b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0" in kept
    assert b"Exif" not in without_traces(p.jpeg().replace(p.exif(6), p.exif(1)), "jpeg")


def test_a_png_keeps_its_picture_and_a_webp_says_what_it_has() -> None:
    """The chunks of a picture stay as they were; the header of a WebP no longer promises EXIF or XMP."""
    assert without_traces(p.png(), "png").count(b"IDAT") == 1
    kept = without_traces(p.webp(), "webp")
    assert kept[20] == 0x20
    assert len(kept) == 8 + int.from_bytes(kept[4:8], "little")


@pytest.mark.parametrize("kind", ["jpeg", "png", "webp"])
def test_a_file_that_is_cut_off_is_refused(kind: str) -> None:
    """At whatever byte, as long as something of the picture is missing."""
    whole = MADE[kind].removesuffix(p.GPS) if kind != "webp" else MADE[kind]
    for end in range(12, len(whole)):
        with pytest.raises(Broken):
            without_traces(whole[:end], kind)  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", ["jpeg", "png", "webp"])
@given(at=st.integers(0, 10_000), byte=st.integers(0, 255))
def test_no_file_brings_it_down(kind: str, at: int, byte: int) -> None:
    """With any byte replaced it is a picture or broken, and always comes to an end."""
    given_ = bytearray(MADE[kind])
    given_[at % len(given_)] = byte
    with suppress(Broken):
        without_traces(bytes(given_), kind)  # type: ignore[arg-type]
