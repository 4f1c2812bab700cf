"""What a person must never send to anybody, and what they may well send."""

from __future__ import annotations

import pytest

from bot.domain.secrets import is_secret_file, is_secret_text

CODES = """
1234
123456
12 34
123-456
12 34 56
1234.
G-123456
Код: 123456
мой код 4821
код 482 193
Код подтверждения 123456
код-123456
Ваш код: 123456. Никому не сообщайте
смс код 998877
sms 445566
пришёл код 1234 от 1414
код 4821 от 1414
1414: код подтверждения 5566
1414 4821
Здравствуйте, мне пришёл код 556677 что делать
Растау коды: 123456
растау кодым 4455
код келді 778899
маған 4455 деген код келді
сізге код 1234
пинкод 1234
пин код 1234
ПИН-код карты 4821
PIN 4821
OTP 123456
Одноразовый пароль: 4821
бір реттік құпиясөз: 4821
бір реттік құпия сөз 482193
"""
PASSWORDS = """
пароль Qwerty123
пароль: Nina1950
мой пароль 12345678
мой пароль от егов qwerty2024
пароль ЭЦП Aa123456
Пароль от ЭЦП Aa123456
мой логин 991231590001 пароль Qwerty123
парол 12345
құпия сөз Aigul1960
құпиясөзім Aigul1960
құпия сөзім: 12345678
купия соз 12345
password Qwerty123
Aa123456!
Nina1950
Qwerty2024
"""
INNOCENT = """
1414
+7 701 000 00 00
87010000000
+77152000000
05.01.1960
991231590001
ЖСН 991231590001
EU-0042
заявка EU-0042
где моя заявка EU-0042
код не приходит
не приходит смс код
Не пришёл код, что делать?
не приходит код от 1414
1414-тен код келмейді
код келмейді
SMS код келмей жатыр
1414 не отвечает
звонила на 1414 три раза
1414-ке қоңырау шалдым
код ошибки 500
забыл пароль
Забыла пароль от ЭЦП
как поменять пароль
құпиясөзімді ұмыттым
пароль для ЭЦП где взять
как получить ЭЦП
ЭЦП
eGov Mobile
егов мобайл
mgov
https://egov.kz
https://egov.kz/cms/ru/Articles2024Abc
egov.kz
nina@mail.kz
ЦОН на Конституции 72
Мне 70 лет, помогите
Петропавловск 150000
улица Абая 15, квартира 4
приказ 343
Здравствуйте! Я родилась в 1955 году. Код не приходит
когда закончится приём в 2027 году
2027 жылғы байқау
конкурс 2027
Samsung A52 не открывает egov
"""


def lines(text: str) -> list[str]:
    return [line for line in text.splitlines() if line]


@pytest.mark.parametrize("text", lines(CODES) + lines(PASSWORDS))
def test_a_secret_is_known_as_one(text: str) -> None:
    assert is_secret_text(text)


@pytest.mark.parametrize("text", lines(INNOCENT))
def test_a_question_is_no_secret(text: str) -> None:
    assert not is_secret_text(text)


@pytest.mark.parametrize(
    "name",
    [
        "AUTH_RSA256_8f1c2d.p12",
        "RSA256_8f1c2d.p12",
        "GOSTKNCA_8f1c2d.p12",
        "GOST512_8f1c2d",
        "ключ.P12",
        "keystore.jks",
        "certificate.PFX",
        "private.pem",
        "server.key",
        "AUTH_RSA256_8f1c2d.p12.txt",
        "AUTH_RSA256_8f1c2d.zip",
    ],
)
def test_a_key_file_is_known_by_its_name(name: str) -> None:
    assert is_secret_file(name)


@pytest.mark.parametrize(
    "name", ["photo.jpg", "скан.pdf", "rsa.pdf", "keyboard.jpg", "заявление.docx", "Gost_standart.docx", "key.pdf", ""]
)
def test_a_document_is_no_key(name: str) -> None:
    assert not is_secret_file(name)
