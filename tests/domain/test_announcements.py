"""What is written to many: versions, lengths, what is typed for it; and the formatting that Telegram takes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.domain import announcements as rules
from bot.domain import markup
from bot.domain.announcements import Announcement, Button
from bot.domain.base import Refusal
from bot.domain.moments import typed

NOW = datetime(2026, 12, 1, 6, tzinfo=UTC)
ZONE = ZoneInfo("Asia/Almaty")
LANGUAGES = ("kk", "ru")
MORE = Button({"kk": "Толық", "ru": "Подробнее"}, "https://egov.kz")
SAMPLE = Announcement(1, {"kk": "<b>Сәлем</b>", "ru": "Привет"}, "own", "", None, [MORE], NOW)


def _refused(key: str, action: object, *arguments: object) -> dict[str, object]:
    with pytest.raises(Refusal) as caught:
        action(*arguments)  # type: ignore[operator]
    assert caught.value.key == key
    return dict(caught.value.values)


def test_each_in_their_own_language() -> None:
    assert SAMPLE.version(LANGUAGES, "kk") == ("<b>Сәлем</b>", [("Толық", "https://egov.kz")])
    assert SAMPLE.version(LANGUAGES, "ru") == ("Привет", [("Подробнее", "https://egov.kz")])


def test_both_the_state_language_first_for_everyone() -> None:
    both = replace(SAMPLE, mode="both")
    expected = ("<b>Сәлем</b>\n\n— — —\n\nПривет", [("Толық", "https://egov.kz"), ("Подробнее", "https://egov.kz")])
    assert both.version(LANGUAGES, "kk") == both.version(LANGUAGES, "ru") == expected


@pytest.mark.parametrize(
    ("change", "signs", "what", "limit"),
    [
        ({"texts": {"kk": "a" * 4096, "ru": "b"}}, 4096, "", 4096),
        ({"texts": {"kk": "a", "ru": "b" * 4097}}, 4097, "text", 4096),
        # Tags are no signs, an emoji is two, and &amp; is one.
        ({"texts": {"kk": "<b>" + "a" * 4094 + "</b>🙂", "ru": "b"}}, 4096, "", 4096),
        ({"texts": {"kk": "a" * 4095 + "&amp;", "ru": "b"}}, 4096, "", 4096),
        ({"texts": {"kk": "a" * 4095 + "🙂", "ru": "b"}}, 4097, "text", 4096),
        ({"texts": {"kk": "a" * 2000, "ru": "b" * 2087}, "mode": "both"}, 4096, "", 4096),
        ({"texts": {"kk": "a" * 2000, "ru": "b" * 2088}, "mode": "both"}, 4097, "both", 4096),
        ({"texts": {"kk": "a" * 1024, "ru": "b"}, "media": "photo"}, 1024, "", 1024),
        ({"texts": {"kk": "a", "ru": "b" * 1025}, "media": "document"}, 1025, "caption", 1024),
    ],
)
def test_how_long_it_may_be(change: dict[str, object], signs: int, what: str, limit: int) -> None:
    changed = replace(SAMPLE, **change)  # type: ignore[arg-type]
    assert (changed.longest(LANGUAGES), changed.limit) == (signs, limit)
    if not what:
        rules.check(changed, LANGUAGES)
        return
    values = _refused(f"refusal.news.long.{what}", rules.check_length, changed, LANGUAGES)
    assert values == {"length": signs, "limit": limit}


@pytest.mark.parametrize("missing", LANGUAGES)
def test_both_texts_are_needed(missing: str) -> None:
    texts = {language: text for language, text in SAMPLE.texts.items() if language != missing}
    _refused(f"refusal.news.no_text.{missing}", rules.check, replace(SAMPLE, texts=texts), LANGUAGES)


@pytest.mark.parametrize(
    ("plain", "html"),
    [
        ("Простой текст", "Простой текст"),
        ("5 < 7 & 8 > 6", "5 &lt; 7 &amp; 8 &gt; 6"),
        ("<b>жирный</b> &amp; всё", "<b>жирный</b> &amp; всё"),
        ('<a href="https://egov.kz">портал</a>', '<a href="https://egov.kz">портал</a>'),
    ],
)
def test_what_is_typed_by_hand(plain: str, html: str) -> None:
    assert rules.typed_text(plain, "", is_formatted=False) == html


@pytest.mark.parametrize(
    ("typed", "kind", "tag"),
    [
        ("<b>x", "unclosed", "<b>"),
        ("x</b>", "unopened", "</b>"),
        ("<b>x</i>", "unopened", "</i>"),
        ("<font>x</font>", "unknown", "<font>"),
        ("<b class=x>x</b>", "attributes", "<b>"),
        ('<a href="http://egov.kz">x</a>', "address", "http://egov.kz"),
        ("<a href=https://egov.kz>x</a>", "link", "<a href=https://egov.kz>"),
        ("<b>x</b> & y", "escape", "&"),
        ("<b>x</b> &nbsp;", "entity", "&nbsp;"),
        ("<b>x</b> <!-- y -->", "other", "<!-- -->"),
    ],
)
def test_what_is_broken_is_named(typed: str, kind: str, tag: str) -> None:
    assert _refused(f"refusal.markup.{kind}", rules.typed_text, typed, "", False) == {"tag": tag}


def test_what_an_app_formatted() -> None:
    html = '<tg-spoiler>a</tg-spoiler><pre><code class="language-python">b</code></pre><a href="tg://user?id=1">c</a>'
    assert rules.typed_text("abc", html, is_formatted=True) == html
    assert markup.fault(html) == markup.Fault("unknown", "<tg-spoiler>")
    assert markup.visible(html) == "abc"


def test_nothing_is_no_text() -> None:
    _refused("refusal.news.empty", rules.typed_text, "<b> </b>", "", False)


@pytest.mark.parametrize(
    ("signs", "seconds", "is_cut"), [(4096, 1, True), (4096, 4, False), (3896, 0, True), (3895, 0, False)]
)
def test_a_text_that_an_app_cut(signs: int, seconds: float, is_cut: bool) -> None:
    assert rules.is_cut("a" * signs, NOW, NOW + timedelta(seconds=seconds)) is is_cut


def test_a_button() -> None:
    assert rules.typed_button(" Толық|Подробнее | https://egov.kz ", LANGUAGES) == MORE
    for raw, key in (
        ("Толық | Подробнее", "button"),
        ("Толық |  | https://egov.kz", "button"),
        ("Толық | Подробнее | http://egov.kz", "button_url"),
        ("Толық | Подробнее | https://egov", "button_url"),
        ("Толық | Подробнее | https://egov.kz/a b", "button_url"),
    ):
        _refused(f"refusal.news.{key}", rules.typed_button, raw, LANGUAGES)
    assert _refused("refusal.news.button_label", rules.typed_button, f"{'a' * 41} | b | https://egov.kz", LANGUAGES)


def test_at_most_four_buttons() -> None:
    others = [Button(MORE.label, f"https://egov.kz/{number}") for number in range(3)]
    assert rules.with_button(replace(SAMPLE, buttons=others), MORE) == [*others, MORE]
    _refused("refusal.news.button_twice", rules.with_button, SAMPLE, MORE)
    full = replace(SAMPLE, buttons=[*others, MORE])
    _refused("refusal.news.buttons", rules.with_button, full, Button(MORE.label, "https://egov.kz/new"))


def test_a_moment() -> None:
    due = datetime(2026, 12, 25, 5, tzinfo=UTC)
    assert typed(" 25.12.2026  10:00 ", ZONE, None) == due
    assert typed("25.12.2026, 10.00", ZONE, None) == due
    for raw in ("25.12.2026", "31.02.2027 10:00", "25.12.2026 25:00", "завтра в 10", "25.12.26 10:00"):
        _refused("refusal.moment.form", typed, raw, ZONE, None)
    assert _refused("refusal.moment.past", rules.check_moment, NOW, NOW) == {"at": NOW}
    rules.check_moment(NOW + timedelta(minutes=1), NOW)


def test_the_count_is_typed() -> None:
    rules.typed_count(" 12 345 ", 12345)
    for raw in ("12344", "", "12345 человек", "-12345"):
        assert _refused("refusal.news.count", rules.typed_count, raw, 12345) == {"count": 12345}


def test_a_minute_to_cancel_what_goes_to_many() -> None:
    minute, hour = NOW + timedelta(minutes=1), NOW + timedelta(hours=1)
    assert rules.begins(None, NOW, 500) == NOW
    assert rules.begins(None, NOW, 501) == minute
    assert rules.begins(NOW + timedelta(seconds=5), NOW, 501) == minute
    assert rules.begins(hour, NOW, 501) == rules.begins(hour, NOW, 1) == hour


def test_how_late_it_may_begin() -> None:
    assert rules.lateness({}) == rules.lateness({"late": "2h"}) == timedelta(hours=2)
    assert rules.lateness({"late": "24h"}) == timedelta(hours=24)
    assert rules.lateness({"late": "any"}) is None


def test_telegram_deletes_for_two_days() -> None:
    assert rules.can_recall(NOW, NOW + timedelta(hours=47, minutes=59))
    assert not rules.can_recall(NOW, NOW + timedelta(hours=48))
    assert not rules.can_recall(None, NOW)
