"""What becomes of a file once its content is here."""

from __future__ import annotations

from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.applications import Application
from bot.domain.fields import FileField
from bot.domain.pushes import Kind
from bot.services.guardians import PAPER, PAPER_FIELD
from bot.services.office import Office
from bot.services.reports import SCREENSHOT, SCREENSHOT_FIELD
from bot.storage import applications, deliveries, files


def field_of(office: Office, contest_id: str | None, field_id: str) -> FileField | None:
    """The field that a file answers; None when an editor removed it."""
    if field_id == PAPER:
        return PAPER_FIELD
    if field_id == SCREENSHOT:
        return SCREENSHOT_FIELD
    contest = office.library.contests.get(contest_id or "")
    field = contest.field(field_id) if contest else None
    return field if isinstance(field, FileField) else None


async def keep(office: Office, file_id: int, content: bytes, sha256: str) -> None:
    """Keeps the content, sealed; nothing is kept for a row that was dropped meanwhile."""
    office.files.write(file_id, office.vault.seal(content))
    async with office.database.write() as connection:
        kept = await files.set_state(connection, file_id, "kept", sha256)
    if not kept:
        office.files.remove([file_id])


async def refuse(office: Office, file_id: int) -> None:
    """The content is not what its name said, or it cannot be had: a form that is still to be sent in asks for it again,
    and the person is told."""
    row = await files.get(office.database, file_id)
    if row is None or row.person_id is None:
        return
    now = office.clock.now()
    async with office.database.write() as connection:
        # The application first, as everyone who locks both does.
        application = await applications.lock(connection, office.vault, row.application_id or 0)
        if not (application or row.report_id) or not await files.set_state(connection, file_id, "refused"):
            return
        if application is not None:
            await _ask_again(office, connection, application, row.field)
            await applications.record(connection, application.id, now, None, "file_refused", application.state)
        await deliveries.queue(connection, Kind.FILE_REFUSED, row.person_id, file_id, now)
    office.queued.set()


async def _ask_again(office: Office, connection: AsyncConnection, application: Application, field: str) -> None:
    """Takes a refused file out of an application, and asks for it again while it can be changed."""
    if field == PAPER and application.guardian == "paper":
        await applications.change(connection, application, {"guardian": "needed"})
    elif field != PAPER and application.state in ("draft", "returned"):
        answers = {key: value for key, value in application.answers.items() if key != field}
        values: dict[str, Any] = {"answers": office.vault.seal_json(answers)}
        contest = office.library.contests.get(application.contest_id)
        if contest and field in [asked.id for asked in contest.asked(answers)]:
            values["question"] = field
        await applications.change(connection, application, values)


async def sweep(office: Office) -> None:
    """Removes sealed contents that no row names: a process died between removing the row and the content."""
    stored = office.files.stored()
    known = await files.all_ids(office.database)
    office.files.remove([file_id for file_id in stored if file_id not in known])
    office.files.remove_parts()
