"""aiogram routers by audience. Thin: read the tap, call one service, show a screen. The fallback comes last."""

from __future__ import annotations

from aiogram import Router

from handlers import (
    announcements,
    applicants,
    citizens,
    commands,
    contests,
    errors,
    exports,
    fallback,
    feedback,
    funnels,
    groups,
    guides,
    organisers,
    reports,
    reviews,
    seasons,
    typed,
)


def setup() -> Router:
    """A new router with every handler, in the order in which they are asked."""
    router = Router(name="bot")
    router.include_routers(
        groups.setup(),
        guides.setup(),
        reports.setup(),
        feedback.setup(),
        funnels.setup(),
        applicants.setup(),
        citizens.setup(),
        contests.setup(),
        organisers.setup(),
        reviews.setup(),
        exports.setup(),
        seasons.setup(),
        announcements.setup(),
        commands.setup(),
        typed.setup(),
        fallback.setup(),
        errors.setup(),
    )
    return router
