"""How far people come in a guide: a picture for a phone, and a table."""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.domain.feedback import QUESTIONS, RATINGS, Rating
from bot.domain.funnels import Funnel, percent
from bot.papers.sheets import workbook
from bot.words import Words

if TYPE_CHECKING:
    from PIL.ImageDraw import ImageDraw
    from PIL.ImageFont import FreeTypeFont

FONTS = Path(__file__).parent / "fonts"
"""Shipped: not every server has a font with the Kazakh letters."""
WIDTH = 824
"""Twice the width of a phone's chat: 26 here are 13 there."""
MOST_STEPS = 24
"""A taller picture would be shown too small; the table has every step."""
_TALLEST, _MARGIN = 3_000, 28
_INNER = WIDTH - 2 * _MARGIN
_WHITE, _INK, _FAINT, _TRACK = "#ffffff", "#1c2733", "#566370", "#e4eaf1"
_BLUE, _GREEN, _AMBER, _RED = "#2b6cb0", "#2f8f4e", "#d99a1c", "#c8453b"
_COLOURS: Mapping[Rating, str] = {"yes": _GREEN, "partly": _AMBER, "no": _RED}
_WIDTHS = (60, 56, 12, 12, 16)


def picture(words: Words, funnel: Funnel, period: str) -> bytes:
    """The figures as a picture (PNG) in the organiser's language; `period` is a key of domain.funnels.PERIODS.

    Takes its time: call it in a thread.
    """
    from PIL import Image, ImageDraw  # start-up that only a picture needs

    image = Image.new("RGB", (WIDTH, _TALLEST), _WHITE)
    sheet = _Sheet(ImageDraw.Draw(image))
    _totals(sheet, words, funnel, period)
    _steps(sheet, words, funnel)
    _survey(sheet, words, funnel)
    buffer = io.BytesIO()
    image.crop((0, 0, WIDTH, sheet.y + _MARGIN)).save(buffer, "PNG")
    return buffer.getvalue()


def _totals(sheet: _Sheet, words: Words, funnel: Funnel, period: str) -> None:
    sheet.text(funnel.guide.title[words.language], 36, is_bold=True)
    sheet.text(words.label(f"funnel.last.{period}"), 26, colour=_FAINT)
    sheet.y += 16
    for name, people, colour in _figures(funnel):
        sheet.bar(words.label(f"funnel.{name}"), people, funnel.percent(people), colour)


def _figures(funnel: Funnel) -> Iterator[tuple[str, int, str]]:
    yield "started", funnel.started, _BLUE
    yield "finished", funnel.finished, _BLUE
    yield "managed", funnel.managed, _GREEN
    yield "not_managed", funnel.not_managed, _AMBER
    yield "stuck", funnel.stuck, _AMBER


def _steps(sheet: _Sheet, words: Words, funnel: Funnel) -> None:
    """The steps in the order of the file; of very many those that most people reached."""
    sheet.heading(words.label("funnel.steps"))
    ranked = sorted(range(len(funnel.reached)), key=lambda place: -funnel.reached[place].people)
    for place in sorted(ranked[:MOST_STEPS]):
        one = funnel.reached[place]
        sheet.bar(f"{place + 1}. {one.step.first_words(words.language)}", one.people, one.percent, _BLUE)
        if one.stuck:
            sheet.text(f"{words.label('funnel.stuck')}: {one.stuck}", 22, colour=_FAINT)
    if hidden := len(ranked[MOST_STEPS:]):
        sheet.text(words.label("funnel.more", count=hidden), 24, colour=_FAINT)


def _survey(sheet: _Sheet, words: Words, funnel: Funnel) -> None:
    for question in QUESTIONS:
        sheet.heading(words.label(f"funnel.{question}"))
        ratings = funnel.ratings[question]
        for rating in RATINGS:
            people = ratings[rating]
            label = words.label(f"funnel.rating.{rating}")
            sheet.bar(label, people, percent(people, sum(ratings.values())), _COLOURS[rating])


