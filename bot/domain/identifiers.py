"""IIN and BIN: twelve digits, of which the last one is worked out from the others.

Nothing else is read from them: since 2013 the digits need not match the date of birth or the sex.
"""

from __future__ import annotations

import re

_TWELVE = re.compile(r"[0-9]{12}")
_WEIGHTS = ((1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11), (3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2))
"""The second row is for what the first leaves open."""
SHOWN = 4
"""So many digits at the end are shown where a number is listed."""


def is_twelve_digits(text: str) -> bool:
    """Whether the text is twelve digits and nothing else."""
    return bool(_TWELVE.fullmatch(text))


def is_sound(number: str) -> bool:
    """Whether the last of twelve digits is the one that belongs to the others."""
    digits = [int(digit) for digit in number]
    for weights in _WEIGHTS:
        rest = sum(digit * weight for digit, weight in zip(digits[:11], weights, strict=True)) % 11
        if rest < 10:
            return rest == digits[11]
    return False


def masked(number: str) -> str:
    """The number as lists show it: ••••••••0001."""
    return "•" * (len(number) - SHOWN) + number[-SHOWN:]
