"""Files in messages: what uploads become, sizes of images, and the objects that the Bot API shows for them."""

import mimetypes
import struct
from collections.abc import Callable
from typing import Any

from .errors import ApiError, bad_request
from .parameters import Upload
from .world import Json, StoredFile, World

MAX_PHOTO = 10 * 1024 * 1024
MAX_FILE = 50 * 1024 * 1024
MAX_DOWNLOAD = 20 * 1024 * 1024
_MAX_SIDES = 10_000
_MAX_RATIO = 20
_THUMBNAIL = 320


def accept(world: World, kind: str, value: Upload | str) -> StoredFile:
    """The file that a bot sends: an upload, or the id of a file that is here already. Raises ApiError."""
    if isinstance(value, Upload):
        return _uploaded(world, kind, value)
    known = world.files.get(value)
    if known is None:
        if value.startswith(("http://", "https://")):
            # This machine has no network: an address can never be fetched.
            raise bad_request("failed to get HTTP URL content")
        raise bad_request("wrong file identifier/HTTP URL specified")
    if known.kind != kind:
        raise bad_request(f"can't use file of type {known.kind.capitalize()} as {kind.capitalize()}")
    return known


def _uploaded(world: World, kind: str, upload: Upload) -> StoredFile:
    size = len(upload.content)
    if size == 0:
        raise bad_request("file must be non-empty")
    if kind == "photo" and size > MAX_PHOTO:
        raise bad_request(f"file of size {size} bytes is too big for a photo; the maximum size is {MAX_PHOTO} bytes")
    if size > MAX_FILE:
        raise ApiError(413, "Request Entity Too Large")
    width, height = _checked_image(upload.content) if kind == "photo" else (0, 0)
    return world.add_file(
        kind,
        size,
        name=upload.name,
        mime_type=_mime_type(upload.name, upload.mime_type),
        content=upload.content,
        width=width,
        height=height,
    )


def _mime_type(name: str | None, given: str | None) -> str | None:
    if given and given != "application/octet-stream":
        return given
    return mimetypes.guess_type(name or "")[0]


def _checked_image(content: bytes) -> tuple[int, int]:
    size = image_size(content)
    if size is None:
        raise bad_request("IMAGE_PROCESS_FAILED")
    width, height = size
    if width + height > _MAX_SIDES or max(size) > _MAX_RATIO * max(1, min(size)):
        raise bad_request("PHOTO_INVALID_DIMENSIONS")
    return size


def image_size(content: bytes) -> tuple[int, int] | None:
    """Width and height of a PNG, GIF, JPEG or WebP image, None for anything else."""
    if content.startswith(b"\x89PNG\r\n\x1a\n") and len(content) >= 24:
        return struct.unpack(">II", content[16:24])
    if content[:6] in (b"GIF87a", b"GIF89a") and len(content) >= 10:
        return struct.unpack("<HH", content[6:10])
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP" and len(content) >= 30:
        return _webp_size(content)
    if content.startswith(b"\xff\xd8"):
        return _jpeg_size(content)
    return None


def _webp_size(content: bytes) -> tuple[int, int] | None:
    form = content[12:16]
    if form == b"VP8X":
        return (
            int.from_bytes(content[24:27], "little") + 1,
            int.from_bytes(content[27:30], "little") + 1,
        )
    if form == b"VP8L":
        bits = int.from_bytes(content[21:25], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if form == b"VP8 ":
        width, height = struct.unpack("<HH", content[26:30])
        return width & 0x3FFF, height & 0x3FFF
    return None


def _jpeg_size(content: bytes) -> tuple[int, int] | None:
    at = 2
    while at + 9 < len(content) and content[at] == 0xFF:
        marker = content[at + 1]
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", content[at + 5 : at + 9])
            return width, height
        at += 2 + int(struct.unpack(">H", content[at + 2 : at + 4])[0])
    return None


def content_of(file: StoredFile) -> bytes:
    """The bytes of a file; one that only declared its size reads as zeros."""
    return file.content if file.content is not None else bytes(file.size)


def _base(file: StoredFile) -> Json:
    return {"file_id": file.id, "file_unique_id": file.unique_id, "file_size": file.size}


def _named(file: StoredFile) -> Json:
    shown = _base(file)
    if file.name:
        shown["file_name"] = file.name
    if file.mime_type:
        shown["mime_type"] = file.mime_type
    return shown


def _photo(world: World, file: StoredFile, _: Json) -> Any:
    width, height = file.width or 1280, file.height or 960
    sizes = [{**_base(file), "width": width, "height": height}]
    if max(width, height) > _THUMBNAIL:
        scale = _THUMBNAIL / max(width, height)
        small = {"width": max(1, int(width * scale)), "height": max(1, int(height * scale))}
        thumbnail = world.add_file("photo", min(file.size, 12_000), **small)
        sizes.insert(0, {**_base(thumbnail), **small})
    return sizes


def _document(_: World, file: StoredFile, __: Json) -> Any:
    return _named(file)


def _video(_: World, file: StoredFile, given: Json) -> Any:
    size = {"width": given.get("width", 640), "height": given.get("height", 360)}
    return {**_named(file), **size, "duration": given.get("duration", 1)}


def _audio(_: World, file: StoredFile, given: Json) -> Any:
    shown = {**_named(file), "duration": given.get("duration", 1)}
    return shown | {k: given[k] for k in ("performer", "title") if given.get(k)}


def _voice(_: World, file: StoredFile, given: Json) -> Any:
    return {**_base(file), "duration": given.get("duration", 1), "mime_type": file.mime_type or "audio/ogg"}


def _sticker(_: World, file: StoredFile, given: Json) -> Any:
    kind = {"type": "regular", "width": 512, "height": 512, "is_animated": False, "is_video": False}
    return {**_base(file), **kind, "emoji": given.get("emoji") or "🙂"}


_SHOWN: dict[str, Callable[[World, StoredFile, Json], Any]] = {
    "photo": _photo,
    "document": _document,
    "video": _video,
    "audio": _audio,
    "voice": _voice,
    "sticker": _sticker,
}
KINDS = tuple(_SHOWN)


def shown(world: World, file: StoredFile, given: Json) -> Json:
    """The part of a Message that shows the file: `{"photo": […]}`, `{"document": {…}}`, …

    `given`: width, height, duration, emoji and the like, as the sender gave them.
    """
    return {file.kind: _SHOWN[file.kind](world, file, given)}
