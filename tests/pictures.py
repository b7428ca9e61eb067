"""Small pictures made by hand, with the traces that telephones and programs leave in them."""

import struct
import zlib

GPS = b"GPS 30.6586N 104.0648E"
"""Stands in every made picture where a telephone would write the place."""


def segment(marker: int, content: bytes) -> bytes:
    return bytes([0xFF, marker]) + (len(content) + 2).to_bytes(2, "big") + content


def exif(side: int = 6) -> bytes:
    """An EXIF segment: orientation, then a place."""
    entry = struct.pack("<HHIHH", 0x0112, 3, 1, side, 0)
    return segment(0xE1, b"Exif\0\0" + b"II*\0" + struct.pack("<IH", 8, 1) + entry + bytes(4) + GPS)


SCAN = segment(0xDA, b"\x01\x01\x00\x00\x3f\x00") + b"\x12\xff\x00\x34\xff\xd0\x56"
TABLES = segment(0xDB, b"\x00" + bytes(64)) + segment(0xC0, b"\x08\0\1\0\1\1\1\x11\0")


def jpeg(body: bytes = b"") -> bytes:
    """A JPEG with JFIF, EXIF, XMP, a maker's note, IPTC, a comment, two scans, and a preview after its end."""
    traces = exif() + segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + GPS) + segment(0xE2, b"MPF\0" + GPS)
    traces += segment(0xED, b"Photoshop 3.0\0" + GPS) + segment(0xFE, GPS)
    jfif = segment(0xE0, b"JFIF\0\1\1\0\0\1\0\1\0\0")
    profile = segment(0xE2, b"ICC_PROFILE\0\1\1" + body)
    return (
        b"\xff\xd8"
        + jfif
        + traces
        + profile
        + TABLES
        + SCAN
        + b"\xff"
        + segment(0xC4, bytes(17))
        + SCAN
        + b"\xff\xd9"
        + GPS
    )


def chunk(name: bytes, content: bytes) -> bytes:
    return len(content).to_bytes(4, "big") + name + content + zlib.crc32(name + content).to_bytes(4, "big")


def png(body: bytes = b"") -> bytes:
    """A PNG of one pixel with a text, a time, EXIF and something after its end."""
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    traces = chunk(b"tEXt", b"Author\0" + GPS) + chunk(b"eXIf", GPS) + chunk(b"tIME", bytes(7)) + chunk(b"iTXt", GPS)
    data = chunk(b"iCCP", body) if body else b""
    return (
        b"\x89PNG\r\n\x1a\n"
        + header
        + traces
        + data
        + chunk(b"IDAT", zlib.compress(b"\0\0"))
        + chunk(b"IEND", b"")
        + GPS
    )


def webp() -> bytes:
    """A WebP with EXIF and XMP, told of in its header."""
    chunks = (
        _riff(b"VP8X", bytes([0x2C]) + bytes(9)) + _riff(b"VP8 ", b"odd") + _riff(b"EXIF", GPS) + _riff(b"XMP ", GPS)
    )
    return b"RIFF" + (len(chunks) + 4).to_bytes(4, "little") + b"WEBP" + chunks


def _riff(name: bytes, content: bytes) -> bytes:
    return name + len(content).to_bytes(4, "little") + content + bytes(len(content) % 2)


PDF = b"%PDF-1.7\n1 0 obj << >> endobj\ntrailer << >>\n%%EOF\n"