class _Sheet:
    """Draws from top to bottom; `y` is where the next thing goes."""

    def __init__(self, paper: ImageDraw) -> None:
        self._paper = paper
        self.y = _MARGIN

    def text(self, text: str, size: int, is_bold: bool = False, colour: str = _INK) -> None:
        """A text in as many lines as it needs."""
        font = _font(size, is_bold)
        for line in _lines(_drawable(text), font):
            self._paper.text((_MARGIN, self.y), line, colour, font)
            self.y += size + 10

    def heading(self, text: str) -> None:
        """What the next bars are about."""
        self.y += 22
        self.text(text, 29, is_bold=True)
        self.y += 4

    def bar(self, label: str, people: int, share: int, colour: str) -> None:
        """A label with its figures, and below it a bar as long as its share of a hundred."""
        figures = f"{people:,} · {share} %".replace(",", " ")
        font, bold = _font(25), _font(25, True)
        end = WIDTH - _MARGIN - bold.getlength(figures)
        self._paper.text((_MARGIN, self.y), _cut(_drawable(label), font, end - _MARGIN - 16), _INK, font)
        self._paper.text((end, self.y), figures, _INK, bold)
        top = self.y + 34
        for length, fill in ((_INNER, _TRACK), (_INNER * share // 100, colour)):
            if length:
                box = (_MARGIN, top, _MARGIN + max(length, 6), top + 13)
                self._paper.rounded_rectangle(box, 6, fill)
        self.y = top + 13 + 15


@cache
def _font(size: int, is_bold: bool = False) -> FreeTypeFont:
    from PIL import ImageFont

    return ImageFont.truetype(FONTS / ("NotoSans-Bold.ttf" if is_bold else "NotoSans-Regular.ttf"), size)


def _drawable(text: str) -> str:
    """The text without signs that the font has no picture for, such as emoji."""
    kept = (sign for sign in text if unicodedata.category(sign) not in ("So", "Cf", "Mn", "Cs", "Co"))
    return " ".join("".join(kept).split())


def _lines(text: str, font: FreeTypeFont) -> Iterator[str]:
    line = ""
    for word in text.split():
        longer = f"{line} {word}".strip()
        if line and font.getlength(longer) > _INNER:
            yield line
            longer = word
        line = longer
    yield line


def _cut(text: str, font: FreeTypeFont, width: float) -> str:
    """As much of the text as fits, by whole words."""
    if font.getlength(text) <= width:
        return text
    words = text.rstrip("…").split()
    while len(words) > 1 and font.getlength(" ".join(words) + "…") > width:
        words.pop()
    return " ".join(words).rstrip(".,:;–") + "…"


def table(words: Words, funnel: Funnel, period: str) -> bytes:
    """The same as a table (XLSX) in the organiser's language, with every step."""
    return workbook(
        {
            words.label("funnel.sheet_totals"): _totals_rows(words, funnel, period),
            words.label("funnel.sheet_steps"): _steps_rows(words, funnel),
            words.label("funnel.sheet_survey"): _survey_rows(words, funnel),
        },
        _WIDTHS,
    )


def _totals_rows(words: Words, funnel: Funnel, period: str) -> list[list[Any]]:
    return [
        [funnel.guide.title[words.language], words.label(f"funnel.last.{period}")],
        ["", *_head(words, "people", "percent")],
        *([words.label(f"funnel.{name}"), people, funnel.percent(people)] for name, people, _ in _figures(funnel)),
    ]


def _steps_rows(words: Words, funnel: Funnel) -> list[list[Any]]:
    steps = enumerate(funnel.reached, 1)
    rows = [[number, one.step.first_words(words.language), one.people, one.percent, one.stuck] for number, one in steps]
    return [_head(words, "number", "step", "people", "percent", "stuck"), *rows]


def _survey_rows(words: Words, funnel: Funnel) -> list[list[Any]]:
    head = [words.label("funnel.question"), *(words.label(f"funnel.rating.{rating}") for rating in RATINGS)]
    rows = [
        [words.label(f"funnel.{question}"), *(funnel.ratings[question][rating] for rating in RATINGS)]
        for question in QUESTIONS
    ]
    return [head, *rows]


def _head(words: Words, *names: str) -> list[str]:
    return [words.label(f"funnel.{name}") for name in names]
