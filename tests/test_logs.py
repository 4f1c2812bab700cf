"""A log says where an error came from, and never what a person typed."""

from __future__ import annotations

import io
import json
import logging
import sys
from collections.abc import Iterator

import pytest
import structlog
from sqlalchemy.exc import IntegrityError

from bot import logs

TYPED = "Образцова Анна Ивановна"


@pytest.fixture(params=["json", "console"])
def stderr(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    logs.configure(request.param, "INFO")
    yield stream
    monkeypatch.undo()
    logs.configure("json", "WARNING")


def on_text(text: str) -> None:
    answers = {"full_name": text}
    raise ValueError(f"cannot store {answers['full_name']!r}")


def wrapped(text: str) -> None:
    try:
        on_text(text)
    except ValueError as error:
        raise RuntimeError(f"while handling {text}") from error


def nested(text: str) -> None:
    try:
        on_text(text)
    except ValueError:
        raise KeyError("other") from None


@pytest.mark.parametrize("handler", [on_text, wrapped, nested])
@pytest.mark.parametrize("library", [False, True])
def test_a_traceback_does_not_hold_what_was_typed(stderr: io.StringIO, handler: object, library: bool) -> None:
    assert callable(handler)
    try:
        handler(TYPED)
    except Exception as error:
        if library:
            logging.getLogger("aiogram").exception("update failed")
        else:
            structlog.get_logger().error("update failed", error_id="AB12", exc_info=error)
    written = stderr.getvalue()
    assert "update failed" in written
    assert "test_logs.py" in written
    assert "on_text" in written or handler is nested
    for part in TYPED.split():
        assert part not in written
        assert json.dumps(part).strip('"') not in written


def test_a_key_error_does_not_say_its_key(stderr: io.StringIO) -> None:
    try:
        {}[TYPED]  # type: ignore[index]
    except KeyError:
        structlog.get_logger().exception("update failed")
    assert "Образцова" not in stderr.getvalue()
    assert "\\u041e" not in stderr.getvalue()


def test_a_database_error_hides_its_parameters(stderr: io.StringIO) -> None:
    try:
        raise IntegrityError("INSERT …", {"name": TYPED}, ValueError("UNIQUE"), hide_parameters=True)
    except IntegrityError:
        structlog.get_logger().exception("update failed")
    written = stderr.getvalue()
    assert "IntegrityError" in written
    assert "Образцова" not in written
    assert "\\u041e" not in written


def test_an_error_of_the_system_says_what_it_is(stderr: io.StringIO) -> None:
    try:
        raise OSError("no space left on device")
    except OSError:
        structlog.get_logger().exception("update failed")
    assert "no space left on device" in stderr.getvalue()


def test_frames_name_file_line_and_type() -> None:
    try:
        wrapped(TYPED)
    except RuntimeError as error:
        shown = logs.frames(error)
    assert shown.count("test_logs.py") >= 3
    assert "RuntimeError" in shown
    assert "\ncaused by\n" in shown
    assert "ValueError" in shown
    assert TYPED not in shown


def test_the_level_is_kept(stderr: io.StringIO) -> None:
    structlog.get_logger().debug("quiet")
    structlog.get_logger().info("said")
    logging.getLogger("aiogram").info("quiet too")
    written = stderr.getvalue()
    assert "said" in written
    assert "quiet" not in written
