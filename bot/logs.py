"""Logs: what happened, never what a person typed."""

from __future__ import annotations

import logging
import sys
import traceback
from types import TracebackType
from typing import Any, TextIO

import structlog
from aiogram.exceptions import TelegramAPIError

from bot.words import MissingText

_SPEAKING = (OSError, TelegramAPIError, MissingText)
"""Errors whose message holds nothing typed. A database's does: it quotes the row that it refuses."""

_ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None]


def configure(form: str, level: str) -> None:
    """Sets structlog up for stderr: `console` for people, `json` for machines; libraries speak from WARNING on."""
    render: Any = structlog.processors.JSONRenderer()
    if form == "console":
        render = structlog.dev.ConsoleRenderer(exception_formatter=_print_frames, colors=sys.stderr.isatty())
    processors: list[Any] = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    if form == "json":
        processors.append(structlog.processors.ExceptionRenderer(_transformed))
    structlog.configure(
        processors=[*processors, render],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    handler = logging.StreamHandler()
    handler.setFormatter(_Frames("%(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)


def _transformed(exc_info: _ExcInfo) -> str:
    return frames(exc_info)


def frames(error: Any) -> str:
    """Where an error came from: files, lines and types. Its message only where it holds nothing typed."""
    exception: BaseException | None = error[1] if isinstance(error, tuple) else error
    parts: list[str] = []
    while exception is not None:
        said = f": {exception}" if isinstance(exception, _SPEAKING) else ""
        parts.append("".join(traceback.format_tb(exception.__traceback__)) + type(exception).__name__ + said)
        exception = exception.__cause__ or exception.__context__
    return "\ncaused by\n".join(parts)


def _print_frames(stream: TextIO, error: Any) -> None:
    stream.write("\n" + frames(error))


class _Frames(logging.Formatter):
    """The same for the libraries' logs."""

    def formatException(self, ei: Any) -> str:
        return frames(ei)
