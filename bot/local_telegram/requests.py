"""Reads the parameters of an HTTP request in all the forms in which the Bot API takes them."""

from typing import Any
from urllib.parse import parse_qsl

import orjson
from aiohttp import web

from .errors import ApiError, bad_request
from .parameters import Upload

Given = tuple[dict[str, Any], dict[str, Upload]]
_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


async def read_request(request: web.BaseRequest) -> Given:
    """Parameters and uploads of a call: query, form, JSON or multipart. Raises ApiError."""
    given: dict[str, Any] = {}
    uploads: dict[str, Upload] = {}
    _, mark, query = request.raw_path.partition("?")
    if mark:
        given.update(parse_qsl(query, keep_blank_values=True))
    if request.can_read_body:
        kind = request.headers.get("Content-Type", "")
        if kind.startswith("application/json"):
            given.update(await _json(request))
        elif kind.startswith(_FORMS):
            await _form(request, given, uploads)
    return given, uploads


async def _json(request: web.BaseRequest) -> dict[str, Any]:
    body = await request.read()
    if not body.strip():
        return {}
    try:
        parsed = orjson.loads(body)
    except ValueError:
        raise bad_request("can't parse JSON object") from None
    if not isinstance(parsed, dict):
        raise bad_request("object expected as request body")
    return parsed


async def _form(request: web.BaseRequest, given: dict[str, Any], uploads: dict[str, Upload]) -> None:
    try:
        fields = await request.post()
    except web.HTTPRequestEntityTooLarge:
        raise ApiError(413, "Request Entity Too Large") from None
    except ValueError:
        raise bad_request("can't parse the request") from None
    for name, value in fields.items():
        if isinstance(value, web.FileField):
            upload = Upload(value.file.read(), value.filename, value.content_type)
            value.file.close()
            uploads[name] = upload
            given[name] = upload
        elif isinstance(value, bytes | bytearray):
            given[name] = value.decode("utf-8", "replace")
        else:
            given[name] = value
