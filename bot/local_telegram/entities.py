"""Formatting of texts: parse_mode=HTML, given entities, entities that Telegram finds by itself.

Offsets and lengths of entities count UTF-16 code units, as everywhere in the Bot API; offsets in error
texts count UTF-8 bytes, as Telegram's do.
"""

import html
import re
from collections.abc import Callable
from typing import Any

from .errors import bad_request
from .links import LinkError, checked_link, user_of_link

Entity = dict[str, Any]

_TAGS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "span": "spoiler",
    "tg-spoiler": "spoiler",
    "tg-emoji": "custom_emoji",
    "tg-time": "date_time",
    "a": "text_link",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
}
_STYLES = frozenset({"bold", "italic", "underline", "strikethrough", "spoiler"})
_NAMED = (("lt", "<"), ("gt", ">"), ("amp", "&"), ("quot", '"'))
_SPACES = " \t\r\n\v\0"
_NAME_END = _SPACES + "=>/\"'"
_ENTITY_TYPES = frozenset(_TAGS.values()) | {
    "mention",
    "hashtag",
    "cashtag",
    "bot_command",
    "url",
    "email",
    "phone_number",
    "expandable_blockquote",
    "text_mention",
}
_MAX_ENTITIES = 100
# Which of two entities over the same characters comes first; all others are in between.
_PRIORITIES = {
    "blockquote": 0,
    "expandable_blockquote": 0,
    "pre": 11,
    "code": 20,
    "text_link": 49,
    "text_mention": 49,
    "bold": 90,
    "italic": 91,
    "underline": 92,
    "strikethrough": 93,
    "spoiler": 94,
    "custom_emoji": 99,
}
_FOUND = re.compile(
    r"(?P<email>(?<![\w.])[A-Za-z0-9._+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,})"
    r"|(?P<url>(?:https?|tg)://[^\s<>\"«»]+[^\s<>\"«».,:;!?)]"
    r"|(?<![\w@./-])(?:[A-Za-z0-9-]+\.)+(?:kz|com|org|net|gov|me|ru|info|io)(?![\w-])(?:/[^\s<>\"«»]*[^\s<>\"«».,:;!?)])?)"
    r"|(?P<bot_command>(?<![\w/<>])/[A-Za-z0-9_]{1,64}(?:@[A-Za-z0-9_]{3,32})?(?![\w/]))"
    r"|(?P<mention>(?<![\w@])@[A-Za-z][A-Za-z0-9_]{3,31}(?!\w))"
    r"|(?P<hashtag>(?<![\w#])\#\w{1,256})"
    r"|(?P<phone_number>(?<![\w+])\+\d[\d ()-]{8,18}\d(?!\w))"
)
_TRIGGERS = re.compile(r"[/@#+.]")


def utf16_length(text: str) -> int:
    """How many UTF-16 code units the text has."""
    return len(text) + sum(1 for c in text if c > "\uffff") if not text.isascii() else len(text)


