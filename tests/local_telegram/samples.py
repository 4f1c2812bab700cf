"""Pictures and keyboards that several tests use."""

import struct
import zlib

from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup


def png(width: int = 8, height: int = 6) -> bytes:
    """A grey picture of that size."""
    rows = (b"\0" + b"\x80" * width) * height

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def buttons(*labels: str) -> InlineKeyboardMarkup:
    """One row of callback buttons whose data is the label."""
    return InlineKeyboardMarkup(inline_keyboard=[[InlineKeyboardButton(text=x, callback_data=x) for x in labels]])
