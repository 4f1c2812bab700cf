"""Seals what people entrust to the bot, and hashes what must be looked up.

Sealing is Fernet (AES-128-CBC with HMAC-SHA256); the keys live in a file of their own, apart from the database.
The first key seals; every key opens, so a new one can be put first and old rows resealed at leisure.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from pathlib import Path
from typing import Any

import orjson
from cryptography.fernet import Fernet, InvalidToken, MultiFernet

SHORTEST_LOOKUP_KEY = 32


class SealBroken(Exception):
    """Sealed bytes that none of the keys opens: the wrong keys file, or a damaged row."""


class Vault:
    """Seals with the first of `sealing_keys`, opens with any, hashes with `lookup_key`."""

    def __init__(self, sealing_keys: list[str], lookup_key: str) -> None:
        self._fernet = MultiFernet([Fernet(key) for key in sealing_keys])
        self._lookup_key = lookup_key.encode()

    @classmethod
    def from_file(cls, path: Path) -> Vault:
        """Reads the keys from a JSON file: {"sealing": [newest, …], "lookup": …}.

        Raises OSError where it cannot be read, ValueError where it is not such a file.
        """
        try:
            keys = orjson.loads(path.read_bytes())
            sealing, lookup = keys["sealing"], keys["lookup"]
            if not isinstance(lookup, str) or len(lookup) < SHORTEST_LOOKUP_KEY:
                raise ValueError("lookup")
            return cls(sealing, lookup)
        except (KeyError, TypeError, ValueError) as error:
            raise ValueError(f"{path}: not a file of keys") from error

    @staticmethod
    def create_file(path: Path) -> None:
        """Writes a file with new keys that only its owner may read. Raises FileExistsError where there is one."""
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        keys = {"sealing": [Fernet.generate_key().decode()], "lookup": secrets.token_hex(32)}
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(orjson.dumps(keys, option=orjson.OPT_INDENT_2))

    def seal(self, plain: bytes) -> bytes:
        """The sealed bytes."""
        return self._fernet.encrypt(plain)

    def open(self, sealed: bytes) -> bytes:
        """What was sealed. Raises SealBroken."""
        try:
            return self._fernet.decrypt(sealed)
        except InvalidToken:
            raise SealBroken from None

    def seal_text(self, plain: str) -> bytes:
        """The sealed text."""
        return self.seal(plain.encode())

    def open_text(self, sealed: bytes) -> str:
        """The text that was sealed. Raises SealBroken."""
        return self.open(sealed).decode()

    def seal_json(self, value: Any) -> bytes:
        """A JSON value, sealed."""
        return self.seal(orjson.dumps(value))

    def open_json(self, sealed: bytes) -> Any:
        """The JSON value that was sealed. Raises SealBroken."""
        return orjson.loads(self.open(sealed))

    def lookup(self, purpose: str, value: str) -> bytes:
        """A keyed hash by which a value is found again without being readable in the database."""
        return hmac.digest(self._lookup_key, f"{purpose}\0{value}".encode(), hashlib.sha256)