class _HtmlParser:
    """One pass over a text with tags, in the order and with the words of Telegram's own parser."""

    def __init__(self, text: str) -> None:
        # The NUL at the end stands for the end of a C string: no index check is needed anywhere below.
        self.text = text + "\0"
        self.at = 0
        self.out: list[str] = []
        self.offset = 0
        self.open: list[tuple[str, dict[str, str], int, int]] = []
        self.entities: list[Entity] = []

    def parse(self) -> tuple[str, list[Entity]]:
        end = len(self.text) - 1
        while self.at < end:
            char = self.text[self.at]
            if char == "<":
                self._tag()
            elif char == "&":
                self._append(self._reference() or self._next())
            else:
                self._plain_run()
        if self.open:
            raise self._error(f'Can\'t find end tag corresponding to start tag "{self.open[-1][0]}"')
        return "".join(self.out), self.entities

    @staticmethod
    def _error(text: str) -> Exception:
        return bad_request(f"can't parse entities: {text}")

    def _at_byte(self, index: int) -> str:
        return f"at byte offset {len(self.text[:index].encode('utf-8', 'surrogatepass'))}"

    def _next(self) -> str:
        self.at += 1
        return self.text[self.at - 1]

    def _append(self, piece: str) -> None:
        self.out.append(piece)
        self.offset += utf16_length(piece)

    def _plain_run(self) -> None:
        start = self.at
        while self.text[self.at] not in "<&" and self.at < len(self.text) - 1:
            self.at += 1
        self._append(self.text[start : self.at])

    def _reference(self) -> str:
        """The character that `&…;` at the cursor stands for, or "" if it is none (then nothing moves)."""
        if self.text[self.at + 1] == "#":
            return self._numeric_reference()
        for name, char in _NAMED:
            if self.text.startswith(name, self.at + 1):
                self._skip_reference(self.at + 1 + len(name))
                return char
        return ""

    def _numeric_reference(self) -> str:
        found = re.compile(r"&#(?:x([0-9a-fA-F]+)|(\d+))").match(self.text, self.at)
        if not found:
            return ""
        code = int(found.group(1), 16) if found.group(1) else int(found.group(2))
        if not 0 < code < 0x10FFFF:
            return ""
        if 0xD800 <= code <= 0xDFFF:
            raise self._error(
                "Text contains invalid Unicode characters after decoding HTML entities, "
                "check for unmatched surrogate code units"
            )
        self._skip_reference(found.end())
        return chr(code)

    def _skip_reference(self, end: int) -> None:
        self.at = end + (self.text[end] == ";")

    def _skip_spaces(self) -> None:
        while self.text[self.at] in _SPACES and self.at < len(self.text) - 1:
            self.at += 1

    def _ended(self) -> bool:
        return self.at >= len(self.text) - 1

    def _tag(self) -> None:
        begin = self.at
        self.at += 1
        if self.text[self.at] == "/":
            self._end_tag(begin)
        else:
            self._start_tag(begin)

    def _start_tag(self, begin: int) -> None:
        while self.text[self.at] not in _SPACES and self.text[self.at] != ">":
            self.at += 1
        if self._ended():
            raise self._error(f"Unclosed start tag {self._at_byte(begin)}")
        tag = self.text[begin + 1 : self.at].lower()
        if tag not in _TAGS:
            raise self._error(f'Unsupported start tag "{tag}" {self._at_byte(begin)}')
        attributes: dict[str, str] = {}
        while self.text[self.at] != ">":
            self._skip_spaces()
            if self.text[self.at] == ">":
                break
            self._attribute(tag, begin, attributes)
        self.at += 1
        if tag == "span" and attributes.get("class") != "tg-spoiler":
            raise self._error(f'Tag "span" must have class "tg-spoiler" {self._at_byte(begin)}')
        self.open.append((tag, attributes, self.offset, len(self.out)))

    def _attribute(self, tag: str, begin: int, attributes: dict[str, str]) -> None:
        start = self.at
        while self.text[self.at] not in _NAME_END:
            self.at += 1
        name = self.text[start : self.at].lower()
        if not name:
            raise self._error(f'Empty attribute name in the tag "{tag}" {self._at_byte(begin)}')
        self._skip_spaces()
        if self.text[self.at] != "=":
            if self._ended():
                raise self._error(f'Unclosed start tag "{tag}" {self._at_byte(begin)}')
            attributes[name] = ""
            return
        self.at += 1
        self._skip_spaces()
        if self._ended():
            raise self._error(f'Unclosed start tag "{tag}" {self._at_byte(begin)}')
        attributes[name] = self._value()
        if self._ended():
            raise self._error(f"Unclosed start tag {self._at_byte(begin)}")

    def _value(self) -> str:
        quote = self.text[self.at]
        if quote not in "'\"":
            return self._name_token()
        self.at += 1
        value = []
        while self.text[self.at] != quote and not self._ended():
            value.append((self.text[self.at] == "&" and self._reference()) or self._next())
        if self.text[self.at] == quote:
            self.at += 1
        return "".join(value)

    def _name_token(self) -> str:
        start = self.at
        while (char := self.text[self.at]).isascii() and (char.isalnum() or char in ".-"):
            self.at += 1
        if self.text[self.at] not in _SPACES and self.text[self.at] != ">":
            raise self._error(f"Unexpected end of name token {self._at_byte(start)}")
        return self.text[start : self.at].lower()

    def _end_tag(self, begin: int) -> None:
        if not self.open:
            raise self._error(f"Unexpected end tag {self._at_byte(begin)}")
        while self.text[self.at] not in _SPACES and self.text[self.at] != ">":
            self.at += 1
        found = self.text[begin + 2 : self.at].lower()
        self._skip_spaces()
        if self.text[self.at] != ">":
            raise self._error(f"Unclosed end tag {self._at_byte(begin)}")
        self.at += 1
        tag, attributes, offset, piece = self.open.pop()
        if found and found != tag:
            raise self._error(f'Unmatched end tag {self._at_byte(begin)}, expected "</{tag}>", found "</{found}>"')
        if self.offset > offset:
            self._close(tag, attributes, offset, piece)

    def _close(self, tag: str, attributes: dict[str, str], offset: int, piece: int) -> None:
        entity: Entity = {"type": _TAGS[tag], "offset": offset, "length": self.offset - offset}
        if tag == "a":
            address = attributes.get("href") or "".join(self.out[piece:])
            if not _address(entity, address):
                return
        elif tag == "blockquote" and "expandable" in attributes:
            entity["type"] = "expandable_blockquote"
        elif tag == "tg-emoji":
            emoji = attributes.get("emoji-id", "")
            if not emoji.isdecimal():
                raise self._error("Invalid custom emoji identifier specified")
            entity["custom_emoji_id"] = emoji
        elif tag == "tg-time":
            entity.update(_moment(attributes))
        elif tag == "code" and attributes.get("class", "").startswith("language-"):
            entity["language"] = attributes["class"].removeprefix("language-")
        if tag in ("pre", "code"):
            entity = self._joined_code(entity)
        self.entities.append(entity)

    def _joined_code(self, entity: Entity) -> Entity:
        """`<pre><code class="language-x">` (or the other way round) is one entity, not two."""
        last = self.entities[-1] if self.entities else {"type": ""}
        same = (last.get("offset"), last.get("length")) == (entity["offset"], entity["length"])
        if not same or {last["type"], entity["type"]} != {"pre", "code"}:
            return entity
        self.entities.pop()
        language = last.get("language") or entity.get("language")
        joined = {"type": "pre", "offset": entity["offset"], "length": entity["length"]}
        return joined | ({"language": language} if language else {})


