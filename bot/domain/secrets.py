"""What a person must never send to anybody: an SMS code, a password, a key file."""

from __future__ import annotations

import re

_SMS_CODE = re.compile(r"^\D{0,40}?\b\d{4,8}\b\D{0,40}$")
_ONLY_CODE = re.compile(r"^\s*\d{2,4}[\s-]?\d{2,4}\s*$")
_CODE_WORDS = re.compile(r"\b(?:код|кода|кодом|коды|sms|смс|1414|code|растау)\w*\b", re.IGNORECASE)
_PASSWORD_WORDS = re.compile(
    r"\b(?:пароль|пароля|паролем|password|пин|pin|құпия\s?сөз\w*|кұпиясөз\w*|купиясоз\w*)\b\W{0,3}\s*\S{4,}",
    re.IGNORECASE,
)
_KEY_ENDINGS = (".p12", ".pfx", ".jks", ".pem", ".key", ".cer.key")
_KEY_NAMES = re.compile(r"^(?:auth_rsa|rsa256|rsa|gost|gostknca|gost512)[_\d].*", re.IGNORECASE)
_STRONG = re.compile(r"^(?=.*[a-zа-яё])(?=.*[A-ZА-ЯЁ])(?=.*\d)\S{8,40}$")
_NOT_A_PASSWORD = re.compile(r"https?://|@|^[A-ZА-Я]{1,4}-\d+$|^t\.me/")


def is_secret_text(text: str) -> bool:
    """Whether the text looks like a one-time code or a password. Ask only of what is no answer to a question."""
    if _ONLY_CODE.match(text):
        return True
    if _SMS_CODE.match(text) and _CODE_WORDS.search(text.replace("1414", "", 1)):
        return True
    if _PASSWORD_WORDS.search(text) and len(text) <= 80 and _has_sign_of_password(text):
        return True
    return bool(_STRONG.match(text)) and not _NOT_A_PASSWORD.search(text)


def _has_sign_of_password(text: str) -> bool:
    """Words about a password are a question; a password itself has a digit in one of its words."""
    return any(any(sign.isdigit() for sign in word) for word in text.split())


def is_secret_file(name: str) -> bool:
    """Whether the file's name is that of a private key or a key container."""
    return name.lower().endswith(_KEY_ENDINGS) or bool(_KEY_NAMES.match(name))
