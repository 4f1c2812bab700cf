"""A contest as its file describes it: what it is, who may take part, when what happens, and the form."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, StringConstraints, model_validator
from pydantic import Field as PydanticField

from bot.domain import moments
from bot.domain.base import Id, Model, Refusal, Text
from bot.domain.fields import ChoiceField, Condition, DateField, Field, NameField, Setting, age
from bot.domain.moments import Calendar

REQUIRED_DATES = ("announced", "applications_open", "applications_close", "results", "erased")

FIXED_DATES = frozenset({"announced", "erased"})
"""Dates that no organiser moves: one has happened, the other stands in the consent."""

ACTS = frozenset({"open", "new", "more", "dates", "results", "follow", "unfollow", "apply", "agree"})
"""What a button at a contest can do; a section may not have such an id."""


Offset = Annotated[str, StringConstraints(pattern=moments.OFFSET)]


def _zone_exists(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, OSError):
        raise ValueError(f"there is no zone {name!r}") from None
    return name


def _no_act(section_id: str) -> str:
    if section_id in ACTS:
        raise ValueError(f"{section_id!r} is taken by a button")
    return section_id


class Date(Model):
    """A named moment of the contest; `until` ends a period and is known to other dates as `<id>_end`."""

    id: Id
    label: Text
    at: str
    until: str | None = None


class Section(Model):
    """A part of the contest's page: a heading and its text."""

    id: Annotated[Id, AfterValidator(_no_act)]
    title: Text
    text: Text


class Consent(Model):
    """What law 94-V, article 8(4) wants named and only the contest can say; the operator is in config.toml.

    The list of data is made from the form's labels, the term from the date `erased`.
    """

    purpose: Text
    third_parties: Text
    cross_border: Text
    publication: Text
    publish_name: Text | None = None
    """The separate, optional question whether the name may be published; absent: it is not asked."""


class Reason(Model):
    """Why an application is returned or declined: named to the organiser by `label`, told to the applicant by `text`,
    which also says what they can do. `paragraph` is that of the contest's rules; none: the organiser's own choice."""

    id: Id
    acts: tuple[Literal["return", "decline"], ...]
    paragraph: str | None = None
    label: Text
    text: Text
    field: Id | None = None
    """The question that is to be answered anew."""


class Place(Model):
    """A place of the results, and how many people can have it; in the order of the file."""

    id: Id
    label: Text
    count: Annotated[int, PydanticField(ge=1)] = 1


class Guardian(Model):
    """Who needs a guardian's consent: whoever is younger than `under` years, by the date in `field`."""

    field: Id
    under: int = 18