def _sorted(entities: list[Entity]) -> list[Entity]:
    """In Telegram's order: by place, the longer first, then by kind; without styles that are inside themselves."""
    kept: list[Entity] = []
    for entity in sorted(entities, key=lambda e: (e["offset"], -e["length"], _PRIORITIES.get(e["type"], 50))):
        end = entity["offset"] + entity["length"]
        if not any(e["type"] == entity["type"] and e["offset"] + e["length"] >= end for e in kept):
            kept.append(entity)
    return kept


def _address(entity: Entity, address: str) -> bool:
    """Complete a link entity; False if Telegram would drop the link silently."""
    person = user_of_link(address)
    if person is not None:
        entity["type"] = "text_mention"
        entity["user_id"] = person
        return True
    try:
        entity["url"] = checked_link(address)
    except LinkError:
        return False
    return True


def _moment(attributes: dict[str, str]) -> Entity:
    unix = attributes.get("unix", "")
    if not unix.isdecimal():
        raise bad_request("can't parse entities: Invalid Unix time specified")
    moment: Entity = {"unix_time": int(unix)}
    if attributes.get("format"):
        moment["date_time_format"] = attributes["format"]
    return moment


def parse_html(text: str) -> tuple[str, list[Entity]]:
    """The text without its tags, and its entities. Raises ApiError with Telegram's words."""
    if "<" not in text and "&" not in text:
        return text, []
    plain, entities = _HtmlParser(text).parse()
    for entity in entities:
        # `language` of a lone <code> exists only until its <pre> has had a chance to take it.
        if entity["type"] == "code":
            entity.pop("language", None)
    return plain, _sorted(entities)


