"""Pictures of steps: each fault is named with its file, step and field."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from tests.content.samples import GUIDE, faults, write

STEP = 'id = "end"\n'
PICTURE = STEP + 'picture = { kk = "one.png", ru = "one.png" }\n'
SOUND = Image.new("RGB", (40, 30))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Content whose last step has a picture."""
    assert STEP in GUIDE
    write(tmp_path, guide=GUIDE.replace(STEP, PICTURE, 1))
    (tmp_path / "pictures").mkdir()
    return tmp_path


def told(folder: Path) -> list[str]:
    """The faults without the file's name, in both languages the same."""
    found = faults(folder)
    assert all("guides/first.toml: steps.end" in fault for fault in found)
    return [fault.split("first.toml: ", 1)[1] for fault in found]


def test_a_sound_one(folder: Path) -> None:
    SOUND.save(folder / "pictures" / "one.png")
    assert told(folder) == []


def test_one_that_is_not_there(folder: Path) -> None:
    assert [fault.split(":")[0] for fault in told(folder)] == ["steps.end.picture.kk", "steps.end.picture.ru"]
    assert "there is no file 'one.png'" in told(folder)[0]


def test_one_outside_the_folder(folder: Path) -> None:
    SOUND.save(folder / "one.png")
    write(folder, guide=GUIDE.replace(STEP, PICTURE.replace("one.png", "../one.png"), 1))
    assert "there is no file '../one.png'" in told(folder)[0]


def test_no_picture_at_all(folder: Path) -> None:
    (folder / "pictures" / "one.png").write_text("<html>", encoding="utf-8")
    assert "is no picture" in told(folder)[0]


def test_another_format(folder: Path) -> None:
    SOUND.save(folder / "pictures" / "one.png", format="GIF")
    assert "is GIF, expected PNG or JPEG" in told(folder)[0]


@pytest.mark.parametrize("size", [(9_000, 1_001), (2_100, 100)])
def test_sides_that_telegram_refuses(folder: Path, size: tuple[int, int]) -> None:
    Image.new("1", size).save(folder / "pictures" / "one.png")
    assert "too large or too narrow" in told(folder)[0]


def test_a_text_that_does_not_fit_below(folder: Path) -> None:
    SOUND.save(folder / "pictures" / "one.png")
    long = GUIDE.replace(STEP, PICTURE, 1).replace('ru = "Готово"', f'ru = "{"я" * 700}"', 1)
    write(folder, guide=long)
    found = told(folder)
    assert len(found) == 1
    assert "at most 700 fit on one screen" in found[0]
