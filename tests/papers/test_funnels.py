"""How far people come in a guide: the picture, measured, and the table, opened as a spreadsheet program would."""

from __future__ import annotations

import io

import pytest
from openpyxl import load_workbook
from PIL import Image, ImageColor

from bot.domain.feedback import QUESTIONS, RATINGS, Feedback
from bot.domain.funnels import PERIODS, Funnel, funnel
from bot.domain.guides import Guide
from bot.papers import funnels as papers
from tests.domain.test_guides import make
from tests.services.rooms import LANGUAGES, catalogues, library

SAID = [(Feedback(True, "yes", "partly"), 30), (Feedback(True, "no"), 10), (Feedback(False), 20)]


def figures(guide: Guide, started: int = 100) -> Funnel:
    """A funnel through which half of the people come a step further each time."""
    visits = {step.id: started // 2**number for number, step in enumerate(guide.steps)}
    return funnel(guide, started, visits, 60, SAID, {guide.first.id: 5})


def bars(image: Image.Image, colour: str) -> list[int]:
    """The lengths of the bars in a colour, from top to bottom."""
    found, above = [], 0
    wanted = ImageColor.getrgb(colour)
    pixels = image.load()
    assert pixels is not None
    for y in range(image.height):
        length = sum(pixels[x, y] == wanted for x in range(papers._MARGIN, papers.WIDTH))
        if length and not above:
            found.append(0)
        if length:
            found[-1] = max(found[-1], length)
        above = length
    return found


def share(percent: int) -> int:
    """How long a bar of so many percent is."""
    return papers._INNER * percent // 100


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_bars_are_as_long_as_the_figures(language: str) -> None:
    content = papers.picture(catalogues()[language], figures(make(a="b", b="c", c=None)), "week")
    image = Image.open(io.BytesIO(content)).convert("RGB")
    assert image.width == papers.WIDTH
    # Rounded ends: a pixel more, as PIL counts.
    blue = [share(100), share(60), share(100), share(50), share(25)]
    assert bars(image, papers._BLUE) == pytest.approx(blue, abs=1)
    # Managed; then yes of those who were asked each question.
    assert bars(image, papers._GREEN) == pytest.approx([share(40), share(75)], abs=1)
    assert bars(image, papers._AMBER) == pytest.approx([share(20), share(5), share(100)], abs=1)
    assert bars(image, papers._RED) == pytest.approx([share(25)], abs=1)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("guide", library().guides.values(), ids=lambda guide: guide.id)
def test_every_guide_fits(guide: Guide, language: str) -> None:
    for found in (figures(guide, 1_000_000), funnel(guide, 0, {}, 0, [], {})):
        image = Image.open(io.BytesIO(papers.picture(catalogues()[language], found, "year")))
        # Telegram takes 10,000 together, and at most twenty times as high as wide.
        assert image.height < papers._TALLEST
        # The last lines are there: nothing was cut off.
        last = image.convert("L").crop((0, image.height - 60, image.width, image.height))
        assert min(last.tobytes()) < 240


def test_of_very_many_steps_those_that_most_people_reached() -> None:
    many = papers.MOST_STEPS + 3
    guide = make(**{f"s{number}": f"s{number + 1}" for number in range(many - 1)}, **{f"s{many - 1}": None})
    words = catalogues()["ru"]
    visits = {f"s{number}": 100 - number for number in range(many)}
    image = Image.open(io.BytesIO(papers.picture(words, funnel(guide, 100, visits, 0, [], {}), "week"))).convert("RGB")
    assert len(bars(image, papers._BLUE)) == 1 + papers.MOST_STEPS


def test_the_font_has_the_letters_of_both_languages() -> None:
    for is_bold in (False, True):
        font = papers._font(40, is_bold)
        unknown = bytes(font.getmask("\U0010fffd"))
        for letter in "әғқңөұүһіӘҒҚҢӨҰҮҺІёЁйщ№«»–·…":
            assert bytes(font.getmask(letter)) != unknown, letter


def test_signs_without_a_picture_are_left_out() -> None:
    assert papers._drawable("21. ✅ Готово! 🙂 Ә") == "21. Готово! Ә"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("period", PERIODS)
def test_the_table(language: str, period: str) -> None:
    words, guide = catalogues()[language], make(a="b", b=None)
    content = papers.table(words, figures(guide), period)
    book = load_workbook(io.BytesIO(content))
    totals, steps, survey = ([list(row) for row in sheet.iter_rows(values_only=True)] for sheet in book)
    name = {"kk": "м", "ru": "т"}[language]
    assert book.sheetnames == [words.label(f"funnel.sheet_{one}") for one in ("totals", "steps", "survey")]
    assert totals == [
        [name, words.label(f"funnel.last.{period}"), None],
        [None, words.label("funnel.people"), words.label("funnel.percent")],
        [words.label("funnel.started"), 100, 100],
        [words.label("funnel.finished"), 60, 60],
        [words.label("funnel.managed"), 40, 40],
        [words.label("funnel.not_managed"), 20, 20],
        [words.label("funnel.stuck"), 5, 5],
    ]
    heads = [words.label(f"funnel.{one}") for one in ("number", "step", "people", "percent", "stuck")]
    assert steps == [heads, [1, name, 100, 100, 5], [2, name, 50, 50, 0]]
    ratings = [words.label(f"funnel.rating.{rating}") for rating in RATINGS]
    counts = {"quality": [30, 0, 10], "availability": [0, 30, 0]}
    assert survey == [
        [words.label("funnel.question"), *ratings],
        *([words.label(f"funnel.{question}"), *counts[question]] for question in QUESTIONS),
    ]
