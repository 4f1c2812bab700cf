"""Sealing, opening with older keys, looking up by a keyed hash."""

from __future__ import annotations

import stat
from pathlib import Path

import orjson
import pytest
from cryptography.fernet import Fernet
from hypothesis import given
from hypothesis import strategies as st

from bot.vault import SealBroken, Vault

OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()
VAULT = Vault([OLD], "lookup")


@given(st.binary(max_size=200))
def test_what_is_sealed_opens_again(plain: bytes) -> None:
    sealed = VAULT.seal(plain)
    assert VAULT.open(sealed) == plain
    assert len(plain) < 8 or plain not in sealed


def test_texts_and_values() -> None:
    assert VAULT.open_text(VAULT.seal_text("Үлгібаева Сәуле")) == "Үлгібаева Сәуле"
    assert VAULT.open_json(VAULT.seal_json({"name": "Сәуле", "n": None})) == {"name": "Сәуле", "n": None}
    assert VAULT.seal_text("одно") != VAULT.seal_text("одно")


def test_a_new_key_seals_and_the_old_one_still_opens() -> None:
    both = Vault([NEW, OLD], "lookup")
    assert both.open_text(VAULT.seal_text("старое")) == "старое"
    assert Vault([NEW], "lookup").open_text(both.seal_text("новое")) == "новое"
    with pytest.raises(SealBroken):
        VAULT.open(both.seal_text("новое"))


@pytest.mark.parametrize("damaged", [b"", b"x", VAULT.seal(b"one")[:-1], VAULT.seal(b"one")[1:]])
def test_damaged_bytes_do_not_open(damaged: bytes) -> None:
    with pytest.raises(SealBroken):
        VAULT.open(damaged)


def test_a_lookup_depends_on_key_purpose_and_value() -> None:
    found = VAULT.lookup("identity", "1")
    assert len(found) == 32
    assert found == Vault([NEW], "lookup").lookup("identity", "1")
    others = [
        VAULT.lookup("identity", "2"),
        VAULT.lookup("guardian", "1"),
        VAULT.lookup("identity\0", "1"),
        VAULT.lookup("", "identity1"),
        Vault([OLD], "other").lookup("identity", "1"),
    ]
    assert found not in others


def test_a_file_of_keys_is_made_once_and_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "keys.json"
    Vault.create_file(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert Vault.from_file(path).open_text(Vault.from_file(path).seal_text("да")) == "да"
    with pytest.raises(FileExistsError):
        Vault.create_file(path)


@pytest.mark.parametrize(
    "content",
    [b"", b"[]", b"{}", b'{"sealing": ["short"], "lookup": "x"}', b'{"sealing": [], "lookup": "x"}', b'{"sealing": 5}'],
)
def test_what_is_no_file_of_keys_is_named(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "keys.json"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"keys\.json: not a file of keys"):
        Vault.from_file(path)


@pytest.mark.parametrize("lookup", [None, "", 5])
def test_a_lookup_key_is_a_text(tmp_path: Path, lookup: object) -> None:
    path = tmp_path / "keys.json"
    path.write_bytes(orjson.dumps({"sealing": [OLD], "lookup": lookup}))
    with pytest.raises(ValueError, match=r"keys\.json: not a file of keys"):
        Vault.from_file(path)


def test_no_file_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        Vault.from_file(tmp_path / "keys.json")
