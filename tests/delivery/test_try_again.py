"""An update that the database did not let through is handled once more, and nothing typed is lost."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from bot.services import forms
from bot.telegram import receiver
from tests.bot.journeys import NAME, begin, newcomer, said
from tests.house import House


async def test_an_answer_while_the_database_is_busy(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    nina = await newcomer(house, "ru")
    await begin(nina, "ru")
    answer, tries = forms.answer, 0

    async def busy(*arguments: Any) -> forms.Form:
        nonlocal tries
        tries += 1
        if tries < 3:
            raise OperationalError("UPDATE", {}, Exception("database is locked"))
        return await answer(*arguments)

    monkeypatch.setattr(forms, "answer", busy)
    monkeypatch.setattr(receiver, "AGAIN", (0.0, 0.0, 0.0))
    assert said("ru", "form.position", position=2, total=5) in (await nina.says(NAME)).text
    assert tries == 3
