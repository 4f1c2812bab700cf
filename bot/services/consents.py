"""The wording of a consent: every item of law 94-V, article 8(4), with a version."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from datetime import datetime
from html import unescape
from typing import Any, Literal

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.contests import Contest
from bot.services.office import Office
from bot.storage import consents

Kind = Literal["processing", "publish_name", "guardian"]


def wording(office: Office, contest: Contest, language: str, erased_at: datetime, name: str) -> str:
    """The consent to processing for this contest, as Telegram HTML, in numbered items of the article.

    `name` is whose data it is, as far as it is known; `erased_at` (UTC) is when the data are erased.
    """
    words = office.words[language]
    consent = contest.consent
    data = [field.label[language] for field in contest.fields]
    data.append(words.label("consent.data.telegram"))
    data += [words.label("consent.data.guardian")] if contest.guardian else []
    return "\n\n".join(
        [
            words(
                "consent.operator",
                name=office.department.name[language],
                bin=office.department.bin,
                address=office.department.address[language],
            ),
            words("consent.subject", name=name),
            words("consent.purpose") + " " + consent.purpose[language],
            words("consent.term", until=words.moment(erased_at, contest.tz)),
            words("consent.third_parties") + " " + consent.third_parties[language],
            words("consent.cross_border") + " " + consent.cross_border[language],
            words("consent.publication") + " " + consent.publication[language],
            words("consent.data", data="; ".join(data)),
            words("consent.rights"),
        ]
    )


def publication_wording(contest: Contest, language: str) -> str:
    """The separate question whether the name may be published; empty where the contest does not ask."""
    return contest.consent.publish_name[language] if contest.consent.publish_name else ""


def version(texts: Mapping[str, str]) -> str:
    """The version of a wording: it changes with every change of a word, in whatever language."""
    joined = "\0".join(f"{language}\0{texts[language]}" for language in sorted(texts))
    return hashlib.sha256(joined.encode()).hexdigest()[:8]


def processing_texts(office: Office, contest: Contest, erased_at: datetime) -> dict[str, str]:
    """The consent to processing in every language, with a blank where the name goes."""
    return {language: wording(office, contest, language, erased_at, "…") for language in office.languages}


def publication_texts(office: Office, contest: Contest) -> dict[str, str]:
    """The question about publication in every language; empty where the contest does not ask."""
    if contest.consent.publish_name is None:
        return {}
    return {language: publication_wording(contest, language) for language in office.languages}


async def write_down(
    connection: AsyncConnection, kind: Kind, texts: Mapping[str, str], values: Mapping[str, Any]
) -> None:
    """Writes a consent down in the caller's transaction, and keeps its wording under its version."""
    name = version(texts)
    await consents.keep_texts(connection, name, texts)
    await consents.agree(connection, {"kind": kind, "version": name, **values})


def plain(text: str) -> str:
    """A wording without its formatting, for a text file."""
    return unescape(re.sub(r"<[^>]+>", "", text))
