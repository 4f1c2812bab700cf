"""The table of everything that is pushed."""

from __future__ import annotations

from bot.domain.pushes import RULES, Kind, Lane


def test_every_kind_of_push_has_its_rule() -> None:
    assert set(RULES) == set(Kind)


def test_what_is_not_sent_twice() -> None:
    once = {kind for kind, rule in RULES.items() if not rule.repeat_unknown}
    assert once == {
        Kind.MY_DATA,
        Kind.FILE_TO_VIEW,
        Kind.MAILING_REPORT,
        Kind.APPLICATIONS_TABLE,
        Kind.RESULTS_LIST,
        Kind.ANNOUNCEMENT,
    }


def test_only_announcements_can_be_muted() -> None:
    assert {kind for kind, rule in RULES.items() if rule.mutable} == {Kind.ANNOUNCEMENT}


def test_what_is_personal_goes_first_and_by_night() -> None:
    for kind, rule in RULES.items():
        assert (rule.lane is Lane.PERSONAL) is (kind < 100)
    personal = {kind for kind, rule in RULES.items() if rule.lane is Lane.PERSONAL and rule.quiet}
    assert personal == {Kind.NEW_REPORTS, Kind.REPORT_ANSWERED}