def formatted(
    text: str, parse_mode: str | None, given: list[Entity] | None, person: Callable[[int], Entity | None]
) -> tuple[str, list[Entity]]:
    """Text and entities as Telegram stores them: parsed, trimmed, with what it finds by itself.

    `person` gives the User object of an id for text mentions. Raises ApiError for broken formatting.
    """
    mode = (parse_mode or "").lower()
    if mode == "html":
        text, entities = parse_html(text)
    elif mode in ("", "none"):
        entities = [_checked_entity(e, text) for e in given or ()]
    elif mode in ("markdown", "markdownv2"):
        raise bad_request("can't parse entities: only HTML is served here; send parse_mode=HTML")
    else:
        raise bad_request("unsupported parse_mode")
    text, entities = _trimmed(text.replace("\r", "").replace("\0", " "), entities)
    if entities:
        entities = _outside_code(_with_users(entities, person))
    if _TRIGGERS.search(text):
        entities = _with_found(text, entities)
    return text, entities[:_MAX_ENTITIES]


def _checked_entity(entity: Any, text: str) -> Entity:
    if not isinstance(entity, dict):
        raise bad_request("can't parse MessageEntity: expected an Object")
    for field, kind, name in (("offset", int, "Number"), ("length", int, "Number"), ("type", str, "String")):
        if field not in entity:
            raise bad_request(f"can't parse MessageEntity: Can't find field \"{field}\"")
        if not isinstance(entity[field], kind):
            raise bad_request(f'can\'t parse MessageEntity: Field "{field}" must be of type {name}')
    if entity["type"] not in _ENTITY_TYPES:
        raise bad_request("can't parse MessageEntity: Unsupported type specified")
    if entity["offset"] < 0 or entity["length"] < 0:
        raise bad_request("entity begins or ends in a wrong place")
    if entity["offset"] + entity["length"] > utf16_length(text):
        raise bad_request("entity ends after the end of the text")
    return _checked_link_entity(dict(entity))


def _checked_link_entity(entity: Entity) -> Entity:
    if entity["type"] == "text_link":
        address = str(entity.get("url") or "")
        try:
            entity["url"] = checked_link(address)
        except LinkError as problem:
            raise bad_request(f"entity URL '{address}' is invalid: {problem}") from None
    elif entity["type"] == "text_mention":
        entity["user_id"] = (entity.pop("user", None) or {}).get("id", 0)
    return {k: v for k, v in entity.items() if v is not None}


def _outside_code(entities: list[Entity]) -> list[Entity]:
    """Code holds no other style: a style around it is cut to what is outside."""
    codes = [e for e in entities if e["type"] in ("pre", "code")]
    if not codes:
        return entities
    kept = []
    for entity in entities:
        kept += _pieces(entity, codes) if entity["type"] in _STYLES else [entity]
    return _sorted(kept)


def _pieces(entity: Entity, codes: list[Entity]) -> list[Entity]:
    pieces = []
    start, end = entity["offset"], entity["offset"] + entity["length"]
    for code in codes:
        stop = min(code["offset"], end)
        if stop > start:
            pieces.append({**entity, "offset": start, "length": stop - start})
        start = max(start, code["offset"] + code["length"])
    if end > start:
        pieces.append({**entity, "offset": start, "length": end - start})
    return pieces


