"""The poster, looked at as the wall shows it: one page, every text of both languages, and a code that a phone reads."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pypdfium2
import pytest
import zxingcpp
from pypdfium2.raw import FPDF_PAGEOBJ_TEXT

from bot.domain.base import Text
from bot.domain.contests import Contest
from bot.domain.guides import Guide
from bot.papers.posters import poster
from tests.services.rooms import ADDRESS, LANGUAGES, catalogues, library

SUBJECTS: dict[str, Guide | Contest] = {**library().guides, **library().contests}
LONGEST_START = "g_" + "g" * 20 + "-" + "s" * 20
DEPARTMENT = Text({"kk": "Әдеп департаменті, Ұлытау", "ru": "Департамент этики, Улытау"})
PHONE = "+7 7152 00 00 00"
LETTERS = "Әә Ғғ Ққ Ңң Өө Ұұ Үү Һһ Іі"


def made(title: Text, summary: Text, start: str = "g_login") -> bytes:
    return poster(catalogues(), title, summary, f"{ADDRESS}?start={start}", DEPARTMENT, PHONE)


@contextmanager
def page(pdf: bytes) -> Iterator[pypdfium2.PdfPage]:
    """The only page."""
    with closing(pypdfium2.PdfDocument(pdf)) as document:
        assert len(document) == 1
        yield document[0]


def text(pdf: bytes) -> str:
    """All that stands on the page, with single spaces, whatever the lines are."""
    with page(pdf) as only:
        # So PDFium writes a hyphen at the end of a line.
        return flat(only.get_textpage().get_text_range().replace("\ufffe", "-"))


def flat(written: str) -> str:
    return re.sub(r"\s+", " ", written).strip()


def codes(pdf: bytes, scale: float) -> list[str]:
    """The QR codes that a camera finds on the drawn page; at scale 1 a point of the paper is a point of the picture."""
    with page(pdf) as only:
        picture = only.render(scale=scale, grayscale=True)
        shape = (picture.height, picture.width)
        assert picture.stride == picture.width
        return [found.text for found in zxingcpp.read_barcodes(memoryview(bytes(picture.buffer)).cast("B", shape))]


def both(kk: str, ru: str) -> Text:
    return Text({"kk": kk, "ru": ru})


@pytest.mark.parametrize("name", SUBJECTS)
def test_everything_is_there_in_both_languages(name: str) -> None:
    one = SUBJECTS[name]
    pdf = made(one.title, one.summary)
    seen = text(pdf)
    for language in LANGUAGES:
        words = catalogues()[language]
        for wanted in (
            one.title[language],
            one.summary[language],
            DEPARTMENT[language],
            *(words.label(f"poster.{key}") for key in ("centre", "department")),
        ):
            assert flat(wanted) in seen
    for wanted in (f"{ADDRESS.removeprefix('https://')}?start=g_login", "1414", PHONE, " 1 ", " 2 ", " 3 "):
        assert wanted in seen
    assert seen.index(flat(one.title["kk"])) < seen.index(flat(one.title["ru"])) < seen.index("t.me/")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("step", ["camera", "point", "start"])
def test_the_steps_to_take(language: str, step: str) -> None:
    assert catalogues()[language].label(f"poster.{step}") in text(made(both("а", "б"), both("в", "г")))


@pytest.mark.parametrize("start", ["g_login", "c_egov_user", LONGEST_START])
def test_a_phone_reads_the_code(start: str) -> None:
    pdf = made(both("Тақырып", "Заголовок"), both("Не туралы", "О чём"), start)
    # Two: near. A half: from afar, when the whole page is 300 points wide.
    for scale in (2, 0.5):
        assert codes(pdf, scale) == [f"{ADDRESS}?start={start}"]


def test_every_kazakh_letter_is_in_the_font() -> None:
    pdf = made(both(LETTERS, "Ёё №«»–"), both(LETTERS, "б"))
    assert text(pdf).count(LETTERS) == 2
    with page(pdf) as only:
        # A letter that the font has not would be drawn in another.
        names = {piece.get_font().get_base_name() for piece in only.get_objects(filter=[FPDF_PAGEOBJ_TEXT])}
    assert {name.partition("+")[2] for name in names} == {"NotoSans-Regular", "NotoSans-Bold"}


def test_formatting_is_left_out() -> None:
    seen = text(made(both("а", "б"), both("<b>Тегін</b> &amp; оңай", "<i>Легко</i> &lt;и&gt; <b>быстро</b>")))
    assert "Тегін & оңай" in seen
    assert "Легко <и> быстро" in seen


def test_what_looks_like_markup_of_the_template_is_a_text() -> None:
    seen = text(made(both("#panic() *а* $x$ \\ [б]", "_б_ `в` @г <д>"), both('"е" // ж', "= з")))
    for wanted in ("#panic() *а* $x$ \\ [б]", "_б_ `в` @г <д>", '"е" // ж', "= з"):
        assert wanted in seen


def height_of_title(pdf: bytes) -> float:
    with page(pdf) as only:
        _, bottom, _, top = next(only.get_objects(filter=[FPDF_PAGEOBJ_TEXT])).get_bounds()
        return float(top - bottom)


def test_long_texts_are_set_smaller_and_too_long_ones_refused() -> None:
    title = both("Ң" * 64, "Щ" * 64)
    short, long = made(title, both("а", "б")), made(title, both("сөз " * 90, "слово " * 90))
    assert height_of_title(long) < height_of_title(short)
    assert codes(long, 2) == [f"{ADDRESS}?start=g_login"]
    with pytest.raises(ValueError, match="do not fit on one page"):
        made(title, both("сөз " * 700, "слово " * 500))
