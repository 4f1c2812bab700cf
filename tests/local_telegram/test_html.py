"""parse_mode=HTML as Telegram reads it: texts of errors, byte offsets there, UTF-16 offsets in entities."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.local_telegram.entities import formatted, found_entities, parse_html, to_html, utf16_length
from bot.local_telegram.errors import ApiError

BROKEN = [
    ("<br>", 'Unsupported start tag "br" at byte offset 0'),
    ("a < b", 'Unsupported start tag "" at byte offset 2'),
    ("Қазақ <p>x</p>", 'Unsupported start tag "p" at byte offset 11'),
    ("😀😀&lt;<x>", 'Unsupported start tag "x" at byte offset 12'),
    ("x <b", "Unclosed start tag at byte offset 2"),
    ("<a href", 'Unclosed start tag "a" at byte offset 0'),
    ("<a href=", 'Unclosed start tag "a" at byte offset 0'),
    ('<a href="x"', "Unclosed start tag at byte offset 0"),
    ('<a href="x>y', "Unclosed start tag at byte offset 0"),
    ('<a ="x">y</a>', 'Empty attribute name in the tag "a" at byte offset 0'),
    ("<a href=x/>y</a>", "Unexpected end of name token at byte offset 8"),
    ("<span>x</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
    ("x</b>", "Unexpected end tag at byte offset 1"),
    ("<b>x</b", "Unclosed end tag at byte offset 4"),
    ("<b>x</i>", 'Unmatched end tag at byte offset 4, expected "</b>", found "</i>"'),
    ("<b>x<i>y</b></i>", 'Unmatched end tag at byte offset 8, expected "</i>", found "</b>"'),
    ("<b>x", 'Can\'t find end tag corresponding to start tag "b"'),
    ('<tg-emoji emoji-id="x">y</tg-emoji>', "Invalid custom emoji identifier specified"),
    (
        "&#xDFDF;",
        "Text contains invalid Unicode characters after decoding HTML entities, "
        "check for unmatched surrogate code units",
    ),
]


@pytest.mark.parametrize(("text", "reason"), BROKEN)
def test_broken(text: str, reason: str) -> None:
    with pytest.raises(ApiError) as refusal:
        parse_html(text)
    assert refusal.value.description == f"Bad Request: can't parse entities: {reason}"


def entity(kind: str, offset: int, length: int, **more: object) -> dict[str, object]:
    return {"type": kind, "offset": offset, "length": length, **more}


GOOD = [
    ("plain", "plain", []),
    ("a &lt; b &amp;&amp; c &gt; &quot;d&quot; &nbsp; &#1178;&#x1F600", 'a < b && c > "d" &nbsp; Қ😀', []),
    ("<b>Қ</b>", "Қ", [entity("bold", 0, 1)]),
    ("😀<i>ә😀</i>!", "😀ә😀!", [entity("italic", 2, 3)]),
    ("<B>x</b><strong>y</strong >", "xy", [entity("bold", 0, 1), entity("bold", 1, 1)]),
    ("<u>a<s>b</s></u>", "ab", [entity("underline", 0, 2), entity("strikethrough", 1, 1)]),
    ("<b></b>x", "x", []),
    ("<b>x</>", "x", [entity("bold", 0, 1)]),
    ("<tg-spoiler>x</tg-spoiler>", "x", [entity("spoiler", 0, 1)]),
    ('<span class="tg-spoiler">x</span>', "x", [entity("spoiler", 0, 1)]),
    ("<blockquote>x</blockquote>", "x", [entity("blockquote", 0, 1)]),
    ("<blockquote expandable>x</blockquote>", "x", [entity("expandable_blockquote", 0, 1)]),
    ('<a href="https://EGOV.kz?a=1&amp;b=2">x</a>', "x", [entity("text_link", 0, 1, url="https://egov.kz/?a=1&b=2")]),
    ("<a>egov.kz</a>", "egov.kz", [entity("text_link", 0, 7, url="http://egov.kz/")]),
    ('<a href="nonsense">x</a>', "x", []),
    ("<pre>x</pre>", "x", [entity("pre", 0, 1)]),
    ("<code>x</code>", "x", [entity("code", 0, 1)]),
    (
        '<pre><code class="language-python">x</code></pre>',
        "x",
        [entity("pre", 0, 1, language="python")],
    ),
    ('<code class="language-sql"><pre>x</pre></code>', "x", [entity("pre", 0, 1, language="sql")]),
    ("<pre> <code>x</code></pre>", " x", [entity("pre", 0, 2), entity("code", 1, 1)]),
    ("<i><b> </b> <u>y</u></i>", "  y", [entity("italic", 0, 3), entity("bold", 0, 1), entity("underline", 2, 1)]),
    ("<a>egov.kz </a>", "egov.kz ", []),
    ('<blockquote cite="" x>a&lt</>', "a<", [entity("blockquote", 0, 2)]),
    ('<tg-emoji emoji-id="5">👍</tg-emoji>', "👍", [entity("custom_emoji", 0, 2, custom_emoji_id="5")]),
    ('<tg-time unix="5">x</tg-time>', "x", [entity("date_time", 0, 1, unix_time=5)]),
]


@pytest.mark.parametrize(("text", "plain", "entities"), GOOD)
def test_good(text: str, plain: str, entities: list[dict[str, object]]) -> None:
    assert parse_html(text) == (plain, entities)


def test_code_holds_no_style() -> None:
    text, entities = formatted("<b>a <code>b</code> c</b><i><pre>d</pre></i>", "HTML", None, lambda _: None)
    assert text == "a b cd"
    assert entities == [entity("bold", 0, 2), entity("code", 2, 1), entity("bold", 3, 2), entity("pre", 5, 1)]


def test_white_space_at_the_ends_goes() -> None:
    text, entities = formatted(" \n<b> Қ</b> x <i> </i>", "HTML", None, lambda _: None)
    assert (text, entities) == ("Қ x", [entity("bold", 0, 1)])


TEXTS = st.text(st.sampled_from('aқө <&>"😀\n'), max_size=8)
TREES = st.recursive(
    TEXTS,
    lambda inner: st.tuples(
        st.sampled_from(["b", "i", "u", "s", "blockquote", "tg-spoiler"]), st.lists(inner, max_size=3)
    ),
    max_leaves=6,
)


def written(tree: object) -> str:
    """HTML of a random tree of tags and texts."""
    if isinstance(tree, str):
        return tree.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    assert isinstance(tree, tuple)
    tag, children = tree
    return f"<{tag}>{''.join(map(written, children))}</{tag}>"


def unwrapped(tree: object) -> str:
    if isinstance(tree, str):
        return tree
    assert isinstance(tree, tuple)
    return "".join(map(unwrapped, tree[1]))


@given(TREES)
def test_what_is_written_is_read_back(tree: object) -> None:
    plain, entities = parse_html(written(tree))
    assert plain == unwrapped(tree)
    assert parse_html(to_html(plain, entities)) == (plain, entities)
    units = plain.encode("utf-16-le")
    for found in entities:
        assert 0 < found["length"] <= utf16_length(plain) - found["offset"]
        # A cut at an entity's borders never splits a surrogate pair.
        units[2 * found["offset"] : 2 * (found["offset"] + found["length"])].decode("utf-16-le")


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("/start abc", [("bot_command", "/start")]),
        ("😀 /help@local_bot, /a/b", [("bot_command", "/help@local_bot")]),
        ("кіріңіз: https://egov.kz/cms?x=1.", [("url", "https://egov.kz/cms?x=1")]),
        ("egov.kz және mail@egov.kz", [("url", "egov.kz"), ("email", "mail@egov.kz")]),
        (
            "#конкурс @aigul +7 701 123 45 67",
            [("hashtag", "#конкурс"), ("mention", "@aigul"), ("phone_number", "+7 701 123 45 67")],
        ),
        ("1.5 және 2/3, а.б", []),
    ],
)
def test_what_telegram_finds_by_itself(text: str, kinds: list[tuple[str, str]]) -> None:
    units = text.encode("utf-16-le")
    found = [
        (e["type"], units[2 * e["offset"] : 2 * (e["offset"] + e["length"])].decode("utf-16-le"))
        for e in found_entities(text)
    ]
    assert found == kinds