def _with_users(entities: list[Entity], person: Callable[[int], Entity | None]) -> list[Entity]:
    """Text mentions carry the whole User; a mention of a stranger is dropped, as Telegram does."""
    known = []
    for entity in entities:
        if "user_id" in entity:
            user = person(entity["user_id"])
            if user is None:
                continue
            entity = {k: v for k, v in entity.items() if k != "user_id"} | {"user": user}
        known.append(entity)
    return known


def _trimmed(text: str, entities: list[Entity]) -> tuple[str, list[Entity]]:
    """Telegram cuts white space at both ends; entities shrink and move with it."""
    stripped = text.strip(" \n\t\v\f")
    if stripped == text:
        return text, entities
    lead = utf16_length(text[: len(text) - len(text.lstrip(" \n\t\v\f"))])
    end = utf16_length(stripped)
    kept = []
    for entity in entities:
        start = max(entity["offset"] - lead, 0)
        stop = min(entity["offset"] + entity["length"] - lead, end)
        if stop > start:
            kept.append({**entity, "offset": start, "length": stop - start})
    return stripped, kept


def found_entities(text: str) -> list[Entity]:
    """Commands, addresses, mentions, hashtags, e-mails and phone numbers that stand in a plain text."""
    if not _TRIGGERS.search(text):
        return []
    return [
        {
            "type": match.lastgroup,
            "offset": utf16_length(text[: match.start()]),
            "length": utf16_length(match.group()),
        }
        for match in _FOUND.finditer(text)
    ]


def _with_found(text: str, entities: list[Entity]) -> list[Entity]:
    closed = [e for e in entities if e["type"] in ("code", "pre", "text_link", "text_mention")]
    extra = [
        e
        for e in found_entities(text)
        if not any(c["offset"] < e["offset"] + e["length"] and e["offset"] < c["offset"] + c["length"] for c in closed)
    ]
    if not extra:
        return entities
    return _sorted(entities + extra)


_MARKS = {
    "bold": "b",
    "italic": "i",
    "underline": "u",
    "strikethrough": "s",
    "spoiler": "tg-spoiler",
    "code": "code",
    "blockquote": "blockquote",
}


def _opening(entity: Entity) -> tuple[str, str]:
    kind = entity["type"]
    if kind in _MARKS:
        return f"<{_MARKS[kind]}>", f"</{_MARKS[kind]}>"
    if kind == "expandable_blockquote":
        return "<blockquote expandable>", "</blockquote>"
    if kind == "text_link":
        return f'<a href="{html.escape(entity["url"])}">', "</a>"
    if kind == "text_mention":
        return f'<a href="tg://user?id={entity["user"]["id"]}">', "</a>"
    if kind == "pre" and entity.get("language"):
        return f'<pre><code class="language-{html.escape(entity["language"])}">', "</code></pre>"
    if kind == "pre":
        return "<pre>", "</pre>"
    if kind == "custom_emoji":
        return f'<tg-emoji emoji-id="{entity["custom_emoji_id"]}">', "</tg-emoji>"
    return "", ""


def to_html(text: str, entities: list[Entity]) -> str:
    """The text with its formatting written as Telegram HTML; what Telegram found by itself stays plain."""
    starts: dict[int, list[str]] = {}
    ends: dict[int, list[str]] = {}
    for entity in _sorted(entities):
        opening, closing = _opening(entity)
        if opening:
            starts.setdefault(entity["offset"], []).append(opening)
            ends.setdefault(entity["offset"] + entity["length"], []).insert(0, closing)
    pieces: list[str] = []
    offset = 0
    for char in text:
        pieces += ends.pop(offset, ())
        pieces += starts.pop(offset, ())
        pieces.append(html.escape(char, quote=False))
        offset += 2 if char > "\uffff" else 1
    for closings in ends.values():
        pieces += closings
    return "".join(pieces)
