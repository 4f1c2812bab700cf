"""Files in parts, and what they are called there."""

from __future__ import annotations

import pytest

from bot.domain.exports import Part, named, parts

A, B, C, D = (1, 11), (1, 12), (2, 9), (7, 30)


def test_files_in_parts() -> None:
    assert parts([], 10) == []
    assert parts([(A, 4), (B, 6), (C, 1), (D, 9)], 10) == [Part(A, B, 10), Part(C, D, 10)]
    assert parts([(A, 5), (B, 6), (C, 20), (D, 0)], 10) == [Part(A, A, 5), Part(B, B, 6), Part(C, C, 20), Part(D, D, 0)]


@pytest.mark.parametrize(
    ("field", "name", "called"),
    [
        ("work", "Жұмыс.PDF", "EU-0001/EU-0001_work_2.pdf"),
        ("~guardian", "photo.jpg", "EU-0001/EU-0001_guardian_2.jpg"),
        ("work", "../../etc/passwd", "EU-0001/EU-0001_work_2"),
        ("work", "x./..\\y", "EU-0001/EU-0001_work_2"),
    ],
)
def test_names(field: str, name: str, called: str) -> None:
    assert named("EU-0001", field, 2, name) == called
