"""A poster for a wall: what the bot leads to, and a QR code that opens it there. In every language, as a PDF (A4)."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from pathlib import Path

from bot.domain.base import Text
from bot.domain.markup import visible
from bot.words import Words

FONTS = Path(__file__).parent / "fonts"
TEMPLATE = Path(__file__).parent / "poster.typ"
CENTRE = "1414"
"""The phone of the contact centre of e-government."""
TOO_LONG = "the texts do not fit on one page"


def poster(
    catalogues: Mapping[str, Words], title: Text, summary: Text, link: str, department: Text, phone: str
) -> bytes:
    """The PDF. `link` is the whole deep link; `department` and `phone` say whom one can ask.

    Raises ValueError for texts that do not fit on one page.
    """
    import typst  # 80 MB that only a poster needs

    content = {
        "link": link.removeprefix("https://"),
        "qr": _qr(link),
        "centre": CENTRE,
        "phone": phone,
        "too_long": TOO_LONG,
        "languages": [
            {
                "language": language,
                "title": title[language],
                "summary": visible(summary[language]),
                "name": department[language],
                "steps": [words.label("poster.camera"), words.label("poster.point"), words.label("poster.start")],
                "centre": words.label("poster.centre"),
                "department": words.label("poster.department"),
            }
            for language, words in catalogues.items()
        ],
    }
    try:
        return typst.compile(
            TEMPLATE, font_paths=[FONTS], ignore_system_fonts=True, sys_inputs={"poster": json.dumps(content)}
        )
    except typst.TypstError as error:
        if TOO_LONG in str(error):
            raise ValueError(TOO_LONG) from None
        raise


def _qr(link: str) -> str:
    """The link as a QR code (SVG) that a scratch or a fold does not spoil."""
    import segno

    buffer = io.BytesIO()
    segno.make(link, error="q", micro=False).save(buffer, kind="svg", xmldecl=False, border=4)
    return buffer.getvalue().decode()
