"""What an organiser writes to many: the version that each reader gets, its limits, and what is typed for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from bot.domain.base import Refusal
from bot.domain.markup import fault, from_typed, is_https, length, visible
from bot.domain.pushes import RULES, Kind

Mode = Literal["own", "both"]
Media = Literal["", "photo", "document"]
Lateness = Literal["2h", "24h", "any"]

TEXT_LIMIT = 4096
CAPTION_LIMIT = 1024
"""Signs of a message and of a text below a photo or a document."""
LABEL_LIMIT = 40
URL_LIMIT = 1000
BUTTONS_LIMIT = 4
SEPARATOR = "\n\n— — —\n\n"
"""Between the languages of a message in both."""
MANY = 500
"""Above so many people the number is typed, and a moment remains to cancel."""
TIME_TO_CANCEL = timedelta(seconds=60)
RECALL_WITHIN = timedelta(hours=48)
"""Telegram deletes nothing older."""
CUT_WITHIN = timedelta(seconds=3)
"""Parts into which an app cuts a text that is too long come at once."""
NEARLY_FULL = TEXT_LIMIT - 200
"""A part that was cut off at a space has at least so many signs."""

LATENESS: Mapping[Lateness, timedelta | None] = {
    "2h": RULES[Kind.ANNOUNCEMENT].late,
    "24h": timedelta(hours=24),
    "any": None,
}
"""How late an announcement may still begin after the bot was down; None: always. The first unless its author says
otherwise."""


@dataclass(frozen=True, slots=True)
class Button:
    """A button that opens an address; its label in each language."""

    label: Mapping[str, str]
    url: str

    def stored(self) -> dict[str, Any]:
        """As it stands in the database."""
        return {"label": dict(self.label), "url": self.url}


@dataclass(frozen=True, slots=True)
class Announcement:
    """The content. `texts` are Telegram HTML by language; `updated_at` in UTC."""

    id: int
    texts: Mapping[str, str]
    mode: Mode
    media: Media
    file_id: str | None
    buttons: Sequence[Button]
    updated_at: datetime

    @property
    def limit(self) -> int:
        """How many signs one message takes."""
        return CAPTION_LIMIT if self.media else TEXT_LIMIT

    def version(self, languages: Sequence[str], language: str) -> tuple[str, list[tuple[str, str]]]:
        """What a reader of this language gets: the text, and the labels and addresses of the buttons. `languages` are
        those of the bot, the state language first."""
        order = [language] if self.mode == "own" else list(languages)
        text = SEPARATOR.join(self.texts[one] for one in order if self.texts.get(one))
        return text, [(button.label[one], button.url) for button in self.buttons for one in order]

    def longest(self, languages: Sequence[str]) -> int:
        """The signs of the longest version."""
        return max(length(visible(self.version(languages, language)[0])) for language in languages)


def check_length(announcement: Announcement, languages: Sequence[str]) -> None:
    """Raises Refusal when the longest version does not fit into one message."""
    signs = announcement.longest(languages)
    if signs <= announcement.limit:
        return
    what = "caption" if announcement.media else "both" if announcement.mode == "both" else "text"
    raise Refusal(f"refusal.news.long.{what}", length=signs, limit=announcement.limit)


def check(announcement: Announcement, languages: Sequence[str]) -> None:
    """Raises Refusal for what cannot be sent: a text in one language only, or one that is too long."""
    missing = next((language for language in languages if not announcement.texts.get(language)), None)
    if missing is not None:
        raise Refusal(f"refusal.news.no_text.{missing}")
    check_length(announcement, languages)


def typed_text(plain: str, html: str, is_formatted: bool) -> str:
    """The HTML of what an organiser typed: `html` where the app formatted it, else the letters, in which tags that
    were typed by hand are read. Raises Refusal for formatting that Telegram would not take, naming the tag."""
    text = html.strip() if is_formatted else from_typed(plain.strip())
    found = fault(text, written_by_app=is_formatted)
    if found:
        raise Refusal(f"refusal.markup.{found.kind}", tag=found.what[:30])
    if not visible(text).strip():
        raise Refusal("refusal.news.empty")
    return text


def is_cut(before: str, before_at: datetime, at: datetime) -> bool:
    """Whether a text that came at `at` is the rest of the one before: an app cuts what is too long into messages."""
    return length(visible(before)) >= NEARLY_FULL and at - before_at <= CUT_WITHIN


def typed_button(raw: str, languages: Sequence[str]) -> Button:
    """The button of a typed line: a label in each language and an address, divided by |. Raises Refusal."""
    *labels, url = [part.strip() for part in raw.split("|")]
    if len(labels) != len(languages) or not all(labels):
        raise Refusal("refusal.news.button")
    if any(length(label) > LABEL_LIMIT for label in labels):
        raise Refusal("refusal.news.button_label", limit=LABEL_LIMIT)
    if not is_https(url) or len(url) > URL_LIMIT or any(sign.isspace() for sign in url):
        raise Refusal("refusal.news.button_url")
    return Button(dict(zip(languages, labels, strict=True)), url)


def with_button(announcement: Announcement, button: Button) -> list[Button]:
    """The buttons with another one. Raises Refusal when there are enough; the same address is not taken twice."""
    if button.url in {one.url for one in announcement.buttons}:
        raise Refusal("refusal.news.button_twice")
    if len(announcement.buttons) >= BUTTONS_LIMIT:
        raise Refusal("refusal.news.buttons", limit=BUTTONS_LIMIT)
    return [*announcement.buttons, button]


def check_moment(due_at: datetime | None, now: datetime) -> None:
    """Raises Refusal for a moment in the past; None is now."""
    if due_at is not None and due_at <= now:
        raise Refusal("refusal.moment.past", at=due_at)


def typed_count(raw: str, expected: int) -> None:
    """Raises Refusal unless the typed number is the expected one; spaces between the digits do not matter."""
    if "".join(raw.split()) != str(expected):
        raise Refusal("refusal.news.count", count=expected)


def begins(due_at: datetime | None, now: datetime, count: int) -> datetime:
    """When it begins (UTC): at its moment or now; to many people not before there was time to cancel."""
    at = due_at or now
    return max(at, now + TIME_TO_CANCEL) if count > MANY else at


def lateness(detail: Mapping[str, Any]) -> timedelta | None:
    """How late a mailing with this detail may begin; None: always."""
    late: Lateness = detail.get("late", "2h")
    return LATENESS[late]


def can_recall(begun_at: datetime | None, now: datetime) -> bool:
    """Whether Telegram still deletes what was sent from `begun_at` on."""
    return begun_at is not None and now - begun_at < RECALL_WITHIN
