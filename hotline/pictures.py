"""What a file is by its first bytes, and photos without what telephones write into them.

A photo's EXIF says where and when it was taken and with whose device; none of that is asked for, so none of it is kept.
Only the parts a picture is made of are copied: what is not known is left out, as is whatever follows the picture's end.
A PDF is kept as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

from hotline.ticket.facts import AttachmentKind

_JPEG, _PNG, _PDF = b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"%PDF-"
_SCAN_ENDS = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
"""In the data of a scan: a marker that is neither a stuffed zero, a restart nor filling."""
_ORIENTATION = 0x0112
_EXIF = b"\xff\xe1\x00\x22Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01"
"""The beginning of an EXIF segment with one entry, the orientation."""
_PNG_KEPT = frozenset(
    {b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"sBIT", b"bKGD", b"pHYs", b"acTL", b"fcTL", b"fdAT"}
)
_WEBP_KEPT = frozenset({b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ANIM", b"ANMF", b"ICCP"})
_WEBP_TELLS = 0x08 | 0x04
"""The flags of VP8X that announce EXIF and XMP."""


class Broken(ValueError):
    """The file is cut off or not what its first bytes say."""


def kind_of(content: bytes) -> AttachmentKind | None:
    """What the bytes themselves say, whatever the sender calls it; None for all we do not take."""
    if content.startswith(_JPEG):
        return "jpeg"
    if content.startswith(_PNG):
        return "png"
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "webp"
    return "pdf" if content.startswith(_PDF) else None


def without_traces(content: bytes, kind: AttachmentKind) -> bytes:
    """The same picture without place, time, device, comments and previews.  Raises Broken."""
    match kind:
        case "jpeg":
            return b"\xff\xd8" + b"".join(_jpeg(content))
        case "png":
            return _PNG + b"".join(_png(content))
        case "webp":
            chunks = b"".join(_webp(content))
            return b"RIFF" + (len(chunks) + 4).to_bytes(4, "little") + b"WEBP" + chunks
        case "pdf":
            return content


def _jpeg(content: bytes) -> Iterator[bytes]:
    at = 2
    while True:
        while content[at : at + 2] == b"\xff\xff":  # filling before a marker
            at += 1
        marker = content[at + 1 : at + 2]
        if content[at : at + 1] != b"\xff" or not marker:
            raise Broken
        if marker == b"\xd9":
            yield b"\xff\xd9"
            return
        size = int.from_bytes(content[at + 2 : at + 4], "big")
        end = at + 2 + size
        if size < 2 or end > len(content):
            raise Broken
        if marker == b"\xe1" and content.startswith(b"Exif\0\0", at + 4):
            yield _upright(content[at + 10 : end])
        elif _jpeg_keeps(marker[0], content[at + 4 : end]):
            yield content[at:end]
        at = end
        if marker == b"\xda":
            found = _SCAN_ENDS.search(content, at)
            if found is None:
                raise Broken
            yield content[at : found.start()]
            at = found.start()


def _jpeg_keeps(marker: int, segment: bytes) -> bool:
    """Application segments only where decoding needs them: JFIF, colour profile, Adobe's colour transform."""
    if 0xE0 <= marker <= 0xEF:
        return segment.startswith((b"JFIF\0", b"ICC_PROFILE\0")) or (marker == 0xEE and segment.startswith(b"Adobe"))
    return marker != 0xFE  # a comment


def _upright(exif: bytes) -> bytes:
    """Of a photo's EXIF only which side is up: without it many photos of telephones would lie on their side."""
    order: Literal["little", "big"] = "little" if exif.startswith(b"II") else "big"
    at = int.from_bytes(exif[4:8], order)
    for nth in range(int.from_bytes(exif[at : at + 2], order)):
        entry = exif[at + 2 + 12 * nth :][:12]
        side = int.from_bytes(entry[8:10], order)
        if int.from_bytes(entry[:2], order) == _ORIENTATION and 1 < side <= 8:
            return _EXIF + side.to_bytes(2, "big") + bytes(6)
    return b""


def _png(content: bytes) -> Iterator[bytes]:
    at = len(_PNG)
    while True:
        name = content[at + 4 : at + 8]
        end = at + 12 + int.from_bytes(content[at : at + 4], "big")
        if len(name) < 4 or end > len(content):
            raise Broken
        if not name[0] & 0x20 or name in _PNG_KEPT:  # a capital letter first: nothing can be shown without it
            yield content[at:end]
        if name == b"IEND":
            return
        at = end


def _webp(content: bytes) -> Iterator[bytes]:
    at, last = 12, 8 + int.from_bytes(content[4:8], "little")
    if last > len(content) or last < 20:
        raise Broken
    while at < last:
        name, size = content[at : at + 4], int.from_bytes(content[at + 4 : at + 8], "little")
        end = at + 8 + size + size % 2
        if len(name) < 4 or end > last:
            raise Broken
        if name == b"VP8X":
            yield content[at : at + 8] + bytes([content[at + 8] & ~_WEBP_TELLS]) + content[at + 9 : end]
        elif name in _WEBP_KEPT:
            yield content[at:end]
        at = end
