"""Names that both sides of the control agree on."""

from typing import Literal

FaultKind = Literal[
    "429",
    "400",
    "5xx_html",
    "5xx_json",
    "5xx_html_after",
    "slow",
    "hold_before",
    "hold_after",
    "cut_before",
    "cut_after",
]
