"""Formatted texts: which HTML Telegram takes, what is wrong with the rest, and how long a text is for a reader."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape, unescape
from html.parser import HTMLParser
from typing import Literal
from urllib.parse import urlsplit

TAGS = frozenset({"b", "i", "u", "s", "code", "pre", "a", "blockquote"})
"""What a text of the content may hold."""
TELEGRAM_TAGS = TAGS | {"tg-spoiler", "tg-emoji", "tg-time"}
"""What Telegram makes of the formatting that people choose in their app."""
_TAG = re.compile(r"</?[A-Za-z][^<>]*>?")
_SPACE = re.compile(r"\s")
_LINK = re.compile(r'<a href="[^"<>]+">')

FaultKind = Literal["unknown", "attributes", "link", "address", "unopened", "unclosed", "escape", "entity", "other"]


@dataclass(frozen=True, slots=True)
class Fault:
    """What Telegram would not take: its kind, and the tag or the sign that it is about."""

    kind: FaultKind
    what: str


def fault(html: str, written_by_app: bool = False) -> Fault | None:
    """The first fault of a text, or None. Read as strictly as Telegram does.

    `written_by_app`: the tags stand for the formatting of a Telegram message, where more of them are possible.
    """
    if "</>" in html:
        return Fault("unopened", "</>")
    reader = _Reader(written_by_app)
    reader.feed(html)
    reader.close()
    if reader.fault is None and reader.open:
        return Fault("unclosed", f"<{reader.open[-1]}>")
    return reader.fault


def length(text: str) -> int:
    """The length as Telegram counts it: in UTF-16, where an emoji has two signs."""
    return len(text.encode("utf-16-le")) // 2


def visible(html: str) -> str:
    """What a reader sees of a text without faults."""
    return unescape(_TAG.sub("", html))


def from_typed(text: str) -> str:
    """A text without formatting as HTML: read as HTML where its author typed tags, else shown letter by letter."""
    return text if _TAG.search(text) else escape(text, quote=False)


def is_https(address: str) -> bool:
    """Whether it is an https address with a host, as Telegram wants it: without a space anywhere."""
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
        is_name = "." in host and not host.startswith(".") and not host.endswith(".")
        return parts.scheme == "https" and is_name and parts.port != 0 and not _SPACE.search(address)
    except ValueError:  # a port that is none
        return False


class _Reader(HTMLParser):
    """Known tags only, closed in order, `&` and `<` escaped."""

    def __init__(self, written_by_app: bool) -> None:
        super().__init__(convert_charrefs=False)
        self._by_app = written_by_app
        self._tags = TELEGRAM_TAGS if written_by_app else TAGS
        self.open: list[str] = []
        self.fault: Fault | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        written = self.get_starttag_text() or ""
        if tag not in self._tags:
            self._found("unknown", f"<{tag}>")
        elif self._by_app:
            pass
        elif tag == "a":
            address = dict(attrs).get("href") or ""
            if not is_https(address):
                self._found("address", address)
            if not _LINK.fullmatch(written):
                self._found("link", written)
        elif written != f"<{tag}>":
            self._found("attributes", f"<{tag}>")
        self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._found("unknown", f"<{tag}/>")

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self._found("unopened", f"</{tag}>")

    def handle_data(self, data: str) -> None:
        if "<" in data or "&" in data:
            self._found("escape", "<" if "<" in data else "&")

    def handle_entityref(self, name: str) -> None:
        if name not in ("lt", "gt", "amp", "quot"):
            self._found("entity", f"&{name};")

    def handle_comment(self, data: str) -> None:
        self._found("other", "<!-- -->")

    def handle_decl(self, decl: str) -> None:
        self._found("other", "<!…>")

    def handle_pi(self, data: str) -> None:
        self._found("other", "<?…>")

    def unknown_decl(self, data: str) -> None:
        self._found("other", "<![…]>")

    def _found(self, kind: FaultKind, what: str) -> None:
        """Keeps the first fault."""
        self.fault = self.fault or Fault(kind, what)
