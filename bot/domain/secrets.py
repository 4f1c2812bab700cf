"""What a person must never send to anybody: an SMS code, a password, a key file.

Asked only of what is no answer to the question that stands. A question about codes and passwords is no secret: a
secret has the digits in it, close to the word.
"""

from __future__ import annotations

import re

_CALL_CENTRE = re.compile(r"(?<!\d)1414(?!\d)")
_CODE = r"(?<![\d.+])(?:\d{4,8}|\d{3}[ -]\d{3}|\d{2}[ -]\d{2}(?:[ -]\d{2})?|\d{4}[ -]\d{4})(?![\d]|\.\d)"
_NOT_A_YEAR = r"(?!\W{0,2}(?:год|жыл))"
_CODE_WORD = r"(?:код|код(?:а|ы|ом|ов|ым|ымыз|ты|тан|пен)|пин\w*|pin|otp|sms|смс|растау)"
_GAP = r"\W{1,3}(?:\w+\W{1,3}){0,2}?"

_ONLY_CODE = re.compile(rf"^\W*(?:[A-Za-z]-)?{_CODE}\W*$")
_CODE_AFTER_WORD = re.compile(rf"\b{_CODE_WORD}{_GAP}{_CODE}{_NOT_A_YEAR}", re.IGNORECASE)
_CODE_BEFORE_WORD = re.compile(rf"{_CODE}{_NOT_A_YEAR}{_GAP}{_CODE_WORD}\b", re.IGNORECASE)

_PASSWORD_WORD = r"(?:парол\w*|password|[кқ][ұу]пия\s?с[өо]з\w*)"
_PASSWORD = re.compile(
    rf"\b{_PASSWORD_WORD}\W{{1,3}}(?:\w+\W{{1,3}}){{0,3}}?(?=\S*\d)\S{{4,}}{_NOT_A_YEAR}", re.IGNORECASE
)
_STRONG = re.compile(r"^(?=.*[a-zа-яәғқңөұүһі])(?=.*[A-ZА-ЯӘҒҚҢӨҰҮҺІ])(?=.*\d)\S{8,40}$")
_ADDRESS = re.compile(r"://|@|\.(?:kz|ru|com|org)\b")

_KEY_ENDINGS = (".p12", ".pfx", ".jks", ".pem", ".key")
_KEY_NAME = re.compile(r"^(?:auth_)?(?:rsa|gost)(?:256|512|knca)?_[0-9a-f]{6,}", re.IGNORECASE)


def is_secret_text(text: str) -> bool:
    """Whether the text looks like a one-time code or a password."""
    without = _CALL_CENTRE.sub("", text)
    if _ONLY_CODE.match(without):
        return True
    if _CODE_AFTER_WORD.search(without) or _CODE_BEFORE_WORD.search(without):
        return True
    if _PASSWORD.search(without):
        return True
    return bool(_STRONG.match(text)) and not _ADDRESS.search(text)


def is_secret_file(name: str) -> bool:
    """Whether the file's name is that of a private key or a container of keys."""
    return name.lower().endswith(_KEY_ENDINGS) or bool(_KEY_NAME.match(name))
