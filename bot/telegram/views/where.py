"""The screen where a person stands: after a change of language, and when a reply could not be sent."""

from __future__ import annotations

from bot.domain.base import Refusal
from bot.domain.people import Person
from bot.services import forms, guardians, guides, reports
from bot.services.office import Office
from bot.storage import applications, people
from bot.telegram.screens import Screen
from bot.telegram.views import forms as form_views
from bot.telegram.views import guides as guide_views
from bot.telegram.views import pages
from bot.telegram.views import reports as report_views


async def where(office: Office, person: Person) -> Screen:
    """The screen where the person stands, in their language; the menu where nothing is expected of them.

    An organiser leaves the desk: what is asked there hangs on a tap, and below the menu nothing is asked.
    """
    if person.screen == "desk":
        await people.stand(office.database, person.telegram_id, "", None, office.clock.now())
    words = office.words[person.language or office.languages[0]]
    standing = await applications.standing(office.database, office.vault, person.telegram_id)
    application = standing.application if standing else None
    guide = office.library.guides.get(person.guide or "")
    try:
        if person.screen == "guide" and guide:
            return guide_views.step(words, await guides.standing(office, person, guide), office.address)
        if person.screen == "report":
            return report_views.stuck(words, await reports.current(office, person))
        if person.screen == "form" and application:
            return form_views.form(words, forms.form(office, application))
        if person.screen == "paper" and application:
            return form_views.guardian_paper(words, forms.form(office, application))
        if person.screen == "guardian" and application:
            asked = guardians.asked(office, application, words.language)
            return form_views.guardian_asked(words, asked.contest, asked.applicant, asked.text)
    except Refusal as refusal:
        return pages.menu(words, words(refusal.key, **refusal.values))
    return pages.menu(words, words("menu.greeting"))