class Contest(Model):
    """One contest. `identity` says what may apply once: here the person (their Telegram account)."""

    id: Id
    prefix: Annotated[str, StringConstraints(pattern=r"^[A-Z]{1,4}$")]
    title: Text
    summary: Text
    keywords: Text | None = None
    organiser: Text
    zone: Annotated[str, AfterValidator(_zone_exists)] = "Asia/Almaty"
    sections: tuple[Section, ...]
    dates: tuple[Date, ...]
    guides: tuple[Id, ...] = ()
    identity: Literal["person"] = "person"
    fields: tuple[Field, ...]
    consent: Consent
    guardian: Guardian | None = None
    after_submission: Text
    reasons: tuple[Reason, ...] = ()
    places: tuple[Place, ...] = ()
    reminders: tuple[Offset, ...] = ()
    """How long before the deadline those with a draft are reminded: 7d, 3h, 30m."""

    @model_validator(mode="after")
    def _consistent(self) -> Contest:
        _unique("date", [entry.id for entry in self.dates])
        _unique("field", [field.id for field in self.fields])
        _unique("section", [section.id for section in self.sections])
        _unique("reason", [reason.id for reason in self.reasons])
        _unique("place", [place.id for place in self.places])
        names = {entry.id for entry in self.dates}
        missing = [name for name in REQUIRED_DATES if name not in names]
        if missing:
            raise ValueError(f"dates: {', '.join(missing)} must be given")
        if not self.fields:
            raise ValueError("fields: a form asks at least one question")
        for field in self.fields:
            if isinstance(field, DateField) and field.age_on and field.age_on not in names:
                raise ValueError(f"fields.{field.id}.age_on: there is no date {field.age_on!r}")
        self._check_conditions()
        for reason in self.reasons:
            if reason.field and self.field(reason.field) is None:
                raise ValueError(f"reasons.{reason.id}.field: there is no field {reason.field!r}")
        if self.guardian and not isinstance(self.field(self.guardian.field), DateField):
            raise ValueError("guardian.field: names no field of kind date")
        return self

    def _check_conditions(self) -> None:
        """What can be asked about has been asked before, so that every condition can be met."""
        for number, field in enumerate(self.fields):
            if field.when is None:
                continue
            place = f"fields.{field.id}.when"
            about = next((one for one in self.fields[:number] if one.id == field.when.field), None)
            if about is None:
                raise ValueError(f"{place}.field: there is no field {field.when.field!r} before it")
            if not isinstance(about, ChoiceField):
                raise ValueError(f"{place}.field: {about.id!r} is no choice")
            for option in field.when.options:
                if option not in [one.id for one in about.options]:
                    raise ValueError(f"{place}.is: {about.id!r} has no option {option!r}")

    @property
    def tz(self) -> ZoneInfo:
        """The contest's zone."""
        return ZoneInfo(self.zone)

    def field(self, field_id: str | None) -> Field | None:
        """The field with this id, or None when an editor removed it."""
        return next((field for field in self.fields if field.id == field_id), None)

    def reason(self, reason_id: str) -> Reason | None:
        """The reason with this id, or None."""
        return next((reason for reason in self.reasons if reason.id == reason_id), None)

    def place(self, place_id: str | None) -> Place | None:
        """The place with this id, or None."""
        return next((place for place in self.places if place.id == place_id), None)

    def moments(self, calendar: Calendar) -> dict[str, datetime]:
        """All named moments in UTC. Raises ValueError for one that cannot be worked out or is out of order."""
        known = moments.resolve(self._texts(), self.tz, calendar)
        for entry in self.dates:
            if entry.until and known[f"{entry.id}_end"] < known[entry.id]:
                raise ValueError(f"dates.{entry.id}.until: ends before it begins")
        if not in_order(known):
            raise ValueError(f"dates: {', '.join(REQUIRED_DATES)} must follow each other in time")
        return known

    def _texts(self) -> dict[str, str]:
        """When each named moment is, in the words of the file."""
        texts = {entry.id: entry.at for entry in self.dates}
        return texts | {f"{entry.id}_end": entry.until for entry in self.dates if entry.until}

    def label(self, moment: str) -> Text | None:
        """What a named moment is called (the end of a period as the period); None for one that is not in the file."""
        return next((entry.label for entry in self.dates if moment in (entry.id, f"{entry.id}_end")), None)

    def moved(
        self, known: Mapping[str, datetime], name: str, to: datetime, now: datetime, calendar: Calendar
    ) -> dict[str, datetime]:
        """The announced moments (UTC) once `name` is moved: what the file counts from it moves along, and so on.

        What is past stays. The day on which the data are erased never comes later: consents name it. Raises Refusal
        for a moment or an order that cannot be.
        """
        _check_move(known, name, to, now)
        result, waiting = {**known, name: to}, [name]
        while waiting:
            event = waiting.pop()
            for other, text in self._texts().items():
                if moments.event_of(text) != event or known.get(other, now) <= now:
                    continue
                moment = moments.parse(text, self.tz, result, calendar)
                result[other] = min(moment, known[other]) if other == "erased" else moment
                waiting.append(other)
        if not in_order(result):
            raise Refusal("refusal.date.order")
        return result

    def name_in(self, answers: Mapping[str, str]) -> str:
        """The applicant's name as they wrote it; empty while they did not."""
        field = next((field for field in self.asked(answers) if isinstance(field, NameField)), None)
        return answers.get(field.id, "") if field else ""

    def born(self, answers: Mapping[str, str]) -> str:
        """The stored date of birth by which a guardian is needed or not; empty where none is asked for or given."""
        asked = self.guardian is not None and any(field.id == self.guardian.field for field in self.asked(answers))
        return answers.get(self.guardian.field, "") if self.guardian and asked else ""

    def needs_guardian(self, answers: Mapping[str, str], on: date) -> bool:
        """Whether the applicant is too young, on the day `on`, to agree alone (Civil Code, articles 22 and 23)."""
        born = self.born(answers)
        return self.guardian is not None and born != "" and age(date.fromisoformat(born), on) < self.guardian.under

    def setting(self, at: datetime, known: Mapping[str, datetime]) -> Setting:
        """What answers sent at the moment `at` (UTC) are judged against."""
        return Setting(at=at, moments=known, zone=self.tz)

    def asked(self, answers: Mapping[str, str]) -> tuple[Field, ...]:
        """The fields that are asked of whoever gave these answers, in the order of the file.

        A condition on a field that is not asked itself is not met, whatever was answered there before.
        """
        asked: dict[str, Field] = {}
        for field in self.fields:
            if field.when is None or _is_met(field.when, asked, answers):
                asked[field.id] = field
        return tuple(asked.values())

    def open_question(self, answers: Mapping[str, str]) -> Field | None:
        """The first question without an answer, optional ones too (an empty answer skips them)."""
        return next((field for field in self.asked(answers) if field.id not in answers), None)


def _is_met(when: Condition, asked: Mapping[str, Field], answers: Mapping[str, str]) -> bool:
    about = asked.get(when.field)
    return isinstance(about, ChoiceField) and about.meets(when, answers.get(about.id, ""))


def in_order(known: Mapping[str, datetime]) -> bool:
    """Whether the required dates follow each other in time, and each period ends after it begins."""
    order = [known[name] for name in REQUIRED_DATES]
    periods = [(known[name], known[f"{name}_end"]) for name in known if f"{name}_end" in known]
    return order == sorted(order) and all(start <= end for start, end in periods)


def _check_move(known: Mapping[str, datetime], name: str, to: datetime, now: datetime) -> None:
    """Raises Refusal for a date that nobody moves or that is over (a deadline may be prolonged), and for the past."""
    if name in FIXED_DATES or name not in known:
        raise Refusal("refusal.date.fixed")
    if known[name] <= now and name != "applications_close":
        raise Refusal("refusal.date.over", at=known[name])
    if to <= now:
        raise Refusal("refusal.moment.past", at=to)
    if to == known[name]:
        raise Refusal("refusal.date.same", at=to)


def _unique(what: str, ids: list[str]) -> None:
    for name in ids:
        if ids.count(name) > 1:
            raise ValueError(f"two of {what} have the id {name!r}")
