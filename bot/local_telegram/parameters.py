"""Reads a call's parameters and checks them against the table of Bot API methods (botapi-10.3.json)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import orjson

from .errors import bad_request


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that came in the body of a call."""

    content: bytes
    name: str
    mime_type: str | None


Uploads = Mapping[str, Upload]
_Reader = Callable[[str, Any, Uploads], Any]

# Telegram's words for a missing parameter; every other one gets the general sentence.
_MISSING = {
    "chat_id": "chat_id is empty",
    "from_chat_id": "from_chat_id is empty",
    "text": "message text is empty",
    "message_id": "message identifier is not specified",
    "message_ids": "message identifiers are not specified",
    "user_id": "invalid user_id specified",
    "file_id": "file_id not specified",
    "photo": "there is no photo in the request",
    "document": "there is no document in the request",
    "video": "there is no video in the request",
    "audio": "there is no audio in the request",
    "voice": "there is no voice in the request",
    "sticker": "there is no sticker in the request",
    "action": "wrong parameter action in request",
    "callback_query_id": "query is too old and response timeout expired or query ID is invalid",
    "url": "URL must be non-empty",
    "latitude": "latitude is empty",
    "longitude": "longitude is empty",
    "phone_number": "field phone_number must be non-empty",
    "first_name": "field first_name must be non-empty",
    "media": "media is not specified",
    "commands": "commands must be non-empty",
}
_TRUE = ("true", "yes", "1")
_FALSE = ("false", "no", "0", "")


def _string(name: str, value: Any, _: Uploads) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, int | float):
        return str(value).lower() if isinstance(value, bool) else str(value)
    raise bad_request(f'parameter "{name}" must be of type String')


def _integer(name: str, value: Any, _: Uploads) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, str):
        try:
            return int(value)
        except ValueError:
            pass
    if isinstance(value, float) and value.is_integer():
        return int(value)
    raise bad_request(f'parameter "{name}" must be of type Integer')


def _float(name: str, value: Any, _: Uploads) -> float:
    if isinstance(value, int | float | str) and not isinstance(value, bool):
        try:
            return float(value)
        except ValueError:
            pass
    raise bad_request(f'parameter "{name}" must be of type Float')


def _boolean(name: str, value: Any, _: Uploads) -> bool:
    if isinstance(value, bool):
        return value
    word = str(value).lower() if isinstance(value, str | int) else "?"
    if word in _TRUE:
        return True
    if word in _FALSE:
        return False
    raise bad_request(f'parameter "{name}" must be of type Boolean')


def _integer_or_string(name: str, value: Any, _: Uploads) -> int | str:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, str):
        try:
            return int(value)
        except ValueError:
            return value
    raise bad_request(f'parameter "{name}" must be of type Integer or String')


def _file(name: str, value: Any, uploads: Uploads) -> Upload | str:
    if isinstance(value, Upload):
        return value
    if not isinstance(value, str):
        raise bad_request(f'parameter "{name}" must be of type InputFile or String')
    return attached(value, uploads)


def attached(value: str, uploads: Uploads) -> Upload | str:
    """The upload that `attach://name` speaks of, or the text itself: a file id or an address."""
    if not value.startswith("attach://"):
        return value
    upload = uploads.get(value.removeprefix("attach://"))
    if upload is None:
        raise bad_request("wrong file identifier/HTTP URL specified")
    return upload


def _parsed(name: str, value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return orjson.loads(value)
    except ValueError:
        raise bad_request(f"can't parse {name.replace('_', ' ')} JSON object") from None


def _object(name: str, value: Any, _: Uploads) -> dict[str, Any]:
    value = _parsed(name, value)
    if not isinstance(value, dict):
        raise bad_request(f"object expected as {name.replace('_', ' ')}")
    return value


def _array(name: str, value: Any, _: Uploads) -> list[Any]:
    value = _parsed(name, value)
    if not isinstance(value, list):
        raise bad_request(f"expected an Array of {name.replace('_', ' ')}")
    return value


def _array_of(kind: type, word: str) -> _Reader:
    def read(name: str, value: Any, uploads: Uploads) -> list[Any]:
        items = _array(name, value, uploads)
        if any(not isinstance(item, kind) or isinstance(item, bool) for item in items):
            raise bad_request(f'parameter "{name}" must be of type Array of {word}')
        return items

    return read


_READERS: dict[str, _Reader] = {
    "String": _string,
    "Integer": _integer,
    "Float": _float,
    "Boolean": _boolean,
    "Integer or String": _integer_or_string,
    "InputFile": _file,
    "InputFile or String": _file,
    "Array of String": _array_of(str, "String"),
    "Array of Integer": _array_of(int, "Integer"),
}


class Method:
    """One method of the table: its name as written there, and how to read its parameters."""

    def __init__(self, name: str, rows: list[dict[str, Any]]) -> None:
        self.name = name
        self.readers = {row["name"]: _reader(row["type"]) for row in rows}
        self.required = tuple(row["name"] for row in rows if row["required"])

    def read(self, given: Mapping[str, Any], uploads: Uploads, complain: Callable[[str], None]) -> dict[str, Any]:
        """The parameters as Python values. Unknown ones are dropped, as Telegram does, with a complaint.

        Raises ApiError when one is missing or has a wrong type.
        """
        values: dict[str, Any] = {}
        readers = self.readers
        for name, value in given.items():
            reader = readers.get(name)
            if reader is not None:
                if value is not None:
                    values[name] = reader(name, value, uploads)
            elif name not in uploads:
                complain(f"{self.name}: unknown parameter {name}")
        for name in self.required:
            if values.get(name) in (None, ""):
                raise bad_request(_MISSING.get(name) or f'parameter "{name}" is required')
        return values


def _reader(kind: str) -> _Reader:
    if kind in _READERS:
        return _READERS[kind]
    return _array if kind.startswith("Array of ") else _object


def method_table() -> dict[str, Method]:
    """Every method of the Bot API by its lower-case name."""
    table = orjson.loads(files(__package__).joinpath("botapi-10.3.json").read_bytes())
    return {name.lower(): Method(name, rows) for name, rows in table["methods"].items()}
