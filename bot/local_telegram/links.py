"""Which addresses Telegram accepts in buttons and text links, and how it writes them."""

import re

_PROTOCOL = re.compile(r"^([a-zA-Z][a-zA-Z0-9+.-]*)://")
_PORT = re.compile(r":(\d*)$")
_USER_LINK = re.compile(r"^tg://user\?id=(\d+)$")


class LinkError(ValueError):
    """The address cannot be used; the text is Telegram's reason."""


def checked_link(link: str) -> str:
    """The address as Telegram stores it (lower-case host, at least one slash). Raises LinkError."""
    if not link:
        raise LinkError("URL is empty")
    if link.lower().startswith(("tg://", "ton://", "tonsite://")):
        return _internal_link(link)
    found = _PROTOCOL.match(link)
    protocol = found.group(1).lower() if found else "http"
    if protocol not in ("http", "https"):
        raise LinkError("Unsupported URL protocol")
    return _web_link(protocol, link[found.end() :] if found else link)


def _internal_link(link: str) -> str:
    if not link.partition("://")[2]:
        raise LinkError("Wrong tg URL")
    return link


def _web_link(protocol: str, rest: str) -> str:
    end = next((i for i, c in enumerate(rest) if c in "/?#"), len(rest))
    authority, tail = rest[:end], rest[end:]
    user, at, host = authority.rpartition("@")
    port = _PORT.search(host)
    name = host[: port.start()] if port else host
    if not name:
        raise LinkError("URL host is empty")
    if "." not in name or any(c.isspace() for c in authority) or name[0] == "." or name[-1] == ".":
        raise LinkError("Wrong HTTP URL")
    if ":" in name or (port and not 0 < int(port.group(1) or 0) < 65536):
        raise LinkError("Wrong port number specified in the URL")
    if not tail.startswith("/"):
        tail = "/" + tail
    return f"{protocol}://{user}{at}{host.lower()}{tail.replace(' ', '%20')}"


def user_of_link(link: str) -> int | None:
    """The person that `tg://user?id=…` names, or None for any other address."""
    found = _USER_LINK.match(link)
    return int(found.group(1)) if found else None
