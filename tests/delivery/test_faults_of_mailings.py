"""The fault table, case by case: nobody is left out, nobody gets an announcement twice, every figure is exact."""

from __future__ import annotations

import pytest

from tests.delivery.fault_table import CASES, second_takes_over
from tests.delivery.processes import Place


@pytest.mark.parametrize("name", CASES)
async def test_ten_thousand(there: Place, name: str) -> None:
    outcome = await CASES[name](there)
    assert outcome.faults == []


async def test_the_second_takes_over_on_postgresql(on_postgres: Place) -> None:
    assert (await second_takes_over(on_postgres)).faults == []
